"""A track's EQ: from what its engineer is thought to have added to a handful of bands, and the words for it."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np

from analysis.loudness import k_weighting_db
from analysis.spectrum import TONE_BANDS_HZ, TWELFTH_OCTAVES_HZ
from analysis.track import TrackAnalysis
from analysis.units import Floats
from mastering.eq import response_db
from mastering.eq_fit import LARGEST_GAIN_DB, fit
from mastering.specs import EqBand

MAX_EQ_DB = 4.0
"""Never harm: no band is moved by more than this, unless a person asks for another bound."""

_LEFT_WORTH_DB = 1.0  # beyond the bound
_WORTH_DB = 0.3  # RMS below which a correction is not worth a filter

REGIONS = (
    ("deep bass", 0.0, 60.0),
    ("lows", 60.0, 200.0),
    ("low mids", 200.0, 600.0),
    ("mids", 600.0, 2_000.0),
    ("presence", 2_000.0, 6_000.0),
    ("highs", 6_000.0, math.inf),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ToneDecision:
    """A track's EQ.

    Attributes:
        bands: at most eight.
        fit_error_db: how well they fit the wanted curve, RMS; None without bands.
        why: in words.
        beyond: what they may not do, and the mix should, in words; empty where nothing is left.
    """

    bands: tuple[EqBand, ...]
    fit_error_db: float | None
    why: str
    beyond: str = ""


def decide_tone(
    track: TrackAnalysis,
    effect_db: Floats,
    deviation_db: Floats,
    strength: float,
    whose: str,
    max_eq_db: float = MAX_EQ_DB,
) -> ToneDecision:
    """Take off what the engineer added, as far as it is sure, bounded.

    Args:
        track: what was measured.
        effect_db: posterior mean in the 28 tone bands.
        deviation_db: posterior standard deviation, likewise.
        strength: 0 to 1.
        whose: who is thought to have done it, for the sentence.
        max_eq_db: how far any band is moved at most.
    """
    asked = strength * (effect_db.mean() - effect_db)
    # Where the song has nothing, lifting would bring up noise or a codec's edge.
    highest = np.where(track.spectrum.heard(), max_eq_db, 0.0)
    wanted = np.clip(asked, -max_eq_db, highest)
    beyond = _return_to_mix(track, asked, deviation_db, max_eq_db)
    bands = _fitted(wanted, track.source.rate_hz, max_eq_db)
    if not bands:
        asked_for = bool(strength and max_eq_db)
        found = _left_alone(effect_db, deviation_db) if asked_for else _found(effect_db, deviation_db, whose)
        why = f"left alone: {found}" if asked_for else f"left alone as asked: {found}"
        return ToneDecision(bands=(), fit_error_db=None, why=why, beyond=beyond)
    why = f"{_found(effect_db, deviation_db, whose)}; {'; '.join(map(_band_words, bands))}"
    fit_error_db = round(_fit_error_db(bands, wanted, track.source.rate_hz), 3)
    return ToneDecision(bands=bands, fit_error_db=fit_error_db, why=why, beyond=beyond)


def _fitted(wanted_db: Floats, rate_hz: int, max_eq_db: float) -> tuple[EqBand, ...]:
    if float(np.sqrt(np.mean(wanted_db**2))) < _WORTH_DB:
        return ()
    fitted = fit(wanted_db, TONE_BANDS_HZ, rate_hz=rate_hz, max_gain_db=max(max_eq_db, LARGEST_GAIN_DB))
    return _bounded(fitted.bands, rate_hz, max_eq_db) if fitted.bands else ()


def _fit_error_db(bands: tuple[EqBand, ...], wanted_db: Floats, rate_hz: int) -> float:
    """How far the bands, as they will run, are from the wanted curve, RMS over what the rate can hold."""
    inside = TONE_BANDS_HZ < rate_hz / 2
    return float(np.sqrt(np.mean((response_db(bands, TONE_BANDS_HZ[inside], rate_hz) - wanted_db[inside]) ** 2)))


def _bounded(bands: tuple[EqBand, ...], rate_hz: int, max_eq_db: float) -> tuple[EqBand, ...]:
    """The bands with their gains scaled down together, where between them they would move anything too far."""
    inside = TWELFTH_OCTAVES_HZ[TWELFTH_OCTAVES_HZ < rate_hz / 2]
    furthest = float(np.abs(response_db(bands, inside, rate_hz)).max())
    if furthest <= max_eq_db:
        return bands
    # Gains of such broad bands add up nearly in dB; a hundredth makes up for the rest and for rounding.
    scale = 0.99 * max_eq_db / furthest
    return tuple(dataclasses.replace(band, gain_db=round(band.gain_db * scale, 2)) for band in bands)


def loudness_change_lu(
    track: TrackAnalysis, bands: tuple[EqBand, ...], width: float, side_bands: tuple[EqBand, ...] = ()
) -> float:
    """How much louder EQ and width make a track, LU, from its gated spectrum with K-weighting."""
    mid = 10 ** (np.array(track.spectrum.fine_mid_db) / 10)
    side = 10 ** (np.array(track.spectrum.fine_side_db) / 10)
    rate_hz = track.source.rate_hz
    inside = TWELFTH_OCTAVES_HZ < rate_hz / 2
    freqs_hz = TWELFTH_OCTAVES_HZ[inside]
    mid, side, weight = mid[inside], side[inside], 10 ** (k_weighting_db(freqs_hz) / 10)
    before = float((weight * (mid + side)).sum())
    if before <= 0:
        return 0.0
    both, alone = response_db(bands, freqs_hz, rate_hz), response_db(side_bands, freqs_hz, rate_hz)
    after = float((weight * 10 ** (both / 10) * (mid + width**2 * side * 10 ** (alone / 10))).sum())
    return 10 * math.log10(after / before)


def _return_to_mix(track: TrackAnalysis, asked_db: Floats, deviation_db: Floats, max_eq_db: float) -> str:
    """What EQ may not do: the band that is furthest from done, how much is left, and why; empty for little."""
    left_db = np.where(track.spectrum.heard(), asked_db - np.clip(asked_db, -max_eq_db, max_eq_db), 0.0)
    worst = int(np.argmax(np.abs(left_db)))
    if abs(left_db[worst]) < max(_LEFT_WORTH_DB, deviation_db[worst]):
        return ""
    name = next(name for name, low, high in REGIONS if low <= TONE_BANDS_HZ[worst] < high)
    word = "lift" if left_db[worst] > 0 else "cut"
    return (
        f"return to mix: {name} want {abs(left_db[worst]):.1f} dB more {word} around {TONE_BANDS_HZ[worst]:.0f} Hz "
        f"(give or take {deviation_db[worst]:.1f}) than the {max_eq_db:g} dB that EQ may do"
    )


def _found(effect_db: Floats, deviation_db: Floats, whose: str) -> str:
    """The two regions that are off most, with how sure that is."""
    regions = []
    for name, low, high in REGIONS:
        inside = (TONE_BANDS_HZ >= low) & (TONE_BANDS_HZ < high)
        mean, spread = float(effect_db[inside].mean()), float(deviation_db[inside].mean())
        side = "over" if mean > 0 else "under"
        words = f"{name} {abs(mean):.1f} dB {side} the record ({_sure_percent(mean, spread)} % sure)"
        regions.append((abs(mean), words))
    regions.sort(reverse=True)
    return f"{' and '.join(words for _, words in regions[:2])}, {whose}"


def _sure_percent(mean: float, spread: float) -> int:
    """Probability that the effect has the sign it seems to have."""
    if spread <= 0:
        return 50 if mean == 0 else 99
    return min(99, round(50 * (1 + math.erf(abs(mean) / spread / math.sqrt(2)))))


def _left_alone(effect_db: Floats, deviation_db: Floats) -> str:
    largest = int(np.argmax(np.abs(effect_db)))
    return (
        f"nothing that can be told from the song itself (most: {effect_db[largest]:+.1f} dB at "
        f"{TONE_BANDS_HZ[largest]:.0f} Hz, give or take {deviation_db[largest]:.1f})"
    )


def _band_words(band: EqBand) -> str:
    shape = band.shape.value.replace("_", " ")
    return f"{shape} {band.gain_db:+.1f} dB at {band.freq_hz:.0f} Hz"
