"""Where a song is felt to begin and to end, which is seldom where the file does."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from analysis.hops import HOPS_PER_SECOND
from analysis.loudness import integrated_lufs, window_lufs
from analysis.units import Floats

_FELT_LU = 50.0  # a decay this far below the loud sections is no longer heard as part of the song
_OVER_NOISE_LU = 6.0
_QUIETEST_LUFS = -70.0
_NOISE_MUST_LIE_LU = 35.0  # a "floor" nearer than this to the loud sections is music
_SMOOTH_HOPS = 5
_EDGE_S = 15.0
_COLD_S = 0.6
_FADE_S = 4.0
_LOCAL_S = 20.0
_STILL_FULL_LU = 6.0


class Ending(StrEnum):
    """How a song goes out."""

    COLD = "cold"
    RING_OUT = "ring-out"
    FADE = "fade"


@dataclass(frozen=True, kw_only=True, slots=True)
class Edges:
    """Beginning and end as heard, seconds from the first frame.

    Attributes:
        first_sound_s: the first onset; 0 for silence.
        felt_end_s: where the decay drops out of hearing; the whole length for silence.
        ending: how it goes out.
        opening_lufs, closing_lufs: loudness of the first and the last 15 s between these two; None where silent.
    """

    first_sound_s: float
    felt_end_s: float
    ending: Ending
    opening_lufs: float | None
    closing_lufs: float | None


def find_edges(hop_energies: Floats, rate_hz: int, loud_lufs: float | None, duration_s: float) -> Edges:
    """Find them from K-weighted energy per 10 ms hop and the loudness of the loud sections."""
    levels = window_lufs(hop_energies, rate_hz, _SMOOTH_HOPS)
    if loud_lufs is None or not len(levels):
        return Edges(first_sound_s=0.0, felt_end_s=duration_s, ending=Ending.COLD, opening_lufs=None, closing_lufs=None)
    heard = np.flatnonzero(levels > _threshold_lufs(hop_energies, rate_hz, loud_lufs))
    if not len(heard):
        heard = np.array([0, len(levels) - 1])
    first = int(heard[0]) + (_SMOOTH_HOPS - 1 if heard[0] else 0)  # the window that first hears it ends in it
    last = int(heard[-1]) + (_SMOOTH_HOPS if heard[-1] == len(levels) - 1 else 1)
    felt_end_s = duration_s if last >= len(hop_energies) else last / HOPS_PER_SECOND
    edge = round(_EDGE_S * HOPS_PER_SECOND)
    return Edges(
        first_sound_s=min(first / HOPS_PER_SECOND, felt_end_s),
        felt_end_s=felt_end_s,
        ending=_ending(hop_energies[:last], rate_hz),
        opening_lufs=_finite(integrated_lufs(hop_energies[first : min(first + edge, last)], rate_hz)),
        closing_lufs=_finite(integrated_lufs(hop_energies[max(first, last - edge) : last], rate_hz)),
    )


def _threshold_lufs(hop_energies: Floats, rate_hz: int, loud_lufs: float) -> float:
    threshold = max(loud_lufs - _FELT_LU, _QUIETEST_LUFS)
    windows = window_lufs(hop_energies, rate_hz, 40)
    audible = windows[np.isfinite(windows)]
    if len(audible) and audible.min() < loud_lufs - _NOISE_MUST_LIE_LU:
        threshold = max(threshold, float(audible.min()) + _OVER_NOISE_LU)
    return threshold


def _ending(hop_energies: Floats, rate_hz: int) -> Ending:
    """Time from the last moment at full level to the end: short is cold, long a fade, between them a ring-out."""
    levels = window_lufs(hop_energies[-round(_LOCAL_S * HOPS_PER_SECOND) :], rate_hz, 20)
    if not len(levels):
        return Ending.COLD
    full = float(np.quantile(levels, 0.8)) - _STILL_FULL_LU
    falling_s = (len(levels) - 1 - int(np.flatnonzero(levels >= full)[-1])) / HOPS_PER_SECOND
    return Ending.COLD if falling_s < _COLD_S else Ending.FADE if falling_s > _FADE_S else Ending.RING_OUT


def _finite(level: float | None) -> float | None:
    return level if level is not None and np.isfinite(level) else None
