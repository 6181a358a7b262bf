"""What the command line prints: tables of tracks and deliveries, for people."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from analysis.findings import Severity, findings
from analysis.track import TrackAnalysis
from assistant.aspects import broad_width_db
from assistant.gaps import gap_seconds
from assistant.plan import AlbumPlan, TrackPlan
from mastering.delivery import DeliveredTrack, Delivery

if TYPE_CHECKING:
    from assistant.auditions import Audition


def level(value: float | None, unit: str = "") -> str:
    """A level to one decimal; a dash where it cannot be told."""
    if value is None:
        return "–"
    if math.isinf(value):
        return "-inf"
    return f"{round(value, 1) + 0.0:.1f}{f' {unit}' if unit else ''}"  # + 0.0: no minus before a zero


def length(seconds: float) -> str:
    """Minutes and seconds.

    >>> length(215.4)
    '3:35'
    """
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def analysis_table(tracks: Mapping[Path, TrackAnalysis]) -> Table:
    """Every file with what was measured."""
    table = Table(title="What is in these files", title_justify="left")
    for name in ("file", "length", "format", "LUFS", "loud", "LRA", "dBTP", "PLR", "PSR", "side"):
        table.add_column(name, justify="left" if name in {"file", "format"} else "right")
    for path, track in tracks.items():
        cells = [
            file_name(path, tracks),
            length(track.duration_s),
            _format(track),
            level(track.loudness.integrated_lufs),
            level(track.dynamics.loud_lufs),
            level(track.loudness.range_lu),
            level(track.true_peak_dbtp),
            level(track.dynamics.plr_lu),
            level(track.dynamics.psr_median_lu),
            _side(track),
        ]
        table.add_row(*cells)
    return table


def finding_lines(tracks: Mapping[Path, TrackAnalysis]) -> list[str]:
    """Findings of every file, a line each; warnings are marked."""
    return [
        f"{'!' if finding.severity is Severity.WARNING else '·'} {file_name(path, tracks)}: {finding.message}"
        for path, track in tracks.items()
        for finding in findings(track)
    ]


def file_name(path: Path, tracks: Mapping[Path, TrackAnalysis]) -> str:
    """A file's name, with the folders that tell it apart where there are others of that name."""
    namesakes = [other.absolute().parent for other in tracks if other.name == path.name]
    if len(namesakes) == 1:
        return path.name
    return os.path.relpath(path.absolute(), os.path.commonpath(namesakes))


def _side(track: TrackAnalysis) -> str:
    if track.source.channels == 1:
        return "mono"
    return level(None if track.is_silent else broad_width_db(track))


def plan_table(plan: AlbumPlan) -> Table:
    """What will be done to each track."""
    table = Table(title=f"{plan.album.title}: the plan", title_justify="left")
    for name in ("", "song", "mixed by", "level", "EQ (dB @ Hz)", "dynamics", "side", "gap"):
        table.add_column(name, justify="left" if name in {"song", "mixed by", "EQ (dB @ Hz)"} else "right")
    following = [*plan.track[1:], None]
    for number, (track, other) in enumerate(zip(plan.track, following, strict=True), 1):
        table.add_row(
            str(number),
            track.title,
            track.engineer or (f"group {track.group}" if track.group else "–"),
            f"{track.gain_db:+.1f} dB",
            _eq_words(track, plan.album.engine) or "left alone",
            _dynamics_words(track),
            f"x {track.width:.2f}" + (f", mono to {track.mono_below_hz:.0f} Hz" if track.mono_below_hz else ""),
            _gap_words(number - 1, track, other) if other else "–",
        )
    return table


def _gap_words(number: int, track: TrackPlan, other: TrackPlan) -> str:
    if track.runs_on:
        return "runs on"
    if track.crossfade_s > 0:
        return f"x {track.crossfade_s:.1f} s"
    counted = "" if track.gap_beats is None else f", {track.gap_beats:g} beats"
    return f"{gap_seconds(number, track, other):.1f} s{counted}"


def _dynamics_words(track: TrackPlan) -> str:
    """What is done to a track's dynamics, in short."""
    parts = [f"ride x {track.ride.slope:.2f}"] if track.ride else []
    parts += [f"dynamic {band.freq_hz:.0f} Hz" for band in track.dynamic_eq]
    parts += ["3 bands"] if track.multiband else []
    parts += [f"{track.compressor.ratio:.2f}:1"] if track.compressor else []
    parts += [f"drive {track.saturation.drive_db:.1f} dB"] if track.saturation else []
    return ", ".join(parts) or "–"


def _eq_words(track: TrackPlan, engine: str) -> str:
    """What is done to a track's spectrum, in short."""
    parts = ["by matchering"] if engine == "matchering" else []
    parts += [f"{band.gain_db:+.1f} @ {band.freq_hz:.0f}" for band in track.eq]
    parts += [f"side {band.gain_db:+.1f} @ {band.freq_hz:.0f}" for band in track.side_eq]
    if track.match:
        gains_db = [point.mid_db for point in track.match]
        parts.append(f"curve, mid {min(gains_db):+.1f} to {max(gains_db):+.1f}")
    return ", ".join(parts)


def _aim(delivery: Delivery) -> str:
    """What a target is to a delivery: a limiter meets it, without one peaks may stop it."""
    return "asked for" if delivery.limited else "at most"


def delivery_table(delivery: Delivery, before: Mapping[str, TrackAnalysis]) -> Table:
    """One delivery's tracks, before and after; `before` by source."""
    target = "as it was" if delivery.target_lufs is None else f"{delivery.target_lufs:g} LUFS {_aim(delivery)}"
    peak = "no ceiling" if delivery.ceiling_dbtp is None else f"ceiling {delivery.ceiling_dbtp:g} dBTP"
    loudness, highest = level(delivery.loudness_lufs), level_2(delivery.true_peak_dbtp)
    playing = length(sum(part.frames for part in delivery.programmes) / delivery.rate_hz)
    title = f"{delivery.name}: album {loudness} LUFS ({target}), {highest} dBTP ({peak})"
    title += f", {playing}"
    if delivery.dither.shapes:
        title += f", dither {delivery.dither.value}"
    table = Table(title=title, title_justify="left")
    for name in (
        "",
        "song",
        "length",
        "LUFS before",
        "after",
        "dBTP before",
        "after",
        "PLR before",
        "after",
        "limited",
        "NMR",
    ):
        table.add_column(name, justify="left" if name == "song" else "right")
    for number, track in enumerate(delivery.tracks, 1):
        mix = before.get(track.source)
        limited = track.harm.max_gr_db > 0
        table.add_row(
            str(number),
            track.title,
            length(track.frames / delivery.rate_hz),
            level(mix.loudness.integrated_lufs if mix else None),
            level(track.loudness_lufs),
            level(mix.true_peak_dbtp if mix else None),
            level_2(track.true_peak_dbtp),
            level(mix.dynamics.plr_lu if mix else None),
            level(_plr_lu(track)),
            level(track.harm.p95_gr_db),
            level(track.harm.nmr_db if limited else None),
        )
    return table


def chain_harm(delivery: Delivery) -> list[str]:
    """A line on what the stages did whose effect depends on level, in the song that they did most to; none without.

    They come before any delivery: each delivery tells the same.
    """
    touched = [(track.title, track.chain_harm) for track in delivery.tracks if track.chain_harm]
    heard = [(title, harm) for title, harm in touched if harm.nmr_db is not None]
    if not heard:
        return []
    title, harm = max(heard, key=lambda one: one[1].nmr_db or -math.inf)
    where = f"{len(touched)} of {len(delivery.tracks)} songs, most on {title!r}"
    what = f"transients {-(harm.transient_loss_db or 0.0):+.1f} dB, noise to mask {harm.nmr_db:.0f} dB"
    return [f"· Dynamics before the limiter work on {where}: {what}"]


def joins_table(joins: Sequence[Audition]) -> list[Table | str]:
    """The joins that were rendered; a line where there are none."""
    if not joins:
        return ["One song has no join."]
    table = Table(title=f"Joins, in {joins[0].path.parent}", title_justify="left")
    for name in ("file", "length", "why"):
        table.add_column(name)
    for join in joins:
        table.add_row(join.path.name, f"{join.length_s:.1f} s", join.why)
    return [table]


def _plr_lu(track: DeliveredTrack) -> float | None:
    if track.loudness_lufs is None or math.isinf(track.loudness_lufs):
        return None
    return track.true_peak_dbtp - track.loudness_lufs


def conversions(delivery: Delivery, before: Mapping[str, TrackAnalysis]) -> list[str]:
    """Which songs had their sample rate converted, a line for each rate."""
    converted: dict[int, int] = {}
    for track in delivery.tracks:
        rate_hz = before[track.source].source.rate_hz
        if rate_hz != delivery.rate_hz:
            converted[rate_hz] = converted.get(rate_hz, 0) + 1
    return [
        f"· {delivery.name}: {count} song{'s' if count > 1 else ''} converted from {rate_hz} to {delivery.rate_hz} Hz"
        for rate_hz, count in sorted(converted.items())
    ]


def level_2(value: float) -> str:
    """A peak to two decimals."""
    return f"{value:.2f}" if math.isfinite(value) else "-inf"


def _format(track: TrackAnalysis) -> str:
    source = track.source
    rate = f"{source.rate_hz / 1000:g} kHz"
    return f"{rate} {source.encoding.replace('PCM_', '')}"
