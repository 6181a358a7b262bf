"""Deliveries of one's own, known by their name once they are in the user's folder."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.calls import call, manifest, read, refused

MINE = """
name = "radio"
title = "Our station"
loudness_lufs = -16
ceiling_dbtp = -3
rate_hz = 48000
naming = "{number}. {title}"
source = "a letter"
date = "2026-01"
"""


@pytest.fixture
def own() -> Path:
    """The folder of the user's own deliveries."""
    folder = Path(os.environ["MASTERTAPE_DELIVERIES"])
    folder.mkdir()
    return folder


def _listed() -> dict[str, dict[str, object]]:
    return {one["name"]: one for one in json.loads(call("deliveries", "list", "--json").out)}


def test_it_is_kept_listed_shown_and_used(song: Path, tmp_path: Path) -> None:
    file = tmp_path / "station.toml"
    file.write_text(MINE)
    added = call("deliveries", "add", file)
    kept = Path(os.environ["MASTERTAPE_DELIVERIES"]) / "radio.toml"
    assert (added.code, added.out.replace("\n", "")) == (0, f"Kept as {kept}. Use it with --for radio.")
    assert (_listed()["radio"]["own"], _listed()["cd"]["own"]) == (True, False)
    assert "│ radio          │ Our station (your own) " in call("deliveries").out
    assert call("deliveries", "show", "radio").out == MINE
    assert call("master", song, "--for", "radio", "--out", tmp_path / "out").code == 0
    (track,) = manifest(tmp_path / "out")["deliveries"]["radio"]["tracks"]
    assert track["file"] == "radio/1. Dawn.wav"
    assert len(read(tmp_path / "out" / track["file"])) == track["frames"]
    again = call("render", tmp_path / "out" / "album.toml", "--out", tmp_path / "again")
    assert (again.code, list(manifest(tmp_path / "again")["deliveries"])) == (0, ["radio"])


def test_a_name_that_is_taken_is_not_taken_silently(tmp_path: Path) -> None:
    file = tmp_path / "station.toml"
    for name in ("radio", "cd"):
        file.write_text(MINE.replace("radio", name))
        if name == "radio":
            assert call("deliveries", "add", file).code == 0
        assert refused("deliveries", "add", file) == (
            f"There is a delivery {name!r} already: change the name in {file}, or replace it with --force."
        )
    assert call("deliveries", "add", file, "--force").code == 0
    assert json.loads(call("deliveries", "show", "cd", "--json").out)["title"] == "Our station"
    assert _listed()["cd"]["own"] is True


def test_one_that_makes_no_sense_costs_none_of_the_others(own: Path) -> None:
    (own / "radio.toml").write_text(MINE)
    (own / "broken.toml").write_text("seconds")
    (own / "other.toml").write_text(MINE)
    result = call("deliveries", "--json")
    assert result.code == 0
    assert {one["name"] for one in json.loads(result.out)} >= {"radio", "cd"}
    broken, other = result.sentences
    assert broken.startswith(f"{own / 'broken.toml'} is not TOML: ")
    assert other == f"{own / 'other.toml'}: name = 'radio' must be 'other', as the file is called."
    assert refused("deliveries", "show", "other") == other


def test_it_is_offered_where_a_name_is_not_known(own: Path) -> None:
    (own / "radio.toml").write_text(MINE)
    assert refused("deliveries", "show", "rodio").endswith(", vinyl, youtube, radio, or name a .toml file.")


def test_a_file_that_cannot_be_added(tmp_path: Path) -> None:
    assert refused("deliveries", "add", tmp_path / "gone.toml") == (
        f"{tmp_path / 'gone.toml'}: the delivery's file cannot be read (No such file or directory); check the name."
    )
    assert refused("deliveries", "add", tmp_path / "odd") == (
        f"{tmp_path / 'odd'} must be called something.toml, as deliveries are."
    )
    (tmp_path / "odd.toml").write_text(MINE + "ceiling = -1\n")
    assert refused("deliveries", "add", tmp_path / "odd.toml") == (
        f"{tmp_path / 'odd.toml'}: ceiling is not a key that is known here."
    )
    assert not Path(os.environ["MASTERTAPE_DELIVERIES"]).exists()


def test_names_that_cannot_be_filled_in_are_told_before_anything_is_rendered(song: Path, tmp_path: Path) -> None:
    file = tmp_path / "station.toml"
    file.write_text(MINE.replace("{number}. {title}", "{isrc}"))
    assert refused("master", song, "--for", file, "--out", tmp_path / "out") == (
        "Delivery 'radio' names files '{isrc}', and 'Dawn' has no isrc: give it one, or change the delivery's naming."
    )
    assert not (tmp_path / "out" / "radio").exists()
