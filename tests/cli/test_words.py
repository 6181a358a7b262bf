"""The command line's own words: help, mistakes in what was typed, what goes to which stream."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import pytest

from assistant import delivery_commands
from tests.cli.calls import Result, call, refused

COMMANDS = ("demo", "master", "analyse", "plan", "render", "check", "deliveries", "references")
OPTIONS = {
    "demo": ["--out", "--json"],
    "master": [
        *("--out", "--reference", "--for", "--engineer", "--title", "--order", "--strength", "--as-is", "--loudness"),
        *("--ceiling", "--rate", "--depth", "--format", "--seed", "--json"),
    ],
    "analyse": ["--musical", "--json"],
    "plan": ["--out", "--reference", "--for", "--engineer", "--title", "--order", "--strength", "--as-is", "--force"],
    "render": ["--out", "--for", "--loudness", "--ceiling", "--rate", "--depth", "--format", "--json"],
    "check": ["--for", "--codecs", "--json"],
    "deliveries": ["--json"],
    "references": ["--json"],
}


def test_help_without_a_command() -> None:
    result = call()
    assert (result.code, result.err) == (0, "")
    assert result.out.strip() == call("--help").out.strip()
    assert [name for name in COMMANDS if f"│ {name} " not in result.out] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_each_command(command: str) -> None:
    result = call(command, "--help")
    assert (result.code, result.err) == (0, "")
    words = " ".join(result.out.replace("│", " ").split())
    assert words.startswith(f"Usage: mastertape {command} ")
    for option in OPTIONS[command]:
        explained = words.split(f" {option} ", 1)[1]
        assert sum(word[0].isalpha() for word in explained.split()[:12]) >= 4, option
    assert "--song-statistics" not in words
    assert max(map(len, result.out.splitlines())) <= 80
    assert call(command, "-h").out == result.out


def test_the_version() -> None:
    assert call("--version") == Result(0, f"mastertape {version('mastertape')}\n", "")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["mastr"], "No such command 'mastr'. Did you mean 'master'? See mastertape --help."),
        (["master"], "Missing argument 'MIXES'. See mastertape master --help."),
        (["master", "x"], "Missing option '--out' / '-o'. See mastertape master --help."),
        (["plan", "x", "--depth", "16"], "No such option: --depth. See mastertape plan --help."),
        (["deliveries", "shw"], "No such command 'shw'. Did you mean 'show'? See mastertape deliveries --help."),
    ],
)
def test_what_was_mistyped_is_told_in_one_sentence(words: list[str], sentence: str) -> None:
    # The words are the parser's own, which may change; what must not is that there is one line, and a way on.
    said = refused(*words)
    _, way_on = sentence.split(" See ")
    assert said.endswith(f" See {way_on}")
    named = sentence.split("'")[1] if "'" in sentence else "--depth"
    assert named in said


@pytest.mark.parametrize(("option", "value"), [("--rate", "fast"), ("--seed", "one"), ("--format", "wma")])
def test_a_value_of_the_wrong_kind(option: str, value: str) -> None:
    said = refused("master", "x", "--out", "y", option, value)
    assert f"'{option}'" in said
    assert said.endswith(". See mastertape master --help.")


def test_json_is_all_there_is_on_standard_output(mixes: Path, mastered: tuple[Path, Result], tmp_path: Path) -> None:
    out, _ = mastered
    for words in (
        ("master", mixes, "--out", tmp_path / "out"),
        ("plan", mixes, "--out", tmp_path / "plan.toml"),
        ("render", out / "album.toml", "--out", tmp_path / "again"),
        ("analyse", mixes),
        ("deliveries",),
        ("deliveries", "show", "cd"),
    ):
        result = call(*words, "--json")
        assert (result.code, result.err) == (0, "")
        json.loads(result.out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


def test_success_says_nothing_on_standard_error(mastered: tuple[Path, Result]) -> None:
    out, result = mastered
    assert (result.code, result.err) == (0, "")
    assert "Long Day: the plan" in result.out
    assert "streaming: album -14.0 LUFS (-14 LUFS asked for), -1.0" in result.out
    assert "cd: album -12.0 LUFS (-12 LUFS asked for), -0.3" in result.out
    for title in ("Dawn", "Noon", "Dusk"):
        assert sum(f"│ {title} " in line for line in result.out.splitlines()) >= 3
    assert f"The album is in {out}; why each thing was done is in {out / 'album.toml'}." in " ".join(result.out.split())


def test_a_terminal_is_shown_how_far_the_work_is(mixes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("[bold]One.wav", "Two.wav"):
        (tmp_path / name).write_bytes((mixes / "01 Dawn.wav").read_bytes())
    words = ("master", tmp_path / "[bold]One.wav", tmp_path / "Two.wav", "--order", "given", "--out", tmp_path / "out")
    silent = call(*words)
    monkeypatch.setenv("TERM", "xterm")
    shown = call(*words, terminal=True)
    assert (shown.code, shown.out) == (silent.code, silent.out)
    for number, title in enumerate(("[bold]One", "Two"), 1):
        assert f"Analysing  {title}" in shown.err
        for stage in ("Mastering", "Rendering streaming"):
            assert f"{stage}  {number} {title}" in shown.err


def test_a_fault_of_our_own_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> Mapping[str, object]:
        raise ZeroDivisionError("two by nought")

    monkeypatch.setattr(delivery_commands, "list_all", broken)
    result = call("deliveries")
    assert (result.code, result.out) == (2, "")
    assert "ZeroDivisionError: two by nought" in result.err
    assert result.err.splitlines()[-1].startswith("mastertape: this is a fault of Mastertape, ")


def test_streams_of_few_letters(song: Path, tmp_path: Path) -> None:
    (tmp_path / "Über 日.wav").write_bytes(song.read_bytes())
    shown = call("master", tmp_path / "Über 日.wav", "--out", tmp_path / "out", encoding="ascii")
    assert (shown.code, shown.err) == (0, "")
    assert r"\xdcber \u65e5" in shown.out
    told = call("render", tmp_path / "out" / "album.toml", "--out", tmp_path / "out", "--json", encoding="ascii")
    assert (told.code, told.err) == (0, "")
    (track,) = json.loads(told.out)["deliveries"]["streaming"]["tracks"]
    assert track["title"] == "Über 日"
    gone = call("analyse", tmp_path / "Ünd.wav", encoding="ascii")
    assert gone.sentence.endswith(r"\xdcnd.wav: there is no such file or folder; check the name.")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device here that is always full")
def test_standard_output_that_is_full() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "assistant.cli", "deliveries", "--json"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.startswith("mastertape: No space left on device: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_reader_that_has_seen_enough() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "assistant.cli", "deliveries"], stdout=writing, stderr=subprocess.PIPE, check=False
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")
