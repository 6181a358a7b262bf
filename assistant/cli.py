"""The command line: words in, the engine called, tables or JSON out. Results on standard output, the rest on error.

Everything heavy is imported when a command needs it, so that help is there at once.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from analysis.errors import PlanError
from assistant.cli_check import check
from assistant.cli_deliveries import deliveries_app
from assistant.cli_errors import errors_in_one_line, speak_any_name
from assistant.cli_label_copy import (
    Artist,
    CatalogueNumber,
    Cover,
    Genre,
    Label,
    LabelCopy,
    ReplayGain,
    Upc,
    Year,
    Zip,
)
from assistant.cli_listening import compare, joins
from assistant.cli_matching import Engine, EngineChoice, Match, Matching, MaxEq
from assistant.cli_options import (
    AsIs,
    BitRate,
    Ceiling,
    Depth,
    DitherName,
    Dynamics,
    Engineers,
    For,
    Format,
    Json,
    Levels,
    Loudness,
    Mixes,
    NoAudio,
    NoAudit,
    NoCuts,
    NoReport,
    Out,
    Quiet,
    Rate,
    References,
    Seed,
    Singles,
    Statistics,
    Strength,
    Title,
    Tone,
    Width,
)
from assistant.cli_order import ArcName, Crossfade, Order, PaceName, Pins, RoomTone, Sides
from assistant.cli_references import references_app
from assistant.cli_report import report
from assistant.interrupt import stoppable
from assistant.report.wishes import ReportWishes
from assistant.spacing import Pace, Spacing

app = typer.Typer(
    name="mastertape",
    help="Album mastering: mixes in, a finished album out. Mastertape listens to your mixes and to records you admire, "
    "plans the album (tone, level, width, order, gaps), writes the plan down for you to change, and renders it for "
    "every place it will be heard.",
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(deliveries_app, name="deliveries")
app.add_typer(references_app, name="references")
app.command()(check)
app.command()(compare)
app.command()(joins)
app.command()(report)

_LABEL_COPY = ("artist", "label", "catalogue_number", "upc", "year", "genre", "cover", "label_copy")


@app.callback()
def start(
    context: typer.Context, version: Annotated[bool, typer.Option("--version", help="Tell the version.")] = False
) -> None:
    """Tell the version, or help where no command is given; the commands follow."""
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"mastertape {installed('mastertape')}")
        raise typer.Exit(0)
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


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
    arc: ArcName = None,
    pin: Pins = None,
    sides: Sides = None,
    pace: PaceName = Pace.NATURAL,
    crossfade: Crossfade = None,
    room_tone: RoomTone = None,
    strength: Strength = 1.0,
    tone: Tone = None,
    width: Width = None,
    dynamics: Dynamics = None,
    levels: Levels = None,
    quiet: Quiet = None,
    match: Match = None,
    max_eq: MaxEq = None,
    engine: Engine = EngineChoice.MASTERTAPE,
    as_is: AsIs = False,
    loudness: Loudness = None,
    ceiling: Ceiling = None,
    rate: Rate = None,
    depth: Depth = None,
    format_: Format = None,
    bit_rate: BitRate = None,
    dither: DitherName = None,
    no_cuts: NoCuts = False,
    singles: Singles = False,
    no_audit: NoAudit = False,
    artist: Artist = None,
    label: Label = None,
    catalogue_number: CatalogueNumber = None,
    upc: Upc = None,
    year: Year = None,
    genre: Genre = None,
    cover: Cover = None,
    label_copy: LabelCopy = None,
    replay_gain: ReplayGain = None,
    zip_: Zip = False,
    no_report: NoReport = False,
    no_audio: NoAudio = False,
    seed: Seed = 1,
    song_statistics: Statistics = None,
    as_json: Json = False,
) -> None:
    """Plan and render an album in one go: mixes in, finished files out."""
    from assistant import asked, commands

    matching = Matching(full=match is not None, max_eq_db=max_eq, by_matchering=engine is EngineChoice.MATCHERING)
    ordering = asked.order_words(order, arc, pin, Spacing(pace=pace, crossfade_s=crossfade, room_tone=room_tone), sides)
    strengths = asked.strengths(strength, tone=tone, width=width, dynamics=dynamics, levels=levels)
    words = asked.asked(
        mixes, reference, for_, engineer, title, ordering, quiet, strengths, as_is, seed, song_statistics, matching
    )
    words = replace(words, copy=asked.copy_words(artist, label, catalogue_number, upc, year, genre, cover, label_copy))
    container = format_.value if format_ else None
    overrides = asked.overrides(
        *(loudness, ceiling, rate, depth, container, dither, bit_rate),
        no_cuts=no_cuts,
        singles=singles,
        no_audit=no_audit,
        replay_gain=replay_gain,
    )
    pages = ReportWishes(wanted=not no_report, audio=not no_audio)
    _end(commands.master(words, overrides, out, archives=zip_, pages=pages, as_json=as_json))


@app.command()
def analyse(
    paths: Annotated[list[Path], typer.Argument(metavar="PATHS", help="Audio files, or folders of them.")],
    musical: Annotated[bool, typer.Option("--musical", help="Tell tempo and key as well (takes longer).")] = False,
    as_json: Json = False,
) -> None:
    """Tell what is in audio files: loudness, peaks, dynamics, width, and what is wrong with them."""
    from assistant import commands

    _end(commands.analyse(paths, musical=musical, as_json=as_json))


@app.command()
def plan(  # noqa: PLR0913  (one parameter an option)
    context: typer.Context,
    mixes: Mixes,
    out: Annotated[Path, typer.Option("--out", "-o", help="The plan file to write.")] = Path("album.toml"),
    reference: References = None,
    for_: For = None,
    engineer: Engineers = None,
    title: Title = None,
    order: Order = None,
    arc: ArcName = None,
    pin: Pins = None,
    sides: Sides = None,
    pace: PaceName = Pace.NATURAL,
    crossfade: Crossfade = None,
    room_tone: RoomTone = None,
    strength: Strength = 1.0,
    tone: Tone = None,
    width: Width = None,
    dynamics: Dynamics = None,
    levels: Levels = None,
    quiet: Quiet = None,
    match: Match = None,
    max_eq: MaxEq = None,
    engine: Engine = EngineChoice.MASTERTAPE,
    as_is: AsIs = False,
    artist: Artist = None,
    label: Label = None,
    catalogue_number: CatalogueNumber = None,
    upc: Upc = None,
    year: Year = None,
    genre: Genre = None,
    cover: Cover = None,
    label_copy: LabelCopy = None,
    seed: Seed = 1,
    song_statistics: Statistics = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a plan that is there already.")] = False,
    update: Annotated[
        bool, typer.Option("--update", help="MIXES is a plan: take mixes that changed since into it, keep the rest.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Decide what each song needs and write it down as a plan that you can change."""
    from assistant import asked, commands

    copy = asked.copy_words(artist, label, catalogue_number, upc, year, genre, cover, label_copy)
    if update:
        _alone(context)
        _end(commands.update(mixes, copy, as_json=as_json))
    matching = Matching(full=match is not None, max_eq_db=max_eq, by_matchering=engine is EngineChoice.MATCHERING)
    ordering = asked.order_words(order, arc, pin, Spacing(pace=pace, crossfade_s=crossfade, room_tone=room_tone), sides)
    strengths = asked.strengths(strength, tone=tone, width=width, dynamics=dynamics, levels=levels)
    words = asked.asked(
        mixes, reference, for_, engineer, title, ordering, quiet, strengths, as_is, seed, song_statistics, matching
    )
    words = replace(words, copy=copy)
    _end(commands.plan(words, out, force=force, as_json=as_json))


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
    bit_rate: BitRate = None,
    dither: DitherName = None,
    no_cuts: NoCuts = False,
    singles: Singles = False,
    no_audit: NoAudit = False,
    artist: Artist = None,
    label: Label = None,
    catalogue_number: CatalogueNumber = None,
    upc: Upc = None,
    year: Year = None,
    genre: Genre = None,
    cover: Cover = None,
    label_copy: LabelCopy = None,
    replay_gain: ReplayGain = None,
    zip_: Zip = False,
    no_report: NoReport = False,
    no_audio: NoAudio = False,
    as_json: Json = False,
) -> None:
    """Render a plan, for the places it names, or for others with --for."""
    from assistant import asked, commands

    container = format_.value if format_ else None
    overrides = asked.overrides(
        *(loudness, ceiling, rate, depth, container, dither, bit_rate),
        no_cuts=no_cuts,
        singles=singles,
        no_audit=no_audit,
        replay_gain=replay_gain,
    )
    copy = asked.copy_words(artist, label, catalogue_number, upc, year, genre, cover, label_copy)
    pages = ReportWishes(wanted=not no_report, audio=not no_audio)
    places = tuple(for_ or ())
    _end(commands.render(plan_file, places, overrides, out, copy, archives=zip_, pages=pages, as_json=as_json))


def _alone(context: typer.Context) -> None:
    """See that `plan --update` was given with nothing that it would pass over."""
    taken = {"mixes", "update", "as_json", *_LABEL_COPY}
    for option in context.command.params:
        source = context.get_parameter_source(option.name or "")
        if option.name not in taken and source is not None and source.name == "COMMANDLINE":
            raise PlanError(
                f"--update changes a plan where it stands and keeps what was asked for: leave out {option.opts[0]}."
            )


def _end(code: int) -> NoReturn:
    raise typer.Exit(code)


def main() -> None:
    """Run the command line; errors meant for people are one line, exit code 2."""
    speak_any_name()
    with errors_in_one_line(), stoppable():
        code = app(prog_name="mastertape", standalone_mode=False)
        sys.stdout.flush()  # so that a full disk is met here
    sys.exit(code)


if __name__ == "__main__":
    main()
