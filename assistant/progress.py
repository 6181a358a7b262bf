"""Progress bars on standard error, one a track; nothing where standard error is not a terminal."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from assistant.interrupt import stop_here_if_asked
from assistant.measuring import Progress as Shown
from assistant.measuring import Silent


class Stoppable:
    """Hands on what it is told, and stops a thread at its next step when the program was asked to end."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown

    def begin(self, stage: str, item: str, total: int) -> None:
        """An item of a stage will take `total` steps."""
        self._shown.begin(stage, item, total)

    def advance(self, stage: str, item: str, steps: int) -> None:
        """Some of them are done."""
        stop_here_if_asked()
        self._shown.advance(stage, item, steps)


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
        with self._lock:
            task = self._tasks.get((stage, item))
            if task is not None:
                self._bars.advance(task, steps)


@contextmanager
def progress_bars() -> Iterator[Shown]:
    """Bars while the block runs; silent where nobody would see them."""
    if not sys.stderr.isatty():
        yield Stoppable(Silent())
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield Stoppable(Bars(bars))
