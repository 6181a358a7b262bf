"""Writing finished audio: integers made by ourselves, the same bytes every time."""

from __future__ import annotations

import errno
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import soundfile

from analysis.errors import OutputError
from analysis.units import Floats
from mastering.bwf import WavWriter
from mastering.delivery_specs import Container, Encoding
from mastering.dither import Quantiser

_SUBTYPES = {Encoding.PCM_16: "PCM_16", Encoding.PCM_24: "PCM_24"}
_RAW: dict[Encoding, np.dtype[Any]] = {
    Encoding.PCM_16: np.dtype(np.int16),
    Encoding.PCM_24: np.dtype(np.int32),
    Encoding.FLOAT_32: np.dtype(np.float32),
}
_LARGEST_AIFF_BYTES = 4_000_000_000


class AudioFile:
    """One file being written: takes raw samples of the encoding's own type, so that nothing rounds but we.

    Raises:
        OutputError: it cannot be created or written.
    """

    def __init__(
        self, path: Path, container: Container, encoding: Encoding, *, rate_hz: int, channels: int, frames: int
    ) -> None:
        self.path = path
        self.frames = 0
        size = frames * channels * ((encoding.bits or 32) // 8)
        if container is Container.AIFF and size > _LARGEST_AIFF_BYTES:
            raise OutputError(
                f"{path.name} would have {size / 1e9:.1f} GB of audio, and AIFF holds {_LARGEST_AIFF_BYTES / 1e9:g}: "
                "choose --format wav or flac."
            )
        try:
            self._file: Any = _opened(path, container, encoding, rate_hz, channels)
        except (soundfile.LibsndfileError, OSError) as error:
            reason = getattr(error, "strerror", None) or str(error).rstrip(".")
            raise OutputError(f"{path.name} cannot be written ({reason}).") from error

    def __enter__(self) -> AudioFile:
        """Open already."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close; whether all was written is checked by reading it back.

        Raises:
            OutputError: the disk is full or gone.
        """
        try:
            self._file.close()
        except (soundfile.LibsndfileError, OSError, RuntimeError) as fault:
            if error is None:
                raise self._unwritable(fault) from fault

    def write(self, raw: np.ndarray[Any, Any]) -> None:
        """Write samples `(frames, channels)` of `raw_dtype`.

        Raises:
            OutputError: the disk is full or gone.
        """
        try:
            self._file.write(raw)
        except (soundfile.LibsndfileError, OSError, RuntimeError) as error:
            raise self._unwritable(error) from error
        self.frames += len(raw)

    def _unwritable(self, error: Exception) -> OutputError:
        # libsndfile does not hand on what the system said.
        full = getattr(error, "errno", None) == errno.ENOSPC or "system error" in str(error).lower()
        why = "the disk is full or gone" if full else str(error).rstrip(".")
        return OutputError(f"{self.path.name} cannot be written ({why}): free some space and run again.")


def _opened(path: Path, container: Container, encoding: Encoding, rate_hz: int, channels: int) -> Any:
    if container is Container.WAV:
        return WavWriter(path, encoding, rate_hz=rate_hz, channels=channels)
    return soundfile.SoundFile(
        str(path),
        "w",
        samplerate=rate_hz,
        channels=channels,
        format=container.name,
        subtype=_SUBTYPES[encoding],
    )


def raw_dtype(encoding: Encoding) -> np.dtype[Any]:
    """Type of the raw samples of an encoding; 24-bit integers lie in the upper bits of int32."""
    return _RAW[encoding]


def encoded(block: Floats, encoding: Encoding, quantiser: Quantiser | None) -> np.ndarray[Any, Any]:
    """Raw samples of a float block."""
    if quantiser is None:
        return block.astype(np.float32)
    integers = quantiser.process(block)
    return integers.astype(np.int16) if encoding is Encoding.PCM_16 else integers << 8


def safe_name(text: str) -> str:
    """A file name that any system can hold: no separators, control or reserved characters, at most 120 characters."""
    kept = "".join("_" if c in '<>:"/\\|?*' or ord(c) < 32 else c for c in text).strip(" .")
    reserved = {"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10))}
    kept = kept.encode("utf-8")[:120].decode("utf-8", "ignore").strip(" .")
    return f"_{kept}" if kept.split(".")[0].upper() in reserved else kept or "untitled"
