"""The cheapest order of a set of songs, given what each pair and each place costs.

The cost of an order is `place[song, position]` summed over its songs plus `pair[song, next]` summed over its
neighbours; `pair` need not be symmetric. The same input always gives the same order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.kernels import kernel
from analysis.units import Floats
from assistant.order_local import Order, searched

LONGEST_EXACT = 14
"""Most songs searched exactly: 14 take some 10 ms and 4 MB, and each one more doubles both."""

Neighbours = NDArray[np.bool_]
"""Which songs follow which: true at [i, j] where j comes straight after i."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderCosts:
    """What orders are judged by.

    Attributes:
        pair: cost of song i going straight to song j at [i, j], shape (songs, songs); the diagonal is unused.
        place: cost of song i at position p at [i, p], shape (songs, songs).
        old: neighbours of which an order may hold at most `most_old`; for alternatives to other orders.
        most_old: how many.
    """

    pair: Floats
    place: Floats
    old: Neighbours | None = None
    most_old: int = 0

    @property
    def songs(self) -> int:
        """How many songs there are."""
        return len(self.pair)

    @property
    def limited(self) -> Neighbours:
        """`old`; where there is none, nothing is."""
        return np.zeros(self.pair.shape, dtype=np.bool_) if self.old is None else self.old

    @property
    def over_any(self) -> float:
        """More than any order costs."""
        if not self.songs:
            return 1.0
        return 1.0 + float(np.abs(self.place).max(axis=0).sum() + self.songs * np.abs(self.pair).max())


def cheapest_order(costs: OrderCosts, start: Order | None = None) -> Order | None:
    """The cheapest order: exact up to 14 songs, else the best that a local search finds, from `start` among others.

    Returns:
        None where no order has as few of the old neighbours as it must.
    """
    return exact_order(costs) if costs.songs <= LONGEST_EXACT else searched_order(costs, start)


def order_cost(order: Order, costs: OrderCosts) -> float:
    """Cost of an order, by its pairs and places."""
    return float(costs.pair[order[:-1], order[1:]].sum() + costs.place[order, np.arange(len(order))].sum())


def exact_order(costs: OrderCosts) -> Order | None:
    """The cheapest order by dynamic programming over subsets; None as for `cheapest_order`.

    M. Held and R. M. Karp, "A dynamic programming approach to sequencing problems", Journal of SIAM 10
    (1962). A subset's size is the position of the song that comes next, so places cost nothing extra. How many old
    neighbours were passed is part of the state, so that a bound on them is kept exactly too.
    """
    songs = costs.songs
    order = np.empty(songs, dtype=np.int64)
    if not songs:
        return order
    old = costs.limited
    cost, before = _subset_costs(costs.pair, costs.place, old, costs.most_old if old.any() else 0)
    subset = len(cost) - 1
    # The last of equals, here and below: where nothing tells songs apart, they stay as they are given.
    last, passed = divmod(int(np.argmin(cost[subset, ::-1])), cost.shape[2])
    last = songs - 1 - last
    if not np.isfinite(cost[subset, last, passed]):
        return None
    for position in range(songs - 1, -1, -1):
        order[position] = last
        previous = int(before[subset, last, passed])
        if position:
            passed -= int(old[previous, last])
        last, subset = previous, subset ^ (1 << last)
    return order


@kernel
def _subset_costs(pair: Floats, place: Floats, old: Neighbours, most_old: int) -> tuple[Floats, NDArray[np.int8]]:
    """For each subset (a bit a song), last song and number of old neighbours: the cheapest order's cost, song before.

    Shapes (subsets, songs, 1 + most_old).
    """
    songs = len(pair)
    cost = np.full((1 << songs, songs, 1 + most_old), np.inf)
    before = np.full((1 << songs, songs, 1 + most_old), -1, dtype=np.int8)
    for song in range(songs):
        cost[1 << song, song, 0] = place[song, 0]
    for subset in range(1, 1 << songs):
        members = [song for song in range(songs) if (subset >> song) & 1]
        position = len(members)
        for song in range(songs):
            if (subset >> song) & 1:
                continue
            longer = subset | (1 << song)
            for last in members:
                step = pair[last, song] + place[song, position]
                more = 1 if old[last, song] else 0
                for passed in range(1 + most_old - more):
                    total = cost[subset, last, passed] + step
                    if total < np.inf and total <= cost[longer, song, passed + more]:
                        cost[longer, song, passed + more] = total
                        before[longer, song, passed + more] = last
    return cost, before


def searched_order(costs: OrderCosts, start: Order | None = None) -> Order | None:
    """A cheap order by local search (`assistant.order_local`); arguments and result as for `cheapest_order`."""
    old = costs.limited
    most_old = costs.most_old if old.any() else costs.songs
    order = searched(costs.pair, costs.place, old.astype(np.float64), most_old, costs.over_any, start)
    return order if int(old[order[:-1], order[1:]].sum()) <= most_old else None
