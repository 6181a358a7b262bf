"""The order of the songs from the command line: named, proposed, pinned, refused."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path

import pytest

from tests.cli.calls import call, refused


def titles(plan: Path) -> list[str]:
    return [track["title"] for track in tomllib.loads(plan.read_text())["track"]]


def test_songs_that_are_named_stand_in_that_order(mixes: Path, tmp_path: Path) -> None:
    out = tmp_path / "album.toml"
    assert call("plan", mixes, "--order", "Dusk", "--order", "01*", "-o", out).code == 0
    assert titles(out) == ["Dusk", "Dawn", "Noon"]
    album = tomllib.loads(out.read_text())["album"]
    assert album["why_order"] == "the order that was named; the song that was not named follows as the files do"
    assert call("plan", mixes, "--order", "Noon,Dusk,Dawn", "-o", out, "--force").code == 0
    assert titles(out) == ["Noon", "Dusk", "Dawn"]
    assert tomllib.loads(out.read_text())["album"]["why_order"] == "the order that was named"


@pytest.mark.parametrize("command", ["plan", "master"])
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--order", "backwards"), "--order backwards: 'backwards' fits none of the 3 mixes: check the file names."),
        (("--order", "auto", "--arc", "round"), "--arc round is not known: the arcs are falling, valley, hill, "),
        (
            ("--pin", "last=Dawn"),
            "--pin last=Dawn is for an order that is proposed, and the numbers of the files decide",
        ),
        (("--order", "auto", "--pin", "after=Dawn"), "--pin after=Dawn must name two songs, as in "),
    ],
)
def test_words_that_make_no_sense(mixes: Path, tmp_path: Path, command: str, words: tuple[str, ...], said: str) -> None:
    assert refused(command, mixes, "--out", tmp_path / "out", *words).startswith(said)
    assert not (tmp_path / "out").exists()


@pytest.mark.slow  # tempo and key of three songs
def test_pins_are_kept_told_and_outlive_an_update(mixes: Path, tmp_path: Path) -> None:
    songs, out = tmp_path / "songs", tmp_path / "album.toml"
    shutil.copytree(mixes, songs)
    words = ("plan", songs, "--order", "auto", "--pin", "first=Noon", "--pin", "after=Noon:Dusk", "-o", out)
    shown = call(*words)
    assert (shown.code, titles(out)) == (0, ["Noon", "Dusk", "Dawn"])
    assert "given does not keep first=02 Noon.wav. " in " ".join(shown.out.split())
    plan = tomllib.loads(out.read_text())
    assert plan["pin"] == [
        {"kind": "first", "songs": ["02 Noon.wav"]},
        {"kind": "after", "songs": ["02 Noon.wav", "03 Dusk.wav"]},
    ]
    assert [order["name"] for order in plan["order"]] == ["auto", "given"]
    told = json.loads(call(*words, "--force", "--json").out)["order"]
    assert [(one["name"], one["songs"]) for one in told] == [(one["name"], one["songs"]) for one in plan["order"]]

    text = out.read_text()
    head, *tracks = text.split("\n[[track]]\n")
    last, tail = tracks[2].split("\n# Other orders", 1)
    out.write_text("\n[[track]]\n".join([head, last, tracks[0], f"{tracks[1]}\n# Other orders{tail}"]))
    updated = call("plan", "--update", out)
    assert updated.code == 0
    assert (
        "the order of the tracks does not keep the pin first=02 Noon.wav: move them, or take it out"
        in updated.sentences
    )
    assert tomllib.loads(out.read_text())["pin"] == plan["pin"]

    free = call("plan", songs, "--order", "auto:2", "--arc", "rising", "-o", out, "--force", "--json")
    orders = {order["name"]: order["songs"] for order in json.loads(free.out)["order"]}
    assert [track["file"] for track in json.loads(free.out)["track"]] == orders["auto:2"] != orders["auto"]

    nowhere = tmp_path / "nowhere.toml"
    assert refused("plan", songs, "--order", "auto:2", "--pin", "first=Noon", "--pin", "last=Dawn", "-o", nowhere) == (
        "--order auto:2 asks for an order that is not there: one order can be proposed with first=02 Noon.wav and "
        "last=01 Dawn.wav; take auto."
    )
    assert refused("plan", songs, "--order", "auto", "--pin", "first=Noon", "--pin", "last=Noon", "-o", nowhere) == (
        "No order keeps all of the pins first=02 Noon.wav and last=02 Noon.wav: take one of them out."
    )
    assert not nowhere.exists()
