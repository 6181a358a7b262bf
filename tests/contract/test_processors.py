"""What every processor keeps to, whatever it does: a new one in `PROCESSORS` is tested as soon as it is listed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from analysis.audio import Audio
from analysis.units import Floats, db_to_amplitude
from mastering.chain import build, process
from mastering.compressor import Compressor
from mastering.eq import Eq
from mastering.limiter import Limiter
from mastering.match import Match
from mastering.mid_side import SideEq
from mastering.processor import Processor
from mastering.ride import Ride
from mastering.specs import ChainSpec, CompressorSpec, EqBand, EqShape, MatchCurve, RideSpec
from mastering.stages import Gain, Offset, Width
from tests.signals import musical_noise

BANDS = (
    EqBand(shape=EqShape.LOW_SHELF, freq_hz=120.0, gain_db=3.0, q=0.7),
    EqBand(shape=EqShape.BELL, freq_hz=900.0, gain_db=-4.0, q=1.2),
    EqBand(shape=EqShape.HIGH_SHELF, freq_hz=7_000.0, gain_db=2.0, q=0.6),
)
CURVE = MatchCurve(
    freqs_hz=(20.0, 60.0, 300.0, 2_000.0, 9_000.0),
    mid_db=(0.0, 5.0, -4.0, 1.0, -2.0),
    side_db=(0.0, -9.0, 3.0, 4.0, 1.0),
)
RIDE = RideSpec(middle_lufs=-25.0, slope=1.3)
COMPRESSOR = CompressorSpec(threshold_dbfs=-20.0, ratio=2.0, makeup_db=1.0, sidechain_hz=100.0)
OPENING = CompressorSpec(threshold_dbfs=-20.0, ratio=0.8, makeup_db=-0.5)
Make = Callable[[int, int], Processor]  # sample rate in Hz, channels

PROCESSORS: dict[str, Make] = {
    "eq": lambda rate_hz, channels: Eq(BANDS, rate_hz, channels),
    "side eq": lambda rate_hz, channels: SideEq(BANDS, rate_hz, channels),
    "match": lambda rate_hz, channels: Match(CURVE, rate_hz, channels),
    "offset": lambda _rate_hz, channels: Offset((0.01, -0.02)[:channels], channels),
    "gain": lambda _rate_hz, channels: Gain(-4.5, channels),
    "ride": lambda rate_hz, channels: Ride(RIDE, rate_hz, channels),
    "compressor": lambda rate_hz, channels: Compressor(COMPRESSOR, rate_hz, channels),
    "opening compressor": lambda rate_hz, channels: Compressor(OPENING, rate_hz, channels),
    "width": lambda _rate_hz, channels: Width(1.3, channels),
    "limiter": lambda rate_hz, channels: Limiter(-12.0, rate_hz, channels),
}
MOVES_SILENCE = {"offset"}  # a constant taken off silence leaves the constant
STEREO_ONLY = {"width", "side eq"}  # mono passes

EXTREMES: dict[str, Make] = {
    "eq, highest boost": lambda rate_hz, channels: Eq(
        (EqBand(shape=EqShape.BELL, freq_hz=rate_hz / 5, gain_db=40.0, q=50.0),), rate_hz, channels
    ),
    "eq, deepest cut far above Nyquist": lambda rate_hz, channels: Eq(
        (EqBand(shape=EqShape.HIGH_SHELF, freq_hz=1e6, gain_db=-40.0, q=0.05),), rate_hz, channels
    ),
    "match of 24 dB up and down": lambda rate_hz, channels: Match(
        MatchCurve(freqs_hz=(10.0, 10.5, 39_000.0, 40_000.0), mid_db=(24.0, -24.0) * 2, side_db=(-24.0, 24.0) * 2),
        rate_hz,
        channels,
    ),
    "offset of full scale": lambda _rate_hz, channels: Offset((1.0, -1.0)[:channels], channels),
    "gain of 40 dB": lambda _rate_hz, channels: Gain(40.0, channels),
    "gain of -200 dB": lambda _rate_hz, channels: Gain(-200.0, channels),
    "ride closing hard": lambda rate_hz, channels: Ride(
        RideSpec(middle_lufs=-100.0, slope=0.5, range_db=6.0), rate_hz, channels
    ),
    "compressor at its hardest": lambda rate_hz, channels: Compressor(
        CompressorSpec(threshold_dbfs=-90.0, ratio=20.0, knee_db=0.0, attack_ms=0.01, release_ms=0.01, range_db=60.0),
        rate_hz,
        channels,
    ),
    "compressor with a side-chain above Nyquist": lambda rate_hz, channels: Compressor(
        CompressorSpec(threshold_dbfs=-40.0, ratio=0.5, sidechain_hz=5e5), rate_hz, channels
    ),
    "width of nothing": lambda _rate_hz, channels: Width(0.0, channels),
    "width of 2": lambda _rate_hz, channels: Width(2.0, channels),
    "limiter at full scale": lambda rate_hz, channels: Limiter(0.0, rate_hz, channels),
    "limiter 60 dB down": lambda rate_hz, channels: Limiter(-60.0, rate_hz, channels),
}

BLOCK_TOLERANCE = 1e-9  # full scale 1.0
MONO_SUM_TOLERANCE = 1e-15  # full scale 1.0
GAIN_TOLERANCE = 1e-12  # of the factor
RATE_HZ = 44_100
ODD_RATES_HZ = (8_000, 11_025, 37_800, 192_000, 384_000)
BLOCKS_FRAMES = (1, 7, 4_096)


@pytest.fixture(params=PROCESSORS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[1, 2], ids=["mono", "stereo"])
def channels(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def music(channels: int, rate_hz: int = RATE_HZ, seconds: float = 0.4) -> Floats:
    """Loud enough for the limiter to work hard."""
    noise = musical_noise(seconds, rate_hz, np.random.default_rng(channels), channels=channels)
    return np.asarray(0.9 * noise / np.abs(noise).max())


def through(make: Make, samples: Floats, *, rate_hz: int = RATE_HZ, block_frames: int = 65_536) -> Floats:
    """Through a chain of one."""
    audio = Audio.from_array(samples, rate_hz, block_frames=block_frames)
    return process(audio, [make(rate_hz, samples.shape[1])]).read()


def bare(stage: Processor, blocks: list[Floats]) -> Floats:
    """All that the stage itself gives, its delay included."""
    return np.concatenate([*(stage.process(block) for block in blocks), stage.flush()])


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


def test_an_empty_chain_is_a_wire(channels: int) -> None:
    samples = music(channels)
    stages = build(ChainSpec(), RATE_HZ, channels)
    assert ChainSpec().is_wire
    assert np.array_equal(process(Audio.from_array(samples, RATE_HZ), stages).read(), samples)


@pytest.mark.parametrize(
    "stage",
    [
        Eq((), RATE_HZ, 2),
        Eq((EqBand(shape=EqShape.BELL, freq_hz=1_000.0, gain_db=0.0, q=1.0),), RATE_HZ, 2),
        SideEq((), RATE_HZ, 2),
        SideEq((EqBand(shape=EqShape.BELL, freq_hz=1_000.0, gain_db=0.0, q=1.0),), RATE_HZ, 2),
        Match(MatchCurve(freqs_hz=(1_000.0,), mid_db=(0.0,), side_db=(0.0,)), RATE_HZ, 2),
        Ride(RideSpec(middle_lufs=-20.0, slope=1.0), RATE_HZ, 2),
        Compressor(CompressorSpec(threshold_dbfs=-40.0, ratio=1.0), RATE_HZ, 2),
        Offset((0.0, 0.0), 2),
        Gain(0.0, 2),
        Limiter(0.0, RATE_HZ, 2),
    ],
    ids=[
        "eq without bands",
        "eq of 0 dB",
        "side eq without bands",
        "side eq of 0 dB",
        "match of 0 dB",
        "ride of slope 1",
        "compressor of ratio 1",
        "no offset",
        "gain of 0 dB",
        "limiter with nothing to do",
    ],
)
def test_neutral_settings_are_a_bit_exact_null(stage: Processor) -> None:
    samples = 0.5 * music(2)
    assert np.array_equal(process(Audio.from_array(samples, RATE_HZ), [stage]).read(), samples)


def test_neutral_settings_are_not_built() -> None:
    spec = ChainSpec(dc_offset=(0.0, 0.0), gain_db=0.0, eq=(), width=1.0)
    assert build(spec, RATE_HZ, 2) == ()
    assert build(ChainSpec(width=1.4, side_eq=BANDS), RATE_HZ, 1) == (), "mono has no width and no side"


def test_a_built_chain_runs_in_order() -> None:
    spec = ChainSpec(dc_offset=(0.01, 0.02), gain_db=-3.0, eq=BANDS, side_eq=BANDS[1:], match=CURVE, width=1.2)
    spec = replace(spec, ride=RIDE, compressor=COMPRESSOR)
    stages = build(spec, RATE_HZ, 2)
    assert [type(stage) for stage in stages] == [Offset, Gain, Eq, SideEq, Match, Ride, Compressor, Width]
    samples = music(2)
    by_hand = samples - np.array(spec.dc_offset)
    by_hand = Eq(BANDS, RATE_HZ, 2).process(by_hand * db_to_amplitude(-3.0))
    by_hand = SideEq(BANDS[1:], RATE_HZ, 2).process(by_hand)
    by_hand = bare(Match(CURVE, RATE_HZ, 2), [by_hand])
    by_hand = through(lambda rate_hz, channels: Ride(RIDE, rate_hz, channels), by_hand)
    by_hand = Compressor(COMPRESSOR, RATE_HZ, 2).process(by_hand)
    by_hand = Width(1.2, 2).process(by_hand)
    assert np.array_equal(process(Audio.from_array(samples, RATE_HZ), stages).read(), by_hand)


def test_latencies_add_up() -> None:
    stages = [Limiter(-6.0, RATE_HZ, 2), Gain(0.0, 2), Limiter(-6.0, RATE_HZ, 2)]
    samples = np.zeros((5_000, 2))
    samples[3_210] = 1.0
    out = process(Audio.from_array(samples, RATE_HZ, block_frames=100), stages).read()
    assert out.shape == samples.shape
    assert np.abs(out).argmax(axis=0).tolist() == [3_210, 3_210]


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
