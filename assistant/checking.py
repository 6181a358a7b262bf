"""Does it meet the specification? Any files or folders, ours or not, held against what a place requires."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.errors import AudioFileError, MastertapeError, SpecificationError
from assistant import manifest
from assistant.check_album import album_points, manifest_points, programmes
from assistant.check_files import file_points
from assistant.check_measure import CheckedFile, measured
from assistant.check_points import Point, Verdict
from assistant.check_programmes import programme_points
from assistant.check_sheets import SUFFIXES, sheet_points
from assistant.deliveries import load_delivery
from assistant.file_order import natural_sorted
from assistant.measuring import Progress, Silent, workers
from assistant.mixes import audio_files
from assistant.plan_file import PlanFile, delivery_path
from mastering.delivery_specs import Anchor, Container, DeliverySpec, Encoding
from mastering.singles import FOLDER as SINGLES

_DISC = re.compile(r"(cd|disc|disk|side)[ _-]?[0-9a-d]+", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """What is checked as one album.

    Attributes:
        folder: what its files are named from.
        audio: names of its audio files.
        sheets: names of what lies beside them.
        whole: whether all that lies in the folder was taken.
        delivery: what our manifest calls it; empty where there is none.
        told: what our manifest says of it.
        output: the folder of that manifest.
    """

    folder: Path
    audio: tuple[str, ...]
    sheets: tuple[str, ...]
    whole: bool
    delivery: str = ""
    told: Mapping[str, Any] = field(default_factory=dict)
    output: Path = Path()


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


def check(paths: Sequence[Path], names: Sequence[str], progress: Progress | None = None) -> list[Checked]:
    """Hold files and folders against the deliveries named, or, if none is, those that our manifest names.

    Raises:
        AudioFileError: a path is missing, or holds nothing to check.
        SpecificationError: a delivery is not known, or nothing says which is meant.
    """
    specs = [load_delivery(name) for name in dict.fromkeys(names)]
    subjects = [subject for found in _subjects(paths) for subject in _chosen(found, [spec.name for spec in specs])]
    asked = [specs or [_own_spec(subject)] for subject in subjects]
    audio = list(dict.fromkeys(subject.folder / name for subject in subjects for name in subject.audio))
    files = _measured(audio, progress or Silent())
    return [_checked(subject, spec, files) for subject, wanted in zip(subjects, asked, strict=True) for spec in wanted]


def _measured(paths: Sequence[Path], progress: Progress) -> dict[Path, CheckedFile]:
    with ThreadPoolExecutor(workers()) as pool:
        files = pool.map(lambda path: measured(path, path.name, progress), paths)
        return dict(zip(paths, files, strict=True))


def _checked(subject: Subject, spec: DeliverySpec, known: Mapping[Path, CheckedFile]) -> Checked:
    files = [dataclasses.replace(known[subject.folder / name], name=name) for name in subject.audio]
    singles = [file for file in files if file.name.startswith(f"{SINGLES}/")]
    album = [file for file in files if file not in singles] if len(singles) < len(files) else singles
    prefix = f"{subject.delivery}/"
    listed = {
        key: [str(one["file"]).removeprefix(prefix) for one in subject.told.get(key, [])]
        for key in ("programmes", "tracks")
    }
    whole = programmes(album, listed["programmes"])
    wholes = {file.name for file in whole}
    tracks = [file for file in album if file.name not in wholes]
    points: list[Point] = []
    for file in files:
        points += file_points(file, spec, track=file.name not in wholes)
    complete = subject.whole or {file.name for file in tracks} >= set(listed["tracks"])
    points += album_points(tracks, whole, spec, complete=complete)
    counts = Counter(str(one.get("programme")) for one in subject.told.get("tracks", []) if complete)
    points += programme_points(tracks, whole, [*counts.values()] or [len(tracks)], spec)
    if subject.told and subject.whole:
        points += manifest_points(subject.folder, subject.told, prefix, subject.audio)
    for name in subject.sheets:
        points += sheet_points(subject.folder / name, name)
    return Checked(folder=subject.folder, delivery=spec.name, title=spec.title, points=tuple(points))


def _subjects(paths: Sequence[Path]) -> list[list[Subject]]:
    """What each folder holds, and the files that were named one by one, together where they lie together."""
    named: dict[Path, list[Path]] = {}
    found: list[list[Subject]] = []
    for path in paths:
        if not path.exists():
            raise AudioFileError(f"{path}: there is no such file or folder; check the name.")
        if path.is_dir():
            found.append(_folder(path))
        else:
            named.setdefault(path.parent, []).append(path)
    for folder, files in named.items():
        names = natural_sorted(list(dict.fromkeys(path.name for path in files)))
        found.append([_subject(folder, names, whole=False)])
    return found


def _folder(folder: Path) -> list[Subject]:
    told = manifest.read(folder).get("deliveries", {})
    inside = [folder / name for name in told if (folder / name).is_dir()] if told else []
    if inside:
        return [subject for one in inside for subject in _folder(one)]
    albums: dict[Path, list[Path]] = {}
    for path in audio_files(folder):
        albums.setdefault(_album_folder(path.parent, folder), []).append(path)
    sheets = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in SUFFIXES and path.is_file()]
    for path in sheets:
        home = path.parent if path.parent in albums else folder
        albums.setdefault(home, []).append(path)
    if not albums:
        raise AudioFileError(f"{folder} holds nothing to check: name a folder with audio files, or the files.")
    return [
        _subject(home, natural_sorted([path.relative_to(home).as_posix() for path in files]), whole=True)
        for home, files in albums.items()
    ]


def _album_folder(parent: Path, folder: Path) -> Path:
    """Which folder's album a file in `parent` belongs to: singles and discs to that of the folder above."""
    while parent != folder and (parent.name == SINGLES or _DISC.fullmatch(parent.name)):
        parent = parent.parent
    return parent


def _subject(folder: Path, names: Sequence[str], *, whole: bool) -> Subject:
    sheets = tuple(name for name in names if Path(name).suffix.lower() in SUFFIXES)
    audio = tuple(name for name in names if name not in sheets)
    place = folder.absolute()
    for output in place.parents:
        told = manifest.read(output).get("deliveries", {})
        delivery = place.relative_to(output).parts[0]
        if delivery in told and output / delivery == place and _is_whole(told[delivery]):
            return Subject(
                folder=folder,
                audio=audio,
                sheets=sheets,
                whole=whole,
                delivery=delivery,
                told=told[delivery],
                output=output,
            )
    return Subject(folder=folder, audio=audio, sheets=sheets, whole=whole)


def _is_whole(told: Any) -> bool:
    """Whether a manifest's part on a delivery lists its files, and was not changed into something else."""
    try:
        listed = [one for key in ("programmes", "tracks", "singles") for one in told.get(key, [])]
        return bool(listed) and all(isinstance(one["file"], str) and isinstance(one["sha256"], str) for one in listed)
    except (AttributeError, KeyError, TypeError):
        return False


def _chosen(found: list[Subject], names: Sequence[str]) -> list[Subject]:
    """Of an output with several deliveries those that were named, where any was.

    Raises:
        SpecificationError: there are several, and none of them was named.
    """
    ours = [subject for subject in found if subject.delivery]
    if not names or len(ours) < 2:
        return found
    chosen = [subject for subject in found if subject.delivery in names]
    if not chosen:
        there = ", ".join(subject.delivery for subject in ours)
        raise SpecificationError(
            f"{ours[0].output} holds several deliveries ({there}), none of them for {', '.join(names)}: name the "
            "folder of the one that is meant."
        )
    return chosen


def _own_spec(subject: Subject) -> DeliverySpec:
    """What a delivery of ours was made for, with what was asked for instead.

    Raises:
        SpecificationError: it is none of ours, or its specification is gone.
    """
    if not subject.delivery:
        raise SpecificationError(
            f"Nothing says what {subject.folder} is to be held against: add --for, such as --for streaming "
            "(mastertape deliveries lists them)."
        )
    spec = _named_in(subject.output, subject.delivery) or load_delivery(subject.delivery)
    asked = subject.told.get("asked")
    if not isinstance(asked, dict):
        return spec
    try:
        return dataclasses.replace(
            spec,
            loudness_lufs=asked["loudness_lufs"],
            anchor=Anchor(asked["anchor"]),
            ceiling_dbtp=asked["ceiling_dbtp"],
            rate_hz=subject.told["rate_hz"],
            container=Container(asked["container"]),
            encoding=Encoding(asked["encoding"]),
            bit_rate_kbps=asked["bit_rate_kbps"],
            sector_frames=asked["sector_frames"],
        )
    except (KeyError, ValueError, TypeError) as error:
        raise SpecificationError(
            f"{subject.output / 'manifest.json'} does not say what {subject.delivery} is for ({error}): add --for."
        ) from error


def _named_in(output: Path, delivery: str) -> DeliverySpec | None:
    """The specification of that name among the files that the plan beside a manifest names."""
    try:
        names = PlanFile.read(output / "album.toml").plan.album.deliveries
    except (MastertapeError, OSError):
        return None
    for name in names:
        if name.endswith(".toml"):
            try:
                spec = load_delivery(delivery_path(name, output, Path()))
            except SpecificationError:
                continue
            if spec.name == delivery:
                return spec
    return None
