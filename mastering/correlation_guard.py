"""A guard on widening: where it would turn the channels against each other, the side comes back to the mix's own."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analysis.audio import BLOCK_FRAMES
from analysis.biquad import cascade
from analysis.errors import SpecificationError
from analysis.hops import HOPS_PER_SECOND, Growing, HopSums, hop_edge, hop_edges
from analysis.kernels import kernel
from analysis.loudness import k_weighting
from analysis.standards import ABSOLUTE_GATE_LUFS, LOUDNESS_OFFSET_DB, SHORT_TERM_S
from analysis.units import Floats
from mastering.eq import design
from mastering.smooth_share import smooth_share
from mastering.specs import EqBand

_WINDOW_HOPS = round(SHORT_TERM_S * HOPS_PER_SECOND / 2)  # to either side
_FADE_HOPS = 100  # to either side of a fade of 2 s
_HOLD_HOPS = _WINDOW_HOPS + _FADE_HOPS  # to either side: all of a window that needs it must have its share
_LOOK_AHEAD_HOPS = _WINDOW_HOPS + _HOLD_HOPS + _FADE_HOPS + 2  # one more for the window's end, one to draw the line to
_HALVINGS = 40
_PRODUCTS = ((0, 0), (1, 1), (1, 2), (2, 2), (0, 1), (0, 2))  # of mid, the mix's own side, and what was added to it


class CorrelationGuard:
    """Takes widening back where it costs correlation: a `Processor` for after the stages that widen. Mono passes.

    The correlation is that of left and right over the 3 s around each moment, as short-term loudness: a single sound
    on one side is no fault. K-weighted (ITU-R BS.1770-5), so that bass, which is in the middle on most records, does
    not speak for the rest; over all frequencies at once, for in the highs of any room or reverberation it lies at 0 and
    says nothing. It is held at `lowest`, or at what it was before the widening where that was lower: a mix that is so
    itself is left so, and nothing ever gets narrower than the mix. What is taken back is a share of the added side, 0
    to 1; it comes and goes in raised cosines of 2 s that end before and begin after those 3 s, so that nothing pumps.
    The stage is 5 s late. The mono sum stays as it was.

    Args:
        width: factor of the side that was applied, over 0.
        side_eq: bands that were applied to it.
        lowest: bound of the correlation, -1 to 1.
        rate_hz: sample rate.
        channels: of every block.

    Raises:
        SpecificationError: a bound or a width out of its range.
    """

    def __init__(self, width: float, side_eq: Sequence[EqBand], lowest: float, rate_hz: int, channels: int) -> None:
        bands = [band for band in side_eq if band.gain_db]
        self._passes = channels != 2 or (width == 1.0 and not bands)
        self._channels = channels
        self.latency_frames = 0
        if self._passes:
            return
        if not (width > 0 and -1.0 <= lowest <= 1.0):
            raise SpecificationError(
                f"A correlation of {lowest:g} at least after a width of {width:g}: use -1 to 1, and a width over 0."
            )
        self._rate_hz, self._lowest, self._width = rate_hz, lowest, width
        # A cut of the EQ is the exact reciprocal of the boost.
        undone = [replace(band, gain_db=-band.gain_db) for band in bands]
        self._inverse = np.array([design(band, rate_hz) for band in undone]).reshape(-1, 6)
        self._inverse_state = np.zeros((len(bands), 1, 2))
        self._weighting = k_weighting(rate_hz)
        self._weighting_state = np.zeros((len(self._weighting), 3, 2))
        self._sums = [HopSums(rate_hz) for _ in _PRODUCTS]
        self._wanted, self._taken = Growing(), Growing()
        self._ended = False
        self.latency_frames = hop_edge(_LOOK_AHEAD_HOPS, rate_hz) + 1
        # Left, right, and what was added to the side; in pieces, for they are long against a block.
        self._pending = deque([np.zeros((self.latency_frames, 3))])
        self._next = -self.latency_frames  # frame of the stream that comes out next

    def process(self, block: Floats) -> Floats:
        """Take a block, give as many frames, `latency_frames` late."""
        if self._passes:
            return block
        mid, side = (block[:, 0] + block[:, 1]) * 0.5, (block[:, :1] - block[:, 1:]) * 0.5
        own = cascade(self._inverse, self._inverse_state, side)[:, 0] / self._width
        added = side[:, 0] - own
        weighted = cascade(self._weighting, self._weighting_state, np.stack([mid, own, added], axis=1))
        for sums, (one, other) in zip(self._sums, _PRODUCTS, strict=True):
            sums.add(weighted[:, one] * weighted[:, other])
        self._pending.append(np.column_stack([block, added]))
        return self._guarded(self._take(len(block)))

    def flush(self) -> Floats:
        """Give the last `latency_frames`."""
        if self._passes:
            return np.empty((0, self._channels))
        self._ended = True
        starts = range(0, self.latency_frames, BLOCK_FRAMES)
        lengths = [min(BLOCK_FRAMES, self.latency_frames - start) for start in starts]
        return np.concatenate([self._guarded(self._take(length)) for length in lengths])

    def _take(self, count: int) -> Floats:
        """The next frames of what is pending."""
        parts = [np.zeros((0, 3))]
        while count:
            first = self._pending.popleft()
            if len(first) > count:
                self._pending.appendleft(first[count:])
            parts.append(first[:count])
            count -= len(parts[-1])
        return np.concatenate(parts)

    def _guarded(self, part: Floats) -> Floats:
        """The next frames, with what must go taken off their side."""
        first, last = self._next, self._next + len(part)
        self._next = last
        out = np.ascontiguousarray(part[:, :2])
        self._decide()
        shares = self._taken.values()
        if last <= 0 or not len(shares):
            return out
        low = min(max(0, max(first, 0) * HOPS_PER_SECOND // self._rate_hz - 1), len(shares) - 1)
        high = min(last * HOPS_PER_SECOND // self._rate_hz + 2, len(shares))
        if not shares[low:high].any():
            return out
        edges = hop_edges(low, high, self._rate_hz)
        share = np.interp(np.arange(first, last) + 0.5, (edges[:-1] + edges[1:]) / 2, shares[low:high])
        off = share * part[:, 2]
        return np.stack([out[:, 0] - off, out[:, 1] + off], axis=1)

    def _decide(self) -> None:
        """Find the shares of all hops whose surroundings are known."""
        hops, done = len(self._sums[0].sums()), len(self._wanted.values())
        known = hops if self._ended else max(done, hops - _WINDOW_HOPS)
        if known > done:
            start = max(done - _WINDOW_HOPS, 0)
            sums = np.stack([one.sums()[start:] for one in self._sums])
            edges = hop_edges(start, hops, self._rate_hz)
            self._wanted.extend(_wanted(sums, edges, done - start, known - start, self._lowest))
        done = len(self._taken.values())
        final = known if self._ended else max(done, known - _HOLD_HOPS - _FADE_HOPS)
        if final > done:
            self._taken.extend(smooth_share(self._wanted.values(), done, final, _HOLD_HOPS, _FADE_HOPS))


@kernel
def _correlation(sums: Floats, share: float) -> float:
    """Of left and right with so much of what was added to the side; 1 where one of them is silent."""
    mid = sums[0]
    side = sums[1] + 2.0 * share * sums[2] + share * share * sums[3]
    both = sums[4] + share * sums[5]
    scale = (mid + side) ** 2 - 4.0 * both**2
    return (mid - side) / np.sqrt(scale) if scale > 1e-12 * (mid + side) ** 2 else 1.0


@kernel
def _wanted(
    sums: Floats, edges: np.ndarray[tuple[int], np.dtype[np.int64]], first: int, last: int, lowest: float
) -> Floats:
    """What share of the added side must go around each hop from `first` to before `last`, counted in `sums`."""
    out = np.zeros(last - first)
    gate = 10.0 ** ((ABSOLUTE_GATE_LUFS - LOUDNESS_OFFSET_DB) / 10.0)
    window = np.zeros(len(sums))
    for hop in range(first, last):
        begin, end = max(hop - _WINDOW_HOPS, 0), min(hop + _WINDOW_HOPS + 1, sums.shape[1])
        for row in range(len(sums)):
            window[row] = sums[row, begin:end].sum()
        if 2.0 * (window[0] + window[1]) < gate * (edges[end] - edges[begin]):
            continue
        bound = min(lowest, _correlation(window, 0.0))
        if _correlation(window, 1.0) >= bound:
            continue
        kept, too_much = 0.0, 1.0
        for _ in range(_HALVINGS):
            middle = 0.5 * (kept + too_much)
            if _correlation(window, middle) >= bound:
                kept = middle
            else:
                too_much = middle
        out[hop - first] = 1.0 - kept
    return out
