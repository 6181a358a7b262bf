"""An album planned from its files: mixes and references measured, what cannot be used left out, the plan made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from analysis.continuity import Continuity
from analysis.errors import AudioContentError
from analysis.findings import warnings
from analysis.track import TrackAnalysis
from assistant.corrections import Mix
from assistant.deliveries import load_delivery
from assistant.label_copy import with_label_copy
from assistant.matchering_references import too_long_for_matchering
from assistant.measuring import Analysed, Progress, analyse_paths, measured_references
from assistant.mix_tags import with_tags_told
from assistant.mixes import MixFile, MixFolder, same_names
from assistant.plan_file import PlanFile, delivery_path, relative_path
from assistant.planner import LOWEST_ALBUM_RATE_HZ, keeps_given_order, plan_album
from assistant.runs import find_runs
from assistant.sides import with_side_words
from assistant.statistics import load_statistics
from assistant.usable import none_left, why_unusable
from assistant.wishes import Wishes
from mastering.delivery_specs import DeliverySpec
from mastering.room_tone import load_room_tone


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """A plan in its file's form, the mixes that were left out of it and why, and advice."""

    file: PlanFile
    left_out: Mapping[str, str]
    advice: tuple[str, ...]


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
