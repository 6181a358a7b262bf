"""What there is to listen to: as loud as each other, in time with each other, from the loudest section."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from analysis.alignment import find_offset
from analysis.load import open_audio
from analysis.track import excerpt
from assistant.report.excerpts import matching_gains_db, write_excerpts
from assistant.report.places import EXCERPT_S, Part, Wanted, loudest_part
from tests.albums import RATE_HZ, loudness_lufs, music, peak_dbtp


def heard(path: Path) -> Any:
    audio = open_audio(path).audio
    assert audio.rate_hz == 48_000
    return excerpt(audio, 0, 60 * audio.rate_hz)


@pytest.fixture(scope="module")
def excerpts(finished: Path) -> list[dict[str, Any]]:
    told = json.loads((finished / "report.json").read_text(encoding="utf-8"))
    return list(told["excerpts"])


def test_each_song_in_three_versions_and_each_join(excerpts: list[dict[str, Any]], finished: Path) -> None:
    assert [one["name"] for one in excerpts] == ["01", "02", "03", "join-01-02", "join-02-03"]
    for one in excerpts:
        assert sorted(one["versions"]) == (["join"] if one["join"] else ["master", "mix", "reference"])
    listed = {file for one in excerpts for file in one["versions"].values()}
    listed |= {f"report-audio/{one['name']}.js" for one in excerpts if not one["join"]}
    assert {path.relative_to(finished).as_posix() for path in (finished / "report-audio").iterdir()} == listed


def test_versions_are_equally_loud_and_do_not_clip(excerpts: list[dict[str, Any]], finished: Path) -> None:
    for one in excerpts:
        sounds = {version: heard(finished / file) for version, file in one["versions"].items()}
        levels = [loudness_lufs(samples, 48_000) for samples in sounds.values()]
        assert max(levels) - min(levels) < 0.3, one["name"]
        assert max(peak_dbtp(samples) for samples in sounds.values()) < -1.0, one["name"]


def test_mix_and_master_run_side_by_side(excerpts: list[dict[str, Any]], finished: Path) -> None:
    for one in excerpts:
        if one["join"]:
            continue
        mix, master = (heard(finished / one["versions"][version]) for version in ("mix", "master"))
        assert len(mix) == len(master)
        inside = master[4800:-4800]
        assert abs(find_offset(inside, mix, 4800).frames) <= 2


def test_the_script_holds_the_files(excerpts: list[dict[str, Any]], finished: Path) -> None:
    text = (finished / "report-audio" / "02.js").read_text(encoding="ascii")
    name, files = json.loads(text.replace("mastertapeExcerpt(", "[").replace(");\n", "]"))
    assert name == "02"
    for version, data in files.items():
        assert base64.b64decode(data) == (finished / excerpts[1]["versions"][version]).read_bytes()


def test_a_mix_within_a_sector_is_moved_onto_its_master(tmp_path: Path) -> None:
    song = music(5.0, RATE_HZ, np.random.default_rng(3))
    soundfile.write(tmp_path / "mix.wav", song, RATE_HZ, subtype="FLOAT")
    late = np.pad(song, ((431, 0), (0, 0)))  # as where a sector begins before the song
    soundfile.write(tmp_path / "master.wav", late, RATE_HZ, subtype="FLOAT")
    parts = {name: (Part(path=tmp_path / f"{name}.wav", start_s=1.0, length_s=3.0),) for name in ("master", "mix")}
    wanted = Wanted(
        name="01", title="Song", track=1, join=False, start_s=1.0, parts=parts, version_needed="master", aligns=True
    )
    (tmp_path / "made").mkdir()
    with ThreadPoolExecutor(1) as pool:
        write_excerpts([wanted], tmp_path / "made", pool)
    mix, master = (heard(tmp_path / "made" / f"01-{version}.opus") for version in ("mix", "master"))
    assert abs(find_offset(master[4800:-4800], mix, 4800).frames) <= 1


def test_silence_is_left_out_and_gains_meet() -> None:
    loud, soft = music(2.0, 48_000, np.random.default_rng(1)), 0.1 * music(2.0, 48_000, np.random.default_rng(2))
    gains = matching_gains_db({"mix": soft, "master": loud, "reference": np.zeros((48_000, 2))})
    assert set(gains) == {"mix", "master"}
    levels = [
        loudness_lufs(samples * 10 ** (gains[name] / 20), 48_000) for name, samples in (("mix", soft), ("master", loud))
    ]
    assert levels[0] == pytest.approx(levels[1], abs=0.05)
    assert matching_gains_db({"master": np.zeros((48_000, 2))}) == {}


LEVELS = st.lists(st.one_of(st.none(), st.floats(-70, 0)), max_size=120)


@given(levels=LEVELS, first_s=st.floats(0, 5), length_s=st.floats(0.1, 120))
def test_the_loudest_part_lies_within_the_song(levels: list[float | None], first_s: float, length_s: float) -> None:
    start_s, found_s = loudest_part(levels, first_s, first_s + length_s)
    assert start_s >= first_s
    assert start_s + found_s <= first_s + length_s + 1e-9
    assert found_s == pytest.approx(min(EXCERPT_S, length_s))


def test_the_loudest_part_is_the_loudest() -> None:
    levels: list[float | None] = [-30.0] * 60
    levels[33:43] = [-12.0] * 10
    start_s, _ = loudest_part(levels, 0.4, 62.0)
    assert start_s == 33.0
