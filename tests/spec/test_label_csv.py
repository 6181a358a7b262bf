"""Label copy as a table: every usual spelling is read, every mistake is one sentence with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.errors import PlanError
from assistant.label_csv import CopyTable, read_label_copy
from assistant.label_matching import matched

FILES = ["01 dawn.wav", "Ann/02 noon.flac", "03 dusk.wav"]
TITLES = ["dawn", "High_Noon", "What is Dusk?"]


def table(folder: Path, text: str | bytes) -> CopyTable:
    path = folder / "tracks.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_label_copy(path)


def refused(folder: Path, text: str | bytes) -> str:
    with pytest.raises(PlanError) as fault:
        table(folder, text)
    return str(fault.value)


FULL = [
    ["number", "title", "artist", "writers", "isrc", "explicit"],
    ["1", "Dawn", "Ann", "Ann, Bob", "GB-AYA-05-00001", "no"],
    ["2", "High Noon", "", "Bob", "GBAYA0500002", "yes"],
]
SAID = [
    {"title": "Dawn", "artist": "Ann", "writers": "Ann, Bob", "isrc": "GBAYA0500001", "explicit": False},
    {"title": "High Noon", "writers": "Bob", "isrc": "GBAYA0500002", "explicit": True},
]


def text_of(rows: list[list[str]], delimiter: str) -> str:
    return "\r\n".join(delimiter.join(f'"{cell}"' if "," in cell else cell for cell in row) for row in rows)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "utf-16"])
def test_delimiters_and_codes_of_text(delimiter: str, code: str, tmp_path: Path) -> None:
    found = table(tmp_path, text_of(FULL, delimiter).encode(code))
    assert [row.values for row in found.rows] == SAID
    assert [(row.line, row.number) for row in found.rows] == [(2, 1), (3, 2)]
    assert not found.unknown


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(order=st.permutations(range(6)), upper=st.booleans())
def test_columns_stand_in_any_order_and_case(order: list[int], upper: bool, tmp_path: Path) -> None:
    rows = [[row[at] for at in order] for row in FULL]
    rows[0] = [word.upper() if upper else word for word in rows[0]]
    assert [row.values for row in table(tmp_path, text_of(rows, ",")).rows] == SAID


@pytest.mark.parametrize(
    "header",
    [
        "#,Song Title,Performer,Composer,ISRC Code,Parental Advisory",
        "Track No.,Track Title,Artist(s),Songwriters,Isrc,Explicit Lyrics",
        "track_number,name,MAIN ARTIST,written by,isrc,EXPLICIT",
        "Track,Title,Artist,Author,ISRC,Explicit",
        "Nr,Track,Artist,Author,ISRC,Explicit",
    ],
)
def test_usual_names_of_columns(header: str, tmp_path: Path) -> None:
    rows = text_of(FULL[1:], ",")
    found = table(tmp_path, f"{header}\n{rows}\n")
    assert [row.values for row in found.rows] == SAID
    assert [row.number for row in found.rows] == [1, 2]


def test_several_columns_of_writers_are_joined(tmp_path: Path) -> None:
    found = table(tmp_path, "title,composer,lyricist\nDawn,Ann,Bob\nNoon,Ann,Ann\n")
    assert [row.values["writers"] for row in found.rows] == ["Ann, Bob", "Ann"]


@pytest.mark.parametrize("text", ["\n\nnumber,title\n\n1,Dawn\n,\n", "sep=,\nnumber,title\n1,Dawn\n"])
def test_empty_lines_and_a_spreadsheets_own_line_are_passed_over(text: str, tmp_path: Path) -> None:
    (row,) = table(tmp_path, text).rows
    assert row.values == {"title": "Dawn"}
    assert text.splitlines()[row.line - 1] == "1,Dawn"


def test_a_cell_may_hold_a_line_break(tmp_path: Path) -> None:
    one, other = table(tmp_path, 'title,isrc\n"Dawn\nChorus",\nNoon,X\n'.replace("X", "")).rows
    assert (one.title, one.line, other.title, other.line) == ("Dawn Chorus", 2, "Noon", 4)


MISTAKES = {
    "number,isrc\n1,GB-AYA-05-0001\n": "line 2: isrc 'GB-AYA-05-0001' has 11 characters",
    "number,isrc\n1,\n0,GBAYA0500001\n": "line 3: number '0' must be a whole number from 1 up",
    "number,title\nA1,Dawn\n": "line 2: number 'A1' must be a whole number",
    "number,explicit\n1,perhaps\n": "line 2: explicit 'perhaps' must be yes or no",
    "number,artist\n1,Ann\n,Bob\n": "line 3 names no song: give its number, its file or its title",
    "number,title\n1,Dawn,more\n": "line 2 has 3 cells under a header of 2: put quotation marks",
    "artist,isrc\nAnn,GBAYA0500001\n": "no column names the songs: known are number, file, title",
    "title,Song,isrc\nDawn,Dawn,\n": "the columns 'title' and 'Song' both are the title: rename one",
    "number,upc\n1,036000291453\n": "line 2: upc '036000291453' has the check digit 3, which would be 2",
    "number,year\n1,26\n": "line 2: year '26' must be a year, such as 2026",
    "number,genre\n1,Rock\n2,Jazz\n": "line 3: the album's genre 'Jazz' is 'Rock' in line 2",
    "number,title\n": "has a header and no line below it",
    "": "is empty: give it a header, such as number,title",
    'number,title\n1,"Dawn\n': "line 2: it is no CSV (unexpected end of data)",
}


@pytest.mark.parametrize("text", MISTAKES)
def test_each_mistake_has_its_sentence(text: str, tmp_path: Path) -> None:
    told = refused(tmp_path, text)
    assert MISTAKES[text] in told
    assert told.startswith("tracks.csv")
    assert told.endswith(".")
    assert "\n" not in told


def test_what_is_not_utf_8_is_told_with_its_line(tmp_path: Path) -> None:
    told = refused(tmp_path, "number,title\n1,Dawn\n2,Köln\n".encode("latin-1"))
    assert told == "tracks.csv, line 3: it is not UTF-8 text: save it as CSV in UTF-8."


def test_many_mistakes_are_counted(tmp_path: Path) -> None:
    told = refused(tmp_path, "number,isrc\n" + "".join(f"{number},X\n" for number in range(1, 9)))
    assert told.count("has 1 character") == 5
    assert told.endswith("; and 3 more.")


def test_a_table_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"no\.csv: the label copy cannot be read \(No such file"):
        read_label_copy(tmp_path / "no.csv")
    with pytest.raises(PlanError, match="the label copy cannot be read"):
        read_label_copy(tmp_path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(content=st.one_of(st.binary(max_size=200), st.text(alphabet='number,title;isrc\t"\n\r1 é\x00', max_size=200)))
def test_anything_is_read_or_refused_in_a_sentence(content: bytes | str, tmp_path: Path) -> None:
    try:
        found = table(tmp_path, content)
    except PlanError as fault:
        assert str(fault).endswith(".")  # noqa: PT017  (either is right)
    else:
        assert found.rows


@pytest.mark.parametrize(
    ("text", "songs"),
    [
        ("number,artist\n3,C\n1,A\n", {0: "A", 2: "C"}),
        ("file,artist\nmixes/03 dusk.wav,C\nAnn\\02 NOON.flac,B\n", {1: "B", 2: "C"}),
        ("title,artist\nWhat Is Dusk,C\nhigh noon,B\n", {1: "B", 2: "C"}),
        ("number,title,artist\n1,Sunrise,A\n2,High Noon,B\n", {0: "A", 1: "B"}),
    ],
)
def test_lines_find_their_songs(text: str, songs: dict[int, str], tmp_path: Path) -> None:
    found, advice = matched(table(tmp_path, text), FILES, TITLES)
    assert {song: said["artist"] for song, said in found.items()} == songs
    missing = [TITLES[song] for song in range(3) if song not in songs]
    assert advice[-1] == f"tracks.csv has no line for {', '.join(map(repr, missing))}"


def test_a_number_gives_a_song_another_title(tmp_path: Path) -> None:
    found, _ = matched(table(tmp_path, "number,title\n1,Sunrise\n"), FILES, TITLES)
    assert found == {0: {"title": "Sunrise"}}


def test_a_title_goes_before_a_number_that_does_not_fit(tmp_path: Path) -> None:
    """The album may have another order than the label knew; a song must not get another song's code."""
    found, advice = matched(table(tmp_path, "number,title,isrc\n1,High Noon,GBAYA0500002\n"), FILES, TITLES)
    assert list(found) == [1]
    assert advice[0] == "tracks.csv, line 2: 'High Noon' is song 2 of the album, not 1: taken by its title"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("number,artist\n1,A\n9,B\n", "line 3: number 9 is not on the album, which has 3 songs"),
        ("title,artist\ndawn,A\nBonus,B\n", "line 3: 'Bonus' is no song of the album"),
        ("file,artist\n01 dawn,A\nx.wav,B\n", "line 3: the file 'x.wav' is none of the album's"),
        ("number,BPM\n1,120\n", "the column 'BPM' is not used: known are number, file, title"),
    ],
)
def test_what_is_not_used_is_told(text: str, words: str, tmp_path: Path) -> None:
    _, advice = matched(table(tmp_path, text), FILES, TITLES)
    assert any(words in sentence for sentence in advice)


def test_titles_that_songs_share_name_none(tmp_path: Path) -> None:
    text = "title,artist\nDawn,A\nHigh Noon,B\n"
    _, advice = matched(table(tmp_path, text), FILES, ["Dawn", "High Noon", "dawn"])
    assert "tracks.csv, line 2: 'Dawn' is the title of several songs" in advice


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("number,title\n1,A\n1,B\n", "lines 2 and 3 both are song 1, 'dawn': take one out"),
        ("title,artist\nX,A\nY,B\n", "none of its 2 lines is a song of this album, such as 'dawn'"),
    ],
)
def test_what_cannot_be_matched_is_refused(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(PlanError) as fault:
        matched(table(tmp_path, text), FILES, TITLES)
    assert words in str(fault.value)


def test_columns_of_the_album(tmp_path: Path) -> None:
    text = "number,album,album artist,label,cat. no.,EAN,year,genre\n1,R,A,L,C 1,4006381333931,2026,Rock\n2,R,,,,,,\n"
    assert table(tmp_path, text).album == {
        "title": "R",
        "artist": "A",
        "label": "L",
        "catalogue_number": "C 1",
        "upc": "4006381333931",
        "year": 2026,
        "genre": "Rock",
    }
