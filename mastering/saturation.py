"""Saturation: a gentle bend that rounds peaks off and gives them odd harmonics, and leaves what is small as it is.

    f(x) = x / sqrt(1 + (10^(drive / 10) - 1) x^2)

The slope at 0 is 1, so small sounds keep their level, and full scale comes out lower by the drive; louder samples go on
rising, to no more than 1 / sqrt(10^(drive / 10) - 1). Only the difference f(x) - x is made at four times the rate
(eight over `FINER_DB`) and brought down to be added: what the curve leaves alone takes no filter at all.

Harmonics fall off by the factor sqrt(10^(drive / 10)) + 1 over sqrt(10^(drive / 10) - 1) (the distance of the curve's
branch points: Trefethen, *Approximation Theory and Approximation Practice*, theorem 8.2), so that those that pass the
higher rate, and would fold back, are lost in the depths: of a full-scale sine of 20 kHz at 44.1 kHz nothing that is no
harmonic stands over -110 dBFS at 1 dB of drive, over -97 at 6 dB and over -63 at 12 dB.
"""

from __future__ import annotations

import numpy as np

from analysis.kernels import fast_kernel
from analysis.units import Floats
from mastering.dynamics_specs import SaturationSpec
from mastering.oversampling import Oversampler

FINER_DB = 1.5
"""More drive than this is made at eight times the rate."""

_PART_FRAMES = 8_192  # worked on at a time: at the higher rate they still lie in the processor's cache


class Saturation:
    """A processor; each channel on its own, late by the oversampler. No drive passes blocks untouched.

    Args:
        spec: what it does.
        channels: of the stream.
    """

    def __init__(self, spec: SaturationSpec, channels: int) -> None:
        self._bend = 10 ** (spec.drive_db / 10) - 1
        self._channels = channels
        self._oversampler = Oversampler(8 if spec.drive_db > FINER_DB else 4, channels)
        self.latency_frames = 0 if spec.does_nothing else self._oversampler.latency_frames
        self._pending = np.zeros((self.latency_frames, channels))

    def process(self, block: Floats) -> Floats:
        """Take a block, give as many frames, `latency_frames` late; the given block is not changed."""
        if not self.latency_frames:
            return block
        audio = np.concatenate([self._pending, block])
        self._pending = audio[len(block) :].copy()
        for start in range(0, len(block), _PART_FRAMES):
            rows = self._oversampler.up(block[start : start + _PART_FRAMES])
            for row in rows:
                _bent_by(row, self._bend)
            added = self._oversampler.down(rows)
            audio[start : start + len(added)] += added
        return audio[: len(block)]

    def flush(self) -> Floats:
        """Give the last `latency_frames`."""
        return self.process(np.zeros((self.latency_frames, self._channels)))


@fast_kernel
def _bent_by(row: Floats, bend: float) -> None:
    """What the curve adds to each sample, in its place."""
    for i in range(len(row)):
        row[i] *= 1.0 / np.sqrt(1.0 + bend * row[i] * row[i]) - 1.0
