"""The true-peak limiter: look-ahead with hold, a two-stage release, and a gain so smooth that bass stays clean.

How much a sample must come down is read between the samples, at 16 times the rate wherever the 2-fold grid comes near
the ceiling (`analysis.true_peak` says why that is enough). The reduction, in dB, then passes

1. a sliding maximum over the look-ahead and a hold of 10 ms: half a period of 33 Hz at least, so that the gain does
   not follow the waveform of a bass (measured: 50 Hz limited by 6 dB distorts at -122 dB, without the hold at -42);
2. a release towards a slow average: single peaks recover in 60 ms, what is limited all the time recovers in a second;
3. three boxes, 5 ms in all: every average taken lies within the maximum's window, so no peak slips through.

Everything is counted in whole 2^-24 dB, in integers: running sums stay exact however long the programme is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.kernels import kernel
from analysis.true_peak import (
    AHEAD_FRAMES,
    BEFORE_FRAMES,
    CLOSER_LOOK,
    GLANCE,
    TAPS,
    glance_taps,
    glances,
    interpolated,
    interpolators,
)
from analysis.units import Floats, db_to_amplitude

LOOK_AHEAD_S = 0.005
HOLD_S = 0.010
RELEASE_S = 0.060
SLOW_RELEASE_S = 1.0
_UNIT = 2.0**24  # steps in a decibel
_OVERSAMPLING = 16
_CLOSEST_LOOK = 0.91  # share of a peak that the 4-fold grid shows at least (cos 22.5 degrees), rounded down

# Where the integer state keeps what; the rings follow.
_POSITION, _HEAD, _COUNT, _SUM_1, _SUM_2, _SUM_3, _FIELDS = range(7)


@kernel
def interval_peaks(rows: Floats, glance: Floats, fine: Floats, ceiling: float) -> Floats:
    """Peak between each sample and the next, over all channels.

    `rows` is `(channels, frames)`; interval i lies between its samples i + 63 and i + 64. What may come near the
    `ceiling` is read on the grid of `fine` (four points to an interval at least), the rest at a glance.
    """
    peaks = np.zeros(rows.shape[1] - TAPS + 1)
    for channel in range(rows.shape[0]):
        samples = rows[channel]
        between = glances(samples, glance)
        for i in range(len(peaks)):
            seen = max(abs(samples[i + BEFORE_FRAMES]), abs(samples[i + BEFORE_FRAMES + 1]), between[i])
            if seen > GLANCE * ceiling:
                window = samples[i : i + TAPS]
                seen = max(seen, abs(interpolated(window, fine[len(fine) // 2])))
                if seen > CLOSER_LOOK * ceiling:
                    quarter = len(fine) // 4
                    seen = max(seen, abs(interpolated(window, fine[quarter])))
                    seen = max(seen, abs(interpolated(window, fine[3 * quarter])))
                    if seen > _CLOSEST_LOOK * ceiling:
                        for phase in range(len(fine)):
                            seen = max(seen, abs(interpolated(window, fine[phase])))
            peaks[i] = max(peaks[i], seen)
    return peaks


@kernel
def reductions(  # noqa: PLR0913  (a kernel takes its state apart)
    peaks: Floats,
    ceiling: float,
    rates: Floats,
    slopes: Floats,
    boxes: NDArray[np.int64],
    state: NDArray[np.int64],
    maxima: NDArray[np.int64],
    places: NDArray[np.int64],
    rings: NDArray[np.int64],
) -> Floats:
    """Smooth gain reduction, dB, for each peak, late by as much as `GainComputer` says."""
    out = np.empty(len(peaks))
    window = len(maxima)
    for i in range(len(peaks)):
        here = state[_POSITION]
        wanted = np.int64(0)
        if peaks[i] > ceiling:
            wanted = np.int64(np.ceil(20.0 * np.log10(peaks[i] / ceiling) * _UNIT))
        # Sliding maximum: a queue of falling candidates (Lemire, 2006).
        while state[_COUNT] > 0 and maxima[(state[_HEAD] + state[_COUNT] - 1) % window] <= wanted:
            state[_COUNT] -= 1
        last = (state[_HEAD] + state[_COUNT]) % window
        maxima[last], places[last] = wanted, here
        state[_COUNT] += 1
        if places[state[_HEAD]] <= here - window:
            state[_HEAD] = (state[_HEAD] + 1) % window
            state[_COUNT] -= 1
        held = float(maxima[state[_HEAD]])
        # Two-stage release: fast towards the slow average, which itself follows within a second.
        slow = slopes[1] + (held - slopes[1]) * rates[1]
        fast = max(held, slow + (slopes[0] - slow) * rates[0])
        if fast < _UNIT * 1e-4:
            fast = slow = 0.0
        slopes[0], slopes[1] = fast, slow
        value = np.int64(np.ceil(fast))
        for box in range(3):
            slot = here % boxes[box]
            state[_SUM_1 + box] += value - rings[box, slot]
            rings[box, slot] = value
            value = state[_SUM_1 + box]
        out[i] = value / (float(boxes[0] * boxes[1] * boxes[2]) * _UNIT)
        state[_POSITION] = here + 1
    return out


class GainComputer:
    """From peaks to gain reduction, at the audio's rate or at that of an envelope.

    Args:
        rate_hz: peaks in a second.
        ceiling: what peaks must not exceed, linear.
    """

    def __init__(self, rate_hz: float, ceiling: float) -> None:
        box = max(1, round(LOOK_AHEAD_S * rate_hz / 3)) | 1  # odd, so that its middle is a sample
        self._boxes = np.array([box, box, box], dtype=np.int64)
        reach = 3 * (box - 1) // 2
        window = 2 * reach + 1 + round(HOLD_S * rate_hz)
        self.latency_frames = 2 * reach
        """How much later a reduction comes out than the peak in the middle of its effect went in."""
        self._ceiling = ceiling
        self._rates = np.array([np.exp(-1 / (RELEASE_S * rate_hz)), 1 - np.exp(-1 / (SLOW_RELEASE_S * rate_hz))])
        self._slopes = np.zeros(2)
        self._state = np.zeros(_FIELDS, dtype=np.int64)
        self._maxima, self._places = np.zeros(window, dtype=np.int64), np.zeros(window, dtype=np.int64)
        self._rings = np.zeros((3, box), dtype=np.int64)

    def process(self, peaks: Floats) -> Floats:
        """Reduction in dB for the next peaks, `latency_frames` late."""
        return reductions(
            peaks,
            self._ceiling,
            self._rates,
            self._slopes,
            self._boxes,
            self._state,
            self._maxima,
            self._places,
            self._rings,
        )


class Limiter:
    """A processor that holds the true peak at a ceiling; channels are linked.

    Args:
        ceiling_dbtp: highest true peak, dBTP.
        rate_hz, channels: of the stream.
        seams: frames around which the ceiling lies so many dB lower.
    """

    def __init__(
        self, ceiling_dbtp: float, rate_hz: int, channels: int, seams: Sequence[tuple[int, float]] = ()
    ) -> None:
        self._seams = seams
        self._frame = -AHEAD_FRAMES  # of the next peak
        self._ceiling = db_to_amplitude(ceiling_dbtp)
        self._computer = GainComputer(rate_hz, self._ceiling)
        self._fine = interpolators(_OVERSAMPLING)
        self._glance = glance_taps(self._fine[_OVERSAMPLING // 2])
        self._history = np.zeros((channels, TAPS - 1))  # what the interpolator still needs
        self._last_peak = 0.0
        self._pending = np.zeros((self.latency_frames, channels))
        self.deepest_db = 0.0
        """Greatest reduction so far."""

    @property
    def latency_frames(self) -> int:
        """Look-ahead and the interpolator's half."""
        return self._computer.latency_frames + AHEAD_FRAMES

    def process(self, block: Floats) -> Floats:
        """Take a block, give as many frames, `latency_frames` late."""
        rows = np.ascontiguousarray(np.concatenate([self._history, block.T], axis=1))
        self._history = rows[:, -(TAPS - 1) :].copy()
        after = interval_peaks(rows, self._glance, self._fine, self._ceiling)
        # A sample answers for the interval before it and the one after it.
        before = np.concatenate([[self._last_peak], after[:-1]])
        self._last_peak = float(after[-1]) if len(after) else self._last_peak
        peaks = np.maximum(before, after)
        for frame, extra_db in self._seams:
            near = slice(max(0, frame - TAPS // 2 - self._frame), max(0, frame + TAPS // 2 - self._frame))
            peaks[near] = np.maximum(peaks[near], self._ceiling) * db_to_amplitude(extra_db)
        self._frame += len(peaks)
        reduction_db = self._computer.process(peaks)
        self.deepest_db = max(self.deepest_db, float(reduction_db.max(initial=0.0)))
        audio = np.concatenate([self._pending, block])
        self._pending = audio[len(block) :].copy()
        out = audio[: len(block)]
        if reduction_db.any():
            return np.asarray(out * db_to_amplitude(-reduction_db)[:, None])
        return out

    def flush(self) -> Floats:
        """Give the last `latency_frames`."""
        return self.process(np.zeros((self.latency_frames, self._pending.shape[1])))
