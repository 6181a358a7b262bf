"""The album as one stream: tracks resampled, faded, laid over each other where they overlap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from analysis.audio import BLOCK_FRAMES, Audio
from analysis.units import Floats
from mastering.resample import resample
from mastering.spool import Spool
from mastering.timeline import Placement, Timeline, Unit

PROGRAMME_CHANNELS = 2
"""Albums are stereo; a mono mix plays on both sides alike."""


def assemble(timeline: Timeline, unit: Unit, spools: Sequence[Spool], gains: Sequence[float]) -> Audio:
    """One unit as a stereo stream in blocks of 65,536 from its start; `gains` are linear, one for each track."""

    def blocks() -> Iterator[Floats]:
        voices = [_Voice(timeline.placements[i], spools[i], gains[i], timeline.rate_hz) for i in unit.tracks]
        for start in range(unit.start, unit.end, BLOCK_FRAMES):
            end = min(start + BLOCK_FRAMES, unit.end)
            playing = [voice for voice in voices if voice.placed.start < end and voice.placed.end > start]
            if len(playing) == 1 and playing[0].placed.start <= start and playing[0].placed.end >= end:
                yield playing[0].take(end - start)
                continue
            block = np.zeros((end - start, PROGRAMME_CHANNELS))
            for voice in playing:
                first, last = max(start, voice.placed.start), min(end, voice.placed.end)
                block[first - start : last - start] += voice.take(last - first)
            yield block

    return Audio(rate_hz=timeline.rate_hz, channels=PROGRAMME_CHANNELS, blocks=blocks)


class _Voice:
    """One track playing: gives its frames in order, however many are asked for."""

    def __init__(self, placed: Placement, spool: Spool, gain: float, rate_hz: int) -> None:
        self.placed = placed
        part = spool.audio(placed.source_start, placed.source_stop)
        self._blocks = resample(part, rate_hz, placed.source_stop - placed.source_start).blocks()
        self._gain = gain
        self._ready = np.zeros((0, spool.channels))
        self._position = 0

    def take(self, frames: int) -> Floats:
        """The next frames, stereo, with gain and fades."""
        parts = [self._ready]
        count = len(self._ready)
        while count < frames:
            part = next(self._blocks)
            parts.append(part)
            count += len(part)
        waiting = np.concatenate(parts) if len(parts) > 1 else self._ready
        self._ready = waiting[frames:]
        block = waiting[:frames]
        if block.shape[1] == 1:
            block = np.repeat(block, PROGRAMME_CHANNELS, axis=1)
        if self._gain != 1.0:
            block = block * self._gain
        block = self._faded(block)
        self._position += frames
        return np.ascontiguousarray(block)

    def _faded(self, block: Floats) -> Floats:
        placed, first = self.placed, self._position
        last = first + len(block)
        if placed.fade_in and first < placed.fade_in:
            block = block * _fade(np.arange(first, last), placed.fade_in, crosses=placed.fade_in_crosses)[:, None]
        if placed.fade_out and last > placed.frames - placed.fade_out:
            before_end = placed.frames - 1 - np.arange(first, last)
            block = block * _fade(before_end, placed.fade_out, crosses=placed.fade_out_crosses)[:, None]
        return block


def _fade(distance: np.ndarray[tuple[int], np.dtype[np.int64]], length: int, *, crosses: bool) -> Floats:
    """Gain at a distance from the silent end of a fade of `length` frames.

    A crossfade keeps power (sine and cosine: two different songs are not correlated); a plain fade is a raised cosine.
    """
    share = np.clip((distance + 0.5) / length, 0.0, 1.0) * (np.pi / 2)
    return np.asarray(np.sin(share) if crosses else np.sin(share) ** 2)
