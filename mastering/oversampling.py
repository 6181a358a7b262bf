"""Four or eight times the rate and back, for what makes new frequencies: a curve bends there, where they have room.

Each doubling is a linear-phase FIR, windowed after Kaiser (Oppenheim and Schafer, *Discrete-Time Signal Processing*,
3rd ed., section 7.6), run as its two phases (Crochiere and Rabiner, *Multirate Digital Signal Processing*, 1983,
section 3.3). On the way up all are half-band filters, of which every other tap is zero. On the way down the last is
not: it has stopped at half the sample rate, or what lies just over it would come back just under it.

What goes up and comes down is passed within 0.001 dB to 0.4535 of the sample rate (20 kHz at 44.1 kHz) and stopped at
half of it; images of what is passed, and aliases, are 95 dB down. A processor that must not lose the rest lets only its
difference take this way: delay the signal by `latency_frames` and add what `down` gives of the change made up there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.kernels import fast_kernel
from analysis.units import Floats

PASSES = 0.4535
"""Highest frequency that is passed, over the sample rate: 20 kHz at 44.1 kHz."""

FACTORS = (2, 4, 8)

_STOPPED_DB = 100.0
_KAISER = 0.1102 * (_STOPPED_DB - 8.7)  # Kaiser's formula for the window's shape
_CHUNK = 512  # samples that stay in the first-level cache


@dataclass(frozen=True, kw_only=True, slots=True)
class _Doubling:
    """How one doubling is filtered: frames seen on each side at the lower rate, a multiple of 4, up and down."""

    up_frames: int
    down_frames: int
    down_cutoff: float  # over the lower rate; 0.5 is a half-band filter


# As many taps as Kaiser's formula asks for: the first doubling has 0.4535 to 0.5465 of the rate to fall in on the way
# up, but only 0.4535 to 0.5 on the way down; the others have most of an octave. The second and third see twice and four
# times as many samples a frame: 8 of theirs up and 8 down are whole frames together.
_DOUBLINGS = (
    _Doubling(up_frames=36, down_frames=72, down_cutoff=(PASSES + 0.5) / 2),
    _Doubling(up_frames=8, down_frames=8, down_cutoff=0.5),
    _Doubling(up_frames=8, down_frames=8, down_cutoff=0.5),
)


class Oversampler:
    """A way up and a way down, each a stream of its own; together they are `latency_frames` late.

    Args:
        factor: 2, 4 or 8.
        channels: of the stream.

    Raises:
        ValueError: another factor.
    """

    def __init__(self, factor: int, channels: int) -> None:
        if factor not in FACTORS:
            raise ValueError(f"An oversampler of {factor}: use 2, 4 or 8.")
        doublings = _DOUBLINGS[: FACTORS.index(factor) + 1]
        self.factor = factor
        self.latency_frames = sum((one.up_frames + one.down_frames) >> depth for depth, one in enumerate(doublings))
        self._ups = [_Up(one, channels) for one in doublings]
        self._downs = [_Down(one, channels) for one in reversed(doublings)]

    def up(self, block: Floats) -> Floats:
        """The next block `(frames, channels)` at the higher rate: rows `(channels, factor * frames)`, C-contiguous."""
        rows = np.ascontiguousarray(block.T)
        for stage in self._ups:
            rows = stage.process(rows)
        return rows

    def down(self, rows: Floats) -> Floats:
        """The next rows `(channels, factor * frames)` at the stream's own rate: `(frames, channels)`."""
        for stage in self._downs:
            rows = stage.process(rows)
        return np.ascontiguousarray(rows.T)


class _Up:
    def __init__(self, doubling: _Doubling, channels: int) -> None:
        self._taps = _prototype(doubling.up_frames, 0.5)[1]
        self._taps /= self._taps.sum()
        self._past = np.zeros((channels, 2 * doubling.up_frames - 1))

    def process(self, rows: Floats) -> Floats:
        """Twice as many samples."""
        rows = np.concatenate([self._past, rows], axis=1)
        self._past = rows[:, rows.shape[1] - self._past.shape[1] :].copy()
        out = np.empty((len(rows), 2 * (rows.shape[1] - self._past.shape[1])))
        for row, doubled in zip(rows, out, strict=True):
            _interpolate(row, self._taps, doubled)
        return out


class _Down:
    def __init__(self, doubling: _Doubling, channels: int) -> None:
        self._even, self._odd = _prototype(doubling.down_frames, doubling.down_cutoff)
        total = self._even.sum() + self._odd.sum()
        self._even, self._odd = self._even / total, self._odd / total
        if doubling.down_cutoff == 0.5:
            self._even = self._even[doubling.down_frames - 1 : doubling.down_frames].copy()  # the others are zero
        self._past = np.zeros((channels, 4 * doubling.down_frames - 1))

    def process(self, rows: Floats) -> Floats:
        """Half as many samples, of an even number."""
        rows = np.concatenate([self._past, rows], axis=1)
        self._past = rows[:, rows.shape[1] - self._past.shape[1] :].copy()
        out = np.empty((len(rows), (rows.shape[1] - self._past.shape[1]) // 2))
        for row, halved in zip(rows, out, strict=True):
            _decimate(row, self._even, self._odd, halved)
        return out


def _prototype(frames: int, cutoff: float) -> tuple[Floats, Floats]:
    """Even and odd phase of a windowed sinc at the higher rate, each `2 * frames` taps, in the order of the samples.

    The middle is even tap `frames - 1`; the even phase's last tap is zero.
    """
    reach = 2 * frames - 1
    at = np.arange(-reach, reach + 1)
    taps = np.sinc(at * cutoff) * np.i0(_KAISER * np.sqrt(1 - (at / (reach + 1)) ** 2)) / np.i0(_KAISER)
    if cutoff == 0.5:
        taps[(at % 2 == 0) & (at != 0)] = 0.0  # exactly, and not nearly
    return np.append(taps[1::2], 0.0), np.ascontiguousarray(taps[0::2])


@fast_kernel
def _add_products(samples: Floats, taps: Floats, out: Floats) -> None:
    """Add to `out[i]` the products of `taps`, a multiple of 8, with the samples from `i` on.

    Taps outside, samples inside, a chunk at a time: the inner sum has no order to keep, and is SIMD.
    """
    for tap in range(0, len(taps), 8):
        t0, t1, t2, t3 = taps[tap], taps[tap + 1], taps[tap + 2], taps[tap + 3]
        t4, t5, t6, t7 = taps[tap + 4], taps[tap + 5], taps[tap + 6], taps[tap + 7]
        x = samples[tap : tap + len(out) + 7]
        for i in range(len(out)):
            low = t0 * x[i] + t1 * x[i + 1] + t2 * x[i + 2] + t3 * x[i + 3]
            out[i] += low + t4 * x[i + 4] + t5 * x[i + 5] + t6 * x[i + 6] + t7 * x[i + 7]


@fast_kernel
def _interpolate(samples: Floats, taps: Floats, out: Floats) -> None:
    """The samples themselves, delayed, and between each two what a half-band filter puts there."""
    middle = len(taps) // 2 - 1
    between = np.empty(_CHUNK)
    for start in range(0, len(out) // 2, _CHUNK):
        count = min(_CHUNK, len(out) // 2 - start)
        between[:count] = 0.0
        _add_products(samples[start:], taps, between[:count])
        for i in range(count):
            out[2 * (start + i)] = samples[start + i + middle]
            out[2 * (start + i) + 1] = between[i]


@fast_kernel
def _decimate(samples: Floats, even: Floats, odd: Floats, out: Floats) -> None:
    """Every other sample of the filtered ones. An even phase of one tap is that of a half-band filter."""
    evens, odds, sums = np.empty(_CHUNK + len(odd)), np.empty(_CHUNK + len(odd)), np.empty(_CHUNK)
    for start in range(0, len(out), _CHUNK):
        count = min(_CHUNK, len(out) - start)
        x = samples[2 * start :]
        for i in range(count + len(odd) - 1):
            odds[i], evens[i] = x[2 * i], x[2 * i + 1]
        if len(even) == 1:
            middle = len(odd) // 2 - 1
            for i in range(count):
                sums[i] = even[0] * evens[i + middle]
        else:
            sums[:count] = 0.0
            _add_products(evens, even, sums[:count])
        _add_products(odds, odd, sums[:count])
        out[start : start + count] = sums[:count]
