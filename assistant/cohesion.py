"""How much the songs of an album sound like one record, in figures: how far they spread, and which of them stand out.

Distances in tone and width are from the record to match, where there is one; in loudness and PLR from the album's own
middle, since a delivery decides them anew. A song stands out from the other songs of its album.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from analysis.profile import Measured, ReferenceProfile, ReferenceSong
from analysis.spectrum import TONE_BANDS_HZ
from analysis.units import Floats
from assistant.aspects import broad_width_db
from assistant.level import signed
from assistant.statistics import SongStatistics
from assistant.tone import REGIONS

PLR_SD_LU = 2.4
"""Standard deviation of PLR among the songs of a record: from 50 songs of five records of games' music."""

OUT_SD = 2.0
"""A song stands out where it is further off than this many standard deviations of how songs differ."""

_OWN_SONGS = 8.0  # songs of the album that weigh as much as what was learned from other records
_ROBUST_SONGS = 5  # of fewer, nobody can tell which is the odd one
_MONO_DB = -30.0  # what a track without side reads
_REGIONS_TOLD = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class SongFigures:
    """What cohesion is judged by in one song; None where it cannot be told.

    Attributes:
        name: what it is called.
        tone_db: shape of the mid spectrum, `(28,)`, its mean taken out.
        width_db: side against mid in one figure; None for mono.
        loud_lufs: loudness of its loud sections.
        plr_lu: peak to loudness ratio.
    """

    name: str
    tone_db: Floats
    width_db: float | None
    loud_lufs: float | None
    plr_lu: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Spread:
    """How far songs differ: a robust standard deviation of each figure, of tone its RMS over the bands."""

    tone_db: float
    width_db: float | None
    loud_lu: float | None
    plr_lu: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SongDistance:
    """How far a song is from the record; None where it cannot be told.

    Attributes:
        name: what it is called.
        tone_db: RMS over the bands.
        width_db: over (positive) or under the record.
        loud_lu, plr_lu: over or under the middle of the album.
        stands_out: in what it is further from the middle of the album than songs are, in words.
    """

    name: str
    tone_db: float
    width_db: float | None
    loud_lu: float | None
    plr_lu: float | None
    stands_out: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cohesion:
    """Figures of an album.

    Attributes:
        spread: over its songs.
        usual: what songs of other records spread by, as it was learned.
        songs: each song's distance from the record.
    """

    spread: Spread
    usual: Spread
    songs: tuple[SongDistance, ...]

    def width_distance_db(self) -> float | None:
        """How much wider than the record the middle of the album is; None where one of them is mono."""
        known = [song.width_db for song in self.songs if song.width_db is not None]
        return float(np.median(known)) if known else None

    def tone_distance_db(self) -> float:
        """Distance of the songs from the record in tone, RMS over songs and bands."""
        return float(np.sqrt(np.mean([song.tone_db**2 for song in self.songs])))


def song_figures(song: Measured) -> SongFigures:
    """Figures of a song, measured or planned."""
    width_db, loud = broad_width_db(song), song.dynamics.loud_lufs
    return SongFigures(
        name=song.name,
        tone_db=song.spectrum.tone_db(),
        width_db=width_db if width_db > _MONO_DB else None,
        loud_lufs=loud if loud is not None and math.isfinite(loud) else None,
        plr_lu=song.dynamics.plr_lu,
    )


def cohesion(
    songs: Sequence[SongFigures], references: Sequence[ReferenceSong], statistics: SongStatistics
) -> Cohesion | None:
    """How alike the songs of an album are; None for fewer than two."""
    if len(songs) < 2:
        return None
    tones = np.array([song.tone_db for song in songs])
    return Cohesion(
        spread=Spread(
            tone_db=float(np.sqrt(np.mean(spread(tones) ** 2))),
            width_db=_spread_of([song.width_db for song in songs]),
            loud_lu=_spread_of([song.loud_lufs for song in songs]),
            plr_lu=_spread_of([song.plr_lu for song in songs]),
        ),
        usual=Spread(
            tone_db=math.sqrt(np.trace(np.array(statistics.tone_db2)) / len(TONE_BANDS_HZ)),
            width_db=math.sqrt(statistics.width_db2),
            loud_lu=math.sqrt(statistics.level_lu2),
            plr_lu=PLR_SD_LU,
        ),
        songs=_distances(songs, tones, references, statistics),
    )


def spread(values: Floats) -> Floats:
    """Standard deviation over the rows of `(songs, figures)`, at least two, that one odd song hardly moves.

    The tenth of the songs that fits least, at least one, is left out: least trimmed squares (P. Rousseeuw, "Least
    median of squares regression", JASA 79, 1984), made good for by what a trimmed normal distribution loses (within
    8 % of the truth from five songs on). Estimators that bear more odd songs take two engineers' halves of an album
    for one half and its outliers. Of fewer than five songs it is the plain standard deviation.
    """
    count = len(values)
    if count < _ROBUST_SONGS:
        return np.asarray(values.std(axis=0, ddof=1))
    out = math.ceil(count / 10)
    kept, ordered = count - out, np.sort(values, axis=0)
    least = np.min([ordered[first : first + kept].std(axis=0, ddof=1) for first in range(out + 1)], axis=0)
    normal = NormalDist()
    edge = normal.inv_cdf(1 - out / count / 2)
    return np.asarray(least / math.sqrt(1 - 2 * edge * normal.pdf(edge) / (1 - out / count)))


def _distances(
    songs: Sequence[SongFigures], tones: Floats, references: Sequence[ReferenceSong], statistics: SongStatistics
) -> tuple[SongDistance, ...]:
    middle_db, width_db = _middle(tones), _reference_width_db(references)
    record_db = _reference_tone_db(references) if references else middle_db
    out_in_tone = _out_in_tone(tones - middle_db, tones, np.array(statistics.tone_db2))
    widths = [song.width_db for song in songs]
    width = _off(widths, statistics.width_db2)
    loud = _off([song.loud_lufs for song in songs], statistics.level_lu2)
    plr = _off([song.plr_lu for song in songs], PLR_SD_LU**2)
    return tuple(
        SongDistance(
            name=song.name,
            tone_db=float(np.sqrt(np.mean((song.tone_db - record_db) ** 2))),
            width_db=width[i][0] if width_db is None or song.width_db is None else song.width_db - width_db,
            loud_lu=loud[i][0],
            plr_lu=plr[i][0],
            stands_out=(
                *out_in_tone[i],
                *_out_words("width", "dB", *width[i]),
                *_out_words("loud sections", "LU", *loud[i]),
                *_out_words("PLR", "LU", *plr[i]),
            ),
        )
        for i, song in enumerate(songs)
    )


def _middle(tones: Floats) -> Floats:
    """The middle of an album's tones, which one odd song does not move."""
    middle = np.median(tones, axis=0)
    return np.asarray(middle - middle.mean())


def _reference_tone_db(references: Sequence[ReferenceSong]) -> Floats:
    return ReferenceProfile(name="references", songs=tuple(references)).tone_mean_db()


def _reference_width_db(references: Sequence[ReferenceSong]) -> float | None:
    known = [(width, song.weight) for song in references if (width := song_figures(song).width_db) is not None]
    return float(np.average([width for width, _ in known], weights=[weight for _, weight in known])) if known else None


def _out_in_tone(off_db: Floats, tones: Floats, S: Floats) -> list[tuple[str, ...]]:
    """What each song stands out in by its tone: the regions it is furthest off in, or nothing.

    The squared distance of a song that differs as songs do has the mean tr S and the variance 2 tr S^2.
    """
    S = S * _eased(float(np.trace(S)), float((spread(tones) ** 2).sum()), len(tones)) / np.trace(S)
    squared = (off_db**2).sum(axis=1)
    limit = np.trace(S) + OUT_SD * math.sqrt(2 * float((S**2).sum()))
    return [_furthest(off, S) if one > limit else () for one, off in zip(squared, off_db, strict=True)]


def _furthest(off_db: Floats, S: Floats) -> tuple[str, ...]:
    found = []
    for name, low, high in REGIONS:
        inside = (TONE_BANDS_HZ >= low) & (TONE_BANDS_HZ < high)
        mean = float(off_db[inside].mean())
        deviation = math.sqrt(float(S[np.ix_(inside, inside)].mean()))
        found.append((abs(mean) / deviation, f"{name} {signed(mean)} dB"))
    found.sort(reverse=True)
    return tuple(words for far, words in found[:_REGIONS_TOLD] if far > OUT_SD / 2) or (found[0][1],)


def _off(values: Sequence[float | None], variance: float) -> list[tuple[float | None, float]]:
    """How far each value is from the middle of them all, and how far in standard deviations."""
    known = np.array([value for value in values if value is not None])
    if not len(known):
        return [(None, 0.0)] * len(values)
    middle = float(np.median(known))
    own = float(spread(known[:, None])[0]) ** 2 if len(known) > 1 else 0.0
    deviation = math.sqrt(_eased(variance, own, len(known)))
    return [(None, 0.0) if v is None else (v - middle, abs(v - middle) / deviation) for v in values]


def _eased(learned: float, own: float, songs: int) -> float:
    """Variance of how songs differ: what other records taught, moved towards how far this album's songs lie apart."""
    if songs < _ROBUST_SONGS:
        return learned
    return (_OWN_SONGS * learned + songs * own) / (_OWN_SONGS + songs)


def _out_words(what: str, unit: str, off: float | None, far: float) -> tuple[str, ...]:
    return () if off is None or far <= OUT_SD else (f"{what} {signed(off)} {unit}",)


def _spread_of(values: Sequence[float | None]) -> float | None:
    known = np.array([value for value in values if value is not None])
    return float(spread(known[:, None])[0]) if len(known) > 1 else None
