"""A DDP 2.00 fileset: what plants press compact discs from.

The specification is not public. Layout and order are those that were found from outside (ddp-reverse-eng,
`spec/ddp2.md`, September 2026), and what is written is held against the published hashes of filesets by cue2ddp 1.1:
byte for byte the same. Where writers differ, this one does as cue2ddp does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import soundfile

from analysis.audio import BLOCK_FRAMES
from analysis.errors import OutputError
from mastering.cd_layout import Disc, DiscTrack
from mastering.cd_text import CdText, text_packs
from mastering.cd_time import CD_RATE_HZ, SECTOR_FRAMES, disc_time
from mastering.plain_text import ascii_text

IDENTIFIER, MAP, SUBCODE, IMAGE, TEXT, CHECKSUMS = "DDPID", "DDPMS", "SD", "IMAGE.DAT", "CDTEXT.BIN", "CHECKSUM.MD5"
FILESET_NOTE = (
    "The DDP 2.00 fileset follows a layout that was reverse-engineered and is verified against published reference "
    "hashes of cue2ddp 1.1. It is not certified by DCA: have the plant check it before pressing."
)
FRAME_BYTES = 4
_PACKET_BYTES, _SUBCODE_BYTES = 128, 64
_NAME_BYTES = 17


def write_ddp(disc: Disc, text: CdText, programme: Path, folder: Path) -> dict[str, str]:
    """Write a disc's fileset into a folder, which is made, from the file that holds its sound.

    The sound is read and written in blocks. Silence fills the first track's pause and the last sector.

    Raises:
        OutputError: something cannot be read or written, or the programme is not 16-bit stereo at 44.1 kHz of the
            disc's length.
    """
    packs = text_packs(text, len(disc.tracks))
    subcode = b"".join(_subcode(disc))
    files = {IDENTIFIER: _identifier(disc), MAP: b"".join(_map(disc, len(packs), len(subcode)))}
    files |= ({TEXT: packs} if packs else {}) | {SUBCODE: subcode}
    try:
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_bytes(content)
        sums = {name: hashlib.md5(content, usedforsecurity=False).hexdigest() for name, content in files.items()}
        sums[IMAGE] = _write_image(disc, programme, folder / IMAGE)
        listed = "".join(f"{md5} *{name}\n" for name, md5 in sums.items())
        (folder / CHECKSUMS).write_bytes(listed.encode("ascii"))
    except OSError as error:
        raise OutputError(
            f"{folder.name}/ cannot be written ({error.strerror}): free some space and run again."
        ) from error
    return sums


def _write_image(disc: Disc, programme: Path, path: Path) -> str:
    """Write the raw sound of all sectors; its MD5."""
    frames = (disc.lead_out - disc.silence) * SECTOR_FRAMES
    md5 = hashlib.md5(usedforsecurity=False)
    with path.open("wb") as out:
        for raw in _image(disc.silence * SECTOR_FRAMES, programme, frames):
            md5.update(raw)
            out.write(raw)
    return md5.hexdigest()


def _image(silence: int, programme: Path, frames: int) -> Iterator[bytes]:
    """Little-endian samples, left before right: so many frames of silence, then the file filled up to its length."""
    yield bytes(silence * FRAME_BYTES)
    try:
        with soundfile.SoundFile(str(programme)) as file:
            fits = frames - SECTOR_FRAMES < file.frames <= frames
            if not (fits and file.samplerate == CD_RATE_HZ and file.channels == 2 and file.subtype == "PCM_16"):
                raise OutputError(
                    f"{programme.name} has {file.frames} frames of {file.channels} channels at {file.samplerate} Hz "
                    f"({file.subtype}), and the disc {frames} of two at {CD_RATE_HZ} Hz and 16 bit: render it again."
                )
            while len(block := file.read(BLOCK_FRAMES, dtype="int16", always_2d=True)):
                yield block.astype("<i2").tobytes()
            yield bytes((frames - file.frames) * FRAME_BYTES)
    except soundfile.LibsndfileError as error:
        raise OutputError(f"{programme.name} cannot be read back ({str(error).rstrip('.')}).") from error


def _identifier(disc: Disc) -> bytes:
    """DDPID: level, catalogue number of the disc, name of the master, kind of disc."""
    master = ascii_text(disc.catalogue_number, 48).decode("ascii")
    return _record(_PACKET_BYTES, {0: "DDP 2.00", 8: disc.ean, 38: master, 87: "CD"})


def _map(disc: Disc, text_bytes: int, subcode_bytes: int) -> Iterator[bytes]:
    """DDPMS: a packet for each stream, which names its file."""
    if text_bytes:
        yield _stream("S0", text_bytes, TEXT, {30: "CDTEXT", 55: "00"})
    yield _stream("S0", subcode_bytes, SUBCODE, {30: "PQ DESCR"})
    # Whole sectors (7), scrambled (1), and how many of them come before the first song.
    yield _stream("D0", disc.lead_out, IMAGE, {38: "DA", 40: "7", 41: "1", 46: f"{disc.tracks[0].starts[0]:4}"})


def _stream(kind: str, length: int, file: str, fields: dict[int, str]) -> bytes:
    """Length in sectors of sound, in bytes of all else."""
    return _record(_PACKET_BYTES, {0: "VVVM", 4: kind, 14: f"{length:8}", 71: f"{_NAME_BYTES:3}", 74: file, **fields})


def _subcode(disc: Disc) -> Iterator[bytes]:
    """PQ descriptor: a packet for the lead-in, for each index, and two for the lead-out, as all known writers do."""
    yield _index("00", 0, 0, "01", {32: disc.ean})
    for number, track in enumerate(disc.tracks, 1):
        for place, (index, sector) in enumerate(track.indices):
            yield _index(f"{number:02d}", index, sector, _control(track), {20: "" if place else track.isrc})
    for _ in range(2):
        yield _index("AA", 1, disc.lead_out, "01", {})


def _index(track: str, index: int, sector: int, control: str, fields: dict[int, str]) -> bytes:
    time = disc_time(sector, "")
    return _record(_SUBCODE_BYTES, {0: "VVVS", 4: track, 6: f"{index:02d}", 8: f"{time:>8}", 16: control, **fields})


def _control(track: DiscTrack) -> str:
    """The Q channel's control bits in hexadecimal, and its mode."""
    return f"{track.pre_emphasis + 2 * track.copy_permitted:X}1"


def _record(size: int, fields: dict[int, str]) -> bytes:
    """Fields of ASCII at their places, blanks between."""
    record = bytearray(b" " * size)
    for place, field in fields.items():
        record[place : place + len(field)] = field.encode("ascii")
    return bytes(record)
