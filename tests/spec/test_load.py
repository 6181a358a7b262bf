"""Reading files: what goes in comes out, exactly where nothing was thrown away."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis.audio import BLOCK_FRAMES
from analysis.load import SUFFIXES, open_audio
from analysis.units import Floats
from tests.audio_files import as_floats, codes, write, write_av
from tests.signals import pink_noise, sine

FRAMES = BLOCK_FRAMES + 4321  # more than one block
LIKENESS = 0.9  # correlation with the original
AAC_LENGTH_S = 0.001  # MP4 counts what is to be played in milliseconds

# Container, encoding, file name, bits of an integer sample.
INTEGER_FILES = [
    ("WAV", "PCM_U8", "a.wav", 8),
    ("WAV", "PCM_16", "a.wav", 16),
    ("WAV", "PCM_24", "a.wav", 24),
    ("WAV", "PCM_32", "a.wav", 32),
    ("WAVEX", "PCM_24", "a.wav", 24),
    ("RF64", "PCM_24", "a.wav", 24),
    ("RF64", "PCM_16", "a.rf64", 16),
    ("W64", "PCM_24", "a.w64", 24),
    ("FLAC", "PCM_16", "a.flac", 16),
    ("FLAC", "PCM_24", "a.flac", 24),
    ("AIFF", "PCM_16", "a.aiff", 16),
    ("AIFF", "PCM_24", "a.aif", 24),
    ("CAF", "PCM_16", "a.caf", 16),
    ("CAF", "PCM_24", "a.caf", 24),
]
FLOAT_FILES = [
    ("WAV", "FLOAT", "a.wav"),
    ("WAV", "DOUBLE", "a.wav"),
    ("RF64", "FLOAT", "a.wav"),
    ("W64", "FLOAT", "a.w64"),
    ("AIFF", "FLOAT", "a.aiff"),
    ("CAF", "DOUBLE", "a.caf"),
]
LOSSY_FILES = [
    ("OGG", "VORBIS", "a.ogg", 44_100),
    ("OGG", "OPUS", "a.opus", 48_000),
    ("MP3", "MPEG_LAYER_III", "a.mp3", 44_100),
]


def assert_in_step(found: Floats, expected: Floats) -> None:
    """Like the original, and less like it one frame to either side."""
    middle = slice(1000, min(len(found), len(expected)) - 1000)  # what codecs make of the ends is their own
    likeness = [np.corrcoef(np.roll(found, lag, axis=0)[middle, 0], expected[middle, 0])[0, 1] for lag in (-1, 0, 1)]
    assert likeness[1] > max(LIKENESS, likeness[0], likeness[2])


def dark_noise(rate_hz: int, rng: np.random.Generator) -> Floats:
    """What codecs keep the waveform of, half of full scale at most."""
    noise = pink_noise(FRAMES / rate_hz, rate_hz, rng)
    return np.asarray(0.5 * noise / np.abs(noise).max())


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("file", INTEGER_FILES, ids=lambda file: "-".join(map(str, file)))
def test_integers_are_read_exactly(
    file: tuple[str, str, str, int], channels: int, tmp_path: Path, rng: np.random.Generator
) -> None:
    container, encoding, name, bits = file
    integers = codes(bits, FRAMES, channels, rng)
    loaded = open_audio(write(tmp_path / name, integers, 44_100, container, encoding))
    info, audio = loaded.info, loaded.audio
    assert (info.container, info.encoding, info.bits, info.lossy) == (container, encoding, bits, False)
    assert (info.rate_hz, info.channels, info.frames) == (44_100, channels, FRAMES)
    assert (audio.rate_hz, audio.channels) == (44_100, channels)
    assert np.array_equal(audio.read(), as_floats(integers))


@pytest.mark.parametrize(("container", "encoding", "name"), FLOAT_FILES)
def test_floats_are_read_exactly_and_over_full_scale(
    container: str, encoding: str, name: str, tmp_path: Path, rng: np.random.Generator
) -> None:
    samples = rng.uniform(-2, 2, (FRAMES, 2)).astype(np.float32 if encoding == "FLOAT" else np.float64)
    loaded = open_audio(write(tmp_path / name, samples, 48_000, container, encoding))
    assert (loaded.info.bits, loaded.info.lossy, loaded.info.frames) == (None, False, FRAMES)
    assert np.array_equal(loaded.audio.read(), samples.astype(np.float64))


@pytest.mark.parametrize(("container", "encoding", "name", "rate_hz"), LOSSY_FILES)
def test_lossy_files_are_read_in_step(
    container: str, encoding: str, name: str, rate_hz: int, tmp_path: Path, rng: np.random.Generator
) -> None:
    samples = dark_noise(rate_hz, rng)
    loaded = open_audio(write(tmp_path / name, samples, rate_hz, container, encoding))
    assert (loaded.info.bits, loaded.info.lossy) == (None, True)
    assert (loaded.info.rate_hz, loaded.info.channels) == (rate_hz, 2)
    found = loaded.audio.read()
    assert found.shape == samples.shape
    assert_in_step(found, samples)


def test_aac_is_read_in_step_and_to_its_length(tmp_path: Path, rng: np.random.Generator) -> None:
    samples = dark_noise(44_100, rng)
    loaded = open_audio(write_av(tmp_path / "a.m4a", samples.astype(np.float32), 44_100, "aac", "fltp"))
    assert (loaded.info.container, loaded.info.encoding) == ("M4A", "AAC")
    assert (loaded.info.bits, loaded.info.lossy, loaded.info.rate_hz) == (None, True, 44_100)
    found = loaded.audio.read()
    assert abs(len(found) - FRAMES) <= AAC_LENGTH_S * 44_100
    assert_in_step(found, samples)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("bits", [16, 24])
def test_alac_is_read_exactly(bits: int, channels: int, tmp_path: Path, rng: np.random.Generator) -> None:
    integers = codes(bits, FRAMES, channels, rng)
    encoder_takes = (integers >> 16).astype(np.int16) if bits == 16 else integers
    loaded = open_audio(write_av(tmp_path / "a.m4a", encoder_takes, 48_000, "alac", "s16p" if bits == 16 else "s32p"))
    assert (loaded.info.encoding, loaded.info.bits, loaded.info.lossy) == ("ALAC", bits, False)
    assert (loaded.info.rate_hz, loaded.info.channels) == (48_000, channels)
    assert np.array_equal(loaded.audio.read(), as_floats(integers))


def test_an_mp3_without_a_header_of_its_length_is_read_to_the_end(tmp_path: Path, rng: np.random.Generator) -> None:
    """Of variable bit rate, and so quiet at first that a guess from the first frames is far too short."""
    loud = dark_noise(44_100, rng)
    whole = write(tmp_path / "whole.mp3", np.concatenate([loud, 1e-4 * loud]), 44_100, "MP3", "MPEG_LAYER_III")
    data = whole.read_bytes()
    assert b"Xing" in data[:512] or b"Info" in data[:512]
    bare = tmp_path / "bare.mp3"
    bare.write_bytes(data[data.index(data[:2], 200) :])
    assert abs(len(open_audio(bare).audio.read()) - 2 * FRAMES) < 3 * 1152


@pytest.mark.parametrize(
    ("name", "container", "encoding"), [("a.wav", "WAV", "PCM_16"), ("a.mp3", "MP3", "MPEG_LAYER_III")]
)
def test_blocks_are_as_agreed(
    name: str, container: str, encoding: str, tmp_path: Path, rng: np.random.Generator
) -> None:
    audio = open_audio(write(tmp_path / name, dark_noise(44_100, rng), 44_100, container, encoding)).audio
    blocks = list(audio.blocks())
    assert [len(block) for block in blocks] == [BLOCK_FRAMES, FRAMES - BLOCK_FRAMES]
    assert all(block.dtype == np.float64 and block.flags.c_contiguous and block.shape[1] == 2 for block in blocks)


def test_blocks_start_anew_at_each_call(tmp_path: Path, rng: np.random.Generator) -> None:
    audio = open_audio(write(tmp_path / "a.flac", codes(16, FRAMES, 2, rng), 44_100, "FLAC", "PCM_16")).audio
    next(audio.blocks())
    assert np.array_equal(audio.read(), audio.read())
    assert len(audio.read()) == FRAMES


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 22_050, 32_000, 88_200, 96_000, 176_400, 192_000, 352_800, 384_000])
def test_rates_from_8_to_384_khz_are_read(rate_hz: int, tmp_path: Path) -> None:
    loaded = open_audio(write(tmp_path / "a.wav", sine(100, 0.1, rate_hz)[:, None], rate_hz, "WAV", "FLOAT"))
    assert loaded.audio.rate_hz == rate_hz
    assert len(loaded.audio.read()) == round(0.1 * rate_hz)


@pytest.mark.parametrize(
    ("name", "container", "encoding"),
    [
        ("a.wav", "WAV", "PCM_16"),
        ("a.flac", "FLAC", "PCM_24"),
        ("a.aiff", "AIFF", "PCM_16"),
        ("a.ogg", "OGG", "VORBIS"),
    ],
)
def test_one_frame_is_enough(name: str, container: str, encoding: str, tmp_path: Path) -> None:
    path = write(tmp_path / name, np.full((1, 2), 0.5), 44_100, container, encoding)
    assert open_audio(path).audio.read().shape == (1, 2)


def test_five_channels_are_read_in_order(tmp_path: Path) -> None:
    samples = np.tile(np.arange(5) / 8, (100, 1))
    assert np.array_equal(open_audio(write(tmp_path / "a.wav", samples, 48_000, "WAV", "PCM_16")).audio.read(), samples)


def test_the_ending_may_be_in_capitals(tmp_path: Path, rng: np.random.Generator) -> None:
    path = write_av(tmp_path / "a.m4a", codes(24, 5000, 2, rng), 48_000, "alac", "s32p")
    assert open_audio(path.rename(tmp_path / "A.M4A")).audio.read().shape == (5000, 2)


def test_every_file_that_is_read_here_counts_as_audio_in_a_folder() -> None:
    names = [name for _, _, name, _ in (*INTEGER_FILES, *LOSSY_FILES)] + [name for _, _, name in FLOAT_FILES]
    assert {Path(name).suffix for name in [*names, "a.m4a"]} <= SUFFIXES
