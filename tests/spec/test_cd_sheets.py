"""Cue sheet, cdrdao's table of contents and PQ sheet: what they say, and that programs which are not ours agree."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import html5lib
import pytest
import soundfile

from mastering.cd_layout import Disc, DiscTrack
from mastering.cd_sheets import cdrdao_toc, cue_sheet, cue_text
from mastering.cd_text import cd_text
from mastering.pq_sheet import PqSheet
from tests.discs import pattern, three_songs
from tests.programs import run

FILE = "Långer “Tag” (album).wav"
FRAMES = 30 * 44_100

CUE = f"""\
REM GENRE "Rock 'n' Roll"
REM DATE 2026
CATALOG 0036000291452
TITLE "Long 'Day'"
PERFORMER "Motörhead"
FILE "{FILE}" WAVE
  TRACK 01 AUDIO
    TITLE "Dawn"
    PERFORMER "Ann"
    SONGWRITER "Bo"
    ISRC GBAYA0500001
    FLAGS DCP
    INDEX 01 00:00:00
  TRACK 02 AUDIO
    TITLE "Полдень"
    PERFORMER "Ann"
    ISRC GBAYA0500002
    INDEX 00 00:08:00
    INDEX 01 00:09:00
  TRACK 03 AUDIO
    TITLE "Dusk \\ <b>&amp;"
    PERFORMER "Ann"
    FLAGS PRE
    INDEX 01 00:20:00
"""

TOC = r"""CD_DA
CATALOG "0036000291452"
CD_TEXT {
  LANGUAGE_MAP { 0 : EN }
  LANGUAGE 0 { TITLE "Long \042Day\042" PERFORMER "Mot\366rhead" SONGWRITER "" }
}

TRACK AUDIO
COPY
NO PRE_EMPHASIS
TWO_CHANNEL_AUDIO
ISRC "GBAYA0500001"
CD_TEXT { LANGUAGE 0 { TITLE "Dawn" PERFORMER "Ann" SONGWRITER "Bo" } }
FILE "L\303\245nger \342\200\234Tag\342\200\235 (album).wav" 00:00:00 00:08:00

TRACK AUDIO
NO COPY
NO PRE_EMPHASIS
TWO_CHANNEL_AUDIO
ISRC "GBAYA0500002"
CD_TEXT { LANGUAGE 0 { TITLE "Polden'" PERFORMER "Ann" SONGWRITER "" } }
FILE "L\303\245nger \342\200\234Tag\342\200\235 (album).wav" 00:08:00 00:12:00
START 00:01:00

TRACK AUDIO
NO COPY
PRE_EMPHASIS
TWO_CHANNEL_AUDIO
CD_TEXT { LANGUAGE 0 { TITLE "Dusk \134 <b>&amp;" PERFORMER "Ann" SONGWRITER "" } }
FILE "L\303\245nger \342\200\234Tag\342\200\235 (album).wav" 00:20:00 00:10:00
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A programme with a cue sheet and a table of contents beside it."""
    disc = three_songs()
    pattern(tmp_path / FILE, FRAMES)
    (tmp_path / "album.cue").write_text(cue_sheet(disc, FILE, 2026, 'Rock "n" Roll'), encoding="utf-8")
    (tmp_path / "album.toc").write_text(cdrdao_toc(disc, cd_text(disc), FILE), encoding="ascii")
    return tmp_path


def test_the_cue_sheet_line_by_line() -> None:
    assert cue_sheet(three_songs(), FILE, 2026, 'Rock "n" Roll') == CUE


def test_the_table_of_contents_line_by_line() -> None:
    disc = three_songs()
    assert cdrdao_toc(disc, cd_text(disc), FILE) == TOC


def test_silence_that_the_file_has_before_the_first_song_is_its_pause() -> None:
    disc = replace(three_songs(), tracks=(replace(three_songs().tracks[0], starts=(160, 700)),), lead_out=900)
    cue, toc = cue_sheet(disc, "a.wav"), cdrdao_toc(disc, cd_text(disc), "a.wav")
    assert re.findall("INDEX .*", cue) == ["INDEX 00 00:00:00", "INDEX 01 00:00:10", "INDEX 02 00:07:25"]
    assert toc.endswith('FILE "a.wav" 00:00:00 00:10:00\nSTART 00:00:10\nINDEX 00:07:15\n')
    inside = replace(disc, silence=0)  # where the file has all of the pause
    assert re.findall("INDEX .*", cue_sheet(inside, "a.wav"))[:2] == ["INDEX 00 00:00:00", "INDEX 01 00:02:10"]
    assert "00:00:00 00:12:00\nSTART 00:02:10\n" in cdrdao_toc(inside, cd_text(inside), "a.wav")


def test_what_is_not_known_is_not_said() -> None:
    disc = Disc(tracks=(DiscTrack(pause=0, starts=(150,)),), lead_out=900)
    assert cue_sheet(disc, "a.aiff") == 'FILE "a.aiff" AIFF\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n'
    assert cdrdao_toc(disc, cd_text(disc), "a.wav") == (
        'CD_DA\n\nTRACK AUDIO\nNO COPY\nNO PRE_EMPHASIS\nTWO_CHANNEL_AUDIO\nFILE "a.wav" 00:00:00 00:10:00\n'
    )


def test_texts_of_a_cue_sheet_are_of_80_characters_at_most() -> None:
    assert cue_text("x" * 79 + " yz") == "x" * 79
    assert cue_text('Say "yes"\r\nTITLE "no"') == "Say 'yes' TITLE 'no'"


@pytest.mark.parametrize("sheet", ["album.cue", "album.toc"])
def test_cdrdao_sees_the_same_disc_and_reads_all_of_it(sheet: str, folder: Path) -> None:
    told = run("cdrdao", "show-toc", sheet, folder=folder)
    assert "CATALOG NUMBER: 0036000291452" in told
    assert re.findall("ISRC (.*)", told) == ["GB AYA 05 00001", "GB AYA 05 00002"]
    assert re.findall(r"(PREGAP|START|END) +(\S+)\(", told) == [
        ("START", "00:00:00"),
        ("END", "00:08:00"),
        ("PREGAP", "00:01:00"),
        ("START", "00:09:00"),
        ("END", "00:20:00"),
        ("START", "00:20:00"),
        ("END", "00:30:00"),
    ]
    assert re.findall("COPY.*|.*PRE-EMPHASIS", told) == [
        *("COPY PERMITTED", "          NO PRE-EMPHASIS"),
        *("COPY NOT PERMITTED", "          NO PRE-EMPHASIS"),
        *("COPY NOT PERMITTED", "          PRE-EMPHASIS"),
    ]
    assert "Read 2250 blocks." in run("cdrdao", "read-test", sheet, folder=folder)


def test_libcdio_sees_the_same_disc(folder: Path) -> None:
    # It looks for raw sound beside the sheet, whatever FILE says, and takes texts for ISO 8859-1.
    samples, _ = soundfile.read(folder / FILE, dtype="int16")
    (folder / "album.bin").write_bytes(samples.astype("<i2").tobytes())
    words = ("-q", "--no-device-info", "--no-cddb", "--cue-file=album.cue")
    told = run("cd-info", *words, folder=folder)
    found = re.findall(r"^ *(\d+): (\d\d:\d\d:\d\d) +(\d+) (audio|leadout)", told, re.MULTILINE)
    assert [(at, sector) for _, at, sector, _ in found] == [
        *(("00:02:00", "000000"), ("00:11:00", "000675"), ("00:22:00", "001500"), ("00:32:00", "002250"))
    ]
    assert "Media Catalog Number (MCN): 0036000291452" in told
    assert re.findall("TITLE: (.*)", told)[:2] == ["Long 'Day'", "Dawn"]
    assert re.findall(r"audio  false +(yes|no) +2 +(yes|no)", told) == [("yes", "no"), ("no", "no"), ("no", "yes")]


def test_cuetools_read_the_same_texts(folder: Path) -> None:
    template = r"%n|%p|%t|%s|%i\n"
    told = run("cueprint", "-d", r"%P|%T|%N\n", "-t", template, "album.cue", folder=folder)
    assert told.splitlines() == [
        "Motörhead|Long 'Day'|3",
        "1|Ann|Dawn|Bo|GBAYA0500001",
        "2|Ann|Полдень||GBAYA0500002",
        "3|Ann|Dusk \\ <b>&amp;||",
    ]


def test_shntool_finds_whole_sectors(folder: Path) -> None:
    told = run("shntool", "len", FILE, folder=folder)
    (line,) = [line for line in told.splitlines() if line.endswith(FILE)]
    assert line.split()[:4] == ["0:30.00", "5292044", "B", "---"]  # no b, which tells of a cut within a sector


def _sheet(disc: Disc) -> PqSheet:
    return PqSheet(disc=disc, text=cd_text(disc), programme=FILE, notes=["Have <it> checked & signed."])


def test_the_pq_sheet_as_text() -> None:
    lines = _sheet(three_songs()).as_text().splitlines()
    assert lines[2:10] == [
        'Title:              Long "Day"',
        "Artist:             Motörhead",
        "Label:              Nightjar",
        "Catalogue number:   NJR 042",
        "UPC/EAN:            0036000291452",
        "Format:             Compact Disc Digital Audio (IEC 60908), 44.1 kHz, 16 bit, stereo",
        "Tracks:             3",
        "Total time:         00:30:00 (lead-out at 00:32:00)",
    ]
    assert lines[12:22] == [
        "Track  Index  Start     Length    Title            Artist  Writer  ISRC             CP   PE",
        "-" * 92,
        "    1      0  00:00:00  00:02:00  Pause",
        "    1      1  00:02:00  00:08:00  Dawn             Ann     Bo      GB-AYA-05-00001  yes  no",
        "    2      0  00:10:00  00:01:00  Pause",
        "    2      1  00:11:00  00:11:00  Полдень          Ann             GB-AYA-05-00002  no   no",
        "    3      1  00:22:00  00:10:00  Dusk \\ <b>&amp;  Ann                              no   yes",
        "-" * 92,
        "              00:32:00            Lead-out",
        "",
    ]
    assert lines[-1] == "CD-Text writes in ISO 8859-1: Полдень as Polden'."
    assert "Have <it> checked & signed." in lines


def test_the_pq_sheet_is_a_page_by_itself() -> None:
    page = _sheet(three_songs()).as_html()
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    cells = [["".join(cell.itertext()) for cell in row] for row in tree.iter("tr")]
    assert [row[:5] for row in cells] == [
        ["Track", "Index", "Start", "Length", "Title"],
        ["1", "0", "00:00:00", "00:02:00", "Pause"],
        ["1", "1", "00:02:00", "00:08:00", "Dawn"],
        ["2", "0", "00:10:00", "00:01:00", "Pause"],
        ["2", "1", "00:11:00", "00:11:00", "Полдень"],
        ["3", "1", "00:22:00", "00:10:00", "Dusk \\ <b>&amp;"],
        ["", "", "00:32:00", "", "Lead-out"],
    ]
    assert tree.findtext(".//title") == 'PQ sheet: Long "Day"'
    assert "Have <it> checked & signed." in [note.text for note in tree.iter("p")]
    outside = {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    assert outside.isdisjoint(element.tag for element in tree.iter())
    assert not any({"src", "href", "style"} & set(element.attrib) for element in tree.iter())
    assert not re.search(r"url\(|@import|https?:", page)


def test_further_indices_stand_on_the_pq_sheet() -> None:
    disc = Disc(title="Record", tracks=(DiscTrack(title="Song", pause=0, starts=(150, 450)),), lead_out=900)
    lines = _sheet(disc).as_text().splitlines()
    assert "    1      2  00:06:00" in lines
    assert "UPC/EAN:            none" in lines
