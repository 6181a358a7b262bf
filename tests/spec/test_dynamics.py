"""Peaks against loudness, on tones whose every figure can be reckoned."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.dynamics import QUANTILES, Dynamics, measure_dynamics
from analysis.integrity import IntegrityMeter
from analysis.levels import LevelMeter
from analysis.loudness import LoudnessMeter
from analysis.true_peak import TruePeakMeter
from analysis.units import Floats
from tests.signals import ebu_tone, faded, feed, stereo

LEVEL_TOLERANCE_DB = 0.05  # a 1 kHz tone reads 0.01 LU beside its peak level, an abrupt start overshoots a little
MOVE_TOLERANCE_LU = 0.3  # the 3 s in which two levels meet

RATE_HZ = 48_000


def measured(samples: Floats) -> Dynamics:
    loudness, peaks = LoudnessMeter(RATE_HZ, samples.shape[1]), TruePeakMeter(RATE_HZ, samples.shape[1])
    levels, raw = LevelMeter(RATE_HZ, samples.shape[1]), IntegrityMeter(RATE_HZ, samples.shape[1])
    for meter in (loudness, peaks, levels, raw):
        feed(meter, samples)
    return measure_dynamics(loudness, peaks, levels, loudness.result(), raw.result())


def smooth(samples: Floats) -> Floats:
    """With fades, so that no peak comes from an abrupt start."""
    return stereo(faded(samples[:, 0], 0.01, RATE_HZ))


def test_a_steady_tone() -> None:
    """In phase on two channels it reads its peak level in LUFS; crest is that of a sine."""
    found = measured(smooth(ebu_tone([(8.0, -20.0)], RATE_HZ)))
    assert found.plr_lu == pytest.approx(0.0, rel=0, abs=LEVEL_TOLERANCE_DB)
    assert found.psr_min_lu == pytest.approx(0.0, rel=0, abs=LEVEL_TOLERANCE_DB)
    assert found.psr_median_lu == pytest.approx(0.0, rel=0, abs=LEVEL_TOLERANCE_DB)
    assert found.crest_db == pytest.approx(3.01, rel=0, abs=LEVEL_TOLERANCE_DB)
    assert found.loud_lufs == pytest.approx(-20.0, rel=0, abs=LEVEL_TOLERANCE_DB)
    assert len(found.short_term_quantiles_lufs) == len(QUANTILES)
    assert found.short_term_quantiles_lufs == pytest.approx([-20.0] * 19, rel=0, abs=LEVEL_TOLERANCE_DB)


def test_a_peak_counts_in_the_windows_that_hold_it_and_in_no_other() -> None:
    """A click of 0.3 at 4.05 s lies in the windows that start from 1.1 to 4.0 s: 30 of 51, and 30 of 71."""
    tone = smooth(ebu_tone([(10.0, -20.0)], RATE_HZ))
    at = round(4.05 * RATE_HZ)
    tone[at - 20 : at + 20] += 0.3 * np.hanning(40)[:, None] - tone[at - 20 : at + 20]
    short, long = measured(tone[: 8 * RATE_HZ]), measured(tone)
    assert short.psr_median_lu == pytest.approx(9.5, rel=0, abs=LEVEL_TOLERANCE_DB)
    assert short.psr_min_lu == pytest.approx(0.0, rel=0, abs=LEVEL_TOLERANCE_DB)
    assert long.psr_median_lu == pytest.approx(0.0, rel=0, abs=LEVEL_TOLERANCE_DB)
    assert long.plr_lu == pytest.approx(9.5, rel=0, abs=LEVEL_TOLERANCE_DB)


def test_a_loud_part_leaves_no_mark_on_the_quiet_one() -> None:
    found = measured(ebu_tone([(5.0, -10.0), (15.0, -30.0)], RATE_HZ))
    assert found.psr_median_lu == pytest.approx(0.0, rel=0, abs=LEVEL_TOLERANCE_DB)


def test_how_loud_the_loud_parts_are() -> None:
    """A quarter of the time at -14, the rest at -24."""
    found = measured(ebu_tone([(30.0, -24.0), (10.0, -14.0)], RATE_HZ))
    assert found.loud_lufs == pytest.approx(-14.0, rel=0, abs=MOVE_TOLERANCE_LU)
    quantiles = dict(zip(QUANTILES, found.short_term_quantiles_lufs, strict=True))
    assert quantiles[0.5] == pytest.approx(-24.0, rel=0, abs=MOVE_TOLERANCE_LU)
    assert list(quantiles.values()) == sorted(quantiles.values())


def test_silence_is_not_part_of_the_distribution() -> None:
    found = measured(ebu_tone([(10.0, -np.inf), (5.0, -20.0)], RATE_HZ))
    assert found.short_term_quantiles_lufs[-1] == pytest.approx(-20.0, rel=0, abs=LEVEL_TOLERANCE_DB)
    assert min(found.short_term_quantiles_lufs) > -70.0
