"""What a person asks of what lies between songs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Pace(StrEnum):
    """How much room the album leaves between songs: more of it makes the album slower."""

    TIGHT = "tight"
    NATURAL = "natural"
    SPACIOUS = "spacious"


@dataclass(frozen=True, kw_only=True, slots=True)
class Spacing:
    """What is asked of the joins.

    Attributes:
        pace: of the gaps.
        crossfade_s: of every join: 0 for none; None where a fade meets a soft entry.
        room_tone: file of what is heard in gaps; None leaves them silent.
    """

    pace: Pace = Pace.NATURAL
    crossfade_s: float | None = None
    room_tone: Path | None = None


NATURALLY = Spacing()
"""What holds where nothing is asked."""
