"""How much goes on in a song from second to second: one figure from 0 to 1, of loudness, notes and brightness.

What listeners call energy, or arousal, follows loudness first, then how fast events come and how bright they are
(E. Schubert, "Modeling perceived emotion with continuous musical features", Music Perception 21, 2004; T. Eerola,
O. Lartillot and P. Toiviainen, "Prediction of multidimensional emotional ratings in music from audio", ISMIR 2009).
Loudness is counted against the song's own loud sections: how loud a mix is says how it was exported, no more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.content import Course
from analysis.hops import HOPS_PER_SECOND
from analysis.loudness import window_lufs
from analysis.units import Floats

STEP_S = 1.0
"""Seconds from figure to figure."""

LOUDNESS_WEIGHT, ONSETS_WEIGHT, BRIGHTNESS_WEIGHT = 0.5, 0.3, 0.2
"""In the order that the studies agree on; how much each counts they do not."""

SOFTEST_LU = 20.0
"""So far below the loud sections, loudness adds nothing."""

MOST_ONSETS_PER_S = 6.0
"""Quavers at 180 BPM; more add nothing. Hats 20 dB under the drums are not counted."""

DARKEST_OCTAVES, BRIGHTEST_OCTAVES = 3.0, 7.0
"""Brightness of 250 Hz and of 4 kHz, in octaves over 31.25 Hz: of 20 songs tried all but a few seconds lie between."""

_NEIGHBOURHOOD_S = 1.0
_ONSET_OVER_MEAN = 0.1
_APART_FRAMES = 5
_EDGE_STEPS = 15


@dataclass(frozen=True, kw_only=True, slots=True)
class Energy:
    """Energy of a song. None where it is silent.

    Attributes:
        curve: 0 to 1, a figure a second.
        mean: of the part that sounds.
        opening, closing: of the first and the last 15 s of that.
        onsets_per_s: how many notes or strokes set in, over the part that sounds.
    """

    curve: tuple[float, ...] = ()
    mean: float | None = None
    opening: float | None = None
    closing: float | None = None
    onsets_per_s: float | None = None


def measure_energy(
    hop_energies: Floats, rate_hz: int, course: Course, loud_lufs: float | None, heard_s: tuple[float, float]
) -> Energy:
    """Energy of a song that sounds between two times, from K-weighted energy per 10 ms hop and its course."""
    hops = round(STEP_S * HOPS_PER_SECOND)
    loudness = window_lufs(hop_energies, rate_hz, hops, hops)
    if loud_lufs is None or not len(loudness):
        return Energy()
    onsets = _onsets_per_s(course, len(loudness))
    bright = _per_step(course.brightness, course.hop_s, len(loudness))
    curve = (
        LOUDNESS_WEIGHT * np.clip(1.0 + (loudness - loud_lufs) / SOFTEST_LU, 0.0, 1.0)
        + ONSETS_WEIGHT * np.clip(onsets / MOST_ONSETS_PER_S, 0.0, 1.0)
        + BRIGHTNESS_WEIGHT * np.clip((bright - DARKEST_OCTAVES) / (BRIGHTEST_OCTAVES - DARKEST_OCTAVES), 0.0, 1.0)
    )
    first, last = int(heard_s[0]), max(int(heard_s[0]) + 1, min(len(curve), round(heard_s[1])))
    heard = curve[first:last] if first < len(curve) else curve[-1:]
    return Energy(
        curve=tuple(round(float(figure), 3) for figure in curve),
        mean=float(heard.mean()),
        opening=float(heard[:_EDGE_STEPS].mean()),
        closing=float(heard[-_EDGE_STEPS:].mean()),
        onsets_per_s=float(onsets[first:last].mean()) if first < len(onsets) else 0.0,
    )


def _onsets_per_s(course: Course, steps: int) -> Floats:
    """Onsets a second about each step: rises that stand out among those of the second around, 50 ms apart or more."""
    from scipy.ndimage import maximum_filter1d, uniform_filter1d

    if not len(course.rise):
        return np.zeros(steps)
    second = max(1, round(_NEIGHBOURHOOD_S / course.hop_s))
    rise = course.rise / uniform_filter1d(course.amplitude, second, mode="nearest")
    peaks = rise == maximum_filter1d(rise, _APART_FRAMES)
    onsets = peaks & (rise > uniform_filter1d(rise, second, mode="nearest") + _ONSET_OVER_MEAN)
    rate = uniform_filter1d(onsets / course.hop_s, max(1, round(3 * STEP_S / course.hop_s)), mode="constant")
    return _per_step(rate, course.hop_s, steps)


def _per_step(figures: Floats, hop_s: float, steps: int) -> Floats:
    """Mean over each step; the last figure where there are no more."""
    if not len(figures):
        return np.zeros(steps)
    edges = np.minimum(np.round(np.arange(steps + 1) * STEP_S / hop_s).astype(np.int64), len(figures))
    total = np.concatenate([[0.0], np.cumsum(figures)])
    counts = np.diff(edges)
    return np.where(counts > 0, np.diff(total[edges]) / np.maximum(counts, 1), figures[-1])
