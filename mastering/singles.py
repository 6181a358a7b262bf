"""Songs alone: those whose file is cut while it sounds, or holds another song too, with a clean start and a clean end.

A single has the gain and the limiter that the song has in the album, and no other song under it. Where the album joins
it to its neighbours, it begins and ends as it would without them: with the fades that the plan has for it, or, where it
is cut from a recording that runs on, with short ones against the click.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace

from mastering.breaks import HEAD_FADE_S, TAIL_FADE_S
from mastering.codec_repair import dips, single_over_db
from mastering.delivery import DeliveredSingle
from mastering.render import LOWER_STILL_DB, PASSES, RenderedTracks
from mastering.specs import TrackSpec
from mastering.timeline import Timeline, lay_out
from mastering.unit_render import UnitOrder, render_unit
from mastering.verify import read_back

FOLDER = "singles"
"""Where they lie in a delivery."""


def needed_singles(timeline: Timeline) -> tuple[int, ...]:
    """Numbers of the tracks whose file does not hold all of the song, or not the song alone."""
    placements = timeline.placements
    found = []
    for number, placed in enumerate(placements):
        cut = placed.runs_on or (number > 0 and placements[number - 1].runs_on) or placed.end > placed.mark_end
        others = (*placements[:number], *placements[number + 1 :])
        if cut or any(other.start < placed.mark_end and other.end > placed.mark for other in others):
            found.append(number)
    return tuple(found)


def render_singles(job: RenderedTracks, pool: Executor) -> tuple[DeliveredSingle, ...]:
    """Write the singles of a delivery whose tracks are rendered, and read them back.

    Raises:
        OutputError: a file cannot be written or read back.
    """
    numbers = needed_singles(job.timeline)
    if numbers:
        (job.paths[0].parent / FOLDER).mkdir()
    return tuple(pool.map(_written, [job] * len(numbers), numbers))


def _written(job: RenderedTracks, number: int) -> DeliveredSingle:
    order = _order(job, number)
    frames, path = order.timeline.frames, order.paths[0]
    for _ in range(PASSES):
        render_unit(order, lambda _number, _frames: None)
        found = read_back(path, frames)
        ceiling, own = job.delivery.ceiling_dbtp, order.ceiling_dbtp
        if ceiling is None or own is None:
            break
        over_db = max(found.true_peak_dbtp - ceiling, single_over_db(job, path, found))
        if over_db <= 0:
            break
        order = replace(order, lowered_db=order.lowered_db + over_db + LOWER_STILL_DB)
    return DeliveredSingle(
        source=job.album.tracks[number].source,
        file=f"{FOLDER}/{path.name}",
        title=job.album.tracks[number].title,
        frames=frames,
        loudness_lufs=found.loudness_lufs,
        true_peak_dbtp=found.true_peak_dbtp,
        loudness=found.loudness,
    )


def _order(job: RenderedTracks, number: int) -> UnitOrder:
    """The song as an album of its own, with what the delivery does to it."""
    album = replace(job.album, tracks=(alone(job.album.tracks, number),))
    timeline = lay_out(album, job.timeline.rate_hz)
    (unit,), start = timeline.units, job.timeline.placements[number].start
    rides = [replace(ride, start=ride.start - start) for ride in job.rides]
    inside = next(i for i, unit in enumerate(job.timeline.units) if number in unit.tracks)
    return UnitOrder(
        album=album,
        delivery=job.delivery,
        timeline=timeline,
        unit=unit,
        spools=[job.spools[number]],
        gains_db=[job.gains.tracks_db[number]],
        ceiling_dbtp=job.ceilings_dbtp[inside],
        highest=job.highest(job.timeline.units[inside]),
        rides=[ride for ride in rides if ride.start < unit.end and ride.start + ride.frames > unit.start],
        paths=[job.paths[number].parent / FOLDER / job.paths[number].name],
        seams={},
        songs={0: job.songs[number]} if number in job.songs else {},
        lowered_db=job.repairs[number].lowered_db if number in job.repairs else 0.0,
        dips=dips(job, number, start),
    )


def alone(tracks: Sequence[TrackSpec], number: int) -> TrackSpec:
    """A track without its neighbours: no crossfade, and a short fade where it is cut from a recording that runs on."""
    track, goes_on = tracks[number], number > 0 and tracks[number - 1].runs_on
    runs_on = track.runs_on and number + 1 < len(tracks)
    if goes_on:
        track = replace(track, start_s=0.0, first_sound_s=0.0, fade_in_s=HEAD_FADE_S)
    if runs_on:
        length_s = track.frames / track.rate_hz
        track = replace(track, end_s=length_s, felt_end_s=length_s, fade_out_s=TAIL_FADE_S)
    return replace(track, crossfade_s=0.0, runs_on=False)
