"""What mono takes off a song: foretold from its spectrum, and how much more of that widening may ask for."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from analysis.loudness import k_weighting_db
from analysis.spectrum import TWELFTH_OCTAVES_HZ
from analysis.units import Floats

if TYPE_CHECKING:
    from analysis.spectrum import Spectrum

MOST_FOLD_LOSS_DB = 1.0
"""Never harm: widening makes the mono sum no quieter than this, against the song in stereo."""

FOLD_WORDS = f"or mono would lose over {MOST_FOLD_LOSS_DB:g} dB more"
FOLD_BANDS_HZ = TWELFTH_OCTAVES_HZ


def fold_loss_db(spectrum: Spectrum, *, mid_db: Floats | float = 0.0, side_db: Floats | float = 0.0) -> float:
    """Loudness of stereo less that of its mono sum, (left + right) / 2 from both loudspeakers; K-weighted (BS.1770-5).

    Args:
        spectrum: of the song.
        mid_db: gain of mid in the fine bands, `FOLD_BANDS_HZ`.
        side_db: gain of side, likewise.

    Returns:
        dB; 0 for mono, inf where mono is silent.
    """
    mid, side = (_heard(power_db, gain_db) for power_db, gain_db in _parts(spectrum, mid_db, side_db))
    if side <= 0:
        return 0.0
    return 10 * math.log10(1 + side / mid) if mid > 0 else math.inf


def bearable_side_db(spectrum: Spectrum, *, mid_db: Floats | float, side_db: Floats | float) -> float:
    """How far the side must come down as a whole for mono to lose no more than the bound; 0 or less, dB."""
    mid, side = (_heard(power_db, gain_db) for power_db, gain_db in _parts(spectrum, mid_db, side_db))
    before_db = fold_loss_db(spectrum)
    if side <= 0 or mid <= 0 or math.isinf(before_db):
        return 0.0
    most = mid * (10 ** ((before_db + MOST_FOLD_LOSS_DB) / 10) - 1)
    return min(0.0, 10 * math.log10(most / side))


def _parts(spectrum: Spectrum, mid_db: Floats | float, side_db: Floats | float) -> tuple[tuple[Floats, Floats], ...]:
    nothing = np.zeros(len(FOLD_BANDS_HZ))
    return (
        (np.array(spectrum.fine_mid_db), nothing + mid_db),
        (np.array(spectrum.fine_side_db), nothing + side_db),
    )


def _heard(power_db: Floats, gain_db: Floats) -> float:
    return float((10 ** ((power_db + gain_db + k_weighting_db(FOLD_BANDS_HZ)) / 10)).sum())
