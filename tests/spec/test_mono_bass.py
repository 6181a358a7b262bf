"""Bass in the middle: what is left of the side where, that the rest stays, and that mono does."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.audio import Audio
from analysis.errors import SpecificationError
from analysis.units import Floats
from mastering.chain import build, process
from mastering.mono_bass import MonoBass
from mastering.specs import ChainSpec
from tests.albums import RATE_HZ, music
from tests.signals import sine

MONO_SUM_TOLERANCE = 1e-12  # full scale 1.0


def through(samples: Floats, corner_hz: float, rate_hz: int = RATE_HZ, block_frames: int = 65_536) -> Floats:
    stage = MonoBass(corner_hz, rate_hz, 2)
    return process(Audio.from_array(samples, rate_hz, block_frames=block_frames), [stage]).read()


def side_gain_db(freq_hz: float, corner_hz: float, rate_hz: int) -> float:
    """Of a tone that is all side, ends left out."""
    tone = sine(freq_hz, 40 / corner_hz, rate_hz)
    out = through(np.stack([tone, -tone], axis=1), corner_hz, rate_hz)
    middle = slice(len(tone) // 3, -len(tone) // 3)
    return 10 * float(np.log10(np.mean(out[middle, 0] ** 2) / np.mean(tone[middle] ** 2)))


@pytest.mark.parametrize("rate_hz", [8_000, 44_100, 96_000])
@pytest.mark.parametrize("corner_hz", [20.0, 120.0, 500.0])
def test_the_side_ends_at_the_corner(corner_hz: float, rate_hz: int) -> None:
    assert side_gain_db(corner_hz / 2, corner_hz, rate_hz) < -40.0
    assert side_gain_db(corner_hz, corner_hz, rate_hz) == pytest.approx(-6.0, abs=0.2)
    for octaves in (1.0, 1.5, 2.0, 2.5):
        assert side_gain_db(corner_hz * 2**octaves, corner_hz, rate_hz) == pytest.approx(0.0, abs=0.1)


@pytest.mark.parametrize("corner_hz", [20.0, 120.0, 500.0])
def test_mono_stays_as_it_was(corner_hz: float) -> None:
    samples = music(2.0, RATE_HZ, np.random.default_rng(1))
    out = through(samples, corner_hz)
    assert np.abs(out.sum(axis=1) - samples.sum(axis=1)).max() < MONO_SUM_TOLERANCE
    assert np.abs(out - samples).max() > 1e-4
    both = np.repeat(samples[:, :1], 2, axis=1)
    assert np.array_equal(through(both, corner_hz), both), "what has no side is not touched at all"


def test_side_and_mid_stay_in_time() -> None:
    """Hard left stays hard left above the corner: a filter that turned the side would let it out on the right."""
    left = sine(400.0, 1.0, RATE_HZ)
    out = through(np.stack([left, np.zeros_like(left)], axis=1), 120.0)
    middle = slice(RATE_HZ // 4, -RATE_HZ // 4)
    assert np.abs(out[middle, 1]).max() < 0.01
    assert np.abs(out[middle, 0] - left[middle]).max() < 0.01


def test_a_corner_out_of_bounds_is_refused() -> None:
    for corner_hz in (19.0, 501.0):
        with pytest.raises(SpecificationError, match="use 20 to 500 Hz"):
            MonoBass(corner_hz, RATE_HZ, 2)


def test_a_chain_has_it_where_it_is_asked_for() -> None:
    assert not ChainSpec(mono_below_hz=120.0).is_wire
    assert [type(stage) for stage in build(ChainSpec(mono_below_hz=120.0), RATE_HZ, 2)] == [MonoBass]
    assert build(ChainSpec(mono_below_hz=120.0), RATE_HZ, 1) == ()
    assert ChainSpec().mono_below_hz is None
