"""The words of `mastertape check`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli_options import Json


def check(
    paths: Annotated[list[Path], typer.Argument(metavar="PATHS", help="Files, or folders of them, ours or not.")],
    for_: Annotated[
        list[str] | None,
        typer.Option(
            "--for",
            metavar="PLACE",
            help="What they are held against: one that `mastertape deliveries` lists, or a .toml file of your own. "
            "Without it, a delivery of ours is held against what it was made for.",
        ),
    ] = None,
    codecs: Annotated[
        bool, typer.Option("--codecs", help="Try each track with the place's lossy codecs as well (takes longer).")
    ] = False,
    as_json: Json = False,
) -> None:
    """See whether files meet a specification: format, peaks, loudness, tags, codes, sheets, checksums."""
    from assistant.check_tables import check_json, check_parts
    from assistant.checking import check as check_paths
    from assistant.printing import show, show_json
    from assistant.progress import progress_bars

    with progress_bars() as progress:
        found = check_paths(paths, for_ or (), progress, codecs=codecs)
    if as_json:
        show_json(check_json(found))
    else:
        show(*check_parts(found))
    raise typer.Exit(0 if all(one.passed for one in found) else 1)
