"""Where a song is felt to begin and to end, which is seldom where the file does, and how."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from analysis.decay import (
    SMOOTH_HOPS,
    Decay,
    find_decay,
    last_heard_hop,
    levels_at_lufs,
    onset_hops,
    threshold_lufs,
)
from analysis.hops import HOPS_PER_SECOND
from analysis.loudness import integrated_lufs, window_lufs
from analysis.units import Floats

_EDGE_S = 15.0
_COLD_S = 0.6
_FADE_S = 4.0
_SHORTEST_FADE_S = 1.9  # that is a fade of 3 s along a cosine, from 2 LU below its full level on
_EVEN = 0.85
_SHORTEST_FADE_IN_S = 1.0
_SHALLOWEST_FADE_IN_LU = 15.0
_BEFORE_HOPS = 1000  # 10 s
_FEWEST_ONSETS = 4
_SOFTER_LU = 9.0
_FASTER = 0.6
_ABOVE_LU = 6.0  # over the threshold: below is noise
_CUT_STEP_LU = 15.0
_STRONG_LU = 15.0
_SHORT_HOPS = 2
_AT_ONCE_HOPS = 8


class Beginning(StrEnum):
    """How a song comes in. Whether it does with a pickup takes bars to tell: see `analysis.musical`."""

    COLD = "cold"
    FADE_IN = "fade-in"


class Ending(StrEnum):
    """How a song goes out."""

    COLD = "cold"
    RING_OUT = "ring-out"
    FADE = "fade-out"


@dataclass(frozen=True, kw_only=True, slots=True)
class Edges:
    """Beginning and end as heard, seconds from the first frame.

    Attributes:
        first_sound_s: where sound sets in; 0 for silence.
        felt_end_s: where the decay drops out of hearing; the whole length for silence.
        ending: how it goes out.
        opening_lufs, closing_lufs: loudness of the first and the last 15 s between these two; None where silent.
        first_onset_s: the first strong onset, within 15 LU of how loud the song begins; None for silence.
        beginning: how it comes in.
        rise_s, rise_db_per_s: how long it takes to full level, and how fast, where it fades in; else None.
        fall_s, fall_db_per_s: how long before the felt end it leaves full level, and how fast it falls; None for a
            cold end.
        cut_lu: how far over the threshold of hearing it is when it stops at once; 0 where it dies away, None for
            silence.
    """

    first_sound_s: float
    felt_end_s: float
    ending: Ending
    opening_lufs: float | None
    closing_lufs: float | None
    first_onset_s: float | None = None
    beginning: Beginning = Beginning.COLD
    rise_s: float | None = None
    rise_db_per_s: float | None = None
    fall_s: float | None = None
    fall_db_per_s: float | None = None
    cut_lu: float | None = None


def find_edges(hop_energies: Floats, rate_hz: int, loud_lufs: float | None, duration_s: float) -> Edges:
    """Find them from K-weighted energy per 10 ms hop and the loudness of the loud sections."""
    if loud_lufs is None or len(hop_energies) < SMOOTH_HOPS:
        return Edges(first_sound_s=0.0, felt_end_s=duration_s, ending=Ending.COLD, opening_lufs=None, closing_lufs=None)
    backwards = hop_energies[::-1]
    first = len(hop_energies) - 1 - last_heard_hop(backwards, rate_hz, threshold_lufs(backwards, rate_hz, loud_lufs)[0])
    tail_lufs, noise_lufs = threshold_lufs(hop_energies, rate_hz, loud_lufs)
    decay = find_decay(hop_energies[first:], rate_hz, tail_lufs, noise_lufs)
    felt_end_s = min(duration_s, first / HOPS_PER_SECOND + decay.end_s)
    if first + round(decay.end_s * HOPS_PER_SECOND) >= len(hop_energies):
        felt_end_s = duration_s
    last = min(len(hop_energies), round(felt_end_s * HOPS_PER_SECOND))
    heard = hop_energies[first : max(last, first + 1)]
    rise = find_decay(heard[::-1], rate_hz, -np.inf, -np.inf)
    beginning = _beginning(rise)
    ending = _ending(decay, heard, rate_hz, tail_lufs)
    edge = round(_EDGE_S * HOPS_PER_SECOND)
    first_sound_s = min(_within_hop_s(hop_energies, first), felt_end_s)
    return Edges(
        first_sound_s=first_sound_s,
        felt_end_s=felt_end_s,
        ending=ending,
        opening_lufs=_finite(integrated_lufs(heard[:edge], rate_hz)),
        closing_lufs=_finite(integrated_lufs(heard[-edge:], rate_hz)),
        first_onset_s=_first_onset_s(hop_energies, rate_hz, first, rise.full_lufs, first_sound_s),
        beginning=beginning,
        rise_s=rise.fall_s if beginning is Beginning.FADE_IN else None,
        rise_db_per_s=rise.fall_db_per_s if beginning is Beginning.FADE_IN else None,
        fall_s=None if ending is Ending.COLD else decay.fall_s,
        fall_db_per_s=None if ending is Ending.COLD else decay.fall_db_per_s,
        cut_lu=_cut_lu(hop_energies, rate_hz, last, tail_lufs),
    )


def _cut_lu(hop_energies: Floats, rate_hz: int, last: int, threshold: float) -> float:
    """How far over a threshold the 50 ms before hop `last` are, if what comes after is nothing or far softer."""
    levels = window_lufs(hop_energies, rate_hz, SMOOTH_HOPS)
    before, after = last - 1 - SMOOTH_HOPS, last + 1  # the hop in which it stops is neither
    if not 0 <= before < len(levels) or not np.isfinite(levels[before]):
        return 0.0
    if after < len(levels) and levels[after] > levels[before] - _CUT_STEP_LU:
        return 0.0
    return max(0.0, float(levels[before]) - threshold)


def _ending(decay: Decay, heard: Floats, rate_hz: int, threshold: float) -> Ending:
    """A short fall is cold. While a song is faded out it plays on: notes set in when it is well below full level.

    A ring-out has none after the note that rings. Where none set in before either, as in music of held tones, a fall of
    over 4 s counts as a fade.
    """
    if decay.last_full_s < _COLD_S:
        return Ending.COLD
    if decay.fall_s < _SHORTEST_FADE_S:
        return Ending.RING_OUT
    hops = onset_hops(heard, rate_hz)
    levels = levels_at_lufs(heard, rate_hz, hops)
    hops, levels = hops[levels > threshold + _ABOVE_LU], levels[levels > threshold + _ABOVE_LU]
    fall = len(heard) - round(decay.fall_s * HOPS_PER_SECOND)
    before = (hops <= fall) & (hops > fall - _BEFORE_HOPS)
    if np.sum(before) < _FEWEST_ONSETS:
        return Ending.FADE if decay.fall_s > _FADE_S else Ending.RING_OUT
    soft = hops[(hops > fall) & (levels < np.median(levels[before]) - _SOFTER_LU)]
    # Tones of a chord that lie close beat against each other, faster than the song's own notes come.
    beating = len(soft) > 2 and np.median(np.diff(soft)) < _FASTER * np.median(np.diff(hops[before]))
    return Ending.FADE if len(soft) and not beating else Ending.RING_OUT


def _beginning(rise: Decay) -> Beginning:
    """A fade-in rises by 15 LU or more, for a second or longer, and evenly; a song that builds up does so in steps."""
    fades = (
        rise.fall_s >= _SHORTEST_FADE_IN_S
        and rise.fall_s * rise.fall_db_per_s >= _SHALLOWEST_FADE_IN_LU
        and rise.evenness >= _EVEN
    )
    return Beginning.FADE_IN if fades else Beginning.COLD


def _first_onset_s(hop_energies: Floats, rate_hz: int, first: int, full_lufs: float, first_sound_s: float) -> float:
    """The onset with which a song comes within 15 LU of the level at which it begins; where it swells, when it does."""
    levels = window_lufs(hop_energies[first:], rate_hz, _SHORT_HOPS)
    strong = np.flatnonzero(levels >= full_lufs - _STRONG_LU)
    if not len(strong) or strong[0] <= _AT_ONCE_HOPS:
        return first_sound_s
    onsets = onset_hops(hop_energies[first:], rate_hz)
    near = onsets[np.abs(onsets - strong[0]) <= _AT_ONCE_HOPS]
    return _within_hop_s(hop_energies, first + int(near[0] if len(near) else strong[0]))


def _within_hop_s(hop_energies: Floats, hop: int) -> float:
    """When in a hop a sound sets in: the less of a hop's energy it has, against the next one's, the later."""
    follows = hop_energies[hop + 1] if hop + 1 < len(hop_energies) else hop_energies[hop]
    share = min(1.0, float(hop_energies[hop] / follows)) if follows > 0 else 1.0
    return (hop + 1.0 - share) / HOPS_PER_SECOND if hop else 0.0


def _finite(level: float | None) -> float | None:
    return level if level is not None and np.isfinite(level) else None
