"""What a delivery requires of discs and sides: how many there are, how long they are, how many tracks each has."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from assistant.check_measure import CheckedFile
from assistant.check_points import Point, Verdict, point
from mastering.delivery_specs import DeliverySpec
from mastering.sides import SplitSpec

WARN, FAIL = Verdict.WARN, Verdict.FAIL


def programme_points(
    tracks: Sequence[CheckedFile], whole: Sequence[CheckedFile], counts: Sequence[int], spec: DeliverySpec
) -> Iterator[Point]:
    """All points of an album's discs or sides.

    Args:
        tracks: its tracks.
        whole: files of its programmes, if there are any; without, its tracks are taken for one.
        counts: how many tracks each has.
        spec: what is required.
    """
    most = spec.accepts.most_tracks
    for number, count in enumerate(counts if most is not None else (), 1):
        name = f" on {spec.split.part.value if spec.split else 'disc'} {number}" if len(counts) > 1 else ""
        bad = FAIL if most is not None and count > most else None
        yield point("", f"tracks{name}", f"{most} at most", f"{count}", "join some, or divide it", bad=bad, value=count)
    lengths = [(file.name, file.seconds) for file in whole] or [("", sum(file.seconds for file in tracks))]
    # A disc ends; a long side can still be cut, if lower, and where one song is that long there is no way around it.
    split = spec.split.longest_s if spec.split and whole else None
    for longest_s, verdict in ((spec.accepts.longest_s, FAIL), (split, WARN)):
        if longest_s is None:
            continue
        for name, seconds in lengths:
            bad = verdict if seconds > longest_s else None
            wanted, value = f"{_minutes(longest_s)} at most", round(seconds, 3)
            yield point(name, "length of all", wanted, _minutes(seconds), "divide it", bad=bad, value=value)
    if spec.split and whole:
        yield _number(len(whole), spec.split)


def _number(count: int, split: SplitSpec) -> Point:
    what = f"{split.part.value}s"
    wanted = f"{split.fewest} {what}" + (
        "" if split.most == split.fewest else f" to {split.most}" if split.most else " or more"
    )
    good = split.fewest <= count <= (split.most or count) and not (split.even and count % 2)
    if split.even and split.most != split.fewest:
        wanted += ", an even number"
    return point("", what, wanted, str(count), "divide the album", bad=None if good else FAIL, value=count)


def _minutes(seconds: float) -> str:
    """Minutes and seconds; a sector that is begun does not count as a second."""
    whole = math.floor(seconds + 1 / 150)
    return f"{whole // 60}:{whole % 60:02d}"
