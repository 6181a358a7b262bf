"""The mixes' own tags: which titles are taken, what is said of the album, which codes are left out."""

from __future__ import annotations

from pathlib import Path

import mutagen
import numpy as np
import pytest
import soundfile

from assistant.mix_tags import with_tags, with_tags_told
from assistant.mixes import MixFolder, gather
from assistant.plan import AlbumPlan


def tagged(folder: Path, **mixes: dict[str, str]) -> MixFolder:
    """Mixes called as the keys are, with these Vorbis comments."""
    folder = folder / "mixes"
    folder.mkdir()
    for name, tags in mixes.items():
        path = folder / f"{name}.flac"
        soundfile.write(path, np.zeros((4_410, 2)), 44_100, subtype="PCM_16")
        file = mutagen.File(path)
        assert file is not None
        file.update(tags)
        file.save()
    return with_tags(gather([folder]))


def told(folder: MixFolder) -> tuple[AlbumPlan, tuple[str, ...]]:
    known = {"start_s": 0.0, "end_s": 1.0, "first_sound_s": 0.0, "felt_end_s": 1.0, "sha256": "0" * 64}
    plan = AlbumPlan.model_validate(
        {
            "album": {"title": folder.title, "mixes": ".", "rate_hz": 44_100},
            "track": [{"file": mix.file, "title": mix.title, **known} for mix in folder.mixes],
        }
    )
    return with_tags_told(plan, folder.mixes)


@pytest.mark.parametrize(
    ("name", "tag", "title"),
    [
        ("journeys_end", "Journey's End", "Journey's End"),
        ("battle", "Battle Music", "Battle Music"),
        ("Intro (master v3)", "Intro", "Intro"),
        ("01", "Dawn", "Dawn"),
        ("Track 07", "Dawn", "Dawn"),
        ("Audio 1-02", "Dawn", "Audio 1-02"),
        ("dawn", "Project 12", "dawn"),
        ("dawn", "", "dawn"),
        ("夜明け", "夜明け!", "夜明け!"),
        ("???", "Dawn", "???"),
    ],
)
def test_a_tag_spells_a_title_and_does_not_change_it(name: str, tag: str, title: str, tmp_path: Path) -> None:
    (mix,) = tagged(tmp_path, **{name: {"title": tag}}).mixes
    assert mix.title == title


def test_a_title_that_mixes_share_is_a_projects(tmp_path: Path) -> None:
    found = tagged(tmp_path, **{"01": {"title": "Session"}, "02": {"title": "SESSION"}, "03": {"title": "Dusk"}})
    assert [mix.title for mix in found.mixes] == ["01", "02", "Dusk"]


def test_the_album_is_called_as_all_mixes_say(tmp_path: Path) -> None:
    assert tagged(tmp_path, a={"album": "Record"}, b={"album": "Record"}).title == "Record"
    for number, other in enumerate(("", "Another")):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert tagged(folder, a={"album": "Record"}, b={"album": other}).title == "mixes"


def test_what_all_mixes_say_is_said_of_the_album(tmp_path: Path) -> None:
    both = {"genre": "Rock", "date": "2019-04-01", "label": "Lab", "barcode": "036000291452", "catalognumber": "C 1"}
    plan, advice = told(tagged(tmp_path, a=both | {"artist": "Ann"}, b=both | {"artist": "Ann", "composer": "Bob"}))
    album = plan.album
    assert (album.artist, album.genre, album.year, album.label) == ("Ann", "Rock", 2019, "Lab")
    assert (album.upc, album.catalogue_number) == ("036000291452", "C 1")
    assert [(track.artist, track.writers) for track in plan.track] == [("", ""), ("", "Bob")]
    assert not advice


def test_what_they_do_not_agree_on_is_the_songs_own(tmp_path: Path) -> None:
    plan, _ = told(tagged(tmp_path, a={"artist": "Ann", "genre": "Rock"}, b={"artist": "Bob"}))
    assert (plan.album.artist, plan.album.genre) == ("", "")
    assert [track.artist for track in plan.track] == ["Ann", "Bob"]


def test_an_album_artist_goes_before_the_songs(tmp_path: Path) -> None:
    both = {"albumartist": "The Band"}
    plan, _ = told(tagged(tmp_path, a=both | {"artist": "The Band feat. Ann"}, b=both | {"artist": "The Band"}))
    assert plan.album.artist == "The Band"
    assert [track.artist for track in plan.track] == ["The Band feat. Ann", ""]


def test_codes_that_are_wrong_are_left_out_and_told(tmp_path: Path) -> None:
    both = {"barcode": "036000291453"}
    plan, advice = told(
        tagged(
            tmp_path,
            a=both | {"isrc": "GB-AYA-05-00001"},
            b=both | {"isrc": "GBAYA05"},
            c=both | {"isrc": "GBAYA0500002"},
            d=both | {"isrc": "gb aya 05 00002"},
        )
    )
    assert plan.album.upc == ""
    assert [track.isrc for track in plan.track] == ["GBAYA0500001", "", "", ""]
    upc, isrc, twice = advice
    assert upc.startswith("the mixes' tags have the UPC '036000291453', which has the check digit 3, which would be 2")
    assert isrc.startswith("b.flac is tagged with the ISRC 'GBAYA05', which has 7 characters, and an ISRC has 12")
    assert twice == "2 mixes are tagged with the ISRC GBAYA0500002, and each recording has its own: left out"
    assert upc.endswith(": it was left out")
    assert isrc.endswith(": it was left out")


def test_what_is_too_long_for_a_plan_is_cut(tmp_path: Path) -> None:
    plan, _ = told(tagged(tmp_path, a={"artist": "x" * 600, "composer": "y" * 600}))
    AlbumPlan.model_validate(plan.model_dump(by_alias=True))
    assert (len(plan.album.artist), len(plan.track[0].writers)) == (500, 500)
