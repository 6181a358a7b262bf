"""Two recordings of one song held side by side: how far one is behind the other, and what filter lies between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.fft

from analysis.audio import BLOCK_FRAMES, Audio
from analysis.units import Floats

_FRAME_S = 0.186  # 8192 frames at 44.1 kHz
_LOWEST_HZ = 20.0
_THIRD_OCTAVE = 2.0 ** (1 / 6)  # from the middle of a third of an octave to its edge
_FFT_TAPS = 4  # a Fourier transform is so many times the taps
_EMPTY = 1e-12  # power against that of the strongest bin


@dataclass(frozen=True, kw_only=True, slots=True)
class Offset:
    """How far a recording is behind another.

    Attributes:
        frames: it comes so much later; below 0, earlier.
        correlation: of the two there, after pre-emphasis, -1 to 1; below 0 its polarity is turned.
    """

    frames: int
    correlation: float


def find_offset(excerpt: Floats, other: Floats, first: int) -> Offset:
    """Where an excerpt of one recording lies in a longer stretch of another: the greatest correlation of all places.

    Both are made brighter by 6 dB an octave first, so that the bass, whose waves are long, does not blur the place.

    Args:
        excerpt: `(frames, channels)`.
        other: a stretch that is longer, `(frames, channels)`.
        first: frame of `other` at which the excerpt would begin if neither were late.
    """
    pattern, field = (np.diff(part, axis=0) for part in (excerpt, other))
    length = scipy.fft.next_fast_len(len(field) + len(pattern), real=True)
    places = len(field) - len(pattern) + 1
    found = np.zeros(places)
    for one, wide in zip(pattern.T, field.T, strict=True):
        product = np.conj(scipy.fft.rfft(one, length)) * scipy.fft.rfft(wide, length)
        found += scipy.fft.irfft(product, length)[:places]
    energy = np.concatenate([[0.0], np.cumsum(np.square(field).sum(axis=1))])
    under = energy[len(pattern) : len(pattern) + places] - energy[:places]
    scale = np.sqrt(np.maximum(under, 1e-9 * energy[-1] + 1e-30) * max(float(np.square(pattern).sum()), 1e-30))
    correlation = found / scale
    best = int(np.argmax(np.abs(correlation)))
    return Offset(frames=best - first, correlation=float(np.clip(correlation[best], -1.0, 1.0)))


def side_by_side(one: Audio, other: Audio, offset_frames: int) -> Callable[[], Iterator[tuple[Floats, Floats]]]:
    """What two streams of one rate and channel count share, in blocks of both, as long as both last.

    Args:
        one: a stream.
        other: another.
        offset_frames: how much later that is.
    """

    def blocks() -> Iterator[tuple[Floats, Floats]]:
        streams = [_Pieces(one, max(0, -offset_frames)), _Pieces(other, max(0, offset_frames))]
        while True:
            first, second = (stream.take(BLOCK_FRAMES) for stream in streams)
            count = min(len(first), len(second))
            if count:
                yield first[:count], second[:count]
            if count < BLOCK_FRAMES:
                return

    return blocks


class _Pieces:
    """A stream in pieces of any length, from some frame on."""

    def __init__(self, audio: Audio, skip: int) -> None:
        self._blocks = audio.blocks()
        self._ready = np.zeros((0, audio.channels))
        while skip > 0:
            skip -= len(self.take(min(skip, BLOCK_FRAMES))) or skip

    def take(self, frames: int) -> Floats:
        """The next frames, fewer at the end."""
        parts, count = [self._ready], len(self._ready)
        while count < frames and (part := next(self._blocks, None)) is not None:
            parts.append(part)
            count += len(part)
        whole = np.concatenate(parts)
        self._ready = whole[frames:]
        return whole[:frames]


class TransferMeter:
    """Takes two streams side by side and finds the filter that, held still, best makes the second into the first.

    One filter for mid, another for side.

    The cross-spectrum over the second's own (Bendat and Piersol, *Random Data*, 4th ed., section 6.1), both averaged
    over all frames and over a third of an octave: an equaliser lies in that, with its phase, and a delay of less than
    a frame; distortion and noise, which belong to no frequency of the other stream, do not.
    """

    def __init__(self, rate_hz: int, channels: int) -> None:
        self.rate_hz = rate_hz
        self._length = int(2 ** round(np.log2(rate_hz * _FRAME_S)))
        self._window = np.hanning(self._length + 1)[:-1]
        bins = self._length // 2 + 1
        self._cross = np.zeros((bins, channels), dtype=np.complex128)
        self._power = np.zeros((bins, channels))
        self._rest = np.zeros((2, 0, channels))

    def update(self, one: Floats, other: Floats) -> None:
        """Take the next frames `(frames, channels)` of both."""
        both = np.concatenate([self._rest, np.stack([_mid_side(one), _mid_side(other)])], axis=1)
        hop = self._length // 2
        count = max(0, (both.shape[1] - self._length) // hop + 1)
        for start in range(0, count * hop, hop):
            spectra = scipy.fft.rfft(both[:, start : start + self._length] * self._window[:, None], axis=1)
            self._cross += spectra[0] * np.conj(spectra[1])
            self._power += np.abs(spectra[1]) ** 2
        self._rest = both[:, count * hop :].copy()

    def taps(self) -> Floats:
        """The filters of mid and side, `(taps, channels)`; the middle tap is the present."""
        cross, power = (_smooth(sums, self._length, self.rate_hz) for sums in (self._cross, self._power))
        floor = _EMPTY * power.max(axis=0, initial=0.0)
        response = np.where(power > floor, cross / np.maximum(power, floor + 1e-300), 1.0)
        taps = np.roll(scipy.fft.irfft(response, self._length, axis=0), self._length // 2, axis=0)
        return np.asarray(taps * self._window[:, None])


def _smooth(spectrum: Any, length: int, rate_hz: int) -> Any:
    """Means over a third of an octave around each bin, `(bins, channels)`."""
    total = np.concatenate([np.zeros((1, spectrum.shape[1])), np.cumsum(spectrum, axis=0)])
    bins = np.maximum(np.arange(len(spectrum)), _LOWEST_HZ * length / rate_hz)
    low = np.floor(bins / _THIRD_OCTAVE).astype(np.int64)
    high = np.minimum(np.ceil(bins * _THIRD_OCTAVE).astype(np.int64) + 1, len(spectrum))
    return (total[high] - total[low]) / (high - low)[:, None]


def filtered(audio: Audio, taps: Floats) -> Audio:
    """A stream after the filter of a `TransferMeter`, in time with it; silence lies before its start and after its end.

    Overlap and save: Oppenheim and Schafer, *Discrete-Time Signal Processing*, 3rd ed., section 8.7.3.
    """
    length, ahead = len(taps), len(taps) // 2
    response = scipy.fft.rfft(taps, _FFT_TAPS * length, axis=0)
    step = (_FFT_TAPS - 1) * length

    def piece(rows: Floats) -> Floats:
        spectrum = scipy.fft.rfft(rows, _FFT_TAPS * length, axis=0)
        out = scipy.fft.irfft(spectrum * response, _FFT_TAPS * length, axis=0)
        return _left_right(out[length - 1 : len(rows)])

    def blocks() -> Iterator[Floats]:
        rows = np.zeros((length - 1 - ahead, audio.channels))
        for block in _and_then(audio.blocks(), np.zeros((ahead, audio.channels))):
            rows = np.concatenate([rows, _mid_side(block)])
            while len(rows) >= step + length - 1:
                yield piece(rows[: step + length - 1])
                rows = rows[step:]
        yield piece(rows)

    return Audio(rate_hz=audio.rate_hz, channels=audio.channels, blocks=blocks)


def _and_then(blocks: Iterator[Floats], last: Floats) -> Iterator[Floats]:
    yield from blocks
    yield last


def _mid_side(block: Floats) -> Floats:
    """Mid and side as columns; mono is all mid."""
    if block.shape[1] == 1:
        return block
    return np.stack([(block[:, 0] + block[:, 1]) * 0.5, (block[:, 0] - block[:, 1]) * 0.5], axis=1)


def _left_right(block: Floats) -> Floats:
    if block.shape[1] == 1:
        return np.ascontiguousarray(block)
    return np.stack([block[:, 0] + block[:, 1], block[:, 0] - block[:, 1]], axis=1)
