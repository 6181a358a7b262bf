"""Discs: times there and back, and sheets that no title can break out of."""

from __future__ import annotations

import re
from itertools import pairwise

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mastering.cd_layout import Disc, DiscTrack
from mastering.cd_sheets import cdrdao_toc, cue_sheet, cue_text
from mastering.cd_text import PACK_BYTES, CdText, cd_text, text_packs
from mastering.cd_time import LAST_TIME, SECTOR_FRAMES, disc_time, sector_at, sectors_of_frames
from mastering.plain_text import latin, one_line
from mastering.pq_sheet import PqSheet

TEXTS = st.text(st.characters(), max_size=120) | st.sampled_from(
    [
        '"',
        'a" WAVE\nTRACK 02 AUDIO',
        "\\",
        "\\042",
        '}"{',
        "\u2028INDEX 01",
        "\r\n",
        "\x00",
        "</td><script>",
        "’",
        "é" * 200,
    ]
)
NAMES = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='"<>:/\\|?*'), min_size=1, max_size=40
)


@st.composite
def discs(draw: st.DrawFn) -> Disc:
    """Discs of up to six tracks with any texts."""
    count = draw(st.integers(1, 6))
    places = draw(st.lists(st.integers(1, 3000), min_size=2 * count, max_size=2 * count))
    at, tracks = 150, []
    for number in range(count):
        pause = 0 if number == 0 else at if draw(st.booleans()) else None
        at += 0 if number == 0 else places[2 * number]
        title, performer, songwriter = (one_line(draw(TEXTS)) for _ in range(3))
        tracks.append(DiscTrack(title=title, performer=performer, songwriter=songwriter, pause=pause, starts=(at,)))
        at += places[2 * number + 1]
    return Disc(title=one_line(draw(TEXTS)), performer=one_line(draw(TEXTS)), tracks=tuple(tracks), lead_out=at)


@given(st.integers(0, LAST_TIME))
def test_times_come_back(sector: int) -> None:
    assert sector_at(disc_time(sector)) == sector
    minutes, seconds, rest = map(int, disc_time(sector).split(":"))
    assert (minutes * 60 + seconds) * 75 + rest == sector
    assert disc_time(sector, "") == disc_time(sector).replace(":", "")


@given(st.integers(0, LAST_TIME - 1), st.integers(1, 1000))
def test_times_rise_with_sectors(sector: int, more: int) -> None:
    later = min(sector + more, LAST_TIME)
    assert disc_time(sector) < disc_time(later)


@given(st.integers(0, 10**9))
def test_sectors_hold_their_frames(frames: int) -> None:
    assert 0 <= sectors_of_frames(frames) * SECTOR_FRAMES - frames < SECTOR_FRAMES


@given(
    st.text(max_size=10) | st.sampled_from(["00:00:75", "00:60:00", "100:00:00", "0:00:00", "00:00:00\n", "-1:00:00"])
)
def test_what_is_no_time_is_refused(text: str) -> None:
    if re.fullmatch("[0-9]{2}:[0-5][0-9]:[0-7][0-9]", text) and text[-2:] < "75":
        return
    with pytest.raises(ValueError, match=r"is no time on a disc"):
        sector_at(text)


@pytest.mark.parametrize("sector", [-1, LAST_TIME + 1])
def test_what_has_no_time_is_refused(sector: int) -> None:
    with pytest.raises(ValueError, match=f"Sector {sector} has no time on a disc"):
        disc_time(sector)


@given(TEXTS)
def test_no_text_breaks_out_of_its_quotes(text: str) -> None:
    held = cue_text(text)
    assert len(held) <= 80
    assert '"' not in held
    assert held.splitlines() in ([held], [])
    assert held.isprintable() or not any(c in held for c in "\n\r\t\0")
    assert held.encode().decode() == held


@given(discs(), NAMES)
@settings(deadline=None, max_examples=60)
def test_a_cue_sheet_reads_back_as_its_disc(disc: Disc, name: str) -> None:
    sheet = cue_sheet(disc, f"{name}.wav")
    lines = sheet.split("\n")
    assert lines.pop() == ""
    assert sheet.splitlines() == lines
    assert all(re.fullmatch(r' *[A-Z]+ [^"]*|.* ".*"( WAVE)?', line) and line.count('"') in {0, 2} for line in lines)
    assert sum(line.startswith("FILE") for line in lines) == 1
    assert sum(line.startswith("  TRACK") for line in lines) == len(disc.tracks)
    songs = [sector_at(line.split()[2]) + 150 for line in lines if line.startswith("    INDEX 01 ")]
    assert songs == [track.starts[0] for track in disc.tracks]
    pauses = [sector_at(line.split()[2]) + 150 for line in lines if line.startswith("    INDEX 00 ")]
    assert pauses == [track.pause for track in disc.tracks if track.pause]


_STRING = re.compile(r'"((?:[^"\\]|\\[0-7]{3})*)"')


@given(discs(), NAMES)
@settings(deadline=None, max_examples=60)
def test_a_table_of_contents_is_ascii_and_its_pieces_lie_end_to_end(disc: Disc, name: str) -> None:
    toc = cdrdao_toc(disc, cd_text(disc), f"{name}.wav")
    assert toc.isascii()
    bare = _STRING.sub("S", toc)
    assert not re.search(r'["\\]', bare)
    assert bare.count("{") == bare.count("}")
    pieces = re.findall(r"FILE S (\S+) (\S+)$", bare, re.MULTILINE)
    spans = [(sector_at(first), sector_at(first) + sector_at(length)) for first, length in pieces]
    assert spans[0][0] == 0
    assert spans[-1][1] == disc.lead_out - 150
    assert all(one[1] == other[0] for one, other in pairwise(spans))
    files = re.findall(r"^FILE (\".*\") ", toc, re.MULTILINE)
    octal = re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), files[0][1:-1])
    assert octal.encode("latin-1").decode() == f"{name}.wav"


@given(TEXTS)
@settings(deadline=None)
def test_latin_letters_stay_and_others_are_spelt(text: str) -> None:
    held = latin(text)
    assert held.encode("latin-1").decode("latin-1") == held
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in held)
    assert latin(held) == held
    if all(32 < ord(c) < 127 or 161 <= ord(c) < 173 for c in text):
        assert held == one_line(text)


@given(discs())
@settings(deadline=None, max_examples=60)
def test_packs_read_back_as_their_texts(disc: Disc) -> None:
    text = cd_text(disc)
    packs = text_packs(text, len(disc.tracks))
    assert _read(packs) == [(int(kind), list(texts)) for kind, texts in text.fields]
    _check_headers(packs, text)


def _read(packs: bytes) -> list[tuple[int, list[bytes]]]:
    """Texts of each kind, by a reader that looks at payloads alone."""
    flows: dict[int, bytes] = {}
    for start in range(0, len(packs), PACK_BYTES):
        pack = packs[start : start + PACK_BYTES]
        flows[pack[0]] = flows.get(pack[0], b"") + pack[4:16]
    sizes = flows.pop(0x8F, b"")
    return [(kind, flow.split(b"\0")[: sizes[2] + 1]) for kind, flow in flows.items()]


def _check_headers(packs: bytes, text: CdText) -> None:
    """Numbers, tracks, positions and check sums of packs, by long division instead of a table."""
    where = {
        kind: [(n, at) for n, held in enumerate(texts) for at in range(len(held) + 1)] for kind, texts in text.fields
    }
    seen: dict[int, int] = {}
    for number, start in enumerate(range(0, len(packs), PACK_BYTES)):
        pack = packs[start : start + PACK_BYTES]
        assert pack[2] == number
        if pack[0] != 0x8F:
            track, at = where[pack[0]][12 * seen.get(pack[0], 0)]
            assert (pack[1], pack[3]) == (track, min(at, 15))
            seen[pack[0]] = seen.get(pack[0], 0) + 1
        left = int.from_bytes(pack[:16], "big") << 16
        for bit in range(left.bit_length() - 1, 15, -1):
            if left >> bit & 1:
                left ^= 0x11021 << bit - 16
        assert int.from_bytes(pack[16:], "big") == left ^ 0xFFFF


@given(discs())
@settings(deadline=None, max_examples=40)
def test_a_pq_sheet_holds_any_title(disc: Disc) -> None:
    sheet = PqSheet(disc=disc, text=cd_text(disc), programme="a.wav", notes=())
    tree = html5lib.HTMLParser(namespaceHTMLElements=False).parse(sheet.as_html())
    rows = [["".join(cell.itertext()) for cell in row] for row in tree.findall(".//tbody/tr")]
    songs = [row for row in rows if row[1] == "1"]
    assert [row[4] for row in songs] == [track.title for track in disc.tracks]
    assert [row[2] for row in songs] == [disc_time(track.starts[0]) for track in disc.tracks]
    assert tree.find(".//script") is None
    assert len(sheet.as_text().split("\n")) == len(sheet.as_text().splitlines()) + 1
