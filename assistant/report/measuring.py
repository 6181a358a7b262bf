"""What a report needs to know of delivered files: loudness over time and spectrum, in one decode."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis.hops import HOPS_PER_SECOND
from analysis.load import open_audio
from analysis.loudness import Loudness, LoudnessMeter
from analysis.spectrum import Spectrum, SpectrumMeter
from analysis.standards import ABSOLUTE_GATE_LUFS

_LOUD = 0.95  # as `analysis.dynamics.Dynamics.loud_lufs`


@dataclass(frozen=True, kw_only=True, slots=True)
class MeasuredFile:
    """One delivered file.

    Attributes:
        frames, rate_hz, channels: as decoded.
        loudness: its figures.
        loud_lufs: 95th percentile of short-term loudness; None where there is none.
        short_term_lufs: a figure each second; -inf in silence.
        spectrum: of the whole.
    """

    frames: int
    rate_hz: int
    channels: int
    loudness: Loudness
    loud_lufs: float | None
    short_term_lufs: tuple[float, ...]
    spectrum: Spectrum


def measure_file(path: Path) -> MeasuredFile:
    """Decode a file once and measure it.

    Raises:
        MastertapeError: it cannot be read.
    """
    audio = open_audio(path).audio
    loudness = LoudnessMeter(audio.rate_hz, audio.channels)
    spectrum = SpectrumMeter(audio.rate_hz, audio.channels)
    frames = 0
    for block in audio.blocks():
        loudness.update(block)
        spectrum.update(block)
        frames += len(block)
    short = loudness.short_term_lufs()
    gated = short[short > ABSOLUTE_GATE_LUFS]
    return MeasuredFile(
        frames=frames,
        rate_hz=audio.rate_hz,
        channels=audio.channels,
        loudness=loudness.result(),
        loud_lufs=float(np.quantile(gated, _LOUD)) if len(gated) else None,
        short_term_lufs=tuple(float(level) for level in short[::HOPS_PER_SECOND]),
        spectrum=spectrum.result(),
    )
