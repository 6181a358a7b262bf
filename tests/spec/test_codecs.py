"""Encoders: what comes back lies on what went in, frame by frame, is as long, and is the same bytes each time."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from analysis.audio import Audio
from analysis.errors import OutputError
from analysis.load import open_audio
from analysis.units import Floats, amplitude_to_db
from mastering.codec_audit import file_suffix
from mastering.codec_specs import Codec, parse_codec
from mastering.codecs import decoded, encode, encode_alac
from mastering.lame_tag import tell_length
from mastering.resample import resample
from tests import albums
from tests.signals import sine, stereo

WORDS = ("mp3 320", "mp3 128", "aac 256", "aac 96", "opus 160", "vorbis 320", "vorbis 96")
RATES_HZ = (44_100, 48_000, 88_200, 96_000)


def through(
    samples: Floats, rate_hz: int, word: str, folder: Path, *, block_frames: int = 65_536
) -> tuple[Floats, int]:
    """What comes back from a codec, and its rate."""
    codec = parse_codec(word)
    path = folder / f"song{file_suffix(codec)}"
    audio = Audio.from_array(samples, rate_hz, block_frames=block_frames)
    found = decoded(path, encode(audio, len(samples), codec, path))
    return found.read(), found.rate_hz


def lag_frames(found: Floats, wanted: Floats) -> float:
    """By how much one signal comes after another, to an eighth of a frame, by cross-correlation."""
    length = 1 << (2 * len(wanted)).bit_length()
    cross = np.fft.rfft(found[:, 0], length) * np.conj(np.fft.rfft(wanted[:, 0], length))
    wide = np.fft.irfft(np.concatenate([cross, np.zeros(7 * (length // 2))]), 8 * length)
    top = int(np.argmax(wide))
    return (top if top < 4 * length else top - 8 * length) / 8


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_what_comes_back_lies_on_what_went_in(
    word: str, rate_hz: int, tmp_path: Path, rng: np.random.Generator
) -> None:
    song = albums.music(2.0, rate_hz, rng)[: -(len(word) + 1)]
    found, found_hz = through(song, rate_hz, word, tmp_path)
    wanted = resample(Audio.from_array(song, rate_hz), found_hz, len(song)).read()
    assert found_hz == parse_codec(word).rate_hz(rate_hz)
    assert found.shape == wanted.shape
    assert abs(lag_frames(found, wanted)) <= 0.5
    # Any shift leaves more of the difference than none does.
    left = [float(np.square(found[8:-8] - np.roll(wanted, shift, axis=0)[8:-8]).sum()) for shift in (-2, -1, 0, 1, 2)]
    assert int(np.argmin(left)) == 2
    assert left[2] < 0.1 * float(np.square(wanted).sum())


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("frames", [100, 1_023, 1_024, 1_025, 4_097, 44_100, 65_537])
def test_length_is_kept_whatever_it_is(word: str, frames: int, tmp_path: Path, rng: np.random.Generator) -> None:
    found, _ = through(0.1 * rng.standard_normal((frames, 2)), 48_000, word, tmp_path)
    assert len(found) == frames


@pytest.mark.parametrize("word", WORDS)
def test_silence_stays_silent_and_as_long(word: str, tmp_path: Path) -> None:
    found, _ = through(np.zeros((30_001, 2)), 44_100, word, tmp_path)
    assert len(found) in {30_001, 32_654}  # at 44.1 kHz, at 48 for Opus
    assert np.abs(found).max() < 1e-4


@pytest.mark.parametrize("word", WORDS)
def test_level_is_kept(word: str, tmp_path: Path) -> None:
    """LAME turns what it gets down at most of its bit rates."""
    tone = 0.5 * stereo(sine(997.0, 1.0, 48_000))
    found, _ = through(tone, 48_000, word, tmp_path)
    inside = slice(10_000, 38_000)
    changed_db = amplitude_to_db(float(np.sqrt(np.mean(found[inside] ** 2) / np.mean(tone[inside] ** 2))))
    assert abs(changed_db) < (0.3 if word.startswith("aac") else 0.1)  # FFmpeg's rounds a lone tone down


@pytest.mark.parametrize("word", WORDS)
def test_one_channel_stays_one_and_two_alike_stay_alike(word: str, tmp_path: Path, rng: np.random.Generator) -> None:
    song = albums.music(1.0, 48_000, rng).mean(axis=1, keepdims=True)
    assert through(song, 48_000, word, tmp_path)[0].shape == song.shape
    found, _ = through(np.repeat(song, 2, axis=1), 48_000, word, tmp_path)
    side = np.square(found[:, 0] - found[:, 1]).sum()
    assert side < 1e-3 * np.square(found).sum()


@pytest.mark.parametrize("word", WORDS)
def test_the_bytes_are_the_same_each_time_and_for_any_blocks(
    word: str, tmp_path: Path, rng: np.random.Generator
) -> None:
    song = albums.music(1.0, 48_000, rng)
    made = []
    for block_frames in (65_536, 65_536, 777):
        through(song, 48_000, word, tmp_path, block_frames=block_frames)
        (path,) = tmp_path.iterdir()
        made.append(path.read_bytes())
    assert made[0] == made[1] == made[2]


@pytest.mark.parametrize("word", ["vorbis 320", "opus 160"])
def test_ogg_files_have_a_serial_number_and_whole_pages(word: str, tmp_path: Path, rng: np.random.Generator) -> None:
    from mutagen.ogg import OggPage

    through(albums.music(1.0, 48_000, rng), 48_000, word, tmp_path)
    (path,) = tmp_path.iterdir()
    with path.open("rb") as file:
        pages = []
        while file.tell() < path.stat().st_size:
            pages.append(OggPage(file))
    assert {page.serial for page in pages} == {1}
    assert [page.sequence for page in pages] == list(range(len(pages)))
    assert pages[0].first
    assert pages[-1].last


@pytest.mark.parametrize("bits", [16, 24])
@pytest.mark.parametrize("frames", [1, 4_095, 4_096, 50_001])
def test_alac_loses_nothing(bits: int, frames: int, tmp_path: Path, rng: np.random.Generator) -> None:
    full = 2 ** (bits - 1)
    integers = rng.integers(-full, full, (frames, 2))
    integers[0] = [-full, full - 1]
    path = tmp_path / "song.m4a"
    encode_alac(Audio.from_array(integers / full, 44_100), bits, path)
    assert np.array_equal(decoded(path, frames).read() * full, integers)
    first = path.read_bytes()
    encode_alac(Audio.from_array(integers / full, 44_100), bits, path)
    assert path.read_bytes() == first


def test_a_file_of_another_length_is_an_error(tmp_path: Path, rng: np.random.Generator) -> None:
    path = tmp_path / "song.mp3"
    encode(Audio.from_array(albums.music(1.0, 44_100, rng), 44_100), 44_100, parse_codec("mp3 320"), path)
    with pytest.raises(OutputError, match="44101 frames and reads back with 44100"):
        decoded(path, 44_101).read()


@pytest.mark.parametrize("word", WORDS)
def test_a_file_that_cannot_be_written_is_an_error(word: str, tmp_path: Path) -> None:
    song = Audio.from_array(np.zeros((1000, 2)), 48_000)
    with pytest.raises(OutputError, match="cannot be written"):
        encode(song, 1000, parse_codec(word), tmp_path / "nowhere" / f"song{file_suffix(parse_codec(word))}")


def probed(path: Path) -> dict[str, Any]:
    """What FFmpeg's own reader says of the one stream."""
    if shutil.which("ffprobe") is None:
        pytest.skip("ffprobe is not installed")
    done = subprocess.run(  # noqa: S603
        ["ffprobe", "-v", "error", "-show_streams", "-of", "json", str(path)],  # noqa: S607
        capture_output=True,
        check=True,
        text=True,
    )
    (stream,) = json.loads(done.stdout)["streams"]
    assert isinstance(stream, dict)
    return stream


@pytest.mark.parametrize("word", WORDS)
def test_another_reader_agrees(word: str, tmp_path: Path, rng: np.random.Generator) -> None:
    through(albums.music(3.0, 48_000, rng), 48_000, word, tmp_path)
    (path,) = tmp_path.iterdir()
    stream, codec = probed(path), parse_codec(word)
    assert stream["codec_name"] == codec.codec.value
    assert (int(stream["sample_rate"]), stream["channels"]) == (48_000, 2)
    # It counts MP3 by whole frames, and Opus with its pre-skip.
    assert float(stream["duration"]) == pytest.approx(
        3.0, abs={Codec.MP3: 0.075, Codec.OPUS: 0.007}.get(codec.codec, 1e-4)
    )
    if codec.codec is Codec.AAC:
        assert stream["profile"] == "LC"
    if codec.codec is Codec.MP3:
        assert int(stream["bit_rate"]) == 1000 * codec.bit_rate_kbps


@pytest.mark.parametrize("extra", [0, 1, 20, 47, 48, 700])
def test_an_mp3_is_as_long_as_it_says_where_its_padding_goes_through_two_packets(extra: int, tmp_path: Path) -> None:
    """LAME fills packets of 1152 frames and needs 1105 more: for up to 47 over a whole number, a packet more."""
    frames = 40 * 1152 + extra
    samples = 0.3 * np.random.default_rng(1).standard_normal((frames, 2))
    path = tmp_path / "song.mp3"
    encode(Audio.from_array(samples, 44_100), frames, parse_codec("mp3 192"), path)
    assert len(soundfile.read(path)[0]) == frames
    assert sum(len(block) for block in open_audio(path).audio.blocks()) == frames
    before = path.read_bytes()
    tell_length(path, frames, 2)
    assert path.read_bytes() == before, "the checksum is the muxer's own"
