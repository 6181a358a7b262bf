"""Reading cue sheets strictly, as disc programs do: what one of them would trip over is told with its line.

The form is CDRWIN's (user guide, appendix A), with the one liberty that most programs take: a file may begin between
the pause of a track and the track itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from analysis.errors import PlanError
from mastering.cd_time import sector_at
from mastering.recording_codes import is_isrc, parse_upc

_WORD = re.compile(r'"([^"]*)"|([^\s"]+)')
_LINE = re.compile(r'(?:\s*(?:"[^"]*"|[^\s"]+)(?=\s|$))*\s*')
_KINDS = {"WAVE", "AIFF", "MP3", "BINARY", "MOTOROLA"}
_FLAGS = {"DCP", "4CH", "PRE", "SCMS"}
_MOST_TRACKS = 99


@dataclass(frozen=True, kw_only=True, slots=True)
class CueFile:
    """A file that a sheet names, on which line."""

    name: str
    kind: str
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CueIndex:
    """An index: its number, its sector in a file of the sheet (by its place there), its line."""

    number: int
    sector: int
    file: int
    line: int


@dataclass(kw_only=True, slots=True)
class CueTrack:
    """A track. The pauses are sectors of silence that stand in no file."""

    number: int
    line: int
    title: str = ""
    performer: str = ""
    songwriter: str = ""
    isrc: str = ""
    flags: tuple[str, ...] = ()
    pregap: int | None = None
    postgap: int | None = None
    indices: list[CueIndex] = field(default_factory=list)

    @property
    def begins(self) -> CueIndex:
        """Where its song does."""
        return next(index for index in self.indices if index.number == 1)


@dataclass(kw_only=True, slots=True)
class CueSheet:
    """A sheet as it was read; empty where nothing is said."""

    catalog: str = ""
    title: str = ""
    performer: str = ""
    songwriter: str = ""
    files: list[CueFile] = field(default_factory=list)
    tracks: list[CueTrack] = field(default_factory=list)


def read_cue(content: bytes, name: str) -> CueSheet:
    """A cue sheet from its bytes, in UTF-8 or ISO 8859-1; `name` is for errors.

    Raises:
        PlanError: something in it that disc programs refuse, with the line.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    reader = _Reader(name)
    for number, line in enumerate(text.splitlines(), 1):
        reader.take(number, line)
    return reader.finished()


class _Reader:
    def __init__(self, name: str) -> None:
        self.sheet = CueSheet()
        self._name = name
        self._line = 0
        self._commands: dict[str, tuple[int, Callable[[list[str]], None]]] = {
            "CATALOG": (1, self._catalog),
            "CDTEXTFILE": (1, lambda _words: None),
            "FILE": (2, self._file),
            "TRACK": (2, self._track),
            "FLAGS": (0, self._flags),
            "ISRC": (1, self._isrc),
            "PREGAP": (1, self._pregap),
            "POSTGAP": (1, self._postgap),
            "INDEX": (2, self._index),
            **{word: (1, self._text(word.lower())) for word in ("TITLE", "PERFORMER", "SONGWRITER")},
        }

    def take(self, number: int, line: str) -> None:
        """Take a line."""
        self._line = number
        if not line.strip() or line.split(maxsplit=1)[0].upper() == "REM":
            return
        if not _LINE.fullmatch(line):
            raise self._fault("has a quote that is not closed, or stands within a word")
        first, *words = (quoted or plain for quoted, plain in _WORD.findall(line))
        known = self._commands.get(first.upper())
        if known is None:
            raise self._fault(f"begins with {first!r}, which is no command of a cue sheet")
        count, command = known
        if count and len(words) != count:
            raise self._fault(f"gives {first.upper()} {len(words)} words, and it takes {count}: put names in quotes")
        command(words)

    def finished(self) -> CueSheet:
        """The sheet, once its end is there."""
        if not self.sheet.tracks:
            raise PlanError(f"{self._name} holds no track: it is no cue sheet of an album.")
        self._close_track()
        return self.sheet

    def _catalog(self, words: list[str]) -> None:
        if self.sheet.catalog or self.sheet.files:
            raise self._fault("has a CATALOG that must stand once, before the first FILE")
        code = words[0]
        if len(code) != 13 or not code.isdecimal():
            raise self._fault(f"has CATALOG {code}, which must be 13 digits")
        try:
            parse_upc(code)
        except ValueError as error:
            raise self._fault(f"has CATALOG {code}, which {error}") from error
        self.sheet.catalog = code

    def _file(self, words: list[str]) -> None:
        name, kind = words[0], words[1].upper()
        if kind not in _KINDS:
            raise self._fault(f"has a FILE of the kind {kind}; known are {', '.join(sorted(_KINDS))}")
        if self.sheet.tracks and {index.number for index in self.sheet.tracks[-1].indices} != {0}:
            self._close_track()
        self.sheet.files.append(CueFile(name=name, kind=kind, line=self._line))

    def _track(self, words: list[str]) -> None:
        number, kind = words
        if not self.sheet.files:
            raise self._fault("has a TRACK before any FILE")
        if kind.upper() != "AUDIO":
            raise self._fault(f"has a TRACK of the kind {kind}, which is no audio")
        if not number.isdecimal() or not 1 <= int(number) <= _MOST_TRACKS:
            raise self._fault(f"has TRACK {number}; tracks are 01 to 99")
        if self.sheet.tracks:
            self._close_track()
        wanted = self.sheet.tracks[-1].number + 1 if self.sheet.tracks else 1
        if int(number) != wanted:
            raise self._fault(f"has TRACK {number} where {wanted:02d} is due")
        self.sheet.tracks.append(CueTrack(number=int(number), line=self._line))

    def _close_track(self) -> None:
        track = self.sheet.tracks[-1]
        if not any(index.number == 1 for index in track.indices):
            raise PlanError(f"{self._name}, line {track.line}: TRACK {track.number:02d} has no INDEX 01.")

    def _current(self, command: str) -> CueTrack:
        if not self.sheet.tracks:
            raise self._fault(f"has {command} before any TRACK")
        return self.sheet.tracks[-1]

    def _before_indices(self, command: str) -> CueTrack:
        track = self._current(command)
        if track.indices:
            raise self._fault(f"has {command} after an INDEX of its track; it must stand before")
        return track

    def _flags(self, words: list[str]) -> None:
        track = self._before_indices("FLAGS")
        flags = tuple(word.upper() for word in words)
        if not flags or not set(flags) <= _FLAGS:
            raise self._fault(f"has FLAGS {' '.join(words) or 'without any'}; known are {', '.join(sorted(_FLAGS))}")
        track.flags = flags

    def _isrc(self, words: list[str]) -> None:
        track = self._before_indices("ISRC")
        if not is_isrc(words[0]):
            raise self._fault(f"has ISRC {words[0]}, which must be 12 characters such as GBAYA0500001")
        if track.isrc:
            raise self._fault("has a second ISRC of one track")
        track.isrc = words[0]

    def _pregap(self, words: list[str]) -> None:
        track = self._before_indices("PREGAP")
        if track.pregap is not None:
            raise self._fault("has a second PREGAP of one track")
        track.pregap = self._sector(words[0])

    def _postgap(self, words: list[str]) -> None:
        track = self._current("POSTGAP")
        if not any(index.number == 1 for index in track.indices) or track.postgap is not None:
            raise self._fault("has a POSTGAP, which must stand once, after the last INDEX of its track")
        track.postgap = self._sector(words[0])

    def _index(self, words: list[str]) -> None:
        track = self._current("INDEX")
        if track.postgap is not None:
            raise self._fault("has an INDEX after the POSTGAP of its track")
        if not words[0].isdecimal() or len(words[0]) != 2:
            raise self._fault(f"has INDEX {words[0]}; indices are 00 to 99")
        number, sector, file = int(words[0]), self._sector(words[1]), len(self.sheet.files) - 1
        due = {track.indices[-1].number + 1} if track.indices else {0, 1}
        if number not in due:
            raise self._fault(f"has INDEX {words[0]} where {' or '.join(f'{one:02d}' for one in sorted(due))} is due")
        before = [index for one in self.sheet.tracks for index in one.indices if index.file == file]
        if not before and sector:
            raise self._fault(f"has INDEX {words[0]} at {words[1]}, and the first of a FILE is at 00:00:00")
        if before and sector <= before[-1].sector:
            raise self._fault(f"has INDEX {words[0]} at {words[1]}, which is not after the one before it")
        track.indices.append(CueIndex(number=number, sector=sector, file=file, line=self._line))

    def _text(self, name: str) -> Callable[[list[str]], None]:
        def take(words: list[str]) -> None:
            setattr(self.sheet.tracks[-1] if self.sheet.tracks else self.sheet, name, words[0])

        return take

    def _sector(self, time: str) -> int:
        try:
            return sector_at(time)
        except ValueError:
            raise self._fault(f"has the time {time}; it must be minutes:seconds:sectors, such as 03:25:74") from None

    def _fault(self, what: str) -> PlanError:
        return PlanError(f"{self._name}, line {self._line} {what}.")
