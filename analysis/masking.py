"""How loud what was done to a sound is against what the sound itself hides: the noise-to-mask ratio.

The ear model on Fourier transforms of ITU-R BS.1387-2, Annex 2, without its masking forward in time: what rings on
hides a little more than is counted here. Formulas as P. Kabal writes them out (*An Examination and Interpretation of
ITU-R BS.1387*, McGill University, 2003). Noise is the difference of two magnitude spectra, as there, but taken after
each frame's own gain is evened out: a gain that moves more slowly than a frame is level and not noise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy.fft

from analysis import standards
from analysis.kernels import kernel
from analysis.spectrum import Complexes
from analysis.units import Floats

_LEAST = 1e-12  # power, re the threshold's scale: the recommendation's own guard
_DUST = 1e-24  # power of rounding against that of the sound


@dataclass(frozen=True, kw_only=True, slots=True)
class Ear:
    """The model at one sample rate.

    Attributes:
        length: frames of a Fourier transform.
        weights: of each bin's magnitude: outer and middle ear, window and level of playback.
        edges: of the bands, in bins.
        inner_noise: power that the ear itself adds to each band.
        upper_db: slope of masking towards high frequencies without its part that follows level, dB a band.
        offsets: power ratio of each band's masking threshold to its excitation.
        flat: what spreading makes of a power of 1 in every band; it is divided out.
    """

    length: int
    weights: Floats
    edges: Floats
    inner_noise: Floats
    upper_db: Floats
    offsets: Floats
    flat: Floats


def ear(rate_hz: int) -> Ear:
    """The model for audio of so many frames a second."""
    length = int(2 ** round(math.log2(rate_hz * standards.EAR_FRAME_S)))
    low, high = (7 * math.asinh(hz / 650) for hz in (standards.EAR_LOWEST_HZ, standards.EAR_HIGHEST_HZ))
    bands = math.ceil((high - low) / standards.EAR_BAND_BARK)
    bark = np.minimum(low + standards.EAR_BAND_BARK * np.arange(bands + 1), high)
    centres_hz = 650 * np.sinh((bark[1:] + bark[:-1]) / 14)
    edges = np.clip(650 * np.sinh(bark / 7) * length / rate_hz + 0.5, 0.0, length // 2 + 1)
    khz = np.maximum(scipy.fft.rfftfreq(length, 1 / rate_hz), 1.0) / 1000
    outer_db = -2.184 * khz**-0.8 + 6.5 * np.exp(-0.6 * (khz - 3.3) ** 2) - 0.001 * khz**3.6
    full_scale = length / 4  # what a full-scale sine reads through a Hann window
    weights = 10 ** ((outer_db + standards.EAR_FULL_SCALE_DB_SPL) / 20) / full_scale
    above = standards.EAR_BAND_BARK * np.arange(bands)
    offsets_db = np.where(
        above <= standards.EAR_MASK_OFFSET_BARK,
        standards.EAR_MASK_OFFSET_DB,
        standards.EAR_MASK_OFFSET_DB_PER_BARK * above,
    )
    upper_db = (-24.0 - 230.0 / centres_hz) * standards.EAR_BAND_BARK
    flat = np.empty(bands)
    _spread(np.ones(bands), upper_db, np.ones(bands), flat)
    return Ear(
        length=length,
        weights=weights,
        edges=edges,
        inner_noise=10 ** (0.1456 * (centres_hz / 1000) ** -0.8),
        upper_db=upper_db,
        offsets=10 ** (-offsets_db / 10),
        flat=flat,
    )


def noise_to_mask(model: Ear, plain: Floats, changed: Floats) -> Floats:
    """Power of noise over that of the masking threshold in each band of some frames of one channel.

    Args:
        model: of the frames' rate.
        plain: the sound that hides, `(frames, model.length)` samples.
        changed: what was made of it.

    Returns:
        `(frames, bands)`, linear.
    """
    window = 0.5 - 0.5 * np.cos(2 * np.pi / model.length * np.arange(model.length))
    spectra = [scipy.fft.rfft(np.asarray(part * window), axis=1) for part in (plain, changed)]
    return _ratios(
        spectra[0], spectra[1], model.weights, model.edges, model.inner_noise, model.upper_db, model.offsets, model.flat
    )


@kernel
def _spread(powers: Floats, upper_db: Floats, flat: Floats, out: Floats) -> None:
    """What the powers in all bands excite in each: Annex 2, clause 2.1, frequency spreading."""
    bands = len(powers)
    width = standards.EAR_BAND_BARK
    power = standards.EAR_SPREADING_POWER
    lower = 10.0 ** (-standards.EAR_LOWER_SLOPE_DB_PER_BARK * width / 10)
    out[:] = 0.0
    for band in range(bands):
        level_db = 10.0 * np.log10(powers[band])
        upper = 10.0 ** ((upper_db[band] + 0.2 * width * level_db) / 10)
        whole = (1 - lower ** (band + 1)) / (1 - lower) - 1.0
        whole += bands - band if abs(1 - upper) < 1e-9 else (1 - upper ** (bands - band)) / (1 - upper)
        own = (powers[band] / whole) ** power
        falling, step = own, lower**power
        for k in range(band - 1, -1, -1):
            falling *= step
            out[k] += falling
        falling, step = own, upper**power
        for k in range(band, bands):
            out[k] += falling
            falling *= step
    for band in range(bands):
        out[band] = out[band] ** (1 / power) / flat[band]


@kernel
def _ratios(  # noqa: PLR0913  (a kernel takes the model apart)
    plain: Complexes,
    changed: Complexes,
    weights: Floats,
    edges: Floats,
    inner_noise: Floats,
    upper_db: Floats,
    offsets: Floats,
    flat: Floats,
) -> Floats:
    frames, bins = plain.shape
    bands = len(edges) - 1
    out = np.zeros((frames, bands))
    before, after, power, excited = np.empty(bins), np.empty(bins), np.empty(bands), np.empty(bands)
    for frame in range(frames):
        both = alone = total = 0.0
        for k in range(bins):
            before[k] = weights[k] * abs(plain[frame, k])
            after[k] = weights[k] * abs(changed[frame, k])
            both += before[k] * after[k]
            alone += after[k] ** 2
            total += before[k] ** 2
        gain = both / alone if alone > 0.0 else 1.0
        for band in range(bands):
            low, high = edges[band], edges[band + 1]
            noise = 0.0
            power[band] = 0.0
            for k in range(int(low), min(int(np.ceil(high)), bins)):
                share = min(high, k + 1.0) - max(low, float(k))
                power[band] += share * before[k] ** 2
                noise += share * (before[k] - gain * after[k]) ** 2
            power[band] = max(power[band], _LEAST) + inner_noise[band]
            if noise > _DUST * total:
                out[frame, band] = noise
        _spread(power, upper_db, flat, excited)
        for band in range(bands):
            out[frame, band] /= excited[band] * offsets[band]
    return out
