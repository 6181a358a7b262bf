"""What stands in the way of an album, in sentences: mixes that nothing can be done with, times that a mix lacks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from analysis.errors import PlanError
from analysis.track import TrackAnalysis
from assistant.plan import AlbumPlan, TrackPlan

_SHORTEST_S = 0.4  # one block of a loudness measurement
_ROUNDED_S = 0.0015  # people are told times to the millisecond, and write them so


def why_unusable(analysis: TrackAnalysis) -> str | None:
    """Why a song cannot be mastered, or None where it can."""
    name = analysis.name
    if analysis.duration_s < _SHORTEST_S:
        frames = f"{analysis.frames} frame{'s' if analysis.frames > 1 else ''}"
        return f"{name} has {frames} of audio, under the {_SHORTEST_S} s that loudness is measured on: export it again."
    if math.isinf(analysis.true_peak_dbtp):
        return f"{name} is silent from end to end: export it again."
    if analysis.is_silent:
        return (
            f"{name} stays under -70 LUFS (its peak is {analysis.true_peak_dbtp:.1f} dBTP), too quiet to be measured: "
            "raise it, or take it away."
        )
    return None


def none_left(left_out: Mapping[str, str], what: str = "mixes") -> str:
    """What to say where every file is left out."""
    if len(left_out) == 1:
        return next(iter(left_out.values()))
    return "\n  ".join([f"None of the {len(left_out)} {what} can be used:", *left_out.values()])


def check_fit(plan: AlbumPlan, sources: Sequence[tuple[TrackPlan, TrackAnalysis]]) -> None:
    """See that what the plan says of the tracks can be done with their mixes; `sources` are those that are there.

    Raises:
        PlanError: a time lies after the end of a mix, too little of it is used, a fade or crossfade is longer than
            what is used, two crossfades meet, an offset is for other channels.
    """
    for place, (track, analysis) in enumerate(sources):
        number = plan.track.index(track) + 1
        _check_track(number, track, analysis)
        if place + 1 == len(sources):
            continue
        following, next_s = sources[place + 1][0], _used_s(*sources[place + 1])
        if track.crossfade_s > next_s + _ROUNDED_S:
            fault = f"is longer than what is used of the next song, {following.file}, {next_s:.3f} s"
            raise _error(number, track, "crossfade_s", fault)
        before_s = sources[place - 1][0].crossfade_s if place else 0.0
        used_s = _used_s(track, analysis)
        if track.crossfade_s > 0 and before_s + track.crossfade_s > used_s + _ROUNDED_S:
            fault = f"and the crossfade of {before_s:g} s before it are longer than what is used of {track.file}"
            raise _error(number, track, "crossfade_s", f"{fault}, {used_s:.3f} s")


def _check_track(number: int, track: TrackPlan, analysis: TrackAnalysis) -> None:
    for key in ("start_s", "end_s", "first_sound_s", "felt_end_s"):
        if getattr(track, key) > analysis.duration_s + _ROUNDED_S:
            raise _error(number, track, key, f"lies after the end of {track.file}, at {analysis.duration_s:.3f} s")
    used_s = _used_s(track, analysis)
    if used_s < _SHORTEST_S:
        raise PlanError(
            f"track[{number}] uses {max(used_s, 0.0):.3f} s of {track.file}, under the {_SHORTEST_S} s that loudness "
            "is measured on: correct its start_s or end_s."
        )
    for key in ("fade_in_s", "fade_out_s", "crossfade_s"):
        if getattr(track, key) > used_s + _ROUNDED_S:
            raise _error(number, track, key, f"is longer than what is used of {track.file}, {used_s:.3f} s")
    channels = analysis.source.channels
    if track.dc_offset and len(track.dc_offset) != channels:
        raise PlanError(
            f"track[{number}].dc_offset has {len(track.dc_offset)} values, and {track.file} has {channels} "
            f"channel{'s' if channels > 1 else ''}: give one each, or none."
        )


def _used_s(track: TrackPlan, analysis: TrackAnalysis) -> float:
    return min(track.end_s, analysis.duration_s) - track.start_s


def _error(number: int, track: TrackPlan, key: str, fault: str) -> PlanError:
    return PlanError(f"track[{number}].{key} = {getattr(track, key):g} s {fault}: correct the plan.")
