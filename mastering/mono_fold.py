"""What mono takes off a stereo stream, before some stages and after them."""

from __future__ import annotations

import numpy as np

from analysis.kernels import fast_kernel
from analysis.units import Floats, power_to_db


class AddedFoldLoss:
    """Takes two streams in time with each other; the loss is stereo's power against that of its mono sum.

    Of (left + right) / 2 from both loudspeakers that is 1 + side / mid. All frames count: there is no gate.
    """

    def __init__(self) -> None:
        self._sums = np.zeros(4)  # mid and side of one, mid and side of the other

    def add(self, plain: Floats, changed: Floats) -> None:
        """Take the next frames, `(frames, channels)` each."""
        if plain.shape[1] == 2:
            self._sums += _powers(np.ascontiguousarray(plain), np.ascontiguousarray(changed))

    def result(self) -> float | None:
        """How much more the changed stream loses, dB; None where a mono sum is silent."""
        mids, sides = self._sums[::2], self._sums[1::2]
        if not sides.any():
            return 0.0
        if not mids.all():
            return None
        losses_db = power_to_db(1.0 + sides / mids)
        return float(losses_db[1] - losses_db[0])


@fast_kernel
def _powers(plain: Floats, changed: Floats) -> Floats:
    out = np.zeros(4)
    for i in range(len(plain)):
        out[0] += (plain[i, 0] + plain[i, 1]) ** 2
        out[1] += (plain[i, 0] - plain[i, 1]) ** 2
        out[2] += (changed[i, 0] + changed[i, 1]) ** 2
        out[3] += (changed[i, 0] - changed[i, 1]) ** 2
    return out
