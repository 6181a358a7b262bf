"""Taking a changed mix into a plan: what is a fact of the file is renewed, what people decided about the song stays."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from analysis.cache import known_analysis
from analysis.errors import AudioContentError, MastertapeError
from analysis.track import TrackAnalysis
from assistant.album_spec import chain_spec
from assistant.cohesion_plan import plan_cohesion
from assistant.facts import facts_of, notes_of
from assistant.foretold import planned_song
from assistant.joins import plan_join
from assistant.level import MEANT, MOST_DB, signed
from assistant.measuring import Progress, analyse_paths, measured_references
from assistant.pin_costs import unkept
from assistant.plan import AlbumPlan, CohesionPlan, TrackPlan
from assistant.plan_file import PlanFile
from assistant.runs import run_sides, run_times
from assistant.statistics import load_statistics
from mastering.specs import ChainSpec

_SAME = 1e-6
_TIMES = ("start_s", "end_s", "first_sound_s", "felt_end_s", "first_beat_s", "last_beat_s")


def updated(
    file: PlanFile, plan_folder: Path, progress: Progress | None = None
) -> tuple[PlanFile, tuple[str, ...], tuple[str, ...]]:
    """The plan with every changed mix taken in, the files that had changed, and advice; comments stay.

    Renewed are the hash, the words on the join and the notes; and, of the part that is used, where the song is felt
    to begin and end, the fades at its ends and the offset that is taken off, each value that still is what the old
    mix led to: one that was changed by hand stays. Where the old mix is no longer known, nobody can tell which those
    are: all of them stay, and the advice says so. In either case a time after the end of the new mix is renewed, and
    so is an offset for another number of channels. The figures of cohesion are told anew. Level, EQ, width, gaps and
    the order are decisions: they are kept.

    Raises:
        AudioContentError: a mix of the plan cannot be used.
    """
    mixes = plan_folder / file.plan.album.mixes
    musical = any(track.tempo_bpm is not None or track.first_beat_s is not None for track in file.plan.track)
    found = analyse_paths([mixes / track.file for track in file.plan.track], musical=musical, progress=progress)
    for reason in found.left_out.values():
        raise AudioContentError(f"The plan cannot be brought up to date: {reason}")
    as_is = file.plan.album.as_is
    changed, advice = [], []
    for number, track in enumerate(file.plan.track):
        analysis = found.tracks[mixes / track.file]
        if analysis.sha256 == track.sha256:
            continue
        old = known_analysis(track.sha256)
        if old is None:
            advice.append(
                f"the old mix of {track.file} is not known any more, so that its times, fades and offset in the plan "
                "were kept as they are: check them"
            )
        goes_on, runs_on = run_sides(file.plan.track, number)
        join = track.why.join if runs_on else plan_join(analysis, as_is=as_is).why
        why = {"join": join, "notes": notes_of(analysis, as_is=as_is)}
        facts = _renewed(track, analysis, old, as_is=as_is)
        if goes_on or runs_on:  # the offset is part of the one chain of a recording, which is kept
            facts.pop("dc_offset", None)
            facts |= run_times(analysis, goes_on=goes_on, runs_on=runs_on)
        file = file.track_changed(number, sha256=analysis.sha256, why=why, **facts)
        changed.append(track.file)
    analyses = [found.tracks[mixes / track.file] for track in file.plan.track]
    quieted = [] if as_is else newly_quiet(file.plan.track)
    if quieted:
        file = _meant_levels(file, quieted, analyses)
        changed += [file.plan.track[number].file for number in quieted if file.plan.track[number].file not in changed]
    broken = unkept([pin.pin for pin in file.plan.pin], [track.file for track in file.plan.track])
    advice += [f"the order of the tracks does not keep the pin {pin}: move them, or take it out" for pin in broken]
    if changed:
        file = file.with_cohesion(_cohesion(file.plan, analyses, plan_folder, progress))
    return file, tuple(changed), tuple(advice)


def newly_quiet(tracks: Sequence[TrackPlan]) -> list[int]:
    """Numbers of the tracks that are told to be quiet, and whose level was decided before that."""
    return [
        number
        for number, track in enumerate(tracks)
        if track.intent == "quiet" and not track.why.level.startswith(MEANT)
    ]


def _meant_levels(file: PlanFile, quieted: Sequence[int], analyses: Sequence[TrackAnalysis]) -> PlanFile:
    """The plan with songs that are meant quiet moved as their engineer's other songs are, or as the album's middle.

    What a clone's curves add to a song's loudness is taken off it, as planning does.
    """
    tracks = file.plan.track
    hands = [track.engineer or track.group for track in tracks]
    added_lu = [_added_by_match_lu(track, mix) for track, mix in zip(tracks, analyses, strict=True)]
    others = [number for number, track in enumerate(tracks) if track.intent != "quiet"]
    for number in quieted:
        hand = hands[number]
        fellows = [other for other in others if hand is not None and hands[other] == hand]
        moves_db = [tracks[other].gain_db + added_lu[other] for other in fellows or others]
        moved_db = float(np.median(moves_db)) if moves_db else 0.0
        gain_db = round(min(max(moved_db - added_lu[number], -MOST_DB), MOST_DB), 2)
        like = f", as the other songs of {hand} do" if fellows else ""
        file = file.track_changed(number, gain_db=gain_db, why={"level": f"{MEANT}{like}: {signed(gain_db)} dB"})
    return file


def _added_by_match_lu(track: TrackPlan, analysis: TrackAnalysis) -> float:
    """How much louder the curves and the width of a clone make a song; 0 for one that is none."""
    before = analysis.dynamics.loud_lufs
    if not track.match or before is None:
        return 0.0
    clone = ChainSpec(match=chain_spec(track).match, width=track.width)
    return (planned_song(analysis, clone).dynamics.loud_lufs or before) - before


def _cohesion(
    plan: AlbumPlan, mixes: Sequence[TrackAnalysis], plan_folder: Path, progress: Progress | None
) -> CohesionPlan | None:
    """Against the references the plan was made from, where all of them are still there; else against the album."""
    try:
        references, _ = measured_references(plan.album.references, plan_folder, progress, folder=plan_folder)
    except MastertapeError:
        references = []
    return plan_cohesion(plan.track, mixes, references, load_statistics())


def _renewed(track: TrackPlan, analysis: TrackAnalysis, old: TrackAnalysis | None, *, as_is: bool) -> dict[str, Any]:
    """The facts that take the place of those in the plan."""
    new: dict[str, Any] = {**facts_of(analysis, as_is=as_is)}
    was: dict[str, Any] = {**facts_of(old, as_is=as_is)} if old else {}
    renewed = {
        key: value
        for key, value in new.items()
        if (key in was and _same(getattr(track, key), was[key])) or _impossible(key, track, analysis)
    }
    if renewed.get("start_s", track.start_s) >= renewed.get("end_s", track.end_s):
        renewed |= {key: new[key] for key in _TIMES}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in renewed.items()}


def _impossible(key: str, track: TrackPlan, analysis: TrackAnalysis) -> bool:
    """Whether a value cannot be that of the new mix."""
    if key == "dc_offset":
        return len(track.dc_offset) not in {0, analysis.source.channels}
    return key in _TIMES and (getattr(track, key) or 0.0) > analysis.duration_s + _SAME


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    if one is None or other is None:
        return one is other
    return bool(abs(one - other) <= _SAME)
