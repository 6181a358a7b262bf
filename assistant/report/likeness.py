"""How alike the songs are and how far from the record, as mixed and as delivered: measured, not foretold."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from analysis.profile import ReferenceProfile, ReferenceSong, reference_song
from analysis.spectrum import NARROWEST_DB
from analysis.units import Floats
from assistant.cohesion import Cohesion, cohesion, song_figures
from assistant.cohesion_plan import ITSELF, REFERENCES
from assistant.report.figures import CohesionFigures, RecordFigures
from assistant.report.material import Material
from assistant.report.versions import delivered_song
from assistant.statistics import SongStatistics, load_statistics


@dataclass(frozen=True, kw_only=True, slots=True)
class Likeness:
    """Of an album: the record, the spreads, each song's distance from the record by its file, what it stands out in."""

    record: RecordFigures | None
    cohesion: CohesionFigures | None
    before_db: Mapping[str, float] = field(default_factory=dict)
    after_db: Mapping[str, float] = field(default_factory=dict)
    stands_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def likeness(sources: Sequence[str], material: Material) -> Likeness:
    """What can be told of the songs of which mix and delivered file could be measured, and can be heard.

    Args:
        sources: the mixes' files, in album order.
        material: what is known of them.
    """
    heard = [one for one in sources if one in material.masters and one in material.analyses]
    heard = [one for one in heard if not material.analyses[one].is_silent and _sounds(material, one)]
    statistics = load_statistics()
    mixes = [reference_song(material.analyses[one]) for one in heard]
    told = {one["source"]: one for one in material.shown["tracks"]}
    masters = [delivered_song(material.analyses[one], told[one], material.masters[one]) for one in heard]
    record = _record(masters, material.references, statistics)
    if record is None or not heard:
        return Likeness(record=record, cohesion=None)
    before, after = (
        cohesion([song_figures(song) for song in songs], material.references, statistics) for songs in (mixes, masters)
    )
    if before is None or after is None:
        return _alone(heard[0], mixes[0], masters[0], record, has_references=bool(material.references))
    return Likeness(
        record=record,
        cohesion=CohesionFigures(before=before.spread, after=after.spread, usual=after.usual),
        before_db=_distances(heard, before),
        after_db=_distances(heard, after),
        stands_out={one: song.stands_out for one, song in zip(heard, after.songs, strict=True)},
    )


def _sounds(material: Material, source: str) -> bool:
    level = material.masters[source].loudness.integrated_lufs
    return level is not None and math.isfinite(level)


def _distances(sources: Sequence[str], found: Cohesion) -> dict[str, float]:
    return {source: round(song.tone_db, 2) for source, song in zip(sources, found.songs, strict=True)}


def _alone(
    source: str, mix: ReferenceSong, master: ReferenceSong, record: RecordFigures, *, has_references: bool
) -> Likeness:
    """A single song is like itself; how far it is from references can be told."""
    if not has_references:
        return Likeness(record=None, cohesion=None)
    before, after = (
        round(float(np.sqrt(np.mean((song.spectrum.tone_db() - np.array(record.tone_db)) ** 2))), 2)
        for song in (mix, master)
    )
    return Likeness(record=record, cohesion=None, before_db={source: before}, after_db={source: after})


def _record(
    masters: Sequence[ReferenceSong], references: Sequence[ReferenceSong], statistics: SongStatistics
) -> RecordFigures | None:
    """The record to match, or the middle of the album's own songs, with how far songs lie about it."""
    songs = references or masters
    if not songs:
        return None
    profile = ReferenceProfile(name=REFERENCES, songs=tuple(songs))
    own = profile.tone_covariance_db2().diagonal()
    tells = bool(own.any()) and len(songs) > 1
    tone_sd = np.sqrt(own if tells else np.array(statistics.tone_db2).diagonal())
    weights = profile.weights()
    widths, known = _widths(songs)
    mean, spread = np.zeros(0), np.zeros(0)
    if known.any():
        mean = np.average(widths[known], axis=0, weights=weights[known])
        around = np.average((widths[known] - mean) ** 2, axis=0, weights=weights[known])
        spread = np.sqrt(around) if known.sum() > 1 else np.full(len(mean), math.sqrt(statistics.width_db2))
    return RecordFigures(
        name=REFERENCES if references else ITSELF,
        songs=len(songs),
        tone_db=_rounded(profile.tone_mean_db()),
        tone_sd_db=_rounded(tone_sd),
        width_db=_rounded(mean),
        width_sd_db=_rounded(spread),
        spread_of="these songs" if tells else "songs of other records",
    )


def _widths(songs: Sequence[ReferenceSong]) -> tuple[Floats, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Side against mid of each song in the tone bands, and which songs are not mono."""
    widths = np.array([np.maximum(song.spectrum.width_db(), NARROWEST_DB) for song in songs])
    return widths, np.asarray((widths > NARROWEST_DB).any(axis=1))


def _rounded(values: Floats) -> tuple[float, ...]:
    return tuple(round(float(value), 2) for value in values)
