"""How peaks stand over level from moment to moment: what a compressor's times can be chosen by."""

from __future__ import annotations

import math

import numpy as np

from analysis.hops import Growing
from analysis.kernels import kernel
from analysis.levels import GATE_DB, STEPS_PER_SECOND, gated_power
from analysis.units import Floats, power_to_db

DETECTOR_S = 0.2
"""Time constant of peak and RMS, as in the source of `CrestMeter`."""

_PEAK, _POWER, _RATIOS, _POWERS = 0, 1, 2, 3


class CrestMeter:
    """Takes blocks `(frames, channels)`, gives the momentary crest factor, dB, as the music has it in the mean.

    Peak and RMS are those of Giannoulis, Massberg and Reiss, "Parameter Automation in a Dynamic Range Compressor", JAES
    61 (2013), section 2.1: both with a time constant of 0.2 s, the peak with an instant attack. The peak is that of the
    higher channel, the mean square that of all. It is the mean square over that of the peak that is averaged, since
    times are proportional to it. Moments 20 dB or more under the level of the whole are left out.
    """

    def __init__(self, rate_hz: int, channels: int) -> None:
        self.rate_hz = rate_hz
        self._channels = channels
        self._rate = -math.expm1(-1 / (DETECTOR_S * rate_hz))
        self._step = max(1, rate_hz // STEPS_PER_SECOND)
        self._frames = 0
        self._state = np.zeros(4)
        self._ratios, self._powers = Growing(), Growing()

    def update(self, block: Floats) -> None:
        """Take the next block."""
        peaks = np.ascontiguousarray(np.square(block).max(axis=1))
        powers = np.ascontiguousarray(np.einsum("fc,fc->f", block, block) / self._channels)
        done = np.empty((2, len(block) // self._step + 1))
        steps = _steps(peaks, powers, self._rate, self._step - self._frames % self._step, self._step, self._state, done)
        self._frames += len(block)
        self._ratios.extend(done[0, :steps])
        self._powers.extend(done[1, :steps])

    def result(self) -> float | None:
        """0 for a square wave, 3 for a sine, 7 to 10 for music; None for silence and under a tenth of a second."""
        powers = self._powers.values()
        gate = gated_power(powers) * 10 ** (GATE_DB / 10) if len(powers) else 0.0
        if gate <= 0:
            return None
        return -power_to_db(float(self._ratios.values()[powers >= gate].mean()))


@kernel
def _steps(  # noqa: PLR0913  (a kernel takes its state apart)
    peaks: Floats, powers: Floats, rate: float, left: int, step: int, state: Floats, done: Floats
) -> int:
    """Means of ratio and power over each step that ends, put into `done`; how many there were."""
    count = 0
    for i in range(len(peaks)):
        state[_PEAK] = max(peaks[i], state[_PEAK] + (peaks[i] - state[_PEAK]) * rate)
        state[_POWER] += (powers[i] - state[_POWER]) * rate
        if state[_PEAK] < 1e-30:
            state[_PEAK], state[_POWER] = 0.0, 0.0  # long silence: subnormal numbers would only cost time
        else:
            state[_RATIOS] += state[_POWER] / state[_PEAK]
        state[_POWERS] += powers[i]
        left -= 1
        if left == 0:
            done[0, count], done[1, count] = state[_RATIOS] / step, state[_POWERS] / step
            state[_RATIOS], state[_POWERS] = 0.0, 0.0
            count += 1
            left = step
    return count
