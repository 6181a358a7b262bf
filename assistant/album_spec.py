"""From the plan and what is known of its mixes to what the renderer takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from itertools import pairwise
from pathlib import Path

from analysis.track import TrackAnalysis
from assistant.dynamics_plan import CompressorPlan, MultibandPlan
from assistant.gaps import gap_seconds
from assistant.plan import AlbumPlan, EqPlan, MatchPoint, TrackPlan
from mastering.breaks import HEAD_FADE_S, TAIL_FADE_S
from mastering.dynamics_specs import CompressorSpec, DynamicBandSpec, MultibandSpec, SaturationSpec
from mastering.label_copy import AlbumCopy, TrackCopy
from mastering.room_tone import load_room_tone
from mastering.specs import AlbumSpec, ChainSpec, EqBand, MatchCurve, RideSpec, TrackSpec

_FLOAT32_BITS = 24
_ROUNDED_S = 1e-5  # times in a plan are rounded to the microsecond


def album_spec(plan: AlbumPlan, sources: Sequence[tuple[TrackPlan, TrackAnalysis]]) -> AlbumSpec:
    """What the renderer needs of a plan and of what is known of its mixes."""
    return AlbumSpec(
        title=plan.album.title,
        rate_hz=plan.album.rate_hz,
        loudness_lufs=plan.album.loudness_lufs,
        as_is=plan.album.as_is,
        seed=plan.album.seed,
        tracks=_in_runs(plan, _track_specs(plan, sources)),
        copy=AlbumCopy(**{field.name: getattr(plan.album, field.name) for field in fields(AlbumCopy)}),
    )


def with_room_tone(album: AlbumSpec, plan: AlbumPlan, plan_folder: Path) -> AlbumSpec:
    """The album with its room tone's path as the renderer takes it, looked at before any work is done.

    Raises:
        MastertapeError: it cannot be used.
    """
    if not plan.album.room_tone:
        return album
    path = plan_folder / plan.album.room_tone
    load_room_tone(path, album.rate_hz)
    return replace(album, room_tone=str(path))


def _in_runs(plan: AlbumPlan, tracks: tuple[TrackSpec, ...]) -> tuple[TrackSpec, ...]:
    """The tracks with those marked that run on; where the next one was left out, a song is faded against the click."""
    there = {track.source for track in tracks}
    cut_tails = {one.file for one, other in pairwise(plan.track) if one.runs_on and other.file not in there}
    cut_heads = {other.file for one, other in pairwise(plan.track) if one.runs_on and one.file not in there}

    def cut(track: TrackSpec) -> TrackSpec:
        tail_s = TAIL_FADE_S if track.source in cut_tails else 0.0
        return replace(
            track,
            runs_on=track.runs_on and not tail_s,
            fade_in_s=max(track.fade_in_s, HEAD_FADE_S if track.source in cut_heads else 0.0),
            fade_out_s=max(track.fade_out_s, tail_s),
        )

    return tuple(map(cut, tracks))


def _track_specs(plan: AlbumPlan, sources: Sequence[tuple[TrackPlan, TrackAnalysis]]) -> tuple[TrackSpec, ...]:
    following = [*(track for track, _ in sources[1:]), None]
    return tuple(
        _track_spec(track, analysis, gap_seconds(plan.track.index(track), track, other))
        for (track, analysis), other in zip(sources, following, strict=True)
    )


def _track_spec(track: TrackPlan, analysis: TrackAnalysis, gap_s: float) -> TrackSpec:
    return TrackSpec(
        source=track.file,
        title=track.title,
        frames=analysis.frames,
        rate_hz=analysis.source.rate_hz,
        channels=analysis.source.channels,
        precise=(analysis.source.bits or 0) > _FLOAT32_BITS or analysis.source.encoding == "DOUBLE",
        grid_bits=analysis.integrity.grid_bits,
        silent_head=track.start_s == 0.0 and analysis.integrity.digital_head_s > 0,
        silent_tail=track.end_s > analysis.duration_s - _ROUNDED_S and analysis.integrity.digital_tail_s > 0,
        chain=chain_spec(track),
        start_s=track.start_s,
        end_s=track.end_s,
        first_sound_s=min(max(track.first_sound_s, track.start_s), track.end_s),  # where the plan was cut shorter
        felt_end_s=min(max(track.felt_end_s, track.start_s), track.end_s),
        fade_in_s=track.fade_in_s,
        fade_out_s=track.fade_out_s,
        gap_s=gap_s,
        crossfade_s=track.crossfade_s,
        runs_on=track.runs_on,
        copy=TrackCopy(**{field.name: getattr(track, field.name) for field in fields(TrackCopy)}),
    )


def chain_spec(track: TrackPlan) -> ChainSpec:
    """What is done to one track before the album is assembled.

    What its compressors leave to be worked out stands at the usual figures; `assistant.fitting` puts in those it finds.
    """
    return ChainSpec(
        dc_offset=track.dc_offset,
        gain_db=track.gain_db,
        eq=_bands(track.eq),
        side_eq=_bands(track.side_eq),
        match=_curve(track.match),
        ride=RideSpec(**track.ride.model_dump()) if track.ride else None,
        dynamic_eq=tuple(DynamicBandSpec(**band.model_dump()) for band in track.dynamic_eq),
        multiband=_multiband(track.multiband) if track.multiband else None,
        compressor=_compressor(track.compressor),
        saturation=SaturationSpec(**track.saturation.model_dump()) if track.saturation else None,
        width=track.width,
        min_correlation=track.min_correlation,
        mono_below_hz=track.mono_below_hz,
    )


def _compressor(plan: CompressorPlan | None) -> CompressorSpec | None:
    return (
        CompressorSpec(**{key: value for key, value in plan.model_dump().items() if value != "auto"}) if plan else None
    )


def _multiband(plan: MultibandPlan) -> MultibandSpec:
    return MultibandSpec(
        crossovers_hz=(plan.low_crossover_hz, plan.high_crossover_hz),
        low=_compressor(plan.low),
        mid=_compressor(plan.mid),
        high=_compressor(plan.high),
    )


def _bands(bands: Sequence[EqPlan]) -> tuple[EqBand, ...]:
    return tuple(EqBand(shape=b.shape, freq_hz=b.freq_hz, gain_db=b.gain_db, q=b.q) for b in bands)


def _curve(points: Sequence[MatchPoint]) -> MatchCurve | None:
    if not points:
        return None
    return MatchCurve(
        freqs_hz=tuple(point.freq_hz for point in points),
        mid_db=tuple(point.mid_db for point in points),
        side_db=tuple(point.side_db for point in points),
    )
