"""Opening audio files of every kind we read: soundfile for most, PyAV for AAC, ALAC and MP3."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import soundfile

from analysis import load_av
from analysis.audio import BLOCK_FRAMES, Audio, SourceInfo
from analysis.container import shortage
from analysis.errors import AudioContentError, AudioFileError
from analysis.units import Floats

SUFFIXES = frozenset(
    {
        ".wav",
        ".wave",
        ".rf64",
        ".bwf",
        ".w64",
        ".flac",
        ".aif",
        ".aiff",
        ".aifc",
        ".caf",
        ".ogg",
        ".oga",
        ".opus",
    }
    | load_av.SUFFIXES
)
"""File name endings that count as audio when a folder is read."""

_BITS = {"PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24, "PCM_32": 32}
_LOSSLESS = frozenset({*_BITS, "FLOAT", "DOUBLE", "ALAC_16", "ALAC_20", "ALAC_24", "ALAC_32"})
_LOWEST_RATE_HZ, _HIGHEST_RATE_HZ = 8_000, 384_000


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadedAudio:
    """A file that was opened and looks right: what it says of itself, and its stream."""

    path: Path
    info: SourceInfo
    audio: Audio


def open_audio(path: Path) -> LoadedAudio:
    """Open one audio file; decoding starts when its blocks are asked for.

    Blocks are float64, `(frames, channels)`, full scale 1.0 (decoded lossy audio may exceed it).

    Raises:
        AudioFileError: missing, unreadable, not audio, or cut short.
        AudioContentError: no frames, or a rate outside 8 to 384 kHz; while reading, NaN or Inf samples.
    """
    if not path.exists():
        raise AudioFileError(f"{path}: there is no such file; check the name.")
    if path.is_dir():
        raise AudioFileError(f"{path} is a folder; name an audio file.")
    info = load_av.inspect(path) if path.suffix.lower() in load_av.SUFFIXES else _inspect(path)
    _check(path, info)
    if path.suffix.lower() in load_av.SUFFIXES or info.encoding.startswith("ALAC"):
        blocks = partial(load_av.decode, path, info.channels)
    else:
        blocks = partial(_decode, path)
    stream = partial(_checked, path, info, blocks)
    return LoadedAudio(path=path, info=info, audio=Audio(rate_hz=info.rate_hz, channels=info.channels, blocks=stream))


def _inspect(path: Path) -> SourceInfo:
    try:
        found = soundfile.info(str(path))
    except (soundfile.LibsndfileError, RuntimeError, OSError) as error:
        if isinstance(error, PermissionError) or not _readable(path):
            raise AudioFileError(f"{path}: no permission to read it; allow that or name another file.") from error
        raise AudioFileError(
            f"{path.name} is not audio that can be read ({_reason(error)}): export it again as WAV, FLAC or AIFF."
        ) from error
    return SourceInfo(
        container=found.format,
        encoding=found.subtype,
        bits=_BITS.get(found.subtype) or (int(found.subtype[5:]) if found.subtype.startswith("ALAC_") else None),
        lossy=found.subtype not in _LOSSLESS,
        rate_hz=found.samplerate,
        channels=found.channels,
        frames=found.frames,
    )


def _readable(path: Path) -> bool:
    try:
        with path.open("rb"):
            return True
    except OSError:
        return False


def _reason(error: Exception) -> str:
    return str(error).rsplit(": ", 1)[-1].rstrip(".").lower()


def _check(path: Path, info: SourceInfo) -> None:
    if lacks := shortage(path, info):
        raise AudioFileError(f"{path.name} is cut short: {lacks}: copy or export it again.")
    if info.frames == 0:
        raise AudioContentError(f"{path.name} has 0 frames of audio: export it again.")
    if not _LOWEST_RATE_HZ <= info.rate_hz <= _HIGHEST_RATE_HZ:
        raise AudioContentError(
            f"{path.name} has a sample rate of {info.rate_hz} Hz; "
            "8000 to 384000 Hz can be used: export it at 44100 or 48000."
        )


def _decode(path: Path) -> Iterator[Floats]:
    with soundfile.SoundFile(str(path)) as file:
        expected = file.frames
        read = 0
        try:
            while len(block := file.read(BLOCK_FRAMES, dtype="float64", always_2d=True)):
                read += len(block)
                yield block
        except soundfile.LibsndfileError as error:
            after_s = read / file.samplerate
            raise AudioFileError(
                f"{path.name} is damaged after {after_s:.2f} s ({_reason(error)}): copy or export it again."
            ) from error
        if file.format == "FLAC" and read < expected:
            there_s, promised_s = read / file.samplerate, expected / file.samplerate
            raise AudioFileError(
                f"{path.name} is cut short: {there_s:.2f} of {promised_s:.2f} s are there: copy or export it again."
            )


def _checked(path: Path, info: SourceInfo, blocks: partial[Iterator[Floats]]) -> Iterator[Floats]:
    start = 0
    for block in blocks():
        if not np.isfinite(block).all():
            bad = start + int(np.argmin(np.isfinite(block).all(axis=1)))
            raise AudioContentError(
                f"{path.name} holds samples that are not numbers (NaN or Inf), "
                f"the first at {bad / info.rate_hz:.3f} s: export it again."
            )
        start += len(block)
        yield block
    if start == 0:
        raise AudioContentError(f"{path.name} has 0 frames of audio: export it again.")
