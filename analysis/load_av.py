"""AAC and ALAC (m4a, mp4, aac), which libsndfile cannot read, through PyAV; imported only when such a file is met."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from analysis.audio import BLOCK_FRAMES, SourceInfo
from analysis.errors import AudioFileError
from analysis.units import Floats

SUFFIXES = frozenset({".m4a", ".mp4", ".m4b", ".aac", ".alac", ".mov"})

_SCALE = {"u8": 2.0**7, "s16": 2.0**15, "s32": 2.0**31, "flt": 1.0, "dbl": 1.0}


def inspect(path: Path) -> SourceInfo:
    """What the first audio stream of the file says of itself.

    Raises:
        AudioFileError: not readable, or without audio.
    """
    import av

    try:
        with av.open(str(path)) as file:
            stream = _stream(path, file)
            context = stream.codec_context
            lossless = context.name == "alac"
            return SourceInfo(
                container=path.suffix[1:].upper(),
                encoding=context.name.upper(),
                bits=(24 if context.format.bits == 32 else context.format.bits) if lossless else None,
                lossy=not lossless,
                rate_hz=context.sample_rate,
                channels=context.layout.nb_channels,
                frames=None,
            )
    except (av.FFmpegError, OSError) as error:
        raise AudioFileError(
            f"{path.name} is not audio that can be read ({_reason(error)}): export it again as WAV, FLAC or AIFF."
        ) from error


def decode(path: Path, channels: int) -> Iterator[Floats]:
    """Blocks `(frames, channels)` of the first audio stream; encoder padding that the container names is skipped.

    Raises:
        AudioFileError: the file is damaged part of the way.
    """
    import av

    waiting: list[Floats] = []
    count = 0
    try:
        with av.open(str(path)) as file:
            for frame in file.decode(_stream(path, file)):
                part = _samples(frame, channels)
                waiting.append(part)
                count += len(part)
                if count >= BLOCK_FRAMES:
                    yield np.concatenate(waiting)
                    waiting, count = [], 0
    except (av.FFmpegError, OSError) as error:
        raise AudioFileError(f"{path.name} is damaged ({_reason(error)}): copy or export it again.") from error
    if waiting:
        yield np.concatenate(waiting)


def _stream(path: Path, file: Any) -> Any:
    if not file.streams.audio:
        raise AudioFileError(f"{path.name} holds no audio: name a file with sound in it.")
    return file.streams.audio[0]


def _samples(frame: Any, channels: int) -> Floats:
    name = frame.format.name
    data = frame.to_ndarray().astype(np.float64)
    shaped = data.T if name.endswith("p") else data.reshape(-1, channels)
    scaled = shaped / _SCALE[name.rstrip("p")]
    return np.ascontiguousarray(scaled - 1.0 if name.startswith("u8") else scaled)


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error).rstrip(".").lower()
