"""What was really written: every file is opened again, decoded and measured."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from analysis.audio import BLOCK_FRAMES
from analysis.errors import OutputError
from analysis.loudness import Loudness, LoudnessMeter
from analysis.true_peak import TruePeakMeter
from analysis.units import amplitude_to_db

_JOINT_S = 0.3  # more than the first and the last steps, which are cut off too, and which `Written` tells by themselves


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """One file as read back.

    Attributes:
        frames, rate_hz, channels: as decoded.
        loudness: its figures.
        true_peak_dbtp: highest true peak.
        first_peak_dbtp, inner_peak_dbtp, last_peak_dbtp: of its first 0.1 s, its last 0.1 to 0.2 s, and between them.
        hop_energies: K-weighted energy of each 10 ms.
    """

    frames: int
    rate_hz: int
    channels: int
    loudness: Loudness
    true_peak_dbtp: float
    first_peak_dbtp: float
    inner_peak_dbtp: float
    last_peak_dbtp: float
    hop_energies: NDArray[np.float32]

    @property
    def loudness_lufs(self) -> float | None:
        """Integrated loudness; None under 0.4 s, -inf for silence."""
        return self.loudness.integrated_lufs


def read_back(path: Path, frames: int, pool: Executor | None = None) -> Written:
    """Decode a written file, which must have so many frames, and measure it; with a pool, meters work side by side.

    Raises:
        OutputError: it cannot be read, or is not as long as it was written.
    """
    try:
        found = soundfile.info(str(path))
        loudness, peak = (
            LoudnessMeter(found.samplerate, found.channels),
            TruePeakMeter(found.samplerate, found.channels),
        )
        if pool is None:
            decoded = _feed(path, loudness, peak)
        else:
            passes = [pool.submit(_feed, path, loudness), pool.submit(_feed, path, peak)]
            decoded = min(one.result() for one in passes)
    except (soundfile.LibsndfileError, OSError) as error:
        raise OutputError(f"{path.name} was written but cannot be read back ({error}): is the disk full?") from error
    if decoded != frames:
        raise OutputError(
            f"{path.name} was written with {frames} frames and reads back with {decoded}: is the disk full?"
        )
    steps = peak.step_peaks()
    return Written(
        frames=frames,
        rate_hz=found.samplerate,
        channels=found.channels,
        loudness=loudness.result(),
        true_peak_dbtp=peak.result(),
        first_peak_dbtp=amplitude_to_db(float(steps[0])),
        inner_peak_dbtp=amplitude_to_db(float(steps[1:-2].max(initial=0.0))),
        last_peak_dbtp=amplitude_to_db(float(steps[-2:].max())),
        hop_energies=loudness.hop_energies().astype(np.float32),
    )


def joint_peak_dbtp(before: Path, after: Path) -> float:
    """Highest true peak near the cut between two written files, as it is when they are played on end.

    Raises:
        OutputError: one cannot be read.
    """
    try:
        with soundfile.SoundFile(str(before)) as one, soundfile.SoundFile(str(after)) as other:
            around = round(_JOINT_S * one.samplerate)
            one.seek(max(0, one.frames - around))
            parts = [file.read(around, dtype="float64", always_2d=True) for file in (one, other)]
            meter = TruePeakMeter(one.samplerate, one.channels)
    except (soundfile.LibsndfileError, OSError) as error:
        raise OutputError(f"{before.name} was written but cannot be read back ({error}): is the disk full?") from error
    meter.update(np.concatenate(parts))
    return amplitude_to_db(float(meter.step_peaks()[1:-2].max(initial=0.0)))


def _feed(path: Path, *meters: LoudnessMeter | TruePeakMeter) -> int:
    """Give all of a file to some meters; how many frames it had."""
    frames = 0
    with soundfile.SoundFile(str(path)) as file:
        while len(block := file.read(BLOCK_FRAMES, dtype="float64", always_2d=True)):
            for meter in meters:
                meter.update(block)
            frames += len(block)
    return frames
