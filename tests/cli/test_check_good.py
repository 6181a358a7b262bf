"""What is right passes, without a warning, whoever made it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.cli.calls import Result, call, fingerprint
from tests.cli.finished import disc, song, streaming, tagged, write, write_mp3


def _broadcast(lufs: float) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        folder.mkdir()
        return tagged(write(folder / "01 Dawn.aiff", song(lufs, 48_000), 48_000, format="AIFF"))

    return make


def _podcast(folder: Path) -> Path:
    folder.mkdir()
    return tagged(write_mp3(folder / "01 Dawn.mp3", song(-16.0), 192))


def _podcast_in_mono(folder: Path) -> Path:
    folder.mkdir()
    left = song(-16.0)[:, :1]
    return tagged(write(folder / "01 Dawn.flac", np.ascontiguousarray(left)))


def _archive(folder: Path) -> Path:
    folder.mkdir()
    return write(folder / "01 Dawn.wav", song(-2.0), subtype="FLOAT")


AIFF = (
    'name = "radio"\ntitle = "Radio"\nloudness_lufs = {}\nanchor = "each_track"\nceiling_dbtp = -1\nrate_hz = 48000\n'
)
AIFF += (
    'container = "aiff"\nsource = "a letter"\ndate = "2026-01"\n[accepts]\nrequired_tags = ["title", "isrc", "upc"]\n'
)

GOOD: dict[str, tuple[Callable[[Path], Path], str]] = {
    "streaming": (streaming, "streaming"),
    "an album of loud and soft": (lambda folder: streaming(folder, lufs=(-12.3, -17.0)), "streaming"),
    "spotify": (streaming, "spotify"),
    "tidal, by its loudest track": (lambda folder: streaming(folder, lufs=(-14.0, -19.0)), "tidal"),
    "96 kHz": (lambda folder: streaming(folder, rate_hz=96_000), "bandcamp"),
    "a disc": (disc, "cd"),
    "a podcast": (_podcast, "podcast"),
    "a podcast in mono": (_podcast_in_mono, "podcast"),
    "European radio": (_broadcast(-23.0), "radio.toml"),
    "an archive over full scale": (_archive, "archive"),
    "one song": (lambda folder: streaming(folder) / "01 Dawn.flac", "streaming"),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_is_right_passes(name: str, tmp_path: Path) -> None:
    make, place = GOOD[name]
    if place == "radio.toml":
        place = str(tmp_path / place)
        Path(place).write_text(AIFF.format(-23))
    path = make(tmp_path / "album")
    before = fingerprint(tmp_path / "album")
    result = call("check", path, "--for", place, "--json")
    told = json.loads(result.out)
    wrong = [point for checked in told["checked"] for point in checked["points"] if point["verdict"] != "pass"]
    tags_of_a_disc = {"ISRC"}  # WAV of other programs tells none; the sheets do
    assert [point for point in wrong if not (name == "a disc" and point["requirement"] in tags_of_a_disc)] == []
    assert (result.code, result.err, told["passed"]) == (0, "", True)
    assert fingerprint(tmp_path / "album") == before
    measured = [point for point in told["checked"][0]["points"] if point["requirement"] == "true peak"]
    assert all(point["value"] < 0 for point in measured)


def test_our_own_deliveries_pass_what_they_were_made_for(mastered: tuple[Path, Result], tmp_path: Path) -> None:
    out, _ = mastered
    told = json.loads(call("check", out, "--json").out)
    assert [checked["for"] for checked in told["checked"]] == ["streaming", "cd"]
    for checked in told["checked"]:
        failed = [point for point in checked["points"] if point["verdict"] == "fail"]
        # Songs of three seconds are too short for a disc, which its delivery says as well.
        assert all(checked["for"] == "cd" and point["requirement"] in {"length", "tracks last"} for point in failed)
        assert any(point["requirement"] == "in the manifest" for point in checked["points"])
        judged = any(point["requirement"] == "loudness of the album" for point in checked["points"])
        assert judged is (checked["for"] == "streaming"), "a disc has no loudness of its own"
    assert [checked["for"] for checked in json.loads(call("check", out / "cd", "--json").out)["checked"]] == ["cd"]


def test_what_was_asked_for_instead_is_what_it_is_held_against(song: Path, tmp_path: Path) -> None:
    asked = ["--loudness", "-18", "--depth", "16", "--format", "flac", "--ceiling", "-3"]
    assert call("master", song, *asked, "--out", tmp_path / "out").code == 0
    result = call("check", tmp_path / "out", "--json")
    (checked,) = json.loads(result.out)["checked"]
    wanted = {point["requirement"]: point["wanted"] for point in checked["points"]}
    assert (result.code, wanted["loudness of the album"], wanted["true peak"]) == (0, "-18 LUFS", "-3 dBTP at most")
    again = json.loads(call("check", tmp_path / "out", "--for", "streaming", "--json").out)
    (soft,) = [p for p in again["checked"][0]["points"] if p["requirement"] == "loudness of the album"]
    assert (soft["wanted"], soft["verdict"]) == ("-14 LUFS", "warn")
