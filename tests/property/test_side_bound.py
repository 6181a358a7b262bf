"""The side's bound and the levels of sides by their length, whatever the music and the figures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.audio import Audio
from mastering.chain import process
from mastering.programme_specs import SideBoundSpec
from mastering.side_bound import SideBound
from mastering.side_meter import SideMeter
from mastering.sides import side_level_db

RATE_HZ = 8_000
HELD_DB, HELD = 0.2, 0.01  # windows of what comes out lie half a filter off those that were bounded


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 10_000),
    st.floats(0.0, 12.0),
    st.floats(-0.5, 0.8),
    st.sampled_from([(), (300.0,), (200.0, 1_500.0)]),
)
def test_every_window_holds_the_bounds(
    seed: int, under_mid_db: float, min_correlation: float, crossovers_hz: tuple[float, ...]
) -> None:
    rng = np.random.default_rng(seed)
    steps = np.repeat(rng.uniform(-1, 1, (8, 2)), RATE_HZ // 2, axis=0)  # half a second each, pans and phases
    both = rng.standard_normal((len(steps), 2)) * 0.1
    music = np.stack([both[:, 0], steps[:, 0] * both[:, 0] + steps[:, 1] * both[:, 1]], axis=1)
    spec = SideBoundSpec(
        crossovers_hz=crossovers_hz,
        under_mid_db=(under_mid_db,) * (len(crossovers_hz) + 1),
        min_correlation=min_correlation,
        range_db=60.0,
    )
    out = process(Audio.from_array(music, RATE_HZ), [SideBound(spec, RATE_HZ, 2)]).read()
    assert out.shape == music.shape
    assert np.allclose(out.sum(axis=1), music.sum(axis=1), atol=1e-12), "the mono sum"
    meter = SideMeter(RATE_HZ)
    meter.update(out)
    ratio_db, correlation = meter.windows()
    assert np.nanmax(ratio_db) <= -under_mid_db + HELD_DB
    assert np.nanmin(correlation) >= min_correlation - HELD


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.0, 0.3))
def test_what_is_within_the_bounds_keeps_its_samples(seed: int, side: float) -> None:
    rng = np.random.default_rng(seed)
    mid, other = rng.standard_normal((2, 2 * RATE_HZ)) * 0.1
    music = np.stack([mid + side * other, mid - side * other], axis=1)
    spec = SideBoundSpec(crossovers_hz=(300.0,), under_mid_db=(6.0, 6.0), min_correlation=0.5, range_db=12.0)
    assert np.array_equal(process(Audio.from_array(music, RATE_HZ), [SideBound(spec, RATE_HZ, 2)]).read(), music)


LEVELS_33 = ((20.0, 0.0), (24.0, -3.0), (28.0, -6.0))
LEVELS_45 = ((10.5, 3.0), (13.5, 0.0), (16.0, -3.0))


@given(st.floats(0, 60), st.floats(0, 60), st.sampled_from([LEVELS_33, LEVELS_45]))
def test_a_longer_side_is_never_cut_louder(
    one_min: float, other_min: float, levels: tuple[tuple[float, float], ...]
) -> None:
    short, long = sorted((one_min, other_min))
    assert side_level_db(levels, 60 * long) <= side_level_db(levels, 60 * short)


@pytest.mark.parametrize(
    ("levels", "minutes", "level_db"), [(LEVELS_33, 22, -1.5), (LEVELS_33, 30, -7.5), (LEVELS_45, 12, 1.5)]
)
def test_between_and_past_the_lengths_of_the_table_the_line_is_straight(
    levels: tuple[tuple[float, float], ...], minutes: float, level_db: float
) -> None:
    assert side_level_db(levels, 60 * minutes) == pytest.approx(level_db)
