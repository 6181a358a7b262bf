"""What a check found, for people and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table

from assistant.check_points import Point, Verdict
from assistant.checking import Checked

_ORDER = (Verdict.FAIL, Verdict.WARN, Verdict.PASS)
SCHEMA = 1


def check_parts(found: Sequence[Checked]) -> list[Table | str]:
    """A table for each album and place, then what to do, a line for each fault."""
    parts: list[Table | str] = []
    for checked in found:
        parts.append(_table(checked))
        groups = _alike(checked.points)
        parts += [_line(points) for verdict in _ORDER[:2] for points in groups if points[0].verdict is verdict]
    return parts


def check_json(found: Sequence[Checked]) -> dict[str, Any]:
    """The same for programs."""
    return {
        "schema": SCHEMA,
        "passed": all(checked.passed for checked in found),
        "checked": [
            {
                "for": checked.delivery,
                "folder": str(checked.folder),
                "passed": checked.passed,
                "points": [{**asdict(point), "verdict": point.verdict.value} for point in checked.points],
            }
            for checked in found
        ],
    }


def _table(checked: Checked) -> Table:
    counts = {verdict: sum(point.verdict is verdict for point in checked.points) for verdict in _ORDER}
    told = ", ".join(f"{count} {verdict.value}" for verdict, count in counts.items() if count)
    table = Table(title=f"{checked.folder} for {checked.title}: {told}", title_justify="left")
    for name in ("verdict", "requirement", "wanted", "found", "file"):
        table.add_column(name, overflow="fold")
    for points in _alike(checked.points):
        first = points[0]
        files = first.file if len(points) == 1 else f"{len(points)} files"
        table.add_row(first.verdict.value, first.requirement, first.wanted, _found(points), files or "all")
    return table


def _alike(points: Sequence[Point]) -> list[list[Point]]:
    """Points that pass the same requirement together, and those that miss it alike; by requirement."""
    groups: dict[str, dict[tuple[str, str, str], list[Point]]] = {}
    for point in points:
        missed = "" if point.verdict is Verdict.PASS else point.found
        alike = groups.setdefault(point.requirement, {})
        alike.setdefault((point.wanted, point.verdict.value, missed), []).append(point)
    return [alike for requirement in groups.values() for alike in requirement.values()]


def _found(points: Sequence[Point]) -> str:
    """What was found: as it is where all agree, else from the lowest to the highest, else of how many kinds."""
    told = list(dict.fromkeys(point.found for point in points))
    if len(told) == 1:
        return told[0]
    values = [(point.value, point.found) for point in points if point.value is not None]
    if len(values) == len(points):
        return f"{min(values)[1]} to {max(values)[1]}"
    return f"{told[0]}, and {len(told) - 1} more"


def _line(points: Sequence[Point]) -> str:
    point, files = points[0], [point.file for point in points]
    where = f"{files[0]}{f' and {len(files) - 1} more' if len(files) > 1 else ''}: " if files[0] else ""
    mark = "!" if point.verdict is Verdict.FAIL else "·"
    return f"{mark} {where}{point.requirement} {point.found} (wanted: {point.wanted}): {point.remedy}"
