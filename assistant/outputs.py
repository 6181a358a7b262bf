"""The output folder: checked before the work, written beside and renamed, never left with half a file."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from analysis.errors import OutputError

_WORK = ".mastertape-work-"
_MARGIN_BYTES = 50_000_000


def check_output(out: Path, mixes: Path) -> None:
    """Make the folder, and see that it can be written and is not among the mixes.

    Raises:
        OutputError: it cannot be used.
    """
    if out.absolute().resolve().is_relative_to(mixes.absolute().resolve()):
        raise OutputError(
            f"The output folder {out} lies inside the folder of mixes {mixes}, where its files would count as mixes: "
            "choose another with --out."
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise OutputError(
            f"{out} cannot be written to ({error.strerror}): choose another folder with --out."
        ) from error


def check_space(out: Path, needed_bytes: int) -> None:
    """See that the disk has room.

    Raises:
        OutputError: it has not.
    """
    free = shutil.disk_usage(out).free
    if free < needed_bytes + _MARGIN_BYTES:
        raise OutputError(
            f"{out} has {free / 1e9:.1f} GB free and {(needed_bytes + _MARGIN_BYTES) / 1e9:.1f} GB are needed while "
            "rendering: free some space, or choose another folder with --out."
        )


@contextmanager
def work_folder(out: Path) -> Iterator[Path]:
    """A hidden folder for everything unfinished, gone whatever happens; what a killed run left is cleared away."""
    _clear_abandoned(out)
    folder = Path(tempfile.mkdtemp(prefix=_WORK, dir=out))
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _clear_abandoned(out: Path) -> None:
    for folder in out.glob(f"{_WORK}*"):
        with contextlib.suppress(OSError), (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # refused while its run is alive
            shutil.rmtree(folder, ignore_errors=True)


def publish(finished: Path, target: Path, former_files: Sequence[str]) -> None:
    """Move finished files to their place, one rename each; then take away `former_files` that are no longer made.

    Raises:
        OutputError: a file cannot be moved.
    """
    try:
        target.mkdir(exist_ok=True)
        names = {path.name for path in finished.iterdir()}
        for name in sorted(names):
            (finished / name).replace(target / name)
        for name in former_files:
            if name not in names:
                (target / name).unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(
            f"{target} cannot be written to ({error.strerror}): choose another folder with --out."
        ) from error


def write_text(path: Path, text: str) -> None:
    """Write a small file whole or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".mastertape-", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputError(f"{path} cannot be written ({error.strerror}).") from error
