"""Reading what a file says of itself, of any kind that we write and from other programs too."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from mastering.bwf import chunks
from mastering.tags import FIELDS, FREE_ID3, FREE_MP4, Field, Tags, clean

_MOST_CHUNK_BYTES = 32_000_000  # no tag is longer; a broken header may promise any length
_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|2\d\d\d)(?!\d)")
_AXML_ISRC = re.compile(rb"ISRC:\s*([A-Za-z]{2}[A-Za-z0-9]{3}[0-9]{7})\b")

Look = Callable[[Field], str]


def read_tags(path: Path) -> Tags:
    """The tags of an audio file, without artwork and gains; empty where there are none or they cannot be read.

    Codes are given as they stand: whether they are right is for others to say.
    """
    import mutagen
    from mutagen.id3 import ID3
    from mutagen.mp4 import MP4Tags

    try:
        if path.suffix.lower() in {".wav", ".wave", ".bwf", ".rf64"}:
            return _of_wav(path)
        file = mutagen.File(path)
    except (mutagen.MutagenError, OSError, ValueError, LookupError, struct.error):
        return Tags()
    tags = file.tags if file is not None else None
    if isinstance(tags, ID3):
        return _of_id3(tags)
    if isinstance(tags, MP4Tags):
        return _of_mp4(tags)
    return _of_comments(tags.as_dict()) if tags is not None and hasattr(tags, "as_dict") else Tags()


def _of_comments(told: Mapping[str, Sequence[str]]) -> Tags:
    """Of Vorbis comments, or of anything else that is named as they are."""
    found = {name.upper(): "; ".join(texts) for name, texts in told.items() if texts}
    return _tags(
        lambda field: _first(found, (field.vorbis, *field.also)),
        track=_count(found.get("TRACKNUMBER", ""), _first(found, ("TRACKTOTAL", "TOTALTRACKS"))),
        disc=_count(found.get("DISCNUMBER", ""), _first(found, ("DISCTOTAL", "TOTALDISCS"))),
        explicit=_advisory(found.get("ITUNESADVISORY", "")),
    )


def _of_id3(tags: Any) -> Tags:
    free = {frame.desc.upper(): "; ".join(map(str, frame.text)) for frame in tags.getall("TXXX")}

    def look(field: Field) -> str:
        if field.id3.startswith(FREE_ID3):
            return _first(free, (field.id3.removeprefix(FREE_ID3), *field.also))
        return _frame(tags, field.id3)

    return _tags(
        look,
        track=_count(_frame(tags, "TRCK")),
        disc=_count(_frame(tags, "TPOS")),
        explicit=_advisory(free.get("ITUNESADVISORY", "")),
    )


def _of_mp4(tags: Any) -> Tags:
    free = {
        name.removeprefix(FREE_MP4).upper(): bytes(values[0]).decode("utf-8", "replace")
        for name, values in tags.items()
        if name.startswith(FREE_MP4) and values
    }

    def look(field: Field) -> str:
        if field.mp4.startswith(FREE_MP4):
            return _first(free, (field.mp4.removeprefix(FREE_MP4), *field.also))
        return "; ".join(map(str, tags.get(field.mp4, ())))

    (track,), (disc,) = tags.get("trkn", [(0, 0)])[:1], tags.get("disk", [(0, 0)])[:1]
    rating = {0: False, 1: True, 4: True}.get(tags.get("rtng", [None])[0])
    return _tags(look, track=track if track[0] else None, disc=disc if disc[0] else None, explicit=rating)


def _of_wav(path: Path) -> Tags:
    """Of ID3, where that says something; else of the INFO list; the ISRC of either or of EBU Core."""
    from mutagen.id3 import ID3

    with path.open("rb") as file:
        parts = {part.name: part for part in chunks(file) if part.size <= _MOST_CHUNK_BYTES}

        def content(name: bytes) -> bytes:
            return _content(file, parts[name].start, parts[name].size) if name in parts else b""

        id3, info, xml = content(b"id3 ") or content(b"ID3 "), content(b"LIST"), content(b"axml")
    told = _info(info)
    by_id3 = _of_id3(ID3(BytesIO(id3))) if id3 else Tags()
    isrc = _AXML_ISRC.search(xml)

    def look(field: Field) -> str:
        known = getattr(by_id3, field.name) or told.get(field.info, "")
        return str(known or (isrc[1].decode("ascii") if isrc and field.name == "isrc" else ""))

    track = by_id3.track or _count(told.get("ITRK", "") or told.get("IPRT", ""))
    return _tags(look, track=track, disc=by_id3.disc, explicit=by_id3.explicit)


def _content(file: BinaryIO, start: int, size: int) -> bytes:
    file.seek(start)
    return file.read(size)


def _info(content: bytes) -> dict[str, str]:
    """Texts of an INFO list by name; in UTF-8, or as Windows wrote them in the west."""
    found = {}
    at = 4
    while content.startswith(b"INFO") and at + 8 <= len(content):
        name, size = struct.unpack_from("<4sI", content, at)
        text = content[at + 8 : at + 8 + size].split(b"\0")[0]
        try:
            found[name.decode("latin-1")] = text.decode("utf-8")
        except UnicodeDecodeError:
            found[name.decode("latin-1")] = text.decode("cp1252", "replace")
        at += 8 + size + size % 2
    return found


def _tags(look: Look, track: tuple[int, int] | None, disc: tuple[int, int] | None, explicit: bool | None) -> Tags:
    told = {field.name: clean(look(field)) for field in FIELDS if field.name != "year"}
    year = _YEAR.search(look(next(field for field in FIELDS if field.name == "year")))
    return Tags(**told, year=int(year[0]) if year else None, track=track, disc=disc, explicit=explicit)  # type: ignore[arg-type]


def _first(found: Mapping[str, str], names: Sequence[str]) -> str:
    return next((found[name] for name in names if found.get(name)), "")


def _frame(tags: Any, name: str) -> str:
    """A text frame of ID3; several values in one line."""
    return "; ".join(str(text) for frame in tags.getall(name) for text in frame.text)


def _count(text: str, of: str = "") -> tuple[int, int] | None:
    """A number and of how many, as in "3/10" or "3" and "10"."""
    number, _, whole = text.partition("/")
    digits = [part.strip() for part in (number, whole or of)]
    if not digits[0].isdecimal():
        return None
    return int(digits[0]), int(digits[1]) if digits[1].isdecimal() else 0


def _advisory(text: str) -> bool | None:
    return {"0": False, "2": False, "1": True, "4": True}.get(text.strip())
