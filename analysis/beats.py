"""The beats of an excerpt at about a tempo, and the steady grid that they lie on."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.onsets import FINE_S, HOP_S, attacks, rises
from analysis.units import Floats

FEWEST_BEATS = 8
"""Beats needed for a line through them to mean anything."""

WEAKEST_BEATS = 1.6
"""Rise at the median beat, over the mean: noise reads 1.3 to 1.5, held tones less, most music 1.8 to 15."""

BEAT_TOLERANCE = 0.1
"""How far off the steady grid, in beats, a beat may be: played drums stay within, guesses do not."""

STEADY_SHARE = 0.75
"""Share of beats on the grid from which a tempo counts as steady."""

LOOSE_SHARE = 0.5
"""Share of beats on the grid from which the grid, not the median beat, gives the tempo."""

STEADY_MS = 25.0
"""Residual up to which a grid is steady: a musician's own, at the tempo of a metronome, is 10 to 30 ms (R. Rasch,
"Synchronization in performed ensemble music", Acustica 43, 1979)."""

_LOOSE_MS = 15.0
_TIGHTNESS = 100.0  # Ellis 2007
_SEARCH_S = 0.04


@dataclass(frozen=True, kw_only=True, slots=True)
class Rhythm:
    """What rises in an excerpt, see `analysis.onsets`: by the hop, all over and below 160 Hz; by the millisecond."""

    rise: Floats
    low_rise: Floats
    attack: Floats

    @classmethod
    def of(cls, mono: Floats) -> Rhythm:
        """Of samples at 22.05 kHz."""
        rise, low_rise = rises(mono)
        return cls(rise=rise, low_rise=low_rise, attack=attacks(mono))

    @property
    def duration_s(self) -> float:
        """Length in seconds, about."""
        return len(self.rise) * HOP_S


@dataclass(frozen=True, kw_only=True, slots=True)
class Beat:
    """A steady grid of beats, as far as there is one.

    Attributes:
        tempo_bpm: beats in a minute.
        on_grid: share of the beats that keep the grid to a tenth of a beat.
        steady: whether three quarters of them do, within 25 ms.
        residual_ms: root mean square distance of the beats on the grid from it; None where there is no grid.
        beat_s: time of one beat of the grid, seconds from the start of the excerpt.
        times_s: the beats that were heard, each where its sound sets in.
    """

    tempo_bpm: float
    on_grid: float
    steady: bool
    residual_ms: float | None
    beat_s: float
    times_s: Floats

    @property
    def period_s(self) -> float:
        """Seconds from beat to beat."""
        return 60.0 / self.tempo_bpm


def beat_at(tempo_bpm: float, part: Rhythm) -> Beat | None:
    """The grid of about a tempo; None where its beats do not stand out."""
    hops = _track(part.rise, 60.0 / tempo_bpm / HOP_S)
    if len(hops) < FEWEST_BEATS or np.median(_peaks(part.rise)[hops]) < WEAKEST_BEATS * part.rise.mean():
        return None
    times_s, strengths = _placed(np.asarray(hops * HOP_S, dtype=np.float64), part.attack)
    period_s, beat_s, on_grid = _steady_grid(times_s, strengths)
    share = float(on_grid.mean())
    residual_ms = None
    if share >= LOOSE_SHARE:
        off = (times_s[on_grid] - beat_s) / period_s
        residual_ms = 1000.0 * period_s * float(np.sqrt(np.mean(np.square(off - np.round(off)))))
    else:
        period_s = float(np.median(np.diff(times_s)))
    return Beat(
        tempo_bpm=60.0 / period_s,
        on_grid=share,
        steady=share >= STEADY_SHARE and residual_ms is not None and residual_ms <= STEADY_MS,
        residual_ms=residual_ms,
        beat_s=beat_s,
        times_s=times_s,
    )


def regularity(beat: Beat) -> float:
    """From 0 to 1: share of beats on the grid, the less the farther off it they lie."""
    if beat.residual_ms is None:
        return 0.1 * beat.on_grid
    return beat.on_grid / (1.0 + (beat.residual_ms / _LOOSE_MS) ** 2)


def _peaks(rise: Floats) -> Floats:
    """The greatest rise within a hop: a beat between two hops loses nothing by it."""
    from scipy.ndimage import maximum_filter1d

    return np.asarray(maximum_filter1d(rise, 3))


def _track(rise: Floats, period_hops: float) -> NDArray[np.intp]:
    """Beats, in hops, that lie on strong rises and a period apart.

    D. Ellis, "Beat tracking by dynamic programming", Journal of New Music Research 36 (2007), as in librosa.
    """
    from scipy.ndimage import gaussian_filter1d

    local = gaussian_filter1d(rise / max(float(rise.std()), 1e-12), max(1.0, period_hops / 32.0))
    back = np.arange(-round(2 * period_hops), -round(period_hops / 2) + 1)
    costs = -_TIGHTNESS * np.square(np.log(-back / period_hops))
    total, come_from = local.copy(), np.full(len(local), -1)
    for hop in range(len(local)):
        first = max(0, -(hop + int(back[0])))  # of `back`, that still lies within
        if first >= len(back):
            continue
        found = costs[first:] + total[hop + back[first] : hop + back[-1] + 1]
        best = int(np.argmax(found))
        if found[best] > 0:
            total[hop] += found[best]
            come_from[hop] = hop + back[first + best]
    beats = [int(len(total) - period_hops + np.argmax(total[int(len(total) - period_hops) :]))]
    while come_from[beats[-1]] >= 0:
        beats.append(int(come_from[beats[-1]]))
    found_beats = np.array(beats[::-1], dtype=np.intp)
    # Where nothing plays, before the song and after it, beats are only counted on.
    strong = np.flatnonzero(local[found_beats] > 0.5 * np.sqrt(np.mean(np.square(local[found_beats]))))
    return found_beats[strong[0] : strong[-1] + 1] if len(strong) else found_beats[:0]


def _placed(coarse_s: Floats, attack: Floats) -> tuple[Floats, Floats]:
    """Each beat moved to the steepest attack within 40 ms, and how steep that is."""
    reach = round(_SEARCH_S / FINE_S)
    centres = np.round(coarse_s / FINE_S).astype(np.intp)
    cells = np.clip(centres[:, None] + np.arange(-reach, reach + 1), 0, len(attack) - 1)
    nearby = attack[cells] * (1.0 - 0.3 * np.abs(np.linspace(-1, 1, 2 * reach + 1)))
    best = cells[np.arange(len(cells)), nearby.argmax(axis=1)]
    return (best + 0.5) * FINE_S, attack[best]


def _steady_grid(beats_s: Floats, strengths: Floats) -> tuple[float, float, NDArray[np.bool_]]:
    """Period of the steady grid that fits most beats, time of one of its beats, and which beats lie on it.

    The grid is found as the strongest line in the spectrum of the beats, seen as impulses: unlike counting
    beats from the first one, a missed beat, or a pause in time, does not lead it astray. A straight line
    through the beats on the grid, drawn thrice and each time without the farthest, then does away with rounding.
    """
    median_hz = 1.0 / float(np.median(np.diff(beats_s)))
    # A line is one over the duration wide: eight steps to it, 6 % to either side of the rounded median.
    steps = math.ceil(0.06 * median_hz * 8.0 * (beats_s[-1] - beats_s[0]))
    tries_hz = median_hz * np.linspace(0.94, 1.06, 2 * steps + 1)
    lines = np.exp(2j * math.pi * np.outer(tries_hz, beats_s)).mean(axis=1)
    best = int(np.argmax(np.abs(lines)))
    period_s = 1.0 / float(tries_hz[best])
    beat_s = float(np.angle(lines[best])) / (2.0 * math.pi) * period_s
    on_grid = np.zeros(len(beats_s), dtype=np.bool_)
    for tolerance in (BEAT_TOLERANCE, BEAT_TOLERANCE, 0.5 * BEAT_TOLERANCE):
        in_beats = (beats_s - beat_s) / period_s
        counts = np.round(in_beats)
        close = np.abs(in_beats - counts) <= tolerance
        if np.unique(counts[close]).size < FEWEST_BEATS // 2:
            break
        period_s, beat_s = (float(v) for v in np.polyfit(counts[close], beats_s[close], 1, w=0.1 + strengths[close]))
    in_beats = (beats_s - beat_s) / period_s
    on_grid = np.abs(in_beats - np.round(in_beats)) <= BEAT_TOLERANCE
    return period_s, beat_s, on_grid
