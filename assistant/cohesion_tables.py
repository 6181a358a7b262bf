"""What the command line shows of cohesion: a table of songs, and a line or two under a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from analysis.track import TrackAnalysis
from assistant.cohesion import Cohesion, cohesion, song_figures
from assistant.cohesion_plan import REFERENCES
from assistant.level import signed
from assistant.plan import AlbumPlan, SpreadPlan
from assistant.statistics import load_statistics
from assistant.tables import file_name, level
from assistant.usable import why_unusable

_MOST_TOLD = 3
_FIGURES = (
    ("tone", "tone_db", "dB"),
    ("width", "width_db", "dB"),
    ("loud sections", "loud_lu", "LU"),
    ("PLR", "plr_lu", "LU"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Album:
    """Files that can be held against each other, by what people call them, and how alike they are."""

    names: tuple[str, ...]
    paths: tuple[Path, ...]
    cohesion: Cohesion


def album_of(tracks: Mapping[Path, TrackAnalysis]) -> Album | None:
    """Measured files taken for an album; None where fewer than two can be heard."""
    heard = {path: track for path, track in tracks.items() if why_unusable(track) is None}
    found = cohesion([song_figures(track) for track in heard.values()], [], load_statistics())
    if found is None:
        return None
    return Album(names=tuple(file_name(path, heard) for path in heard), paths=tuple(heard), cohesion=found)


def cohesion_tables(album: Album | None) -> list[Table]:
    """How far each song is from the middle of them all, and the spread over the songs, as a table if there is one."""
    if album is None:
        return []
    table = Table(title="How alike they are: how far each is from the middle of them all", title_justify="left")
    for name in ("file", "tone dB", "side dB", "loud LU", "PLR LU", "stands out in"):
        table.add_column(name, justify="left" if name in {"file", "stands out in"} else "right")
    for name, song in zip(album.names, album.cohesion.songs, strict=True):
        off = (song.width_db, song.loud_lu, song.plr_lu)
        table.add_row(name, level(song.tone_db), *map(_signed, off), ", ".join(song.stands_out))
    table.add_section()
    for name, spread in (("spread", album.cohesion.spread), ("usual on a record", album.cohesion.usual)):
        table.add_row(name, *map(level, (spread.tone_db, spread.width_db, spread.loud_lu, spread.plr_lu)), "")
    return [table]


def cohesion_json(path: Path, album: Album | None) -> dict[str, Any]:
    """A song's distance from the middle of the album, what it stands out in, the album's spread and that of others."""
    if album is None or path not in album.paths:
        return {}
    song = _rounded(asdict(album.cohesion.songs[album.paths.index(path)]))
    del song["name"]
    album_spread, usual_spread = (_rounded(asdict(one)) for one in (album.cohesion.spread, album.cohesion.usual))
    return {"cohesion": {**song, "album_spread": album_spread, "usual_spread": usual_spread}}


def cohesion_lines(plan: AlbumPlan) -> list[str]:
    """A plan's figures in a line or two."""
    if plan.cohesion is None:
        return []
    before, after = plan.cohesion.before, plan.cohesion.after
    told = [_change(name, key, unit, before, after) for name, key, unit in _FIGURES]
    lines = [f"How far the songs spread, as mixed and as planned: {', '.join(filter(None, told))}."]
    if plan.cohesion.record == REFERENCES:
        told = [_change("tone", "from_record_db", "dB", before, after)]
        if before.wider_db is not None:
            sides = [signed(one.wider_db) for one in (before, after) if one and one.wider_db is not None]
            told.append(f"side {' → '.join(dict.fromkeys(sides))} dB")
        lines.append(f"How far they are from the references: {', '.join(told)}.")
    out = (after or before).stands_out
    if out:
        more = f"; and {len(out) - _MOST_TOLD} more" if len(out) > _MOST_TOLD else ""
        lines.append(f"Further from the others than songs of a record are: {'; '.join(out[:_MOST_TOLD])}{more}.")
    return lines


def _change(name: str, key: str, unit: str, before: SpreadPlan, after: SpreadPlan | None) -> str:
    one, other = getattr(before, key), getattr(after, key) if after else None
    if one is None:
        return ""
    if other is None:
        return f"{name} {level(one, unit)} (as mixed)"
    if level(one) == level(other):
        return f"{name} {level(one, unit)}"
    return f"{name} {level(one)} → {level(other, unit)}"


def _signed(value: float | None) -> str:
    return "–" if value is None else signed(value)


def _rounded(figures: dict[str, Any]) -> dict[str, Any]:
    return {key: round(value, 3) if isinstance(value, float) else value for key, value in figures.items()}
