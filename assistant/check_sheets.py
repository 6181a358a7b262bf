"""What lies beside the audio of a delivery: cue sheets, tables of contents, checksums, each held to the files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import soundfile

from analysis.errors import PlanError
from assistant.check_points import Point, Verdict, point
from mastering.cd_time import CD_RATE_HZ, SECTOR_FRAMES, SECTORS_PER_SECOND, disc_time
from mastering.cue_reading import CueSheet, read_cue
from mastering.toc_reading import TocSheet, TocTrack, read_toc

FAIL = Verdict.FAIL

SUFFIXES = {".cue", ".toc", ".md5", ".sha256"}
"""Endings of what is looked at here."""

_SHORTEST_SECTORS = 4 * SECTORS_PER_SECOND  # IEC 60908: a track lasts 4 s
_SUM = re.compile(r"([0-9a-fA-F]{32}|[0-9a-fA-F]{64}) [ *](.+)")


def sheet_points(path: Path, name: str) -> Iterator[Point]:
    """All points of a sheet or list; `name` is what it is called in the report."""
    try:
        content = path.read_bytes()
    except OSError as error:
        yield point(name, "readable", "can be read", error.strerror or str(error), "allow that", bad=FAIL)
        return
    if path.suffix.lower() in {".md5", ".sha256"}:
        yield from _sums(path, name, content)
        return
    what, read = ("cue sheet", read_cue) if path.suffix.lower() == ".cue" else ("table of contents", read_toc)
    try:
        sheet = read(content, path.name)
    except PlanError as error:
        yield point(name, what, "as disc programs read it", str(error).rstrip("."), "correct it", bad=FAIL)
        return
    yield point(name, what, "as disc programs read it", f"{len(sheet.tracks)} tracks")
    yield from _isrcs(name, [track.isrc for track in sheet.tracks])
    if isinstance(sheet, CueSheet):
        yield from _cue(path, name, sheet)
    else:
        yield from _toc(path, name, sheet)


def _isrcs(name: str, isrcs: list[str]) -> Iterator[Point]:
    told = [isrc for isrc in isrcs if isrc]
    if told:
        twice = sorted({isrc for isrc in told if told.count(isrc) > 1})
        remedy = "every recording has an ISRC of its own"
        yield point(
            name, "ISRCs differ", "one each", ", ".join(twice) or "they do", remedy, bad=FAIL if twice else None
        )


def _cue(path: Path, name: str, sheet: CueSheet) -> Iterator[Point]:
    lengths: list[int | None] = []
    for file in sheet.files:
        points, frames = _audio(path, name, file.name, raw=file.kind in {"BINARY", "MOTOROLA"})
        yield from points
        lengths.append(None if frames is None else frames // SECTOR_FRAMES)
    marks = [(track, index) for track in sheet.tracks for index in track.indices]
    beyond = []
    for track, index in marks:
        end = lengths[index.file]
        if end is not None and index.sector >= end:
            beyond.append(
                f"track {track.number}, index {index.number} at {disc_time(index.sector)} (line {index.line})"
            )
    if marks and None not in lengths:
        ends = ", ".join(disc_time(end) for end in lengths if end is not None)
        remedy = "correct the sheet, or put the whole file there"
        found = "; ".join(beyond) or f"end at {ends}"
        yield point(name, "indices lie in the files", "before their end", found, remedy, bad=FAIL if beyond else None)
    starts = [(track.begins.file, track.begins.sector) for track in sheet.tracks]
    short = []
    for number, (place, sector) in enumerate(starts):
        follows = starts[number + 1] if number + 1 < len(starts) else (place + 1, 0)
        until = follows[1] if follows[0] == place else lengths[place]
        if until is not None and 0 < until - sector < _SHORTEST_SECTORS:
            short.append(f"track {number + 1} lasts {(until - sector) / SECTORS_PER_SECOND:.2f} s")
    yield _short(name, short)


def _toc(path: Path, name: str, sheet: TocSheet) -> Iterator[Point]:
    frames: dict[str, int | None] = {}
    for file in sheet.files:
        points, frames[file] = _audio(path, name, file, raw=Path(file).suffix.lower() in {".bin", ".raw"})
        yield from points
    beyond = []
    for track in sheet.tracks:
        for part in track.parts:
            there = frames.get(part.file)
            if there is not None and (part.start + (part.length or 0)) > there // SECTOR_FRAMES:
                beyond.append(f"track {track.number} (line {part.line})")
    if None not in frames.values():
        remedy = "correct the table, or put the whole file there"
        found = "; ".join(beyond) or "they do"
        yield point(name, "tracks lie in the files", "before their end", found, remedy, bad=FAIL if beyond else None)
    lengths = [(track.number, _sectors(track)) for track in sheet.tracks]
    yield _short(name, [f"track {n} lasts {s / SECTORS_PER_SECOND:.2f} s" for n, s in lengths if s < _SHORTEST_SECTORS])


def _sectors(track: TocTrack) -> int:
    """How long a track sounds, as far as the table tells: its pause apart."""
    if any(part.length is None for part in track.parts):
        return _SHORTEST_SECTORS
    return sum(part.length or 0 for part in track.parts) - (track.start or 0)


def _short(name: str, short: list[str]) -> Point:
    remedy = "join it to its neighbour, or lengthen its gap"
    found = "; ".join(short) or "they do"
    return point(name, "tracks last", "4 s at least", found, remedy, bad=FAIL if short else None)


def _audio(sheet: Path, name: str, file: str, *, raw: bool) -> tuple[list[Point], int | None]:
    """Points on a file that a sheet names, and its frames; None where it cannot be told."""
    wanted = f"{file} is there"
    path = sheet.parent / file
    if Path(file).name != file or not path.is_file():
        found = "not there" if Path(file).name == file else "a path, which other machines do not have"
        return [point(name, "its file", wanted, found, "put it beside the sheet, under that name", bad=FAIL)], None
    if raw:
        frames, rate_hz, channels = path.stat().st_size // 4, CD_RATE_HZ, 2
    else:
        try:
            info = soundfile.info(str(path))
        except (soundfile.LibsndfileError, OSError):
            return [point(name, "its file", wanted, "no audio that can be read", "export it again", bad=FAIL)], None
        frames, rate_hz, channels = info.frames, info.samplerate, info.channels
    points = [point(name, "its file", wanted, "there")]
    form = f"{rate_hz} Hz, {channels} channel{'s' if channels > 1 else ''}"
    bad = FAIL if (rate_hz, channels) != (CD_RATE_HZ, 2) else None
    points.append(
        point(name, "form of its file", f"{CD_RATE_HZ} Hz, 2 channels", form, "a disc holds nothing else", bad=bad)
    )
    rest = frames % SECTOR_FRAMES
    remedy = "pad it with silence to a whole sector"
    found = f"{rest} frames over" if rest else "on a sector"
    points.append(point(name, "end of its file", "on a sector", found, remedy, bad=FAIL if rest else None, value=rest))
    return points, frames


def _sums(path: Path, name: str, content: bytes) -> Iterator[Point]:
    """A list of MD5 or SHA-256 sums as `md5sum` and `sha256sum` write it."""
    lines = [line for line in content.decode("utf-8", "replace").splitlines() if line.strip()]
    if not lines:
        yield point(name, "checksums", "a list of them", "empty", "make it again", bad=FAIL)
    for number, line in enumerate(lines, 1):
        found = _SUM.fullmatch(line)
        if not found:
            yield point(name, "checksums", "a sum and a name", f"line {number} is neither", "make it again", bad=FAIL)
            continue
        wanted, file = found[1].lower(), found[2]
        target = path.parent / file
        if not target.is_file():
            yield point(name, f"sum of {file}", wanted[:8], "the file is not there", "put it there", bad=FAIL)
            continue
        with target.open("rb") as stream:
            actual = hashlib.file_digest(stream, "md5" if len(wanted) == 32 else "sha256").hexdigest()
        remedy = "the file was changed or damaged: copy it again"
        yield point(name, f"sum of {file}", wanted[:8], actual[:8], remedy, bad=None if actual == wanted else FAIL)
