"""The page: whole, readable, self-contained, and every figure in it the manifest's or the plan's."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from assistant.plan_file import PlanFile
from assistant.report import page as pages
from tests.cli.calls import call, files, manifest
from tests.report.conftest import HOSTILE
from tests.report.pages import HTML, SVG, check_page, words_of

MINUS = "\N{MINUS SIGN}"


def shown(value: float, decimals: int = 1) -> str:
    """A figure as the page writes it."""
    return f"{round(value, decimals) + 0.0:.{decimals}f}".replace("-", MINUS)


def strict(path: Path) -> Any:
    """JSON that holds nothing but JSON."""

    def refuse(word: str) -> None:
        raise AssertionError(word)

    return json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)


@pytest.fixture(scope="module")
def tree(finished: Path) -> Any:
    return check_page(finished / "report.html")


def cells(tree: Any, caption: str) -> list[list[str]]:
    """The rows of the table with a caption."""
    table = next(t for t in tree.iter(f"{HTML}table") if words_of(t.find(f"{HTML}caption")) == caption)
    return [[words_of(cell) for cell in row] for row in table.find(f"{HTML}tbody")]


def test_loudness_and_peaks_are_those_of_the_manifest(finished: Path, tree: Any) -> None:
    told = manifest(finished)["deliveries"]["streaming"]["tracks"]
    rows = cells(tree, "The songs as delivered for streaming")
    assert [row[1] for row in rows] == [track["title"] for track in told]
    assert [row[5] for row in rows] == [shown(track["loudness_lufs"]) for track in told]
    assert [row[8] for row in rows] == [shown(track["true_peak_dbtp"], 2) for track in told]
    plr = [shown(track["true_peak_dbtp"] - track["loudness_lufs"]) for track in told]
    assert [row[7] for row in rows] == plr


def test_every_codec_and_every_service_is_told(finished: Path, tree: Any) -> None:
    told = manifest(finished)["deliveries"]["streaming"]
    checks = {row[0]: row for row in cells(tree, "streaming: what was checked")}
    labels = {trial["label"]: track for track in told["tracks"] for trial in track["codecs"]}
    assert labels
    for label in labels:
        peaks = [t["true_peak_dbtp"] for track in told["tracks"] for t in track["codecs"] if t["label"] == label]
        assert shown(max(peaks), 2) in checks[f"decoded from {label}"][3]
        assert "passed" in checks[f"decoded from {label}"][1]
    rows = cells(tree, "What listeners of each service hear")
    assert len(rows) == sum(len(mode["tracks"]) for mode in told["playback"])
    first = told["playback"][0]["tracks"][0]
    assert rows[0][2] == first["title"]
    assert rows[0][4] == shown(first["album"]["loudness_lufs"])


def test_times_of_the_pq_sheet_are_the_discs(finished: Path, tree: Any) -> None:
    told = manifest(finished)["deliveries"]["cd"]
    rows = cells(tree, told["programmes"][0]["title"])
    sectors = [track["index"][-1]["frame"] // 588 for track in told["tracks"]]
    assert [row[4] for row in rows[:-1]] == [f"{s // 4500:02d}:{s // 75 % 60:02d}:{s % 75:02d}" for s in sectors]
    links = [one.get("href") for one in tree.iter(f"{HTML}a") if "PQ" in (one.get("href") or "")]
    assert links
    assert all((finished / unquote(link)).is_file() for link in links)


def test_the_plans_reasons_and_decisions_are_there(finished: Path, tree: Any) -> None:
    plan = PlanFile.read(finished / "album.toml").plan
    text = words_of(tree).replace(MINUS, "-")
    for track in plan.track:
        for why in (track.why.tone, track.why.width, track.why.level, track.why.dynamics):
            assert " ".join(why.split()) in text
        if track.gain_db:
            assert f"level {track.gain_db:+.1f} dB" in text
    assert plan.track[0].why.gap in text


def test_a_title_stays_a_title(finished: Path, tree: Any) -> None:
    html = (finished / "report.html").read_text(encoding="utf-8")
    assert "<script>alert" not in html
    assert "<b>" not in html
    assert f"2. {HOSTILE}" in [words_of(one) for one in tree.iter(f"{HTML}h3")]
    scripts = list(tree.iter(f"{HTML}script"))
    assert len(scripts) == 2
    assert all("alert" not in (one.text or "") for one in scripts)


def test_every_plot_is_there_for_every_song(tree: Any) -> None:
    found = {plot.find(f"{SVG}title").get("id") for plot in tree.iter(f"{SVG}svg") if plot.get("role") == "img"}
    assert {f"{name}-t" for name in ("album-loudness", "cohesion", "distance", "order", "playback-streaming")} <= found
    for number in (1, 2, 3):
        assert {f"{name}-{number}-t" for name in ("spectrum", "eq", "dynamics", "width")} <= found
    assert "reduction-2-t" in found  # the loudest song, into the limiter


def test_figures_lie_beside_it(finished: Path) -> None:
    told = strict(finished / "report.json")
    tracks = manifest(finished)["deliveries"]["streaming"]["tracks"]
    assert told["schema"] == 1
    assert [one["sha256"] for one in told["tracks"]] == [track["sha256"] for track in tracks]
    for one, track in zip(told["tracks"], tracks, strict=True):
        assert one["master"]["loudness_lufs"] == track["loudness_lufs"]
        assert max(one["gain_reduction_db"], default=0.0) == pytest.approx(track["harm"]["max_gr_db"], abs=0.01)
        assert len(one["eq_db"]) == len(told["bands_hz"]) == 28


@pytest.fixture
def copy(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The album to do things to, with its mixes and what is known of them."""
    shutil.copytree(finished.parent, tmp_path / "all")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "all" / "cache"))
    return tmp_path / "all" / "out"


def test_made_again_it_is_the_same(copy: Path) -> None:
    before = files(copy)
    result = call("report", copy)
    assert result.code == 0, result.err
    assert result.err == ""
    assert files(copy) == before


def test_without_sound(copy: Path) -> None:
    assert call("report", copy, "--no-audio").code == 0
    tree = check_page(copy / "report.html")
    assert not (copy / "report-audio").exists()
    assert not list(tree.iter(f"{HTML}audio"))
    assert not list(tree.iter(f"{HTML}button"))
    assert strict(copy / "report.json")["excerpts"] == []


def test_what_is_gone_is_said(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "nothing known"))
    copy = tmp_path / "deep" / "out"
    shutil.copytree(finished, copy)
    (copy / "streaming" / "03 Dusk.wav").unlink()
    result = call("report", copy)
    assert result.code == 0
    assert any("Dusk" in sentence and "no such file" in sentence for sentence in result.sentences)
    assert any("the mix is gone or has changed" in sentence for sentence in result.sentences)
    assert any("reference" in sentence for sentence in result.sentences)
    tree = check_page(copy / "report.html")
    assert "What is missing here" in [words_of(one) for one in tree.iter(f"{HTML}h2")]
    strict(copy / "report.json")


@pytest.mark.parametrize("made", ["nothing", "no plan", "damaged"])
def test_a_folder_without_an_album_is_refused(made: str, finished: Path, tmp_path: Path) -> None:
    if made != "nothing":
        shutil.copy(finished / "manifest.json", tmp_path)
    if made == "damaged":
        (tmp_path / "album.toml").write_text("title =", encoding="utf-8")
    result = call("report", tmp_path)
    assert result.code == 2
    assert "album" in result.sentence
    assert not (tmp_path / "report.html").exists()


def test_a_page_is_text_in_any_case() -> None:
    assert pages.text("a\udcffb<") == "a\\udcffb&lt;"
