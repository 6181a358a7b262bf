"""Pins are kept to the letter by both searches, and those that contradict each other are named."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from analysis.errors import PlanError
from assistant.arcs import ARCS
from assistant.order import propose_orders
from assistant.order_cost import pair_costs, place_costs
from assistant.order_search import OrderCosts, exact_order, order_cost, searched_order
from assistant.order_words import pair_words
from assistant.pin_costs import breaches, keeping_order, unkept
from assistant.pins import Pin, PinKind
from tests.songs_to_order import album

EIGHT = np.array(list(itertools.permutations(range(8))))
PLACES = np.argsort(EIGHT, axis=1)
"""Where each song stands in each order."""


def pin(kind: str, *songs: str) -> Pin:
    return Pin(kind=PinKind(kind), songs=songs)


def kept(pins: Sequence[Pin], names: Sequence[str]) -> bool:
    """Whether an order keeps the pins, as a person would check."""
    place = {name: number for number, name in enumerate(names)}
    for one in pins:
        where = sorted(place[song] for song in one.songs)
        if one.kind is PinKind.FIRST and where != [0]:
            return False
        if one.kind is PinKind.LAST and where != [len(names) - 1]:
            return False
        if one.kind is PinKind.AFTER and place[one.songs[1]] != place[one.songs[0]] + 1:
            return False
        if one.kind is PinKind.TOGETHER and where[-1] - where[0] != len(where) - 1:
            return False
        if one.kind is PinKind.APART and any(later - sooner == 1 for sooner, later in itertools.pairwise(where)):
            return False
    return True


def pins_of(count: int) -> st.SearchStrategy[list[Pin]]:
    """Up to four pins on songs named by number."""
    names = st.sampled_from([str(number) for number in range(count)])
    one = st.builds(pin, st.sampled_from(["first", "last", "side"]), names)
    two = st.lists(names, min_size=2, max_size=2, unique=True).map(lambda songs: pin("after", *songs))
    more = st.tuples(st.sampled_from(["together", "apart"]), st.lists(names, min_size=2, max_size=4, unique=True)).map(
        lambda drawn: pin(drawn[0], *drawn[1])
    )
    return st.lists(one | two | more, min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(pins=pins_of(6), names=st.permutations("012345"))
def test_breaches_tell_orders_that_keep_the_pins_from_those_that_do_not(pins: list[Pin], names: list[str]) -> None:
    rules = breaches(pins, names, [0] * 6)
    order = np.arange(6)
    counted = order_cost(order, OrderCosts(pair=rules.pair, place=rules.place))
    assert counted >= rules.least or not kept(pins, names)
    assert rules.kept_by(order) == kept(pins, names)
    assert (not unkept(pins, names)) == kept(pins, names)


@pytest.mark.parametrize("first_seed", range(0, 100, 25))
def test_no_order_of_eight_songs_that_keeps_its_pins_is_cheaper_on_a_hundred_albums(first_seed: int) -> None:
    for seed in range(first_seed, first_seed + 25):
        random = np.random.default_rng(seed)
        a, b, c, d, e, f = (str(song) for song in random.permutation(8)[:6])
        pins = [
            [pin("first", a), pin("together", b, c, d)],
            [pin("after", a, b), pin("after", b, c), pin("apart", c, d)],
            [pin("last", a), pin("apart", b, c, d, e)],
            [pin("together", a, b), pin("together", b, c), pin("apart", e, f), pin("side", d)],
        ][seed % 4]
        items = album(8, seed)
        found = propose_orders(items, pins=pins).proposed[0]
        assert kept(pins, [items[song].name for song in found.order])
        assert found.cost == pytest.approx(_cheapest(seed, pins), abs=1e-9)


def _cheapest(seed: int, pins: Sequence[Pin]) -> float:
    """By brute force; songs are named by number."""
    opening = [one.songs[0] for one in pins if one.kind is PinKind.SIDE]
    items = [replace(item, opens_side=item.name in opening) for item in album(8, seed)]
    pair, place = pair_costs(items, ARCS["falling"]), place_costs(items, ARCS["falling"])
    orders = EIGHT[np.all([_keeping(one) for one in pins], axis=0)]
    return float((pair[orders[:, :-1], orders[:, 1:]].sum(axis=1) + place[orders, np.arange(8)].sum(axis=1)).min())


def _keeping(one: Pin) -> NDArray[np.bool_]:
    """Which of all orders of eight songs keep a pin."""
    where = PLACES[:, [int(song) for song in one.songs]]
    span = np.sort(where, axis=1)
    kinds = {
        PinKind.FIRST: where[:, 0] == 0,
        PinKind.LAST: where[:, 0] == 7,
        PinKind.AFTER: where[:, -1] == where[:, 0] + 1,
        PinKind.TOGETHER: span[:, -1] - span[:, 0] == len(one.songs) - 1,
        PinKind.APART: (np.diff(span, axis=1) > 1).all(axis=1),
        PinKind.SIDE: where[:, 0] >= 0,
    }
    return np.asarray(kinds[one.kind])


@settings(max_examples=40, deadline=None)
@given(pins=pins_of(7), seed=st.integers(0, 1000))
def test_pins_are_kept_or_refused_as_they_should_be(pins: list[Pin], seed: int) -> None:
    items = album(7, seed)
    names = [item.name for item in items]
    possible = any(kept(pins, order) for order in itertools.permutations(names))
    if not possible:
        with pytest.raises(PlanError, match="No order keeps"):
            propose_orders(items, pins=pins)
        return
    for proposal in propose_orders(items, pins=pins).proposed:
        assert kept(pins, [names[song] for song in proposal.order])
        assert proposal.broken == ()


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(pins=pins_of(16), seed=st.integers(0, 1000))
def test_pins_are_kept_where_songs_are_many(pins: list[Pin], seed: int) -> None:
    items = album(16, seed)
    names = [item.name for item in items]
    try:
        start = keeping_order(pins, names, [0] * 16)
    except PlanError:
        assume(False)
        raise
    assert start is not None
    assert kept(pins, [names[song] for song in start])
    rules = breaches(pins, names, [0] * 16)
    costs = OrderCosts(pair=pair_costs(items, ARCS["falling"]), place=place_costs(items, ARCS["falling"]))
    found = searched_order(rules.on_top_of(costs), start)
    assert found is not None
    assert kept(pins, [names[song] for song in found])


@pytest.mark.parametrize("seed", range(4))
def test_local_search_with_pins_comes_within_two_percent(seed: int) -> None:
    items = album(12, seed)
    pins = [pin("first", "3"), pin("together", "1", "4", "5", "7"), pin("apart", "0", "2", "8"), pin("after", "9", "6")]
    names = [item.name for item in items]
    costs = OrderCosts(pair=pair_costs(items, ARCS["falling"]), place=place_costs(items, ARCS["falling"]))
    dear = breaches(pins, names, [0] * 12).on_top_of(costs)
    exact, local = exact_order(dear), searched_order(dear)
    assert exact is not None
    assert local is not None
    assert kept(pins, [names[song] for song in local])
    assert order_cost(local, costs) <= 1.02 * order_cost(exact, costs)


@pytest.mark.parametrize("count", [6, 20])
@pytest.mark.parametrize(
    ("pins", "named"),
    [
        ([pin("first", "1"), pin("first", "2"), pin("last", "3")], "first=1 and first=2"),
        ([pin("apart", "4", "5"), pin("last", "1"), pin("after", "1", "2")], "last=1 and after=1:2"),
        ([pin("after", "1", "2"), pin("after", "1", "3")], "after=1:2 and after=1:3"),
        ([pin("after", "1", "2"), pin("last", "4"), pin("after", "2", "1")], "after=1:2 and after=2:1"),
        ([pin("together", "1", "2"), pin("apart", "2", "1")], "together=1:2 and apart=2:1"),
        (
            [pin("together", "1", "2"), pin("together", "1", "3"), pin("together", "1", "4")],
            "together=1:2 and together=1:3 and together=1:4",
        ),
        ([pin("first", "1"), pin("together", "1", "2", "3"), pin("after", "4", "3")], "first=1 and together=1:2:3"),
    ],
)
def test_pins_that_contradict_each_other_are_named_and_no_others(count: int, pins: list[Pin], named: str) -> None:
    with pytest.raises(PlanError) as refused:
        propose_orders(album(count, 1), pins=pins)
    said = str(refused.value)
    assert said.startswith("No order keeps all of the pins ")
    assert said.endswith(": take one of them out.")
    assert named in said
    others = [str(one) for one in pins if str(one) not in named and one.kind is not PinKind.AFTER]
    assert not any(other in said for other in others)


def test_a_pin_against_the_discs_says_so() -> None:
    items = album(6, 1, sides=2)
    with pytest.raises(PlanError, match="keeps the pin first=5 with each song on the disc or side that its file names"):
        propose_orders(items, pins=[pin("first", "5")])


@pytest.mark.parametrize("count", [8, 18])
def test_songs_stay_on_their_discs(count: int) -> None:
    items = album(count, 2, sides=2)
    for proposal in propose_orders(items, pins=[pin("last", str(count - 1)), pin("first", "0")]).proposed:
        assert [items[song].side for song in proposal.order] == sorted(item.side for item in items)
        assert (proposal.order[0], proposal.order[-1]) == (0, count - 1)


def test_songs_that_run_on_into_each_other_stay_together() -> None:
    items = album(9, 5)
    items[2] = replace(items[2], runs_into="3")
    items[3] = replace(items[3], runs_into="4")
    run = [pin("after", "2", "3"), pin("after", "3", "4")]
    orders = propose_orders(items)
    assert len(orders.proposed) == 3
    for proposal in orders.proposed:
        ordered = [items[song] for song in proposal.order]
        assert kept(run, [item.name for item in ordered])
        assert "One recording: '2' runs on into '3'." in pair_words(ordered, proposal.arc)
    assert pair_costs(items, ARCS["none"])[2, 3] == 0.0 < pair_costs(items, ARCS["none"])[3, 2]
    with pytest.raises(PlanError) as refused:
        propose_orders(items, pins=[pin("first", "3")])
    assert str(refused.value) == (
        "No order keeps all of the pins first=3 and after=2:3 (one recording): take one of them out."
    )
