"""What each aspect of a track is corrected by: tone, width and level, all by the same separation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.profile import Measured, ReferenceSong
from analysis.spectrum import TONE_BANDS_HZ
from analysis.track import TrackAnalysis
from assistant.separation import Separation, group, separate
from assistant.statistics import SongStatistics, adapted

KERNEL_OCTAVES = 1.4
"""How smooth engineers' EQ is over frequency. Tried on six records: 0.8 leaves 0.90 of the error, 1.2 to 1.8 0.88."""

TONE_SIZES_DB = (0.0, 1.0, 2.0, 3.0, 4.5, 6.5)
WIDTH_SIZES_DB = (0.0, 0.5, 1.0, 2.0, 3.0)
LEVEL_SIZES_LU = (0.0, 1.0, 2.0, 3.0, 4.5)
"""Sizes of what engineers do, weighed against each other on each album."""

_NARROWEST_DB = -30.0  # a band with less side than this is mono to the ear
_QUIET_BASS = 6  # width below about 125 Hz is nobody's choice of width: it is left out


@dataclass(frozen=True, kw_only=True, slots=True)
class Aspects:
    """The separation of what a chain corrects; `effects` of tone are `(tracks, 28)`, of width `(tracks, 1)`."""

    tone: Separation
    width: Separation


def separate_aspects(
    tracks: Sequence[TrackAnalysis],
    engineers: Sequence[str | None],
    references: Sequence[ReferenceSong],
    statistics: SongStatistics,
) -> Aspects:
    """Separate engineers from songs in tone and width."""
    return Aspects(
        tone=_tone(tracks, engineers, references, statistics),
        width=_width(tracks, engineers, references, statistics),
    )


def separate_level(loud: Sequence[float], engineers: Sequence[str | None], statistics: SongStatistics) -> Separation:
    """Separate engineers from songs in how loud the loud sections stand, LUFS, after EQ and width.

    References are left out: levels of another record say nothing of the relations within this one.
    """
    return _scalar(loud, engineers, [], statistics.level_lu2, LEVEL_SIZES_LU)


def broad_width_db(track: Measured) -> float:
    """Width of a track in one figure: side against mid, dB, mean over the bands from 125 Hz up that hold anything."""
    width = np.maximum(track.spectrum.width_db(), _NARROWEST_DB)[_QUIET_BASS:]
    heard = track.spectrum.heard()[_QUIET_BASS:]
    return float(width[heard].mean()) if heard.any() else _NARROWEST_DB


def loud_lufs(track: Measured) -> float:
    """Loudness of a track's loud sections, LUFS; -70 for one too quiet to tell."""
    return -70.0 if track.dynamics.loud_lufs is None else track.dynamics.loud_lufs


def _tone(
    tracks: Sequence[TrackAnalysis],
    engineers: Sequence[str | None],
    references: Sequence[ReferenceSong],
    statistics: SongStatistics,
) -> Separation:
    bands = len(TONE_BANDS_HZ)
    tones = np.array([track.spectrum.tone_db() for track in tracks])
    models = np.array([track.spectrum.tone_db() for track in references]).reshape(-1, bands)
    S = adapted(np.array(statistics.tone_db2), group(tones, engineers), models, TONE_BANDS_HZ)
    octaves = np.log2(TONE_BANDS_HZ)
    kernel = np.exp(-0.5 * ((octaves[:, None] - octaves) / KERNEL_OCTAVES) ** 2)
    # Level is taken out of every spectrum, so one direction holds nothing: the model works in the other 27.
    basis = np.linalg.svd(np.eye(bands) - 1.0 / bands)[0][:, : bands - 1]
    inside = group(tones @ basis, engineers)
    found = separate(inside, models @ basis, basis.T @ S @ basis, basis.T @ kernel @ basis, TONE_SIZES_DB)
    return Separation(
        effects=found.effects @ basis.T,
        deviations=np.sqrt(found.deviations**2 @ (basis**2).T),
        engineer_size=found.engineer_size,
        evidence=found.evidence,
    )


def _width(
    tracks: Sequence[TrackAnalysis],
    engineers: Sequence[str | None],
    references: Sequence[ReferenceSong],
    statistics: SongStatistics,
) -> Separation:
    """Mono songs say nothing of anybody's width: they are left out, and no effect is found in them."""
    stereo = [i for i, track in enumerate(tracks) if broad_width_db(track) > _NARROWEST_DB]
    effects, deviations = np.zeros((len(tracks), 1)), np.zeros((len(tracks), 1))
    if not stereo:
        return Separation(effects=effects, deviations=deviations, engineer_size=0.0, evidence=0.0)
    models = [width for width in map(broad_width_db, references) if width > _NARROWEST_DB]
    found = _scalar(
        [broad_width_db(tracks[i]) for i in stereo],
        [engineers[i] for i in stereo],
        models,
        statistics.width_db2,
        WIDTH_SIZES_DB,
    )
    effects[stereo], deviations[stereo] = found.effects, found.deviations
    return Separation(
        effects=effects, deviations=deviations, engineer_size=found.engineer_size, evidence=found.evidence
    )


def _scalar(
    tracks: Sequence[float],
    engineers: Sequence[str | None],
    references: Sequence[float],
    variance: float,
    sizes: Sequence[float],
) -> Separation:
    groups = group(np.array(tracks)[:, None], engineers)
    models = np.array(references, dtype=np.float64).reshape(-1, 1)
    return separate(groups, models, adapted(np.array([[variance]]), groups, models), np.ones((1, 1)), sizes)
