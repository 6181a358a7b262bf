"""Decibels to and from linear figures; silence is -inf and never an error."""

from __future__ import annotations

import math
from typing import overload

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
"""An array of float64: the only type in which audio and figures travel."""


@overload
def amplitude_to_db(amplitude: float) -> float: ...
@overload
def amplitude_to_db(amplitude: Floats) -> Floats: ...
def amplitude_to_db(amplitude: float | Floats) -> float | Floats:
    """Level of a linear amplitude in dB; 0 gives -inf.

    >>> amplitude_to_db(0.1)
    -20.0
    """
    if isinstance(amplitude, np.ndarray):
        with np.errstate(divide="ignore"):
            return 20.0 * np.log10(amplitude)
    return 20.0 * math.log10(amplitude) if amplitude > 0 else -math.inf


@overload
def power_to_db(power: float) -> float: ...
@overload
def power_to_db(power: Floats) -> Floats: ...
def power_to_db(power: float | Floats) -> float | Floats:
    """Level of a linear power in dB; 0 gives -inf.

    >>> power_to_db(100.0)
    20.0
    """
    if isinstance(power, np.ndarray):
        with np.errstate(divide="ignore"):
            return 10.0 * np.log10(power)
    return 10.0 * math.log10(power) if power > 0 else -math.inf


@overload
def db_to_amplitude(level_db: float) -> float: ...
@overload
def db_to_amplitude(level_db: Floats) -> Floats: ...
def db_to_amplitude(level_db: float | Floats) -> float | Floats:
    """Linear amplitude of a level in dB.

    >>> db_to_amplitude(20.0)
    10.0
    """
    if isinstance(level_db, np.ndarray):
        return np.asarray(10.0 ** (level_db / 20.0), dtype=np.float64)
    return float(10.0 ** (level_db / 20.0))
