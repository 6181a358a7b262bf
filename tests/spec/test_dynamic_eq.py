"""Dynamic EQ: bells and shelves that move with the level in their own band, and in nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.audio import Audio
from analysis.errors import SpecificationError
from analysis.units import Floats, amplitude_to_db, db_to_amplitude
from mastering.chain import process
from mastering.dynamic_eq import DynamicEq
from mastering.dynamics_specs import DynamicBandSpec
from mastering.specs import EqShape
from tests.signals import sine, stereo

RATE_HZ = 48_000
SINE_RMS_DB = -3.01
BELL = DynamicBandSpec(
    shape=EqShape.BELL, freq_hz=3_000.0, q=2.0, threshold_dbfs=-30.0, ratio=2.0, range_db=6.0, attack_ms=5.0
)
STEADY_DB = 0.05
SPILL_DB = 0.35


def through(samples: Floats, *bands: DynamicBandSpec) -> Floats:
    return process(Audio.from_array(samples, RATE_HZ), [DynamicEq(bands, RATE_HZ, samples.shape[1])]).read()


def tone(level_dbfs: float, hz: float, seconds: float = 1.5) -> Floats:
    return stereo(db_to_amplitude(level_dbfs - SINE_RMS_DB) * sine(hz, seconds, RATE_HZ))


def amplitude(samples: Floats, hz: float) -> float:
    """Of one frequency over the last half second."""
    part = samples[-RATE_HZ // 2 :, 0]
    return float(np.abs(np.exp(-2j * np.pi * hz / RATE_HZ * np.arange(len(part))) @ part) * 2 / len(part))


def moved_db(samples: Floats, out: Floats, hz: float) -> float:
    return amplitude_to_db(amplitude(out, hz) / amplitude(samples, hz))


@pytest.mark.parametrize(
    ("ratio", "over_db", "expected_db"),
    [(2.0, 8.0, -4.0), (4.0, 6.0, -4.5), (0.8, 8.0, 2.0), (2.0, 20.0, -6.0), (0.5, 20.0, 6.0), (2.0, -8.0, 0.0)],
)
@pytest.mark.parametrize("shape", EqShape)
def test_a_tone_in_the_band_is_moved_by_the_curve(
    shape: EqShape, ratio: float, over_db: float, expected_db: float
) -> None:
    band = replace(BELL, shape=shape, ratio=ratio, q=0.7)
    hz = {EqShape.BELL: 3_000.0, EqShape.LOW_SHELF: 500.0, EqShape.HIGH_SHELF: 18_000.0}[shape]
    samples = tone(-30.0 + over_db, hz)
    assert moved_db(samples, through(samples, band), hz) == pytest.approx(expected_db, abs=STEADY_DB)


@pytest.mark.parametrize("loud_hz", [150.0, 12_000.0])
def test_what_is_loud_outside_the_band_moves_nothing(loud_hz: float) -> None:
    """20 dB over the threshold, but not in the band."""
    quiet = tone(-45.0, 3_000.0)
    samples = quiet + tone(-10.0, loud_hz)
    band = replace(BELL, q=4.0)
    out = through(samples, band)
    assert moved_db(samples, out, 3_000.0) == pytest.approx(0.0, abs=STEADY_DB)
    assert moved_db(samples, out, loud_hz) == pytest.approx(0.0, abs=STEADY_DB)


@pytest.mark.parametrize("far_hz", [100.0, 15_000.0])
def test_what_lies_outside_is_left_alone_while_the_band_moves(far_hz: float) -> None:
    samples = tone(-15.0, 3_000.0) + tone(-40.0, far_hz)
    out = through(samples, replace(BELL, q=4.0))
    assert moved_db(samples, out, 3_000.0) < -5.0
    assert moved_db(samples, out, far_hz) == pytest.approx(0.0, abs=0.05)


@pytest.mark.parametrize("over_db", [10.0, -50.0])
def test_a_shelf_moves_its_own_side(over_db: float) -> None:
    band = replace(BELL, shape=EqShape.HIGH_SHELF, freq_hz=4_000.0, q=0.7)
    samples = tone(-30.0 + over_db, 16_000.0) + tone(-20.0, 200.0)
    out = through(samples, band)
    assert moved_db(samples, out, 16_000.0) == pytest.approx(-5.0 if over_db > 0 else 0.0, abs=SPILL_DB)
    assert moved_db(samples, out, 200.0) == pytest.approx(0.0, abs=STEADY_DB)


@pytest.mark.parametrize("range_db", [3.0, 6.0])
@pytest.mark.parametrize("ratio", [20.0, 0.5])
def test_a_bell_held_still_is_the_documented_filter(range_db: float, ratio: float) -> None:
    """Held at its range by a loud tone at its middle; a faint noise shows the response: 1 + (g - 1) B."""
    band = replace(BELL, ratio=ratio, range_db=range_db, threshold_dbfs=-60.0, release_ms=2_000.0)
    loud = tone(-6.0, 3_000.0, 4.0)
    g = db_to_amplitude(-range_db if ratio > 1 else range_db)
    for hz in (1_000.0, 2_000.0, 2_600.0, 3_500.0, 5_000.0, 9_000.0):
        samples = loud + tone(-60.0, hz, 4.0)
        warped = np.tan(np.pi * hz / RATE_HZ) / np.tan(np.pi * 3_000.0 / RATE_HZ)
        passed = 1 / (1 + 1j * band.q * (warped - 1 / warped))
        wanted_db = amplitude_to_db(float(np.abs(1 + (g - 1) * passed)))
        assert moved_db(samples, through(samples, band), hz) == pytest.approx(wanted_db, abs=STEADY_DB)


def test_it_moves_without_clicks() -> None:
    """A tone beside one that starts and stops: no step in the gain of the first is larger than its neighbours'."""
    carrier = tone(-20.0, 2_500.0, 3.0)
    fast = replace(BELL, attack_ms=0.1, release_ms=1.0, threshold_dbfs=-50.0, ratio=20.0)
    out = through(carrier, fast)
    steps = np.abs(np.diff(out[:, 0], 2))
    assert steps.max() < 1.05 * np.abs(np.diff(carrier[:, 0], 2)).max()


def test_a_long_decay_leaves_no_subnormal_numbers() -> None:
    band = replace(BELL, freq_hz=20.0, q=20.0)
    samples = np.concatenate([tone(-6.0, 20.0), np.zeros((120 * RATE_HZ, 2))])
    out = through(samples, band)
    assert not ((out != 0) & (np.abs(out) < np.finfo(float).tiny)).any()
    assert not out[-RATE_HZ:].any()


@pytest.mark.parametrize("changes", [{"freq_hz": 1.0}, {"q": 0.0}, {"range_db": 30.0}, {"ratio": 0.1}])
def test_what_is_no_band_is_refused(changes: dict[str, float]) -> None:
    with pytest.raises(SpecificationError, match="use "):
        replace(BELL, **changes)
