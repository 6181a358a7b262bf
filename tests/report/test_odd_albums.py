"""Reports of albums that are short, silent, mono, single, or not to be reported on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from assistant.report import making
from tests.albums import RATE_HZ, music
from tests.cli.calls import call, manifest
from tests.report.pages import HTML, check_page, words_of


def write(folder: Path, **songs: Any) -> Path:
    folder.mkdir()
    for name, samples in songs.items():
        soundfile.write(folder / f"{name}.wav", samples, RATE_HZ, subtype="PCM_24")
    return folder


@pytest.fixture
def song(rng: np.random.Generator) -> Any:
    samples = music(4.0, RATE_HZ, rng)
    return samples - samples.mean(axis=0)


def test_one_mono_song_without_references(song: Any, tmp_path: Path) -> None:
    mixes = write(tmp_path / "mixes", Only=song[:, :1])
    assert call("master", mixes, "--out", tmp_path / "out", whole=True).code == 0
    tree = check_page(tmp_path / "out" / "report.html")
    told = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert told["cohesion"] is None
    assert told["joins"] == []
    assert told["tracks"][0]["mix"]["width_db"] == []
    assert told["tracks"][0]["master"]["width_db"] == []
    assert "One song" in words_of(tree)
    assert sorted(told["excerpts"][0]["versions"]) == ["master", "mix"]


def test_short_songs_and_no_references(song: Any, tmp_path: Path) -> None:
    blip = song[: RATE_HZ // 2] * np.hanning(RATE_HZ // 2)[:, None]
    mixes = write(tmp_path / "mixes", **{"01 Long": song, "02 Short": blip, "03 Next": song * 0.5})
    result = call("master", mixes, "--for", "streaming", "--out", tmp_path / "out", whole=True)
    assert result.code in {0, 1}, result.err
    check_page(tmp_path / "out" / "report.html")
    told = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    short = next(track for track in told["tracks"] if track["title"] == "Short")
    assert short["master"]["short_term_lufs"] == [] or short["gap_s"] > 0
    assert told["record"]["name"] == "the album itself"


def test_silence_in_an_album_as_it_is(song: Any, tmp_path: Path) -> None:
    mixes = write(tmp_path / "mixes", **{"01 Song": song, "02 Silence": np.zeros((RATE_HZ * 3, 2)), "03 Song": song})
    result = call("master", mixes, "--as-is", "--for", "archive", "--out", tmp_path / "out", whole=True)
    assert result.code in {0, 1}, result.err
    check_page(tmp_path / "out" / "report.html")


def test_no_report_and_no_audio(song: Any, tmp_path: Path) -> None:
    mixes = write(tmp_path / "mixes", Only=song)
    assert call("master", mixes, "--no-report", "--out", tmp_path / "without", whole=True).code == 0
    assert not list((tmp_path / "without").glob("report*"))
    result = call("master", mixes, "--no-audio", "--out", tmp_path / "quiet", whole=True)
    assert {path.name for path in (tmp_path / "quiet").glob("report*")} == {"report.html", "report.json"}
    assert str(tmp_path / "quiet" / "report.html") in result.out.replace("\n", "")


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ValueError("a fault")])
def test_a_report_that_fails_costs_nothing(
    error: Exception, song: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> str:
        raise error

    monkeypatch.setattr(making, "page", fail)
    mixes = write(tmp_path / "mixes", Only=song)
    result = call("master", mixes, "--out", tmp_path / "out", whole=True)
    assert result.code == 0
    assert "the album is done" in result.sentence
    assert manifest(tmp_path / "out")["deliveries"]["streaming"]["tracks"]
    assert not list((tmp_path / "out").glob("report*"))
    assert not list((tmp_path / "out").glob(".mastertape*"))


def test_sides_are_not_joined(song: Any, tmp_path: Path) -> None:
    songs = {f"{number:02d} Song": song * (0.3 + 0.1 * number) for number in range(1, 5)}
    mixes = write(tmp_path / "mixes", **songs)
    result = call("master", mixes, "--for", "vinyl", "--sides", "2,2", "--out", tmp_path / "out", whole=True)
    assert result.code in {0, 1}, result.err
    tree = check_page(tmp_path / "out" / "report.html")
    told = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert [join["kind"] for join in told["joins"]] == ["gap", "new programme", "gap"]
    assert [one["name"] for one in told["excerpts"] if one["join"]] == ["join-01-02", "join-03-04"]
    starts = [track["album_s"] for track in told["tracks"]]
    assert starts == sorted(starts)
    captions = [words_of(one) for one in tree.iter(f"{HTML}caption")]
    assert len([one for one in captions if "Side" in one]) == 2
