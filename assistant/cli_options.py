"""Options that commands share, with their help."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class FormatChoice(StrEnum):
    """File formats."""

    WAV = "wav"
    FLAC = "flac"
    AIFF = "aiff"
    ALAC = "alac"
    MP3 = "mp3"
    AAC = "aac"
    OPUS = "opus"
    VORBIS = "vorbis"


Mixes = Annotated[
    list[Path], typer.Argument(metavar="MIXES", help="The folder with the album's mixes, or the files themselves.")
]
References = Annotated[
    list[str] | None,
    typer.Option(
        "--reference",
        "-r",
        metavar="RECORD",
        help="A record you admire: a song, a folder, or a profile that `mastertape references` lists (typical: an "
        "average of popular music). RECORD@0.5 makes each of its songs count half. Give it as often as you like.",
    ),
]
Engineers = Annotated[
    list[str] | None,
    typer.Option(
        "--engineer",
        metavar="NAME=FILES",
        help="Who mixed what: a file name or a pattern, such as 'Ann=0[1-4]*'. Subfolders count as engineers too.",
    ),
]
Title = Annotated[
    str | None, typer.Option("--title", help="Name of the album. Without it, the folder's name, or a single song's.")
]
Strength = Annotated[
    float,
    typer.Option(
        "--strength", help="How far corrections go: from 0, which leaves the mixes, to 1, which is our best guess."
    ),
]
Tone = Annotated[float | None, typer.Option("--tone", help="The same of EQ alone.")]
Width = Annotated[float | None, typer.Option("--width", help="The same of stereo width alone.")]
Dynamics = Annotated[float | None, typer.Option("--dynamics", help="The same of compression alone.")]
Levels = Annotated[float | None, typer.Option("--levels", help="The same of the songs' levels alone.")]
Quiet = Annotated[
    list[str] | None,
    typer.Option(
        "--quiet",
        metavar="FILES",
        help="Songs that are meant to stand as quiet as they do: a file name or a pattern.",
    ),
]
AsIs = Annotated[
    bool,
    typer.Option(
        "--as-is", help="The songs are mastered already: only put in order, joined and delivered, not changed."
    ),
]
Seed = Annotated[int, typer.Option("--seed", help="Number from which dither is drawn, from 0 up.")]
Statistics = Annotated[
    Path | None,
    typer.Option(
        "--song-statistics", help="Another file of how songs of one record differ (for research).", hidden=True
    ),
]
For = Annotated[
    list[str] | None,
    typer.Option(
        "--for",
        metavar="PLACE",
        help="Where it will be heard: one that `mastertape deliveries` lists, or a .toml file of your own. "
        "Give it as often as you like.",
    ),
]
Out = Annotated[Path, typer.Option("--out", "-o", help="Folder for the finished album.")]
Loudness = Annotated[float | None, typer.Option("--loudness", help="Loudness instead of the delivery's own, LUFS.")]
Ceiling = Annotated[
    float | None, typer.Option("--ceiling", help="Highest true peak instead of the delivery's own, dBTP.")
]
Rate = Annotated[int | None, typer.Option("--rate", help="Sample rate instead of the delivery's own, Hz.")]
Depth = Annotated[int | None, typer.Option("--depth", help="Bits a sample: 16, 24, or 32 for floating point.")]
Format = Annotated[FormatChoice | None, typer.Option("--format", help="File format instead of the delivery's own.")]
BitRate = Annotated[
    int | None, typer.Option("--bit-rate", help="Of a lossy --format, kbps. Without it, what is usual there.")
]
NoAudit = Annotated[
    bool,
    typer.Option(
        "--no-audit",
        help="Leave out the trial of each track with the place's lossy codecs, and the repair of what that puts over.",
    ),
]
DitherName = Annotated[
    str | None,
    typer.Option(
        "--dither",
        metavar="NAME",
        help="Dither instead of the delivery's own: tpdf, none, or for 16 bit noise shaped after the ear: lipshitz, "
        "modified-e-weighted, improved-e-weighted, f-weighted-3, f-weighted, f-weighted-24, gesemann, "
        "low-shibata, shibata, high-shibata.",
    ),
]
NoCuts = Annotated[
    bool,
    typer.Option(
        "--no-cuts",
        help="The limiter only turns down. Without it, it also cuts off peaks what the music hides from the ear.",
    ),
]
Singles = Annotated[
    bool,
    typer.Option(
        "--singles",
        help="Also write songs alone, with a clean start and end, where their file is cut while it sounds.",
    ),
]
NoReport = Annotated[bool, typer.Option("--no-report", help="Leave out report.html, the page to look at and send.")]
NoAudio = Annotated[
    bool, typer.Option("--no-audio", help="Leave out the excerpts beside the report, by which mix and master compare.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
