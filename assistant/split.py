"""Where a new side or disc begins: where the artist says, else by time and energy; the order is never changed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from mastering.breaks import Part
from mastering.sides import SplitSpec

_MINUTE_S = 60.0
_OVER = 1e7  # a second too long
_RUN = 1e5  # a recording cut apart
_CROSSFADE = 30.0
_SHORTER = 100.0  # a first side that is the shorter one, and as much again for each minute that it is
_PER_LU = 0.05  # against the square of a minute off the mean: 5 LU weigh as much as half a minute
_MOST_LU = 6.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """One track as the division sees it.

    Attributes:
        start_s, end_s: where it plays in the undivided album, its decay included.
        loud_lufs: loudness of its loud sections on the album; -inf where there are none.
        runs_on, crosses: whether it runs on into the next one, or crossfades with it.
        begins: what the artist begins with it; None for nothing.
    """

    start_s: float
    end_s: float
    loud_lufs: float
    runs_on: bool = False
    crosses: bool = False
    begins: Part | None = None


def split(tracks: Sequence[Stretch], spec: SplitSpec, lead_s: float = 0.0) -> tuple[int, ...]:
    """Numbers of the tracks, from 0, that begin a new programme.

    The artist's own sides, or discs where the place takes discs, are kept as they are; of more than the place takes,
    some. Where an artist names discs and the place takes sides, no side goes over the end of a disc. All else is
    divided into as few programmes as hold it, of lengths as near each other as may be; of divisions alike in that, one
    whose programmes begin with a louder song than they end with is taken: the end of a side is its poorest place
    (inner groove), and a side is opened by a strong song. Songs that run on into each other stay together where there
    is any way.

    Exact, by dynamic programming over the tracks.
    """
    asked = [number for number, track in enumerate(tracks) if number and track.begins is not None]
    own = [number for number in asked if spec.part is Part.SIDE or tracks[number].begins is spec.part]
    named = any(tracks[number].begins is spec.part for number in own)
    if named and (spec.most is None or len(own) < spec.most):
        return tuple(own)
    places = own if named else range(1, len(tracks))
    must = () if named else own
    room = _Room(tracks, spec, lead_s, must)
    needed = math.ceil(room.length_s(0, len(tracks)) / spec.longest_s)
    counts = _counts(spec, min(len(places) + 1, 2 * max(needed, len(must) + 1, spec.fewest) + 2), len(must) + 1)
    best: tuple[float, tuple[int, ...]] = (math.inf, ())
    for count in counts:
        best = min(best, room.best(count, places))
        if best[0] < _RUN:
            break
    return best[1]


def cost(tracks: Sequence[Stretch], spec: SplitSpec, breaks: Sequence[int], lead_s: float = 0.0) -> float:
    """What a division costs; what is not too long and cuts no recording apart costs less than any that is or does."""
    return _Room(tracks, spec, lead_s, ()).cost(breaks)


def _counts(spec: SplitSpec, most: int, fewest: int) -> Iterable[int]:
    """Numbers of programmes to try, from the fewest; what cannot be had, the nearest below."""
    top = min(most, spec.most or most)
    step = 2 if spec.even else 1
    first = max(spec.fewest, fewest)
    first += (first - spec.fewest) % step
    return range(first, top + 1, step) if first <= top else (top,)


class _Room:
    """Lengths and costs of programmes, by the numbers of their first track and of the one after their last."""

    def __init__(self, tracks: Sequence[Stretch], spec: SplitSpec, lead_s: float, must: Sequence[int]) -> None:
        self._tracks, self._spec, self._lead_s, self._must = tracks, spec, lead_s, set(must)
        self.length_s = cache(self._length_s)

    def _length_s(self, first: int, last: int) -> float:
        ends = max(track.end_s for track in self._tracks[first:last])
        return self._lead_s + ends - self._tracks[first].start_s

    def cost(self, breaks: Sequence[int]) -> float:
        """Of a whole division."""
        edges = [0, *breaks, len(self._tracks)]
        mean_s = self._mean_s(len(breaks) + 1)
        if self._spec.first_longer and len(edges) % 2:
            starts = range(0, len(edges) - 1, 2)
            return sum(self._pair(edges[i], edges[i + 1], edges[i + 2], mean_s) for i in starts)
        return sum(self._one(first, last, mean_s) for first, last in pairwise(edges))

    def best(self, count: int, places: Sequence[int]) -> tuple[float, tuple[int, ...]]:
        """The cheapest division into so many programmes that begin at some of the places; its cost and its breaks."""
        stops, mean_s = [0, *places, len(self._tracks)], self._mean_s(count)
        paired = self._spec.first_longer and count % 2 == 0
        reached: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
        for _ in range(count // 2 if paired else count):
            further: dict[int, tuple[float, tuple[int, ...]]] = {}
            for at, (so_far, breaks) in reached.items():
                ahead = [stop for stop in stops if stop > at]
                ways = self._pairs(at, ahead, mean_s) if paired else self._ones(at, ahead, mean_s)
                for stop, own, inner in ways:
                    way = so_far + own, (*breaks, *([at] if at else []), *inner)
                    further[stop] = min(further.get(stop, (math.inf, ())), way)
            reached = further
        return reached.get(len(self._tracks), (math.inf, ()))

    def _ones(self, at: int, ahead: Sequence[int], mean_s: float) -> Iterable[tuple[int, float, tuple[int, ...]]]:
        return ((stop, self._one(at, stop, mean_s), ()) for stop in ahead)

    def _pairs(self, at: int, ahead: Sequence[int], mean_s: float) -> Iterable[tuple[int, float, tuple[int, ...]]]:
        for i, stop in enumerate(ahead):
            for middle in ahead[:i]:
                yield stop, self._pair(at, middle, stop, mean_s), (middle,)

    def _mean_s(self, count: int) -> float:
        return (self.length_s(0, len(self._tracks)) - self._lead_s) / count + self._lead_s

    def _pair(self, first: int, middle: int, last: int, mean_s: float) -> float:
        missing_s = self.length_s(middle, last) - self.length_s(first, middle)
        shorter = _SHORTER * (1 + missing_s / _MINUTE_S) if missing_s > 0 else 0.0
        return self._one(first, middle, mean_s) + self._one(middle, last, mean_s) + shorter

    def _one(self, first: int, last: int, mean_s: float) -> float:
        length_s = self.length_s(first, last)
        total = ((length_s - mean_s) / _MINUTE_S) ** 2 + _OVER * max(0.0, length_s - self._spec.longest_s)
        total += _OVER * sum(first < number < last for number in self._must)
        before = self._tracks[first - 1] if first else None
        if before is not None:
            total += _RUN * before.runs_on + _CROSSFADE * before.crosses
        opener, closer = self._tracks[first].loud_lufs, self._tracks[last - 1].loud_lufs
        if math.isfinite(opener) and math.isfinite(closer):
            total += _PER_LU * min(max(closer - opener, -_MOST_LU), _MOST_LU)
        return total
