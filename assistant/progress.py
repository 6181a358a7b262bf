"""Progress bars on standard error, one a track; nothing where standard error is not a terminal."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from assistant.session import Progress as Shown
from assistant.session import Silent


class Bars:
    """Shows each item of each stage as a bar; finished stages give way to the next."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[tuple[str, str], TaskID] = {}
        self._stage = ""
        self._lock = threading.Lock()

    def begin(self, stage: str, item: str, total: int) -> None:
        """Add a bar."""
        with self._lock:
            if stage != self._stage:
                for task in self._tasks.values():
                    self._bars.remove_task(task)
                self._tasks.clear()
                self._stage = stage
            name = Path(item).stem if stage == "Analysing" else item
            self._tasks[stage, item] = self._bars.add_task(f"{stage}  {name}", total=total)

    def advance(self, stage: str, item: str, steps: int) -> None:
        """Move a bar on."""
        task = self._tasks.get((stage, item))
        if task is not None:
            self._bars.advance(task, steps)


@contextmanager
def progress_bars() -> Iterator[Shown]:
    """Bars while the block runs; silent where nobody would see them."""
    if not sys.stderr.isatty():
        yield Silent()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield Bars(bars)
