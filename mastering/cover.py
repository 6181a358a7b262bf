"""Artwork as it goes into files: a JPEG or a PNG, taken as it is."""

from __future__ import annotations

import struct
from pathlib import Path

from analysis.errors import PlanError
from mastering.tags import Cover

_MOST_BYTES = 16_000_000  # a picture block of FLAC counts to 2**24 - 1
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_NO_FRAME_HEADERS = {0xC4, 0xC8, 0xCC}  # among the markers C0 to CF (ITU-T T.81, table B.1)
_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD9)}


def read_cover(path: Path) -> Cover:
    """The artwork in a file.

    Raises:
        PlanError: it cannot be read, is neither JPEG nor PNG, is damaged or too large.
    """
    try:
        size = path.stat().st_size
        if size > _MOST_BYTES:
            raise PlanError(
                f"The cover {path} has {size / 1e6:.1f} MB, and files hold {_MOST_BYTES / 1e6:g} MB of artwork: "
                "give a smaller picture, such as a JPEG of 3000 by 3000 pixels."
            )
        content = path.read_bytes()
    except OSError as error:
        raise PlanError(f"The cover {path} cannot be read ({error.strerror}); check the name.") from error
    try:
        if content.startswith(_PNG):
            width, height = struct.unpack(">II", content[16:24])
            return Cover(content=content, mime="image/png", width=width, height=height)
        if content.startswith(_JPEG):
            width, height = _jpeg_size(content)
            return Cover(content=content, mime="image/jpeg", width=width, height=height)
    except struct.error as error:
        raise PlanError(f"The cover {path} is cut short: copy or export it again.") from error
    raise PlanError(f"The cover {path} is neither JPEG nor PNG, which is what players show: export it as one.")


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """Width and height, as the frame header tells them (ITU-T T.81, clause B.2.2).

    Raises:
        struct.error: there is none.
    """
    at = 2
    while True:
        (mark, kind) = struct.unpack_from("BB", content, at)
        if mark != 0xFF or kind in {0xD9, 0xDA}:
            raise struct.error
        if kind == 0xFF:  # fill bytes may stand before a marker
            at += 1
        elif kind in _WITHOUT_LENGTH:
            at += 2
        elif 0xC0 <= kind <= 0xCF and kind not in _NO_FRAME_HEADERS:
            height, width = struct.unpack_from(">5xHH", content, at)
            return width, height
        else:
            at += 2 + struct.unpack_from(">2xH", content, at)[0]
