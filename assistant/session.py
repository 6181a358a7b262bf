"""The engine behind every face: analyse files, plan an album, render a plan. No face holds logic of its own.

`make_plan` and `prepared` are its first two thirds; they have files of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from assistant import manifest
from assistant.archives import archive_name, move_archive, write_archive
from assistant.fitting import remarked
from assistant.hearing import asked_and_heard
from assistant.measuring import Progress, Silent
from assistant.outputs import keep_copy, publish, write_text
from assistant.plan_file import PlanFile
from assistant.planning import Planned, make_plan
from assistant.preparing import Rendered, prepared
from assistant.sides import divided_deliveries
from mastering.delivery_specs import DeliverySpec
from mastering.finish import finish
from mastering.render import AlbumRenderer, RenderedTracks
from mastering.specs import TrackSpec

__all__ = ["Planned", "Rendered", "make_plan", "prepared", "render_plan"]


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


def _write_plan(path: Path, text: str) -> None:
    """Write the plan; another one that stands there, perhaps changed by hand, is kept beside it."""
    if path.exists() and path.read_text(encoding="utf-8", errors="replace") != text:
        keep_copy(path)
    write_text(path, text)


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
