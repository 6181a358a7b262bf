"""The slow ride: passages come out as far apart as its slope says, and nothing moves fast or far."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.audio import Audio
from analysis.errors import SpecificationError
from analysis.units import Floats, amplitude_to_db, db_to_amplitude
from mastering.chain import process
from mastering.ride import QUIET_LU, Ride, curve_db
from mastering.specs import RideSpec
from tests.signals import ebu_tone, musical_noise

RATE_HZ = 48_000
STEADY_DB = 0.03
FASTEST_DB_PER_S = 2.0  # 6 LU in 3 s at a slope of 1.4, and a little


def gains_db(samples: Floats, spec: RideSpec) -> Floats:
    out = process(Audio.from_array(samples, RATE_HZ), [Ride(spec, RATE_HZ, 2)]).read()
    return amplitude_to_db(np.asarray(np.abs(out[:, 0]) / np.maximum(np.abs(samples[:, 0]), 1e-12)))


@pytest.mark.parametrize("slope", [1.2, 0.8])
def test_passages_are_moved_apart_or_together(slope: float) -> None:
    samples = ebu_tone([(8.0, -18.0), (8.0, -24.0)], RATE_HZ)
    found = gains_db(samples, RideSpec(middle_lufs=-21.0, slope=slope))[10::997]
    at_s = np.arange(10, len(samples), 997) / RATE_HZ
    heard = np.abs(samples[10::997, 0]) > 1e-3
    first, last = found[heard & (at_s < 6.0)], found[heard & (at_s > 10.0)]
    assert first == pytest.approx(3.0 * (slope - 1), abs=STEADY_DB)
    assert last == pytest.approx(-3.0 * (slope - 1), abs=STEADY_DB)


def test_the_move_is_slow_and_known_beforehand() -> None:
    samples = ebu_tone([(8.0, -18.0), (8.0, -24.0)], RATE_HZ)
    found = gains_db(samples, RideSpec(middle_lufs=-21.0, slope=1.4, range_db=1.5))
    heard = np.flatnonzero(np.abs(samples[:, 0]) > 1e-3)
    every = found[heard]
    assert np.abs(np.diff(every) / np.diff(heard) * RATE_HZ).max() < FASTEST_DB_PER_S
    before = every[np.searchsorted(heard, round(7.6 * RATE_HZ))]
    assert -0.9 < before < 1.1, "on its way before the passage ends"


def test_a_quiet_opening_is_moved_as_one() -> None:
    spec = RideSpec(middle_lufs=-20.0, slope=1.1)
    quiet = curve_db(spec, np.array([-31.0, -45.0, -70.0, -np.inf]))
    assert np.ptp(quiet) == 0.0
    assert quiet[0] == pytest.approx(0.1 * QUIET_LU)


@pytest.mark.parametrize("slope", [0.5, 2.0])
def test_nothing_is_moved_further_than_the_range(slope: float, rng: np.random.Generator) -> None:
    samples = musical_noise(12.0, RATE_HZ, rng) * db_to_amplitude(np.linspace(-20.0, 10.0, 12 * RATE_HZ))[:, None]
    spec = RideSpec(middle_lufs=-30.0, slope=slope)
    found = gains_db(samples, spec)[np.abs(samples[:, 0]) > 1e-6]
    assert np.abs(found).max() <= spec.range_db + 1e-6
    assert np.ptp(found) > 1.0


def test_what_is_no_slow_ride_is_refused() -> None:
    with pytest.raises(SpecificationError, match=r"slope of 0\.5 to 2"):
        RideSpec(middle_lufs=-20.0, slope=3.0)
