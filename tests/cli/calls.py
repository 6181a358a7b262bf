"""Calling the command line as its user does, in this process, and looking at what it wrote."""

from __future__ import annotations

import hashlib
import io
import json
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
import soundfile

from analysis.units import Floats
from assistant import cli


@dataclass(frozen=True)
class Result:
    """How a call ended: its exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def sentences(self) -> list[str]:
        """Lines of standard error, without the name of the program in front."""
        lines = self.err.splitlines()
        assert all(line.startswith("mastertape: ") for line in lines), self.err
        return [line.removeprefix("mastertape: ") for line in lines]

    @property
    def sentence(self) -> str:
        """The one sentence on standard error."""
        assert len(self.sentences) == 1, self.err
        return self.sentences[0]


class Stream(io.TextIOWrapper):
    """A standard stream that keeps what is written to it."""

    def __init__(self, encoding: str, *, terminal: bool = False) -> None:
        self._kept = io.BytesIO()
        self._terminal = terminal
        super().__init__(self._kept, encoding=encoding, write_through=True)

    def isatty(self) -> bool:
        """Whether it plays a terminal."""
        return self._terminal

    @property
    def text(self) -> str:
        """All of it."""
        return self._kept.getvalue().decode("utf-8")


_LONG = {"master": ("--no-report", "--no-audit"), "render": ("--no-report", "--no-audit")}
"""What takes longer, of a small album, than all the rest."""


def call(*words: object, whole: bool = False, terminal: bool = False, encoding: str = "utf-8") -> Result:
    """Run `mastertape` with these words; standard error may be a terminal, both streams of few letters.

    Unless `whole`, albums are rendered without their report and without a trial of codecs.
    """
    out, err = Stream(encoding), Stream(encoding, terminal=terminal)
    given = list(map(str, words))
    left_out = () if whole else _LONG.get(given[0] if given else "", ())
    argv = patch.object(sys, "argv", ["mastertape", *given, *(option for option in left_out if option not in given)])
    with argv, redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as end:
        cli.main()
    code = end.value.code
    assert isinstance(code, int | None)
    return Result(code or 0, out.text, err.text)


def refused(*words: object) -> str:
    """The one sentence with which a call fails before anything is delivered."""
    result = call(*words)
    assert result.code == 2, result
    assert result.out == ""
    return result.sentence


def manifest(out: Path) -> dict[str, Any]:
    """The manifest of an output folder."""
    found = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def files(folder: Path) -> Mapping[str, bytes]:
    """All files below a folder, hidden ones too: bytes by name relative to it."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def fingerprint(folder: Path) -> Mapping[str, tuple[str, int]]:
    """Content and time of change of all files below a folder."""
    return {
        path.relative_to(folder).as_posix(): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def read(path: Path) -> Floats:
    """An audio file, `(frames, channels)`."""
    samples, _ = soundfile.read(str(path), dtype="float64", always_2d=True)
    return np.asarray(samples)
