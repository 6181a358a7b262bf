"""The tables of a delivery's TOML file: how a service plays, what a place takes, and where each figure comes from."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from assistant.validation import Table, between
from mastering.acceptance import Acceptance, Tag
from mastering.playback import AlbumBy, Per, PlaybackMode

Lufs = Annotated[float, between(-40, -4, "LUFS")]
Peak = Annotated[float, between(-20, 0, "dB")]
FileKind = Literal["wav", "flac", "aiff", "alac", "mp3", "aac", "opus", "vorbis"]


class Kind(StrEnum):
    """How well a figure is known."""

    PUBLISHED = "published"
    REPORTED = "reported"
    OWN = "own"


class SourceTable(Table):
    """Where a figure comes from.

    `published`: the place or a standard says so itself; `reported`: others say so of it; `own`: chosen or found here.
    """

    text: Annotated[str, Field(min_length=3)]
    date: Annotated[str, Field(pattern=r"^[0-9]{4}(-[0-9]{2}){0,2}$")]
    kind: Kind = Kind.PUBLISHED


class PlaybackTable(Table):
    """One way in which a service normalises loudness; the words are those of `PlaybackMode`."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9 -]*$")]
    target_lufs: Lufs
    per: Per
    album_by: AlbumBy = AlbumBy.PROGRAMME
    raises: bool
    headroom_dbtp: Peak | None = None
    limiter_dbfs: Peak | None = None

    def mode(self, service: str) -> PlaybackMode:
        """As the simulation takes it."""
        return PlaybackMode(
            service=service,
            name=self.name,
            target_lufs=self.target_lufs,
            per=self.per,
            album_by=self.album_by,
            raises=self.raises,
            headroom_dbtp=self.headroom_dbtp,
            limiter_dbfs=self.limiter_dbfs,
        )


class AcceptsTable(Table):
    """What a place takes; the words are those of `Acceptance`."""

    containers: tuple[FileKind, ...] = ()
    bits: tuple[Annotated[int, between(8, 32, "bits")], ...] = ()
    rates_hz: tuple[Annotated[int, between(8_000, 384_000, "Hz")], ...] = ()
    channels: tuple[Annotated[int, between(1, 2, "channels")], ...] = (2,)
    plain_wav: bool = False
    loudness_tolerance_lu: Annotated[float, between(0.1, 10, "LU")] | None = None
    louder_ceiling_dbtp: Peak | None = None
    shortest_track_s: Annotated[float, between(0, 3600, "s")] | None = None
    most_tracks: Annotated[int, between(1, 9999, "tracks")] | None = None
    longest_s: Annotated[float, between(1, 360_000, "s")] | None = None
    required_tags: tuple[Tag, ...] = ()
    wanted_tags: tuple[Tag, ...] = ()

    def acceptance(self) -> Acceptance:
        """As the check takes it."""
        return Acceptance(
            containers=self.containers,
            bits=self.bits,
            rates_hz=self.rates_hz,
            channels=self.channels,
            plain_wav=self.plain_wav,
            loudness_tolerance_lu=self.loudness_tolerance_lu,
            louder_ceiling_dbtp=self.louder_ceiling_dbtp,
            shortest_track_s=self.shortest_track_s,
            most_tracks=self.most_tracks,
            longest_s=self.longest_s,
            required_tags=self.required_tags,
            wanted_tags=self.wanted_tags,
        )
