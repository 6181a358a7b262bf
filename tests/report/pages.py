"""What any page of ours must keep to, looked at with a strict parser."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import html5lib

HTML = "{http://www.w3.org/1999/xhtml}"
SVG = "{http://www.w3.org/2000/svg}"


def parsed(page: Path) -> Any:
    """A page as a tree; anything that is not HTML as the standard has it is an error."""
    return html5lib.HTMLParser(strict=True).parse(page.read_text(encoding="utf-8"))


def words_of(element: Any) -> str:
    """All text in an element."""
    return " ".join("".join(element.itertext()).split())


def check_page(page: Path) -> Any:
    """See that a page is whole, can be read by anybody, and asks nobody for anything; gives its tree."""
    tree = parsed(page)
    text = page.read_text(encoding="utf-8")
    assert page.stat().st_size < 3_000_000
    assert tree.get("lang") == "en"
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for element in tree.iter():
        for name in ("href", "src", "xlink:href", "srcset", "action"):
            address = element.get(name, "")
            assert not re.match(r"(?i)\s*([a-z]+:)?//|data:|javascript:", address), address
            if address.startswith("#"):
                assert address[1:] in ids, address
        for name in ("aria-labelledby", "aria-describedby"):
            assert set(element.get(name, "").split()) <= set(ids)
    assert not re.search(r"@import|url\(", text)
    _check_headings(tree)
    _check_names(tree)
    for forbidden in ("NaN", "inf ", "Infinity", "None"):
        assert forbidden not in words_of(tree.find(f"{HTML}body/{HTML}main")), forbidden
    return tree


def _check_headings(tree: Any) -> None:
    levels = [int(found[1]) for one in tree.iter() if (found := re.fullmatch(rf"{HTML}h([1-6])", str(one.tag)))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(lower <= upper + 1 for upper, lower in pairwise(levels)), levels


def _check_names(tree: Any) -> None:
    for plot in tree.iter(f"{SVG}svg"):
        if plot.get("aria-hidden") == "true":
            continue
        assert plot.get("role") == "img"
        title, about = plot.find(f"{SVG}title"), plot.find(f"{SVG}desc")
        assert words_of(title)
        assert words_of(about)
        assert plot.get("aria-labelledby").split() == [title.get("id"), about.get("id")]
    for kind in ("button", "a", "summary", "th", "caption", "figcaption"):
        for one in tree.iter(HTML + kind):
            assert one.get("aria-label") or words_of(one), kind
    for kind in ("audio", "aside", "nav"):
        assert all(one.get("aria-label") for one in tree.iter(HTML + kind))
    assert not list(tree.iter(f"{HTML}img"))
