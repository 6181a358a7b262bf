"""Short dips of the level, where a peak must come down and nothing else may change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.units import Floats, db_to_amplitude

_RAMP_S = 0.03
_EDGE_S = 0.002


@dataclass(frozen=True, kw_only=True, slots=True)
class Dip:
    """A stretch that is turned down, with ramps on both sides; in frames of one stream.

    Attributes:
        start, stop: the stretch.
        lowered_db: by how much.
        first, end: what lies before and from there on is left alone, to the bit: another track's file.
    """

    start: int
    stop: int
    lowered_db: float
    first: int
    end: int


class Dips:
    """A processor that turns stretches of a stream down. Where several overlap the deepest counts.

    Args:
        dips: the stretches.
        rate_hz: of the stream.
    """

    latency_frames = 0

    def __init__(self, dips: Sequence[Dip], rate_hz: int) -> None:
        self._dips = sorted(dips, key=lambda dip: dip.start)
        self._ramp, self._edge = round(_RAMP_S * rate_hz), round(_EDGE_S * rate_hz)
        self._position = 0
        self._nothing = np.zeros((0, 1))

    def process(self, block: Floats) -> Floats:
        """Take a block, give it."""
        begin, self._position = self._position, self._position + len(block)
        self._nothing = block[:0]
        lowered_db = np.zeros(len(block))
        for dip in self._dips:
            first = max(dip.start - self._ramp, dip.first, begin)
            last = min(dip.stop + self._ramp, dip.end, self._position)
            if first < last:
                inside = lowered_db[first - begin : last - begin]
                np.maximum(inside, self._curve_db(dip, np.arange(first, last)), out=inside)
        touched = np.flatnonzero(lowered_db)
        if not len(touched):
            return block
        out = block.copy()
        out[touched] *= db_to_amplitude(-lowered_db[touched])[:, None]
        return out

    def flush(self) -> Floats:
        """Give nothing: there is nothing inside."""
        return self._nothing

    def _curve_db(self, dip: Dip, frames: NDArray[np.int_]) -> Floats:
        """How much lower some frames are, each within the dip's ramps."""
        outside = np.maximum(np.maximum(dip.start - frames, frames - (dip.stop - 1)), 0)
        ramp = 0.5 + 0.5 * np.cos(np.pi * np.minimum(outside / (self._ramp + 1), 1.0))
        # A neighbour's file stays as it is, and no step may be heard at it: even there it takes a while to go down.
        inside = np.minimum(frames - dip.first + 1, dip.end - frames)
        return np.asarray(dip.lowered_db * ramp * np.minimum(inside / (self._edge + 1), 1.0))
