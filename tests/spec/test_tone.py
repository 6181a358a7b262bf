"""What is done about an engineer's tone: bounded, in proportion, heard where it should be, and told in words."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from analysis.audio import Audio
from analysis.load import open_audio
from analysis.profile import ReferenceSong, reference_song
from analysis.spectrum import TONE_BANDS_HZ
from analysis.track import TrackAnalysis, analyse
from analysis.units import Floats
from assistant.aspects import broad_width_db
from assistant.corrections import Mix
from assistant.planner import album_rate_hz, plan_album
from assistant.statistics import load_statistics
from assistant.tone import MAX_EQ_DB, decide_tone, loudness_change_lu
from assistant.width import NARROWEST, WIDEST
from assistant.wishes import Strengths, Wishes
from mastering.chain import build, process
from mastering.eq import response_db
from mastering.specs import ChainSpec, EqBand, EqShape
from tests.albums import loudness_lufs, music

RATE_HZ = 44_100
FIT_DB = 1.0  # by which eight bands may miss a curve at its worst
CHANGE_LU = 0.3
SUM_DB = 0.02  # gains are rounded to 0.01 dB
BANDS = (
    EqBand(shape=EqShape.LOW_SHELF, freq_hz=150.0, gain_db=4.0, q=0.7),
    EqBand(shape=EqShape.BELL, freq_hz=2_500.0, gain_db=-3.0, q=0.8),
)
OCTAVES = np.log2(TONE_BANDS_HZ / TONE_BANDS_HZ[0])


def sound(seed: int, *, tempo_bpm: float = 120.0) -> Floats:
    return music(8.0, RATE_HZ, np.random.default_rng(seed), tempo_bpm=tempo_bpm)


def measured(folder: Path, samples: Floats, name: str = "song.wav") -> TrackAnalysis:
    soundfile.write(folder / name, samples, RATE_HZ, "FLOAT")
    return analyse(open_audio(folder / name), "0" * 64)


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> TrackAnalysis:
    return measured(tmp_path_factory.mktemp("song"), sound(1))


def moved_db(track: TrackAnalysis, effect_db: Floats, strength: float = 1.0) -> Floats:
    """What the EQ does in the bands where there is something."""
    decided = decide_tone(track, effect_db, np.ones(28), strength, "alone")
    return response_db(decided.bands, TONE_BANDS_HZ, RATE_HZ)


def test_what_was_added_is_taken_off(song: TrackAnalysis) -> None:
    effect_db = 2.5 * np.cos(np.pi * OCTAVES / OCTAVES[-1])
    heard = song.spectrum.heard()
    assert heard.sum() > 20
    assert np.abs(moved_db(song, effect_db) + effect_db)[heard].max() < FIT_DB
    assert np.abs(moved_db(song, effect_db, 0.5) + 0.5 * effect_db)[heard].max() < FIT_DB


def test_no_band_is_moved_by_more_than_the_bound(song: TrackAnalysis) -> None:
    effect_db = 20.0 * np.sign(np.cos(2 * np.pi * OCTAVES / OCTAVES[-1]))
    assert np.abs(moved_db(song, effect_db)).max() < MAX_EQ_DB + 2 * FIT_DB


@pytest.mark.parametrize("effect", [0.0, 0.1])
def test_what_is_not_worth_a_filter_is_left_alone(song: TrackAnalysis, effect: float) -> None:
    decided = decide_tone(song, np.full(28, effect) * (-1.0) ** np.arange(28), np.ones(28), 1.0, "alone")
    assert (decided.bands, decided.fit_error_db) == ((), None)
    assert decided.why.startswith("left alone: nothing that can be told from the song itself")


@pytest.mark.parametrize(("strength", "max_eq_db"), [(0.0, 4.0), (1.0, 0.0)])
def test_no_strength_is_no_eq_and_what_was_found_is_told(
    song: TrackAnalysis, strength: float, max_eq_db: float
) -> None:
    decided = decide_tone(song, 5.0 * np.cos(OCTAVES), np.ones(28), strength, "alone", max_eq_db)
    assert decided.bands == ()
    assert re.fullmatch(r"left alone as asked: .+ dB (over|under) the record .+, alone", decided.why)


def test_nothing_is_lifted_where_the_song_has_nothing(song: TrackAnalysis) -> None:
    mid = np.array(song.spectrum.mid_db)
    mid[2 + 22 : 31] = -120.0
    dull = replace(song, spectrum=replace(song.spectrum, mid_db=tuple(mid.tolist())))
    effect_db = np.where(np.arange(28) >= 22, -4.0, 0.0)
    assert moved_db(song, effect_db)[-1] > 2.0
    assert moved_db(dull, effect_db)[-1] < 0.5


def test_the_words_name_the_regions_and_whose_they_are(song: TrackAnalysis) -> None:
    effect_db = np.where(TONE_BANDS_HZ < 60, 3.0, np.where(TONE_BANDS_HZ >= 6_000, -3.0, 0.0))
    why = decide_tone(song, effect_db, np.full(28, 1.0), 1.0, "shared by the 4 songs of Anna").why
    assert "deep bass 3.0 dB over the record (99 % sure)" in why
    assert "highs 3.0 dB under the record (99 % sure)" in why
    assert "shared by the 4 songs of Anna; " in why
    assert " Hz" in why.split("Anna; ")[1]


@pytest.mark.parametrize(("bands", "width"), [(BANDS, 1.0), ((), 1.4), ((), 0.7), (BANDS, 0.7)])
def test_a_change_of_loudness_is_foretold(
    song: TrackAnalysis, bands: tuple[EqBand, ...], width: float, tmp_path: Path
) -> None:
    samples = sound(1)
    stages = build(ChainSpec(eq=bands, width=width), RATE_HZ, 2)
    after = process(Audio.from_array(samples, RATE_HZ), stages).read()
    really = loudness_lufs(after, RATE_HZ) - loudness_lufs(samples, RATE_HZ)
    assert loudness_change_lu(song, bands, width) == pytest.approx(really, abs=CHANGE_LU)
    assert abs(really) > 0.05, "there was something to foretell"


@pytest.fixture(scope="module")
def mixes(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Mix], list[ReferenceSong]]:
    """Anna's three songs, and Bob's three: the same with less bass, quieter and narrower. Two references."""
    folder = tmp_path_factory.mktemp("mixes")
    dull = ChainSpec(gain_db=-6.0, eq=(EqBand(shape=EqShape.LOW_SHELF, freq_hz=250.0, gain_db=-9.0, q=0.6),), width=0.4)
    found = []
    for number in range(6):
        engineer, samples = ("Anna", "Bob")[number % 2], sound(number, tempo_bpm=90.0 + 10 * (number // 2))
        if engineer == "Bob":
            samples = process(Audio.from_array(samples, RATE_HZ), build(dull, RATE_HZ, 2)).read()
        name = f"{number + 1:02d} Song.wav"
        found.append(Mix(file=name, title="Song", engineer=engineer, analysis=measured(folder, samples, name)))
    references = [measured(folder, sound(20 + n, tempo_bpm=100.0), f"r{n}.wav") for n in range(2)]
    return found, [reference_song(one) for one in references]


def test_an_album_is_drawn_together(mixes: tuple[list[Mix], list[ReferenceSong]]) -> None:
    album, references = mixes
    plan = plan_album(album, references, ["r0.wav", "r1.wav"], "mixes", load_statistics(), Wishes(title="Record"))
    anna, bob = plan.track[::2], plan.track[1::2]
    low = np.array([60.0])

    def lows_db(number: int) -> float:
        bands = tuple(EqBand(shape=b.shape, freq_hz=b.freq_hz, gain_db=b.gain_db, q=b.q) for b in plan.track[number].eq)
        return float(response_db(bands, low, RATE_HZ)[0]) if bands else 0.0

    assert min(lows_db(n) for n in (1, 3, 5)) > max(lows_db(n) for n in (0, 2, 4)) + 1.0, "Bob gets his bass back"
    assert min(track.gain_db for track in bob) > max(track.gain_db for track in anna) + 1.0
    assert min(track.width for track in bob) > 1.0
    assert all(NARROWEST <= track.width <= WIDEST for track in plan.track)
    assert sum(track.gain_db for track in plan.track) == pytest.approx(0.0, abs=6 * SUM_DB)
    assert plan.album.loudness_lufs is not None
    assert plan.album.why_order == "the order of the numbered files"
    assert "shared by the 3 songs of Bob" in bob[0].why.tone


def test_less_strength_does_less(mixes: tuple[list[Mix], list[ReferenceSong]]) -> None:
    album, references = mixes
    gains = [
        plan_album(
            album, references, [], "m", load_statistics(), Wishes(title="R", strengths=Strengths(levels=strength))
        )
        .track[1]
        .gain_db
        for strength in (0.0, 0.5, 1.0)
    ]
    assert gains[0] == 0.0
    assert 0.0 < gains[1] < gains[2]


def test_as_it_is_nothing_is_done(mixes: tuple[list[Mix], list[ReferenceSong]]) -> None:
    album, references = mixes
    plan = plan_album(album, references, [], "m", load_statistics(), Wishes(title="R", as_is=True))
    assert plan.album.loudness_lufs is None
    for track in plan.track:
        assert (track.eq, track.gain_db, track.width, track.dc_offset) == ((), 0.0, 1.0, ())
        assert (track.start_s, track.fade_in_s, track.fade_out_s) == (0.0, 0.0, 0.0)


def test_width_in_one_figure_is_what_a_width_stage_moves(song: TrackAnalysis, tmp_path: Path) -> None:
    wider = process(Audio.from_array(sound(1), RATE_HZ), build(ChainSpec(width=1.4), RATE_HZ, 2)).read()
    change_db = broad_width_db(measured(tmp_path, wider)) - broad_width_db(song)
    assert change_db == pytest.approx(20 * np.log10(1.4), abs=0.3)


def test_the_album_rate_is_the_most_common_by_duration(song: TrackAnalysis) -> None:
    def at(rate_hz: int, seconds: float) -> TrackAnalysis:
        return replace(song, source=replace(song.source, rate_hz=rate_hz), frames=round(seconds * rate_hz))

    assert album_rate_hz([at(44_100, 100), at(48_000, 60), at(48_000, 60)]) == 48_000
    assert album_rate_hz([at(44_100, 100), at(96_000, 100)]) == 96_000, "ties to the higher"
    assert album_rate_hz([at(22_050, 100)]) == 44_100, "not under 44.1 kHz"
