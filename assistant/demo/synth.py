"""Instruments that hold a pitch: a frequency and a length in, one mono note out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from scipy import signal

from analysis.units import Floats

RATE_HZ = 44_100
"""Sample rate of everything in the demo album, Hz."""

Voice = Callable[[float, int, np.random.Generator], Floats]
"""`voice(freq_hz, held_frames, rng)`: one note `(frames,)` with its release; `rng` draws phases and noise."""

_SILENT = 1e-3
"""A decaying partial is left out from where it has fallen by 60 dB."""


def filtered(
    sound: Floats,
    kind: Literal["lowpass", "highpass", "bandpass"],
    freq_hz: float | tuple[float, float],
    order: int = 2,
) -> Floats:
    """`sound` through a Butterworth filter along its frames; `freq_hz` is a pair for a band pass."""
    sections = signal.butter(order, freq_hz, kind, fs=RATE_HZ, output="sos")
    return np.asarray(signal.sosfilt(sections, sound, axis=0), dtype=np.float64)


def damped_sine(freq_hz: float, decay_s: float, frames: int, phase: float = 0.0) -> Floats:
    """A sine `(frames,)` that falls by a factor e in `decay_s`: the ring of a two-pole filter."""
    angle = 2.0 * np.pi * freq_hz / RATE_HZ
    radius = np.exp(-1.0 / (decay_s * RATE_HZ))
    ringing = min(frames, int(-np.log(_SILENT) * decay_s * RATE_HZ) + 1)
    impulse = np.zeros(ringing)
    impulse[0] = 1.0
    numerator = [np.sin(phase), radius * np.sin(angle - phase)]
    denominator = [1.0, -2.0 * radius * np.cos(angle), radius**2]
    sound = np.zeros(frames)
    sound[:ringing] = signal.lfilter(numerator, denominator, impulse)
    return sound


def saw(phase: Floats, step: Floats | float) -> Floats:
    """A sawtooth with its corners rounded against aliasing (polynomial band-limited steps).

    Args:
        phase: running phase in cycles.
        step: cycles per frame, of the same shape or one figure.
    """
    place = phase % 1.0
    wave = 2.0 * place - 1.0
    steps = np.broadcast_to(np.asarray(step), place.shape)
    after = np.flatnonzero(place < steps)
    ahead = np.flatnonzero(place > 1.0 - steps)
    since = place[after] / steps[after]
    until = (place[ahead] - 1.0) / steps[ahead]
    wave[after] -= 2.0 * since - since**2 - 1.0
    wave[ahead] -= 2.0 * until + until**2 + 1.0
    return wave


def shaped(
    sound: Floats, held_frames: int, *, attack_s: float, decay_s: float = np.inf, sustain: float = 1.0
) -> Floats:
    """`sound` under an envelope: a rounded attack, a fall to `sustain`, a rounded release after `held_frames`."""
    frames = len(sound)
    seconds = np.arange(frames) / RATE_HZ
    level = sustain + (1.0 - sustain) * np.exp(-seconds / decay_s)
    rising = min(frames, max(1, int(attack_s * RATE_HZ)))
    level[:rising] *= np.sin(0.5 * np.pi * np.arange(rising) / rising) ** 2
    falling = frames - held_frames
    level[held_frames:] *= np.cos(0.5 * np.pi * np.arange(falling) / falling) ** 2
    return sound * level


def _length(held_frames: int, release_s: float) -> int:
    return held_frames + max(1, int(release_s * RATE_HZ))


def _saws(freq_hz: float, frames: int, rng: np.random.Generator, cents: tuple[float, ...]) -> Floats:
    """Saws side by side, each out of tune by so many cents."""
    count = np.arange(frames)
    total = np.zeros(frames)
    for offset in cents:
        step = freq_hz * 2.0 ** (offset / 1200.0) / RATE_HZ
        total += saw(rng.random() + step * count, step)
    return total / len(cents)


def plucked(
    freq_hz: float,
    held_frames: int,
    rng: np.random.Generator,
    *,
    ring_s: float = 2.5,
    softness: float = 0.15,
    release_s: float = 0.12,
) -> Floats:
    """A plucked string (Karplus and Strong): noise in a delay line that loses its highs as it goes round.

    Args:
        freq_hz: pitch.
        held_frames: until the string is damped.
        rng: draws the pluck.
        ring_s: time in which the fundamental would fall by 60 dB.
        softness: share of the loop filter's outer taps, 0 (bright) to 0.25 (dull).
        release_s: length of the damping.
    """
    frames = _length(held_frames, release_s)
    period = RATE_HZ / freq_hz - 1.0  # the loop filter delays by one frame itself
    whole = int(period)
    part = period - whole
    loop = np.convolve([1.0 - part, part], [softness, 1.0 - 2.0 * softness, softness])
    loop *= 10.0 ** (-3.0 / (freq_hz * ring_s))
    before = whole + len(loop) - 1
    string = np.zeros(before + frames + whole)
    stroke = rng.uniform(-1.0, 1.0, whole)
    string[before : before + whole] = stroke - np.roll(stroke, whole // 5)  # a fifth of the way along the string
    for start in range(before + whole, before + frames, whole):
        string[start : start + whole] = np.convolve(string[start - before : start], loop, "valid")
    string = string[before : before + frames]
    return shaped(string, held_frames, attack_s=0.001)


def electric_piano(freq_hz: float, held_frames: int, rng: np.random.Generator) -> Floats:
    """A tine piano by frequency modulation: a warm carrier, and a bell that dies soon."""
    frames = _length(held_frames, 0.18)
    seconds = np.arange(frames) / RATE_HZ
    angle = 2.0 * np.pi * freq_hz * seconds + rng.uniform(0.0, 2.0 * np.pi)
    depth = (0.5 + 1.1 * np.exp(-seconds / 0.35)) * min(1.0, 300.0 / freq_hz + 0.25)
    body = np.sin(angle + depth * np.sin(angle))
    bell = np.sin(angle + 0.6 * np.exp(-seconds / 0.12) * np.sin(9.0 * angle))
    return shaped(0.75 * body + 0.25 * bell, held_frames, attack_s=0.003, decay_s=1.1, sustain=0.15)


def piano(freq_hz: float, held_frames: int, rng: np.random.Generator) -> Floats:
    """A struck string: stretched partials, the higher the sooner gone, and the knock of the hammer."""
    frames = _length(held_frames, 0.25)
    note = np.zeros(frames)
    stretch = 4e-4 * freq_hz / 261.6
    for number in range(1, 25):
        partial_hz = number * freq_hz * np.sqrt(1.0 + stretch * number**2)
        if partial_hz > 0.4 * RATE_HZ:
            break
        strength = abs(np.sin(np.pi * number / 7.3)) / number**1.1
        decay_s = 1.6 * (261.6 / freq_hz) ** 0.5 / (1.0 + 0.18 * number)
        note += strength * damped_sine(partial_hz, decay_s, frames, rng.uniform(0.0, 2.0 * np.pi))
    knock = rng.standard_normal(min(frames, 1_300))
    knock *= np.exp(-np.arange(len(knock)) / 260.0)
    note[: len(knock)] += 0.05 * filtered(knock, "bandpass", (200.0, 3_000.0))
    return shaped(note, held_frames, attack_s=0.002)


_DRAWBARS = ((1, 0.5), (2, 1.0), (3, 0.6), (4, 0.6), (6, 0.35), (8, 0.3), (12, 0.2), (16, 0.2))
"""Partials over half the pitch, and their strengths."""


def organ(freq_hz: float, held_frames: int, rng: np.random.Generator) -> Floats:
    """Drawbars on a rotating speaker, with the click of its key."""
    frames = _length(held_frames, 0.06)
    seconds = np.arange(frames) / RATE_HZ
    turn = 2.0 * np.pi * 6.3 * seconds + rng.uniform(0.0, 2.0 * np.pi)
    place = freq_hz * seconds + 0.04 * np.sin(turn)
    cycle = 2.0 * np.pi * np.linspace(0.0, 1.0, 4_097)
    pipes = sum(strength * np.sin(number * cycle + rng.uniform(0.0, 6.28)) for number, strength in _DRAWBARS)
    note = np.interp(0.5 * place % 1.0, cycle / (2.0 * np.pi), pipes)
    note *= 1.0 + 0.22 * np.sin(turn)
    click = rng.standard_normal(min(frames, 220))
    note[: len(click)] += 0.5 * click * np.linspace(1.0, 0.0, len(click))
    return shaped(note, held_frames, attack_s=0.004)


def pad(
    freq_hz: float, held_frames: int, rng: np.random.Generator, *, attack_s: float = 0.35, cutoff_hz: float = 2_600.0
) -> Floats:
    """Four saws out of tune under a low pass: a slow carpet, or strings where the attack is shorter."""
    frames = _length(held_frames, 0.5)
    cents = tuple(rng.uniform(-11.0, 11.0, 4))
    sound = filtered(_saws(freq_hz, frames, rng, cents), "lowpass", cutoff_hz)
    return shaped(sound, held_frames, attack_s=attack_s)


def synth_lead(freq_hz: float, held_frames: int, rng: np.random.Generator) -> Floats:
    """Two saws that open bright and close."""
    frames = _length(held_frames, 0.15)
    raw = _saws(freq_hz, frames, rng, (-6.0, 5.0))
    open_share = np.exp(-np.arange(frames) / (0.18 * RATE_HZ))
    closed = filtered(raw, "lowpass", min(4.0 * freq_hz, 5_000.0))
    opened = filtered(raw, "lowpass", 9_000.0, 1)
    return shaped(closed + open_share * (opened - closed), held_frames, attack_s=0.006, decay_s=0.5, sustain=0.6)


_VOWELS = (
    ((730.0, 1_090.0, 2_440.0, 3_400.0), (1.0, 0.75, 0.4, 0.25)),
    ((570.0, 900.0, 2_500.0, 3_400.0), (1.0, 0.7, 0.35, 0.22)),
    ((500.0, 1_750.0, 2_500.0, 3_500.0), (1.0, 0.65, 0.45, 0.28)),
)
"""Formants in Hz, and their strengths, for ah, oh and eh."""


def sung(freq_hz: float, held_frames: int, rng: np.random.Generator, *, breath: float = 0.04) -> Floats:
    """A wordless singer: a buzz through the formants of one vowel, late vibrato, a consonant ahead, and breath."""
    frames = _length(held_frames, 0.12)
    seconds = np.arange(frames) / RATE_HZ
    vibrato = np.sin(2.0 * np.pi * 5.4 * seconds + rng.uniform(0.0, 6.0))
    wobble = 0.006 * np.clip((seconds - 0.15) / 0.4, 0.0, 1.0) * vibrato
    scoop = -0.03 * np.exp(-seconds / 0.04)
    step = freq_hz * (1.0 + wobble + scoop) / RATE_HZ
    buzz = saw(rng.random() + np.cumsum(step), step)
    formants_hz, strengths = _VOWELS[int(rng.integers(len(_VOWELS)))]
    note = 0.1 * filtered(buzz, "lowpass", 900.0)
    for formant_hz, strength in zip(formants_hz, strengths, strict=True):
        numerator, denominator = signal.iirpeak(formant_hz, formant_hz / (90.0 + 0.06 * formant_hz), fs=RATE_HZ)
        note += strength * signal.lfilter(numerator, denominator, buzz)
    air = filtered(rng.standard_normal(frames), "highpass", 3_500.0)
    consonant = np.exp(-0.5 * ((seconds - 0.035) / 0.016) ** 2)
    note += breath * air * (0.25 + 2.2 * consonant)
    return shaped(note, held_frames, attack_s=0.03, decay_s=0.8, sustain=0.75)


def finger_bass(freq_hz: float, held_frames: int, rng: np.random.Generator) -> Floats:
    """An electric bass: a round fundamental and partials that fade within the note."""
    frames = _length(held_frames, 0.06)
    note = np.zeros(frames)
    for number in range(1, 19):
        strength = abs(np.sin(np.pi * number * 0.28)) / number**1.25
        decay_s = 1.4 / (1.0 + 0.4 * number)
        note += strength * damped_sine(number * freq_hz, decay_s, frames, rng.uniform(0.0, 2.0 * np.pi))
    return shaped(note, held_frames, attack_s=0.006)


def synth_bass(freq_hz: float, held_frames: int, rng: np.random.Generator) -> Floats:
    """A saw under a low pass that shuts quickly, over a sine."""
    frames = _length(held_frames, 0.05)
    step = freq_hz / RATE_HZ
    raw = _saws(freq_hz, frames, rng, (-4.0, 4.0))
    dull = filtered(raw, "lowpass", 220.0)
    bright = filtered(raw, "lowpass", 2_400.0)
    closing = np.exp(-np.arange(frames) / (0.11 * RATE_HZ))
    deep = np.sin(2.0 * np.pi * step * np.arange(frames))
    return shaped(0.8 * deep + dull + closing * bright, held_frames, attack_s=0.004, decay_s=0.6, sustain=0.7)


def electric_string(freq_hz: float, held_frames: int, rng: np.random.Generator) -> Floats:
    """A steel string as a pickup hears it; the strip's amplifier makes it a guitar."""
    return plucked(freq_hz, held_frames, rng, ring_s=6.0, softness=0.06, release_s=0.04)
