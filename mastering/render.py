"""A delivery from the spools to checked files: measure, solve the gain, render, read back, mend what is off."""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile

from analysis.audio import BLOCK_FRAMES
from mastering.assembly import PROGRAMME_CHANNELS, assemble
from mastering.delivery import DeliveredProgramme, DeliveredTrack, Delivery
from mastering.files import AudioFile, raw_dtype, safe_name
from mastering.gains import DeliveryGains, anchor_loudness, solve_gains, track_hops
from mastering.loudness_solver import Envelope, measure_envelope
from mastering.specs import AlbumSpec, Anchor, DeliverySpec
from mastering.spool import Spool
from mastering.timeline import Timeline, lay_out
from mastering.unit_render import Progress, UnitOrder, render_unit
from mastering.verify import Written, read_back

PROMISED_LU = 0.1
"""How near a programme comes to its loudness target."""

_RERENDER_LU = 0.05
_CEILING_GUARD_DB = 0.02  # a gain that moves puts a little between the samples
_PASSES = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Programme:
    """The assembled album at one rate, measured before any delivery's gain."""

    timeline: Timeline
    envelopes: tuple[Envelope, ...]


def measure_programme(
    album: AlbumSpec, rate_hz: int, sector_frames: int, spools: Sequence[Spool], pool: Executor
) -> Programme:
    """Lay the album out at a rate and measure every unit, in parallel."""
    timeline = lay_out(album, rate_hz, sector_frames)
    plain = [1.0] * len(album.tracks)
    envelopes = pool.map(
        lambda unit: measure_envelope(assemble(timeline, unit, spools, plain), unit.start), timeline.units
    )
    return Programme(timeline=timeline, envelopes=tuple(envelopes))


@dataclass(kw_only=True)
class _Job:
    """A delivery being made."""

    album: AlbumSpec
    delivery: DeliverySpec
    programme: Programme
    spools: Sequence[Spool]
    folder: Path
    gains: DeliveryGains
    ceilings_dbtp: list[float | None]
    paths: list[Path]
    written: dict[int, Written] = field(default_factory=dict)

    def render(self, units: Sequence[int], pool: Executor, progress: Progress) -> None:
        """Render some units and read their tracks back."""

        def one(number: int) -> list[tuple[int, Written]]:
            unit = self.programme.timeline.units[number]
            order = UnitOrder(
                album=self.album,
                delivery=self.delivery,
                timeline=self.programme.timeline,
                unit=unit,
                spools=self.spools,
                gains_db=self.gains.tracks_db,
                ceiling_dbtp=self.ceilings_dbtp[number],
                highest=self.programme.envelopes[number].highest,
                paths=self.paths,
            )
            render_unit(order, progress)
            placed = self.programme.timeline.placements
            return [
                (track, read_back(self.paths[track], placed[track].mark_end - placed[track].mark))
                for track in unit.tracks
            ]

        for results in list(pool.map(one, units)):
            self.written.update(results)

    def too_high(self) -> list[int]:
        """Units with a peak over the delivery's ceiling; their own ceiling is lowered by what is too much."""
        ceiling = self.delivery.ceiling_dbtp
        if ceiling is None:
            return []
        found = []
        for number, unit in enumerate(self.programme.timeline.units):
            excess = max(self.written[track].true_peak_dbtp for track in unit.tracks) - ceiling
            own = self.ceilings_dbtp[number]
            if excess > 0 and own is not None:
                self.ceilings_dbtp[number] = own - excess - 0.005
                found.append(number)
        return found

    def off_target_lu(self) -> float:
        """How much louder the programme should be; 0 where there is no target or a bound stops it."""
        if self.gains.target_lufs is None or self.gains.bound or self.delivery.anchor is Anchor.EACH_TRACK:
            return 0.0
        timeline = self.programme.timeline
        spans = track_hops(timeline)
        energies = np.zeros(spans[-1][1])
        for track, written in self.written.items():
            start = spans[track][0]
            count = min(len(written.hop_energies), len(energies) - start)
            energies[start : start + count] += written.hop_energies[:count]
        reached = anchor_loudness(self.delivery, timeline)(energies)
        return 0.0 if reached is None or math.isinf(reached) else self.gains.target_lufs - reached


def render_delivery(
    album: AlbumSpec,
    delivery: DeliverySpec,
    programme: Programme,
    spools: Sequence[Spool],
    folder: Path,
    *,
    pool: Executor,
    progress: Progress,
) -> Delivery:
    """Make one delivery in `folder` (which exists and is empty), and say what came of it.

    Raises:
        OutputError: a file cannot be written or read back.
    """
    guarded = None if delivery.ceiling_dbtp is None else delivery.ceiling_dbtp - _CEILING_GUARD_DB
    job = _Job(
        album=album,
        delivery=delivery,
        programme=programme,
        spools=spools,
        folder=folder,
        gains=solve_gains(album, delivery, programme.timeline, programme.envelopes, guarded),
        ceilings_dbtp=[guarded] * len(programme.timeline.units),
        paths=track_paths(album, delivery, folder),
    )
    dirty = list(range(len(programme.timeline.units)))
    bias_lu = 0.0
    for _ in range(_PASSES):
        job.render(dirty, pool, progress)
        dirty = job.too_high()
        missing_lu = job.off_target_lu()
        if abs(missing_lu) > _RERENDER_LU:
            bias_lu += missing_lu
            job.gains = solve_gains(album, delivery, programme.timeline, programme.envelopes, guarded, bias_lu=bias_lu)
            dirty = list(range(len(programme.timeline.units)))
        if not dirty:
            break
    return _finished(job)


def track_paths(album: AlbumSpec, delivery: DeliverySpec, folder: Path) -> list[Path]:
    """File of every track: its number and title."""
    digits = max(2, len(str(len(album.tracks))))
    return [
        folder / f"{safe_name(f'{number:0{digits}d} {track.title}')}.{delivery.container.value}"
        for number, track in enumerate(album.tracks, 1)
    ]


def programme_path(album: AlbumSpec, delivery: DeliverySpec, folder: Path) -> Path:
    """File of the whole album."""
    return folder / f"{safe_name(album.title)} (album).{delivery.container.value}"


def _finished(job: _Job) -> Delivery:
    """Join the tracks to the programme, read that back, and judge."""
    delivery, timeline = job.delivery, job.programme.timeline
    path = programme_path(job.album, delivery, job.folder)
    _join(job.paths, path, delivery, timeline.rate_hz, timeline.frames)
    whole = read_back(path, timeline.frames)
    tracks = tuple(_track(job, number) for number in range(len(job.album.tracks)))
    findings = [*_loudness_findings(job, whole), *_peak_findings(delivery, whole.true_peak_dbtp, "the album")]
    failed = any(finding.failed for finding in findings) or any(track.findings for track in tracks)
    return Delivery(
        name=delivery.name,
        rate_hz=timeline.rate_hz,
        target_lufs=job.gains.target_lufs,
        ceiling_dbtp=delivery.ceiling_dbtp,
        loudness_lufs=whole.loudness_lufs,
        true_peak_dbtp=whole.true_peak_dbtp,
        gain_db=job.gains.tracks_db[0],
        limiting=job.gains.limiting,
        passed=not failed,
        findings=tuple(finding.text for finding in findings),
        programmes=(
            DeliveredProgramme(file=path.name, frames=whole.frames, title=job.album.title, sha256=whole.sha256),
        ),
        tracks=tracks,
    )


def _join(paths: Sequence[Path], path: Path, delivery: DeliverySpec, rate_hz: int, frames: int) -> None:
    raw = raw_dtype(delivery.encoding)
    with AudioFile(
        path, delivery.container, delivery.encoding, rate_hz=rate_hz, channels=PROGRAMME_CHANNELS, frames=frames
    ) as out:
        for part in paths:
            with soundfile.SoundFile(str(part)) as file:
                while len(block := file.read(BLOCK_FRAMES, dtype=raw.name, always_2d=True)):
                    out.write(block)


def _track(job: _Job, number: int) -> DeliveredTrack:
    placed, written = job.programme.timeline.placements[number], job.written[number]
    sounding = max(
        (
            min(other.end, placed.mark_end)
            for other in job.programme.timeline.placements
            if other.start < placed.mark_end
        ),
        default=placed.mark,
    )
    findings = [finding.text for finding in _peak_findings(job.delivery, written.true_peak_dbtp, "the track")]
    return DeliveredTrack(
        source=job.album.tracks[number].source,
        file=job.paths[number].name,
        title=job.album.tracks[number].title,
        start_frame=placed.mark,
        frames=written.frames,
        gap_frames=placed.mark_end - max(sounding, placed.mark),
        loudness_lufs=written.loudness_lufs,
        true_peak_dbtp=written.true_peak_dbtp,
        sha256=written.sha256,
        findings=tuple(findings),
    )


@dataclass(frozen=True, slots=True)
class _Judged:
    text: str
    failed: bool


def _peak_findings(delivery: DeliverySpec, peak_dbtp: float, what: str) -> list[_Judged]:
    if delivery.ceiling_dbtp is None or peak_dbtp <= delivery.ceiling_dbtp:
        return []
    text = f"{what} peaks at {peak_dbtp:.2f} dBTP, over the ceiling of {delivery.ceiling_dbtp:g} dBTP"
    return [_Judged(text, failed=True)]


def _loudness_findings(job: _Job, whole: Written) -> list[_Judged]:
    target, gains = job.gains.target_lufs, job.gains
    reached = f"{whole.loudness_lufs:.1f} LUFS" if whole.loudness_lufs is not None else "not measurable"
    if target is None:
        wanted = job.delivery.loudness_lufs
        if wanted is None or whole.loudness_lufs is None or abs(whole.loudness_lufs - wanted) <= PROMISED_LU:
            return []
        return [
            _Judged(f"the album is {reached} as it is; {job.delivery.title} plays at {wanted:g} LUFS", failed=False)
        ]
    if gains.bound:
        text = (
            f"the album is {reached}, short of {target:.1f} LUFS: {gains.bound}; "
            f"ask for a lower --loudness, or for mixes whose peaks are lower"
        )
        return [_Judged(text, failed=False)]
    missed = whole.loudness_lufs is None or abs(whole.loudness_lufs - target) > PROMISED_LU
    if missed and job.delivery.anchor is Anchor.ALBUM:
        return [_Judged(f"the album is {reached}; {target:.1f} LUFS was asked for", failed=True)]
    return []
