"""Keys against chords made in a known one, and how far keys are from each other."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from analysis.errors import PlanError
from analysis.keys import chroma_of, key_distance_steps, key_of, key_relation, parse_key
from tests.rhythms import RATE_HZ, chords, clicks, drums, heard

PIECES = [
    (0, False, 0.0, "C major"),
    (6, False, 0.0, "F# major"),
    (10, False, 30.0, "Bb major"),
    (3, False, -40.0, "Eb major"),
    (4, True, 0.0, "E minor"),
    (8, True, -20.0, "G# minor"),
    (9, True, 40.0, "A minor"),
    (1, True, -40.0, "C# minor"),
]
"""Eight pieces of known key: tonic in semitones above C, mode, how far they are out of tune in cents."""


@pytest.mark.parametrize(("tonic", "minor", "cents", "key"), PIECES)
def test_chords_in_a_key_are_read_as_that_key(tonic: int, minor: bool, cents: float, key: str) -> None:
    found = heard(chords(tonic, minor=minor, cents=cents, count=8))
    assert found.key == key
    assert found.key_confidence > 0.1


def test_a_wrong_key_is_less_sure_than_a_right_one() -> None:
    """The same pieces under a louder and louder melody of tones drawn by lot, until half of them are read wrong."""
    rng = np.random.default_rng(8)
    right, wrong = [], []
    for level in (0.3, 0.8, 2.0):
        for tonic, minor, cents, key in PIECES:
            music = chords(tonic, minor=minor, cents=cents, count=8)
            time_s = np.arange(RATE_HZ // 2) / RATE_HZ
            hz = 261.63 * 2 ** (rng.integers(0, 24, len(music) // len(time_s)) / 12)
            stray = np.concatenate([np.sin(2 * np.pi * one * time_s) * np.exp(-time_s / 0.3) for one in hz])
            track = music + level * np.resize(stray, len(music))
            chroma = chroma_of(track, cents / 100)
            assert chroma is not None
            found, confidence = key_of(chroma)
            (right if found == key else wrong).append(confidence)
    assert min(len(right), len(wrong)) >= 6
    assert np.mean(wrong) < 0.5 * np.mean(right)


@pytest.mark.parametrize(("tonic", "minor", "key"), [(2, False, "D major"), (7, True, "G minor")])
def test_a_key_is_read_through_drums(tonic: int, minor: bool, key: str) -> None:
    music = chords(tonic, minor=minor, count=8)
    found = heard(music + drums(100, len(music) / RATE_HZ))
    assert found.key is not None
    assert key_distance_steps(found.key, key) <= 1
    assert found.tempo_bpm == pytest.approx(100.0, abs=0.1)
    assert found.reason is None


def test_a_song_that_modulates_has_another_key_at_its_end() -> None:
    found = heard(np.concatenate([chords(0, minor=False, count=16), chords(3, minor=False, count=16)]))
    assert found.opening is not None
    assert found.closing is not None
    assert (found.opening.key, found.closing.key) == ("C major", "Eb major")


def test_channels_that_cancel_in_mono_are_still_heard() -> None:
    left = chords(0, minor=False, count=8)
    assert heard(np.column_stack([left, -left])).key == "C major"


def test_what_cannot_be_measured_says_why(rng: np.random.Generator) -> None:
    noise = 0.1 * rng.standard_normal(10 * RATE_HZ)
    held = 0.2 * np.sin(2 * np.pi * 220 * np.arange(10 * RATE_HZ) / RATE_HZ)
    ticks = clicks(np.arange(0.1, 9.5, 0.5), 10.0)
    for track, reason in (
        (np.zeros(10 * RATE_HZ), "silent"),
        (np.zeros(0), "too short"),
        (ticks[: 2 * RATE_HZ], "too short"),
        (noise, "no tempo"),
        (noise, "no key"),
        (ticks, "no key"),
        (held, "no tempo"),
    ):
        found = heard(track)
        assert found.reason is not None
        assert reason in found.reason
        assert found.tempo_bpm is None or reason == "no key"
        assert found.key is None or reason == "no tempo"


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
