"""Small pieces of HTML; every text goes through `text`, so that no name is taken for markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape


def text(words: object) -> str:
    """Text as HTML holds it, quotes included; what is no text in UTF-8 is written as its code."""
    return escape(str(words).encode("utf-8", "backslashreplace").decode("utf-8"), quote=True)


_HYPHEN_FOR_MINUS = re.compile(r"(?<![\w.,-])-(?=\d)")


def sentence(words: str) -> str:
    """A sentence of the plan or the manifest as HTML, with proper minus signs."""
    return text(_HYPHEN_FOR_MINUS.sub("\N{MINUS SIGN}", words))


def tag(name: str, content: str, **attributes: str) -> str:
    """An element around HTML; `class_` and `for_` stand for the words that Python keeps, `_` for hyphens."""
    told = "".join(f' {key.rstrip("_").replace("_", "-")}="{text(value)}"' for key, value in attributes.items())
    return f"<{name}{told}>{content}</{name}>"


def paragraph(sentences: Iterable[str], **attributes: str) -> str:
    """Sentences as a paragraph."""
    return tag("p", sentence(" ".join(sentences)), **attributes)


def bullets(items: Sequence[str], **attributes: str) -> str:
    """Texts as a list; nothing for none."""
    return tag("ul", "".join(tag("li", sentence(item)) for item in items), **attributes) if items else ""


def table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1) -> str:
    """A table of HTML cells with a caption; the first cell of a row names it, the first `left` columns are words.

    It scrolls by itself where a page is narrow, and by keyboard.
    """
    head = "".join(
        tag("th", text(name), scope="col", **({} if place < left else {"class_": "figure"}))
        for place, name in enumerate(heads)
    )
    body = "".join(
        "<tr>"
        + "".join(
            tag("th", cell, scope="row")
            if place == 0
            else tag("td", cell, **({} if place < left else {"class_": "figure"}))
            for place, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    parts = f"{tag('caption', text(caption))}<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    wordy = {"class_": "words"} if left == len(heads) else {}
    return scroller(tag("table", parts, **wordy), caption)


def scroller(inner: str, label: str) -> str:
    """What may be wider than the page: it scrolls sideways, with the keyboard too."""
    return tag("div", inner, class_="scroll", tabindex="0", role="region", aria_label=label)


def details(summary: str, inner: str, **attributes: str) -> str:
    """What is shown when asked for; all of it on paper. Nothing where there is nothing in it."""
    return tag("details", f"{tag('summary', text(summary))}{inner}", **attributes) if inner else ""


def figure(svg: str, caption: str, legend: str = "") -> str:
    """A plot with its caption; nothing without a plot."""
    return f"<figure>{tag('figcaption', text(caption))}{svg}{legend}</figure>" if svg else ""


def legend(*entries: tuple[str, str]) -> str:
    """What the lines of a plot mean: pairs of a style and a name."""
    keys = "".join(
        f'<li><svg class="key" viewBox="0 0 28 12" aria-hidden="true">{_key(style)}</svg>{text(name)}</li>'
        for style, name in entries
    )
    return f'<ul class="legend">{keys}</ul>'


def _key(style: str) -> str:
    if style.startswith("mark"):
        return f'<circle class="{style}" cx="14" cy="6" r="5"/>'
    return f'<path class="line {style}" d="M0 6L28 6"/>'
