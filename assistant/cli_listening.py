"""The commands for those who listen before they decide: joins, and one render against another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli_options import Json, Loudness, Out


def joins(
    plan_file: Annotated[Path, typer.Argument(metavar="ALBUM.TOML", help="The plan.")],
    out: Out,
    for_: Annotated[str | None, typer.Option("--for", metavar="PLACE", help="As loud as there.")] = None,
    loudness: Loudness = None,
    as_json: Json = False,
) -> None:
    """Render each join to listen to: 10 s before it, the gap, 10 s after it, as loud as in the album."""
    from assistant import asked, commands

    overrides = asked.overrides(loudness, None, None, None, None)
    raise typer.Exit(commands.joins(plan_file, for_, overrides, out, as_json=as_json))


def compare(
    a: Annotated[Path, typer.Argument(metavar="A", help="One render of a song, or its mix.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="Another render of the same song.")],
    as_json: Json = False,
) -> None:
    """Tell what was done to one render of a song against another: level, tone, width, and harm."""
    from assistant import commands

    raise typer.Exit(commands.compare(a, b, as_json=as_json))
