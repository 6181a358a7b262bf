"""What the limiter of a delivery did to each track, measured in passing while a unit is rendered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from analysis.audio import Audio
from analysis.units import Floats
from mastering.assembly import PROGRAMME_CHANNELS
from mastering.chain import process
from mastering.harm import Harm, HarmMeter
from mastering.processor import Processor
from mastering.timeline import Timeline, Unit


def watched(audio: Audio, stages: Sequence[Processor], watch: Callable[[Floats, Floats], None]) -> Audio:
    """The stream after some stages, as `process` gives it; `watch` is told frames before them and after, in time."""

    def blocks() -> Iterator[Floats]:
        waiting = [np.zeros((0, audio.channels))]

        def before() -> Iterator[Floats]:
            for block in audio.blocks():
                waiting.append(block)
                yield block

        for after in process(replace(audio, blocks=before), stages).blocks():
            plain = np.concatenate(waiting)
            waiting[:] = [plain[len(after) :]]
            watch(plain[: len(after)], after)
            yield after

    return Audio(rate_hz=audio.rate_hz, channels=audio.channels, blocks=blocks)


class Beside:
    """Measures a stream against the same stream without some stages, which is read along.

    Args:
        plain: without them.
    """

    def __init__(self, plain: Audio) -> None:
        self._blocks = plain.blocks()
        self._read = np.zeros((0, plain.channels))
        self._meter = HarmMeter(plain.rate_hz, plain.channels, quick=True)

    def update(self, changed: Floats) -> None:
        """Take the next frames with the stages."""
        parts = [self._read]
        known = len(self._read)
        while known < len(changed) and (part := next(self._blocks, None)) is not None:
            parts.append(part)
            known += len(part)
        plain = np.concatenate(parts)
        self._read = plain[len(changed) :].copy()
        self._meter.update(plain[: len(changed)], changed)

    def result(self) -> Harm:
        """The figures of all that was taken."""
        return self._meter.result()


class TrackHarms:
    """Takes a unit before and after its limiter, from its start, and cuts it into tracks as their files are cut."""

    def __init__(self, timeline: Timeline, unit: Unit) -> None:
        self._timeline = timeline
        self._waiting = list(unit.tracks)
        self._position = unit.start
        self._meters: dict[int, HarmMeter] = {}

    def update(self, plain: Floats, changed: Floats) -> None:
        """Take the next frames without the limiter, and the same frames with it."""
        done = 0
        while done < len(plain):
            track = self._waiting[0]
            end = self._timeline.placements[track].mark_end
            if self._position >= end:
                self._waiting.pop(0)
                continue
            count = min(len(plain) - done, end - self._position)
            if track not in self._meters:
                self._meters[track] = HarmMeter(self._timeline.rate_hz, PROGRAMME_CHANNELS, quick=True)
            self._meters[track].update(plain[done : done + count], changed[done : done + count])
            done += count
            self._position += count

    def result(self) -> Mapping[int, Harm]:
        """Of each track that was heard."""
        return {track: meter.result() for track, meter in self._meters.items()}
