"""What every test gets: a cache folder of its own, and random numbers that are the same each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def cache_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder, so that no test sees what another one or the user has measured."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    monkeypatch.setenv("MASTERTAPE_REFERENCES", str(folder / "references"))
    monkeypatch.setenv("MASTERTAPE_DELIVERIES", str(folder / "deliveries"))
    return folder


@pytest.fixture
def rng() -> np.random.Generator:
    """Random numbers from a fixed seed."""
    return np.random.default_rng(20_240_229)
