"""Tables of contents of cdrdao read strictly, and what is wrong with them, with the line."""

from __future__ import annotations

import re

import pytest

from analysis.errors import PlanError
from mastering.toc_reading import read_toc

GOOD = r"""CD_DA
// by hand
CATALOG "4006381333931"
CD_TEXT {
  LANGUAGE_MAP { 0 : EN }
  LANGUAGE 0 { TITLE "A Record {live}" PERFORMER "B\303\244nd" }
}

TRACK AUDIO
NO COPY
NO PRE_EMPHASIS
TWO_CHANNEL_AUDIO
ISRC "GBAYA0500001"
CD_TEXT { LANGUAGE 0 { TITLE "Dawn" PERFORMER "" } }
PREGAP 00:02:00
FILE "B\303\244nd (album).wav" 0 00:10:00
INDEX 00:03:00
INDEX 00:05:00

TRACK AUDIO
COPY
FILE "Bänd (album).wav" 441000
START 00:02:00
"""


def test_all_that_a_table_says_is_read() -> None:
    sheet = read_toc(GOOD.encode(), "a.toc")
    assert sheet.catalog == "4006381333931"
    assert sheet.files == ["Bänd (album).wav"]
    dawn, noon = sheet.tracks
    assert (dawn.isrc, dawn.start, dawn.indices) == ("GBAYA0500001", None, [225, 375])
    assert [(part.start, part.length, part.line) for part in dawn.parts] == [(0, 750, 16)]
    assert (noon.isrc, noon.start, noon.line) == ("", 150, 20)
    assert [(part.start, part.length) for part in noon.parts] == [(750, None)]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("CD_DA", "CD_ROM", "line 1 must begin with CD_DA, the word for a disc of audio."),
        (
            "4006381333931",
            "4006381333932",
            "line 3 has CATALOG 4006381333932, which has the check digit 2, which would",
        ),
        ("4006381333931", "40063813339", "line 3 has CATALOG 40063813339, which must be 13 digits."),
        ("} }\nPREGAP", "}\nPREGAP", "line 14 begins CD_TEXT whose braces are not closed."),
        ("NO COPY", "NOT COPY", "line 10 has 'NOT', which is no word of a table of contents."),
        ("NO COPY", "NO FUN", "line 10 has NO FUN; known are NO COPY and NO PRE_EMPHASIS."),
        ("GBAYA0500001", "GBAYA050001", "line 13 has ISRC GBAYA050001, which must be 12 characters such as"),
        ('ISRC "GBAYA0500001"', "ISRC GBAYA0500001", "line 13 has 'GBAYA0500001' where the ISRC in quotes is due."),
        ("00:10:00", "00:10:75", "line 16 has the time 00:10:75; it must be minutes:seconds:sectors"),
        ("441000", "441001", "line 22 has 441001 where a start is due, on a sector."),
        ("INDEX 00:05:00", "INDEX 00:03:00", "line 18 has an INDEX that is not after the one before it."),
        ("TRACK AUDIO\nCOPY", "TRACK MODE1\nCOPY", "line 20 has a TRACK of the kind MODE1, which is no audio."),
        ('FILE "Bänd (album).wav" 441000\n', "", "line 20: track 2 has no FILE."),
        ("START 00:02:00", "FILE", "line 23 ends where the file's name is due."),
        ("TRACK AUDIO\nNO COPY", "ISRC", "line 9 has ISRC before any TRACK."),
    ],
)
def test_what_cdrdao_refuses_is_told_with_its_line(old: str, new: str, fault: str) -> None:
    assert GOOD.count(old) >= 1
    with pytest.raises(PlanError, match="^" + re.escape(f"a.toc, {fault}")):
        read_toc(GOOD.replace(old, new, 1).encode(), "a.toc")


def test_a_table_without_tracks_is_none() -> None:
    with pytest.raises(PlanError, match=re.escape("a.toc holds no track.")):
        read_toc(b"CD_DA\n", "a.toc")


def test_99_tracks_and_no_more() -> None:
    track = 'TRACK AUDIO\nFILE "a.wav" 0 00:04:00\n'
    assert len(read_toc(("CD_DA\n" + 99 * track).encode(), "a.toc").tracks) == 99
    with pytest.raises(PlanError, match="begins track 100, and a disc holds 99"):
        read_toc(("CD_DA\n" + 100 * track).encode(), "a.toc")
