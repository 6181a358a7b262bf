"""Is all of the file there? libsndfile quietly shortens a file that was cut; here its own headers are believed."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

from analysis.audio import SourceInfo

_UNKNOWN = {0, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF, 0x7FFFFFFF, 0x7FFFFFFFFFFFFFFF}
_OGG_LAST_PAGE = 0x04
_OGG_HEADER_BYTES = 27


def missing_seconds(path: Path, info: SourceInfo) -> float:
    """How much audio the header promises and the file lacks, s; 0 where it is whole or does not tell.

    An Ogg file whose end mark is missing was cut somewhere: it is counted as its last page's unknown rest, 0.01 s.
    """
    with path.open("rb") as file:
        size = path.stat().st_size
        if info.container in {"WAV", "WAVEX", "RF64"}:
            missing = _riff_missing_bytes(file, size)
        elif info.container == "AIFF":
            missing = _aiff_missing_bytes(file, size)
        elif info.container == "OGG":
            return 0.0 if _ogg_is_closed(file, size) else 0.01
        else:
            return 0.0
    return missing / (info.rate_hz * info.channels * (info.bits or 32) / 8)


def _riff_missing_bytes(file: BinaryIO, size: int) -> int:
    wide = 0
    file.seek(12)
    while len(head := file.read(8)) == 8:
        name, length = struct.unpack("<4sI", head)
        if name == b"ds64":
            wide = struct.unpack("<8xQ", file.read(16))[0]
            file.seek(length - 16, 1)
            continue
        if name == b"data":
            promised = wide if length == 0xFFFFFFFF and wide else length
            return 0 if promised in _UNKNOWN else max(0, file.tell() + promised - size)
        file.seek(length + length % 2, 1)
    return 0


def _aiff_missing_bytes(file: BinaryIO, size: int) -> int:
    file.seek(12)
    while len(head := file.read(8)) == 8:
        name, length = struct.unpack(">4sI", head)
        if name == b"SSND":
            return 0 if length in _UNKNOWN else max(0, file.tell() + length - size)
        file.seek(length + length % 2, 1)
    return 0


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
