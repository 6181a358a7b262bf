"""How alike songs are: the spread, distances from the record, who stands out, and what a plan is foretold to do."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.audio import Audio
from analysis.cache import analyse_file
from analysis.profile import ReferenceSong, reference_song
from analysis.track import TrackAnalysis
from assistant.cohesion import SongFigures, cohesion, song_figures, spread
from assistant.cohesion_plan import plan_cohesion
from assistant.foretold import planned_song
from assistant.plan import TrackPlan
from assistant.statistics import load_statistics
from mastering.chain import build, process
from mastering.dynamics_specs import CompressorSpec
from mastering.specs import ChainSpec, EqBand, EqShape, MatchCurve, RideSpec
from tests.albums import RATE_HZ, music

STATISTICS = load_statistics()
DARK = ChainSpec(gain_db=-5.0, eq=(EqBand(shape=EqShape.HIGH_SHELF, freq_hz=2000.0, gain_db=-9.0, q=0.6),), width=0.5)
WIDER = ChainSpec(
    side_eq=(EqBand(shape=EqShape.BELL, freq_hz=500.0, gain_db=6.0, q=0.7),),
    width=1.4,
    gain_db=2.0,
    min_correlation=-1.0,  # the guard is not foretold
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("songs")


def measured(folder: Path, samples: np.ndarray, name: str) -> TrackAnalysis:
    soundfile.write(folder / name, samples, RATE_HZ, subtype="FLOAT")
    return analyse_file(folder / name)


@pytest.fixture(scope="module")
def songs(folder: Path) -> list[TrackAnalysis]:
    rng = np.random.default_rng(4)
    return [measured(folder, music(5.0, RATE_HZ, rng, tempo_bpm=90.0 + 7 * n), f"{n}.wav") for n in range(6)]


def test_spread_is_the_standard_deviation_of_what_is_normal() -> None:
    rng = np.random.default_rng(0)
    for count in (5, 6, 7, 10, 11, 15, 30):
        found = spread(rng.standard_normal((count, 20_000)) * 3.0)
        assert found.mean() == pytest.approx(3.0, rel=0.08), count
    few = rng.standard_normal((4, 10))
    assert np.array_equal(spread(few), few.std(axis=0, ddof=1))


def test_one_odd_song_hardly_moves_the_spread() -> None:
    rng = np.random.default_rng(1)
    values = rng.standard_normal((12, 200))
    odd = values.copy()
    odd[3] += 50.0
    assert spread(odd).mean() < 1.25 * spread(values).mean()
    assert odd.std(axis=0).mean() > 10 * values.std(axis=0).mean(), "as the plain one does"


def test_two_engineers_are_no_outliers() -> None:
    rng = np.random.default_rng(1)
    values = rng.standard_normal((12, 200))
    for others in (slice(0, 6), slice(0, 4), slice(0, 3)):
        halves = values.copy()
        halves[others] += 8.0
        assert spread(halves).mean() == pytest.approx(halves.std(axis=0, ddof=1).mean(), rel=0.3)
        assert spread(halves).mean() > 3 * spread(values).mean() * 0.8


@given(st.lists(st.floats(-60, 60), min_size=2, max_size=20), st.floats(-40, 40), st.floats(0.1, 10))
def test_spread_is_of_differences_alone(values: list[float], shift: float, scale: float) -> None:
    column = np.array(values)[:, None]
    expected = scale * spread(column)[0]
    assert spread(scale * column + shift)[0] == pytest.approx(expected, abs=1e-9)
    assert spread(column[::-1])[0] == pytest.approx(spread(column)[0], abs=1e-9)


@pytest.mark.parametrize(
    "chain",
    [
        DARK,
        WIDER,
        ChainSpec(match=MatchCurve(freqs_hz=(50.0, 500.0, 8000.0), mid_db=(4.0, 0.0, -4.0), side_db=(0.0, 3.0, 6.0))),
    ],
)
def test_what_a_plan_is_foretold_to_do_it_does(chain: ChainSpec, songs: list[TrackAnalysis], folder: Path) -> None:
    samples, _ = soundfile.read(folder / "2.wav", dtype="float64", always_2d=True)
    done = process(Audio.from_array(samples, RATE_HZ), build(chain, RATE_HZ, 2)).read()
    really, foretold = song_figures(measured(folder, done, "done.wav")), song_figures(planned_song(songs[2], chain))
    before = song_figures(songs[2])
    assert np.abs(really.tone_db - before.tone_db).max() > (0.0 if not chain.eq and not chain.match else 2.0)
    heard = songs[2].spectrum.heard()
    assert np.abs(foretold.tone_db - really.tone_db)[heard].max() < 0.25
    assert foretold.width_db == pytest.approx(really.width_db, abs=0.15)
    assert foretold.loud_lufs == pytest.approx(really.loud_lufs, abs=0.5)
    assert foretold.plr_lu == before.plr_lu


def test_a_wire_foretells_what_is_there(songs: list[TrackAnalysis]) -> None:
    for song in songs:
        one, other = song_figures(song), song_figures(planned_song(song, ChainSpec()))
        assert np.abs(one.tone_db - other.tone_db).max() < 1e-3
        assert (one.width_db, one.loud_lufs, one.plr_lu) == (
            pytest.approx(other.width_db, abs=1e-3),
            other.loud_lufs,
            other.plr_lu,
        )


@pytest.mark.parametrize(
    "chain",
    [
        ChainSpec(gain_db=-3.0, compressor=CompressorSpec(threshold_dbfs=-26.0, ratio=2.0, makeup_db=1.0)),
        ChainSpec(gain_db=2.0, compressor=CompressorSpec(threshold_dbfs=-20.0, ratio=0.7)),
        ChainSpec(ride=RideSpec(middle_lufs=-26.0, slope=1.3)),
    ],
)
def test_what_dynamics_do_to_loud_sections_is_foretold_and_to_peaks_is_not(chain: ChainSpec, folder: Path) -> None:
    samples = music(24.0, RATE_HZ, np.random.default_rng(9)) * np.linspace(0.2, 1.0, 24 * RATE_HZ)[:, None]
    song = measured(folder, samples, "swelling.wav")
    done = process(Audio.from_array(samples, RATE_HZ), build(chain, RATE_HZ, 2)).read()
    really, foretold = song_figures(measured(folder, done, "swelled.wav")), song_figures(planned_song(song, chain))
    assert foretold.loud_lufs == pytest.approx(really.loud_lufs, abs=0.5)
    dry = song_figures(planned_song(song, dataclasses.replace(chain, compressor=None, ride=None)))
    assert abs(dry.loud_lufs - really.loud_lufs) > 0.6, "there was something to foretell"
    assert foretold.plr_lu is None


def test_engineers_draw_songs_apart_and_undoing_it_draws_them_together(songs: list[TrackAnalysis]) -> None:
    apart = [planned_song(song, DARK if n % 2 else ChainSpec()) for n, song in enumerate(songs)]
    before, after = (cohesion([song_figures(song) for song in some], [], STATISTICS) for some in (songs, apart))
    assert before is not None
    assert after is not None
    assert after.spread.tone_db > before.spread.tone_db + 1.0
    assert after.spread.width_db > before.spread.width_db + 1.0
    assert after.spread.loud_lu > before.spread.loud_lu + 1.0
    assert after.tone_distance_db() > before.tone_distance_db() + 1.0


def test_the_one_song_that_is_off_stands_out(songs: list[TrackAnalysis]) -> None:
    shelf = EqBand(shape=EqShape.LOW_SHELF, freq_hz=400.0, gain_db=-12.0, q=0.6)
    far = ChainSpec(gain_db=-2.0, width=0.2, eq=(shelf, shelf))
    album = [planned_song(song, far if n == 4 else ChainSpec()) for n, song in enumerate(songs)]
    found = cohesion([song_figures(song) for song in album], [], STATISTICS)
    assert found is not None
    out = [song.stands_out for song in found.songs]
    assert [bool(words) for words in out] == [False] * 4 + [True, False]
    told = [words.rsplit(" ", 2)[0] for words in out[4]]
    assert "lows" in told[:2], "where the shelf took most"
    assert told[2:] == ["width", "loud sections"]
    assert all(float(words.split()[-2]) < 0 for words in out[4] if "low" in words or "width" in words)


def figures(name: str, tone_db: np.ndarray, **known: float | None) -> SongFigures:
    return SongFigures(
        name=name, tone_db=tone_db - tone_db.mean(), **({"width_db": -9.0, "loud_lufs": -12.0, "plr_lu": 14.0} | known)
    )


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_songs_that_differ_as_songs_do_seldom_stand_out(seed: int) -> None:
    rng = np.random.default_rng(seed)
    tones = rng.multivariate_normal(np.zeros(28), np.array(STATISTICS.tone_db2), size=40)
    songs = [
        figures(
            str(n),
            tone,
            width_db=float(rng.normal(-9, math.sqrt(STATISTICS.width_db2))),
            loud_lufs=float(rng.normal(-12, math.sqrt(STATISTICS.level_lu2))),
        )
        for n, tone in enumerate(tones)
    ]
    found = cohesion(songs, [], STATISTICS)
    assert found is not None
    assert sum(bool(song.stands_out) for song in found.songs) <= 12
    assert found.spread.tone_db == pytest.approx(found.usual.tone_db, rel=0.3)


def test_songs_are_held_against_references_in_tone_and_width(songs: list[TrackAnalysis]) -> None:
    darker = [planned_song(song, dataclasses.replace(DARK, gain_db=-20.0)) for song in songs[:2]]
    alone = cohesion([song_figures(song) for song in songs], [], STATISTICS)
    against = cohesion([song_figures(song) for song in songs], darker, STATISTICS)
    assert alone is not None
    assert against is not None
    assert against.spread == alone.spread
    assert against.tone_distance_db() > alone.tone_distance_db() + 2.0
    for one, other in zip(against.songs, alone.songs, strict=True):
        assert one.width_db == pytest.approx(other.width_db + 6.0, abs=1.0), "6 dB wider than they"
        assert (one.loud_lu, one.plr_lu) == (other.loud_lu, other.plr_lu)
        assert one.stands_out == other.stands_out == (), "another record is no reason for one song to stand out"
    assert against.width_distance_db() == pytest.approx(6.0, abs=1.0)
    assert alone.width_distance_db() == pytest.approx(0.0, abs=0.1)


def test_a_heavy_reference_draws_the_record_to_itself(songs: list[TrackAnalysis]) -> None:
    near, far = reference_song(songs[0]), planned_song(songs[0], DARK)

    def distance(weight: float) -> float:
        references: list[ReferenceSong] = [near, dataclasses.replace(far, weight=weight)]
        found = cohesion([song_figures(song) for song in songs], references, STATISTICS)
        assert found is not None
        return found.tone_distance_db()

    assert distance(0.1) < distance(1.0) < distance(10.0)


def test_what_cannot_be_told_is_none() -> None:
    rng = np.random.default_rng(2)
    songs = [figures(str(n), rng.standard_normal(28)) for n in range(5)]
    assert cohesion(songs[:1], [], STATISTICS) is None
    mono = [dataclasses.replace(song, width_db=None, plr_lu=None) for song in songs]
    found = cohesion([*mono[:4], songs[4]], [], STATISTICS)
    assert found is not None
    assert (found.spread.width_db, found.spread.plr_lu) == (None, None)
    assert [song.width_db for song in found.songs] == [None] * 4 + [0.0]


def track_plan(song: TrackAnalysis, **changes: object) -> TrackPlan:
    known = {"file": song.name, "title": f"Song {song.name[0]}", "sha256": song.sha256, "start_s": 0.0}
    known |= {"end_s": song.duration_s, "first_sound_s": 0.0, "felt_end_s": song.duration_s}
    return TrackPlan(**(known | changes))


def test_a_plan_tells_before_and_after(songs: list[TrackAnalysis]) -> None:
    apart = [
        dataclasses.replace(
            song, spectrum=planned_song(song, DARK).spectrum, dynamics=planned_song(song, DARK).dynamics
        )
        if n % 2
        else song
        for n, song in enumerate(songs)
    ]
    plans = [track_plan(song, **({"gain_db": 5.0, "width": 2.0} if n % 2 else {})) for n, song in enumerate(apart)]
    found = plan_cohesion(plans, apart, [], STATISTICS)
    assert found is not None
    assert found.after is not None
    assert found.record == "the album itself"
    assert found.after.width_db < found.before.width_db - 3.0
    assert found.after.loud_lu < found.before.loud_lu - 1.0
    assert found.after.tone_db == pytest.approx(found.before.tone_db, abs=0.01), "there is no EQ in it"
    assert plan_cohesion(plans[:1], apart[:1], [], STATISTICS) is None


def test_matchering_is_not_foretold(songs: list[TrackAnalysis]) -> None:
    plans = [track_plan(song, reference=1) for song in songs]
    found = plan_cohesion(plans, songs, [reference_song(songs[0])], STATISTICS)
    assert found is not None
    assert (found.after, found.record) == (None, "the references")
