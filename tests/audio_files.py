"""Audio files for tests, of every container and codec that we read."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import soundfile

from analysis.units import Floats

BLOCK_FRAMES = 65_536  # libsndfile's Vorbis encoder crashes on a single long write


def write(path: Path, samples: Any, rate_hz: int, container: str, encoding: str) -> Path:
    """Through libsndfile, from floats or from integers of 32 bits, whose upper bits it takes."""
    with soundfile.SoundFile(path, "w", rate_hz, samples.shape[1], format=container, subtype=encoding) as file:
        for start in range(0, len(samples), BLOCK_FRAMES):
            file.write(samples[start : start + BLOCK_FRAMES])
    return path


def codes(bits: int, frames: int, channels: int, rng: np.random.Generator) -> np.ndarray[Any, np.dtype[np.int32]]:
    """Integers of so many bits over the whole range, both ends included, in the upper bits of 32."""
    full = 2 ** (bits - 1)
    found = rng.integers(-full, full, (frames, channels), dtype=np.int64)
    found[:2] = [[-full], [full - 1]]
    return np.asarray(found << (32 - bits), dtype=np.int32)


def as_floats(integers: np.ndarray[Any, np.dtype[np.int32]]) -> Floats:
    """What integers in the upper bits of 32 must read as."""
    return integers.astype(np.float64) / 2.0**31


def write_av(path: Path, samples: Any, rate_hz: int, encoding: str, sample_format: str) -> Path:
    """Through FFmpeg: "aac" from "fltp", "alac" from "s16p" or "s32p"."""
    layout = "mono" if samples.shape[1] == 1 else "stereo"
    with av.open(str(path), "w") as file:
        stream = file.add_stream(encoding, rate=rate_hz)
        stream.codec_context.format = sample_format
        stream.codec_context.layout = layout
        stream.codec_context.bit_rate = 256_000
        step = 4096 if encoding == "alac" else 1024
        for start in range(0, len(samples), step):
            part = np.ascontiguousarray(samples[start : start + step].T)
            frame = av.AudioFrame.from_ndarray(part, format=sample_format, layout=layout)
            frame.sample_rate, frame.pts, frame.time_base = rate_hz, start, Fraction(1, rate_hz)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path
