"""What comes before a render: mixes found as they were planned, every track through its chain, room on the disk."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from analysis.errors import AudioContentError, PlanError
from analysis.track import TrackAnalysis
from assistant.album_spec import album_spec, with_room_tone
from assistant.fitting import with_fitted
from assistant.label_copy import with_cover
from assistant.matchering_references import with_references
from assistant.measuring import Progress, Silent, analyse_paths, workers
from assistant.outputs import check_output, check_space, work_folder
from assistant.plan import AlbumPlan, TrackPlan
from assistant.plan_file import PlanFile
from assistant.runs import check_runs
from assistant.spooling import spool_all, spool_bytes, through_chains
from assistant.usable import check_fit, none_left, why_unusable
from mastering.delivery import Delivery
from mastering.delivery_specs import DeliverySpec, Sheet
from mastering.matchering_stage import matchering_bytes
from mastering.naming import track_names
from mastering.noise_shaping import check_dither
from mastering.render import AlbumRenderer
from mastering.specs import AlbumSpec
from mastering.timeline import delivery_timeline


@dataclass(kw_only=True, slots=True)
class Rendered:
    """What a render made: its deliveries, the mixes that were left out and why, what was measured of the others."""

    deliveries: list[Delivery] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    mixes: dict[str, TrackAnalysis] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether every file meets its specification and no track was left out."""
        return not self.left_out and all(delivery.passed for delivery in self.deliveries)


@contextmanager
def prepared(  # noqa: PLR0913  (what is made of a plan)
    file: PlanFile,
    plan_folder: Path,
    deliveries: Sequence[DeliverySpec],
    out: Path,
    rendered: Rendered,
    progress: Progress | None,
    *,
    archives: bool = False,
) -> Iterator[tuple[AlbumRenderer, Path, Executor]]:
    """A renderer with every track after its chain, a folder for unfinished work, and where work is done in parallel.

    What is known of the mixes, and which are left out, is noted in `rendered`.

    Raises:
        MastertapeError: nothing could be delivered.
    """
    mixes = plan_folder / file.plan.album.mixes
    check_output(out, mixes)
    sources = _sources(file.plan, mixes, rendered, progress)
    album = with_cover(with_room_tone(album_spec(file.plan, sources), file.plan, plan_folder), plan_folder)
    if file.plan.album.engine == "matchering":
        album = with_references(album, file.plan, sources, plan_folder, progress)
    for delivery in deliveries:
        check_dither(delivery.name, delivery.dither, delivery.encoding.bits, delivery.rate_hz or album.rate_hz)
        track_names(album, delivery)  # a name that cannot be is refused before anything is rendered
    check_space(out, _needed_bytes(album, deliveries, archives=archives))
    with work_folder(out) as work, ThreadPoolExecutor(workers()) as pool:
        through = through_chains(mixes, work)
        album = with_fitted(album, [track for track, _ in sources], through, pool)
        spools, harms = spool_all(album, through, work, pool, progress or Silent())
        yield AlbumRenderer(album, spools, pool, harms), work, pool


def _sources(
    plan: AlbumPlan, mixes: Path, rendered: Rendered, progress: Progress | None
) -> list[tuple[TrackPlan, TrackAnalysis]]:
    """The plan's tracks with what is known of their mixes; a mix that is gone or damaged is left out.

    Raises:
        PlanError: a mix is not the one that was planned for.
        AudioContentError: no mix is left.
    """
    if not mixes.is_dir():
        raise PlanError(
            f"album.mixes = {plan.album.mixes!r} names no folder (looked for {os.path.normpath(mixes)}): "
            "put the mixes there, or correct the plan."
        )
    found = analyse_paths([mixes / track.file for track in plan.track], progress=progress)
    sources = []
    for track in plan.track:
        path = mixes / track.file
        if path in found.left_out:
            rendered.left_out[track.file] = found.left_out[path]
            continue
        analysis = found.tracks[path]
        if reason := why_unusable(analysis):
            rendered.left_out[track.file] = reason
            continue
        if analysis.sha256 != track.sha256:
            raise PlanError(f"{track.file} has changed since it was planned: take it in with mastertape plan --update.")
        sources.append((track, analysis))
        rendered.mixes[track.file] = analysis
    if not sources:
        raise AudioContentError(none_left(rendered.left_out))
    check_fit(plan, sources)
    check_runs(plan, sources)
    return sources


def _needed_bytes(album: AlbumSpec, deliveries: Sequence[DeliverySpec], *, archives: bool) -> int:
    whole = max(map(matchering_bytes, album.tracks))
    files = spooled = 0
    for delivery in deliveries:
        frames = delivery_timeline(album, delivery).frames
        times = 2 + delivery.singles + (Sheet.DDP in delivery.sheets)  # tracks, programme, singles, a disc's image
        rendered = delivery.rendered(album.rate_hz)
        if rendered.container is not delivery.container:
            times *= 2  # what is encoded lies beside what it is made of
        if delivery.programme_chain:
            spooled += frames * 2 * 8  # what comes out of it, in float64 at most
        files += times * frames * 2 * ((rendered.encoding.bits or 32) // 8)  # in stereo
    return spool_bytes(album) + spooled + files * (1 + archives) + workers() * whole
