"""Where each track lies in the album, to the frame, and where the album is cut into tracks."""

from __future__ import annotations

from dataclasses import dataclass

from mastering.resample import resampled_frames
from mastering.specs import AlbumSpec, TrackSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement:
    """One track in the album, in frames of the album unless said otherwise.

    Attributes:
        source_start, source_stop: the part of the mix that is used, in frames of the mix.
        start, frames: where that part lies.
        mark, mark_end: where the track's own file begins and ends; its gap belongs to it.
        fade_in, fade_out: lengths of its fades.
        fade_in_crosses, fade_out_crosses: whether a fade is one side of a crossfade.
    """

    source_start: int
    source_stop: int
    start: int
    frames: int
    mark: int
    mark_end: int
    fade_in: int
    fade_out: int
    fade_in_crosses: bool
    fade_out_crosses: bool

    @property
    def end(self) -> int:
        """The frame after its last."""
        return self.start + self.frames


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """A stretch without digital silence between tracks: one limiter runs through it, `start` to `end`.

    It starts with its first song and not with that song's file, so that nothing in it depends on where files are cut.
    """

    start: int
    end: int
    tracks: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeline:
    """The whole album at one rate."""

    rate_hz: int
    placements: tuple[Placement, ...]
    units: tuple[Unit, ...]
    frames: int


def lay_out(album: AlbumSpec, rate_hz: int, sector_frames: int = 1) -> Timeline:
    """Place every track at a delivery's rate; marks fall on multiples of `sector_frames` at or before the sound.

    A decay longer than the gap runs on under the next song. A track never begins before the one before it.
    """
    starts: list[int] = []
    lengths: list[int] = []
    for number, track in enumerate(album.tracks):
        first, stop = used_frames(track)
        lengths.append(resampled_frames(stop - first, track.rate_hz, rate_hz))
        starts.append(
            0 if not number else _next_start(album.tracks[number - 1], track, starts[-1], lengths[-2], rate_hz)
        )
    last = max((start + length for start, length in zip(starts, lengths, strict=True)), default=0)
    marks = [start - start % sector_frames for start in starts]
    frames = -(-last // sector_frames) * sector_frames
    placements = tuple(
        _place(album.tracks, number, starts, lengths, [*marks, frames], rate_hz) for number in range(len(starts))
    )
    return Timeline(rate_hz=rate_hz, placements=placements, units=_units(placements, album.tracks), frames=frames)


def used_frames(track: TrackSpec) -> tuple[int, int]:
    """First frame of the mix that is used, and the one after the last."""
    first = min(max(0, round(track.start_s * track.rate_hz)), track.frames)
    return first, min(max(first, round(track.end_s * track.rate_hz)), track.frames)


def _next_start(before: TrackSpec, track: TrackSpec, start: int, length: int, rate_hz: int) -> int:
    if before.crossfade_s > 0:
        found = start + length - round(before.crossfade_s * rate_hz)
    else:
        felt_end_s = before.felt_end_s - before.start_s
        lead_in_s = track.first_sound_s - track.start_s
        found = start + round((felt_end_s + before.gap_s - lead_in_s) * rate_hz)
    return max(found, start + 1)


def _place(
    tracks: tuple[TrackSpec, ...], number: int, starts: list[int], lengths: list[int], marks: list[int], rate_hz: int
) -> Placement:
    track = tracks[number]
    first, stop = used_frames(track)
    crosses_in = number > 0 and tracks[number - 1].crossfade_s > 0
    crosses_out = track.crossfade_s > 0 and number + 1 < len(tracks)
    fade_in_s = tracks[number - 1].crossfade_s if crosses_in else track.fade_in_s
    fade_out_s = track.crossfade_s if crosses_out else track.fade_out_s
    return Placement(
        source_start=first,
        source_stop=stop,
        start=starts[number],
        frames=lengths[number],
        mark=marks[number],
        mark_end=marks[number + 1],
        fade_in=min(round(fade_in_s * rate_hz), lengths[number]),
        fade_out=min(round(fade_out_s * rate_hz), lengths[number]),
        fade_in_crosses=crosses_in,
        fade_out_crosses=crosses_out,
    )


def _units(placements: tuple[Placement, ...], tracks: tuple[TrackSpec, ...]) -> tuple[Unit, ...]:
    units: list[Unit] = []
    for number, placed in enumerate(placements):
        if units and not _apart(units[-1], placed, tracks[number - 1], tracks[number]):
            joined = units.pop()
            units.append(Unit(start=joined.start, end=max(joined.end, placed.end), tracks=(*joined.tracks, number)))
        else:
            units.append(Unit(start=placed.start, end=placed.end, tracks=(number,)))
    return tuple(units)


def _apart(unit: Unit, placed: Placement, before: TrackSpec, track: TrackSpec) -> bool:
    """Whether there is digital silence before a track: a gap, or what an untouched file brings along."""
    if placed.mark > unit.end:
        return True
    silent = (before.silent_tail and before.chain.is_wire) or (track.silent_head and track.chain.is_wire)
    return silent and placed.mark == placed.start == unit.end
