"""Audio as a stream of blocks, and where it came from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from analysis.units import Floats

BLOCK_FRAMES = 65_536
"""Frames in a block. Rendering always runs in blocks of this size from the start of a unit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Audio:
    """A stream of float64 blocks `(frames, channels)` of one rate; `blocks()` starts anew at each call.

    Attributes:
        rate_hz: frames in a second.
        channels: columns of every block.
        blocks: gives a fresh iterator over the whole stream.
    """

    rate_hz: int
    channels: int
    blocks: Callable[[], Iterator[Floats]]

    @classmethod
    def from_array(cls, samples: Floats, rate_hz: int, *, block_frames: int = BLOCK_FRAMES) -> Audio:
        """A stream over an array `(frames, channels)` that is already in memory."""

        def blocks() -> Iterator[Floats]:
            for start in range(0, len(samples), block_frames):
                yield samples[start : start + block_frames]

        return cls(rate_hz=rate_hz, channels=samples.shape[1], blocks=blocks)

    def read(self) -> Floats:
        """The whole stream as one array `(frames, channels)`. Only for excerpts and tests: memory grows with it."""
        parts = list(self.blocks())
        return np.concatenate(parts) if parts else np.zeros((0, self.channels))


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceInfo:
    """What a file says of itself.

    Attributes:
        container: file format, e.g. "WAV".
        encoding: sample format or codec, e.g. "PCM_24" or "VORBIS".
        bits: bits of an integer sample; None for floating point and lossy codecs.
        lossy: whether the codec threw something away.
        rate_hz: sample rate.
        channels: channel count.
        frames: frames that the file claims; None where only decoding tells.
    """

    container: str
    encoding: str
    bits: int | None
    lossy: bool
    rate_hz: int
    channels: int
    frames: int | None
