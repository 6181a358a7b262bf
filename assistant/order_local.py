"""Local search for a cheap order of more songs than can be searched exactly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.kernels import kernel
from analysis.units import Floats

Order = NDArray[np.int64]
"""Song numbers from the first position to the last."""

Sums = tuple[Floats, Floats, Floats, Floats, Floats, Floats]

MOST_KICKS = 1000
"""Disturbances of the best order: with 300, twenty albums of 16 songs and twenty of random costs all end exact."""

KICK_BUDGET = 12_000_000
"""Bound on the disturbances times the cube of the songs, which an improvement's time grows with: 1 to 2 s."""

MOST_STARTS = 24
"""Songs tried as the opener of a first guess; more only costs time."""

PATIENCE = 50
"""Disturbances in vain after which the search begins anew, from an order drawn by lot."""

SEED = 20_240_601
"""Seed of the disturbances. Any does; a fixed one makes the same songs give the same order."""

HAIR = 1e-9
"""Gains below this are rounding, and could go back and forth for ever."""

_BOTH, _ENDS, _KINDS = 3, 4, 5  # kinds of moves: see `_moved`


def searched(pair: Floats, place: Floats, old: Floats, most_old: int, dear: float, start: Order | None) -> Order:
    """A cheap order by local search from many first guesses.

    Each guess goes on from one opener to whatever song is cheapest next, and is improved until no move helps; the best
    is then disturbed and improved again (iterated local search: H. R. Lourenço, O. C. Martin and T. Stützle, in
    "Handbook of Metaheuristics", 2003).

    Args:
        pair: as in `assistant.order_search.OrderCosts`, and so are `place`, `old` and `most_old`.
        place: see there.
        old: see there.
        most_old: see there.
        dear: what each old neighbour over `most_old` costs; more than any order does.
        start: one more first guess.
    """
    songs = len(pair)
    # Evenly among the songs by what they cost as an opener, so that many songs do not mean many starts.
    openers = np.argsort(place[:, 0], kind="stable")
    chosen = np.unique(np.linspace(0, songs - 1, min(songs, MOST_STARTS)).round().astype(np.int64))
    guesses = [_nearest_next(opener, pair, place) for opener in openers[chosen]]
    guesses += [] if start is None else [start]
    best, best_cost = guesses[0], np.inf
    for guess in guesses:
        order, cost = _improved(guess, pair, place, old, most_old, dear)
        if cost < best_cost - HAIR:
            best, best_cost = order, cost
    random = np.random.default_rng(SEED)
    here, here_cost, idle = best, best_cost, 0
    for _ in range(min(MOST_KICKS, KICK_BUDGET // songs**3)):
        if idle >= PATIENCE:
            here, here_cost = _improved(random.permutation(songs), pair, place, old, most_old, dear)
            idle = 0
        order, cost = _improved(_kicked(here, random), pair, place, old, most_old, dear)
        idle += 1
        if cost < here_cost - HAIR:
            here, here_cost, idle = order, cost, 0
        if here_cost < best_cost - HAIR:
            best, best_cost = here, here_cost
    return best


def _kicked(order: Order, random: np.random.Generator) -> Order:
    """Three songs, or two where there are no more, change places in a ring; two neighbours may be among them."""
    chosen = random.choice(len(order), min(3, len(order)), replace=False)
    kicked = order.copy()
    kicked[chosen] = order[np.roll(chosen, 1)]
    return kicked


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
def _improved(
    order: Order, pair: Floats, place: Floats, old: Floats, most_old: int, dear: float
) -> tuple[Order, float]:
    """The order after moves that help, until none does, and its cost.

    A move takes two stretches that meet and lets them change places, each as it is or turned round: songs elsewhere
    (I. Or, 1976, of any length), and, both turned, a stretch turned round (G. A. Croes, 1958); or it exchanges the
    first and the last song of a stretch. Sums along the order, by how far songs are shifted or about what place they
    are turned, give the cost of any move in a few steps.
    """
    best = order.copy()
    sums = _sums(best, pair, place, old)
    helped = True
    while helped:
        helped = False
        for a in range(len(order) - 1):
            gain, b, c, kind = _best_move(best, a, pair, place, old, sums, most_old, dear)
            if gain > HAIR:
                best, helped = _moved(best, a, b, c, kind), True
                sums = _sums(best, pair, place, old)
    cost, count = 0.0, 0.0
    for position in range(len(order)):
        cost += place[best[position], position]
        if position > 0:
            cost += pair[best[position - 1], best[position]]
            count += old[best[position - 1], best[position]]
    return best, cost + dear * max(0.0, count - most_old)


@kernel
def _best_move(  # noqa: PLR0913  (kernels take plain numbers)
    order: Order, a: int, pair: Floats, place: Floats, old: Floats, sums: Sums, most_old: int, dear: float
) -> tuple[float, int, int, int]:
    """Of the moves whose first stretch begins at `a`, the one that gains most: the gain, where, which."""
    songs = len(order)
    shifted, turned, ahead, back, old_ahead, old_back = sums
    spare = most_old - old_ahead[songs]
    best = (HAIR, 0, 0, 0)
    for b in range(a + 1, songs):
        for c in range(b + 1, songs + 1):
            was = shifted[songs, c] - shifted[songs, a] + ahead[min(c + 1, songs)] - ahead[a]
            for kind in range(_KINDS):
                if kind >= _BOTH and b > a + 1:
                    continue  # the same wherever the stretches meet
                now = _moved_places(order, place, shifted, turned, a, b, c, kind)
                gain = was - now - _moved_joins(order, pair, ahead, back, a, b, c, kind)
                if gain <= best[0] and spare >= 0:
                    continue
                more = _moved_joins(order, old, old_ahead, old_back, a, b, c, kind)
                more -= old_ahead[min(c + 1, songs)] - old_ahead[a]
                gain += dear * (min(0.0, spare - more) - min(0.0, spare))
                if gain > best[0]:
                    best = (gain, b, c, kind)
    return best


@kernel
def _sums(order: Order, pair: Floats, place: Floats, old: Floats) -> Sums:
    """All sums along an order: of places, of joins, of old neighbours."""
    shifted, turned = _place_sums(order, place)
    ahead, back = _join_sums(order, pair)
    old_ahead, old_back = _join_sums(order, old)
    return shifted, turned, ahead, back, old_ahead, old_back


@kernel
def _place_sums(order: Order, place: Floats) -> tuple[Floats, Floats]:
    """What the first x songs cost: at [songs + d, x] each d places on, at [s, x] each turned from place y to s - y."""
    songs = len(order)
    shifted, turned = np.zeros((2 * songs + 1, songs + 1)), np.zeros((2 * songs, songs + 1))
    for x in range(songs):
        row = place[order[x]]
        for to in range(songs):
            shifted[songs + to - x, x + 1] = row[to]
            turned[to + x, x + 1] = row[to]
    for x in range(songs):
        shifted[:, x + 1] += shifted[:, x]
        turned[:, x + 1] += turned[:, x]
    return shifted, turned


@kernel
def _join_sums(order: Order, pair: Floats) -> tuple[Floats, Floats]:
    """What the joins into the first x songs cost, as the order goes and as it goes backwards."""
    songs = len(order)
    ahead, back = np.zeros(songs + 1), np.zeros(songs + 1)
    for x in range(1, songs):
        ahead[x + 1] = ahead[x] + pair[order[x - 1], order[x]]
        back[x + 1] = back[x] + pair[order[x], order[x - 1]]
    return ahead, back


@kernel
def _moved_places(  # noqa: PLR0913  (kernels take plain numbers)
    order: Order, place: Floats, shifted: Floats, turned: Floats, a: int, b: int, c: int, kind: int
) -> float:
    """What the places from a to c cost after a move; kinds as in `_moved`."""
    songs = len(order)
    if kind == _ENDS:
        inner = shifted[songs, c - 1] - shifted[songs, a + 1]
        return float(inner + place[order[a], c - 1] + place[order[c - 1], a])
    about = a + c - 1
    right = turned[about, c] - turned[about, b]
    if kind < 2:
        right = shifted[songs + a - b, c] - shifted[songs + a - b, b]
    left = turned[about, b] - turned[about, a]
    if kind % 2 == 0:
        left = shifted[songs + c - b, b] - shifted[songs + c - b, a]
    return float(left + right)


@kernel
def _moved_joins(  # noqa: PLR0913  (kernels take plain numbers)
    order: Order, pair: Floats, ahead: Floats, back: Floats, a: int, b: int, c: int, kind: int
) -> float:
    """The same of the joins into, within and out of them."""
    first, last = order[b], order[c - 1]
    then, end = order[a], order[b - 1]
    if kind == _ENDS:
        first, end = last, then
        cost = pair[last, then]
        if c > a + 2:
            cost = pair[last, order[a + 1]] + ahead[c - 1] - ahead[a + 2] + pair[order[c - 2], then]
    else:
        cost = ahead[c] - ahead[b + 1]
        if kind >= 2:
            first, last = last, first
            cost = back[c] - back[b + 1]
        if kind % 2:
            then, end = end, then
            cost += back[b] - back[a + 1]
        else:
            cost += ahead[b] - ahead[a + 1]
        cost += pair[last, then]
    if a > 0:
        cost += pair[order[a - 1], first]
    if c < len(order):
        cost += pair[end, order[c]]
    return float(cost)


@kernel
def _moved(order: Order, a: int, b: int, c: int, kind: int) -> Order:
    """The order after the move: of the kinds, 1 turns the first stretch, 2 the second, 3 both, 4 exchanges the ends."""
    moved = order.copy()
    if kind == _ENDS:
        moved[a], moved[c - 1] = order[c - 1], order[a]
        return moved
    for offset in range(c - b):
        moved[a + offset] = order[c - 1 - offset] if kind >= 2 else order[b + offset]
    for offset in range(b - a):
        moved[a + c - b + offset] = order[b - 1 - offset] if kind % 2 else order[a + offset]
    return moved
