"""Albums of a few seconds with their reports, made once for the tests that only look at them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.albums import RATE_HZ, music
from tests.cli.calls import call

HOSTILE = '<script>alert(1)</script> & "x"'
"""A song's title that must stay a title."""

SONGS = (
    ("Ann/01 Dawn.wav", 4.0, 120.0, 0.5),
    ("Bob/02 Noon.wav", 14.0, 90.0, 0.9),
    ("Ann/03 Dusk.wav", 5.0, 140.0, 0.2),
)
"""File, length in seconds, tempo and highest sample of each song."""


def write_songs(folder: Path) -> None:
    """The songs as files below a folder."""
    rng = np.random.default_rng(11)
    for name, seconds, tempo_bpm, peak in SONGS:
        samples = music(seconds, RATE_HZ, rng, tempo_bpm=tempo_bpm)
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, 2 * peak * (samples - samples.mean(axis=0)), RATE_HZ, subtype="PCM_24")


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of an album with a reference, for streaming and CD; one song has a hostile title."""
    folder = tmp_path_factory.mktemp("report")
    write_songs(folder / "mixes")
    reference = music(14.0, RATE_HZ, np.random.default_rng(5), tempo_bpm=100.0)
    soundfile.write(folder / "Model <b>.wav", reference, RATE_HZ)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        words = ("--reference", folder / "Model <b>.wav", "--for", "streaming", "--for", "cd")
        assert call("plan", folder / "mixes", *words, "--out", folder / "album.toml").code == 0
        plan = (folder / "album.toml").read_text(encoding="utf-8")
        assert 'title = "Noon"' in plan
        (folder / "album.toml").write_text(plan.replace('title = "Noon"', f"title = '{HOSTILE}'"), encoding="utf-8")
        result = call("render", folder / "album.toml", "--out", folder / "out", whole=True)
        assert result.code == 0, result.err
    return folder / "out"
