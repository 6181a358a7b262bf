"""What is done about reports: one beside each render, and one made again. Each command gives its exit code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from analysis.errors import MastertapeError
from assistant.printing import say, show
from assistant.report.wishes import PAGE_NAME, ReportWishes
from mastering.delivery import Delivery

_DONE = 0


def report(out: Path, *, audio: bool) -> int:
    """Make the report of a finished album again."""
    from assistant.report.making import write_report

    made = write_report(out, audio=audio)
    say(made.not_there)
    show(f"The report is {out / PAGE_NAME}.")
    return _DONE


def report_beside(out: Path, rendered: Sequence[Delivery], wishes: ReportWishes) -> Path | None:
    """Make the report of what was just rendered; an album is not lost for a page that could not be made.

    Gives the page, if there is one.
    """
    from assistant.report.making import write_report

    if not wishes.wanted:
        return None
    try:
        write_report(out, rendered, audio=wishes.audio)
    except (MastertapeError, OSError) as error:
        say([f"the album is done, but no report could be made of it: {error}"])
        return None
    except Exception as error:  # whatever is wrong with a page, the album is there
        say([f"the album is done; its report failed, a fault of Mastertape ({type(error).__name__}: {error})."])
        return None
    return out / PAGE_NAME
