"""`compare`: what was done to one render of a song against another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import soxr

from analysis.units import Floats, db_to_amplitude
from tests.albums import RATE_HZ, loudness_lufs, music
from tests.cli.calls import call, read, refused

SECONDS = 8.0


@pytest.fixture(scope="module")
def song() -> Floats:
    return music(SECONDS, RATE_HZ, np.random.default_rng(11), tempo_bpm=97.0)


def write(path: Path, samples: Floats, *, rate_hz: int = RATE_HZ) -> Path:
    soundfile.write(path, samples, rate_hz, subtype="DOUBLE")
    return path


def compared(*words: object) -> dict[str, Any]:
    result = call("compare", *words, "--json")
    assert (result.code, result.err) == (0, "")
    found = json.loads(result.out)
    assert isinstance(found, dict)
    return found


def test_a_file_is_itself(tmp_path: Path, song: Floats) -> None:
    path = write(tmp_path / "a.wav", song)
    found = compared(path, path)
    assert found["identical"] is True
    assert (found["offset_frames"], found["level_lu"], found["added_overs"]) == (0, 0.0, 0)
    assert (found["tone_db"], found["width_db"]) == ([0.0] * 5, [0.0] * 4)
    harm = found["harm"]
    assert (harm["max_gr_db"], harm["transient_loss_db"], harm["share_over_1db"]) == (0.0, 0.0, 0.0)
    assert (harm["residual_db"], harm["residual_k_db"], harm["nmr_db"]) == (None, None, None)
    assert (harm["mono_fold_loss_db"], harm["added_overs"]) == (0.0, 0)
    shown = call("compare", path, path)
    assert shown.code == 0
    assert "A and B are the same sound, bit for bit." in shown.out


def test_a_copy_that_begins_later_is_the_same_sound(tmp_path: Path, song: Floats) -> None:
    one, other = write(tmp_path / "a.wav", song), write(tmp_path / "b.wav", np.pad(song, ((12_345, 99), (0, 0))))
    found = compared(one, other)
    assert (found["identical"], found["offset_frames"]) == (True, 12_345)
    assert compared(other, one)["offset_frames"] == -12_345
    shown = call("compare", one, other).out
    assert "begins 0.280 s (12345 frames at 44100 Hz) later than A" in shown
    assert "What A and B share is the same sound, bit for bit." in shown


def test_a_gain_and_a_turned_polarity_harm_nothing(tmp_path: Path, song: Floats) -> None:
    one, other = write(tmp_path / "a.wav", song), write(tmp_path / "b.wav", -0.5 * song)
    found = compared(one, other)
    assert found["level_lu"] == pytest.approx(-6.02, abs=0.01)
    assert found["tone_db"] == pytest.approx([0.0] * 5, abs=0.01)
    assert found["correlation"] < -0.99
    assert found["identical"] is False
    harm = found["harm"]
    assert harm["residual_db"] is None or harm["residual_db"] < -80
    assert harm["max_gr_db"] < 0.1
    assert "polarity of B is turned" in call("compare", one, other).out


def test_added_noise_is_told_at_its_level(tmp_path: Path, song: Floats) -> None:
    noise = np.random.default_rng(12).standard_normal(song.shape) * np.sqrt(np.mean(song**2)) * db_to_amplitude(-40.0)
    found = compared(write(tmp_path / "a.wav", song), write(tmp_path / "b.wav", song + noise))
    assert found["harm"]["residual_db"] == pytest.approx(-40.0, abs=1.0)


def test_an_equaliser_is_tone_and_clipping_is_harm(tmp_path: Path, song: Floats) -> None:
    kept = song + 0.001 * np.random.default_rng(13).standard_normal(song.shape)
    brighter = kept + 0.6 * np.diff(kept, axis=0, prepend=0.0)
    clipped = np.clip(kept, -0.2, 0.2)
    one = write(tmp_path / "a.wav", kept)
    tone, harm = (compared(one, write(tmp_path / f"{n}.wav", part)) for n, part in enumerate((brighter, clipped)))
    assert tone["tone_db"][4] - tone["tone_db"][1] > 2.0
    assert tone["harm"]["residual_db"] < -35 < -25 < harm["harm"]["residual_db"]
    assert abs(tone["harm"]["transient_loss_db"]) < 0.3
    assert harm["harm"]["transient_loss_db"] > 1.0
    assert harm["harm"]["max_gr_db"] > 3.0
    shown = call("compare", one, tmp_path / "1.wav").out
    assert f"{harm['harm']['residual_db']:.1f} dB" in shown
    assert "an equaliser is no harm" in shown
    assert "peaks over full scale that A has not" in shown
    assert "lost in mono against stereo, more than in A" in shown


def test_rates_channels_and_lengths_may_differ(tmp_path: Path, song: Floats) -> None:
    mono = np.repeat(song.mean(axis=1, keepdims=True), 2, axis=1)
    other = soxr.resample(np.pad(mono[:, :1], ((RATE_HZ, 0), (0, 0))), RATE_HZ, 48_000, quality="VHQ")
    found = compared(write(tmp_path / "a.wav", mono), write(tmp_path / "b.wav", other, rate_hz=48_000))
    assert (found["rate_hz"], found["offset_frames"], found["width_db"]) == (44_100, 44_100, None)
    assert found["harm"]["residual_db"] < -30  # what the song has over 20 kHz is gone
    assert found["level_lu"] == pytest.approx(0.0, abs=0.1)


def test_a_delivery_is_told_from_its_mix(mixes: Path, mastered: tuple[Path, Any]) -> None:
    delivered = mastered[0] / "streaming" / "03 Dusk.wav"
    found = compared(mixes / "03 Dusk.wav", delivered)
    before, after = (loudness_lufs(read(path), RATE_HZ) for path in (mixes / "03 Dusk.wav", delivered))
    assert found["level_lu"] == pytest.approx(after - before, abs=0.1)
    assert found["correlation"] > 0.8


def test_what_cannot_be_compared_is_refused(tmp_path: Path, song: Floats) -> None:
    one = write(tmp_path / "a.wav", song)
    other = write(tmp_path / "b.wav", np.random.default_rng(14).standard_normal(song.shape) * 0.1)
    assert refused("compare", one, other).startswith(
        "a.wav and b.wav are not the same song: at the best place within 10 s"
    )
    assert "there is no such file" in refused("compare", one, tmp_path / "none.wav")
    assert "is silent from end to end" in refused("compare", write(tmp_path / "c.wav", np.zeros((RATE_HZ, 2))), one)
    short = write(tmp_path / "d.wav", song[: RATE_HZ // 2])
    assert refused("compare", one, short).startswith("d.wav is 0.50 s long; 1 s at least can be compared")
