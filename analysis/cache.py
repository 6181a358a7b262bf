"""Analyses kept in the user's cache folder by the content of the file, so that nothing is measured twice."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import platformdirs

from analysis.errors import AudioFileError
from analysis.load import open_audio
from analysis.track import SCHEMA, TrackAnalysis, analyse, with_musical


def analyse_file(path: Path, *, musical: bool = False, progress: Callable[[int], None] | None = None) -> TrackAnalysis:
    """Analysis of one file, from the cache where its content is known there.

    Raises:
        AudioFileError, AudioContentError: the file cannot be used.
    """
    loaded = open_audio(path)
    sha256 = file_sha256(path)
    known = known_analysis(sha256)
    if known is None:
        found = analyse(loaded, sha256, progress=progress)
    else:
        found = known if known.name == path.name else dataclasses.replace(known, name=path.name)
        if progress:
            progress(found.frames)
    if musical:
        found = with_musical(found, loaded.audio)
    if found is not known:
        _keep(found)
    return found


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal.

    Raises:
        AudioFileError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise AudioFileError(f"{path} cannot be read ({error.strerror}).") from error


def _folder() -> Path:
    return Path(platformdirs.user_cache_dir("mastertape")) / "analyses"


def _path(sha256: str) -> Path:
    return _folder() / f"{sha256}-{SCHEMA}.json"


def known_analysis(sha256: str) -> TrackAnalysis | None:
    """What is known of a file with this content, wherever it is now; None where nothing is."""
    try:
        return TrackAnalysis.from_json(_path(sha256).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _keep(analysis: TrackAnalysis) -> None:
    """Write it beside and rename it; a cache that cannot be written is no reason to fail."""
    try:
        _folder().mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=_folder(), suffix=".tmp", delete=False, encoding="utf-8") as file:
            file.write(analysis.to_json())
        os.replace(file.name, _path(analysis.sha256))  # noqa: PTH105  (both are plain strings here)
    except OSError:
        return
