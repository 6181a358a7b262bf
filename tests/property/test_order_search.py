"""Both searches against brute force, against each other, and against orders known to be the cheapest."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from analysis.units import Floats
from assistant.arcs import ARCS
from assistant.order_cost import pair_costs, place_costs
from assistant.order_local import Order
from assistant.order_search import OrderCosts, cheapest_order, exact_order, order_cost, searched_order
from tests.songs_to_order import album

EIGHT = np.array(list(itertools.permutations(range(8))))


def costs_of_album(count: int, seed: int, arc: str = "falling") -> OrderCosts:
    items = album(count, seed)
    return OrderCosts(pair=pair_costs(items, ARCS[arc]), place=place_costs(items, ARCS[arc]))


def costs_without_pattern(count: int, seed: int) -> OrderCosts:
    pair, place = np.random.default_rng(seed).random((2, count, count))
    return OrderCosts(pair=pair, place=place)


def known(order: Order | None) -> Order:
    assert order is not None
    assert sorted(order) == list(range(len(order)))
    return order


def brute_costs(costs: OrderCosts, orders: Floats = EIGHT) -> Floats:
    joined = costs.pair[orders[:, :-1], orders[:, 1:]].sum(axis=1)
    return np.asarray(joined + costs.place[orders, np.arange(orders.shape[1])].sum(axis=1))


def with_known_order(count: int, seed: int) -> tuple[OrderCosts, Order]:
    """Costs whose cheapest order is known, but not to be seen in any one figure.

    What an order costs over the hidden one is at least nothing: its steps and places are free, all others cost
    something. Then each song is made dearer to come from and to go to, and each song and place dearer, by an amount of
    its own, which every order pays alike but for its ends, where it is evened out by the places.
    """
    random = np.random.default_rng(seed)
    hidden = random.permutation(count)
    pair, place = random.random((2, count, count))
    pair[hidden[:-1], hidden[1:]] = 0.0
    place[hidden, np.arange(count)] = 0.0
    leaving, entering, being, there = 3 * random.random((4, count))
    pair += leaving[:, None] + entering[None, :]
    place += being[:, None] + there[None, :]
    place[:, -1] += leaving
    place[:, 0] += entering
    return OrderCosts(pair=pair, place=place), hidden


@pytest.mark.parametrize("first_seed", range(0, 100, 20))
def test_no_order_of_eight_songs_is_cheaper_on_a_hundred_albums(first_seed: int) -> None:
    for seed in range(first_seed, first_seed + 20):
        costs = costs_of_album(8, seed, list(ARCS)[seed % len(ARCS)])
        found = known(cheapest_order(costs))
        assert order_cost(found, costs) == pytest.approx(brute_costs(costs).min(), abs=1e-9)


@pytest.mark.parametrize("seed", range(8))
def test_no_order_with_so_few_old_neighbours_is_cheaper(seed: int) -> None:
    plain = costs_of_album(8, seed)
    old = np.zeros((8, 8), dtype=np.bool_)
    for order in (known(exact_order(plain)), np.random.default_rng(seed).permutation(8)):
        old[order[:-1], order[1:]] = True
    counts = old[EIGHT[:, :-1], EIGHT[:, 1:]].sum(axis=1)
    for most in (0, 2, 4):
        costs = OrderCosts(pair=plain.pair, place=plain.place, old=old, most_old=most)
        cheapest = brute_costs(costs)[counts <= most].min()
        for search in (exact_order, searched_order):
            found = known(search(costs))
            assert old[found[:-1], found[1:]].sum() <= most
            assert order_cost(found, costs) == pytest.approx(cheapest, abs=1e-9)


def test_where_every_neighbour_is_old_there_is_no_new_order() -> None:
    old = np.ones((3, 3), dtype=np.bool_)
    costs = OrderCosts(pair=np.zeros((3, 3)), place=np.zeros((3, 3)), old=old, most_old=1)
    assert exact_order(costs) is None
    assert searched_order(costs) is None


@pytest.mark.parametrize("count", [5, 12])
def test_the_search_by_subsets_minds_one_way_costs_and_places(count: int) -> None:
    """A hidden order whose every step and place is free, all others costing something, is found."""
    random = np.random.default_rng(count)
    hidden = random.permutation(count)
    for dear_pairs, dear_places in ((True, False), (False, True), (True, True)):
        pair, place = random.random((2, count, count)) + 0.1
        pair *= dear_pairs
        place *= dear_places
        pair[hidden[:-1], hidden[1:]] = 0.0
        place[hidden, np.arange(count)] = 0.0
        assert known(exact_order(OrderCosts(pair=pair, place=place))).tolist() == hidden.tolist()


@pytest.mark.parametrize("seed", range(6))
def test_local_search_comes_within_two_percent_of_the_cheapest(seed: int) -> None:
    for costs in (costs_of_album(12 + seed % 3, seed), costs_without_pattern(12 + seed % 3, seed)):
        exact = order_cost(known(exact_order(costs)), costs)
        assert exact - 1e-9 <= order_cost(known(searched_order(costs)), costs) <= 1.02 * exact


@pytest.mark.parametrize("count", [18, 24, 30, 40])
def test_local_search_comes_within_two_percent_where_many_songs_have_a_known_order(count: int) -> None:
    costs, hidden = with_known_order(count, seed=count)
    cheapest = order_cost(hidden, costs)
    assert cheapest - 1e-9 <= order_cost(known(searched_order(costs)), costs) <= 1.02 * cheapest


def test_the_known_order_is_the_cheapest_of_all() -> None:
    costs, hidden = with_known_order(8, seed=1)
    assert brute_costs(costs).min() == pytest.approx(order_cost(hidden, costs), abs=1e-9)


def test_few_songs_are_searched_exactly_and_many_are_not() -> None:
    few, many = costs_without_pattern(14, 8), costs_without_pattern(15, 8)
    assert known(cheapest_order(few)).tolist() == known(exact_order(few)).tolist()
    assert known(cheapest_order(many)).tolist() == known(searched_order(many)).tolist()


def test_a_first_guess_is_never_lost() -> None:
    costs, hidden = with_known_order(20, seed=3)
    found = known(cheapest_order(costs, hidden))
    assert order_cost(found, costs) <= order_cost(hidden, costs) + 1e-9
