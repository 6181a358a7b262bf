"""One recording is known from two: by its waveform across the cut, where noise cannot be by its level and spectrum."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal

from analysis.continuity import EDGE_S, Continuity, continuity
from analysis.units import Floats
from tests.albums import music, on_grid

RATES_HZ = [44_100, 48_000, 96_000]


def across(one: Floats, at: int, other: Floats, begin: int, rate_hz: int) -> Continuity:
    count = round(EDGE_S * rate_hz)
    found = continuity(one[at - count : at], other[begin : begin + count], rate_hz)
    assert found is not None
    return found


def applause(seconds: float, seed: int, *, low_hz: float = 800.0, rate_hz: int = 44_100) -> Floats:
    noise = np.random.default_rng(seed).standard_normal((round(seconds * rate_hz), 2))
    band = scipy.signal.butter(1, (low_hz, 5 * low_hz), "band", fs=rate_hz, output="sos")
    return np.asarray(0.1 * scipy.signal.sosfilt(band, noise, axis=0))


@pytest.mark.parametrize("rate_hz", [*RATES_HZ[:-1], pytest.param(RATES_HZ[-1], marks=pytest.mark.slow)])
@pytest.mark.parametrize("channels", [1, 2])
def test_cuts_through_music_go_on_and_other_places_do_not(channels: int, rate_hz: int) -> None:
    whole = on_grid(music(12.0, rate_hz, np.random.default_rng(1)), 16)[:, :channels]
    other = on_grid(music(12.0, round(1.13 * rate_hz), np.random.default_rng(5)), 16)[:, :channels]  # in another key
    places = np.random.default_rng(2).integers(rate_hz, len(whole) - rate_hz, 40)
    through = [across(whole, at, whole, at, rate_hz).goes_on for at in places]
    elsewhere = [
        across(whole, at, other, to, rate_hz).goes_on for at, to in zip(places, np.roll(places, 1), strict=True)
    ]
    assert sum(through) >= 36
    assert sum(elsewhere) <= 2


def test_applause_goes_on_in_its_like_and_in_no_other() -> None:
    whole = applause(3.0, 1)
    assert across(whole, 66_150, whole, 66_150, 44_100).goes_on
    assert not across(whole, 66_150, 0.5 * whole, 66_150, 44_100).goes_on, "another level"
    assert not across(whole, 66_150, applause(3.0, 1, low_hz=300.0), 66_150, 44_100).goes_on, "another hall"


@pytest.mark.parametrize("frames", [1, 2, 20])
def test_missing_frames_are_seen(frames: int) -> None:
    """An encoder's padding, say: a song cut from one that was written anew."""
    time = np.arange(88_200) / 44_100
    tone = sum(0.1 * np.sin(2 * np.pi * hz * time + hz) for hz in (110.0, 220.5, 331.0, 1_760.0))
    whole = np.stack([tone, np.roll(tone, 7)], axis=1) + 1e-5 * np.random.default_rng(1).standard_normal((88_200, 2))
    assert across(whole, 44_100, whole, 44_100, 44_100).goes_on
    assert not across(whole, 44_100, whole, 44_100 + frames, 44_100).goes_on


def test_silence_and_what_is_too_short_tell_nothing() -> None:
    sound, silence = 0.1 * np.ones((44_100, 2)), np.zeros((44_100, 2))
    assert continuity(sound, silence, 44_100) is None
    assert continuity(silence, sound, 44_100) is None
    assert continuity(sound[:100], sound, 44_100) is None
    assert continuity(sound, sound[:, :1], 44_100) is None


def test_a_noise_floor_is_no_recording_that_goes_on() -> None:
    floor = 1e-4 * np.random.default_rng(1).standard_normal((88_200, 2))
    assert not across(floor, 44_100, floor, 44_100, 44_100).goes_on
