"""Being stopped: a signal ends the work at its next step, in every thread, so that no long track holds up the end."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # the last is not known everywhere
_asked = threading.Event()


class Stopped(BaseException):
    """The work was asked to stop; no error of its own, so nothing that handles errors may catch it.

    Attributes:
        signal_number: of the signal that asked.
    """

    def __init__(self, signal_number: int = signal.SIGINT) -> None:
        super().__init__(signal_number)
        self.signal_number = signal_number


def stop_here_if_asked() -> None:
    """For threads at work, between two steps.

    Raises:
        Stopped: a signal has come.
    """
    if _asked.is_set():
        raise Stopped


@contextmanager
def stoppable() -> Iterator[None]:
    """While this lasts, signals that end a program raise `Stopped` in the main thread; a second one changes nothing.

    Those that are ignored already, as `nohup` has it, stay so.
    """

    def stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  (the signature of a signal handler)
        if not _asked.is_set():
            _asked.set()
            raise Stopped(number)

    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    heeded = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
    former = {number: signal.signal(number, stop) for number in heeded}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
        _asked.clear()
