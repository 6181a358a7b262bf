"""Plans as TOML: written with comments that explain, read with errors that help, changed without losing a comment."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomlkit
from pydantic import BaseModel, ValidationError
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import InlineTable, Table

from analysis.errors import PlanError
from assistant.plan import AlbumPlan, CohesionPlan
from assistant.reference_words import LIBRARY
from assistant.validation import sentences

_HEAD = (
    "The plan of an album. Change what you like, then: mastertape render album.toml --out FOLDER",
    "Tracks stand in album order: move a whole [[track]] to move the song. Every `why` is for you to read.",
)
_ORDERS = "Other orders to choose from: plan again with --order and the name of one, or move the tracks above."
_MOST_FAULTS = 5
_LONG = 3  # arrays of more entries than this get a line each


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan and the document it stands in, comments and all."""

    plan: AlbumPlan
    document: tomlkit.TOMLDocument

    @classmethod
    def new(cls, plan: AlbumPlan) -> PlanFile:
        """A document made from a plan, each key explained where it first stands."""
        document = tomlkit.document()
        for line in _HEAD:
            document.add(tomlkit.comment(line))
        document.add("schema", tomlkit.item(1))
        known: set[str] = set()
        document.add("album", _table(plan.album, known))
        if plan.cohesion:
            document.add("cohesion", _table(plan.cohesion, known))
        if plan.pin:
            pins = tomlkit.aot()
            for pin in plan.pin:
                pins.append(_table(pin, known))
            document.add("pin", pins)
        tracks = tomlkit.aot()
        for track in plan.track:
            tracks.append(_table(track, known))
        document.add("track", tracks)
        if plan.order:
            orders = tomlkit.aot()
            for order in plan.order:
                orders.append(_table(order, known))
            document.add(tomlkit.comment(_ORDERS))
            document.add("order", orders)
        return cls(plan, document)

    @classmethod
    def read(cls, path: Path) -> PlanFile:
        """Read and check a plan.

        Raises:
            PlanError: missing, not TOML, or with values that a plan may not hold; each is named.
        """
        try:
            text = path.read_text(encoding="utf-8-sig")  # some editors put a byte order mark in front
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise PlanError(f"{path}: the plan cannot be read ({reason}).") from error
        return cls.parse(text, path.name)

    @classmethod
    def parse(cls, text: str, name: str = "album.toml") -> PlanFile:
        """Check a plan's text; `name` is for messages.

        Raises:
            PlanError: as for `read`.
        """
        try:
            document = tomlkit.parse(text)
        except TOMLKitError as error:
            raise PlanError(f"{name} is not TOML: {str(error).rstrip('.')}.") from error
        try:
            plan = AlbumPlan.model_validate(document.unwrap())
        except ValidationError as error:
            faults = sentences(error)
            more = f"; and {len(faults) - _MOST_FAULTS} more" if len(faults) > _MOST_FAULTS else ""
            raise PlanError(f"{name}: {'; '.join(faults[:_MOST_FAULTS])}{more}.") from error
        return cls(plan, document)

    def text(self) -> str:
        """The document as it is stored."""
        return tomlkit.dumps(self.document)

    def changed(self, **album: object) -> PlanFile:
        """The same document with some keys of its [album] set; every comment stays."""
        copy = tomlkit.parse(self.text())
        for key, value in album.items():
            _table_of(copy, "album")[key] = value
        return PlanFile.parse(tomlkit.dumps(copy))

    def track_changed(self, number: int, **values: object) -> PlanFile:
        """The same document with some keys of one [[track]] set (counted from 0); every comment stays.

        None takes a key out. A mapping is put into the table of its name, where the other keys stay; its empty texts
        are taken out.
        """
        copy = tomlkit.parse(self.text())
        tracks: Any = copy["track"]
        for key, value in values.items():
            if isinstance(value, Mapping):
                inner = tracks[number].setdefault(key, tomlkit.table())
                for name in [name for name, text in value.items() if text == "" and name in inner]:
                    del inner[name]
                inner.update({name: text for name, text in value.items() if text != ""})
            elif value is None:
                tracks[number].pop(key, None)
            else:
                tracks[number][key] = value
        return PlanFile.parse(tomlkit.dumps(copy))

    def remarked(self, number: int, keys: Sequence[str], words: str) -> PlanFile:
        """The same document with a remark at the end of a line: on the key at the end of `keys`, within a [[track]]."""
        copy = tomlkit.parse(self.text())
        item: Any = copy["track"]
        for key in (number, *keys):
            if isinstance(item, InlineTable):
                return self  # there is no room for remarks in one
            item = item[key]
        item.comment(words)
        return PlanFile.parse(tomlkit.dumps(copy))

    def with_cohesion(self, cohesion: CohesionPlan | None) -> PlanFile:
        """The same document with other figures of cohesion."""
        copy = tomlkit.parse(self.text())
        if cohesion:
            copy["cohesion"] = _table(cohesion, set())
        else:
            copy.pop("cohesion", None)
        return PlanFile.parse(tomlkit.dumps(copy))

    def moved(self, old_folder: Path, new_folder: Path) -> PlanFile:
        """The same plan for another folder: the paths in it are relative to where it stands."""
        album = self.plan.album
        changes = {
            "mixes": relative_path(old_folder / album.mixes, new_folder),
            "references": [_reference(word, old_folder, new_folder) for word in album.references],
            "deliveries": [delivery_path(name, old_folder, new_folder) for name in album.deliveries],
        }
        changes |= {"room_tone": relative_path(old_folder / album.room_tone, new_folder)} if album.room_tone else {}
        changes |= {"cover": relative_path(old_folder / album.cover, new_folder)} if album.cover else {}
        kept = album.model_dump(mode="json")
        changes = {key: value for key, value in changes.items() if value != kept[key]}
        return self.changed(**changes) if changes else self


def relative_path(path: Path, folder: Path) -> str:
    """A path as a plan in `folder` names it, with forward slashes; absolute on another drive."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return path.absolute().as_posix()


def delivery_path(name: str, old_folder: Path, new_folder: Path) -> str:
    """A delivery as a plan in `new_folder` names it: those that are files of the user's own lie somewhere."""
    return relative_path(old_folder / name, new_folder) if name.endswith(".toml") else name


def _reference(word: str, old_folder: Path, new_folder: Path) -> str:
    """A reference as a plan in `new_folder` names it: those of the library lie nowhere."""
    return word if word.startswith(LIBRARY) else relative_path(old_folder / word, new_folder)


def _table_of(document: Mapping[str, Any], key: str) -> Any:
    return document[key]


def _table(model: BaseModel, explained: set[str]) -> Table:
    """A model as a table; keys that are not among those `explained` so far get a comment, and join them."""
    table = tomlkit.table()
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if value is None or value in ((), ""):
            continue
        if isinstance(value, BaseModel):
            inner = _table(value, explained)
            if inner:
                table.add(name, inner)
        elif isinstance(value, tuple) and isinstance(value[0], BaseModel):
            table.add(name, _inline_array(value))
        else:
            item = tomlkit.item(_plain(value))
            if field.description and name not in explained:
                item.comment(field.description)
                explained.add(name)
            table.add(name, item)
    return table


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        array = tomlkit.array()
        array.extend(value)
        return array.multiline(len(value) > _LONG)
    return round(value, 6) if isinstance(value, float) else str(value) if isinstance(value, str) else value


def _inline_array(models: tuple[BaseModel, ...]) -> Any:
    array = tomlkit.array()
    for model in models:
        line = tomlkit.inline_table()
        line.update({key: _plain(value) for key, value in model.model_dump(mode="json").items()})
        array.append(line)
    return array.multiline(True)
