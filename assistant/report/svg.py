"""Plots as SVG: axes with units, lines, bands and bars, a title and a description for those who cannot see them.

Colours come from the page's style by class, so that one plot serves light, dark and paper; every line also has a dash
pattern of its own. Coordinates have one decimal, and nothing depends on the time: the same figures, the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

Values = Sequence[float | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Axis:
    """One axis: its range, whether it is logarithmic, where its ticks stand and what they say, its name with unit."""

    low: float
    high: float
    label: str
    ticks: tuple[tuple[float, str], ...]
    log: bool = False

    def share(self, value: float) -> float:
        """Where a value lies on the axis, 0 to 1; beyond the ends it is held there."""
        low, high, at = self.low, self.high, value
        if self.log:
            low, high, at = math.log(low), math.log(high), math.log(max(value, 1e-9))
        return min(max((at - low) / (high - low), 0.0), 1.0)


def ticks(low: float, high: float, most: int = 6, sign: str = "") -> tuple[tuple[float, str], ...]:
    """Round values from `low` to `high`, at most about so many."""
    span = max(high - low, 1e-9)
    steps = (size * 10.0**power for power in range(-3, 5) for size in (1, 2, 5))
    step = next((step for step in steps if span / step <= most), span)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return tuple((count * step, _signed(count * step, decimals, sign)) for count in range(first, last + 1))


def _signed(value: float, decimals: int, sign: str) -> str:
    text = f"{value + 0.0:{sign if value else ''}.{decimals}f}"
    return text.replace("-", "\N{MINUS SIGN}")


def linear(low: float, high: float, label: str, *, most: int = 6, sign: str = "") -> Axis:
    """A linear axis with round ticks."""
    return Axis(low=low, high=high, label=label, ticks=ticks(low, high, most, sign))


def frequency() -> Axis:
    """Frequency, for the tone bands from 31.25 Hz to 16 kHz."""
    low = [(hz, f"{hz:.0f}") for hz in (31.25, 62.5, 125.0, 250.0, 500.0)]
    high = [(1000.0 * kilohertz, f"{kilohertz}k") for kilohertz in (1, 2, 4, 8, 16)]
    return Axis(low=28, high=18_000, label="Frequency, Hz", ticks=(*low, *high), log=True)


def clock(length_s: float, label: str = "Time, min:s") -> Axis:
    """Time from 0 to a length in seconds."""
    steps = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
    step = next((step for step in steps if length_s / step <= 9), 3600)
    marks = tuple((at, minutes(at)) for at in range(0, math.floor(length_s) + 1, step))
    return Axis(low=0, high=max(length_s, 1e-3), label=label, ticks=marks)


def minutes(seconds: float) -> str:
    """Minutes and seconds.

    >>> minutes(215.4)
    '3:35'
    """
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


@dataclass(kw_only=True)
class Plot:
    """One plot in the making. `x` and `y` are its axes; lengths are in the SVG's own units.

    Attributes:
        name: of the plot, unique in the page: ids are made of it.
        title, description: for those who cannot see it; the title is its caption as well.
    """

    name: str
    title: str
    description: str
    x: Axis
    y: Axis
    width: int = 520
    height: int = 250
    left: int = 54
    right: int = 14
    top: int = 12
    bottom: int = 42
    shapes: list[str] = field(default_factory=list)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a point lies, in units of the SVG."""
        across, up = self.x.share(x), self.y.share(y)
        inner_width, inner_height = self.width - self.left - self.right, self.height - self.top - self.bottom
        return self.left + across * inner_width, self.top + (1 - up) * inner_height

    def line(self, xs: Sequence[float], ys: Values, style: str) -> None:
        """A line through points, broken where a value is None; `style` is its class."""
        path = "".join(
            f"{'M' if number == 0 else 'L'}{px:.1f} {py:.1f}"
            for run in _runs(xs, ys)
            for number, (px, py) in enumerate(self.at(x, y) for x, y in run)
        )
        if path:
            self.shapes.append(f'<path class="line {style}" d="{path}"/>')

    def area(self, xs: Sequence[float], lows: Sequence[float], highs: Sequence[float], style: str) -> None:
        """What lies between two lines."""
        there = [self.at(x, y) for x, y in zip(xs, highs, strict=True)]
        back = [self.at(x, y) for x, y in zip(xs, lows, strict=True)][::-1]
        points = " ".join(f"{px:.1f},{py:.1f}" for px, py in (*there, *back))
        if points:
            self.shapes.append(f'<polygon class="area {style}" points="{points}"/>')

    def box(self, x: tuple[float, float], y: tuple[float, float], style: str, title: str = "") -> None:
        """A rectangle between two values of each axis."""
        (left, bottom), (right, top) = self.at(x[0], y[0]), self.at(x[1], y[1])
        left, right, top, bottom = min(left, right), max(left, right), min(top, bottom), max(top, bottom)
        told = f"<title>{escape(title)}</title>" if title else ""
        self.shapes.append(
            f'<rect class="{style}" x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" '
            f'height="{bottom - top:.1f}">{told}</rect>'
        )

    def rule(self, style: str, *, x: float | None = None, y: float | None = None) -> None:
        """A straight line across the whole plot, at a value of either axis."""
        one = self.at(self.x.low if x is None else x, self.y.low if y is None else y)
        other = self.at(self.x.high if x is None else x, self.y.high if y is None else y)
        self.shapes.append(
            f'<line class="{style}" x1="{one[0]:.1f}" y1="{one[1]:.1f}" x2="{other[0]:.1f}" y2="{other[1]:.1f}"/>'
        )

    def mark(self, x: float, y: float, style: str, *, hollow: bool = False) -> None:
        """A point: a disc, or a ring where `hollow`."""
        px, py = self.at(x, y)
        kind = f"mark {style}{' hollow' if hollow else ''}"
        self.shapes.append(f'<circle class="{kind}" cx="{px:.1f}" cy="{py:.1f}" r="{7 if hollow else 5}"/>')

    def words(self, x: float, y: float, text: str, anchor: str = "middle", *, up: float = 0.0) -> None:
        """Text at a point, moved up by some units."""
        px, py = self.at(x, y)
        self.shapes.append(
            f'<text class="note" x="{px:.1f}" y="{py - up:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
        )

    def svg(self) -> str:
        """The whole plot."""
        return (
            f'<svg class="plot" viewBox="0 0 {self.width} {self.height}" role="img" '
            f'aria-labelledby="{self.name}-t {self.name}-d">'
            f'<title id="{self.name}-t">{escape(self.title)}</title>'
            f'<desc id="{self.name}-d">{escape(self.description)}</desc>'
            f"{''.join(self._axes())}{''.join(self.shapes)}</svg>"
        )

    def _axes(self) -> Iterator[str]:
        low, high = self.height - self.bottom, self.top
        for value, text in self.x.ticks:
            px, _ = self.at(value, self.y.low)
            yield f'<line class="grid" x1="{px:.1f}" y1="{high}" x2="{px:.1f}" y2="{low}"/>'
            yield f'<text x="{px:.1f}" y="{low + 15}" text-anchor="middle">{escape(text)}</text>'
        for value, text in self.y.ticks:
            _, py = self.at(self.x.low, value)
            yield f'<line class="grid" x1="{self.left}" y1="{py:.1f}" x2="{self.width - self.right}" y2="{py:.1f}"/>'
            yield f'<text x="{self.left - 5}" y="{py + 4:.1f}" text-anchor="end">{escape(text)}</text>'
        middle_x, middle_y = (self.left + self.width - self.right) / 2, (low + high) / 2
        name = escape(self.x.label)
        yield f'<text class="unit" x="{middle_x:.1f}" y="{self.height - 6}" text-anchor="middle">{name}</text>'
        yield (
            f'<text class="unit" transform="translate(12 {middle_y:.1f}) rotate(-90)" text-anchor="middle">'
            f"{escape(self.y.label)}</text>"
        )


def _runs(xs: Sequence[float], ys: Values) -> Iterator[list[tuple[float, float]]]:
    """The stretches of points that have a value."""
    run: list[tuple[float, float]] = []
    for x, y in zip(xs, ys, strict=True):
        if y is None:
            if run:
                yield run
            run = []
        else:
            run.append((x, y))
    if run:
        yield run


def thinned(values: Values, most: int, pick: str = "max") -> tuple[list[float], list[float | None]]:
    """At most so many of evenly spaced values: of each stretch the largest ("max"), and the middle of its place."""
    step = max(1, math.ceil(len(values) / most))
    places, kept = [], list[float | None]()
    for start in range(0, len(values), step):
        known = [value for value in values[start : start + step] if value is not None]
        places.append(start + (min(step, len(values) - start) - 1) / 2)
        kept.append((max(known) if pick == "max" else sum(known) / len(known)) if known else None)
    return places, kept
