"""What every processor keeps to, whatever it does: a new one in `PROCESSORS` is tested as soon as it is listed."""

from __future__ import annotations

import numpy as np
import pytest

from mastering.eq import Eq
from mastering.mid_side import SideEq
from mastering.stages import Gain, Width
from tests.contract.processors import (
    BANDS,
    EXTREMES,
    MOVES_SILENCE,
    NEUTRAL,
    PROCESSORS,
    RATE_HZ,
    STEREO_ONLY,
    bare,
    music,
    through,
)

BLOCK_TOLERANCE = 1e-9  # full scale 1.0
MONO_SUM_TOLERANCE = 1e-15  # full scale 1.0
GAIN_TOLERANCE = 1e-12  # of the factor
SMALLEST_NORMAL = np.finfo(np.float64).smallest_normal
ODD_RATES_HZ = (8_000, 11_025, 37_800, 192_000, 384_000)
BLOCKS_FRAMES = (1, 7, 4_096)


@pytest.fixture(params=PROCESSORS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[1, 2], ids=["mono", "stereo"])
def channels(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def test_silence_stays_silent(name: str, channels: int) -> None:
    silence = np.zeros((5_000, channels))
    out = through(PROCESSORS[name], silence)
    assert out.shape == silence.shape
    if name in MOVES_SILENCE:
        assert np.array_equal(out, np.broadcast_to(out[0], out.shape))
    else:
        assert not out.any()


@pytest.mark.parametrize("frames", [0, 1, 2])
def test_next_to_nothing_comes_out_as_long_as_it_went_in(name: str, channels: int, frames: int) -> None:
    out = through(PROCESSORS[name], music(channels)[:frames])
    assert out.shape == (frames, channels)
    assert np.isfinite(out).all()


def test_empty_blocks_change_nothing(name: str, channels: int) -> None:
    samples, nothing = music(channels), np.zeros((0, channels))
    make = PROCESSORS[name]
    whole = bare(make(RATE_HZ, channels), [samples])
    parts = bare(make(RATE_HZ, channels), [nothing, samples[:300], nothing, nothing, samples[300:], nothing])
    assert np.abs(parts - whole).max() <= BLOCK_TOLERANCE


@pytest.mark.parametrize("block_frames", BLOCKS_FRAMES)
def test_the_size_of_blocks_changes_nothing(name: str, channels: int, block_frames: int) -> None:
    samples = music(channels)
    whole = through(PROCESSORS[name], samples, block_frames=len(samples))
    parts = through(PROCESSORS[name], samples, block_frames=block_frames)
    assert np.abs(parts - whole).max() <= BLOCK_TOLERANCE
    passes = name in STEREO_ONLY and channels == 1
    assert bool(np.abs(whole - samples).max() > 1e-3) is not passes, "the processor was to do something"


def test_the_delay_is_the_declared_one(name: str, channels: int) -> None:
    stage = PROCESSORS[name](RATE_HZ, channels)
    late, samples = stage.latency_frames, music(channels)
    out = bare(stage, [samples])
    assert len(out) == len(samples) + late
    assert np.abs(out[late:] - through(PROCESSORS[name], samples)).max() <= BLOCK_TOLERANCE


@pytest.mark.parametrize("height", [0.1, 3.0], ids=["low", "high"])
@pytest.mark.parametrize("place", [0, 1, 2_345, 4_999])
def test_an_impulse_stays_at_its_place(name: str, channels: int, place: int, height: float) -> None:
    samples = np.zeros((5_000, channels))
    samples[place] = height
    out = through(PROCESSORS[name], samples)
    assert np.abs(out).argmax(axis=0).tolist() == [place] * channels


def test_what_is_given_is_never_changed(name: str, channels: int) -> None:
    samples = music(channels)
    before = samples.copy()
    blocks = [samples[:1_000], samples[1_000:1_001], samples[1_001:]]
    given = [block.copy() for block in blocks]
    stage = PROCESSORS[name](RATE_HZ, channels)
    outputs = [stage.process(block) for block in given]
    kept = [out.copy() for out in outputs]
    stage.flush()
    assert all(np.array_equal(block, was) for block, was in zip(given, blocks, strict=True))
    assert all(np.array_equal(out, was) for out, was in zip(outputs, kept, strict=True))
    assert np.array_equal(samples, before)


def test_nothing_dies_away_in_denormal_numbers(name: str) -> None:
    """They are no sound, and many processors take a hundred times as long for them; a filter rings down to them."""
    stage = PROCESSORS[name](RATE_HZ, 2)
    stage.process(music(2))
    out = stage.process(np.zeros((8 * RATE_HZ, 2)))
    assert not ((out != 0) & (np.abs(out) < SMALLEST_NORMAL)).any()


@pytest.mark.parametrize("rate_hz", ODD_RATES_HZ)
def test_odd_rates_work(name: str, channels: int, rate_hz: int) -> None:
    samples = music(channels, rate_hz, 0.1)
    out = through(PROCESSORS[name], samples, rate_hz=rate_hz)
    assert out.shape == samples.shape
    assert np.isfinite(out).all()
    parts = through(PROCESSORS[name], samples, rate_hz=rate_hz, block_frames=777)
    assert np.abs(parts - out).max() <= BLOCK_TOLERANCE


@pytest.mark.parametrize("extreme", EXTREMES)
@pytest.mark.parametrize("rate_hz", [8_000, 384_000])
def test_extreme_settings_give_numbers(extreme: str, channels: int, rate_hz: int) -> None:
    samples = music(channels, rate_hz, 0.1)
    out = through(EXTREMES[extreme], samples, rate_hz=rate_hz)
    assert out.shape == samples.shape
    assert np.isfinite(out).all()


@pytest.mark.parametrize("neutral", NEUTRAL)
def test_neutral_settings_are_a_bit_exact_null(neutral: str, channels: int) -> None:
    samples = 0.5 * music(channels)
    assert np.array_equal(through(NEUTRAL[neutral], samples), samples)


@pytest.mark.parametrize("width", [0.0, 0.7, 1.4, 2.0])
def test_width_scales_the_side_and_keeps_the_mono_sum(width: float) -> None:
    samples = music(2)
    out = through(lambda _rate_hz, channels: Width(width, channels), samples)
    assert np.abs(out.sum(axis=1) - samples.sum(axis=1)).max() <= MONO_SUM_TOLERANCE
    sides = out[:, 0] - out[:, 1], samples[:, 0] - samples[:, 1]
    assert np.abs(sides[0] - width * sides[1]).max() <= MONO_SUM_TOLERANCE


def test_side_eq_filters_the_side_as_eq_does_and_keeps_the_mono_sum() -> None:
    samples = music(2)
    out = through(lambda rate_hz, channels: SideEq(BANDS, rate_hz, channels), samples)
    assert np.abs(out.sum(axis=1) - samples.sum(axis=1)).max() <= MONO_SUM_TOLERANCE
    sides = out[:, :1] - out[:, 1:], samples[:, :1] - samples[:, 1:]
    assert np.abs(sides[0] - Eq(BANDS, RATE_HZ, 1).process(sides[1])).max() <= BLOCK_TOLERANCE


def test_gain_is_what_it_says() -> None:
    samples = music(2)
    assert (
        np.abs(through(lambda _rate_hz, channels: Gain(40.0, channels), samples) / 100 - samples).max() < GAIN_TOLERANCE
    )
    assert (
        np.abs(through(lambda _rate_hz, channels: Gain(-20.0, channels), samples) * 10 - samples).max() < GAIN_TOLERANCE
    )
