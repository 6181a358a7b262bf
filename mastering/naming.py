"""What the files of an album's tracks are called: a pattern of a delivery, filled in from the label copy."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from analysis.errors import SpecificationError

if TYPE_CHECKING:
    from mastering.delivery_specs import DeliverySpec
    from mastering.specs import AlbumSpec

DEFAULT_NAMING = "{number:02} {title}"

FIELDS = ("number", "disc", "title", "artist", "album", "album_artist", "isrc", "upc", "catalogue_number", "label")
"""What a pattern may name. A number has at least as many digits as the album's last track."""

_NUMBERS = {"number", "disc"}
_TELLS_APART = {"number", "title", "isrc"}
_ALWAYS = {"title", "album"}  # a file gets a name even so

Part = tuple[str, str | None, int]
"""Text, the field after it (None at the end), and how many digits that has at least."""


def parse_naming(pattern: str) -> tuple[Part, ...]:
    """The parts of a pattern.

    >>> parse_naming("{number:02} {title}")
    (('', 'number', 2), (' ', 'title', 0))

    Raises:
        ValueError: braces that do not fit, a field that is not known, or none that tells tracks apart.
    """
    try:
        parts = list(string.Formatter().parse(pattern))
    except ValueError as error:
        raise ValueError(f"is no pattern ({error}): name fields in braces, such as {DEFAULT_NAMING!r}") from error
    found = [(text, field, _digits(field, form or "", conversion)) for text, field, form, conversion in parts]
    if not _TELLS_APART & {field for _, field, _ in found}:
        raise ValueError("would give every track the same name: put {number}, {title} or {isrc} in it")
    return tuple(found)


def _digits(field: str | None, form: str, conversion: str | None) -> int:
    if field is None:
        return 0
    if field not in FIELDS or conversion:
        raise ValueError(f"has the field {field!r}, which is not known: choose {', '.join(FIELDS)}")
    if not form:
        return 0
    if field not in _NUMBERS or len(form) != 2 or form[0] != "0" or not form[1].isdecimal():
        raise ValueError(f"has {{{field}:{form}}}: only numbers have a form, such as {{number:02}}")
    return int(form[1])


def track_names(album: AlbumSpec, delivery: DeliverySpec) -> list[str]:
    """Name of each track's file of a delivery, without its ending.

    Raises:
        SpecificationError: a field that a track has nothing for, or two files of one name.
    """
    from mastering.files import safe_name

    parts, pattern = parse_naming(delivery.naming), delivery.naming
    names: dict[str, str] = {}
    found = []
    for number, track in enumerate(album.tracks, 1):
        known = _known(album, number, 1 + sum(first < number for first in delivery.breaks))
        for _, field, _ in parts:
            if field and not known[field] and field not in _ALWAYS:
                raise SpecificationError(
                    f"Delivery {delivery.name!r} names files {pattern!r}, and {track.title!r} has no {field}: "
                    "give it one, or change the delivery's naming."
                )
        name = safe_name(_joined(parts, known, len(album.tracks)))
        if name.casefold() in names:
            raise SpecificationError(
                f"Delivery {delivery.name!r} names files {pattern!r}, which calls {names[name.casefold()]!r} and "
                f"{track.title!r} both {name!r}: put {{number:02}} in front."
            )
        names[name.casefold()] = track.title
        found.append(name)
    return found


def _known(album: AlbumSpec, number: int, disc: int) -> Mapping[str, str | int]:
    track = album.tracks[number - 1]
    return {
        "number": number,
        "disc": disc,
        "title": track.title,
        "artist": track.copy.artist or album.copy.artist,
        "album": album.title,
        "album_artist": album.copy.artist,
        "isrc": track.copy.isrc,
        "upc": album.copy.upc,
        "catalogue_number": album.copy.catalogue_number,
        "label": album.copy.label,
    }


def _joined(parts: Sequence[Part], known: Mapping[str, str | int], tracks: int) -> str:
    return "".join(text + _filled(field, digits, known, tracks) for text, field, digits in parts)


def _filled(field: str | None, digits: int, known: Mapping[str, str | int], tracks: int) -> str:
    if field is None:
        return ""
    if field == "number":
        return f"{known[field]:0{max(digits, len(str(tracks)))}d}"
    return f"{known[field]:0{digits}d}" if digits else str(known[field])
