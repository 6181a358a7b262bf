"""Reading cdrdao's table of contents of an audio disc: which parts of which files its tracks are, and their codes.

The form is that of cdrdao's manual page (1.2.4, "TOC-FILES"); of CD-TEXT only that its braces fit is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from analysis.errors import PlanError
from mastering.cd_time import SECTOR_FRAMES, sector_at
from mastering.recording_codes import is_isrc, parse_upc

_TOKEN = re.compile(r'//[^\n]*|"(?:[^"\\\n]|\\.)*"|[{}]|[^\s{}"]+|"|\n')
_ESCAPE = re.compile(r"\\([0-7]{3}|.)")
_TIME = re.compile(r"[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}|[0-9]+")
_MODES = {"COPY", "PRE_EMPHASIS", "TWO_CHANNEL_AUDIO", "FOUR_CHANNEL_AUDIO"}
_MOST_TRACKS = 99


@dataclass(frozen=True, kw_only=True, slots=True)
class TocPart:
    """A part of a file: from a sector on, for so many sectors (None: to its end); the line it stands on."""

    file: str
    start: int
    length: int | None
    line: int


@dataclass(kw_only=True, slots=True)
class TocTrack:
    """A track: what it is made of, silence apart."""

    number: int
    line: int
    isrc: str = ""
    start: int | None = None
    parts: list[TocPart] = field(default_factory=list)
    indices: list[int] = field(default_factory=list)


@dataclass(kw_only=True, slots=True)
class TocSheet:
    """A table as it was read."""

    catalog: str = ""
    tracks: list[TocTrack] = field(default_factory=list)

    @property
    def files(self) -> list[str]:
        """The files that it names, each once."""
        return list(dict.fromkeys(part.file for track in self.tracks for part in track.parts))


def read_toc(content: bytes, name: str) -> TocSheet:
    """A table of contents from its bytes; `name` is for errors.

    Raises:
        PlanError: something in it that cdrdao refuses, with the line.
    """
    return _Reader(name, content.decode("latin-1")).sheet()


class _Reader:
    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._line = 1
        self._tokens = self._split(text)
        self._at = 0
        self._sheet = TocSheet()
        self._commands: dict[str, Callable[[], None]] = {
            "CATALOG": self._catalog,
            "CD_TEXT": self._cd_text,
            "TRACK": self._track,
            "NO": self._no,
            "ISRC": self._isrc,
            "FILE": self._file,
            "AUDIOFILE": self._file,
            "SILENCE": lambda: self._track_time("SILENCE"),
            "ZERO": lambda: self._track_time("ZERO"),
            "PREGAP": lambda: self._track_time("PREGAP"),
            "START": self._start,
            "INDEX": self._index,
            **dict.fromkeys(_MODES, lambda: None),
        }

    @staticmethod
    def _split(text: str) -> list[tuple[str, int]]:
        tokens, line = [], 1
        for token in _TOKEN.findall(text.replace("\r\n", "\n").replace("\r", "\n")):
            line += token == "\n"  # noqa: S105  (no password)
            if not token.startswith(("//", "\n")):
                tokens.append((token, line))
        return tokens

    def sheet(self) -> TocSheet:
        """All of it."""
        if self._next("CD_DA") != "CD_DA":
            raise self._fault("must begin with CD_DA, the word for a disc of audio")
        while self._at < len(self._tokens):
            word = self._next("")
            command = self._commands.get(word)
            if command is None:
                raise self._fault(f"has {word!r}, which is no word of a table of contents")
            command()
        if not self._sheet.tracks:
            raise PlanError(f"{self._name} holds no track.")
        for track in self._sheet.tracks:
            if not track.parts:
                raise PlanError(f"{self._name}, line {track.line}: track {track.number} has no FILE.")
        return self._sheet

    def _next(self, wanted: str) -> str:
        if self._at == len(self._tokens):
            raise self._fault(f"ends where {wanted} is due")
        token, self._line = self._tokens[self._at]
        self._at += 1
        return token

    def _text(self, wanted: str) -> str:
        token = self._next(wanted)
        if len(token) < 2 or not (token.startswith('"') and token.endswith('"')):
            raise self._fault(f"has {token!r} where {wanted} in quotes is due")
        plain = _ESCAPE.sub(lambda found: chr(int(found[1], 8)) if found[1].isdecimal() else found[1], token[1:-1])
        try:
            return plain.encode("latin-1").decode("utf-8")
        except UnicodeDecodeError:
            return plain

    def _time(self, wanted: str) -> int:
        """A time in sectors; a count of samples must be whole sectors."""
        token = self._next(wanted)
        if ":" in token:
            try:
                return sector_at(token)
            except ValueError:
                raise self._fault(
                    f"has the time {token}; it must be minutes:seconds:sectors, such as 03:25:74"
                ) from None
        if not token.isdecimal() or int(token) % SECTOR_FRAMES:
            raise self._fault(f"has {token} where {wanted} is due, on a sector")
        return int(token) // SECTOR_FRAMES

    def _has_time(self) -> bool:
        return self._at < len(self._tokens) and bool(_TIME.fullmatch(self._tokens[self._at][0]))

    def _current(self, word: str) -> TocTrack:
        if not self._sheet.tracks:
            raise self._fault(f"has {word} before any TRACK")
        return self._sheet.tracks[-1]

    def _catalog(self) -> None:
        code = self._text("the catalogue number")
        if len(code) != 13:
            raise self._fault(f"has CATALOG {code}, which must be 13 digits")
        try:
            self._sheet.catalog = parse_upc(code)
        except ValueError as error:
            raise self._fault(f"has CATALOG {code}, which {error}") from error

    def _cd_text(self) -> None:
        depth, first = 0, self._line
        while True:
            if self._at == len(self._tokens):
                self._line = first
                raise self._fault("begins CD_TEXT whose braces are not closed")
            token = self._next("}")
            depth += {"{": 1, "}": -1}.get(token, 0)
            if depth <= 0:
                break

    def _track(self) -> None:
        kind = self._next("AUDIO")
        if kind != "AUDIO":
            raise self._fault(f"has a TRACK of the kind {kind}, which is no audio")
        number = len(self._sheet.tracks) + 1
        if number > _MOST_TRACKS:
            raise self._fault(f"begins track {number}, and a disc holds 99")
        self._sheet.tracks.append(TocTrack(number=number, line=self._line))

    def _no(self) -> None:
        word = self._next("COPY")
        if word not in {"COPY", "PRE_EMPHASIS"}:
            raise self._fault(f"has NO {word}; known are NO COPY and NO PRE_EMPHASIS")

    def _isrc(self) -> None:
        track, code = self._current("ISRC"), self._text("the ISRC")
        if not is_isrc(code):
            raise self._fault(f"has ISRC {code}, which must be 12 characters such as GBAYA0500001")
        track.isrc = code

    def _file(self) -> None:
        track, file, line = self._current("FILE"), self._text("the file's name"), self._line
        start = self._time("a start")
        length = self._time("its length") if self._has_time() else None
        track.parts.append(TocPart(file=file, start=start, length=length, line=line))

    def _track_time(self, word: str) -> None:
        self._current(word)
        self._time("a length")

    def _start(self) -> None:
        track = self._current("START")
        track.start = self._time("a start") if self._has_time() else 0

    def _index(self) -> None:
        track, time = self._current("INDEX"), self._time("a time")
        if track.indices and time <= track.indices[-1]:
            raise self._fault("has an INDEX that is not after the one before it")
        track.indices.append(time)

    def _fault(self, what: str) -> PlanError:
        return PlanError(f"{self._name}, line {self._line} {what}.")
