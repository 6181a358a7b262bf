"""Options for what a record is called and by whom, and for how it is handed over, with their help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Artist = Annotated[str | None, typer.Option("--artist", help="Who the album is by.")]
Label = Annotated[str | None, typer.Option("--label", help="Who puts it out.")]
CatalogueNumber = Annotated[str | None, typer.Option("--catalogue-number", help="The label's own number of it.")]
Upc = Annotated[
    str | None, typer.Option("--upc", metavar="DIGITS", help="Its UPC (12 digits) or EAN (13), with the check digit.")
]
Year = Annotated[int | None, typer.Option("--year", help="The year of this edition.")]
Genre = Annotated[str | None, typer.Option("--genre", help="Its genre, in a word.")]
Cover = Annotated[Path | None, typer.Option("--cover", metavar="PICTURE", help="Its artwork: a JPEG or a PNG.")]
LabelCopy = Annotated[
    Path | None,
    typer.Option(
        "--label-copy",
        metavar="TRACKS.CSV",
        help="A table of the songs, one a line: number, file or title, then artist, writers, isrc, explicit; columns "
        "in any order. It goes before what the plan and the mixes' own tags say, options go before it.",
    ),
]
ReplayGain = Annotated[
    bool | None,
    typer.Option(
        "--replay-gain/--no-replay-gain",
        help="Tell players how to level the files (ReplayGain, R128, Sound Check). Without it: yes, but for WAV, AIFF "
        "and what services take.",
    ),
]
Zip = Annotated[
    bool,
    typer.Option(
        "--zip", help="Also make one archive of each delivery, with checksums and a list of what is in it, to send."
    ),
]
