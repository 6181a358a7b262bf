"""The sentences of a report: what is asked of people, and how figures are written."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from analysis.edges import Edges, Ending
from assistant import joins
from assistant.report import words
from assistant.report.checks import delivery_checks
from assistant.report.html import sentence, table
from assistant.report.words import count, number, several
from tests.cli.calls import manifest

MINUS, SPACE = "\N{MINUS SIGN}", "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("value", "text"),
    [(-14.04, f"{MINUS}14.0{SPACE}LUFS"), (-0.04, f"0.0{SPACE}LUFS"), (None, "–"), (3.25, f"3.2{SPACE}LUFS")],
)
def test_figures_are_written_with_a_unit(value: float | None, text: str) -> None:
    assert number(value, "LUFS") == text


def test_names_in_a_row() -> None:
    assert several(["A"]) == "A"
    assert several(["A", "B", "C"]) == "A, B and C"
    assert several(["A", "B", "C", "D", "E"]) == "A, B, C and 2 more"
    assert count(1, "song") == "one song"
    assert count(13, "mix", "mixes") == "13 mixes"


def test_minus_signs_are_set_and_hyphens_kept() -> None:
    assert sentence("-1.5 dB, 20-30 Hz, A-1 (-3)") == f"{MINUS}1.5 dB, 20-30 Hz, A-1 ({MINUS}3)"
    assert sentence("a < b") == "a &lt; b"


def test_a_cut_off_song_is_asked_for_in_the_words_of_the_plan() -> None:
    edges = {one.name: 0.0 for one in dataclasses.fields(Edges)}
    told = joins._why_repaired(Edges(**{**edges, "ending": Ending.RING_OUT, "cut_lu": 12.0}), 2.0)
    assert any(part.startswith(words._REMEDY) for part in told.split("; "))


def test_checks_find_what_is_wrong(finished: Path) -> None:
    told = json.loads(json.dumps(manifest(finished)["deliveries"]["streaming"]))
    assert all(check.passed for check in delivery_checks(told))
    told["tracks"][0]["codecs"][0]["overs"] = 3
    told["loudness_lufs"] = -15.0
    told["tracks"][1]["true_peak_dbtp"] = -0.2
    told["tracks"][1]["findings"] = ["the track peaks at -0.20 dBTP, over the ceiling of -1 dBTP"]
    told["tracks"][2]["sha256"] = ""
    verdicts = {check.what: check.passed for check in delivery_checks(told)}
    assert verdicts["loudness of the album"] is None  # its findings say whether a bound or a fault kept it from there
    assert verdicts["true peak of every file"] is False
    assert verdicts["files read back after writing"] is False
    assert verdicts["finding"] is False
    assert [what for what, passed in verdicts.items() if what.startswith("decoded from") and passed is False]


def test_tables_have_heads_and_names() -> None:
    made = table("C & D", ("Song", "LUFS"), [["A", "1"]])
    assert '<th scope="col">Song</th><th scope="col" class="figure">LUFS</th>' in made
    assert '<tr><th scope="row">A</th><td class="figure">1</td></tr>' in made
    assert "<caption>C &amp; D</caption>" in made
