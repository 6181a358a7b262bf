"""A whole curve on mid and another on side, as a minimum-phase FIR each: what biquads that people turn cannot follow.

Minimum phase rings after a sound and never before it. Curves run smoothly through their points and never past them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import scipy.fft

from mastering.convolution import Convolver

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.units import Floats
    from mastering.specs import MatchCurve

_TAPS_S = 0.19  # rings as long as a third of an octave at 31 Hz takes to tell itself from the next
_FFT_TAPS = 4  # the cepstrum's Fourier transform is so many times the taps, so that it does not fold
_FADE = 4  # the last quarter of the taps fades out


def curve_db(points_hz: Sequence[float], points_db: Sequence[float], freqs_hz: Floats) -> Floats:
    """A curve through points, dB at each of `freqs_hz` (over 0): monotone between any two, level beyond the ends.

    Fritsch and Carlson, *Monotone Piecewise Cubic Interpolation* (SIAM J. Numer. Anal. 17, 1980), over log frequency:
    where the points are within a bound, so is the curve.
    """
    if len(points_hz) == 1:
        return np.full(len(freqs_hz), float(points_db[0]))
    from scipy.interpolate import PchipInterpolator

    octaves = np.log2(np.clip(freqs_hz, points_hz[0], points_hz[-1]))
    return np.asarray(PchipInterpolator(np.log2(points_hz), np.asarray(points_db))(octaves))


def minimum_phase(points_hz: Sequence[float], points_db: Sequence[float], rate_hz: int) -> Floats:
    """Taps of the causal filter with that curve whose energy comes first.

    By the folded real cepstrum: Oppenheim and Schafer, *Discrete-Time Signal Processing*, 3rd ed., section 13.5.
    """
    taps = 2 ** math.ceil(math.log2(rate_hz * _TAPS_S))
    length = _FFT_TAPS * taps
    freqs_hz = np.maximum(np.fft.rfftfreq(length, 1 / rate_hz), 1e-3)  # 0 Hz has no logarithm
    cepstrum = scipy.fft.irfft(curve_db(points_hz, points_db, freqs_hz) * (math.log(10) / 20), length)
    cepstrum[1 : length // 2] *= 2.0
    cepstrum[length // 2 + 1 :] = 0.0
    response = scipy.fft.irfft(np.exp(scipy.fft.rfft(cepstrum)), length)[:taps]
    fade = taps // _FADE
    response[-fade:] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(1, fade + 1) / fade)
    return np.asarray(response)


class Match:
    """The curves on a stream of audio: a `Processor`. Mono takes that of mid. Curves of 0 dB pass blocks untouched.

    Args:
        curve: what to do.
        rate_hz: sample rate.
        channels: of every block, one or two.
    """

    latency_frames = 0

    def __init__(self, curve: MatchCurve, rate_hz: int, channels: int) -> None:
        self._channels = channels
        wanted = [curve.mid_db, curve.side_db][:channels]
        self._neutral = not any(any(gains_db) for gains_db in wanted)
        if self._neutral:
            return
        taps = np.array([minimum_phase(curve.freqs_hz, gains_db, rate_hz) for gains_db in wanted])
        self._convolver = Convolver(taps, channels)

    def process(self, block: Floats) -> Floats:
        """Filter the next block, `(frames, channels)`; gives what is ready, which lags by up to half a second."""
        if self._neutral:
            return block
        return self._block(self._convolver.process(_turned(block).T))

    def flush(self) -> Floats:
        """What is still waiting."""
        if self._neutral:
            return np.empty((0, self._channels))
        return self._block(self._convolver.flush())

    def _block(self, rows: Floats) -> Floats:
        return np.ascontiguousarray(_turned(rows.T * (1.0 if self._channels == 1 else 2.0)))


def _turned(block: Floats) -> Floats:
    """Left and right as mid and side; of twice those, left and right. Mono stays."""
    if block.shape[1] == 1:
        return block
    return np.stack([(block[:, 0] + block[:, 1]) * 0.5, (block[:, 0] - block[:, 1]) * 0.5], axis=1)


def gain_db(curve: MatchCurve, freqs_hz: Floats) -> tuple[Floats, Floats]:
    """What a curve does to mid and to side, dB at each of `freqs_hz`."""
    return (
        curve_db(curve.freqs_hz, curve.mid_db, freqs_hz),
        curve_db(curve.freqs_hz, curve.side_db, freqs_hz),
    )
