"""How a check is asked for, what it says, and how it ends."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.calls import Result, call, refused
from tests.cli.finished import TITLES, disc, song, streaming, tagged, write, write_sums


def _points(*words: object, code: int) -> list[dict[str, Any]]:
    result = call("check", *words, "--json")
    assert (result.code, result.err) == (code, "")
    told = json.loads(result.out)
    assert (told["schema"], told["passed"]) == (1, code == 0)
    return [point | {"for": checked["for"]} for checked in told["checked"] for point in checked["points"]]


def _bad(points: list[dict[str, Any]], requirement: str) -> list[tuple[str, str]]:
    return [(p["file"], p["found"]) for p in points if p["requirement"] == requirement and p["verdict"] != "pass"]


def test_the_table_tells_what_passes_together_and_what_does_not_with_the_remedy(tmp_path: Path) -> None:
    folder = streaming(tmp_path / "album")
    tagged(write(folder / "02 Noon.flac", song(-14.0).copy() * 2.5), 2)
    result = call("check", folder, "--for", "spotify")
    assert (result.code, result.err) == (1, "")
    lines = result.out.splitlines()
    assert lines[0].startswith(f"{folder} for Spotify: ")
    rows = [" ".join(line.split()) for line in lines]
    assert "│ pass │ sample rate │ 44100 to 192000 Hz │ 44100 Hz │ 2 files │" in rows
    assert any(row.startswith("│ fail │ loudness of the album │ -14 LUFS │ -") for row in rows)
    assert any(row.startswith("! loudness of the album -") and "turn it down by" in row for row in rows)


def test_several_places_are_each_judged(tmp_path: Path) -> None:
    points = _points(streaming(tmp_path / "album"), "--for", "streaming", "--for", "club", "--for", "cd", code=1)
    assert {point["for"] for point in points} == {"streaming", "club", "cd"}
    failed = {(point["for"], point["requirement"]) for point in points if point["verdict"] == "fail"}
    assert failed == {("cd", "format"), ("cd", "depth"), ("cd", "length")}


def test_files_are_one_album_and_folders_one_each(tmp_path: Path) -> None:
    one = streaming(tmp_path / "one", lufs=(-12.5, -15.9))
    two = streaming(tmp_path / "two")
    files = sorted(one.iterdir())
    points = _points(*files, "--for", "streaming", code=0)
    assert [p["value"] for p in points if p["requirement"] == "loudness of the album"] == [pytest.approx(-14, abs=0.2)]
    points = _points(tmp_path, "--for", "streaming", code=0)
    assert sum(point["requirement"] == "loudness of the album" for point in points) == 2
    assert len({point["file"] for point in _points(one, two, "--for", "streaming", code=0)}) == 3  # "" is all of them


def test_discs_of_an_album_are_one(tmp_path: Path) -> None:
    for number, level in (("CD1", -12.5), ("CD2", -15.9)):
        (tmp_path / "album" / number).mkdir(parents=True)
        tagged(
            write(tmp_path / "album" / number / f"01 {TITLES[0]}.flac", song(level)), isrc=f"GBAYA050000{number[-1]}"
        )
    points = _points(tmp_path / "album", "--for", "streaming", code=0)
    (album,) = [point for point in points if point["requirement"] == "loudness of the album"]
    assert album["value"] == pytest.approx(-14, abs=0.2)
    assert {point["file"] for point in points} == {"", "CD1/01 Dawn.flac", "CD2/01 Dawn.flac"}


def test_a_sheet_alone(tmp_path: Path) -> None:
    folder = disc(tmp_path / "disc")
    points = _points(folder / "Record.cue", "--for", "cd", code=0)
    assert {point["file"] for point in points} == {"", "Record.cue"}


def test_a_song_of_ours_alone_is_not_judged_as_an_album(mastered: tuple[Path, Result]) -> None:
    out, _ = mastered
    points = _points(out / "streaming" / "01 Dawn.wav", code=0)
    assert _bad(points, "loudness") == [("", "not judged: other tracks are not here")]


def test_an_output_of_ours_whose_files_changed(mastered: tuple[Path, Result], tmp_path: Path) -> None:
    shutil.copytree(mastered[0], tmp_path / "out")
    folder = tmp_path / "out" / "streaming"
    (folder / "03 Dusk.wav").unlink()
    shutil.copy(folder / "01 Dawn.wav", folder / "02 Noon.wav")
    shutil.copy(folder / "01 Dawn.wav", folder / "04 More.wav")
    points = _points(folder, code=1)
    assert _bad(points, "in the manifest") == [
        ("02 Noon.wav", "changed since"),
        ("03 Dusk.wav", "missing"),
        ("04 More.wav", "not listed"),
    ]


def test_of_several_deliveries_the_one_that_is_named(mastered: tuple[Path, Result]) -> None:
    out, _ = mastered
    assert {point["for"] for point in _points(out, "--for", "streaming", code=0)} == {"streaming"}
    assert refused("check", out, "--for", "spotify") == (
        f"{out} holds several deliveries (streaming, cd), none of them for spotify: name the folder of the one that "
        "is meant."
    )
    assert {point["for"] for point in _points(out / "streaming", "--for", "tidal", code=0)} == {"tidal"}


def test_a_delivery_of_ones_own_is_found_by_the_plan(song: Path, tmp_path: Path) -> None:
    (tmp_path / "label.toml").write_text(
        'name = "label"\ntitle = "The label"\nloudness_lufs = -18\nceiling_dbtp = -3\nsource = "a letter"\n'
        'date = "2026-01"\n[accepts]\nrequired_tags = ["isrc"]\n'
    )
    assert call("master", song, "--for", tmp_path / "label.toml", "--out", tmp_path / "out").code == 0
    points = _points(tmp_path / "out", code=1)
    assert _bad(points, "ISRC") == [("01 Dawn.wav", "none")]
    (tmp_path / "label.toml").unlink()
    assert refused("check", tmp_path / "out").startswith("There is no delivery called 'label': choose ")


def test_a_damaged_file_costs_none_of_the_others(tmp_path: Path) -> None:
    folder = streaming(tmp_path / "album")
    (folder / "03 Dusk.wav").write_bytes(b"RIFF")
    points = _points(folder, "--for", "streaming", code=1)
    assert [file for file, _ in _bad(points, "intact")] == ["03 Dusk.wav"]
    assert _bad(points, "loudness of the album") == []


def test_sums_that_are_none(tmp_path: Path) -> None:
    folder = disc(tmp_path / "disc")
    (folder / "CHECKSUM.md5").write_text("Dear label\n")
    (folder / "more.sha256").write_text("")
    points = _points(folder, "--for", "cd", code=1)
    assert _bad(points, "checksums") == [("CHECKSUM.md5", "line 1 is neither"), ("more.sha256", "empty")]
    (folder / "more.sha256").unlink()
    write_sums(folder)
    assert _bad(_points(folder, "--for", "cd", code=0), "checksums") == []


def test_what_cannot_be_checked(tmp_path: Path) -> None:
    folder = streaming(tmp_path / "album")
    (tmp_path / "empty").mkdir()
    assert refused("check", tmp_path / "gone", "--for", "cd") == (
        f"{tmp_path / 'gone'}: there is no such file or folder; check the name."
    )
    assert refused("check", tmp_path / "empty", "--for", "cd") == (
        f"{tmp_path / 'empty'} holds nothing to check: name a folder with audio files, or the files."
    )
    assert refused("check", folder) == (
        f"Nothing says what {folder} is to be held against: add --for, such as --for streaming (mastertape deliveries "
        "lists them)."
    )
    assert refused("check", folder, "--for", "cdd").startswith("There is no delivery called 'cdd': choose amazon, ")


def test_a_manifest_changed_by_hand(mastered: tuple[Path, Result], tmp_path: Path) -> None:
    shutil.copytree(mastered[0], tmp_path / "out")
    path = tmp_path / "out" / "manifest.json"
    whole = json.loads(path.read_text())
    whole["deliveries"]["streaming"]["asked"]["anchor"] = "song"
    path.write_text(json.dumps(whole))
    said = refused("check", tmp_path / "out" / "streaming")
    assert said.startswith(f"{path} does not say what streaming is for (")
    assert said.endswith("): add --for.")
    whole["deliveries"]["streaming"]["tracks"] = ["01 Dawn.wav"]
    path.write_text(json.dumps(whole))
    assert refused("check", tmp_path / "out" / "streaming").startswith("Nothing says what ")
    points = _points(tmp_path / "out" / "streaming", "--for", "streaming", code=0)
    assert not any(point["requirement"] == "in the manifest" for point in points)


def test_sides_and_discs_are_counted_and_timed(mixes: Path, tmp_path: Path) -> None:
    assert call("master", mixes, "--for", "cassette", "--for", "archive", "--out", tmp_path / "out").code == 0
    (tmp_path / "short.toml").write_text(
        'name = "short"\ntitle = "Short"\ncontainer = "wav"\nencoding = "pcm_24"\nceiling_dbtp = -1\nsource = "none"\n'
        'date = "2026-01"\n[split]\npart = "side"\nlongest_min = 0.1\nfewest = 4\neven = true\n'
        "[accepts]\nmost_tracks = 1\n"
    )
    folder = tmp_path / "out" / "cassette"
    points = _points(folder, code=0)
    assert {(p["found"], p["wanted"]) for p in points if p["requirement"] == "sides"} == {("2", "2 sides")}
    assert {p["wanted"] for p in points if p["requirement"] == "length of all"} == {"30:00 at most"}
    points = _points(folder, "--for", tmp_path / "short.toml", code=1)
    assert _bad(points, "sides") == [("", "2")]
    assert {p["wanted"] for p in points if p["requirement"] == "sides"} == {"4 sides or more, an even number"}
    assert [file for file, _ in _bad(points, "length of all")] == ["Long Day (side A).wav"]
    assert _bad(points, "tracks on side 1") == [("", "2")]
    assert _bad(points, "tracks on side 2") == []


@pytest.mark.parametrize(("ceiling", "code"), [(0.0, 0), (-12.0, 1)])
def test_the_places_codecs_are_tried_where_that_is_asked(ceiling: float, code: int, tmp_path: Path) -> None:
    place = tmp_path / "label.toml"
    place.write_text(
        'name = "label"\ntitle = "The label"\ncontainer = "flac"\nceiling_dbtp = -1\nsource = "a letter"\n'
        f'date = "2026-01"\ncodecs = ["mp3 128", "vorbis 160"]\ncodec_ceiling_dbtp = {ceiling}\n'
    )
    folder = streaming(tmp_path / "album")
    assert not any("kbps" in p["requirement"] for p in _points(folder, "--for", place, code=0))
    points = [p for p in _points(folder, "--for", place, "--codecs", code=code) if "kbps" in p["requirement"]]
    assert {(p["file"], p["requirement"]) for p in points} == {
        (f"{number:02} {title}.flac", f"true peak of {label}")
        for number, title in enumerate(TITLES, 1)
        for label in ("MP3 128 kbps (LAME)", "Vorbis 160 kbps (libvorbis)")
    }
    assert {p["verdict"] for p in points} == {"fail" if code else "pass"}
    # Its own peaks are at -7.6 dBTP, which a codec moves by tenths.
    assert all(p["value"] == pytest.approx(-7.6, abs=0.7) for p in points)
