"""Codec audit of a delivery's tracks, and repair of those that come back over the ceiling, by the least that passes.

Where many stretches of a tenth of a second come back too high, the ceiling of the track's own limiter is lowered, by no
more than brings all but a few of them down: the encoder tried here stands for others of its kind, in which other peaks
may be the ones that pass. The few that are left, often one slip of an encoder, are turned down where they are. Gains
stay, so that no other track changes; in a recording or crossfade of several tracks only the second is done.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Executor
from dataclasses import replace
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from analysis.load import open_audio
from analysis.true_peak import STEPS_PER_SECOND
from analysis.units import Floats, amplitude_to_db
from mastering.codec_audit import CodecTrial, file_suffix, hear, try_codec
from mastering.codec_specs import CodecSpec
from mastering.codecs import decoded, encode
from mastering.dips import Dip
from mastering.programme_files import programme_path
from mastering.repair import Repair

if TYPE_CHECKING:
    from mastering.render import RenderedTracks
    from mastering.unit_render import Progress
    from mastering.verify import Written

_PASSES = 16


def audit(job: RenderedTracks, pool: Executor, progress: Progress) -> None:
    """Try every track of a delivery with its codecs, and repair what comes back over their ceiling.

    The outcome is noted in `job.codecs` and `job.repairs`; tracks that pass stay as they are. Where the delivery's own
    files are lossy, its programmes are tried too, and those made last stay beside the tracks.

    Raises:
        OutputError: a file cannot be written or read back.
    """
    if not job.delivery.codecs or not job.delivery.audit:
        return
    try_tracks(job, range(len(job.album.tracks)), pool, progress)
    repair(job, pool, progress)


def repair(job: RenderedTracks, pool: Executor, progress: Progress) -> None:
    """Repair the tracks that came back over the codecs' ceiling when they were tried.

    Raises:
        OutputError: a file cannot be written or read back.
    """
    for _ in range(_PASSES):
        over = {track: found for track in job.codecs if (found := over_db(job, track))}
        if not over and job.asked.lossy:
            over = _over_in_programmes(job, job.asked.lossy, pool)
        if not over:
            return
        for track, found in over.items():
            steps = len(job.codecs[track][0].step_peaks)
            job.repairs.setdefault(track, Repair()).deepen(found, steps, alone=_has_own_limiter(job, track))
        job.render(sorted(job.units_of(list(over))), pool, progress)
        try_tracks(job, over, pool, progress)


def _has_own_limiter(job: RenderedTracks, track: int) -> bool:
    units = zip(job.timeline.units, job.ceilings_dbtp, strict=True)
    return any(unit.tracks == (track,) and ceiling_dbtp is not None for unit, ceiling_dbtp in units)


def over_db(job: RenderedTracks, track: int) -> dict[int, float]:
    """By how much each tenth of a second of a track comes back over the ceiling from the worst codec, where it does."""
    found = [trial.step_peaks for trial in job.codecs[track]]
    longest = max(map(len, found))  # at another rate the last stretch may be one more
    worst = np.max([np.pad(peaks, (0, longest - len(peaks))) for peaks in found], axis=0)
    return _excess_db(worst, job.delivery.codec_ceiling_dbtp)


def _excess_db(step_peaks: Floats, ceiling_dbtp: float) -> dict[int, float]:
    peaks_db = amplitude_to_db(step_peaks)
    return {int(step): float(peaks_db[step] - ceiling_dbtp) for step in np.flatnonzero(peaks_db > ceiling_dbtp)}


def _over_in_programmes(job: RenderedTracks, spec: CodecSpec, pool: Executor) -> dict[int, dict[int, float]]:
    """The same of all tracks as they come back within their programmes: what came before counts."""
    numbers = range(len(job.timeline.programmes))
    found = pool.map(lambda number: _over_in_programme(job, number, spec), numbers)
    return {track: over for programme in found for track, over in programme.items()}


def _over_in_programme(job: RenderedTracks, number: int, spec: CodecSpec) -> dict[int, dict[int, float]]:
    programme, step_frames = job.timeline.programmes[number], job.timeline.rate_hz / STEPS_PER_SECOND
    parts = [open_audio(job.paths[track]).audio for track in programme.tracks]
    stream = replace(parts[0], blocks=lambda: chain.from_iterable(part.blocks() for part in parts))
    target = programme_path(job, number).with_suffix(job.asked.container.suffix)
    heard = hear(decoded(target, encode(stream, programme.end - programme.start, spec, target)))
    over: dict[int, dict[int, float]] = {}
    for step, excess in _excess_db(heard.step_peaks, job.delivery.codec_ceiling_dbtp).items():
        # A stretch of the programme is parts of two of a track, and perhaps of two tracks.
        edges = [programme.start + step * step_frames, programme.start + (step + 1) * step_frames]
        for track in programme.tracks:
            placed = job.timeline.placements[track]
            if placed.mark < edges[1] and placed.mark_end > edges[0]:
                within = {int(max(0.0, edge - placed.mark) / step_frames) for edge in (edges[0], edges[1] - 1)}
                over.setdefault(track, {}).update(dict.fromkeys(within, excess))
    return over


def dips(job: RenderedTracks, track: int, start: int) -> list[Dip]:
    """What is turned down in a track, in frames from `start` of the timeline."""
    if track not in job.repairs:
        return []
    placed, step_frames = job.timeline.placements[track], job.timeline.rate_hz / STEPS_PER_SECOND
    return [
        Dip(
            start=placed.mark - start + round(step * step_frames),
            stop=placed.mark - start + round((step + 1) * step_frames),
            lowered_db=lowered_db,
            first=placed.mark - start,
            end=placed.mark_end - start,
        )
        for step, lowered_db in sorted(job.repairs[track].dips_db.items())
    ]


def try_tracks(job: RenderedTracks, tracks: Iterable[int], pool: Executor, progress: Progress) -> None:
    """Try some tracks with every codec, and note what came of it."""
    with TemporaryDirectory(dir=job.paths[0].parent) as folder:

        def one(track: int, codec: CodecSpec) -> CodecTrial:
            trial = _tried(job, job.paths[track], job.written[track], codec, Path(folder) / f"{track}-{codec.word}")
            progress(track, job.written[track].frames)
            return trial

        tried = {track: [pool.submit(one, track, codec) for codec in job.delivery.codecs] for track in tracks}
        for track, trials in tried.items():
            job.codecs[track] = tuple(trial.result() for trial in trials)


def single_over_db(job: RenderedTracks, path: Path, written: Written) -> float:
    """By how much a single comes back over the ceiling from the worst codec; 0 where it does not, or is not tried."""
    if not job.delivery.audit:
        return 0.0
    with TemporaryDirectory(dir=job.paths[0].parent) as folder:
        trials = [_tried(job, path, written, codec, Path(folder) / codec.word) for codec in job.delivery.codecs]
    ceiling_dbtp = job.delivery.codec_ceiling_dbtp
    return max((trial.true_peak_dbtp - ceiling_dbtp for trial in trials), default=0.0)


def _tried(job: RenderedTracks, path: Path, written: Written, codec: CodecSpec, spare: Path) -> CodecTrial:
    """What came of a file and a codec; a lossy delivery's own is left beside it, any other is made as `spare`."""
    beside = path.with_suffix(job.asked.container.suffix)
    target = beside if job.asked.lossy else spare.with_name(f"{spare.name}{file_suffix(codec)}")
    trial = try_codec(path, written.frames, written.loudness_lufs, codec, target)
    if not job.asked.lossy:
        target.unlink()
    return trial


def codec_findings(job: RenderedTracks, track: int) -> list[str]:
    """A sentence for each codec from which a track comes back over the ceiling all the same; none for its own file."""
    ceiling_dbtp = job.delivery.codec_ceiling_dbtp
    return [
        f"the track comes back from {trial.codec.label} at {trial.true_peak_dbtp:.2f} dBTP, over {ceiling_dbtp:g} dBTP"
        for trial in job.codecs.get(track, ())
        if trial.true_peak_dbtp > ceiling_dbtp and not job.asked.lossy
    ]


def repair_cost(job: RenderedTracks) -> str:
    """What was lowered, in words, for a target that was missed by it."""
    most_db = max(max(done.lowered_db, *done.dips_db.values(), 0.0) for done in job.repairs.values())
    count = len(job.repairs)
    return (
        f"{count} track{'s' if count > 1 else ''} had to come down by up to {most_db:.1f} dB, throughout or in places, "
        f"so that no lossy copy passes {job.delivery.codec_ceiling_dbtp:g} dBTP; ask for a lower --loudness, or leave "
        "that out with --no-audit"
    )
