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

    def __init__(self, rate_hz: int, _channels: int) -> None:
        self.rate_hz = rate_hz
        self._rate = -math.expm1(-1 / (DETECTOR_S * rate_hz))
        self._step = max(1, rate_hz // STEPS_PER_SECOND)
        self._frames = 0
        self._state = np.zeros(4)
        self._ratios, self._powers = Growing(), Growing()

    def update(self, block: Floats) -> None:
        """Take the next block."""
        # A copy of every layout is one type to numba, which compiles each type anew for seconds.
        audio = np.array(block, dtype=np.float64, order="C")
        done = np.empty((2, len(block) // self._step + 1))
        steps = _steps(audio, self._rate, self._step - self._frames % self._step, self._step, self._state, done)
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
def _steps(audio: Floats, rate: float, left: int, step: int, state: Floats, done: Floats) -> int:
    """Means of ratio and power over each step that ends, put into `done`; how many there were."""
    count, channels = 0, audio.shape[1]
    peak, power, ratios, powers = state[_PEAK], state[_POWER], state[_RATIOS], state[_POWERS]
    for i in range(len(audio)):
        highest, total = 0.0, 0.0
        for channel in range(channels):
            square = audio[i, channel] * audio[i, channel]
            highest, total = max(highest, square), total + square
        total /= channels
        peak = max(highest, peak + (highest - peak) * rate)
        power += (total - power) * rate
        if peak < 1e-30:
            peak, power = 0.0, 0.0  # long silence: subnormal numbers would only cost time
        else:
            ratios += power / peak
        powers += total
        left -= 1
        if left == 0:
            done[0, count], done[1, count] = ratios / step, powers / step
            ratios, powers, left = 0.0, 0.0, step
            count += 1
    state[_PEAK], state[_POWER], state[_RATIOS], state[_POWERS] = peak, power, ratios, powers
    return count
