"""The slow ride: a hand on the fader that knows what comes, after a curve over short-term loudness.

The loudness is that of the 3 s around each moment (ITU-R BS.1770 weighting), so the gain moves over seconds and the
stage is 1.5 s late. Around the middle the curve is a straight line; it ends at the ride's range, and 10 LU under the
middle it stays what it is there: a quiet opening is moved as one and not pumped.
"""

from __future__ import annotations

import numpy as np

from analysis.audio import BLOCK_FRAMES
from analysis.biquad import cascade
from analysis.hops import HOPS_PER_SECOND, HopSums, hop_edge, hop_edges
from analysis.loudness import k_weighting
from analysis.standards import CHANNEL_WEIGHTS, LOUDNESS_OFFSET_DB, SHORT_TERM_S
from analysis.units import Floats, db_to_amplitude, power_to_db
from mastering.specs import RideSpec

QUIET_LU = -10.0
"""From here down, against the middle, the curve is flat."""

_HALF_HOPS = round(SHORT_TERM_S * HOPS_PER_SECOND / 2)
_LOOK_AHEAD_HOPS = _HALF_HOPS + 2  # half a window, and one hop more to draw the line to


def curve_db(spec: RideSpec, short_term_lufs: Floats) -> Floats:
    """Gain of the ride at each short-term loudness, dB; silence is at the quiet end."""
    away = np.maximum(short_term_lufs - spec.middle_lufs, QUIET_LU)
    return np.asarray(np.clip((spec.slope - 1) * away, -spec.range_db, spec.range_db))


class Ride:
    """A processor; all channels move together.

    Args:
        spec: the curve.
        rate_hz, channels: of the stream.
    """

    def __init__(self, spec: RideSpec, rate_hz: int, channels: int) -> None:
        self._spec = spec
        self._rate_hz = rate_hz
        self._sections = k_weighting(rate_hz)
        self._state = np.zeros((len(self._sections), channels, 2))
        self._weights = np.array([2.0] if channels == 1 else CHANNEL_WEIGHTS[:channels])
        self._energies = HopSums(rate_hz)
        self.latency_frames = hop_edge(_LOOK_AHEAD_HOPS, rate_hz) + 1
        self._pending = np.zeros((self.latency_frames, channels))
        self._next = -self.latency_frames  # frame of the stream that comes out next

    def process(self, block: Floats) -> Floats:
        """Take a block, give as many frames, `latency_frames` late."""
        weighted = cascade(self._sections, self._state, block)
        self._energies.add((weighted * weighted) @ self._weights)
        audio = np.concatenate([self._pending, block])
        self._pending = audio[len(block) :].copy()
        return self._ridden(audio[: len(block)])

    def flush(self) -> Floats:
        """Give the last `latency_frames`."""
        rest, self._pending = self._pending, self._pending[:0]
        parts = [rest[start : start + BLOCK_FRAMES] for start in range(0, len(rest), BLOCK_FRAMES)]
        return np.concatenate([self._ridden(part) for part in parts])

    def _ridden(self, part: Floats) -> Floats:
        """The next frames with their gain; of what comes before the stream's first frame there is only silence."""
        first, last = self._next, self._next + len(part)
        self._next = last
        hops = len(self._energies.sums())
        if last <= 0 or not hops:
            return part
        low = min(max(0, max(first, 0) * HOPS_PER_SECOND // self._rate_hz - 1), hops - 1)
        high = min(last * HOPS_PER_SECOND // self._rate_hz + 2, hops)
        edges = hop_edges(low, high, self._rate_hz)
        gains_db = curve_db(self._spec, self._around_lufs(low, high))
        now_db = np.interp(np.arange(first, last) + 0.5, (edges[:-1] + edges[1:]) / 2, gains_db)
        return np.asarray(part * db_to_amplitude(now_db)[:, None])

    def _around_lufs(self, low: int, high: int) -> Floats:
        """Loudness of the 3 s around each of the hops from `low` to before `high`, as far as the stream goes."""
        sums = self._energies.sums()
        start = max(0, low - _HALF_HOPS)
        total = np.concatenate([[0.0], np.cumsum(sums[start : high + _HALF_HOPS])])
        begin = np.maximum(np.arange(low, high) - _HALF_HOPS, 0)
        end = np.minimum(np.arange(low, high) + _HALF_HOPS + 1, len(sums))
        edges = hop_edges(start, int(end[-1]), self._rate_hz)
        frames = edges[end - start] - edges[begin - start]
        return np.asarray(LOUDNESS_OFFSET_DB + power_to_db((total[end - start] - total[begin - start]) / frames))
