"""`analyse`: a table or JSON of what is in files, and what is wrong with them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.albums import RATE_HZ, loudness_lufs, music
from tests.audio_files import write_av
from tests.cli.calls import call, read


def test_the_table_and_the_json_tell_the_same(mixes: Path) -> None:
    shown, told = call("analyse", mixes), call("analyse", mixes, "--json")
    assert (shown.code, shown.err, told.code, told.err) == (0, "", 0, "")
    found = json.loads(told.out)
    assert [one["name"] for one in found] == ["01 Dawn.wav", "02 Noon.wav", "03 Dusk.wav"]
    for one in found:
        lufs = one["loudness"]["integrated_lufs"]
        assert lufs == pytest.approx(loudness_lufs(read(mixes / one["name"]), RATE_HZ), abs=0.02)
        row = next(line for line in shown.out.splitlines() if one["name"] in line)
        assert f" {lufs:.1f} " in row
        assert f" {one['true_peak_dbtp']:.1f} " in row
        assert "44.1 kHz 24" in row


def test_findings_are_told_with_their_figures(tmp_path: Path) -> None:
    samples = music(2.0, RATE_HZ, np.random.default_rng(5))
    centred = samples - samples.mean(axis=0)
    soundfile.write(tmp_path / "a.wav", centred - 0.01, RATE_HZ, subtype="PCM_24")
    soundfile.write(tmp_path / "b.wav", centred[:, :1], RATE_HZ, subtype="PCM_24")
    soundfile.write(tmp_path / "c.mp3", centred, RATE_HZ, format="MP3")
    write_av(tmp_path / "d.m4a", centred.astype(np.float32), RATE_HZ, "aac", "fltp")
    result = call("analyse", tmp_path)
    assert (result.code, result.err) == (0, "")
    assert [line for line in result.out.splitlines() if line[:1] in "!·"] == [
        "! a.wav: DC offset of -0.0100 (-40 dBFS): mastering takes it off",
        "· b.wav: mono: stays mono, on both channels",
        "! c.mp3: made from a lossy file (MP3): use the original mix if there is one",
        "! d.m4a: made from a lossy file (AAC): use the original mix if there is one",
    ]


def test_what_cannot_be_read_is_left_out(song: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.wav").write_text("no")
    result = call("analyse", song, tmp_path / "bad.wav", "--json")
    assert result.code == 1
    assert result.sentence.startswith("left out: bad.wav is not audio that can be read ")
    assert [one["name"] for one in json.loads(result.out)] == ["01 Dawn.wav"]
    result = call("analyse", tmp_path)
    assert (result.code, result.out) == (2, "")
    assert result.sentence.startswith("bad.wav is not audio that can be read ")


def test_files_of_one_name_are_told_apart(song: Path, tmp_path: Path) -> None:
    for place in ("a", "b"):
        (tmp_path / place).mkdir()
        shutil.copy(song, tmp_path / place / "song.wav")
    result = call("analyse", tmp_path / "a" / "song.wav", tmp_path / "b" / "song.wav")
    named = [line.split("│")[1].strip() for line in result.out.splitlines() if line.startswith("│")]
    assert named[:2] == [str(Path("a", "song.wav")), str(Path("b", "song.wav"))]


def test_silence_is_shown_as_silence(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "silence.wav", np.zeros((RATE_HZ, 2)), RATE_HZ)
    result = call("analyse", tmp_path / "silence.wav")
    assert result.code == 0
    row = next(line for line in result.out.splitlines() if "silence.wav" in line)
    assert [cell.strip() for cell in row.split("│")[4:11]] == ["-inf", "–", "–", "-inf", "–", "–", "–"]
    assert "nan" not in result.out


def test_tempo_key_and_both_ends_when_asked(mixes: Path) -> None:
    result = call("analyse", mixes, "--musical")
    assert (result.code, result.err) == (0, "")
    header = next(line for line in result.out.splitlines() if "BPM" in line)
    assert [cell.strip() for cell in header.split("┃")[1:-1]] == ["file", "BPM", "key", "start", "end", "energy"]
    for one in json.loads(call("analyse", mixes, "--musical", "--json").out):
        edges = one["edges"]
        assert f"{edges['beginning']} at {edges['first_sound_s']:.2f} s" in result.out
        assert f"{edges['ending']} at {edges['felt_end_s']:.2f}" in result.out
        assert {"tempo_other_bpm", "opening", "closing", "pickup_beats"} <= one["musical"].keys()
        assert len(one["energy"]["curve"]) == int(one["frames"] / one["source"]["rate_hz"])
    # What was asked for once does not change what is told when it is not.
    assert "BPM" not in call("analyse", mixes).out
