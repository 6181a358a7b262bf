"""Is all of the file there? libsndfile quietly shortens a file that was cut; here its own headers are believed."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

from analysis.audio import SourceInfo

# What programs write that cannot go back to the header, as into a pipe; 0x7FFFF000 is SoX, 0x80000000 arecord.
_UNKNOWN = {0, 0x7FFFF000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x7FFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF}
_OGG_LAST_PAGE = 0x04
_OGG_HEADER_BYTES = 27
_W64_CHUNK_BYTES = 24
_MP3_SPARE_BYTES = 4096  # some encoders count a frame or two more than they write


def shortage(path: Path, info: SourceInfo) -> str | None:
    """What a file that was cut lacks, in words; None where it is whole or does not tell."""
    with path.open("rb") as file:
        size = path.stat().st_size
        if info.container == "OGG":
            return None if _ogg_is_closed(file, size) else "its last page is missing"
        if info.container in {"WAV", "WAVEX", "RF64"}:
            promised, missing = _riff_bytes(file, size)
        elif info.container == "W64":
            promised, missing = _w64_bytes(file, size)
        elif info.container == "AIFF":
            promised, missing = _aiff_bytes(file, size)
        elif info.container == "MP3":
            promised, missing = _mp3_bytes(file, size)
        else:
            return None
    return f"{missing} of the {promised} bytes of audio that its header promises are missing" if missing else None


def _riff_bytes(file: BinaryIO, size: int) -> tuple[int, int]:
    """Bytes of audio that the header promises, and how many of them are not there."""
    wide = 0
    file.seek(12)
    while len(head := file.read(8)) == 8:
        name, length = struct.unpack("<4sI", head)
        if name == b"ds64":
            wide = struct.unpack("<8xQ", file.read(16))[0]
            file.seek(length - 16, 1)
            continue
        if name == b"data":
            return _count(wide if length == 0xFFFFFFFF and wide else length, file.tell(), size)
        file.seek(length + length % 2, 1)
    return 0, 0


def _w64_bytes(file: BinaryIO, size: int) -> tuple[int, int]:
    """The same for Sony Wave64: chunks have a GUID that starts as in RIFF, and count their own head of 24 bytes."""
    file.seek(40)
    while len(head := file.read(_W64_CHUNK_BYTES)) == _W64_CHUNK_BYTES:
        name, length = struct.unpack("<4s12xQ", head)
        if name == b"data":
            return _count(length - _W64_CHUNK_BYTES, file.tell(), size)
        file.seek(max(0, length - _W64_CHUNK_BYTES + -length % 8), 1)
    return 0, 0


def _aiff_bytes(file: BinaryIO, size: int) -> tuple[int, int]:
    file.seek(12)
    while len(head := file.read(8)) == 8:
        name, length = struct.unpack(">4sI", head)
        if name == b"SSND":
            return _count(length, file.tell(), size)
        file.seek(length + length % 2, 1)
    return 0, 0


def _mp3_bytes(file: BinaryIO, size: int) -> tuple[int, int]:
    """The same for MP3 whose first frame is a Xing or Info header that counts bytes; after an ID3v2 tag, if any."""
    head = file.read(10)
    start = 0
    if len(head) == 10 and head[:3] == b"ID3":
        start = 10 + sum((head[6 + i] & 0x7F) << (21 - 7 * i) for i in range(4))
    file.seek(start)
    frame = file.read(256)
    at = max(frame.find(b"Xing"), frame.find(b"Info"))
    if at < 0 or len(frame) < at + 16:
        return 0, 0
    flags, first, second = struct.unpack(">III", frame[at + 4 : at + 16])
    if not flags & 2:
        return 0, 0
    promised, missing = _count(second if flags & 1 else first, start, size)
    return promised, missing if missing > _MP3_SPARE_BYTES else 0


def _count(promised: int, start: int, size: int) -> tuple[int, int]:
    return (0, 0) if promised in _UNKNOWN else (promised, max(0, start + promised - size))


def _ogg_is_closed(file: BinaryIO, size: int) -> bool:
    """Whether the last page carries the end-of-stream mark and is whole (RFC 3533, clause 6)."""
    file.seek(max(0, size - 66_000))  # a page has at most 65,307 bytes
    tail = file.read()
    at = tail.rfind(b"OggS")
    if at < 0 or len(tail) - at < _OGG_HEADER_BYTES:
        return False
    segments = tail[at + 26]
    table = tail[at + _OGG_HEADER_BYTES : at + _OGG_HEADER_BYTES + segments]
    whole = len(table) == segments and len(tail) - at >= _OGG_HEADER_BYTES + segments + sum(table)
    return whole and bool(tail[at + 5] & _OGG_LAST_PAGE)
