"""Label copy as it was asked for on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from analysis.errors import SpecificationError
from assistant.label_copy_plan import CatalogueNumber, Name, Upc, Year
from assistant.label_csv import read_label_copy
from mastering.cover import read_cover

_OPTIONS: Mapping[str, tuple[str, Any]] = {
    "artist": ("--artist", Name),
    "label": ("--label", Name),
    "catalogue_number": ("--catalogue-number", CatalogueNumber),
    "upc": ("--upc", Upc),
    "year": ("--year", Year),
    "genre": ("--genre", Name),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class CopyWords:
    """Label copy as it was asked for; None where nothing was.

    Attributes:
        title, artist, label, catalogue_number, upc, year, genre: of the album.
        cover: file of the artwork.
        table: file of the songs' label copy, see `label_csv`.
    """

    title: str | None = None
    artist: str | None = None
    label: str | None = None
    catalogue_number: str | None = None
    upc: str | None = None
    year: int | None = None
    genre: str | None = None
    cover: Path | None = None
    table: Path | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        """What is read for it."""
        return tuple(path for path in (self.cover, self.table) if path is not None)

    def check(self) -> None:
        """See that everything said can be, before any work is done.

        Raises:
            SpecificationError: a code or a number is wrong.
            PlanError: the cover or the table cannot be read, or something in that is wrong.
        """
        self.album()
        if self.cover is not None:
            read_cover(self.cover)
        if self.table is not None:
            read_label_copy(self.table)

    def album(self) -> dict[str, object]:
        """What is said of the album, by its keys in a plan; the cover is not among it.

        Raises:
            SpecificationError: a code or a number is wrong.
        """
        found: dict[str, object] = {"title": self.title} if self.title else {}
        for key, (option, kind) in _OPTIONS.items():
            if (said := getattr(self, key)) is None:
                continue
            try:
                found[key] = TypeAdapter(kind).validate_python(said)
            except ValidationError as error:
                raise SpecificationError(f"{option} {said!r} {error.errors()[0]['ctx']['error']}.") from error
        return found


NO_COPY = CopyWords()
"""What holds where nothing is said."""
