"""Songs that are mastered already are put in order and delivered, not changed; a ceiling still holds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from analysis.units import Floats
from tests.albums import RATE_HZ, music, on_grid, peak_dbtp
from tests.cli.calls import call, manifest, read

SILENT_FRAMES = 441
"""Digital silence at both ends of each song, as masters have it."""


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """Three songs of 16 bits; the second goes over any ceiling but its own."""
    folder = tmp_path / "release"
    folder.mkdir()
    rng = np.random.default_rng(11)
    for number, peak in enumerate((0.8, 0.999, 0.7), 1):
        samples = music(4.0 + number / 2, RATE_HZ, rng)
        samples -= samples.mean(axis=0)
        samples *= peak / np.abs(samples).max()
        samples = np.pad(samples, ((SILENT_FRAMES, SILENT_FRAMES), (0, 0)))
        soundfile.write(folder / f"{number} song{number}.wav", on_grid(samples, 16), RATE_HZ, subtype="PCM_16")
    return folder


def _sounding(samples: Floats) -> Floats:
    """Without the digital silence at both ends."""
    heard = np.flatnonzero(samples.any(axis=1))
    return samples[heard[0] : heard[-1] + 1]


@pytest.mark.parametrize("place", ["archive", "cd", "streaming"])
def test_what_nothing_touches_is_what_it_was(place: str, release: Path, tmp_path: Path) -> None:
    result = call("master", release, "--as-is", "--for", place, "--out", tmp_path / "out")
    assert result.code == 0
    # On a disc the file of the third begins within the second, whose limiter has not quite let go there.
    for number in {"archive": (1, 2, 3), "cd": (1,), "streaming": (1, 3)}[place]:
        source = read(release / f"{number} song{number}.wav")
        written = read(tmp_path / "out" / place / f"{number:02d} song{number}.wav")
        assert np.array_equal(_sounding(written), _sounding(source))
        if place != "cd":  # whose files begin on sectors, a little before their songs
            assert np.array_equal(written[: len(source)], source)


def test_what_is_over_the_ceiling_is_limited_and_told(release: Path, tmp_path: Path) -> None:
    result = call("master", release, "--as-is", "--out", tmp_path / "out")
    assert (result.code, result.err) == (0, "")
    source, written = read(release / "2 song2.wav"), read(tmp_path / "out" / "streaming" / "02 song2.wav")
    assert peak_dbtp(source) > -0.1
    assert -1.1 < peak_dbtp(written) <= -1
    # No gain: only what is near the peaks is turned down.
    quiet = np.abs(source).max(axis=1) < 0.01
    assert np.median(written[: len(source)][quiet] - source[quiet]) == pytest.approx(0, abs=1e-4)
    told = manifest(tmp_path / "out")["deliveries"]["streaming"]
    assert told["findings"] == [
        f"the album is {told['loudness_lufs']:.1f} LUFS as it is, where streaming asks for -14 LUFS"
    ]


def test_mastered_songs_are_not_told_to_be_limited_already(tmp_path: Path) -> None:
    samples = np.clip(8 * music(3.0, RATE_HZ, np.random.default_rng(2)), -0.5, 0.5)
    soundfile.write(tmp_path / "song.wav", samples - samples.mean(axis=0), RATE_HZ, subtype="PCM_24")
    as_mix = call("plan", tmp_path / "song.wav", "--out", tmp_path / "a.toml")
    assert as_mix.code == 0
    assert "song.wav: already limited hard (PLR " in as_mix.sentence
    as_is = call("plan", tmp_path / "song.wav", "--as-is", "--out", tmp_path / "b.toml")
    assert (as_is.code, as_is.err) == (0, "")


def test_strength_and_references_change_nothing(release: Path, mixes: Path, tmp_path: Path) -> None:
    for name, options in (("plain", []), ("asked", ["--strength", "0.3", "-r", mixes])):
        words = ("--as-is", "--for", "cd", *options, "--title", "Release", "--out", tmp_path / name)
        assert call("master", release, *words).code == 0
    assert manifest(tmp_path / "plain") == manifest(tmp_path / "asked")


def test_a_delivered_folder_can_be_delivered_again(release: Path, tmp_path: Path) -> None:
    assert call("master", release, "--as-is", "--for", "cd", "--out", tmp_path / "first").code == 0
    tracks = sorted((tmp_path / "first" / "cd").glob("0*.wav"))
    assert call("master", *tracks, "--as-is", "--for", "cd", "--out", tmp_path / "second").code == 0
    for path in tracks:
        assert np.array_equal(_sounding(read(tmp_path / "second" / "cd" / path.name)), _sounding(read(path)))


def test_a_delivery_folder_is_its_tracks(release: Path, tmp_path: Path) -> None:
    assert call("master", release, "--as-is", "--out", tmp_path / "first").code == 0
    assert call("master", tmp_path / "first" / "streaming", "--as-is", "--out", tmp_path / "second").code == 0
    told = [manifest(tmp_path / name)["deliveries"]["streaming"]["tracks"] for name in ("first", "second")]
    assert [track["title"] for track in told[1]] == [track["title"] for track in told[0]]
    for track in told[0]:
        first, second = (read(tmp_path / name / track["file"]) for name in ("first", "second"))
        assert np.array_equal(first, second)
