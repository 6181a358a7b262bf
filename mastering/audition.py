"""A join to listen to: the end of one track, what lies between, and the start of the next, as loud as in the album.

Only these seconds are rendered, with the gains that were solved for the whole album; the limiter starts two seconds
early, so that it is in full work where the audition begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from analysis.units import Floats
from mastering.assembly import PROGRAMME_CHANNELS
from mastering.delivery_specs import Container, Encoding
from mastering.dither import Quantiser
from mastering.files import AudioFile, encoded
from mastering.render import RenderedTracks
from mastering.room_tone import RoomTone, tone_spans
from mastering.specs import AlbumSpec, TrackSpec
from mastering.timeline import Timeline, lay_out
from mastering.unit_render import UnitOrder, finished

_EARLY_S = 2.0
_FADE_S = 0.02
_ENCODING = Encoding.PCM_24


def audition(job: RenderedTracks, number: int, path: Path, *, before_s: float = 10.0, after_s: float = 10.0) -> float:
    """Write the join after track `number` (from 0) to a WAV file of 24 bits; gives its length in seconds.

    Args:
        job: a delivery whose gains are solved.
        number: of the track before the join.
        path: where to.
        before_s: how much is heard up to the felt end of the one.
        after_s: how much from the first sound of the other on.

    Raises:
        OutputError: it cannot be written.
    """
    pair = _ends(job.album.tracks[number], job.album.tracks[number + 1], before_s, after_s)
    album = replace(job.album, tracks=pair)
    timeline = lay_out(album, job.timeline.rate_hz)
    early = round(max(0.0, pair[0].felt_end_s - pair[0].start_s - before_s) * timeline.rate_hz)
    frames = timeline.frames - early
    quantiser = Quantiser(_ENCODING.bits or 24, seed=job.album.seed, track=number)
    with AudioFile(
        path, Container.WAV, _ENCODING, rate_hz=timeline.rate_hz, channels=PROGRAMME_CHANNELS, frames=frames
    ) as file:
        position = -early
        for block in _stream(job, number, album, timeline):
            part = block[max(0, -position) :]
            position += len(block)
            if len(part):
                heard = _faded(part, position - len(part), frames, round(_FADE_S * timeline.rate_hz))
                file.write(encoded(heard, _ENCODING, quantiser))
    return frames / timeline.rate_hz


def _ends(one: TrackSpec, other: TrackSpec, before_s: float, after_s: float) -> tuple[TrackSpec, TrackSpec]:
    """The end of the one track and the start of the other; a crossfade is heard whole."""
    before_s, after_s = before_s + one.crossfade_s, after_s + one.crossfade_s
    start_s = max(one.start_s, one.felt_end_s - before_s - _EARLY_S)
    end_s = min(other.end_s, other.first_sound_s + after_s)
    return (
        one if start_s == one.start_s else replace(one, start_s=start_s, first_sound_s=start_s, fade_in_s=0.0),
        other if end_s == other.end_s else replace(other, end_s=end_s, felt_end_s=end_s, fade_out_s=0.0),
    )


def _stream(job: RenderedTracks, number: int, album: AlbumSpec, timeline: Timeline) -> Iterator[Floats]:
    """The two tracks as they will sound, what is between them included, from the first frame of the first."""
    into = round((album.tracks[0].start_s - job.album.tracks[number].start_s) * timeline.rate_hz)
    moved = job.timeline.placements[number].start + into
    if job.room is None:
        yield from _songs(job, number, album, timeline, moved)
        return
    spans = tone_spans(timeline, job.gains.tracks_db[number : number + 2])
    room = RoomTone(np.roll(job.room, -moved, axis=0), spans)  # it runs through the album
    position = 0
    for block in _songs(job, number, album, timeline, moved):
        yield room.added(block, position)
        position += len(block)


def _songs(job: RenderedTracks, number: int, album: AlbumSpec, timeline: Timeline, moved: int) -> Iterator[Floats]:
    """The two tracks; `moved` is where in the whole album they begin."""
    position = 0
    for unit in timeline.units:
        yield np.zeros((unit.start - position, PROGRAMME_CHANNELS))
        order = UnitOrder(
            album=album,
            delivery=job.delivery,
            timeline=timeline,
            unit=unit,
            spools=job.spools[number : number + 2],
            gains_db=job.gains.tracks_db[number : number + 2],
            ceiling_dbtp=job.guarded_dbtp,
            highest=max((envelope.highest for envelope in job.envelopes), default=0.0),
            rides=[replace(ride, start=ride.start - moved) for ride in job.rides],
            paths=[],
            seams={},
            songs={here: job.songs[number + here] for here in (0, 1) if number + here in job.songs},
        )
        yield from finished(order, lambda _plain, _changed: None).blocks()
        position = unit.end
    yield np.zeros((timeline.frames - position, PROGRAMME_CHANNELS))


def _faded(part: Floats, first: int, frames: int, fade: int) -> Floats:
    """A short fade at each end of the file, which is cut in mid-sound."""
    places = np.arange(first, first + len(part)) + 0.5
    near = np.minimum(places, frames - places) / fade
    if near.min(initial=1.0) >= 1.0:
        return part
    return np.asarray(part * np.sin(np.clip(near, 0.0, 1.0) * (np.pi / 2))[:, None] ** 2)
