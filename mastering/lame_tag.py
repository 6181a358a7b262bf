"""The padding that an MP3 file tells of itself, put right.

FFmpeg's muxer tells what the last packet is cut by. Where LAME needs one packet more than the music fills, which is for
lengths up to 47 frames over a whole number of packets, the cut goes through two of them, and the file would play that
much longer. The layout is that of the LAME tag (G. Bouvigne, "MP3 Info Tag", revision 1).
"""

from __future__ import annotations

from pathlib import Path

_PACKET_FRAMES = 1152
_SIDE_BYTES = {1: 21, 2: 36}  # from the start of its packet to the tag: header and side information of MPEG-1
_PARTS = ((1, 4), (2, 4), (4, 100), (8, 4))  # flag and length of what may stand before the encoder's name
_TO_DELAY = 21  # from that name on
_CHECKED_BYTES = 190
_POLYNOMIAL = 0xA001  # CRC-16 (x^16 + x^15 + x^2 + 1), lowest bit first


def tell_length(path: Path, frames: int, channels: int) -> None:
    """Write into an MP3 file of ours that it plays so many frames; the file is left alone where it has no tag.

    Raises:
        OSError: it cannot be written.
    """
    with path.open("r+b") as file:
        head = bytearray(file.read(4096))
        tag = max(head.find(b"Info"), head.find(b"Xing"))
        start = tag - _SIDE_BYTES[channels]
        if tag < 0 or start < 0 or head[start] != 0xFF:
            return
        flags = int.from_bytes(head[tag + 4 : tag + 8], "big")
        packets = int.from_bytes(head[tag + 8 : tag + 12], "big")
        at = tag + 8 + sum(length for flag, length in _PARTS if flags & flag) + _TO_DELAY
        delay = int.from_bytes(head[at : at + 3], "big") >> 12
        padding = packets * _PACKET_FRAMES - delay - frames
        if not flags & 1 or not 0 <= padding < 1 << 12:
            return
        head[at : at + 3] = (delay << 12 | padding).to_bytes(3, "big")
        end = start + _CHECKED_BYTES
        head[end : end + 2] = _checksum(bytes(head[start:end])).to_bytes(2, "big")
        file.seek(0)
        file.write(head)


def _checksum(data: bytes) -> int:
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (_POLYNOMIAL if value & 1 else 0)
    return value
