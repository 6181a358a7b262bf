"""Peaks between the samples that pass full scale where they did not before some stages."""

from __future__ import annotations

import numpy as np

from analysis.true_peak import AHEAD_FRAMES, BEFORE_FRAMES, TAPS, passes
from analysis.units import Floats

_FULL_SCALE = 1.0
_LIKELY = 0.5
"""A cell whose samples are all under this is passed over: only sound above 2/3 of Nyquist could hide a peak there."""


class AddedOvers:
    """Counts cells with a true peak over full scale in one stream and none in the other.

    Args:
        cell_frames: length of a cell.
        channels: of both streams.
    """

    def __init__(self, cell_frames: int, channels: int) -> None:
        self._frames = cell_frames
        self._rest = np.zeros((2, channels, BEFORE_FRAMES))
        self._count = 0

    def add(self, plain: Floats, changed: Floats) -> None:
        """Take the next frames, `(frames, channels)` each."""
        rows = np.concatenate([self._rest, np.stack([plain.T, changed.T])], axis=2)
        cells = max(0, (rows.shape[2] - BEFORE_FRAMES - AHEAD_FRAMES) // self._frames)
        self._count += self._added(rows, cells)
        self._rest = rows[:, :, cells * self._frames :].copy()

    def result(self) -> int:
        """How many cells so far; the streams are taken to end here."""
        left = self._rest.shape[2] - BEFORE_FRAMES
        cells = -(-left // self._frames)
        missing = cells * self._frames - left + AHEAD_FRAMES
        return self._count + self._added(np.pad(self._rest, ((0, 0), (0, 0), (0, missing))), cells)

    def _added(self, rows: Floats, cells: int) -> int:
        inside = np.abs(rows[1, :, BEFORE_FRAMES : BEFORE_FRAMES + cells * self._frames])
        likely = inside.reshape(len(inside), cells, self._frames).max(axis=(0, 2)) > _LIKELY
        count = 0
        for cell in np.flatnonzero(likely):
            window = rows[:, :, cell * self._frames : (cell + 1) * self._frames + TAPS - 1]
            count += passes(window[1], _FULL_SCALE) and not passes(window[0], _FULL_SCALE)
        return count
