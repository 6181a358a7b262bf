"""Where each track lies in the album, to the frame, and where the album is cut into tracks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mastering.breaks import Programme, divided
from mastering.delivery_specs import DeliverySpec, GapPlace
from mastering.resample import resampled_frames
from mastering.specs import AlbumSpec, TrackSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement:
    """One track in the album, in frames of the album unless said otherwise.

    Attributes:
        source_start, source_stop: the part of the mix that is used, in frames of the mix.
        start, frames: where that part lies.
        mark, mark_end: where the track's own file begins and ends.
        fade_in, fade_out: lengths of its fades.
        fade_in_crosses, fade_out_crosses: whether a fade is one side of a crossfade.
        runs_on: whether the next track goes on where this one ends, as one recording.
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
    runs_on: bool = False

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
    """The whole album at one rate; its programmes lie end to end."""

    rate_hz: int
    placements: tuple[Placement, ...]
    units: tuple[Unit, ...]
    programmes: tuple[Programme, ...]
    frames: int

    @property
    def recordings(self) -> tuple[tuple[int, ...], ...]:
        """Numbers of the tracks of each recording: one, or several that run on into each other."""
        return recordings([placed.runs_on for placed in self.placements])

    def programme_of(self, track: int) -> int:
        """Number of the programme that a track is in."""
        return next(i for i, programme in enumerate(self.programmes) if track in programme.tracks)


def recordings(runs_on: Sequence[bool]) -> tuple[tuple[int, ...], ...]:
    """Numbers of the tracks of each recording, of whether each track runs on into the next; the last one cannot.

    >>> recordings([False, True, True, False])
    ((0,), (1, 2, 3))
    """
    found: list[tuple[int, ...]] = []
    for number in range(len(runs_on)):
        if number and runs_on[number - 1]:
            found[-1] = (*found[-1], number)
        else:
            found.append((number,))
    return tuple(found)


def delivery_timeline(album: AlbumSpec, delivery: DeliverySpec) -> Timeline:
    """Where everything lies in a delivery."""
    rate_hz = delivery.rendered(album.rate_hz).rate_hz or album.rate_hz
    return lay_out(album, rate_hz, delivery.sector_frames, delivery.gap, delivery.breaks, delivery.lead_s)


def lay_out(
    album: AlbumSpec,
    rate_hz: int,
    sector_frames: int = 1,
    gap_place: GapPlace = GapPlace.AFTER_SONG,
    breaks: Sequence[int] = (),
    lead_s: float = 0.0,
) -> Timeline:
    """Place every track at a delivery's rate; marks fall on multiples of `sector_frames` at or before the sound.

    A decay longer than the gap runs on under the next song. A track never begins before the one before it. Songs that
    run on into each other lie where their joined files would put them. The tracks whose numbers are `breaks` begin a
    new programme: the song before ends after its own decay, and theirs begins after as much silence as every programme
    begins with, `lead_s`.
    """
    tracks, starts, lengths = divided(album, breaks).tracks, list[int](), list[int]()
    begins = dict[int, int]()  # where each programme does, by the number of its first track
    for run in recordings([track.runs_on for track in tracks]):
        if run[0] == 0 or run[0] in breaks:
            sounded = max((start + length for start, length in zip(starts, lengths, strict=True)), default=0)
            begins[run[0]] = -(-sounded // sector_frames) * sector_frames
            first = begins[run[0]] + round(lead_s * rate_hz)
        else:
            first = _next_start(tracks, run[0], starts, rate_hz)
        position = first
        for edge in _edges(tracks, run, rate_hz):
            starts.append(position)
            lengths.append(first + edge - position)
            position = first + edge
    last = max((start + length for start, length in zip(starts, lengths, strict=True)), default=0)
    frames = -(-last // sector_frames) * sector_frames
    marks = [*_marks(starts, lengths, sector_frames, gap_place, begins), frames]
    placements = tuple(_place(tracks, number, starts, lengths, marks, rate_hz) for number in range(len(starts)))
    return Timeline(
        rate_hz=rate_hz,
        placements=placements,
        units=_units(placements, tracks, breaks),
        programmes=_programmes(begins, len(tracks), frames),
        frames=frames,
    )


def used_frames(track: TrackSpec) -> tuple[int, int]:
    """First frame of the mix that is used, and the one after the last."""
    first = min(max(0, round(track.start_s * track.rate_hz)), track.frames)
    return first, min(max(first, round(track.end_s * track.rate_hz)), track.frames)


def _used(tracks: Sequence[TrackSpec], number: int) -> tuple[int, int]:
    """The same in the album: where songs run on into each other, nothing of them is left out."""
    first, stop = used_frames(tracks[number])
    if number and tracks[number - 1].runs_on:
        first = 0
    if tracks[number].runs_on and number + 1 < len(tracks):
        stop = tracks[number].frames
    return first, max(first, stop)


def _edges(tracks: Sequence[TrackSpec], run: Sequence[int], rate_hz: int) -> list[int]:
    """Where each track of a recording ends, in frames of the album from the recording's start."""
    edges, done = [], 0
    for number in run:
        first, stop = _used(tracks, number)
        done += stop - first
        edges.append(resampled_frames(done, tracks[number].rate_hz, rate_hz))
    return edges


def _next_start(tracks: Sequence[TrackSpec], number: int, starts: Sequence[int], rate_hz: int) -> int:
    """Start of a track that does not go on from the one before it.

    Counted from the start of the whole recording that comes before, so that a cut in that does not round it anew.
    """
    first = number - 1
    while first and tracks[first - 1].runs_on:
        first -= 1
    run, before, track = range(first, number), tracks[number - 1], tracks[number]
    lengths = [stop - start for start, stop in (_used(tracks, i) for i in run)]
    if before.crossfade_s > 0:
        end = resampled_frames(sum(lengths), before.rate_hz, rate_hz)
        found = starts[first] + end - round(before.crossfade_s * rate_hz)
    else:
        begin_s = 0.0 if len(run) > 1 else before.start_s
        felt_end_s = sum(lengths[:-1]) / before.rate_hz + before.felt_end_s - begin_s
        lead_in_s = track.first_sound_s - track.start_s
        found = starts[first] + round((felt_end_s + before.gap_s - lead_in_s) * rate_hz)
    return max(found, starts[-1] + 1)


def _programmes(begins: Mapping[int, int], tracks: int, frames: int) -> tuple[Programme, ...]:
    """The programmes by where they begin; each ends where the next one does."""
    edges = [*begins.items(), (tracks, frames)]
    return tuple(
        Programme(start=start, end=end, tracks=tuple(range(first, last)))
        for (first, start), (last, end) in pairwise(edges)
    )


def _marks(
    starts: Sequence[int],
    lengths: Sequence[int],
    sector_frames: int,
    gap_place: GapPlace,
    begins: Mapping[int, int],
) -> list[int]:
    """Where each track's file begins: where its song does, or the gap before that, or its programme."""
    marks: list[int] = []
    sounding = 0
    for number, (start, length) in enumerate(zip(starts, lengths, strict=True)):
        mark = begins.get(number, start - start % sector_frames)
        if gap_place is GapPlace.BEFORE_SONG:
            mark = min(mark, -(-sounding // sector_frames) * sector_frames)
        marks.append(max(mark, *marks[-1:], 0))
        sounding = max(sounding, start + length)
    return marks


def _place(
    tracks: Sequence[TrackSpec],
    number: int,
    starts: Sequence[int],
    lengths: Sequence[int],
    marks: Sequence[int],
    rate_hz: int,
) -> Placement:
    track, before = tracks[number], tracks[number - 1] if number else None
    follows = number + 1 < len(tracks)
    goes_on, runs_on = before is not None and before.runs_on, track.runs_on and follows
    crosses_in = before is not None and before.crossfade_s > 0 and not goes_on
    crosses_out = track.crossfade_s > 0 and follows and not runs_on
    fade_in_s = before.crossfade_s if before and crosses_in else 0.0 if goes_on else track.fade_in_s
    fade_out_s = track.crossfade_s if crosses_out else 0.0 if runs_on else track.fade_out_s
    source_start, source_stop = _used(tracks, number)
    return Placement(
        source_start=source_start,
        source_stop=source_stop,
        start=starts[number],
        frames=lengths[number],
        mark=marks[number],
        mark_end=marks[number + 1],
        fade_in=min(round(fade_in_s * rate_hz), lengths[number]),
        fade_out=min(round(fade_out_s * rate_hz), lengths[number]),
        fade_in_crosses=crosses_in,
        fade_out_crosses=crosses_out,
        runs_on=runs_on,
    )


def _units(placements: Sequence[Placement], tracks: Sequence[TrackSpec], breaks: Sequence[int]) -> tuple[Unit, ...]:
    units: list[Unit] = []
    for number, placed in enumerate(placements):
        between = placements[number - 1], tracks[number - 1], tracks[number]
        if units and number not in breaks and not _apart(units[-1], placed, *between):
            joined = units.pop()
            units.append(Unit(start=joined.start, end=max(joined.end, placed.end), tracks=(*joined.tracks, number)))
        else:
            units.append(Unit(start=placed.start, end=placed.end, tracks=(number,)))
    return tuple(units)


def _apart(unit: Unit, placed: Placement, placed_before: Placement, before: TrackSpec, track: TrackSpec) -> bool:
    """Whether there is digital silence before a track: a gap, or what an untouched file brings along."""
    if placed_before.runs_on:
        return False
    if placed.start > unit.end and placed.mark >= unit.end:
        return True
    silent = (before.silent_tail and before.chain.is_wire) or (track.silent_head and track.chain.is_wire)
    return silent and placed.mark == placed.start == unit.end
