"""The long-term spectrum: calibration, gate, and stereo per band, on signals whose spectrum is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from analysis.spectrum import THIRD_OCTAVES_HZ, TONE_BANDS, TONE_BANDS_HZ, Spectrum, SpectrumMeter
from analysis.units import Floats, power_to_db
from tests.signals import feed, pink_noise, sine, stereo

SINE_TOLERANCE_DB = 0.05
FLATNESS_DB = 0.5  # noise of a minute, from 100 Hz up
WIDTH_TOLERANCE_DB = 0.7  # noise of 20 s
CORRELATION_TOLERANCE = 0.06  # the same
ROUNDING_DB = 1e-3
GATED_LEVEL_DB = 0.1  # the frame in which two parts meet counts with one of them
PADDED_LEVEL_DB = 0.2  # the frames in which noise and silence meet
LOW_SINE_DB = 0.2  # a little leaks out of the lowest band
EDGE_TOLERANCE_DB = 0.5  # bins are shared out between bands as if their power lay evenly over them
SHARE_TOLERANCE = 0.01

RATE_HZ = 44_100


def measured(samples: Floats, rate_hz: int = RATE_HZ) -> Spectrum:
    meter = SpectrumMeter(rate_hz, samples.shape[1])
    feed(meter, samples)
    return meter.result()


def band_at(frequency_hz: float) -> int:
    return int(np.argmin(np.abs(np.log2(THIRD_OCTAVES_HZ / frequency_hz))))


def mid_side(mid: Floats, side: Floats) -> Floats:
    return np.stack([mid + side, mid - side], axis=1)


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000])
@pytest.mark.parametrize("frequency_hz", [125, 250, 500, 1000, 2000, 4000, 8000, 16_000])
def test_a_full_scale_sine_reads_its_power_in_its_band(frequency_hz: int, rate_hz: int) -> None:
    mid_db = measured(stereo(sine(frequency_hz, 1.0, rate_hz)), rate_hz).mid_db
    assert mid_db[band_at(frequency_hz)] == pytest.approx(-3.01, rel=0, abs=SINE_TOLERANCE_DB)
    others = [level for band, level in enumerate(mid_db) if abs(band - band_at(frequency_hz)) > 1]
    assert max(others) < -30.0


@pytest.mark.parametrize("frequency_hz", [25, 31.25, 50, 63])
def test_a_low_sine_keeps_its_power_over_neighbouring_bands(frequency_hz: float) -> None:
    mid_db = np.array(measured(stereo(sine(frequency_hz, 2.0, RATE_HZ))).mid_db)
    assert power_to_db(float(np.sum(10 ** (mid_db / 10)))) == pytest.approx(-3.01, rel=0, abs=LOW_SINE_DB)
    assert abs(int(np.argmax(mid_db)) - band_at(frequency_hz)) <= 1


@pytest.mark.parametrize("frequency_hz", [125, 250, 500, 1000, 4000])
def test_a_sine_on_the_edge_of_two_bands_is_shared_evenly(frequency_hz: float) -> None:
    mid_db = measured(stereo(sine(frequency_hz * 2 ** (1 / 6), 2.0, RATE_HZ))).mid_db
    below, above = mid_db[band_at(frequency_hz)], mid_db[band_at(frequency_hz) + 1]
    assert (below, above) == pytest.approx((-6.02, -6.02), rel=0, abs=EDGE_TOLERANCE_DB)


def test_pink_noise_is_flat(rng: np.random.Generator) -> None:
    noise = stereo(pink_noise(60.0, RATE_HZ, rng, channels=1)[:, 0])
    levels = np.array(measured(noise).mid_db)[band_at(100) : band_at(16_000) + 1]
    assert np.abs(levels - levels.mean()).max() < FLATNESS_DB


def test_tone_is_the_shape_without_the_level(rng: np.random.Generator) -> None:
    noise = pink_noise(5.0, RATE_HZ, rng)
    loud, quiet = measured(noise).tone_db(), measured(0.1 * noise).tone_db()
    assert len(loud) == len(TONE_BANDS_HZ) == 28
    assert loud.mean() == pytest.approx(0.0, rel=0, abs=1e-9)
    assert loud == pytest.approx(quiet, rel=0, abs=ROUNDING_DB)


@pytest.mark.parametrize(("quiet_db", "counts"), [(-30.0, True), (-50.0, False)])
def test_the_gate_leaves_out_what_is_40_db_down(quiet_db: float, counts: bool) -> None:
    loud, quiet = sine(1000, 5.0, RATE_HZ), 10 ** (quiet_db / 20) * sine(4000, 15.0, RATE_HZ)
    spectrum = measured(stereo(np.concatenate([loud, quiet])))
    if counts:
        assert spectrum.gated_share == pytest.approx(1.0, rel=0, abs=SHARE_TOLERANCE)
        assert spectrum.mid_db[band_at(4000)] == pytest.approx(-3.01 + quiet_db - 1.25, rel=0, abs=GATED_LEVEL_DB)
    else:
        assert spectrum.gated_share == pytest.approx(0.25, rel=0, abs=SHARE_TOLERANCE)
        assert spectrum.mid_db[band_at(1000)] == pytest.approx(-3.01, rel=0, abs=GATED_LEVEL_DB)
        assert spectrum.mid_db[band_at(4000)] < -3.01 + quiet_db - 10


def test_silence_around_the_music_changes_nothing(rng: np.random.Generator) -> None:
    noise = pink_noise(20.0, RATE_HZ, rng)
    alone = np.array(measured(noise).mid_db)[TONE_BANDS]
    padded = np.array(measured(np.pad(noise, ((10 * RATE_HZ, 10 * RATE_HZ), (0, 0)))).mid_db)[TONE_BANDS]
    assert padded == pytest.approx(alone, rel=0, abs=PADDED_LEVEL_DB)


@pytest.mark.parametrize("side_gain", [0.1, 0.5, 1.0, 2.0])
def test_width_and_correlation_of_a_known_mix(side_gain: float, rng: np.random.Generator) -> None:
    """Independent mid and side: width is the ratio of their levels, correlation (1 - g^2) / (1 + g^2)."""
    noise = pink_noise(20.0, RATE_HZ, rng)
    spectrum = measured(mid_side(noise[:, 0], side_gain * noise[:, 1]))
    bands = slice(band_at(100), band_at(16_000) + 1)
    width_db = spectrum.width_db()[bands.start - TONE_BANDS.start :]
    correlation = np.array(spectrum.correlation[bands], dtype=np.float64)
    width_expected_db, correlation_expected = 20 * math.log10(side_gain), (1 - side_gain**2) / (1 + side_gain**2)
    assert np.abs(width_db - width_expected_db).max() < WIDTH_TOLERANCE_DB
    assert np.abs(correlation - correlation_expected).max() < CORRELATION_TOLERANCE


def test_one_loudspeaker_alone_is_as_wide_as_it_is_in_the_middle(rng: np.random.Generator) -> None:
    noise = pink_noise(2.0, RATE_HZ, rng)
    spectrum = measured(noise * [1.0, 0.0])
    assert spectrum.width_db() == pytest.approx(0.0, rel=0, abs=ROUNDING_DB)
    assert set(spectrum.correlation) == {None}


@pytest.mark.parametrize(("right", "correlation"), [(1.0, 1.0), (0.5, 1.0), (-0.5, -1.0)])
def test_one_signal_on_both_sides_correlates_fully(right: float, correlation: float, rng: np.random.Generator) -> None:
    noise = pink_noise(2.0, RATE_HZ, rng, channels=1)
    spectrum = measured(noise * [1.0, right])
    assert spectrum.correlation[TONE_BANDS] == (correlation,) * 28


@pytest.mark.parametrize("channels", [1, 2])
def test_mono_has_no_side(channels: int, rng: np.random.Generator) -> None:
    noise = pink_noise(2.0, RATE_HZ, rng, channels=1)
    spectrum = measured(np.repeat(noise, channels, axis=1))
    assert spectrum.side_db == (-math.inf,) * 31
    assert np.array_equal(spectrum.width_db(), np.full(28, -np.inf))
    assert spectrum.mid_db == measured(stereo(noise[:, 0])).mid_db


def test_only_the_band_that_is_wide_is_wide(rng: np.random.Generator) -> None:
    noise = pink_noise(5.0, RATE_HZ, rng, channels=1)[:, 0]
    width_db = measured(mid_side(noise, 0.01 * sine(2000, 5.0, RATE_HZ))).width_db()
    assert abs(TONE_BANDS_HZ[int(np.argmax(width_db))] - 2000) < 100
    octaves_away = np.abs(np.log2(TONE_BANDS_HZ / 2000))
    assert (width_db[octaves_away > 0.9] < -40).all()


def test_twelfths_add_up_to_thirds(rng: np.random.Generator) -> None:
    spectrum = measured(pink_noise(2.0, RATE_HZ, rng))
    for fine, thirds in ((spectrum.fine_mid_db, spectrum.mid_db), (spectrum.fine_side_db, spectrum.side_db)):
        power = (10 ** (np.array(fine).reshape(-1, 4) / 10)).sum(axis=1)
        assert power_to_db(power) == pytest.approx(np.array(thirds), rel=0, abs=ROUNDING_DB)


def test_bands_above_half_the_rate_are_empty_and_not_heard(rng: np.random.Generator) -> None:
    spectrum = measured(pink_noise(5.0, 16_000, rng), 16_000)
    assert spectrum.mid_db[band_at(16_000)] == -math.inf
    heard = spectrum.heard()
    assert heard[TONE_BANDS_HZ < 7000].all()
    assert not heard[TONE_BANDS_HZ > 9000].any()


def test_a_piece_shorter_than_one_frame_is_measured() -> None:
    spectrum = measured(stereo(sine(1000, 0.1, RATE_HZ)))
    assert int(np.argmax(spectrum.mid_db)) == band_at(1000)
    assert spectrum.gated_share == 1.0
