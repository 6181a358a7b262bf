"""Every processor, as it is tested: at work, and at the ends of what it may be told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from analysis.audio import Audio
from analysis.units import Floats
from mastering.band_limits import BandLimits
from mastering.chain import process
from mastering.compressor import Compressor
from mastering.correlation_guard import CorrelationGuard
from mastering.dynamic_eq import DynamicEq
from mastering.dynamics_specs import CompressorSpec, Detector, DynamicBandSpec, MultibandSpec, SaturationSpec
from mastering.eq import Eq
from mastering.limiter import Limiter
from mastering.match import Match
from mastering.mid_side import SideEq
from mastering.mono_bass import MonoBass
from mastering.multiband import Multiband
from mastering.processor import Processor
from mastering.programme_specs import RelativeBandSpec, SideBoundSpec
from mastering.relative_bands import RelativeBands
from mastering.ride import Ride
from mastering.saturation import Saturation
from mastering.side_bound import SideBound
from mastering.specs import EqBand, EqShape, MatchCurve, RideSpec
from mastering.stages import Gain, Offset, Width
from tests.signals import musical_noise

RATE_HZ = 44_100
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
PARALLEL = CompressorSpec(threshold_dbfs=-20.0, ratio=4.0, detector=Detector.PEAK, attack_ms=5.0, mix=0.6)
MULTIBAND = MultibandSpec(crossovers_hz=(150.0, 2_500.0), low=COMPRESSOR, high=PARALLEL)
DYNAMIC_EQ = (
    DynamicBandSpec(shape=EqShape.BELL, freq_hz=900.0, q=1.5, threshold_dbfs=-40.0, ratio=3.0),
    DynamicBandSpec(shape=EqShape.LOW_SHELF, freq_hz=150.0, q=0.7, threshold_dbfs=-30.0, ratio=0.7),
    DynamicBandSpec(shape=EqShape.HIGH_SHELF, freq_hz=6_000.0, q=0.7, threshold_dbfs=-50.0, ratio=2.0),
)
SATURATION = SaturationSpec(drive_db=1.0)
RELATIVE = (
    RelativeBandSpec(
        shape=EqShape.BELL, freq_hz=7_000.0, q=0.9, over_usual_db=8.0, under_song_db=18.0, ratio=3.0, release_ms=60.0
    ),
    RelativeBandSpec(
        shape=EqShape.HIGH_SHELF, freq_hz=8_000.0, q=0.7, over_usual_db=6.0, under_song_db=20.0, ratio=2.0
    ),
)
SIDE_BOUND = SideBoundSpec(crossovers_hz=(300.0,), under_mid_db=(9.0, 6.0), min_correlation=0.5, range_db=12.0)
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
    "parallel compressor": lambda rate_hz, channels: Compressor(PARALLEL, rate_hz, channels),
    "multiband": lambda rate_hz, channels: Multiband(MULTIBAND, rate_hz, channels),
    "dynamic eq": lambda rate_hz, channels: DynamicEq(DYNAMIC_EQ, rate_hz, channels),
    "saturation": lambda _rate_hz, channels: Saturation(SATURATION, channels),
    "strong saturation": lambda _rate_hz, channels: Saturation(SaturationSpec(drive_db=6.0), channels),
    "width": lambda _rate_hz, channels: Width(1.3, channels),
    "correlation guard": lambda rate_hz, channels: CorrelationGuard(1.4, BANDS, 0.5, rate_hz, channels),
    "mono bass": lambda rate_hz, channels: MonoBass(150.0, rate_hz, channels),
    "band limits": lambda rate_hz, channels: BandLimits(30.0, 9_000.0, rate_hz, channels),
    "relative bands": lambda rate_hz, channels: RelativeBands(
        RELATIVE, ((-40.0, -45.0), (-25.0, -30.0)), (0, 1_234), rate_hz, channels
    ),
    "side bound": lambda rate_hz, channels: SideBound(SIDE_BOUND, rate_hz, channels),
    "limiter": lambda rate_hz, channels: Limiter(-12.0, rate_hz, channels),
    "limiter without cuts": lambda rate_hz, channels: Limiter(-12.0, rate_hz, channels, cuts=False),
    "limiter half linked": lambda rate_hz, channels: Limiter(-12.0, rate_hz, channels, link=0.5),
}
MOVES_SILENCE = {"offset"}  # a constant taken off silence leaves the constant
STEREO_ONLY = {"width", "side eq", "correlation guard", "mono bass", "side bound"}  # mono passes

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
    "peak compressor at its hardest": lambda rate_hz, channels: Compressor(
        CompressorSpec(
            threshold_dbfs=-90.0,
            ratio=20.0,
            knee_db=0.0,
            attack_ms=0.01,
            release_ms=0.01,
            range_db=60.0,
            detector=Detector.PEAK,
        ),
        rate_hz,
        channels,
    ),
    "bands far above Nyquist": lambda rate_hz, channels: Multiband(
        MultibandSpec(crossovers_hz=(39_000.0, 40_000.0), low=OPENING, mid=COMPRESSOR, high=PARALLEL), rate_hz, channels
    ),
    "bands in the lowest octave": lambda rate_hz, channels: Multiband(
        MultibandSpec(crossovers_hz=(40.0, 41.0), low=OPENING, mid=COMPRESSOR, high=PARALLEL), rate_hz, channels
    ),
    "dynamic eq at its hardest, at both ends": lambda rate_hz, channels: DynamicEq(
        tuple(
            DynamicBandSpec(
                shape=shape,
                freq_hz=freq_hz,
                q=20.0,
                threshold_dbfs=-120.0,
                ratio=ratio,
                knee_db=0.0,
                attack_ms=0.01,
                release_ms=0.01,
                range_db=24.0,
            )
            for shape in EqShape
            for freq_hz, ratio in ((10.0, 20.0), (100_000.0, 0.5))
        ),
        rate_hz,
        channels,
    ),
    "saturation of 24 dB": lambda _rate_hz, channels: Saturation(SaturationSpec(drive_db=24.0), channels),
    "width of nothing": lambda _rate_hz, channels: Width(0.0, channels),
    "width of 2": lambda _rate_hz, channels: Width(2.0, channels),
    "guard of the highest correlation after the widest": lambda rate_hz, channels: CorrelationGuard(
        2.0, (EqBand(shape=EqShape.BELL, freq_hz=rate_hz / 5, gain_db=24.0, q=10.0),), 1.0, rate_hz, channels
    ),
    "guard after next to nothing": lambda rate_hz, channels: CorrelationGuard(1e-3, (), 1.0, rate_hz, channels),
    "mono up to 500 Hz": lambda rate_hz, channels: MonoBass(500.0, rate_hz, channels),
    "mono up to 20 Hz": lambda rate_hz, channels: MonoBass(20.0, rate_hz, channels),
    "band limits that meet": lambda rate_hz, channels: BandLimits(2_000.0, 2_000.0, rate_hz, channels),
    "side bound at its hardest": lambda rate_hz, channels: SideBound(
        SideBoundSpec(crossovers_hz=(20.0, 21.0), under_mid_db=(40.0,) * 3, min_correlation=0.99, range_db=60.0),
        rate_hz,
        channels,
    ),
    "relative bands that always act": lambda rate_hz, channels: RelativeBands(
        [replace(band, q=10.0, ratio=20.0, knee_db=0.0, attack_ms=0.1, range_db=24.0) for band in RELATIVE],
        ((-200.0, -200.0),),
        (0,),
        rate_hz,
        channels,
    ),
    "limiter at full scale": lambda rate_hz, channels: Limiter(0.0, rate_hz, channels),
    "limiter 60 dB down": lambda rate_hz, channels: Limiter(-60.0, rate_hz, channels),
    "limiter without cuts 60 dB down": lambda rate_hz, channels: Limiter(-60.0, rate_hz, channels, cuts=False),
    "limiter of each channel by itself, 60 dB down": lambda rate_hz, channels: Limiter(
        -60.0, rate_hz, channels, link=0.0
    ),
}

UNCHANGED = EqBand(shape=EqShape.BELL, freq_hz=1_000.0, gain_db=0.0, q=1.0)
LEVEL_CURVE = MatchCurve(freqs_hz=(1_000.0,), mid_db=(0.0,), side_db=(0.0,))
HIGH = CompressorSpec(threshold_dbfs=20.0, ratio=4.0)
NEUTRAL: dict[str, Make] = {
    "eq without bands": lambda rate_hz, channels: Eq((), rate_hz, channels),
    "eq of 0 dB": lambda rate_hz, channels: Eq((UNCHANGED,), rate_hz, channels),
    "side eq without bands": lambda rate_hz, channels: SideEq((), rate_hz, channels),
    "side eq of 0 dB": lambda rate_hz, channels: SideEq((UNCHANGED,), rate_hz, channels),
    "match of 0 dB": lambda rate_hz, channels: Match(LEVEL_CURVE, rate_hz, channels),
    "ride of slope 1": lambda rate_hz, channels: Ride(replace(RIDE, slope=1.0), rate_hz, channels),
    "compressor of ratio 1": lambda rate_hz, channels: Compressor(
        replace(COMPRESSOR, ratio=1.0, makeup_db=0.0), rate_hz, channels
    ),
    "compressor of which nothing is mixed in": lambda rate_hz, channels: Compressor(
        replace(PARALLEL, mix=0.0), rate_hz, channels
    ),
    "three bands left alone": lambda rate_hz, channels: Multiband(
        MultibandSpec(crossovers_hz=(150.0, 2_500.0)), rate_hz, channels
    ),
    "three bands that stay under their thresholds": lambda rate_hz, channels: Multiband(
        MultibandSpec(crossovers_hz=(150.0, 2_500.0), low=HIGH, mid=HIGH, high=HIGH), rate_hz, channels
    ),
    "dynamic eq without bands": lambda rate_hz, channels: DynamicEq((), rate_hz, channels),
    "dynamic eq that stays under its thresholds": lambda rate_hz, channels: DynamicEq(
        tuple(replace(band, threshold_dbfs=20.0) for band in DYNAMIC_EQ), rate_hz, channels
    ),
    "saturation without drive": lambda _rate_hz, channels: Saturation(SaturationSpec(drive_db=0.0), channels),
    "no offset": lambda _rate_hz, channels: Offset((0.0, 0.0)[:channels], channels),
    "gain of 0 dB": lambda _rate_hz, channels: Gain(0.0, channels),
    "mono bass without a corner": lambda rate_hz, channels: MonoBass(None, rate_hz, channels),
    "guard after no widening": lambda rate_hz, channels: CorrelationGuard(1.0, (UNCHANGED,), 0.5, rate_hz, channels),
    "guard with nothing to do": lambda rate_hz, channels: CorrelationGuard(1.4, BANDS, -1.0, rate_hz, channels),
    "no band limits": lambda rate_hz, channels: BandLimits(None, None, rate_hz, channels),
    "relative bands that stay under their thresholds": lambda rate_hz, channels: RelativeBands(
        RELATIVE, ((20.0, 20.0),), (0,), rate_hz, channels
    ),
    "side bound with nothing to do": lambda rate_hz, channels: SideBound(
        replace(SIDE_BOUND, under_mid_db=(-40.0, -40.0), min_correlation=-1.0), rate_hz, channels
    ),
    "limiter with nothing to do": lambda rate_hz, channels: Limiter(0.0, rate_hz, channels),
    "limiter without cuts and nothing to do": lambda rate_hz, channels: Limiter(0.0, rate_hz, channels, cuts=False),
    "limiter half linked with nothing to do": lambda rate_hz, channels: Limiter(0.0, rate_hz, channels, link=0.5),
}


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
