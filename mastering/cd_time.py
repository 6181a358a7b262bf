"""Time on a compact disc: sectors of 588 frames, 75 to the second (IEC 60908), told as minutes:seconds:sectors."""

from __future__ import annotations

import re

CD_RATE_HZ = 44_100
SECTOR_FRAMES = 588
SECTORS_PER_SECOND = 75
LAST_TIME = 100 * 60 * SECTORS_PER_SECOND - 1
"""Sector at 99:59:74, beyond which two digits cannot tell minutes."""

_TIME = re.compile(r"([0-9]{2}):([0-5][0-9]):([0-6][0-9]|7[0-4])")


def sectors_of_frames(frames: int) -> int:
    """Sectors that hold so many frames; the last may not be full."""
    return -(-frames // SECTOR_FRAMES)


def disc_time(sectors: int, separator: str = ":") -> str:
    """A sector's time as discs and their sheets tell it.

    >>> disc_time(150), disc_time(4649, "")
    ('00:02:00', '010174')

    Raises:
        ValueError: before 00:00:00 or after 99:59:74.
    """
    if not 0 <= sectors <= LAST_TIME:
        raise ValueError(f"Sector {sectors} has no time on a disc, where times are 00:00:00 to 99:59:74.")
    seconds, rest = divmod(sectors, SECTORS_PER_SECOND)
    return separator.join((f"{seconds // 60:02d}", f"{seconds % 60:02d}", f"{rest:02d}"))


def sector_at(time: str) -> int:
    """The sector of a time that is told as `disc_time` tells it.

    >>> sector_at("01:01:74")
    4649

    Raises:
        ValueError: it is no such time.
    """
    found = _TIME.fullmatch(time)
    if not found:
        raise ValueError(f"{time!r} is no time on a disc: minutes:seconds:sectors, such as 03:25:74.")
    minutes, seconds, rest = map(int, found.groups())
    return (minutes * 60 + seconds) * SECTORS_PER_SECOND + rest
