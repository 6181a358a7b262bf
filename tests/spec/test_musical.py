"""Tempo and key against sounds made with a known tempo and key."""

import subprocess
import sys

import numpy as np
import pytest

from analysis.errors import PlanError
from analysis.musical import (
    key_distance_steps,
    key_relation,
    musical_features,
    parse_key,
    tempo_distance_octaves,
)
from analysis.units import Floats

RATE_HZ = 44_100


def clicks(bpm: float, rate_hz: int = RATE_HZ, duration_s: float = 30.0) -> Floats:
    """Ticks of 4 ms, mono."""
    t = np.arange(round(0.03 * rate_hz)) / rate_hz
    tick = 0.5 * np.exp(-t / 0.004) * np.sin(2 * np.pi * 1000 * t)
    track = np.zeros(round(duration_s * rate_hz))
    for at in np.arange(0.13, duration_s - 0.1, 60 / bpm):
        start = round(at * rate_hz)
        track[start : start + len(tick)] += tick
    return track[:, None]


def drums(bpm: float, duration_s: float = 30.0) -> Floats:
    """Kick on the first and third beat, snare on the second and fourth, hats on quavers; mono."""
    random = np.random.default_rng(1)
    half_beat = int(30 / bpm * RATE_HZ)
    t = np.arange(half_beat) / RATE_HZ
    hat = 0.05 * random.standard_normal(half_beat) * np.exp(-t / 0.02)
    snare = 0.3 * random.standard_normal(half_beat) * np.exp(-t / 0.06)
    kick = 0.6 * np.sin(2 * np.pi * (50 * t + 3 * (1 - np.exp(-t / 0.02)))) * np.exp(-t / 0.12)
    track = np.zeros(round(duration_s * RATE_HZ))
    for count in range(int(duration_s / 30 * bpm) - 1):
        start = round(count * 30 / bpm * RATE_HZ)
        hit = hat + (kick if count % 4 == 0 else snare if count % 4 == 2 else 0.0)
        track[start : start + half_beat] += hit
    return track[:, None]


def chords(tonic: int, *, minor: bool, cents: float = 0.0, bpm: float = 100.0, bars: int = 16) -> Floats:
    """I IV V vi IV V I I, or i iv VII III VI V i i, a bar each, six partials a note; stereo."""
    steps = [(0, 3), (5, 3), (10, 4), (3, 4), (8, 4), (7, 4), (0, 3), (0, 3)]
    if not minor:
        steps = [(0, 4), (5, 4), (7, 4), (9, 3), (5, 4), (7, 4), (0, 4), (0, 4)]
    bar = int(240 / bpm * RATE_HZ)
    t = np.arange(bar) / RATE_HZ
    envelope = np.minimum(1, t / 0.01) * np.exp(-t / 1.5)
    track = []
    for count in range(bars):
        root, third = steps[count % len(steps)]
        semitones = np.array([-12, 0, third, 7, 12]) + root + tonic + cents / 100
        track.append(
            sum(
                0.03 / partial * envelope * np.sin(2 * np.pi * partial * t * 261.63 * 2 ** (semitone / 12))
                for semitone in semitones
                for partial in range(1, 7)
            )
        )
    mono = np.concatenate(track)
    return np.column_stack([mono, 0.8 * mono])


@pytest.mark.parametrize(
    ("bpm", "rate_hz"), [(60.0, 44_100), (96.5, 48_000), (120.0, 44_100), (128.0, 96_000), (174.0, 32_000)]
)
def test_clicks_are_read_to_a_tenth_of_a_bpm(bpm: float, rate_hz: int) -> None:
    heard = musical_features(clicks(bpm, rate_hz), rate_hz)
    assert heard.tempo_bpm == pytest.approx(bpm, abs=0.1)
    assert heard.tempo_steady


@pytest.mark.parametrize("bpm", [84.0, 107.3, 140.0])
def test_drums_are_read_to_a_tenth_of_a_bpm_and_have_no_key(bpm: float) -> None:
    heard = musical_features(drums(bpm), RATE_HZ)
    assert heard.tempo_bpm == pytest.approx(bpm, abs=0.1)
    assert heard.tempo_steady
    assert heard.key is None
    assert heard.reason is not None
    assert "key" in heard.reason


def test_a_pause_does_not_lead_the_tempo_astray() -> None:
    nine_beats = np.zeros((round(4.5 * RATE_HZ), 1))
    heard = musical_features(np.concatenate([drums(120, 20), nine_beats, drums(120, 30)]), RATE_HZ)
    assert heard.tempo_bpm == pytest.approx(120.0, abs=0.1)


def test_beats_that_keep_no_tempo_are_not_steady() -> None:
    slow, fast = drums(100, 20), drums(117, 20)
    assert not musical_features(np.concatenate([slow, fast]), RATE_HZ).tempo_steady


@pytest.mark.parametrize(
    ("tonic", "minor", "cents", "key"),
    [
        (0, False, 0.0, "C major"),
        (6, False, 0.0, "F# major"),
        (10, False, 30.0, "Bb major"),
        (4, True, 0.0, "E minor"),
        (8, True, -20.0, "G# minor"),
        (9, True, 40.0, "A minor"),
    ],
)
def test_chords_in_a_key_are_read_as_that_key(tonic: int, minor: bool, cents: float, key: str) -> None:
    heard = musical_features(chords(tonic, minor=minor, cents=cents), RATE_HZ)
    assert heard.key == key
    assert heard.key_confidence > 0.1


@pytest.mark.parametrize(("tonic", "minor", "key"), [(2, False, "D major"), (7, True, "G minor")])
def test_a_key_is_read_through_drums(tonic: int, minor: bool, key: str) -> None:
    music, beat = chords(tonic, minor=minor), drums(100, 38.4)
    heard = musical_features(music + beat[: len(music)], RATE_HZ)
    assert heard.key is not None
    assert key_distance_steps(heard.key, key) <= 1
    assert heard.tempo_bpm == pytest.approx(100.0, abs=0.1)
    assert heard.reason is None


def test_channels_that_cancel_in_mono_are_still_heard() -> None:
    left = chords(0, minor=False)[:, :1]
    assert musical_features(np.hstack([left, -left]), RATE_HZ).key == "C major"


def test_what_cannot_be_measured_says_why() -> None:
    noise = 0.1 * np.random.default_rng(2).standard_normal((10 * RATE_HZ, 2))
    held = 0.2 * np.sin(2 * np.pi * 220 * np.arange(10 * RATE_HZ) / RATE_HZ)[:, None]
    impulse = np.zeros((10 * RATE_HZ, 1))
    impulse[RATE_HZ] = 1.0
    for excerpt, reason in (
        (np.zeros((10 * RATE_HZ, 2)), "silent"),
        (np.zeros((0, 2)), "too short"),
        (clicks(120, duration_s=2.0), "too short"),
        (noise, "no tempo"),
        (noise, "no key"),
        (impulse, "no tempo"),
        (np.full((10 * RATE_HZ, 1), 0.3), "no key"),
        (held, "no tempo"),
    ):
        heard = musical_features(excerpt, RATE_HZ)
        assert heard.reason is not None
        assert reason in heard.reason
        assert heard.tempo_bpm is None
        assert heard.key is None or reason == "no tempo"


def test_an_excerpt_is_bounded_and_two_dimensional() -> None:
    with pytest.raises(ValueError, match="90 s"):
        musical_features(np.zeros((91 * 8000, 1)), 8000)
    with pytest.raises(ValueError, match="frames, channels"):
        musical_features(np.zeros(RATE_HZ * 10), RATE_HZ)


def test_librosa_is_loaded_only_to_measure() -> None:
    check = "import sys, analysis.musical; sys.exit('librosa' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0  # noqa: S603


def test_keys_are_read_in_the_usual_spellings() -> None:
    assert parse_key("E minor") == (4, True)
    assert parse_key(" bb Major ") == (10, False)
    assert parse_key("E♭ minor") == parse_key("D# minor") == (3, True)
    assert parse_key("Cb major") == (11, False)
    for text in ("H major", "Em", "", "E minor 7"):
        with pytest.raises(PlanError, match="names no key"):
            parse_key(text)


@pytest.mark.parametrize(
    ("one", "other", "steps", "relation"),
    [
        ("C# major", "Db major", 0, "the same key"),
        ("E minor", "G major", 1, "relative keys"),
        ("C major", "G major", 1, "a fifth apart"),
        ("D minor", "A minor", 1, "a fifth apart"),
        ("E minor", "E major", 2, "parallel keys"),
        ("C major", "D major", 2, "2 fifths apart"),
        ("C major", "E minor", 2, "2 steps apart, counting the change of mode"),
        ("C major", "F# major", 6, "6 fifths apart"),
        ("C major", "D# minor", 7, "7 steps apart, counting the change of mode"),
    ],
)
def test_the_distance_of_two_keys(one: str, other: str, steps: int, relation: str) -> None:
    assert key_distance_steps(one, other) == key_distance_steps(other, one) == steps
    assert key_relation(one, other) == key_relation(other, one) == relation


def test_the_distance_of_two_tempi_counts_half_and_double_time_as_equal() -> None:
    assert tempo_distance_octaves(70, 140) == tempo_distance_octaves(140, 70) == 0
    assert tempo_distance_octaves(100, 100 * 2**0.25) == pytest.approx(0.25)
    assert tempo_distance_octaves(100, 100 * 2**0.75) == pytest.approx(0.25)
