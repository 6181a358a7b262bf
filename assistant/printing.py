"""Results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from rich.console import Console


class _Console(Console):
    """Standard output: names are printed as they are, and a reader that has seen enough may go."""

    def __init__(self, width: int | None = None) -> None:
        super().__init__(highlight=False, markup=False, emoji=False, width=width)

    def on_broken_pipe(self) -> None:
        with suppress(SystemExit):
            super().on_broken_pipe()


def console() -> Console:
    """Standard output, wide enough for a table where it is not a terminal."""
    out = _Console()
    return out if out.is_terminal else _Console(width=120)


def show(*parts: Any) -> None:
    """Print tables and sentences for people."""
    out = console()
    for part in parts:
        out.print(part)


def show_json(value: Any) -> None:
    """Print JSON; in plain ASCII where the output has no other letters."""
    plain = "utf" not in (sys.stdout.encoding or "").lower()
    write_out(json.dumps(value, indent=2, ensure_ascii=plain, default=str) + "\n")


def write_out(text: str) -> None:
    """Print a text as it is."""
    console().out(text, end="", highlight=False)


def say(sentences: Sequence[str]) -> None:
    """Tell something on standard error, a line each."""
    for sentence in sentences:
        sys.stderr.write(f"mastertape: {sentence}\n")
