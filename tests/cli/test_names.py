"""Which files are the album, who mixed them, and names of every kind."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
import soundfile

from tests.albums import RATE_HZ
from tests.cli.calls import Result, call, manifest, read, refused


def _planned(*words: object, out: Path) -> dict[str, Any]:
    result = call("plan", *words, "--json", "--out", out)
    assert (result.code, result.err) == (0, "")
    found = json.loads(result.out)
    assert isinstance(found, dict)
    return found


def _engineers(plan: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(track["file"], track["engineer"]) for track in plan["track"]]


@pytest.fixture
def sorted_mixes(mixes: Path, tmp_path: Path) -> Path:
    """Two engineers' folders, the second with two discs."""
    for place, name in (
        ("Ann", "01 Dawn.wav"),
        ("Bob/CD1", "02 Noon.wav"),
        ("Bob/disc 2", "03 Dusk.wav"),
    ):
        (tmp_path / "mixes" / place).mkdir(parents=True)
        shutil.copy(mixes / name, tmp_path / "mixes" / place)
    return tmp_path / "mixes"


def test_folders_name_engineers(sorted_mixes: Path, tmp_path: Path) -> None:
    plan = _planned(sorted_mixes, out=tmp_path / "album.toml")
    assert _engineers(plan) == [
        ("Ann/01 Dawn.wav", "Ann"),
        ("Bob/CD1/02 Noon.wav", "Bob"),
        ("Bob/disc 2/03 Dusk.wav", "Bob"),
    ]


@pytest.mark.parametrize("names", [("CD1", "CD2"), ("disc 1", "disc 2"), ("Disk-1", "Disk-2"), ("side A", "side B")])
def test_discs_are_no_engineers(names: tuple[str, str], mixes: Path, tmp_path: Path) -> None:
    for disc in names:
        (tmp_path / "mixes" / disc).mkdir(parents=True)
        shutil.copy(mixes / "01 Dawn.wav", tmp_path / "mixes" / disc)
    result = call("plan", tmp_path / "mixes", "--json", "--out", tmp_path / "album.toml")
    assert _engineers(json.loads(result.out)) == [(f"{disc}/01 Dawn.wav", None) for disc in names]


def test_engineers_are_named_by_file_before_pattern(mixes: Path, tmp_path: Path) -> None:
    words = ("--engineer", "Ann=0[12]*", "--engineer", "Bob=02 Noon.wav", "--engineer", "Cy=*")
    plan = _planned(mixes, *words, out=tmp_path / "album.toml")
    assert _engineers(plan) == [("01 Dawn.wav", "Ann"), ("02 Noon.wav", "Bob"), ("03 Dusk.wav", "Cy")]


def test_what_is_known_of_engineers_decides_and_strength_says_how_far(mixes: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mixes"
    folder.mkdir()
    for number, gain in enumerate((1.0, 1.0, 0.2, 0.2), 1):
        samples = gain * read(mixes / "01 Dawn.wav")
        soundfile.write(folder / f"{number} song{number}.wav", samples, RATE_HZ, subtype="PCM_24")
    words = (folder, "--engineer", "Ann=[12]*", "--engineer", "Bob=[34]*")
    gains = {}
    for strength in ("0", "0.5", "1"):
        plan = _planned(*words, "--strength", strength, out=tmp_path / f"{strength}.toml")
        gains[strength] = [track["gain_db"] for track in plan["track"]]
    ann, _, bob, _ = gains["1"]
    assert gains["1"] == [ann, ann, bob, bob]
    assert bob - ann > 6
    assert gains["0.5"] == pytest.approx([ann / 2, ann / 2, bob / 2, bob / 2], abs=0.02)
    assert gains["0"] == [0, 0, 0, 0]


def test_files_instead_of_a_folder(mixes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = _planned(mixes / "03 Dusk.wav", mixes / "01 Dawn.wav", out=tmp_path / "album.toml")
    assert _engineers(plan) == [("01 Dawn.wav", None), ("03 Dusk.wav", None)]
    assert plan["album"]["title"] == "Long Day"
    # However they are written: relative, absolute, with a way up in the path.
    shutil.copytree(mixes, tmp_path / "mixes")
    (tmp_path / "more").mkdir()
    shutil.copy(mixes / "02 Noon.wav", tmp_path / "more")
    monkeypatch.chdir(tmp_path / "mixes")
    plan = _planned("../more/02 Noon.wav", tmp_path / "mixes" / "01 Dawn.wav", "03 Dusk.wav", out=tmp_path / "p.toml")
    assert plan["album"]["mixes"] == "."
    assert _engineers(plan) == [
        ("mixes/01 Dawn.wav", "mixes"),
        ("more/02 Noon.wav", "more"),
        ("mixes/03 Dusk.wav", "mixes"),
    ]
    assert call("render", tmp_path / "p.toml", "--out", tmp_path / "out").code == 0


def test_a_folder_among_files_is_refused(mixes: Path, tmp_path: Path) -> None:
    assert refused("master", mixes, mixes / "01 Dawn.wav", "--out", tmp_path / "out") == (
        f"{mixes} is a folder, one of 2 paths: give one folder of mixes, or files only."
    )


ODD = {
    "01 [Intro].wav": "01 [Intro].wav",
    "02 [bold]Über :smile:.wav": "02 [bold]Über _smile_.wav",
    "03 日本語.wav": "03 日本語.wav",
    "04 line\nbreak.wav": "04 line_break.wav",
    '05 "it\'s" <x> ? * | \\.wav': "05 _it's_ _x_ _ _ _ _.wav",
    f"06 {'x' * 200}.wav": f"06 {'x' * 117}.wav",
    f"07 {'é' * 100}.wav": f"07 {'é' * 58}.wav",
    "08 con.wav": "08 con.wav",
}


def test_odd_names(song: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "mixes", tmp_path / "out"
    folder.mkdir()
    for name in ODD:
        shutil.copy(song, folder / name)
    (folder / "._01 [Intro].wav").write_text("what another system leaves behind")
    result = call("master", folder, "--order", "given", "--title", "AC/DC: [live] \\ :smile: ..", "--out", out)
    assert (result.code, result.err) == (0, "")
    told = manifest(out)["deliveries"]["streaming"]
    assert [track["source"] for track in told["tracks"]] == list(ODD)
    assert [track["file"] for track in told["tracks"]] == [f"streaming/{name}" for name in ODD.values()]
    assert {path.name for path in (out / "streaming").iterdir()} == {
        *ODD.values(),
        "AC_DC_ [live] _ _smile_ (album).wav",
    }
    # They are shown and kept as they are.
    assert result.out.startswith("AC/DC: [live] \\ :smile: ..: the plan")
    assert "│ 2 │ [bold]Über :smile: " in result.out
    plan = tomllib.loads((out / "album.toml").read_text(encoding="utf-8"))
    assert [track["file"] for track in plan["track"]] == list(ODD)
    assert plan["track"][3]["title"] == "line\nbreak"


def test_a_file_of_mixes_with_an_odd_path(song: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "[Ünter] weg's"
    folder.mkdir()
    shutil.copy(song, folder / "a b.wav")
    monkeypatch.chdir(tmp_path)
    result = call("plan", folder.name, "--out", "[my] plan's.toml")
    assert (result.code, result.err) == (0, "")
    # What is said to be typed can be typed.
    assert """mastertape render '[my] plan'"'"'s.toml' --out FOLDER""" in result.out
    assert call("render", "[my] plan's.toml", "--out", "[out]").code == 0
    assert (tmp_path / "[out]" / "streaming" / "01 a b.wav").is_file()


@pytest.mark.parametrize(
    ("title", "file"),
    [("a/b\\c", "a_b_c"), ("../../etc", "_.._etc"), (" ", "untitled"), ("Nul", "_Nul"), ("", "Dawn")],
)
def test_titles_that_are_no_file_names(title: str, file: str, song: Path, tmp_path: Path) -> None:
    assert call("master", song, "--title", title, "--out", tmp_path / "out").code == 0
    (programme,) = manifest(tmp_path / "out")["deliveries"]["streaming"]["programmes"]
    assert programme["file"] == f"streaming/{file} (album).wav"
    assert programme["title"] == (title or "Dawn")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_numbers_keep_the_order_of_files(mastered: tuple[Path, Result]) -> None:
    out, _ = mastered
    plan = tomllib.loads((out / "album.toml").read_text())
    assert plan["album"]["why_order"] == "the order of the numbered files"


@pytest.mark.slow  # compiles librosa's beat tracker
def test_an_order_is_proposed(mixes: Path, tmp_path: Path) -> None:
    names = {"Dusk.wav": "03 Dusk.wav", "Dawn.wav": "01 Dawn.wav", "Noon.wav": "02 Noon.wav"}
    (tmp_path / "mixes").mkdir()
    for name, source in names.items():
        shutil.copy(mixes / source, tmp_path / "mixes" / name)
    by_itself = _planned(tmp_path / "mixes", out=tmp_path / "a.toml")
    asked = _planned(tmp_path / "mixes", "--order", "auto", out=tmp_path / "b.toml")
    given = _planned(tmp_path / "mixes", "--order", "given", out=tmp_path / "c.toml")
    assert [track["title"] for track in given["track"]] == ["Dawn", "Dusk", "Noon"]
    assert given["album"]["why_order"] == "the order given"
    assert asked["track"] == by_itself["track"]
    assert sorted(track["title"] for track in asked["track"]) == ["Dawn", "Dusk", "Noon"]
    first, *_, last = (track["file"] for track in asked["track"])
    assert asked["album"]["why_order"].startswith(f"'{first}' (")
    assert f"opens and '{last}' (" in asked["album"]["why_order"]
    assert ["fit: " in track["why"]["next"] or "clash: " in track["why"]["next"] for track in asked["track"]] == [
        True,
        True,
        False,
    ]
