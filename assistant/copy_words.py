"""Label copy as it was asked for on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


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


NO_COPY = CopyWords()
"""What holds where nothing is said."""
