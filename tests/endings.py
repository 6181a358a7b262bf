"""Songs made up with an ending of a known kind, drawn at random; mono, with the time at which they are felt to end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.edges import Ending
from analysis.units import Floats, db_to_amplitude

RATE_HZ = 16_000
FELT_DB = 50.0
LONG_S = 30.0

NOTES_HZ = 220.0 * 2 ** (np.array([0, 2, 3, 5, 7, 8, 10, 12]) / 12)


@dataclass(frozen=True, kw_only=True, slots=True)
class MadeUp:
    """A song, how it ends, when it is felt to (from its gain alone), and in words what was drawn."""

    samples: Floats
    ending: Ending
    felt_end_s: float
    words: str


def draw(rng: np.random.Generator) -> MadeUp:
    """A song of 15 to 25 s that ends cold, rings out or fades; half of them over noise at -60 to -90 dBFS."""
    kind = (Ending.COLD, Ending.RING_OUT, Ending.FADE)[rng.integers(3)]
    end_s = rng.uniform(12.0, 22.0)
    makers: dict[Ending, Callable[[np.random.Generator, float], tuple[Floats, float, str]]] = {
        Ending.COLD: _cold,
        Ending.RING_OUT: _ringing,
        Ending.FADE: _fading,
    }
    samples, felt_end_s, words = makers[kind](rng, end_s)
    samples *= db_to_amplitude(rng.uniform(-18.0, -9.0)) / float(np.sqrt(np.mean(samples[: 8 * RATE_HZ] ** 2)))
    samples = np.pad(samples, (0, round(rng.uniform(0.0, 4.0) * RATE_HZ)))
    if rng.random() < 0.5:
        level_db = rng.uniform(-90.0, -60.0)
        samples = samples + db_to_amplitude(level_db) * rng.standard_normal(len(samples))
        words += f", noise {level_db:.0f} dB"
    return MadeUp(samples=samples, ending=kind, felt_end_s=felt_end_s, words=words)


def _cold(rng: np.random.Generator, end_s: float) -> tuple[Floats, float, str]:
    """Cut off, or stopped within a tenth of a second."""
    release_s = rng.uniform(0.002, 0.1)
    time_s = np.arange(round((end_s + release_s) * RATE_HZ)) / RATE_HZ
    gain = np.clip((end_s + release_s - time_s) / release_s, 0.0, 1.0)
    return band(rng, end_s + release_s) * gain, end_s + release_s, f"cold {release_s:.3f} s"


def _ringing(rng: np.random.Generator, end_s: float) -> tuple[Floats, float, str]:
    """The last chord decays by 8 to 60 dB/s, with the tail of a room or without."""
    db_per_s = float(np.exp(rng.uniform(np.log(8.0), np.log(60.0))))
    room = rng.random() < 0.5
    seconds = 80.0 / db_per_s
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    held = _chord(rng, time_s, decay_s=np.inf)
    if room:
        held = held + 0.7 * float(np.sqrt(np.mean(held**2))) * rng.standard_normal(len(held))
    last = held * np.minimum(1.0, time_s / 0.005) * db_to_amplitude(-db_per_s * time_s)
    song = np.concatenate([band(rng, end_s), last * rng.uniform(0.8, 1.5)])
    return song, end_s + FELT_DB / db_per_s, f"ring-out {db_per_s:.0f} dB/s{', room' if room else ''}"


def _fading(rng: np.random.Generator, end_s: float) -> tuple[Floats, float, str]:
    """Faded over 3 to 20 s, straight in decibels (to -60 dB) or along a cosine; the music plays on."""
    fade_s = rng.uniform(3.0, 20.0)
    shape = ("straight", "cosine")[rng.integers(2)]
    time_s = np.arange(round((end_s + fade_s) * RATE_HZ)) / RATE_HZ
    gain = fade_gain(shape, (time_s - end_s) / fade_s)
    felt = float(time_s[np.flatnonzero(gain > db_to_amplitude(-FELT_DB))[-1]])
    return band(rng, end_s + fade_s) * gain, felt, f"fade {fade_s:.1f} s {shape}"


def fade_gain(shape: str, done: Floats) -> Floats:
    """Gain of a fade-out of which a share is done, 0 to 1."""
    done = np.clip(done, 0.0, 1.0)
    if shape == "cosine":
        return np.asarray(0.5 + 0.5 * np.cos(np.pi * done))
    return np.where(done < 1.0, db_to_amplitude(-60.0 * done), 0.0)


def band(rng: np.random.Generator, seconds: float) -> Floats:
    """Chords, a bass, and in most songs drums, at 60 to 170 BPM; a held pad in some."""
    beat_s = 60.0 / rng.uniform(60.0, 170.0)
    track = np.zeros(round((seconds + 3.0) * RATE_HZ))
    chord_beats = (1, 2, 4)[rng.integers(3)] if beat_s < 0.6 else 1
    with_drums = rng.random() < 0.7
    chord_s = np.arange(round(min(3.0, chord_beats * beat_s * 1.2) * RATE_HZ)) / RATE_HZ
    hit_s = np.arange(round(0.2 * RATE_HZ)) / RATE_HZ
    for count in range(int(seconds / beat_s) + 1):
        start = round(count * beat_s * RATE_HZ)
        if count % chord_beats == 0:
            track[start : start + len(chord_s)] += _chord(rng, chord_s, decay_s=rng.uniform(0.3, 1.0))
        if with_drums:
            hit = 0.25 * rng.standard_normal(len(hit_s)) * np.exp(-hit_s / 0.04)
            if count % 2 == 0:
                hit = 0.3 * hit + 0.5 * np.sin(2 * np.pi * 60.0 * hit_s) * np.exp(-hit_s / 0.08)
            track[start : start + len(hit)] += hit
    if rng.random() < 0.3:
        track += 0.5 * _chord(rng, np.arange(len(track)) / RATE_HZ, decay_s=np.inf)
    return track[: round(seconds * RATE_HZ)]


def _chord(rng: np.random.Generator, time_s: Floats, *, decay_s: float) -> Floats:
    tones = rng.choice(NOTES_HZ, 3, replace=False) * rng.choice([0.5, 1.0, 2.0])
    wave = sum(0.06 * np.sin(2 * np.pi * hz * time_s + rng.uniform(0, 6)) for hz in tones)
    return np.asarray(wave * np.minimum(1.0, time_s / 0.005) * np.exp(-time_s / decay_s))
