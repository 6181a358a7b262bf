"""The sheet of a record's or a tape's sides as text and as a page to print, written beside the files.

Nothing in it depends on when or where it is made; date and hand are filled in on paper.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape
from textwrap import wrap
from typing import TYPE_CHECKING

from analysis.errors import OutputError
from mastering.breaks import Part
from mastering.delivery import DeliveredProgramme, DeliveredTrack
from mastering.files import safe_name
from mastering.sheet_style import STYLE
from mastering.side_sheet import SheetSide, SheetSong, SideSheet, side_sheet
from mastering.sides import clock

if TYPE_CHECKING:
    from mastering.render import RenderedTracks

_COLUMNS = ("", "Title", "Start", "Length", "LUFS", "dBTP", "Side, dB", "Correlation", "Bass in side, dB", "Tamed, dB")
_LEFT = {"", "Title"}
_TEXT_WIDTH = 110
_BY_HAND = ("Cutting engineer", "Date", "Matrix number")
_LEGEND = (
    "Times are minutes:seconds from the start of the side's file; the same places are marked in the file (cue points). "
    "A length is that of the song without the gap after it. Side: power of the side signal against mid, of the song "
    "before and as delivered. Correlation: of left and right, the least of any 0.4 s, likewise. Bass in side: below "
    "150 Hz, before. Tamed: the most that a dynamic band took off."
)


def write_side_sheets(
    job: RenderedTracks, programmes: Sequence[DeliveredProgramme], tracks: Sequence[DeliveredTrack]
) -> tuple[str, ...]:
    """Write the sheet of a delivery that has sides, beside its files; gives the names of what was written.

    Raises:
        OutputError: a file cannot be written.
    """
    delivery = job.delivery
    if delivery.split is None or delivery.split.part is not Part.SIDE:
        return ()
    sheet = side_sheet(job, programmes, tracks)
    stem = f"{safe_name(job.album.title)} {sheet.kind.lower()}"
    pages = {f"{stem}.txt": as_text(sheet), f"{stem}.html": as_html(sheet)}
    for name, content in pages.items():
        try:
            job.paths[0].with_name(name).write_bytes(content.encode())
        except OSError as error:
            raise OutputError(f"{name} cannot be written ({error.strerror}): free some space and run again.") from error
    return tuple(pages)


def as_text(sheet: SideSheet) -> str:
    """Plain text in columns, UTF-8."""
    lines = [sheet.kind.upper(), "", *(f"{name + ':':20}{value}" for name, value in _facts(sheet))]
    for side in sheet.sides:
        rows = [_COLUMNS, *map(_cells, side.songs)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
        rule = "-" * (sum(widths) + 2 * (len(widths) - 1))
        lines += ["", f"{side.title.upper()}   {_side_line(side)}", rule]
        lines += [_columned(row, widths) for row in rows]
        lines.append(rule)
        for remark in side.remarks:
            lines += wrap(f"- {remark}", _TEXT_WIDTH, subsequent_indent="  ")
    for note in _notes(sheet):
        lines += ["", *wrap(note, _TEXT_WIDTH)]
    return "".join(f"{line}\n" for line in lines)


def as_html(sheet: SideSheet) -> str:
    """A page that needs no other file."""
    facts = "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>\n" for name, value in _facts(sheet)[2:])
    notes = "".join(f'<p class="note">{escape(note)}</p>\n' for note in _notes(sheet))
    hand = "".join(f"<span>{name}</span>" for name in _BY_HAND)
    album, artist = sheet.album, f"{sheet.album.copy.artist}: " if sheet.album.copy.artist else ""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{sheet.kind}: {escape(album.title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{escape(album.title)}</h1>\n<p>{escape(artist)}{sheet.kind}</p>\n<dl>\n{facts}</dl>\n"
        f"{''.join(map(_html_side, sheet.sides))}{notes}"
        f'<div class="hand">{hand}</div>\n</body>\n</html>\n'
    )


def _facts(sheet: SideSheet) -> list[tuple[str, str]]:
    copy, delivery = sheet.album.copy, sheet.delivery
    bits = delivery.encoding.bits
    facts = [("Title", sheet.album.title), ("Artist", copy.artist or "not told")]
    facts += [("Label", copy.label)] if copy.label else []
    facts.append(("Catalogue number", copy.catalogue_number or "none"))
    facts.append(("For", delivery.title))
    depth = f"{bits} bit" if bits else "32 bit, floating point"
    facts.append(("Files", f"{delivery.container.name}, {sheet.rate_hz / 1000:g} kHz, {depth}, stereo; one a side"))
    facts.append(("Playing time", f"{clock(sum(side.length_s for side in sheet.sides))}, {len(sheet.sides)} sides"))
    return facts


def _notes(sheet: SideSheet) -> Iterator[str]:
    yield " ".join(sheet.made())
    yield _LEGEND


def _side_line(side: SheetSide) -> str:
    parts = [clock(side.length_s), f"{_level(side.loudness_lufs)} LUFS", f"{_level(side.true_peak_dbtp, 2)} dBTP"]
    parts += [f"{side.level_db:+.1f} dB for its length"] if side.level_db else []
    return f"{', '.join(parts)}: {side.file}"


def _cells(song: SheetSong) -> tuple[str, ...]:
    effect = song.effect
    told = ("", "", "", "")
    if effect is not None:
        before, after = effect.before, effect.after
        cuts = max(effect.band_cuts_db, default=0.0)
        told = (
            f"{_level(before.side_db)} → {_level(after.side_db)}",
            f"{_signed(before.least_correlation)} → {_signed(after.least_correlation)}",
            _level(before.low_side_db),
            f"{cuts:.1f}" if cuts >= 0.05 else "none",
        )
    levels = _level(song.loudness_lufs), _level(song.true_peak_dbtp, 2)
    return (song.number, song.title, clock(song.start_s), clock(song.length_s), *levels, *told)


def _level(level: float | None, digits: int = 1) -> str:
    return "silent" if level is None or not math.isfinite(level) else f"{level:.{digits}f}"


def _signed(figure: float | None) -> str:
    return "silent" if figure is None else f"{figure:+.2f}"


def _columned(cells: Sequence[str], widths: Sequence[int]) -> str:
    parts = (
        cell.ljust(width) if name in _LEFT else cell.rjust(width)
        for name, cell, width in zip(_COLUMNS, cells, widths, strict=True)
    )
    return "  ".join(parts).rstrip()


def _html_side(side: SheetSide) -> str:
    heads = "".join(f'<th scope="col"{_cell_class(name)}>{name}</th>' for name in _COLUMNS)
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{_cell_class(name)}>{escape(cell)}</td>" for name, cell in zip(_COLUMNS, _cells(song), strict=True)
        )
        + "</tr>\n"
        for song in side.songs
    )
    remarks = "".join(f"<li>{escape(remark)}</li>\n" for remark in side.remarks)
    return (
        f"<h2>{side.title}</h2>\n<p>{escape(_side_line(side))}</p>\n"
        f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n<ul>\n{remarks}</ul>\n"
    )


def _cell_class(column: str) -> str:
    return "" if column in _LEFT else ' class="n r"'
