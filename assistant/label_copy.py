"""Label copy from where people have it: options, a table, the mixes' own tags; what is said nearest to them counts.

An option goes before the table, that before the plan, and that before the mixes' tags.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from analysis.errors import PlanError, SpecificationError
from assistant.copy_words import CopyWords
from assistant.label_copy_plan import CatalogueNumber, Name, Upc, Year
from assistant.label_csv import read_label_copy
from assistant.label_matching import matched
from assistant.plan import AlbumPlan
from assistant.plan_file import PlanFile, relative_path
from assistant.validation import sentences
from mastering.cover import read_cover
from mastering.specs import AlbumSpec

_OPTIONS: Mapping[str, tuple[str, Any]] = {
    "artist": ("--artist", Name),
    "label": ("--label", Name),
    "catalogue_number": ("--catalogue-number", CatalogueNumber),
    "upc": ("--upc", Upc),
    "year": ("--year", Year),
    "genre": ("--genre", Name),
}


def check_words(words: CopyWords) -> None:
    """See that everything that is said can be, before any work is done.

    Raises:
        SpecificationError: a code or a number is wrong.
        PlanError: the cover or the table cannot be read, or something in that is wrong.
    """
    _album(words)
    if words.cover is not None:
        read_cover(words.cover)
    if words.table is not None:
        read_label_copy(words.table)


def with_label_copy(plan: AlbumPlan, words: CopyWords, plan_folder: Path) -> tuple[AlbumPlan, tuple[str, ...]]:
    """A new plan with what was asked for, and advice; `plan_folder` is where the plan will stand.

    Raises:
        MastertapeError: as for `check_words`, or lines of the table do not fit the album.
    """
    album, songs, advice = _said(plan, words, plan_folder)
    tracks = [track.model_copy(update=dict(songs.get(number, {}))) for number, track in enumerate(plan.track)]
    changed = plan.model_copy(update={"album": plan.album.model_copy(update=album), "track": tuple(tracks)})
    try:
        return AlbumPlan.model_validate(changed.model_dump(by_alias=True)), advice
    except ValidationError as error:
        raise PlanError(f"{'; '.join(sentences(error))}.") from error


def relabelled(file: PlanFile, words: CopyWords, plan_folder: Path) -> tuple[PlanFile, tuple[str, ...]]:
    """A plan that is there already with what was asked for instead of what it says, and advice; comments stay.

    Raises:
        MastertapeError: as for `with_label_copy`.
    """
    album, songs, advice = _said(file.plan, words, plan_folder)
    changed = {key: value for key, value in album.items() if getattr(file.plan.album, key) != value}
    if changed:
        file = file.changed(**changed)
    for number, values in songs.items():
        track = file.plan.track[number]
        if new := {key: value for key, value in values.items() if getattr(track, key) != value}:
            file = file.track_changed(number, **new)
    return file, advice


def with_cover(album: AlbumSpec, plan_folder: Path) -> AlbumSpec:
    """The album with its cover's path as the renderer takes it, looked at before any work is done.

    Raises:
        PlanError: it cannot be read, or is no picture.
    """
    if not album.copy.cover:
        return album
    path = plan_folder / album.copy.cover
    read_cover(path)
    return replace(album, copy=replace(album.copy, cover=str(path)))


def _said(
    plan: AlbumPlan, words: CopyWords, plan_folder: Path
) -> tuple[dict[str, object], Mapping[int, Mapping[str, object]], tuple[str, ...]]:
    """What is said of the album, of its songs (by number, from 0), and advice."""
    album: dict[str, object] = {}
    songs: Mapping[int, Mapping[str, object]] = {}
    advice: tuple[str, ...] = ()
    if words.table is not None:
        table = read_label_copy(words.table)
        songs, advice = matched(table, [track.file for track in plan.track], [track.title for track in plan.track])
        album |= table.album
    album |= _album(words)
    if words.cover is not None:
        read_cover(words.cover)
        album["cover"] = relative_path(words.cover, plan_folder)
    return album, songs, advice


def _album(words: CopyWords) -> dict[str, object]:
    """What options say of the album, by its keys in a plan; the cover is not among it.

    Raises:
        SpecificationError: a code or a number is wrong.
    """
    found: dict[str, object] = {"title": words.title} if words.title else {}
    for key, (option, kind) in _OPTIONS.items():
        if (said := getattr(words, key)) is None:
            continue
        try:
            found[key] = TypeAdapter(kind).validate_python(said)
        except ValidationError as error:
            raise SpecificationError(f"{option} {said!r} {error.errors()[0]['ctx']['error']}.") from error
    return found
