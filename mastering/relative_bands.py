"""Dynamic bands that take their threshold from each song: what stands out of a song there is turned down.

A fixed threshold would call a bright song sibilant all through and a dark one never.
"""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.hops import HopSums, hop_edges
from analysis.units import Floats, power_to_db
from mastering.compressor import squares
from mastering.dynamic_eq import Band
from mastering.dynamics_specs import Detector, DynamicBandSpec
from mastering.programme_specs import RelativeBandSpec

_SOUNDING_DB = 40.0  # hops further under the loudest are no part of a usual level
_SILENT_DBFS = -100.0


@dataclass(frozen=True, kw_only=True, slots=True)
class SongLevels:
    """Mean power of a song over the moments in which it sounds, dBFS, and of each band likewise."""

    song_dbfs: float
    bands_dbfs: tuple[float, ...]

    def thresholds_dbfs(self, bands: Sequence[RelativeBandSpec]) -> tuple[float, ...]:
        """Where each band begins in this song."""
        return tuple(
            max(usual + band.over_usual_db, self.song_dbfs - band.under_song_db)
            for usual, band in zip(self.bands_dbfs, bands, strict=True)
        )


class SongLevelMeter:
    """Measures a song for `SongLevels`: blocks in, figures out.

    Args:
        bands: those that will hear it.
        rate_hz, channels: of the stream.
    """

    def __init__(self, bands: Sequence[RelativeBandSpec], rate_hz: int, channels: int) -> None:
        self._bands = [Band(_dynamic(band), rate_hz, channels) for band in bands]
        self._sums = [HopSums(rate_hz) for _ in range(len(bands) + 1)]
        self._rate_hz = rate_hz

    def update(self, block: Floats) -> None:
        """Take the next frames, `(frames, channels)`."""
        self._sums[0].add(squares(block, Detector.RMS))
        for sums, band in zip(self._sums[1:], self._bands, strict=True):
            sums.add(squares(band.hear(block)[1], Detector.RMS))

    def result(self) -> SongLevels:
        """The figures; -100 dBFS for silence."""
        usual = [_usual_dbfs(sums.sums(), self._rate_hz) for sums in self._sums]
        return SongLevels(song_dbfs=usual[0], bands_dbfs=tuple(usual[1:]))


class RelativeBands:
    """The bands on a stream of several songs: a `Processor`; nothing is late.

    Args:
        bands: what they do.
        thresholds_dbfs: of each song, one a band.
        starts: frames at which each song's thresholds begin to hold; the first holds from the start.
        rate_hz, channels: of the stream.
    """

    latency_frames = 0

    def __init__(
        self,
        bands: Sequence[RelativeBandSpec],
        thresholds_dbfs: Sequence[Sequence[float]],
        starts: Sequence[int],
        rate_hz: int,
        channels: int,
    ) -> None:
        self._channels = channels
        self._bands = [Band(_dynamic(band), rate_hz, channels) for band in bands]
        # What a band hears is weighted so that every song's threshold lies at 0 dBFS.
        self._weights = 10 ** (-np.array(thresholds_dbfs, dtype=np.float64).reshape(-1, len(bands)) / 10)
        self._edges = [*starts[1:], sys.maxsize]
        self._position = 0
        self.deepest_db = np.zeros(self._weights.shape)
        """How far each song, a row, has been turned down by each band so far."""

    def process(self, block: Floats) -> Floats:
        """Change the next block, `(frames, channels)`; the given block is not changed."""
        done, parts = 0, [block[:0]]
        while done < len(block):
            song = bisect_right(self._edges, self._position)
            count = min(len(block) - done, self._edges[song] - self._position)
            part = block[done : done + count]
            for number, band in enumerate(self._bands):
                part, cut_db = band.process(part, float(self._weights[song, number]))
                self.deepest_db[song, number] = max(self.deepest_db[song, number], cut_db)
            parts.append(part)
            done, self._position = done + count, self._position + count
        return np.concatenate(parts)

    def flush(self) -> Floats:
        """Nothing is held back: an empty array, `(0, channels)`."""
        return np.zeros((0, self._channels))


def _dynamic(band: RelativeBandSpec) -> DynamicBandSpec:
    return DynamicBandSpec(
        shape=band.shape,
        freq_hz=band.freq_hz,
        q=band.q,
        threshold_dbfs=0.0,
        ratio=band.ratio,
        knee_db=band.knee_db,
        attack_ms=band.attack_ms,
        release_ms=band.release_ms,
        range_db=band.range_db,
    )


def _usual_dbfs(sums: Floats, rate_hz: int) -> float:
    if not len(sums):
        return _SILENT_DBFS
    levels_db = power_to_db(np.asarray(sums / np.diff(hop_edges(0, len(sums), rate_hz))))
    heard = levels_db[levels_db > max(float(levels_db.max()) - _SOUNDING_DB, _SILENT_DBFS)]
    return float(power_to_db(float(np.mean(10 ** (heard / 10))))) if len(heard) else _SILENT_DBFS
