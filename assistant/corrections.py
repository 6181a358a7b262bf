"""What is done to each track: the engineer taken off it, the reference put onto it, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.continuity import Continuity
from analysis.profile import ReferenceSong
from analysis.track import TrackAnalysis
from assistant.aspects import Aspects, separate_aspects
from assistant.dynamics import decide_dynamics, separate_dynamics, with_compressor
from assistant.facts import facts_of, notes_of
from assistant.grouping import given_grouping
from assistant.joins import plan_join
from assistant.level import decide_levels
from assistant.match import MAX_MATCH_EQ_DB, decide_match, match_loudness_change_lu, match_points, match_target
from assistant.matchering_references import closest_reference
from assistant.plan import EqPlan, TrackPlan, WhyPlan
from assistant.statistics import SongStatistics
from assistant.tone import MAX_EQ_DB, ToneDecision, decide_tone, loudness_change_lu
from assistant.width import UNTOUCHED, WidthDecision, decide_width
from assistant.wishes import Wishes
from mastering.specs import EqBand

_NO_TONE = ToneDecision(bands=(), fit_error_db=None, why="")


@dataclass(frozen=True, kw_only=True, slots=True)
class Mix:
    """One mix of the album.

    Attributes:
        file: its path relative to the mixes.
        title: the song's name.
        engineer: who mixed it, where that is known.
        quiet: whether it is meant to stand as quiet as it does.
        analysis: what was measured.
        goes_on: how its sound goes on in the next of the mixes; None where it does not.
    """

    file: str
    title: str
    engineer: str | None
    analysis: TrackAnalysis
    quiet: bool = False
    goes_on: Continuity | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Corrected:
    """The tracks' plans, and what is thought of who mixed them, in a sentence; empty where it was told."""

    tracks: tuple[TrackPlan, ...]
    why_groups: str = ""


def corrected(
    mixes: Sequence[Mix], references: Sequence[ReferenceSong], statistics: SongStatistics, wishes: Wishes
) -> Corrected:
    """Every track without what its engineer is thought to have added, as far as that is sure."""
    analyses, engineers = _measured(mixes)
    aspects = separate_aspects(analyses, engineers, references, statistics)
    names, strengths = aspects.grouping.names, wishes.strengths
    whose = [_whose(mix, name, names) for mix, name in zip(mixes, names, strict=True)]
    bound_db = MAX_EQ_DB if wishes.max_eq_db is None else wishes.max_eq_db
    tone, width = aspects.tone, aspects.width
    squeezed = separate_dynamics(analyses, names, references, statistics)
    tones = [
        decide_tone(song, tone.effects[i], tone.deviations[i], strengths.tone, whose[i], bound_db)
        for i, song in enumerate(analyses)
    ]
    widths = [
        decide_width(song, width.effects[i], width.deviations[i], strengths.width) for i, song in enumerate(analyses)
    ]
    dynamics = [
        decide_dynamics(song, float(squeezed.amounts[i]), float(squeezed.deviations[i]), strengths.dynamics, whose[i])
        for i, song in enumerate(analyses)
    ]
    changes = [
        loudness_change_lu(song, tones[i].bands, widths[i].factor, widths[i].side_bands) + dynamics[i].loud_change_lu
        for i, song in enumerate(analyses)
    ]
    levels = decide_levels(
        analyses,
        engineers,
        aspects.grouping,
        statistics,
        strengths.levels,
        quiet=[mix.quiet for mix in mixes],
        changes_lu=changes,
    )
    tracks = [
        with_compressor(_track(mix, tones[i], widths[i], levels[i], names[i]), analyses[i], dynamics[i], tones[i].bands)
        for i, mix in enumerate(mixes)
    ]
    return Corrected(tracks=tuple(tracks), why_groups=_why_groups(aspects, engineers))


def matched(
    mixes: Sequence[Mix], references: Sequence[ReferenceSong], statistics: SongStatistics, wishes: Wishes
) -> Corrected:
    """Every track brought to the references in whole, without a change to how loud the songs stand among themselves.

    That is separated from what engineers did as ever.
    """
    target = match_target(references)
    bound_db = MAX_MATCH_EQ_DB if wishes.max_eq_db is None else wishes.max_eq_db
    strengths = wishes.strengths
    decisions = [
        decide_match(mix.analysis, target, tone=strengths.tone, width=strengths.width, max_eq_db=bound_db)
        for mix in mixes
    ]
    changes = [match_loudness_change_lu(mix.analysis, one) for mix, one in zip(mixes, decisions, strict=True)]
    levels = _levels_alone(mixes, statistics, wishes, changes)
    tracks = []
    for mix, one, level in zip(mixes, decisions, levels, strict=True):
        tone = ToneDecision(bands=(), fit_error_db=None, why=one.why_tone)
        width = WidthDecision(factor=one.width, side_bands=(), why=one.why_width)
        tracks.append(_track(mix, tone, width, level).model_copy(update={"match": match_points(one.curve)}))
    return Corrected(tracks=tuple(tracks))


def by_matchering(
    mixes: Sequence[Mix],
    references: Sequence[ReferenceSong],
    reference_paths: Sequence[str],
    statistics: SongStatistics,
    wishes: Wishes,
) -> Corrected:
    """Every track to be matched by matchering, which gives mixes back as loud as it takes them."""
    levels = _levels_alone(mixes, statistics, wishes, ())
    tracks = []
    for mix, level in zip(mixes, levels, strict=True):
        number, why = closest_reference(mix.analysis, references, reference_paths)
        tone = ToneDecision(bands=(), fit_error_db=None, why=why)
        tracks.append(_track(mix, tone, UNTOUCHED, level).model_copy(update={"reference": number}))
    return Corrected(tracks=tuple(tracks))


def as_they_are(mixes: Sequence[Mix]) -> Corrected:
    """Nothing is done: the album is mastered."""
    return Corrected(tracks=tuple(_track(mix, _NO_TONE, UNTOUCHED, (0.0, ""), as_is=True) for mix in mixes))


def _measured(mixes: Sequence[Mix]) -> tuple[list[TrackAnalysis], list[str | None]]:
    return [mix.analysis for mix in mixes], [mix.engineer for mix in mixes]


def _levels_alone(
    mixes: Sequence[Mix], statistics: SongStatistics, wishes: Wishes, undone_lu: Sequence[float]
) -> list[tuple[float, str]]:
    analyses, engineers = _measured(mixes)
    return decide_levels(
        analyses,
        engineers,
        given_grouping(engineers),
        statistics,
        wishes.strengths.levels,
        quiet=[mix.quiet for mix in mixes],
        undone_lu=undone_lu,
    )


def _whose(mix: Mix, name: str | None, names: Sequence[str | None]) -> str:
    if name is None:
        return "in this song alone"
    shared = sum(other == name for other in names)
    if mix.engineer is None:
        return f"shared by the {shared} songs of group {name}"
    return f"shared by the {shared} songs of {name}" if shared > 1 else f"in the one song of {name}"


def _why_groups(aspects: Aspects, engineers: Sequence[str | None]) -> str:
    """What was found of who mixed what; empty where it was told."""
    if None not in engineers or len(engineers) == 1:
        return ""
    found = aspects.grouping
    percent = min(99, round(100 * found.certainty))
    if found.names == tuple(engineers):
        return (
            "no groups of songs that one engineer must have mixed: each stands alone where that is not told "
            "(--engineer NAME=FILES tells who mixed what, and makes corrections surer)"
        )
    together = found.together()
    same = np.array([[a is not None and a == b for b in found.names] for a in found.names])
    same &= ~np.eye(len(same), dtype=bool)
    sure = round(100 * float(together[same].mean())) if same.any() else 0
    count = len({name for name, told in zip(found.names, engineers, strict=True) if name and not told})
    return (
        f"{count} group{'s' if count > 1 else ''} of songs that sound alike beyond what songs do: several hands "
        f"({percent} % sure; two songs of one group are by the same hand: {sure} % on average)"
    )


def _track(
    mix: Mix,
    tone: ToneDecision,
    width: WidthDecision,
    level: tuple[float, str],
    group: str | None = None,
    *,
    as_is: bool = False,
) -> TrackPlan:
    analysis = mix.analysis
    join = plan_join(analysis, as_is=as_is)
    return TrackPlan(
        file=mix.file,
        title=mix.title,
        sha256=analysis.sha256,
        engineer=mix.engineer,
        group=None if mix.engineer else group,
        intent="quiet" if mix.quiet else None,
        gain_db=level[0],
        width=width.factor,
        **facts_of(analysis, as_is=as_is),
        eq=_bands(tone.bands),
        side_eq=_bands(width.side_bands),
        eq_fit_error_db=tone.fit_error_db,
        why=WhyPlan(
            tone=tone.why,
            mix=tone.beyond,
            width=width.why,
            level=level[1],
            join=join.why,
            notes=notes_of(analysis, as_is=as_is),
        ),
    )


def _bands(bands: Sequence[EqBand]) -> tuple[EqPlan, ...]:
    return tuple(EqPlan(shape=b.shape, freq_hz=b.freq_hz, gain_db=b.gain_db, q=b.q) for b in bands)
