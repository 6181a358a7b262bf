"""Finished albums of a few seconds, made without our renderer, right in every point; tests break one of them."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import av
import numpy as np
import soundfile

from analysis.units import Floats, db_to_amplitude
from mastering.tag_writing import write_tags
from mastering.tags import Tags
from tests.albums import loudness_lufs

RATE_HZ = 44_100
SECTOR_FRAMES = 588
SECONDS = 2.0
DISC_SECONDS = 5.0  # tracks of a disc last 4 s at least
UPC = "4006381333931"
TITLES = ("Dawn", "Noon")

CUE = f"""CATALOG {UPC}
PERFORMER "A Band"
TITLE "Record"
FILE "Record (album).wav" WAVE
  TRACK 01 AUDIO
    TITLE "Dawn"
    ISRC GBAYA0500001
    INDEX 01 00:00:00
  TRACK 02 AUDIO
    TITLE "Noon"
    ISRC GBAYA0500002
    INDEX 00 00:04:60
    INDEX 01 00:05:00
"""

TOC = f"""CD_DA
CATALOG "{UPC}"
CD_TEXT {{
  LANGUAGE_MAP {{ 0 : EN }}
  LANGUAGE 0 {{ TITLE "Record" PERFORMER "A B\\303\\244nd" }}
}}
TRACK AUDIO
COPY
TWO_CHANNEL_AUDIO
ISRC "GBAYA0500001"
FILE "Record (album).wav" 0 00:05:00
TRACK AUDIO
NO COPY
ISRC "GBAYA0500002"
FILE "Record (album).wav" 00:05:00 00:05:00
INDEX 00:02:00
"""


@lru_cache(maxsize=32)
def song(lufs: float, rate_hz: int = RATE_HZ, *, seconds: float = SECONDS, pitch: float = 1.0) -> Floats:
    """Stereo that fades in and out, of a loudness, its peaks 8 dB over that."""
    time = np.arange(round(seconds * rate_hz)) / rate_hz
    chord = sum(np.sin(2 * np.pi * pitch * hz * time + hz) for hz in (220.0, 331.0, 442.0, 557.0))
    edge = np.minimum(1.0, np.minimum(time, time[::-1]) / 0.05)
    both = np.stack([chord, np.roll(chord, 31)], axis=1) * edge[:, None]
    return np.asarray(both * db_to_amplitude(lufs - loudness_lufs(both, rate_hz)))


def rounded(samples: Floats, bits: int) -> Floats:
    """With dither, so that every bit is used, the ends digital silence."""
    noise = np.random.default_rng(3).triangular(-1, 0, 1, samples.shape) / 2 ** (bits - 1)
    noise[:1] = noise[-1:] = 0
    return np.asarray(samples + noise)


def write(path: Path, samples: Floats, rate_hz: int = RATE_HZ, subtype: str = "PCM_24", **more: Any) -> Path:
    """A file, with dither where it has integers."""
    bits = {"PCM_16": 16, "PCM_24": 24}.get(subtype)
    soundfile.write(path, rounded(samples, bits) if bits else samples, rate_hz, subtype=subtype, **more)
    return path


def tagged(path: Path, number: int = 1, **changes: Any) -> Path:
    """The file with tags that say all."""
    tags = Tags(
        title=TITLES[number - 1],
        artist="A Band",
        album="Record",
        track=(number, len(TITLES)),
        isrc=f"GBAYA05{number:05}",
        upc=UPC,
    )
    write_tags(path, dataclasses.replace(tags, **changes))
    return path


def streaming(folder: Path, *, lufs: Sequence[float] = (-14.0, -14.0), rate_hz: int = RATE_HZ) -> Path:
    """FLAC of 24 bit with tags, an album of -14 LUFS."""
    folder.mkdir()
    for number, (title, level) in enumerate(zip(TITLES, lufs, strict=True), 1):
        samples = song(level, rate_hz, pitch=1 + 0.1 * number)
        tagged(write(folder / f"{number:02} {title}.flac", samples, rate_hz), number)
    return folder


def disc(folder: Path) -> Path:
    """Two tracks, the album, cue sheet, table of contents and checksums, of a disc."""
    folder.mkdir()
    songs = [song(-14.0, seconds=DISC_SECONDS, pitch=1 + 0.1 * number) for number in (1, 2)]
    for number, (title, samples) in enumerate(zip(TITLES, songs, strict=True), 1):
        write(folder / f"{number:02} {title}.wav", samples, subtype="PCM_16")
    write(folder / "Record (album).wav", np.concatenate(songs), subtype="PCM_16")
    (folder / "Record.cue").write_text(CUE)
    (folder / "Record.toc").write_text(TOC)
    write_sums(folder)
    return folder


def write_sums(folder: Path) -> None:
    """`CHECKSUM.md5` of all that is there."""
    lines = [
        f"{hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()} *{path.name}\n"
        for path in sorted(folder.iterdir())
        if path.name != "CHECKSUM.md5"
    ]
    (folder / "CHECKSUM.md5").write_text("".join(lines))


def write_mp3(path: Path, samples: Floats, kbps: int, rate_hz: int = RATE_HZ) -> Path:
    """MP3 of a constant bit rate."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libmp3lame", rate=rate_hz)
        stream.codec_context.format = "fltp"
        stream.codec_context.layout = "mono" if samples.shape[1] == 1 else "stereo"
        stream.codec_context.bit_rate = kbps * 1000
        for start in range(0, len(samples), 1152):
            part = np.ascontiguousarray(samples[start : start + 1152].T.astype(np.float32))
            frame = av.AudioFrame.from_ndarray(part, format="fltp", layout=stream.codec_context.layout.name)
            frame.sample_rate, frame.pts = rate_hz, start
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path
