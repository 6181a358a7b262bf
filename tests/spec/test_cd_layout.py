"""Discs: where pauses and songs lie, what the Red Book does not allow, and the sentence for each of its limits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.errors import SpecificationError
from mastering.cd_layout import Disc, DiscTrack, disc_limits, disc_of, fits_subcode
from mastering.delivery import DeliveredTrack
from mastering.delivery_specs import Container, Encoding, GapPlace, Sheet
from mastering.label_copy import AlbumCopy, TrackCopy
from tests.albums import delivery
from tests.discs import delivered_track, three_songs

SECOND = 75
MINUTE = 60 * SECOND


def _disc(*tracks: DeliveredTrack, gap: GapPlace = GapPlace.AFTER_SONG, copies: tuple[TrackCopy, ...] = ()) -> Disc:
    songs = [(track, copies[number] if copies else TrackCopy()) for number, track in enumerate(tracks)]
    frames = tracks[-1].start_frame + tracks[-1].frames
    return disc_of("Record", AlbumCopy(artist="Ann", upc="036000291452"), songs, frames, gap)


def _places(disc: Disc) -> list[tuple[tuple[int, int], ...]]:
    return [track.indices for track in disc.tracks]


def test_the_first_song_begins_after_two_seconds_and_pauses_lie_in_the_file_before() -> None:
    disc = _disc(delivered_track(0, 1000, gap_frames=588 * 100), delivered_track(1000, 800), delivered_track(1800, 500))
    assert _places(disc) == [((0, 0), (1, 150)), ((0, 1050), (1, 1150)), ((1, 1950),)]
    assert disc.lead_out == 2450
    assert [disc.song_sectors(number) for number in range(3)] == [900, 800, 500]


def test_a_pause_begins_with_the_first_whole_sector_of_silence() -> None:
    disc = _disc(
        delivered_track(0, 1000, gap_frames=588 * 100 + 1),
        delivered_track(1000, 800, gap_frames=587),
        delivered_track(1800, 500),
    )
    assert [track.pause for track in disc.tracks] == [0, 1050, None]
    assert _disc(delivered_track(0, 1000, gap_frames=588 * 100 - 1), delivered_track(1000, 800)).tracks[1].pause == 1051


def test_gaps_before_songs_are_pauses_too() -> None:
    tracks = (
        delivered_track(0, 1000, index={0: 0, 1: 588 * 20}),
        delivered_track(1000, 800, index={0: 588_000, 1: 588 * 1060}),
    )
    disc = _disc(*tracks, gap=GapPlace.BEFORE_SONG)
    assert _places(disc) == [((0, 0), (1, 170)), ((0, 1150), (1, 1210))]
    # Silence at the end of a file is the song's own there.
    assert (
        _disc(delivered_track(0, 900, gap_frames=5880), delivered_track(900, 500), gap=GapPlace.BEFORE_SONG)
        .tracks[1]
        .pause
        is None
    )


def test_a_pause_that_would_leave_a_song_under_four_seconds_is_part_of_it() -> None:
    for sounding, pause in ((4 * SECOND, 150 + 4 * SECOND), (4 * SECOND - 1, None)):
        disc = _disc(delivered_track(0, 500, gap_frames=588 * (500 - sounding)), delivered_track(500, 800))
        assert disc.tracks[1].pause == pause
        assert disc_limits(disc) == ()


def test_names_and_codes_come_from_the_label_copy() -> None:
    copies = (TrackCopy(writers="Bo\nCy", isrc="GBAYA0500001"), TrackCopy(artist="Di", writers="Bo Cy"))
    disc = _disc(delivered_track(0, 1000), delivered_track(1000, 800, title=" Noon\t\x00"), copies=copies)
    assert (disc.title, disc.performer, disc.songwriter, disc.ean) == ("Record", "Ann", "Bo Cy", "0036000291452")
    assert [(track.title, track.performer) for track in disc.tracks] == [("Song", "Ann"), ("Noon", "Di")]
    assert [(track.songwriter, track.isrc) for track in disc.tracks] == [("Bo Cy", "GBAYA0500001"), ("Bo Cy", "")]
    other = _disc(delivered_track(0, 1000), delivered_track(1000, 800), copies=(copies[0], TrackCopy(writers="Di")))
    assert other.songwriter == ""


def test_an_index_within_a_sector_is_refused() -> None:
    with pytest.raises(SpecificationError, match=r"'Song' has an index at frame 588001, 1 frames into a sector: .*588"):
        _disc(delivered_track(0, 1000), delivered_track(1000, 800, index={1: 588_001}))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ean": "0036000291453"}, "The disc's catalogue number '0036000291453' has the check digit 3, which would be"),
        ({"ean": "036000291452"}, "The disc's catalogue number '036000291452' must have 13 digits: put a 0 before"),
        ({"ean": "x"}, "The disc's catalogue number 'x' must be digits alone"),
        ({"lead_out": 1650}, "A disc with indices at [0, 150, 750, 825, 1650], ending at 1650: they must rise."),
        ({"tracks": ()}, "A disc with indices at [], ending at 2400: they must rise."),
        ({"tracks": (DiscTrack(pause=0, starts=(149,)),)}, "begins 149 sectors into the disc: leave a pause of 150 (2"),
        (
            {"tracks": (DiscTrack(starts=(150,)),)},
            "begins 150 sectors into the disc: leave a pause of 150 (2 s) before",
        ),
        ({"tracks": (DiscTrack(pause=0, starts=(150,), isrc="GBAYA05"),)}, "Track 1 has the ISRC 'GBAYA05': an ISRC"),
        ({"tracks": (DiscTrack(pause=0, starts=tuple(range(150, 250))),)}, "Track 1 has 100 indices, and 99 is the"),
    ],
)
def test_what_is_no_disc_is_refused(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(SpecificationError) as found:
        replace(three_songs(), **changes)
    assert sentence in str(found.value)


def _even(tracks: int, sectors: int) -> Disc:
    starts = [150 + sectors * number for number in range(tracks)]
    songs = tuple(
        DiscTrack(title="Song", pause=None if number else 0, starts=(at,)) for number, at in enumerate(starts)
    )
    return Disc(title="Record", tracks=songs, lead_out=150 + tracks * sectors)


@pytest.mark.parametrize(
    ("disc", "failed", "sentence"),
    [
        (
            _even(2, 4 * SECOND - 1),
            [True, True],
            (
                "track 1, 'Song', lasts 3.99 s, and a disc's tracks last 4 s at least (IEC 60908): join it to its "
                "neighbour, or lengthen its gap"
            ),
        ),
        (
            _even(100, 5 * SECOND),
            [True],
            "Record has 100 tracks, and a disc holds 99: join some, or make two discs of it",
        ),
        (
            _even(1, 77 * MINUTE + 1),
            [False],
            "Record plays 77:00:01: beyond 77 minutes ask the plant first, and try the disc's end on several players",
        ),
        (
            _even(1, 79 * MINUTE + 57 * SECOND + 1),
            [True],
            "Record plays 79:57:01, and a disc 79:57:00: leave songs out, shorten gaps, or make two discs of it",
        ),
        (
            _even(1, 101 * MINUTE),
            [True],
            ("Record plays 101.0 minutes, and a disc 79:57:00: leave songs out, shorten gaps, or make two discs of it"),
        ),
    ],
)
def test_every_limit_has_its_sentence(disc: Disc, failed: list[bool], sentence: str) -> None:
    remarks = disc_limits(disc)
    assert remarks[0].text == sentence
    assert [remark.failed for remark in remarks] == failed


def test_what_keeps_the_limits_is_let_be() -> None:
    for disc in (_even(99, 4 * SECOND), _even(1, 77 * MINUTE), three_songs()):
        assert disc_limits(disc) == ()
        assert fits_subcode(disc)
    assert fits_subcode(_even(1, 100 * MINUTE - 151))
    assert not fits_subcode(_even(1, 100 * MINUTE - 150))
    assert not fits_subcode(_even(100, 4 * SECOND))


@pytest.mark.parametrize(
    "changes",
    [
        {"encoding": Encoding.PCM_24},
        {"rate_hz": 48_000},
        {"rate_hz": None},
        {"sector_frames": 1},
        {"container": Container.ALAC},
    ],
)
def test_sheets_belong_to_what_a_disc_can_hold(changes: dict[str, object]) -> None:
    disc = {"encoding": Encoding.PCM_16, "rate_hz": 44_100, "sector_frames": 588, "sheets": tuple(Sheet)}
    assert delivery(**disc).is_disc
    with pytest.raises(SpecificationError, match=r"'place' asks for cue, toc, pq, ddp, which are of compact discs"):
        delivery(**(disc | changes))
