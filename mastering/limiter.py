"""The true-peak limiter: what the ear hides is cut off, what it would hear is turned down, and the ceiling holds.

1. `demand`: what each peak asks of the gain, less what may be cut unheard.
2. `gain_computer`: a smooth gain that answers for it.
3. `masked_clip`: what still stands over the ceiling is cut by pulses that the music hides.
4. What of that did not work out is found between the samples, and a second such gain answers for it.

Everything goes by hops of 23 ms, counted from the stream's first frame, so blocks of any size give the same samples.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.true_peak import TAPS
from analysis.units import Floats, amplitude_to_db, db_to_amplitude
from mastering.demand import CELLS_IN_HOP, Demand
from mastering.hidden import hiding_model
from mastering.masked_clip import HiddenCut
from mastering.smooth_gain import SmoothGain

_HOPS_AT_ONCE = 32  # what stays in the cache


class Limiter:
    """A processor that holds the true peak at a ceiling. It holds frames back and gives them in time.

    Args:
        ceiling_dbtp: highest true peak, dBTP.
        rate_hz, channels: of the stream.
        seams: frames around which the ceiling lies so many dB lower.
        cuts: whether what the ear hides is cut; without, everything is turned down.
        link: 1 turns all channels down together, 0 each by itself, in between by shares of dB.
    """

    latency_frames = 0

    def __init__(
        self,
        ceiling_dbtp: float,
        rate_hz: int,
        channels: int,
        seams: Sequence[tuple[int, float]] = (),
        *,
        cuts: bool = True,
        link: float = 1.0,
    ) -> None:
        self._hop = hiding_model(rate_hz).hop
        self._cell = self._hop // CELLS_IN_HOP
        self._seams, self._link = seams, link
        self._ceiling = db_to_amplitude(ceiling_dbtp)
        linked = link >= 1.0 or channels == 1
        self._demand = Demand(rate_hz, channels, ceiling=self._ceiling, hides=cuts, linked=linked)
        self._gain = SmoothGain(self._cell, rate_hz, channels, linked=linked)
        self._cut = HiddenCut(rate_hz, channels, self._ceiling) if cuts else None
        self._rest = SmoothGain(self._cell, rate_hz, channels, linked=True)
        self._input = np.zeros((channels, 0))
        self._waiting = np.zeros((channels, 0))  # audio whose demand is not known yet
        self._asked_frames = 0  # of which it is
        self._owed = 0  # frames taken and not given back
        self._taken = 0  # frames of the stream
        self.deepest_db = 0.0
        """How much the peak that lost most has lost so far."""

    def process(self, block: Floats) -> Floats:
        """Take a block, give the frames that are ready."""
        self._taken += len(block)
        out = self._take(block)
        self._owed += len(block) - len(out)
        return out

    def flush(self) -> Floats:
        """Give the rest."""
        if self._cut is not None:
            self._cut.stream_frames = self._taken
        silence = np.zeros((self._hop, len(self._input)))
        parts = [silence[:0]]
        while self._owed > 0:
            parts.append(self._take(silence)[: self._owed])
            self._owed -= len(parts[-1])
        return np.concatenate(parts)

    def _take(self, block: Floats) -> Floats:
        self._input = np.concatenate([self._input, block.T], axis=1)
        whole = self._input.shape[1] // self._hop * self._hop
        if not whole:
            return np.zeros((0, block.shape[1]))
        parts = [
            self._limited(np.ascontiguousarray(self._input[:, start : min(start + _HOPS_AT_ONCE * self._hop, whole)]))
            for start in range(0, whole, _HOPS_AT_ONCE * self._hop)
        ]
        self._input = self._input[:, whole:].copy()
        return np.ascontiguousarray(np.concatenate(parts, axis=1).T)

    def _limited(self, rows: Floats) -> Floats:
        """Take whole hops `(channels, frames)`, give those that are ready."""
        self._waiting = np.concatenate([self._waiting, rows], axis=1)
        hops = self._demand.process(rows)
        frames = hops.peaks.shape[1] * self._cell
        part, self._waiting = self._waiting[:, :frames], self._waiting[:, frames:].copy()
        out, gains = self._gain.process(part, self._wanted_db(hops.demand))
        self._note(float(hops.peaks.max(initial=0.0)), float(gains.min(initial=1.0)))
        if self._cut is None:
            return out
        out, left = self._cut.process(out, gains, hops)
        out, gains = self._rest.process(out, self._over_db(left))
        self._note(0.0, float(gains.min(initial=1.0)))
        return out

    def _wanted_db(self, demand: Floats) -> Floats:
        """Reductions that the gain must give, with seams, and as far together as channels are linked."""
        first = self._asked_frames // self._cell
        self._asked_frames += demand.shape[1] * self._cell
        wanted_db = self._over_db(demand)
        for frame, extra_db in self._seams:
            around = [max(0, (frame + side) // self._cell - first) for side in (-TAPS // 2, TAPS // 2 + self._cell - 1)]
            wanted_db[:, around[0] : around[1]] += extra_db
        return np.asarray(self._link * wanted_db.max(axis=0) + (1.0 - self._link) * wanted_db)

    def _over_db(self, peaks: Floats) -> Floats:
        """By how much peaks stand over the ceiling; 0 for those under it."""
        return amplitude_to_db(np.maximum(peaks / self._ceiling, 1.0))

    def _note(self, peak: float, gain: float) -> None:
        self.deepest_db = max(
            self.deepest_db, float(amplitude_to_db(peak / self._ceiling)), -float(amplitude_to_db(gain))
        )
