"""A wanted curve becomes few bands that an engineer could have set."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.errors import SpecificationError
from analysis.units import Floats
from mastering.eq import analogue_response_db, response_db
from mastering.eq_fit import LARGEST_GAIN_DB, SMALLEST_GAIN_DB, TOLERANCE_DB, fit
from mastering.specs import EqBand, EqShape

RATE_HZ = 44_100
FREQS_HZ = 31.25 * 2.0 ** (np.arange(28) / 3.0)
# At any one point of the curve.
POINT_TOLERANCE_DB = 1.0
CURVES = 20


def smooth_curves(octaves: float, deviation_db: float) -> Floats:
    """Random curves whose points agree over so many octaves, their mean taken out."""
    position = np.log2(FREQS_HZ)
    covariance = np.exp(-0.5 * ((position[:, None] - position) / octaves) ** 2) + 1e-9 * np.eye(len(position))
    draws = np.random.default_rng(7).standard_normal((CURVES, len(position)))
    curves: Floats = deviation_db * draws @ np.linalg.cholesky(covariance).T
    return curves - curves.mean(axis=1, keepdims=True)


SMOOTH = smooth_curves(1.2, 2.0)


@pytest.mark.parametrize("i", range(CURVES))
def test_smooth_curves_are_met_with_few_plain_bands(i: int) -> None:
    found = fit(SMOOTH[i], FREQS_HZ, rate_hz=RATE_HZ)
    assert found.rms_error_db <= TOLERANCE_DB
    assert found.max_error_db < POINT_TOLERANCE_DB
    assert 1 <= len(found.bands) <= 8
    left_db = SMOOTH[i] - response_db(found.bands, FREQS_HZ, RATE_HZ)
    assert found.rms_error_db == pytest.approx(np.sqrt(np.mean(left_db**2)))
    assert found.max_error_db == pytest.approx(np.abs(left_db).max())


@pytest.mark.parametrize("i", range(CURVES))
def test_bands_are_what_an_engineer_would_type(i: int) -> None:
    bands = fit(SMOOTH[i], FREQS_HZ, rate_hz=RATE_HZ).bands
    assert [band.freq_hz for band in bands] == sorted(band.freq_hz for band in bands)
    for shape in (EqShape.LOW_SHELF, EqShape.HIGH_SHELF):
        assert sum(band.shape is shape for band in bands) <= 1
    for band in bands:
        assert SMALLEST_GAIN_DB <= abs(band.gain_db) <= LARGEST_GAIN_DB
        lowest_q, highest_q = (0.4, 2.0) if band.shape is EqShape.BELL else (0.5, 1.0)
        assert lowest_q <= band.q <= highest_q
        assert band.freq_hz == float(f"{band.freq_hz:.3g}")
        assert band.gain_db == round(band.gain_db, 2)
        assert band.q == round(band.q, 2)


def test_most_smooth_curves_need_half_the_bands() -> None:
    counts = [len(fit(curve, FREQS_HZ, rate_hz=RATE_HZ).bands) for curve in SMOOTH]
    assert np.mean(counts) <= 5.0


def test_a_rough_curve_gets_no_more_than_the_bands_allowed() -> None:
    curve = smooth_curves(0.3, 2.0)[0]
    few, many = (fit(curve, FREQS_HZ, rate_hz=RATE_HZ, max_bands=count) for count in (3, 8))
    assert len(few.bands) <= 3
    assert len(many.bands) <= 8
    assert many.rms_error_db < few.rms_error_db


def test_the_largest_gain_is_kept() -> None:
    bands = fit(3.0 * SMOOTH[0], FREQS_HZ, rate_hz=RATE_HZ, max_gain_db=2.5).bands
    assert max(abs(band.gain_db) for band in bands) <= 2.5


def test_the_same_curve_gives_the_same_bands() -> None:
    first, second = (fit(SMOOTH[1], FREQS_HZ, rate_hz=RATE_HZ) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("level_db", [0.0, 0.05])
def test_a_flat_curve_needs_nothing(level_db: float) -> None:
    found = fit(level_db * np.cos(np.arange(28.0)), FREQS_HZ, rate_hz=RATE_HZ)
    assert found.bands == ()
    assert found.max_error_db == pytest.approx(level_db, abs=1e-9)


@pytest.mark.parametrize(
    "band",
    [
        EqBand(shape=EqShape.LOW_SHELF, freq_hz=150.0, gain_db=3.0, q=0.7),
        EqBand(shape=EqShape.BELL, freq_hz=1000.0, gain_db=-4.0, q=1.2),
        EqBand(shape=EqShape.HIGH_SHELF, freq_hz=5000.0, gain_db=2.0, q=0.7),
    ],
)
def test_one_band_is_found_again_as_one(band: EqBand) -> None:
    found = fit(analogue_response_db(band, FREQS_HZ), FREQS_HZ, rate_hz=RATE_HZ)
    assert [one.shape for one in found.bands] == [band.shape]
    assert found.bands[0].gain_db == pytest.approx(band.gain_db, abs=0.3)
    assert found.bands[0].freq_hz == pytest.approx(band.freq_hz, abs=0.1 * band.freq_hz)


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 192_000])
def test_other_rates_are_met_below_their_nyquist(rate_hz: int) -> None:
    found = fit(SMOOTH[2], FREQS_HZ, rate_hz=rate_hz)
    assert found.rms_error_db <= TOLERANCE_DB
    assert all(band.freq_hz < rate_hz / 2 for band in found.bands)


@pytest.mark.parametrize("points", [2, 3])
def test_a_few_points_are_enough(points: int) -> None:
    found = fit(np.linspace(-1.0, 1.0, points), np.geomspace(50.0, 12_000.0, points), rate_hz=RATE_HZ)
    assert found.rms_error_db <= TOLERANCE_DB


def test_impossible_curves_are_refused() -> None:
    with pytest.raises(SpecificationError, match="two or more"):
        fit(np.zeros(1), np.array([100.0]), rate_hz=RATE_HZ)
    with pytest.raises(SpecificationError, match="ascending"):
        fit(np.zeros(2), np.array([200.0, 100.0]), rate_hz=RATE_HZ)
    with pytest.raises(SpecificationError, match="finite"):
        fit(np.array([0.0, np.nan]), np.array([100.0, 200.0]), rate_hz=RATE_HZ)
