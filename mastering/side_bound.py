"""A bound on the side of stereo: band by band it stays under mid, so that no passage turns the channels apart.

The cutter of a lacquer disc moves sideways with mid and in depth with side: too much side lifts it off the lacquer, and
what is out of phase makes a groove that throws the needle.
"""

from __future__ import annotations

import math
from collections import deque
from itertools import combinations

import numpy as np

from analysis.hops import HOPS_PER_SECOND, Growing, HopSums, hop_edges
from analysis.kernels import kernel
from analysis.units import Floats, db_to_amplitude
from mastering.convolution import Convolver
from mastering.mono_bass import low_pass
from mastering.programme_specs import SideBoundSpec
from mastering.smooth_share import smooth_share

WINDOW_HOPS = 20
"""The bound holds over every 0.4 s (momentary loudness: EBU Tech 3341), which is so many hops to either side and one;
those of 10 ms that a stream's first frame begins."""

_FADE_HOPS = 10  # to either side of a fade of 0.2 s
_HOLD_HOPS = WINDOW_HOPS + _FADE_HOPS + 1  # to either side: all of a window that needs it has it; one to draw a line to
_FEWEST_TAPS = 2048  # zeros behind them: longer transforms are fewer
SILENT = 1e-5
"""Power of left and right together under which a window asks for nothing: what is 50 dB under full scale moves no
cutter."""


class SideBound:
    """Turns the side down where there is too much of it: a `Processor`. Mono passes, and so does the mono sum.

    Side and mid are split into bands by linear-phase filters that add up to what they were. Over each 0.4 s the side
    of a band is held so far under its mid, all of it as far as in the band where it may be nearest, and correlation
    above its bound. The gains come and go in
    raised cosines of 0.2 s that end before and begin after those 0.4 s: slow enough that nothing is heard to move.
    A passage that is within the bound keeps its own samples. Late by half the length of the longest filter.

    Args:
        spec: the bands and bounds.
        rate_hz: sample rate.
        channels: of every block.
    """

    def __init__(self, spec: SideBoundSpec, rate_hz: int, channels: int) -> None:
        self._passes = channels != 2
        self._channels, self._rate_hz = channels, rate_hz
        self.latency_frames = 0
        if self._passes:
            return
        crossovers = [hz for hz in spec.crossovers_hz if hz < 0.45 * rate_hz]
        self._most = 10 ** (-np.array(spec.under_mid_db[: len(crossovers) + 1]) / 10)  # of side's power against mid's
        self._lowest_gain = db_to_amplitude(-spec.range_db)
        self._min_correlation = spec.min_correlation
        self._bands = len(crossovers) + 1
        taps, self.latency_frames = _filters(crossovers, rate_hz)
        self._convolver = Convolver(taps, 2) if crossovers else None
        self._pairs = list(combinations(range(self._bands), 2))
        self._sums = [HopSums(rate_hz) for _ in range(3 * self._bands + 1 + len(self._pairs))]
        self._wanted = [Growing() for _ in range(self._bands)]
        self._taken = [Growing() for _ in range(self._bands)]
        self._arrived = deque([np.zeros((self.latency_frames, 2))])  # in time with what comes out of the filters
        self._pending = deque[Floats]()  # left, right and the bands of the side, whose gains are not known yet
        self._next = 0  # frame that comes out next
        self._ended = False

    def process(self, block: Floats) -> Floats:
        """Take a block; gives what is ready, about 0.7 s behind."""
        if self._passes:
            return block
        self._arrived.append(np.array(block, dtype=np.float64))
        rows = np.ascontiguousarray(np.stack([block[:, 0] + block[:, 1], block[:, 0] - block[:, 1]]) * 0.5)
        if self._convolver is None:
            return self._split(np.zeros((0, 2, len(block))))
        return self._split(self._convolver.process(rows))

    def flush(self) -> Floats:
        """Give the rest."""
        if self._passes:
            return np.empty((0, self._channels))
        parts = [self.process(np.zeros((self.latency_frames, 2)))]
        if self._convolver is not None:
            parts.append(self._split(self._convolver.flush()))
        self._ended = True
        return np.concatenate([*parts, self._ready()])

    def _split(self, lows: Floats) -> Floats:
        """Take what the low-passes gave, `(filters, mid and side, frames)`; gives what is ready."""
        count = lows.shape[2]
        if not count:
            return np.empty((0, 2))
        both = _take(self._arrived, count)
        rows = np.stack([both[:, 0] + both[:, 1], both[:, 0] - both[:, 1]]) * 0.5
        edges = np.concatenate([np.zeros((1, 2, count)), lows, rows[None]])
        bands = np.diff(edges, axis=0)
        for i, (mid, side) in enumerate(bands):
            self._sums[i].add(mid * mid)
            self._sums[self._bands + i].add(side * side)
            self._sums[2 * self._bands + i].add(rows[0] * side)
        self._sums[3 * self._bands].add(rows[0] * rows[0])
        for i, (one, other) in enumerate(self._pairs, 3 * self._bands + 1):
            self._sums[i].add(bands[one, 1] * bands[other, 1])
        self._pending.append(np.column_stack([both, *bands[:, 1]]))
        return self._ready()

    def _ready(self) -> Floats:
        """The frames whose gains are known."""
        self._decide()
        held = sum(map(len, self._pending))
        known = len(self._taken[0].values())
        until = self._next + held if self._ended else _before(known - 1, self._rate_hz)
        count = min(held, until - self._next)
        if count <= 0:
            return np.empty((0, 2))
        part = _take(self._pending, count)
        first, last = self._next, self._next + count
        self._next = last
        low = max(0, first * HOPS_PER_SECOND // self._rate_hz - 1)
        high = min(known, last * HOPS_PER_SECOND // self._rate_hz + 2)
        out = np.ascontiguousarray(part[:, :2])
        shares = [taken.values()[low:high] for taken in self._taken]
        if not any(share.any() for share in shares):
            return out
        edges = hop_edges(low, high, self._rate_hz)
        middles, at = (edges[:-1] + edges[1:]) / 2, np.arange(first, last) + 0.5
        off = np.zeros(count)
        for i, share in enumerate(shares):
            off += np.interp(at, middles, share) * part[:, 2 + i]
        return np.stack([out[:, 0] - off, out[:, 1] + off], axis=1)

    def _decide(self) -> None:
        """Find what is taken off each band in all hops whose surroundings are known."""
        hops, done = len(self._sums[0].sums()), len(self._wanted[0].values())
        known = hops if self._ended else max(done, hops - WINDOW_HOPS)
        if known > done:
            start = max(done - WINDOW_HOPS, 0)
            sums = np.stack([one.sums()[start:hops] for one in self._sums])
            lengths = np.diff(hop_edges(start, hops, self._rate_hz)).astype(np.float64)
            wanted = _wanted(
                sums, lengths, done - start, known - start, self._most, self._min_correlation, self._lowest_gain
            )
            for row, new in zip(self._wanted, wanted, strict=True):
                row.extend(new)
        done = len(self._taken[0].values())
        final = known if self._ended else max(done, known - _HOLD_HOPS - _FADE_HOPS)
        if final > done:
            for row, wants in zip(self._taken, self._wanted, strict=True):
                row.extend(smooth_share(wants.values(), done, final, _HOLD_HOPS, _FADE_HOPS))


def _filters(crossovers: list[float], rate_hz: int) -> tuple[Floats, int]:
    """Low-passes `(crossovers, 1, taps)` that are in time with each other, and what they delay by, in frames."""
    filters = [low_pass(hz, rate_hz) for hz in crossovers]
    late = max(map(len, filters), default=0) // 2
    taps = np.zeros((len(filters), 1, max(_FEWEST_TAPS, 2 ** math.ceil(math.log2(2 * late + 1)))))
    for row, one in zip(taps, filters, strict=True):
        begin = late - len(one) // 2
        row[0, begin : begin + len(one)] = one
    return taps, late


def _before(hop: int, rate_hz: int) -> int:
    """A frame before the middle of a hop."""
    return max(hop, 0) * rate_hz // HOPS_PER_SECOND


def _take(pieces: deque[Floats], count: int) -> Floats:
    """The next frames of what is in pieces."""
    parts = []
    while count:
        first = pieces.popleft()
        if len(first) > count:
            pieces.appendleft(first[count:])
        parts.append(first[:count])
        count -= len(parts[-1])
    return np.concatenate(parts)


@kernel
def _wanted(  # noqa: PLR0913  (a kernel takes its stage apart)
    sums: Floats,
    lengths: Floats,
    first: int,
    last: int,
    most: Floats,
    min_correlation: float,
    lowest_gain: float,
) -> Floats:
    """What share of each band's side must go around each hop from `first` to before `last`, counted in `sums`."""
    bands = len(most)
    out = np.zeros((bands, last - first))
    window = np.zeros(len(sums))
    for hop in range(first, last):
        begin, end = max(hop - WINDOW_HOPS, 0), min(hop + WINDOW_HOPS + 1, sums.shape[1])
        for row in range(len(sums)):
            window[row] = sums[row, begin:end].sum()
        mid = window[3 * bands]
        if 2.0 * (mid + window[bands : 2 * bands].sum()) < SILENT * lengths[begin:end].sum():
            continue
        side = both = 0.0
        for band in range(bands):
            allowed = most[band] * window[band]
            power = window[bands + band]
            gain = min(1.0, np.sqrt(allowed / power)) if power > 0.0 else 1.0
            out[band, hop - first] = gain
            side += gain * gain * power
            both += gain * window[2 * bands + band]
        pair = 3 * bands + 1
        for band in range(bands):
            for other in range(band + 1, bands):
                side += 2.0 * out[band, hop - first] * out[other, hop - first] * window[pair]
                pair += 1
        scale = _scale(mid, side, both, min_correlation)
        if side > most.max() * mid:
            scale = min(scale, np.sqrt(most.max() * mid / side))
        for band in range(bands):
            out[band, hop - first] = 1.0 - max(out[band, hop - first] * scale, lowest_gain)
    return out


@kernel
def _scale(mid: float, side: float, both: float, lowest: float) -> float:
    """Factor of the side with which the correlation of left and right is no lower; 1 where it is not.

    (m - x s) / sqrt((m + x s)^2 - 4 x b^2) = c, with x the square of the factor: a quadratic equation in x.
    """
    if side <= 0.0 or mid - side >= lowest * np.sqrt(max((mid + side) ** 2 - 4.0 * both * both, 0.0)):
        return 1.0
    square = lowest * lowest
    a, c = side * side * (1.0 - square), mid * mid * (1.0 - square)
    b = 2.0 * mid * side * (1.0 + square) - 4.0 * square * both * both
    root = np.sqrt(max(b * b - 4.0 * a * c, 0.0))
    x = (b - root) / (2.0 * a) if lowest >= 0.0 else (b + root) / (2.0 * a)
    return float(min(1.0, np.sqrt(max(x, 0.0))))
