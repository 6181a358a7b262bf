"""The PQ sheet: what a plant's people read beside a disc's master, as text and as a page to print.

Nothing in it depends on when or where it is made; date and hand are filled in on paper.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap

from mastering.cd_layout import Disc, DiscTrack
from mastering.cd_text import CdText
from mastering.cd_time import disc_time
from mastering.recording_codes import hyphened_isrc
from mastering.sheet_style import STYLE

_COLUMNS = ("Track", "Index", "Start", "Length", "Title", "Artist", "Writer", "ISRC", "CP", "PE")
_TEXT_WIDTH = 100
_RIGHT = {"Track", "Index"}
_BY_HAND = ("Mastering engineer", "Date", "Signature")
_LEGEND = (
    "Times are minutes:seconds:sectors, 75 sectors a second, counted from the start of the program area. A length is "
    "that of the song without the pause after it. Index 0: pause. CP: digital copies permitted. PE: pre-emphasis."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class PqSheet:
    """A disc, and what its sheet says of it.

    Attributes:
        disc: the disc.
        text: its CD-Text.
        programme: name of the file that holds its sound.
        notes: sentences on how the master was made and what to look at.
    """

    disc: Disc
    text: CdText
    programme: str
    notes: Sequence[str]

    def as_text(self) -> str:
        """Plain text in columns, UTF-8."""
        rows = [_COLUMNS, *(row.cells for row in _rows(self.disc))]
        widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
        lines = ["PQ SHEET", "", *(f"{name + ':':20}{value}" for name, value in (*self._names(), *self._facts())), ""]
        for number, row in enumerate(rows):
            lines.append(_columned(row, widths))
            if number in {0, len(rows) - 2}:
                lines.append("-" * (sum(widths) + 2 * (len(widths) - 1)))
        for remark in self._remarks():
            lines += ["", *wrap(remark, _TEXT_WIDTH)]
        return "".join(f"{line}\n" for line in lines)

    def as_html(self) -> str:
        """A page that needs no other file."""
        disc = self.disc
        facts = "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>\n" for name, value in self._facts())
        heads = "".join(f'<th scope="col"{_cell_class(name)}>{name}</th>' for name in _COLUMNS)
        body = "".join(_html_row(row) for row in _rows(disc))
        notes = "".join(f'<p class="note">{escape(note)}</p>\n' for note in self._remarks())
        hand = "".join(f"<span>{name}</span>" for name in _BY_HAND)
        artist = f"<p>{escape(disc.performer)}</p>\n" if disc.performer else ""
        return (
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>PQ sheet: {escape(disc.title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
            f"<h1>{escape(disc.title)}</h1>\n{artist}<dl>\n{facts}</dl>\n"
            f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n{notes}"
            f'<div class="hand">{hand}</div>\n</body>\n</html>\n'
        )

    def _names(self) -> Iterator[tuple[str, str]]:
        yield "Title", self.disc.title
        if self.disc.performer:
            yield "Artist", self.disc.performer

    def _facts(self) -> Iterator[tuple[str, str]]:
        disc = self.disc
        if disc.label:
            yield "Label", disc.label
        yield "Catalogue number", disc.catalogue_number or "none"
        yield "UPC/EAN", disc.ean or "none"
        yield "Format", "Compact Disc Digital Audio (IEC 60908), 44.1 kHz, 16 bit, stereo"
        yield "Tracks", str(len(disc.tracks))
        yield "Total time", f"{disc_time(disc.lead_out - disc.silence)} (lead-out at {disc_time(disc.lead_out)})"
        kinds = [kind.name.lower() + "s" for kind, _ in self.text.fields]
        yield "CD-Text", f"{', '.join(kinds)}; English, ISO 8859-1" if kinds else "none"

    def _remarks(self) -> Iterator[str]:
        yield _LEGEND
        yield f"The sound is in {self.programme}."
        yield from self.notes
        if self.text.respelt:
            respelt = "; ".join(f"{wanted} as {written or '(nothing)'}" for wanted, written in self.text.respelt)
            yield f"CD-Text writes in ISO 8859-1: {respelt}."


@dataclass(frozen=True, slots=True)
class _Row:
    cells: tuple[str, ...]
    kind: str


def _rows(disc: Disc) -> Iterator[_Row]:
    for number, track in enumerate(disc.tracks):
        for index, sector in track.indices:
            yield _index_row(disc, number, index, sector)
    yield _Row(cells=("", "", disc_time(disc.lead_out), "", "Lead-out", "", "", "", "", ""), kind="end")


def _index_row(disc: Disc, number: int, index: int, sector: int) -> _Row:
    track = disc.tracks[number]
    place = (str(number + 1), str(index), disc_time(sector))
    if index == 0:
        return _Row(cells=(*place, disc_time(track.starts[0] - sector), "Pause", "", "", "", "", ""), kind="pause")
    if index > 1:
        return _Row(cells=(*place, "", "", "", "", "", "", ""), kind="index")
    isrc = hyphened_isrc(track.isrc) if track.isrc else ""
    names = (track.title, track.performer, track.songwriter, isrc)
    return _Row(cells=(*place, disc_time(disc.song_sectors(number)), *names, *_flags(track)), kind="song")


def _flags(track: DiscTrack) -> tuple[str, str]:
    return "yes" if track.copy_permitted else "no", "yes" if track.pre_emphasis else "no"


def _columned(cells: Sequence[str], widths: Sequence[int]) -> str:
    parts = (
        cell.rjust(width) if name in _RIGHT else cell.ljust(width)
        for name, cell, width in zip(_COLUMNS, cells, widths, strict=True)
    )
    return "  ".join(parts).rstrip()


def _cell_class(column: str) -> str:
    if column in _RIGHT:
        return ' class="n r"'
    return ' class="n"' if column in {"Start", "Length", "ISRC"} else ""


def _html_row(row: _Row) -> str:
    cells = "".join(
        f"<td{_cell_class(name)}>{escape(cell)}</td>" for name, cell in zip(_COLUMNS, row.cells, strict=True)
    )
    return f'<tr class="{row.kind}">{cells}</tr>\n'
