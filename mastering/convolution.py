"""FIRs on a stream, in the frequency domain."""

from __future__ import annotations

import numpy as np
import scipy  # its parts are loaded when they are used

from analysis.units import Floats

_FFT_TAPS = 4  # a Fourier transform is so many times the taps


class Convolver:
    """Convolution by overlap and save (Oppenheim and Schafer, *Discrete-Time Signal Processing*, 3rd ed., 8.7.3).

    The pieces begin where they do however the stream is cut: any block size gives the same bits.

    Args:
        taps: FIRs `(..., taps)`, a power of two of them, that stand against rows `(channels, taps)` as numpy
            broadcasts: one for each channel, or `(filters, 1, taps)` for several on all channels.
        channels: of the stream.
    """

    def __init__(self, taps: Floats, channels: int) -> None:
        self._length = _FFT_TAPS * taps.shape[-1]
        self._response = scipy.fft.rfft(taps, self._length, axis=-1)
        self._past = np.zeros((channels, taps.shape[-1]))
        self._waiting: list[Floats] = []
        self._frames = 0
        self._nothing = np.empty((*np.broadcast_shapes(taps.shape[:-1], (channels,)), 0))

    def process(self, rows: Floats) -> Floats:
        """Filter the next rows `(channels, frames)`; gives what is ready, `(..., channels, frames)`."""
        self._waiting.append(rows)
        self._frames += rows.shape[1]
        piece = self._length - self._past.shape[1]
        if self._frames < piece:
            return self._nothing
        rows = np.concatenate(self._waiting, axis=1)
        whole = self._frames // piece * piece
        self._waiting, self._frames = [rows[:, whole:].copy()], self._frames - whole
        return np.concatenate([self._filtered(rows[:, at : at + piece]) for at in range(0, whole, piece)], axis=-1)

    def flush(self) -> Floats:
        """What is still waiting."""
        if not self._frames:
            return self._nothing
        rest = np.concatenate(self._waiting, axis=1)
        missing = self._length - self._past.shape[1] - self._frames
        return self._filtered(np.pad(rest, ((0, 0), (0, missing))))[..., : self._frames]

    def _filtered(self, piece: Floats) -> Floats:
        history = self._past.shape[1]
        rows = np.concatenate([self._past, piece], axis=1)
        self._past = rows[:, -history:].copy()
        spectrum = scipy.fft.rfft(rows, axis=1) * self._response
        return np.asarray(scipy.fft.irfft(spectrum, self._length, axis=-1)[..., history:])
