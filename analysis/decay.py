"""How the level of a song runs out: until when it is heard, from where it falls, how fast and how evenly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.hops import HOPS_PER_SECOND
from analysis.loudness import window_lufs
from analysis.units import Floats, power_to_db

SMOOTH_HOPS = 5
"""Levels are looked at over 50 ms: shorter than any note, long enough for a bass note to have one."""

FELT_LU = 50.0
"""A decay so far below the loud sections is no longer heard as part of the song."""

LOCAL_LU = 40.0
"""After a soft ending it is heard for longer: to so far below the level before it ..."""

HEARING_LU = 60.0
"""... but never further below the loud sections. This is the absolute threshold: who plays loud sections at 80 dB SPL
in a quiet room, of 20 to 25 dB(A), hears nothing of what is softer."""

OVER_NOISE_LU = 6.0
"""A decay into noise is felt to end where it lies so far above it."""

NOISE_MUST_LIE_LU = 30.0
"""A "floor" nearer than this to the loud sections is music."""

_STILL_HOPS_LU = ((100, 0.7), (50, 0.4), (25, 0.4))
"""Noise stands still: so many hops are as loud as those before, to so much. The slowest fades fall by 2 dB a second."""

_LOCAL_S = 30.0
_STEP_HOPS, _WINDOW_HOPS = 10, 40
_LONGEST_S = 60.0
_PLATEAU_S, _PLATEAU_LU = 4.0, 2.0
_AUDIBLE_FALL_LU = 15.0
_LEFT_FULL_LU = 1.5
_STILL_FULL_LU = 10.0
_ONSET_DB = 3.0
_ONSET_HOPS, _BEFORE_HOPS = 4, 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Decay:
    """How a song runs out.

    Attributes:
        end_s: where it drops out of hearing, seconds from the start.
        full_lufs: the level from which it falls.
        last_full_s: how long before the end its level was last within 10 LU of that.
        fall_s: how long before the end it was last within 1.5 LU of it.
        fall_db_per_s: how fast it falls from there, by a straight line.
        evenness: how much of the fall a curve of second degree explains, 0 to 1.
    """

    end_s: float
    full_lufs: float
    last_full_s: float
    fall_s: float
    fall_db_per_s: float
    evenness: float


def threshold_lufs(hop_energies: Floats, rate_hz: int, loud_lufs: float) -> tuple[float, float]:
    """Below which level the end of a song is not heard, and that of the noise under it (-inf where none is found)."""
    levels = window_lufs(hop_energies, rate_hz, _WINDOW_HOPS)
    heard = np.flatnonzero(levels > loud_lufs - FELT_LU)
    last = int(heard[-1]) + 1 if len(heard) else len(levels)
    around = levels[max(0, last - round(_LOCAL_S * HOPS_PER_SECOND)) : last]
    local_lufs = float(np.quantile(around, 0.8)) if len(around) else loud_lufs
    felt = min(max(local_lufs - LOCAL_LU, loud_lufs - HEARING_LU), loud_lufs - FELT_LU)
    noises_lufs = [_noise_lufs(energies, rate_hz) for energies in (hop_energies, hop_energies[::-1])]
    noise_lufs = max((one for one in noises_lufs if one < loud_lufs - NOISE_MUST_LIE_LU), default=-np.inf)
    return max(felt, noise_lufs + OVER_NOISE_LU), noise_lufs


def _noise_lufs(hop_energies: Floats, rate_hz: int) -> float:
    """Level of what stands still at the end, before digital silence; -inf where it moves."""
    sounding = np.flatnonzero(hop_energies)
    audible = hop_energies[: sounding[-1]] if len(sounding) else hop_energies[:0]  # its last hop may be cut short
    for hops, still_lu in _STILL_HOPS_LU:
        if len(audible) < 3 * hops:
            continue
        before, last = (float(part.mean()) for part in (audible[-2 * hops : -hops], audible[-hops:]))
        if before > 0 and last > 0 and abs(power_to_db(last / before)) < still_lu:
            return float(window_lufs(audible[-2 * hops :], rate_hz, 2 * hops)[0])
    return -np.inf


def last_heard_hop(hop_energies: Floats, rate_hz: int, threshold: float) -> int:
    """The last hop that is heard, within 50 ms of which the level is above a threshold; the last of all if none is."""
    levels = window_lufs(hop_energies, rate_hz, SMOOTH_HOPS)
    heard = np.flatnonzero(levels > threshold)
    if not len(heard):
        return len(hop_energies) - 1
    # The last window that hears anything begins with it, unless it is the last of all.
    return int(heard[-1]) + (SMOOTH_HOPS - 1 if heard[-1] == len(levels) - 1 else 0)


def find_decay(hop_energies: Floats, rate_hz: int, threshold: float, noise_lufs: float) -> Decay:
    """How a song of such K-weighted energies a hop runs out, down to a threshold over its noise."""
    last = last_heard_hop(hop_energies, rate_hz, threshold)
    end_s = (last + 1) / HOPS_PER_SECOND
    if last + 1 < len(hop_energies):
        end_s = _crossing_s(hop_energies, rate_hz, threshold, noise_lufs, last)
    until = hop_energies[: max(1, min(len(hop_energies), round(end_s * HOPS_PER_SECOND)))]
    until = until[-round(_LONGEST_S * HOPS_PER_SECOND) :]
    fine = window_lufs(until, rate_hz, SMOOTH_HOPS)
    levels = window_lufs(until[len(until) % _STEP_HOPS :], rate_hz, _WINDOW_HOPS, _STEP_HOPS)
    if not len(levels):
        full_lufs = float(fine.max()) if len(fine) else -np.inf
        return Decay(end_s=end_s, full_lufs=full_lufs, last_full_s=0.0, fall_s=0.0, fall_db_per_s=0.0, evenness=0.0)
    full_lufs = _full_lufs(levels, threshold)
    last_full = np.flatnonzero(fine >= full_lufs - _STILL_FULL_LU)
    step_s = _STEP_HOPS / HOPS_PER_SECOND
    start = int(np.flatnonzero(levels >= full_lufs - _LEFT_FULL_LU)[-1])
    slope, evenness = _course(levels[start:])
    return Decay(
        end_s=end_s,
        full_lufs=full_lufs,
        last_full_s=(len(fine) - 1 - int(last_full[-1])) / HOPS_PER_SECOND if len(last_full) else 0.0,
        # A window tells of its middle; the last one ends at the end.
        fall_s=(len(levels) - 1 - start) * step_s + _WINDOW_HOPS / HOPS_PER_SECOND / 2,
        fall_db_per_s=-slope / step_s,
        evenness=evenness,
    )


def _full_lufs(levels: Floats, threshold: float) -> float:
    """The level from which the song falls: backwards from the end, the first that nothing in the 4 s before exceeds."""
    rising = np.maximum.accumulate(levels[::-1])
    ahead = round(_PLATEAU_S * HOPS_PER_SECOND / _STEP_HOPS)
    later = rising[np.minimum(np.arange(len(rising)) + ahead, len(rising) - 1)]
    even = (later - rising < _PLATEAU_LU) & (rising > threshold + _AUDIBLE_FALL_LU)
    return float(rising[int(np.argmax(even))] if even.any() else rising[-1])


def _crossing_s(hop_energies: Floats, rate_hz: int, threshold: float, noise_lufs: float, last: int) -> float:
    """Where a decay passes the threshold.

    One of noise or of drums wavers about its course, so that the last moment above the threshold comes late: a curve is
    laid through the last 10 LU and the first few below, the level of the noise taken off. A sudden end has no course.
    """
    fine = window_lufs(hop_energies, rate_hz, SMOOTH_HOPS)
    above = np.flatnonzero(fine[: last + 1] > threshold + 10.0)
    begin = int(above[-1]) if len(above) else 0
    falling_hops = last - begin
    coarse_s = (last + 1) / HOPS_PER_SECOND
    if falling_hops < 25:
        return coarse_s
    hops = int(np.clip(0.3 * falling_hops, SMOOTH_HOPS, _WINDOW_HOPS))  # 3 LU of the fall
    first, stop = max(0, begin - hops // 2), min(len(hop_energies), last + falling_hops // 2)
    powers = 10 ** (window_lufs(hop_energies[first:stop], rate_hz, hops) / 10) - 10 ** (noise_lufs / 10)
    course = power_to_db(np.maximum(powers, 1e-30))
    lowest = power_to_db(max(10 ** (threshold / 10) - 10 ** (noise_lufs / 10), 1e-30))
    used = np.flatnonzero((course > max(lowest - 5.0, noise_lufs)) & (course < lowest + 10.0))
    if len(used) < 10:
        return coarse_s
    time_s = (first + used + hops / 2) / HOPS_PER_SECOND
    curve = np.polynomial.Polynomial.fit(time_s, course[used] - lowest, 2)
    tries_s = np.linspace(begin, min(len(hop_energies), last + falling_hops // 2), 2000) / HOPS_PER_SECOND
    below = np.flatnonzero(curve(tries_s) <= 0.0)
    return float(tries_s[below[0]]) if len(below) and below[0] else coarse_s


def levels_at_lufs(hop_energies: Floats, rate_hz: int, hops: NDArray[np.intp]) -> Floats:
    """Level of the 50 ms from each of some hops on, LUFS."""
    levels = window_lufs(hop_energies, rate_hz, SMOOTH_HOPS)
    return np.asarray(levels[np.minimum(hops, len(levels) - 1)])


def _course(levels: Floats) -> tuple[float, float]:
    """Slope a step of the straight line through finite levels, and how much of their variance a curve explains."""
    steps = np.flatnonzero(np.isfinite(levels))
    if len(steps) < 4:
        return 0.0, 0.0
    curve = np.polynomial.Polynomial.fit(steps, levels[steps], 2)
    spread = float(levels[steps].var())
    evenness = 1.0 - float((levels[steps] - curve(steps)).var()) / spread if spread > 0 else 0.0
    return float(np.polyfit(steps, levels[steps], 1)[0]), evenness


def onset_hops(hop_energies: Floats, rate_hz: int) -> NDArray[np.intp]:
    """Hops in which notes set in: 40 ms at least 3 dB over the 0.1 s before them, the steepest within 0.1 s."""
    short, long = (window_lufs(hop_energies, rate_hz, hops) for hops in (_ONSET_HOPS, _BEFORE_HOPS))
    count = len(short) - _BEFORE_HOPS
    if count < 1:
        return np.zeros(0, dtype=np.intp)
    quiet = float(short.max()) - 80.0
    rises = np.maximum(short[_BEFORE_HOPS:], quiet) - np.maximum(long[:count], quiet)
    around = np.lib.stride_tricks.sliding_window_view(np.pad(rises, _BEFORE_HOPS), 2 * _BEFORE_HOPS + 1).max(axis=1)
    found: NDArray[np.intp] = np.flatnonzero((rises > _ONSET_DB) & (rises == around)) + _BEFORE_HOPS
    return found
