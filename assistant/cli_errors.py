"""How the command line ends when something goes wrong: one line on standard error, exit code 2."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer

from analysis.errors import MastertapeError
from assistant.interrupt import Stopped

_USAGE_ERROR: Any = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "UsageError")
_SIGNALLED = 128  # exit codes over this name the signal that ended a program


@contextmanager
def errors_in_one_line() -> Iterator[None]:
    """End the program with one line on standard error, and the exit code, where something goes wrong."""
    try:
        yield
    except MastertapeError as error:
        _fail(str(error), 2)
    except _USAGE_ERROR as error:
        said = error.format_message().replace("Value error, ", "").rstrip(".")
        command = error.ctx.command_path if error.ctx else "mastertape"
        _fail(f"{said}{'' if said.endswith('?') else '.'} See {command} --help.", 2)
    except Stopped as stopped:
        _fail("stopped; nothing unfinished is left behind.", _SIGNALLED + stopped.signal_number)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _fail(f"{where}{error.strerror or error}: free some space, or see what is wrong with the disk or pipe.", 2)
    except Exception:
        traceback.print_exc()
        _fail("this is a fault of Mastertape, not of your files: please report it with the lines above.", 2)


def _fail(sentence: str, code: int) -> NoReturn:
    sys.stderr.write(f"mastertape: {sentence}\n")
    sys.exit(code)


def speak_any_name() -> None:
    """See that no file name stops us: what a terminal's encoding lacks is written as its code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
