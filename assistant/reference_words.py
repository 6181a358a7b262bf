"""What `--reference` was given: files, folders, profiles by name or file, each with a weight if there is one."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import AudioFileError, PlanError
from analysis.profile import ReferenceProfile, ReferenceSong
from assistant.library import all_names, find_profile, load_profile
from assistant.mixes import expand
from assistant.profile_file import read_profile

LIBRARY = "library:"
"""How a plan names a profile of the library, to tell it from a file."""

_WEIGHTED = re.compile(r"(?P<what>.+)@(?P<weight>[^@/\\]*)", re.DOTALL)
_PROFILE = re.compile(r"\.json(@[^@/\\]*)?$", re.IGNORECASE)
_LIGHTEST, _HEAVIEST = 0.01, 100.0


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedProfile:
    """A profile, the file it was read from, its name if it was asked for by name, and the weight of its songs."""

    profile: ReferenceProfile
    path: Path
    name: str | None
    weight: float

    def songs(self) -> tuple[ReferenceSong, ...]:
        """Its songs, weighted."""
        return self.profile.weighted(self.weight).songs


@dataclass(frozen=True, kw_only=True, slots=True)
class References:
    """The references that were asked for: songs that are still to be measured, with their weights, and profiles."""

    files: Mapping[Path, float]
    profiles: tuple[NamedProfile, ...]


def find_references(words: Sequence[str | Path], folder: Path = Path()) -> References:
    """Find what the words mean; where two mean the same song or profile, the later one's weight holds.

    A word is a path of a song, of a folder of songs or of a profile (.json), or the name of a profile; an `@` and a
    weight may follow. Whatever exists as a path, as it was typed, is taken for that.

    Args:
        words: as they were typed, or as a plan holds them.
        folder: what relative paths start from.

    Raises:
        AudioFileError: a path is missing, or a folder holds no audio.
        PlanError: a word is empty, a name is unknown, a weight is none, or a profile is damaged.
    """
    files: dict[Path, float] = {}
    profiles: dict[Path, NamedProfile] = {}
    for word in map(str, words):
        if not word:
            raise PlanError("A --reference is empty: name a song, a folder or a reference profile.")
        what, weight = _split(word, folder)
        path = folder / what
        if path.is_file() and path.suffix.lower() == ".json":
            profiles[path] = NamedProfile(profile=read_profile(path), path=path, name=None, weight=weight)
        elif path.exists():
            files.update(dict.fromkeys(expand([path]), weight))
        else:
            named = _named(what, weight)
            profiles[named.path] = named
    return References(files=files, profiles=tuple(profiles.values()))


def weighted_word(word: str, weight: float) -> str:
    """A path or name with its weight, as a plan holds it; 1 needs no telling."""
    return word if weight == 1.0 else f"{word}@{weight:g}"


def is_file(word: str) -> bool:
    """Whether a word of a plan names a song's file, and not a profile."""
    return not (word.startswith(LIBRARY) or _PROFILE.search(word))


def _split(word: str, folder: Path) -> tuple[str, float]:
    """A word as what is meant and its weight: nothing is split off what is there as a whole."""
    match = None if (folder / word).exists() else _WEIGHTED.fullmatch(word)
    if match is None:
        return word, 1.0
    try:
        weight = float(match["weight"])
    except ValueError:
        weight = math.nan
    if not _LIGHTEST <= weight <= _HEAVIEST:
        raise PlanError(
            f"{word}: the weight {match['weight']!r} must be {_LIGHTEST:g} to {_HEAVIEST:g} songs, as in "
            f"{match['what']}@0.5; leave it out for 1."
        )
    return match["what"], weight


def _named(word: str, weight: float) -> NamedProfile:
    name = word.removeprefix(LIBRARY)
    path = find_profile(name)
    if path is not None:
        return NamedProfile(profile=load_profile(name), path=path, name=path.stem, weight=weight)
    if re.search(r"[/\\]", name) or Path(name).suffix:
        raise AudioFileError(f"{word}: there is no such file or folder; check the name.")
    raise PlanError(
        f"{word!r} is neither a file or folder nor a reference profile; the profiles are: {', '.join(all_names())}."
    )
