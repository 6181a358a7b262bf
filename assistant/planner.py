"""The plan of an album from what was measured. Pure: no file is read or written here."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.profile import ReferenceSong
from analysis.track import TrackAnalysis
from assistant.album_loudness import album_lufs
from assistant.aspects import Aspects, loud_lufs, separate_aspects
from assistant.cohesion_plan import plan_cohesion
from assistant.dynamics import decide_dynamics, separate_dynamics, with_compressor
from assistant.facts import facts_of, notes_of
from assistant.joins import plan_join
from assistant.level import decide_levels, signed
from assistant.match import (
    MAX_MATCH_EQ_DB,
    decide_match,
    match_loudness_change_lu,
    match_points,
    match_target,
)
from assistant.matchering_references import closest_reference
from assistant.order import OrderItem, numbered, propose_order
from assistant.plan import AlbumPlan, AlbumTable, EqPlan, TrackPlan, WhyPlan
from assistant.statistics import SongStatistics
from assistant.tone import MAX_EQ_DB, ToneDecision, decide_tone, loudness_change_lu

NARROWEST, WIDEST = 0.7, 1.4
"""Never harm: bounds of the width factor."""

_WIDTH_WORTH_DB = 0.3
_LOWEST_ALBUM_RATE_HZ = 44_100


@dataclass(frozen=True, kw_only=True, slots=True)
class Mix:
    """One mix of the album: its path relative to the mixes, who made it, what was measured."""

    file: str
    title: str
    engineer: str | None
    analysis: TrackAnalysis


@dataclass(frozen=True, kw_only=True, slots=True)
class Wishes:
    """What a person asked for.

    Attributes:
        title: of the album.
        order: "given", "auto", or None for DESIGN's rule: given where file names are numbered.
        strength: of tone, width and level corrections, 0 to 1.
        dynamics_strength: of the correction of dynamics, 0 to 1.
        match_full: every track takes the references' spectrum in whole.
        max_eq_db: how far EQ may go; None for the usual bound.
        by_matchering: matchering brings every track to a reference, in its own way.
        as_is: the album is mastered already.
        seed: of the dither.
        deliveries: their names.
    """

    title: str
    order: str | None = None
    strength: float = 1.0
    dynamics_strength: float = 1.0
    match_full: bool = False
    max_eq_db: float | None = None
    by_matchering: bool = False
    as_is: bool = False
    seed: int = 1
    deliveries: tuple[str, ...] = ("streaming",)


def keeps_given_order(files: Sequence[str], wishes: Wishes) -> bool:
    """Whether the order of the files is the album's; else tempo and key are needed to propose one."""
    return wishes.order == "given" or (wishes.order is None and numbered(files)) or len(files) == 1


def plan_album(
    mixes: Sequence[Mix],
    references: Sequence[ReferenceSong],
    reference_paths: Sequence[str],
    folder: str,
    statistics: SongStatistics,
    wishes: Wishes,
) -> AlbumPlan:
    """Decide everything.

    Args:
        mixes: in the order of their files; at least one.
        references: figures of the reference songs; may be empty.
        reference_paths: what the plan calls them.
        folder: what the plan calls the folder of mixes.
        statistics: how songs differ.
        wishes: what was asked for.
    """
    if wishes.as_is:
        tracks = _as_they_are(mixes)
    elif wishes.by_matchering:
        tracks = _by_matchering(mixes, references, reference_paths, statistics, wishes)
    elif wishes.match_full:
        tracks = _matched(mixes, references, statistics, wishes)
    else:
        tracks = _corrected(mixes, references, statistics, wishes)
    order, why_order, why_next = _ordered(mixes, wishes)
    loudness_lufs, why_loudness = album_lufs(
        [] if wishes.as_is else references, clone=wishes.match_full or wishes.by_matchering
    )
    return AlbumPlan(
        album=AlbumTable(
            title=wishes.title,
            mixes=folder,
            references=tuple(reference_paths),
            rate_hz=album_rate_hz([mix.analysis for mix in mixes]),
            loudness_lufs=loudness_lufs,
            as_is=wishes.as_is,
            seed=wishes.seed,
            engine="matchering" if wishes.by_matchering else "mastertape",
            deliveries=wishes.deliveries,
            why_order=why_order,
            why_loudness=why_loudness,
        ),
        cohesion=plan_cohesion(tracks, [mix.analysis for mix in mixes], references, statistics),
        track=tuple(_followed(tracks[i], why) for i, why in zip(order, why_next, strict=True)),
    )


def album_rate_hz(tracks: Sequence[TrackAnalysis]) -> int:
    """The most common rate by duration, ties to the higher, at least 44.1 kHz."""
    seconds: Counter[int] = Counter()
    for track in tracks:
        seconds[track.source.rate_hz] += round(track.duration_s * 1000)
    return max(_LOWEST_ALBUM_RATE_HZ, max(seconds, key=lambda rate: (seconds[rate], rate)))


def _corrected(
    mixes: Sequence[Mix], references: Sequence[ReferenceSong], statistics: SongStatistics, wishes: Wishes
) -> list[TrackPlan]:
    analyses, engineers = _measured(mixes)
    aspects = separate_aspects(analyses, engineers, references, statistics)
    tones = [
        decide_tone(
            mix.analysis,
            aspects.tone.effects[i],
            aspects.tone.deviations[i],
            wishes.strength,
            _whose(mix, mixes),
            MAX_EQ_DB if wishes.max_eq_db is None else wishes.max_eq_db,
        )
        for i, mix in enumerate(mixes)
    ]
    widths = [_width(mix, aspects, i, wishes.strength) for i, mix in enumerate(mixes)]
    squeezed = separate_dynamics(analyses, engineers, references, statistics)
    dynamics = [
        decide_dynamics(
            mix.analysis,
            float(squeezed.amounts[i]),
            float(squeezed.deviations[i]),
            wishes.dynamics_strength,
            _whose(mix, mixes),
        )
        for i, mix in enumerate(mixes)
    ]
    changes = [
        loudness_change_lu(mix.analysis, tone.bands, width) + moved.loud_change_lu
        for mix, tone, (width, _), moved in zip(mixes, tones, widths, dynamics, strict=True)
    ]
    levels = decide_levels(analyses, engineers, statistics, wishes.strength, changes_lu=changes)
    return [
        with_compressor(_track(mix, tones[i], widths[i], levels[i]), mix.analysis, dynamics[i], tones[i].bands)
        for i, mix in enumerate(mixes)
    ]


def _matched(
    mixes: Sequence[Mix], references: Sequence[ReferenceSong], statistics: SongStatistics, wishes: Wishes
) -> list[TrackPlan]:
    """Every track brought to the references in whole, without a change to how loud the songs stand among themselves.

    That is separated from what engineers did as ever.
    """
    target = match_target(references)
    bound_db = MAX_MATCH_EQ_DB if wishes.max_eq_db is None else wishes.max_eq_db
    decisions = [
        decide_match(mix.analysis, target, tone=wishes.strength, width=wishes.strength, max_eq_db=bound_db)
        for mix in mixes
    ]
    changes = [match_loudness_change_lu(mix.analysis, one) for mix, one in zip(mixes, decisions, strict=True)]
    levels = decide_levels(*_measured(mixes), statistics, wishes.strength, undone_lu=changes)
    tracks = []
    for mix, one, level in zip(mixes, decisions, levels, strict=True):
        tone = ToneDecision(bands=(), fit_error_db=None, why=one.why_tone)
        track = _track(mix, tone, (one.width, one.why_width), level)
        tracks.append(track.model_copy(update={"match": match_points(one.curve)}))
    return tracks


def _by_matchering(
    mixes: Sequence[Mix],
    references: Sequence[ReferenceSong],
    reference_paths: Sequence[str],
    statistics: SongStatistics,
    wishes: Wishes,
) -> list[TrackPlan]:
    """Every track to be matched by matchering, which gives mixes back as loud as it takes them."""
    levels = decide_levels(*_measured(mixes), statistics, wishes.strength)
    tracks = []
    for mix, level in zip(mixes, levels, strict=True):
        number, why = closest_reference(mix.analysis, references, reference_paths)
        tone = ToneDecision(bands=(), fit_error_db=None, why=why)
        tracks.append(_track(mix, tone, (1.0, ""), level).model_copy(update={"reference": number}))
    return tracks


def _measured(mixes: Sequence[Mix]) -> tuple[list[TrackAnalysis], list[str | None]]:
    return [mix.analysis for mix in mixes], [mix.engineer for mix in mixes]


def _as_they_are(mixes: Sequence[Mix]) -> list[TrackPlan]:
    nothing = ToneDecision(bands=(), fit_error_db=None, why="")
    return [_track(mix, nothing, (1.0, ""), (0.0, ""), as_is=True) for mix in mixes]


def _whose(mix: Mix, mixes: Sequence[Mix]) -> str:
    if mix.engineer is None:
        return "in this song alone"
    shared = sum(other.engineer == mix.engineer for other in mixes)
    return f"shared by the {shared} songs of {mix.engineer}" if shared > 1 else f"in the one song of {mix.engineer}"


def _width(mix: Mix, aspects: Aspects, number: int, strength: float) -> tuple[float, str]:
    """Factor of the side signal, and why."""
    if mix.analysis.source.channels == 1:
        return 1.0, "mono: left alone"
    effect = float(aspects.width.effects[number, 0])
    spread = float(aspects.width.deviations[number, 0])
    if abs(strength * effect) < _WIDTH_WORTH_DB:
        return 1.0, f"left alone: {signed(effect)} dB of side against the record, give or take {spread:.1f}"
    width = float(np.clip(10 ** (-strength * effect / 20), NARROWEST, WIDEST))
    word = "wider" if effect > 0 else "narrower"
    return round(
        width, 3
    ), f"{abs(effect):.1f} dB {word} than the record (give or take {spread:.1f}): side times {width:.2f}"


def _track(
    mix: Mix, tone: ToneDecision, width: tuple[float, str], level: tuple[float, str], *, as_is: bool = False
) -> TrackPlan:
    analysis = mix.analysis
    join = plan_join(analysis, as_is=as_is)
    return TrackPlan(
        file=mix.file,
        title=mix.title,
        sha256=analysis.sha256,
        engineer=mix.engineer,
        gain_db=level[0],
        width=width[0],
        gap_s=join.gap_s,
        **facts_of(analysis, as_is=as_is),
        eq=tuple(EqPlan(shape=b.shape, freq_hz=b.freq_hz, gain_db=b.gain_db, q=b.q) for b in tone.bands),
        eq_fit_error_db=tone.fit_error_db,
        why=WhyPlan(
            tone=tone.why,
            width=width[1],
            level=level[1],
            join=join.why,
            notes=notes_of(analysis, as_is=as_is),
        ),
    )


def _ordered(mixes: Sequence[Mix], wishes: Wishes) -> tuple[Sequence[int], str, Sequence[str]]:
    """Numbers of the mixes in album order, why that one, and of each why the next one follows."""
    if keeps_given_order([mix.file for mix in mixes], wishes):
        numbers = "the only song" if len(mixes) == 1 else "the order of the numbered files"
        why = "the order given" if wishes.order == "given" else numbers
        return range(len(mixes)), why, [""] * len(mixes)
    proposal = propose_order([_item(mix) for mix in mixes])
    return proposal.order, proposal.reason, [*proposal.pair_reasons, ""]


def _followed(track: TrackPlan, why_next: str) -> TrackPlan:
    return track.model_copy(update={"why": track.why.model_copy(update={"next": why_next})})


def _item(mix: Mix) -> OrderItem:
    analysis, features = mix.analysis, mix.analysis.musical
    steady = features is not None and features.tempo_steady
    return OrderItem(
        name=mix.file,
        tempo_bpm=features.tempo_bpm if features and steady else None,
        key=features.key if features else None,
        key_confidence=features.key_confidence if features else 0.0,
        loudness_lufs=_level(analysis.loudness.integrated_lufs),
        energy=loud_lufs(analysis),
        opening_lufs=_level(analysis.edges.opening_lufs),
        closing_lufs=_level(analysis.edges.closing_lufs),
    )


def _level(lufs: float | None) -> float:
    return -math.inf if lufs is None else lufs
