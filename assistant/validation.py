"""Ranges of what people may write in a file, and what is wrong with one, in sentences: key, value, allowed range."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, WrapValidator

_INVISIBLE = {"float", "int", "str", "function-after"}


class Table(BaseModel):
    """What stands in a file: nothing but what is known, and nothing that changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def between(low: float, high: float, unit: str) -> AfterValidator:
    """A number from `low` to `high` of a unit; the same words serve every message about it."""

    def check(value: float) -> float:
        if not (math.isfinite(value) and low <= value <= high):
            raise ValueError(f"must be {low:.15g} to {high:.15g} {unit}".rstrip())
        return value

    return AfterValidator(check)


def between_or_auto(low: float, high: float, unit: str) -> WrapValidator:
    """The same, or the word "auto"."""

    def check(value: Any, handler: Callable[[Any], Any]) -> Any:
        try:
            known = handler(value)
        except ValidationError:
            known = math.nan
        if known != "auto" and not (math.isfinite(known) and low <= known <= high):
            raise ValueError(f'must be {low:.15g} to {high:.15g} {unit}, or "auto"')
        return known

    return WrapValidator(check)


def sentences(error: ValidationError) -> list[str]:
    """One sentence for each fault: `track[2].gap_s = 9.0 must be 0 to 6 s`."""
    places = [fault["loc"] for fault in error.errors()]
    return [_sentence(dict(fault)) for fault in error.errors() if not _follows(dict(fault), places)]


def _follows(fault: dict[str, Any], places: list[tuple[int | str, ...]]) -> bool:
    """Whether an array is called too short only because entries of it are at fault themselves."""
    here = fault["loc"]
    return fault["type"] == "too_short" and any(place[: len(here)] == here and place != here for place in places)


def key_path(location: tuple[int | str, ...]) -> str:
    """A place in the file as people write it: tables by name, entries counted from 1."""
    words = ""
    for part in location:
        if isinstance(part, int):
            words += f"[{part + 1}]"
        elif not any(part.startswith(prefix) for prefix in _INVISIBLE):
            words += f".{part}" if words else part
    return words


def _sentence(fault: dict[str, Any]) -> str:
    key, kind = key_path(tuple(fault["loc"])), fault["type"]
    if kind == "missing":
        return f"{key} is missing"
    if kind == "extra_forbidden":
        return f"{key} is not a key that is known here"
    value = f"{key} = {fault['input']!r}" if not isinstance(fault["input"], dict | list) else key
    if kind == "value_error":
        whole = isinstance(fault["input"], dict)  # of a table: the message begins with its key
        return f"{key}.{fault['ctx']['error']}".removeprefix(".") if whole else f"{value} {fault['ctx']['error']}"
    if kind in {"enum", "literal_error"}:
        return f"{value} must be {fault['ctx']['expected']}"
    if kind in {"too_short", "too_long"}:
        few, count = kind == "too_short", fault["ctx"]["actual_length"]
        needed = fault["ctx"]["min_length" if few else "max_length"]
        return f"{key} has {count} entries and must have {f'{needed} or more' if few else f'{needed} or fewer'}"
    message = fault["msg"].removeprefix("Input should ").removeprefix("String should ")
    return f"{value} must {message}"
