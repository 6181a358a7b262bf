"""Level by tenths of a second, and how far its loud end reaches."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.levels import GATE_DB, LevelMeter, gated_power, loud_ends_db
from analysis.units import Floats
from tests.signals import ebu_tone, feed

EXACT_DB = 1e-3
QUANTILE_DB = 0.05


def powers(levels_db: Floats) -> Floats:
    return np.asarray(10 ** (levels_db / 10))


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000])
def test_a_tone_reads_its_rms_level(rate_hz: int) -> None:
    meter = LevelMeter(rate_hz, 2)
    feed(meter, ebu_tone([(1.0, -20.0), (0.55, -26.0)], rate_hz))
    found = meter.result()
    assert len(found) == 15, "the last step is not complete"
    assert found[:10] == pytest.approx([-23.01] * 10, abs=EXACT_DB * 10)
    assert found[10:] == pytest.approx([-29.01] * 5, abs=EXACT_DB * 10)


def test_a_silent_channel_counts(rng: np.random.Generator) -> None:
    noise = rng.standard_normal((44_100, 1))
    both, one = LevelMeter(44_100, 2), LevelMeter(44_100, 2)
    feed(both, np.repeat(noise, 2, axis=1))
    feed(one, noise * np.array([1.0, 0.0]))
    assert np.array(both.result()) - np.array(one.result()) == pytest.approx(3.01, abs=0.01)


def test_the_loud_end_of_a_known_distribution(rng: np.random.Generator) -> None:
    """Levels spread evenly over 10 dB in no order: the median is at 5, the 95th at 9.5, the 99th at 9.9."""
    found = loud_ends_db(powers(rng.permutation(np.linspace(-20.0, -10.0, 5_000))))
    assert found[0] == pytest.approx(0.4, abs=QUANTILE_DB)
    assert found[1] == pytest.approx(4.5, abs=QUANTILE_DB)
    assert found[5] < found[3] < found[1], "longer windows vary less"


def test_gain_changes_nothing(rng: np.random.Generator) -> None:
    levels = rng.normal(-20.0, 3.0, 600)
    assert loud_ends_db(powers(levels)) == pytest.approx(loud_ends_db(powers(levels - 30.0)))


def test_openings_and_pauses_are_left_out(rng: np.random.Generator) -> None:
    levels = rng.normal(-20.0, 2.0, 600)
    quiet = np.full(400, -20.0 + GATE_DB - 15.0)
    whole, song = loud_ends_db(powers(np.concatenate([quiet, levels]))), loud_ends_db(powers(levels))
    assert whole[:2] == pytest.approx(song[:2], abs=QUANTILE_DB)
    assert gated_power(powers(np.concatenate([quiet, levels]))) == pytest.approx(gated_power(powers(levels)), rel=1e-3)


@pytest.mark.parametrize("levels", [np.zeros(0), np.full(500, -np.inf), np.full(50, -20.0)])
def test_too_little_sound_has_no_loud_end(levels: Floats) -> None:
    assert loud_ends_db(powers(levels)) == ()
