"""Where songs and cuts lie, to the frame: gaps from the felt end, overlaps, sectors, stretches between silences."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mastering.resample import resampled_frames
from mastering.specs import TrackSpec
from mastering.timeline import Timeline, lay_out, used_frames
from tests.albums import album, track

RATE_HZ = 44_100
SECTOR_FRAMES = 588


def song(seconds: float, rate_hz: int = RATE_HZ, **changes: Any) -> TrackSpec:
    return track(np.zeros((round(seconds * rate_hz), 2)), rate_hz, **changes)


def test_the_first_song_begins_at_once() -> None:
    timeline = lay_out(album(song(3.0, first_sound_s=1.0)), RATE_HZ)
    assert (timeline.placements[0].start, timeline.placements[0].mark, timeline.frames) == (0, 0, 3 * RATE_HZ)


@pytest.mark.parametrize("gap_s", [0.0, 0.123_45, 1.0, 6.0])
@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000])
def test_the_gap_counts_from_the_felt_end_to_the_next_first_sound(gap_s: float, rate_hz: int) -> None:
    one = song(8.0, start_s=0.5, end_s=7.9, first_sound_s=0.65, felt_end_s=6.25, gap_s=gap_s)
    two = song(5.0, start_s=0.25, first_sound_s=0.4)
    first, second = lay_out(album(one, two), rate_hz).placements
    felt_end = first.start + (6.25 - 0.5) * rate_hz
    first_sound = second.start + (0.4 - 0.25) * rate_hz
    assert first_sound - felt_end == pytest.approx(gap_s * rate_hz, abs=0.5 + 1e-6)  # frames


def test_the_gap_is_exact_where_frames_are_whole() -> None:
    one = song(8.0, 48_000, felt_end_s=6.0, gap_s=1.5)
    two = song(5.0, 48_000, start_s=0.5, first_sound_s=0.75)
    timeline = lay_out(album(one, two), 48_000)
    assert timeline.placements[1].start == (6.0 + 1.5 - 0.25) * 48_000
    assert timeline.frames == timeline.placements[1].start + 4.5 * 48_000


def test_a_decay_longer_than_the_gap_runs_on_under_the_next_song() -> None:
    one = song(8.0, felt_end_s=5.0, gap_s=1.0)
    timeline = lay_out(album(one, song(5.0)), RATE_HZ)
    first, second = timeline.placements
    assert second.start == 6 * RATE_HZ
    assert first.end == 8 * RATE_HZ, "not cut"
    assert first.mark_end == second.mark == second.start
    assert [unit.tracks for unit in timeline.units] == [(0, 1)]


def test_a_crossfade_overlaps_by_its_length_and_not_by_the_gap() -> None:
    one = song(8.0, felt_end_s=4.0, gap_s=5.0, crossfade_s=2.0, fade_out_s=0.5)
    two = song(5.0, fade_in_s=0.1, fade_out_s=0.7)
    first, second = lay_out(album(one, two), RATE_HZ).placements
    assert second.start == first.end - 2 * RATE_HZ
    assert (first.fade_out, first.fade_out_crosses) == (2 * RATE_HZ, True)
    assert (second.fade_in, second.fade_in_crosses) == (2 * RATE_HZ, True)
    assert (second.fade_out, second.fade_out_crosses) == (round(0.7 * RATE_HZ), False)


def test_the_last_song_has_nothing_to_cross_with() -> None:
    (only,) = lay_out(album(song(4.0, crossfade_s=2.0, fade_out_s=0.5)), RATE_HZ).placements
    assert (only.fade_out, only.fade_out_crosses) == (RATE_HZ // 2, False)


def test_fades_never_reach_past_the_song() -> None:
    timeline = lay_out(album(song(1.0, fade_in_s=5.0, fade_out_s=7.0)), RATE_HZ)
    assert (timeline.placements[0].fade_in, timeline.placements[0].fade_out) == (RATE_HZ, RATE_HZ)


def test_cuts_fall_on_sectors_at_or_before_the_sound_which_stays_where_it_is() -> None:
    songs = [song(3.0), song(2.9, gap_s=0.777), song(4.3, gap_s=0.0), song(2.0)]
    plain, cut = lay_out(album(*songs), RATE_HZ), lay_out(album(*songs), RATE_HZ, SECTOR_FRAMES)
    assert [placed.start for placed in cut.placements] == [placed.start for placed in plain.placements]
    for placed in cut.placements:
        assert placed.mark % SECTOR_FRAMES == 0
        assert 0 <= placed.start - placed.mark < SECTOR_FRAMES
    assert any(placed.start != placed.mark for placed in cut.placements)
    assert cut.frames % SECTOR_FRAMES == 0
    assert 0 <= cut.frames - plain.frames < SECTOR_FRAMES
    assert cut.placements[-1].mark_end == cut.frames


def test_units_are_cut_where_there_is_silence() -> None:
    songs = [song(3.0, gap_s=1.0), song(3.0, gap_s=0.0), song(3.0, felt_end_s=2.0, gap_s=0.5), song(3.0)]
    timeline = lay_out(album(*songs), RATE_HZ)
    assert [unit.tracks for unit in timeline.units] == [(0,), (1, 2, 3)]
    first, second = timeline.units
    assert (first.start, first.end) == (0, 3 * RATE_HZ)
    assert (second.start, second.end) == (4 * RATE_HZ, timeline.frames)


def test_a_long_decay_under_short_songs_holds_them_together() -> None:
    songs = [song(20.0, felt_end_s=2.0, gap_s=1.0), song(2.0, gap_s=1.0), song(2.0, gap_s=0.5), song(2.0)]
    timeline = lay_out(album(*songs), RATE_HZ)
    assert [unit.tracks for unit in timeline.units] == [(0, 1, 2, 3)]
    assert timeline.frames == 20 * RATE_HZ
    assert timeline.placements[-1].mark_end == 20 * RATE_HZ, "the last file holds the end of the decay"


def test_a_song_never_begins_before_the_one_before_it() -> None:
    one = song(5.0, felt_end_s=0.1, gap_s=0.0)
    first, second = lay_out(album(one, song(9.0, first_sound_s=8.0)), RATE_HZ).placements
    assert second.start == first.start + 1


def test_what_is_used_of_a_mix_stays_within_it() -> None:
    assert used_frames(song(2.0, start_s=0.5, end_s=1.5)) == (RATE_HZ // 2, 3 * RATE_HZ // 2)
    assert used_frames(song(2.0, start_s=0.0, end_s=99.0)) == (0, 2 * RATE_HZ)
    assert used_frames(song(2.0, start_s=50.0, end_s=99.0)) == (2 * RATE_HZ, 2 * RATE_HZ)


@pytest.mark.parametrize(("from_hz", "to_hz"), [(48_000, 44_100), (44_100, 96_000), (96_000, 44_100), (8_000, 48_000)])
def test_other_rates_get_their_length(from_hz: int, to_hz: int) -> None:
    timeline = lay_out(album(song(1.2345, from_hz)), to_hz)
    assert timeline.frames == resampled_frames(round(1.2345 * from_hz), from_hz, to_hz)
    assert timeline.frames == pytest.approx(1.2345 * to_hz, abs=0.5 + 0.5 * to_hz / from_hz)


seconds = st.floats(0.05, 4.0)
any_song = st.builds(
    lambda length_s, felt, first, gap_s, cross_s, rate_hz: song(
        length_s, rate_hz, felt_end_s=felt * length_s, first_sound_s=first * length_s, gap_s=gap_s, crossfade_s=cross_s
    ),
    seconds,
    st.floats(0.0, 1.0),
    st.floats(0.0, 1.0),
    st.floats(0.0, 6.0),
    st.sampled_from([0.0, 0.0, 0.5, 3.0]),
    st.sampled_from([44_100, 48_000]),
)


def assert_whole(timeline: Timeline) -> None:
    placements = timeline.placements
    assert placements[0].mark == 0
    assert [placed.mark_end for placed in placements] == [placed.mark for placed in placements[1:]] + [timeline.frames]
    assert all(placed.mark <= placed.start and placed.mark <= placed.mark_end for placed in placements)
    assert [number for unit in timeline.units for number in unit.tracks] == list(range(len(placements)))
    for unit in timeline.units:
        inside = [placements[number] for number in unit.tracks]
        assert unit.start == inside[0].start
        assert unit.end == max(placed.end for placed in inside)
    for before, after in pairwise(timeline.units):
        assert before.end < after.start, "silence lies between them"


@settings(max_examples=80, deadline=None, derandomize=True)
@given(songs=st.lists(any_song, min_size=1, max_size=6), sector_frames=st.sampled_from([1, SECTOR_FRAMES]))
def test_files_tile_the_album_and_units_cover_their_songs(songs: list[TrackSpec], sector_frames: int) -> None:
    assert_whole(lay_out(album(*songs), RATE_HZ, sector_frames))
