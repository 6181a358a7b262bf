"""What holds for any width, any bound and any sound; and for shaped noise at any level."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.audio import Audio
from analysis.units import Floats
from mastering.chain import build, process
from mastering.dither import Quantiser
from mastering.noise_shaping import LARGEST_ERROR_LSB, SHAPERS, NoiseShaper
from mastering.specs import ChainSpec, EqBand, EqShape
from tests.albums import RATE_HZ
from tests.signals import pink_noise

MONO_SUM_TOLERANCE = 1e-12  # of the highest sample
SECONDS = 1.5

widenings = st.builds(
    ChainSpec,
    width=st.floats(0.3, 2.0),
    side_eq=st.lists(
        st.builds(
            EqBand,
            shape=st.sampled_from(EqShape),
            freq_hz=st.floats(60, 12_000),
            gain_db=st.floats(-6, 6),
            q=st.floats(0.4, 2.0),
        ),
        max_size=2,
    ).map(tuple),
    min_correlation=st.floats(-1, 1),
    mono_below_hz=st.none() | st.floats(20, 500),
)


def song(correlation: float, level: float, seed: int) -> Floats:
    mid, side = pink_noise(SECONDS, RATE_HZ, np.random.default_rng(seed)).T
    side = side * np.sqrt((1 - correlation) / (1 + correlation))
    return np.asarray(level * np.stack([mid + side, mid - side], axis=1))


def side_power(samples: Floats) -> float:
    return float(np.sum((samples[:, 0] - samples[:, 1]) ** 2))


@settings(max_examples=40, deadline=None)
@given(spec=widenings, correlation=st.floats(-0.9, 0.9), level=st.floats(1e-4, 4.0), seed=st.integers(0, 99))
def test_whatever_is_done_to_the_side_mono_stays(spec: ChainSpec, correlation: float, level: float, seed: int) -> None:
    samples = song(correlation, level, seed)
    out = process(Audio.from_array(samples, RATE_HZ), build(spec, RATE_HZ, 2)).read()
    assert out.shape == samples.shape
    assert np.abs(out.sum(axis=1) - samples.sum(axis=1)).max() <= MONO_SUM_TOLERANCE * np.abs(out).max()


@settings(max_examples=40, deadline=None)
@given(width=st.floats(1.0, 2.0), lowest=st.floats(-1, 1), correlation=st.floats(-0.9, 0.9), seed=st.integers(0, 99))
def test_a_guarded_width_lies_between_the_mix_and_what_was_asked(
    width: float, lowest: float, correlation: float, seed: int
) -> None:
    samples = song(correlation, 0.5, seed)
    stages = build(ChainSpec(width=width, min_correlation=lowest), RATE_HZ, 2)
    power = side_power(process(Audio.from_array(samples, RATE_HZ), stages).read())
    assert 1 - 1e-9 <= power / side_power(samples) <= width**2 + 1e-9


@settings(max_examples=40, deadline=None)
@given(shaper=st.sampled_from(SHAPERS), level=st.floats(1e-7, 30.0), offset=st.floats(-2, 2), seed=st.integers(0, 99))
def test_noise_never_runs_away_and_dies_in_a_moment(
    shaper: NoiseShaper, level: float, offset: float, seed: int
) -> None:
    """However far samples passed full scale, what follows stays within the noise's own bound."""
    rng = np.random.default_rng(seed)
    wild = level * rng.standard_normal((2_000, 2)) + offset
    calm = 0.1 * rng.standard_normal((2_000, 2))
    quantiser = Quantiser(16, seed=seed, track=0, shaper=shaper)
    quantiser.process(wild)
    added = quantiser.process(calm) - calm * 32_768
    assert np.abs(added).max() <= LARGEST_ERROR_LSB * np.abs(shaper.answer()).sum()
    assert added[600:].std() < 1.3 * 0.5 * np.sqrt(float(shaper.answer() @ shaper.answer()))
