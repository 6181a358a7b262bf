"""The shape of the house: imports point one way, heavy libraries are met late, files can be read in one sitting."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "analysis": set(),
    "references": set(),
    "mastering": {"analysis"},
    "assistant": {"analysis", "mastering", "references"},
}
LONGEST_LINES = 330
LATE = {"librosa", "matplotlib", "nicegui", "ortools", "dask"}
"""Libraries that take seconds to import: what a plain run does not need must not wait for them."""


def sources(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Full names of all modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written in full"
            yield node.module or ""


def test_every_package_is_looked_at() -> None:
    found = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert found == set(MAY_IMPORT)
    assert all(len(sources(package)) >= 1 for package in MAY_IMPORT)


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_point_one_way(package: str) -> None:
    ours = {*MAY_IMPORT, "tests", "benchmarks"}
    for path in sources(package):
        roots = {name.split(".")[0] for name in imported(path)}
        wrong = (roots & ours) - MAY_IMPORT[package] - {package}
        assert not wrong, f"{path.relative_to(ROOT)} imports {', '.join(wrong)}"


def test_librosa_is_known_to_one_file() -> None:
    users = [path for package in MAY_IMPORT for path in sources(package) if "librosa" in path.read_text("utf-8")]
    importing = [path for path in users if any(name.split(".")[0] == "librosa" for name in imported(path))]
    assert [path.relative_to(ROOT).as_posix() for path in importing] == ["analysis/keys.py"]


def test_the_engine_starts_without_what_it_may_not_need() -> None:
    """In an interpreter of its own: other tests may have imported it all."""
    program = f"import sys, assistant.session; print(*sorted({LATE!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.split() == []


@pytest.mark.parametrize("package", [*MAY_IMPORT, "tests", "benchmarks"])
def test_files_can_be_read_in_one_sitting(package: str) -> None:
    long = {
        path.relative_to(ROOT).as_posix(): count
        for path in sources(package)
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_LINES
    }
    assert not long


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_every_file_says_what_it_is_and_is_typed(package: str) -> None:
    assert (ROOT / package / "py.typed").exists()
    for path in sources(package):
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path
