"""Songs of a few seconds, and an album that was mastered once for all the tests that only look at it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.albums import RATE_HZ, music
from tests.cli.calls import Result, call, fingerprint

SONGS = {"01 Dawn.wav": (3.0, 120.0), "02 Noon.wav": (3.5, 90.0), "03 Dusk.wav": (4.0, 140.0)}
"""Length in seconds and tempo of each song."""


@pytest.fixture(scope="session")
def _mixes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("songs") / "Long Day"
    folder.mkdir()
    rng = np.random.default_rng(7)
    for name, (seconds, tempo_bpm) in SONGS.items():
        samples = music(seconds, RATE_HZ, rng, tempo_bpm=tempo_bpm)
        soundfile.write(folder / name, samples - samples.mean(axis=0), RATE_HZ, subtype="PCM_24")
    return folder


@pytest.fixture
def mixes(_mixes: Path) -> Iterator[Path]:
    """A folder of three numbered songs; whatever a test does, they are what they were."""
    before = fingerprint(_mixes)
    yield _mixes
    assert fingerprint(_mixes) == before


@pytest.fixture
def song(mixes: Path) -> Path:
    """One of them."""
    return mixes / "01 Dawn.wav"


@pytest.fixture(scope="session")
def mastered(_mixes: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """The album after `mastertape master` for two places, and how that call ended; only to be looked at."""
    out = tmp_path_factory.mktemp("mastered") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        result = call("master", _mixes, "--for", "streaming", "--for", "cd", "--out", out)
    return out, result
