"""The command that makes the report of a finished album again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli_options import NoAudio


def report(
    out: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="What a render wrote: album.toml, manifest.json, files.")
    ],
    no_audio: NoAudio = False,
) -> None:
    """Make report.html of a finished album again: what was found, what was done, how it sounds."""
    from assistant import report_commands

    raise typer.Exit(report_commands.report(out, audio=not no_audio))
