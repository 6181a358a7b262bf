"""What file names tell of an album's order: numbers, discs, sides."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import PurePath

DISC_FOLDER = re.compile(r"(?:cd|dis[ck]|side)[ _-]*([0-9]+|[a-d])", re.IGNORECASE)
DISC_AND_TRACK = re.compile(r"([0-9]{1,2})[-._]([0-9]{1,3})(?![0-9])")
SIDE_AND_TRACK = re.compile(r"([A-Za-z])([0-9]{1,2})(?![0-9A-Za-z])")
TRACK = re.compile(r"([0-9]{1,3})(?![0-9])")

NaturalKey = tuple[int, list[tuple[int, int, str]], str]


def numbered(names: Sequence[str]) -> bool:
    """Whether all file names begin with a number of one kind, none twice: then their order is the artist's.

    Kinds: "01 Song", "1. Song", "01-Song"; disc and track, "1-02 Song"; side and track of a vinyl, "A1 Song".
    A folder in front counts only where it names a disc or a side ("CD1/01 Song.wav").
    """
    return any(_told_apart(names, kind) for kind in (DISC_AND_TRACK, SIDE_AND_TRACK, TRACK))


def sides(names: Sequence[str]) -> list[int]:
    """The disc or side that each file is bound to: by its folder, else by "1-02 Song" or "A1 Song"; 0 for all else."""
    by_folder = [_disc(PurePath(name)) for name in names]
    if any(by_folder):
        return by_folder
    for kind in (DISC_AND_TRACK, SIDE_AND_TRACK):
        if _told_apart(names, kind):
            found = [kind.match(PurePath(name).name.strip()) for name in names]
            return [_number(match.group(1)) if match else 0 for match in found]
    return by_folder


def sides_are_discs(names: Sequence[str]) -> bool:
    """Whether what `sides` finds are discs: its folders are not called sides, or files are numbered "1-02 Song"."""
    folders = [part.strip() for name in names for part in PurePath(name).parts[:-1]]
    named = [folder for folder in folders if DISC_FOLDER.fullmatch(folder)]
    if named:
        return not any(folder.casefold().startswith("side") for folder in named)
    return _told_apart(names, DISC_AND_TRACK)


def natural_sorted(names: Sequence[str]) -> list[str]:
    """File names by disc, then as a person would sort them: "2 Song" before "10 Song"; case does not count."""
    return sorted(names, key=natural_key)


def natural_key(name: str) -> NaturalKey:
    """The key to sort a file name by; folders that name no disc count last, for they name engineers."""
    path = PurePath(name)
    text = unicodedata.normalize("NFC", path.name.strip()).casefold()
    parts = re.findall(r"[0-9]+|[^0-9]+", text)
    return (
        _disc(path),
        [(0, int(part), "") if part[0] in "0123456789" else (1, 0, part) for part in parts],
        name,
    )


def _told_apart(names: Sequence[str], kind: re.Pattern[str]) -> bool:
    """Whether every name begins with a number of this kind, and no two with the same."""
    paths = [PurePath(name) for name in names]
    found = [kind.match(path.name.strip()) for path in paths]
    numbers = {
        (_disc(path), *(part.upper().lstrip("0") for part in match.groups()))
        for path, match in zip(paths, found, strict=True)
        if match is not None
    }
    return bool(names) and len(numbers) == len(names)


def _disc(path: PurePath) -> int:
    """The number of the disc or side that a folder of the path names; 0 if none does."""
    matches = [DISC_FOLDER.fullmatch(part.strip()) for part in path.parts[:-1]]
    return next((_number(match.group(1)) for match in matches if match is not None), 0)


def _number(disc: str) -> int:
    """A disc's number, or a side's letter as one: A is 1."""
    return int(disc) if disc.isdigit() else ord(disc.upper()) - ord("A") + 1
