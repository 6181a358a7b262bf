"""The codes of a release, as people write them and as files hold them: ISRC of a song, UPC or EAN of an album.

Each check raises `ValueError` with words that follow on what was given: `f"isrc = {text!r} {error}."` is a sentence.
"""

from __future__ import annotations

import re

_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015]")
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
_ISRC_PARTS = (
    (0, 2, "letters", str.isalpha),
    (2, 5, "letters or digits", str.isalnum),
    (5, 12, "digits", str.isdigit),
)
_UPC_DIGITS, _EAN_DIGITS = 12, 13


def parse_isrc(text: str) -> str:
    """An International Standard Recording Code as 12 capitals and digits, of any usual spelling.

    Two letters, three letters or digits, two digits of the year, five digits (ISO 3901:2019, clause 5). Hyphens, spaces
    and the word ISRC before it are taken off.

    >>> parse_isrc("ISRC gb-aya-05 00001")
    'GBAYA0500001'

    Raises:
        ValueError: it is none.
    """
    code = _SEPARATORS.sub("", text).upper()
    if code.startswith("ISRC") and len(code) == 16:
        code = code[4:]
    if len(code) != 12:
        raise ValueError(f"has {_counted(len(code), 'character')}, and an ISRC has 12, such as GB-AYA-05-00001")
    for first, stop, kind, fits in _ISRC_PARTS:
        part = code[first:stop]
        if not (part.isascii() and fits(part)):
            raise ValueError(
                f"has {part!r} as characters {first + 1} to {stop}, where an ISRC has {kind}, such as GB-AYA-05-00001"
            )
    return code


def is_isrc(code: str) -> bool:
    """Whether a text is an ISRC as files hold it: 12 capitals and digits, nothing else."""
    return _ISRC.fullmatch(code) is not None


def hyphened_isrc(code: str) -> str:
    """An ISRC as it is written for people.

    >>> hyphened_isrc("GBAYA0500001")
    'GB-AYA-05-00001'
    """
    return "-".join((code[:2], code[2:5], code[5:7], code[7:]))


def parse_upc(text: str) -> str:
    """A UPC-A (12 digits) or an EAN-13 as digits alone, its check digit right; spaces and hyphens are taken off.

    >>> parse_upc("0 36000 29145 2")
    '036000291452'

    Raises:
        ValueError: it is none; where only the check digit is wrong, the words tell the right one.
    """
    code = _SEPARATORS.sub("", text)
    if not (code.isascii() and code.isdigit()):
        raise ValueError("must be digits alone: a UPC has 12 of them, an EAN 13")
    if len(code) == _UPC_DIGITS - 1:
        raise ValueError(
            f"has 11 digits, and a UPC has 12: if only its check digit is missing, that is {check_digit(code)}"
        )
    if len(code) not in {_UPC_DIGITS, _EAN_DIGITS}:
        raise ValueError(f"has {_counted(len(code), 'digit')}: a UPC has 12, an EAN 13")
    right = check_digit(code[:-1])
    if code[-1] != right:
        raise ValueError(f"has the check digit {code[-1]}, which would be {right}: look for a mistyped digit")
    return code


def check_digit(digits: str) -> str:
    """The check digit that follows some digits (GS1 General Specifications, release 24, clause 7.9.1).

    From the right, digits count three times and once by turns; the sum with the check digit is a multiple of 10.

    >>> check_digit("03600029145")
    '2'
    """
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def ean_13(code: str) -> str:
    """A checked code as the 13 digits of an EAN, which a disc's catalogue number is too (IEC 60908).

    >>> ean_13("036000291452")
    '0036000291452'
    """
    return code.zfill(_EAN_DIGITS)


def upc_a(code: str) -> str | None:
    """A checked code as the 12 digits of a UPC; None where it is an EAN that no UPC is.

    >>> upc_a("0036000291452"), upc_a("4006381333931")
    ('036000291452', None)
    """
    return code if len(code) == _UPC_DIGITS else code[1:] if code.startswith("0") else None


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
