"""Lossy files and codec audits from the command line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis.load import open_audio
from tests import albums
from tests.audio_files import write
from tests.cli.calls import call, manifest, refused

PLACE = """
name = "radio"
title = "A radio"
loudness_lufs = -8.0
anchor = "each_track"
ceiling_dbtp = -1.0
codecs = ["mp3 96", "aac 128"]
codec_ceiling_dbtp = -0.9
source = "a test"
date = "2026-11"
"""


@pytest.fixture
def mixes(tmp_path: Path, rng: np.random.Generator) -> Path:
    folder = tmp_path / "mixes"
    folder.mkdir()
    loud = np.clip(6 * albums.music(2.0, 44_100, rng), -1.0, 1.0)
    write(folder / "01 loud.wav", 0.5 * loud, 44_100, "WAV", "PCM_24")
    write(folder / "02 other.wav", albums.music(2.0, 44_100, rng, tempo_bpm=90), 44_100, "WAV", "PCM_24")
    return folder


@pytest.mark.parametrize(
    ("name", "suffix", "encoding"),
    [("mp3", ".mp3", "MP3"), ("aac", ".m4a", "AAC"), ("opus", ".opus", "OPUS"), ("vorbis", ".ogg", "VORBIS")],
)
def test_any_place_can_be_delivered_to_in_lossy_files(
    name: str, suffix: str, encoding: str, mixes: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done = call(
        "master", mixes, "--as-is", "--for", "streaming", "--format", name, "--bit-rate", 128, "--out", out, whole=True
    )
    assert done.code == 0, done.err
    told = manifest(out)["deliveries"]["streaming"]
    (programme,) = told["programmes"]
    frames = 0
    for track in told["tracks"]:
        assert track["file"].endswith(suffix)
        assert [(one["codec"], one["overs"]) for one in track["codecs"]] == [(f"{name} 128", 0)]
        assert track["codecs"][0]["true_peak_dbtp"] <= -1.0
        found = open_audio(out / track["file"])
        assert (found.info.encoding, found.info.rate_hz) == (encoding, told["rate_hz"])
        assert len(found.audio.read()) == track["frames"]
        frames += track["frames"]
    assert frames == programme["frames"] == len(open_audio(out / programme["file"]).audio.read())
    assert {path.suffix for path in (out / "streaming").iterdir()} == {suffix}
    assert "what lossy codecs make of its songs" in done.out


def test_a_place_of_ones_own_names_codecs_and_what_comes_back_over_is_repaired(mixes: Path, tmp_path: Path) -> None:
    place, tried, plain = tmp_path / "radio.toml", tmp_path / "tried", tmp_path / "plain"
    place.write_text(PLACE, encoding="utf-8")
    assert call("master", mixes, "--for", place, "--out", tried, whole=True).code == 0
    assert call("master", mixes, "--for", place, "--out", plain, "--no-audit", whole=True).code == 0
    told, untried = (manifest(out)["deliveries"]["radio"]["tracks"] for out in (tried, plain))
    assert [[one["label"] for one in track["codecs"]] for track in told] == [
        ["MP3 96 kbps (LAME)", "AAC-LC 128 kbps (FFmpeg)"]
    ] * 2
    assert all(one["true_peak_dbtp"] <= -0.9 for track in told for one in track["codecs"])
    assert any(track["repair"] for track in told)
    for track, before in zip(told, untried, strict=True):
        assert before["codecs"] == []
        assert before["repair"] is None
        assert (track["sha256"] == before["sha256"]) == (track["repair"] is None)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--bit-rate", 320), "has no bit rate to choose"),
        (("--format", "mp3", "--bit-rate", 300), "no bit rate of 300 kbps here: choose 64, 80"),
        (("--format", "opus", "--rate", 44_100), "choose --rate 48000"),
        (("--format", "alac", "--depth", 32), "choose --depth 16 or 24"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    words: tuple[object, ...], said: str, mixes: Path, tmp_path: Path
) -> None:
    assert said in refused("master", mixes, "--for", "streaming", *words, "--out", tmp_path / "out")


def test_a_codec_that_is_not_known_is_told_with_its_file(mixes: Path, tmp_path: Path) -> None:
    place = tmp_path / "radio.toml"
    place.write_text(PLACE.replace("mp3 96", "wma 96"), encoding="utf-8")
    said = refused("master", mixes, "--for", place, "--out", tmp_path / "out")
    assert "codecs" in said
    assert "'wma 96' names no codec" in said
