"""WAV as broadcasters exchange it (EBU Tech 3285), past 4 GB too (EBU Tech 3306), with room for what is known later.

A file lies so: `JUNK`, which becomes `ds64` past 4 GB; `JUNK`, which becomes `bext` once the audio has been measured;
`fmt `; `fact` in floating point; `data`; then what is appended. Audio is written once and never moved again.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from analysis.loudness import Loudness
from mastering.delivery_specs import Encoding
from mastering.plain_text import ascii_text

LARGEST_RIFF_BYTES = 4_000_000_000
"""Over this size a file is RF64; RIFF itself counts to 2**32 - 1, and some readers are lost before that."""

Chunk = tuple[bytes, bytes]
"""Name and content."""

_WIDE = 0xFFFFFFFF
_DS64_BYTES = 28
_BEXT_BYTES = 602
_UNSET = 0x7FFF  # EBU Tech 3285, clause 2.4: a figure of loudness that is not used
_PCM, _FLOAT = 1, 3
_ISRC_XML = """<?xml version="1.0" encoding="UTF-8"?>
<ebucore:ebuCoreMain xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:ebucore="urn:ebu:metadata-schema:ebuCore_2012">
  <ebucore:coreMetadata>
    <ebucore:identifier typeLabel="GUID" typeDefinition="Globally Unique Identifier" \
formatLabel="ISRC" formatDefinition="International Standard Recording Code" \
formatLink="http://www.ebu.ch/metadata/cs/ebu_IdentifierTypeCodeCS.xml#3.7">
      <dc:identifier>ISRC:%s</dc:identifier>
    </ebucore:identifier>
  </ebucore:coreMetadata>
</ebucore:ebuCoreMain>
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bext:
    """The `bext` chunk of version 2, without date and time, which would make every run's bytes different.

    Attributes:
        description: what is heard; in ASCII, 256 characters.
        reference: what its maker calls it, such as an ISRC; 32 characters.
        start_frame: where the file begins on the time line of the programme, which audio editors can put it at.
        loudness: of the file.
        true_peak_dbtp: of the file.
        history: how it was coded, see `coding_history`.
    """

    description: str
    reference: str
    start_frame: int
    loudness: Loudness
    true_peak_dbtp: float
    history: str

    def content(self) -> bytes:
        """The chunk's bytes (EBU Tech 3285, edition 2, clause 2.3)."""
        heard = self.loudness
        figures = (
            *(heard.integrated_lufs, heard.range_lu, self.true_peak_dbtp),
            *(heard.momentary_max_lufs, heard.short_term_max_lufs),
        )
        fixed = struct.pack(
            "<256s32s32s10s8sQH64s5h180x",
            ascii_text(self.description, 256),
            b"Mastertape",
            ascii_text(self.reference, 32),
            b"",
            b"",
            self.start_frame,
            2,
            b"",
            *map(_hundredths, figures),
        )
        return fixed + _even(self.history.encode("ascii"))


def coding_history(encoding: Encoding, rate_hz: int, channels: int) -> str:
    """The line of the coding history that our writing is (EBU R 98-1999)."""
    mode = {1: "mono", 2: "stereo"}.get(channels, "multitrack")
    return f"A=PCM,F={rate_hz},W={encoding.bits or 32},M={mode},T=Mastertape\r\n"


def _even(text: bytes) -> bytes:
    """Libsndfile 1.2 loses its way in RF64 after a chunk before the audio whose length is odd."""
    return text + bytes(len(text) % 2)


def _hundredths(level: float | None) -> int:
    if level is None or not -99.995 < level < 99.995:
        return _UNSET
    return round(level * 100)


class WavWriter:
    """One WAV being written.

    Raises:
        OSError: it cannot be created or written.
    """

    def __init__(self, path: Path, encoding: Encoding, *, rate_hz: int, channels: int) -> None:
        self._encoding = encoding
        self._frame_bytes = channels * (encoding.bits or 32) // 8
        self._file: BinaryIO = path.open("w+b")
        room = _BEXT_BYTES + len(_even(coding_history(encoding, rate_hz, channels).encode("ascii")))
        self._file.write(b"RIFF" + bytes(4) + b"WAVE")
        self._file.write(_chunk(b"JUNK", bytes(_DS64_BYTES)))
        self._file.write(_chunk(b"JUNK", bytes(room)))
        self._file.write(_format(encoding, rate_hz, channels))
        self._file.write(b"data" + bytes(4))
        self._data_bytes = 0

    def write(self, raw: np.ndarray[Any, Any]) -> None:
        """Write samples `(frames, channels)` of `files.raw_dtype`."""
        stored = np.ascontiguousarray(raw.astype(raw.dtype.newbyteorder("<"), copy=False))
        if self._encoding is Encoding.PCM_24:
            stored = stored.view(np.uint8).reshape(-1, 4)[:, 1:]
        self._data_bytes += self._file.write(stored.tobytes())

    def close(self) -> None:
        """Put in the sizes."""
        if self._file.closed:
            return
        try:
            self._file.write(bytes(self._data_bytes % 2))
            data_at = self._file.tell() - self._data_bytes - self._data_bytes % 2
            settle(self._file, data_at, self._data_bytes, self._frame_bytes)
        finally:
            self._file.close()


def label(path: Path, bext: Bext, appended: Sequence[Chunk]) -> None:
    """Put in the `bext` chunk of a WAV that `WavWriter` wrote and append others; the audio is not touched.

    What was appended before is taken away first.

    Raises:
        OSError: it cannot be written.
        ValueError: it is not laid out as `WavWriter` does it.
    """
    content = bext.content()
    with path.open("r+b") as file:
        parts = chunks(file)
        room = next((part for part in parts[1:] if part.name in {b"JUNK", b"bext"}), None)
        data = next((part for part in parts if part.name == b"data"), None)
        if room is None or data is None or room.size != len(content):
            raise ValueError(f"{path.name} has no room for a bext chunk of {len(content)} bytes")
        frame_bytes = _frame_bytes(file, parts)
        file.seek(room.start - 8)
        file.write(b"bext")
        file.seek(room.start)
        file.write(content)
        file.truncate(data.start + data.size + data.size % 2)
        file.seek(0, 2)
        for name, inside in appended:
            file.write(_chunk(name, inside))
        settle(file, data.start, data.size, frame_bytes)


def settle(file: BinaryIO, data_at: int, data_bytes: int, frame_bytes: int) -> None:
    """Put the sizes into the header of a file of which all is written: in 32 bits, or in 64 where it is too large.

    RF64 says so instead of RIFF, has 0xFFFFFFFF for what 32 bits cannot count, and counts in `ds64` (EBU Tech 3306,
    edition 1, clause 2.2).
    """
    riff_bytes = file.seek(0, 2) - 8
    wide = riff_bytes > LARGEST_RIFF_BYTES
    frames = data_bytes // frame_bytes
    file.seek(0)
    file.write(struct.pack("<4sI4s", *((b"RF64", _WIDE) if wide else (b"RIFF", riff_bytes)), b"WAVE"))
    counts = struct.pack("<QQQI", riff_bytes, data_bytes, frames, 0)
    file.write(_chunk(b"ds64", counts) if wide else _chunk(b"JUNK", bytes(_DS64_BYTES)))
    file.seek(data_at - 4)
    file.write(struct.pack("<I", _WIDE if wide else data_bytes))
    if (fact := next((part for part in chunks(file) if part.name == b"fact"), None)) is not None:
        file.seek(fact.start)
        file.write(struct.pack("<I", min(frames, _WIDE)))


def info_list(texts: Sequence[tuple[str, str]]) -> Chunk:
    """A `LIST` chunk of type INFO: name of four letters and text of each (Multimedia Programming Interface 1.0, 2-14).

    Texts end with a NUL byte, are padded to an even length, and stand in UTF-8, which today's readers look for first.
    """
    entries = [_chunk(name.encode("ascii"), text.encode() + b"\0") for name, text in texts]
    return b"LIST", b"INFO" + b"".join(entries)


def isrc_xml(isrc: str) -> Chunk:
    """An `axml` chunk that tells the ISRC in EBU Core (EBU Tech 3352, clause 3)."""
    return b"axml", (_ISRC_XML % isrc).encode()


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack("<4sI", name, len(content)) + content + bytes(len(content) % 2)


def _format(encoding: Encoding, rate_hz: int, channels: int) -> bytes:
    """`fmt ` as PCM, or as floating point, which needs a `fact` chunk too (Microsoft's update of 1994)."""
    bits = encoding.bits or 32
    frame_bytes = channels * bits // 8
    common = struct.pack("<HIIHH", channels, rate_hz, rate_hz * frame_bytes, frame_bytes, bits)
    if encoding.bits:
        return _chunk(b"fmt ", struct.pack("<H", _PCM) + common)
    return _chunk(b"fmt ", struct.pack("<H", _FLOAT) + common + bytes(2)) + _chunk(b"fact", bytes(4))


@dataclass(frozen=True, slots=True)
class Part:
    """A chunk: its name, where its content starts, how many bytes that has."""

    name: bytes
    start: int
    size: int


def chunks(file: BinaryIO) -> list[Part]:
    """Where the chunks of a RIFF or RF64 file lie."""
    found: list[Part] = []
    data_bytes = 0
    file.seek(12)
    while len(head := file.read(8)) == 8:
        name, size = struct.unpack("<4sI", head)
        if not all(32 <= letter < 127 for letter in name):
            break  # audio of a length that its header does not tell
        start = file.tell()
        if name == b"ds64":
            data_bytes = struct.unpack("<8xQ", file.read(16))[0]
        if name == b"data" and size == _WIDE:
            size = data_bytes
        found.append(Part(name, start, size))
        file.seek(start + size + size % 2)
    return found


def _frame_bytes(file: BinaryIO, parts: Sequence[Part]) -> int:
    file.seek(next(part.start for part in parts if part.name == b"fmt ") + 12)
    found: int = struct.unpack("<H", file.read(2))[0]
    return found
