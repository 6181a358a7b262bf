"""Peaks that stand out are cut without moving what is around them; what lasts is turned down and stays clean."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal

from analysis.audio import Audio
from analysis.true_peak import glance_taps, interpolators
from analysis.units import Floats, amplitude_to_db, db_to_amplitude
from mastering.chain import process
from mastering.hidden import hiding_model, pulses, thresholds
from mastering.limiter import Limiter
from mastering.masked_clip import clip_hop
from tests.albums import peak_dbtp
from tests.signals import pink_noise, sine, stereo

RATE_HZ = 44_100
CEILING_DBTP = -1.0
OVER_CEILING_DB = 0.02
MOVED_DB = 0.05
CLEAN_DB = -90.0
HIT_S = 2.0
MODEL = hiding_model(RATE_HZ)


def limited(samples: Floats, *, cuts: bool = True, link: float = 1.0) -> Floats:
    limiter = Limiter(CEILING_DBTP, RATE_HZ, samples.shape[1], cuts=cuts, link=link)
    return process(Audio.from_array(samples, RATE_HZ), [limiter]).read()


def gain_db(out: Floats, samples: Floats, first_s: float, last_s: float) -> float:
    """RMS of a stretch against what went in."""
    part = slice(round(first_s * RATE_HZ), round(last_s * RATE_HZ))
    return float(10 * np.log10(np.sum(out[part] ** 2) / np.sum(samples[part] ** 2)))


@pytest.fixture(scope="module", params=[180.0, 1_000.0, 3_000.0], ids=["kick", "tom", "block"])
def drum(request: pytest.FixtureRequest) -> Floats:
    """A hit 2 dB over the ceiling, over a bed at -25 dB."""
    bed = pink_noise(4.0, RATE_HZ, np.random.default_rng(1))
    bed *= db_to_amplitude(-25.0) / np.sqrt(np.mean(bed**2))
    time_s = np.maximum(np.arange(len(bed)) / RATE_HZ - HIT_S, 0.0)
    hit = np.exp(-time_s * request.param / 6) * np.sin(2 * np.pi * request.param * time_s)
    low, high = 0.0, 4.0
    for _ in range(30):  # its height, by halves
        level = (low + high) / 2
        low, high = (level, high) if peak_dbtp(bed + level * hit[:, None]) < CEILING_DBTP + 2 else (low, level)
    return np.asarray(bed + low * hit[:, None])


def test_a_drum_hit_loses_its_peak_and_the_bed_stays(drum: Floats) -> None:
    out = limited(drum)
    assert peak_dbtp(drum) == pytest.approx(CEILING_DBTP + 2, abs=0.01)
    assert CEILING_DBTP - 0.1 < peak_dbtp(out) <= CEILING_DBTP + OVER_CEILING_DB
    assert gain_db(out, drum, HIT_S - 0.5, HIT_S - 0.02) == pytest.approx(0.0, abs=MOVED_DB)
    assert gain_db(out, drum, HIT_S + 0.1, HIT_S + 0.6) == pytest.approx(0.0, abs=MOVED_DB)


def test_what_is_cut_need_not_be_turned_down(drum: Floats) -> None:
    after_s = (HIT_S + 0.03, HIT_S + 0.1)
    cut_db, turned_db = (gain_db(limited(drum, cuts=cuts), drum, *after_s) for cuts in (True, False))
    assert turned_db < -0.8
    assert cut_db > 0.6 * turned_db


@pytest.mark.parametrize("hz", [100.0, 1_000.0])
def test_a_sustained_tone_is_turned_down_and_not_cut(hz: float) -> None:
    samples = stereo(sine(hz, 7.0, RATE_HZ)) * db_to_amplitude(CEILING_DBTP + 6)
    out = limited(samples)[5 * RATE_HZ : 6 * RATE_HZ, 0]
    lines = np.abs(np.fft.rfft(out * scipy.signal.windows.blackmanharris(len(out), sym=False))) ** 2
    fundamental = lines[round(hz) - 4 : round(hz) + 5].sum()
    harmonics = sum(lines[round(hz) * k - 4 : round(hz) * k + 5].sum() for k in range(2, 20))
    assert 10 * np.log10(harmonics / fundamental) < CLEAN_DB
    assert amplitude_to_db(float(np.abs(out).max())) == pytest.approx(CEILING_DBTP, abs=0.05)


def cut(samples: Floats, ceiling: float) -> Floats:
    """One channel, two hops of it cut as a render cuts them, by the pulse that fits noise."""
    masks = thresholds(MODEL, pink_noise(0.1, RATE_HZ, np.random.default_rng(2))[:, 0], np.array([0]))
    fine = interpolators(16)
    row = samples.copy()
    for hop in (2, 3):
        first, last = hop * MODEL.hop, (hop + 1) * MODEL.hop
        clip_hop(row, first, last, 0, len(row), pulses(MODEL, masks[0]), glance_taps(fine[8]), fine, ceiling)
    return row


def near(samples: Floats, place: float) -> float:
    """Highest value around a place, between the samples."""
    part = scipy.signal.resample_poly(samples, 32, 1)
    return float(np.abs(part[round((place - 3) * 32) : round((place + 3) * 32)]).max())


@pytest.mark.parametrize("fraction", [0.0, 0.3, 0.5])
def test_a_single_peak_ends_at_the_ceiling(fraction: float) -> None:
    frames, place = 6 * MODEL.hop, 2.5 * MODEL.hop + fraction
    samples = 0.9 * np.sinc((np.arange(frames) - place) / 3)
    out = cut(samples, 0.7)
    assert amplitude_to_db(near(out, place) / 0.7) == pytest.approx(0.0, abs=OVER_CEILING_DB)


@pytest.mark.parametrize("period_frames", [15.0, 20.0, 40.3])
def test_peaks_of_one_wave_are_cut_together_and_none_twice(period_frames: float) -> None:
    away = np.arange(6 * MODEL.hop) - 2.5 * MODEL.hop
    samples = 0.9 * np.cos(2 * np.pi * away / period_frames) * np.exp(-((away / (3 * period_frames)) ** 2))
    out = cut(samples, 0.7)
    places = 2.5 * MODEL.hop + period_frames / 2 * np.arange(-8, 9)
    over = [place for place in places if near(samples, place) > 0.71]
    assert len(over) >= 5
    for place in over:
        assert amplitude_to_db(near(out, place) / 0.7) == pytest.approx(0.0, abs=MOVED_DB)
    assert max(near(out, place) for place in places) <= 0.7 * db_to_amplitude(MOVED_DB)


@pytest.mark.parametrize("period_frames", [15.0, 60.0, 400.0])
def test_what_cutting_leaves_is_turned_down(period_frames: float) -> None:
    away = np.arange(RATE_HZ) - RATE_HZ / 2
    wave = np.cos(2 * np.pi * away / period_frames) * np.exp(-((away / (3 * period_frames)) ** 2))
    out = limited(1.3 * stereo(wave))
    assert CEILING_DBTP - 0.1 < peak_dbtp(out) <= CEILING_DBTP + OVER_CEILING_DB


def test_a_trace_over_the_ceiling_takes_a_trace() -> None:
    samples = np.sinc((np.arange(6 * MODEL.hop) - 2.5 * MODEL.hop) / 3)
    for excess in (1e-6, 1e-5, 1e-4):
        taken = np.abs(cut(samples, 1 / (1 + excess)) - samples).max()
        assert 0.5 * excess < taken < 2.5 * excess


@pytest.mark.parametrize("hz", [40.0, 1_237.0, 4_999.0, 9_997.0, 17_777.0])
def test_cuts_fold_nothing_back_into_a_tone(hz: float) -> None:
    """Lines that are no harmonics stay under -90 dBFS, at a tone that no whole number of samples divides."""
    samples = stereo(sine(hz, 6.0, RATE_HZ)) * db_to_amplitude(CEILING_DBTP + 1)
    out = limited(samples)[3 * RATE_HZ : 5 * RATE_HZ, 0]
    lines = np.abs(np.fft.rfft(out)) / RATE_HZ
    lines[:: round(2 * hz)] = 0.0
    assert amplitude_to_db(float(lines.max())) < CLEAN_DB


def test_what_is_under_the_ceiling_is_not_touched() -> None:
    samples = 0.69 * np.sinc((np.arange(6 * MODEL.hop) - 2.5 * MODEL.hop) / 3)
    assert np.array_equal(cut(samples, 0.7), samples)


@pytest.mark.parametrize("cuts", [True, False])
def test_the_other_side_comes_down_by_the_share_that_is_linked(cuts: bool) -> None:
    """Before a peak of 13 dB on one side, where the gain is down already."""
    samples = 0.1 * stereo(sine(1_000.0, 1.0, RATE_HZ))
    samples[RATE_HZ // 2, 0] = 4.0
    before_s = (0.5 - 100 / RATE_HZ, 0.5 - 10 / RATE_HZ)
    moved_db = {
        link: [gain_db(out[:, [side]], samples[:, [side]], *before_s) for side in (0, 1)]
        for link in (0.0, 0.5, 1.0)
        for out in [limited(samples, cuts=cuts, link=link)]
    }
    assert moved_db[1.0][0] < -10.0
    assert moved_db[0.0][1] == pytest.approx(0.0, abs=1e-9)
    assert moved_db[0.5][1] == pytest.approx(moved_db[1.0][0] / 2, abs=0.3)
    assert moved_db[1.0][1] == pytest.approx(moved_db[1.0][0], abs=0.3)
    for link in (0.0, 0.5):
        assert moved_db[link][0] == pytest.approx(moved_db[1.0][0], abs=0.1)
