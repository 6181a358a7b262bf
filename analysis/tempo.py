"""The tempo of a song, and what else it could be."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.fft

from analysis.beats import Beat, Rhythm, beat_at, regularity
from analysis.onsets import HOP_S
from analysis.units import Floats

SLOWEST_BPM, FASTEST_BPM = 40.0, 240.0

USUAL_BPM = 110.0
"""Tempi are believed the less, the farther from here: listeners tap music at 100 to 140 BPM by preference (L. van
Noorden and D. Moelants, "Resonance in the perception of musical pulse", Journal of New Music Research 28, 1999)."""

USUAL_OCTAVES = 1.4
"""Width of that preference; so wide, it only decides between the half and the double of a tempo."""

SHORTEST_S = 4.0
"""The shortest excerpt that holds the eight beats or so that are needed."""

_AS_THE_SONG = 1.75
_MIDPOINT = 0.5
_SURE_LEAD = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Tempo:
    """The tempo of a song.

    Attributes:
        tempo_bpm: beats in a minute.
        other_bpm: the half or the double of it, whichever is the likelier to be tapped instead.
        sureness: 0 to 1, how much better the tempo fits than that other one.
        steady: whether the beats of the longest excerpt keep it.
        residual_ms: how far off they lie, see `Beat`.
    """

    tempo_bpm: float
    other_bpm: float
    sureness: float
    steady: bool
    residual_ms: float | None


def song_tempo(parts: Sequence[Rhythm]) -> Tempo | None:
    """The tempo that the excerpts of a song have in common; None where no beats stand out in any.

    Sounds of many songs recur at two thirds or three quarters of the beat as well: heard together, and asked which
    tempo their beats keep, the excerpts of one song seldom go astray together.
    """
    parts = sorted((part for part in parts if part.duration_s >= SHORTEST_S), key=lambda part: -part.duration_s)
    if not parts:
        return None
    recurs = np.average([_recurrence(part.rise) for part in parts], axis=0, weights=[p.duration_s for p in parts])
    best_weight, best_beats = 0.0, list[Beat]()
    for bpm, likely in _candidates(recurs):
        beats = [beat for part in parts if (beat := beat_at(bpm, part)) is not None]
        weight = likely * sum(map(regularity, beats)) / len(parts)
        if weight > best_weight:
            best_weight, best_beats = weight, beats
    if not best_beats:
        return None
    beat = max(best_beats, key=lambda beat: (beat.steady, beat is best_beats[0], beat.on_grid))
    around = _likely(recurs, beat.tempo_bpm * np.outer([0.5, 1.0, 2.0], np.linspace(0.97, 1.03, 13)))
    slower, this, faster = (float(score) for score in around.max(axis=1))
    lead = 1.0 - max(slower, faster) / this if this > 0 else 0.0
    return Tempo(
        tempo_bpm=beat.tempo_bpm,
        other_bpm=beat.tempo_bpm * (0.5 if slower >= faster else 2.0),
        sureness=min(1.0, max(0.0, lead / _SURE_LEAD)),
        steady=beat.steady,
        residual_ms=beat.residual_ms,
    )


def find_beat(part: Rhythm, song_bpm: float | None) -> Beat | None:
    """The grid of an excerpt; None where no beats stand out. If it is known, the tempo of the song counts for more."""
    if part.duration_s < SHORTEST_S:
        return None
    recurs = _recurrence(part.rise)
    candidates = _candidates(recurs)
    if song_bpm is not None:
        around = song_bpm * np.linspace(0.98, 1.02, 9)
        likely = _likely(recurs, around)
        candidates.append((float(around[int(np.argmax(likely))]), _AS_THE_SONG * float(likely.max())))
    found = [
        (likely * regularity(beat), beat) for bpm, likely in candidates if (beat := beat_at(bpm, part)) is not None
    ]
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _recurrence(rise: Floats) -> Floats:
    """Autocorrelation of the rises about their local mean, 1 at lag 0; one figure a hop, to 6 s."""
    lags = round(4 * 60.0 / SLOWEST_BPM / HOP_S) + 1
    slack = _smooth(rise - _smooth(rise, round(0.5 / HOP_S)), 3)
    size = scipy.fft.next_fast_len(2 * max(len(slack), lags))
    found = scipy.fft.irfft(np.abs(scipy.fft.rfft(slack, size)) ** 2, size)[:lags]
    overlap = np.maximum(len(slack) - np.arange(lags), 0.25 * len(slack)) / len(slack)
    return np.asarray(found / (overlap * found[0])) if found[0] > 0 else np.zeros(lags)


def _candidates(recurs: Floats) -> list[tuple[float, float]]:
    """Up to four tempi and how likely each is, from the likeliest to half as likely."""
    tries = np.geomspace(SLOWEST_BPM, FASTEST_BPM, 1200)
    likely = _likely(recurs, tries)
    inner = likely[1:-1]
    high = (inner >= likely[:-2]) & (inner > likely[2:]) & (inner >= 0.5 * likely.max())
    peaks = 1 + np.flatnonzero(high)
    best = peaks[np.argsort(-likely[peaks], kind="stable")][:4]
    return [(float(tries[peak]), float(likely[peak])) for peak in best]


def _likely(recurs: Floats, bpm: Floats) -> Floats:
    """How likely each tempo is: as sounds recur after one to four periods, less as they also do halfway.

    Then the pulse is faster. Periods are read between the hops, for at 180 BPM a hop is six BPM wide.
    """

    def at(periods: float) -> Floats:
        return np.interp(periods * 60.0 / bpm / HOP_S, np.arange(len(recurs)), recurs)

    whole = np.mean([at(count) for count in (1, 2, 3, 4)], axis=0)
    half = np.mean([at(count) for count in (0.5, 1.5)], axis=0)
    usual = np.exp(-0.5 * (np.log2(bpm / USUAL_BPM) / USUAL_OCTAVES) ** 2)
    return np.asarray(np.maximum(whole - _MIDPOINT * np.maximum(half, 0.0), 0.0) * usual)


def _smooth(values: Floats, hops: int) -> Floats:
    from scipy.ndimage import uniform_filter1d

    return np.asarray(uniform_filter1d(values, max(1, hops), mode="nearest"))


def tempo_distance_octaves(one_bpm: float, other_bpm: float) -> float:
    """How far apart two tempi are, in octaves (|log2 of their ratio|), half and double time counting as equal.

    >>> tempo_distance_octaves(70.0, 140.0)
    0.0
    """
    octaves = abs(math.log2(one_bpm / other_bpm))
    return min(octaves, abs(octaves - 1.0))
