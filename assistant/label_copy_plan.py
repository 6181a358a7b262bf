"""Label copy as it stands in a plan: what each key may hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from assistant.validation import between
from mastering.recording_codes import parse_isrc, parse_upc

MOST_LETTERS = 500
"""Of a name."""


def _number_as_text(value: Any) -> Any:
    """Codes without quotes read as numbers."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _short(text: str) -> str:
    if len(text) > MOST_LETTERS:
        raise ValueError(f"has {len(text)} letters, and may have {MOST_LETTERS}")
    return text


def _or_empty(parse: Callable[[str], str]) -> AfterValidator:
    return AfterValidator(lambda text: parse(text) if text.strip() else "")


Name = Annotated[str, AfterValidator(_short)]
CatalogueNumber = Annotated[str, BeforeValidator(_number_as_text), AfterValidator(_short)]
Isrc = Annotated[str, BeforeValidator(_number_as_text), _or_empty(parse_isrc)]
Upc = Annotated[str, BeforeValidator(_number_as_text), _or_empty(parse_upc)]
Year = Annotated[int, between(1800, 2999, "")]
