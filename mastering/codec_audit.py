"""What a lossy codec makes of a finished file: encoded whole, decoded, in time with the original, and measured."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.audio import Audio
from analysis.load import open_audio
from analysis.loudness import Loudness, LoudnessMeter
from analysis.true_peak import TruePeakMeter
from analysis.units import Floats, amplitude_to_db
from mastering.codec_specs import CodecSpec
from mastering.codecs import decoded, encode
from mastering.delivery_specs import Container

_FULL_SCALE = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class CodecTrial:
    """One track through one codec.

    Attributes:
        codec: which.
        true_peak_dbtp: of what comes back.
        overs: samples of it over full scale, in all channels: a player of integers clips them.
        loudness_change_lu: by how much it is louder than what was encoded; None where that cannot be told.
        step_peaks: true peak of each tenth of a second of it, linear.
    """

    codec: CodecSpec
    true_peak_dbtp: float
    overs: int
    loudness_change_lu: float | None
    step_peaks: Floats = field(repr=False, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """A stream as measured.

    Attributes:
        loudness: its figures.
        step_peaks: true peak of each tenth of a second, linear.
        overs: samples over full scale, in all channels.
        hop_energies: K-weighted energy of each 10 ms.
    """

    loudness: Loudness
    step_peaks: Floats
    overs: int
    hop_energies: NDArray[np.float32]

    @property
    def true_peak_dbtp(self) -> float:
        """Highest true peak."""
        return amplitude_to_db(float(self.step_peaks.max(initial=0.0)))


def hear(audio: Audio) -> Heard:
    """Measure a stream."""
    loudness, peak = LoudnessMeter(audio.rate_hz, audio.channels), TruePeakMeter(audio.rate_hz, audio.channels)
    overs = 0
    for block in audio.blocks():
        loudness.update(block)
        peak.update(block)
        overs += int(np.count_nonzero(np.abs(block) > _FULL_SCALE))
    energies = loudness.hop_energies().astype(np.float32)
    return Heard(loudness=loudness.result(), step_peaks=peak.step_peaks(), overs=overs, hop_energies=energies)


def try_codec(path: Path, frames: int, lufs: float | None, spec: CodecSpec, target: Path) -> CodecTrial:
    """Encode a file of so many frames to `target`, which stays, and measure what that decodes to.

    Args:
        path: what is encoded, without loss.
        frames: its length.
        lufs: its integrated loudness.
        spec: the codec.
        target: the file to write.

    Raises:
        OutputError: it cannot be written or read back.
    """
    length = encode(open_audio(path).audio, frames, spec, target)
    heard = hear(decoded(target, length))
    return CodecTrial(
        codec=spec,
        true_peak_dbtp=heard.true_peak_dbtp,
        overs=heard.overs,
        loudness_change_lu=change_lu(lufs, heard.loudness.integrated_lufs),
        step_peaks=heard.step_peaks,
    )


def change_lu(before_lufs: float | None, after_lufs: float | None) -> float | None:
    """From one loudness to another; None where either cannot be told."""
    known = [level for level in (before_lufs, after_lufs) if level is not None and np.isfinite(level)]
    return known[1] - known[0] if len(known) == 2 else None


def file_suffix(spec: CodecSpec) -> str:
    """Ending of a codec's files."""
    return Container(spec.codec.value).suffix
