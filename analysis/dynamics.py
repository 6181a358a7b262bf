"""How far peaks stand over loudness, and how loudness moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.hops import HOPS_PER_SECOND
from analysis.integrity import Integrity
from analysis.levels import LevelMeter, loud_ends_db
from analysis.loudness import Loudness, LoudnessMeter
from analysis.standards import ABSOLUTE_GATE_LUFS, SHORT_TERM_S
from analysis.true_peak import STEPS_PER_SECOND, TruePeakMeter
from analysis.units import Floats, amplitude_to_db

QUANTILES = tuple(round(0.05 * step, 2) for step in range(1, 20))
"""Where the distribution of short-term loudness is kept: 5 % to 95 %."""

_STEPS_IN_WINDOW = round(SHORT_TERM_S * STEPS_PER_SECOND)
_HOPS_IN_STEP = HOPS_PER_SECOND // STEPS_PER_SECOND


@dataclass(frozen=True, kw_only=True, slots=True)
class Dynamics:
    """Peaks against loudness. None where the programme is too short or silent.

    Attributes:
        plr_lu: peak to loudness ratio, true peak minus integrated loudness.
        psr_min_lu, psr_median_lu: true peak of 3 s minus short-term loudness, over all windows above -70 LUFS.
        crest_db: sample peak minus RMS.
        loud_lufs: 95th percentile of short-term loudness: how loud the loud sections are.
        short_term_quantiles_lufs: short-term loudness at `QUANTILES`; empty where there is none.
        loud_ends_db: how far the loud end of the distribution of level reaches, see `analysis.levels`.
    """

    plr_lu: float | None
    psr_min_lu: float | None
    psr_median_lu: float | None
    crest_db: float | None
    loud_lufs: float | None
    short_term_quantiles_lufs: tuple[float, ...]
    loud_ends_db: tuple[float, ...] = ()


def measure_dynamics(
    loudness: LoudnessMeter, peaks: TruePeakMeter, levels: LevelMeter, figures: Loudness, raw: Integrity
) -> Dynamics:
    """Put together what the loudness, true-peak, level and integrity meters saw of one programme."""
    integrated, peak = figures.integrated_lufs, peaks.result()
    audible = integrated is not None and np.isfinite(integrated)
    short = loudness.short_term_lufs()
    gated = short[short > ABSOLUTE_GATE_LUFS]
    quantiles = np.quantile(gated, QUANTILES) if len(gated) else np.zeros(0)
    psr = _psr_lu(short, peaks.step_peaks())
    return Dynamics(
        plr_lu=peak - integrated if audible and integrated is not None else None,
        psr_min_lu=float(psr.min()) if len(psr) else None,
        psr_median_lu=float(np.median(psr)) if len(psr) else None,
        crest_db=raw.sample_peak_dbfs - raw.rms_dbfs if np.isfinite(raw.rms_dbfs) else None,
        loud_lufs=float(quantiles[-1]) if len(quantiles) else integrated if audible else None,
        short_term_quantiles_lufs=tuple(float(q) for q in quantiles),
        loud_ends_db=loud_ends_db(levels.powers()),
    )


def _psr_lu(short_term_lufs: Floats, step_peaks: Floats) -> Floats:
    """True peak over short-term loudness of every 3 s window on the 0.1 s grid."""
    short = short_term_lufs[::_HOPS_IN_STEP]
    if not len(short) or len(step_peaks) < _STEPS_IN_WINDOW:
        return np.zeros(0)
    highest = np.lib.stride_tricks.sliding_window_view(step_peaks, _STEPS_IN_WINDOW).max(axis=1)
    count = min(len(short), len(highest))
    short, highest = short[:count], highest[:count]
    heard = short > ABSOLUTE_GATE_LUFS
    return np.asarray(amplitude_to_db(highest[heard]) - short[heard])
