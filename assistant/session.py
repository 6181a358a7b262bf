"""The engine behind every face: analyse files, plan an album, render a plan. No face holds logic of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from analysis.continuity import Continuity
from analysis.errors import AudioContentError, PlanError
from analysis.findings import warnings
from analysis.track import TrackAnalysis
from assistant import manifest
from assistant.album_spec import album_spec, with_room_tone
from assistant.archives import archive_name, move_archive, write_archive
from assistant.corrections import Mix
from assistant.deliveries import load_delivery
from assistant.fitting import remarked, with_fitted
from assistant.hearing import asked_and_heard
from assistant.label_copy import with_cover, with_label_copy
from assistant.matchering_references import too_long_for_matchering, with_references
from assistant.measuring import Analysed, Progress, Silent, analyse_paths, measured_references, workers
from assistant.mix_tags import with_tags_told
from assistant.mixes import MixFile, MixFolder, same_names
from assistant.outputs import check_output, check_space, keep_copy, publish, work_folder, write_text
from assistant.plan import AlbumPlan, TrackPlan
from assistant.plan_file import PlanFile, delivery_path, relative_path
from assistant.planner import LOWEST_ALBUM_RATE_HZ, keeps_given_order, plan_album
from assistant.runs import check_runs, find_runs
from assistant.sides import divided_deliveries, with_side_words
from assistant.spooling import spool_all, spool_bytes, through_chains
from assistant.statistics import load_statistics
from assistant.usable import check_fit, none_left, why_unusable
from assistant.wishes import Wishes
from mastering.delivery import Delivery
from mastering.delivery_specs import DeliverySpec, Sheet
from mastering.finish import finish
from mastering.matchering_stage import matchering_bytes
from mastering.naming import track_names
from mastering.noise_shaping import check_dither
from mastering.render import AlbumRenderer, RenderedTracks
from mastering.room_tone import load_room_tone
from mastering.specs import AlbumSpec, TrackSpec
from mastering.timeline import delivery_timeline


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """A plan in its file's form, the mixes that were left out of it and why, and advice."""

    file: PlanFile
    left_out: Mapping[str, str]
    advice: tuple[str, ...]


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


def make_plan(
    folder: MixFolder,
    references: Sequence[str | Path],
    wishes: Wishes,
    plan_folder: Path,
    *,
    statistics: Path | None = None,
    progress: Progress | None = None,
) -> Planned:
    """Analyse mixes and references and plan the album; `plan_folder` is where the plan will stand.

    A reference is what `find_references` takes: a path, or the name of a profile, with a weight if there is one.

    Raises:
        MastertapeError: no mix, or a reference that cannot be used.
    """
    learned = load_statistics(statistics)
    proposes = not keeps_given_order([mix.file for mix in folder.mixes], wishes)
    needs_musical = len(folder.mixes) > 1 and (proposes or not wishes.as_is)  # for the order, for gaps in time
    if wishes.spacing.room_tone:
        load_room_tone(wishes.spacing.room_tone, LOWEST_ALBUM_RATE_HZ)
    models, called = measured_references(references, plan_folder, progress)
    found = analyse_paths([mix.path for mix in folder.mixes], musical=needs_musical, progress=progress)
    reasons = {mix.file: _reason(mix.path, found, wishes) for mix in folder.mixes}
    left_out = {file: reason for file, reason in reasons.items() if reason}
    usable = [mix for mix in folder.mixes if mix.file not in left_out]
    if not usable:
        raise AudioContentError(none_left(left_out))
    files = [(mix.path, found.tracks[mix.path]) for mix in usable]
    # Matchering holds a whole recording in memory; and of songs whose order is to be proposed, none runs on.
    goes_on = [None] * len(files) if proposes or wishes.by_matchering else find_runs(files)
    plan = plan_album(
        [_mix(mix, found.tracks[mix.path], on) for mix, on in zip(usable, goes_on, strict=True)],
        models,
        called,
        relative_path(folder.folder, plan_folder),
        learned,
        _as_seen_from(plan_folder, wishes),
    )
    plan, advice = with_tags_told(plan, usable)
    plan, unmatched = with_label_copy(plan, wishes.copy, plan_folder)
    plan = with_side_words(plan, {mix.file: found.tracks[mix.path] for mix in usable}, _loaded(wishes.deliveries))
    return Planned(
        file=PlanFile.new(plan),
        left_out=left_out,
        advice=(
            *same_names(replace(folder, mixes=tuple(usable))),
            *advice,
            *unmatched,
            *(f"{track.file}: {track.why.mix}" for track in plan.track if track.why.mix),
            *warnings({mix.file: found.tracks[mix.path] for mix in usable}, as_is=wishes.as_is),
        ),
    )


def _loaded(names: Sequence[str]) -> list[DeliverySpec]:
    return [load_delivery(name) for name in names]


def _as_seen_from(plan_folder: Path, wishes: Wishes) -> Wishes:
    """What is wished, with files of the user's own as a plan in a folder names them."""
    room = wishes.spacing.room_tone
    spacing = replace(wishes.spacing, room_tone=Path(relative_path(room, plan_folder)) if room else None)
    names = tuple(delivery_path(name, Path(), plan_folder) for name in wishes.deliveries)
    return replace(wishes, spacing=spacing, deliveries=names)


def _reason(path: Path, found: Analysed, wishes: Wishes) -> str | None:
    """Why a mix is left out; None where it is not."""
    if path in found.left_out:
        return found.left_out[path]
    analysis = found.tracks[path]
    return why_unusable(analysis) or (too_long_for_matchering(analysis) if wishes.by_matchering else None)


def _mix(mix: MixFile, analysis: TrackAnalysis, goes_on: Continuity | None) -> Mix:
    return Mix(
        file=mix.file,
        title=mix.title,
        engineer=mix.engineer,
        analysis=analysis,
        quiet=mix.quiet,
        goes_on=goes_on,
    )


def render_plan(  # noqa: PLR0913  (what is made of a plan)
    file: PlanFile,
    plan_folder: Path,
    deliveries: Sequence[DeliverySpec],
    out: Path,
    *,
    left_out: Mapping[str, str] | None = None,
    archives: bool = False,
    progress: Progress | None = None,
) -> Rendered:
    """Render a plan into a folder: the plan itself, a folder for each delivery, the manifest.

    Args:
        file: the plan.
        plan_folder: what its paths are relative to.
        deliveries: what to make.
        out: where to.
        left_out: mixes that were left out of the plan, for the manifest.
        archives: each delivery is also made one archive, to send.
        progress: who is told.

    Raises:
        MastertapeError: nothing could be delivered.
    """
    rendered = Rendered(left_out=dict(left_out or {}))
    # The last steps of one delivery are a single thread's work: they run beside the rendering of the next.
    with (
        prepared(file, plan_folder, deliveries, out, rendered, progress, archives=archives) as (renderer, work, pool),
        ThreadPoolExecutor(1) as finisher,
    ):

        def finish_one(tracks: RenderedTracks, delivery: DeliverySpec) -> None:
            made = finish(tracks, pool)
            archive = work / archive_name(made.name) if archives else None
            if archive:
                write_archive(archive, made, tracks.album, tracks.delivery, work / made.name)
            publish(work / made.name, out / made.name, manifest.files_of(out, made.name))
            more = {**asked_and_heard(delivery, made), **move_archive(archive, out, made.name)}
            told = manifest.merged(out, made, rendered.left_out, more)
            write_text(out / "manifest.json", told)
            rendered.deliveries.append(made)

        finishing: list[Future[None]] = []
        for delivery in divided_deliveries(file.plan, renderer.album, rendered.mixes, deliveries):
            tracks = _render_tracks(renderer, delivery, work, progress or Silent())
            finishing.append(finisher.submit(finish_one, tracks, delivery))
            for done in finishing:
                if done.done():
                    done.result()  # what went wrong is known at once, not after the other deliveries
        for future in finishing:
            future.result()
    numbers = [number for number, track in enumerate(file.plan.track) if track.file not in rendered.left_out]
    for number, spec in zip(numbers, renderer.album.tracks, strict=True):
        file = remarked(file, number, spec.chain)
    _write_plan(out / "album.toml", file.moved(plan_folder, out).text())
    return rendered


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


def _write_plan(path: Path, text: str) -> None:
    """Write the plan; another one that stands there, perhaps changed by hand, is kept beside it."""
    if path.exists() and path.read_text(encoding="utf-8", errors="replace") != text:
        keep_copy(path)
    write_text(path, text)


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
    files = 0
    for delivery in deliveries:
        frames = delivery_timeline(album, delivery).frames
        times = 2 + delivery.singles + (Sheet.DDP in delivery.sheets)  # tracks, programme, singles, a disc's image
        rendered = delivery.rendered(album.rate_hz)
        if rendered.container is not delivery.container:
            times *= 2  # what is encoded lies beside what it is made of
        files += times * frames * 2 * ((rendered.encoding.bits or 32) // 8)  # in stereo
    return spool_bytes(album) + files * (1 + archives) + workers() * whole


def _render_tracks(renderer: AlbumRenderer, delivery: DeliverySpec, work: Path, progress: Progress) -> RenderedTracks:
    stage = f"Rendering {delivery.name}"
    items = [_item(number, track) for number, track in enumerate(renderer.album.tracks)]
    passes = 1 + (len(delivery.rendered(renderer.album.rate_hz).codecs) if delivery.audit else 0)
    for item, placed in zip(items, renderer.timeline(delivery).placements, strict=True):
        progress.begin(stage, item, passes * (placed.mark_end - placed.mark))
    folder = work / delivery.name
    folder.mkdir()
    return renderer.render(delivery, folder, lambda number, frames: progress.advance(stage, items[number], frames))


def _item(number: int, track: TrackSpec) -> str:
    """What the progress of a track is told by (counted from 0): songs may share a title."""
    return f"{number + 1} {track.title}"
