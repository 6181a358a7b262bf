"""Label copy as labels send it: a table in CSV, one song a line, columns by their header in any order."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from analysis.errors import PlanError
from mastering.recording_codes import parse_isrc, parse_upc

_DELIMITERS = (",", ";", "\t")
_MOST_FAULTS = 5
_MOST_BYTES = 10_000_000

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "number": ("number", "no", "nr", "num", "trackno", "tracknumber", "tracknr", "pos", "position", "sequence"),
    "file": ("file", "filename", "mix", "source", "audio", "audiofile", "path"),
    "title": ("title", "song", "songtitle", "tracktitle", "trackname", "songname", "name", "titel"),
    "artist": ("artist", "artists", "trackartist", "performer", "performers", "mainartist", "interpret"),
    "writers": (
        *("writers", "writer", "composer", "composers", "songwriter", "songwriters", "author", "authors"),
        *("lyricist", "lyricists", "writtenby"),
    ),
    "isrc": ("isrc", "isrccode"),
    "explicit": ("explicit", "explicitlyrics", "parentaladvisory", "advisory"),
}
"""What a column of a song may be called, without regard to case, spaces and signs."""

ALBUM_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "title": ("album", "albumtitle", "release", "releasetitle"),
    "artist": ("albumartist", "releaseartist"),
    "label": ("label", "recordlabel"),
    "catalogue_number": ("cataloguenumber", "catalognumber", "catno", "catalogno", "catalogueno"),
    "upc": ("upc", "ean", "upcean", "eanupc", "barcode"),
    "year": ("year", "releaseyear"),
    "genre": ("genre",),
}
"""The same of what is said of the album, alike in every line."""

_TRACK = "track"  # a number or a title: its cells tell
_EXPLICIT = {
    **dict.fromkeys(("yes", "y", "true", "1", "x", "e", "explicit", "ja", "oui"), True),
    **dict.fromkeys(
        ("no", "n", "false", "0", "-", "clean", "notexplicit", "nonexplicit", "none", "nein", "non"), False
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class CopyRow:
    """One line of the table: where it stands, what names the song, and what is said of it."""

    line: int
    number: int | None = None
    file: str = ""
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What it calls the song."""
        return str(self.values.get("title", ""))

    @property
    def called(self) -> str:
        """What names the song, for messages."""
        return repr(self.title or self.file or f"number {self.number}")


@dataclass(frozen=True, kw_only=True, slots=True)
class CopyTable:
    """A table: its lines, what they say of the album, and columns that say nothing that is known here."""

    name: str
    rows: tuple[CopyRow, ...]
    album: Mapping[str, object]
    unknown: tuple[str, ...]


def read_label_copy(path: Path) -> CopyTable:
    """Read label copy: UTF-8 or UTF-16, commas, semicolons or tabs.

    Raises:
        PlanError: it cannot be read, or something in it cannot be; each mistake with its line.
    """
    lines = _cells(path.name, _text(path))
    if not lines:
        raise PlanError(f"{path.name} is empty: give it a header, such as number,title,artist,writers,isrc,explicit.")
    (_, header), *rest = lines
    faults: list[str] = []
    kinds, unknown = _kinds(header, [cells for _, cells in rest], faults)
    rows = [_row(line, cells, header, kinds, faults) for line, cells in rest]
    album = _album(rest, kinds, faults)
    if not rest:
        faults.append("has a header and no line below it")
    if faults:
        more = f"; and {len(faults) - _MOST_FAULTS} more" if len(faults) > _MOST_FAULTS else ""
        raise PlanError(f"{path.name}: {'; '.join(faults[:_MOST_FAULTS])}{more}.")
    return CopyTable(name=path.name, rows=tuple(rows), album=album, unknown=tuple(unknown))


def known_columns() -> str:
    """What columns may be called, for messages."""
    whole = ", ".join(known[0] for known in ALBUM_COLUMNS.values())
    return f"known are {', '.join(COLUMNS)}, and of the album {whole}"


def plain(text: str) -> str:
    """A text reduced to its letters and digits, to know it again however it is spelled.

    >>> plain("What_is – Love?")
    'whatislove'
    """
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise PlanError(
                f"{path.name} has {path.stat().st_size / 1e6:.0f} MB: that is no table of an album's songs."
            )
        content = path.read_bytes()
    except OSError as error:
        raise PlanError(f"{path}: the label copy cannot be read ({error.strerror}); check the name.") from error
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise PlanError(f"{path.name}, line {line}: it is not UTF-8 text: save it as CSV in UTF-8.") from error


def _cells(name: str, text: str) -> list[tuple[int, list[str]]]:
    """Cells of each line that holds something, with its number in the file."""
    first = text.lstrip("\r\n").split("\n", 1)[0]
    told = re.fullmatch(r"sep=(.)\s*", first, re.IGNORECASE)  # spreadsheets put that before the header
    delimiter = told[1] if told else max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines = []
    start = 1
    try:
        for cells in reader:
            stripped = [" ".join(cell.split()) for cell in cells]
            if any(stripped) and not (told and reader.line_num == 1):
                lines.append((start, stripped))
            start = reader.line_num + 1
    except csv.Error as error:
        raise PlanError(f"{name}, line {start}: it is no CSV ({error}): save it again as CSV.") from error
    return lines


def _kinds(
    header: Sequence[str], rows: Sequence[Sequence[str]], faults: list[str]
) -> tuple[list[tuple[str, str] | None], list[str]]:
    """What each column is: ("track" or "album", key); and those that are nothing known."""
    names = {name: ("track", key) for key, known in COLUMNS.items() for name in known}
    names |= {name: ("album", key) for key, known in ALBUM_COLUMNS.items() for name in known}
    kinds: list[tuple[str, str] | None] = []
    unknown = []
    for at, heading in enumerate(header):
        word = plain(heading)
        if word == _TRACK:
            cells = [row[at] for row in rows if at < len(row) and row[at]]
            kind: tuple[str, str] | None = ("track", "number" if all(map(str.isdecimal, cells)) else "title")
        else:
            kind = ("track", "number") if heading == "#" else names.get(word)
        if kind is not None and kind in kinds and kind != ("track", "writers"):
            faults.append(
                f"the columns {header[kinds.index(kind)]!r} and {heading!r} both are the {kind[1]}: rename one"
            )
        if kind is None and heading:
            unknown.append(heading)
        kinds.append(kind)
    if not {("track", key) for key in ("number", "file", "title")} & set(kinds):
        faults.append(f"no column names the songs: {known_columns()}")
    return kinds, unknown


def _row(
    line: int, cells: Sequence[str], header: Sequence[str], kinds: Sequence[tuple[str, str] | None], faults: list[str]
) -> CopyRow:
    if len(cells) > len(header) and any(cells[len(header) :]):
        faults.append(
            f"line {line} has {len(cells)} cells under a header of {len(header)}: put quotation marks around a cell "
            "with a comma in it"
        )
    told: dict[str, list[str]] = {}
    for kind, cell in zip(kinds, cells, strict=False):
        if kind and kind[0] == "track" and cell:
            told.setdefault(kind[1], []).append(cell)
    texts = {key: ", ".join(dict.fromkeys(parts)) for key, parts in told.items()}
    values: dict[str, object] = {}
    for key, parse in _PARSED.items():
        if key in texts:
            try:
                values[key] = parse(texts[key])
            except ValueError as error:
                faults.append(f"line {line}: {key} {texts[key]!r} {error}")
    number = values.pop("number", None)
    file = texts.get("file", "")
    if not (number or file or "title" in values or "number" in texts):
        faults.append(f"line {line} names no song: give its number, its file or its title")
    return CopyRow(line=line, number=number if isinstance(number, int) else None, file=file, values=values)


def _album(
    lines: Sequence[tuple[int, Sequence[str]]], kinds: Sequence[tuple[str, str] | None], faults: list[str]
) -> dict[str, object]:
    """What is said of the album: the same in every line that says it."""
    found: dict[str, object] = {}
    first: dict[str, tuple[int, str]] = {}
    parsed: Mapping[str, Callable[[str], object]] = {"upc": parse_upc, "year": _year}
    for line, cells in lines:
        for kind, cell in zip(kinds, cells, strict=False):
            if not kind or kind[0] != "album" or not cell:
                continue
            before, said = first.setdefault(kind[1], (line, cell))
            if said != cell:
                faults.append(f"line {line}: the album's {kind[1]} {cell!r} is {said!r} in line {before}")
            elif before == line:
                try:
                    found[kind[1]] = parsed.get(kind[1], str)(cell)
                except ValueError as error:
                    faults.append(f"line {line}: {kind[1]} {cell!r} {error}")
    return found


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise ValueError("must be a whole number from 1 up")
    return int(text)


def _year(text: str) -> int:
    if not re.fullmatch(r"(1[89]|2\d)\d\d", text):
        raise ValueError("must be a year, such as 2026")
    return int(text)


def _explicit(text: str) -> bool:
    word = plain(text) or text
    if word not in _EXPLICIT:
        raise ValueError("must be yes or no")
    return _EXPLICIT[word]


_PARSED: Mapping[str, Callable[[str], object]] = {
    "number": _number,
    "title": str,
    "artist": str,
    "writers": str,
    "isrc": parse_isrc,
    "explicit": _explicit,
}
