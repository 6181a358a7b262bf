"""How songs begin and end, on songs made up with known beginnings and endings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.decay import FELT_LU
from analysis.edges import Beginning, Ending
from analysis.units import Floats, db_to_amplitude
from tests.endings import RATE_HZ, band, draw, fade_gain
from tests.rhythms import edges
from tests.signals import pink_noise

END_S = 0.1
ONSET_S = 0.01
SONGS, RIGHT = 100, 95


def pad(seconds: float) -> Floats:
    """Music at one level, so that every decay can be reckoned from it: pink noise, -20 dBFS."""
    return pink_noise(seconds, RATE_HZ, np.random.default_rng(4), channels=1)[:, 0]


def test_95_of_100_endings_are_told_apart() -> None:
    """Cold, ringing out at 8 to 60 dB/s, or faded over 3 to 20 s; half of them over noise."""
    songs = [draw(np.random.default_rng([7, number])) for number in range(SONGS)]
    wrong = [song.words for song in songs if edges(song.samples, RATE_HZ).ending is not song.ending]
    assert len(songs) - len(wrong) >= RIGHT, wrong
    assert min(sum(song.ending is kind for song in songs) for kind in Ending) >= 20


@pytest.mark.parametrize("noise_db", [None, -60.0, -75.0, -90.0])
@pytest.mark.parametrize("db_per_s", [12.0, 25.0, 60.0])
def test_a_ring_out_is_felt_to_end_where_it_leaves_hearing_or_the_noise(
    db_per_s: float, noise_db: float | None
) -> None:
    """50 LU under the song, or 6 LU over the noise: there the decay itself is 4.7 LU over it."""
    song = pad(8.0 + 85.0 / db_per_s + 1.0)
    time_s = np.arange(len(song)) / RATE_HZ
    samples = song * db_to_amplitude(-db_per_s * np.maximum(0.0, time_s - 8.0))
    heard_lu = FELT_LU
    if noise_db is not None:  # of the same colour, so that levels compare
        samples = samples + db_to_amplitude(noise_db + 20.0) * pad(len(song) / RATE_HZ)[::-1]
        heard_lu = min(heard_lu, -(noise_db + 20.0) - 4.74)
    found = edges(samples, RATE_HZ)
    assert found.felt_end_s == pytest.approx(8.0 + heard_lu / db_per_s, rel=0, abs=END_S)


@pytest.mark.parametrize("shape", ["straight", "cosine"])
@pytest.mark.parametrize("fade_s", [3.0, 8.0, 20.0])
def test_a_fade_is_felt_to_end_where_it_leaves_hearing(fade_s: float, shape: str) -> None:
    time_s = np.arange(round((10.0 + fade_s) * RATE_HZ)) / RATE_HZ
    gain = fade_gain(shape, (time_s - 10.0) / fade_s)
    song = pad(10.0 + fade_s + 2.0)
    song[len(gain) :] = 0.0
    song[: len(gain)] *= gain
    found = edges(song, RATE_HZ)
    felt_s = float(time_s[np.flatnonzero(gain > db_to_amplitude(-FELT_LU))[-1]])
    assert found.felt_end_s == pytest.approx(felt_s, rel=0, abs=END_S)
    assert found.fall_s is not None
    if shape == "straight":
        assert found.fall_db_per_s == pytest.approx(60.0 / fade_s, rel=0.1)
        assert found.fall_s == pytest.approx(felt_s - 10.0, rel=0.1, abs=0.3)
    else:
        assert 0.55 * (felt_s - 10.0) < found.fall_s < felt_s - 10.0  # the first 1.5 LU of it are not told


def test_a_soft_ending_is_heard_for_longer() -> None:
    """After 15 s at 18 LU under the loud part, a decay of 20 dB/s is followed to 40 LU under its own level."""
    song = pad(50.0)
    time_s = np.arange(len(song)) / RATE_HZ
    level_db = np.where(time_s < 10.0, 0.0, -18.0) - 20.0 * np.maximum(0.0, time_s - 45.0)
    found = edges(song * db_to_amplitude(level_db), RATE_HZ)
    assert found.felt_end_s == pytest.approx(45.0 + 40.0 / 20.0, rel=0, abs=END_S)
    assert found.ending is Ending.RING_OUT


def test_a_soft_part_before_a_cold_end_is_no_fade() -> None:
    song = pad(30.0)
    song[20 * RATE_HZ :] *= db_to_amplitude(-15.0)
    found = edges(np.pad(song, (0, RATE_HZ)), RATE_HZ)
    assert found.ending is Ending.COLD
    assert found.felt_end_s == pytest.approx(30.0, rel=0, abs=END_S)
    assert found.fall_s is None


@pytest.mark.parametrize("start_s", [0.35, 0.7531, 2.5])
def test_the_first_stroke_is_found_to_10_ms(start_s: float) -> None:
    song = np.pad(band(np.random.default_rng(3), 10.0), (round(start_s * RATE_HZ), 0))
    found = edges(song, RATE_HZ)
    assert found.beginning is Beginning.COLD
    for at_s in (found.first_sound_s, found.first_onset_s):
        assert at_s == pytest.approx(start_s, rel=0, abs=ONSET_S)


def test_a_soft_sound_before_the_first_stroke_is_not_the_first_strong_onset() -> None:
    rng = np.random.default_rng(3)
    song = np.pad(band(rng, 10.0), (2 * RATE_HZ, 0))
    soft = db_to_amplitude(-28.0) * float(np.sqrt(np.mean(song**2))) * rng.standard_normal(2 * RATE_HZ)
    song[RATE_HZ : 3 * RATE_HZ] += soft
    found = edges(song, RATE_HZ)
    assert found.first_sound_s == pytest.approx(1.0, rel=0, abs=ONSET_S)
    assert found.first_onset_s == pytest.approx(2.0, rel=0, abs=ONSET_S)


@pytest.mark.parametrize("fade_s", [2.0, 6.0])
def test_a_fade_in_is_told_from_a_song_that_builds_up_in_steps(fade_s: float) -> None:
    song = pad(20.0)
    time_s = np.arange(len(song)) / RATE_HZ
    faded = edges(song * fade_gain("straight", 1.0 - time_s / fade_s), RATE_HZ)
    assert faded.beginning is Beginning.FADE_IN
    assert faded.rise_db_per_s == pytest.approx(60.0 / fade_s, rel=0.15)
    steps = np.where(time_s < fade_s, -25.0, np.where(time_s < 2 * fade_s, -12.0, 0.0))
    stepped = edges(song * db_to_amplitude(steps), RATE_HZ)
    assert stepped.beginning is Beginning.COLD
    assert stepped.rise_s is None


@settings(max_examples=10, deadline=None)
@given(number=st.integers(0, 50), gain_db=st.floats(-30.0, 12.0), flipped=st.booleans(), silence_s=st.integers(0, 4))
def test_gain_and_polarity_move_nothing_and_silence_before_shifts_times(
    number: int, gain_db: float, flipped: bool, silence_s: int
) -> None:
    song = draw(np.random.default_rng([7, number])).samples
    gain = (-1 if flipped else 1) * db_to_amplitude(gain_db)
    before, after = edges(song, RATE_HZ), edges(np.pad(gain * song, (silence_s * RATE_HZ, 0)), RATE_HZ)
    assert (after.beginning, after.ending) == (before.beginning, before.ending)
    assert after.felt_end_s == pytest.approx(before.felt_end_s + silence_s, abs=1e-6)
    assert after.fall_s == pytest.approx(before.fall_s, abs=1e-6)
    if before.first_sound_s > 0:
        assert after.first_sound_s == pytest.approx(before.first_sound_s + silence_s, abs=1e-6)
