"""An analysis travels as JSON and comes back the same; the cache never lies and never fails."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import pytest

from analysis import cache
from analysis.cache import analyse_file, file_sha256
from analysis.errors import AudioFileError
from analysis.load import LoadedAudio, open_audio
from analysis.track import SCHEMA, TrackAnalysis, analyse, excerpt
from tests.audio_files import write
from tests.signals import musical_noise

RATE_HZ = 22_050
SECONDS = 4.0
FRAMES = round(SECONDS * RATE_HZ)


@pytest.fixture
def song(tmp_path: Path, rng: np.random.Generator) -> Path:
    return write(tmp_path / "song.wav", musical_noise(SECONDS, RATE_HZ, rng), RATE_HZ, "WAV", "FLOAT")


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that were measured, and not taken from the cache."""
    names: list[str] = []

    def noted(loaded: LoadedAudio, sha256: str, **others: object) -> TrackAnalysis:
        names.append(loaded.path.name)
        return analyse(loaded, sha256)

    monkeypatch.setattr(cache, "analyse", noted)
    return names


def kept(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.parent.name == "analyses"]


def test_everything_is_measured(song: Path) -> None:
    told: list[int] = []
    found = analyse(open_audio(song), "abc", progress=told.append)
    assert (found.schema, found.name, found.sha256, found.frames) == (SCHEMA, "song.wav", "abc", FRAMES)
    assert sum(told) == FRAMES
    assert found.duration_s == SECONDS
    assert not found.is_silent
    assert len(found.short_term_lufs) == 2  # windows that end at 3 s and at 4 s
    assert found.loudness.integrated_lufs is not None
    assert found.dynamics.plr_lu == found.true_peak_dbtp - found.loudness.integrated_lufs


def test_json_gives_back_what_went_in(song: Path) -> None:
    found = analyse(open_audio(song), "abc")
    assert TrackAnalysis.from_json(found.to_json()) == found


@pytest.mark.parametrize("frames", [1, 2000, FRAMES])
@pytest.mark.parametrize("channels", [1, 2])
def test_silence_survives_json(frames: int, channels: int, tmp_path: Path) -> None:
    path = write(tmp_path / "silence.wav", np.zeros((frames, channels)), RATE_HZ, "WAV", "PCM_16")
    found = analyse(open_audio(path), "abc")
    back = TrackAnalysis.from_json(found.to_json())
    assert back == found
    assert back.is_silent
    assert back.true_peak_dbtp == back.integrity.rms_dbfs == -math.inf
    assert back.spectrum.mid_db == (-math.inf,) * 31


@pytest.mark.parametrize("frames", [1, FRAMES])
def test_json_holds_neither_infinity_nor_nan(frames: int, tmp_path: Path) -> None:
    path = write(tmp_path / "silence.wav", np.zeros((frames, 2)), RATE_HZ, "WAV", "PCM_16")

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    plain = json.loads(analyse(open_audio(path), "abc").to_json(), parse_constant=refuse)
    assert plain["true_peak_dbtp"] == "-inf"


def test_another_schema_is_refused(song: Path) -> None:
    plain = json.loads(analyse(open_audio(song), "abc").to_json())
    plain["schema"] = SCHEMA + 1
    with pytest.raises(ValueError, match=f"analysis of schema {SCHEMA + 1}, {SCHEMA} expected"):
        TrackAnalysis.from_json(json.dumps(plain))


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"schema": 1}'])
def test_what_is_no_analysis_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        TrackAnalysis.from_json(text)


def test_a_known_file_is_not_decoded_again(song: Path, decoded: list[str]) -> None:
    told: list[int] = []
    first = analyse_file(song)
    assert analyse_file(song, progress=told.append) == first
    assert decoded == ["song.wav"]
    assert told == [FRAMES]


def test_the_same_content_under_another_name_is_not_decoded_again(song: Path, decoded: list[str]) -> None:
    first = analyse_file(song)
    second = analyse_file(song.rename(song.with_name("take 2.wav")))
    assert decoded == ["song.wav"]
    assert second == dataclasses.replace(first, name="take 2.wav")


def test_other_content_under_the_same_name_is_decoded(song: Path, decoded: list[str], rng: np.random.Generator) -> None:
    first = analyse_file(song)
    second = analyse_file(write(song, musical_noise(1.0, RATE_HZ, rng), RATE_HZ, "WAV", "FLOAT"))
    assert decoded == ["song.wav", "song.wav"]
    assert second.sha256 == file_sha256(song) != first.sha256


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\x00", b'{"schema": 1}', b"null"])
def test_a_damaged_cache_file_is_ignored_and_replaced(
    content: bytes, song: Path, decoded: list[str], cache_home: Path
) -> None:
    first = analyse_file(song)
    (path,) = kept(cache_home)
    path.write_bytes(content)
    assert analyse_file(song) == first
    assert analyse_file(song) == first
    assert decoded == ["song.wav"] * 2
    assert kept(cache_home) == [path]


def test_an_analysis_of_an_older_schema_is_not_believed(
    song: Path, decoded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    analyse_file(song)
    monkeypatch.setattr(cache, "SCHEMA", SCHEMA + 1)
    analyse_file(song)
    assert decoded == ["song.wav"] * 2


def test_a_cache_that_cannot_be_written_is_no_failure(
    song: Path, decoded: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way of the folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert analyse_file(song) == analyse_file(song)
    assert decoded == ["song.wav"] * 2


def test_nothing_but_the_analysis_is_left_in_the_cache(song: Path, cache_home: Path) -> None:
    analyse_file(song)
    assert [path.name for path in kept(cache_home)] == [f"{file_sha256(song)}-{SCHEMA}.json"]


def test_a_file_that_is_gone_has_no_hash(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match=r"gone\.wav cannot be read \(No such file or directory\)\.$"):
        file_sha256(tmp_path / "gone.wav")


@pytest.mark.parametrize(
    ("start", "length", "expected"), [(0, 10, 10), (65_530, 10, 10), (FRAMES - 5, 10, 5), (0, 0, 0)]
)
def test_an_excerpt_is_what_it_says(start: int, length: int, expected: int, song: Path) -> None:
    audio = open_audio(song).audio
    found = excerpt(audio, start, length)
    assert found.shape == (expected, 2)
    assert np.array_equal(found, audio.read()[start : start + length])
