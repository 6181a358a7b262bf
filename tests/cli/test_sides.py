"""Sides and discs from the command line: asked for, told by folders and names, found by time, delivered."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.albums import RATE_HZ, music
from tests.cli.calls import call, files, manifest, read, refused

OWN = """name = "flexi"
title = "A flexi disc"
ceiling_dbtp = -1.0
limiter = false
source = "a test"
date = "2026-11"
[split]
part = "side"
fewest = 2
even = true
rpm = 45
[[split.speeds]]
rpm = 45
longest_min = 0.12
levels = [[0.1, 0.0], [0.15, -3.0]]
"""


def mixes(folder: Path, *names: str) -> Path:
    for number, name in enumerate(names):
        path = folder / "Long Day" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        samples = music(2.0 + 0.3 * number, RATE_HZ, np.random.default_rng(number))
        soundfile.write(path, samples, RATE_HZ, subtype="PCM_24")
    return folder / "Long Day"


FOUR = ("01 Dawn.wav", "02 Noon.wav", "03 Dusk.wav", "04 Night.wav")


@pytest.fixture(scope="module")
def carriers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("carriers")
    out = folder / "out"
    assert call("master", mixes(folder, *FOUR), "--for", "vinyl", "--for", "cassette", "--out", out).code == 0
    return out


@pytest.mark.parametrize(("place", "sheet"), [("vinyl", "lathe sheet"), ("cassette", "tape sheet")])
def test_a_record_and_a_tape_have_a_file_a_side(place: str, sheet: str, carriers: Path) -> None:
    told = manifest(carriers)["deliveries"][place]
    assert [part["title"] for part in told["programmes"]] == ["Side A", "Side B"]
    names = [f"{place}/Long Day (side A).wav", f"{place}/Long Day (side B).wav"]
    assert [part["file"] for part in told["programmes"]] == names
    assert all((carriers / place / f"Long Day {sheet}.{kind}").is_file() for kind in ("html", "txt"))
    for part in told["programmes"]:
        own = [track for track in told["tracks"] if track["programme"] == part["file"]]
        assert np.array_equal(
            np.concatenate([read(carriers / track["file"]) for track in own]), read(carriers / part["file"])
        )
        starts = np.cumsum([0, *(track["frames"] for track in own)])
        assert [track["start_frame"] for track in own] == starts[:-1].tolist()
        assert part["frames"] == sum(track["frames"] for track in own)
    for track in told["tracks"]:
        assert set(track["programme_chain"]) == {"before", "after", "band_cuts_db", "mono_fold_change_db"}


def test_the_first_side_of_the_tape_is_no_shorter(carriers: Path) -> None:
    first, second = manifest(carriers)["deliveries"]["cassette"]["programmes"]
    assert first["frames"] >= second["frames"]


def test_a_plan_tells_the_sides(tmp_path: Path) -> None:
    result = call("plan", mixes(tmp_path, *FOUR), "--for", "vinyl", "--sides", "1,3", "--out", tmp_path / "a.toml")
    assert result.code == 0
    assert "vinyl: Side A 0:02 (song 1), Side B 0:12 (songs 2 to 4)" in result.out
    assert "'Dawn' runs on into 'Noon', and a new programme begins there" in result.out.replace("\n", " ")
    text = (tmp_path / "a.toml").read_text(encoding="utf-8")
    assert text.count("starts_side = true") == 1
    assert "Side B" in text
    out = tmp_path / "out"
    assert call("render", tmp_path / "a.toml", "--out", out).code == 0
    parts = [track["programme"].split()[-1] for track in manifest(out)["deliveries"]["vinyl"]["tracks"]]
    assert parts == ["A).wav", "B).wav", "B).wav", "B).wav"]


@pytest.mark.parametrize("words", [["--pin", "side=Night"], ["--pin", "side=Night", "--order", "given"]])
def test_a_pinned_side_begins_with_its_song(words: list[str], tmp_path: Path) -> None:
    plan = tmp_path / "a.toml"
    result = call("plan", mixes(tmp_path, *FOUR), "--for", "vinyl", *words, "--out", plan)
    assert result.code == 0
    assert "(songs 1 to 3), Side B" in result.out
    assert "(song 4)" in result.out


def test_a_break_that_is_moved_in_the_plan_moves_the_song(tmp_path: Path) -> None:
    plan, out = tmp_path / "a.toml", tmp_path / "out"
    assert call("plan", mixes(tmp_path, *FOUR), "--for", "vinyl", "--sides", "2,2", "--out", plan).code == 0
    assert call("render", plan, "--out", out).code == 0
    before = [track["programme"] for track in manifest(out)["deliveries"]["vinyl"]["tracks"]]
    unmarked = plan.read_text(encoding="utf-8").replace("starts_side = true", "starts_side = false")
    tables = unmarked.split("[[track]]")
    moved = "[[track]]".join([*tables[:-1], tables[-1].replace("starts_side = false", "starts_side = true")])
    plan.write_text(moved, encoding="utf-8")
    assert call("render", plan, "--out", out).code == 0
    after = [track["programme"] for track in manifest(out)["deliveries"]["vinyl"]["tracks"]]
    assert [before.index(one) for one in before] == [0, 0, 2, 2]
    assert [after.index(one) for one in after] == [0, 0, 0, 3]


@pytest.mark.parametrize(
    "names",
    [
        ("side A/01 Dawn.wav", "side B/01 Noon.wav", "side B/02 Dusk.wav"),
        ("A1 Dawn.wav", "B1 Noon.wav", "B2 Dusk.wav"),
    ],
)
def test_folders_and_names_tell_sides(names: tuple[str, ...], tmp_path: Path) -> None:
    out = tmp_path / "out"
    call("master", mixes(tmp_path, *names), "--for", "vinyl", "--for", "cd", "--out", out)  # songs too short for a disc
    made = manifest(out)["deliveries"]
    sides = [track["programme"] for track in made["vinyl"]["tracks"]]
    assert [sides.index(one) for one in sides] == [0, 1, 1]
    assert len(made["cd"]["programmes"]) == 1, "sides are no discs"


def test_folders_tell_discs_each_with_its_sheets(tmp_path: Path) -> None:
    folder = mixes(tmp_path, "CD1/01 Dawn.wav", "CD1/02 Noon.wav", "CD2/01 Dusk.wav")
    out = tmp_path / "out"
    call("master", folder, "--for", "cd", "--out", out)  # songs under 4 s are no tracks of a disc
    told = manifest(out)["deliveries"]["cd"]
    assert [part["title"] for part in told["programmes"]] == ["Disc 1 of 2", "Disc 2 of 2"]
    assert all(part["frames"] % 588 == 0 for part in told["programmes"])
    made = files(out / "cd")
    assert {"Long Day (disc 1).cue", "Long Day (disc 2).cue", "ddp 1/DDPID", "ddp 2/DDPID"} <= set(made)
    assert b"Dusk" in made["Long Day (disc 2).cue"]
    assert b"Dusk" not in made["Long Day (disc 1).cue"]


def test_a_side_that_is_too_long_is_told(tmp_path: Path) -> None:
    (tmp_path / "flexi.toml").write_text(OWN, encoding="utf-8")
    folder = mixes(tmp_path, *FOUR)
    result = call("master", folder, "--for", tmp_path / "flexi.toml", "--sides", "3,1", "--out", tmp_path / "out")
    assert result.code == 0, "advice"
    (finding,) = manifest(tmp_path / "out")["deliveries"]["flexi"]["findings"]
    assert finding.startswith("Side A is 0:0")
    assert "longer than the 0:07 of a side" in finding
    assert "lower for its length" in finding


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--sides", "2,3"], "--sides 2,3 is for 5 songs, and the album has 4"),
        (["--sides", "two"], "--sides 'two' must say how many songs each side has"),
        (["--sides", "4,0"], "--sides '4,0' must say how many songs each side has"),
    ],
)
def test_sides_that_make_no_sense_are_refused(words: list[str], told: str, tmp_path: Path) -> None:
    folder = mixes(tmp_path, *FOUR)
    assert told in refused("plan", folder, *words, "--out", tmp_path / "a.toml")
