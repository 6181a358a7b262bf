"""What every processor is: blocks in, blocks out, a declared latency, and a flush that empties it."""

from __future__ import annotations

from typing import Protocol

from analysis.units import Floats


class Processor(Protocol):
    """A stage of a chain. Blocks are float64, `(frames, channels)`; any block size gives the same samples.

    Over a whole stream `process` and `flush` together give as many frames as went in plus `latency_frames`,
    the first `latency_frames` of which are the stage's delay; the chain takes them off.
    The block given is never changed in place.
    """

    @property
    def latency_frames(self) -> int:
        """Frames by which the output lags the input."""
        ...

    def process(self, block: Floats) -> Floats:
        """Take the next block; give what is ready (perhaps fewer or no frames)."""
        ...

    def flush(self) -> Floats:
        """Give what is still inside; the processor is spent after it."""
        ...
