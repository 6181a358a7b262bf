"""What a person asks of an album's order, from the words of the command line to songs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Protocol

from analysis.errors import PlanError
from assistant.arcs import ARCS, FALLING
from assistant.file_order import numbered
from assistant.pins import Pin, PinKind
from assistant.spacing import NATURALLY, Spacing
from assistant.wishes import Ordering

_AUTO = re.compile(r"auto(?::([1-9][0-9]*))?")
_PIN_FORMS = {
    PinKind.FIRST: "first=SONG",
    PinKind.LAST: "last=SONG",
    PinKind.AFTER: "after=SONG:NEXT",
    PinKind.TOGETHER: "together=SONG:SONG",
    PinKind.APART: "apart=SONG:SONG",
    PinKind.SIDE: "side=SONG",
}
_MANY = {PinKind.TOGETHER, PinKind.APART}


class Named(Protocol):
    """A mix, by its file and its title."""

    @property
    def file(self) -> str:
        """Its name relative to the folder of mixes."""
        ...

    @property
    def title(self) -> str:
        """The song's name."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderWords:
    """What was said of the order, as the words came: `--order`, `--arc` and `--pin`; of what lies between; of sides."""

    order: tuple[str, ...] = ()
    arc: str | None = None
    pins: tuple[str, ...] = ()
    spacing: Spacing = NATURALLY
    sides: tuple[int, ...] = ()

    def ordering(self, mixes: Sequence[Named]) -> Ordering:
        """What the planner is told.

        Raises:
            PlanError: a word names no song or several, or words do not go together.
        """
        by, take, files = self._order(mixes)
        pins = tuple(_pin(word, mixes) for word in self.pins)
        if self.arc is not None and self.arc not in ARCS:
            raise PlanError(f"--arc {self.arc} is not known: the arcs are {', '.join(ARCS)}.")
        given = by in {"given", "named"} or (by is None and numbered([mix.file for mix in mixes]))
        moving = [word for word, pin in zip(self.pins, pins, strict=True) if pin.kind is not PinKind.SIDE]
        if given and (moving or self.arc):
            option = f"--pin {moving[0]}" if moving else f"--arc {self.arc}"
            why = (
                "the numbers of the files decide the order: add --order auto"
                if by is None
                else ("--order decides the order: leave one out")
            )
            raise PlanError(f"{option} is for an order that is proposed, and {why}.")
        return Ordering(by=by, take=take, files=files, arc=self.arc or FALLING, pins=pins)

    def _order(self, mixes: Sequence[Named]) -> tuple[str | None, int, tuple[str, ...]]:
        """Who decides, which proposal, and the songs that were named."""
        if not self.order:
            return None, 1, ()
        if self.order == ("given",):
            return "given", 1, ()
        auto = _AUTO.fullmatch(self.order[0])
        if auto and len(self.order) == 1:
            return "auto", int(auto.group(1) or 1), ()
        words = [part for word in self.order for part in _listed(word, mixes)]
        files = [_one_song(word, mixes, f"--order {word}") for word in words]
        twice = next((file for file in files if files.count(file) > 1), None)
        if twice:
            raise PlanError(f"--order names {twice} twice: name each song once.")
        return "named", 1, tuple(files)


NOTHING_SAID = OrderWords()
"""What holds where no option on the order was given."""


def _listed(word: str, mixes: Sequence[Named]) -> list[str]:
    """The names in a word: split at commas, unless a song is called by all of it."""
    if _fitting(word, mixes):
        return [word]
    return [part for part in (part.strip() for part in word.split(",")) if part]


def _pin(word: str, mixes: Sequence[Named]) -> Pin:
    kind, found, rest = word.partition("=")
    if not found or kind not in set(PinKind):
        raise PlanError(f"--pin {word!r} is not one of {', '.join(_PIN_FORMS.values())}.")
    pin_kind = PinKind(kind)
    words = [part.strip() for part in rest.split(":")]
    if pin_kind in _MANY:
        songs = [file for part in words for file in _some_songs(part, mixes, f"--pin {word}")]
    else:
        songs = [_one_song(part, mixes, f"--pin {word}") for part in words]
    songs = list(dict.fromkeys(songs))
    wanted = _PIN_FORMS[pin_kind].count(":") + 1
    if len(songs) < wanted or (len(songs) > wanted and pin_kind not in _MANY):
        number = {1: "one song", 2: "two songs" + (" or more" if pin_kind in _MANY else "")}[wanted]
        raise PlanError(f"--pin {word} must name {number}, as in --pin {_PIN_FORMS[pin_kind]}; it names {len(songs)}.")
    return Pin(kind=pin_kind, songs=tuple(songs))


def _one_song(word: str, mixes: Sequence[Named], option: str) -> str:
    songs = _some_songs(word, mixes, option)
    if len(songs) > 1:
        some = ", ".join(songs[:3]) + (f" and {len(songs) - 3} more" if len(songs) > 3 else "")
        raise PlanError(f"{option} must name one song, and {word!r} fits {some}: name one of them.")
    return songs[0]


def _some_songs(word: str, mixes: Sequence[Named], option: str) -> list[str]:
    songs = _fitting(word, mixes)
    if not songs:
        raise PlanError(f"{option}: {word!r} fits none of the {len(mixes)} mixes: check the file names.")
    return songs


def _fitting(word: str, mixes: Sequence[Named]) -> list[str]:
    """Files that are called so: by file, by file without its ending, by title; else those that a pattern fits."""
    called = {mix.file: _names(mix) for mix in mixes}
    for exact in (
        [file for file, names in called.items() if word in names],
        [file for file, names in called.items() if word.casefold() in {name.casefold() for name in names}],
    ):
        if exact:
            return exact
    return [file for file, names in called.items() if any(fnmatchcase(name, word) for name in names)]


def _names(mix: Named) -> list[str]:
    path = PurePosixPath(mix.file)
    return [mix.file, path.name, path.stem, mix.title]
