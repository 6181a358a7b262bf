"""What a listener of a streaming service hears: the gain of its loudness normalisation, and what peaks become of it.

Arithmetic on what was measured of the delivered files; no audio is read here. The service's codec is not part of it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mastering.replay_gain import Heard


class Per(StrEnum):
    """What one gain is applied to."""

    ALBUM = "album"
    TRACK = "track"
    BOTH = "both"


class AlbumBy(StrEnum):
    """What of an album is brought to the target where one gain serves all of it."""

    PROGRAMME = "programme"
    LOUDEST_TRACK = "loudest_track"


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaybackMode:
    """One way in which a service normalises loudness.

    Attributes:
        service: what people call the place.
        name: what that calls the mode, such as normal, loud, quiet.
        target_lufs: loudness that is aimed at.
        per: album: an album's tracks share one gain, wherever they are played; track: each has its own; both: one gain
            where the album is played, their own in a playlist.
        album_by: what of an album meets the target.
        raises: whether soft music is turned up; if not, only loud music is turned down.
        headroom_dbtp: music is turned up no further than until its true peak is here; None turns up regardless.
        limiter_dbfs: a limiter after the gain begins here; None where there is none.
    """

    service: str
    name: str
    target_lufs: float
    per: Per
    album_by: AlbumBy = AlbumBy.PROGRAMME
    raises: bool = True
    headroom_dbtp: float | None = None
    limiter_dbfs: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Play:
    """One track as it is heard.

    Attributes:
        gain_db: what the service applies.
        loudness_lufs: after the gain; a limiter that acts takes a little off it. None where it cannot be told.
        true_peak_dbtp: after gain and limiter; the limiter is taken to hold true peaks, which one that looks at samples
            passes by some tenths.
        held_back_db: how much more would have met the target, had there been headroom.
        limited_db: how far the limiter turns the highest peak down.
    """

    gain_db: float
    loudness_lufs: float | None
    true_peak_dbtp: float
    held_back_db: float = 0.0
    limited_db: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class PlayedTrack:
    """One track where its album is played, and in a playlist among others."""

    album: Play
    playlist: Play


def simulate(mode: PlaybackMode, programme: Heard, tracks: Sequence[Heard]) -> tuple[PlayedTrack, ...]:
    """Every track of an album as a service plays it.

    Args:
        mode: how the service normalises.
        programme: the album as one file.
        tracks: its files; at least one.
    """
    whole = Heard(
        loudness_lufs=_loudest(tracks) if mode.album_by is AlbumBy.LOUDEST_TRACK else programme.loudness_lufs,
        true_peak_dbtp=max(track.true_peak_dbtp for track in tracks),
    )
    shared = _gain(mode, whole)
    played = []
    for track in tracks:
        own = _gain(mode, track)
        played.append(
            PlayedTrack(
                album=_play(mode, track, own if mode.per is Per.TRACK else shared),
                playlist=_play(mode, track, shared if mode.per is Per.ALBUM else own),
            )
        )
    return tuple(played)


def _loudest(tracks: Sequence[Heard]) -> float | None:
    told = [track.loudness_lufs for track in tracks if track.loudness_lufs is not None]
    return max(told, default=None)


def _gain(mode: PlaybackMode, music: Heard) -> tuple[float, float]:
    """Gain of some music, and how much of what it wants is held back for want of headroom, dB."""
    if music.loudness_lufs is None or math.isinf(music.loudness_lufs):
        return 0.0, 0.0
    wanted_db = mode.target_lufs - music.loudness_lufs
    if wanted_db <= 0:
        return wanted_db, 0.0
    if not mode.raises:
        return 0.0, 0.0
    if mode.headroom_dbtp is None:
        return wanted_db, 0.0
    given_db = min(wanted_db, max(0.0, mode.headroom_dbtp - music.true_peak_dbtp))
    return given_db, wanted_db - given_db


def _play(mode: PlaybackMode, track: Heard, gain: tuple[float, float]) -> Play:
    gain_db, held_back_db = gain
    peak_dbtp = track.true_peak_dbtp + gain_db
    limited_db = 0.0 if mode.limiter_dbfs is None else max(0.0, peak_dbtp - mode.limiter_dbfs)
    return Play(
        gain_db=gain_db,
        loudness_lufs=None if track.loudness_lufs is None else track.loudness_lufs + gain_db,
        true_peak_dbtp=peak_dbtp - limited_db,
        held_back_db=held_back_db,
        limited_db=limited_db,
    )
