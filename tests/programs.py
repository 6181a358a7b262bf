"""Programs that are not ours, as readers of what we wrote; a test that needs one is skipped where it is not there."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest


def run(program: str, *words: object, folder: Path | None = None) -> str:
    """What a program says on standard output and error; it must end well."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    call = [program, *map(str, words)]
    ended = subprocess.run(  # noqa: S603  (a program of the system, words of a test)
        call, cwd=folder, capture_output=True, check=False, env={**os.environ, "LC_ALL": "C.UTF-8"}, timeout=60
    )
    told = (ended.stdout + ended.stderr).decode("utf-8", "replace")
    assert ended.returncode == 0, f"{program}: {told}"
    return told
