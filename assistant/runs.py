"""Songs that run on into each other, as on a live or a mixed album: found, given one chain, and held to that."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from analysis.continuity import EDGE_S, Continuity, continuity
from analysis.errors import PlanError
from analysis.findings import DC_AUDIBLE
from analysis.load import open_audio
from analysis.track import TrackAnalysis, excerpt
from assistant.corrections import Mix
from assistant.level import MEANT
from assistant.plan import AlbumPlan, TrackPlan
from mastering.matchering_stage import LONGEST_S
from mastering.timeline import recordings

CHAIN = (
    *("dc_offset", "gain_db", "width", "min_correlation", "mono_below_hz", "eq", "side_eq", "reference", "match"),
    *("ride", "dynamic_eq", "multiband", "compressor", "saturation"),
)
"""Keys of a plan's track that make its chain."""

_NEAR_DB = 20.0  # levels further apart are not worth decoding a file for
_QUIETEST_DBFS = -70.0


def find_runs(files: Sequence[tuple[Path, TrackAnalysis]]) -> list[Continuity | None]:
    """Of each file, how it goes on in the next; None where it does not.

    Raises:
        AudioFileError, AudioContentError: a file cannot be read any more.
    """
    return [*(_goes_on(*one, *other) for one, other in pairwise(files)), None]


def _goes_on(path: Path, one: TrackAnalysis, next_path: Path, other: TrackAnalysis) -> Continuity | None:
    if (one.source.rate_hz, one.source.channels) != (other.source.rate_hz, other.source.channels):
        return None
    if one.integrity.digital_tail_s > 0 or other.integrity.digital_head_s > 0:
        return None
    last_dbfs, first_dbfs = max(one.levels_dbfs[-2:]), max(other.levels_dbfs[:2])
    if min(last_dbfs, first_dbfs) < _QUIETEST_DBFS or abs(last_dbfs - first_dbfs) > _NEAR_DB:
        return None
    count = round(EDGE_S * one.source.rate_hz)
    tail = excerpt(open_audio(path).audio, max(0, one.frames - count), count)
    head = excerpt(open_audio(next_path).audio, 0, count)
    found = continuity(tail, head, one.source.rate_hz)
    return found if found and found.goes_on else None


def with_runs(tracks: Sequence[TrackPlan], mixes: Sequence[Mix], order: Sequence[int]) -> list[TrackPlan]:
    """The tracks with those that run on into the next one in the album's order marked, and given one chain.

    The chain is that of the longest of them: a mean of corrections would be nobody's. The offset is that of them all.

    Args:
        tracks: in the order of the files.
        mixes: likewise.
        order: numbers of the tracks, as the album has them.
    """
    out = list(tracks)
    follows = {one for one, other in pairwise(order) if other == one + 1 and mixes[one].goes_on}
    for run in recordings([number in follows for number in order]):
        songs = [order[place] for place in run]
        if len(songs) < 2:
            continue
        lead = max(songs, key=lambda number: mixes[number].analysis.duration_s)
        offset = _offset([tracks[number] for number in songs], [mixes[number].analysis for number in songs])
        for number in songs:
            goes_on, runs_on = number != songs[0], number != songs[-1]
            out[number] = _in_run(tracks[number], tracks[lead], mixes[number], offset, goes_on=goes_on, runs_on=runs_on)
    return out


def _offset(tracks: Sequence[TrackPlan], mixes: Sequence[TrackAnalysis]) -> tuple[float, ...]:
    """The offset of a whole recording, if it is heard; nothing where none of its songs has one to be taken off."""
    seconds = np.array([mix.duration_s for mix in mixes])
    mean = seconds @ np.array([mix.integrity.dc_offset for mix in mixes]) / seconds.sum()
    heard = any(track.dc_offset for track in tracks) and np.abs(mean).max() > DC_AUDIBLE
    return tuple(round(float(each), 6) for each in mean) if heard else ()


def _in_run(
    track: TrackPlan, lead: TrackPlan, mix: Mix, offset: tuple[float, ...], *, goes_on: bool, runs_on: bool
) -> TrackPlan:
    changes: dict[str, Any] = {key: getattr(lead, key) for key in (*CHAIN, "eq_fit_error_db")}
    changes["dc_offset"] = offset
    changes |= run_times(mix.analysis, goes_on=goes_on, runs_on=runs_on)
    words = {} if track is lead else dict.fromkeys(("tone", "mix", "dynamics", "width", "level"), "")
    if words:
        words["tone"] = f"one chain with {lead.title!r}, the longest of the songs that run on into each other"
        words["level"] = f"{MEANT}, as {lead.title!r}" if track.intent == "quiet" else ""
    at_cut = mix.goes_on
    if runs_on and at_cut:
        changes |= {"runs_on": True, "gap_s": 0.0}
        words["join"] = (
            f"runs on: the next goes on where it ends, as one recording (level {at_cut.level_step_db:+.1f} dB, "
            f"spectrum {at_cut.spectrum_db:.1f} dB apart, waveform foretold across the cut)"
        )
    return track.model_copy(update={**changes, "why": track.why.model_copy(update=words)})


def run_times(mix: TrackAnalysis, *, goes_on: bool, runs_on: bool) -> dict[str, float]:
    """Keys of a plan's track whose song goes on from the one before it, or into the next: nothing is left out there."""
    length_s = round(mix.duration_s, 6)
    head = {"start_s": 0.0, "first_sound_s": 0.0, "fade_in_s": 0.0} if goes_on else {}
    return head | ({"end_s": length_s, "felt_end_s": length_s, "fade_out_s": 0.0} if runs_on else {})


def run_sides(tracks: Sequence[TrackPlan], number: int) -> tuple[bool, bool]:
    """Whether a track goes on from the one before it, and whether it runs on into the next."""
    return number > 0 and tracks[number - 1].runs_on, tracks[number].runs_on and number + 1 < len(tracks)


def check_runs(plan: AlbumPlan, sources: Sequence[tuple[TrackPlan, TrackAnalysis]]) -> None:
    """See that songs that are to run on into each other can; `sources` are those that are there.

    Raises:
        PlanError: they have other rates, channels or chains, or are too long for matchering together.
    """
    mixes = {track.file: mix for track, mix in sources}
    for run in recordings([track.runs_on for track in plan.track]):
        first = run[0]
        for number in run[1:]:
            _check_pair(plan.track, number - 1, mixes)
            _check_chain(plan.track, first, number)
        length_s = sum(mixes[plan.track[i].file].duration_s for i in run if plan.track[i].file in mixes)
        if len(run) > 1 and plan.album.engine == "matchering" and length_s > LONGEST_S:
            raise PlanError(
                f"track[{first + 1}] to track[{run[-1] + 1}] run on into each other and are {length_s / 60:.1f} min "
                f"long, and matchering takes {LONGEST_S / 60:.0f} min at most: take out runs_on between two of them."
            )


def _check_pair(tracks: Sequence[TrackPlan], number: int, mixes: dict[str, TrackAnalysis]) -> None:
    one, other = tracks[number], tracks[number + 1]
    if one.file not in mixes or other.file not in mixes:
        return
    a, b = mixes[one.file].source, mixes[other.file].source
    has = [f"{source.rate_hz} Hz and {source.channels} channel{'s'[: source.channels - 1]}" for source in (a, b)]
    if has[0] != has[1]:
        raise PlanError(
            f"track[{number + 1}].runs_on: {one.file} has {has[0]}, {other.file} has {has[1]}, and one recording has "
            "one of each: take runs_on out, or export them alike."
        )


def _check_chain(tracks: Sequence[TrackPlan], first: int, number: int) -> None:
    """Of one recording there is one chain."""
    for key in CHAIN:
        if getattr(tracks[first], key) != getattr(tracks[number], key):
            raise PlanError(
                f"track[{number + 1}].{key} is another than that of track[{first + 1}], and they run on into each "
                f"other as one recording with one chain: give them the same {key}, or take runs_on out."
            )
