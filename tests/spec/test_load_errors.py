"""Files that cannot be used: each is refused with one sentence that names the file, the fact and the remedy."""

from __future__ import annotations

import os
import re
from pathlib import Path

import numpy as np
import pytest

from analysis.errors import AudioContentError, AudioFileError, MastertapeError
from analysis.load import open_audio
from tests.audio_files import codes, write, write_av
from tests.signals import pink_noise

AGAIN = "copy or export it again\\."
FRAMES = 100_000

# File name, container, encoding.
CONTAINERS = [
    ("a.wav", "WAV", "PCM_16"),
    ("a.wav", "WAV", "DOUBLE"),
    ("a.wav", "RF64", "PCM_24"),
    ("a.w64", "W64", "PCM_24"),
    ("a.aiff", "AIFF", "PCM_24"),
    ("a.flac", "FLAC", "PCM_16"),
    ("a.ogg", "OGG", "VORBIS"),
    ("a.mp3", "MP3", "MPEG_LAYER_III"),
]
# Of the MP3 file only a part of the last frame would be gone.
CUTS = [(*file, share) for file in CONTAINERS for share in (0.3, 0.9, 0.999) if (file[1], share) != ("MP3", 0.999)]
HEADERS_THAT_COUNT_BYTES = {"WAV", "RF64", "W64", "AIFF", "MP3"}


def refusal(path: Path) -> str:
    """What the user is told, at opening or while reading; one line and one sentence."""
    with pytest.raises(MastertapeError) as caught:
        open_audio(path).audio.read()
    message = str(caught.value)
    assert "\n" not in message
    assert message.endswith(".")
    assert path.name in message
    return message


def written(path: Path, container: str, encoding: str, rng: np.random.Generator) -> Path:
    return write(path, pink_noise(FRAMES / 44_100, 44_100, rng), 44_100, container, encoding)


def cut(path: Path, share: float) -> Path:
    os.truncate(path, round(path.stat().st_size * share))
    return path


def test_a_missing_file(tmp_path: Path) -> None:
    path = tmp_path / "gone.wav"
    with pytest.raises(AudioFileError, match=r"gone\.wav: there is no such file; check the name\.$"):
        open_audio(path)


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / "mixes.wav").mkdir()
    with pytest.raises(AudioFileError, match=r"mixes\.wav is a folder; name an audio file\.$"):
        open_audio(tmp_path / "mixes.wav")


@pytest.mark.parametrize("name", ["notes.wav", "notes.flac", "notes.ogg", "notes.mp3", "notes.m4a"])
@pytest.mark.parametrize("text", ["", "Bring the vocal up.\n" * 500])
def test_text_that_is_named_like_audio(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(AudioFileError, match=rf"^{name} is not audio that can be read \(.+\): export it again as WAV"):
        open_audio(tmp_path / name)


@pytest.mark.parametrize(("name", "container", "encoding", "share"), CUTS)
def test_a_file_that_was_cut(
    name: str, container: str, encoding: str, share: float, tmp_path: Path, rng: np.random.Generator
) -> None:
    path = cut(written(tmp_path / name, container, encoding, rng), share)
    message = refusal(path)
    if container in HEADERS_THAT_COUNT_BYTES:
        found = re.match(rf"{name} is cut short: (\d+) of the (\d+) bytes of audio .+ are missing: {AGAIN}$", message)
        assert found
        missing, promised = int(found[1]), int(found[2])
        assert missing / promised == pytest.approx(1 - share, rel=0, abs=0.01)
    elif container == "OGG":
        assert re.match(rf"{name} is cut short: its last page is missing: {AGAIN}$", message)
    else:
        assert re.match(rf"{name} is (cut short|damaged).+ s .+: {AGAIN}$", message)


@pytest.mark.parametrize(("name", "container", "encoding"), CONTAINERS)
def test_a_file_of_which_the_first_bytes_are_left(
    name: str, container: str, encoding: str, tmp_path: Path, rng: np.random.Generator
) -> None:
    path = written(tmp_path / name, container, encoding, rng)
    os.truncate(path, 20)
    assert re.search(r": (copy or )?export it again", refusal(path))


def test_an_mp4_that_was_cut(tmp_path: Path, rng: np.random.Generator) -> None:
    path = cut(write_av(tmp_path / "a.m4a", codes(16, FRAMES, 2, rng), 44_100, "alac", "s32p"), 0.5)
    assert "a.m4a is not audio that can be read" in refusal(path)


@pytest.mark.parametrize("length", [0x7FFFF000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF])
def test_a_length_that_the_writer_could_not_know_is_no_cut(
    length: int, tmp_path: Path, rng: np.random.Generator
) -> None:
    """As programs write it that put a WAV file into a pipe."""
    path = written(tmp_path / "a.wav", "WAV", "PCM_16", rng)
    expected = open_audio(path).audio.read()
    data = bytearray(path.read_bytes())
    at = data.index(b"data") + 4
    data[at : at + 4] = length.to_bytes(4, "little")
    path.write_bytes(data)
    assert np.array_equal(open_audio(path).audio.read(), expected)


def test_what_stands_after_the_audio_is_no_cut(tmp_path: Path, rng: np.random.Generator) -> None:
    path = written(tmp_path / "a.wav", "WAV", "PCM_16", rng)
    path.write_bytes(path.read_bytes() + b"LIST\x04\x00\x00\x00INFO")
    assert len(open_audio(path).audio.read()) == FRAMES


def test_an_mp3_with_a_tag_before_it_is_no_cut(tmp_path: Path, rng: np.random.Generator) -> None:
    path = written(tmp_path / "a.mp3", "MP3", "MPEG_LAYER_III", rng)
    tag = b"ID3\x04\x00\x00" + bytes([0, 0, 0x20, 0]) + bytes(0x20 << 7)  # 4096 bytes, seven bits a byte
    path.write_bytes(tag + path.read_bytes())
    assert len(open_audio(path).audio.read()) == FRAMES
    assert "bytes of audio" in refusal(cut(path, 0.5))


@pytest.mark.parametrize(
    ("name", "container", "encoding"),
    [("a.wav", "WAV", "PCM_16"), ("a.aiff", "AIFF", "PCM_24"), ("a.caf", "CAF", "PCM_16")],
)
def test_a_file_without_frames(name: str, container: str, encoding: str, tmp_path: Path) -> None:
    path = write(tmp_path / name, np.zeros((0, 2)), 44_100, container, encoding)
    with pytest.raises(AudioContentError, match=rf"^{name} has 0 frames of audio: export it again\.$"):
        open_audio(path)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_samples_that_are_not_numbers(value: float, tmp_path: Path, rng: np.random.Generator) -> None:
    samples = pink_noise(FRAMES / 44_100, 44_100, rng)
    samples[88_200, 1] = samples[90_000, 0] = value
    audio = open_audio(write(tmp_path / "a.wav", samples, 44_100, "WAV", "FLOAT")).audio
    expected = r"^a\.wav holds samples that are not numbers \(NaN or Inf\), the first at 2\.000 s: export it again\.$"
    with pytest.raises(AudioContentError, match=expected):
        audio.read()


@pytest.mark.parametrize("rate_hz", [4_000, 7_999, 384_001, 768_000])
def test_rates_out_of_range(rate_hz: int, tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", np.zeros((100, 1)), rate_hz, "WAV", "PCM_16")
    expected = (
        rf"^a\.wav has a sample rate of {rate_hz} Hz; 8000 to 384000 Hz can be used: export it at 44100 or 48000\.$"
    )
    with pytest.raises(AudioContentError, match=expected):
        open_audio(path)
