"""Bass in the middle: the side signal of stereo ends at a corner, mid is not touched."""

from __future__ import annotations

import math

import numpy as np

from analysis.errors import SpecificationError
from analysis.units import Floats
from mastering.convolution import Convolver

LOWEST_HZ, HIGHEST_HZ = 20.0, 500.0
"""Corners that can be asked for."""

_STOP_DB = 45.0
_KAISER_BETA = 0.5842 * (_STOP_DB - 21) ** 0.4 + 0.07886 * (_STOP_DB - 21)  # for 21 to 50 dB


def low_pass(corner_hz: float, rate_hz: int) -> Floats:
    """Taps, an odd number, of the linear-phase filter that finds the bass: -6 dB at the corner, a sum of 1.

    A Kaiser window of 45 dB with a transition as wide as the corner is high (Oppenheim and Schafer, *Discrete-Time
    Signal Processing*, 3rd ed., 7.5.3): from half the corner down 45 dB of the side go, from 1.5 times it up 0.05 dB.
    """
    half = math.ceil((_STOP_DB - 8) / (2.285 * 2 * math.pi * corner_hz / rate_hz) / 2)
    at = np.arange(-half, half + 1)
    taps = np.sinc(2 * corner_hz / rate_hz * at) * np.kaiser(2 * half + 1, _KAISER_BETA)
    return np.asarray(taps / taps.sum())


class MonoBass:
    """Takes the side out below a corner: a `Processor`. Mono passes.

    Linear phase, mid delayed alike: a minimum-phase filter would turn the side against mid for an octave and more
    above its corner, and what a song has hard left there would come out of both loudspeakers. It rings before a sound
    by half its length, 10 ms at 120 Hz, 45 dB down, with what was side below the corner. What is taken from the left is
    given to the right, so that the mono sum stays as it was.

    Args:
        corner_hz: where the side has lost 6 dB, 20 to 500 Hz; None passes blocks untouched.
        rate_hz: sample rate.
        channels: of every block.

    Raises:
        SpecificationError: a corner out of bounds.
    """

    def __init__(self, corner_hz: float | None, rate_hz: int, channels: int) -> None:
        self._channels = channels
        self._convolver: Convolver | None = None
        self.latency_frames = 0
        if corner_hz is None or channels != 2:
            return
        if not LOWEST_HZ <= corner_hz <= HIGHEST_HZ:
            raise SpecificationError(f"Mono below {corner_hz:g} Hz: use {LOWEST_HZ:g} to {HIGHEST_HZ:g} Hz.")
        taps = low_pass(corner_hz, rate_hz)
        self.latency_frames = len(taps) // 2
        padded = np.zeros((1, 2 ** math.ceil(math.log2(len(taps)))))
        padded[0, : len(taps)] = taps
        self._convolver = Convolver(padded, 1)
        self._waiting = np.zeros((self.latency_frames, channels))

    def process(self, block: Floats) -> Floats:
        """Take the next block, `(frames, channels)`; gives what is ready, which lags by up to eight corner periods."""
        if self._convolver is None:
            return block
        self._waiting = np.concatenate([self._waiting, block])
        return self._without(self._convolver.process(_side(block)))

    def flush(self) -> Floats:
        """What is still waiting, `latency_frames` of it after the end."""
        if self._convolver is None:
            return np.empty((0, self._channels))
        nothing = np.zeros((self.latency_frames, self._channels))
        last = self.process(nothing)
        return np.concatenate([last, self._without(self._convolver.flush())])

    def _without(self, bass: Floats) -> Floats:
        """The next frames less their side's bass, `(1, frames)`."""
        count = bass.shape[1]
        ready, self._waiting = self._waiting[:count], self._waiting[count:]
        return np.stack([ready[:, 0] - bass[0], ready[:, 1] + bass[0]], axis=1)


def _side(block: Floats) -> Floats:
    return np.ascontiguousarray(((block[:, 0] - block[:, 1]) * 0.5)[None, :])
