"""Stages that treat the side signal apart from mid, so that the mono sum stays as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mastering.eq import Eq

if TYPE_CHECKING:
    from analysis.units import Floats
    from mastering.specs import EqBand


class SideEq:
    """Bands of EQ on the side signal of stereo: a `Processor`. Mid is not touched; mono passes.

    Args:
        bands: applied to half of left minus right; with none, blocks pass untouched.
        rate_hz: sample rate.
        channels: of every block.

    Raises:
        SpecificationError: as `mastering.eq.design`.
    """

    latency_frames = 0

    def __init__(self, bands: tuple[EqBand, ...], rate_hz: int, channels: int) -> None:
        self._eq = Eq(bands, rate_hz, 1) if channels == 2 and any(band.gain_db for band in bands) else None
        self._channels = channels

    def process(self, block: Floats) -> Floats:
        """Filter the side of the next block, `(frames, channels)`; the given block is not changed."""
        if self._eq is None:
            return block
        side = (block[:, :1] - block[:, 1:]) * 0.5
        added = self._eq.process(side) - side
        return np.hstack([block[:, :1] + added, block[:, 1:] - added])

    def flush(self) -> Floats:
        """Nothing is held back: an empty array, `(0, channels)`."""
        return np.empty((0, self._channels))
