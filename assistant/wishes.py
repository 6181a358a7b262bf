"""What a person asks of an album's plan."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.arcs import FALLING
from assistant.copy_words import NO_COPY, CopyWords
from assistant.pins import Pin
from assistant.spacing import NATURALLY, Spacing


@dataclass(frozen=True, kw_only=True, slots=True)
class Strengths:
    """How far each aspect is corrected: from 0, which leaves it, to 1, the best guess."""

    tone: float = 1.0
    width: float = 1.0
    dynamics: float = 1.0
    levels: float = 1.0


AS_GUESSED = Strengths()
"""What holds where nothing is asked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ordering:
    """How the order of the songs comes about.

    Attributes:
        by: "given", "auto", "named", or None for DESIGN's rule: given where file names are numbered.
        take: which of the proposed orders is taken, counted from 1.
        files: of "named", the songs in order; those that are not among them follow as they are given.
        arc: by name, of a proposed order.
        pins: what a proposed order must keep.
    """

    by: str | None = None
    take: int = 1
    files: tuple[str, ...] = ()
    arc: str = FALLING
    pins: tuple[Pin, ...] = ()


AS_FILES_TELL = Ordering()
"""What holds where nothing is asked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wishes:
    """What a person asked for.

    Attributes:
        title: of the album.
        ordering: of the songs.
        spacing: between them.
        strengths: of the corrections.
        match_full: every track takes the references' spectrum in whole.
        max_eq_db: how far EQ may go; None for the usual bound.
        by_matchering: matchering brings every track to a reference, in its own way.
        as_is: the album is mastered already.
        sides: how many songs each side has; empty: as files tell, else what fits.
        seed: of the dither.
        deliveries: their names.
        copy: label copy.
    """

    title: str
    ordering: Ordering = AS_FILES_TELL
    spacing: Spacing = NATURALLY
    strengths: Strengths = AS_GUESSED
    match_full: bool = False
    max_eq_db: float | None = None
    by_matchering: bool = False
    as_is: bool = False
    sides: tuple[int, ...] = ()
    seed: int = 1
    deliveries: tuple[str, ...] = ("streaming",)
    copy: CopyWords = NO_COPY
