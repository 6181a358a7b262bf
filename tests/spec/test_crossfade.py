"""Crossfades keep the power, whatever the songs have in common."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.audio import Audio
from analysis.units import Floats
from mastering.assembly import assemble
from mastering.crossfade import correlation, crossfade_gain
from mastering.timeline import lay_out
from tests.albums import album, spooled, track

RATE_HZ = 44_100
CROSS_S = 2.0


@settings(max_examples=100, deadline=None, derandomize=True)
@given(share=st.floats(0.0, 1.0), alike=st.floats(0.0, 1.0))
def test_two_sounds_of_equal_power_come_to_that_power(share: float, alike: float) -> None:
    comes, goes = (float(crossfade_gain(np.array(at), alike)) for at in (share, 1.0 - share))
    assert comes**2 + goes**2 + 2 * alike * comes * goes == pytest.approx(1.0, abs=1e-12)


def test_its_ends_are_equal_power_and_equal_gain() -> None:
    share = np.linspace(0.0, 1.0, 101)
    for alike, power in ((0.0, 2), (1.0, 1)):
        gains = crossfade_gain(share, alike)
        assert gains**power + gains[::-1] ** power == pytest.approx(1.0, abs=1e-12)
        assert (gains[0], gains[-1]) == (0.0, pytest.approx(1.0))
        assert (np.diff(gains) > 0).all()


@pytest.mark.parametrize("block_frames", [1, 999, 65_536])
@pytest.mark.parametrize("channels", [(2, 2), (1, 2), (2, 1)])
def test_correlation_is_that_of_the_samples(channels: tuple[int, int], block_frames: int) -> None:
    rng = np.random.default_rng(1)
    shared = rng.standard_normal((5_000, 1))
    one, other = (shared + 0.8 * rng.standard_normal((5_000, count)) for count in channels)
    a, b = (np.broadcast_to(part, (5_000, 2)).ravel() for part in (one, other))
    expected = a @ b / math.sqrt(a @ a * (b @ b))
    streams = Audio.from_array(one, RATE_HZ, block_frames=block_frames), Audio.from_array(other, RATE_HZ)
    assert 0.3 < expected < 0.8
    assert correlation(*streams) == pytest.approx(expected, abs=1e-9)


def test_correlation_of_what_cancels_or_is_silent_is_none() -> None:
    samples = np.random.default_rng(1).standard_normal((1_000, 2))
    one = Audio.from_array(samples, RATE_HZ)
    for other in (-samples, np.zeros((1_000, 2)), np.zeros((0, 2))):
        assert correlation(one, Audio.from_array(other, RATE_HZ)) == 0.0


def crossed(alike: float, *, rate_hz: int = RATE_HZ, other_hz: int = RATE_HZ, mono: bool = False) -> tuple[Any, Any]:
    """Steady noise going out and coming in, which over the crossfade share so much."""
    rng = np.random.default_rng(6)
    frames = round(CROSS_S * RATE_HZ)
    one, other = 0.1 * rng.standard_normal((2, 3 * frames, 2))
    other[:frames] = alike * one[-frames:] + math.sqrt(1 - alike**2) * other[:frames]
    if mono:
        other = other[:, :1]
    return one, other


def joined(one: Floats, other: Floats, folder: Path, rate_hz: int = RATE_HZ) -> tuple[Floats, int, int]:
    """The two with a crossfade, and where that begins and ends."""
    wanted = album(track(one, crossfade_s=CROSS_S), track(other))
    timeline = lay_out(wanted, rate_hz)
    (unit,) = timeline.units
    out = assemble(timeline, unit, spooled(wanted, [one, other], folder), [1.0, 1.0]).read()
    return out, timeline.placements[1].start, timeline.placements[0].end


@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
@pytest.mark.parametrize("alike", [0.0, 0.3, 0.6, 0.95])
def test_noise_is_as_loud_in_a_crossfade_as_around_it(alike: float, rate_hz: int, tmp_path: Path) -> None:
    out, start, end = joined(*crossed(alike), tmp_path, rate_hz)
    power = [float(np.mean(part**2)) for part in np.split(out[start:end], 10)]
    usual = float(np.mean(out[: start // 2] ** 2))
    assert 10 * np.log10(np.array(power) / usual) == pytest.approx(0.0, abs=0.15)


def test_the_same_song_goes_on_in_itself_unchanged(tmp_path: Path) -> None:
    """Equal gain to the last bit but rounding, where both are one."""
    frames = round(CROSS_S * RATE_HZ)
    whole = (0.1 * np.random.default_rng(2).standard_normal((5 * frames, 2))).astype(np.float32).astype(np.float64)
    out, _, _ = joined(whole[: 3 * frames], whole[2 * frames :], tmp_path)
    assert np.abs(out - whole).max() < 1e-9


def test_a_crossfade_into_mono_is_judged_by_both_sides(tmp_path: Path) -> None:
    out, start, end = joined(*crossed(0.0, mono=True), tmp_path)
    power = [float(np.mean(part**2)) for part in np.split(out[start:end], 5)]
    assert 10 * np.log10(np.array(power) / 0.01) == pytest.approx(0.0, abs=0.25)
