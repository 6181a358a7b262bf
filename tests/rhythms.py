"""Music of known tempo, bars and key, mono, at a rate that is cheap to make."""

from __future__ import annotations

import numpy as np

from analysis.audio import Audio
from analysis.edges import Edges, find_edges
from analysis.loudness import LoudnessMeter
from analysis.musical import MusicalFeatures, musical_features
from analysis.units import Floats, db_to_amplitude
from tests.signals import feed

RATE_HZ = 22_050


def beats_s(bpm: float, seconds: float, first_s: float = 0.2) -> Floats:
    """Times of the beats of a song."""
    return np.arange(first_s, seconds - 0.3, 60.0 / bpm)


def clicks(times_s: Floats, seconds: float, rate_hz: int = RATE_HZ) -> Floats:
    """Ticks of 4 ms."""
    time_s = np.arange(round(0.03 * rate_hz)) / rate_hz
    tick = 0.5 * np.exp(-time_s / 0.004) * np.sin(2 * np.pi * 1000 * time_s)
    return placed([(at_s, tick) for at_s in times_s], seconds, rate_hz)


def drums(
    bpm: float,
    seconds: float = 30.0,
    *,
    metre: int = 4,
    first_s: float = 0.2,
    swing: float = 0.0,
    missing: float = 0.0,
    wavering_s: float = 0.0,
    noise_db: float | None = None,
    seed: int = 1,
) -> Floats:
    """Kick on the first beat (and the third of four), snare on the others, hats on quavers.

    Args:
        bpm: tempo.
        seconds: length.
        metre: beats in a bar.
        first_s: time of the first beat.
        swing: by which part of a beat the second quaver is late.
        missing: share of strokes of kick and snare that are left out.
        wavering_s: standard deviation of each stroke's time.
        noise_db: level of white noise under it.
        seed: of all that is drawn by lot.
    """
    rng = np.random.default_rng(seed)
    time_s = np.arange(round(0.25 * RATE_HZ)) / RATE_HZ
    hat = 0.05 * rng.standard_normal(len(time_s)) * np.exp(-time_s / 0.02)
    snare = 0.3 * rng.standard_normal(len(time_s)) * np.exp(-time_s / 0.06)
    kick = 0.6 * np.sin(2 * np.pi * (50 * time_s + 3 * (1 - np.exp(-time_s / 0.02)))) * np.exp(-time_s / 0.12)
    strokes = []
    for count, beat_s in enumerate(beats_s(bpm, seconds, first_s)):
        low = count % metre == 0 or (metre == 4 and count % 4 == 2)
        if rng.random() >= missing:
            strokes.append((beat_s + rng.normal(0.0, wavering_s), kick if low else snare))
        strokes += [(beat_s + part * 60.0 / bpm, hat) for part in (0.0, 0.5 + swing)]
    track = placed(strokes, seconds)
    return track if noise_db is None else track + db_to_amplitude(noise_db) * rng.standard_normal(len(track))


def bars(bpm: float, metre: int, seconds: float = 25.0, *, first_s: float = 0.2, pickup_beats: int = 0) -> Floats:
    """A chord on every beat, another one and a bass note with every bar; drums; perhaps some beats before the first."""
    beat_s = 60.0 / bpm
    time_s = np.arange(round(beat_s * RATE_HZ)) / RATE_HZ
    fall = np.exp(-time_s / 0.4) * np.minimum(1.0, time_s / 0.002)
    notes = []
    for count, at_s in enumerate(beats_s(bpm, seconds, first_s)):
        in_bar, bar = (count - pickup_beats) % metre, (count - pickup_beats) // metre
        root = (0, 5, 7, 9, 2, 4)[bar % 6]
        chord = sum(np.sin(2 * np.pi * time_s * 130.8 * 2 ** ((root + step) / 12)) for step in (0, 4, 7, 12))
        notes.append((at_s, 0.04 * fall * chord))
        if in_bar == 0:
            notes.append((at_s, 0.15 * fall * np.sin(2 * np.pi * time_s * 65.4 * 2 ** (root / 12))))
    beat = drums(bpm, seconds, metre=metre, first_s=first_s + pickup_beats * beat_s, noise_db=-85.0)
    return placed(notes, seconds) + beat


def chords(tonic: int, *, minor: bool, cents: float = 0.0, bpm: float = 120.0, count: int = 16) -> Floats:
    """I IV V vi IV V I I, or i iv VII III VI V i i, two seconds each at 120 BPM, six partials a note."""
    steps = [(0, 3), (5, 3), (10, 4), (3, 4), (8, 4), (7, 4), (0, 3), (0, 3)]
    if not minor:
        steps = [(0, 4), (5, 4), (7, 4), (9, 3), (5, 4), (7, 4), (0, 4), (0, 4)]
    time_s = np.arange(round(240 / bpm * RATE_HZ)) / RATE_HZ
    envelope = np.minimum(1, time_s / 0.01) * np.exp(-time_s / 1.5)
    track = []
    for root, third in (steps * count)[:count]:
        semitones = np.array([-12, 0, third, 7, 12]) + root + tonic + cents / 100
        hz = 261.63 * 2 ** (semitones / 12)
        track.append(sum(0.03 / k * envelope * np.sin(2 * np.pi * k * one * time_s) for one in hz for k in range(1, 7)))
    return np.concatenate(track)


def placed(sounds: list[tuple[float, Floats]], seconds: float, rate_hz: int = RATE_HZ) -> Floats:
    """Sounds, each from its time on, to the nearest sample."""
    track = np.zeros(round((seconds + 2.0) * rate_hz))
    for at_s, sound in sounds:
        start = max(0, round(at_s * rate_hz))
        track[start : start + len(sound)] += sound
    return track[: round(seconds * rate_hz)]


def edges(track: Floats, rate_hz: int = RATE_HZ) -> Edges:
    """Of a mono song; how loud its loud sections are is taken from its loudest 3 s."""
    meter = LoudnessMeter(rate_hz, 1)
    feed(meter, track[:, None])
    short = meter.short_term_lufs()
    loud_lufs = float(short.max()) if len(short) and np.isfinite(short.max()) else None
    return find_edges(meter.hop_energies(), rate_hz, loud_lufs, len(track) / rate_hz)


def heard(samples: Floats, rate_hz: int = RATE_HZ) -> MusicalFeatures:
    """Of a song `(frames,)` or `(frames, channels)`."""
    columns = samples if samples.ndim > 1 else samples[:, None]
    return musical_features(Audio.from_array(columns, rate_hz), len(columns), edges(columns[:, 0], rate_hz))
