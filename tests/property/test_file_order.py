"""What file names tell of an album's order."""

import pytest

from assistant.file_order import natural_sorted, numbered, sides


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


@pytest.mark.parametrize(
    ("given", "bound"),
    [
        (["CD1/a.wav", "cd2/b.wav"], [1, 2]),
        (["Side A/b.wav", "side b/a.wav", "loose.wav"], [1, 2, 0]),
        (["A1 x.wav", "A2 y.wav", "B1 z.wav"], [1, 1, 2]),
        (["1-01 x.wav", "1-02 y.wav", "2-01 z.wav"], [1, 1, 2]),
        (["01 x.wav", "02 y.wav"], [0, 0]),
        (["Anna/x.wav", "Bob/y.wav"], [0, 0]),
        ([], []),
    ],
)
def test_names_tell_the_disc_or_side_of_each_song(given: list[str], bound: list[int]) -> None:
    assert sides(given) == bound
