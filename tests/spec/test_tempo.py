"""Tempo, beats and bars against clicks and drums made with known ones."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.beats import Beat, Rhythm
from analysis.metre import find_bars
from analysis.musical import MusicalFeatures
from analysis.tempo import find_beat, song_tempo, tempo_distance_octaves
from analysis.units import Floats
from tests.rhythms import RATE_HZ, bars, beats_s, clicks, drums, heard

TEMPO_TOLERANCE_BPM = 0.1
BIAS_MS = 2.0
PHASE_MS = 5.0


def tempo_of(track: Floats) -> tuple[float, float]:
    found = song_tempo([Rhythm.of(track)])
    assert found is not None
    assert found.steady
    return found.tempo_bpm, found.other_bpm


def grid_of(track: Floats, bpm: float) -> Beat:
    found = find_beat(Rhythm.of(track), None)
    assert found is not None
    assert found.tempo_bpm == pytest.approx(bpm, rel=0, abs=TEMPO_TOLERANCE_BPM)
    return found


def errors_ms(beat: Beat, times_s: Floats) -> Floats:
    """How far the grid lies from each of some times."""
    counts = np.round((times_s - beat.beat_s) / beat.period_s)
    return np.asarray(1000 * (beat.beat_s + counts * beat.period_s - times_s))


@pytest.mark.parametrize("bpm", [60.0, 66.6, 75.0, 88.8, 96.5, 107.3, 120.0, 128.0, 140.0, 155.5, 171.2, 180.0])
def test_a_tempo_is_read_to_a_tenth_of_a_bpm(bpm: float) -> None:
    """Clicks; drums; swung, with strokes left out, over noise; and played by hand."""
    for track in (
        clicks(beats_s(bpm, 30.0), 30.0),
        drums(bpm),
        drums(bpm, swing=0.16, missing=0.1, noise_db=-40.0),
        drums(bpm, missing=0.1, wavering_s=0.005, noise_db=-30.0, seed=int(bpm)),
    ):
        assert tempo_of(track)[0] == pytest.approx(bpm, rel=0, abs=TEMPO_TOLERANCE_BPM)


@pytest.mark.parametrize("rate_hz", [32_000, 44_100, 96_000])
def test_a_tempo_does_not_go_with_the_rate(rate_hz: int) -> None:
    found = heard(clicks(beats_s(128.0, 20.0), 20.0, rate_hz), rate_hz)
    assert found.tempo_bpm == pytest.approx(128.0, rel=0, abs=TEMPO_TOLERANCE_BPM)
    assert found.tempo_steady


def test_the_half_or_the_double_is_told_and_how_sure_the_choice_is() -> None:
    """Ticks of one strength leave no doubt; where every second one is softer, it may be the half."""
    times_s = beats_s(120.0, 30.0)
    even = clicks(times_s, 30.0)
    uneven = 0.3 * even + 0.7 * clicks(times_s[::2], 30.0)
    found = [song_tempo([Rhythm.of(track)]) for track in (even, uneven)]
    assert [one is not None and round(one.tempo_bpm) for one in found] == [120, 120]
    sure, unsure = (one for one in found if one is not None)
    assert unsure.other_bpm == pytest.approx(unsure.tempo_bpm / 2)
    assert sure.sureness > unsure.sureness + 0.2
    for bpm in (70.0, 100.0, 150.0):
        tempo_bpm, other_bpm = tempo_of(drums(bpm))
        assert other_bpm / tempo_bpm in (0.5, 2.0)


@pytest.mark.parametrize("bpm", [63.0, 97.0, 120.0, 174.0])
def test_beats_lie_where_the_sound_sets_in(bpm: float) -> None:
    times_s = beats_s(bpm, 25.0, 0.3137)
    found = grid_of(clicks(times_s, 25.0), bpm)
    assert np.abs(errors_ms(found, times_s)).max() < BIAS_MS
    offsets = found.times_s[:, None] - times_s
    nearest = offsets[np.arange(len(offsets)), np.abs(offsets).argmin(axis=1)]
    assert np.abs(nearest).max() < BIAS_MS / 1000
    assert found.residual_ms is not None
    assert found.residual_ms < 1.0
    for track in (drums(bpm, first_s=0.3137), drums(bpm, first_s=0.3137, noise_db=-40.0, missing=0.1)):
        assert np.abs(errors_ms(grid_of(track, bpm), times_s)).max() < BIAS_MS


def test_the_residual_says_how_far_off_the_grid_a_band_plays() -> None:
    loose, tight = (grid_of(drums(110.0, wavering_s=at, seed=3), 110.0) for at in (0.010, 0.003))
    assert loose.residual_ms is not None
    assert tight.residual_ms is not None
    assert 1.5 * tight.residual_ms < loose.residual_ms < 12.0
    assert loose.steady


def test_a_pause_does_not_lead_the_tempo_astray() -> None:
    nine_beats = np.zeros(round(4.5 * RATE_HZ))
    track = np.concatenate([drums(120, 10, first_s=0.0), nine_beats, drums(120, 20, first_s=0.0)])
    assert tempo_of(track)[0] == pytest.approx(120.0, rel=0, abs=TEMPO_TOLERANCE_BPM)


def test_beats_that_keep_no_tempo_are_not_steady() -> None:
    """From 90 to 120 BPM in 30 s."""
    times_s = np.cumsum(60.0 / np.linspace(90.0, 120.0, 50))
    found = song_tempo([Rhythm.of(clicks(times_s, 30.0))])
    assert found is not None
    assert not found.steady


def test_both_ends_have_a_tempo_and_beats_of_their_own() -> None:
    track = np.concatenate([drums(90.0, 40.0, first_s=1.0), drums(132.0, 40.0, first_s=0.0)])
    found = heard(track)
    assert found.opening is not None
    assert found.closing is not None
    for end, bpm in ((found.opening, 90.0), (found.closing, 132.0)):
        assert end.tempo_bpm == pytest.approx(bpm, rel=0, abs=TEMPO_TOLERANCE_BPM)
    assert found.opening.beat_s == pytest.approx(1.0, rel=0, abs=PHASE_MS / 1000)
    last_s = 40.0 + beats_s(132.0, 40.0, 0.0)[-1]
    assert found.closing.beat_s == pytest.approx(last_s, rel=0, abs=PHASE_MS / 1000)


@pytest.mark.parametrize(("bpm", "metre"), [(72.0, 4), (96.0, 3), (104.0, 4), (132.0, 3), (126.0, 4)])
def test_bars_begin_where_harmony_and_bass_change(bpm: float, metre: int) -> None:
    track = bars(bpm, metre)
    rhythm, beat = Rhythm.of(track), grid_of(track, bpm)
    found = find_bars(track, rhythm, beat)
    assert found is not None
    assert found.metre == metre
    bar_s = metre * 60.0 / bpm
    off_s = (found.downbeat_s - 0.2 + bar_s / 2) % bar_s - bar_s / 2
    assert abs(off_s) < PHASE_MS / 1000


@pytest.mark.parametrize(("pickup", "metre"), [(0, 4), (1, 4), (2, 3), (3, 4)])
def test_a_pickup_is_what_comes_before_the_first_bar(pickup: int, metre: int) -> None:
    found = heard(bars(110.0, metre, 20.0, first_s=0.5, pickup_beats=pickup))
    assert found.opening is not None
    assert found.opening.metre == metre
    assert found.opening.downbeat_s == pytest.approx(0.5 + pickup * 60.0 / 110.0, rel=0, abs=PHASE_MS / 1000)
    assert found.pickup_beats == pytest.approx(pickup, abs=0.05)


def test_where_no_beat_stands_out_there_are_no_bars() -> None:
    track = clicks(beats_s(100.0, 30.0), 30.0) + 1e-3 * np.random.default_rng(5).standard_normal(30 * RATE_HZ)
    assert find_bars(track, Rhythm.of(track), grid_of(track, 100.0)) is None


def test_no_tempo_is_found_where_there_is_none(rng: np.random.Generator) -> None:
    impulse = np.zeros(10 * RATE_HZ)
    impulse[RATE_HZ] = 1.0
    held = 0.2 * np.sin(2 * np.pi * 220 * np.arange(10 * RATE_HZ) / RATE_HZ)
    for track in (np.zeros(10 * RATE_HZ), 0.1 * rng.standard_normal(10 * RATE_HZ), impulse, held, np.zeros(100)):
        assert song_tempo([Rhythm.of(track)]) is None
        assert find_beat(Rhythm.of(track), None) is None
    assert song_tempo([]) is None


@cache
def known() -> tuple[Floats, MusicalFeatures]:
    song = bars(120.0, 4, 10.0)
    return song, heard(song)


@settings(max_examples=4, deadline=None)
@given(gain_db=st.floats(-30.0, 20.0), flipped=st.booleans(), silence_s=st.integers(0, 3))
def test_gain_and_polarity_move_nothing_and_silence_before_shifts_times(
    gain_db: float, flipped: bool, silence_s: int
) -> None:
    song, before = known()
    gain = (-1 if flipped else 1) * 10 ** (gain_db / 20)
    after = heard(np.pad(gain * song, (silence_s * RATE_HZ, 0)))
    assert after.tempo_bpm == pytest.approx(before.tempo_bpm, abs=0.02)
    assert (after.key, after.tempo_steady, after.pickup_beats) == (before.key, before.tempo_steady, before.pickup_beats)
    for one, other in ((before.opening, after.opening), (before.closing, after.closing)):
        assert one is not None
        assert other is not None
        assert one.beat_s is not None
        assert other.beat_s == pytest.approx(one.beat_s + silence_s, abs=1e-3)
        assert one.metre == other.metre


def test_the_distance_of_two_tempi_counts_half_and_double_time_as_equal() -> None:
    assert tempo_distance_octaves(70, 140) == tempo_distance_octaves(140, 70) == 0
    assert tempo_distance_octaves(100, 100 * 2**0.25) == pytest.approx(0.25)
    assert tempo_distance_octaves(100, 100 * 2**0.75) == pytest.approx(0.25)
