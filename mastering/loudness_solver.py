"""Which gain meets a loudness after limiting: predicted on a decimated envelope, where a pass costs milliseconds.

The envelope holds, for each 1.1 ms of a stretch of programme, its true peak and, for each 10 ms, its K-weighted
energy. A trial gain runs the limiter's own gain computer over the peaks and takes its reduction off the energies.
What is rendered is measured afterwards, and where the two differ the difference goes into a second solution.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.audio import Audio
from analysis.hops import HOPS_PER_SECOND, Growing, hop_edges
from analysis.loudness import LoudnessMeter, integrated_lufs
from analysis.true_peak import AHEAD_FRAMES, TAPS, glance_taps, interpolators
from analysis.units import Floats, db_to_amplitude
from mastering.limiter import GainComputer, interval_peaks

MAX_REDUCTION_DB = 8.0
"""Never harm: no moment is limited by more than this."""

P95_REDUCTION_DB = 4.0
"""Never harm: of a song's peaks in each tenth of a second, 19 in 20 lose no more than this."""

_CELL_S = 48 / 44_100
_PIECE_CELLS = 65_536
_GATING_HOPS = 10  # gated blocks begin every 0.1 s
_CLOSE_ENOUGH_LU = 0.002
_TRIALS = 24


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """What the solver keeps of a stretch of programme before the limiter.

    Attributes:
        start: first frame of the stretch in the programme.
        frames: its length.
        rate_hz: of the audio.
        cell_frames: frames in a cell.
        peaks: peak of each cell, linear, at a glance (on the 2-fold grid); float16 tells 0.004 dB apart.
        hop_energies: K-weighted energy of each 10 ms; float32 is plenty for a sum of thousands.
    """

    start: int
    frames: int
    rate_hz: int
    cell_frames: int
    peaks: NDArray[np.float16]
    hop_energies: NDArray[np.float32]

    @property
    def highest(self) -> float:
        """Highest peak, linear."""
        return float(self.peaks.max(initial=0.0))


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


def measure_envelope(audio: Audio, start: int) -> Envelope:
    """One pass over a stream that begins at frame `start` of the programme."""
    cell = max(1, round(_CELL_S * audio.rate_hz))
    meter = LoudnessMeter(audio.rate_hz, audio.channels)
    frames = 0

    def metered() -> Iterator[Floats]:
        nonlocal frames
        for block in audio.blocks():
            meter.update(block)
            frames += len(block)
            yield block

    peaks = Growing(np.float16)
    for part in _cell_peaks(metered(), audio.channels, cell):
        peaks.extend(part)
    return Envelope(
        start=start,
        frames=frames,
        rate_hz=audio.rate_hz,
        cell_frames=cell,
        peaks=peaks.values().copy(),
        hop_energies=meter.hop_energies().astype(np.float32),
    )


def _cell_peaks(blocks: Iterator[Floats], channels: int, cell: int) -> Iterator[Floats]:
    grid = interpolators(2)
    glance = glance_taps(grid[1])
    history = np.zeros((channels, TAPS - 1))
    waiting = np.zeros(0)
    early = AHEAD_FRAMES  # the interpolator gives this many intervals before the first frame
    for block in _and_then(blocks, np.zeros((AHEAD_FRAMES, channels))):
        rows = np.ascontiguousarray(np.concatenate([history, block.T], axis=1))
        history = rows[:, -(TAPS - 1) :].copy()
        peaks = interval_peaks(rows, glance, grid, np.inf)
        waiting = np.concatenate([waiting, peaks[early:]])
        early = max(0, early - len(peaks))
        whole = len(waiting) // cell * cell
        yield waiting[:whole].reshape(-1, cell).max(axis=1)
        waiting = waiting[whole:]
    if len(waiting):
        yield np.array([waiting.max()])


def _and_then(blocks: Iterator[Floats], last: Floats) -> Iterator[Floats]:
    yield from blocks
    yield last


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
        gains, step_db = _reduced(envelope, gain_db, ceiling_dbtp)
        first = first_hop(envelope.start, rate_hz)
        part = envelope.hop_energies * gains * 10 ** (gain_db / 10)
        energies[first : first + len(part)] += part
        steps.append(step_db)
        places.append(envelope.start + np.arange(len(step_db)) * _cells_per_step(envelope) * envelope.cell_frames)
    every, where = np.concatenate(steps), np.concatenate(places)
    inside = [every[(where >= first) & (where < last)] for first, last in songs] or [every]
    p95_db = max((float(np.quantile(part, 0.95)) for part in inside if len(part)), default=0.0)
    return energies, Limiting(max_db=float(every.max(initial=0.0)), p95_db=p95_db)


def limiter_power_gains(envelope: Envelope, gain_db: float, ceiling_dbtp: float) -> Floats:
    """Mean power gain of the limiter in each 10 ms of a stretch after a gain."""
    return _reduced(envelope, gain_db, ceiling_dbtp)[0]


def _cells_per_step(envelope: Envelope) -> int:
    return max(1, round(0.1 * envelope.rate_hz / envelope.cell_frames))


def _reduced(envelope: Envelope, gain_db: float, ceiling_dbtp: float | None) -> tuple[Floats, Floats]:
    """Mean power gain of the limiter in each 10 ms, and its greatest reduction, dB, in each tenth of a second."""
    hops = len(envelope.hop_energies)
    cells_per_step = _cells_per_step(envelope)
    steps = -(-len(envelope.peaks) // cells_per_step)
    factor = db_to_amplitude(gain_db)
    ceiling = math.inf if ceiling_dbtp is None else db_to_amplitude(ceiling_dbtp)
    if envelope.highest * factor <= ceiling:
        return np.ones(hops), np.zeros(steps)
    edges = hop_edges(0, hops, envelope.rate_hz) / envelope.cell_frames
    at_edges, highest_db = np.zeros(hops + 1), np.zeros(steps)
    total = 0.0
    for first, reduction_db in _reductions(envelope, factor, ceiling):
        last = first + len(reduction_db)
        power = total + np.concatenate([[0.0], np.cumsum(10 ** (-reduction_db / 10))])
        total = float(power[-1])
        begin, end = np.searchsorted(edges, [first, last], side="right")
        at_edges[begin:end] = np.interp(edges[begin:end], np.arange(first, last + 1), power)
        np.maximum.at(highest_db, np.arange(first, last) // cells_per_step, reduction_db)
    at_edges[edges >= len(envelope.peaks)] = total
    return np.diff(at_edges) / np.diff(edges), highest_db


def _reductions(envelope: Envelope, factor: float, ceiling: float) -> Iterator[tuple[int, Floats]]:
    """The limiter's reduction, dB, cell by cell in time with the peaks: first cell and figures of each piece."""
    computer = GainComputer(envelope.rate_hz / envelope.cell_frames, ceiling)
    late, cells = computer.latency_frames, len(envelope.peaks)
    for start in range(0, cells + late, _PIECE_CELLS):
        peaks = envelope.peaks[start : start + _PIECE_CELLS] * factor
        silence = np.zeros(min(start + _PIECE_CELLS, cells + late) - start - len(peaks))
        reduction_db = computer.process(np.concatenate([peaks, silence]))
        early = max(0, late - start)
        if len(reduction_db) > early:
            yield max(0, start - late), reduction_db[early:]


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
