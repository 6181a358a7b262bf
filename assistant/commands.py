"""What each command does: the engine called, its result shown. Each gives the exit code."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.errors import AudioContentError, PlanError, SpecificationError
from assistant import manifest, tables
from assistant.archives import archive_name
from assistant.asked import Asked
from assistant.codec_tables import codec_parts
from assistant.cohesion_tables import album_of, cohesion_json, cohesion_lines, cohesion_tables
from assistant.copy_words import NO_COPY, CopyWords
from assistant.deliveries import Overrides, load_delivery, overridden
from assistant.hearing_tables import playback_tables
from assistant.label_copy import relabelled
from assistant.measuring import analyse_paths
from assistant.mixes import expand, holds_no_others
from assistant.musical_tables import musical_table
from assistant.order_tables import order_parts
from assistant.outputs import (
    check_output,
    check_places,
    check_plan_place,
    kept_copy,
    refuse_among_mixes,
    write_text,
)
from assistant.plan_file import PlanFile, delivery_path
from assistant.printing import say, show, show_json
from assistant.progress import progress_bars
from assistant.reference_words import find_references
from assistant.report.wishes import FULL_REPORT, ReportWishes
from assistant.report_commands import report_beside
from assistant.session import Rendered, make_plan, render_plan
from assistant.sides import programme_words
from assistant.update import updated
from assistant.usable import none_left
from mastering.delivery_specs import DeliverySpec

DONE, DONE_WITH_FAULTS = 0, 1
"""Exit codes: all well; something fails its specification or was left out. Errors, which are 2, are raised."""


def master(
    asked: Asked,
    instead: Overrides,
    out: Path,
    *,
    archives: bool = False,
    pages: ReportWishes = FULL_REPORT,
    as_json: bool,
) -> int:
    """Plan and render."""
    specs = _specs(asked.deliveries, instead)
    folder = asked.folder()
    wishes = asked.wishes(folder)
    if folder.whole:
        refuse_among_mixes(out, folder.folder)
    check_output(out, folder.folder)
    inputs = [*(mix.path for mix in folder.mixes), *find_references(asked.references).files, *asked.copy.files]
    names = [spec.name for spec in specs]
    check_places(out, names, inputs, [archive_name(name) for name in names if archives])
    before = _plan_text(out)
    with progress_bars() as progress:
        planned = make_plan(folder, asked.references, wishes, out, statistics=asked.statistics, progress=progress)
        rendered = render_plan(
            planned.file, out, specs, out, left_out=planned.left_out, archives=archives, progress=progress
        )
    say(planned.advice)
    page = report_beside(out, rendered.deliveries, pages)
    return _show_rendered(rendered, planned.file, out, before, page, as_json=as_json)


def plan(asked: Asked, out: Path, *, force: bool, as_json: bool) -> int:
    """Plan only."""
    _specs(asked.deliveries, Overrides())
    folder = asked.folder()
    wishes = asked.wishes(folder)
    check_plan_place(out, force=force)
    with progress_bars() as progress:
        planned = make_plan(
            folder, asked.references, wishes, out.parent, statistics=asked.statistics, progress=progress
        )
    write_text(out, planned.file.text())
    say(planned.advice)
    _say_left_out(planned.left_out)
    if as_json:
        show_json(planned.file.plan.model_dump(mode="json", by_alias=True))
    else:
        show(
            tables.plan_table(planned.file.plan),
            *cohesion_lines(planned.file.plan),
            *order_parts(planned.file.plan),
            *planned.file.plan.album.why_sides,
            f"Written to {out}. Change what you like, then: mastertape render {shlex.quote(str(out))} --out FOLDER",
        )
    return DONE_WITH_FAULTS if planned.left_out else DONE


def update(paths: Sequence[Path], copy: CopyWords = NO_COPY, *, as_json: bool) -> int:
    """Take changed mixes into a plan, and label copy that was asked for."""
    if len(paths) != 1 or paths[0].is_dir():
        raise PlanError("--update takes one plan file: mastertape plan --update album.toml.")
    found = PlanFile.read(paths[0])
    file, unmatched = relabelled(found, copy, paths[0].parent)
    with progress_bars() as progress:
        file, changed, advice = updated(file, paths[0].parent, progress)
    if file.text() != found.text():
        write_text(paths[0], file.text())
    say([*(f"taken in: {name}" for name in changed), *advice, *unmatched])
    if as_json:
        show_json(file.plan.model_dump(mode="json", by_alias=True))
    else:
        mixes = f"{len(changed)} changed mix{'es' if len(changed) > 1 else ''} taken in" if changed else ""
        what = mixes or ("nothing changed" if file.text() == found.text() else "label copy taken in")
        show(tables.plan_table(file.plan), *cohesion_lines(file.plan), f"{paths[0]}: {what}.")
    return DONE


def render(  # noqa: PLR0913  (what the command line says)
    path: Path,
    names: Sequence[str],
    instead: Overrides,
    out: Path,
    copy: CopyWords = NO_COPY,
    *,
    archives: bool = False,
    pages: ReportWishes = FULL_REPORT,
    as_json: bool,
) -> int:
    """Render a plan."""
    file, unmatched = relabelled(PlanFile.read(path), copy, path.parent)
    planned = [delivery_path(name, path.parent, Path()) for name in file.plan.album.deliveries]
    specs = _specs(names or planned, instead)
    mixes = path.parent / file.plan.album.mixes
    if holds_no_others(mixes, [track.file for track in file.plan.track]) and not manifest.read(out):
        refuse_among_mixes(out, mixes)
    check_output(out, mixes)
    inputs = [*(mixes / track.file for track in file.plan.track), *copy.files]
    inputs += [path.parent / file.plan.album.cover] if file.plan.album.cover else []
    places = [spec.name for spec in specs]
    check_places(out, places, inputs, [archive_name(name) for name in places if archives])
    before = _plan_text(out)
    with progress_bars() as progress:
        rendered = render_plan(file, path.parent, specs, out, archives=archives, progress=progress)
    say(unmatched)
    page = report_beside(out, rendered.deliveries, pages)
    return _show_rendered(rendered, file, out, before, page, as_json=as_json)


def joins(path: Path, name: str | None, instead: Overrides, out: Path, *, as_json: bool) -> int:
    """Render a plan's joins."""
    from assistant.auditions import audition_joins

    file = PlanFile.read(path)
    first = name or delivery_path(file.plan.album.deliveries[0], path.parent, Path())
    with progress_bars() as progress:
        found = audition_joins(file, path.parent, _specs([first], instead)[0], out, progress)
    _say_left_out(found.left_out)
    if as_json:
        show_json(
            [{"file": str(join.path.relative_to(out)), "length_s": round(join.length_s, 3)} for join in found.joins]
        )
    else:
        show(*tables.joins_table(found.joins))
    return DONE_WITH_FAULTS if found.left_out else DONE


def analyse(paths: Sequence[Path], *, musical: bool, as_json: bool) -> int:
    """Measure files."""
    with progress_bars() as progress:
        found = analyse_paths(expand(paths), musical=musical, progress=progress)
    left_out = {str(path): reason for path, reason in found.left_out.items()}
    if not found.tracks:
        raise AudioContentError(none_left(left_out, "files"))
    _say_left_out(left_out)
    alike = album_of(found.tracks)
    if as_json:
        show_json([json.loads(track.to_json()) | cohesion_json(path, alike) for path, track in found.tracks.items()])
    else:
        heard = [musical_table(found.tracks)] if musical else []
        show(tables.analysis_table(found.tracks), *heard, *cohesion_tables(alike), *tables.finding_lines(found.tracks))
    return DONE_WITH_FAULTS if found.left_out else DONE


def compare(a: Path, b: Path, *, as_json: bool) -> int:
    """Hold two renders of one song side by side."""
    from assistant.comparing import compare_files
    from assistant.comparing_tables import comparison_json, comparison_parts

    with progress_bars() as progress:
        found = compare_files(a, b, progress)
    if as_json:
        show_json(comparison_json(found))
    else:
        show(*comparison_parts(found))
    return DONE


def demo(out: Path, *, as_json: bool) -> int:
    """Make the demo album and master it."""
    from assistant.demo import write_demo
    from assistant.demo.showing import demo_table

    music, album = out / "music", out / "album"
    check_output(album, music)
    made = write_demo(music)
    asked = Asked(
        mixes=(made.mixes,),
        references=tuple(map(str, made.references)),
        title="Night Bus Home",
        deliveries=("streaming", "cd"),
    )
    folder = asked.folder()
    with progress_bars() as progress:
        planned = make_plan(folder, asked.references, asked.wishes(folder), album, progress=progress)
        rendered = render_plan(planned.file, album, _specs(asked.deliveries, Overrides()), album, progress=progress)
    page = report_beside(album, rendered.deliveries, FULL_REPORT)
    code = _show_rendered(rendered, planned.file, album, None, page, as_json=as_json)
    if not as_json:
        show(demo_table(made, rendered, album), f"The mixes, references and songs as composed are in {music}.")
    return code


def _specs(names: Sequence[str], instead: Overrides) -> list[DeliverySpec]:
    specs = [overridden(load_delivery(name), instead) for name in dict.fromkeys(names)]
    for number, spec in enumerate(specs):
        if spec.name in {other.name for other in specs[:number]}:
            raise SpecificationError(
                f"Two deliveries are called {spec.name!r} and would share a folder: change the name in one file."
            )
    return specs


def _show_rendered(
    rendered: Rendered, file: PlanFile, out: Path, before: str | None, page: Path | None, *, as_json: bool
) -> int:
    """Tell what was made; `before` is the plan that stood in the output folder, `page` the report."""
    _say_left_out(rendered.left_out)
    told = manifest.read(out)
    if as_json:
        show_json(told)
    else:
        show(tables.plan_table(file.plan), *cohesion_lines(file.plan))
        for delivery in rendered.deliveries:
            show(tables.delivery_table(delivery, rendered.mixes))
            show(*(f"! {delivery.name}: {finding}" for finding in _findings(delivery)))
            show(*programme_words(delivery))
            show(*tables.conversions(delivery, rendered.mixes))
            show(*codec_parts(delivery))
            show(*playback_tables(told["deliveries"][delivery.name]))
        show(*tables.chain_harm(rendered.deliveries[0]))
        show(f"The album is in {out}; why each thing was done is in {out / 'album.toml'}.")
        if page:
            show(f"To look at, listen to and send: {page}.")
        if before not in {None, _plan_text(out)} and (kept := kept_copy(out / "album.toml", before or "")):
            show(f"Another plan was there; it is kept as {kept}.")
    return DONE if rendered.passed else DONE_WITH_FAULTS


def _plan_text(out: Path) -> str | None:
    try:
        return (out / "album.toml").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None


def _findings(delivery: Any) -> list[str]:
    tracks = [f"{track.title}: {finding}" for track in delivery.tracks for finding in track.findings]
    return [*delivery.findings, *tracks]


def _say_left_out(left_out: Mapping[str, str]) -> None:
    say([f"left out: {reason}" for reason in left_out.values()])
