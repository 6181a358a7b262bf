"""What the mixes' own tags tell: titles as they are spelled, codes, names; what they agree on is said of the album."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.label_copy_plan import MOST_LETTERS
from assistant.label_csv import plain
from assistant.mixes import MixFile, MixFolder
from assistant.plan import AlbumPlan
from mastering.recording_codes import parse_isrc, parse_upc
from mastering.tag_reading import read_tags
from mastering.tags import Tags

_NO_TITLE = re.compile(r"(?:audio|song|take|titel|title|track)?[\s_-]*[0-9]*", re.IGNORECASE)
_ALBUM_KEYS = ("artist", "label", "catalogue_number", "upc", "year", "genre")


def with_tags(folder: MixFolder) -> MixFolder:
    """The mixes with what their tags say: their titles, where those spell what the file is called, and the album's.

    A file is called what the person who has it calls it: a tag may be the song's on another record, or a project's.
    So a tag's title is taken where one of the two, letters alone, holds the other (`battle`: "Battle Music"), or where
    the file has no title but a number; never one that two mixes share.
    """
    tags = {mix.file: read_tags(mix.path) for mix in folder.mixes}
    known = Counter(plain(told.title) for told in tags.values())
    mixes = tuple(
        replace(mix, tags=tags[mix.file], title=_title(mix, tags[mix.file].title, known)) for mix in folder.mixes
    )
    return replace(folder, mixes=mixes, tagged_title=str(agreed([told.album for told in tags.values()]) or ""))


def _title(mix: MixFile, tagged: str, known: Mapping[str, int]) -> str:
    inside, called = plain(tagged), plain(mix.title)
    if not inside or known[inside] > 1:
        return mix.title
    alike = bool(called) and (called in inside or inside in called)
    return tagged if alike or _NO_TITLE.fullmatch(mix.title) else mix.title


def with_tags_told(plan: AlbumPlan, mixes: Sequence[MixFile]) -> tuple[AlbumPlan, tuple[str, ...]]:
    """A new plan with the label copy of the mixes' tags, and advice on codes that are wrong."""
    tags = {mix.file: mix.tags for mix in mixes}
    everywhere = [tags[track.file] for track in plan.track]
    advice: list[str] = []
    album = {key: value for key in _ALBUM_KEYS if (value := agreed([getattr(told, key) for told in everywhere]))}
    album |= {"artist": artist} if (artist := agreed([told.album_artist for told in everywhere])) else {}
    album = {key: value[:MOST_LETTERS] if isinstance(value, str) else value for key, value in album.items()}
    if "upc" in album:
        try:
            album["upc"] = parse_upc(str(album["upc"]))
        except ValueError as error:
            advice.append(f"the mixes' tags have the UPC {album.pop('upc')!r}, which {error}: it was left out")
    codes = [_isrc(track.file, told, advice) for track, told in zip(plan.track, everywhere, strict=True)]
    for code, count in Counter(code for code in codes if code).items():
        if count > 1:
            advice.append(f"{count} mixes are tagged with the ISRC {code}, and each recording has its own: left out")
            codes = ["" if one == code else one for one in codes]
    tracks = [
        track.model_copy(
            update={
                "artist": told.artist[:MOST_LETTERS] if told.artist != album.get("artist", "") else "",
                "writers": told.writers[:MOST_LETTERS],
                "isrc": code,
                "explicit": told.explicit,
            }
        )
        for track, told, code in zip(plan.track, everywhere, codes, strict=True)
    ]
    return plan.model_copy(update={"album": plan.album.model_copy(update=album), "track": tuple(tracks)}), tuple(advice)


def agreed(said: Sequence[object]) -> object:
    """What all say alike; None where they do not, or one says nothing."""
    return said[0] if said and said[0] and len(set(said)) == 1 else None


def _isrc(file: str, told: Tags, advice: list[str]) -> str:
    if not told.isrc:
        return ""
    try:
        return parse_isrc(told.isrc)
    except ValueError as error:
        advice.append(f"{file} is tagged with the ISRC {told.isrc!r}, which {error}: it was left out")
        return ""
