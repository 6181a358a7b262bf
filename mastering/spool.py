"""Audio set aside on disk between passes, so that memory does not grow with length."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from analysis.audio import BLOCK_FRAMES, Audio
from analysis.errors import OutputError
from analysis.units import Floats


class Spool:
    """A raw file of one stream: float32, or float64 where the source has more than 24 bits of precision.

    Frames count from that of the file's that is `first`.
    """

    def __init__(self, path: Path, rate_hz: int, channels: int, *, double: bool = False, first: int = 0) -> None:
        self._path = path
        self._first = first
        self.double = double
        self._dtype = np.dtype(np.float64 if double else np.float32)
        self.rate_hz = rate_hz
        self.channels = channels
        self.frames = 0

    def fill(self, audio: Audio) -> Iterator[Floats]:
        """Write the whole stream, handing each block on to whoever wants to look at it."""
        with self._path.open("wb", buffering=0) as file:  # so that a full disk is met here and not in closing
            for block in audio.blocks():
                raw = memoryview(block.astype(self._dtype).tobytes())
                try:
                    while raw:
                        raw = raw[file.write(raw) :]
                except OSError as error:
                    raise OutputError(f"{self._path.parent} is full ({error.strerror}): free some space.") from error
                self.frames += len(block)
                yield block

    @property
    def folder(self) -> Path:
        """Where the file lies, and others like it may."""
        return self._path.parent

    def since(self, frame: int) -> Spool:
        """The same file, filled already, counted from another frame: one of several songs that run on."""
        later = Spool(self._path, self.rate_hz, self.channels, double=self.double, first=self._first + frame)
        later.frames = self.frames - frame
        return later

    def audio(self, start: int = 0, stop: int | None = None) -> Audio:
        """Frames `start` to `stop` as a stream of float64 blocks."""
        end = self.frames if stop is None else min(stop, self.frames)

        def blocks() -> Iterator[Floats]:
            with self._path.open("rb") as file:
                file.seek((self._first + start) * self.channels * self._dtype.itemsize)
                for position in range(start, end, BLOCK_FRAMES):
                    count = min(BLOCK_FRAMES, end - position)
                    raw = np.fromfile(file, self._dtype, count * self.channels)
                    yield raw.reshape(-1, self.channels).astype(np.float64)

        return Audio(rate_hz=self.rate_hz, channels=self.channels, blocks=blocks)

    def remove(self) -> None:
        """Delete the file."""
        self._path.unlink(missing_ok=True)

    @staticmethod
    def size_bytes(frames: int, channels: int, *, double: bool = False) -> int:
        """What a stream will take on disk."""
        return frames * channels * (8 if double else 4)
