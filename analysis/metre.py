"""Which beats begin a bar, and how many beats a bar has: three or four, or not told."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy.fft

from analysis.beats import Beat, Rhythm
from analysis.onsets import HOP_S, RATE_HZ
from analysis.units import Floats

METRES = (3, 4)

SURE = 0.9
"""Confidence from which a metre is told: one guess in ten of those would be wrong if beats were drawn by lot."""

FEWEST_BARS = 4

_FRAME = 4096  # 0.19 s: tells chords apart, and is shorter than most beats
_AFTER_S = 0.02  # past the stroke of the drum
_LOWEST_HZ, _HIGHEST_HZ = 60.0, 1200.0
_LOW_WEIGHT, _RISE_WEIGHT = 1.0, 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Bars:
    """Where bars begin.

    Attributes:
        metre: beats in a bar, 3 or 4.
        confidence: 0 to 1, that this metre and this beat stand out by more than chance.
        downbeat_s: time of one downbeat, on the grid of the beats.
    """

    metre: int
    confidence: float
    downbeat_s: float


def find_bars(mono: Floats, rhythm: Rhythm, beat: Beat) -> Bars | None:
    """The bars of an excerpt with a steady beat; None where no beat of the bar stands out.

    A bar begins where the harmony changes, where kick and bass set in, and where much does at once (harmony after
    M. Davies and M. Plumbley, "A spectral difference approach to downbeat extraction in musical audio", EUSIPCO 2006).

    Args:
        mono: the excerpt at 22.05 kHz.
        rhythm: its rises.
        beat: its beat.
    """
    if not beat.steady:
        return None
    period_s = 60.0 / beat.tempo_bpm
    first = math.ceil((beat.times_s[0] - beat.beat_s) / period_s - 0.1)
    last = math.floor((beat.times_s[-1] - beat.beat_s) / period_s + 0.1)
    times_s = beat.beat_s + np.arange(first, last + 1) * period_s
    if len(times_s) < FEWEST_BARS * max(METRES):
        return None
    marks = (
        _standard(_changes(mono, times_s))
        + _LOW_WEIGHT * _standard(_at(rhythm.low_rise, times_s))
        + _RISE_WEIGHT * _standard(_at(rhythm.rise, times_s))
    )
    confidence, metre, phase = max(_folded(marks, metre) for metre in METRES)
    if confidence < SURE:
        return None
    return Bars(metre=metre, confidence=confidence, downbeat_s=float(times_s[phase]))


def _folded(marks: Floats, metre: int) -> tuple[float, int, int]:
    """Confidence of a metre, the metre, and which of its beats is the first.

    The mean mark of the best beat of the bar is held against that of the next best: a difference of means, by its
    standard error, as a share of the normal distribution.
    """
    rows = [marks[phase::metre] for phase in range(metre)]
    means = np.array([row.mean() for row in rows])
    second, best = (int(phase) for phase in np.argsort(means, kind="stable")[-2:])
    error = math.sqrt(sum(float(rows[phase].var()) / len(rows[phase]) for phase in (second, best)) + 1e-4)
    return math.erf(float(means[best] - means[second]) / error / math.sqrt(2.0)), metre, best


def _changes(mono: Floats, times_s: Floats) -> Floats:
    """How much the spectrum of each beat differs from that of the beat before it, 0 to 1."""
    starts = np.round((times_s + _AFTER_S) * RATE_HZ).astype(np.int64)
    padded = np.pad(mono, (0, max(0, int(starts[-1]) + _FRAME - len(mono))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FRAME)[np.clip(starts, 0, None)]
    bins = np.arange(*(round(hz * _FRAME / RATE_HZ) for hz in (_LOWEST_HZ, _HIGHEST_HZ)))
    spectra = np.sqrt(np.abs(scipy.fft.rfft(frames * np.hanning(_FRAME), axis=1)[:, bins]))
    spectra /= np.sqrt(np.sum(np.square(spectra), axis=1, keepdims=True)) + 1e-12
    likeness = np.sum(spectra[1:] * spectra[:-1], axis=1)
    return np.concatenate([[1.0 - float(likeness.mean())], 1.0 - likeness])


def _at(rise: Floats, times_s: Floats) -> Floats:
    """The greatest rise within a hop of each time."""
    hops = np.round(times_s / HOP_S).astype(np.int64)
    return np.asarray(rise[np.clip(hops[:, None] + np.arange(-1, 2), 0, len(rise) - 1)].max(axis=1))


def _standard(values: Floats) -> Floats:
    """About their mean, in standard deviations, four at most; zeros where nothing varies."""
    spread = float(values.std())
    return np.clip((values - values.mean()) / spread, -4.0, 4.0) if spread > 1e-9 else np.zeros(len(values))
