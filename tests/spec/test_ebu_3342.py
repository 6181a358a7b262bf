"""EBU Tech 3342 (November 2023), table 1: loudness range of the test signals that can be synthesised, 1 to 4."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from analysis.loudness import LoudnessMeter
from tests.signals import ebu_tone, feed

RANGE_TOLERANCE_LU = 1.0  # table 1
RANGE_REGRESSION_LU = 0.001

RATES_HZ = (44_100, 48_000, 96_000)
SEGMENT_S = 20

# Peak levels of the segments, dBFS, and the range, LU.
CASES = {
    1: ((-20.0, -30.0), 10.0),
    2: ((-20.0, -15.0), 5.0),
    3: ((-40.0, -20.0), 20.0),
    4: ((-50.0, -35.0, -20.0, -35.0, -50.0), 15.0),
}


@cache
def range_of(case: int, rate_hz: int) -> float | None:
    meter = LoudnessMeter(rate_hz, 2)
    feed(meter, ebu_tone([(SEGMENT_S, level_dbfs) for level_dbfs in CASES[case][0]], rate_hz))
    return meter.result().range_lu


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("case", CASES)
def test_range_is_within_the_published_tolerance(case: int, rate_hz: int) -> None:
    assert range_of(case, rate_hz) == pytest.approx(CASES[case][1], rel=0, abs=RANGE_TOLERANCE_LU)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("case", CASES)
def test_range_reads_what_the_definition_gives(case: int, rate_hz: int) -> None:
    assert range_of(case, rate_hz) == pytest.approx(CASES[case][1], rel=0, abs=RANGE_REGRESSION_LU)


def test_range_lies_between_the_10th_and_the_95th_percentile() -> None:
    """A tone that falls by 20 dB in 60 s: its 571 windows lie 1/30 dB apart, the 58th and the 543rd count."""
    rate_hz = 48_000
    tone = ebu_tone([(60.0, -10.0)], rate_hz)
    meter = LoudnessMeter(rate_hz, 2)
    feed(meter, tone * np.logspace(0, -1, len(tone))[:, None])
    assert meter.result().range_lu == pytest.approx(485 / 30, rel=0, abs=RANGE_REGRESSION_LU)


def test_range_is_unchanged_when_the_programme_is_repeated() -> None:
    """Table 1 asks for it: case 3 twice."""
    meter = LoudnessMeter(48_000, 2)
    for _ in range(2):
        feed(meter, ebu_tone([(SEGMENT_S, level_dbfs) for level_dbfs in CASES[3][0]], 48_000))
    assert meter.result().range_lu == pytest.approx(CASES[3][1], rel=0, abs=RANGE_TOLERANCE_LU)
