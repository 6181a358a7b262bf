"""From what a report is made of to its figures: pure arithmetic, no file is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any

from analysis.findings import Severity, findings
from analysis.spectrum import TONE_BANDS_HZ
from analysis.track import TrackAnalysis
from assistant.gaps import gap_seconds
from assistant.plan import AlbumPlan, TrackPlan
from assistant.report.actions import actions, eq_curve_db
from assistant.report.checks import delivery_checks
from assistant.report.figures import (
    DeliveryFigures,
    FindingFigures,
    JoinFigures,
    OrderFigures,
    ReportFigures,
    TrackFigures,
    VersionFigures,
)
from assistant.report.likeness import Likeness, likeness
from assistant.report.material import Material
from assistant.report.versions import master_version, mix_version

RUNS_ON, CROSSFADE, GAP, NEW_PROGRAMME = "runs on", "crossfade", "gap", "new programme"
"""Kinds of joins."""


def collect(material: Material) -> ReportFigures:
    """All figures of a report, but for what there is to listen to."""
    plan, shown = material.plan, material.shown
    planned = {track.file: track for track in plan.track}
    mixes = {file: mix_version(analysis) for file, analysis in material.analyses.items()}
    masters = {
        told["source"]: master_version(told, material.masters[told["source"]], material.analyses.get(told["source"]))
        for told in shown["tracks"]
        if told["source"] in material.masters
    }
    found = likeness([told["source"] for told in shown["tracks"]], material)
    starts_s = _album_starts_s(shown)
    tracks = tuple(
        _track(material, number, told, planned[told["source"]], mixes, masters, found, starts_s[number - 1])
        for number, told in enumerate(shown["tracks"], 1)
        if told["source"] in planned
    )
    return ReportFigures(
        title=plan.album.title,
        artist=plan.album.artist,
        delivery=material.delivery,
        rate_hz=shown["rate_hz"],
        length_s=sum(part["frames"] for part in shown["programmes"]) / shown["rate_hz"],
        bands_hz=tuple(round(float(hz), 2) for hz in TONE_BANDS_HZ),
        tracks=tracks,
        joins=tuple(_joins(plan, shown)),
        record=found.record,
        cohesion=found.cohesion,
        deliveries=tuple(
            DeliveryFigures(name=name, told=told, checks=delivery_checks(told))
            for name, told in material.told["deliveries"].items()
        ),
        orders=_orders(plan),
        why_order=plan.album.why_order,
        why_loudness=plan.album.why_loudness,
        why_groups=plan.album.why_groups,
        why_sides=plan.album.why_sides,
        left_out={one["source"]: one["reason"] for one in material.told.get("left_out", [])},
        not_there=material.not_there,
    )


def _album_starts_s(shown: Mapping[str, Any]) -> list[float]:
    """Where each track's file begins when the programmes are played one after the other."""
    begins = accumulate((part["frames"] for part in shown["programmes"]), initial=0)
    by_file = dict(zip((part["file"] for part in shown["programmes"]), begins, strict=False))
    rate_hz = shown["rate_hz"]
    return [(by_file.get(told["programme"], 0) + told["start_frame"]) / rate_hz for told in shown["tracks"]]


def _track(  # noqa: PLR0913  (what is known of a track)
    material: Material,
    number: int,
    told: Mapping[str, Any],
    planned: TrackPlan,
    mixes: Mapping[str, VersionFigures],
    masters: Mapping[str, VersionFigures],
    found: Likeness,
    album_s: float,
) -> TrackFigures:
    analysis, source = material.analyses.get(planned.file), planned.file
    rate_hz = material.shown["rate_hz"]
    begins = next((one["frame"] for one in told.get("index", []) if one["number"] == 1), told["start_frame"])
    musical = analysis.musical if analysis else None
    return TrackFigures(
        number=number,
        title=told["title"],
        source=source,
        engineer=planned.engineer,
        group=planned.group,
        isrc=told.get("isrc") or "",
        album_s=album_s,
        song_s=(begins - told["start_frame"]) / rate_hz,
        length_s=told["frames"] / rate_hz,
        gap_s=told["gap_frames"] / rate_hz,
        mix_start_s=planned.start_s,
        gain_db=planned.gain_db,
        width=planned.width,
        eq_db=eq_curve_db(planned, analysis.source.rate_hz if analysis else rate_hz),
        actions=actions(planned, material.plan.album.engine),
        why={name: text for name, text in planned.why.model_dump().items() if text},
        findings=_findings(analysis, as_is=material.plan.album.as_is),
        delivered_findings=tuple(told.get("findings", ())),
        mix=mixes.get(source),
        master=masters.get(source),
        gain_reduction_db=tuple(material.reductions_db.get(told["sha256"], ())),
        harm=told.get("harm") or {},
        chain_harm=told.get("chain_harm"),
        codecs=tuple(told.get("codecs", ())),
        repair=told.get("repair"),
        energy=analysis.energy.mean if analysis else None,
        opening_energy=analysis.energy.opening if analysis else None,
        closing_energy=analysis.energy.closing if analysis else None,
        tempo_bpm=(musical.tempo_bpm if musical else None) or planned.tempo_bpm,
        key=musical.key if musical else None,
        distance_db=(found.before_db.get(source), found.after_db.get(source)),
        stands_out=found.stands_out.get(source, ()),
        sha256=told["sha256"],
    )


def _findings(analysis: TrackAnalysis | None, *, as_is: bool) -> tuple[FindingFigures, ...]:
    if analysis is None:
        return ()
    return tuple(
        FindingFigures(code=one.code, warning=one.severity is Severity.WARNING, message=one.message)
        for one in findings(analysis, as_is=as_is)
    )


def _joins(plan: AlbumPlan, shown: Mapping[str, Any]) -> list[JoinFigures]:
    """Each song that was delivered and the next."""
    planned = {track.file: (number, track) for number, track in enumerate(plan.track)}
    told = [one for one in shown["tracks"] if one["source"] in planned]
    found = []
    for number, (one, other) in enumerate(pairwise(told), 1):
        place, track = planned[one["source"]]
        following = planned[other["source"]][1]
        kind, seconds = _kind(place, track, following, apart=one["programme"] != other["programme"])
        found.append(
            JoinFigures(
                before=number,
                after=number + 1,
                kind=kind,
                seconds=seconds,
                beats=track.gap_beats if kind == GAP else None,
                why=tuple(filter(None, (track.why.join, track.why.gap, track.why.next))),
            )
        )
    return found


def _kind(number: int, track: TrackPlan, following: TrackPlan, *, apart: bool) -> tuple[str, float | None]:
    if apart:
        return NEW_PROGRAMME, None
    if track.runs_on:
        return RUNS_ON, None
    if track.crossfade_s > 0:
        return CROSSFADE, track.crossfade_s
    return GAP, gap_seconds(number, track, following)


def _orders(plan: AlbumPlan) -> tuple[OrderFigures, ...]:
    titles = {track.file: track.title for track in plan.track}
    return tuple(
        OrderFigures(
            name=order.name,
            taken=order.taken,
            cost=order.cost,
            cheaper_than=order.cheaper_than,
            good_for=order.good_for,
            songs=_titles(order.songs, titles),
        )
        for order in plan.order
    )


def _titles(songs: Sequence[str], titles: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(titles.get(song, song) for song in songs)
