"""The proposed order against brute force, and each thing that it is decided by."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.order import (
    OrderItem,
    natural_sorted,
    numbered,
    pair_costs,
    place_costs,
    propose_order,
)
from assistant.order_search import cheapest_order, exact_order, order_cost, searched_order

TONICS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
KEYS = [f"{tonic} {mode}" for tonic in TONICS for mode in ("major", "minor")]

NOTHING_KNOWN = OrderItem(
    name="song",
    tempo_bpm=None,
    key=None,
    key_confidence=0.0,
    loudness_lufs=-np.inf,
    energy=-np.inf,
    opening_lufs=-np.inf,
    closing_lufs=-np.inf,
)

levels = st.floats(-50, -5) | st.just(-np.inf)
songs = st.builds(
    OrderItem,
    name=st.sampled_from(["a", "b", "c", "10", "9"]),
    tempo_bpm=st.none() | st.floats(40, 220),
    key=st.none() | st.sampled_from(KEYS),
    key_confidence=st.floats(0, 0.4),
    loudness_lufs=levels,
    energy=levels,
    opening_lufs=levels,
    closing_lufs=levels,
)


def album(count: int, seed: int) -> list[OrderItem]:
    random = np.random.default_rng(seed)
    return [
        OrderItem(
            name=f"{number}",
            tempo_bpm=float(random.uniform(60, 180)),
            key=KEYS[random.integers(24)],
            key_confidence=float(random.uniform(0, 0.3)),
            loudness_lufs=float(random.normal(-14, 2)),
            energy=float(random.normal(-12, 3)),
            opening_lufs=float(random.normal(-18, 5)),
            closing_lufs=float(random.normal(-26, 6)),
        )
        for number in range(count)
    ]


def names(items: list[OrderItem]) -> str:
    return "".join(items[song].name for song in propose_order(items).order)


@settings(max_examples=40, deadline=None)
@given(items=st.lists(songs, min_size=2, max_size=6))
def test_no_order_of_up_to_six_songs_is_cheaper(items: list[OrderItem]) -> None:
    pair, place = pair_costs(items), place_costs(items)
    proposal = propose_order(items)
    assert sorted(proposal.order) == list(range(len(items)))
    assert proposal.cost == pytest.approx(order_cost(np.array(proposal.order), pair, place), abs=1e-9)
    cheapest = min(order_cost(np.array(order), pair, place) for order in itertools.permutations(range(len(items))))
    assert proposal.cost == pytest.approx(cheapest, abs=1e-9)


def test_no_order_of_seven_songs_is_cheaper() -> None:
    items = album(7, seed=3)
    pair, place = pair_costs(items), place_costs(items)
    cheapest = min(order_cost(np.array(order), pair, place) for order in itertools.permutations(range(7)))
    assert propose_order(items).cost == pytest.approx(cheapest, abs=1e-9)


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
        assert exact_order(pair, place).tolist() == hidden.tolist()


@settings(max_examples=25, deadline=None)
@given(items=st.lists(songs, min_size=2, max_size=8), data=st.data())
def test_the_order_given_changes_nothing(items: list[OrderItem], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(items))
    one, other = propose_order(items), propose_order(shuffled)
    assert [items[song] for song in one.order] == [shuffled[song] for song in other.order]
    assert (one.cost, one.pair_reasons, one.reason) == (other.cost, other.pair_reasons, other.reason)


def test_the_order_given_changes_nothing_where_songs_are_many() -> None:
    items = album(17, seed=4)
    backwards = items[::-1]
    assert names(items) == names(backwards)


@pytest.mark.parametrize("seed", range(12))
def test_local_search_comes_within_two_percent(seed: int) -> None:
    items = album(6 + seed // 2 if seed < 11 else 12, seed)
    pair, place = pair_costs(items), place_costs(items)
    exact = order_cost(exact_order(pair, place), pair, place)
    assert order_cost(searched_order(pair, place), pair, place) <= 1.02 * exact


def test_local_search_comes_within_two_percent_on_costs_without_any_pattern() -> None:
    random = np.random.default_rng(5)
    for count in (9, 12, 12, 12):
        pair, place = random.random((2, count, count))
        exact = order_cost(exact_order(pair, place), pair, place)
        assert order_cost(searched_order(pair, place), pair, place) <= 1.02 * exact


@pytest.mark.parametrize("count", [15, 20, 40])
def test_many_songs_are_ordered_each_once(count: int) -> None:
    items = album(count, seed=6)
    proposal = propose_order(items)
    assert sorted(proposal.order) == list(range(count))
    assert len(proposal.pair_reasons) == count - 1
    given = order_cost(np.arange(count), pair_costs(items), place_costs(items))
    assert proposal.cost < 0.6 * given


def test_nothing_known_costs_nothing_says_so_and_leaves_the_names_in_order() -> None:
    for count in (3, 16):
        items = [replace(NOTHING_KNOWN, name=f"song {number}") for number in range(count)]
        proposal = propose_order(items[::-1])
        assert proposal.cost == 0.0
        assert proposal.order == tuple(range(count))[::-1]
        assert "Nothing is known" in proposal.pair_reasons[0]
        assert "not known" in proposal.reason


def test_none_one_and_two_songs() -> None:
    loud, calm = (replace(NOTHING_KNOWN, name=name, energy=lufs) for name, lufs in (("z", -9.0), ("a", -20.0)))
    assert propose_order([]).order == ()
    only = propose_order([loud])
    assert (only.order, only.cost, only.pair_reasons) == ((0,), 0.0, ())
    assert "only song" in only.reason
    both = propose_order([calm, loud])
    assert both.order == (1, 0)
    assert len(both.pair_reasons) == 1
    assert both.reason.startswith("'z' (5.5 LU above")


def test_energy_falls_over_the_album() -> None:
    items = [
        replace(NOTHING_KNOWN, name=name, energy=-10.0 - lu) for name, lu in zip("cadb", (4, 0, 6, 2), strict=True)
    ]
    assert names(items) == "abcd"


def test_without_an_energy_the_integrated_loudness_takes_its_place() -> None:
    items = [replace(NOTHING_KNOWN, name=name, loudness_lufs=lufs) for name, lufs in (("a", -20.0), ("b", -9.0))]
    assert names(items) == "ba"


def test_the_ends_cost_beyond_the_arc() -> None:
    """A weak opener and a loud closer each cost more than the same distance from the line elsewhere."""
    items = [
        replace(NOTHING_KNOWN, name=name, energy=lufs) for name, lufs in zip("abcde", range(-8, -18, -2), strict=True)
    ]
    place = place_costs(items)
    weakest, strongest = place[4], place[0]
    assert weakest[0] - weakest[1] > weakest[1] - weakest[2] + 0.5
    assert strongest[4] - strongest[3] > strongest[3] - strongest[2] + 0.5


def test_keys_that_are_near_stand_together() -> None:
    keys = {"a": "C major", "b": "F# major", "c": "G major", "d": "C# major"}
    items = [replace(NOTHING_KNOWN, name=name, key=key, key_confidence=0.3) for name, key in keys.items()]
    assert names(items) in {"acbd", "cabd", "acdb", "cadb", "bdac", "bdca", "dbac", "dbca"}
    unsure = [replace(item, key_confidence=0.0) for item in items]
    assert propose_order(unsure).cost == 0.0
    assert "not surely" in propose_order(unsure).pair_reasons[0]


def test_tempi_that_are_near_stand_together_half_and_double_time_counting_as_equal() -> None:
    tempi = {"a": 70.0, "b": 100.0, "c": 140.0, "d": 99.0}
    items = [replace(NOTHING_KNOWN, name=name, tempo_bpm=bpm) for name, bpm in tempi.items()]
    assert names(items) in {"acbd", "cabd", "acdb", "cadb", "bdac", "bdca", "dbac", "dbca"}


def test_joins_as_usual_on_the_album_are_chosen() -> None:
    """All but z end softly and all but y begin softly: what y needs before it is z, or nothing."""
    edges = {"a": (-20.0, -40.0), "d": (-20.0, -40.0), "y": (-2.0, -40.0), "z": (-20.0, -20.0)}
    items = [
        replace(NOTHING_KNOWN, name=name, opening_lufs=opening, closing_lufs=closing)
        for name, (opening, closing) in edges.items()
    ]
    order = names(items)
    assert "zy" in order or (order[0] == "y" and order[-1] == "z")
    assert propose_order(items).cost == 0.0
    assert pair_costs(items)[0, 2] == pair_costs(items)[3, 0] == 1.0


def test_reasons_name_keys_tempi_and_joins() -> None:
    one = replace(
        NOTHING_KNOWN,
        name="one",
        key="E minor",
        key_confidence=0.2,
        tempo_bpm=96.2,
        energy=-9.0,
        opening_lufs=-20.0,
        closing_lufs=-21.2,
    )
    other = replace(one, name="other", key="G major", tempo_bpm=97.9, energy=-15.0, opening_lufs=-20.0)
    proposal = propose_order([other, one])
    assert proposal.order == (1, 0)
    assert proposal.pair_reasons == (
        "A good fit: E minor to G major (relative keys); 96 to 98 BPM; 1.2 LU louder at the join.",
    )
    far = replace(other, key="Db major", tempo_bpm=136.0)
    clash = propose_order([one, far]).pair_reasons[0]
    assert clash.startswith("A clash: E minor to Db major (7 steps apart")
    untimed = propose_order([one, replace(other, tempo_bpm=None)]).pair_reasons[0]
    assert "not known and not counted: tempo" in untimed


@pytest.mark.parametrize(
    "given",
    [
        ["01 a.wav", "02 b.wav", "10 c.wav"],
        ["1. a.wav", "2. b.wav"],
        ["1-01 a.wav", "1-02 b.wav", "2-01 c.wav"],
        ["A1 a.wav", "A2 b.wav", "B1 c.wav"],
        ["a1.flac", "b1.flac"],
        ["01.wav", "02.wav"],
        ["01_a.wav", "02-b.wav", "03b.wav"],
        ["01-3 Birds.wav", "02-Song.wav"],
        ["CD1/01 a.wav", "CD1/02 b.wav", "disc 2/01 c.wav"],
        ["Anna/01 a.wav", "Bob/02 b.wav"],
    ],
)
def test_numbered_names_are_the_artists_order(given: list[str]) -> None:
    assert numbered(given)


@pytest.mark.parametrize(
    "given",
    [
        [],
        ["a.wav", "b.wav"],
        ["01 a.wav", "b.wav"],
        ["01 a.wav", "1 b.wav"],
        ["A1 a.wav", "02 b.wav"],
        ["1979.wav", "2000 Miles.wav"],
        ["Anna/01 a.wav", "Bob/01 b.wav"],
        ["A a.wav", "B b.wav"],
    ],
)
def test_names_without_a_number_each_are_not(given: list[str]) -> None:
    assert not numbered(given)


def test_names_sort_as_a_person_would() -> None:
    assert natural_sorted(["10 a", "2 b", "1 c", "1-10 d", "1-9 e"]) == ["1 c", "1-9 e", "1-10 d", "2 b", "10 a"]
    assert natural_sorted(["b2", "A10", "a9", "B1"]) == ["a9", "A10", "B1", "b2"]
    assert natural_sorted(["CD10/01 x", "CD2/02 y", "CD2/01 z"]) == ["CD2/01 z", "CD2/02 y", "CD10/01 x"]
    assert natural_sorted(["Anna/02 x", "Bob/01 y"]) == ["Bob/01 y", "Anna/02 x"]


def test_few_songs_are_searched_exactly() -> None:
    pair, place = np.random.default_rng(8).random((2, 14, 14))
    assert cheapest_order(pair, place).tolist() == exact_order(pair, place).tolist()
