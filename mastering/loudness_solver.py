"""Which gain meets a loudness after limiting: predicted on an `envelope`, where a trial costs milliseconds.

A trial gain runs the limiter's own gain computer over the peaks and takes its reduction off the energies.
What is rendered is measured afterwards, and where the two differ the difference goes into a second solution.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.hops import HOPS_PER_SECOND
from analysis.loudness import integrated_lufs
from analysis.units import Floats
from mastering.envelope import Envelope, cells_per_tick, reduced
from mastering.onsets import usual_loss_db

MAX_REDUCTION_DB = 8.0
"""Never harm: no moment is limited by more than this."""

P95_REDUCTION_DB = 4.0
"""Never harm: of a song's onsets, 19 in 20 lose no more than this (of its peaks in each tenth of a second, if few)."""

_TICKS_IN_STEP = 10
_GATING_HOPS = 10  # gated blocks begin every 0.1 s
_CLOSE_ENOUGH_LU = 0.002
_TRIALS = 24
_TOLERATED_DB = 0.01


@dataclass(frozen=True, kw_only=True, slots=True)
class Limiting:
    """How much a limiter takes off the songs it takes most off.

    Attributes:
        max_db: of the peak that loses most, dB.
        max_song: number of its song.
        p95_db: what 19 of 20 of a song's onsets lose no more than, dB; see `onsets.usual_loss_db`.
        p95_song: number of the song that loses so much.
    """

    max_db: float = 0.0
    max_song: int = 0
    p95_db: float = 0.0
    p95_song: int = 0

    @property
    def room_db(self) -> float:
        """How much deeper it may go before it passes a bound of *never harm*; negative where it did."""
        return min(MAX_REDUCTION_DB - self.max_db, P95_REDUCTION_DB - self.p95_db)


@dataclass(frozen=True, kw_only=True, slots=True)
class Bound:
    """What stopped a gain short of its target: the limiting that the target would have taken."""

    asked: Limiting

    @property
    def on_most(self) -> bool:
        """Whether it is the bound on 19 of 20 onsets, not that on any one peak."""
        return P95_REDUCTION_DB - self.asked.p95_db <= MAX_REDUCTION_DB - self.asked.max_db

    @property
    def song(self) -> int:
        """Number of the song that stopped it."""
        return self.asked.p95_song if self.on_most else self.asked.max_song

    @property
    def text(self) -> str:
        """In words, for a song that is named before."""
        if self.on_most:
            wanted_db, most_db, what = self.asked.p95_db, P95_REDUCTION_DB, "one in 20 of its onsets would lose over"
        else:
            wanted_db, most_db, what = self.asked.max_db, MAX_REDUCTION_DB, "a peak of it would lose"
        return f"{what} {wanted_db:.1f} dB, where {most_db:g} is the most"


@dataclass(frozen=True, kw_only=True, slots=True)
class Solution:
    """A gain and what it is predicted to do; `bound` says what stopped it short of the target, None if nothing."""

    gain_db: float
    loudness_lufs: float
    limiting: Limiting
    bound: Bound | None = None


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
        return np.zeros(0), Limiting()
    rate_hz = envelopes[0].rate_hz
    last = max(envelope.start + envelope.frames for envelope in envelopes)
    energies = np.zeros(last * HOPS_PER_SECOND // rate_hz + 2 + _GATING_HOPS)
    losses = []
    for envelope in envelopes:
        gains, lost_db = reduced(envelope, gain_db, ceiling_dbtp)
        first = first_hop(envelope.start, rate_hz)
        part = envelope.hop_energies * gains * 10 ** (gain_db / 10)
        energies[first : first + len(part)] += part
        losses.append((envelope, lost_db))
    inside = [_losses_db(losses, first, last) for first, last in songs or [(0, last)]]
    deep = int(np.argmax([deepest_db for deepest_db, _ in inside]))
    most = int(np.argmax([usual_db for _, usual_db in inside]))
    return energies, Limiting(max_db=inside[deep][0], max_song=deep, p95_db=inside[most][1], p95_song=most)


def _losses_db(losses: Sequence[tuple[Envelope, Floats]], first: int, last: int) -> tuple[float, float]:
    """What the peak that loses most loses between two frames of the programme, and what 19 of 20 onsets do."""
    at_onsets, in_steps = [np.zeros(0)], [np.zeros(0)]
    for envelope, lost_db in losses:
        tick_frames = cells_per_tick(envelope) * envelope.cell_frames
        begin, end = (max(0, math.ceil((frame - envelope.start) / tick_frames)) for frame in (first, last))
        part = lost_db[begin:end]
        if not len(part):
            continue
        in_steps.append(np.maximum.reduceat(part, np.arange(0, len(part), _TICKS_IN_STEP)))
        where = envelope.onsets // tick_frames - begin
        where = where[(where >= 0) & (where < len(part))]
        at_onsets.append(np.maximum(part[where], part[np.minimum(where + 1, len(part) - 1)]))
    steps_db = np.concatenate(in_steps)
    return float(steps_db.max(initial=0.0)), usual_loss_db(np.concatenate(at_onsets), steps_db)


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
        return Solution(gain_db=0.0, loudness_lufs=-math.inf, limiting=Limiting())

    def trial(gain_db: float) -> Solution:
        energies, limiting = limited(envelopes, gain_db, ceiling_dbtp, songs)
        found = loudness(energies)
        reached = -math.inf if found is None else found
        return Solution(gain_db=gain_db, loudness_lufs=reached, limiting=limiting)

    best = _met(trial, target_lufs, target_lufs - plain)
    return best if best.limiting.room_db >= -_TOLERATED_DB else _within_bounds(trial, best)


def _met(trial: Callable[[float], Solution], target_lufs: float, first_db: float) -> Solution:
    """Newton's way from below: limiting only ever costs loudness, so each step falls short and the next goes on."""
    found = trial(first_db)
    slope = 1.0
    for _ in range(_TRIALS):
        missing = target_lufs - found.loudness_lufs
        if abs(missing) < _CLOSE_ENOUGH_LU or found.limiting.max_db > 3 * MAX_REDUCTION_DB:
            break
        tried = trial(found.gain_db + min(missing / slope, MAX_REDUCTION_DB))
        step = tried.gain_db - found.gain_db
        slope = min(1.0, max(0.1, (tried.loudness_lufs - found.loudness_lufs) / step)) if step else 1.0
        found = tried
    return found


def _within_bounds(trial: Callable[[float], Solution], over: Solution) -> Solution:
    """The highest gain that keeps the bounds; `over` passes one of them.

    Room falls as gain rises, nearly in a straight line: regula falsi, with what stays at an end halved (Illinois).
    """
    low, high = trial(over.gain_db - over.limiting.max_db), over
    low_db, high_db = low.limiting.room_db, high.limiting.room_db
    for _ in range(_TRIALS):
        if low.limiting.room_db <= _TOLERATED_DB:
            break
        way = low_db / (low_db - high_db)
        tried = trial(low.gain_db + min(max(way, 0.01), 0.99) * (high.gain_db - low.gain_db))
        room_db = tried.limiting.room_db
        if room_db >= 0:
            low, low_db, high_db = tried, room_db, high_db / 2
        else:
            high, high_db, low_db = tried, room_db, low_db / 2
    return dataclasses.replace(low, bound=Bound(asked=over.limiting))
