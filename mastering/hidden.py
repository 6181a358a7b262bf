"""What the ear hides of a short pulse: how much may be cut off a peak, and by a pulse of which shape.

A peak of height a over the ceiling goes when a pulse p with p(0) = 1 is taken from it a times. What is heard of that
is its power against the masking threshold M(f) of the music around it, and among all pulses of one height the least is
heard of the one whose spectrum is M(f) itself (Cauchy and Schwarz: the sum of |P|^2 / M is least, for a given sum of P,
where P follows M). The idea of clipping by what is heard is that of B. Defraene et al., "Real-Time Perception-Based
Clipping of Audio Signals Using Convex Optimization", IEEE TASLP 20-10, 2012; for single peaks it has this closed form.

The threshold is that of ITU-R BS.1387-2, Annex 2, coarser: half-Bark bands, slopes of masking for one level, added as
powers, so that spreading is one product of matrices.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from analysis import standards
from analysis.kernels import fast_kernel
from analysis.units import Floats

HIDDEN_NMR_DB = -26.0
"""A pulse may be so far under the threshold, in the mean over the bands of a frame. Found by trying -30 to -15 on 21
songs: up to -20 the whole is heard less than a limiter alone, at -30 half the loudness that a cut saves is lost."""

HIDDEN_DEEPEST_DB = 3.0
"""No peak is cut by more, whatever hides it."""

PULSE_GRID = 4
"""Points of a pulse in a frame."""

_BAND_BARK = 0.5
_HIGHEST_HZ = 16_000.0  # what lies higher is no place to hide noise: codecs and converters see it, few ears do
_MASKING_LEVEL_DB = 70.0  # SPL for which the slopes of masking hold


@dataclass(frozen=True, kw_only=True, slots=True)
class HidingModel:
    """The model at one sample rate.

    Attributes:
        hop: frames between two looks; a look is twice as long, with a Hann window.
        starts: first bin of each band, and the one after the last band.
        weights: of the power in each band: outer and middle ear, and level of playback.
        inner_noise: power that the ear itself adds.
        spreading: power in each band to threshold in each band, `(bands, bands)`.
        reach: frames from the middle of a pulse to its end.
        shapes: what each band's threshold adds to half a pulse, `(bands, reach * PULSE_GRID + 1)`.
        allowance: factor from the root of a threshold's sum to the height of a hidden pulse.
    """

    hop: int
    starts: NDArray[np.int64]
    weights: Floats
    inner_noise: Floats
    spreading: Floats
    reach: int
    shapes: Floats
    allowance: float


@lru_cache(maxsize=8)
def hiding_model(rate_hz: int) -> HidingModel:
    """The model for audio of so many frames a second."""
    hop = int(2 ** round(math.log2(rate_hz * standards.EAR_FRAME_S / 2)))
    length = 2 * hop
    low, high = _bark(standards.EAR_LOWEST_HZ), _bark(min(_HIGHEST_HZ, 0.45 * rate_hz))
    bands = max(2, math.ceil((high - low) / _BAND_BARK))
    edges_hz = _hz(np.linspace(low, high, bands + 1))
    starts = np.maximum.accumulate(np.round(edges_hz * length / rate_hz).astype(np.int64))
    starts = np.unique(np.maximum(starts, 1))
    centres_hz = (starts[1:] + starts[:-1] - 1) / 2 * rate_hz / length
    khz = centres_hz / 1000
    outer_db = -2.184 * khz**-0.8 + 6.5 * np.exp(-0.6 * (khz - 3.3) ** 2) - 0.001 * khz**3.6
    weights = 10 ** ((outer_db + standards.EAR_FULL_SCALE_DB_SPL) / 10) / (length / 4) ** 2
    reach = hop // 4
    return HidingModel(
        hop=hop,
        starts=starts,
        weights=weights,
        inner_noise=10 ** (0.1456 * khz**-0.8),
        spreading=_spreading(np.asarray([_bark(hz) for hz in centres_hz]), centres_hz),
        reach=reach,
        shapes=_shapes(centres_hz, rate_hz, reach),
        allowance=2 / length * math.sqrt(10 ** (HIDDEN_NMR_DB / 10) * (len(starts) - 1)),
    )


def _bark(hz: float) -> float:
    return 7 * math.asinh(hz / 650)


def _hz(bark: Floats) -> Floats:
    return np.asarray(650 * np.sinh(bark / 7))


def _spreading(bark: Floats, centres_hz: Floats) -> Floats:
    """Annex 2, clause 2.1: slopes of masking, made to leave a flat spectrum flat, and the threshold's offset."""
    away = bark[None, :] - bark[:, None]  # from the band that masks to the band that is masked
    upper = 24.0 + 230.0 / centres_hz[:, None] - 0.2 * _MASKING_LEVEL_DB
    slopes_db = np.where(away > 0, -upper * away, standards.EAR_LOWER_SLOPE_DB_PER_BARK * away)
    spread = 10 ** (slopes_db / 10)
    spread /= spread.sum(axis=1, keepdims=True)
    spread /= spread.sum(axis=0, keepdims=True)
    above = bark - bark[0]
    offsets_db = np.where(
        above <= standards.EAR_MASK_OFFSET_BARK,
        standards.EAR_MASK_OFFSET_DB,
        standards.EAR_MASK_OFFSET_DB_PER_BARK * above,
    )
    return np.asarray(spread * 10 ** (-offsets_db / 10))


def _shapes(centres_hz: Floats, rate_hz: int, reach: int) -> Floats:
    """Half pulses whose spectra are triangles over the bands, under a Hann window that ends with the pulse."""
    points = 2 * reach * PULSE_GRID
    bins_hz = np.arange(reach + 1) * rate_hz / (2 * reach)
    spectra = np.array([np.interp(bins_hz, centres_hz, row, right=0.0) for row in np.eye(len(centres_hz))])
    spectra[:, bins_hz < centres_hz[0] / 2] = 0.0
    padded = np.pad(spectra, ((0, 0), (0, points // 2 - reach)))
    half = scipy.fft.irfft(padded, points, axis=1)[:, : points // 2 + 1] * PULSE_GRID
    window = 0.5 + 0.5 * np.cos(np.pi * np.arange(points // 2 + 1) / (points // 2))
    return np.asarray(half * window)


def thresholds(model: HidingModel, samples: Floats, looks: NDArray[np.intp]) -> Floats:
    """Masking threshold in each band around some frames, as power of a Fourier transform's bin.

    Args:
        model: of the samples' rate.
        samples: one channel.
        looks: first samples of what is looked at, two hops each.

    Returns:
        `(looks, bands)`.
    """
    if not len(looks):
        return np.zeros((0, len(model.weights)))
    length = 2 * model.hop
    views = np.empty((len(looks), length), dtype=np.float32)
    for view, first in zip(views, looks, strict=True):
        np.multiply(samples[first : first + length], _window(length), out=view, casting="same_kind")
    powers = _band_powers(scipy.fft.rfft(views, axis=1), model.starts)
    heard = np.maximum(powers * model.weights, 1e-12) + model.inner_noise
    return np.asarray((heard @ model.spreading) / model.weights)


@lru_cache(maxsize=8)
def _window(length: int) -> Floats:
    return np.asarray(0.5 - 0.5 * np.cos(2 * np.pi / length * np.arange(length)))


@fast_kernel
def _band_powers(spectra: NDArray[np.complex64], starts: NDArray[np.int64]) -> Floats:
    out = np.empty((len(spectra), len(starts) - 1))
    for look in range(len(spectra)):
        for band in range(len(starts) - 1):
            power = np.float32(0.0)
            for k in range(starts[band], starts[band + 1]):
                power += spectra[look, k].real ** 2 + spectra[look, k].imag ** 2
            out[look, band] = power
    return out


def allowances(model: HidingModel, masks: Floats) -> Floats:
    """Height of the highest single pulse that stays hidden, linear, for thresholds `(..., bands)`."""
    widths = np.diff(model.starts)
    return np.asarray(model.allowance * np.sqrt(masks @ widths))


def pulses(model: HidingModel, masks: Floats) -> Floats:
    """The pulse that is heard least under each threshold `(..., bands)`: from its middle, 1.0, to its end."""
    made = masks @ model.shapes
    return np.asarray(made / made[..., :1])
