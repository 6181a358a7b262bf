"""Propose the order of an album's songs, with two other ways and the order given held against it.

What published albums show is weak evidence (`assistant.order_cost` names it), so these are suggestions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.errors import PlanError
from analysis.units import Floats
from assistant.arcs import ARCS, FALLING, Arc
from assistant.file_order import natural_key
from assistant.order_cost import OrderItem, order_terms, pair_costs, place_costs
from assistant.order_local import Order
from assistant.order_search import Neighbours, OrderCosts, cheapest_order, order_cost
from assistant.pin_costs import Breaches, breaches, keeping_order
from assistant.pins import Pin, PinKind

RANDOM_ORDERS = 1000
"""Orders drawn by lot that a cost is held against."""

SEED = 20_240_604
"""Seed of those orders."""

NEW_NEIGHBOURS = 1 / 3
"""Share of an alternative's neighbours, at least, that no order before it has: with fewer it would be a variant."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderProposal:
    """One order as numbers of the songs given.

    Attributes:
        order: numbers of the songs.
        arc: the arc that it was judged by.
        cost: what it costs.
        terms: the same by term, see `assistant.order_cost.TERMS`.
        random_cost: mean cost of the orders drawn by lot, by the same arc.
        cheaper_than: share of those orders that cost more; equal ones count half.
        new_neighbours: how many of its neighbour pairs the first proposal does not have.
        broken: pins that it does not keep; none for a proposal.
    """

    order: tuple[int, ...]
    arc: Arc
    cost: float
    terms: Mapping[str, float]
    random_cost: float
    cheaper_than: float
    new_neighbours: int
    broken: tuple[Pin, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderProposals:
    """The best order and up to two distinct alternatives, best arc first, and the order in which the songs came."""

    proposed: tuple[OrderProposal, ...]
    given: OrderProposal


def propose_orders(items: Sequence[OrderItem], *, arc: str = FALLING, pins: Sequence[Pin] = ()) -> OrderProposals:
    """Propose the order in which an album's songs should be heard, and two others.

    The second is the cheapest by the same arc that has a third of its neighbours new; the third is the cheapest by the
    arc's counterpart with a third that neither of the others has. There are fewer where songs or pins leave no choice.
    None depends on the order given: songs of equal claim stand in order of their names. Songs that run on into each
    other stay together.

    Raises:
        PlanError: A key names no key, or no order keeps the pins.
    """
    pins = [*pins, *(_heard(item, item.runs_into) for item in items if item.runs_into)]
    by_name = sorted(range(len(items)), key=lambda song: (natural_key(items[song].name), repr(items[song])))
    album = _Album([items[song] for song in by_name], pins)
    wished = ARCS[arc]
    first = album.cheapest(wished, [])
    if first is None:
        raise PlanError(
            f"No order was found that keeps all of the pins {' and '.join(map(str, pins))}: take some of them out."
        )
    found = [(first, wished)]
    for other in (wished, ARCS[wished.other]):
        order = album.cheapest(other, [known for known, _ in found]) if len(items) > 1 else None
        if order is not None:
            found.append((order, other))
    given = np.argsort(np.array(by_name, dtype=np.int64))
    told = [album.told(order, by, by_name, first) for order, by in found]
    return OrderProposals(proposed=tuple(told), given=album.told(given, wished, by_name, first))


def _heard(item: OrderItem, following: str) -> Pin:
    return Pin(kind=PinKind.AFTER, songs=(item.name, following), heard=True)


class _Album:
    """Songs in order of their names, and all that is worked out of them."""

    def __init__(self, songs: Sequence[OrderItem], pins: Sequence[Pin]) -> None:
        opening = {pin.songs[0] for pin in pins if pin.kind is PinKind.SIDE}
        self.songs = [replace(song, opens_side=song.opens_side or song.name in opening) for song in songs]
        self.names = [song.name for song in songs]
        self.sides = [song.side for song in songs]
        self.pins = pins
        self.rules = breaches(pins, self.names, self.sides)
        self.start = keeping_order(pins, self.names, self.sides)
        self._costs: dict[str, OrderCosts] = {}

    def costs(self, arc: Arc) -> OrderCosts:
        if arc.name not in self._costs:
            self._costs[arc.name] = OrderCosts(pair=pair_costs(self.songs, arc), place=place_costs(self.songs, arc))
        return self._costs[arc.name]

    def cheapest(self, arc: Arc, others: Sequence[Order]) -> Order | None:
        """The cheapest order that keeps all pins and differs from others; None if none was found."""
        joins = max(0, len(self.songs) - 1)
        limited = replace(
            self.costs(arc),
            old=_neighbours(others, len(self.songs)) if others else None,
            most_old=joins - int(np.ceil(joins * NEW_NEIGHBOURS)),
        )
        order = cheapest_order(self.rules.on_top_of(limited), self.start)
        return order if order is not None and self.rules.kept_by(order) else None

    def told(self, order: Order, arc: Arc, numbers: Sequence[int], first: Order) -> OrderProposal:
        """An order with its figures; `numbers` are those of the songs where they were given."""
        cost, drawn = order_cost(order, self.costs(arc)), self._random_costs(arc)
        new = ~_neighbours([first], len(order))[order[:-1], order[1:]]
        return OrderProposal(
            order=tuple(numbers[song] for song in order),
            arc=arc,
            cost=cost,
            terms=order_terms([self.songs[song] for song in order], arc),
            random_cost=float(drawn.mean()),
            cheaper_than=float(np.mean(drawn > cost + 1e-9) + np.mean(np.abs(drawn - cost) <= 1e-9) / 2),
            new_neighbours=int(new.sum()),
            broken=tuple(pin for pin in self.pins if not self._one_rule(pin).kept_by(order)),
        )

    def _random_costs(self, arc: Arc) -> Floats:
        """Costs of orders drawn by lot, in which songs stay on their sides and pins count for nothing."""
        random, costs = np.random.default_rng(SEED), self.costs(arc)
        drawn = [np.lexsort((random.random(len(self.songs)), np.array(self.sides))) for _ in range(RANDOM_ORDERS)]
        return np.array([order_cost(order, costs) for order in drawn])

    def _one_rule(self, pin: Pin) -> Breaches:
        return breaches([pin], self.names, [0] * len(self.names))


def _neighbours(orders: Sequence[Order], songs: int) -> Neighbours:
    found = np.zeros((songs, songs), dtype=np.bool_)
    for order in orders:
        found[order[:-1], order[1:]] = True
    return found
