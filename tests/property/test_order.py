"""Proposed orders: what they are decided by, how alternatives differ, and what is said of them."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.arcs import ARCS
from assistant.order import OrderProposals, propose_orders
from assistant.order_cost import TERMS, OrderItem, arc_line, pair_costs, place_costs
from assistant.order_search import OrderCosts, order_cost
from assistant.order_words import good_for, pair_words, whole_words
from assistant.pins import Pin, PinKind
from tests.songs_to_order import KEYS, album, song

FALLING = ARCS["falling"]

levels = st.floats(-50, -5) | st.just(-np.inf)
songs = st.builds(
    song,
    st.sampled_from(["a", "b", "c", "10", "9"]),
    tempo_bpm=st.none() | st.floats(40, 220),
    key=st.none() | st.sampled_from(KEYS),
    key_confidence=st.floats(0, 0.4),
    loudness_lufs=levels,
    energy=levels,
    opening_lufs=levels,
    closing_lufs=levels,
)


def names(items: list[OrderItem], arc: str = "falling") -> str:
    return "".join(items[number].name for number in propose_orders(items, arc=arc).proposed[0].order)


def costs(items: list[OrderItem], arc: str = "falling") -> OrderCosts:
    return OrderCosts(pair=pair_costs(items, ARCS[arc]), place=place_costs(items, ARCS[arc]))


def why(items: list[OrderItem], orders: OrderProposals) -> str:
    return whole_words(items, orders, orders.proposed[0], "the order of the files")


@settings(max_examples=25, deadline=None)
@given(items=st.lists(songs, min_size=2, max_size=6), arc=st.sampled_from(list(ARCS)))
def test_no_order_of_up_to_six_songs_is_cheaper_and_costs_are_told_by_term(items: list[OrderItem], arc: str) -> None:
    by = costs(items, arc)
    orders = propose_orders(items, arc=arc)
    for proposal in (*orders.proposed, orders.given):
        assert sorted(proposal.order) == list(range(len(items)))
        assert list(proposal.terms) == list(TERMS)
        assert sum(proposal.terms.values()) == pytest.approx(proposal.cost, abs=1e-9)
        own = costs(items, proposal.arc.name)
        assert proposal.cost == pytest.approx(order_cost(np.array(proposal.order), own), abs=1e-9)
    cheapest = min(order_cost(np.array(order), by) for order in itertools.permutations(range(len(items))))
    assert orders.proposed[0].cost == pytest.approx(cheapest, abs=1e-9)
    assert orders.given.order == tuple(range(len(items)))


@settings(max_examples=15, deadline=None)
@given(items=st.lists(songs, min_size=2, max_size=8), data=st.data())
def test_the_order_given_changes_no_proposal(items: list[OrderItem], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(items))
    one, other = propose_orders(items), propose_orders(shuffled)
    for first, second in zip(one.proposed, other.proposed, strict=True):
        assert [items[number] for number in first.order] == [shuffled[number] for number in second.order]
        assert (first.cost, first.terms, first.cheaper_than) == (second.cost, second.terms, second.cheaper_than)


@pytest.mark.slow
def test_the_order_given_changes_nothing_where_songs_are_many() -> None:
    items = album(17, seed=4)
    assert names(items) == names(items[::-1])


@pytest.mark.parametrize("count", [4, 9, 12, 16])
def test_alternatives_are_distinct_and_dearer_by_their_own_arc_only_for_being_so(count: int) -> None:
    items = album(count, seed=count)
    first, second, third = propose_orders(items).proposed
    joined = [set(itertools.pairwise(proposal.order)) for proposal in (first, second, third)]
    least = (count - 1) / 3
    assert len(joined[1] - joined[0]) >= least
    assert len(joined[2] - joined[0] - joined[1]) >= least
    assert (second.new_neighbours, third.new_neighbours) == (len(joined[1] - joined[0]), len(joined[2] - joined[0]))
    assert first.cost <= second.cost
    assert (first.arc.name, second.arc.name, third.arc.name) == ("falling", "falling", "valley")


@pytest.mark.parametrize("seed", range(5))
def test_no_distinct_order_is_cheaper_than_the_alternative(seed: int) -> None:
    items = album(7, seed)
    first, second, _ = propose_orders(items).proposed
    old = set(itertools.pairwise(first.order))
    distinct = [order for order in itertools.permutations(range(7)) if len(set(itertools.pairwise(order)) - old) >= 2]
    by = costs(items)
    assert second.cost == pytest.approx(min(order_cost(np.array(order), by) for order in distinct), abs=1e-9)


def test_costs_are_held_against_orders_drawn_by_lot() -> None:
    items = album(9, seed=2)
    best = propose_orders(items)
    ordered = [items[number] for number in best.proposed[0].order]
    assert best.proposed[0].cheaper_than >= 0.999
    assert propose_orders(ordered).given.cheaper_than >= 0.999
    worst = max(itertools.permutations(range(5)), key=lambda order: order_cost(np.array(order), costs(items[:5])))
    assert propose_orders([items[number] for number in worst]).given.cheaper_than <= 0.02
    alike = propose_orders([song(name, energy=-10.0) for name in "abcdef"])
    assert alike.proposed[0].cheaper_than == alike.given.cheaper_than == 0.5


@pytest.mark.parametrize("count", [15, pytest.param(30, marks=pytest.mark.slow)])
def test_many_songs_are_ordered_each_once(count: int) -> None:
    items = album(count, seed=6)
    orders = propose_orders(items)
    for proposal in orders.proposed:
        assert sorted(proposal.order) == list(range(count))
    assert orders.proposed[0].cost < 0.6 * orders.given.cost


def test_nothing_known_costs_nothing_says_so_and_leaves_the_names_in_order() -> None:
    for count in (3, 16):
        items = [song(f"song {number}") for number in range(count)]
        orders = propose_orders(items[::-1])
        assert orders.proposed[0].cost == 0.0
        assert orders.proposed[0].order == tuple(range(count))[::-1]
        assert "Nothing is known" in pair_words(items, FALLING)[0]
        assert "energy not known" in why(items, propose_orders(items))


def test_none_one_and_two_songs() -> None:
    loud, calm = (song(name, energy=lufs) for name, lufs in (("z", -9.0), ("a", -20.0)))
    nothing = propose_orders([])
    assert [proposal.order for proposal in nothing.proposed] == [()]
    assert why([], nothing) == "There are no songs."
    only = propose_orders([loud])
    assert [(proposal.order, proposal.new_neighbours) for proposal in only.proposed] == [((0,), 0)]
    assert "only song" in why([loud], only)
    both = propose_orders([calm, loud])
    assert [proposal.order for proposal in both.proposed] == [(1, 0), (0, 1)]
    assert why([calm, loud], both).startswith("'z' (5.5 LU above")


# Each term on an album where the right answer is plain.


def test_a_key_clash_is_kept_apart() -> None:
    keys = {"a": "C major", "b": "F# major", "c": "G major", "d": "C# major"}
    items = [song(name, key=key) for name, key in keys.items()]
    assert names(items) in {"acbd", "cabd", "acdb", "cadb", "bdac", "bdca", "dbac", "dbca"}
    unsure = [song(name, key=key, key_confidence=0.0) for name, key in keys.items()]
    assert propose_orders(unsure).proposed[0].cost == 0.0
    assert "not surely" in pair_words(unsure, FALLING)[0]


def test_it_is_the_end_of_one_and_the_start_of_the_next_that_meet() -> None:
    """A song that goes from C to F# leads from the one to the other."""
    edges = {name: song(name, key=key).opening for name, key in (("C", "C major"), ("F", "F# major"))}
    items = [
        replace(song("a", key="C major"), closing=edges["C"]),
        replace(song("b", key="F# major"), opening=edges["F"]),
        replace(song("m", key="C major"), opening=edges["C"], closing=edges["F"]),
    ]
    assert names(items) == "amb"
    assert propose_orders(items).proposed[0].cost == 0.0


def test_a_tempo_jump_is_avoided_half_and_double_time_counting_as_equal() -> None:
    tempi = {"a": 70.0, "b": 100.0, "c": 140.0, "d": 99.0}
    items = [song(name, tempo_bpm=bpm) for name, bpm in tempi.items()]
    assert names(items) in {"acbd", "cabd", "acdb", "cadb", "bdac", "bdca", "dbac", "dbca"}


def test_joins_as_usual_on_the_album_are_chosen() -> None:
    """All but z end softly and all but y begin softly: what y needs before it is z, or nothing."""
    edges = {"a": (-20.0, -40.0), "d": (-20.0, -40.0), "y": (-2.0, -40.0), "z": (-20.0, -20.0)}
    items = [song(name, opening_lufs=opening, closing_lufs=closing) for name, (opening, closing) in edges.items()]
    order = names(items)
    assert "zy" in order or (order[0] == "y" and order[-1] == "z")
    assert propose_orders(items).proposed[0].cost == 0.0
    assert pair_costs(items, FALLING)[0, 2] == pair_costs(items, FALLING)[3, 0] == 1.0


def test_a_leap_of_energy_is_broken_by_steps() -> None:
    items = [song(name, energy=lufs) for name, lufs in (("a", -8.0), ("b", -13.0), ("c", -18.0), ("d", -23.0))]
    by = pair_costs(items, ARCS["none"])
    assert by[0, 3] > by[0, 2] > by[0, 1] > 0.0
    assert names(items, "none") == "abcd"


def test_two_ballads_do_not_stand_in_a_row() -> None:
    """Four loud songs, two ballads; with no arc at all, the ballads are parted though a leap more is the price."""
    items = [song(name, energy=-8.0) for name in "abcd"] + [song(name, energy=-12.0) for name in "xy"]
    order = names(items, "none")
    assert abs(order.index("x") - order.index("y")) > 1
    together = [items[number] for number in (0, 1, 2, 4, 5, 3)]
    assert "two of the calm songs in a row" in pair_words(together, ARCS["none"])[3]
    assert "in a row" not in " ".join(pair_words([items["abcdxy".index(name)] for name in order], ARCS["none"]))


def test_a_loud_song_does_not_close_and_a_weak_one_does_not_open() -> None:
    items = [song(name, energy=lufs) for name, lufs in zip("abcde", range(-8, -18, -2), strict=True)]
    place = place_costs(items, FALLING)
    weakest, strongest = place[4], place[0]
    assert weakest[0] - weakest[1] > weakest[1] - weakest[2] + 0.5
    assert strongest[4] - strongest[3] > strongest[3] - strongest[2] + 0.5
    closed = names(items, "none")
    assert closed[0] in "ab"
    assert closed[-1] in "de"


def test_energy_takes_the_shape_of_the_arc() -> None:
    items = [song(name, energy=-10.0 - lu) for name, lu in zip("cadbe", (2, 0, 3, 1, 4), strict=True)]
    assert names(items) == "abcde"
    assert names(items, "rising") == "edcba"
    valley = names(items, "valley")
    assert valley[2] == "e"
    assert {valley[0], valley[-1]} == {"a", "b"}
    hill = names(items, "hill")
    assert "a" in hill[2:4]
    assert hill[-1] == "e"


@pytest.mark.parametrize("arc", ARCS.values(), ids=ARCS)
def test_arcs_are_as_wide_as_energies_and_lead_to_one_another(arc: object) -> None:
    shape = next(one for one in ARCS.values() if one is arc)
    for places in (2, 3, 9, 14):
        line = arc_line(shape, places)
        assert len(line) == places
        assert line.mean() == pytest.approx(0.0, abs=1e-12)
        assert line.std() == pytest.approx(1.0 if np.ptp(line) else 0.0)
    assert ARCS[shape.other].name != shape.name


def test_each_side_has_an_opener_and_a_closer_and_no_join_between() -> None:
    """Keys clash at the turn of the record, where nobody hears it; each side opens strong and closes calm."""
    levels = {"a": -8.0, "b": -14.0, "c": -8.0, "d": -14.0}
    items = [
        song(name, energy=lufs, key="C major" if side == 1 else "F# major", side=side)
        for side, (name, lufs) in zip((1, 1, 2, 2), levels.items(), strict=True)
    ]
    best = propose_orders(items[::-1], arc="none").proposed[0]
    assert "".join(items[::-1][number].name for number in best.order) == "abcd"
    assert best.terms["key"] == best.terms["ends"] == 0.0
    assert pair_words(items, ARCS["none"])[1] == (
        "A side ends with 'b' (3.0 LU below the album's mean energy), "
        "and 'c' (3.0 LU above the album's mean energy) opens the next."
    )
    # The same break where no song is bound to a side, but one is told to begin one.
    loose = [replace(item, side=0) for item in items]
    broken = propose_orders(loose, arc="none", pins=[Pin(kind=PinKind.SIDE, songs=("c",))]).proposed[0]
    assert broken.terms["key"] == broken.terms["ends"] == 0.0
    assert propose_orders(loose, arc="none").proposed[0].terms["key"] == 1.0


def test_without_an_energy_the_integrated_loudness_takes_its_place() -> None:
    assert names([song("a", loudness_lufs=-20.0), song("b", loudness_lufs=-9.0)]) == "ba"


# Words.


def test_reasons_name_keys_tempi_and_joins() -> None:
    one = song("one", key="E minor", tempo_bpm=96.2, energy=-9.0, opening_lufs=-20.0, closing_lufs=-21.2)
    other = song("other", key="G major", tempo_bpm=97.9, energy=-11.0, opening_lufs=-20.0, closing_lufs=-21.2)
    (fit,) = pair_words([one, other], FALLING)
    assert fit.startswith("A good fit: ")
    for fact in ("E minor to G major (relative keys)", "96 to 98 BPM", "1.2 LU louder at the join"):
        assert fact in fit
    far = replace(other, opening=song(key="Db major", tempo_bpm=136.0, opening_lufs=-20.0).opening)
    (clash,) = pair_words([one, far], FALLING)
    assert clash.startswith("A clash: ")
    assert clash.index("Db major") < clash.index("1.2 LU")


def test_what_speaks_against_a_pair_comes_first() -> None:
    one = song("one", key="C major", energy=-8.0, opening_lufs=-20.0, closing_lufs=-20.0)
    calm = song("calm", key="C major", energy=-20.0, opening_lufs=-38.0, closing_lufs=-20.0)
    assert pair_words([one, calm, one], FALLING)[0] == (
        "A fair fit: the next begins 18.0 LU softer (9.0 LU softer is usual here); its loud parts lie 12.0 LU lower; "
        "C major to C major (the same key)."
    )


def test_the_whole_is_told_with_the_arc_its_source_and_chance() -> None:
    items = album(8, seed=1)
    orders = propose_orders(items)
    said = why(items, orders)
    first, *_, last = orders.proposed[0].order
    assert said.startswith(f"'{items[first].name}' (")
    assert f"opens and '{items[last].name}' (" in said
    assert "Neto et al. 2024" in said
    assert f"it costs {orders.proposed[0].cost:.1f}, less than all of 1000 orders drawn by lot" in said
    assert f"the order of the files costs {orders.given.cost:.1f}, less than" in said
    assert said.endswith("no taste.")
    ordered = [items[number] for number in orders.proposed[0].order]
    again = propose_orders(ordered)
    assert "that is the order of the files" in why(ordered, again)


def test_alternatives_say_what_they_are_good_for() -> None:
    items = album(9, seed=3)
    orders = propose_orders(items)
    told = [good_for(items, orders, number) for number in range(3)]
    assert ARCS["falling"].good_for in told[0]
    assert told[1].startswith("Another way along the same arc: ")
    assert f"{orders.proposed[1].new_neighbours} of 8 neighbours are new" in told[1]
    assert ARCS["valley"].good_for in told[2]


def test_what_could_not_be_compared_is_told_once() -> None:
    items = [song(name, key="C major", energy=-9.0 - number) for number, name in enumerate("abc")]
    said = why(items, propose_orders(items))
    assert "of 2 pairs of neighbours, tempi of none and levels at the joins of none could be compared" in said
    assert "tempo" not in " ".join(pair_words(items, FALLING))
