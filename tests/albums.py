"""Small albums for tests: songs made of arithmetic, spooled and delivered the way a session does it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyloudnorm
import scipy.signal
import soxr

from analysis.audio import Audio
from analysis.units import Floats, amplitude_to_db
from mastering.chain import build, process
from mastering.delivery import Delivery
from mastering.delivery_specs import Anchor, Container, DeliverySpec, Encoding
from mastering.finish import finish
from mastering.render import AlbumRenderer
from mastering.specs import AlbumSpec, TrackSpec
from mastering.spool import Spool
from mastering.timeline import recordings

RATE_HZ = 44_100


def music(seconds: float, rate_hz: int, rng: np.random.Generator, *, tempo_bpm: float = 120.0) -> Floats:
    """Stereo that moves like a song: a kick, a bass, a chord that swells, hats; highest sample 0.5."""
    frames = round(seconds * rate_hz)
    time = np.arange(frames) / rate_hz
    beat_s = 60 / tempo_bpm
    since_beat_s = time % beat_s
    kick = np.exp(-since_beat_s / 0.08) * np.sin(2 * np.pi * 55 * since_beat_s + 6 * np.exp(-since_beat_s / 0.01))
    bass = 0.3 * np.sin(2 * np.pi * 82.4 * time) * (0.6 + 0.4 * np.sin(2 * np.pi * time / (4 * beat_s)))
    swell = 0.5 - 0.4 * np.cos(2 * np.pi * time / (8 * beat_s))
    chord = sum(np.sin(2 * np.pi * hz * time + hz) for hz in (220.0, 277.2, 329.6, 440.0, 554.4)) * 0.12 * swell
    noise = rng.standard_normal((frames, 2))
    hats = scipy.signal.sosfilt(scipy.signal.butter(2, 0.3, "high", output="sos"), noise, axis=0)
    hats *= (0.15 * np.exp(-(time % (beat_s / 2)) / 0.02))[:, None]
    wide = np.stack([np.roll(chord, 100), chord], axis=1) + hats + 0.01 * noise
    mixed = (kick + bass)[:, None] + wide
    return np.asarray(0.5 * mixed / np.abs(mixed).max())


def on_grid(samples: Floats, bits: int) -> Floats:
    """Rounded to integers of so many bits, as floats."""
    scale = 2.0 ** (bits - 1)
    return np.asarray(np.clip(np.round(samples * scale), -scale, scale - 1) / scale)


def track(samples: Floats, rate_hz: int = RATE_HZ, **changes: Any) -> TrackSpec:
    """A track that uses all of its mix, unless told otherwise."""
    seconds = len(samples) / rate_hz
    known: dict[str, Any] = {"source": "song.wav", "title": "Song", "start_s": 0.0, "end_s": seconds}
    known |= {"first_sound_s": 0.0, "felt_end_s": seconds, "gap_s": 1.0}
    return TrackSpec(frames=len(samples), rate_hz=rate_hz, channels=samples.shape[1], **(known | changes))


def album(*tracks: TrackSpec, **changes: Any) -> AlbumSpec:
    """An album of them."""
    known: dict[str, Any] = {"title": "Record", "rate_hz": RATE_HZ, "loudness_lufs": None, "seed": 1}
    return AlbumSpec(tracks=tracks, **(known | changes))


def delivery(**changes: Any) -> DeliverySpec:
    """24-bit WAV at the album's rate, -14 LUFS as an album, peaks to -1 dBTP, unless told otherwise."""
    known: dict[str, Any] = {"name": "place", "title": "A place", "loudness_lufs": -14.0, "fallback_lufs": -14.0}
    known |= {"anchor": Anchor.ALBUM, "ceiling_dbtp": -1.0, "rate_hz": None, "container": Container.WAV}
    known |= {"encoding": Encoding.PCM_24, "sector_frames": 1, "source": "a test"}
    return DeliverySpec(**(known | changes))


def spooled(wanted: AlbumSpec, songs: Sequence[Floats], folder: Path) -> list[Spool]:
    """Every song through its chain into a spool; those that run on into each other as one."""
    folder.mkdir(parents=True, exist_ok=True)
    spools: list[Spool] = []
    for run in recordings([spec.runs_on for spec in wanted.tracks]):
        spec = wanted.tracks[run[0]]
        samples = np.concatenate([songs[number] for number in run])
        spool = Spool(folder / f"{run[0]}.raw", spec.rate_hz, spec.channels, double=spec.precise)
        stages = build(spec.chain, spec.rate_hz, spec.channels)
        for _ in spool.fill(process(Audio.from_array(samples, spec.rate_hz), stages)):
            pass
        first = 0
        for number in run:
            spools.append(spool.since(first) if first else spool)
            first += len(songs[number])
    return spools


def deliver(wanted: AlbumSpec, songs: Sequence[Floats], place: DeliverySpec, folder: Path) -> Delivery:
    """Render one delivery of an album into `folder`, which is made."""
    spools = spooled(wanted, songs, folder.with_name(f"{folder.name}-spools"))
    folder.mkdir(parents=True)
    with ThreadPoolExecutor(2) as pool:
        renderer = AlbumRenderer(wanted, spools, pool)
        return finish(renderer.render(place, folder, lambda _number, _frames: None), pool)


def peak_dbtp(samples: Floats) -> float:
    """True peak by another hand: all of it at 16 times the rate through libsoxr."""
    padded = np.pad(samples, ((256, 256), (0, 0)))
    return amplitude_to_db(float(np.abs(soxr.resample(padded, 1, 16, quality="VHQ")).max()))


def loudness_lufs(samples: Floats, rate_hz: int) -> float:
    """Integrated loudness by another hand; the standard's own coefficients."""
    return float(pyloudnorm.Meter(rate_hz, filter_class="DeMan").integrated_loudness(samples))
