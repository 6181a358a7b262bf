"""Telling an engineer's compression from how a song moves by itself, and undoing it as far as it is sure.

A compressor bends the loud end of the distribution of level, in every song of an engineer alike; the songs' own loud
ends differ. `SongStatistics` knows how they differ and how a typical compressor, simulated on real songs, bends them:
together they give the one figure that tells compression best (Fisher's linear discriminant), in units of that typical
compressor. It is separated as everything is (`separation`), but for one thing: engineers compress far more often than
they expand, so what they do has a mean where references tell what songs are like without it.

    y_i = mu + a_g(i) + s_i      s ~ N(0, v)     a ~ N(size, size^2)     mu: flat prior     r_j = mu + s_j
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.levels import STEPS_PER_SECOND, gated_power
from analysis.profile import Measured, ReferenceSong
from analysis.spectrum import TWELFTH_OCTAVES_HZ
from analysis.standards import SHORT_TERM_S
from analysis.track import TrackAnalysis
from analysis.units import Floats, power_to_db
from assistant.dynamics_plan import CompressorPlan
from assistant.plan import TrackPlan
from assistant.statistics import SongStatistics
from mastering.compressor import envelope_gain_db
from mastering.dynamics_specs import CompressorSpec
from mastering.eq import response_db
from mastering.fitting import times_ms
from mastering.specs import EqBand

SIZES = (0.0, 0.5, 1.0, 1.5, 2.0)
"""What engineers do on the whole, in typical compressors; weighed against each other on each album."""

NO_ENGINEER = 0.2
"""How likely it is beforehand that nobody compressed. At 0.5 a third of the gain is lost, at 0.05 the harm doubles."""

DOUBT = 1.5
"""Widening of v: songs of another record may differ otherwise."""

SLOPE = 0.22
"""dB that a typical compressor took off each dB over the threshold, and that is given back. Found by simulation on six
records with compressors of all kinds (ratio to 3, attack 5 to 50 ms, release 80 to 600 ms): 0.2 to 0.3 do equally."""

OVER_LEVEL_DB = 1.5
"""Threshold against the track's RMS level; likewise: 1 to 2 dB do equally, at 0 songs that never rise
over it are harmed more, at 3 a third of the gain is lost."""

MAX_MOVE_DB = 3.0
"""Never harm: compression moves no moment by more."""

RATIOS = (0.67, 1.5)
"""Never harm: it never opens or closes more steeply."""

LIMITED_PLR_LU = 8.5
"""A mix whose peaks stand no higher over its loudness was limited; that is not undone, or it would be limited twice."""

_LEAST_DB = 0.1  # so that a song without any loud end has a logarithm
_WORTH_DB = 0.1  # of the loudest twentieth
_WINDOW_STEPS = round(SHORT_TERM_S * STEPS_PER_SECOND)


@dataclass(frozen=True, kw_only=True, slots=True)
class Compression:
    """What engineers' compression is thought to be, in typical compressors, and how uncertain that is: `(tracks,)`."""

    amounts: Floats
    deviations: Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class DynamicsDecision:
    """A track's compressor, its threshold for the mix as it is; None leaves it alone.

    Attributes:
        compressor: what is done.
        loud_change_lu: how much louder it makes loud sections.
        why: in words.
    """

    compressor: CompressorSpec | None
    loud_change_lu: float
    why: str


def loud_end_logs(loud_ends_db: Sequence[float]) -> Floats:
    """Logarithms of how far the loud end of level reaches, `(6,)`: what is separated."""
    return np.log(np.array(loud_ends_db) + _LEAST_DB)


def _figures(track: Measured) -> Floats | None:
    ends_db = track.dynamics.loud_ends_db
    return loud_end_logs(ends_db) if ends_db else None


def separate_dynamics(
    tracks: Sequence[TrackAnalysis],
    engineers: Sequence[Hashable | None],
    references: Sequence[ReferenceSong],
    statistics: SongStatistics,
) -> Compression:
    """How much each track's engineer compressed. A track without figures is given its engineer's, else none."""
    weights, variance = _discriminant(statistics)
    figures = [_figures(track) for track in tracks]
    models = [(found, song.weight) for song in references if (found := _figures(song)) is not None]
    keys = [("alone", i) if who is None else who for i, who in enumerate(engineers)]
    member = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    known = [i for i, found in enumerate(figures) if found is not None]
    scores = np.array([weights @ found for found in figures if found is not None] + [weights @ x for x, _ in models])
    if not len(scores):
        return Compression(amounts=np.zeros(len(tracks)), deviations=np.zeros(len(tracks)))
    design = np.zeros((len(scores), len(member)))
    design[np.arange(len(known)), [member[keys[i]] for i in known]] = 1.0
    counts = np.array([1.0] * len(known) + [weight for _, weight in models])
    # Without references, what all engineers did alike cannot be told from how the songs are: nobody is blamed for it.
    means, deviations = _posterior(scores, design, variance * DOUBT / counts, leaning=bool(models))
    heard = design.any(axis=0)
    rows = [member[key] for key in keys]
    return Compression(amounts=np.where(heard, means, 0.0)[rows], deviations=np.where(heard, deviations, 0.0)[rows])


def _discriminant(statistics: SongStatistics) -> tuple[Floats, float]:
    """Weights of the figures whose sum grows by 1 for a typical compressor, and its variance among songs."""
    bend = np.array(statistics.compression_log)
    direction = np.linalg.solve(np.array(statistics.loud_ends_log2), bend)
    power = float(direction @ bend)
    return direction / power, 1.0 / power


def _posterior(scores: Floats, design: Floats, noise: Floats, *, leaning: bool) -> tuple[Floats, Floats]:
    """Mean and standard deviation of each engineer's amount, averaged over sizes by their marginal likelihood.

    Engineers lean to compressing where `leaning`, else either way.
    """
    logs, means, variances = [], [], []
    ones = np.ones(len(scores))
    for size in SIZES:
        inverse = np.linalg.inv(np.diag(noise) + size**2 * design @ design.T)
        information = float(ones @ inverse @ ones)
        lean = size if leaning else 0.0
        residual = scores - lean * design.sum(axis=1)
        residual = residual - float(ones @ inverse @ residual) / information
        weighted = inverse - np.outer(inverse @ ones, inverse @ ones) / information
        _, determinant = np.linalg.slogdet(inverse)
        logs.append(0.5 * determinant - 0.5 * math.log(information) - 0.5 * float(residual @ inverse @ residual))
        means.append(lean + size**2 * design.T @ inverse @ residual)
        variances.append(size**2 - size**4 * np.einsum("ng,nm,mg->g", design, weighted, design))
    prior = np.array([NO_ENGINEER] + [(1 - NO_ENGINEER) / (len(SIZES) - 1)] * (len(SIZES) - 1))
    shares = prior * np.exp(np.array(logs) - max(logs))
    shares /= shares.sum()
    mean = shares @ np.array(means)
    square = shares @ (np.array(variances) + np.array(means) ** 2)
    return mean, np.sqrt(np.maximum(square - mean**2, 0.0))


def decide_dynamics(
    track: TrackAnalysis, amount: float, deviation: float, strength: float, whose: str
) -> DynamicsDecision:
    """Give back what the engineer's compression took, or hold down what it threw up, as far as it is sure.

    Args:
        track: what was measured.
        amount: what is thought of its engineer's compression, in typical compressors; under 0 for expansion.
        deviation: how uncertain that is.
        strength: 0 to 1.
        whose: who is thought to have done it, for the sentence.
    """
    powers = 10 ** (np.array(track.levels_dbfs) / 10)
    level = gated_power(powers)
    if not level or not track.dynamics.loud_ends_db:
        return _nothing("left alone: too short to tell")
    plr_lu = track.dynamics.plr_lu
    if amount > 0 and plr_lu is not None and plr_lu < LIMITED_PLR_LU:
        return _nothing(f"left alone: limited in the mix already (peaks {plr_lu:.1f} LU over its loudness)")
    slope = SLOPE * strength * amount
    ratio = round(min(max(1 / (1 + slope), RATIOS[0]), RATIOS[1]) if slope > -0.3 else RATIOS[1], 3)
    attack_ms, release_ms = times_ms(track.crest_db)
    wanted = CompressorSpec(
        threshold_dbfs=float(power_to_db(level)) + OVER_LEVEL_DB,
        ratio=ratio,
        attack_ms=attack_ms,
        release_ms=release_ms,
        range_db=MAX_MOVE_DB,
    )
    gain_db = envelope_gain_db(wanted, powers, STEPS_PER_SECOND)
    loud = powers >= np.quantile(powers, 0.95)
    moved_db = float(gain_db[loud].mean())
    found = f"{_amount_words(amount, deviation)}, {whose}"
    if abs(moved_db) < _WORTH_DB:
        return _nothing(f"left alone: {found}, which is {moved_db:+.1f} dB for the loudest moments")
    before, after = short_term_after(track, powers, gain_db)
    makeup_db = round(_mean_lufs(before) - _mean_lufs(after), 2)
    spread = [float(np.subtract(*np.quantile(levels, [0.95, 0.05]))) for levels in (before, after)]
    why = (
        f"{found}: {'opened' if moved_db > 0 else 'closed'} over the track's RMS level, ratio {ratio:.2f}, "
        f"{attack_ms:.0f} and {release_ms:.0f} ms by how its peaks stand, "
        f"{moved_db:+.1f} dB for the loudest moments (short-term loudness spans {spread[0]:.1f} LU, "
        f"then {spread[1]:.1f})"
    )
    loud_change_lu = float(np.quantile(after, 0.95) - np.quantile(before, 0.95)) + makeup_db
    return DynamicsDecision(
        compressor=dataclasses.replace(wanted, makeup_db=makeup_db), loud_change_lu=loud_change_lu, why=why
    )


def short_term_after(track: TrackAnalysis, powers: Floats, gain_db: Floats) -> tuple[Floats, Floats]:
    """Short-term loudness each second, as measured and as a gain for each tenth of a second leaves it, LUFS.

    Seconds without sound, and those 20 LU or more under the loudest, are left out. Empty for nothing but those.
    """
    total, moved = (np.concatenate([[0.0], np.cumsum(p)]) for p in (powers, powers * 10 ** (gain_db / 10)))
    before = np.array(track.short_term_lufs) if track.short_term_lufs else np.zeros(0)
    starts = np.arange(len(before)) * STEPS_PER_SECOND
    ends = np.minimum(starts + _WINDOW_STEPS, len(powers))
    had, has = total[ends] - total[starts], moved[ends] - moved[starts]
    heard = (had > 0) & (before > before.max(initial=-math.inf) - 20.0)
    return before[heard], before[heard] + 10 * np.log10(has[heard] / had[heard])


def with_compressor(
    track: TrackPlan, analysis: TrackAnalysis, decided: DynamicsDecision, bands: tuple[EqBand, ...]
) -> TrackPlan:
    """A track's plan with what was decided, the threshold moved by the gain and the EQ that come before."""
    why = track.why.model_copy(update={"dynamics": decided.why})
    if decided.compressor is None:
        return track.model_copy(update={"why": why})
    figures = dataclasses.asdict(decided.compressor)
    threshold_dbfs = decided.compressor.threshold_dbfs + track.gain_db + level_change_db(analysis, bands)
    planned = CompressorPlan(**figures | {"threshold_dbfs": round(min(max(threshold_dbfs, -80.0), 0.0), 2)})
    return track.model_copy(update={"compressor": planned, "why": why})


def level_change_db(track: TrackAnalysis, bands: tuple[EqBand, ...]) -> float:
    """How much EQ moves a track's RMS level, dB, from its gated spectrum."""
    power = 10 ** (np.array(track.spectrum.fine_mid_db) / 10) + 10 ** (np.array(track.spectrum.fine_side_db) / 10)
    inside = TWELFTH_OCTAVES_HZ < track.source.rate_hz / 2
    before = float(power[inside].sum())
    if not bands or before <= 0:
        return 0.0
    eq_db = response_db(bands, TWELFTH_OCTAVES_HZ[inside], track.source.rate_hz)
    return 10 * math.log10(float((power[inside] * 10 ** (eq_db / 10)).sum()) / before)


def _mean_lufs(levels: Floats) -> float:
    return 10 * math.log10(float(np.mean(10 ** (levels / 10))))


def _nothing(why: str) -> DynamicsDecision:
    return DynamicsDecision(compressor=None, loud_change_lu=0.0, why=why)


def _amount_words(amount: float, deviation: float) -> str:
    word = "held down" if amount > 0 else "thrown up"
    sure = 50 if deviation <= 0 else min(99, round(50 * (1 + math.erf(abs(amount) / deviation / math.sqrt(2)))))
    return f"loud moments {word} as by {abs(amount):.1f} of a typical compressor ({sure} % sure it is the mix)"
