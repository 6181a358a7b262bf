"""Where a sound suddenly rises: there a limiter is heard first, and there its limiting is judged."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.hops import Growing
from analysis.units import Floats

CELL_S = 0.005
"""Energies are summed over so long."""

PEAK_CELLS = 2
"""The peak of an onset lies in so many cells from where it is found: 10 ms."""

AROUND_CELLS = 20
"""An onset is heard against so many: 100 ms."""

_BEFORE_CELLS = 10  # 50 ms
_RISE = 4.0  # 6 dB: found to catch drums and plucked strings of the songs tried, and few swells
_QUIET = 1e-4  # an onset is no more than 40 dB below the mean
_ENOUGH = 10
_USUAL = 0.95


def cell_frames(rate_hz: int) -> int:
    """Frames in a cell."""
    return max(1, round(CELL_S * rate_hz))


class CellEnergies:
    """Takes blocks `(frames, channels)` and keeps the energy of each whole cell."""

    def __init__(self, rate_hz: int) -> None:
        self._frames = cell_frames(rate_hz)
        self._rest = np.zeros(0)
        self._energies = Growing(np.float32)

    def add(self, block: Floats) -> None:
        """Take the next block."""
        powers = np.concatenate([self._rest, np.einsum("fc,fc->f", block, block)])
        whole = len(powers) // self._frames * self._frames
        self._energies.extend(powers[:whole].reshape(-1, self._frames).sum(axis=1))
        self._rest = powers[whole:].copy()

    def values(self) -> Floats:
        """Of all that was taken."""
        return self._energies.values()


def find_onsets(energies: Floats) -> NDArray[np.intp]:
    """First cells of sudden rises: 10 ms at least 6 dB over the 50 ms before them; the steepest within 50 ms."""
    places = np.arange(_BEFORE_CELLS, len(energies) - AROUND_CELLS + 1)
    if not len(places) or not energies.any():
        return np.zeros(0, dtype=np.intp)
    total = np.concatenate([[0.0], np.cumsum(energies, dtype=np.float64)])
    now = (total[places + PEAK_CELLS] - total[places]) / PEAK_CELLS
    before = (total[places] - total[places - _BEFORE_CELLS]) / _BEFORE_CELLS
    rises = now / np.maximum(before, _QUIET * float(total[-1]) / len(energies))
    around = np.lib.stride_tricks.sliding_window_view(np.pad(rises, _BEFORE_CELLS), 2 * _BEFORE_CELLS + 1)
    return np.asarray(places[(rises > _RISE) & (rises == around.max(axis=1))])


def usual_loss_db(at_onsets_db: Floats, in_steps_db: Floats) -> float:
    """What 19 of 20 onsets lose no more than, dB; with fewer than ten, the peaks of each tenth of a second stand in."""
    judged = at_onsets_db if len(at_onsets_db) >= _ENOUGH else in_steps_db
    return float(np.quantile(judged, _USUAL)) if len(judged) else 0.0
