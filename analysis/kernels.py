"""One decorator for the loops that must be loops: numba, without the GIL, compiled once per machine."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

import platformdirs

P = ParamSpec("P")
R = TypeVar("R")


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _choose_cache_folder() -> None:
    """Give numba a folder it can write to; it refuses to cache at all where it finds none."""
    if "NUMBA_CACHE_DIR" in os.environ or _writable(Path(__file__).parent / "__pycache__"):
        return
    own = Path(platformdirs.user_cache_dir("mastertape")) / "kernels"
    os.environ["NUMBA_CACHE_DIR"] = str(own if _writable(own) else Path(tempfile.mkdtemp(prefix="mastertape-")))


_choose_cache_folder()

import numba  # noqa: E402  (its cache folder must be known before it is imported)


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` with numba: no GIL (tracks run in parallel), cached on disk."""
    compiled: Callable[P, R] = numba.njit(nogil=True, cache=True, error_model="numpy")(function)
    return compiled


def fast_kernel(function: Callable[P, R]) -> Callable[P, R]:
    """As `kernel`, for sums whose order may change (FIR dot products), so that they use SIMD."""
    compiled: Callable[P, R] = numba.njit(
        nogil=True, cache=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz", "arcp"}
    )(function)
    return compiled
