"""Odd but usable mixes: every rate, mono, offset, clipping, two songs of one name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from analysis.units import Floats
from assistant.plan_file import PlanFile
from tests.albums import RATE_HZ, music
from tests.cli.calls import call, manifest, read

RATES_HZ = (8_000, 11_025, 22_050, 48_000, 96_000, 192_000, 384_000)


def _clean(seconds: float, rate_hz: int = RATE_HZ) -> Floats:
    """Music without any offset."""
    samples = music(seconds, rate_hz, np.random.default_rng(3))
    return np.asarray(samples - samples.mean(axis=0))


def test_every_rate_from_8_to_384_khz_is_taken(tmp_path: Path) -> None:
    folder, out = tmp_path / "mixes", tmp_path / "out"
    folder.mkdir()
    for number, rate_hz in enumerate(RATES_HZ, 1):
        soundfile.write(folder / f"{number:02d} song.wav", _clean(1.5, rate_hz), rate_hz, subtype="PCM_24")
    result = call("master", folder, "--for", "archive", "--rate", 44_100, "--out", out)
    assert result.code == 0
    archive = manifest(out)["deliveries"]["archive"]
    assert [track["source"] for track in archive["tracks"]] == [f"{number:02d} song.wav" for number in range(1, 8)]
    for track in archive["tracks"]:
        sounding = track["frames"] - track["gap_frames"]
        assert sounding / 44_100 == pytest.approx(1.5, abs=588 / 44_100)
        assert track["loudness_lufs"] > -20
    lines = result.out.splitlines()
    told = [line for line in lines if line.startswith("· archive: ")]
    assert told == [f"· archive: 1 song converted from {rate_hz} to 44100 Hz" for rate_hz in RATES_HZ]
    assert f"01 song.wav: sample rate of {8_000} Hz holds nothing above 4000 Hz" in result.sentences


@pytest.mark.parametrize("options", [["--for", "cd"], ["--for", "archive"], ["--for", "cd", "--as-is"]])
def test_mono_stays_mono(options: list[str], tmp_path: Path) -> None:
    folder, out = tmp_path / "mixes", tmp_path / "out"
    folder.mkdir()
    for number, rate_hz in enumerate((RATE_HZ, 48_000), 1):
        soundfile.write(folder / f"{number} song.wav", 1.8 * _clean(4.5, rate_hz)[:, :1], rate_hz, subtype="PCM_24")
    assert call("master", folder, *options, "--out", out).code == 0
    for path in (out / options[1]).glob("*.wav"):
        samples = read(path)
        assert samples.shape[1] == 2
        assert np.abs(samples).max() > 0.1
        assert np.array_equal(samples[:, 0], samples[:, 1])


def test_an_offset_is_measured_told_and_removed(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "song.wav", _clean(3.0) + np.array([0.02, -0.003]), RATE_HZ, subtype="PCM_24")
    result = call("master", tmp_path / "song.wav", "--for", "archive", "--out", tmp_path / "out")
    assert result.code == 0
    assert result.sentence == "song.wav: DC offset of +0.0200 (-34 dBFS): mastering takes it off"
    (track,) = PlanFile.read(tmp_path / "out" / "album.toml").plan.track
    assert track.dc_offset == pytest.approx((0.02, -0.003), rel=0, abs=2e-4)
    assert (
        np.abs(read(tmp_path / "out" / "archive" / "01 song.wav").mean(axis=0)).max() < 3e-4
    )  # fades of a few milliseconds


def test_an_offset_of_what_is_mastered_already_is_told_and_left(tmp_path: Path) -> None:
    samples = _clean(2.0) + 0.02
    soundfile.write(tmp_path / "song.wav", samples, RATE_HZ, subtype="PCM_16")
    result = call("master", tmp_path / "song.wav", "--as-is", "--for", "archive", "--out", tmp_path / "out")
    assert result.code == 0
    assert result.sentence == "song.wav: DC offset of +0.0200 (-34 dBFS): left in, as it is mastered already"
    assert np.array_equal(read(tmp_path / "out" / "archive" / "01 song.wav"), read(tmp_path / "song.wav"))


def test_clipping_is_told(tmp_path: Path) -> None:
    samples = _clean(3.0)
    samples[: RATE_HZ // 2] *= 0.5
    soundfile.write(tmp_path / "song.wav", np.clip(4 * samples, -1, 1), RATE_HZ, subtype="PCM_16")
    result = call("master", tmp_path / "song.wav", "--out", tmp_path / "out")
    assert result.code == 0
    found = [sentence for sentence in result.sentences if sentence.startswith("song.wav: clipped ")]
    assert len(found) == 1
    assert found[0].endswith(" s: ask for one with headroom")
    times = int(found[0].split()[2])
    assert 20 < times < 20_000
    assert 0.5 <= float(found[0].split()[6]) < 1.0


def test_two_songs_of_one_name_are_both_delivered_and_told(tmp_path: Path) -> None:
    folder, out = tmp_path / "mixes", tmp_path / "out"
    folder.mkdir()
    for name in ("01 Song.wav", "02 song.flac"):
        soundfile.write(folder / name, _clean(2.0), RATE_HZ, subtype="PCM_16")
    result = call("master", folder, "--out", out)
    assert result.code == 0
    assert result.sentence == (
        "01 Song.wav and 02 song.flac have the same title: both are on the album; take one away if that is not meant"
    )
    assert [track["file"] for track in manifest(out)["deliveries"]["streaming"]["tracks"]] == [
        "streaming/01 Song.wav",
        "streaming/02 song.wav",
    ]


def test_a_bad_song_is_no_namesake(tmp_path: Path) -> None:
    folder = tmp_path / "mixes"
    folder.mkdir()
    soundfile.write(folder / "01 Song.wav", _clean(2.0), RATE_HZ, subtype="PCM_16")
    soundfile.write(folder / "02 Song.wav", np.zeros((RATE_HZ, 2)), RATE_HZ)
    result = call("master", folder, "--out", tmp_path / "out")
    assert result.sentence == "left out: 02 Song.wav is silent from end to end: export it again."


def test_many_songs_with_one_fault_share_a_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "mixes"
    folder.mkdir()
    for number in range(1, 5):
        soundfile.write(folder / f"{number} song.ogg", _clean(1.0), RATE_HZ, format="OGG", subtype="VORBIS")
    result = call("plan", folder, "--out", tmp_path / "album.toml")
    assert result.code == 0
    lossy = "made from a lossy file (VORBIS): use the original mix if there is one"
    assert f"1 song.ogg, 2 song.ogg and 2 more: {lossy}" in result.sentences
