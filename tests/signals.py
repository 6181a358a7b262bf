"""Test signals `(frames, channels)`, built so that anyone can tell what a meter must read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import scipy.signal

from analysis.track import Meter
from analysis.units import Floats, db_to_amplitude

EBU_TONE_HZ = 1000


@lru_cache(maxsize=4)
def _second_of_tone(rate_hz: int) -> Floats:
    return sine(EBU_TONE_HZ, 1.0, rate_hz)


def sine(frequency_hz: float, seconds: float, rate_hz: int, *, phase_deg: float = 0.0) -> Floats:
    """One channel of a full-scale sine, 1-D."""
    frames = np.arange(round(seconds * rate_hz))
    return np.asarray(np.sin(2 * np.pi * frequency_hz / rate_hz * frames + np.deg2rad(phase_deg)))


def stereo(channel: Floats) -> Floats:
    """The same signal on both channels."""
    return np.repeat(channel[:, None], 2, axis=1)


def ebu_tone(segments: Sequence[tuple[float, float]], rate_hz: int) -> Floats:
    """A 1 kHz tone on both channels, in phase, unbroken: `(seconds, peak level in dBFS)` each; -inf is silence."""
    frames = [round(seconds * rate_hz) for seconds, _ in segments]
    tone = np.resize(_second_of_tone(rate_hz), sum(frames))
    levels = np.array([level_dbfs for _, level_dbfs in segments])
    return stereo(tone * np.repeat(db_to_amplitude(levels), frames))


def ebu_surround_tone(seconds: float, levels_dbfs: Sequence[float], rate_hz: int) -> Floats:
    """A 1 kHz tone, in phase on all channels, each at its own peak level."""
    tone = np.resize(_second_of_tone(rate_hz), round(seconds * rate_hz))
    return np.outer(tone, db_to_amplitude(np.array(levels_dbfs)))


def faded(channel: Floats, seconds: float, rate_hz: int) -> Floats:
    """With straight fades at both ends."""
    frames = round(seconds * rate_hz)
    ramp = np.arange(frames) / frames
    out = channel.copy()
    out[:frames] *= ramp
    out[-frames:] *= ramp[::-1]
    return out


def hidden_peak(rate_hz: int, offset: int) -> Floats:
    """EBU Tech 3341 cases 20 to 23: one period at fs/4 and 0 dB within a tone at fs/6 and -6 dB, one channel.

    Built at four times the rate, limited to the band, and decimated from `offset`, which moves the peak between the
    samples. The burst starts at an upward zero crossing, and the tone goes on from phase 0 after it.
    """
    low, periods = db_to_amplitude(-6.0), rate_hz // 40
    carrier = low * np.sin(2 * np.pi * np.arange(24 * periods) / 24)
    burst = np.sin(2 * np.pi * np.arange(16) / 16)
    kernel = scipy.signal.firwin(511, 0.5, window="blackman", fs=4)
    wide = scipy.signal.fftconvolve(np.concatenate([carrier, burst, carrier]), kernel, mode="same")
    return faded(wide[offset::4], 0.1, rate_hz)


def pink_noise(seconds: float, rate_hz: int, rng: np.random.Generator, *, channels: int = 2) -> Floats:
    """Noise with equal power in every octave down to 10 Hz, independent channels, RMS 0.1."""
    frames = round(seconds * rate_hz)
    spectrum = np.fft.rfft(rng.standard_normal((frames, channels)), axis=0)
    frequencies_hz = np.fft.rfftfreq(frames, 1 / rate_hz)
    spectrum *= np.where(frequencies_hz < 10, 0.0, 1 / np.sqrt(np.maximum(frequencies_hz, 10)))[:, None]
    noise = np.fft.irfft(spectrum, frames, axis=0)
    return np.asarray(0.1 * noise / np.sqrt(np.mean(noise**2)))


def musical_noise(seconds: float, rate_hz: int, rng: np.random.Generator, *, channels: int = 2) -> Floats:
    """Pink noise that swells, pauses and breaks off, so that both gates have blocks to throw away."""
    noise = pink_noise(seconds, rate_hz, rng, channels=channels)
    time = np.arange(len(noise)) / rate_hz
    level_db = 8 * np.sin(2 * np.pi * time / 3.7) - 3 * np.sin(2 * np.pi * time / 0.41)
    level_db[(time % 5.0) > 4.2] -= 30  # under the relative gate
    level_db[(time % 7.0) > 6.1] -= 80  # under the absolute gate
    return np.ascontiguousarray(noise * db_to_amplitude(level_db)[:, None])


def feed(meter: Meter, samples: Floats, block_frames: int = 65_536) -> None:
    """Give a meter a whole signal, block by block."""
    for start in range(0, len(samples), block_frames):
        meter.update(samples[start : start + block_frames])
