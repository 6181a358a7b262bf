"""The words of `mastertape references`: a library of records to match."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

references_app = typer.Typer(
    help="A library of records to match: keep their figures under a name, without the audio.",
    invoke_without_command=True,
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of a profile.")]
Known = Annotated[str, typer.Argument(metavar="NAME", help="Name of a profile, or a profile's .json file.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


@references_app.callback()
def references(context: typer.Context, as_json: Json = False) -> None:
    """List the profiles where no command is given."""
    if context.invoked_subcommand is None:
        from assistant import reference_commands

        raise typer.Exit(reference_commands.list_all(as_json=as_json))


@references_app.command("list")
def list_all(as_json: Json = False) -> None:
    """List the profiles that --reference knows by name."""
    from assistant import reference_commands

    raise typer.Exit(reference_commands.list_all(as_json=as_json))


@references_app.command()
def add(
    name: Name,
    songs: Annotated[
        list[str],
        typer.Argument(metavar="SONGS", help="Songs, folders of songs, or profiles (names or .json files) to take in."),
    ],
    source: Annotated[str, typer.Option("--source", help="Where the songs come from, in words.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Replace a profile of that name.")] = False,
    as_json: Json = False,
) -> None:
    """Measure songs of a record and keep their figures under a name, or take in a profile that someone sent."""
    from assistant import reference_commands

    raise typer.Exit(reference_commands.add(name, songs, source=source, force=force, as_json=as_json))


@references_app.command()
def show(
    name: Known,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="Draw tone and width to a .png, .svg or .pdf file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show the figures of a profile, as a table and a plot."""
    from assistant import reference_commands

    raise typer.Exit(reference_commands.show_one(name, plot=plot, as_json=as_json))


@references_app.command()
def export(
    name: Known,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The .json file to write.")],
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there already.")] = False,
) -> None:
    """Write a profile to a file that can be sent to others: figures, no audio."""
    from assistant import reference_commands

    raise typer.Exit(reference_commands.export(name, file, force=force))


@references_app.command()
def remove(name: Name) -> None:
    """Take a profile out of the library."""
    from assistant import reference_commands

    raise typer.Exit(reference_commands.remove(name))
