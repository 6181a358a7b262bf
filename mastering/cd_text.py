"""CD-Text: what a disc says of itself in its lead-in, in the letters of ISO 8859-1.

Packs of 18 bytes as MMC-3, annex J describes them and as the reference filesets of `ddp` hold them: one block, English.
Codes stand in the Q channel, not here.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from mastering.cd_layout import Disc, DiscRemark
from mastering.plain_text import latin, plain_marks

PACK_BYTES, _TEXT_BYTES = 18, 12
_SIZE_PACKS = 3
MOST_TEXT_PACKS = 256 - _SIZE_PACKS
"""A pack's number is one byte, and three packs tell sizes."""

_SIZES, _FIRST_TYPE, _TYPES = 0x8F, 0x80, 16
_BLOCKS, _ISO_8859_1, _ENGLISH = 8, 0x00, 0x09
_FARTHEST = 15  # a position in a string is told in four bits
_TOLD = 3  # how many respelt texts a remark names


class TextKind(IntEnum):
    """What a text is of, by its type of pack."""

    TITLE = 0x80
    PERFORMER = 0x81
    SONGWRITER = 0x82


@dataclass(frozen=True, kw_only=True, slots=True)
class CdText:
    """Texts of a disc.

    Attributes:
        fields: of each kind that there is, in order of the kinds: the disc's text, then every track's.
        respelt: texts that had to be written with other letters, and how.
        left_out: kinds for which there was no room.
    """

    fields: tuple[tuple[TextKind, tuple[bytes, ...]], ...]
    respelt: tuple[tuple[str, str], ...]
    left_out: tuple[TextKind, ...]


def cd_text(disc: Disc) -> CdText:
    """What of a disc's titles and names goes into its lead-in: all, if it has room; else writers are left out first."""
    texts = {
        TextKind.TITLE: (disc.title, *(track.title for track in disc.tracks)),
        TextKind.PERFORMER: (disc.performer, *(track.performer for track in disc.tracks)),
        TextKind.SONGWRITER: (disc.songwriter, *(track.songwriter for track in disc.tracks)),
    }
    written = {kind: tuple(map(latin, wanted)) for kind, wanted in texts.items() if any(map(latin, wanted))}
    respelt = {text: latin(text) for wanted in texts.values() for text in wanted if latin(text) != plain_marks(text)}
    kept = [(kind, tuple(text.encode("latin-1") for text in of_kind)) for kind, of_kind in written.items()]
    left_out: list[TextKind] = []
    while kept and sum(_pack_count(of_kind) for _, of_kind in kept) > MOST_TEXT_PACKS:
        left_out.append(kept.pop()[0])
    return CdText(fields=tuple(kept), respelt=tuple(respelt.items()), left_out=tuple(left_out))


def text_remarks(text: CdText) -> tuple[DiscRemark, ...]:
    """What people should know of it; nothing for which a disc fails."""
    return tuple(_remarks(text))


def text_packs(text: CdText, tracks: int) -> bytes:
    """The packs as they stand in a lead-in and in `CDTEXT.BIN`; nothing where there is no text."""
    packs = [pack for kind, of_kind in text.fields for pack in _packs_of(kind, of_kind)]
    if not packs:
        return b""
    counts = [0] * _TYPES
    for kind, of_kind in text.fields:
        counts[kind - _FIRST_TYPE] = _pack_count(of_kind)
    counts[_SIZES - _FIRST_TYPE] = _SIZE_PACKS
    last = [len(packs) + _SIZE_PACKS - 1] + [0] * (_BLOCKS - 1)
    languages = [_ENGLISH] + [0] * (_BLOCKS - 1)
    sizes = bytes([_ISO_8859_1, 1, tracks, 0, *counts, *last, *languages])
    packs += [((_SIZES, part, 0), sizes[part * _TEXT_BYTES :][:_TEXT_BYTES]) for part in range(_SIZE_PACKS)]
    return b"".join(
        _sealed(bytes([kind, track, number, position]) + held)
        for number, ((kind, track, position), held) in enumerate(packs)
    )


def _packs_of(kind: TextKind, texts: Sequence[bytes]) -> Iterator[tuple[tuple[int, int, int], bytes]]:
    """Kind, track and position in its text of what each pack begins with, and its 12 bytes."""
    where = [(track, place) for track, text in enumerate(texts) for place in range(len(text) + 1)]
    flow = b"".join(text + b"\0" for text in texts)
    for start in range(0, len(flow), _TEXT_BYTES):
        track, place = where[start]
        yield (kind, track, min(place, _FARTHEST)), flow[start : start + _TEXT_BYTES].ljust(_TEXT_BYTES, b"\0")


def _pack_count(texts: Sequence[bytes]) -> int:
    return -(-sum(len(text) + 1 for text in texts) // _TEXT_BYTES)


def _sealed(pack: bytes) -> bytes:
    """With its check sum: CRC-16 of x^16 + x^12 + x^5 + 1 from 0, inverted."""
    return pack + (binascii.crc_hqx(pack, 0) ^ 0xFFFF).to_bytes(2, "big")


def _remarks(text: CdText) -> Iterator[DiscRemark]:
    if text.respelt:
        told = ", ".join(f"{wanted!r} as {written!r}" for wanted, written in text.respelt[:_TOLD])
        more = len(text.respelt) - _TOLD
        rest = f" and {more} more (see the PQ sheet)" if more > 0 else ""
        yield DiscRemark(text=f"CD-Text has the letters of ISO 8859-1 alone, and writes {told}{rest}", failed=False)
    if text.left_out:
        kinds = " and ".join(f"{kind.name.lower()}s" for kind in sorted(text.left_out))
        room = MOST_TEXT_PACKS * _TEXT_BYTES
        yield DiscRemark(
            text=f"CD-Text has room for {room} characters, and this disc's {kinds} are left out of it: shorten titles "
            "and names if they must be there",
            failed=False,
        )
