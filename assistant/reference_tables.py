"""What the command line shows of reference profiles: tables, and tone as bars for a terminal."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from rich.table import Table

from analysis.profile import ReferenceProfile, ReferenceSong
from analysis.spectrum import TONE_BANDS_HZ
from assistant.aspects import broad_width_db
from assistant.tables import length, level

_BAR_COLUMNS = 56


def profiles_table(profiles: Sequence[ReferenceProfile], built_in: Collection[str]) -> Table:
    """Every profile with what it holds."""
    table = Table(title="Reference profiles", title_justify="left")
    for name in ("--reference", "songs", "length", "source"):
        table.add_column(name, justify="right" if name in {"songs", "length"} else "left")
    for profile in profiles:
        seconds = sum(song.duration_s for song in profile.songs)
        source = profile.source or "–"
        table.add_row(
            profile.name,
            "–" if _is_published(profile) else str(len(profile.songs)),
            length(seconds) if seconds else "–",
            f"comes with Mastertape; {source}" if profile.name in built_in else source,
        )
    return table


def songs_table(profile: ReferenceProfile) -> Table:
    """Every song of a profile with its figures, then their mean and spread."""
    table = Table(title=f"{profile.name}: figures", title_justify="left")
    for name in ("song", "length", "counts as", "LUFS", "loud", "LRA", "PLR", "PSR", "side"):
        table.add_column(name, justify="left" if name == "song" else "right")
    for song in profile.songs:
        table.add_row(
            song.name,
            length(song.duration_s) if song.duration_s else "–",
            f"{song.weight:g}",
            *(level(figure) for figure in _figures(song)),
        )
    if len(profile.songs) > 1:
        table.add_section()
        columns = [_known(profile, place) for place in range(6)]
        mean = [float(np.average(values, weights=weights)) if len(values) else None for values, weights in columns]
        spread = [float(values.std(ddof=1)) if len(values) > 1 else None for values, _ in columns]
        table.add_row("mean", "", "", *map(level, mean))
        table.add_row("spread", "", "", *map(level, spread))
    return table


def tone_bars(profile: ReferenceProfile) -> Table:
    """Tone per band for a terminal: where the mean stands, and how far songs spread about it."""
    mean = profile.tone_mean_db()
    spread = np.sqrt(np.diag(profile.tone_covariance_db2()))
    low, high = float((mean - spread).min()), float((mean + spread).max())
    step = max((high - low) / (_BAR_COLUMNS - 1), 1e-9)
    table = Table(
        title=f"{profile.name}: tone in thirds of an octave, mean ● and spread ─ from {low:.0f} to {high:.0f} dB",
        title_justify="left",
        box=None,
    )
    for name in ("Hz", "dB", "±", ""):
        table.add_column(name, justify="left" if not name else "right")
    for hz, at, by in zip(TONE_BANDS_HZ, mean, spread, strict=True):
        first, middle, last = (round((place - low) / step) for place in (at - by, at, at + by))
        bar = " " * first + "─" * (middle - first) + "●" + "─" * (last - middle)
        table.add_row(f"{hz:.0f}", f"{at:+.1f}", f"{by:.1f}" if by else "–", bar)
    return table


def _figures(song: ReferenceSong) -> tuple[float | None, ...]:
    loudness, dynamics = song.loudness, song.dynamics
    return (
        loudness.integrated_lufs,
        dynamics.loud_lufs,
        loudness.range_lu,
        dynamics.plr_lu,
        dynamics.psr_median_lu,
        broad_width_db(song),
    )


def _known(profile: ReferenceProfile, place: int) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], list[float]]:
    """One figure of the songs that have it, and their weights."""
    pairs = [(_figures(song)[place], song.weight) for song in profile.songs]
    known = [(figure, weight) for figure, weight in pairs if figure is not None and np.isfinite(figure)]
    return np.array([figure for figure, _ in known]), [weight for _, weight in known]


def _is_published(profile: ReferenceProfile) -> bool:
    """Whether it holds averages of others' songs, not songs."""
    return all(song.tone_spread_db for song in profile.songs)
