"""AAC and ALAC (m4a, mp4, aac) and MP3 through PyAV, which is imported only when such a file is met.

libsndfile cannot read the first two, and of an MP3 of variable bit rate without a header that tells its length it
reads only as much as it has guessed beforehand.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from analysis.audio import BLOCK_FRAMES, SourceInfo
from analysis.errors import AudioFileError
from analysis.units import Floats

SUFFIXES = frozenset({".m4a", ".mp4", ".m4b", ".aac", ".alac", ".mov", ".mp3"})

_PADDING_FRAMES = 2048
"""A decoded stream may exceed the length that its container names by the last packet's padding, at most this."""

_SPARE_S = 0.2  # or fall short of it by the encoder's run-in and padding

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
                encoding=context.name.removesuffix("float").upper(),
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
        AudioFileError: the file is damaged part of the way, or ends before its time.
    """
    import av

    waiting: list[Floats] = []
    count = given = 0
    named: int | None = None
    try:
        with av.open(str(path)) as file:
            stream = _stream(path, file)
            rate_hz = stream.codec_context.sample_rate
            if "mp4" in file.format.name and stream.duration:
                named = round(stream.duration * stream.time_base * rate_hz)
            for frame in file.decode(stream):
                waiting.append(_samples(frame, channels))
                count += len(waiting[-1])
                if count >= BLOCK_FRAMES + _PADDING_FRAMES:
                    whole = np.concatenate(waiting)
                    yield whole[:BLOCK_FRAMES]
                    waiting = [whole[BLOCK_FRAMES:]]
                    count -= BLOCK_FRAMES
                    given += BLOCK_FRAMES
    except (av.FFmpegError, OSError) as error:
        raise AudioFileError(f"{path.name} is damaged ({_reason(error)}): copy or export it again.") from error
    if named is not None and given + count < named - _SPARE_S * rate_hz:
        raise AudioFileError(
            f"{path.name} is cut short: {(given + count) / rate_hz:.2f} of {named / rate_hz:.2f} s are there: "
            "copy or export it again."
        )
    if waiting:
        rest = np.concatenate(waiting)
        padding = given + len(rest) - named if named is not None else 0
        yield rest[: len(rest) - padding] if 0 < padding <= _PADDING_FRAMES else rest


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
