"""What a delivery does to the assembled songs before its gain: built, applied, and measured by song."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.audio import Audio
from analysis.units import Floats
from mastering.assembly import PROGRAMME_CHANNELS, assemble
from mastering.band_limits import BandLimits
from mastering.chain import process
from mastering.mono_bass import MonoBass
from mastering.processor import Processor
from mastering.programme_specs import ProgrammeChainSpec
from mastering.relative_bands import RelativeBands, SongLevelMeter, SongLevels
from mastering.side_bound import SideBound
from mastering.side_meter import SideFigures, SideMeter
from mastering.spool import Spool
from mastering.timeline import Timeline, Unit

Songs = Mapping[int, SongLevels]
"""Levels of each track of the album, by number."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ProgrammeEffect:
    """What was done to one track's file.

    Attributes:
        before, after: its side.
        band_cuts_db: how far each dynamic band turned anything down.
        mono_fold_change_db: how much more mono takes off it than before.
    """

    before: SideFigures
    after: SideFigures
    band_cuts_db: tuple[float, ...]

    @property
    def mono_fold_change_db(self) -> float | None:
        """Of (left + right) / 2 from both loudspeakers that is 1 + side / mid."""
        if self.before.side_db is None or self.after.side_db is None:
            return None
        one, other = (10 * np.log10(1 + 10 ** (db / 10)) for db in (self.before.side_db, self.after.side_db))
        return float(other - one)


def build_programme(
    spec: ProgrammeChainSpec, songs: Sequence[SongLevels], starts: Sequence[int], rate_hz: int
) -> tuple[Processor, ...]:
    """The processors of a unit in which these songs begin at these frames, in order."""
    channels = PROGRAMME_CHANNELS
    stages: list[Processor] = []
    if spec.highpass_hz is not None or spec.lowpass_hz is not None:
        stages.append(BandLimits(spec.highpass_hz, spec.lowpass_hz, rate_hz, channels))
    if spec.bands:
        thresholds = [song.thresholds_dbfs(spec.bands) for song in songs]
        stages.append(RelativeBands(spec.bands, thresholds, starts, rate_hz, channels))
    if spec.mono_below_hz is not None:
        stages.append(MonoBass(spec.mono_below_hz, rate_hz, channels))
    if spec.side is not None:
        stages.append(SideBound(spec.side, rate_hz, channels))
    return tuple(stages)


def song_levels(
    timeline: Timeline, unit: Unit, spools: Sequence[Spool], spec: ProgrammeChainSpec
) -> dict[int, SongLevels]:
    """Levels of the songs of a unit, before any gain."""
    audio = assemble(timeline, unit, spools, [1.0] * len(timeline.placements))
    meters = {track: SongLevelMeter(spec.bands, timeline.rate_hz, audio.channels) for track in unit.tracks}
    for block, track in by_track(audio, timeline, unit):
        meters[track].update(block)
    return {track: meter.result() for track, meter in meters.items()}


def by_track(audio: Audio, timeline: Timeline, unit: Unit) -> Iterator[tuple[Floats, int]]:
    """The blocks of a unit, cut where tracks are, and the number of the track of each."""
    position, waiting = unit.start, list(unit.tracks)
    for block in audio.blocks():
        done = 0
        while done < len(block):
            end = timeline.placements[waiting[0]].mark_end
            if position >= end and len(waiting) > 1:
                waiting.pop(0)
                continue
            count = len(block) - done if len(waiting) == 1 else min(len(block) - done, end - position)
            yield block[done : done + count], waiting[0]
            done, position = done + count, position + count


def programme_stages(timeline: Timeline, unit: Unit, spec: ProgrammeChainSpec, songs: Songs) -> tuple[Processor, ...]:
    """The processors of a unit."""
    marks = [max(0, timeline.placements[track].mark - unit.start) for track in unit.tracks]
    return build_programme(spec, [songs[track] for track in unit.tracks], marks, timeline.rate_hz)


def through_programme(
    timeline: Timeline, unit: Unit, spools: Sequence[Spool], spec: ProgrammeChainSpec, songs: Songs
) -> Audio:
    """A unit assembled without gain, after the chain."""
    audio = assemble(timeline, unit, spools, [1.0] * len(timeline.placements))

    def blocks() -> Iterator[Floats]:
        yield from process(audio, programme_stages(timeline, unit, spec, songs)).blocks()

    return Audio(rate_hz=audio.rate_hz, channels=audio.channels, blocks=blocks)


class EffectMeter:
    """Takes a unit before and after the chain, from its start, and tells what was done to each of its tracks.

    Args:
        timeline, unit: where the tracks lie.
        stages: those that change it.
    """

    def __init__(self, timeline: Timeline, unit: Unit, stages: Sequence[Processor]) -> None:
        self._timeline, self._unit = timeline, unit
        self._position = unit.start
        self._bands = next((stage for stage in stages if isinstance(stage, RelativeBands)), None)
        self._meters = {
            track: [SideMeter(timeline.rate_hz, lows=before) for before in (True, False)] for track in unit.tracks
        }

    def update(self, plain: Floats, changed: Floats) -> None:
        """Take the next frames without the chain, and the same frames with it."""
        rest = replace(self._unit, start=self._position)
        pair = Audio.from_array(np.concatenate([plain, changed], axis=1), self._timeline.rate_hz)
        for both, track in by_track(pair, self._timeline, rest):
            for meter, block in zip(self._meters[track], np.split(both, 2, axis=1), strict=True):
                meter.update(block)
        self._position += len(plain)

    def result(self) -> dict[int, ProgrammeEffect]:
        """Of each track of the unit."""
        bands = self._bands
        cuts_db = bands.deepest_db if bands is not None else np.zeros((len(self._unit.tracks), 0))
        return {
            track: ProgrammeEffect(before=before.result(), after=after.result(), band_cuts_db=tuple(map(float, cuts)))
            for (track, (before, after)), cuts in zip(self._meters.items(), cuts_db, strict=True)
        }
