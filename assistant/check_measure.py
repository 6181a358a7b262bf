"""Opening and measuring a file that is checked, whatever is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from analysis.audio import SourceInfo
from analysis.errors import MastertapeError
from analysis.integrity import Integrity, IntegrityMeter
from analysis.load import LoadedAudio, open_audio
from analysis.loudness import LoudnessMeter, integrated_lufs
from analysis.true_peak import TruePeakMeter
from analysis.units import Floats
from assistant.measuring import Progress
from mastering.bwf import chunks
from mastering.tag_reading import read_tags
from mastering.tags import Tags

_MOST_CHANNELS = 2
_STAGE = "Checking"
_KINDS = {"WAV": "wav", "WAVEX": "wav", "RF64": "wav", "FLAC": "flac", "AIFF": "aiff"}
_ENCODINGS = {"MP3": "mp3", "MPEG_LAYER_III": "mp3", "AAC": "aac", "OPUS": "opus", "VORBIS": "vorbis"}


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckedFile:
    """What was found of one file.

    Attributes:
        path: where it is.
        name: what it is called in the report: relative to the folder that is checked.
        fault: why it cannot be used, a sentence; None where it can.
        info: what it says of itself; None where nothing can be made of it.
        kind: its format, as delivery files name them; another word where they have none.
        frames: as decoded.
        energies: K-weighted energy of each 10 ms.
        loudness_lufs: integrated; None where it is too short or was not measured.
        true_peak_dbtp: None where it was not measured.
        integrity: figures of its samples.
        tags: what it says of itself.
        bit_rate_kbps: of a lossy file.
        wav_code: of a WAV file, the format code of its header.
        after_audio: of a WAV file, the chunks after its audio.
    """

    path: Path
    name: str
    fault: str | None = None
    info: SourceInfo | None = None
    kind: str = ""
    frames: int = 0
    energies: Floats = field(default_factory=lambda: np.zeros(0))
    loudness_lufs: float | None = None
    true_peak_dbtp: float | None = None
    integrity: Integrity | None = None
    tags: Tags = field(default_factory=Tags)
    bit_rate_kbps: float | None = None
    wav_code: int | None = None
    after_audio: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """Length."""
        return self.frames / self.info.rate_hz if self.info else 0.0


def measured(path: Path, name: str, progress: Progress) -> CheckedFile:
    """Open and measure a file; what stops that is its fault."""
    try:
        loaded = open_audio(path)
        progress.begin(_STAGE, str(path), loaded.info.frames or 1)
    except (MastertapeError, OSError) as error:
        return CheckedFile(path=path, name=name, fault=_sentence(path, error))
    info = loaded.info
    if info.channels > _MOST_CHANNELS:
        return CheckedFile(path=path, name=name, info=info, kind=_kind(info), frames=info.frames or 0)
    try:
        return _measured(loaded, name, progress)
    except (MastertapeError, OSError) as error:
        return CheckedFile(path=path, name=name, info=info, kind=_kind(info), fault=_sentence(path, error))


def _measured(loaded: LoadedAudio, name: str, progress: Progress) -> CheckedFile:
    audio, path, info = loaded.audio, loaded.path, loaded.info
    loudness, peaks = LoudnessMeter(audio.rate_hz, audio.channels), TruePeakMeter(audio.rate_hz, audio.channels)
    integrity = IntegrityMeter(audio.rate_hz, audio.channels)
    frames = 0
    for block in audio.blocks():
        for meter in (loudness, peaks, integrity):
            meter.update(block)
        frames += len(block)
        progress.advance(_STAGE, str(path), len(block))
    code, after = _wav_header(path) if _kind(info) == "wav" else (None, ())
    return CheckedFile(
        path=path,
        name=name,
        info=info,
        kind=_kind(info),
        frames=frames,
        energies=loudness.hop_energies(),
        loudness_lufs=integrated_lufs(loudness.hop_energies(), audio.rate_hz),
        true_peak_dbtp=peaks.result(),
        integrity=integrity.result(),
        tags=read_tags(path),
        bit_rate_kbps=_bit_rate_kbps(path, frames / audio.rate_hz) if info.lossy else None,
        wav_code=code,
        after_audio=after,
    )


def _kind(info: SourceInfo) -> str:
    if info.encoding.startswith("ALAC"):
        return "alac"
    return _ENCODINGS.get(info.encoding) or _KINDS.get(info.container) or info.container.lower()


def _sentence(path: Path, error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{path.name} cannot be read ({error.strerror or error})"
    return str(error).rstrip(".")


def _wav_header(path: Path) -> tuple[int | None, tuple[str, ...]]:
    """Format code of a WAV file, and the names of the chunks after its audio."""
    with path.open("rb") as file:
        parts = chunks(file)
        names = [part.name.decode("latin-1") for part in parts]
        head = next((part for part in parts if part.name == b"fmt "), None)
        if head is None or "data" not in names:
            return None, ()
        file.seek(head.start)
        return int.from_bytes(file.read(2), "little"), tuple(names[names.index("data") + 1 :])


def _bit_rate_kbps(path: Path, seconds: float) -> float | None:
    """As the header tells it, which is the nominal one of Vorbis; else the mean of the whole file."""
    import mutagen

    try:
        file = mutagen.File(path)
    except mutagen.MutagenError:
        file = None
    told = getattr(file.info, "bitrate", 0) if file is not None else 0
    return told / 1000 if told else path.stat().st_size * 8 / 1000 / seconds if seconds else None
