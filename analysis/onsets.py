"""Where notes begin: rises of loudness on a coarse grid to find the beat by, and on a fine one to place it."""

from __future__ import annotations

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from analysis.units import Floats

RATE_HZ = 22_050
"""The rate at which rhythm is heard; nothing of it lies above 11 kHz only."""

HOP = 256
"""Frames between two figures of the coarse grid, 11.6 ms. At 512, 120 BPM reads 117.5: the lags are too coarse."""

HOP_S = HOP / RATE_HZ

FINE = 22
"""Frames in a cell of the fine grid, 1 ms."""

FINE_S = FINE / RATE_HZ

LOW_HZ = 160.0
"""Kick drums and basses mark their beats below."""

_FRAME = 1024
_LOWEST_HZ, _HIGHEST_HZ = 40.0, 10_000.0
_BANDS = 32
_LOUDNESS = 0.5
"""Exponent from power to what is counted, the amplitude. With decibels a hat rises as far as a drum, and with the 0.3
of loudness nearly: then drums of 60 to 80 BPM with hats between were read at the double."""
_QUIETEST = 1e-8  # of the mean power: what lies 80 dB below is no onset
_AFTER_S, _BEFORE_S = 0.004, 0.015
_QUIETEST_CELL = 3e-3  # of the mean: a resampler's ringing, heard before a click, lies below


def rises(mono: Floats) -> Floats:
    """How much loudness rises from one hop to the next, all over and below 160 Hz, `(2, hops)`, mean 1 all over.

    Args:
        mono: samples at `RATE_HZ`; their gain and polarity do not matter.

    Returns:
        Figure k tells what begins about `k * HOP_S`; zeros for silence.
    """
    padded = np.pad(mono, _FRAME // 2)
    count = len(mono) // HOP + 1
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FRAME)[::HOP][:count]
    window = np.hanning(_FRAME + 1)[:-1].astype(np.float32)
    bands = _bands()
    powers = np.empty((count, bands.shape[1]))
    for first in range(0, count, 1024):  # a few megabytes at a time
        spectra = scipy.fft.rfft(frames[first : first + 1024].astype(np.float32) * window, axis=1)
        powers[first : first + 1024] = (spectra.real**2 + spectra.imag**2) @ bands
    mean = powers.mean()
    if not mean > 0:
        return np.zeros((2, count))
    loudness = (powers / mean + _QUIETEST) ** _LOUDNESS
    up = np.maximum(np.diff(loudness, axis=0, prepend=loudness[:1]), 0.0)
    found = np.stack([up.sum(axis=1), up[:, _low_bands()].sum(axis=1)])
    return np.asarray(found / max(float(found[0].mean()), 1e-12))


def attacks(mono: Floats) -> Floats:
    """How suddenly energy rises at each millisecond: log of the energy just after over that just before, `(cells,)`.

    Both are weighed exponentially with what is nearest counting most, so that the figure is greatest in the cell in
    which a note sets in, be it a click or a held tone. Steps of the waveform count beside the wave itself, so that a
    soft stick is heard over a loud bass.
    """
    count = len(mono) // FINE
    found = np.zeros(count)
    for wave in (mono, np.diff(mono, prepend=mono[:1])):
        cells = np.square(wave[: count * FINE]).reshape(count, FINE).sum(axis=1)
        after = _decaying(cells[::-1], _AFTER_S)[::-1]
        before = np.concatenate([[0.0], _decaying(cells, _BEFORE_S)[:-1]])
        least = _QUIETEST_CELL * float(cells.mean() if count else 0.0) + 1e-30
        found += np.maximum(np.log((after + least) / (before + least)), 0.0)
    return found


def _decaying(cells: Floats, time_s: float) -> Floats:
    """Mean of the cells up to each one, weighed by `exp(-age / time_s)`."""
    from scipy.signal import lfilter

    keep = float(np.exp(-FINE_S / time_s))
    return np.asarray(lfilter([1.0 - keep], [1.0, -keep], cells))


def _edges_hz() -> Floats:
    return np.geomspace(_LOWEST_HZ, _HIGHEST_HZ, _BANDS + 1)


def _low_bands() -> NDArray[np.bool_]:
    return np.asarray(_edges_hz()[1:] <= LOW_HZ * 1.1)


def _bands() -> NDArray[np.float32]:
    """Which bin counts for which band, `(bins, bands)`; a band narrower than a bin has its share of one."""
    edges = _edges_hz() * _FRAME / RATE_HZ + 0.5
    bins = np.arange(_FRAME // 2 + 1)[:, None]
    shares = np.clip(np.minimum(edges[1:], bins + 1.0) - np.maximum(edges[:-1], bins), 0.0, 1.0)
    return np.asarray(shares, dtype=np.float32)
