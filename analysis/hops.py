"""Sums over hops of 10 ms, the grid on which everything slow is kept."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis import standards
from analysis.units import Floats

HOPS_PER_SECOND = round(1 / standards.METER_HOP_S)


def hop_edge(hop: int, rate_hz: int) -> int:
    """First frame of a hop; at rates that 100 does not divide, hops differ by one frame."""
    return (hop * rate_hz + HOPS_PER_SECOND // 2) // HOPS_PER_SECOND


def hop_edges(first: int, last: int, rate_hz: int) -> NDArray[np.int64]:
    """First frames of the hops `first` to `last`, both included."""
    return (np.arange(first, last + 1) * rate_hz + HOPS_PER_SECOND // 2) // HOPS_PER_SECOND


def complete_hops(frames: int, rate_hz: int) -> int:
    """Hops that end at or before a frame."""
    hop = frames * HOPS_PER_SECOND // rate_hz + 1
    while hop_edge(hop, rate_hz) > frames:
        hop -= 1
    return hop


class Growing:
    """A row of figures that grows at its end in one piece of memory, doubled when full.

    Many small arrays kept one by one between large ones that come and go would leave the heap full of holes.
    """

    def __init__(self, dtype: type[np.number[Any]] = np.float64) -> None:
        self._room = np.empty(1024, dtype=dtype)
        self._count = 0

    def extend(self, values: np.ndarray[Any, Any]) -> None:
        """Add figures at the end."""
        needed = self._count + len(values)
        if needed > len(self._room):
            self._room = np.concatenate([self._room, np.empty(max(needed, len(self._room)), dtype=self._room.dtype)])
        self._room[self._count : needed] = values
        self._count = needed

    def values(self) -> np.ndarray[Any, Any]:
        """All figures so far; not to be changed."""
        return self._room[: self._count]


class HopSums:
    """Takes one figure a frame, in any pieces, and keeps its sum over each complete hop."""

    def __init__(self, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self._rest = np.zeros(0)
        self._start = 0  # frame at which self._rest begins
        self._hops = 0
        self._sums = Growing()

    def add(self, values: Floats) -> None:
        """Take the next figures, one a frame."""
        values = np.concatenate([self._rest, values]) if len(self._rest) else values
        last = complete_hops(self._start + len(values), self.rate_hz)
        if last == self._hops:
            self._rest = values
            return
        edges = hop_edges(self._hops, last, self.rate_hz) - self._start
        self._sums.extend(np.add.reduceat(values[: edges[-1]], edges[:-1]))
        self._rest = values[edges[-1] :].copy()
        self._start += int(edges[-1])
        self._hops = last

    def sums(self) -> Floats:
        """The sum over each complete hop so far; not to be changed."""
        return self._sums.values()
