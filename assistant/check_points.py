"""What a check finds: one point for each requirement, with what was wanted, what was found, and the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a point ends."""

    PASS = "pass"  # noqa: S105  (no password)
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """One requirement on one file, or on all of them.

    Attributes:
        file: its name within what was checked; empty for all together.
        requirement: what was looked at, in a word or two.
        wanted: what there must be.
        found: what there is.
        verdict: whether that passes.
        remedy: what to do; empty where it passes.
        value: what was measured, where that is a number; in the unit that `found` tells.
    """

    file: str
    requirement: str
    wanted: str
    found: str
    verdict: Verdict = Verdict.PASS
    remedy: str = ""
    value: float | None = None


def point(  # noqa: PLR0913  (the parts of one line of a table)
    file: str,
    requirement: str,
    wanted: str,
    found: str,
    remedy: str = "",
    *,
    bad: Verdict | None = None,
    value: float | None = None,
) -> Point:
    """A point that passes, or ends as `bad` says, with what to do."""
    return Point(
        file=file,
        requirement=requirement,
        wanted=wanted,
        found=found,
        verdict=bad or Verdict.PASS,
        remedy=remedy if bad else "",
        value=value,
    )
