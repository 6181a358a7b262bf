"""The user's library of reference profiles, a JSON file each, and the profiles that ship."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import replace
from pathlib import Path

import platformdirs

from analysis.errors import OutputError, PlanError
from analysis.profile import ReferenceProfile
from assistant.outputs import write_text
from assistant.profile_file import profile_text, read_profile
from references import PROFILES

FOLDER_VARIABLE = "MASTERTAPE_REFERENCES"
"""Environment variable that names another folder for the library."""

_NAME = re.compile(r"[^\W_](?:[\w .&'+()-]{0,62}[\w&'+()])?")
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)  # Windows takes these for devices


def library_folder() -> Path:
    """Where the profiles are: in the user's data folder, or where MASTERTAPE_REFERENCES says."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else Path(platformdirs.user_data_dir("mastertape")) / "references"


def own_names() -> list[str]:
    """Names in the library, in order of the alphabet."""
    try:
        found = [path.stem for path in library_folder().glob("*.json") if path.is_file() and _is_name(path.stem)]
    except OSError:
        return []
    return sorted(found, key=str.casefold)


def built_in_names() -> list[str]:
    """Names of the profiles that ship."""
    return sorted(path.stem for path in PROFILES.glob("*.json"))


def find_profile(name: str) -> Path | None:
    """The file of a name, whatever its case; None where it is not known."""
    for known, folder in [(own_names(), library_folder()), (built_in_names(), PROFILES)]:
        for other in known:
            if other.casefold() == name.casefold():
                return folder / f"{other}.json"
    return None


def load_profile(name: str) -> ReferenceProfile:
    """A profile of the library, or one that ships, by its name.

    Raises:
        PlanError: there is none of that name, or its file is damaged.
    """
    path = find_profile(name)
    if path is None:
        raise PlanError(f"{name!r} is no reference profile; there are: {', '.join(all_names())}.")
    return replace(read_profile(path), name=path.stem)  # a file may have been renamed


def all_names() -> list[str]:
    """Every name that is known."""
    return [*own_names(), *built_in_names()]


def check_new(name: str, *, force: bool) -> None:
    """See that a profile can be stored under a name.

    Raises:
        PlanError: it is no name for one, it ships, or (without `force`) it is taken.
        OutputError: the library cannot be written.
    """
    if not _is_name(name):
        raise PlanError(
            f"{name!r} is no name for a profile: take letters, digits, spaces and . _ - & ' + ( ), 64 at most, with a "
            "letter or digit in front."
        )
    if name.casefold() in {known.casefold() for known in built_in_names()}:
        raise PlanError(f"{name!r} is a profile that comes with Mastertape: choose another name.")
    if not force and (found := find_profile(name)):
        raise PlanError(f"There is a profile {found.stem!r} already: choose another name, or replace it with --force.")
    folder = library_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise OutputError(
            f"The library {folder} cannot be written to ({error.strerror}): name another folder in {FOLDER_VARIABLE}."
        ) from error


def store_profile(profile: ReferenceProfile) -> Path:
    """Write a profile into the library, whole or not at all, in place of one of its name; gives the file.

    Raises:
        OutputError: it cannot be written.
    """
    path = library_folder() / f"{profile.name}.json"
    former = find_profile(profile.name)
    write_text(path, profile_text(profile))
    if former is not None and former.name != path.name and not former.samefile(path):
        former.unlink()  # the same name in other letters
    return path


def remove_profile(name: str) -> str:
    """Take a profile out of the library; gives its name as it was written.

    Raises:
        PlanError: there is none of that name, or it ships.
        OutputError: it cannot be removed.
    """
    path = find_profile(name)
    if path is None:
        known = ", ".join(own_names()) or "none"
        raise PlanError(f"{name!r} is not in the library; there are: {known}.")
    if path.parent == PROFILES:
        raise PlanError(
            f"{path.stem!r} comes with Mastertape and cannot be removed; nothing uses it unless it is asked."
        )
    try:
        path.unlink()
    except OSError as error:
        raise OutputError(f"{path} cannot be removed ({error.strerror}).") from error
    return path.stem


def _is_name(name: str) -> bool:
    return bool(_NAME.fullmatch(name)) and not _DEVICE.fullmatch(name) and not name.endswith((".", " "))
