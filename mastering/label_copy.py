"""Label copy: what a record is called and by whom, beside its titles."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackCopy:
    """Of one song; empty where nothing is known.

    Attributes:
        artist: where it is not the album's.
        writers: who wrote it, as one text.
        isrc: International Standard Recording Code (ISO 3901), 12 characters without hyphens.
        explicit: whether it is marked so; None where nothing is said.
    """

    artist: str = ""
    writers: str = ""
    isrc: str = ""
    explicit: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AlbumCopy:
    """Of the album; empty where nothing is known.

    Attributes:
        artist: of the whole.
        label: who puts it out.
        catalogue_number: the label's own number.
        upc: UPC (12 digits) or EAN (13), with its check digit.
        year: of this edition.
        genre: in a word.
        cover: file of the artwork (JPEG or PNG), relative to the plan's folder or absolute.
    """

    artist: str = ""
    label: str = ""
    catalogue_number: str = ""
    upc: str = ""
    year: int | None = None
    genre: str = ""
    cover: str = ""
