"""ISRC, UPC and EAN: every usual spelling is taken, every mistake is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastering.recording_codes import (
    check_digit,
    ean_13,
    hyphened_isrc,
    is_isrc,
    parse_isrc,
    parse_upc,
    upc_a,
)


@pytest.mark.parametrize(
    "spelling", ["GBAYA0500001", "GB-AYA-05-00001", "gb aya 05 00001", "ISRC GB-AYA-05-00001", "GB‐AYA‐05‐00001"]
)
def test_usual_spellings_of_an_isrc(spelling: str) -> None:
    assert parse_isrc(spelling) == "GBAYA0500001"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("GB-AYA-05-0001", "has 11 characters"),
        ("GB-AYA-05-000011", "has 13 characters"),
        ("", "has 0 characters"),
        ("X", "has 1 character,"),
        ("G1-AYA-05-00001", "'G1' as characters 1 to 2, where an ISRC has letters"),
        ("GB-A.A-05-00001", "'A.A' as characters 3 to 5, where an ISRC has letters or digits"),
        ("GB-AYA-05-0000O", "'050000O' as characters 6 to 12, where an ISRC has digits"),
        ("ÄB-AYA-05-00001", "'ÄB' as characters 1 to 2"),
        ("GB-AYA-05-0000²", "'050000²' as characters 6 to 12"),
    ],
)
def test_what_is_no_isrc(text: str, words: str) -> None:
    with pytest.raises(ValueError, match="an ISRC has") as fault:
        parse_isrc(text)
    assert words in str(fault.value)


@given(st.from_regex(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}", fullmatch=True))
def test_an_isrc_comes_back_from_how_it_is_written(code: str) -> None:
    assert is_isrc(code)
    assert parse_isrc(hyphened_isrc(code)) == code
    assert not is_isrc(hyphened_isrc(code))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("036000291452", "036000291452"),  # the example of the UPC's own description
        ("0 36000 29145 2", "036000291452"),
        ("4006381333931", "4006381333931"),
        ("4-006381-333931", "4006381333931"),
        ("5099902987927", "5099902987927"),
    ],
)
def test_codes_that_are_right(text: str, code: str) -> None:
    assert parse_upc(text) == code


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("036000291453", "has the check digit 3, which would be 2"),
        ("4006381333932", "has the check digit 2, which would be 1"),
        ("03600029145", "if only its check digit is missing, that is 2"),
        ("40063813", "has 8 digits: a UPC has 12, an EAN 13"),
        ("1", "has 1 digit:"),
        ("ABC-123", "must be digits alone"),
        ("", "must be digits alone"),
        ("03600029145²", "must be digits alone"),
    ],
)
def test_codes_that_are_wrong(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=r"UPC|check digit") as fault:
        parse_upc(text)
    assert words in str(fault.value)


@given(st.from_regex(r"[0-9]{11,12}", fullmatch=True), st.data())
def test_every_single_wrong_digit_is_found(body: str, data: st.DataObject) -> None:
    code = body + check_digit(body)
    assert parse_upc(code) == code
    place = data.draw(st.integers(0, len(code) - 1))
    wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != code[place]]))
    with pytest.raises(ValueError, match="check digit"):
        parse_upc(code[:place] + wrong + code[place + 1 :])


@given(st.from_regex(r"[0-9]{11}", fullmatch=True))
def test_a_upc_is_an_ean_with_a_nought_before_it(body: str) -> None:
    upc = body + check_digit(body)
    assert parse_upc(ean_13(upc)) == "0" + upc
    assert upc_a(ean_13(upc)) == upc
    assert ean_13(ean_13(upc)) == ean_13(upc)
