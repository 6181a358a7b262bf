"""From a written song to stereo sound: strips are played, placed, given room and echo, and brought to level."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil

import numpy as np
from scipy import fft, signal

from analysis.units import Floats, db_to_amplitude
from assistant.demo.score import Ending, Note, Song, Strip, notes_of
from assistant.demo.synth import RATE_HZ, filtered
from mastering.eq import design
from mastering.specs import EqBand, EqShape

_TIMING_S = 0.004
"""Standard deviation of a player's timing."""

_ROOM_WIDTH = np.array([[0.85, 0.15], [0.15, 0.85]])
"""How the two sides of the room leak into each other."""

_RECORD_TONE = (
    EqBand(shape=EqShape.BELL, freq_hz=1_500.0, gain_db=2.5, q=0.5),
    EqBand(shape=EqShape.HIGH_SHELF, freq_hz=10_000.0, gain_db=-4.0, q=0.6),
)
"""The colour that every song of the demo shares."""


def _loud_rms(*channels: Floats) -> float:
    """RMS that the louder tenth of the sounding 400 ms blocks reaches, over channels `(frames,)`; 0 for silence."""
    block = int(0.4 * RATE_HZ)
    whole = [channel[: len(channel) // block * block].reshape(-1, block) for channel in channels]
    blocks = sum(np.einsum("ij,ij->i", part, part) for part in whole) / (block * len(whole))
    sounding = blocks[blocks > 1e-5 * blocks.max(initial=0.0)]
    return float(np.sqrt(np.percentile(sounding, 90))) if len(sounding) else 0.0


def _play(strip: Strip, notes: Iterable[Note], frames: int, rng: np.random.Generator) -> Floats:
    """One take of a part, `(frames,)`; the same note is rendered `variants` times and then used again."""
    take = np.zeros(frames)
    rendered: dict[tuple[float, int, int], Floats] = {}
    for count, note in enumerate(notes):
        held_frames = max(1, round(note.held_s * RATE_HZ))
        key = (note.freq_hz, held_frames, count % strip.variants)
        if key not in rendered:
            rendered[key] = strip.voice(note.freq_hz, held_frames, rng)
        sound = rendered[key]
        start = max(0, round((note.start_s + _TIMING_S * rng.standard_normal()) * RATE_HZ))
        stop = min(frames, start + len(sound))
        take[start:stop] += note.gain * rng.uniform(0.88, 1.0) * sound[: stop - start]
    return take


def _amplified(take: Floats, drive_db: float) -> Floats:
    """A guitar amplifier: tightened lows, overdrive, and a loudspeaker that ends at 5 kHz."""
    tight = filtered(take / (_loud_rms(take) or 1.0), "highpass", 110.0, 1)
    driven = np.tanh(db_to_amplitude(drive_db) * 0.3 * filtered(tight, "lowpass", 6_500.0))
    return filtered(filtered(driven, "highpass", 85.0), "lowpass", 5_200.0, 3)


def _gains(strip: Strip) -> Floats:
    """What of each take goes left and right, `(2, takes)`: one by constant-power pan, two spread."""
    if strip.takes == 1:
        angle = 0.25 * np.pi * (1.0 + strip.pan)
        return np.array([[2.0**0.5 * np.cos(angle)], [2.0**0.5 * np.sin(angle)]])
    near, far = 0.5 * (1.0 + strip.spread), 0.5 * (1.0 - strip.spread)
    return np.array([[near, far], [far, near]])


def _echo(sound: Floats, delay_s: float, level_db: float) -> Floats:
    """Three echoes of a mono sound, `(2, frames)`: duller than it, changing sides, each half as loud as the last."""
    frames = len(sound)
    result = np.zeros((2, frames))
    delay = round(delay_s * RATE_HZ)
    dull = db_to_amplitude(level_db) * filtered(sound, "lowpass", 4_000.0, 1)
    for number in range(1, 4):
        near = number % 2
        result[near, number * delay :] += dull[: frames - number * delay]
        result[1 - near, number * delay :] += 0.35 * dull[: frames - number * delay]
        dull *= 0.5
    return result


def _strip_sound(song: Song, name: str, frames: int) -> Floats:
    """What one strip adds to the mix before the room, `(2, frames)`."""
    strip = song.strips[name]
    notes = notes_of(song, name)
    place = list(song.strips).index(name)
    takes = []
    for number in range(strip.takes):
        rng = np.random.Generator(np.random.PCG64([song.seed, place, number]))
        take = _play(strip, notes, frames, rng)
        takes.append(take if strip.drive_db is None else _amplified(take, strip.drive_db))
    gains = _gains(strip) * db_to_amplitude(strip.level_db) / (_loud_rms(*takes) or 1.0)
    sound = np.empty((2, frames))
    for channel in range(2):
        np.multiply(gains[channel, 0], takes[0], out=sound[channel])
        for gain, take in zip(gains[channel, 1:], takes[1:], strict=True):
            sound[channel] += gain * take
    if strip.echo_db is not None:
        sound += _echo(0.5 * (sound[0] + sound[1]), 0.75 * 60.0 / song.tempo_bpm, strip.echo_db)
    return sound


def _room(length_s: float, rng: np.random.Generator) -> Floats:
    """Impulse response of a room `(2, frames)`: noise that dies, its highs first, of unit energy a channel."""
    frames = int(0.75 * length_s * RATE_HZ)
    seconds = np.arange(frames) / RATE_HZ
    early = int(0.018 * RATE_HZ)
    response = np.zeros((2, early + frames))
    for channel in response:
        for band_hz, share in (((200.0, 900.0), 1.0), ((900.0, 4_000.0), 0.85), ((4_000.0, 12_000.0), 0.5)):
            noise = filtered(rng.standard_normal(frames), "bandpass", band_hz, 1)
            channel[early:] += noise * np.exp(-6.9 / (share * length_s) * seconds)
    response = _ROOM_WIDTH @ filtered(response, "highpass", 200.0)
    return np.asarray(response / np.sqrt(np.sum(np.square(response), axis=1, keepdims=True)))


def _convolved(sound: Floats, response: Floats) -> Floats:
    """A mono sound through a stereo response, `(2, frames)`: overlap and add, in pieces that fit the cache."""
    size = 2**18
    step = size - response.shape[1] + 1
    spectrum = fft.rfft(response, size)
    result = np.zeros((2, len(sound) + size))
    for start in range(0, len(sound), step):
        result[:, start : start + size] += fft.irfft(fft.rfft(sound[start : start + step], size) * spectrum, size)
    return result[:, : len(sound)]


def _through_the_desk(mix: Floats) -> Floats:
    """What the record's desk does to every song `(2, frames)`: its tone, and the lows in the middle."""
    tone = signal.butter(2, (28.0, 17_500.0), "bandpass", fs=RATE_HZ, output="sos")
    sections = np.vstack([tone, *(design(band, RATE_HZ) for band in _RECORD_TONE)])
    mid: Floats = signal.sosfilt(sections, 0.5 * (mix[0] + mix[1]))
    lows_out = signal.butter(2, 140.0, "highpass", fs=RATE_HZ, output="sos")
    side: Floats = signal.sosfilt(np.vstack([sections, lows_out]), 0.5 * (mix[0] - mix[1]))
    return np.asarray([mid + side, mid - side])


def _brought_to_level(song: Song, mix: Floats) -> Floats:
    """The song's loudness, and its peaks bent towards its ceiling; what is below half of that passes as it is."""
    gain = db_to_amplitude(song.loudness_db) / _loud_rms(filtered(0.5 * (mix[0] + mix[1]), "highpass", 90.0))
    knee = 0.5 * db_to_amplitude(song.ceiling_db)
    level = np.abs(gain * mix)
    over = level > knee
    gains = np.full(mix.shape, gain)
    gains[over] *= (knee + knee * np.tanh(level[over] / knee - 1.0)) / level[over]
    return np.asarray(mix * gains)


def _ended(song: Song, mix: Floats) -> Floats:
    """The song's ending: a fade, a stop within 20 ms, or the last chord left to ring."""
    frames = mix.shape[1]
    level = np.ones(frames)
    if song.ending is Ending.COLD:
        last_s = max(note.start_s + note.held_s for name in song.strips for note in notes_of(song, name))
        length_s = 0.02
    elif song.ending is Ending.FADE_OUT:
        last_s, length_s = song.played_s - song.fade_s, song.fade_s
    else:
        length_s = min(1.5, song.tail_s)
        last_s = song.length_s - length_s
    start, length = round(last_s * RATE_HZ), ceil(length_s * RATE_HZ)
    curve = np.linspace(1.0, 0.0, length) ** 2
    level[start:] = 0.0
    level[start : start + length] = curve[: frames - start]
    return mix * level


def render_song(song: Song) -> Floats:
    """Play one song.

    Args:
        song: what to play.

    Returns:
        `(frames, 2)` at `RATE_HZ`, full scale 1.0, the same samples each time.
    """
    frames = round(song.length_s * RATE_HZ)
    mix = np.zeros((2, frames))
    send = np.zeros(frames)
    for name, strip in song.strips.items():
        sound = _strip_sound(song, name, frames)
        mix += sound
        sound *= 0.5 * db_to_amplitude(strip.room_db)
        send += sound[0]
        send += sound[1]
    response = _room(song.room_s, np.random.Generator(np.random.PCG64([song.seed, 1_000])))
    mix += _convolved(send, response)
    finished = _ended(song, _brought_to_level(song, _through_the_desk(mix)))
    return np.ascontiguousarray(finished.T)
