"""Cutting what is left of peaks by pulses that the music hides (`mastering.hidden`), instead of flattening them.

In each hop the peaks over the ceiling are found between the samples. The heights of their pulses are solved together
(by Gauss and Seidel's method), so that peaks of one wave do not pay twice, and taken off; what a sweep leaves, or puts
elsewhere, the next one takes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.kernels import kernel
from analysis.true_peak import (
    AHEAD_FRAMES,
    BEFORE_FRAMES,
    CLOSER_LOOK,
    GLANCE,
    TAPS,
    detector,
    glances,
    interpolated,
)
from analysis.units import Floats
from mastering.demand import CELLS_IN_HOP, Hops, cell_peaks
from mastering.hidden import PULSE_GRID, hiding_model, pulses

_SWEEPS = 4
_ROUNDS = 8  # of Gauss and Seidel's method
_APART_FRAMES = 4  # two peaks of one sign nearer than that are one
_MOST_PEAKS = 512  # in a hop of one channel and sweep; what is over waits for the next
_BELOW = 0.9995  # where a cut aims, of the ceiling
_AROUND = 3  # the hop that is given, and the ones beside it: a pulse reaches no further


@kernel
def _find_peaks(row: Floats, glanced: Floats, fine: Floats, ceiling: float, places: Floats, heights: Floats) -> int:
    """Places, in frames of `row`, and signed heights of peaks over the ceiling; how many."""
    count = 0
    for i in range(len(glanced)):
        seen = max(abs(row[i + BEFORE_FRAMES]), abs(row[i + BEFORE_FRAMES + 1]), glanced[i])
        if seen <= GLANCE * ceiling:
            continue
        window = row[i : i + TAPS]
        if max(seen, abs(interpolated(window, fine[len(fine) // 2]))) <= CLOSER_LOOK * ceiling:
            continue
        for phase in range(len(fine)):
            height = interpolated(window, fine[phase])
            # The interpolator stops over 20 kHz, and a sample may hold more than that.
            if phase == 0 and abs(row[i + BEFORE_FRAMES]) > abs(height):
                height = row[i + BEFORE_FRAMES]
            if abs(height) <= ceiling:
                continue
            place = i + BEFORE_FRAMES + phase / len(fine)
            if count and place - places[count - 1] < _APART_FRAMES and height * heights[count - 1] > 0:
                if abs(height) > abs(heights[count - 1]):
                    places[count - 1], heights[count - 1] = place, height
            elif count < len(places):
                places[count], heights[count] = place, height
                count += 1
    return count


@kernel
def _pulse_at(pulse: Floats, distance: float) -> float:
    """Half a pulse read at a distance in frames, in a straight line between its points."""
    at = abs(distance) * PULSE_GRID
    low = int(at)
    if low + 1 >= len(pulse):
        return 0.0
    return float(pulse[low] + (at - low) * (pulse[low + 1] - pulse[low]))


@kernel
def _solve(places: Floats, heights: Floats, count: int, pulse: Floats, ceiling: float, cuts: Floats) -> None:
    """Signed heights of the pulses that bring all peaks under the ceiling together, none of them lifting its peak.

    They aim a little below it; not further than a peak stands above it, lest a trace of an excess make a step.
    """
    reach = (len(pulse) - 1) / PULSE_GRID
    cuts[:count] = 0.0
    for _ in range(_ROUNDS):
        for i in range(count):
            left = heights[i]
            k = i
            while k >= 0 and places[i] - places[k] < reach:
                left -= cuts[k] * _pulse_at(pulse, places[i] - places[k])
                k -= 1
            k = i + 1
            while k < count and places[k] - places[i] < reach:
                left -= cuts[k] * _pulse_at(pulse, places[k] - places[i])
                k += 1
            sign = 1.0 if heights[i] > 0 else -1.0
            aim = max(_BELOW * ceiling, 2 * ceiling - abs(heights[i]))
            cuts[i] = sign * max(0.0, sign * cuts[i] + sign * left - aim)


@kernel
def clip_hop(  # noqa: PLR0913  (a kernel takes the detector apart)
    row: Floats,
    first: int,
    last: int,
    begin: int,
    end: int,
    pulse: Floats,
    glance: Floats,
    fine: Floats,
    ceiling: float,
) -> bool:
    """Cut the peaks of one channel between frames `first` and `last`; whether there were any.

    Args:
        row: changed in place; 64 frames before `first` and after `last` at least, and the reach of a pulse.
        first: frame of the hop.
        last: frame after it.
        begin: first frame that may be changed,
        end: frame after the last: what lies outside is no part of the stream, and stays silence.
        pulse: half of it, `PULSE_GRID` points a frame.
        glance: of the true-peak detector,
        fine: likewise.
        ceiling: linear.
    """
    places, heights, cuts = np.empty(_MOST_PEAKS), np.empty(_MOST_PEAKS), np.empty(_MOST_PEAKS)
    reach = (len(pulse) - 1) // PULSE_GRID
    start = first - BEFORE_FRAMES - 1
    for sweep in range(_SWEEPS):
        part = row[start : last + TAPS - BEFORE_FRAMES - 1]
        count = _find_peaks(part, glances(part, glance), fine, ceiling, places, heights)
        if count == 0:
            return sweep > 0
        _solve(places, heights, count, pulse, ceiling, cuts)
        for i in range(count):
            middle = start + places[i]
            for frame in range(max(begin, int(middle) - reach), min(end, int(middle) + reach + 2)):
                row[frame] -= cuts[i] * _pulse_at(pulse, frame - middle)
    return True


class HiddenCut:
    """A stage that takes audio by hops, gives it two hops later, and says what still stands over the ceiling.

    Args:
        rate_hz, channels: of the audio.
        ceiling: linear.
    """

    def __init__(self, rate_hz: int, channels: int, ceiling: float) -> None:
        self._model = hiding_model(rate_hz)
        self._ceiling = ceiling
        self._glance, self._fine = detector()
        self._peaks = np.zeros((channels, 0))
        # From the next hop to cut on:
        self._masks = np.zeros((0, channels, len(self._model.weights)))
        self._over = np.zeros((0, channels), dtype=bool)
        # From the hop before the next one to give on; before the first there is silence.
        self._rows = np.zeros((channels, self._model.hop))
        self._cut = [False]
        self._first = -self._model.hop  # frame of the stream with which the rows begin
        self.stream_frames: int | None = None
        """Length of the stream; to be set when it is known, before the silence that flushes it is taken."""

    def process(self, rows: Floats, gains: Floats, hops: Hops) -> tuple[Floats, Floats]:
        """Take some hops.

        Args:
            rows: audio after its gain, `(channels, frames)`.
            gains: highest gain around each of its cells, linear.
            hops: what is newly known of the stream before its gain, ahead of `rows`.

        Returns:
            audio of the hops that are ready, and the peaks of their cells, 0 where nothing was cut: `(1, cells)`
        """
        self._rows = np.concatenate([self._rows, rows], axis=1)
        self._masks = np.concatenate([self._masks, hops.masks])
        self._peaks = np.concatenate([self._peaks, hops.peaks], axis=1)
        over = self._peaks[:, : gains.shape[1]] * gains > self._ceiling
        self._peaks = self._peaks[:, gains.shape[1] :].copy()
        self._over = np.concatenate([self._over, over.reshape(len(over), -1, CELLS_IN_HOP).any(axis=2).T])
        hop, given, demands = self._model.hop, 0, [np.zeros(0)]
        # A hop is cut when the next is there, and given when the next is cut.
        cuts = max(0, len(self._over) - 1)
        for over_in, masks in zip(self._over[:cuts], self._masks[:cuts], strict=True):
            self._cut.append(self._cut_hop((given + len(self._cut)) * hop, over_in, masks))
            if len(self._cut) == _AROUND:
                demands.append(self._left((given + 1) * hop) if any(self._cut) else np.zeros(CELLS_IN_HOP))
                self._cut.pop(0)
                given += 1
        self._over, self._masks = self._over[cuts:].copy(), self._masks[cuts:].copy()
        out = self._rows[:, hop : (1 + given) * hop].copy()
        self._rows = self._rows[:, given * hop :].copy()
        self._first += given * hop
        return out, np.concatenate(demands)[None]

    def _cut_hop(self, first: int, over: NDArray[np.bool_], masks: Floats) -> bool:
        """Cut a hop that begins at frame `first` of the rows, in the channels that need it; whether any did."""
        cut = False
        begin, end = max(0, -self._first), self._rows.shape[1]
        if self.stream_frames is not None:
            end = min(end, self.stream_frames - self._first)
        for channel in np.flatnonzero(over):
            pulse, row, last = pulses(self._model, masks[channel]), self._rows[channel], first + self._model.hop
            cut |= clip_hop(row, first, last, begin, end, pulse, self._glance, self._fine, self._ceiling)
        return cut

    def _left(self, first: int) -> Floats:
        """Peaks of the cells of a hop that stand over the ceiling still."""
        found = []
        for row in self._rows:
            part = row[first - BEFORE_FRAMES - 1 : first + self._model.hop + AHEAD_FRAMES]
            glanced = glances(part.astype(np.float32), self._glance.astype(np.float32))
            found.append(cell_peaks(part, glanced, self._fine, self._ceiling, self._model.hop // CELLS_IN_HOP))
        return np.asarray(np.max(found, axis=0))
