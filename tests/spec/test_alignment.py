"""Where one recording lies in another, and the filter between two, where both are known."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal

from analysis.alignment import TransferMeter, filtered, find_offset, side_by_side
from analysis.audio import Audio
from analysis.units import Floats, db_to_amplitude
from mastering.eq import Eq
from mastering.specs import EqBand, EqShape
from tests.albums import RATE_HZ, music
from tests.signals import pink_noise

WELL_UNDER_DB = -40.0


@pytest.fixture(scope="module")
def noise() -> Floats:
    return pink_noise(8.0, RATE_HZ, np.random.default_rng(1))


def matched(one: Floats, other: Floats) -> Floats:
    meter = TransferMeter(RATE_HZ, one.shape[1])
    meter.update(one, other)
    return filtered(Audio.from_array(other, RATE_HZ), meter.taps()).read()


def left_db(one: Floats, other: Floats) -> float:
    """Power of the difference, but for the ends, where a filter has not all it looks at."""
    inner = slice(RATE_HZ // 2, -RATE_HZ // 2)
    return float(10 * np.log10(np.mean((one - other)[inner] ** 2) / np.mean(one[inner] ** 2) + 1e-30))


@pytest.mark.parametrize("late", [-30_000, -1, 0, 7, 44_100])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_place_is_found_to_the_frame(late: int, sign: float) -> None:
    song = music(6.0, RATE_HZ, np.random.default_rng(2), tempo_bpm=97.0)
    reach, first = 50_000, 60_000
    wide = np.pad(song, ((reach, reach), (0, 0)))
    other = sign * np.clip(3 * np.roll(wide, late, axis=0), -0.8, 0.8)
    found = find_offset(song[first : first + 90_000], other[first : first + 90_000 + 2 * reach], reach)
    assert found.frames == late
    assert sign * found.correlation > 0.8


def test_another_song_correlates_with_nothing() -> None:
    song, other = (pink_noise(4.0, RATE_HZ, np.random.default_rng(seed)) for seed in (3, 4))
    assert abs(find_offset(song[:RATE_HZ], other, 1000).correlation) < 0.1


@pytest.mark.parametrize("late", [-70_000, -5, 0, 5, 70_000])
@pytest.mark.parametrize("block_frames", [777, 65_536])
def test_side_by_side_both_show_the_same_frames(noise: Floats, late: int, block_frames: int) -> None:
    later = np.pad(noise, ((max(0, late), 0), (0, 0)))[max(0, -late) :]
    streams = [Audio.from_array(part, RATE_HZ, block_frames=block_frames) for part in (noise, later)]
    pairs = list(side_by_side(*streams, late)())
    assert all(np.array_equal(one, other) for one, other in pairs)
    assert sum(len(one) for one, _ in pairs) == len(noise) - max(0, -late)


def test_side_by_side_nothing_is_shared() -> None:
    short = Audio.from_array(np.ones((100, 1)), RATE_HZ)
    assert not list(side_by_side(short, short, 100)())


def test_equalisers_of_any_phase_a_gain_and_part_of_a_frame_are_matched(noise: Floats) -> None:
    bands = (
        EqBand(shape=EqShape.BELL, freq_hz=300.0, gain_db=4.0, q=0.8),
        EqBand(shape=EqShape.HIGH_SHELF, freq_hz=6000.0, gain_db=-3.0, q=0.7),
    )
    least_phase = Eq(bands, RATE_HZ, 2).process(noise) * 0.5
    no_phase = (
        scipy.signal.filtfilt(*scipy.signal.butter(1, [200, 8000], "bandpass", fs=RATE_HZ), noise, axis=0) + noise
    )
    taps = np.sinc(np.arange(-200, 201) - 0.4)[:, None] * np.hanning(401)[:, None]
    late = scipy.signal.fftconvolve(noise, taps, mode="same", axes=0)
    for other in (least_phase, no_phase):
        assert left_db(noise, other) > -15
        assert left_db(noise, matched(noise, other)) < WELL_UNDER_DB
    assert left_db(noise, matched(noise, late)) < -25


def test_width_is_matched(noise: Floats) -> None:
    mid, side = noise.mean(axis=1), (noise[:, 0] - noise[:, 1]) / 2
    wider = np.stack([mid + 1.4 * side, mid - 1.4 * side], axis=1)
    assert left_db(noise, matched(noise, wider)) < WELL_UNDER_DB


def test_noise_and_distortion_are_not(noise: Floats) -> None:
    added = noise + 0.1 * db_to_amplitude(-30.0) * np.random.default_rng(5).standard_normal(noise.shape)
    assert left_db(noise, matched(noise, added)) == pytest.approx(-30.0, abs=1.0)
    clipped = np.clip(noise, -0.1, 0.1)
    assert left_db(noise, matched(noise, clipped)) > -15


@pytest.mark.parametrize("block_frames", [1000, 10**6])
def test_blocks_of_any_size_give_the_same_bits(noise: Floats, block_frames: int) -> None:
    taps = np.random.default_rng(6).standard_normal((8192, 2)) * 0.01
    whole = filtered(Audio.from_array(noise, RATE_HZ), taps).read()
    assert np.array_equal(filtered(Audio.from_array(noise, RATE_HZ, block_frames=block_frames), taps).read(), whole)
    assert len(whole) == len(noise)


def test_a_mono_sound_and_silence_pass(noise: Floats) -> None:
    mono = noise[:, :1]
    assert left_db(mono, matched(mono, 0.5 * mono)) < -100
    assert not matched(np.zeros((RATE_HZ, 2)), np.zeros((RATE_HZ, 2))).any()
