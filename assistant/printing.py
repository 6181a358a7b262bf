"""Results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from assistant import tables


def show(*parts: Any) -> None:
    """Print tables and sentences for people."""
    console = tables.console()
    for part in parts:
        console.print(part)


def show_json(value: Any) -> None:
    """Print JSON; in plain ASCII where the output has no other letters."""
    plain = "utf" not in (sys.stdout.encoding or "").lower()
    write_out(json.dumps(value, indent=2, ensure_ascii=plain, default=str) + "\n")


def write_out(text: str) -> None:
    """Print a text as it is."""
    tables.console().out(text, end="", highlight=False)


def say(sentences: Sequence[str]) -> None:
    """Tell something on standard error, a line each."""
    for sentence in sentences:
        sys.stderr.write(f"mastertape: {sentence}\n")
