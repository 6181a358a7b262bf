"""Who mixed what, where nobody says: found where it can be heard, not claimed where it cannot."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.units import Floats
from assistant.grouping import given_grouping, inferred_grouping
from assistant.separation import Model, Observed

FIGURES = 6
SONGS = np.eye(FIGURES)
SIZES = (0.0, 0.5, 1.0, 2.0, 4.0)


def model_of(tracks: Floats) -> Model:
    return Model(
        Observed(
            tracks=tracks,
            weights=np.ones(len(tracks)),
            references=np.zeros((0, FIGURES)),
            reference_weights=np.zeros(0),
            S=SONGS,
            K=np.eye(FIGURES),
            sizes=SIZES,
        )
    )


def album(hands: list[int], strength: float, seed: int) -> Floats:
    rng = np.random.default_rng(seed)
    habits = strength * rng.standard_normal((max(hands) + 1, FIGURES))
    return habits[hands] + rng.standard_normal((len(hands), FIGURES))


def test_strong_hands_are_told_apart() -> None:
    hands = [0, 1, 2] * 3
    found = inferred_grouping([model_of(album(hands, 6.0, 1))], [None] * 9)
    assert found.names == ("A", "B", "C") * 3
    assert found.certainty > 0.99
    assert found.together()[0, 3] > 0.9
    assert found.together()[0, 1] < 0.1


def test_several_weak_fingerprints_tell_what_one_does_not() -> None:
    hands = [0, 1] * 4
    models = [model_of(album(hands, 1.0, seed)) for seed in range(12)]
    assert inferred_grouping(models[:1], [None] * 8).names == (None,) * 8
    assert inferred_grouping(models, [None] * 8).names == ("A", "B") * 4


@pytest.mark.parametrize("seed", range(20))
def test_no_hands_no_groups(seed: int) -> None:
    found = inferred_grouping([model_of(album([0] * 9, 0.0, seed))], [None] * 9)
    assert found.names == (None,) * 9


def test_who_is_given_stays_together_and_apart() -> None:
    """Whatever the figures say."""
    tracks = album([0, 0, 1, 1, 0, 1], 8.0, 3)
    found = inferred_grouping([model_of(tracks)], ["Ann", "Bob", "Ann", "Bob", None, None])
    for partition in found.partitions:
        assert partition[0] == partition[2] != partition[1] == partition[3]
    assert found.names[:4] == ("Ann", "Bob", "Ann", "Bob")


def test_an_unknown_song_joins_a_given_engineer() -> None:
    tracks = album([0, 0, 0, 1, 1, 1, 0], 8.0, 4)
    found = inferred_grouping([model_of(tracks)], ["Ann"] * 3 + ["Bob"] * 3 + [None])
    assert found.names[-1] == "Ann"


def test_all_given_is_not_searched() -> None:
    found = inferred_grouping([], ["Ann", "Bob", "Ann"])
    assert found.partitions == ((0, 1, 0),)
    assert found.names == ("Ann", "Bob", "Ann")


def test_thirty_tracks_are_no_matter() -> None:
    hands = [i % 4 for i in range(30)]
    found = inferred_grouping([model_of(album(hands, 8.0, 5))], [None] * 30)
    assert [found.names.index(name) for name in found.names] == [i % 4 for i in range(30)]


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    hands=st.lists(st.integers(0, 2), min_size=1, max_size=7),
    strength=st.sampled_from([0.0, 1.0, 4.0]),
    seed=st.integers(0, 2**31),
    data=st.data(),
)
def test_probabilities_are_such_and_order_is_no_matter(
    hands: list[int], strength: float, seed: int, data: st.DataObject
) -> None:
    tracks = album(hands, strength, seed)
    found = inferred_grouping([model_of(tracks)], [None] * len(hands))
    assert found.probabilities.sum() == pytest.approx(1.0)
    assert 0.0 <= found.certainty <= 1.0
    together = found.together()
    assert np.diag(together) == pytest.approx(1.0)
    order = data.draw(st.permutations(range(len(hands))))
    mixed = inferred_grouping([model_of(tracks[order])], [None] * len(hands))
    assert mixed.together() == pytest.approx(together[np.ix_(order, order)], abs=0.02)
    assert len(given_grouping([None] * len(hands)).partitions[0]) == len(hands)
