"""What holds of any album on any service."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastering.playback import AlbumBy, Per, PlaybackMode, simulate
from mastering.replay_gain import Heard

levels = st.floats(-40, -4)
heard = st.builds(Heard, loudness_lufs=levels, true_peak_dbtp=st.floats(-20, 3))
modes = st.builds(
    PlaybackMode,
    service=st.just("A place"),
    name=st.just("normal"),
    target_lufs=st.floats(-24, -8),
    per=st.sampled_from(Per),
    album_by=st.sampled_from(AlbumBy),
    raises=st.booleans(),
    headroom_dbtp=st.none() | st.floats(-6, 0),
    limiter_dbfs=st.none() | st.floats(-6, 0),
)


@given(mode=modes, programme=heard, tracks=st.lists(heard, min_size=1, max_size=6))
def test_gains_stay_within_what_the_mode_allows(mode: PlaybackMode, programme: Heard, tracks: list[Heard]) -> None:
    for track, played in zip(tracks, simulate(mode, programme, tracks), strict=True):
        for play in (played.album, played.playlist):
            assert play.held_back_db >= 0
            assert play.limited_db >= 0
            assert mode.raises or play.gain_db <= 0
            if mode.headroom_dbtp is not None and play.gain_db > 0:
                assert track.true_peak_dbtp + play.gain_db <= mode.headroom_dbtp + 1e-9
            if mode.limiter_dbfs is not None:
                assert play.true_peak_dbtp <= mode.limiter_dbfs + 1e-9
            assert play.true_peak_dbtp + play.limited_db == pytest.approx(track.true_peak_dbtp + play.gain_db)


@given(mode=modes, programme=heard, tracks=st.lists(heard, min_size=2, max_size=6))
def test_where_one_gain_serves_an_album_its_relations_stay(
    mode: PlaybackMode, programme: Heard, tracks: list[Heard]
) -> None:
    played = simulate(mode, programme, tracks)
    if mode.per is not Per.TRACK:
        assert len({play.album.gain_db for play in played}) == 1
    if mode.per is Per.ALBUM:
        assert all(play.album == play.playlist for play in played)
    if mode.per is not Per.ALBUM:
        for track, play in zip(tracks, played, strict=True):
            missing_db = (
                mode.target_lufs - (track.loudness_lufs or 0) - play.playlist.gain_db - play.playlist.held_back_db
            )
            assert missing_db == pytest.approx(0, abs=1e-9) or (missing_db > 0 and not mode.raises)
