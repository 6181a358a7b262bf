"""How level moves: RMS of every tenth of a second, and how far the loudest moments stand over the rest.

A compressor bends the loud end of the distribution of level, whatever plays; loudness weighting and windows of 3 s blur
just that. So this is kept apart from loudness: unweighted, all channels together, as a compressor's detector reads it.
"""

from __future__ import annotations

import numpy as np

from analysis.hops import HOPS_PER_SECOND, HopSums, hop_edges
from analysis.units import Floats, power_to_db

STEPS_PER_SECOND = 10
_HOPS_IN_STEP = HOPS_PER_SECOND // STEPS_PER_SECOND

TAIL_WINDOWS_STEPS = (1, 4, 10)
"""Windows of level whose distribution's loud end is measured: 0.1, 0.4 and 1 s."""

GATE_DB = -20.0
"""Windows this far below the whole's level are pauses, openings and ends: they say nothing of loud moments."""

_FEWEST_WINDOWS = 100  # 10 s; fewer have no 99th percentile to speak of


class LevelMeter:
    """Takes blocks `(frames, channels)`, keeps the mean square over all channels of every tenth of a second."""

    def __init__(self, rate_hz: int, channels: int) -> None:
        self.rate_hz = rate_hz
        self._channels = channels
        self._squares = HopSums(rate_hz)

    def update(self, block: Floats) -> None:
        """Take the next block."""
        self._squares.add(np.einsum("fc,fc->f", block, block) / self._channels)

    def powers(self) -> Floats:
        """Mean square of every complete tenth of a second, full scale 1.0."""
        sums = self._squares.sums()
        steps = len(sums) // _HOPS_IN_STEP
        edges = hop_edges(0, steps * _HOPS_IN_STEP, self.rate_hz)[::_HOPS_IN_STEP]
        return np.asarray(sums[: steps * _HOPS_IN_STEP].reshape(steps, _HOPS_IN_STEP).sum(axis=1) / np.diff(edges))

    def result(self) -> tuple[float, ...]:
        """Level of every complete tenth of a second, dBFS."""
        return tuple(float(level) for level in power_to_db(self.powers()))


def gated_power(powers: Floats) -> float:
    """Mean of the powers that are no further than `GATE_DB` below the mean of all; 0 for silence."""
    if not powers.any():
        return 0.0
    return float(powers[powers >= powers.mean() * 10 ** (GATE_DB / 10)].mean())


def loud_ends_db(powers: Floats) -> tuple[float, ...]:
    """How far the loud end of the distribution of level reaches, dB, from mean squares of tenths of a second.

    For each of `TAIL_WINDOWS_STEPS` two figures: the 99th percentile over the 95th, and the 95th over the median.
    Empty where there is too little sound to tell.
    """
    ends: list[float] = []
    gate = gated_power(powers) * 10 ** (GATE_DB / 10)
    for window in TAIL_WINDOWS_STEPS:
        total = np.concatenate([[0.0], np.cumsum(powers)])
        means = (total[window:] - total[:-window]) / window
        heard = means[means > gate]
        if len(heard) < _FEWEST_WINDOWS:
            return ()
        median, loud, loudest = np.quantile(power_to_db(heard), [0.5, 0.95, 0.99])
        ends += [float(loudest - loud), float(loud - median)]
    return tuple(ends)
