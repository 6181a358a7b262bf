"""Plots: axes, breaks in lines, bounds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.report.svg import Axis, Plot, clock, frequency, linear, minutes, thinned, ticks

NUMBERS = st.floats(-1e4, 1e4)


@given(low=NUMBERS, span=st.floats(0.01, 1e4))
def test_ticks_are_round_within_bounds_and_few(low: float, span: float) -> None:
    found = ticks(low, low + span)
    assert 1 <= len(found) <= 7
    assert all(low - 1e-6 * span - 1e-9 <= value <= low + span + 1e-6 * span + 1e-9 for value, _ in found)
    assert len({text for _, text in found}) == len(found)


def test_ticks_say_what_they_are() -> None:
    assert [text for _, text in ticks(-20, 0)] == ["−20", "−15", "−10", "−5", "0"]
    assert [text for _, text in ticks(-1, 1, 4, "+")] == ["−1.0", "−0.5", "0.0", "+0.5", "+1.0"]


def plot(x: Axis | None = None) -> Plot:
    return Plot(name="p", title="A & B", description="<what>", x=x or linear(0, 10, "x"), y=linear(-1, 1, "y, dB"))


@given(points=st.lists(st.tuples(NUMBERS, st.one_of(st.none(), NUMBERS)), max_size=30))
def test_every_point_lies_in_the_plot(points: list[tuple[float, float | None]]) -> None:
    made = plot()
    made.line([x for x, _ in points], [y for _, y in points], "mix")
    for x, y in re.findall(r"[ML]([\d.-]+) ([\d.-]+)", "".join(made.shapes)):
        assert made.left <= float(x) <= made.width - made.right
        assert made.top <= float(y) <= made.height - made.bottom
    assert "".join(made.shapes).count("M") == sum(
        y is not None and (number == 0 or points[number - 1][1] is None) for number, (_, y) in enumerate(points)
    )


def test_names_are_escaped_and_titled() -> None:
    made = plot().svg()
    assert '<title id="p-t">A &amp; B</title><desc id="p-d">&lt;what&gt;</desc>' in made
    assert 'role="img"' in made
    assert "x</text>" in made
    assert "y, dB</text>" in made


def test_frequency_is_logarithmic() -> None:
    axis = frequency()
    assert axis.share(1000) - axis.share(500) == pytest.approx(axis.share(8000) - axis.share(4000))


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (59.6, "1:00"), (215.4, "3:35"), (4000, "66:40")])
def test_minutes(seconds: float, text: str) -> None:
    assert minutes(seconds) == text


@given(length_s=st.floats(0, 20_000))
def test_clocks_have_few_ticks(length_s: float) -> None:
    axis = clock(length_s)
    assert 1 <= len(axis.ticks) <= 10
    assert axis.ticks[-1][0] <= axis.high


@given(values=st.lists(st.one_of(st.none(), NUMBERS), max_size=200), most=st.integers(1, 50))
def test_thinning_keeps_the_peaks(values: list[float | None], most: int) -> None:
    places, kept = thinned(values, most)
    assert len(kept) == len(places) <= most
    assert max((v for v in kept if v is not None), default=None) == max(
        (v for v in values if v is not None), default=None
    )
