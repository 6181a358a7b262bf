"""Albums divided into sides or discs: whatever the album, programmes take each track once, laid end to end."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mastering.delivery_specs import GapPlace
from mastering.specs import AlbumSpec
from mastering.timeline import lay_out
from tests.albums import album, track

RATE_HZ = 8_000


@st.composite
def divided_albums(draw: st.DrawFn) -> tuple[AlbumSpec, tuple[int, ...]]:
    """An album of songs of all kinds of joins, and some breaks."""
    count = draw(st.integers(2, 8))
    songs = []
    for number in range(count):
        seconds = draw(st.floats(0.5, 6.0))
        runs_on = draw(st.booleans())
        songs.append(
            replace(
                track(np.zeros((round(seconds * RATE_HZ), 2)), RATE_HZ, title=str(number)),
                felt_end_s=draw(st.floats(0.1, seconds)),
                gap_s=draw(st.floats(0.0, 3.0)),
                runs_on=runs_on,
                crossfade_s=0.0 if runs_on else draw(st.sampled_from([0.0, 0.0, 0.3])),
            )
        )
    breaks = draw(st.sets(st.integers(1, count - 1)))
    return album(*songs, rate_hz=RATE_HZ), tuple(sorted(breaks))


@given(divided_albums(), st.sampled_from([1, 588]), st.sampled_from(GapPlace), st.sampled_from([0.0, 1.0]))
def test_programmes_are_a_partition_of_tracks_and_of_frames(
    made: tuple[AlbumSpec, tuple[int, ...]], sector: int, gap: GapPlace, lead_s: float
) -> None:
    wanted, breaks = made
    timeline = lay_out(wanted, RATE_HZ, sector, gap, breaks, lead_s)
    assert tuple(programme.tracks[0] for programme in timeline.programmes) == (0, *breaks)
    assert [i for programme in timeline.programmes for i in programme.tracks] == list(range(len(wanted.tracks)))
    assert timeline.programmes[0].start == 0
    assert timeline.programmes[-1].end == timeline.frames
    assert all(one.end == other.start for one, other in pairwise(timeline.programmes))
    for programme in timeline.programmes:
        assert programme.start % sector == programme.end % sector == 0
        placed = [timeline.placements[number] for number in programme.tracks]
        assert placed[0].mark == programme.start
        assert placed[-1].mark_end == programme.end
        assert all(one.mark_end == other.mark for one, other in pairwise(placed))
        assert all(programme.start <= one.start and one.end <= programme.end for one in placed), "nothing runs over"
        assert placed[0].start == programme.start + round(lead_s * RATE_HZ)
        assert not placed[0].fade_in_crosses
        assert not placed[-1].fade_out_crosses
    assert not any(number in unit.tracks[1:] for unit in timeline.units for number in breaks)


@given(divided_albums(), st.sampled_from([1, 588]))
def test_a_programme_is_laid_out_as_if_it_were_an_album(made: tuple[AlbumSpec, tuple[int, ...]], sector: int) -> None:
    wanted, breaks = made
    timeline = lay_out(wanted, RATE_HZ, sector, breaks=breaks)
    for programme in timeline.programmes[:1]:
        alone = lay_out(replace(wanted, tracks=wanted.tracks[: len(programme.tracks)]), RATE_HZ, sector)
        starts = [timeline.placements[number].start for number in programme.tracks]
        assert starts == [placed.start for placed in alone.placements]
        assert programme.end == alone.frames
