"""Which gain meets a loudness after limiting: predicted on an `envelope`, where a trial costs milliseconds.

A trial gain runs the limiter's own gain computer over the peaks and takes its reduction off the energies.
What is rendered is measured afterwards, and where the two differ the difference goes into a second solution.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.hops import HOPS_PER_SECOND
from analysis.loudness import integrated_lufs
from analysis.units import Floats
from mastering.envelope import Envelope, cells_per_step, reduced

MAX_REDUCTION_DB = 8.0
"""Never harm: no moment is limited by more than this."""

P95_REDUCTION_DB = 4.0
"""Never harm: of a song's peaks in each tenth of a second, 19 in 20 lose no more than this."""

_GATING_HOPS = 10  # gated blocks begin every 0.1 s
_CLOSE_ENOUGH_LU = 0.002
_TRIALS = 24


@dataclass(frozen=True, kw_only=True, slots=True)
class Limiting:
    """How much a limiter takes off, dB: at most, and at 19 of 20 of the peaks of each tenth of a second."""

    max_db: float
    p95_db: float

    @property
    def excess(self) -> str | None:
        """Which bound of *never harm* this passes, in words; None where neither."""
        if self.max_db > MAX_REDUCTION_DB + 0.01:
            return f"no peak is limited by more than {MAX_REDUCTION_DB:g} dB"
        if self.p95_db > P95_REDUCTION_DB + 0.01:
            return f"19 of 20 peaks of a song are limited by no more than {P95_REDUCTION_DB:g} dB"
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Solution:
    """A gain and what it is predicted to do; `bound` says what stopped it short of the target, None if nothing."""

    gain_db: float
    loudness_lufs: float
    limiting: Limiting
    bound: str | None


Songs = Sequence[tuple[int, int]]
"""First frame of each song in the programme, and the one after its last."""

Loudness = Callable[[Floats], float | None]
"""Loudness in LUFS of what a programme's hop energies describe: of the whole, or of its loudest track."""


def first_hop(start: int, rate_hz: int) -> int:
    """Hop from which a stretch of programme is counted: a whole tenth of a second near its start.

    So the gated blocks lie in every stretch as they would if it began the programme, and a gap that someone changes
    moves no loudness, hence no gain and no other track's samples.
    """
    return round(start * HOPS_PER_SECOND / rate_hz / _GATING_HOPS) * _GATING_HOPS


def limited(
    envelopes: Sequence[Envelope], gain_db: float, ceiling_dbtp: float | None, songs: Songs = ()
) -> tuple[Floats, Limiting]:
    """Hop energies of the whole programme after a gain and the limiter, and how much that limits the worst song."""
    if not envelopes:
        return np.zeros(0), Limiting(max_db=0.0, p95_db=0.0)
    rate_hz = envelopes[0].rate_hz
    last = max(envelope.start + envelope.frames for envelope in envelopes)
    energies = np.zeros(last * HOPS_PER_SECOND // rate_hz + 2 + _GATING_HOPS)
    steps, places = [], []
    for envelope in envelopes:
        gains, step_db = reduced(envelope, gain_db, ceiling_dbtp)
        first = first_hop(envelope.start, rate_hz)
        part = envelope.hop_energies * gains * 10 ** (gain_db / 10)
        energies[first : first + len(part)] += part
        steps.append(step_db)
        places.append(envelope.start + np.arange(len(step_db)) * cells_per_step(envelope) * envelope.cell_frames)
    every, where = np.concatenate(steps), np.concatenate(places)
    inside = [every[(where >= first) & (where < last)] for first, last in songs] or [every]
    p95_db = max((float(np.quantile(part, 0.95)) for part in inside if len(part)), default=0.0)
    return energies, Limiting(max_db=float(every.max(initial=0.0)), p95_db=p95_db)


def whole_programme(rate_hz: int) -> Loudness:
    """Integrated loudness of all of it."""
    return lambda energies: integrated_lufs(energies, rate_hz)


def solve(
    envelopes: Sequence[Envelope],
    target_lufs: float,
    ceiling_dbtp: float | None,
    loudness: Loudness,
    songs: Songs = (),
) -> Solution:
    """The gain at which `loudness` of the limited programme meets the target, or the most that *never harm* allows.

    The bounds hold for each of the `songs` by itself; without any, for the programme.
    """
    plain = loudness(limited(envelopes, 0.0, None)[0])
    if plain is None or math.isinf(plain):
        return Solution(gain_db=0.0, loudness_lufs=-math.inf, limiting=Limiting(max_db=0.0, p95_db=0.0), bound=None)

    def trial(gain_db: float) -> Solution:
        energies, limiting = limited(envelopes, gain_db, ceiling_dbtp, songs)
        found = loudness(energies)
        reached = -math.inf if found is None else found
        return Solution(gain_db=gain_db, loudness_lufs=reached, limiting=limiting, bound=None)

    best = _met(trial, target_lufs, target_lufs - plain)
    if best.limiting.excess is None:
        return best
    return _within_bounds(trial, best)


def _met(trial: Callable[[float], Solution], target_lufs: float, first_db: float) -> Solution:
    """Newton's way from below: limiting only ever costs loudness, so each step falls short and the next goes on."""
    found = trial(first_db)
    slope = 1.0
    for _ in range(_TRIALS):
        missing = target_lufs - found.loudness_lufs
        if abs(missing) < _CLOSE_ENOUGH_LU or found.limiting.max_db > 3 * MAX_REDUCTION_DB:
            break
        tried = trial(found.gain_db + missing / slope)
        step = tried.gain_db - found.gain_db
        slope = min(1.0, max(0.1, (tried.loudness_lufs - found.loudness_lufs) / step)) if step else 1.0
        found = tried
    return found


def _within_bounds(trial: Callable[[float], Solution], over: Solution) -> Solution:
    """The highest gain that keeps the bounds, by bisection; `over` passes one of them."""
    low, high = over.gain_db - over.limiting.max_db, over.gain_db
    best, bound = trial(low), over.limiting.excess
    while high - low > 0.005:
        tried = trial((low + high) / 2)
        if tried.limiting.excess is None:
            best, low = tried, tried.gain_db
        else:
            bound, high = tried.limiting.excess, tried.gain_db
    return Solution(gain_db=best.gain_db, loudness_lufs=best.loudness_lufs, limiting=best.limiting, bound=bound)
