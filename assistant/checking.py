"""Does it meet the specification? Any files or folders, ours or not, held against what a place requires."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from assistant.check_album import album_points, manifest_points, programmes
from assistant.check_codecs import Trials, codec_points, tried
from assistant.check_files import file_points
from assistant.check_measure import CheckedFile, measured
from assistant.check_points import Point, Verdict
from assistant.check_programmes import programme_points
from assistant.check_sheets import sheet_points
from assistant.check_subjects import Subject, chosen, own_spec, subjects
from assistant.deliveries import load_delivery
from assistant.measuring import Progress, Silent, workers
from mastering.delivery_specs import DeliverySpec
from mastering.singles import FOLDER as SINGLES


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """One album held against one specification: every point of it."""

    folder: Path
    delivery: str
    title: str
    points: tuple[Point, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing fails; warnings do not count."""
        return all(point.verdict is not Verdict.FAIL for point in self.points)


def check(
    paths: Sequence[Path], names: Sequence[str], progress: Progress | None = None, *, codecs: bool = False
) -> list[Checked]:
    """Hold files and folders against the deliveries named, or, if none is, those that our manifest names.

    With `codecs`, each track is tried with the lossy codecs of its place too.

    Raises:
        AudioFileError: a path is missing, or holds nothing to check.
        SpecificationError: a delivery is not known, or nothing says which is meant.
        OutputError: there is no room for what codecs make.
    """
    specs = [load_delivery(name) for name in dict.fromkeys(names)]
    found = [subject for one in subjects(paths) for subject in chosen(one, [spec.name for spec in specs])]
    pairs = [(subject, spec) for subject in found for spec in specs or [own_spec(subject)]]
    audio = list(dict.fromkeys(subject.folder / name for subject in found for name in subject.audio))
    shown = progress or Silent()
    with ThreadPoolExecutor(workers()) as pool:
        files = dict(zip(audio, pool.map(lambda path: measured(path, path.name, shown), audio), strict=True))
        albums = [_Album.of(subject, files) for subject, _ in pairs]
        wanted = [
            (file, codec)
            for album, (_, spec) in zip(albums, pairs, strict=True)
            for file in album.tracks or album.whole
            for codec in spec.codecs
        ]
        trials = tried(wanted if codecs else (), pool, shown)
    return [_checked(album, subject, spec, trials) for album, (subject, spec) in zip(albums, pairs, strict=True)]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Album:
    """The files of a subject: all of them, its tracks, its programmes; what our manifest lists as tracks."""

    files: list[CheckedFile]
    tracks: list[CheckedFile]
    whole: list[CheckedFile]
    listed: frozenset[str]

    @classmethod
    def of(cls, subject: Subject, known: Mapping[Path, CheckedFile]) -> _Album:
        files = [dataclasses.replace(known[subject.folder / name], name=name) for name in subject.audio]
        singles = [file for file in files if file.name.startswith(f"{SINGLES}/")]
        album = [file for file in files if file not in singles] if len(singles) < len(files) else singles
        whole = programmes(album, subject.listed("programmes"))
        wholes = {file.name for file in whole}
        tracks = [file for file in album if file.name not in wholes]
        return cls(files=files, tracks=tracks, whole=whole, listed=frozenset(subject.listed("tracks")))


def _checked(album: _Album, subject: Subject, spec: DeliverySpec, trials: Trials) -> Checked:
    wholes = {file.name for file in album.whole}
    points: list[Point] = []
    for file in album.files:
        points += file_points(file, spec, track=file.name not in wholes)
        points += codec_points(file, spec, trials)
    complete = subject.whole or {file.name for file in album.tracks} >= album.listed
    points += album_points(album.tracks, album.whole, spec, complete=complete)
    counts = Counter(str(one.get("programme")) for one in subject.told.get("tracks", []) if complete)
    points += programme_points(album.tracks, album.whole, [*counts.values()] or [len(album.tracks)], spec)
    if subject.told and subject.whole:
        points += manifest_points(subject.folder, subject.told, subject.prefix, subject.audio)
    for name in subject.sheets:
        points += sheet_points(subject.folder / name, name)
    return Checked(folder=subject.folder, delivery=spec.name, title=spec.title, points=tuple(points))
