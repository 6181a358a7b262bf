"""From a written song to stereo sound: strips are played, placed, given room and echo, and brought to level."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil

import numpy as np
from scipy import signal

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


def _loud_rms(sound: Floats) -> float:
    """RMS that the louder tenth of the sounding 400 ms blocks reaches; 0 for silence."""
    block = int(0.4 * RATE_HZ)
    whole = sound[: len(sound) // block * block].reshape(len(sound) // block, -1)
    blocks = np.einsum("ij,ij->i", whole, whole) / whole.shape[1]
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


def _placed(strip: Strip, takes: list[Floats]) -> Floats:
    """Takes on the stereo stage `(frames, 2)`: one by constant-power pan, two left and right."""
    if len(takes) == 1:
        angle = 0.25 * np.pi * (1.0 + strip.pan)
        return np.sqrt(2.0) * np.stack([np.cos(angle) * takes[0], np.sin(angle) * takes[0]], axis=1)
    near, far = 0.5 * (1.0 + strip.spread), 0.5 * (1.0 - strip.spread)
    return np.stack([near * takes[0] + far * takes[1], far * takes[0] + near * takes[1]], axis=1)


def _echoed(sound: Floats, delay_s: float, level_db: float) -> Floats:
    """`sound` and three echoes that change sides, each duller and half as loud as the one before."""
    result = sound.copy()
    echo = 0.5 * (sound[:, 0] + sound[:, 1])
    delay = round(delay_s * RATE_HZ)
    level = db_to_amplitude(level_db)
    for number in range(1, 4):
        echo = filtered(echo[: len(sound) - number * delay], "lowpass", 5_000.0, 1)
        near = number % 2
        result[number * delay :, near] += level * echo
        result[number * delay :, 1 - near] += 0.35 * level * echo
        level *= 0.5
    return result


def _strip_sound(song: Song, name: str, frames: int) -> Floats:
    """What one strip adds to the mix before the room, `(frames, 2)`."""
    strip = song.strips[name]
    notes = notes_of(song, name)
    place = list(song.strips).index(name)
    takes = []
    for number in range(strip.takes):
        rng = np.random.Generator(np.random.PCG64([song.seed, place, number]))
        take = _play(strip, notes, frames, rng)
        takes.append(take if strip.drive_db is None else _amplified(take, strip.drive_db))
    sound = _placed(strip, takes)
    sound *= db_to_amplitude(strip.level_db) / (_loud_rms(sound) or 1.0)
    if strip.echo_db is not None:
        sound = _echoed(sound, 0.75 * 60.0 / song.tempo_bpm, strip.echo_db)
    return sound


def _room(length_s: float, rng: np.random.Generator) -> Floats:
    """Impulse response of a room `(frames, 2)`: noise that dies, its highs first, of unit energy a channel."""
    frames = int(1.1 * length_s * RATE_HZ)
    seconds = np.arange(frames) / RATE_HZ
    response = np.zeros((frames, 2))
    for band_hz, share in (((180.0, 900.0), 1.0), ((900.0, 4_000.0), 0.85), ((4_000.0, 12_000.0), 0.5)):
        noise = filtered(rng.standard_normal((frames, 2)), "bandpass", band_hz, 1)
        response += noise * np.exp(-6.9 * seconds / (share * length_s))[:, np.newaxis]
    response = filtered(response, "highpass", 200.0) @ _ROOM_WIDTH
    response = np.concatenate([np.zeros((int(0.018 * RATE_HZ), 2)), response])
    return response / np.sqrt(np.sum(np.square(response), axis=0))


def _through_the_desk(mix: Floats) -> Floats:
    """What the record's desk does to every song: its tone, and the lows in the middle."""
    tone = signal.butter(2, (28.0, 17_500.0), "bandpass", fs=RATE_HZ, output="sos")
    sections = np.vstack([tone, *(design(band, RATE_HZ) for band in _RECORD_TONE)])
    mid = signal.sosfilt(sections, 0.5 * (mix[:, 0] + mix[:, 1]))
    lows_out = signal.butter(2, 140.0, "highpass", fs=RATE_HZ, output="sos")
    side = signal.sosfilt(np.vstack([sections, lows_out]), 0.5 * (mix[:, 0] - mix[:, 1]))
    return np.stack([mid + side, mid - side], axis=1)


def _ended(song: Song, mix: Floats) -> Floats:
    """The song's ending: a fade, a stop within 20 ms, or the last chord left to ring."""
    level = np.ones(len(mix))
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
    level[start : start + length] = curve[: len(mix) - start]
    return mix * level[:, np.newaxis]


def _rounded(mix: Floats, ceiling: float) -> Floats:
    """Peaks bent towards `ceiling`, linear; what is below half of it passes as it is."""
    knee = 0.5 * ceiling
    over = np.maximum(np.abs(mix) - knee, 0.0)
    return np.where(over > 0.0, np.sign(mix) * (knee + (ceiling - knee) * np.tanh(over / (ceiling - knee))), mix)


def render_song(song: Song) -> Floats:
    """Play one song.

    Args:
        song: what to play.

    Returns:
        `(frames, 2)` at `RATE_HZ`, full scale 1.0, the same samples each time.
    """
    frames = round(song.length_s * RATE_HZ)
    mix = np.zeros((frames, 2))
    send = np.zeros((frames, 2))
    for name, strip in song.strips.items():
        sound = _strip_sound(song, name, frames)
        mix += sound
        send += db_to_amplitude(strip.room_db) * sound
    response = _room(song.room_s, np.random.Generator(np.random.PCG64([song.seed, 1_000])))
    for channel in range(2):
        wet = signal.oaconvolve(np.ascontiguousarray(send[:, channel]), np.ascontiguousarray(response[:, channel]))
        mix[:, channel] += wet[:frames]
    mix = _through_the_desk(mix)
    heard = filtered(0.5 * (mix[:, 0] + mix[:, 1]), "highpass", 90.0)
    mix *= db_to_amplitude(song.loudness_db) / _loud_rms(heard)
    return _ended(song, _rounded(mix, db_to_amplitude(song.ceiling_db)))
