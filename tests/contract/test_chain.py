"""A chain of processors: what is built, in which order, and in time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.audio import Audio
from analysis.units import db_to_amplitude
from mastering.chain import build, process
from mastering.compressor import Compressor
from mastering.correlation_guard import CorrelationGuard
from mastering.dynamic_eq import DynamicEq
from mastering.dynamics_specs import CompressorSpec, MultibandSpec, SaturationSpec
from mastering.eq import Eq
from mastering.limiter import Limiter
from mastering.match import Match
from mastering.mid_side import SideEq
from mastering.mono_bass import MonoBass
from mastering.multiband import Multiband
from mastering.ride import Ride
from mastering.saturation import Saturation
from mastering.specs import ChainSpec
from mastering.stages import Gain, Offset, Width
from tests.contract.processors import (
    BANDS,
    COMPRESSOR,
    CURVE,
    DYNAMIC_EQ,
    MULTIBAND,
    RATE_HZ,
    RIDE,
    SATURATION,
    bare,
    music,
)

SAME = 1e-12  # full scale 1.0: where a block is cut, sums come in another order


@pytest.mark.parametrize("channels", [1, 2])
def test_an_empty_chain_is_a_wire(channels: int) -> None:
    samples = music(channels)
    stages = build(ChainSpec(), RATE_HZ, channels)
    assert ChainSpec().is_wire
    assert np.array_equal(process(Audio.from_array(samples, RATE_HZ), stages).read(), samples)


def test_neutral_settings_are_not_built() -> None:
    spec = ChainSpec(dc_offset=(0.0, 0.0), gain_db=0.0, eq=(), width=1.0)
    spec = replace(
        spec, compressor=CompressorSpec(threshold_dbfs=-40.0, ratio=1.0), saturation=SaturationSpec(drive_db=0.0)
    )
    neutral = MultibandSpec(crossovers_hz=(150.0, 2_500.0), low=spec.compressor)
    spec = replace(spec, multiband=neutral, dynamic_eq=tuple(replace(band, ratio=1.0) for band in DYNAMIC_EQ))
    assert build(spec, RATE_HZ, 2) == ()
    assert spec.is_wire
    assert spec.nonlinear == ()
    assert build(ChainSpec(width=1.4, side_eq=BANDS), RATE_HZ, 1) == (), "mono has no width and no side"
    assert build(ChainSpec(mono_below_hz=120.0, width=0.9, min_correlation=1.0), RATE_HZ, 1) == ()


def test_a_built_chain_runs_in_order() -> None:
    spec = ChainSpec(dc_offset=(0.01, 0.02), gain_db=-3.0, eq=BANDS, side_eq=BANDS[1:], match=CURVE, width=1.2)
    spec = replace(spec, min_correlation=0.6, mono_below_hz=120.0)
    spec = replace(spec, ride=RIDE, dynamic_eq=DYNAMIC_EQ, multiband=MULTIBAND, compressor=COMPRESSOR)
    spec = replace(spec, saturation=SATURATION)
    stages = build(spec, RATE_HZ, 2)
    level, stereo = [Ride, DynamicEq, Multiband, Compressor], [Width, CorrelationGuard, MonoBass]
    assert [type(stage) for stage in stages] == [Offset, Gain, Eq, SideEq, Match, *level, *stereo, Saturation]
    assert spec.nonlinear == ("ride", "dynamic_eq", "multiband", "compressor", "saturation")
    linear = [type(stage) for stage in build(spec.linear, RATE_HZ, 2)]
    assert linear == [Offset, Gain, Eq, SideEq, Match, *stereo]
    samples = music(2)
    by_hand = Eq(BANDS, RATE_HZ, 2).process((samples - np.array(spec.dc_offset)) * db_to_amplitude(-3.0))
    by_hand = SideEq(BANDS[1:], RATE_HZ, 2).process(by_hand)
    by_hand = bare(Match(CURVE, RATE_HZ, 2), [by_hand])
    by_hand = bare(Ride(RIDE, RATE_HZ, 2), [by_hand])
    by_hand = bare(Multiband(MULTIBAND, RATE_HZ, 2), [DynamicEq(DYNAMIC_EQ, RATE_HZ, 2).process(by_hand)])
    by_hand = Width(1.2, 2).process(Compressor(COMPRESSOR, RATE_HZ, 2).process(by_hand))
    by_hand = bare(CorrelationGuard(1.2, BANDS[1:], 0.6, RATE_HZ, 2), [by_hand])
    by_hand = bare(MonoBass(120.0, RATE_HZ, 2), [by_hand])
    by_hand = bare(Saturation(SATURATION, 2), [by_hand])
    late = sum(stage.latency_frames for stage in stages)
    out = process(Audio.from_array(samples, RATE_HZ), stages).read()
    assert np.abs(out - by_hand[late:]).max() < SAME


def test_latencies_add_up() -> None:
    stages = [Limiter(-6.0, RATE_HZ, 2), Gain(0.0, 2), Limiter(-6.0, RATE_HZ, 2)]
    samples = np.zeros((5_000, 2))
    samples[3_210] = 1.0
    out = process(Audio.from_array(samples, RATE_HZ, block_frames=100), stages).read()
    assert out.shape == samples.shape
    assert np.abs(out).argmax(axis=0).tolist() == [3_210, 3_210]
