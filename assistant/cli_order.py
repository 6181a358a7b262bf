"""Options of `plan` and `master` on the order of the songs."""

from __future__ import annotations

from typing import Annotated

import typer

Order = Annotated[
    list[str] | None,
    typer.Option(
        "--order",
        metavar="auto|given|NAMES",
        help="given: as the files are named; auto: we propose, and show two other ways: auto:2 and auto:3 take them. "
        "Or the songs themselves, by file or title, separated by commas or with --order again for each; songs that are "
        "not named follow as their files do. Without it, numbered files keep their order.",
    ),
]
ArcName = Annotated[
    str | None,
    typer.Option(
        "--arc",
        metavar="SHAPE",
        help="How the album's energy should run where we propose the order: falling (what published albums do), "
        "valley, hill, rising, halves (each side of a record falls), none.",
    ),
]
Pins = Annotated[
    list[str] | None,
    typer.Option(
        "--pin",
        metavar="KIND=SONGS",
        help="What a proposed order must keep, as often as you like: first=SONG, last=SONG, after=SONG:NEXT (NEXT "
        "comes straight after SONG), together=SONG:SONG (neighbours, either way; more if you like), apart=SONG:SONG "
        "(never neighbours), side=SONG (a side of a record begins with it). A song is a file, a title or a pattern.",
    ),
]
