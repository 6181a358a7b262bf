"""Audio turned down by a smooth gain that gives each cell the reduction it wants, hop by hop."""

from __future__ import annotations

import numpy as np

from analysis.kernels import kernel
from analysis.units import Floats, db_to_amplitude
from mastering.demand import CELLS_IN_HOP
from mastering.gain_computer import GainComputer


@kernel
def _turn_down(rows: Floats, gains: Floats, cell: int) -> Floats:
    """Rows `(channels, frames)` times gains `(channels or 1, cells + 2)`, in straight lines between cells' middles.

    The gains begin a cell before the audio and end a cell after it.
    """
    out = np.empty_like(rows)
    for channel in range(rows.shape[0]):
        own = gains[min(channel, gains.shape[0] - 1)]
        for k in range(rows.shape[1] // cell):
            before, here, after = own[k], own[k + 1], own[k + 2]
            begin = k * cell
            if before == 1.0 and here == 1.0 and after == 1.0:
                out[channel, begin : begin + cell] = rows[channel, begin : begin + cell]
                continue
            for i in range(cell):
                way = (i + 0.5) / cell - 0.5
                gain = here + (here - before) * way if way < 0 else here + (after - here) * way
                out[channel, begin + i] = rows[channel, begin + i] * gain
    return out


class SmoothGain:
    """A stage that takes audio and the reductions that its cells want together and gives audio a hop later.

    Args:
        cell_frames: frames in a cell.
        rate_hz, channels: of the audio.
        linked: one gain for all channels, or one for each.
    """

    def __init__(self, cell_frames: int, rate_hz: int, channels: int, *, linked: bool) -> None:
        self._cell = cell_frames
        self._computers = [GainComputer(rate_hz / cell_frames) for _ in range(1 if linked else channels)]
        self._rows = np.zeros((channels, 0))
        self._early = self._computers[0].latency_cells - 1  # reductions still to come that belong to no cell
        self._reductions_db = np.zeros((len(self._computers), 0))  # from the cell before the first row's first on

    def process(self, rows: Floats, wanted_db: Floats) -> tuple[Floats, Floats]:
        """Take hops of audio `(channels, frames)` with the reductions they want, `(channels or 1, cells)`.

        Returns:
            the hops that are ready, and the highest gain around each of their cells, `(channels or 1, cells)`, linear.
        """
        found = np.stack([one.process(part) for one, part in zip(self._computers, wanted_db, strict=True)])
        early = min(self._early, found.shape[1])
        self._early -= early
        self._reductions_db = np.concatenate([self._reductions_db, found[:, early:]], axis=1)
        self._rows = np.concatenate([self._rows, rows], axis=1)
        ready = max(0, self._reductions_db.shape[1] - 2) // CELLS_IN_HOP
        cells, frames = ready * CELLS_IN_HOP, ready * CELLS_IN_HOP * self._cell
        part_db = self._reductions_db[:, : cells + 2]
        around_db = np.minimum(np.minimum(part_db[:, :-2], part_db[:, 1:-1]), part_db[:, 2:])
        whole = self._rows[:, :frames]
        out = _turn_down(whole, db_to_amplitude(-part_db), self._cell) if part_db.any() else whole
        self._rows = self._rows[:, frames:].copy()
        self._reductions_db = self._reductions_db[:, cells:].copy()
        return out, db_to_amplitude(-around_db)
