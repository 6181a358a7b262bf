"""Dips: as deep as asked, only where asked, whatever the blocks."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analysis.units import Floats, amplitude_to_db
from mastering.dips import Dip, Dips

RATE_HZ = 44_100
FRAMES = 30_000
RAMP, EDGE = 1_323, 88

PLACES = st.integers(0, FRAMES)


@st.composite
def a_dip(draw: st.DrawFn) -> Dip:
    first, start, stop, end = sorted(draw(st.tuples(PLACES, PLACES, PLACES, PLACES)))
    depth_db = draw(st.floats(0.01, 6.0))
    return Dip(start=start, stop=max(stop, start + 1), lowered_db=depth_db, first=first, end=max(end, start + 1))


def through(dips: list[Dip], samples: Floats, cuts: list[int]) -> Floats:
    stage = Dips(dips, RATE_HZ)
    parts = [stage.process(block) for block in np.split(samples, sorted(cuts))]
    return np.concatenate([*parts, stage.flush()])


@given(st.lists(a_dip(), max_size=4), st.lists(PLACES, max_size=5))
def test_blocks_change_nothing_and_the_level_only_falls_as_far_as_asked(dips: list[Dip], cuts: list[int]) -> None:
    ones = np.ones((FRAMES, 2))
    out = through(dips, ones, [])
    assert np.array_equal(out, through(dips, ones, cuts))
    deepest = np.zeros(FRAMES)
    for dip in dips:
        reach = slice(max(dip.first, dip.start - RAMP), max(0, min(dip.end, dip.stop + RAMP)))
        deepest[reach] = np.maximum(deepest[reach], dip.lowered_db)
    lowered_db = -amplitude_to_db(out[:, 0])
    assert (lowered_db <= deepest + 1e-9).all()
    assert np.array_equal(out[deepest == 0], ones[deepest == 0])


@given(a_dip())
def test_a_stretch_is_turned_down_by_all_that_was_asked_but_near_a_neighbour(dip: Dip) -> None:
    out = through([dip], np.ones((FRAMES, 2)), [])
    lowered_db = -amplitude_to_db(out[:, 0])
    inside = lowered_db[max(dip.start, dip.first + EDGE) : max(0, min(dip.stop, dip.end - EDGE))]
    assert np.allclose(inside, dip.lowered_db)
    # No step anywhere is more than the short way down at a neighbour.
    assert np.abs(np.diff(lowered_db)).max() <= dip.lowered_db / EDGE * 1.01


def test_nothing_asked_for_gives_the_very_block() -> None:
    block = np.ones((100, 2))
    assert Dips([], RATE_HZ).process(block) is block
