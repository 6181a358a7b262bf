"""What was really written: every file is opened again, decoded and measured."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import soundfile

from analysis.audio import BLOCK_FRAMES
from analysis.errors import OutputError
from analysis.loudness import LoudnessMeter, integrated_lufs
from analysis.true_peak import TruePeakMeter
from analysis.units import Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """One file as read back.

    Attributes:
        frames, rate_hz, channels: as decoded.
        loudness_lufs: integrated; None under 0.4 s, -inf for silence.
        true_peak_dbtp: highest true peak.
        hop_energies: K-weighted energy of each 10 ms.
        sha256: of the file's bytes.
    """

    frames: int
    rate_hz: int
    channels: int
    loudness_lufs: float | None
    true_peak_dbtp: float
    hop_energies: Floats
    sha256: str


def read_back(path: Path, frames: int) -> Written:
    """Decode a written file, which must have so many frames, and measure it.

    Raises:
        OutputError: it cannot be read, or is not as long as it was written.
    """
    try:
        with soundfile.SoundFile(str(path)) as file:
            loudness, peak = (
                LoudnessMeter(file.samplerate, file.channels),
                TruePeakMeter(file.samplerate, file.channels),
            )
            found = 0
            while len(block := file.read(BLOCK_FRAMES, dtype="float64", always_2d=True)):
                loudness.update(block)
                peak.update(block)
                found += len(block)
            rate_hz, channels = file.samplerate, file.channels
        with path.open("rb") as raw:
            sha256 = hashlib.file_digest(raw, "sha256").hexdigest()
    except (soundfile.LibsndfileError, OSError) as error:
        raise OutputError(f"{path.name} was written but cannot be read back ({error}): is the disk full?") from error
    if found != frames:
        raise OutputError(
            f"{path.name} was written with {frames} frames and reads back with {found}: is the disk full?"
        )
    return Written(
        frames=frames,
        rate_hz=rate_hz,
        channels=channels,
        loudness_lufs=integrated_lufs(loudness.hop_energies(), rate_hz),
        true_peak_dbtp=peak.result(),
        hop_energies=loudness.hop_energies(),
        sha256=sha256,
    )
