"""What each aspect of a track is corrected by: tone, width and level, all by the same separation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.profile import Measured, ReferenceSong
from analysis.spectrum import NARROWEST_DB, TONE_BANDS_HZ
from analysis.track import TrackAnalysis
from analysis.units import Floats
from assistant.grouping import Grouping, inferred_grouping
from assistant.habits import eq_kernel
from assistant.separation import Model, Observed, Separation
from assistant.statistics import SongStatistics, adapted, scatter_about_mean

TONE_SIZES_DB = (0.0, 1.0, 2.0, 3.0, 4.5, 6.5)
WIDTH_SIZES_DB = (0.0, 1.0, 2.0, 3.0, 4.5)
LEVEL_SIZES_LU = (0.0, 1.0, 2.0, 3.0, 4.5)
"""Sizes of what engineers do, weighed against each other on each album."""

USUAL_SIZE_DB = 3.0
"""How far records differ in what is left of their mean tone, in units of K. 3 to 4.5 do alike."""

DOUBT, DOUBT_ALONE, DOUBT_IN_GROUPING = 1.6, 2.25, 1.8
"""Widening of S against overconfidence: where it is known who mixed what, where it is not, and for the question itself.
The first: 1.25 harms one case in 16, 1.5 one in 50, 2 none, for 0.01 more of the error left at each step. The second:
2 harms one in 18, 2.25 one in 36. About the third found the truest groups."""

LEVELS_MEANT = 0.65
"""How likely it is beforehand that the relations of level are as they were meant. At 0.2 a record that nobody touched
has its relations moved by 0.36 LU, at 0.65 by 0.16; of what engineers did 0.62 and 0.72 is left."""

WIDTH_DOUBT = 1.25
"""The same for width: 1 leaves 0.64 of it at a console and 0.74 in a bad room, 1.25 0.66 and 0.78, 1.5 0.73 and 0.87; a
record that nobody touched is moved by 0.33, 0.29 and 0.16 dB."""

_UNEVEN_WIDTH = 0.05  # share of an engineer's width that is a region's own
_SLOPE_TRUST = 8.0  # a slope of 1 give or take 0.35
_SLOPE_FIGURES = 6.0  # as many of the 28 bands say something of their own
_ODD = 2.5  # times the distance expected of a song, squared, from which it counts less
_FEWEST_FOR_ODD = 5  # songs among which one can stand apart
_ODD_LEVEL, _ODD_ENGINEER_LU = (
    4.0,
    6.0,
)  # of level, what an engineer may have done being no oddity: up to 13 LU from the album's median nothing is odd
_QUIET_BASS = 6  # bands: width below about 125 Hz is nobody's choice of width


@dataclass(frozen=True, kw_only=True, slots=True)
class Aspects:
    """The separation of what a chain corrects, and who is thought to have mixed what.

    Attributes:
        tone: effects `(tracks, 28)`, dB.
        width: effects in the four regions, `(tracks, 4)`, dB.
        grouping: who mixed what.
        odd: of each track, how much less it says of its engineer than a song like others: 1 for such a one.
    """

    tone: Separation
    width: Separation
    grouping: Grouping
    odd: Floats


def separate_aspects(
    tracks: Sequence[TrackAnalysis],
    engineers: Sequence[str | None],
    references: Sequence[ReferenceSong],
    statistics: SongStatistics,
) -> Aspects:
    """Separate engineers from songs in tone and width; who mixed what is inferred where it is not given."""
    tones, widths = (
        _tones(tracks, engineers, references, statistics),
        _widths(tracks, engineers, references, statistics),
    )
    loud = [loud_lufs(track) for track in tracks]
    asked = [
        _tone_model(tones, DOUBT_IN_GROUPING, statistics),
        _width_model(widths),
        _level_model(loud, engineers, [True] * len(loud), statistics),
    ]
    grouping = inferred_grouping(asked, engineers)
    doubt = DOUBT if _is_known(engineers) else DOUBT_ALONE
    found = _tone_model(tones, doubt, statistics).separate(grouping.partitions, grouping.probabilities)
    return Aspects(
        tone=Separation(
            effects=found.effects @ _BASIS.T,
            deviations=np.sqrt(found.deviations**2 @ (_BASIS**2).T),
            engineer_size=found.engineer_size,
            evidence=found.evidence,
        ),
        width=_width_model(widths).separate(grouping.partitions, grouping.probabilities),
        grouping=grouping,
        odd=tones.weights,
    )


def separate_level(
    loud: Sequence[float],
    engineers: Sequence[str | None],
    grouping: Grouping,
    statistics: SongStatistics,
    tells: Sequence[bool],
) -> Separation:
    """Separate engineers from songs in how loud the loud sections stand, LUFS, after EQ and width.

    References are left out: levels of another record say nothing of the relations within this one. So are tracks that
    `tells` rules out, because they are meant to stand otherwise; they are given what their engineer's others are.
    """
    model = _level_model(loud, engineers, tells, statistics)
    return model.separate(grouping.partitions, grouping.probabilities)


def broad_width_db(track: Measured) -> float:
    """Width of a track in one figure: side against mid, dB, mean over the bands from 125 Hz up that hold anything."""
    width = np.maximum(track.spectrum.width_db(), NARROWEST_DB)[_QUIET_BASS:]
    heard = track.spectrum.heard()[_QUIET_BASS:]
    return float(width[heard].mean()) if heard.any() else NARROWEST_DB


def loud_lufs(track: Measured) -> float:
    """Loudness of a track's loud sections, LUFS; -70 for one too quiet to tell."""
    return -70.0 if track.dynamics.loud_lufs is None else track.dynamics.loud_lufs


# Level is taken out of every spectrum, so one direction holds nothing: the model works in the other 27.
_BASIS: Floats = np.linalg.svd(np.eye(len(TONE_BANDS_HZ)) - 1.0 / len(TONE_BANDS_HZ))[0][:, :-1]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Figures:
    """Of one aspect: tracks and references `(songs, figures)`, what each counts as, and the covariance of songs."""

    tracks: Floats
    weights: Floats
    references: Floats
    reference_weights: Floats
    S: Floats


def _tones(
    tracks: Sequence[TrackAnalysis],
    engineers: Sequence[str | None],
    references: Sequence[ReferenceSong],
    statistics: SongStatistics,
) -> _Figures:
    """What is left of tone when what plays in each song is taken off, as far as this album bears that out."""
    own, expected, weights = _by_content(tracks, statistics)
    models, models_expected, told = _by_content(references, statistics)
    reference_weights = told * np.array([song.weight for song in references])
    residual, whole = np.array(statistics.tone_residual_db2), np.array(statistics.tone_db2)
    share = _borne_out([(own, expected), (models, models_expected)], float(np.trace(residual)))
    own, models = own - share * expected, models - share * models_expected
    learned = residual + (1 - share) ** 2 * (whole - residual)
    weights = weights * _oddness(own @ _BASIS, weights, _BASIS.T @ learned @ _BASIS)
    scatter, freedom = _untouched(own, weights, engineers, models, reference_weights)
    S = adapted(learned, scatter, freedom, TONE_BANDS_HZ, told=_is_known(engineers))
    return _Figures(tracks=own, weights=weights, references=models, reference_weights=reference_weights, S=S)


def _by_content(songs: Sequence[Measured], statistics: SongStatistics) -> tuple[Floats, Floats, Floats]:
    """Tone, and tone expected of what plays, `(songs, 28)`, and how much each song tells.

    A song of which too little is known is taken as it is; so it tells less.
    """
    tone = np.array([song.spectrum.tone_db() for song in songs]).reshape(-1, len(TONE_BANDS_HZ))
    expected, weights = np.zeros_like(tone), np.ones(len(songs))
    unexplained = float(np.trace(statistics.tone_residual_db2) / np.trace(statistics.tone_db2))
    for i, song in enumerate(songs):
        if song.content.figures:
            expected[i] = statistics.content.expected_tone_db(song.content.table()[None])[0]
        else:
            weights[i] = unexplained
    return tone, expected, weights


def _borne_out(sets: Sequence[tuple[Floats, Floats]], variance_db2: float) -> float:
    """How far songs differ as they are expected to: 1 beforehand, less where the songs at hand say otherwise.

    The slope of tone over what is expected, each about its mean over the album, or over the references, shrunk
    towards 1: sounds that nobody learned from (synthesizers, speech) may keep no such rule. What engineers did has
    nothing to do with what is expected, so it does not bend the slope.
    """
    precision, product = _SLOPE_TRUST, _SLOPE_TRUST
    for tone, expected in sets:
        if len(tone) > 1:
            about = expected - expected.mean(axis=0)
            precision += _SLOPE_FIGURES * float((about**2).sum()) / variance_db2
            product += _SLOPE_FIGURES * float((about * (tone - tone.mean(axis=0))).sum()) / variance_db2
    return float(np.clip(product / precision, 0.0, 1.0))


def _oddness(figures: Floats, weights: Floats, S: Floats) -> Floats:
    """How much each track counts: less than 1 where it stands further from the album's median than songs do.

    An interlude or a spoken piece is no witness of what its engineer does to songs, nor of what the record sounds
    like. Its weight falls with the fourth power of how far beyond `_ODD` times the expected squared distance it stands.
    """
    if len(figures) < _FEWEST_FOR_ODD:
        return np.ones(len(figures))
    about = figures - np.median(figures, axis=0)
    distance = (about * np.linalg.solve(S, about.T).T).sum(axis=1) / figures.shape[1]
    return np.asarray(np.minimum(1.0, (_ODD / np.maximum(distance * weights, 1e-12)) ** 4))


def _level_oddness(levels: Floats, variance: float) -> Floats:
    """How much each track's level counts, as `_oddness`: a whispered interlude makes no engineer of all the others.

    Engineers 6 LU apart are told as well with it as without; a song 20 LU down is lifted by 0.5 dB, not by 10.
    """
    if len(levels) < _FEWEST_FOR_ODD:
        return np.ones(len(levels))
    distance = (levels - np.median(levels)) ** 2 / (variance + _ODD_ENGINEER_LU**2)
    return np.asarray(np.minimum(1.0, _ODD_LEVEL / np.maximum(distance, 1e-12)))


def _untouched(
    tracks: Floats,
    weights: Floats,
    engineers: Sequence[str | None],
    references: Floats,
    reference_weights: Floats,
) -> tuple[Floats, int]:
    """Scatter that no engineer is in: within the songs of each given one, and among references."""
    scatter, freedom = scatter_about_mean(references, reference_weights)
    names = np.array(engineers, dtype=object)
    for name in dict.fromkeys(who for who in engineers if who is not None):  # in one order: sums are the same bits
        own, more = scatter_about_mean(tracks[names == name], weights[names == name])
        scatter, freedom = scatter + own, freedom + more
    return scatter, freedom


def _is_known(engineers: Sequence[str | None]) -> bool:
    """Whether it is told who mixed what, and somebody mixed two songs."""
    given = [who for who in engineers if who is not None]
    return len(given) == len(engineers) and len(set(given)) < len(given)


def _tone_model(figures: _Figures, doubt: float, statistics: SongStatistics) -> Model:
    usual = np.array(statistics.tone_usual_db) @ _BASIS
    return Model(
        Observed(
            tracks=figures.tracks @ _BASIS,
            weights=figures.weights,
            references=figures.references @ _BASIS,
            reference_weights=figures.reference_weights,
            S=_BASIS.T @ figures.S @ _BASIS * doubt,
            K=_BASIS.T @ eq_kernel() @ _BASIS,
            sizes=TONE_SIZES_DB,
            # Without a reference the album is its own measure: nobody asked for what is usual.
            usual=(usual, USUAL_SIZE_DB) if len(figures.references) else None,
        )
    )


def _widths(
    tracks: Sequence[TrackAnalysis],
    engineers: Sequence[str | None],
    references: Sequence[ReferenceSong],
    statistics: SongStatistics,
) -> _Figures:
    """Width in regions; mono songs say nothing of anybody's."""
    own = np.array([track.spectrum.regional_width_db() for track in tracks])
    regions = own.shape[1]
    models = np.array([song.spectrum.regional_width_db() for song in references]).reshape(-1, regions)
    weights = np.asarray((own > NARROWEST_DB).any(axis=1), dtype=np.float64)
    counted = np.array([song.weight for song in references], dtype=np.float64)
    reference_weights = np.where((models > NARROWEST_DB).any(axis=1), counted, 0.0)
    S = adapted(np.array(statistics.width_regions_db2), *_untouched(own, weights, engineers, models, reference_weights))
    return _Figures(tracks=own, weights=weights, references=models, reference_weights=reference_weights, S=S)


def _width_model(figures: _Figures) -> Model:
    regions = figures.tracks.shape[1]
    return Model(
        Observed(
            tracks=figures.tracks,
            weights=figures.weights,
            references=figures.references,
            reference_weights=figures.reference_weights,
            S=figures.S * WIDTH_DOUBT,
            K=np.ones((regions, regions)) + _UNEVEN_WIDTH * np.eye(regions),
            sizes=WIDTH_SIZES_DB,
        )
    )


def _level_model(
    loud: Sequence[float], engineers: Sequence[str | None], tells: Sequence[bool], statistics: SongStatistics
) -> Model:
    levels = np.array(loud)[:, None]
    weights = np.array(tells, dtype=np.float64) * _level_oddness(levels[:, 0], statistics.level_lu2)
    none = np.zeros((0, 1))
    S = adapted(np.array([[statistics.level_lu2]]), *_untouched(levels, weights, engineers, none, np.zeros(0)))
    return Model(
        Observed(
            tracks=levels,
            weights=weights,
            references=none,
            reference_weights=np.zeros(0),
            S=S * (DOUBT if _is_known(engineers) else DOUBT_ALONE),
            K=np.ones((1, 1)),
            sizes=LEVEL_SIZES_LU,
            nobody=LEVELS_MEANT,
        )
    )
