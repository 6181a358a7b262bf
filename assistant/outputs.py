"""The output folder: checked before the work, written beside and renamed, never left with half a file."""

from __future__ import annotations

import contextlib
import itertools
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from analysis.errors import OutputError

if sys.platform != "win32":
    import fcntl

_BESIDE = ".mastertape-"
_WORK = f"{_BESIDE}work-"
_MARGIN_BYTES = 50_000_000


def check_output(out: Path, mixes: Path) -> None:
    """Make the folder, and see that it can be written.

    Raises:
        OutputError: it cannot, or it is the folder of mixes itself.
    """
    if _real(out) == _real(mixes):
        raise OutputError(
            f"The output folder {out} is the folder of mixes, which are never written to: choose another with --out."
        )
    if out.exists() and not out.is_dir():
        raise OutputError(f"{out} is a file, and the album needs a folder: choose another with --out.")
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise OutputError(
            f"{out} cannot be written to ({error.strerror}): choose another folder with --out."
        ) from error


def check_places(out: Path, names: Sequence[str], inputs: Iterable[Path], archives: Sequence[str] = ()) -> None:
    """See that nothing stands where files will be written, least of all what is read.

    Args:
        out: the output folder.
        names: of the deliveries, which are the folders in it.
        inputs: mixes and references.
        archives: names of further files that will be written there.

    Raises:
        OutputError: something does.
    """
    inputs = list(inputs)
    for path in (out / name for name in ("album.toml", "manifest.json", "report.html", "report.json", *archives)):
        if path.is_dir() or path.name in names:
            raise OutputError(f"{path} is a folder where a file must go: move it away, or choose another with --out.")
        if found := next((one for one in inputs if path.name in archives and _real(one) == _real(path)), None):
            raise OutputError(f"{found} is read, and an archive would go there: choose another folder with --out.")
    folders = {_real(path).parent: path for path in inputs}
    for name in (*names, "report-audio"):
        folder = out / name
        if folder.exists() and not folder.is_dir():
            raise OutputError(f"{folder} is a file where a folder must go: move it away, or choose another with --out.")
        if found := folders.get(_real(folder)):
            raise OutputError(
                f"{found} lies where the files of {name!r} will go, and inputs are never written to: "
                "choose another folder with --out."
            )


def refuse_among_mixes(out: Path, folder: Path) -> None:
    """See that the output is not within a folder that is read as a whole.

    Raises:
        OutputError: it is.
    """
    if _real(out).is_relative_to(_real(folder)):
        raise OutputError(
            f"The output folder {out} lies inside the folder of mixes {folder}, where its files would count as mixes: "
            "choose another with --out."
        )


def check_plan_place(path: Path, *, force: bool) -> None:
    """See that a plan can be written there; without `force`, nothing may be there yet.

    Raises:
        OutputError: it cannot.
    """
    if path.suffix.lower() != ".toml":
        raise OutputError(f"{path} is no name for a plan: name a file that ends in .toml with --out.")
    if path.is_dir():
        raise OutputError(f"{path} is a folder: name a file in it with --out.")
    if path.exists() and not force:
        raise OutputError(f"{path} is there already: name another with --out, or write over it with --force.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise OutputError(f"{path} cannot be written ({error.strerror}): name another with --out.") from error


def _real(path: Path) -> Path:
    return path.absolute().resolve()


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
    folder = out / f"{_WORK}{secrets.token_hex(4)}"
    try:  # from before it is there: a signal may come between any two steps
        folder.mkdir()
        with (folder / "lock").open("w") as lock:
            _hold(lock)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _clear_abandoned(out: Path) -> None:
    for left in out.glob(f"{_BESIDE}*"):
        with contextlib.suppress(OSError):
            if not left.name.startswith(_WORK):
                left.unlink()
                continue
            with (left / "lock").open("w") as lock:
                _hold(lock)  # refused while its run is alive
            shutil.rmtree(left, ignore_errors=True)


def _hold(lock: IO[str]) -> None:
    """Show that a run is alive, for as long as the file is open.

    Raises:
        OSError: another run holds it.
    """
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def publish(finished: Path, target: Path, former_files: Sequence[str]) -> None:
    """Move finished files to their place, one rename each; then take away `former_files` that are no longer made.

    Files may lie in folders of `finished`; the names of former ones are relative to `target`.

    Raises:
        OutputError: a file cannot be moved.
    """
    try:
        target.mkdir(exist_ok=True)
        names = {path.relative_to(finished).as_posix() for path in finished.rglob("*") if path.is_file()}
        for name in sorted(names):
            (target / name).parent.mkdir(exist_ok=True)
            (finished / name).replace(target / name)
        made = [target / name for name in names]
        for former in (target / name for name in former_files if name not in names):
            # Where case does not count, a former name may be another spelling of a new one.
            if former.exists() and not any(former.samefile(path) for path in made):
                former.unlink()
                if former.parent != target and not any(former.parent.iterdir()):
                    former.parent.rmdir()
    except OSError as error:
        raise OutputError(
            f"{target} cannot be written to ({error.strerror}): choose another folder with --out."
        ) from error


def keep_copy(path: Path) -> None:
    """Copy a plan to the first free name beside it, unless a copy with the same content was kept before.

    Raises:
        OutputError: it cannot be copied.
    """
    try:
        content = path.read_bytes()
        for kept in _kept_names(path):
            if kept.is_file() and kept.read_bytes() == content:
                return
            if not kept.exists():
                break
        unfinished = path.with_name(f"{_BESIDE}{secrets.token_hex(4)}")
        try:
            unfinished.write_bytes(content)
            unfinished.replace(kept)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputError(f"{path} cannot be kept beside the new plan ({error.strerror}): move it away.") from error


def kept_copy(path: Path, text: str) -> Path | None:
    """Where a plan of this text was kept; None if it was not."""
    for kept in _kept_names(path):
        if not kept.exists():
            return None
        if kept.is_file() and kept.read_text(encoding="utf-8", errors="replace") == text:
            return kept
    return None


def _kept_names(path: Path) -> Iterator[Path]:
    """album.previous.toml, album.previous-2.toml and so on."""
    yield path.with_name(f"{path.stem}.previous{path.suffix}")
    for number in itertools.count(2):
        yield path.with_name(f"{path.stem}.previous-{number}{path.suffix}")


def write_text(path: Path, text: str) -> None:
    """Write a small text file whole or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Write a small file whole or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=_BESIDE, dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written ({error.strerror}): free some space, or choose another place with --out."
        ) from error
