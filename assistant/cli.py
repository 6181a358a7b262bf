"""The command line: words in, the engine called, tables or JSON out. Results on standard output, the rest on error.

Everything heavy is imported when a command needs it, so that help is there at once.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer

from analysis.errors import MastertapeError

app = typer.Typer(
    name="mastertape",
    help="Album mastering: mixes in, a finished album out. Mastertape listens to your mixes and to records you admire, "
    "plans the album (tone, level, width, order, gaps), writes the plan down for you to change, and renders it for "
    "every place it will be heard.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
deliveries_app = typer.Typer(help="What can be delivered: list the places, or show one.", invoke_without_command=True)
app.add_typer(deliveries_app, name="deliveries")


class OrderChoice(StrEnum):
    """Who decides the order of the songs."""

    AUTO = "auto"
    GIVEN = "given"


class FormatChoice(StrEnum):
    """File formats."""

    WAV = "wav"
    FLAC = "flac"


Mixes = Annotated[list[Path], typer.Argument(help="The folder with the album's mixes, or the files themselves.")]
References = Annotated[
    list[Path] | None,
    typer.Option("--reference", "-r", help="A song or a folder of a record you admire. Give it as often as you like."),
]
Engineers = Annotated[
    list[str] | None,
    typer.Option(
        "--engineer",
        metavar="NAME=FILES",
        help="Who mixed what: a file name or a pattern, such as 'Ann=0[1-4]*'. Subfolders count as engineers too.",
    ),
]
Title = Annotated[str | None, typer.Option("--title", help="Name of the album. Without it, the folder's name.")]
Order = Annotated[
    OrderChoice | None,
    typer.Option(
        "--order", help="given: as the files are named; auto: we propose. Without it, numbered files keep their order."
    ),
]
Strength = Annotated[
    float,
    typer.Option(
        "--strength", min=0.0, max=1.0, help="How far corrections go: 0 leaves the mixes, 1 is our best guess."
    ),
]
AsIs = Annotated[
    bool,
    typer.Option(
        "--as-is", help="The songs are mastered already: only put in order, joined and delivered, not changed."
    ),
]
Seed = Annotated[int, typer.Option("--seed", min=0, max=2**31 - 1, help="Number from which dither is drawn.")]
Statistics = Annotated[
    Path | None,
    typer.Option(
        "--song-statistics", help="Another file of how songs of one record differ (for research).", hidden=True
    ),
]
For = Annotated[
    list[str] | None,
    typer.Option(
        "--for", help="Where it will be heard: streaming (if you name none), cd, archive, or a .toml file of your own."
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
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the demo.")] = Path("mastertape-demo"),
    as_json: Json = False,
) -> None:
    """Make an album to try this on, master it for streaming and CD, and show what changed."""
    from assistant import commands

    _end(commands.demo(out, as_json=as_json))


@app.command()
def master(  # noqa: PLR0913  (one parameter an option)
    mixes: Mixes,
    out: Out,
    reference: References = None,
    for_: For = None,
    engineer: Engineers = None,
    title: Title = None,
    order: Order = None,
    strength: Strength = 1.0,
    as_is: AsIs = False,
    loudness: Loudness = None,
    ceiling: Ceiling = None,
    rate: Rate = None,
    depth: Depth = None,
    format_: Format = None,
    seed: Seed = 1,
    song_statistics: Statistics = None,
    as_json: Json = False,
) -> None:
    """Plan and render an album in one go: mixes in, finished files out."""
    from assistant import commands

    asked = commands.Asked(
        mixes=tuple(mixes),
        references=tuple(reference or ()),
        engineers=tuple(engineer or ()),
        title=title,
        order=order.value if order else None,
        strength=strength,
        as_is=as_is,
        seed=seed,
        deliveries=tuple(for_ or ("streaming",)),
        statistics=song_statistics,
    )
    overrides = commands.overrides(loudness, ceiling, rate, depth, format_.value if format_ else None)
    _end(commands.master(asked, overrides, out, as_json=as_json))


@app.command()
def analyse(
    paths: Annotated[list[Path], typer.Argument(help="Audio files, or folders of them.")],
    musical: Annotated[bool, typer.Option("--musical", help="Tell tempo and key as well (takes longer).")] = False,
    as_json: Json = False,
) -> None:
    """Tell what is in audio files: loudness, peaks, dynamics, width, and what is wrong with them."""
    from assistant import commands

    _end(commands.analyse(paths, musical=musical, as_json=as_json))


@app.command()
def plan(  # noqa: PLR0913  (one parameter an option)
    mixes: Mixes,
    out: Annotated[Path, typer.Option("--out", "-o", help="The plan file to write.")] = Path("album.toml"),
    reference: References = None,
    for_: For = None,
    engineer: Engineers = None,
    title: Title = None,
    order: Order = None,
    strength: Strength = 1.0,
    as_is: AsIs = False,
    seed: Seed = 1,
    song_statistics: Statistics = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a plan that is there already.")] = False,
    as_json: Json = False,
) -> None:
    """Decide what each song needs and write it down as a plan that you can change."""
    from assistant import commands

    asked = commands.Asked(
        mixes=tuple(mixes),
        references=tuple(reference or ()),
        engineers=tuple(engineer or ()),
        title=title,
        order=order.value if order else None,
        strength=strength,
        as_is=as_is,
        seed=seed,
        deliveries=tuple(for_ or ("streaming",)),
        statistics=song_statistics,
    )
    _end(commands.plan(asked, out, force=force, as_json=as_json))


@app.command()
def render(  # noqa: PLR0913  (one parameter an option)
    plan_file: Annotated[Path, typer.Argument(metavar="ALBUM.TOML", help="The plan.")],
    out: Out,
    for_: For = None,
    loudness: Loudness = None,
    ceiling: Ceiling = None,
    rate: Rate = None,
    depth: Depth = None,
    format_: Format = None,
    as_json: Json = False,
) -> None:
    """Render a plan, for the places it names or for others."""
    from assistant import commands

    overrides = commands.overrides(loudness, ceiling, rate, depth, format_.value if format_ else None)
    _end(commands.render(plan_file, tuple(for_ or ()), overrides, out, as_json=as_json))


@deliveries_app.callback()
def list_deliveries(context: typer.Context, as_json: Json = False) -> None:
    """List the places an album can be delivered to."""
    if context.invoked_subcommand is None:
        from assistant import commands

        _end(commands.list_deliveries(as_json=as_json))


@deliveries_app.command("show")
def show_delivery(
    name: Annotated[str, typer.Argument(help="Name of a delivery, or a .toml file.")], as_json: Json = False
) -> None:
    """Show one delivery with the source of its figures."""
    from assistant import commands

    _end(commands.show_delivery(name, as_json=as_json))


def _end(code: int) -> NoReturn:
    raise typer.Exit(code)


def _stop(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001  (the signature of a signal handler)
    raise KeyboardInterrupt


@contextmanager
def _errors_in_one_line() -> Iterator[None]:
    try:
        yield
    except MastertapeError as error:
        sys.stderr.write(f"mastertape: {error}\n")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.stderr.write("mastertape: stopped; nothing unfinished is left behind.\n")
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)


def main() -> None:
    """Run the command line; errors meant for people are one line, exit code 2."""
    signal.signal(signal.SIGTERM, _stop)
    with _errors_in_one_line():
        app()


if __name__ == "__main__":
    main()
