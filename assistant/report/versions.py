"""A song as it was mixed and as it was delivered, in the same figures."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from analysis.dynamics import Dynamics
from analysis.profile import ReferenceSong
from analysis.spectrum import NARROWEST_DB, Spectrum
from analysis.track import TrackAnalysis
from assistant.aspects import broad_width_db
from assistant.report.figures import VersionFigures
from assistant.report.measuring import MeasuredFile


def mix_version(analysis: TrackAnalysis) -> VersionFigures:
    """A mix as it was measured."""
    mono = analysis.source.channels == 1
    return VersionFigures(
        loudness_lufs=finite(analysis.loudness.integrated_lufs),
        range_lu=finite(analysis.loudness.range_lu),
        loud_lufs=finite(analysis.dynamics.loud_lufs),
        true_peak_dbtp=finite(analysis.true_peak_dbtp),
        plr_lu=finite(analysis.dynamics.plr_lu),
        short_term_lufs=series(analysis.short_term_lufs),
        tone_db=tone(analysis.spectrum),
        width_db=() if mono else width(analysis.spectrum),
        broad_width_db=None if mono or analysis.is_silent else round(broad_width_db(analysis), 2),
    )


def master_version(told: Mapping[str, Any], measured: MeasuredFile, analysis: TrackAnalysis | None) -> VersionFigures:
    """A delivered file as the manifest tells it and as it was measured; `analysis` is of its mix, if that is known."""
    mono = not any(map(math.isfinite, measured.spectrum.side_db))
    silent = told["loudness_lufs"] is None
    song = None if mono or silent or analysis is None else delivered_song(analysis, told, measured)
    return VersionFigures(
        loudness_lufs=told["loudness_lufs"],
        range_lu=finite(measured.loudness.range_lu),
        loud_lufs=finite(measured.loud_lufs),
        true_peak_dbtp=told["true_peak_dbtp"],
        plr_lu=finite(_plr_lu(told)),
        short_term_lufs=series(measured.short_term_lufs),
        tone_db=tone(measured.spectrum),
        width_db=() if mono else width(measured.spectrum),
        broad_width_db=None if song is None else round(broad_width_db(song), 2),
    )


def delivered_song(analysis: TrackAnalysis, told: Mapping[str, Any], measured: MeasuredFile) -> ReferenceSong:
    """A delivered file as cohesion is judged by; what plays in it is what plays in the mix."""
    return ReferenceSong(
        name=analysis.name,
        spectrum=measured.spectrum,
        loudness=measured.loudness,
        dynamics=Dynamics(
            plr_lu=_plr_lu(told),
            psr_min_lu=None,
            psr_median_lu=None,
            crest_db=None,
            loud_lufs=measured.loud_lufs,
            short_term_quantiles_lufs=(),
        ),
        content=analysis.content,
        duration_s=measured.frames / measured.rate_hz,
    )


def _plr_lu(told: Mapping[str, Any]) -> float | None:
    """Peak to loudness ratio of a delivered file."""
    loudness, peak = told["loudness_lufs"], told["true_peak_dbtp"]
    return None if loudness is None or peak is None else float(peak - loudness)


def tone(spectrum: Spectrum) -> tuple[float, ...]:
    """Shape of the mid spectrum in the 28 tone bands, dB; all 0 for silence."""
    return tuple(round(float(db), 2) for db in spectrum.tone_db())


def width(spectrum: Spectrum) -> tuple[float, ...]:
    """Side against mid in the tone bands, dB, held where nobody hears less."""
    return tuple(round(float(db), 2) for db in np.maximum(spectrum.width_db(), NARROWEST_DB))


def series(levels: Sequence[float]) -> tuple[float | None, ...]:
    """Levels over time; None in silence."""
    return tuple(round(level, 2) if math.isfinite(level) else None for level in levels)


def finite(level: float | None) -> float | None:
    """A level that a page and JSON can hold: None for silence."""
    return round(level, 3) if level is not None and math.isfinite(level) else None
