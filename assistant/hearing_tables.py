"""What listeners of each service hear, for people; its figures are the manifest's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table


def playback_tables(told: Mapping[str, Any]) -> list[Table]:
    """What a delivery's listeners hear, a line for each mode, from its part of the manifest; nothing without modes."""
    if not told.get("playback"):
        return []
    table = Table(title="What listeners hear: gains in dB, loudness of the songs in LUFS", title_justify="left")
    names = ("service", "target", "album gain", "songs", "playlist gain", "songs", "held back", "limited")
    for name in names:
        table.add_column(name, justify="left" if name == "service" else "right")
    services = [mode["service"] for mode in told["playback"]]
    for mode in told["playback"]:
        album, playlist = ([track[where] for track in mode["tracks"]] for where in ("album", "playlist"))
        both = [*album, *playlist]
        table.add_row(
            f"{mode['service']} {mode['mode']}" if services.count(mode["service"]) > 1 else mode["service"],
            f"{mode['target_lufs']:g} LUFS",
            *(
                cell
                for plays in (album, playlist)
                for cell in (_span(plays, "gain_db", "+"), _span(plays, "loudness_lufs"))
            ),
            _most(both, "held_back_db"),
            _most(both, "limited_db"),
        )
    return [table]


def _span(plays: Sequence[Mapping[str, Any]], key: str, sign: str = "") -> str:
    """From the lowest to the highest; a dash where none can be told."""
    values = sorted({round(play[key], 1) + 0.0 for play in plays if play[key] is not None})
    return " to ".join(f"{value:{sign}.1f}" for value in dict.fromkeys([*values[:1], *values[-1:]])) or "–"


def _most(plays: Sequence[Mapping[str, Any]], key: str) -> str:
    most = max((play[key] for play in plays), default=0.0)
    return f"to {most:.1f} dB" if most >= 0.05 else "–"
