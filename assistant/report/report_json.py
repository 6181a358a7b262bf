"""The figures of a report as JSON."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from typing import Any

from assistant.report.figures import SCHEMA, ReportFigures


def figures_json(figures: ReportFigures) -> str:
    """All figures; what is not finite is null."""
    told = {"schema": SCHEMA, **_plain(dataclasses.asdict(figures))}
    return json.dumps(told, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_text(str(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    return _text(value) if isinstance(value, str) else value


def _text(text: str) -> str:
    """A name as text that UTF-8 can hold, even one that is none."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
