"""The album as one stream: songs resampled, faded, laid over each other where they overlap.

Songs that run on into each other are one voice: one stream from the spool, one resampler, one gain.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from analysis.audio import BLOCK_FRAMES, Audio
from analysis.units import Floats
from mastering.crossfade import correlation, crossfade_gain
from mastering.resample import resample
from mastering.spool import Spool
from mastering.timeline import Placement, Timeline, Unit, recordings

PROGRAMME_CHANNELS = 2
"""Albums are stereo; a mono mix plays on both sides alike."""


def assemble(timeline: Timeline, unit: Unit, spools: Sequence[Spool], gains: Sequence[float]) -> Audio:
    """One unit as a stereo stream in blocks of 65,536 from its start; `gains` are linear, one for each track.

    The spool of each track begins at the first frame of its mix; where the track runs on, so does its spool.
    """

    def blocks() -> Iterator[Floats]:
        voices = _voices(timeline, unit, spools, gains)
        for start in range(unit.start, unit.end, BLOCK_FRAMES):
            end = min(start + BLOCK_FRAMES, unit.end)
            playing = [voice for voice in voices if voice.start < end and voice.end > start]
            if len(playing) == 1 and playing[0].start <= start and playing[0].end >= end:
                yield playing[0].take(end - start)
                continue
            block = np.zeros((end - start, PROGRAMME_CHANNELS))
            for voice in playing:
                first, last = max(start, voice.start), min(end, voice.end)
                block[first - start : last - start] += voice.take(last - first)
            yield block

    return Audio(rate_hz=timeline.rate_hz, channels=PROGRAMME_CHANNELS, blocks=blocks)


def _voices(timeline: Timeline, unit: Unit, spools: Sequence[Spool], gains: Sequence[float]) -> list[_Voice]:
    """What plays in a unit: a voice for each recording."""
    placements = [timeline.placements[track] for track in unit.tracks]
    runs = recordings([placed.runs_on for placed in placements])
    songs = [[placements[i] for i in run] for run in runs]
    firsts = [unit.tracks[run[0]] for run in runs]
    alike = {
        number: _correlation(songs[number - 1], spools[firsts[number - 1]], song[0], spools[firsts[number]])
        for number, song in enumerate(songs)
        if number and song[0].fade_in_crosses
    }
    return [
        _Voice(song, spools[first], gains[first], timeline.rate_hz, alike.get(i, 0.0), alike.get(i + 1, 0.0))
        for i, (song, first) in enumerate(zip(songs, firsts, strict=True))
    ]


def _correlation(out: Sequence[Placement], out_spool: Spool, comes: Placement, spool: Spool) -> float:
    """Correlation of two songs over their crossfade, at the rate of the first's mix: alike for every delivery."""
    overlap = max(0, out[-1].end - comes.start)
    total = sum(placed.frames for placed in out)
    begin, stop = _source(out)
    head = comes.source_start
    length = comes.source_stop - head
    tail = min(round(overlap / total * (stop - begin)), stop - begin)
    heads = min(length, round(overlap / comes.frames * length))
    other = resample(spool.audio(head, head + heads), out_spool.rate_hz, heads)
    return correlation(out_spool.audio(stop - tail, stop), other)


def _source(songs: Sequence[Placement]) -> tuple[int, int]:
    """The part of a recording's spool that is used, in frames of the mix."""
    start = songs[0].source_start
    return start, start + sum(placed.source_stop - placed.source_start for placed in songs)


class _Voice:
    """One recording playing: gives its frames in order, however many are asked for."""

    def __init__(
        self,
        songs: Sequence[Placement],
        spool: Spool,
        gain: float,
        rate_hz: int,
        like_before: float,
        like_next: float,
    ) -> None:
        self.start, self.end = songs[0].start, songs[-1].end
        start, stop = _source(songs)
        self._blocks = resample(spool.audio(start, stop), rate_hz, stop - start).blocks()
        self._gain = gain
        self._first, self._last = songs[0], songs[-1]
        self._like_before, self._like_next = like_before, like_next
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
        begin, frames = self._position, self.end - self.start
        end, fade_in, fade_out = begin + len(block), self._first.fade_in, self._last.fade_out
        if fade_in and begin < fade_in:
            share = _share(np.arange(begin, end), fade_in)
            block = block * _fade(share, self._like_before, crosses=self._first.fade_in_crosses)[:, None]
        if fade_out and end > frames - fade_out:
            share = _share(frames - 1 - np.arange(begin, end), fade_out)
            block = block * _fade(share, self._like_next, crosses=self._last.fade_out_crosses)[:, None]
        return block


def _share(distance: np.ndarray[tuple[int], np.dtype[np.int64]], length: int) -> Floats:
    """How much of a fade of `length` frames lies between a frame and its silent end, 0 to 1."""
    return np.asarray(np.clip((distance + 0.5) / length, 0.0, 1.0))


def _fade(share: Floats, alike: float, *, crosses: bool) -> Floats:
    """Gain in a fade: a crossfade keeps power, a plain fade is a raised cosine."""
    return crossfade_gain(share, alike) if crosses else np.asarray(np.sin(share * (np.pi / 2)) ** 2)
