"""Sheets that disc programs burn from: the cue sheet, and the table of contents of cdrdao.

Their times count in the programme's file, which begins after the first track's pause.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mastering.cd_layout import Disc, DiscTrack
from mastering.cd_text import CdText, TextKind
from mastering.cd_time import disc_time
from mastering.plain_text import one_line

_CUE_TEXT = 80
"""Longest text of a cue sheet (CDRWIN's user guide, appendix A)."""


def cue_sheet(disc: Disc, file: str, year: int | None = None, genre: str = "") -> str:
    """A cue sheet, in UTF-8, of a disc whose programme stands in `file` beside it."""
    return "".join(f"{line}\n" for line in _cue_lines(disc, file, year, genre))


def cue_text(text: str) -> str:
    """What may stand between the quotes of a cue sheet: one line without quotes, of 80 characters at most."""
    return one_line(text).replace('"', "'")[:_CUE_TEXT].rstrip()


def _cue_lines(disc: Disc, file: str, year: int | None, genre: str) -> Iterator[str]:
    if genre:
        yield f'REM GENRE "{cue_text(genre)}"'
    if year is not None:
        yield f"REM DATE {year}"
    if disc.ean:
        yield f"CATALOG {disc.ean}"
    yield from _cue_texts(disc)
    yield f'FILE "{file}" {"AIFF" if file.endswith(".aiff") else "WAVE"}'
    for number, track in enumerate(disc.tracks, 1):
        yield f"  TRACK {number:02d} AUDIO"
        yield from (f"    {line}" for line in _cue_track(track, disc.silence))


def _cue_track(track: DiscTrack, silence: int) -> Iterator[str]:
    yield from _cue_texts(track)
    if track.isrc:
        yield f"ISRC {track.isrc}"
    flags = [name for name, there in (("DCP", track.copy_permitted), ("PRE", track.pre_emphasis)) if there]
    if flags:
        yield f"FLAGS {' '.join(flags)}"
    indices = track.indices
    if track.pause is not None and track.starts[0] <= silence:
        indices = indices[1:]  # the pause before the first song is none of the file
    for index, sector in indices:
        yield f"INDEX {index:02d} {disc_time(max(sector - silence, 0))}"


def _cue_texts(of: Disc | DiscTrack) -> Iterator[str]:
    for word, text in (("TITLE", of.title), ("PERFORMER", of.performer), ("SONGWRITER", of.songwriter)):
        if cue_text(text):
            yield f'{word} "{cue_text(text)}"'


def cdrdao_toc(disc: Disc, text: CdText, file: str) -> str:
    """A table of contents for cdrdao, in ASCII, of a disc whose programme stands in `file` beside it."""
    return "".join(f"{line}\n" for line in _toc_lines(disc, text, file))


def _toc_lines(disc: Disc, text: CdText, file: str) -> Iterator[str]:
    yield "CD_DA"
    if disc.ean:
        yield f'CATALOG "{disc.ean}"'
    if text.fields:
        yield "CD_TEXT {"
        yield "  LANGUAGE_MAP { 0 : EN }"
        yield f"  {_language(text, 0)}"
        yield "}"
    for number, track in enumerate(disc.tracks, 1):
        yield ""
        yield "TRACK AUDIO"
        yield "COPY" if track.copy_permitted else "NO COPY"
        yield "PRE_EMPHASIS" if track.pre_emphasis else "NO PRE_EMPHASIS"
        yield "TWO_CHANNEL_AUDIO"
        if track.isrc:
            yield f'ISRC "{track.isrc}"'
        if text.fields:
            yield f"CD_TEXT {{ {_language(text, number)} }}"
        begins = max(track.begins, disc.silence)
        ends = disc.tracks[number].begins if number < len(disc.tracks) else disc.lead_out
        yield f"FILE {_quoted(file.encode())} {disc_time(begins - disc.silence)} {disc_time(ends - begins)}"
        if track.starts[0] > begins:
            yield f"START {disc_time(track.starts[0] - begins)}"
        yield from (f"INDEX {disc_time(sector - track.starts[0])}" for sector in track.starts[1:])


def _language(text: CdText, track: int) -> str:
    """The texts of a track; those of the disc for 0."""
    words = {kind: TextKind(kind).name for kind, _ in text.fields}
    fields = " ".join(f"{words[kind]} {_quoted(texts[track])}" for kind, texts in text.fields)
    return f"LANGUAGE 0 {{ {fields} }}"


def _quoted(text: bytes) -> str:
    """In quotes, with all but plain ASCII as octal numbers, so that no program has to guess the letters."""
    plain = text.decode("latin-1")
    return '"' + re.sub(r"[^ !#-\[\]-~]", lambda found: f"\\{ord(found[0]):03o}", plain) + '"'
