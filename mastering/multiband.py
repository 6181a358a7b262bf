"""Three bands with a compressor each.

The bands are cut by the magnitudes of the crossovers of Linkwitz and Riley ("Active Crossover Networks for
Noncoincident Drivers", JAES 24 (1976)), fourth order, without their phase: 1 / (1 + (f / fc)^4) below, and what is
missing to 1 above. As linear-phase FIRs they are in phase everywhere, and sum to the signal itself, not to an all-pass
of it. So only what the compressors change is added to it: where they change nothing, what comes out is what went in,
bit by bit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import scipy.fft

from analysis.units import Floats
from mastering.compressor import Compressor
from mastering.convolution import Convolver
from mastering.dynamics_specs import MultibandSpec

_REACH = 2.6
"""Periods of a crossover's frequency after which its impulse response has fallen to -100 dB."""

_ALIAS = 4  # the response is drawn on so many times its taps, so that its ends do not fold into it


class Crossover:
    """Cuts a stream into low, middle and high, all late by `latency_frames`.

    Args:
        freqs_hz: where the bands meet, the lower first.
        rate_hz, channels: of the stream.
    """

    def __init__(self, freqs_hz: tuple[float, float], rate_hz: int, channels: int) -> None:
        self.latency_frames = math.ceil(_REACH * rate_hz / freqs_hz[0])
        taps = np.array([_low_pass(freq_hz, rate_hz, self.latency_frames) for freq_hz in freqs_hz])
        self._convolver = Convolver(taps[:, None, :], channels)
        self._late = np.zeros((channels, self.latency_frames))

    def process(self, block: Floats) -> tuple[Floats, Sequence[Floats]]:
        """The delayed signal and its three bands, each `(frames, channels)`: as many frames as are ready."""
        rows = np.ascontiguousarray(block.T)
        self._late = np.concatenate([self._late, rows], axis=1)
        return self._bands(self._convolver.process(rows))

    def flush(self) -> tuple[Floats, Sequence[Floats]]:
        """What is not given yet of what went in, in time with the rest: `latency_frames` are still lost."""
        return self._bands(self._convolver.flush())

    def _bands(self, passed: Floats) -> tuple[Floats, Sequence[Floats]]:
        ready = passed.shape[-1]
        whole, self._late = self._late[:, :ready], self._late[:, ready:].copy()
        low, under_high = passed
        return np.ascontiguousarray(whole.T), [
            np.ascontiguousarray(band.T) for band in (low, under_high - low, whole - under_high)
        ]


class Multiband:
    """A processor; all channels of a band move together.

    Args:
        spec: what it does.
        rate_hz, channels: of the stream.
    """

    def __init__(self, spec: MultibandSpec, rate_hz: int, channels: int) -> None:
        self._spec = spec
        self._channels = channels
        self.latency_frames = 0
        if spec.does_nothing:
            return
        self._crossover = Crossover(spec.crossovers_hz, rate_hz, channels)
        self.latency_frames = self._crossover.latency_frames
        self._compressors = [
            None if band is None or band.does_nothing else Compressor(band, rate_hz, channels) for band in spec.bands
        ]

    def process(self, block: Floats) -> Floats:
        """Take the next block, `(frames, channels)`; gives what is ready, which lags by up to half a second."""
        if self._spec.does_nothing:
            return block
        return self._changed(*self._crossover.process(block))

    def flush(self) -> Floats:
        """What is still waiting, and the last `latency_frames`."""
        if self._spec.does_nothing:
            return np.zeros((0, self._channels))
        silence = np.zeros((self.latency_frames, self._channels))
        return np.concatenate(
            [self._changed(*self._crossover.process(silence)), self._changed(*self._crossover.flush())]
        )

    def _changed(self, whole: Floats, bands: Sequence[Floats]) -> Floats:
        out = whole.copy()
        for band, compressor in zip(bands, self._compressors, strict=True):
            if compressor is not None:
                out += band * (compressor.gains(band) - 1.0)[:, None]
        return out


def _low_pass(freq_hz: float, rate_hz: int, reach: int) -> Floats:
    """Taps of the low-pass, `reach` late, its gain at 0 Hz exactly 1; a power of two of them, the last ones zero."""
    taps = 2 ** math.ceil(math.log2(2 * reach + 1))
    length = _ALIAS * taps
    magnitude = 1.0 / (1.0 + (np.fft.rfftfreq(length, 1 / rate_hz) / freq_hz) ** 4)
    response = np.roll(scipy.fft.irfft(magnitude, length), reach)[: 2 * reach + 1]
    return np.pad(response / response.sum(), (0, taps - len(response)))
