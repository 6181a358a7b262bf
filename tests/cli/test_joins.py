"""Joins to listen to are what the album has there, as loud as it is there."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import scipy.signal
import soundfile

from analysis.units import Floats
from tests.albums import music
from tests.cli.calls import call, manifest, read, refused

RATE_HZ = 44_100
DIFFERS_DB = -45.0  # the limiter has another past; the gain is not corrected by what was measured on the album


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("album")
    (folder / "mixes").mkdir()
    for number, seconds in enumerate((16.0, 15.0, 3.0), 1):
        samples = music(seconds, RATE_HZ, np.random.default_rng(number))
        soundfile.write(folder / "mixes" / f"0{number} Song {number}.wav", samples, RATE_HZ, subtype="PCM_24")
    assert call("master", folder / "mixes", "--loudness", "-12", "--out", folder / "out").code == 0
    return folder / "out" / "album.toml"


def difference_db(one: Floats, other: Floats) -> float:
    return float(10 * np.log10(np.sum((one - other) ** 2) / np.sum(other**2)))


def test_a_join_is_what_the_album_has_there(plan: Path, tmp_path: Path) -> None:
    result = call("joins", plan, "--loudness", "-12", "--json", "--out", tmp_path)
    assert result.code == 0
    told = json.loads(result.out)
    assert [join["file"] for join in told] == [
        "joins/01-02 Song 1 to Song 2.wav",
        "joins/02-03 Song 2 to Song 3.wav",
    ]
    delivery = manifest(plan.parent)["deliveries"]["streaming"]
    album = read(plan.parent / delivery["programmes"][0]["file"])
    for join, track in zip(told, delivery["tracks"][1:], strict=True):
        heard = read(tmp_path / join["file"])
        assert len(heard) == pytest.approx(join["length_s"] * RATE_HZ, abs=50)
        # Short fades at its ends apart; where in the album it lies is where both are most alike.
        middle = heard[RATE_HZ // 10 : -RATE_HZ // 10]
        likeness = scipy.signal.correlate(album[:, 0], middle[:, 0], mode="valid", method="fft")
        start = int(np.argmax(likeness))
        assert start < track["start_frame"] < start + len(middle)
        assert difference_db(middle, album[start : start + len(middle)]) < DIFFERS_DB


def test_joins_that_are_no_longer_there_are_taken_away(plan: Path, tmp_path: Path) -> None:
    (tmp_path / "joins").mkdir()
    (tmp_path / "joins" / "09-10 Old to Gone.wav").write_bytes(b"RIFF")
    assert call("joins", plan, "--out", tmp_path).code == 0
    assert len(list((tmp_path / "joins").iterdir())) == 2


def test_one_song_has_no_join(plan: Path, tmp_path: Path) -> None:
    mix = plan.parent.parent / "mixes" / "01 Song 1.wav"
    assert call("plan", mix, "-o", tmp_path / "album.toml").code == 0
    result = call("joins", tmp_path / "album.toml", "--out", tmp_path / "out")
    assert (result.code, result.out.strip()) == (0, "One song has no join.")


def test_a_plan_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "album.toml" in refused("joins", tmp_path / "album.toml", "--out", tmp_path / "out")
