"""`references`: a library of profiles, and what `--reference` makes of names, files and weights."""

from __future__ import annotations

import json
import os
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from assistant import measuring
from assistant.profile_file import read_profile
from references import PROFILES
from tests.cli.calls import call, refused


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "library"
    monkeypatch.setenv("MASTERTAPE_REFERENCES", str(folder))
    return folder


def planned(*words: object, out: Path) -> dict[str, Any]:
    result = call("plan", *words, "--out", out, "--force")
    faults = [line for line in result.err.splitlines() if "return to mix" not in line]  # tones are no songs
    assert (result.code, faults) == (0, []), result
    return tomllib.loads(out.read_text(encoding="utf-8"))


def test_add_list_show_remove(mixes: Path, library: Path) -> None:
    added = call("references", "add", "Long Day", mixes, "--source", "our own")
    assert (added.code, added.err) == (0, "")
    assert [path.name for path in library.iterdir()] == ["Long Day.json"]
    told = json.loads(call("references", "list", "--json").out)
    assert [(one["name"], one["songs"], one["built_in"]) for one in told] == [
        ("Long Day", 3, False),
        ("typical", 1, True),
    ]
    assert told[0]["duration_s"] == pytest.approx(10.5)
    listed = call("references")
    assert listed == call("references", "list")
    assert "│ Long Day    │     3 │   0:10 │ our own" in listed.out
    shown = call("references", "show", "long day")
    assert (shown.code, shown.err) == (0, "")
    assert [name for name in ("01 Dawn.wav", "02 Noon.wav", "03 Dusk.wav") if name not in shown.out] == []
    bars = [line for line in shown.out.splitlines() if "●" in line and "Hz" not in line and "tone" not in line]
    assert len(bars) == 28
    profile = read_profile(library / "Long Day.json")
    for line, tone_db in zip(bars, profile.tone_mean_db(), strict=True):
        assert float(line.split()[1]) == pytest.approx(tone_db, abs=0.051)
    removed = call("references", "remove", "long day")
    assert (removed.code, removed.out) == (0, "'Long Day' is removed.\n")
    assert list(library.iterdir()) == []


def test_a_profile_travels_without_its_audio(
    mixes: Path, library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call("references", "add", "Day", mixes)
    sent = tmp_path / "day.json"
    assert call("references", "export", "Day", sent).code == 0
    assert str(mixes.parent) not in sent.read_text(encoding="utf-8")
    direct = planned(mixes, "--reference", mixes, out=tmp_path / "direct.toml")
    by_name = planned(mixes, "-r", "Day", out=tmp_path / "name.toml")
    monkeypatch.setenv("MASTERTAPE_REFERENCES", str(tmp_path / "hers"))
    by_file = planned(mixes, "-r", sent, out=tmp_path / "file.toml")
    assert call("references", "add", "From him", sent).code == 0
    imported = planned(mixes, "-r", "From him", out=tmp_path / "imported.toml")
    assert by_name["album"]["references"] == ["library:Day"]
    assert by_file["album"]["references"] == ["day.json"]
    assert imported["album"]["references"] == ["library:From him"]
    for plan in (by_name, by_file, imported):
        assert plan["album"]["loudness_lufs"] == direct["album"]["loudness_lufs"]
        for one, other in zip(plan["track"], direct["track"], strict=True):
            assert one["gain_db"] == pytest.approx(other["gain_db"], abs=0.05)
            assert len(one.get("eq", [])) == len(other.get("eq", []))


def test_weights_are_kept_and_told(mixes: Path, library: Path, tmp_path: Path) -> None:
    call("references", "add", "Day", f"{mixes}@0.5", mixes / "01 Dawn.wav")
    assert [song.weight for song in read_profile(library / "Day.json").songs] == [1.0, 0.5, 0.5]
    words = ["-r", f"{mixes / '02 Noon.wav'}@2", "-r", "Day@0.25", "-r", "typical"]
    plan = planned(mixes, *words, out=tmp_path / "album.toml")
    noon = Path(os.path.relpath(mixes / "02 Noon.wav", tmp_path)).as_posix()
    assert plan["album"]["references"] == [f"{noon}@2", "library:Day@0.25", "library:typical"]
    again = ["-r", "library:Day@0.25", "-r", "library:typical"]
    assert planned(mixes, *again, out=tmp_path / "b.toml")["album"]["references"] == again[1::2]


def test_what_is_there_goes_before_a_name_and_a_weight(
    mixes: Path, library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    call("references", "add", "record", mixes / "01 Dawn.wav")
    assert planned(mixes, "-r", "record", out=Path("a.toml"))["album"]["references"] == ["library:record"]
    Path("record").mkdir()
    shutil.copy(mixes / "02 Noon.wav", "record")
    shutil.copy(mixes / "03 Dusk.wav", "song@0.5")
    plan = planned(mixes, "-r", "record", "-r", "song@0.5", out=Path("b.toml"))
    assert plan["album"]["references"] == ["record/02 Noon.wav", "song@0.5"]


def test_a_plan_made_from_names_renders_elsewhere(mixes: Path, library: Path, tmp_path: Path) -> None:
    call("references", "add", "Day", mixes / "01 Dawn.wav")
    call("plan", mixes, "-r", "Day@2", "-r", mixes / "03 Dusk.wav", "--out", tmp_path / "album.toml")
    shutil.rmtree(library)
    out = tmp_path / "deep" / "out"
    assert call("render", tmp_path / "album.toml", "--out", out).code == 0
    moved = tomllib.loads((out / "album.toml").read_text(encoding="utf-8"))
    dusk = Path(os.path.relpath(mixes / "03 Dusk.wav", out)).as_posix()
    assert moved["album"]["references"] == [dusk, "library:Day@2"]


def test_one_bad_song_costs_none_of_the_others(mixes: Path, library: Path, tmp_path: Path) -> None:
    record = tmp_path / "record"
    shutil.copytree(mixes, record)
    (record / "04 Night.wav").write_text("no")
    result = call("references", "add", "Day", record)
    assert result.code == 1
    assert result.sentence.startswith("left out: 04 Night.wav is not audio that can be read ")
    assert len(read_profile(library / "Day.json").songs) == 3
    assert refused("references", "add", "None", record / "04 Night.wav").startswith("04 Night.wav is not audio")
    assert not (library / "None.json").exists()


def test_a_damaged_profile_costs_none_of_the_others(library: Path) -> None:
    library.mkdir()
    (library / "Broken.json").write_text("{}")
    result = call("references", "list", "--json")
    assert result.code == 1
    assert result.sentence == (
        f"{library / 'Broken.json'} is not a reference profile: schema is missing; name is missing; songs is missing."
    )
    assert [one["name"] for one in json.loads(result.out)] == ["typical"]
    assert call("references", "remove", "Broken").code == 0


def test_a_name_is_not_taken_twice(mixes: Path, library: Path) -> None:
    call("references", "add", "Day", mixes / "01 Dawn.wav")
    before = (library / "Day.json").read_bytes()
    assert refused("references", "add", "DAY", mixes) == (
        "There is a profile 'Day' already: choose another name, or replace it with --force."
    )
    assert (library / "Day.json").read_bytes() == before
    assert call("references", "add", "DAY", mixes, "--force").code == 0
    assert [path.name for path in library.iterdir()] == ["DAY.json"]
    assert len(read_profile(library / "DAY.json").songs) == 3


@pytest.mark.parametrize(
    "name", ["../up", "a/b", "a\\b", ".hidden", "-x", "", "CON", "nul.x", "dot.", "x" * 65, "a@2", "new\nline", "ty\0p"]
)
def test_names_that_no_file_can_have(name: str, mixes: Path, library: Path) -> None:
    words = ["add", "--", name, mixes] if name.startswith("-") else ["add", name, mixes]
    assert f"{name!r} is no name for a profile: " in refused("references", *words)
    assert not library.exists()


def test_what_comes_with_mastertape_stays(mixes: Path, library: Path) -> None:
    taken = "is a profile that comes with Mastertape: choose another name."
    assert refused("references", "add", "Typical", mixes, "--force") == f"'Typical' {taken}"
    assert refused("references", "remove", "typical").startswith("'typical' comes with Mastertape ")


def test_unknown_words_are_told_what_there_is(mixes: Path, library: Path, tmp_path: Path) -> None:
    call("references", "add", "Day", mixes / "01 Dawn.wav")
    out = tmp_path / "out"
    assert refused("master", mixes, "-r", "Dya", "--out", out) == (
        "'Dya' is neither a file or folder nor a reference profile; the profiles are: Day, typical."
    )
    assert refused("master", mixes, "-r", "", "--out", out) == (
        "A --reference is empty: name a song, a folder or a reference profile."
    )
    assert refused("references", "show", "Dya") == "'Dya' is no reference profile; there are: Day, typical."
    assert refused("references", "remove", "Dya") == "'Dya' is not in the library; there are: Day."
    gone = tmp_path / "gone" / "song.wav"
    assert refused("master", mixes, "-r", gone, "--out", out) == (
        f"{gone}: there is no such file or folder; check the name."
    )


@pytest.mark.parametrize("weight", ["0", "-1", "101", "nan", "half", ""])
def test_weights_that_are_none(weight: str, mixes: Path, library: Path, tmp_path: Path) -> None:
    assert refused("plan", mixes, "-r", f"typical@{weight}", "--out", tmp_path / "a.toml") == (
        f"typical@{weight}: the weight {weight!r} must be 0.01 to 100 songs, as in typical@0.5; leave it out for 1."
    )


@pytest.mark.parametrize(("suffix", "head"), [("png", b"\x89PNG\r\n"), ("svg", b"<?xml"), ("pdf", b"%PDF-")])
def test_plots(suffix: str, head: bytes, mixes: Path, library: Path, tmp_path: Path) -> None:
    call("references", "add", "Day", mixes)
    for name in ("Day", "typical"):
        plot = tmp_path / f"{name}.{suffix}"
        result = call("references", "show", name, "--plot", plot)
        assert (result.code, result.err) == (0, "")
        assert plot.read_bytes().startswith(head)
        assert f"The plot is in {plot}." in " ".join(result.out.split())
    again = tmp_path / f"again.{suffix}"
    call("references", "show", "Day", "--plot", again)
    assert again.read_bytes() == (tmp_path / f"Day.{suffix}").read_bytes(), "drawn again, the same"
    assert (tmp_path / f"Day.{suffix}").read_bytes() != (tmp_path / f"typical.{suffix}").read_bytes()


def test_bad_names_for_files(mixes: Path, library: Path, tmp_path: Path) -> None:
    plot = refused("references", "show", "typical", "--plot", tmp_path / "plot.bmp")
    assert plot == f"{tmp_path / 'plot.bmp'} is no name for a plot: name a file that ends in .png, .svg or .pdf."
    there = tmp_path / "x.json"
    there.touch()
    assert refused("references", "export", "typical", there).startswith(f"{there} is there already: ")
    assert refused("references", "export", "typical", tmp_path / "x.txt").startswith(f"{tmp_path / 'x.txt'} is no name")
    assert call("references", "export", "typical", there, "--force").code == 0
    assert read_profile(there).name == "typical"


def test_a_reference_that_is_no_profile(mixes: Path, library: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text("[]")
    assert refused("plan", mixes, "-r", bad, "--out", tmp_path / "a.toml").startswith(
        f"{bad} is not a reference profile: "
    )


def test_typical_leans_on_tone_and_width_and_not_on_loudness(mixes: Path, tmp_path: Path) -> None:
    without = planned(mixes, "--engineer", "Ann=*", out=tmp_path / "a.toml")
    leaning = planned(mixes, "--engineer", "Ann=*", "-r", "typical", out=tmp_path / "b.toml")
    assert "loudness_lufs" not in leaning["album"]
    assert "loudness_lufs" not in without["album"]
    assert without["album"].get("references", []) == []
    assert [t.get("eq") for t in leaning["track"]] != [t.get("eq") for t in without["track"]]


def test_names_that_a_plot_could_stumble_over(library: Path, tmp_path: Path) -> None:
    whole = json.loads((PROFILES / "typical.json").read_text(encoding="utf-8"))
    for name in ("$x^2$ and $", "\N{CJK UNIFIED IDEOGRAPH-97F3}\N{CJK UNIFIED IDEOGRAPH-6A02}"):
        (tmp_path / "hers.json").write_text(json.dumps(whole | {"name": name}))
        result = call("references", "show", tmp_path / "hers.json", "--plot", tmp_path / "plot.png")
        assert (result.code, result.err) == (0, "")
        assert name in result.out


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="no folder here that nobody can write to")
def test_a_library_that_cannot_be_written_is_found_before_the_work(
    mixes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MASTERTAPE_REFERENCES", "/proc/library")
    monkeypatch.setattr(measuring, "open_audio", lambda path: pytest.fail(f"{path} was opened"))
    assert refused("references", "add", "Day", mixes).startswith("The library /proc/library cannot be written to (")
    assert json.loads(call("references", "list", "--json").out)[0]["name"] == "typical"
