"""What `mastertape references` does: the library changed or shown. Each command gives the exit code."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis.errors import AudioContentError, MastertapeError, OutputError, PlanError
from analysis.profile import ReferenceProfile, ReferenceSong, reference_song
from assistant import reference_tables
from assistant.commands import DONE, DONE_WITH_FAULTS
from assistant.library import (
    all_names,
    built_in_names,
    check_new,
    find_profile,
    load_profile,
    remove_profile,
    store_profile,
)
from assistant.measuring import analyse_paths
from assistant.outputs import write_bytes, write_text
from assistant.printing import say, show, show_json
from assistant.profile_file import profile_text, read_profile
from assistant.progress import progress_bars
from assistant.reference_words import find_references
from assistant.usable import none_left, why_unusable


def add(name: str, words: Sequence[str], *, source: str, force: bool, as_json: bool) -> int:
    """Measure songs, or take profiles, and store them under a name; songs that cannot be used are told and left out."""
    check_new(name, force=force)
    asked = find_references(words)
    with progress_bars() as progress:
        found = analyse_paths(list(asked.files), progress=progress)
    left_out = {str(path): reason for path, reason in found.left_out.items()}
    songs: list[ReferenceSong] = []
    for path, track in found.tracks.items():
        if reason := why_unusable(track):
            left_out[str(path)] = reason
        else:
            songs.append(reference_song(track, asked.files[path]))
    songs += [song for profile in asked.profiles for song in profile.songs()]
    if not songs:
        raise AudioContentError(none_left(left_out, "songs"))
    sources = [source] if source else [found.profile.source for found in asked.profiles if found.profile.source]
    profile = ReferenceProfile(name=name, songs=tuple(songs), source="; ".join(dict.fromkeys(sources)))
    path = store_profile(profile)
    say([f"left out: {reason}" for reason in left_out.values()])
    if as_json:
        show_json(_summary(profile, path))
    else:
        show(
            reference_tables.songs_table(profile),
            f"Kept: mastertape master MIXES --out FOLDER --reference {shlex.quote(name)}",
        )
    return DONE_WITH_FAULTS if left_out else DONE


def list_all(*, as_json: bool) -> int:
    """List the profiles; one that is damaged is told and costs none of the others."""
    found: list[ReferenceProfile] = []
    damaged: list[str] = []
    for name in all_names():
        try:
            found.append(load_profile(name))
        except MastertapeError as error:
            damaged.append(str(error))
    say(damaged)
    if as_json:
        show_json([_summary(profile, find_profile(profile.name)) for profile in found])
    else:
        show(reference_tables.profiles_table(found, built_in_names()))
    return DONE_WITH_FAULTS if damaged else DONE


def show_one(name: str, *, plot: Path | None, as_json: bool) -> int:
    """Show the figures of a profile, as a table and a plot."""
    profile = _profile(name)
    if plot is not None:
        from assistant.profile_plot import picture

        write_bytes(plot, picture(profile, _picture_format(plot)))
    if as_json:
        show_json(json.loads(profile_text(profile)))
        return DONE
    show(reference_tables.songs_table(profile), *([f"Source: {profile.source}"] if profile.source else []))
    show(f"The plot is in {plot}." if plot else reference_tables.tone_bars(profile))
    return DONE


def export(name: str, path: Path, *, force: bool) -> int:
    """Write a profile to a file, to be passed on."""
    profile = _profile(name)
    if path.suffix.lower() != ".json":
        raise OutputError(f"{path} is no name for a profile: name a file that ends in .json.")
    if path.exists() and not force:
        raise OutputError(f"{path} is there already: name another file, or write over it with --force.")
    write_text(path, profile_text(profile))
    show(f"{path} holds the figures of {_count(profile)} and no audio.")
    return DONE


def remove(name: str) -> int:
    """Take a profile out of the library."""
    show(f"{remove_profile(name)!r} is removed.")
    return DONE


def _profile(name: str) -> ReferenceProfile:
    """By name, or from a file."""
    path = Path(name)
    return read_profile(path) if path.suffix.lower() == ".json" and path.is_file() else load_profile(name)


def _picture_format(path: Path) -> str:
    suffix = path.suffix.lower().removeprefix(".")
    if suffix not in {"png", "svg", "pdf"}:
        raise PlanError(f"{path} is no name for a plot: name a file that ends in .png, .svg or .pdf.")
    if path.is_dir():
        raise OutputError(f"{path} is a folder: name a file in it with --plot.")
    return suffix


def _summary(profile: ReferenceProfile, path: Path | None) -> dict[str, Any]:
    return {
        "name": profile.name,
        "songs": len(profile.songs),
        "duration_s": round(sum(song.duration_s for song in profile.songs), 3),
        "source": profile.source,
        "built_in": profile.name in built_in_names(),
        "file": str(path) if path else None,
    }


def _count(profile: ReferenceProfile) -> str:
    return f"{len(profile.songs)} song{'s' if len(profile.songs) > 1 else ''}"
