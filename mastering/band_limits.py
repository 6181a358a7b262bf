"""The ends of the spectrum taken off by Butterworth filters of minimum phase: nothing rings before a sound."""

from __future__ import annotations

import math

import numpy as np

from analysis.biquad import cascade
from analysis.units import Floats

_HIGHEST = 0.45  # of the rate: what a filter would do above is no longer its own shape
_QS = {2: (math.sqrt(0.5),), 4: (1 / (2 * math.cos(math.pi / 8)), 1 / (2 * math.cos(3 * math.pi / 8)))}


class BandLimits:
    """A high-pass of second and a low-pass of fourth order: a `Processor`.

    Butterworth by the bilinear transform, warped so that the corner is where it is asked for (Oppenheim and Schafer,
    *Discrete-Time Signal Processing*, 3rd ed., 7.3): -3 dB at the corner, 12 dB an octave below the one, 24 above the
    other. Minimum phase: a linear-phase high-pass at 30 Hz would ring for a tenth of a second before every drum. What
    the low-pass delays the lows by, a frame or two, is told as its latency.

    Args:
        highpass_hz, lowpass_hz: the corners; None leaves that end. A low-pass over 0.45 of the rate is left out.
        rate_hz, channels: of the stream.
    """

    def __init__(self, highpass_hz: float | None, lowpass_hz: float | None, rate_hz: int, channels: int) -> None:
        self._channels = channels
        sections = [] if highpass_hz is None else [_section(highpass_hz, q, rate_hz, high=True) for q in _QS[2]]
        if lowpass_hz is not None and lowpass_hz < _HIGHEST * rate_hz:
            sections += [_section(lowpass_hz, q, rate_hz, high=False) for q in _QS[4]]
        self._sections = np.array(sections, dtype=np.float64).reshape(-1, 6)
        self._state = np.zeros((len(sections), channels, 2))
        self.latency_frames = 0
        if lowpass_hz is not None and lowpass_hz < _HIGHEST * rate_hz:
            # The group delay at 0 Hz of 1 / (s^2 + s / q + 1), s being warped.
            self.latency_frames = round(sum(1 / q for q in _QS[4]) / (2 * math.tan(math.pi * lowpass_hz / rate_hz)))

    def process(self, block: Floats) -> Floats:
        """Filter the next block, `(frames, channels)`."""
        return cascade(self._sections, self._state, block)

    def flush(self) -> Floats:
        """The last `latency_frames`."""
        return self.process(np.zeros((self.latency_frames, self._channels)))


def _section(corner_hz: float, q: float, rate_hz: int, *, high: bool) -> list[float]:
    """b0, b1, b2, a0, a1, a2 of one second-order section."""
    k = math.tan(math.pi * corner_hz / rate_hz)
    scale = 1 / (1 + k / q + k * k)
    b0 = scale if high else k * k * scale
    return [b0, (-2 if high else 2) * b0, b0, 1.0, 2 * (k * k - 1) * scale, (1 - k / q + k * k) * scale]
