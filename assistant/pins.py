"""What an artist pins down of an album's order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class PinKind(StrEnum):
    """Kinds of pins."""

    FIRST = "first"
    LAST = "last"
    AFTER = "after"
    TOGETHER = "together"
    APART = "apart"
    SIDE = "side"


@dataclass(frozen=True, kw_only=True, slots=True)
class Pin:
    """One pin: `first`, `last` and `side` (which begins one) name a song, `after` two, the others two or more.

    `after` names a song and the one that comes straight after it. `together` songs are neighbours in any order, of
    `apart` songs no two are. `heard` pins were not asked for: one song runs on into the other.
    """

    kind: PinKind
    songs: tuple[str, ...]
    heard: bool = False

    def __str__(self) -> str:
        """The pin as it is asked for."""
        return f"{self.kind}={':'.join(self.songs)}{' (one recording)' if self.heard else ''}"

    def among(self, names: Sequence[str]) -> Pin | None:
        """What is left of the pin where only these songs are; None where that is nothing."""
        songs = tuple(song for song in self.songs if song in names)
        if self.kind in {PinKind.TOGETHER, PinKind.APART}:
            return Pin(kind=self.kind, songs=songs) if len(songs) > 1 else None
        return self if songs == self.songs else None
