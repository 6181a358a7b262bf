"""The words of `mastertape deliveries`: places that an album can be given to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli_options import Json

deliveries_app = typer.Typer(
    help="What can be delivered: list the places, show one, or add one of your own.", invoke_without_command=True
)


@deliveries_app.callback()
def deliveries(context: typer.Context, as_json: Json = False) -> None:
    """List the places where no command is given."""
    if context.invoked_subcommand is None:
        from assistant import delivery_commands

        raise typer.Exit(delivery_commands.list_all(as_json=as_json))


@deliveries_app.command("list")
def list_all(as_json: Json = False) -> None:
    """List the places an album can be delivered to."""
    from assistant import delivery_commands

    raise typer.Exit(delivery_commands.list_all(as_json=as_json))


@deliveries_app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of a delivery, or a .toml file.")],
    as_json: Json = False,
) -> None:
    """Show one delivery as its file: where its figures come from, and a pattern for one of your own."""
    from assistant import delivery_commands

    raise typer.Exit(delivery_commands.show_one(name, as_json=as_json))


@deliveries_app.command()
def add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .toml file, such as `show` prints.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a delivery of that name.")] = False,
) -> None:
    """Keep a delivery of your own, so that --for knows it by its name."""
    from assistant import delivery_commands

    raise typer.Exit(delivery_commands.add(file, force=force))
