"""Where sides and discs begin: within the place's limits, the order kept, and as good as any other division."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.split import Stretch, cost, split
from mastering.breaks import Part
from mastering.sides import SplitSpec

VINYL = SplitSpec(part=Part.SIDE, longest_s=23 * 60.0, fewest=2, even=True)
CASSETTE = SplitSpec(part=Part.SIDE, longest_s=30 * 60.0, fewest=2, most=2, even=True, first_longer=True)
CD = SplitSpec(part=Part.DISC, longest_s=79 * 60 + 57.0)
PLACES = [VINYL, CASSETTE, CD]


def album(*lengths_s: float, gap_s: float = 2.0, loud_lufs: tuple[float, ...] = ()) -> list[Stretch]:
    """Songs one after the other."""
    starts = [sum(lengths_s[:i]) + i * gap_s for i in range(len(lengths_s))]
    louds = loud_lufs or (-14.0,) * len(lengths_s)
    return [
        Stretch(start_s=start, end_s=start + length, loud_lufs=loud)
        for start, length, loud in zip(starts, lengths_s, louds, strict=True)
    ]


def sides(songs: list[Stretch], breaks: tuple[int, ...]) -> list[float]:
    edges = [0, *breaks, len(songs)]
    return [max(song.end_s for song in songs[a:b]) - songs[a].start_s for a, b in pairwise(edges)]


songs_of_any_length = st.lists(
    st.tuples(st.floats(30, 900), st.floats(-30, -8), st.booleans(), st.booleans()), min_size=1, max_size=8
)


@st.composite
def albums(draw: st.DrawFn) -> list[Stretch]:
    drawn = draw(songs_of_any_length)
    plain = album(*(one[0] for one in drawn), loud_lufs=tuple(one[1] for one in drawn))
    last = len(drawn) - 1
    return [
        replace(song, runs_on=runs and i < last, crosses=crosses and not runs and i < last)
        for i, (song, (_, _, runs, crosses)) in enumerate(zip(plain, drawn, strict=True))
    ]


@given(albums(), st.sampled_from(PLACES), st.sampled_from([0.0, 1.0]))
def test_no_division_into_as_many_parts_is_better(songs: list[Stretch], place: SplitSpec, lead_s: float) -> None:
    breaks = split(songs, place, lead_s)
    assert list(breaks) == sorted(set(breaks))
    assert all(0 < number < len(songs) for number in breaks)
    others = combinations(range(1, len(songs)), len(breaks))
    assert cost(songs, place, breaks, lead_s) <= min(cost(songs, place, other, lead_s) for other in others) + 1e-6


@given(albums(), st.sampled_from(PLACES))
def test_what_fits_in_fewer_parts_is_not_put_on_more(songs: list[Stretch], place: SplitSpec) -> None:
    breaks = split(songs, place)
    fits = max(sides(songs, breaks)) <= place.longest_s and not any(songs[i - 1].runs_on for i in breaks)
    fewer = range(place.fewest, len(breaks) + 1, 2 if place.even else 1)
    for count in fewer:
        for other in combinations(range(1, len(songs)), count - 1):
            if any(songs[number - 1].runs_on for number in other):
                continue
            assert max(sides(songs, other)) > place.longest_s, f"{count} parts would have done"
    if fits and len(breaks):
        assert place.most is None or len(breaks) < place.most
        assert not place.even or len(breaks) % 2 == 1


def test_a_record_of_forty_minutes_has_two_sides_of_twenty() -> None:
    songs = album(*[240.0] * 10)
    assert split(songs, VINYL) == (5,)


def test_a_long_album_takes_two_records() -> None:
    songs = album(*[240.0] * 14)
    breaks = split(songs, VINYL)
    assert len(breaks) == 3
    assert max(sides(songs, breaks)) < 16.5 * 60


def test_the_first_side_of_a_tape_is_the_longer() -> None:
    songs = album(200, 200, 200, 250, 250)
    (number,) = split(songs, CASSETTE)
    first, second = sides(songs, (number,))
    assert first >= second
    assert number == 3


def test_a_loud_opener_and_a_quiet_end_of_a_side_are_worth_half_a_minute() -> None:
    louds = (-12.0, -12.0, -20.0, -10.0, -12.0, -12.0)
    songs = album(300, 290, 200, 200, 290, 300, loud_lufs=louds)
    assert split(songs, VINYL) == (3,), "the quiet third song ends the side, the loud fourth opens one"
    uneven = album(300, 300, 100, 200, 290, 300, loud_lufs=(-12.0,) * 6)
    assert split(uneven, VINYL) == (3,)


def test_songs_that_run_on_stay_together_where_they_can() -> None:
    songs = album(*[200.0] * 10)
    joined = [replace(song, runs_on=i in {3, 4}) for i, song in enumerate(songs)]
    (number,) = split(joined, VINYL)
    assert number in {3, 6}
    assert not joined[number - 1].runs_on


def test_one_recording_longer_than_a_side_is_cut_all_the_same() -> None:
    songs = [replace(song, runs_on=i < 9) for i, song in enumerate(album(*[240.0] * 10, gap_s=0.0))]
    assert split(songs, VINYL) == (5,)


def test_a_cd_is_divided_only_over_its_limit() -> None:
    assert split(album(*[300.0] * 15), CD) == ()
    assert split(album(*[300.0] * 18), CD) == (9,)


def test_the_artists_own_sides_are_kept() -> None:
    songs = [replace(song, begins=Part.SIDE if i in {3, 6, 8} else None) for i, song in enumerate(album(*[240.0] * 10))]
    assert split(songs, VINYL) == (3, 6, 8)
    assert split(songs, CASSETTE) in {(6,), (3,), (8,)}, "one of them, for a tape has two sides"
    assert split(songs, CASSETTE) == (6,)
    assert split(songs, CD) == (), "sides are no discs"


def test_discs_are_kept_and_no_side_goes_over_the_end_of_one() -> None:
    songs = [replace(song, begins=Part.DISC if i == 7 else None) for i, song in enumerate(album(*[240.0] * 16))]
    assert split(songs, CD) == (7,)
    breaks = split(songs, VINYL)
    assert 7 in breaks
    assert len(breaks) == 3


@pytest.mark.parametrize("place", PLACES)
def test_one_song_is_one_programme(place: SplitSpec) -> None:
    assert split(album(200.0), place) == ()


def test_ninety_nine_songs_are_divided_at_once() -> None:
    songs = album(*[100.0 + (i * 37) % 90 for i in range(99)])
    breaks = split(songs, VINYL)
    assert max(sides(songs, breaks)) <= VINYL.longest_s
    assert len(breaks) == 11, "245 minutes on six records"
