"""EBU Tech 3341 (version 4, November 2023), table 1: all test signals but 7 and 8, which are programmes.

Every signal gets two verdicts: the published tolerance, and one so tight that any change of the meter shows.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest

from analysis.loudness import LoudnessMeter, k_weighting
from analysis.true_peak import TruePeakMeter
from analysis.units import Floats, amplitude_to_db, db_to_amplitude
from tests.signals import EBU_TONE_HZ, ebu_surround_tone, ebu_tone, faded, feed, hidden_peak, sine

LOUDNESS_TOLERANCE_LU = 0.1  # table 1
TRUE_PEAK_ABOVE_DB, TRUE_PEAK_BELOW_DB = 0.2, 0.4  # table 1
LOUDNESS_REGRESSION_LU = 0.002
TRUE_PEAK_REGRESSION_DB = 0.01

RATES_HZ = (44_100, 48_000, 96_000)
SILENCE_DBFS = -math.inf
STEPS = range(20)  # cases 10, 11, 13 and 14 shift the tone by 20 offsets


@dataclass(frozen=True, kw_only=True)
class Case:
    """Readings of one signal, what is published for them, and by how much a perfect meter differs from that, LU."""

    readings: Callable[[int], list[float]]
    published_lufs: tuple[float, ...]
    offset_lu: float = 0.0


def heard(samples: Floats, rate_hz: int) -> LoudnessMeter:
    meter = LoudnessMeter(rate_hz, samples.shape[1])
    feed(meter, samples)
    return meter


def highest(series: Floats) -> float:
    return float(series.max())


def all_three(*segments: tuple[float, float]) -> Callable[[int], list[float]]:
    """Momentary and short-term maximum, and integrated."""

    def readings(rate_hz: int) -> list[float]:
        meter = heard(ebu_tone(segments, rate_hz), rate_hz)
        integrated = meter.result().integrated_lufs
        assert integrated is not None
        return [highest(meter.momentary_lufs()), highest(meter.short_term_lufs()), integrated]

    return readings


def integrated_only(*segments: tuple[float, float]) -> Callable[[int], list[float]]:
    return lambda rate_hz: all_three(*segments)(rate_hz)[2:]


def surround(rate_hz: int) -> list[float]:
    """Case 6: L, R, C, Ls, Rs."""
    samples = ebu_surround_tone(20, (-28.0, -28.0, -24.0, -30.0, -30.0), rate_hz)
    integrated = heard(samples, rate_hz).result().integrated_lufs
    assert integrated is not None
    return [integrated]


def steady_short_term(rate_hz: int) -> list[float]:
    """Case 9: lowest and highest from 3 s on, where the first whole window ends."""
    series = heard(ebu_tone([(1.34, -20.0), (1.66, -30.0)] * 5, rate_hz), rate_hz).short_term_lufs()
    return [float(series.min()), highest(series)]


def steady_momentary(rate_hz: int) -> list[float]:
    """Case 12: lowest and highest of the windows that end after 1 s; the first one ends at 0.4 s."""
    series = heard(ebu_tone([(0.18, -20.0), (0.22, -30.0)] * 25, rate_hz), rate_hz).momentary_lufs()[60:]
    return [float(series.min()), highest(series)]


def short_term_of_files(rate_hz: int) -> list[float]:
    """Case 10."""
    files = ([(i * 0.15, SILENCE_DBFS), (3.0, -23.0), (1.0, SILENCE_DBFS)] for i in STEPS)
    return [highest(heard(ebu_tone(file, rate_hz), rate_hz).short_term_lufs()) for file in files]


def momentary_of_files(rate_hz: int) -> list[float]:
    """Case 13."""
    files = ([(i * 0.02, SILENCE_DBFS), (0.4, -23.0), (1.0, SILENCE_DBFS)] for i in STEPS)
    return [highest(heard(ebu_tone(file, rate_hz), rate_hz).momentary_lufs()) for file in files]


def live(rate_hz: int, tone_s: float, shift_s: float) -> LoudnessMeter:
    """A row of tones, each 1 dB louder than the one before; every step takes twice the tone's length."""
    steps = [[(i * shift_s, SILENCE_DBFS), (tone_s, -38.0 + i), (tone_s - i * shift_s, SILENCE_DBFS)] for i in STEPS]
    return heard(ebu_tone([segment for step in steps for segment in step], rate_hz), rate_hz)


def maxima_after(series: Floats, step_hops: int, window_hops: int) -> list[float]:
    """What a display of the maximum shows at the end of each step; window k of the series ends at k + window_hops."""
    shown = np.maximum.accumulate(series)
    return [float(shown[(i + 1) * step_hops - window_hops]) for i in STEPS]


def short_term_live(rate_hz: int) -> list[float]:
    """Case 11."""
    return maxima_after(live(rate_hz, 3.0, 0.15).short_term_lufs(), 600, 300)


def momentary_live(rate_hz: int) -> list[float]:
    """Case 14."""
    return maxima_after(live(rate_hz, 0.4, 0.02).momentary_lufs(), 80, 40)


RISING_LUFS = tuple(-38.0 + i for i in STEPS)

# The offsets are what the definition gives for these signals beside the round figures that are published: tones
# whose powers do not add up to the round figure (6, 9, 12), and gating blocks that straddle two levels (3, 4, 5).
CASES = {
    1: Case(readings=all_three((20, -23.0)), published_lufs=(-23.0,) * 3),
    2: Case(readings=all_three((20, -33.0)), published_lufs=(-33.0,) * 3),
    3: Case(
        readings=integrated_only((10, -36.0), (60, -23.0), (10, -36.0)), published_lufs=(-23.0,), offset_lu=-0.0206
    ),
    4: Case(
        readings=integrated_only((10, -72.0), (10, -36.0), (60, -23.0), (10, -36.0), (10, -72.0)),
        published_lufs=(-23.0,),
        offset_lu=-0.0206,
    ),
    5: Case(
        readings=integrated_only((20, -26.0), (20.1, -20.0), (20, -26.0)), published_lufs=(-23.0,), offset_lu=0.0146
    ),
    6: Case(readings=surround, published_lufs=(-23.0,), offset_lu=-0.0230),
    9: Case(readings=steady_short_term, published_lufs=(-23.0,) * 2, offset_lu=0.0070),
    10: Case(readings=short_term_of_files, published_lufs=(-23.0,) * 20),
    11: Case(readings=short_term_live, published_lufs=RISING_LUFS),
    12: Case(readings=steady_momentary, published_lufs=(-23.0,) * 2, offset_lu=0.0329),
    13: Case(readings=momentary_of_files, published_lufs=(-23.0,) * 20),
    14: Case(readings=momentary_live, published_lufs=RISING_LUFS),
}


@cache
def readings_of(case: int, rate_hz: int) -> list[float]:
    return CASES[case].readings(rate_hz)


def tone_offset_lu(rate_hz: int) -> float:
    """What an in-phase 1 kHz stereo tone reads above its peak level; the standard rounds it to 0."""
    z = np.exp(-2j * np.pi * EBU_TONE_HZ / rate_hz * np.arange(3))
    gain = np.prod([abs((s[:3] @ z) / (s[3:] @ z)) for s in k_weighting(rate_hz)])
    return float(-0.691 + amplitude_to_db(float(gain)))


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("case", CASES)
def test_loudness_is_within_the_published_tolerance(case: int, rate_hz: int) -> None:
    published = list(CASES[case].published_lufs)
    assert readings_of(case, rate_hz) == pytest.approx(published, rel=0, abs=LOUDNESS_TOLERANCE_LU)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("case", CASES)
def test_loudness_reads_what_the_definition_gives(case: int, rate_hz: int) -> None:
    offset_lu = CASES[case].offset_lu + tone_offset_lu(rate_hz)
    exact = [lufs + offset_lu for lufs in CASES[case].published_lufs]
    assert readings_of(case, rate_hz) == pytest.approx(exact, rel=0, abs=LOUDNESS_REGRESSION_LU)


# Case: divisor of the rate, amplitude, phase in degrees, published dBTP, what the signal truly is.
# The published 0.50 is -6.0 dB (the official files hold 0.501), 1.41 is 2.984 dB.
TONES = {
    15: (4, db_to_amplitude(-6.0), 0.0, -6.0, -6.0),
    16: (4, db_to_amplitude(-6.0), 45.0, -6.0, -6.0),
    17: (6, db_to_amplitude(-6.0), 60.0, -6.0, -6.0),
    18: (8, db_to_amplitude(-6.0), 67.5, -6.0, -6.0),
    19: (4, 1.41, 45.0, 3.0, 2.984),
}
# Cases 20 to 23: decimation offset, published dBTP, what the band-limited burst truly is.
BURSTS = {20: (0, 0.0, -0.08), 21: (1, 0.0, -0.08), 22: (2, 0.0, -0.08), 23: (3, 0.0, -0.08)}


@cache
def true_peak_of(case: int, rate_hz: int) -> float:
    if case in TONES:
        divisor, amplitude, phase_deg, *_ = TONES[case]
        channel = faded(amplitude * sine(rate_hz / divisor, 0.5, rate_hz, phase_deg=phase_deg), 0.01, rate_hz)
    else:
        channel = hidden_peak(rate_hz, BURSTS[case][0])
    meter = TruePeakMeter(rate_hz, 1)
    feed(meter, channel[:, None])
    return meter.result()


def true_peak_expected(case: int) -> tuple[float, float]:
    """What is published, and what the signal truly is."""
    published, exact = (TONES.get(case) or BURSTS[case])[-2:]
    return published, exact


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("case", [*TONES, *BURSTS])
def test_true_peak_is_within_the_published_tolerance(case: int, rate_hz: int) -> None:
    published, _ = true_peak_expected(case)
    assert -TRUE_PEAK_BELOW_DB <= true_peak_of(case, rate_hz) - published <= TRUE_PEAK_ABOVE_DB


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("case", [*TONES, *BURSTS])
def test_true_peak_reads_what_is_there(case: int, rate_hz: int) -> None:
    _, exact = true_peak_expected(case)
    assert true_peak_of(case, rate_hz) == pytest.approx(exact, rel=0, abs=TRUE_PEAK_REGRESSION_DB)


@pytest.mark.parametrize("offset", range(4))
def test_the_hidden_peaks_are_hidden(offset: int) -> None:
    """Cases 20 to 23 would prove nothing if a sample lay on the peak."""
    sample_peak_dbfs = amplitude_to_db(float(np.abs(hidden_peak(48_000, offset)).max()))
    assert sample_peak_dbfs < -0.1
