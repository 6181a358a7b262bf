"""The last steps of a delivery: tracks joined to the album's file, that read back, everything judged."""

from __future__ import annotations

import math
from concurrent.futures import Executor
from dataclasses import dataclass

from mastering.cd_delivery import write_discs
from mastering.codec_repair import codec_findings, repair_cost
from mastering.delivery import DeliveredTrack, Delivery
from mastering.delivery_specs import Anchor, DeliverySpec, GapPlace
from mastering.encoded import PROMISED_LU, as_asked
from mastering.labelling import labelled
from mastering.loudness_solver import Bound
from mastering.noise_shaping import Dither
from mastering.programme_files import write_programmes
from mastering.render import RenderedTracks
from mastering.side_sheet_pages import write_side_sheets
from mastering.sides import length_findings
from mastering.singles import render_singles
from mastering.unlimited import unlimited_findings


def finish(job: RenderedTracks, pool: Executor) -> Delivery:
    """Join the tracks to the programme, read that back, and say what came of the delivery.

    Raises:
        OutputError: the programme cannot be written or read back.
    """
    delivery, timeline = job.delivery, job.timeline
    whole = write_programmes(job, pool)
    tracks = tuple(_track(job, number) for number in range(len(job.album.tracks)))
    singles = render_singles(job, pool) if delivery.singles else ()
    told = (*job.cut_apart, *(() if delivery.sheets else length_findings(delivery.split, timeline)))
    findings = [_Judged(text, failed=False) for text in told]
    findings += _loudness_findings(job, whole.loudness_lufs)
    for programme in whole.files:
        called = programme.title if len(whole.files) > 1 else "the album"
        findings += _peak_findings(delivery, programme.true_peak_dbtp, called)
    for single in singles:
        findings += _peak_findings(delivery, single.true_peak_dbtp, f"the single of {single.title!r}")
    discs = write_discs(delivery, job.album, whole.files, tracks, job.paths[0].parent)
    findings += [_Judged(remark.text, failed=remark.failed) for remark in discs.remarks]
    failed = any(finding.failed for finding in findings) or any(track.findings for track in tracks)
    made = Delivery(
        name=delivery.name,
        rate_hz=timeline.rate_hz,
        target_lufs=job.gains.target_lufs,
        ceiling_dbtp=delivery.ceiling_dbtp,
        dither=delivery.dither if delivery.encoding.bits else Dither.NONE,
        loudness_lufs=whole.loudness_lufs,
        true_peak_dbtp=whole.true_peak_dbtp,
        gain_db=job.gains.tracks_db[0],
        limiting=job.gains.limiting,
        passed=not failed,
        findings=tuple(finding.text for finding in findings),
        programmes=whole.files,
        tracks=tracks,
        singles=singles,
        limited=delivery.limiter,
        extras=(*discs.names, *write_side_sheets(job, whole.files, tracks)),
    )
    return labelled(as_asked(job, made, pool), job.album, job.asked, job.paths[0].parent, pool)


def _track(job: RenderedTracks, number: int) -> DeliveredTrack:
    placed, written = job.timeline.placements[number], job.written[number]
    programme = job.timeline.programme_of(number)
    begins = job.timeline.programmes[programme].start
    findings = [f.text for f in _peak_findings(job.delivery, job.judged_peak_dbtp(number), "the track")]
    findings += codec_findings(job, number)
    return DeliveredTrack(
        source=job.album.tracks[number].source,
        file=job.paths[number].name,
        title=job.album.tracks[number].title,
        programme=programme,
        start_frame=placed.mark - begins,
        frames=written.frames,
        gap_frames=_gap_frames(job, number),
        index={index: frame - begins for index, frame in _index(job, number).items()},
        loudness_lufs=written.loudness_lufs,
        true_peak_dbtp=written.true_peak_dbtp,
        loudness=written.loudness,
        harm=job.harm[number],
        chain_harm=job.chain_harms[number],
        codecs=job.codecs.get(number, ()),
        repair=job.repairs.get(number),
        effect=job.effects.get(number),
        findings=tuple(findings),
    )


def _gap_frames(job: RenderedTracks, number: int) -> int:
    """Digital silence of a track's file, on the side where the delivery has its gaps."""
    placed, others = job.timeline.placements[number], job.timeline.placements
    if job.delivery.gap is GapPlace.BEFORE_SONG:
        before = max((other.end for other in others[:number]), default=0)
        return placed.start - placed.mark if before <= placed.mark else 0
    sounding = max((min(o.end, placed.mark_end) for o in others if o.start < placed.mark_end), default=placed.mark)
    return placed.mark_end - max(sounding, placed.mark)


def _index(job: RenderedTracks, number: int) -> dict[int, int]:
    """Where a disc's indices of a track lie in the album; index 0 is its gap (IEC 60908: the pause)."""
    placed, sector = job.timeline.placements[number], job.delivery.sector_frames
    begins = placed.start - placed.start % sector
    return {0: placed.mark, 1: begins} if placed.mark < begins else {1: begins}


@dataclass(frozen=True, slots=True)
class _Judged:
    text: str
    failed: bool


def _peak_findings(delivery: DeliverySpec, peak_dbtp: float, what: str) -> list[_Judged]:
    if delivery.ceiling_dbtp is None or peak_dbtp <= delivery.ceiling_dbtp:
        return []
    text = f"{what} peaks at {peak_dbtp:.2f} dBTP, over the ceiling of {delivery.ceiling_dbtp:g} dBTP"
    return [_Judged(text, failed=True)]


def _loudness_findings(job: RenderedTracks, loudness_lufs: float | None) -> list[_Judged]:
    target = job.gains.target_lufs
    if not job.delivery.limiter:
        return [_Judged(text, failed=False) for text in unlimited_findings(job.delivery, loudness_lufs)]
    if target is None:
        wanted, found = job.delivery.loudness_lufs, loudness_lufs
        if wanted is None or found is None or abs(found - wanted) <= PROMISED_LU:
            return []
        text = f"the album is {found:.1f} LUFS as it is, where {job.delivery.name} asks for {wanted:g} LUFS"
        return [_Judged(text, failed=False)]
    return [
        _missed(job, what, found, target, bound)
        for what, found, bound in _anchored(job, loudness_lufs)
        if found is None or abs(found - target) > PROMISED_LU
    ]


def _missed(job: RenderedTracks, what: str, found: float | None, target: float, bound: Bound | None) -> _Judged:
    """A target that was not met: what stopped it and what would get there, or a failure."""
    if bound is None and found is not None and job.repairs:
        return _Judged(f"{what} is {_lufs(found)}, short of {target:.1f} LUFS: {repair_cost(job)}", failed=False)
    if bound is None or found is None:
        return _Judged(f"{what} is {_lufs(found)}; {target:.1f} LUFS was asked for", failed=True)
    text = f"{what} is {_lufs(found)}, short of {target:.1f} LUFS: "
    if job.delivery.anchor is Anchor.EACH_TRACK:
        return _Judged(text + f"{bound.text}; ask for a lower --loudness, or for a mix of lower peaks", failed=False)
    song = job.album.tracks[bound.song].title
    text += (
        f"{song!r} stops it, for {bound.text}; ask for a lower --loudness, or for a mix of {song!r} with lower peaks, "
    )
    return _Judged(text + "or lower its gain_db in the plan", failed=False)


def _anchored(job: RenderedTracks, loudness_lufs: float | None) -> list[tuple[str, float | None, Bound | None]]:
    """What must meet the target, its loudness as written, and what stopped it."""
    titles = [track.title for track in job.album.tracks]
    if job.delivery.anchor is Anchor.EACH_TRACK:
        return [
            (" to ".join(dict.fromkeys(titles[i] for i in (run[0], run[-1]))), job.recording_lufs(run), bound)
            for run in job.timeline.recordings
            for bound in [job.gains.bounds[run[0]]]
        ]
    tracks = [(title, job.written[i].loudness_lufs, job.gains.bounds[i]) for i, title in enumerate(titles)]
    if job.delivery.anchor is Anchor.LOUDEST_TRACK:
        return [max(tracks, key=lambda track: -math.inf if track[1] is None else track[1])]
    return [("the album", loudness_lufs, job.gains.bound)]


def _lufs(level: float | None) -> str:
    return "not measurable" if level is None else f"{level:.1f} LUFS"
