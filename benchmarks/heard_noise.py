"""Noise against mask at one gain for the whole, written apart from the product's own meter.

The ear model on Fourier transforms of ITU-R BS.1387-2, Annex 2 (basic version, without masking forward in time). The
product evens out each frame's gain, because a slow gain is level and not noise; here every change of gain counts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]

_FRAME = 2048
_FULL_SCALE_DB_SPL = 92.0
_BAND_BARK = 0.25
_LOWEST_HZ, _HIGHEST_HZ = 80.0, 18_000.0
_LOWER_SLOPE_DB = 27.0  # a Bark
_ADDING_POWER = 0.4
_AT_ONCE = 64  # frames: a matrix of bands by bands for each


def noise_to_mask_db(plain: Samples, changed: Samples, rate_hz: int) -> float:
    """Mean over frames, bands and channels of noise over threshold, dB; audio `(frames, channels)`, 44.1 or 48 kHz."""
    changed = changed * (float((plain * changed).sum()) / float((changed**2).sum()))
    freqs_hz = np.fft.rfftfreq(_FRAME, 1 / rate_hz)
    low, high = (7 * np.arcsinh(hz / 650) for hz in (_LOWEST_HZ, _HIGHEST_HZ))
    bands = int(np.ceil((high - low) / _BAND_BARK))
    edges_hz = 650 * np.sinh(np.minimum(low + _BAND_BARK * np.arange(bands + 1), high) / 7)
    shares = _shares(edges_hz, freqs_hz)
    weights = _weights(freqs_hz)
    centres_hz = 650 * np.sinh((7 * np.arcsinh(edges_hz[1:] / 650) + 7 * np.arcsinh(edges_hz[:-1] / 650)) / 14)
    inner = 10 ** (0.1456 * (centres_hz / 1000) ** -0.8)
    offsets_db = np.maximum(3.0, 0.25 * _BAND_BARK * np.arange(bands))
    flat = _spread(np.ones((1, bands)), centres_hz)[0]
    total, count = 0.0, 0
    for channel in range(plain.shape[1]):
        spectra = [_magnitudes(audio[:, channel]) * weights for audio in (plain, changed)]
        for start in range(0, len(spectra[0]), _AT_ONCE):
            before, after = (part[start : start + _AT_ONCE] for part in spectra)
            power = np.maximum(before**2 @ shares, 1e-12) + inner
            mask = _spread(power, centres_hz) / flat * 10 ** (-offsets_db / 10)
            ratios = ((before - after) ** 2 @ shares) / mask
            total, count = total + float(ratios.sum()), count + ratios.size
    return float(10 * np.log10(total / count + 1e-20))


def _magnitudes(channel: Samples) -> Samples:
    """Of frames under a Hann window that overlap by half; a full-scale sine reads 1."""
    views = np.lib.stride_tricks.sliding_window_view(channel, _FRAME)[:: _FRAME // 2]
    window = 0.5 - 0.5 * np.cos(2 * np.pi / _FRAME * np.arange(_FRAME))
    return np.asarray(np.abs(np.fft.rfft(views * window, axis=1)) * 4 / _FRAME)


def _weights(freqs_hz: Samples) -> Samples:
    """Outer and middle ear and the level of playback, for magnitudes."""
    khz = np.maximum(freqs_hz, 1.0) / 1000
    ear_db = -0.6 * 3.64 * khz**-0.8 + 6.5 * np.exp(-0.6 * (khz - 3.3) ** 2) - 0.001 * khz**3.6
    return np.asarray(10 ** ((ear_db + _FULL_SCALE_DB_SPL) / 20))


def _shares(edges_hz: Samples, freqs_hz: Samples) -> Samples:
    """How much of each bin lies in each band, `(bins, bands)`: a bin reaches half way to the next."""
    half = freqs_hz[1] / 2
    top = np.minimum(edges_hz[1:][None, :], (freqs_hz + half)[:, None])
    bottom = np.maximum(edges_hz[:-1][None, :], (freqs_hz - half)[:, None])
    return np.asarray(np.maximum(top - bottom, 0.0) / (2 * half))


def _spread(power: Samples, centres_hz: Samples) -> Samples:
    """What the powers `(frames, bands)` excite in each band: slopes that follow level, added at the power of 0.4."""
    bands = power.shape[1]
    away = _BAND_BARK * (np.arange(bands)[None, :] - np.arange(bands)[:, None])  # to column from row
    upper_db = -24.0 - 230.0 / centres_hz + 0.2 * 10 * np.log10(power)
    slopes_db = np.where(away < 0, _LOWER_SLOPE_DB * away, upper_db[:, :, None] * away)
    whole = (10 ** (slopes_db / 10)).sum(axis=2)
    parts = (power / whole)[:, :, None] ** _ADDING_POWER * 10 ** (_ADDING_POWER * slopes_db / 10)
    return np.asarray(parts.sum(axis=1) ** (1 / _ADDING_POWER))
