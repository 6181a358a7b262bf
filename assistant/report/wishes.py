"""What is wanted of a report beside a render."""

from __future__ import annotations

from dataclasses import dataclass

PAGE_NAME, JSON_NAME, AUDIO_FOLDER = "report.html", "report.json", "report-audio"
"""What a report writes into the output folder."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportWishes:
    """Whether there is to be a report at all, and whether something to listen to beside it."""

    wanted: bool = True
    audio: bool = True


FULL_REPORT = ReportWishes()
"""What there is where nothing else is asked for."""
