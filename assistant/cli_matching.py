"""Options of `plan` and `master` on how a record is matched, and what they ask for together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import typer

from analysis.errors import SpecificationError
from assistant.wishes import Strengths


class MatchChoice(StrEnum):
    """How far a reference is followed."""

    FULL = "full"


class EngineChoice(StrEnum):
    """What brings mixes to a reference."""

    MASTERTAPE = "mastertape"
    MATCHERING = "matchering"


Match = Annotated[
    MatchChoice | None,
    typer.Option(
        "--match",
        help="full: clone the reference's sound, spectrum and width in whole, song or not. Without it, only what the "
        "mixes' engineers seem to have added is corrected.",
    ),
]
MaxEq = Annotated[
    float | None,
    typer.Option("--max-eq", help="How far EQ may go, 0 to 24 dB; without it 4 dB, and 12 dB with --match full."),
]
Engine = Annotated[
    EngineChoice,
    typer.Option(
        "--engine",
        help="matchering: let Matchering bring each mix to the reference that is closest to it, within our checks, "
        "loudness and limiter.",
    ),
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Matching:
    """How a record is to be matched."""

    full: bool = False
    max_eq_db: float | None = None
    by_matchering: bool = False

    def check(self, *, references: bool, strengths: Strengths, as_is: bool) -> None:
        """See that what is asked for goes together.

        Raises:
            SpecificationError: it does not.
        """
        if not self.full and not self.by_matchering:
            return
        option = "--engine matchering" if self.by_matchering else "--match full"
        if as_is:
            raise SpecificationError(f"--as-is leaves songs as they are, and {option} changes them: leave one out.")
        if not references:
            raise SpecificationError(f"{option} needs a record to match: name one with --reference.")
        if self.by_matchering and self.full:
            raise SpecificationError("--match full and --engine matchering are two ways to one end: leave one out.")
        if self.by_matchering and self.max_eq_db is not None:
            raise SpecificationError("Matchering knows no bound of its EQ: leave out --max-eq or --engine matchering.")
        if self.by_matchering and (strengths.tone, strengths.width, strengths.dynamics) != (1.0, 1.0, 1.0):
            raise SpecificationError(
                "Matchering matches in full or not at all: leave out --strength (--levels may stay) or "
                "--engine matchering."
            )


REFERENCES_AS_MODELS = Matching()
"""What holds where nothing is asked: references tell what a record is like, and nothing is cloned."""
