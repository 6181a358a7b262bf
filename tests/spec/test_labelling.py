"""The last step of a delivery: each file says what it is, with gains of what was measured, and a sum that is true."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import mutagen
import numpy as np
import pytest
import soundfile

from mastering.breaks import Part
from mastering.bwf import chunks
from mastering.delivery import Delivery
from mastering.delivery_specs import Container, DeliverySpec, Encoding
from mastering.label_copy import AlbumCopy, TrackCopy
from mastering.specs import AlbumSpec
from mastering.tag_reading import read_tags
from mastering.tags import Tags
from tests.albums import RATE_HZ, album, deliver, delivery, loudness_lufs, music, on_grid, peak_dbtp, track
from tests.pictures import png
from tests.programs import run

SONGS = [music(seconds, RATE_HZ, np.random.default_rng(number)) for number, seconds in enumerate((3.5, 4.0, 3.2, 3.1))]
TITLES = ["Dawn", "Über – Дом", "Noon", "Dusk"]


def record(count: int = 2, *, labelled: bool = True, cover: str = "", **changes: Any) -> AlbumSpec:
    tracks = []
    for number in range(count):
        copy = TrackCopy(
            artist="A Guest" if number == 1 else "",
            isrc=f"GBAYA050000{number}",
            writers="Ann, Bob",
            explicit=number == 0,
        )
        tracks.append(
            track(
                SONGS[number],
                source=f"{number}.wav",
                title=TITLES[number],
                copy=copy if labelled else TrackCopy(),
                **changes,
            )
        )
    copy = AlbumCopy(
        artist="Sigur Rós",
        label="Lab",
        upc="036000291452",
        year=2026,
        genre="Rock",
        catalogue_number="LAB 1",
        cover=cover,
    )
    return album(*tracks, copy=copy if labelled else AlbumCopy())


def made(folder: Path, place: DeliverySpec, wanted: AlbumSpec) -> Delivery:
    return deliver(wanted, SONGS[: len(wanted.tracks)], place, folder)


def bext(path: Path) -> bytes:
    with path.open("rb") as file:
        part = next(part for part in chunks(file) if part.name == b"bext")
        file.seek(part.start)
        return file.read(part.size)


@pytest.mark.parametrize("container", list(Container))
def test_every_kind_of_file_says_what_it_is(container: Container, tmp_path: Path) -> None:
    (tmp_path / "cover.png").write_bytes(png())
    place = delivery(container=container)
    found = made(tmp_path / "out", place, record(cover=str(tmp_path / "cover.png")))
    whole = Tags(
        title="Record",
        artist="Sigur Rós",
        album="Record",
        album_artist="Sigur Rós",
        upc="036000291452",
        label="Lab",
        catalogue_number="LAB 1",
        year=2026,
        genre="Rock",
    )
    assert read_tags(tmp_path / "out" / found.programmes[0].file) == whole
    for number, (one, artist) in enumerate(zip(found.tracks, ["Sigur Rós", "A Guest"], strict=True)):
        song = replace(
            whole,
            title=TITLES[number],
            artist=artist,
            track=(number + 1, 2),
            isrc=f"GBAYA050000{number}",
            writers="Ann, Bob",
            explicit=number == 0,
        )
        assert read_tags(tmp_path / "out" / one.file) == song
        assert one.isrc == song.isrc
    for file in (*found.programmes, *found.tracks):
        content = (tmp_path / "out" / file.file).read_bytes()
        assert file.sha256 == hashlib.sha256(content).hexdigest()
        assert png() in content or container in {Container.OPUS, Container.VORBIS}
        assert (b"R128_ALBUM_GAIN" in content) == (container is Container.OPUS)
        assert (b"iTunNORM" in content) == (container in {Container.MP3, Container.AAC, Container.ALAC})


@pytest.mark.parametrize("container", [Container.WAV, Container.FLAC, Container.AIFF])
def test_labels_change_no_sample(container: Container, tmp_path: Path) -> None:
    place = delivery(container=container)
    plain = made(tmp_path / "plain", replace(place, tags=False), record())
    told = made(tmp_path / "told", place, record())
    for one, other in zip((*plain.programmes, *plain.tracks), (*told.programmes, *told.tracks), strict=True):
        assert one.sha256 != other.sha256
        assert read_tags(tmp_path / "plain" / one.file) == Tags()
        assert np.array_equal(
            soundfile.read(tmp_path / "plain" / one.file, dtype="int32")[0],
            soundfile.read(tmp_path / "told" / other.file, dtype="int32")[0],
        )
    assert [track.isrc for track in plain.tracks] == ["", ""]


@pytest.mark.parametrize("encoding", Encoding)
def test_bext_tells_what_was_measured(encoding: Encoding, tmp_path: Path) -> None:
    found = made(tmp_path / "out", delivery(encoding=encoding), record())
    for file in (*found.programmes, *found.tracks):
        path = tmp_path / "out" / file.file
        told, (samples, _) = bext(path), soundfile.read(path, dtype="float64")
        lufs, _, peak, momentary, short = struct.unpack("<5h", told[412:422])
        assert lufs / 100 == pytest.approx(loudness_lufs(samples, RATE_HZ), abs=0.02)
        assert peak / 100 == pytest.approx(peak_dbtp(samples), abs=0.03)
        assert lufs <= short <= momentary
        told_by_others = run("ffmpeg", "-nostats", "-i", path, "-af", "ebur128=peak=true", "-f", "null", "-")
        lra = next(line for line in reversed(told_by_others.splitlines()) if line.strip().startswith("LRA:"))
        assert struct.unpack("<h", told[414:416])[0] / 100 == pytest.approx(float(lra.split()[1]), abs=0.3)
    starts = [struct.unpack("<Q", bext(tmp_path / "out" / file.file)[338:346])[0] for file in found.tracks]
    assert starts == [file.start_frame for file in found.tracks], "where an editor puts each, the album lies"
    assert bext(tmp_path / "out" / found.tracks[1].file)[:256].rstrip(b"\0") == b"Uber - Dom - A Guest"
    assert bext(tmp_path / "out" / found.tracks[1].file)[288:320].rstrip(b"\0") == b"GBAYA0500001"


def test_an_album_without_label_copy_still_has_titles(tmp_path: Path) -> None:
    found = made(tmp_path / "out", delivery(), record(labelled=False))
    told = read_tags(tmp_path / "out" / found.tracks[1].file)
    assert told == Tags(title=TITLES[1], album="Record", track=(2, 2))
    path = tmp_path / "out" / found.tracks[1].file
    with path.open("rb") as file:
        assert b"axml" not in [part.name for part in chunks(file)]


@pytest.mark.parametrize(
    ("container", "asked", "told"),
    [
        (Container.FLAC, None, True),
        (Container.FLAC, False, False),
        (Container.WAV, None, False),
        (Container.WAV, True, True),
        (Container.AIFF, None, False),
    ],
)
def test_who_is_told_gains(container: Container, asked: bool | None, told: bool, tmp_path: Path) -> None:
    found = made(tmp_path / "out", delivery(container=container, replay_gain=asked), record())
    content = (tmp_path / "out" / found.tracks[0].file).read_bytes()
    gain = "REPLAYGAIN_TRACK_GAIN"
    assert (gain.encode() in content or gain.encode("utf-16-le") in content) == told
    assert b"R128_" not in content


def test_loudgain_finds_the_gains_that_the_files_tell(tmp_path: Path) -> None:
    found = made(tmp_path / "out", delivery(container=Container.FLAC), record())
    paths = [tmp_path / "out" / one.file for one in found.tracks]
    lines = [line.split("\t") for line in run("loudgain", "-a", "-q", "-O", *paths).splitlines() if "LUFS" in line]
    assert len(lines) == 3, "two tracks and the album"
    for path, line in zip(paths, lines, strict=False):
        told = mutagen.File(path)
        assert told is not None
        assert float(told["REPLAYGAIN_TRACK_GAIN"][0].split()[0]) == pytest.approx(float(line[8].split()[0]), abs=0.05)
        assert float(told["REPLAYGAIN_TRACK_PEAK"][0]) == pytest.approx(float(line[3]), abs=0.02)
        # Loudgain has no window over the cut between two files; the album as one file has.
        assert float(told["REPLAYGAIN_ALBUM_GAIN"][0].split()[0]) == pytest.approx(
            float(lines[2][8].split()[0]), abs=0.15
        )


def test_each_disc_counts_its_own_tracks_and_sides_are_one_disc(tmp_path: Path) -> None:
    discs = made(tmp_path / "discs", delivery(breaks=(3,), part=Part.DISC), record(4))
    told = [read_tags(tmp_path / "discs" / one.file) for one in (*discs.tracks, *discs.programmes)]
    assert [tags.track for tags in told] == [(1, 3), (2, 3), (3, 3), (1, 1), None, None]
    assert [tags.disc for tags in told] == [(1, 2), (1, 2), (1, 2), (2, 2), (1, 2), (2, 2)]
    sides = made(tmp_path / "sides", delivery(breaks=(2,), part=Part.SIDE), record(4))
    told = [read_tags(tmp_path / "sides" / one.file) for one in (*sides.tracks, *sides.programmes)]
    assert [tags.track for tags in told] == [(1, 4), (2, 4), (3, 4), (4, 4), None, None]
    assert [tags.disc for tags in told] == [None] * 6
    assert [tags.title for tags in told[4:]] == [one.title for one in sides.programmes]


def test_singles_are_labelled_too(tmp_path: Path) -> None:
    wanted = record(2, crossfade_s=1.0)
    found = made(tmp_path / "out", delivery(singles=True), wanted)
    assert [single.title for single in found.singles] == TITLES[:2]
    for number, single in enumerate(found.singles):
        path = tmp_path / "out" / single.file
        told = read_tags(path)
        assert (told.title, told.isrc, told.track) == (TITLES[number], f"GBAYA050000{number}", None)
        assert single.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert struct.unpack("<Q", bext(path)[338:346]) == (0,)


@pytest.mark.parametrize("container", [Container.WAV, Container.FLAC, Container.AIFF])
def test_two_runs_have_the_same_bytes(container: Container, tmp_path: Path) -> None:
    one = made(tmp_path / "one", delivery(container=container), record())
    other = made(tmp_path / "other", delivery(container=container), record())
    assert [file.sha256 for file in (*one.programmes, *one.tracks)] == [
        file.sha256 for file in (*other.programmes, *other.tracks)
    ]


def test_silence_has_no_figures(tmp_path: Path) -> None:
    quiet = on_grid(np.zeros((RATE_HZ, 2)), 16)
    wanted = album(track(quiet, copy=TrackCopy(isrc="GBAYA0500009")))
    found = deliver(wanted, [quiet], delivery(), tmp_path / "out")
    told = bext(tmp_path / "out" / found.tracks[0].file)
    assert struct.unpack("<5h", told[412:422]) == (0x7FFF, 0x7FFF, 0x7FFF, 0x7FFF, 0x7FFF)
