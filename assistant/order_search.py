"""The cheapest order of a set of songs, given what each pair and each place costs.

The cost of an order is `place[song, position]` summed over its songs plus `pair[song, next]` summed over
its neighbours; `pair` need not be symmetric. Both searches give the same order for the same input, always.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.kernels import kernel
from analysis.units import Floats

Order = NDArray[np.int64]
"""Song numbers from the first position to the last."""

LONGEST_EXACT = 14
"""Most songs searched exactly: 14 take some 10 ms and 4 MB, and each one more doubles both."""

MOST_KICKS = 500
"""Disturbances of the best order: with them, 12-song albums of random costs all end at the exact order."""

KICK_BUDGET = 10_000_000
"""Bound on the disturbances times the cube of the songs, which an improvement's time grows with: 1 to 3 s."""

MOST_STARTS = 24
"""Songs tried as the opener of a first guess; more only costs time."""

SEED = 20_240_601
"""Seed of the disturbances. Any does; a fixed one makes the same songs give the same order."""


def cheapest_order(pair: Floats, place: Floats) -> Order:
    """The cheapest order: exact up to 14 songs, else the best that a local search finds.

    Args:
        pair: Cost of song i going straight to song j at [i, j], shape (songs, songs); the diagonal is unused.
        place: Cost of song i at position p at [i, p], shape (songs, songs).
    """
    search = exact_order if len(pair) <= LONGEST_EXACT else searched_order
    return search(pair, place)


def order_cost(order: Order, pair: Floats, place: Floats) -> float:
    """Cost of an order; arguments as for `cheapest_order`."""
    return float(pair[order[:-1], order[1:]].sum() + place[order, np.arange(len(order))].sum())


def exact_order(pair: Floats, place: Floats) -> Order:
    """The cheapest order by dynamic programming over subsets; arguments as for `cheapest_order`.

    M. Held and R. M. Karp, "A dynamic programming approach to sequencing problems", Journal of SIAM 10
    (1962). A subset's size is the position of the song that comes next, so places cost nothing extra.
    """
    cost, before = _subset_costs(pair, place)
    order = np.empty(len(pair), dtype=np.int64)
    subset = len(cost) - 1
    # The last of equals, here and below: where nothing tells songs apart, they stay as they are given.
    last = len(pair) - 1 - int(np.argmin(cost[subset, ::-1])) if len(pair) else -1
    for position in range(len(pair) - 1, -1, -1):
        order[position] = last
        last, subset = int(before[subset, last]), subset ^ (1 << last)
    return order


@kernel
def _subset_costs(pair: Floats, place: Floats) -> tuple[Floats, Order]:
    """For each subset (a bit a song) and last song: the cost of its cheapest order, and the song before."""
    songs = len(pair)
    cost = np.full((1 << songs, songs), np.inf)
    before = np.full((1 << songs, songs), -1, dtype=np.int64)
    for song in range(songs):
        cost[1 << song, song] = place[song, 0]
    for subset in range(1, 1 << songs):
        members = [song for song in range(songs) if (subset >> song) & 1]
        position = len(members)
        for song in range(songs):
            if (subset >> song) & 1:
                continue
            longer = subset | (1 << song)
            for last in members:
                total = cost[subset, last] + pair[last, song] + place[song, position]
                if total <= cost[longer, song]:
                    cost[longer, song] = total
                    before[longer, song] = last
    return cost, before


def searched_order(pair: Floats, place: Floats) -> Order:
    """A cheap order by local search from many first guesses; arguments as for `cheapest_order`.

    Each guess goes on from one opener to whatever song is cheapest next, and is improved until no move helps;
    the best is then disturbed and improved again (iterated local search: H. R. Lourenço, O. C. Martin and
    T. Stützle, in "Handbook of Metaheuristics", 2003).
    """
    songs = len(pair)
    # Evenly among the songs by what they cost as an opener, so that many songs do not mean many starts.
    openers = np.argsort(place[:, 0], kind="stable")
    starts = np.unique(np.linspace(0, songs - 1, min(songs, MOST_STARTS)).round().astype(np.int64))
    guesses = [_improve(_nearest_next(opener, pair, place), pair, place) for opener in openers[starts]]
    best = min(guesses, key=lambda order: order_cost(order, pair, place))
    best_cost = order_cost(best, pair, place)
    random = np.random.default_rng(SEED)
    for _ in range(min(MOST_KICKS, KICK_BUDGET // songs**3)):
        # A double bridge: two neighbouring stretches change places, which no single move below undoes.
        first, second, third = np.sort(random.integers(0, songs + 1, 3))
        kicked = np.concatenate((best[:first], best[second:third], best[first:second], best[third:]))
        tried = _improve(kicked, pair, place)
        tried_cost = order_cost(tried, pair, place)
        if tried_cost < best_cost:
            best, best_cost = tried, tried_cost
    return best


@kernel
def _nearest_next(opener: int, pair: Floats, place: Floats) -> Order:
    """The order that begins with `opener` and goes on with whatever song is cheapest next."""
    songs = len(pair)
    order = np.empty(songs, dtype=np.int64)
    used = np.zeros(songs, dtype=np.bool_)
    order[0] = opener
    used[opener] = True
    for position in range(1, songs):
        cheapest = np.inf
        for song in range(songs):
            step = pair[order[position - 1], song] + place[song, position]
            if not used[song] and step < cheapest:
                cheapest = step
                order[position] = song
        used[order[position]] = True
    return order


@kernel
def _cost(order: Order, pair: Floats, place: Floats) -> float:
    total = 0.0
    for position in range(len(order)):
        total += place[order[position], position]
        if position > 0:
            total += pair[order[position - 1], order[position]]
    return total


@kernel
def _moved(order: Order, start: int, stop: int, to: int, turned: bool) -> Order:
    """The order with `order[start:stop]` taken out, turned round if asked, and put back at position `to`."""
    length = stop - start
    moved = np.empty_like(order)
    source = 0
    for position in range(len(order)):
        if to <= position < to + length:
            offset = position - to
            moved[position] = order[stop - 1 - offset] if turned else order[start + offset]
        else:
            if source == start:
                source = stop
            moved[position] = order[source]
            source += 1
    return moved


@kernel
def _improve(order: Order, pair: Floats, place: Floats) -> Order:
    """The order after moves that help, until none does.

    Moves: a stretch of one to three songs elsewhere, either way round (I. Or, 1976); a stretch of any length
    turned round (G. A. Croes, 1958); two songs change places. Each is judged by the whole cost, since turning
    or shifting a stretch changes what its places and its one-way joins cost.
    """
    songs = len(order)
    best = order.copy()
    best_cost = _cost(best, pair, place)
    helped = True
    while helped:
        helped = False
        for start in range(songs):
            for stop in range(start + 1, songs + 1):
                short = stop - start <= 3
                first, past = (0, songs - (stop - start) + 1) if short else (start, start + 1)
                for to in range(first, past):
                    for turned in (False, True) if short else (True, True):
                        tried = _moved(best, start, stop, to, turned)
                        tried_cost = _cost(tried, pair, place)
                        # A hair's breadth is rounding, and could go back and forth for ever.
                        if tried_cost < best_cost - 1e-9:
                            best, best_cost, helped = tried, tried_cost, True
            for other in range(start + 1, songs):
                tried = best.copy()
                tried[start], tried[other] = best[other], best[start]
                tried_cost = _cost(tried, pair, place)
                if tried_cost < best_cost - 1e-9:
                    best, best_cost, helped = tried, tried_cost, True
    return best
