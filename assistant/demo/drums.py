"""Instruments that are struck: one mono hit each, its character drawn from a seed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from analysis.units import Floats
from assistant.demo.synth import RATE_HZ, Voice, damped_sine, filtered

Hit = Callable[[np.random.Generator], Floats]
"""`hit(rng)`: one stroke as `(frames,)`."""

_METAL_HZ = (263.0, 400.0, 421.0, 474.0, 587.0, 845.0)
"""Pulses out of tune with each other, which together sound like a cymbal."""


def struck(hit: Hit) -> Voice:
    """A hit as a voice that takes no notice of pitch and length."""
    return lambda _freq_hz, _held_frames, rng: hit(rng)


def _noise(length_s: float, decay_s: float, rng: np.random.Generator) -> Floats:
    frames = int(length_s * RATE_HZ)
    return rng.standard_normal(frames) * np.exp(-np.arange(frames) / (decay_s * RATE_HZ))


def kick(rng: np.random.Generator, *, tune_hz: float = 52.0, decay_s: float = 0.13, click: float = 0.25) -> Floats:
    """A bass drum: a sine that drops onto `tune_hz`, and the beater."""
    seconds = np.arange(int(5.0 * decay_s * RATE_HZ)) / RATE_HZ
    drop_hz = tune_hz * (1.0 + 1.1 * np.exp(-seconds / 0.03) + 4.0 * np.exp(-seconds / 0.006))
    body = np.sin(2.0 * np.pi * np.cumsum(drop_hz) / RATE_HZ) * np.exp(-seconds / decay_s)
    beater = filtered(_noise(0.03, 0.005, rng), "bandpass", (900.0, 5_500.0))
    body[: len(beater)] += click * beater
    body[-400:] *= np.linspace(1.0, 0.0, 400)
    return np.tanh(1.6 * body)


def snare(rng: np.random.Generator, *, tune_hz: float = 192.0, wires_s: float = 0.085, wires: float = 0.5) -> Floats:
    """A snare drum: two modes of the head, and the wires beneath."""
    frames = int(0.5 * RATE_HZ)
    head = damped_sine(tune_hz, 0.06, frames) + 0.55 * damped_sine(1.62 * tune_hz, 0.04, frames)
    rattle = filtered(_noise(0.5, wires_s, rng), "bandpass", (800.0, 8_500.0), 1)
    crack = filtered(_noise(0.5, 0.007, rng), "highpass", 1_200.0)
    return 0.8 * head + wires * rattle + 0.5 * crack


def brush(rng: np.random.Generator) -> Floats:
    """Wire brushes laid on the snare: a swish with a soft start."""
    frames = int(0.4 * RATE_HZ)
    swish = rng.standard_normal(frames) * np.exp(-0.5 * ((np.arange(frames) / RATE_HZ - 0.05) / 0.045) ** 2)
    return 0.9 * filtered(swish, "bandpass", (900.0, 7_000.0), 1) + 0.12 * damped_sine(210.0, 0.05, frames)


def rim(rng: np.random.Generator) -> Floats:
    """A stick across the rim."""
    frames = int(0.15 * RATE_HZ)
    knock = damped_sine(480.0, 0.012, frames) + damped_sine(1_720.0, 0.008, frames)
    return knock + 0.3 * filtered(_noise(0.15, 0.004, rng), "highpass", 1_500.0)


def clap(rng: np.random.Generator) -> Floats:
    """Several hands, not quite together."""
    frames = int(0.35 * RATE_HZ)
    level = np.zeros(frames)
    for start_s, decay_s in ((0.0, 0.004), (0.009, 0.004), (0.019, 0.004), (0.027, 0.055)):
        start = int(start_s * RATE_HZ)
        level[start:] += np.exp(-np.arange(frames - start) / (decay_s * RATE_HZ))
    return filtered(rng.standard_normal(frames) * level, "bandpass", (750.0, 5_000.0), 1)


def hat(rng: np.random.Generator, *, decay_s: float = 0.035) -> Floats:
    """A hi-hat, shut or open by its `decay_s`."""
    length_s = min(6.0 * decay_s, 1.0)
    hiss = _noise(length_s, decay_s, rng)
    seconds = np.arange(len(hiss)) / RATE_HZ
    metal = sum(np.sign(np.sin(2.0 * np.pi * (freq_hz * seconds + rng.random()))) for freq_hz in _METAL_HZ)
    sound = 0.6 * hiss + 0.2 * metal * np.exp(-seconds / decay_s)
    return filtered(filtered(sound, "highpass", 5_200.0, 3), "lowpass", 15_000.0, 1)


def ride(rng: np.random.Generator) -> Floats:
    """A ride cymbal: a ping over a wash."""
    frames = int(1.6 * RATE_HZ)
    ping = np.zeros(frames)
    for freq_hz in rng.uniform(2_200.0, 9_500.0, 14):
        ping += damped_sine(float(freq_hz), 0.25, frames, rng.uniform(0.0, 6.0))
    wash = filtered(_noise(1.6, 0.3, rng), "highpass", 4_500.0)
    stick = filtered(_noise(1.6, 0.004, rng), "highpass", 2_500.0)
    return 0.12 * ping + 0.25 * wash + 0.6 * stick


def crash(rng: np.random.Generator) -> Floats:
    """A crash cymbal, three seconds of it."""
    frames = int(3.0 * RATE_HZ)
    wash = filtered(_noise(3.0, 0.65, rng), "bandpass", (2_500.0, 12_000.0), 1)
    low = filtered(_noise(3.0, 0.35, rng), "bandpass", (400.0, 2_500.0), 1)
    fade = np.minimum(1.0, np.arange(frames)[::-1] / (0.3 * RATE_HZ))
    return (wash + 0.4 * low) * fade


def shaker(rng: np.random.Generator) -> Floats:
    """Seeds in a box: a short swell of noise."""
    frames = int(0.12 * RATE_HZ)
    swell = np.exp(-0.5 * ((np.arange(frames) / RATE_HZ - 0.03) / 0.018) ** 2)
    return filtered(rng.standard_normal(frames) * swell, "bandpass", (4_000.0, 11_000.0), 1)


def tom(rng: np.random.Generator, *, tune_hz: float = 95.0) -> Floats:
    """A floor tom."""
    seconds = np.arange(int(0.7 * RATE_HZ)) / RATE_HZ
    drop_hz = tune_hz * (1.0 + 0.5 * np.exp(-seconds / 0.04))
    body = np.sin(2.0 * np.pi * np.cumsum(drop_hz) / RATE_HZ) * np.exp(-seconds / 0.14)
    return body + 0.15 * filtered(_noise(0.7, 0.01, rng), "bandpass", (500.0, 4_000.0))


KICK = struck(kick)
KICK_DEEP = struck(partial(kick, tune_hz=46.0, decay_s=0.17, click=0.18))
KICK_TIGHT = struck(partial(kick, tune_hz=58.0, decay_s=0.09, click=0.4))
SNARE = struck(snare)
SNARE_FAT = struck(partial(snare, tune_hz=168.0, wires_s=0.12, wires=0.6))
BRUSH = struck(brush)
RIM = struck(rim)
CLAP = struck(clap)
HAT = struck(hat)
HAT_OPEN = struck(partial(hat, decay_s=0.16))
RIDE = struck(ride)
CRASH = struck(crash)
SHAKER = struck(shaker)
TOM = struck(tom)
