"""How songs follow each other: gaps in time with the music, and crossfades where a fade meets a soft entry.

Mastering engineers count from where a song is felt to end: about two seconds after a cold end, less after a fade, or
until the next downbeat falls where the last song's beat would have put it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from analysis.edges import Beginning, Edges, Ending
from analysis.errors import PlanError
from analysis.musical import Passage
from analysis.track import TrackAnalysis
from assistant.plan import TrackPlan
from assistant.spacing import Pace, Spacing

USUAL_GAP_S = 2.0
LONGEST_GAP_S = 6.0
_GAPS_S = {Ending.COLD: 2.0, Ending.RING_OUT: 1.5, Ending.FADE: 1.0}
_PACES = {Pace.TIGHT: 0.4, Pace.NATURAL: 1.0, Pace.SPACIOUS: 1.75}
_AFTER = {Ending.COLD: "a cold end", Ending.RING_OUT: "a note that rings out", Ending.FADE: "a fade"}
_INTO_FADE_IN = 0.5  # of the usual gap: a song that fades in brings silence along
_IN_TIME = (0.4, 2.0)  # of the usual gap: how far it may give way so that the downbeat falls in time
_LEEWAY_S = 1.0
_FORGOTTEN_BEATS = 8  # two bars without a beat, and there is no time to fall in with
_OFF_BAR = 0.35  # an octave of gap is 1: a beat that begins a bar is worth a gap longer or shorter by a quarter
_SOFT_LU = 10.0  # what begins this far under how the last song played is soft
_SWELLS_S = 1.0  # and before its first strong onset has time to come in
_CROSSFADE_S = (1.5, 10.0)
_ALIGNED = (0.6, 1.4)  # of a crossfade's length
_PLACES = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class _Grid:
    """Beats at the end of one song and at the start of the next, seconds of each mix."""

    period_s: float
    last_beat_s: float
    next_beat_s: float
    bar_beats: int | None
    last_downbeat_s: float

    def begins_bar(self, beats: int) -> bool:
        """Whether so many beats after the last one of the old song a bar of it would begin."""
        if not self.bar_beats:
            return True
        passed = round((self.last_beat_s - self.last_downbeat_s) / self.period_s) + beats
        return passed % self.bar_beats == 0


def with_gaps(tracks: Sequence[TrackPlan], mixes: Sequence[TrackAnalysis], asked: Spacing) -> list[TrackPlan]:
    """The tracks, in album order, each with how the next one follows; `mixes` are theirs.

    Songs that run on into each other are left alone, and nothing follows the last one.
    """
    out = [track.model_copy(update={"gap_s": track.gap_s if track.runs_on else 0.0}) for track in tracks]
    for number, ((one, other), (a, b)) in enumerate(zip(pairwise(tracks), pairwise(mixes), strict=True)):
        if not one.runs_on:
            goes_on_from = number > 0 and tracks[number - 1].runs_on
            changes, why = _follow(one, other, a, b, asked, whole=not goes_on_from)
            out[number] = one.model_copy(update={**changes, "why": one.why.model_copy(update={"gap": why})})
    return out


def gap_seconds(number: int, one: TrackPlan, other: TrackPlan | None) -> float:
    """The gap of a track of the plan (counted from 0) in seconds, from its felt end to the next one's first sound.

    Beats are counted from the song's last one to the next song's downbeat, or, where the plan has no such places, from
    the felt end to the first sound. Under 0, the next song begins before the felt end.

    Raises:
        PlanError: beats are asked for, and the plan has no tempo.
    """
    if one.gap_beats is None:
        return USUAL_GAP_S if one.gap_s is None else one.gap_s
    if one.tempo_bpm is None:
        raise PlanError(
            f"track[{number + 1}].gap_beats = {one.gap_beats:g} needs a tempo: give the track tempo_bpm, or give gap_s."
        )
    beats_s = one.gap_beats * 60.0 / one.tempo_bpm
    if one.last_beat_s is None or other is None or other.first_beat_s is None:
        return beats_s
    lead_in_s = other.first_beat_s - other.first_sound_s
    return one.last_beat_s + beats_s - one.felt_end_s - lead_in_s


def _follow(
    one: TrackPlan, other: TrackPlan, a: TrackAnalysis, b: TrackAnalysis, asked: Spacing, *, whole: bool
) -> tuple[dict[str, Any], str]:
    """Keys of the plan's track, and why. A song that goes on from another (not `whole`) has no beats of its own."""
    grid = _grid(one, other, a, b) if whole else None
    wanted_s, why = _crossfade(a.edges, b.edges, asked)
    if wanted_s:
        changes, how = _crossed(one, other, wanted_s, grid)
        return changes, f"{why}: {how}"
    target_s = _GAPS_S[a.edges.ending] * _PACES[asked.pace]
    if b.edges.beginning is Beginning.FADE_IN:
        target_s *= _INTO_FADE_IN
    paced = "" if asked.pace is Pace.NATURAL else f", {asked.pace.value}"
    if grid and (beats := _beats(grid, one, other, target_s)) is not None:
        counted = one.model_copy(update={"gap_beats": float(beats), "gap_s": None})
        gap_s = gap_seconds(0, counted, other)
        bar = ", on a bar" if grid.bar_beats and grid.begins_bar(beats) else ""
        return {"gap_beats": float(beats), "gap_s": None}, (
            f"{beats} beats of {60.0 / grid.period_s:.1f} BPM from its last beat to the next downbeat, which falls in "
            f"time{bar}: {gap_s:.2f} s from its felt end to the next first sound{paced}"
        )
    return {"gap_s": round(target_s, 2), "gap_beats": None}, (
        f"{target_s:.2g} s after {_AFTER[a.edges.ending]}, up to the next first sound{paced}"
    )


def _grid(one: TrackPlan, other: TrackPlan, a: TrackAnalysis, b: TrackAnalysis) -> _Grid | None:
    """The beats, where both are steady, and those of the one go on to its end."""
    closing: Passage | None = a.musical.closing if a.musical else None
    opening: Passage | None = b.musical.opening if b.musical else None
    if one.tempo_bpm is None or one.last_beat_s is None or other.first_beat_s is None or not closing or not opening:
        return None
    if (one.felt_end_s - one.last_beat_s) * one.tempo_bpm / 60.0 > _FORGOTTEN_BEATS:
        return None
    return _Grid(
        period_s=60.0 / one.tempo_bpm,
        last_beat_s=one.last_beat_s,
        next_beat_s=other.first_beat_s,
        bar_beats=closing.metre if closing.downbeat_s is not None else None,
        last_downbeat_s=one.last_beat_s if closing.downbeat_s is None else closing.downbeat_s,
    )


def _beats(grid: _Grid, one: TrackPlan, other: TrackPlan, target_s: float) -> int | None:
    """How many beats come nearest to a gap; None where none is near."""
    lead_in_s = grid.next_beat_s - other.first_sound_s
    after_end_s = one.last_beat_s - one.felt_end_s - lead_in_s if one.last_beat_s is not None else 0.0
    shortest_s, longest_s = _IN_TIME[0] * target_s, min(_IN_TIME[1] * target_s + _LEEWAY_S, LONGEST_GAP_S)
    first = math.ceil((shortest_s - after_end_s) / grid.period_s)
    last = math.floor((longest_s - after_end_s) / grid.period_s)

    def cost(beats: int) -> float:
        gap_s = after_end_s + beats * grid.period_s
        octaves = abs(math.log2((gap_s + 0.3) / (target_s + 0.3)))
        return octaves + (0.0 if grid.begins_bar(beats) else _OFF_BAR)

    return min(range(max(first, 1), last + 1), key=cost, default=None)


def _crossfade(a: Edges, b: Edges, asked: Spacing) -> tuple[float, str]:
    """How long two songs overlap, and why; 0 for not at all."""
    if asked.crossfade_s is not None:
        return asked.crossfade_s, "as asked"
    if a.ending is not Ending.FADE or not a.fall_s:
        return 0.0, ""
    entry_s, how = _soft_entry(a, b)
    shortest_s, longest_s = _CROSSFADE_S
    wanted_s = min(a.fall_s, entry_s, longest_s)
    return (wanted_s, f"it fades out into a song that {how}") if wanted_s >= shortest_s else (0.0, "")


def _soft_entry(a: Edges, b: Edges) -> tuple[float, str]:
    """How long a song takes to come in, and how; 0 where it is there at once."""
    if b.beginning is Beginning.FADE_IN and b.rise_s:
        return b.rise_s, "fades in"
    swell_s = (b.first_onset_s if b.first_onset_s is not None else b.first_sound_s) - b.first_sound_s
    soft = a.closing_lufs is not None and b.opening_lufs is not None and b.opening_lufs < a.closing_lufs - _SOFT_LU
    return (swell_s, "swells in softly") if soft and swell_s >= _SWELLS_S else (0.0, "")


def _crossed(one: TrackPlan, other: TrackPlan, wanted_s: float, grid: _Grid | None) -> tuple[dict[str, Any], str]:
    """A crossfade up to the felt end, its length moved so that the next downbeat falls on a beat."""
    used_s = [one.felt_end_s - one.start_s, other.felt_end_s - other.start_s]
    wanted_s = min(wanted_s, *(length_s / 2 for length_s in used_s))
    overlap_s, in_time = wanted_s, ""
    if grid:
        # The next downbeat comes at: end - overlap + (next beat - next start). It is to be last beat + n periods.
        at_none_s = one.felt_end_s + grid.next_beat_s - other.start_s - grid.last_beat_s
        beats = round((at_none_s - wanted_s) / grid.period_s)
        aligned_s = at_none_s - beats * grid.period_s
        if _ALIGNED[0] * wanted_s <= aligned_s <= _ALIGNED[1] * wanted_s:
            overlap_s, in_time = aligned_s, ", so that the next downbeat falls on a beat"
    changes = {"crossfade_s": round(overlap_s, _PLACES), "end_s": one.felt_end_s, "gap_s": 0.0, "gap_beats": None}
    return changes, f"crossfade of {overlap_s:.2f} s up to its felt end{in_time}"
