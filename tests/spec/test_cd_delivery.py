"""A delivery that is a disc: its sheets and fileset from end to end, one set for each disc, and what fails it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from mastering.cd_delivery import write_discs
from mastering.delivery import DeliveredProgramme, Delivery
from mastering.delivery_specs import Container, DeliverySpec, Encoding, GapPlace, Sheet
from mastering.label_copy import AlbumCopy, TrackCopy
from mastering.specs import AlbumSpec
from tests.albums import RATE_HZ, album, deliver, delivery, music, track
from tests.discs import delivered_track
from tests.programs import run

DDP = ["DDPID", "DDPMS", "CDTEXT.BIN", "SD", "IMAGE.DAT", "CHECKSUM.MD5", "README.TXT"]


def _place(**changes: Any) -> DeliverySpec:
    known = {"encoding": Encoding.PCM_16, "rate_hz": RATE_HZ, "sector_frames": 588, "sheets": tuple(Sheet)}
    return delivery(**(known | changes))


def _songs(*seconds: float) -> tuple[AlbumSpec, list[Any]]:
    """An album of songs so long, with label copy."""
    rng = np.random.default_rng(5)
    songs = [music(length, RATE_HZ, rng) for length in seconds]
    tracks = [
        track(song, title=f"Song {number}", copy=TrackCopy(writers="Bo", isrc=f"GBAYA050000{number}"))
        for number, song in enumerate(songs, 1)
    ]
    return album(*tracks, copy=AlbumCopy(artist="Ann", upc="036000291452", catalogue_number="NJR 042")), songs


def _made(folder: Path, *seconds: float, **changes: Any) -> Delivery:
    wanted, songs = _songs(*seconds)
    return deliver(wanted, songs, _place(**changes), folder)


@pytest.fixture(scope="module")
def disc(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Delivery]:
    """A disc of three songs, only to be looked at."""
    folder = tmp_path_factory.mktemp("disc") / "cd"
    return folder, _made(folder, 5.0, 4.5, 6.0)


def test_all_files_are_there_and_told(disc: tuple[Path, Delivery]) -> None:
    folder, made = disc
    assert made.passed
    assert made.findings == ()
    sheets = ["Record (album).cue", "Record (album).toc", "Record (album) PQ.html", "Record (album) PQ.txt"]
    assert sorted(made.extras) == sorted([*(f"ddp/{name}" for name in DDP), *sheets])
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert there == {*made.extras, made.programmes[0].file, *(one.file for one in made.tracks)}


def test_the_image_is_the_programme_after_two_seconds_and_so_are_the_tracks(disc: tuple[Path, Delivery]) -> None:
    folder, made = disc
    programme, _ = soundfile.read(folder / made.programmes[0].file, dtype="int16")
    image = np.fromfile(folder / "ddp" / "IMAGE.DAT", dtype="<i2").reshape(-1, 2)
    assert np.array_equal(image, np.pad(programme, ((2 * RATE_HZ, 0), (0, 0))))
    tracks = [soundfile.read(folder / one.file, dtype="int16")[0] for one in made.tracks]
    assert np.array_equal(np.concatenate(tracks), programme)
    assert run("md5sum", "-c", "--strict", "CHECKSUM.MD5", folder=folder / "ddp").count(": OK\n") == 5


def test_pauses_on_the_sheets_are_the_silence_in_the_files(disc: tuple[Path, Delivery]) -> None:
    folder, made = disc
    programme, _ = soundfile.read(folder / made.programmes[0].file, dtype="int16")
    cue = (folder / "Record (album).cue").read_text(encoding="utf-8")
    found = re.findall(r"INDEX (\d\d) (\d\d):(\d\d):(\d\d)", cue)
    frames = [((int(m) * 60 + int(s)) * 75 + int(f)) * 588 for _, m, s, f in found]
    assert [index for index, *_ in found] == ["01", "00", "01", "00", "01"]
    assert [frames[0], frames[2], frames[4]] == [one.start_frame for one in made.tracks]
    for pause, song in ((frames[1], frames[2]), (frames[3], frames[4])):
        assert 43_000 < song - pause <= RATE_HZ
        assert not programme[pause:song].any()
        assert programme[pause - 588 : pause].any()


@pytest.mark.parametrize("sheet", ["Record (album).cue", "Record (album).toc"])
def test_cdrdao_reads_the_disc(sheet: str, disc: tuple[Path, Delivery]) -> None:
    folder, made = disc
    told = run("cdrdao", "show-toc", sheet, folder=folder)
    assert "CATALOG NUMBER: 0036000291452" in told
    assert re.findall("ISRC (.*)", told) == [f"GB AYA 05 0000{number}" for number in (1, 2, 3)]
    ends = re.findall(r"END .*\( *(\d+)\)", told)
    assert int(ends[-1]) * 588 == made.programmes[0].frames
    blocks = made.programmes[0].frames // 588
    assert f"Read {blocks} blocks." in run("cdrdao", "read-test", sheet, folder=folder)


def test_shntool_finds_every_file_cut_on_sectors(disc: tuple[Path, Delivery]) -> None:
    folder, made = disc
    names = [made.programmes[0].file, *(one.file for one in made.tracks)]
    told = run("shntool", "len", *names, folder=folder)
    rows = [line.split(maxsplit=8) for line in told.splitlines() if line.endswith(".wav")]
    flags = {row[8]: row[3] for row in rows}
    assert flags == dict.fromkeys(names, "---")


def test_the_fileset_is_labelled_for_what_it_is(disc: tuple[Path, Delivery]) -> None:
    folder, _ = disc
    pq = " ".join((folder / "Record (album) PQ.txt").read_text(encoding="utf-8").split())
    for text in ((folder / "ddp" / "README.TXT").read_text(), pq, (folder / "Record (album) PQ.html").read_text()):
        assert "reverse-engineered" in text
        assert "not certified by DCA: have the plant check it" in text
    image = (folder / "ddp" / "CHECKSUM.MD5").read_text().split("\n")[4].split()
    assert image[1] == "*IMAGE.DAT"
    assert f"IMAGE.DAT has the MD5 {image[0]}" in pq


def test_the_same_disc_is_the_same_bytes(disc: tuple[Path, Delivery], tmp_path: Path) -> None:
    folder, made = disc
    _made(tmp_path / "cd", 5.0, 4.5, 6.0)
    for name in made.extras:
        assert (tmp_path / "cd" / name).read_bytes() == (folder / name).read_bytes()


def test_only_what_is_asked_for_is_written(tmp_path: Path) -> None:
    assert _made(tmp_path / "none", 5.0, sheets=()).extras == ()
    assert _made(tmp_path / "cue", 5.0, sheets=(Sheet.CUE,)).extras == ("Record (album).cue",)
    made = _made(tmp_path / "pq", 5.0, sheets=(Sheet.PQ,))
    assert made.extras == ("Record (album) PQ.html", "Record (album) PQ.txt")
    assert "DDP" not in (tmp_path / "pq" / "Record (album) PQ.txt").read_text()


@pytest.mark.parametrize("container", [Container.FLAC, Container.AIFF])
def test_other_containers_hold_discs_too(container: Container, tmp_path: Path) -> None:
    made = _made(tmp_path / "cd", 5.0, container=container, sheets=(Sheet.CUE, Sheet.DDP))
    kind = "AIFF" if container is Container.AIFF else "WAVE"
    assert f'FILE "{made.programmes[0].file}" {kind}\n' in (tmp_path / "cd" / "Record (album).cue").read_text()
    programme, _ = soundfile.read(tmp_path / "cd" / made.programmes[0].file, dtype="int16")
    image = np.fromfile(tmp_path / "cd" / "ddp" / "IMAGE.DAT", dtype="<i2").reshape(-1, 2)
    assert np.array_equal(image[2 * RATE_HZ :], programme)


def test_gaps_before_songs_are_their_pauses(tmp_path: Path) -> None:
    made = _made(tmp_path / "cd", 5.0, 5.0, gap=GapPlace.BEFORE_SONG, sheets=(Sheet.CUE,))
    cue = (tmp_path / "cd" / "Record (album).cue").read_text()
    indices = re.findall(r"INDEX (\d\d) 00:(\d\d):(\d\d)", cue)
    frames = {(place, index): (int(s) * 75 + int(f)) * 588 for place, (index, s, f) in enumerate(indices)}
    second = made.tracks[1].index
    assert frames == {(0, "01"): 0, (1, "00"): second[0], (2, "01"): second[1]}


def test_each_disc_of_two_has_its_own(tmp_path: Path) -> None:
    made = _made(tmp_path / "cd", 5.0, 4.5, 6.0, breaks=(2,))
    assert [one.file for one in made.programmes] == ["Record (disc 1).wav", "Record (disc 2).wav"]
    for number, songs in ((1, "Song 1 Song 2"), (2, "Song 3")):
        folder, programme = tmp_path / "cd", made.programmes[number - 1]
        cue = (folder / f"Record (disc {number}).cue").read_text()
        assert re.findall('TITLE "(.*)"', cue) == [f"Record (Disc {number} of 2)", *re.findall(r"Song \d", songs)]
        assert f'FILE "{programme.file}" WAVE\n' in cue
        assert {f"ddp {number}/{name}" for name in DDP} < set(made.extras)
        image = (folder / f"ddp {number}" / "IMAGE.DAT").stat().st_size
        assert image == 4 * (programme.frames + 2 * RATE_HZ)


def test_a_track_under_four_seconds_fails_the_disc(tmp_path: Path) -> None:
    made = _made(tmp_path / "cd", 2.0, 5.0, sheets=(Sheet.CUE,))
    assert not made.passed
    (finding,) = made.findings
    assert finding.startswith("track 1, 'Song 1', lasts 3.00 s, and a disc's tracks last 4 s at least (IEC 60908): ")
    assert made.extras == ("Record (album).cue",)


def test_a_disc_of_too_many_tracks_fails_and_has_no_sheets(tmp_path: Path) -> None:
    song = np.zeros((5 * RATE_HZ, 2))
    wanted = album(*[track(song)] * 100)
    tracks = [delivered_track(375 * number, 375) for number in range(100)]
    programme = DeliveredProgramme(
        file="Record (album).wav",
        frames=100 * 375 * 588,
        title="Record",
        tracks=tuple(range(100)),
        loudness_lufs=-14.0,
        true_peak_dbtp=-1.0,
        loudness=tracks[0].loudness,
    )
    found = write_discs(_place(), wanted, [programme], tracks, tmp_path)
    assert found.names == ()
    (remark,) = found.remarks
    assert remark.failed
    assert remark.text == "Record has 100 tracks, and a disc holds 99: join some, or make two discs of it"
    assert list(tmp_path.iterdir()) == []


def test_other_letters_are_advice(tmp_path: Path) -> None:
    wanted, songs = _songs(5.0)
    wanted = replace(wanted, title="Полдень")
    made = deliver(wanted, songs, _place(sheets=(Sheet.TOC,)), tmp_path / "cd")
    assert made.passed
    assert made.findings == ("CD-Text has the letters of ISO 8859-1 alone, and writes 'Полдень' as \"Polden'\"",)
    told = run("cdrdao", "show-toc", "Полдень (album).toc", folder=tmp_path / "cd")
    assert "END" in told
