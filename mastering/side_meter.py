"""How much side a stream has, and how its channels stand to each other: what a cutting engineer looks at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.hops import HOPS_PER_SECOND, HopSums
from analysis.units import Floats
from mastering.band_limits import BandLimits
from mastering.side_bound import SILENT, WINDOW_HOPS

LOWS_HZ = 150.0
"""Under it side is told apart: there it moves the cutter most."""

_FLOOR_DB = -120.0


@dataclass(frozen=True, kw_only=True, slots=True)
class SideFigures:
    """Of a stretch of stereo; None where it is silent.

    Attributes:
        side_db: power of side against mid, dB; -120 where there is none.
        most_side_db: the most of any 0.4 s.
        low_side_db: of what lies under 150 Hz, against mid there; None also where nobody asked.
        least_correlation: of left and right, over any 0.4 s.
        worst_s: where that is, from the stretch's start.
    """

    side_db: float | None
    most_side_db: float | None
    low_side_db: float | None
    least_correlation: float | None
    worst_s: float | None


class SideMeter:
    """Blocks in, figures out.

    Args:
        rate_hz: of the stream, which is stereo.
        lows: whether to look at what lies under 150 Hz by itself.
    """

    def __init__(self, rate_hz: int, *, lows: bool = True) -> None:
        self._rate_hz = rate_hz
        self._sums = [HopSums(rate_hz) for _ in range(3)]
        self._low = BandLimits(None, LOWS_HZ, rate_hz, 2) if lows else None
        self._lows = np.zeros(2)
        self._whole = np.zeros(2)

    def update(self, block: Floats) -> None:
        """Take the next frames, `(frames, 2)`."""
        both = np.stack([block[:, 0] + block[:, 1], block[:, 0] - block[:, 1]], axis=1) * 0.5
        rows = both[:, 0] ** 2, both[:, 1] ** 2, both[:, 0] * both[:, 1]
        for sums, row in zip(self._sums, rows, strict=True):
            sums.add(row)
        self._whole += [rows[0].sum(), rows[1].sum()]
        if self._low is not None:
            self._lows += np.square(self._low.process(both)).sum(axis=0)

    def windows(self) -> tuple[Floats, Floats]:
        """Side against mid in dB, and correlation, over every 0.4 s from the first frame on; nan where it is silent.

        The windows are those that `SideBound` bounds.
        """
        width = 2 * WINDOW_HOPS + 1
        sums = np.cumsum(np.stack([np.concatenate([[0.0], one.sums()]) for one in self._sums]), axis=1)
        mids, sides, boths = np.maximum(sums[:, width:] - sums[:, :-width], [[0.0], [0.0], [-np.inf]])
        heard = 2.0 * (mids + sides) > SILENT * width * self._rate_hz / HOPS_PER_SECOND
        ratio_db, correlation = np.full((2, len(mids)), np.nan)
        mids, sides, boths = mids[heard], sides[heard], boths[heard]
        scale = np.sqrt(np.maximum((mids + sides) ** 2 - 4 * boths**2, 1e-300))
        ratio_db[heard] = _ratio_db(sides, mids)
        correlation[heard] = np.clip((mids - sides) / scale, -1.0, 1.0)
        return ratio_db, correlation

    def result(self) -> SideFigures:
        """The figures of all that was taken."""
        ratio_db, correlation = self.windows()
        heard = bool(np.isfinite(ratio_db).any())
        worst = int(np.nanargmin(correlation)) if heard else 0
        return SideFigures(
            side_db=_one_db(self._whole),
            most_side_db=float(np.nanmax(ratio_db)) if heard else None,
            low_side_db=_one_db(self._lows),
            least_correlation=float(correlation[worst]) if heard else None,
            worst_s=(worst + WINDOW_HOPS) / HOPS_PER_SECOND if heard else None,
        )


def _ratio_db(side: Floats, mid: Floats) -> Floats:
    return np.asarray(np.maximum(10 * np.log10(np.maximum(side, 1e-300) / np.maximum(mid, 1e-300)), _FLOOR_DB))


def _one_db(powers: Floats) -> float | None:
    """Side against mid of two sums of them; None where both are silent."""
    return float(_ratio_db(powers[1:], powers[:1])[0]) if powers.any() else None
