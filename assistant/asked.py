"""What a person asked of `master` or `plan`, from the words of the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from analysis.errors import PlanError
from assistant.cli_matching import REFERENCES_AS_MODELS, Matching
from assistant.copy_words import NO_COPY, CopyWords
from assistant.deliveries import Overrides, checked
from assistant.label_copy import check_words
from assistant.mix_tags import with_tags
from assistant.mixes import MixFolder, gather
from assistant.order_asked import NOTHING_SAID, OrderWords
from assistant.plan import MOST_EQ_DB
from assistant.spacing import NATURALLY, Spacing
from assistant.validation import between
from assistant.wishes import AS_GUESSED, Strengths, Wishes
from mastering.delivery_specs import Container


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What a person asked of `master` or `plan`, as the words came."""

    mixes: tuple[Path, ...]
    references: tuple[str, ...] = ()
    engineers: tuple[str, ...] = ()
    title: str | None = None
    order: OrderWords = NOTHING_SAID
    quiet: tuple[str, ...] = ()
    strengths: Strengths = AS_GUESSED
    as_is: bool = False
    seed: int = 1
    deliveries: tuple[str, ...] = ("streaming",)
    statistics: Path | None = None
    matching: Matching = REFERENCES_AS_MODELS
    copy: CopyWords = NO_COPY

    def folder(self) -> MixFolder:
        """The mixes.

        Raises:
            MastertapeError: there are none, or an engineer's pattern makes no sense.
        """
        return with_tags(gather(self.mixes, [_engineer(word) for word in self.engineers], self.quiet))

    def wishes(self, folder: MixFolder) -> Wishes:
        """What the planner is told.

        Raises:
            SpecificationError: a number is out of its range, or options do not go together.
        """
        checked("--seed", Annotated[int, between(0, 2**31 - 1, "")], self.seed)
        if self.matching.max_eq_db is not None:
            checked("--max-eq", Annotated[float, between(0, MOST_EQ_DB, "dB")], self.matching.max_eq_db)
        check_words(self.copy)
        self.matching.check(references=bool(self.references), strengths=self.strengths, as_is=self.as_is)
        return Wishes(
            title=self.title or folder.title,
            ordering=self.order.ordering(folder.mixes),
            spacing=self.order.spacing,
            sides=self.order.sides,
            strengths=self.strengths,
            match_full=self.matching.full,
            max_eq_db=self.matching.max_eq_db,
            by_matchering=self.matching.by_matchering,
            as_is=self.as_is,
            seed=self.seed,
            deliveries=self.deliveries,
            copy=replace(self.copy, title=self.title),
        )


def asked(  # noqa: PLR0913  (one parameter an option)
    mixes: Sequence[Path],
    references: Sequence[str] | None,
    deliveries: Sequence[str] | None,
    engineers: Sequence[str] | None,
    title: str | None,
    order: OrderWords,
    quiet: Sequence[str] | None,
    strengths: Strengths,
    as_is: bool,
    seed: int,
    statistics: Path | None,
    matching: Matching,
) -> Asked:
    """What was asked for, in the words of the command line; None where an option was not given."""
    return Asked(
        mixes=tuple(mixes),
        references=tuple(references or ()),
        engineers=tuple(engineers or ()),
        title=title,
        order=order,
        quiet=tuple(quiet or ()),
        strengths=strengths,
        as_is=as_is,
        seed=seed,
        deliveries=tuple(deliveries or ("streaming",)),
        statistics=statistics,
        matching=matching,
    )


def copy_words(  # noqa: PLR0913  (one parameter an option)
    artist: str | None,
    label: str | None,
    catalogue_number: str | None,
    upc: str | None,
    year: int | None,
    genre: str | None,
    cover: Path | None,
    table: Path | None,
) -> CopyWords:
    """The label copy that was asked for."""
    return CopyWords(
        artist=artist,
        label=label,
        catalogue_number=catalogue_number,
        upc=upc,
        year=year,
        genre=genre,
        cover=cover,
        table=table,
    )


def order_words(
    order: Sequence[str] | None,
    arc: str | None,
    pins: Sequence[str] | None,
    spacing: Spacing = NATURALLY,
    sides: str | None = None,
) -> OrderWords:
    """What was said of the order and of what lies between the songs.

    Raises:
        SpecificationError: a crossfade out of its range.
        PlanError: sides that are no numbers of songs.
    """
    if spacing.crossfade_s is not None:
        checked("--crossfade", Annotated[float, between(0, 30, "s")], spacing.crossfade_s)
    return OrderWords(order=tuple(order or ()), arc=arc, pins=tuple(pins or ()), spacing=spacing, sides=_sides(sides))


def _sides(word: str | None) -> tuple[int, ...]:
    parts = [] if word is None else word.replace(" ", "").split(",")
    if not all(part.isdecimal() and int(part) for part in parts):
        raise PlanError(f"--sides {word!r} must say how many songs each side has, such as --sides 4,5.")
    return tuple(map(int, parts))


def strengths(strength: float, **aspects: float | None) -> Strengths:
    """How far each aspect is corrected: as far as it is told, else as far as all are.

    Raises:
        SpecificationError: a strength is out of its range.
    """
    told = {aspect: value for aspect, value in aspects.items() if value is not None}
    for name, value in {"strength": strength, **told}.items():
        checked(f"--{name}", Annotated[float, between(0, 1, "")], value)
    return Strengths(**dict.fromkeys(aspects, strength) | told)


def overrides(  # noqa: PLR0913  (one parameter an option)
    loudness: float | None,
    ceiling: float | None,
    rate: int | None,
    depth: int | None,
    container: str | None,
    dither: str | None = None,
    bit_rate: int | None = None,
    *,
    no_cuts: bool = False,
    singles: bool = False,
    no_audit: bool = False,
    replay_gain: bool | None = None,
) -> Overrides:
    """What is asked for instead of the deliveries' own figures."""
    return Overrides(
        loudness_lufs=loudness,
        ceiling_dbtp=ceiling,
        rate_hz=rate,
        depth=depth,
        container=Container(container) if container else None,
        dither=dither,
        cuts=False if no_cuts else None,
        singles=singles or None,
        bit_rate_kbps=bit_rate,
        audit=False if no_audit else None,
        replay_gain=replay_gain,
    )


def _engineer(word: str) -> tuple[str, str]:
    name, found, pattern = word.partition("=")
    if not found or not name or not pattern:
        raise PlanError(f"--engineer {word!r} must be NAME=FILES, for example --engineer 'Ann=0[1-4]*'.")
    return name, pattern
