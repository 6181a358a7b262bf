"""What engineers do to a spectrum, before anything is known of them: the shape of the covariance K of their EQ.

Engineers reach for shelves at both ends, a few broad bells anywhere between, and now and then a tilt; rooms and
loudspeakers do the rest, smoothly. Each of these as likely as practice has it (field guides agree on Q of 0.5 to 2 and
shelves below 300 Hz and above 2.5 kHz) gives half of K; a Gaussian of distance in octaves gives the other half, for
what is none of these.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from analysis.spectrum import TONE_BANDS_HZ
from analysis.units import Floats

_LOW_SHELVES_HZ, _HIGH_SHELVES_HZ, _BELLS_HZ = (40.0, 300.0), (2_500.0, 14_000.0), (50.0, 12_000.0)
_BELL_OCTAVES = (0.35, 1.2)  # standard deviation of a bell over frequency
_SHELF_OCTAVES = 0.5  # of the logistic slope of a shelf
_BELLS = 3  # of them to one shelf at each end
_TILT = 0.18  # dB an octave, to shelves and bells of 1 dB
_SMOOTH_OCTAVES = 1.4
_POINTS = 25


@lru_cache(maxsize=1)
def eq_kernel() -> Floats:
    """Covariance of engineers' EQ over the 28 tone bands, `(28, 28)`, of mean variance 1; the level is left out."""
    octaves = np.log2(TONE_BANDS_HZ)
    centred = octaves - octaves.mean()
    practice = _TILT**2 * np.outer(centred, centred)
    practice += _mean_square(_shelves(octaves, _LOW_SHELVES_HZ, -1.0)) + _mean_square(
        _shelves(octaves, _HIGH_SHELVES_HZ, 1.0)
    )
    practice += _BELLS * _mean_square(_bells(octaves))
    smooth = np.exp(-0.5 * ((octaves[:, None] - octaves) / _SMOOTH_OCTAVES) ** 2)
    return _unit(practice) * 0.5 + _unit(smooth) * 0.5


def _places(edges_hz: tuple[float, float]) -> Floats:
    return np.linspace(np.log2(edges_hz[0]), np.log2(edges_hz[1]), _POINTS)


def _shelves(octaves: Floats, edges_hz: tuple[float, float], side: float) -> Floats:
    away = (octaves - _places(edges_hz)[:, None]) * side / _SHELF_OCTAVES
    return np.asarray(1.0 / (1.0 + np.exp(-away)))


def _bells(octaves: Floats) -> Floats:
    widths = np.geomspace(*_BELL_OCTAVES, 5)[:, None, None]
    shapes = np.exp(-0.5 * ((octaves - _places(_BELLS_HZ)[:, None]) / widths) ** 2)
    return np.asarray(shapes.reshape(-1, len(octaves)))


def _mean_square(curves: Floats) -> Floats:
    level_free = curves - curves.mean(axis=1, keepdims=True)
    return np.asarray(level_free.T @ level_free / len(curves))


def _unit(covariance: Floats) -> Floats:
    return np.asarray(covariance * len(covariance) / np.trace(covariance))
