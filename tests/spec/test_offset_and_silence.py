"""A DC offset under a song with digital silence around it: measured on the song, taken off the song alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.albums import RATE_HZ, music
from tests.cli.calls import call, manifest

OFFSET = 0.05
OFFSET_LEFT = 2e-4
"""Of full scale: what may be left of the offset over the song."""
CLICK = 0.01
"""Of full scale: the greatest step at a file's ends."""


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """5 s of music with an offset, 0.2 s of digital silence before it and 1 s after."""
    samples = music(5.0, RATE_HZ, np.random.default_rng(5))
    samples += OFFSET - samples.mean(axis=0)
    folder = tmp_path / "mixes"
    folder.mkdir()
    padded = np.pad(samples, ((RATE_HZ // 5, RATE_HZ), (0, 0)))
    soundfile.write(folder / "01 song.wav", padded, RATE_HZ, subtype="PCM_24")
    return folder / "01 song.wav"


def test_the_offset_goes_and_the_silence_stays_silent(song: Path, tmp_path: Path) -> None:
    result = call("master", song.parent, "--for", "archive", "--out", tmp_path / "out")
    assert result.code == 0
    told = manifest(tmp_path / "out")["deliveries"]["archive"]["tracks"][0]
    written, _ = soundfile.read(tmp_path / "out" / told["file"])
    assert np.abs(written[:2]).max() < CLICK
    assert np.abs(written[-2:]).max() < CLICK
    heard = written[np.flatnonzero(written.any(axis=1))[0] : np.flatnonzero(written.any(axis=1))[-1] + 1]
    gain = np.abs(heard).max() / 0.5
    assert np.abs(heard.mean(axis=0)).max() < OFFSET_LEFT * max(gain, 1.0) + 1e-3
