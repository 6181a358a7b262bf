"""Measuring files: many at once, each through the cache, one bad file costing none of the others."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from analysis.cache import analyse_file
from analysis.errors import AudioContentError, AudioFileError, MastertapeError
from analysis.load import open_audio
from analysis.profile import ReferenceSong, reference_song
from analysis.track import TrackAnalysis
from assistant.plan_file import relative_path
from assistant.reference_words import LIBRARY, find_references, weighted_word
from assistant.usable import why_unusable

_MOST_CHANNELS = 2


class Progress(Protocol):
    """What a face shows while work goes on."""

    def begin(self, stage: str, item: str, total: int) -> None:
        """An item of a stage will take `total` steps."""
        ...

    def advance(self, stage: str, item: str, steps: int) -> None:
        """Some of them are done."""
        ...


class Silent:
    """Shows nothing."""

    def begin(self, stage: str, item: str, total: int) -> None:
        """Show nothing."""

    def advance(self, stage: str, item: str, steps: int) -> None:
        """Show nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Analysed:
    """What could be measured of some files, in their order, and why others could not."""

    tracks: Mapping[Path, TrackAnalysis]
    left_out: Mapping[Path, str]


def workers() -> int:
    """How many threads work at once: one a core."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def analyse_paths(paths: Sequence[Path], *, musical: bool = False, progress: Progress | None = None) -> Analysed:
    """Measure files in parallel; one that cannot be used costs none of the others."""
    shown = progress or Silent()

    def one(path: Path) -> TrackAnalysis | str:
        try:
            _refuse_unspeakable(path)
            loaded = open_audio(path)
            shown.begin("Analysing", str(path), loaded.info.frames or 1)
            if loaded.info.channels > _MOST_CHANNELS:
                raise AudioContentError(
                    f"{path.name} has {loaded.info.channels} channels; a mix has 1 or 2: fold it down to stereo."
                )
            found = analyse_file(path, musical=musical, progress=lambda n: shown.advance("Analysing", str(path), n))
            return found if musical else replace(found, musical=None)  # whatever was asked for another time
        except MastertapeError as error:
            return str(error)
        except OSError as error:
            return f"{path.name} cannot be read ({error.strerror or error}): copy or export it again."

    with ThreadPoolExecutor(workers()) as pool:
        results = dict(zip(paths, pool.map(one, paths), strict=True))
    return Analysed(
        tracks={path: found for path, found in results.items() if isinstance(found, TrackAnalysis)},
        left_out={path: found for path, found in results.items() if isinstance(found, str)},
    )


def _refuse_unspeakable(path: Path) -> None:
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise AudioFileError(f"The name of {path.name!a} is not UTF-8 text: rename it.") from error


def measured_references(
    words: Sequence[str | Path], plan_folder: Path, progress: Progress | None = None, *, folder: Path = Path()
) -> tuple[list[ReferenceSong], list[str]]:
    """The songs that `--reference` asked for, and what a plan in `plan_folder` calls each reference.

    Relative paths among the words start from `folder`.

    Raises:
        MastertapeError: a reference that cannot be found or used.
    """
    asked = find_references(words, folder)
    models = analyse_paths(list(asked.files), progress=progress)
    for reason in [*models.left_out.values(), *filter(None, map(why_unusable, models.tracks.values()))]:
        raise AudioContentError(f"A reference cannot be used: {reason}")
    songs = [reference_song(track, asked.files[path]) for path, track in models.tracks.items()]
    called = [weighted_word(relative_path(path, plan_folder), asked.files[path]) for path in models.tracks]
    for found in asked.profiles:
        songs.extend(found.songs())
        word = f"{LIBRARY}{found.name}" if found.name else relative_path(found.path, plan_folder)
        called.append(weighted_word(word, found.weight))
    return songs, called
