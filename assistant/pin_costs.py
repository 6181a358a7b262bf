"""Pins as costs, which both searches keep to, and the proof that pins contradict each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from analysis.errors import PlanError
from analysis.units import Floats
from assistant.order_local import Order
from assistant.order_search import OrderCosts, exact_order, order_cost
from assistant.pins import Pin, PinKind

LONGEST_PROOF = 16
"""Songs up to which pins are proved to contradict each other, once all but a few songs without a pin are left out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Breaches:
    """How often each pair and each place breaks a pin, and how often an order that keeps all pins has to.

    An order keeps its pins exactly where its breaches, added like costs, come to `least`: songs that stay together are
    entered once and left once, which costs two, and any other order enters and leaves them more often.
    """

    pair: Floats
    place: Floats
    least: int

    def kept_by(self, order: Order) -> bool:
        """Whether an order keeps all pins."""
        return round(order_cost(order, OrderCosts(pair=self.pair, place=self.place))) == self.least

    def on_top_of(self, costs: OrderCosts) -> OrderCosts:
        """Costs by which no order that breaks a pin is as cheap as one that keeps all."""
        dear = costs.over_any
        return OrderCosts(
            pair=costs.pair + dear * self.pair,
            place=costs.place + dear * self.place,
            old=costs.old,
            most_old=costs.most_old,
        )


def breaches(pins: Sequence[Pin], names: Sequence[str], sides: Sequence[int]) -> Breaches:
    """Breaches of pins, and of the discs or sides that songs are bound to, by song numbers."""
    songs = len(names)
    pair, place, least = _side_breaches(sides), np.zeros((songs, songs)), 0
    if songs:
        place[:, 0] += np.array(sides) != min(sides)
        place[:, -1] += np.array(sides) != max(sides)
    for pin in pins:
        named = np.array([name in pin.songs for name in names])
        if pin.kind is PinKind.FIRST:
            place[~named, 0] += 1
        elif pin.kind is PinKind.LAST:
            place[~named, -1] += 1
        elif pin.kind is PinKind.AFTER:
            before, after = (names.index(song) for song in pin.songs)
            pair[before, np.arange(songs) != after] += 1
            place[before, -1] += 1
        elif pin.kind is PinKind.TOGETHER:
            pair += named[:, None] != named[None, :]
            place[named, 0] += 1
            place[named, -1] += 1
            least += 2
        elif pin.kind is PinKind.APART:
            pair += named[:, None] & named[None, :]
    return Breaches(pair=pair, place=place, least=least)


def _side_breaches(sides: Sequence[int]) -> Floats:
    """One for each pair that goes anywhere but on, or on to the next side."""
    following = dict(pairwise(sorted(set(sides))))
    allowed = [{side, following.get(side, side)} for side in sides]
    return np.array([[float(other not in near) for other in sides] for near in allowed]).reshape(len(sides), len(sides))


def keeping_order(pins: Sequence[Pin], names: Sequence[str], sides: Sequence[int]) -> Order | None:
    """An order that keeps all pins; None where there are too many pinned songs to look for one exactly.

    Songs without a pin serve only to hold others apart, or to fill: one more of each side than there can be neighbours
    to hold apart is enough, and the others stand beside them.

    Raises:
        PlanError: no order keeps them; those that contradict each other are named.
    """
    songs = _that_matter(pins, names, sides)
    if len(songs) > LONGEST_PROOF:
        return None
    short = _kept(pins, [names[song] for song in songs], [sides[song] for song in songs])
    if short is None:
        raise PlanError(_contradiction(pins, names, sides))
    order = [songs[number] for number in short]
    pinned = {name for pin in pins for name in pin.songs}
    for song in sorted(set(range(len(names))) - set(songs)):
        beside = next(n for n, s in enumerate(order) if sides[s] == sides[song] and names[s] not in pinned)
        order.insert(beside + 1, song)
    return np.array(order, dtype=np.int64)


def _that_matter(pins: Sequence[Pin], names: Sequence[str], sides: Sequence[int]) -> list[int]:
    """Songs that pins name, and as many of the others as can make a difference."""
    pinned = {name for pin in pins for name in pin.songs}
    fillers = 1 + sum(len(pin.songs) - 1 for pin in set(pins) if pin.kind is PinKind.APART)
    seen = dict.fromkeys(sides, 0)
    chosen = []
    for song, (name, side) in enumerate(zip(names, sides, strict=True)):
        seen[side] += name not in pinned
        if name in pinned or seen[side] <= fillers:
            chosen.append(song)
    return chosen


def _kept(pins: Sequence[Pin], names: Sequence[str], sides: Sequence[int]) -> Order | None:
    rules = breaches(pins, names, sides)
    order = exact_order(OrderCosts(pair=rules.pair, place=rules.place))
    return order if order is not None and rules.kept_by(order) else None


def _contradiction(pins: Sequence[Pin], names: Sequence[str], sides: Sequence[int]) -> str:
    """The pins that contradict each other, none of which could stay out: each is left out in turn to see."""
    needed = list(pins)
    for pin in pins:
        others = [other for other in needed if other is not pin]
        songs = _that_matter(others, names, sides)
        if _kept(others, [names[song] for song in songs], [sides[song] for song in songs]) is None:
            needed = others
    one_side = _that_matter(needed, names, [0] * len(names))
    free_of_sides = _kept(needed, [names[song] for song in one_side], [0] * len(one_side)) is not None
    discs = " with each song on the disc or side that its file names" if free_of_sides else ""
    if len(needed) == 1:
        return f"No order keeps the pin {needed[0]}{discs}: take it out, or name other songs."
    return f"No order keeps all of the pins {' and '.join(map(str, needed))}{discs}: take one of them out."


def unkept(pins: Sequence[Pin], names: Sequence[str]) -> list[Pin]:
    """The pins that an order of songs does not keep; those that name a song that is not there are passed over."""
    order = np.arange(len(names), dtype=np.int64)
    there = [(pin, pin.among(names)) for pin in pins]
    return [pin for pin, left in there if left and not breaches([left], names, [0] * len(names)).kept_by(order)]
