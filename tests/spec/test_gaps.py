"""What lies between songs: gaps that keep time, gaps by how a song ends, crossfades where a fade meets a soft entry."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.edges import Beginning, Ending
from analysis.errors import PlanError
from analysis.load import open_audio
from analysis.track import TrackAnalysis, analyse, with_musical
from analysis.units import Floats
from assistant.album_spec import album_spec
from assistant.facts import facts_of
from assistant.gaps import LONGEST_GAP_S, USUAL_GAP_S, gap_seconds, with_gaps
from assistant.plan import AlbumPlan, AlbumTable, TrackPlan
from assistant.spacing import NATURALLY, Pace, Spacing
from mastering.timeline import lay_out
from tests.audio_files import write
from tests.rhythms import RATE_HZ, bars, clicks

IN_TIME_S = 0.005
ALBUM_RATE_HZ = 44_100
SONG_S = 25.0
FIRST_S = 0.2


def analysed(samples: Floats, folder: Path, name: str) -> TrackAnalysis:
    path = folder / f"{name}.wav"
    write(path, samples[:, None], RATE_HZ, "WAV", "FLOAT")
    loaded = open_audio(path)
    return with_musical(analyse(loaded, name.ljust(64, "0")), loaded.audio)


def planned(mix: TrackAnalysis, name: str = "song") -> TrackPlan:
    return TrackPlan(file=f"{name}.wav", title=name, sha256="0" * 64, **facts_of(mix, as_is=False))


def followed(mixes: list[TrackAnalysis], asked: Spacing = NATURALLY) -> list[TrackPlan]:
    tracks = [planned(mix, str(number)) for number, mix in enumerate(mixes)]
    return with_gaps(tracks, mixes, asked)


def starts_s(tracks: list[TrackPlan], mixes: list[TrackAnalysis]) -> list[float]:
    """Where the first frame of each mix lies in the album, whether it is used or not."""
    plan = AlbumPlan(album=AlbumTable(title="Album", mixes=".", rate_hz=ALBUM_RATE_HZ), track=tuple(tracks))
    spec = album_spec(plan, list(zip(tracks, mixes, strict=True)))
    placements = lay_out(spec, ALBUM_RATE_HZ).placements
    return [placed.start / ALBUM_RATE_HZ - track.start_s for placed, track in zip(placements, tracks, strict=True)]


def samples_of(bpm: float, metre: int = 4, pickup_beats: int = 0) -> Floats:
    return bars(bpm, metre, SONG_S, first_s=FIRST_S, pickup_beats=pickup_beats)


@cache
def song(bpm: float, metre: int = 4, pickup_beats: int = 0) -> TrackAnalysis:
    with tempfile.TemporaryDirectory() as folder:
        return analysed(samples_of(bpm, metre, pickup_beats), Path(folder), "song")


@pytest.mark.parametrize(
    ("bpm", "metre", "next_bpm", "next_metre", "pickup_beats"),
    [(120.0, 4, 120.0, 4, 0), (97.0, 4, 84.0, 3, 0), (66.0, 3, 150.0, 4, 2), (174.0, 4, 93.3, 4, 3)],
)
def test_the_next_downbeat_falls_where_the_last_songs_beats_would_have_put_it(
    bpm: float, metre: int, next_bpm: float, next_metre: int, pickup_beats: int
) -> None:
    mixes = [song(bpm, metre), song(next_bpm, next_metre, pickup_beats)]
    for pace in Pace:
        tracks = followed(mixes, Spacing(pace=pace))
        begin_s, next_s = starts_s(tracks, mixes)
        downbeat_s = next_s + FIRST_S + pickup_beats * 60.0 / next_bpm
        beats = (downbeat_s - begin_s - FIRST_S) * bpm / 60.0
        assert abs(beats - round(beats)) * 60.0 / bpm < IN_TIME_S
        assert 0.0 <= gap_seconds(0, *tracks) <= LONGEST_GAP_S
        assert tracks[0].gap_s is None
        assert "which falls in time" in tracks[0].why.gap
        assert tracks[1].gap_s == 0.0, "nothing follows the last song"


def test_a_gap_in_time_may_be_moved_by_whole_beats() -> None:
    mixes = [song(120.0), song(97.0)]
    tracks = followed(mixes)
    first = starts_s(tracks, mixes)
    assert tracks[0].gap_beats is not None
    later = tracks[0].model_copy(update={"gap_beats": tracks[0].gap_beats + 3})
    moved = starts_s([later, tracks[1]], mixes)
    assert moved[1] - first[1] == pytest.approx(1.5, rel=0, abs=0.001)  # three beats of 120 BPM


def test_a_faster_pace_leaves_less_room() -> None:
    mixes = [song(120.0), song(97.0)]
    gaps = [gap_seconds(0, *followed(mixes, Spacing(pace=pace))) for pace in (Pace.TIGHT, Pace.NATURAL, Pace.SPACIOUS)]
    assert gaps[0] < gaps[1] < gaps[2]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> TrackAnalysis:
    """A song without a beat."""
    rng = np.random.default_rng(5)
    noise = 0.1 * rng.standard_normal(round(8.0 * RATE_HZ))
    return analysed(noise, tmp_path_factory.mktemp("plain"), "plain")


def ended(mix: TrackAnalysis, ending: Ending, **changes: Any) -> TrackAnalysis:
    return replace(mix, edges=replace(mix.edges, ending=ending, cut_lu=0.0, **changes))


def test_without_beats_the_gap_goes_with_the_ending_and_the_pace(plain: TrackAnalysis) -> None:
    def gap_s(ending: Ending, pace: Pace = Pace.NATURAL) -> float:
        track = followed([ended(plain, ending), plain], Spacing(pace=pace))[0]
        assert track.gap_beats is None
        assert track.gap_s is not None
        return track.gap_s

    assert gap_s(Ending.COLD) == 2.0
    assert gap_s(Ending.COLD) > gap_s(Ending.RING_OUT) > gap_s(Ending.FADE)
    for ending in Ending:
        assert 0.0 < gap_s(ending, Pace.TIGHT) < gap_s(ending) < gap_s(ending, Pace.SPACIOUS) <= LONGEST_GAP_S


def test_a_song_whose_beat_stopped_long_before_its_end_is_not_counted_on(tmp_path: Path) -> None:
    """A note that rings for 12 s after the last beat: nobody counts so far."""
    time_s = np.arange(round(12.0 * RATE_HZ)) / RATE_HZ
    ring = 0.2 * np.sin(2 * np.pi * 220 * time_s) * np.exp(-time_s / 4.0)
    one = analysed(np.concatenate([samples_of(120.0), ring]), tmp_path, "one")
    assert followed([one, song(97.0)])[0].gap_beats is None


def fading(mix: TrackAnalysis, fall_s: float) -> TrackAnalysis:
    return ended(mix, Ending.FADE, fall_s=fall_s, fall_db_per_s=50.0 / fall_s)


def rising(mix: TrackAnalysis, rise_s: float) -> TrackAnalysis:
    return replace(mix, edges=replace(mix.edges, beginning=Beginning.FADE_IN, rise_s=rise_s, rise_db_per_s=10.0))


def test_a_fade_that_meets_a_soft_entry_is_crossfaded_over_the_shorter_of_them(plain: TrackAnalysis) -> None:
    out, into = fading(plain, 3.5), rising(plain, 2.5)
    track = followed([out, into])[0]
    assert track.crossfade_s == 2.5
    assert track.end_s == track.felt_end_s, "silence is not crossfaded"
    assert "fades out into a song that fades in" in track.why.gap
    assert followed([out, plain])[0].crossfade_s == 0.0, "the next comes in at once"
    assert followed([ended(plain, Ending.COLD), into])[0].crossfade_s == 0.0, "a cold end is no fade"
    assert followed([out, into], Spacing(crossfade_s=0.0))[0].crossfade_s == 0.0, "none was asked for"


def test_a_song_that_swells_in_far_under_the_last_one_is_a_soft_entry(plain: TrackAnalysis) -> None:
    soft = replace(plain, edges=replace(plain.edges, opening_lufs=-40.0, first_onset_s=2.2, first_sound_s=0.1))
    loud = replace(soft, edges=replace(soft.edges, opening_lufs=plain.edges.closing_lufs))
    out = fading(plain, 3.0)
    assert followed([out, soft])[0].crossfade_s == pytest.approx(2.1)
    assert followed([out, loud])[0].crossfade_s == 0.0


@pytest.mark.parametrize("wanted_s", [2.0, 3.1, 6.0])
def test_asked_crossfades_let_the_beats_meet(wanted_s: float) -> None:
    mixes = [song(120.0), song(97.0)]
    tracks = followed(mixes, Spacing(crossfade_s=wanted_s))
    assert tracks[0].crossfade_s == pytest.approx(wanted_s, rel=0, abs=0.251), "at most half a beat off"
    begin_s, next_s = starts_s(tracks, mixes)
    beats = (next_s - begin_s) * 2.0  # both begin 0.2 s before a downbeat
    assert abs(beats - round(beats)) / 2.0 < IN_TIME_S


def test_no_song_is_crossfaded_over_more_than_half_of_it(plain: TrackAnalysis) -> None:
    assert followed([plain, plain], Spacing(crossfade_s=20.0))[0].crossfade_s == pytest.approx(4.0, abs=0.1)


def test_songs_that_run_on_are_left_alone(plain: TrackAnalysis) -> None:
    tracks = [planned(plain, "a").model_copy(update={"runs_on": True, "gap_s": 0.0}), planned(plain, "b")]
    found = with_gaps(tracks, [plain, plain], Spacing(crossfade_s=4.0))
    assert found[0] == tracks[0]


def test_beats_count_from_the_ends_where_the_plan_has_no_places_and_need_a_tempo(plain: TrackAnalysis) -> None:
    one, other = planned(plain, "a"), planned(plain, "b")
    assert gap_seconds(0, one, other) == USUAL_GAP_S
    assert gap_seconds(0, one.model_copy(update={"gap_beats": 3.0, "tempo_bpm": 90.0}), other) == pytest.approx(2.0)
    with pytest.raises(PlanError, match=r"^track\[4\]\.gap_beats = 3 needs a tempo: give the track tempo_bpm"):
        gap_seconds(3, one.model_copy(update={"gap_beats": 3.0, "tempo_bpm": None}), other)
    with pytest.raises(ValueError, match="both say the gap: give one"):
        TrackPlan.model_validate(one.model_dump() | {"gap_s": 1.0, "gap_beats": 2.0})


def test_ticks_alone_are_enough_to_keep_time_by(tmp_path: Path) -> None:
    """No bars: the first tick of the next song falls on a tick of the last one's grid."""
    ticks = clicks(np.arange(0.5, 20.0, 0.5), 20.0)
    mixes = [analysed(ticks, tmp_path, "one"), analysed(ticks, tmp_path, "other")]
    tracks = followed(mixes)
    begin_s, next_s = starts_s(tracks, mixes)
    assert abs((next_s - begin_s) % 0.5 - 0.25) == pytest.approx(0.25, abs=IN_TIME_S)
