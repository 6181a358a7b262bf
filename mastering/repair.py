"""What is done to a track so that no lossy copy of it passes a ceiling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_FEW, _FEW_SHARE = 5, 0.01  # stretches of a track, or a share of them if that is more
_LOWER_STILL_DB = 0.01
_FIRST_DB = 0.3  # at most, the first time: a slip of an encoder, far over the rest, may be gone after less


@dataclass(kw_only=True, slots=True)
class Repair:
    """What is done to one track so that no codec puts it over.

    Attributes:
        lowered_db: by how much the ceiling of its limiter is lower.
        dips_db: by how much each tenth of a second of its file is turned down, where it is.
    """

    lowered_db: float = 0.0
    dips_db: dict[int, float] = field(default_factory=dict)

    def deepen(self, over_db: Mapping[int, float], steps: int, *, alone: bool) -> None:
        """Do more: `over_db` is how far over the ceiling each of a track's stretches came back, where it did.

        Args:
            over_db: in dB, by the number of the stretch.
            steps: how many stretches the track has.
            alone: whether the track has a limiter to itself.
        """
        few = max(_FEW, int(_FEW_SHARE * steps)) if alone else len(over_db)
        highest = sorted(over_db.values(), reverse=True)
        by_db = highest[few] + _LOWER_STILL_DB if few < len(highest) else 0.0
        self.lowered_db += by_db
        for step, excess in over_db.items():
            if excess > by_db:
                deeper_db = excess - by_db + _LOWER_STILL_DB
                # Once it is turned down and still over, the peak may lie where a neighbour's ramp is deeper.
                around_db = max(self.dips_db.get(other, 0.0) for other in (step - 1, step, step + 1))
                known = step in self.dips_db
                self.dips_db[step] = around_db + deeper_db if known else min(deeper_db, _FIRST_DB)
