"""Titles and names made fit for places that hold less than Unicode."""

from __future__ import annotations

import unicodedata

_MARKS = str.maketrans("‘’‚‛′“”„‟″‐‑‒–—―", "'" * 5 + '"' * 5 + "-" * 6) | {ord("…"): "..."}


def one_line(text: str) -> str:
    r"""A text in one line: without control characters and the like, composed letters as one.

    >>> one_line("Two\nlines ")
    'Two lines'
    """
    kept = (" " if c.isspace() else c for c in unicodedata.normalize("NFC", text))
    return " ".join("".join(c for c in kept if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Cn"}).split())


def plain_marks(text: str) -> str:
    """A text in one line, with a typewriter's quotation marks, dashes and dots: nobody reads it otherwise for that."""
    return one_line(text).translate(_MARKS)


def latin(text: str) -> str:
    """A text in one line of ISO 8859-1: other letters by their nearest spelling, what has none left out.

    >>> latin("Motörhead – “Дорога домой”")
    'Motörhead - "Doroga domoy"'
    """
    line = plain_marks(text)
    if not line.isascii():
        from anyascii import anyascii  # tables of a megabyte

        line = " ".join("".join(c if ord(c) < 256 else anyascii(c) for c in line).split())
    return line


def ascii_text(text: str, most: int) -> bytes:
    """A text in one line of ASCII, other letters by their nearest spelling; at most so many characters.

    >>> ascii_text("Über – Дом", 10)
    b'Uber - Dom'
    """
    line = one_line(text)
    if not line.isascii():
        from anyascii import anyascii

        line = " ".join(anyascii(line).split())
    return line.encode("ascii", "ignore")[:most]
