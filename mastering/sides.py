"""How a place divides an album into sides or discs, as data; how loud a side can be cut; what is told of lengths."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from analysis.errors import SpecificationError
from mastering.breaks import Part

if TYPE_CHECKING:
    from mastering.timeline import Timeline

SideLevels = tuple[tuple[float, float], ...]
"""Lengths of a side in minutes, which rise, and the level that each can be cut at, dB; a straight line in between."""


_TOLD_DB = 1.0  # a loss of level that is worth a word


@dataclass(frozen=True, kw_only=True, slots=True)
class SplitSpec:
    """How a place divides an album.

    Attributes:
        part: what the programmes are.
        longest_s: no programme is longer, where there is a way.
        fewest: programmes, where there are as many songs.
        most: programmes; None for as many as it takes.
        even: whether their number is.
        first_longer: of each two, the first is no shorter.
        levels: what a side can be cut at by its length; empty where length costs nothing.
    """

    part: Part
    longest_s: float
    fewest: int = 1
    most: int | None = None
    even: bool = False
    first_longer: bool = False
    levels: SideLevels = ()

    def __post_init__(self) -> None:
        """Refuse what divides nothing.

        Raises:
            SpecificationError: numbers of programmes or lengths that do not go together.
        """
        odd = self.even and self.fewest % 2
        if odd or (self.first_longer and not self.even) or (self.most is not None and self.most < self.fewest):
            raise SpecificationError(
                f"A division into {self.fewest} to {self.most or 'any number of'} programmes"
                f"{', an even number' if self.even else ''}{', the first of two longer' if self.first_longer else ''}: "
                "an even number begins at an even `fewest`, `first_longer` needs `even`, and `most` is no less."
            )
        if any(not short[0] < long[0] for short, long in pairwise(self.levels)):
            raise SpecificationError("The levels of sides by their length must stand in order of length.")


def side_level_db(levels: SideLevels, length_s: float) -> float:
    """What a side of so many seconds can be cut at, dB; past the ends of the table as its last step goes on, or 0.

    A side shorter than the first length gains nothing: there the table is at its reference.

    >>> [side_level_db(((20.0, 0.0), (24.0, -3.0), (28.0, -6.0)), minutes * 60) for minutes in (10, 22, 30)]
    [0.0, -1.5, -7.5]
    """
    if not levels:
        return 0.0
    minutes = length_s / 60
    if minutes <= levels[0][0] or len(levels) == 1:
        return levels[0][1]
    steps = list(pairwise(levels))
    (low, low_db), (high, high_db) = next((step for step in steps if minutes <= step[1][0]), steps[-1])
    return low_db + (minutes - low) / (high - low) * (high_db - low_db)


def levels_db(split: SplitSpec | None, timeline: Timeline) -> tuple[float, ...]:
    """The level that each programme can be cut at, dB."""
    if split is None or not split.levels:
        return (0.0,) * len(timeline.programmes)
    return tuple(side_level_db(split.levels, _seconds(timeline, i)) for i in range(len(timeline.programmes)))


def length_findings(split: SplitSpec | None, timeline: Timeline) -> tuple[str, ...]:
    """A sentence for each programme that is longer than its place takes, or takes without loss."""
    if split is None:
        return ()
    found, count, by_length = [], len(timeline.programmes), levels_db(split, timeline)
    for number, level_db in enumerate(by_length):
        seconds = _seconds(timeline, number)
        called = split.part.named(number, count) if count > 1 else "the album"
        loses = f"is cut {-level_db:.1f} dB lower for its length" if level_db < 0 else ""
        if seconds > split.longest_s:
            what = f"{called} is {clock(seconds)}, longer than the {clock(split.longest_s)} of a {split.part.value}"
            remedy = "move a break, or leave a song out"
            found.append(f"{what}{f', and {loses}' if loses else ''}: {remedy}")
        elif level_db <= -_TOLD_DB:
            found.append(f"{called} is {clock(seconds)}, and {loses}: for more level, divide the album otherwise")
    if split.even and count % 2 and count > 1:
        found.append(f"{count} {split.part.value}s leave one empty: move or take out a break, if that is not meant")
    return tuple(found)


def clock(seconds: float) -> str:
    """A length as people read it.

    >>> clock(1379.6)
    '23:00'
    """
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def _seconds(timeline: Timeline, number: int) -> float:
    programme = timeline.programmes[number]
    return (programme.end - programme.start) / timeline.rate_hz
