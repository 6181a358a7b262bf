"""Whatever compressors, bands and saturation are told within their ranges, their promises hold."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.audio import Audio
from analysis.units import Floats, db_to_amplitude
from mastering.chain import build, process
from mastering.compressor import Compressor
from mastering.dynamic_eq import DynamicEq
from mastering.dynamics_specs import CompressorSpec, Detector, DynamicBandSpec, MultibandSpec, SaturationSpec
from mastering.saturation import Saturation
from mastering.specs import ChainSpec, EqShape

RATE_HZ = 44_100
ROUNDING_DB = 1e-9
BLOCK_TOLERANCE = 1e-9
RINGS = 1.02  # what is left out above half the rate overshoots a little

thresholds_dbfs = st.floats(-80.0, 0.0)
ratios = st.floats(0.5, 10.0)
times_ms = st.floats(math.log(0.1), math.log(5_000.0)).map(math.exp)
compressors = st.builds(
    CompressorSpec,
    threshold_dbfs=thresholds_dbfs,
    ratio=ratios,
    knee_db=st.floats(0.0, 24.0),
    attack_ms=times_ms,
    release_ms=times_ms,
    range_db=st.floats(0.0, 12.0),
    sidechain_hz=st.one_of(st.none(), st.floats(20.0, 1_000.0)),
    detector=st.sampled_from(Detector),
    mix=st.floats(0.0, 1.0),
)
dynamic_bands = st.builds(
    DynamicBandSpec,
    shape=st.sampled_from(EqShape),
    freq_hz=st.floats(math.log(20.0), math.log(20_000.0)).map(math.exp),
    q=st.floats(0.3, 10.0),
    threshold_dbfs=thresholds_dbfs,
    ratio=ratios,
    attack_ms=times_ms,
    release_ms=times_ms,
    range_db=st.floats(0.0, 12.0),
)
multibands = st.builds(
    lambda low_hz, octaves, bands: MultibandSpec(
        crossovers_hz=(low_hz, low_hz * 2**octaves), low=bands[0], mid=bands[1], high=bands[2]
    ),
    st.floats(40.0, 2_000.0),
    st.floats(0.1, 4.0),
    st.tuples(*[st.one_of(st.none(), compressors)] * 3),
)


def noise(seed: int, frames: int = 6_000) -> Floats:
    """Two channels that swell to full scale and fade, with a pause between."""
    rng = np.random.default_rng(seed)
    swell = np.sin(np.linspace(0.0, 3 * np.pi, frames)) ** 2
    swell[frames // 3 : frames // 2] = 0.0
    return np.asarray(0.5 * rng.standard_normal((frames, 2)) * swell[:, None])


seeds = st.integers(0, 1_000)


@settings(deadline=None, max_examples=60)
@given(spec=compressors, seed=seeds)
def test_a_compressor_moves_one_way_and_no_further_than_its_range(spec: CompressorSpec, seed: int) -> None:
    gain_db = 20 * np.log10(Compressor(spec, RATE_HZ, 2).gains(noise(seed)))
    low, high = (-spec.range_db, 0.0) if spec.ratio > 1 else (0.0, spec.range_db)
    assert gain_db.min() >= low - ROUNDING_DB
    assert gain_db.max() <= high + ROUNDING_DB


@settings(deadline=None, max_examples=40)
@given(bands=st.tuples(dynamic_bands, dynamic_bands), seed=seeds)
def test_dynamic_eq_stays_within_the_sum_of_its_ranges(
    bands: tuple[DynamicBandSpec, DynamicBandSpec], seed: int
) -> None:
    """Its filters pass no more than their peak: Q of a shelf over 0.7 rings up to Q."""
    samples = noise(seed)
    out = DynamicEq(bands, RATE_HZ, 2).process(samples)
    most = math.prod(1 + (db_to_amplitude(band.range_db) - 1) * 2 * max(1.0, 1.2 * band.q) for band in bands)
    assert np.sqrt(np.mean(out**2)) <= most * np.sqrt(np.mean(samples**2))


@settings(deadline=None, max_examples=25)
@given(
    bands=st.lists(dynamic_bands, max_size=2),
    multiband=multibands,
    compressor=compressors,
    drive_db=st.floats(0.0, 12.0),
    seed=seeds,
    cut=st.integers(1, 5_999),
)
def test_all_of_them_together_do_not_mind_how_the_stream_is_cut(
    bands: list[DynamicBandSpec],
    multiband: MultibandSpec,
    compressor: CompressorSpec,
    drive_db: float,
    seed: int,
    cut: int,
) -> None:
    spec = ChainSpec(
        dynamic_eq=tuple(bands),
        multiband=multiband,
        compressor=compressor,
        saturation=SaturationSpec(drive_db=drive_db),
    )
    samples = noise(seed)

    def parts() -> list[Floats]:
        return [samples[:cut], samples[cut:]]

    whole = process(Audio.from_array(samples, RATE_HZ, block_frames=len(samples)), build(spec, RATE_HZ, 2)).read()
    stream = Audio(rate_hz=RATE_HZ, channels=2, blocks=lambda: iter(parts()))
    assert np.abs(process(stream, build(spec, RATE_HZ, 2)).read() - whole).max() <= BLOCK_TOLERANCE
    assert whole.shape == samples.shape


@settings(deadline=None, max_examples=40)
@given(drive_db=st.floats(0.0, 12.0), level_db=st.floats(-60.0, 12.0), seed=seeds)
def test_saturation_is_odd_and_never_turns_up(drive_db: float, level_db: float, seed: int) -> None:
    samples = db_to_amplitude(level_db) * noise(seed)
    spec = SaturationSpec(drive_db=drive_db)
    out = process(Audio.from_array(samples, RATE_HZ), [Saturation(spec, 2)]).read()
    other = process(Audio.from_array(-samples, RATE_HZ), [Saturation(spec, 2)]).read()
    assert np.array_equal(other, -out)
    assert np.mean(out**2) <= np.mean(samples**2)
    assert np.abs(out).max() <= RINGS * np.abs(samples).max()
