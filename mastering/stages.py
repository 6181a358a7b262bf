"""The memoryless stages of a track's chain: offset, gain, stereo width."""

from __future__ import annotations

import numpy as np

from analysis.units import Floats, db_to_amplitude


class Memoryless:
    """A stage that changes each frame by itself: no latency, nothing left at the end."""

    latency_frames = 0

    def __init__(self, channels: int) -> None:
        self._channels = channels

    def process(self, block: Floats) -> Floats:
        """Change a block `(frames, channels)`."""
        raise NotImplementedError  # abstract

    def flush(self) -> Floats:
        """Nothing is ever left."""
        return np.zeros((0, self._channels))


class Offset(Memoryless):
    """Takes a constant off each channel, full scale 1.0."""

    def __init__(self, dc_offset: tuple[float, ...], channels: int) -> None:
        super().__init__(channels)
        self._offset = np.array(dc_offset)

    def process(self, block: Floats) -> Floats:
        """Subtract the offset."""
        return np.asarray(block - self._offset)


class Gain(Memoryless):
    """Makes everything louder or softer by `gain_db`."""

    def __init__(self, gain_db: float, channels: int) -> None:
        super().__init__(channels)
        self._factor = db_to_amplitude(gain_db)

    def process(self, block: Floats) -> Floats:
        """Multiply."""
        return block * self._factor


class Width(Memoryless):
    """Scales the side signal of stereo, so that the mono sum stays as it was; mono passes."""

    def __init__(self, width: float, channels: int) -> None:
        super().__init__(channels)
        self._width = width

    def process(self, block: Floats) -> Floats:
        """Keep mid, scale side."""
        if self._channels != 2:
            return block
        mid = (block[:, 0] + block[:, 1]) * 0.5
        side = (block[:, 0] - block[:, 1]) * (0.5 * self._width)
        return np.stack([mid + side, mid - side], axis=1)
