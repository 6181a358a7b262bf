"""What the command line shows of two renders held side by side."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from rich.table import Table

from analysis.standards import DISTURBED_NMR_DB
from assistant.comparing import REGIONS_HZ, Comparison, Version
from assistant.level import signed
from assistant.tables import level

_DASH = "–"
_MATCHED = (
    "Level, static tone and width were matched first (one still filter each for mid and side, a third of an octave "
    "fine, with its phase): an equaliser is no harm, and is told above."
)


def comparison_parts(found: Comparison) -> list[Table | str]:
    """Both files, what lies between them, and what was done to the second beyond level and tone."""
    lines: list[Table | str] = [_figures(found), *_how_they_lie(found)]
    if found.identical:
        return lines
    return [*lines, _harm(found), _MATCHED]


def comparison_json(found: Comparison) -> dict[str, Any]:
    """The same as one object; what cannot be told is null."""
    return {
        "a": _version(found.a),
        "b": _version(found.b),
        "rate_hz": found.rate_hz,
        "offset_frames": found.offset.frames,
        "offset_s": _figure(found.offset.frames / found.rate_hz),
        "correlation": _figure(found.offset.correlation),
        "shared_s": _figure(found.shared_s),
        "identical": found.identical,
        "level_lu": _figure(found.level_lu),
        "tone_regions_hz": list(REGIONS_HZ),
        "tone_db": [_figure(step) for step in found.tone_db],
        "width_db": None if found.width_db is None else [_figure(step) for step in found.width_db],
        "added_overs": _added_overs(found),
        "mono_fold_loss_lu": _figure(found.b.mono_fold_lu - found.a.mono_fold_lu),
        "harm": {name: _figure(value) for name, value in dataclasses.asdict(found.harm).items() if name != "course_db"},
    }


def _figures(found: Comparison) -> Table:
    table = Table(title=f"A: {found.a.path}\nB: {found.b.path}", title_justify="left")
    for name in ("", "A", "B", "B - A"):
        table.add_column(name, justify="right" if name else "left")
    one, other = found.a.analysis, found.b.analysis
    for name, before, after in (
        ("integrated loudness, LUFS", found.a.loudness_lufs, found.b.loudness_lufs),
        ("loudness range, LU", one.loudness.range_lu, other.loudness.range_lu),
        ("true peak, dBTP", one.true_peak_dbtp, other.true_peak_dbtp),
        ("PLR, LU", one.dynamics.plr_lu, other.dynamics.plr_lu),
        ("lost in mono, LU", found.a.mono_fold_lu, found.b.mono_fold_lu),
    ):
        table.add_row(name, level(before), level(after), _step(before, after))
    overs = [str(version.overs) for version in (found.a, found.b)]
    table.add_row("tenths of a second over 0 dBTP", *overs, f"{found.b.overs - found.a.overs:+d}")
    table.add_section()
    for low, high, step in zip(REGIONS_HZ, REGIONS_HZ[1:], found.tone_db, strict=False):
        told = _DASH if step is None else signed(step)
        table.add_row(f"tone {low:.0f} to {high:.0f} Hz, level apart, dB", "", "", told)
    for low, high, wider in zip(REGIONS_HZ[1:], REGIONS_HZ[2:], found.width_db or (), strict=False):
        table.add_row(f"side against mid {low:.0f} to {high:.0f} Hz, dB", "", "", signed(wider))
    return table


def _how_they_lie(found: Comparison) -> list[str]:
    frames = found.offset.frames
    late = f"{abs(frames) / found.rate_hz:.3f} s ({abs(frames)} frames at {found.rate_hz} Hz)"
    where = "begins with A" if frames == 0 else f"begins {late} {'later' if frames > 0 else 'earlier'} than A"
    lines = [f"B {where}; {found.shared_s:.1f} s lie side by side and correlate by {found.offset.correlation:.3f}."]
    if found.offset.correlation < 0:
        lines.append("! The polarity of B is turned against A.")
    if found.identical:
        lengths = {version.analysis.duration_s for version in (found.a, found.b)}
        what = "A and B are" if frames == 0 and len(lengths) == 1 else "What A and B share is"
        lines.append(f"{what} the same sound, bit for bit.")
    return lines


def _harm(found: Comparison) -> Table:
    harm = found.harm
    table = Table(title="What else was done to B", title_justify="left")
    table.add_column("")
    table.add_column("", justify="right")
    for name, told in (
        ("peaks brought down, at most", level(harm.max_gr_db, "dB")),
        ("  at 19 of 20 onsets, no more than", level(harm.p95_gr_db, "dB")),
        ("  by over 1 dB, share of the time", f"{100 * harm.share_over_1db:.1f} %"),
        (f"peak against RMS lost at onsets ({harm.onsets}), mean", _loss(harm.transient_loss_db)),
        ("  at the worst tenth of them, at least", _loss(harm.transient_loss_p90_db)),
        ("residual against A", _left(harm.residual_db)),
        ("  K-weighted", _left(harm.residual_k_db)),
        ("noise against mask (NMR)", _left(harm.nmr_db)),
        (f"  over it by {DISTURBED_NMR_DB:g} dB somewhere, share of frames", f"{100 * harm.disturbed_share:.1f} %"),
        ("lost in mono against stereo, more than in A", _loss(harm.mono_fold_loss_db)),
        ("stretches of 5 ms with peaks over full scale that A has not", str(harm.added_overs)),
    ):
        table.add_row(name, told)
    return table


def _version(version: Version) -> dict[str, Any]:
    analysis = version.analysis
    return {
        "file": str(version.path),
        "loudness_lufs": _figure(version.loudness_lufs),
        "range_lu": _figure(analysis.loudness.range_lu),
        "true_peak_dbtp": _figure(analysis.true_peak_dbtp),
        "plr_lu": _figure(analysis.dynamics.plr_lu),
        "mono_fold_lu": _figure(version.mono_fold_lu),
        "overs": version.overs,
    }


def _added_overs(found: Comparison) -> int:
    return max(0, found.b.overs - found.a.overs)


def _step(before: float | None, after: float | None) -> str:
    if before is None or after is None or not math.isfinite(after - before):
        return _DASH
    return signed(after - before)


def _loss(value: float | None) -> str:
    return _DASH if value is None else level(value, "dB")


def _left(value: float | None) -> str:
    return _DASH if value is None else "none" if math.isinf(value) else level(value, "dB")


def _figure(value: float | None) -> float | None:
    return round(value, 4) if value is not None and math.isfinite(value) else None
