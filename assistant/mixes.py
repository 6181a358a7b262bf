"""Which files are the album: a folder of mixes or a list of them, who mixed what, and what the songs are called."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from analysis.errors import AudioFileError, PlanError
from analysis.load import SUFFIXES
from assistant import manifest
from assistant.file_order import natural_sorted, numbered
from mastering.tags import Tags

_DISC = re.compile(r"^(cd|disc|disk|side)[ _-]?[0-9a-d]+$", re.IGNORECASE)
_NUMBER = re.compile(r"^(?:[0-9]{1,2}[-.])?(?:[0-9]{1,3}|[A-Da-d][0-9]{1,2})(?:\s*[-._)]+\s*|\s+|_)(?=\S)")
_NOTHING = re.compile(r"(?!)")


@dataclass(frozen=True, kw_only=True, slots=True)
class MixFile:
    """One mix: where it is, its name relative to the folder of mixes, who mixed it, the song's name, if it is quiet.

    `tags` is what the file says of itself, once that has been read.
    """

    path: Path
    file: str
    engineer: str | None
    title: str
    quiet: bool = False
    tags: Tags = field(default_factory=Tags)


@dataclass(frozen=True, kw_only=True, slots=True)
class MixFolder:
    """The album's mixes in the order of their names, and the folder they are named from.

    `whole` says that all the audio in the folder was taken, not files that were named one by one; `tagged_title` is
    what all mixes say the album is called.
    """

    folder: Path
    mixes: tuple[MixFile, ...]
    whole: bool
    tagged_title: str = ""

    @property
    def title(self) -> str:
        """What the album is called unless someone says otherwise: as tagged, the folder's name, or a single song's."""
        if not self.whole and len(self.mixes) == 1:
            return self.mixes[0].title
        if self.tagged_title:
            return self.tagged_title
        return self.folder.absolute().name or "Album"


def gather(paths: Sequence[Path], engineers: Sequence[tuple[str, str]] = (), quiet: Sequence[str] = ()) -> MixFolder:
    """Find the mixes.

    Args:
        paths: one folder, or audio files.
        engineers: (name, file name or pattern); an exact file name goes before a pattern.
        quiet: file names or patterns of songs that are meant to stand quiet.

    Raises:
        AudioFileError: nothing there, or no audio in it.
        PlanError: a pattern fits no mix.
    """
    whole = len(paths) == 1 and paths[0].is_dir()
    if whole:
        folder = paths[0]
        found = [path for path in audio_files(folder) if not _is_ours(path, folder)]
        if not found:
            raise AudioFileError(
                f"{folder} holds no audio files: name a folder with the album's mixes (WAV, FLAC, AIFF, ...)."
            )
        files = {path.relative_to(folder).as_posix(): path for path in found}
    else:
        _refuse_missing(paths)
        if folders := [path for path in paths if path.is_dir()]:
            raise AudioFileError(
                f"{folders[0]} is a folder, one of {len(paths)} paths: give one folder of mixes, or files only."
            )
        absolute = [Path(os.path.abspath(path)) for path in paths]  # noqa: PTH100  (".." is taken out, links are kept)
        folder = _common_folder(absolute)
        files = {path.relative_to(folder).as_posix(): path for path in absolute}
    _refuse_unspeakable(folder)
    named = _engineers(list(files), engineers)
    quiets = {file for pattern in quiet for file in _fitting(list(files), pattern, f"--quiet {pattern}")}
    titles = song_titles(list(files))
    mixes = [
        MixFile(
            path=files[file],
            file=file,
            engineer=named.get(file) or _by_folder(file),
            title=titles[file],
            quiet=file in quiets,
        )
        for file in natural_sorted(list(files))
    ]
    return MixFolder(folder=folder, mixes=tuple(mixes), whole=whole)


def song_titles(files: Sequence[str]) -> dict[str, str]:
    """The songs' names by their files: where all files of every folder are numbered, without the number."""
    folders: dict[PurePosixPath, list[str]] = {}
    for file in files:
        folders.setdefault(PurePosixPath(file).parent, []).append(file)
    pattern = _NUMBER if all(numbered(inside) for inside in folders.values()) else _NOTHING
    stems = {file: PurePosixPath(file).stem for file in files}
    return {file: pattern.sub("", stem).replace("_", " ").strip() or stem for file, stem in stems.items()}


def holds_no_others(folder: Path, files: Sequence[str]) -> bool:
    """Whether these files, more than one, are all the mixes in a folder: then it is likely to be read as a whole."""
    found = {path.relative_to(folder).as_posix() for path in audio_files(folder) if not _is_ours(path, folder)}
    return len(files) > 1 and found <= set(files)


def audio_files(folder: Path) -> list[Path]:
    """Audio files in a folder and its subfolders, by name; hidden ones are passed over."""
    inside = [path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file()]
    return sorted(path for path in inside if not any(part.startswith(".") for part in path.relative_to(folder).parts))


def expand(paths: Sequence[Path]) -> list[Path]:
    """Files and the audio files of folders, in order, each once.

    Raises:
        AudioFileError: a path is missing, or a folder holds no audio.
    """
    _refuse_missing(paths)
    found: dict[Path, None] = {}
    for path in paths:
        inside = audio_files(path) if path.is_dir() else [path]
        if not inside:
            raise AudioFileError(f"{path} holds no audio files: name a folder with songs in it, or a song.")
        found.update(dict.fromkeys(inside))
    return list(found)


def same_names(mixes: MixFolder) -> list[str]:
    """Advice on mixes that share a title, one sentence for each."""
    seen: dict[str, list[str]] = {}
    for mix in mixes.mixes:
        seen.setdefault(mix.title.casefold(), []).append(mix.file)
    return [
        f"{' and '.join(files)} have the same title: {'both' if len(files) == 2 else 'all'} are on the album; "
        "take one away if that is not meant"
        for files in seen.values()
        if len(files) > 1
    ]


def _refuse_missing(paths: Sequence[Path]) -> None:
    for path in paths:
        if not path.exists():
            raise AudioFileError(f"{path}: there is no such file or folder; check the name.")


def _common_folder(paths: Sequence[Path]) -> Path:
    try:
        return Path(os.path.commonpath([path.parent for path in paths]))
    except ValueError as error:
        raise AudioFileError(
            f"{paths[0]} and others lie on different drives: put the mixes into one folder."
        ) from error


def _is_ours(path: Path, folder: Path) -> bool:
    """Whether a file lies in what was delivered before, somewhere below the folder of mixes, or is an album of ours."""
    if manifest.is_programme(path):
        return True
    # What is delivered lies in a folder beside the plan: audio right beside a plan is a mix.
    inside = [parent for parent in path.parent.parents if parent != folder and parent.is_relative_to(folder)]
    return any((parent / "manifest.json").is_file() or (parent / "album.toml").is_file() for parent in inside)


def _refuse_unspeakable(folder: Path) -> None:
    """A plan is a text file: it cannot name a folder whose name is no text."""
    try:
        str(folder).encode()
    except UnicodeEncodeError as error:
        raise AudioFileError(f"The name of the folder {str(folder)!a} is not UTF-8 text: rename it.") from error


def _by_folder(file: str) -> str | None:
    """Subfolders name engineers, but `CD1`, `disc 2` and the like name discs."""
    folders = [part for part in PurePosixPath(file).parts[:-1] if not _DISC.match(part)]
    return folders[0] if folders else None


def _engineers(files: Sequence[str], patterns: Sequence[tuple[str, str]]) -> dict[str, str]:
    named: dict[str, str] = {}
    exact: dict[str, str] = {}
    for name, pattern in patterns:
        fitting = _fitting(files, pattern, f"--engineer {name}={pattern}")
        target = exact if _is_exact(pattern, fitting) else named
        for file in fitting:
            target.setdefault(file, name)
    return named | exact


def _fitting(files: Sequence[str], pattern: str, option: str) -> list[str]:
    """The files that are called so; where none is, those that a pattern fits."""
    fitting = [file for file in files if _is_exact(pattern, [file])] or [file for file in files if _fits(file, pattern)]
    if not fitting:
        raise PlanError(f"{option} fits none of the {len(files)} mixes: check the file names.")
    return fitting


def _is_exact(pattern: str, files: Sequence[str]) -> bool:
    return all(pattern in {file, PurePosixPath(file).name} for file in files)


def _fits(file: str, pattern: str) -> bool:
    return fnmatchcase(file, pattern) or fnmatchcase(PurePosixPath(file).name, pattern)
