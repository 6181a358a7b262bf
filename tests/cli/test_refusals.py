"""What cannot be mastered is refused or left out in one sentence: the fact, the figure, what to do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.albums import RATE_HZ, music
from tests.audio_files import write_av
from tests.cli.calls import call, manifest, refused


def _text(path: Path) -> None:
    path.write_text("Dear sir, please find my mix attached.\n")


def _truncated(path: Path) -> None:
    soundfile.write(path, np.full((1000, 2), 0.1), RATE_HZ, subtype="PCM_16")
    path.write_bytes(path.read_bytes()[:-400])


def _frames(count: int) -> Callable[[Path], None]:
    return lambda path: soundfile.write(path, np.full((count, 2), 0.5), RATE_HZ)


def _silence(path: Path) -> None:
    soundfile.write(path, np.zeros((RATE_HZ, 2)), RATE_HZ)


def _whisper(path: Path) -> None:
    soundfile.write(path, 1e-4 * music(1.0, RATE_HZ, np.random.default_rng(1)), RATE_HZ, subtype="PCM_24")


def _holding(value: float) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        samples = np.full((RATE_HZ, 2), 0.1)
        samples[441, 1] = value
        soundfile.write(path, samples, RATE_HZ, subtype="FLOAT")

    return write


def _surround(path: Path) -> None:
    soundfile.write(path, np.full((RATE_HZ, 6), 0.1), RATE_HZ)


def _rate(rate_hz: int) -> Callable[[Path], None]:
    return lambda path: soundfile.write(path, np.full((rate_hz, 2), 0.1), rate_hz)


_NOT_AUDIO = "bad.wav is not audio that can be read (format not recognised): export it again as WAV, FLAC or AIFF."
_CUT = "bad.wav is cut short: 400 of the 4000 bytes of audio that its header promises are missing"
_SHORT = "under the 0.4 s that loudness is measured on: export it again."
_QUIET = "bad.wav stays under -70 LUFS (its peak is -85.9 dBTP), too quiet to be measured"
_NOT_NUMBERS = "bad.wav holds samples that are not numbers (NaN or Inf), the first at 0.010 s: export it again."
_RATES = "8000 to 384000 Hz can be used: export it at 44100 or 48000."

BAD: dict[str, tuple[Callable[[Path], None], str]] = {
    "text": (_text, _NOT_AUDIO),
    "no bytes": (Path.touch, _NOT_AUDIO),
    "truncated": (_truncated, f"{_CUT}: copy or export it again."),
    "no frames": (_frames(0), "bad.wav has 0 frames of audio: export it again."),
    "one frame": (_frames(1), f"bad.wav has 1 frame of audio, {_SHORT}"),
    "too short": (_frames(17_639), f"bad.wav has 17639 frames of audio, {_SHORT}"),
    "silence": (_silence, "bad.wav is silent from end to end: export it again."),
    "too quiet": (_whisper, f"{_QUIET}: raise it, or take it away."),
    "NaN": (_holding(np.nan), _NOT_NUMBERS),
    "Inf": (_holding(-np.inf), _NOT_NUMBERS),
    "six channels": (_surround, "bad.wav has 6 channels; a mix has 1 or 2: fold it down to stereo."),
    "rate too low": (_rate(7999), f"bad.wav has a sample rate of 7999 Hz; {_RATES}"),
    "rate too high": (_rate(384_001), f"bad.wav has a sample rate of 384001 Hz; {_RATES}"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_mix_that_cannot_be_used_is_refused(kind: str, tmp_path: Path) -> None:
    write, sentence = BAD[kind]
    write(tmp_path / "bad.wav")
    assert refused("master", tmp_path / "bad.wav", "--out", tmp_path / "out") == sentence
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("kind", ["text", "truncated", "one frame", "silence", "NaN", "six channels"])
def test_a_bad_mix_does_not_cost_the_good_ones(kind: str, song: Path, tmp_path: Path) -> None:
    write, sentence = BAD[kind]
    folder, out = tmp_path / "mixes", tmp_path / "out"
    folder.mkdir()
    write(folder / "bad.wav")
    shutil.copy(song, folder / "good.wav")
    result = call("master", folder, "--out", out)
    assert result.code == 1
    assert f"left out: {sentence}" in result.sentences
    told = manifest(out)
    assert told["left_out"] == [{"source": "bad.wav", "reason": sentence}]
    assert [track["source"] for track in told["deliveries"]["streaming"]["tracks"]] == ["good.wav"]
    assert (out / "streaming" / "01 good.wav").is_file()


def test_where_every_mix_is_bad_each_is_named_and_nothing_is_delivered(tmp_path: Path) -> None:
    folder, out = tmp_path / "mixes", tmp_path / "out"
    folder.mkdir()
    for number, kind in enumerate(("NaN", "silence", "text"), 1):
        BAD[kind][0](folder / f"{number}.wav")
    result = call("master", folder, "--out", out)
    assert (result.code, result.out) == (2, "")
    first, *others = result.err.splitlines()
    assert first == "mastertape: None of the 3 mixes can be used:"
    assert [line.split()[0] for line in others] == ["1.wav", "2.wav", "3.wav"]
    assert list(out.iterdir()) == []


def test_a_song_with_no_sound_in_the_container_is_refused(tmp_path: Path) -> None:
    path = write_av(tmp_path / "clip.m4a", np.zeros((0, 2), np.float32), RATE_HZ, "aac", "fltp")
    assert "clip.m4a" in refused("master", path, "--out", tmp_path / "out")


def test_a_missing_path_is_refused(mixes: Path, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    sentence = f"{gone}: there is no such file or folder; check the name."
    assert refused("master", gone, "--out", tmp_path / "out") == sentence
    assert refused("master", mixes / "01 Dawn.wav", gone, "--out", tmp_path / "out") == sentence
    assert refused("plan", gone, "--out", tmp_path / "album.toml") == sentence
    assert refused("analyse", gone) == sentence
    assert refused("master", mixes, "--reference", gone, "--out", tmp_path / "out") == sentence


def test_a_folder_without_audio_is_refused(mixes: Path, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "lyrics.txt").write_text("la la")
    assert refused("master", tmp_path / "notes", "--out", tmp_path / "out") == (
        f"{tmp_path / 'notes'} holds no audio files: name a folder with the album's mixes (WAV, FLAC, AIFF, ...)."
    )
    assert refused("analyse", tmp_path / "notes").startswith(f"{tmp_path / 'notes'} holds no audio files: ")
    reference = refused("master", mixes, "--reference", tmp_path / "notes", "--out", tmp_path / "out")
    assert reference.startswith(f"{tmp_path / 'notes'} holds no audio files: ")


@pytest.mark.parametrize("kind", ["text", "silence", "six channels"])
def test_a_bad_reference_is_refused(kind: str, mixes: Path, tmp_path: Path) -> None:
    write, sentence = BAD[kind]
    write(tmp_path / "bad.wav")
    asked = refused("master", mixes, "-r", tmp_path / "bad.wav", "--out", tmp_path / "out")
    assert asked == f"A reference cannot be used: {sentence}"


def test_a_name_that_is_no_text_is_left_out(song: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "mixes", tmp_path / "out"
    folder.mkdir()
    shutil.copy(song, folder / "01 good.wav")
    try:
        shutil.copy(song, os.fsencode(folder) + b"/02 caf\xe9.wav")
    except OSError:
        pytest.skip("this file system takes no such name")
    result = call("master", folder, "--out", out)
    assert result.code == 1
    assert r"left out: The name of '02 caf\udce9.wav' is not UTF-8 text: rename it." in result.sentences
    assert manifest(out)["left_out"][0]["source"] == r"02 caf\udce9.wav"
