"""Who mixed what: given, or inferred from every fingerprint that the aspects of an album carry.

A partition of the tracks into engineers has an evidence in each aspect (`separation`). Beforehand no two tracks by one
engineer is as likely as all other partitions together; among those, a partition is as likely as in the Chinese
restaurant process of concentration 1 (J. Pitman, *Combinatorial Stochastic Processes*, 2006, section 3.1). The
partitions worth their while are found by climbing: from every track alone by whatever merger, split or move helps
most. All that were seen on the way are averaged over, so that nothing hangs on one of them.
"""

from __future__ import annotations

import math
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.units import Floats
from assistant.separation import Model

Partition = tuple[int, ...]

CLAIMED = 0.95
"""Probability from which inferred groups are named."""

_MOST_TRACKS = 40  # beyond that the search would take minutes
_NEGLIGIBLE = 1e-3  # probability under which a partition is left out of the averages
_MOST_STEPS = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Grouping:
    """Partitions of an album's tracks into engineers.

    Attributes:
        partitions: the group of each track, counted from 0 in order of appearance.
        probabilities: of each partition.
        names: of each track's group: the engineer where given, a letter where groups are sure enough to be named,
            else None.
        certainty: probability that there are several hands at all, where groups were inferred; 1 where given.
    """

    partitions: tuple[Partition, ...]
    probabilities: Floats
    names: tuple[str | None, ...]
    certainty: float

    def together(self) -> Floats:
        """Probability that two tracks are by one hand, `(tracks, tracks)`."""
        table = np.array(self.partitions)
        same = (table[:, :, None] == table[:, None, :]).astype(np.float64)
        return np.asarray(np.tensordot(self.probabilities, same, axes=1))


def given_grouping(engineers: Sequence[str | None]) -> Grouping:
    """As the engineers are given; a track without one stands alone."""
    partition = _canonical([("alone", i) if who is None else who for i, who in enumerate(engineers)])
    return Grouping(partitions=(partition,), probabilities=np.ones(1), names=tuple(engineers), certainty=1.0)


def inferred_grouping(models: Sequence[Model], engineers: Sequence[str | None]) -> Grouping:
    """Groups of the tracks whose engineer is not given, by the evidence of all aspects together.

    Tracks of a given engineer stay together, and apart from those of another.
    """
    start = given_grouping(engineers)
    if None not in engineers or len(engineers) > _MOST_TRACKS:
        return start
    search = _Search(models, engineers)
    search.climb(start.partitions[0])
    seen = search.seen | {start.partitions[0]: search.log_evidence(start.partitions[0]) + math.log(0.5)}
    partitions, logs = list(seen), np.array(list(seen.values()))
    probabilities = np.exp(logs - logs.max())
    keep = probabilities > _NEGLIGIBLE * probabilities.max()
    partitions = [one for one, kept in zip(partitions, keep, strict=True) if kept]
    probabilities = probabilities[keep] / probabilities[keep].sum()
    best = partitions[int(np.argmax(probabilities))]
    certainty = _certainty(models, seen[best])
    claimed = 1 < max(best) + 1 < len(best) and certainty >= CLAIMED
    return Grouping(
        partitions=tuple(partitions),
        probabilities=probabilities,
        names=_letters(best, engineers) if claimed else tuple(engineers),
        certainty=certainty,
    )


class _Search:
    """Climbs from partition to partition and keeps the log probability of all that it sees.

    That every track stands alone is no likelier to it than another partition, or it would never leave it.
    """

    def __init__(self, models: Sequence[Model], engineers: Sequence[str | None]) -> None:
        self.seen: dict[Partition, float] = {}
        self._models = models
        self._engineers = engineers

    def climb(self, partition: Partition) -> None:
        best = self._score(partition)
        for _ in range(_MOST_STEPS):
            near = {other: self._score(other) for other in self._neighbours(partition)}
            if not near:
                return
            other = max(near, key=lambda one: (near[one], one))
            if near[other] <= best:
                return
            partition, best = other, near[other]

    def _score(self, partition: Partition) -> float:
        if partition not in self.seen:
            self.seen[partition] = self.log_evidence(partition) + _log_restaurant(partition) + math.log(0.5)
        return self.seen[partition]

    def log_evidence(self, partition: Partition) -> float:
        members = np.array(partition, dtype=np.int64)
        return sum(model.log_evidence(members) for model in self._models)

    def _neighbours(self, partition: Partition) -> Iterator[Partition]:
        groups = max(partition) + 1
        for a in range(groups):
            for b in range(a + 1, groups):
                yield from self._allowed([a if g == b else g for g in partition])
        for track, own in enumerate(partition):
            if self._engineers[track] is not None:
                continue
            for g in range(groups + 1):
                if g != own:
                    yield from self._allowed([*partition[:track], g, *partition[track + 1 :]])

    def _allowed(self, groups: Sequence[int]) -> Iterator[Partition]:
        names: dict[int, str] = {}
        for group, name in zip(groups, self._engineers, strict=True):
            if name is not None and names.setdefault(group, name) != name:
                return
        yield _canonical(groups)


def _log_restaurant(partition: Partition) -> float:
    """Log probability of a partition in the Chinese restaurant process of concentration 1."""
    return sum(math.lgamma(size) for size in np.bincount(partition)) - math.lgamma(len(partition) + 1)


def _certainty(models: Sequence[Model], log_best: float) -> float:
    """Probability of a partition against an album that no engineer touched, as likely beforehand."""
    log_nobody = sum(model.log_evidence_of_nobody() for model in models) + math.log(0.5)
    return 1.0 / (1.0 + math.exp(min(log_nobody - log_best, 700.0)))


def _canonical(groups: Sequence[object]) -> Partition:
    numbers: dict[object, int] = {}
    return tuple(numbers.setdefault(group, len(numbers)) for group in groups)


def _letters(partition: Partition, engineers: Sequence[str | None]) -> tuple[str | None, ...]:
    """A letter for each group of two or more; a group with a given engineer has that name."""
    names: dict[int, str] = {g: name for g, name in zip(partition, engineers, strict=True) if name is not None}
    letters = (letter + more for more in ("", *map(str, range(2, 1000))) for letter in string.ascii_uppercase)
    free = (letter for letter in letters if letter not in names.values())
    sizes = np.bincount(partition)
    for group in partition:
        if group not in names and sizes[group] > 1:
            names[group] = next(free)
    return tuple(names.get(group) for group in partition)
