"""Options of `plan` and `master` on the order of the songs and on what lies between them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.spacing import Pace

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
        "(never neighbours); and in any order side=SONG (a side of a record begins with it). A song is a file, a title "
        "or a pattern.",
    ),
]


Sides = Annotated[
    str | None,
    typer.Option(
        "--sides",
        metavar="SONGS,SONGS",
        help="How many songs each side of a record or a tape has, such as 4,5. Without it, as files in folders such as "
        "`side A` or named `A1 Song` tell (`CD1` and `1-01 Song`: discs), else what fits in time.",
    ),
]


PaceName = Annotated[
    Pace,
    typer.Option("--pace", help="How much room there is between songs; gaps keep time with the music all the same."),
]
RoomTone = Annotated[
    Path | None,
    typer.Option(
        "--room-tone",
        metavar="FILE",
        help="What is heard between songs instead of silence: the room, the hall, tape hiss; 10 s are enough.",
    ),
]
Crossfade = Annotated[
    float | None,
    typer.Option(
        "--crossfade",
        metavar="SECONDS",
        help="Every song runs into the next over so many seconds, moved so that the beats meet where both are steady; "
        "0: none does. Without it, only where a fade meets a song that comes in softly.",
    ),
]
