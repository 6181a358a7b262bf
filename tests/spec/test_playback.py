"""What a listener hears, against figures worked out by hand."""

from __future__ import annotations

import math

import pytest

from mastering.playback import AlbumBy, Per, Play, PlaybackMode, simulate
from mastering.replay_gain import Heard

NORMAL = PlaybackMode(service="A place", name="normal", target_lufs=-14.0, per=Per.BOTH, headroom_dbtp=-1.0)
LOUD = PlaybackMode(service="A place", name="loud", target_lufs=-11.0, per=Per.BOTH, limiter_dbfs=-1.0)


def heard(loudness_lufs: float | None, peak_dbtp: float) -> Heard:
    return Heard(loudness_lufs=loudness_lufs, true_peak_dbtp=peak_dbtp)


def figures(play: Play) -> tuple[float | None, ...]:
    parts = play.gain_db, play.loudness_lufs, play.true_peak_dbtp, play.held_back_db, play.limited_db
    return tuple(None if part is None else round(part, 9) for part in parts)


def test_the_services_own_example() -> None:
    """Spotify: a track of -20 LUFS that peaks at -5 dB is only lifted to -16 LUFS."""
    (track,) = simulate(NORMAL, heard(-20, -5), [heard(-20, -5)])
    assert figures(track.album) == figures(track.playlist) == (4, -16, -1, 2, 0)


def test_an_album_keeps_its_relations_and_a_playlist_does_not() -> None:
    loud, soft = simulate(NORMAL, heard(-10.0, -0.5), [heard(-9.0, -0.5), heard(-15.0, -3.0)])
    assert figures(loud.album) == (-4, -13, -4.5, 0, 0)
    assert figures(soft.album) == (-4, -19, -7, 0, 0)
    assert figures(loud.playlist) == (-5, -14, -5.5, 0, 0)
    assert figures(soft.playlist) == (1, -14, -2, 0, 0)


def test_the_highest_peak_of_the_album_holds_back_all_of_it() -> None:
    loud, soft = simulate(NORMAL, heard(-18.0, -2.0), [heard(-17.0, -2.0), heard(-20.0, -9.0)])
    assert figures(loud.album) == (1, -16, -1, 3, 0)
    assert figures(soft.album) == (1, -19, -8, 3, 0)
    assert figures(soft.playlist) == (6, -14, -3, 0, 0)


def test_a_limiter_acts_where_headroom_is_not_looked_at() -> None:
    (track,) = simulate(LOUD, heard(-16, -2), [heard(-16, -2)])
    assert figures(track.album) == (5, -11, -1, 0, 4)
    (track,) = simulate(LOUD, heard(-8, -0.1), [heard(-8, -0.1)])
    assert figures(track.album) == (-3, -11, -3.1, 0, 0)


@pytest.mark.parametrize("peak_dbtp", [-1.0, -0.2])
def test_no_headroom_is_no_raise_and_never_a_cut(peak_dbtp: float) -> None:
    (track,) = simulate(NORMAL, heard(-16, peak_dbtp), [heard(-16, peak_dbtp)])
    assert figures(track.playlist) == (0, -16, peak_dbtp, 2, 0)


def test_a_service_that_only_turns_down() -> None:
    mode = PlaybackMode(service="A place", name="normal", target_lufs=-14.0, per=Per.TRACK, raises=False)
    loud, soft = simulate(mode, heard(-12, -1), [heard(-11, -1), heard(-18, -6)])
    assert figures(loud.album) == figures(loud.playlist) == (-3, -14, -4, 0, 0)
    assert figures(soft.album) == figures(soft.playlist) == (0, -18, -6, 0, 0)


def test_a_service_that_goes_by_the_loudest_track_wherever_it_is_played() -> None:
    mode = PlaybackMode(
        service="A place", name="normal", target_lufs=-14.0, per=Per.ALBUM, album_by=AlbumBy.LOUDEST_TRACK, raises=False
    )
    loud, soft = simulate(mode, heard(-12, -1), [heard(-10, -1), heard(-16, -2)])
    assert figures(loud.album) == figures(loud.playlist) == (-4, -14, -5, 0, 0)
    assert figures(soft.album) == figures(soft.playlist) == (-4, -20, -6, 0, 0)


@pytest.mark.parametrize("loudness", [None, -math.inf])
def test_what_has_no_loudness_is_left_alone_in_a_playlist(loudness: float | None) -> None:
    quiet, _ = simulate(NORMAL, heard(-10, -1), [heard(loudness, -math.inf), heard(-10, -1)])
    assert (quiet.playlist.gain_db, quiet.playlist.loudness_lufs) == (0, loudness)
    assert (quiet.album.gain_db, quiet.album.true_peak_dbtp) == (-4, -math.inf)
