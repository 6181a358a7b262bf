"""How alike songs are, as `analyse`, `plan` and a plan brought up to date tell it."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path

import pytest
import soundfile

from tests.albums import RATE_HZ
from tests.cli.calls import call, files, read


def test_analyse_tells_how_alike_songs_are(mixes: Path) -> None:
    shown, told = call("analyse", mixes), json.loads(call("analyse", mixes, "--json").out)
    assert "How alike they are" in shown.out
    assert {tuple(sorted(one["cohesion"]["album_spread"])) for one in told} == {
        ("loud_lu", "plr_lu", "tone_db", "width_db")
    }
    table = shown.out.split("How alike they are")[1].splitlines()
    for one in told:
        row = next(line for line in table if one["name"] in line)
        assert f" {one['cohesion']['tone_db']:.1f} " in row
        assert f" {one['cohesion']['loud_lu'] + 0.0:+.1f} " in row
    spread = next(line for line in table if "spread" in line)
    assert f" {told[0]['cohesion']['album_spread']['tone_db']:.1f} " in spread


def test_one_song_is_alike_to_nothing(song: Path, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "silence.wav", read(song) * 0.0, RATE_HZ)
    for words in ([song], [song, tmp_path / "silence.wav"]):
        assert "alike" not in call("analyse", *words).out
        assert all("cohesion" not in one for one in json.loads(call("analyse", *words, "--json").out))
    call("plan", song, "--out", tmp_path / "album.toml")
    assert "cohesion" not in tomllib.loads((tmp_path / "album.toml").read_text(encoding="utf-8"))


def test_a_plan_holds_the_figures_and_rendering_reads_none_of_them(mixes: Path, tmp_path: Path) -> None:
    plan = tmp_path / "album.toml"
    result = call("plan", mixes, "--out", plan, "--json")
    told = json.loads(result.out)["cohesion"]
    text = plan.read_text(encoding="utf-8")
    held = tomllib.loads(text)["cohesion"]
    assert held["record"] == told["record"] == "the album itself"
    for when in ("before", "after"):
        for key, value in held[when].items():
            assert told[when][key] == pytest.approx(value)
    start = text.index("[cohesion]")
    end = text.index("[[track]]", start)
    (tmp_path / "bare.toml").write_text(text[:start] + text[end:], encoding="utf-8")
    assert call("render", plan, "--out", tmp_path / "one").code == 0
    assert call("render", tmp_path / "bare.toml", "--out", tmp_path / "other").code == 0
    assert files(tmp_path / "one" / "streaming") == files(tmp_path / "other" / "streaming")


def test_the_summary_says_it_in_a_line(mixes: Path, tmp_path: Path) -> None:
    out = " ".join(call("plan", mixes, "--out", tmp_path / "album.toml").out.split())
    assert "How far the songs spread, as mixed and as planned: tone " in out
    assert "How far they are from the references" not in out
    out = " ".join(call("plan", mixes, "-r", "typical", "--out", tmp_path / "leaning.toml").out.split())
    held = tomllib.loads((tmp_path / "leaning.toml").read_text(encoding="utf-8"))["cohesion"]["before"]
    assert f"How far they are from the references: tone {held['from_record_db']:.1f} " in out
    assert f"side {held['wider_db']:+.1f} " in out


def test_a_changed_mix_renews_the_figures(mixes: Path, tmp_path: Path) -> None:
    album = tmp_path / "mixes"
    shutil.copytree(mixes, album)
    plan = tmp_path / "album.toml"
    call("plan", album, "-r", mixes / "03 Dusk.wav", "--out", plan)
    before = tomllib.loads(plan.read_text(encoding="utf-8"))["cohesion"]
    assert before["record"] == "the references"
    soundfile.write(album / "02 Noon.wav", read(album / "02 Noon.wav") * 0.1, RATE_HZ, subtype="PCM_24")
    text = plan.read_text(encoding="utf-8").replace("[cohesion]", "[cohesion]  # mine")
    plan.write_text(text, encoding="utf-8")
    assert call("plan", "--update", plan).code == 0
    after = tomllib.loads(plan.read_text(encoding="utf-8"))["cohesion"]
    assert after["record"] == "the references"
    assert after["before"]["loud_lu"] > before["before"]["loud_lu"] + 3.0
    assert after["before"]["tone_db"] == pytest.approx(before["before"]["tone_db"], abs=0.3)
    assert call("render", plan, "--out", tmp_path / "out").code == 0
