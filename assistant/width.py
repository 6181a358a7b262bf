"""A track's width: from what its engineer is thought to have added to the side signal, and the words for it."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np

from analysis.spectrum import NARROWEST_DB, TONE_BANDS_HZ, WIDTH_REGIONS_HZ
from analysis.track import TrackAnalysis
from analysis.units import Floats
from assistant.mono_fold import FOLD_BANDS_HZ, FOLD_WORDS, MOST_FOLD_LOSS_DB, fold_loss_db
from mastering.eq import response_db
from mastering.eq_fit import fit
from mastering.specs import EqBand

NARROWEST, WIDEST = 0.7, 1.4
"""Never harm: bounds of the side signal's gain, in any band."""

_HALVINGS = 20
_WORTH_DB = 0.3
_UNEVEN_WORTH_DB = 0.7  # from the mean over the regions, RMS
_REGION_NAMES = ("low mids", "mids", "presence", "highs")


@dataclass(frozen=True, kw_only=True, slots=True)
class WidthDecision:
    """A track's width factor, bands of EQ on its side signal, and why."""

    factor: float
    side_bands: tuple[EqBand, ...]
    why: str


UNTOUCHED = WidthDecision(factor=1.0, side_bands=(), why="")


def decide_width(track: TrackAnalysis, effect_db: Floats, deviation_db: Floats, strength: float) -> WidthDecision:
    """Take off what the engineer added to the side signal, as far as it is sure, bounded.

    Args:
        track: what was measured.
        effect_db: posterior mean in the four regions of `WIDTH_REGIONS_HZ`.
        deviation_db: posterior standard deviation, likewise.
        strength: 0 to 1.
    """
    if track.source.channels == 1 or not (track.spectrum.regional_width_db() > NARROWEST_DB).any():
        return WidthDecision(factor=1.0, side_bands=(), why="mono: left alone")
    whole, spread = float(effect_db.mean()), float(deviation_db.mean())
    lowest, highest = 20 * math.log10(NARROWEST), 20 * math.log10(WIDEST)
    wanted = np.clip(-strength * effect_db, lowest, highest)
    broad = float(wanted.mean()) if abs(wanted.mean()) >= _WORTH_DB else 0.0
    bands = _side_bands(wanted - broad, track.source.rate_hz, lowest - broad, highest - broad)
    if not broad and not bands:
        left = f"{whole + 0.0:+.1f} dB of side against the record, give or take {spread:.1f}"
        return WidthDecision(factor=1.0, side_bands=(), why=f"left alone: {left}")
    share = _bearable_share(track, broad, bands)
    factor, bands = round(10 ** (share * broad / 20), 3), bands if share == 1.0 else _scaled(bands, share)
    held_back = f"; held back, {FOLD_WORDS}" if share < 1.0 else ""
    return WidthDecision(factor=factor, side_bands=bands, why=_words(effect_db, spread, factor, bands) + held_back)


def _bearable_share(track: TrackAnalysis, broad_db: float, bands: tuple[EqBand, ...]) -> float:
    """How much of a width mono bears, 0 to 1, all of it in one proportion."""
    rate_hz, before_db = track.source.rate_hz, fold_loss_db(track.spectrum)
    freqs_hz = np.minimum(FOLD_BANDS_HZ, rate_hz / 2)

    def borne(share: float) -> bool:
        side_db = share * broad_db + response_db(_scaled(bands, share), freqs_hz, rate_hz)
        return fold_loss_db(track.spectrum, side_db=side_db) <= before_db + MOST_FOLD_LOSS_DB

    if borne(1.0):
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if borne(middle) else (low, middle)
    return low


def _scaled(bands: tuple[EqBand, ...], share: float) -> tuple[EqBand, ...]:
    return tuple(dataclasses.replace(band, gain_db=round(share * band.gain_db, 2)) for band in bands)


def _side_bands(uneven_db: Floats, rate_hz: int, lowest_db: float, highest_db: float) -> tuple[EqBand, ...]:
    """EQ of the side signal that makes the regions differ so, within bounds; none where it is not worth a filter."""
    if float(np.sqrt(np.mean(uneven_db**2))) < _UNEVEN_WORTH_DB:
        return ()
    edges = np.log2(WIDTH_REGIONS_HZ)
    wanted = np.interp(np.log2(TONE_BANDS_HZ), (edges[1:] + edges[:-1]) / 2, uneven_db)
    bands = fit(wanted, TONE_BANDS_HZ, rate_hz=rate_hz).bands
    done_db = response_db(bands, TONE_BANDS_HZ[TONE_BANDS_HZ < rate_hz / 2], rate_hz)
    over = max(
        float(done_db.max()) / highest_db if highest_db > 0 else 1.0,
        float(done_db.min()) / lowest_db if lowest_db < 0 else 1.0,
    )
    if over <= 1.0:
        return bands
    return tuple(dataclasses.replace(band, gain_db=round(band.gain_db * 0.99 / over, 2)) for band in bands)


def _words(effect_db: Floats, spread_db: float, factor: float, bands: tuple[EqBand, ...]) -> str:
    whole = float(effect_db.mean())
    word = "wider" if whole > 0 else "narrower"
    text = f"{abs(whole):.1f} dB {word} than the record (give or take {spread_db:.1f}): side times {factor:.2f}"
    if bands:
        furthest = int(np.argmax(np.abs(effect_db - whole)))
        more = "more" if effect_db[furthest] > whole else "less"
        text += f", and {_REGION_NAMES[furthest]} {abs(effect_db[furthest] - whole):.1f} dB {more} than that"
    return text
