"""What a place takes besides what we write for it, and what it asks of an album as a whole, as pure data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Tag(StrEnum):
    """What a file may say of itself that a place can ask for."""

    TITLE = "title"
    ARTIST = "artist"
    ALBUM = "album"
    TRACK_NUMBER = "track_number"
    ISRC = "isrc"
    UPC = "upc"


@dataclass(frozen=True, kw_only=True, slots=True)
class Acceptance:
    """What `mastertape check` lets pass, beside the very files that a delivery writes.

    Attributes:
        containers: names of file formats, besides the delivery's own.
        bits: of integer samples, besides the delivery's own encoding.
        rates_hz: sample rates; empty: the delivery's own, or any where it names none.
        channels: how many a file may have.
        plain_wav: WAV must be of format code 1 and end with its audio.
        loudness_tolerance_lu: how far the anchor may be from the target, either way; None: what is softer is only
            remarked on, for nothing comes to harm, and what is louder by over 0.5 LU fails.
        louder_ceiling_dbtp: highest true peak of a track that is louder than the target; more is remarked on.
        shortest_track_s: a track lasts at least this long.
        most_tracks: an album has no more.
        longest_s: the album lasts no longer.
        required_tags: a file without them fails.
        wanted_tags: a file without them is remarked on.
    """

    containers: tuple[str, ...] = ()
    bits: tuple[int, ...] = ()
    rates_hz: tuple[int, ...] = ()
    channels: tuple[int, ...] = (2,)
    plain_wav: bool = False
    loudness_tolerance_lu: float | None = None
    louder_ceiling_dbtp: float | None = None
    shortest_track_s: float | None = None
    most_tracks: int | None = None
    longest_s: float | None = None
    required_tags: tuple[Tag, ...] = ()
    wanted_tags: tuple[Tag, ...] = ()
