"""From what peaks ask for to a gain that is smooth: look-ahead, hold, a two-stage release.

The reduction that each cell asks for, in dB, passes

1. a sliding maximum over the look-ahead and a hold of 10 ms: half a period of 33 Hz at least, so that the gain does
   not follow the waveform of a bass (measured: 50 Hz limited by 6 dB distorts at -122 dB, without the hold at -42);
2. a release towards a slow average: single peaks recover in 60 ms, what is limited all the time recovers in a second;
3. three boxes, 5 ms in all: every average taken lies within the maximum's window, so no peak slips through, nor does
   one where the gain goes in a straight line from cell to cell.

Everything is counted in whole 2^-24 dB, in integers: running sums stay exact however long the programme is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.kernels import kernel
from analysis.units import Floats

LOOK_AHEAD_S = 0.005
HOLD_S = 0.010
RELEASE_S = 0.060
SLOW_RELEASE_S = 1.0
_UNIT = 2.0**24  # steps in a decibel
_BETWEEN_CELLS = 1  # the gain of a frame lies between those of its cell and of one beside it

# Where the integer state keeps what; the rings follow.
_POSITION, _HEAD, _COUNT, _SUM_1, _SUM_2, _SUM_3, _FIELDS = range(7)


@kernel
def _reductions(  # noqa: PLR0913  (a kernel takes its state apart)
    wanted_db: Floats,
    rates: Floats,
    slopes: Floats,
    boxes: NDArray[np.int64],
    state: NDArray[np.int64],
    maxima: NDArray[np.int64],
    places: NDArray[np.int64],
    rings: NDArray[np.int64],
) -> Floats:
    """Smooth gain reduction, dB, for each cell, late by as much as `GainComputer` says."""
    out = np.empty(len(wanted_db))
    window = len(maxima)
    head, count = state[_HEAD], state[_COUNT]
    steps_in_db = float(boxes[0] * boxes[1] * boxes[2]) * _UNIT
    for i in range(len(wanted_db)):
        here = state[_POSITION] + i
        if wanted_db[i] <= 0.0 and count == 0 and slopes[0] == 0.0 and state[_SUM_3] == 0 and state[_SUM_2] == 0:
            out[i] = 0.0  # nothing to do, and nothing left to do
            continue
        wanted = np.int64(np.ceil(wanted_db[i] * _UNIT)) if wanted_db[i] > 0.0 else np.int64(0)
        # Sliding maximum: a queue of falling candidates (Lemire, 2006).
        while count > 0 and maxima[(head + count - 1) % window] <= wanted:
            count -= 1
        if wanted > 0:
            last = (head + count) % window
            maxima[last], places[last] = wanted, here
            count += 1
        if count > 0 and places[head] <= here - window:
            head = (head + 1) % window
            count -= 1
        held = float(maxima[head]) if count > 0 else 0.0
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
        out[i] = value / steps_in_db
    state[_HEAD], state[_COUNT] = head, count
    state[_POSITION] += len(wanted_db)
    return out


class GainComputer:
    """From the reduction that each cell wants to one that is smooth.

    Args:
        cells_per_second: how many there are.
    """

    def __init__(self, cells_per_second: float) -> None:
        box = max(1, round(LOOK_AHEAD_S * cells_per_second / 3)) | 1  # odd, so that its middle is a cell
        self._boxes = np.array([box, box, box], dtype=np.int64)
        reach = 3 * (box - 1) // 2 + _BETWEEN_CELLS
        window = 2 * reach + 1 + round(HOLD_S * cells_per_second)
        self.latency_cells = 2 * reach - _BETWEEN_CELLS
        """How much later a reduction comes out than the peak in the middle of its effect went in."""
        self._rates = np.array(
            [np.exp(-1 / (RELEASE_S * cells_per_second)), 1 - np.exp(-1 / (SLOW_RELEASE_S * cells_per_second))]
        )
        self._slopes = np.zeros(2)
        self._state = np.zeros(_FIELDS, dtype=np.int64)
        self._maxima, self._places = np.zeros(window, dtype=np.int64), np.zeros(window, dtype=np.int64)
        self._rings = np.zeros((3, box), dtype=np.int64)

    def process(self, wanted_db: Floats) -> Floats:
        """Reduction in dB for the next cells, `latency_cells` late; what is wanted may be negative, which is none."""
        return _reductions(
            wanted_db,
            self._rates,
            self._slopes,
            self._boxes,
            self._state,
            self._maxima,
            self._places,
            self._rings,
        )
