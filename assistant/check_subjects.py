"""What is checked as one album: files named one by one, folders, deliveries of ours; and what they are held against."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.errors import AudioFileError, MastertapeError, SpecificationError
from assistant import manifest
from assistant.check_sheets import SUFFIXES
from assistant.deliveries import load_delivery
from assistant.file_order import natural_sorted
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

    @property
    def prefix(self) -> str:
        """What our manifest puts before the names of its files."""
        return f"{self.delivery}/"

    def listed(self, key: str) -> list[str]:
        """Names of the files that our manifest lists under a key."""
        return [str(one["file"]).removeprefix(self.prefix) for one in self.told.get(key, [])]


def subjects(paths: Sequence[Path]) -> list[list[Subject]]:
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


def chosen(found: list[Subject], names: Sequence[str]) -> list[Subject]:
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


def own_spec(subject: Subject) -> DeliverySpec:
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
