"""A profile as a picture: tone and width per band, each song thin, their mean with the spread about it."""

from __future__ import annotations

import io
import warnings
from typing import Any

import numpy as np

from analysis.profile import ReferenceProfile
from analysis.spectrum import TONE_BANDS_HZ
from analysis.units import Floats

_TICKS_HZ = (31.25, 62.5, 125, 250, 500, 1000, 2000, 4000, 8000, 16_000)
_NARROWEST_DB = -40.0  # less side than this is drawn as this
_SONG, _MEAN = "#8a8a8a", "#1f5fa8"


def picture(profile: ReferenceProfile, form: str) -> bytes:
    """The picture as the bytes of a file: "png", "svg" or "pdf"; the same for the same profile."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    out = io.BytesIO()
    metadata = {"png": None, "svg": {"Date": None}, "pdf": {"CreationDate": None}}[form]
    with rc_context({"svg.hashsalt": "mastertape"}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # a name in letters that the font lacks
        figure = Figure(figsize=(9, 7), layout="constrained")
        _fill(figure, profile)
        figure.savefig(out, format=form, dpi=120, metadata=metadata)
    return out.getvalue()


def _fill(figure: Any, profile: ReferenceProfile) -> None:
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    count = len(profile.songs)
    figure.suptitle(f"{profile.name}, {count} songs" if count > 1 else profile.name, parse_math=False)
    tones = np.array([song.spectrum.tone_db() for song in profile.songs])
    _draw(upper, tones, profile.tone_mean_db(), np.sqrt(np.diag(profile.tone_covariance_db2())))
    upper.set_ylabel("tone of mid, dB about its mean")
    widths = np.maximum([song.spectrum.width_db() for song in profile.songs], _NARROWEST_DB)
    _draw(lower, widths, *_mean_and_spread(profile, widths))
    lower.set_ylabel("side against mid, dB")
    lower.set_xscale("log")
    lower.set_xticks(_TICKS_HZ, [f"{hz:.0f}" if hz < 1000 else f"{hz // 1000}k" for hz in _TICKS_HZ])
    lower.minorticks_off()
    lower.set_xlabel("Hz, thirds of an octave")
    lower.set_xlim(TONE_BANDS_HZ[0], TONE_BANDS_HZ[-1])
    if upper.get_legend_handles_labels()[0]:
        upper.legend(loc="lower left", frameon=False)


def _draw(axes: Any, songs: Floats, mean: Floats, spread: Floats) -> None:
    if len(songs) > 1:
        for number, song in enumerate(songs):
            label = "songs" if number == 0 else None
            axes.plot(TONE_BANDS_HZ, song, color=_SONG, linewidth=0.7, alpha=0.6, label=label)
    if spread.any():
        axes.fill_between(TONE_BANDS_HZ, mean - spread, mean + spread, color=_MEAN, alpha=0.2, label="spread")
    axes.plot(TONE_BANDS_HZ, mean, color=_MEAN, linewidth=2.2, label="mean" if len(songs) > 1 else None)
    axes.grid(alpha=0.3)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _mean_and_spread(profile: ReferenceProfile, widths: Floats) -> tuple[Floats, Floats]:
    weights = profile.weights()
    mean = weights @ widths / weights.sum()
    own = np.array([song.width_spread_db or (0.0,) * len(TONE_BANDS_HZ) for song in profile.songs])
    variance = weights @ own**2 / weights.sum()
    if len(widths) > 1:
        variance += weights @ (widths - mean) ** 2 / (len(widths) - 1)
    return np.asarray(mean), np.sqrt(variance)
