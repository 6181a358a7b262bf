"""What is known of songs of a record to match: the figures that planning needs, small enough to share without audio."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from analysis.content import Content
from analysis.dynamics import Dynamics
from analysis.loudness import Loudness
from analysis.spectrum import TONE_BANDS_HZ, Spectrum
from analysis.track import TrackAnalysis
from analysis.units import Floats


class Measured(Protocol):
    """A song that was measured: a `TrackAnalysis`, or a `ReferenceSong` of a profile."""

    @property
    def name(self) -> str:
        """The file's name."""
        ...

    @property
    def spectrum(self) -> Spectrum:
        """Spectrum of mid and side."""
        ...

    @property
    def content(self) -> Content:
        """What plays."""
        ...

    @property
    def loudness(self) -> Loudness:
        """Loudness of the whole."""
        ...

    @property
    def dynamics(self) -> Dynamics:
        """Peaks against loudness, and how loudness moves."""
        ...

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferenceSong:
    """Figures of one song of a record to match. None, or an empty tuple, means that nothing is known.

    Attributes:
        name: the file's name, without its folder.
        spectrum, loudness, dynamics, content: the meters' figures.
        duration_s: length in seconds.
        weight: how many songs it counts as, over 0: in the model r_j = mu + s_j its s_j has the covariance S / weight,
            so that the references' mean is weighted by it, their scatter is sum w (r - mean)(r - mean)^T, which has
            as many degrees of freedom as there are songs less one, and together they tell mu as sum w songs do.
        tone_spread_db, width_spread_db: for figures that stand for many songs (a published average): standard
            deviation among those, dB in the 28 tone bands. Empty for a song.
    """

    name: str
    spectrum: Spectrum
    loudness: Loudness
    dynamics: Dynamics
    content: Content
    duration_s: float
    weight: float = 1.0
    tone_spread_db: tuple[float, ...] = ()
    width_spread_db: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferenceProfile:
    """Songs of a record to match, under one name.

    Attributes:
        name: what the library calls it.
        songs: at least one.
        source: where the figures come from, in words; empty where nobody said.
    """

    name: str
    songs: tuple[ReferenceSong, ...]
    source: str = ""

    def weights(self) -> Floats:
        """Weight of each song, `(songs,)`."""
        return np.array([song.weight for song in self.songs])

    def tone_mean_db(self) -> Floats:
        """Weighted mean of the songs' tone, `(28,)`."""
        return np.asarray(self.weights() @ self._tones() / self.weights().sum())

    def tone_covariance_db2(self) -> Floats:
        """How songs differ in tone, `(28, 28)`: their weighted covariance, and on its diagonal their own spreads.

        All zero for one song, which tells nothing of it.
        """
        spreads = [song.tone_spread_db or (0.0,) * len(TONE_BANDS_HZ) for song in self.songs]
        own = self.weights() @ np.array(spreads) ** 2 / self.weights().sum()
        covariance = np.diag(own)
        if len(self.songs) > 1:
            among = self._tones() - self.tone_mean_db()
            covariance += (among * self.weights()[:, None]).T @ among / (len(self.songs) - 1)
        return np.asarray(covariance)

    def weighted(self, weight: float) -> ReferenceProfile:
        """The same profile with every song counting `weight` times what it counted."""
        songs = [dataclasses.replace(song, weight=song.weight * weight) for song in self.songs]
        return dataclasses.replace(self, songs=tuple(songs))

    def _tones(self) -> Floats:
        return np.array([song.spectrum.tone_db() for song in self.songs])


def reference_song(track: TrackAnalysis, weight: float = 1.0) -> ReferenceSong:
    """What planning needs of a measured song."""
    return ReferenceSong(
        name=track.name,
        spectrum=track.spectrum,
        loudness=track.loudness,
        dynamics=track.dynamics,
        content=track.content,
        duration_s=track.duration_s,
        weight=weight,
    )
