"""Names of files after a delivery's pattern."""

from __future__ import annotations

import re

import numpy as np
import pytest

from analysis.errors import SpecificationError
from mastering.label_copy import AlbumCopy, TrackCopy
from mastering.naming import parse_naming, track_names
from mastering.specs import AlbumSpec
from tests.albums import album, delivery, track

SILENCE = np.zeros((44_100, 2))
COPY = AlbumCopy(artist="Band", label="Label", catalogue_number="L 7", upc="036000291452")


def _album(*titles: str, copy: AlbumCopy = COPY) -> AlbumSpec:
    copies = [TrackCopy(isrc=f"GBAYA05{number:05}") for number in range(1, len(titles) + 1)]
    tracks = [track(SILENCE, title=title, copy=one) for title, one in zip(titles, copies, strict=True)]
    return album(*tracks, copy=copy)


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("{number:02} {title}", ["01 Dawn", "02 A_B"]),
        ("{number}. {artist} - {title}", ["1. Band - Dawn", "2. Band - A_B"]),
        ("{catalogue_number}-{disc:02}{number:03}", ["L 7-01001", "L 7-02002"]),
        ("{isrc}", ["GBAYA0500001", "GBAYA0500002"]),
        (
            "{album} {upc} {label} {album_artist} {title}",
            [f"Record 036000291452 Label Band {t}" for t in ("Dawn", "A_B")],
        ),
        ("{{live}} {title}", ["{live} Dawn", "{live} A_B"]),
    ],
)
def test_names_are_filled_in(pattern: str, names: list[str]) -> None:
    assert track_names(_album("Dawn", "A/B"), delivery(naming=pattern, breaks=(1,))) == names


def test_numbers_have_as_many_digits_as_the_last() -> None:
    names = track_names(_album(*[f"{n}" for n in range(1, 101)]), delivery())
    assert (names[0], names[99]) == ("001 1", "100 100")


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("{number", "is no pattern (expected '}' before end of string): name fields in braces"),
        ("{number} {song}", "has the field 'song', which is not known: choose number, disc, title"),
        ("{} {title}", "has the field '', which is not known"),
        ("{title!r}", "has the field 'title', which is not known"),
        ("{title:10}", "has {title:10}: only numbers have a form, such as {number:02}"),
        ("{number:2}", "has {number:2}: only numbers have a form"),
        ("{artist} {album}", "would give every track the same name"),
    ],
)
def test_patterns_that_cannot_be(pattern: str, fault: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(fault)}"):
        parse_naming(pattern)


def test_a_track_without_what_the_pattern_names() -> None:
    with pytest.raises(SpecificationError) as error:
        track_names(_album("Dawn", copy=AlbumCopy()), delivery(naming="{artist} - {title}"))
    assert str(error.value) == (
        "Delivery 'place' names files '{artist} - {title}', and 'Dawn' has no artist: give it one, or change the "
        "delivery's naming."
    )


def test_two_tracks_of_one_name() -> None:
    with pytest.raises(SpecificationError) as error:
        track_names(_album("Dawn", "dawn"), delivery(naming="{title}"))
    assert str(error.value) == (
        "Delivery 'place' names files '{title}', which calls 'Dawn' and 'dawn' both 'dawn': put {number:02} in front."
    )
