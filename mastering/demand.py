"""What peaks ask of a limiter's gain: each cell's true peak, less what may be cut off it unheard.

A cell is a 64th of a hop (0.36 ms at 44.1 kHz). What may be cut is the least of three: what the ear hides there
(`hidden`), a fixed share of the peak, and as much as the peak stands out of its surroundings. What lasts longer than
`LASTING_S` is no peak but level: cutting it would be distortion of a tone, and it is left to the gain.
Nothing here knows the gain that is yet to come: twice the level asks for twice as much.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.ndimage
from numpy.typing import NDArray

from analysis.kernels import kernel
from analysis.true_peak import (
    BEFORE_FRAMES,
    CLOSER_LOOK,
    GLANCE,
    TAPS,
    detector,
    glances,
    interpolated,
)
from analysis.units import Floats, db_to_amplitude
from mastering.hidden import HIDDEN_DEEPEST_DB, allowances, hiding_model, thresholds

CELLS_IN_HOP = 64

LASTING_S = 0.2
"""What stays up for so long is level, not a peak."""

BRIDGED_S = 0.015
"""Dips so short are bridged first: half a period of 33 Hz."""

_NEVER_REACHED_DB = 9.0  # what lies so far under the highest peak is never limited, as that may lose 8 dB at most
_CLOSEST_LOOK = 0.91  # share of a peak that the 4-fold grid shows at least (cos 22.5 degrees), rounded down


@kernel
def interval_peak(window: Floats, seen: float, fine: Floats, ceiling: float) -> float:
    """Peak in the interval in the middle of 128 samples, at 16 times the rate if it may come near the ceiling.

    `seen` is what a glance and the samples beside it showed.
    """
    seen = max(seen, abs(interpolated(window, fine[len(fine) // 2])))
    if seen > CLOSER_LOOK * ceiling:
        # At the start of the interval too: over 20 kHz the sample there may hold less than what is played.
        quarter = len(fine) // 4
        seen = max(seen, abs(interpolated(window, fine[0])))
        seen = max(seen, abs(interpolated(window, fine[quarter])))
        seen = max(seen, abs(interpolated(window, fine[3 * quarter])))
        if seen > _CLOSEST_LOOK * ceiling:
            for phase in range(len(fine)):
                seen = max(seen, abs(interpolated(window, fine[phase])))
    return seen


@kernel
def cell_peaks(samples: Floats, glanced: NDArray[Any], fine: Floats, ceiling: float, cell: int) -> Floats:
    """True peak of each whole cell of one channel.

    Cell k has the samples from `BEFORE_FRAMES + 1 + k * cell` on. A sample answers for the interval before it and the
    one after it. `glanced` is what a glance shows of each interval; what may come near the `ceiling` is read closely.
    """
    out = np.zeros((len(glanced) - 1) // cell)
    for k in range(len(out)):
        highest = 0.0
        for i in range(k * cell, (k + 1) * cell + 1):
            highest = max(highest, abs(samples[i + BEFORE_FRAMES]), np.float64(glanced[i]))
        highest = max(highest, abs(samples[(k + 1) * cell + BEFORE_FRAMES + 1]))
        if highest > GLANCE * ceiling:
            # What lies far under the highest at a glance is not the highest at a closer look either.
            worth = GLANCE * highest
            for i in range(k * cell, (k + 1) * cell + 1):
                seen = max(abs(samples[i + BEFORE_FRAMES]), abs(samples[i + BEFORE_FRAMES + 1]), np.float64(glanced[i]))
                if seen > worth:
                    highest = max(highest, interval_peak(samples[i : i + TAPS], seen, fine, ceiling))
        out[k] = highest
    return out


@dataclass(frozen=True, kw_only=True, slots=True)
class Hops:
    """Some hops of a stream.

    Attributes:
        demand: peak that the gain must answer for, over all channels or of each: `(channels or 1, cells)`.
        peaks: true peak of each cell, `(channels, cells)`.
        masks: masking thresholds around the first frame of each hop, `(hops, channels, bands)`.
    """

    demand: Floats
    peaks: Floats
    masks: Floats


class Demand:
    """Takes a stream in whole hops and gives what each of them asks for, some hops later.

    Args:
        rate_hz, channels: of the stream.
        ceiling: peaks near this are read at 16 times the rate; infinite reads all at a glance.
        hides: whether anything may be cut; without, what is asked for is the peak.
        linked: one demand for all channels, or one for each.
    """

    def __init__(self, rate_hz: int, channels: int, *, ceiling: float, hides: bool = True, linked: bool = True) -> None:
        self._model = hiding_model(rate_hz)
        self._cell = self._model.hop // CELLS_IN_HOP
        self._ceiling, self._hides, self._linked = ceiling, hides, linked
        glance, self._fine = detector()
        self._glance = glance.astype(np.float32)
        cell_s = self._cell / rate_hz
        self._bridged, self._lasting = (round(span / cell_s) // 2 * 2 + 1 for span in (BRIDGED_S, LASTING_S))
        around = self._bridged // 2 + 2 * (self._lasting // 2)  # cells that decide what is lasting
        self._context = -(-around // CELLS_IN_HOP) if hides else 0
        # Two hops of silence before the first: a hop's peaks wait for samples of the next.
        self._rows = np.zeros((channels, BEFORE_FRAMES + 1 + 2 * self._model.hop))
        before = max(0, self._context - 1)
        self._peaks = np.zeros((channels, before * CELLS_IN_HOP))
        self._masks = np.zeros((before, channels, len(self._model.weights)))
        self._last = np.zeros((channels, 1))  # peak of the last hop
        self._highest = 0.0
        self._surplus = 0 if self._context else 1  # hops of that silence that are nobody's context

    @property
    def latency_hops(self) -> int:
        """How many hops later a hop's figures come than the hop went in."""
        return self._context + 1

    def process(self, rows: Floats) -> Hops:
        """Take `(channels, frames)`, a whole number of hops."""
        samples = np.concatenate([self._rows, rows], axis=1)
        self._rows = samples[:, rows.shape[1] :].copy()
        if rows.shape[1]:
            self._look(samples)
        ready = max(0, self._peaks.shape[1] // CELLS_IN_HOP - 2 * self._context)
        first = self._context * CELLS_IN_HOP
        found = self._hops(slice(first, first + ready * CELLS_IN_HOP), ready)
        self._peaks = self._peaks[:, ready * CELLS_IN_HOP :].copy()
        self._masks = self._masks[ready:].copy()
        return found

    def _look(self, samples: Floats) -> None:
        """Peaks and thresholds of the hops from the one before the new ones to the last but one."""
        found = []
        for row in samples[:, self._model.hop :]:
            glanced = glances(row.astype(np.float32), self._glance)
            found.append(cell_peaks(row, glanced, self._fine, self._ceiling, self._cell))
        hops = samples.shape[1] // self._model.hop - 2
        peaks = np.stack(found)[:, : hops * CELLS_IN_HOP]
        self._peaks = np.concatenate([self._peaks, peaks[:, self._surplus * CELLS_IN_HOP :]], axis=1)
        self._surplus = 0
        if self._hides:
            masks = np.zeros((hops, len(samples), len(self._model.weights)))
            for channel, worth in enumerate(self._worth_a_look(peaks.reshape(len(samples), hops, -1).max(axis=2))):
                looks = np.flatnonzero(worth)
                firsts = BEFORE_FRAMES + 1 + looks * self._model.hop
                masks[looks, channel] = thresholds(self._model, samples[channel], firsts)
            self._masks = np.concatenate([self._masks, masks])

    def _worth_a_look(self, peaks: Floats) -> NDArray[np.bool_]:
        """Where a limiter may have something to do in a hop or in the one before it, for their peaks."""
        highest = np.maximum.accumulate(np.concatenate([[self._highest], peaks.max(axis=0)]))[1:]
        least = self._ceiling if np.isfinite(self._ceiling) else highest * db_to_amplitude(-_NEVER_REACHED_DB)
        around = np.concatenate([self._last, peaks], axis=1)
        self._last, self._highest = peaks[:, -1:].copy(), float(highest[-1])
        return np.asarray(np.maximum(around[:, 1:], around[:, :-1]) > least)

    def _hops(self, cells: slice, ready: int) -> Hops:
        peaks = self._peaks[:, cells].copy()
        masks = self._masks[self._context : self._context + ready].copy()
        demand = peaks
        if self._hides and ready:
            demand = peaks - np.minimum(self._hidden(ready), self._outstanding(cells))
            demand = np.maximum(demand, peaks * db_to_amplitude(-HIDDEN_DEEPEST_DB))
        return Hops(demand=demand.max(axis=0, keepdims=True) if self._linked else demand, peaks=peaks, masks=masks)

    def _hidden(self, ready: int) -> Floats:
        """What the ear hides in each cell of the ready hops, `(channels, cells)`."""
        looks = allowances(self._model, self._masks[self._context : self._context + ready + 1])
        cells = (np.arange(ready * CELLS_IN_HOP) + 0.5) / CELLS_IN_HOP
        return np.stack([np.interp(cells, np.arange(ready + 1), channel) for channel in looks.T])

    def _outstanding(self, cells: slice) -> Floats:
        """By how much each cell's peak stands out of what lasts, over all channels: `(channels, cells)`."""
        bridged = scipy.ndimage.maximum_filter1d(self._peaks.max(axis=0), self._bridged, mode="constant")
        kept = scipy.ndimage.minimum_filter1d(bridged, self._lasting, mode="constant")
        lasting = scipy.ndimage.maximum_filter1d(kept, self._lasting, mode="constant")
        return np.asarray(np.maximum(self._peaks[:, cells] - lasting[cells], 0.0))
