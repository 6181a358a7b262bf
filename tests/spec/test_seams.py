"""Songs that run into each other are cut in mid-sound: files ring there, and only there the limiter goes lower."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mastering.delivery_specs import Encoding
from tests.albums import RATE_HZ, album, deliver, delivery, loudness_lufs, music, on_grid, peak_dbtp, track

CEILING_DBTP = -1.0
WANTED_LUFS = -14.0
LOUDNESS_LU = 0.1
NEAR_SEAM_FRAMES = RATE_HZ // 20
PEAK_DB = 0.05


def test_a_cut_in_mid_sound_lowers_nothing_else(tmp_path: Path) -> None:
    whole = music(9.0, RATE_HZ, np.random.default_rng(8)) * 1.9
    # Cut at peaks, where the files ring most.
    cuts = [start + int(np.argmax(np.abs(whole[start : start + RATE_HZ, 0]))) for start in (3 * RATE_HZ, 6 * RATE_HZ)]
    songs = np.split(whole, cuts)
    wanted = album(*(track(samples, gap_s=0.0, felt_end_s=len(samples) / RATE_HZ) for samples in songs))
    made = deliver(wanted, songs, delivery(loudness_lufs=WANTED_LUFS, ceiling_dbtp=CEILING_DBTP), tmp_path / "out")
    programme, _ = soundfile.read(tmp_path / "out" / made.programmes[0].file)
    assert made.passed
    assert len(programme) == len(whole)
    assert loudness_lufs(programme, RATE_HZ) == pytest.approx(WANTED_LUFS, abs=LOUDNESS_LU)
    for found in made.tracks:
        assert peak_dbtp(soundfile.read(tmp_path / "out" / found.file)[0]) <= CEILING_DBTP
    away = programme[: cuts[0] - NEAR_SEAM_FRAMES]
    assert peak_dbtp(away) == pytest.approx(CEILING_DBTP, abs=PEAK_DB), "the rest is as loud as it may be"


@pytest.mark.parametrize("peak", [-1.01, -1.0005])
def test_a_master_just_under_the_ceiling_is_not_touched(peak: float, tmp_path: Path) -> None:
    samples = music(4.0, RATE_HZ, np.random.default_rng(9))
    samples = on_grid(samples * 10 ** ((peak - 0.001 - peak_dbtp(samples)) / 20), 24)
    wanted = replace(album(track(samples, grid_bits=24)), as_is=True)
    made = deliver(wanted, [samples], delivery(encoding=Encoding.PCM_24, ceiling_dbtp=CEILING_DBTP), tmp_path / "out")
    written, _ = soundfile.read(tmp_path / "out" / made.tracks[0].file)
    assert np.array_equal(written[: len(samples)], samples)
