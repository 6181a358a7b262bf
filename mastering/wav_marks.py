"""Marks in a WAV: cue points with names, which audio editors and lathes' players show."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

_LAST_FRAME = 0xFFFFFFFF


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """A place in a file, by its frame, and what begins there."""

    frame: int
    name: str


def mark_chunks(marks: Sequence[Mark]) -> list[tuple[bytes, bytes]]:
    """The chunks that hold marks, `cue ` and `LIST` of the kind `adtl`: names and contents; none without marks.

    As "Multimedia Programming Interface and Data Specifications 1.0" (IBM and Microsoft, August 1991) has them, chapter
    3, "Cue-Points Chunk" and "Associated Data Chunk". A place counts frames in 32 bits; a mark past that is left out.
    Names are UTF-8.
    """
    known = [mark for mark in marks if mark.frame <= _LAST_FRAME]
    if not known:
        return []
    points, labels = b"", b""
    for number, mark in enumerate(known, 1):
        points += struct.pack("<II4sIII", number, mark.frame, b"data", 0, 0, mark.frame)
        text = struct.pack("<I", number) + mark.name.encode("utf-8", "replace") + b"\0"
        labels += b"labl" + struct.pack("<I", len(text)) + text + bytes(len(text) % 2)
    return [(b"cue ", struct.pack("<I", len(known)) + points), (b"LIST", b"adtl" + labels)]
