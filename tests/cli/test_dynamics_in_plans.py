"""Compressor, bands, dynamic EQ and saturation written into a plan by hand: each is rendered, each fault is told."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from analysis.loudness import LoudnessMeter
from analysis.units import Floats, amplitude_to_db
from tests.albums import RATE_HZ
from tests.cli.calls import call, read, refused
from tests.signals import feed

TABLES = {
    "parallel": """
[track.compressor]
threshold_dbfs = -35.0
ratio = 4.0
range_db = 12.0
detector = "peak"
mix = 0.5
""",
    "auto": """
[track.compressor]
threshold_dbfs = -35.0
ratio = 4.0
range_db = 12.0
attack_ms = "auto"
release_ms = "auto"
makeup_db = "auto"
""",
    "bands": """
[track.multiband]
low_crossover_hz = 150.0
[track.multiband.low]
threshold_dbfs = -40.0
ratio = 3.0
makeup_db = "auto"
[track.multiband.high]
threshold_dbfs = -45.0
ratio = 0.7
""",
    "dynamic eq": """
[[track.dynamic_eq]]
shape = "bell"
freq_hz = 330.0
threshold_dbfs = -40.0
ratio = 3.0
""",
    "saturation": """
[track.saturation]
drive_db = 3.0
""",
}
CHANGED_DB = -45.0
SAME_DB = -120.0
MADE_UP_LU = 0.1


def _planned(mixes: Path, folder: Path, tables: str) -> Path:
    """A plan of the three songs whose second is told something more."""
    path = folder / "plan.toml"
    assert call("plan", mixes, "--out", path).code == 0
    head, *tracks = path.read_text(encoding="utf-8").split("\n[[track]]\n")
    assert "\n[track.why]" in tracks[1]
    tracks[1] = tracks[1].replace("\n[track.why]", f"{tables}\n[track.why]", 1)
    path.write_text("\n[[track]]\n".join([head, *tracks]), encoding="utf-8")
    return path


def _rendered(plan: Path) -> list[Floats]:
    """The three songs as floating point, without a limiter."""
    out = plan.parent / "out"
    result = call("render", plan, "--for", "archive", "--out", out)
    assert result.code == 0, result.err
    return [read(path) for path in sorted((out / "archive").glob("0*.wav"))]


def _residual_db(before: Floats, after: Floats) -> float:
    """What is left of a song where the other is taken off it, as loud as it fits best."""
    share = float((before * after).sum() / (after * after).sum())
    return 0.5 * amplitude_to_db(float(((before - share * after) ** 2).sum() / (before**2).sum()))


@pytest.fixture(scope="module")
def untouched(_mixes: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Floats]:
    return _rendered(_planned(_mixes, tmp_path_factory.mktemp("untouched"), ""))


@pytest.mark.parametrize("name", TABLES)
def test_what_is_written_into_a_plan_is_rendered(
    name: str, mixes: Path, untouched: list[Floats], tmp_path: Path
) -> None:
    plan = _planned(mixes, tmp_path, TABLES[name])
    text = plan.read_text(encoding="utf-8")
    songs = _rendered(plan)
    changes_db = [_residual_db(was, song) for was, song in zip(untouched, songs, strict=True)]
    assert changes_db[1] > CHANGED_DB
    assert max(changes_db[0], changes_db[2]) < SAME_DB
    assert plan.read_text(encoding="utf-8") == text
    written = (tmp_path / "out" / "album.toml").read_text(encoding="utf-8")
    assert TABLES[name].strip() in re.sub(r" # .*", "", written)
    remarks = re.findall(r'"auto" # -?[\d.]+ (ms|dB)$', written, re.MULTILINE)
    assert len(remarks) == TABLES[name].count('"auto"')


def test_auto_make_up_keeps_the_song_as_loud_against_the_others(
    mixes: Path, untouched: list[Floats], tmp_path: Path
) -> None:
    songs = _rendered(_planned(mixes, tmp_path, TABLES["auto"]))
    before, after = (_loudness(album[1]) - _loudness(album[0]) for album in (untouched, songs))
    assert after == pytest.approx(before, abs=MADE_UP_LU)


def test_the_plan_that_was_written_renders_again(mixes: Path, tmp_path: Path) -> None:
    first = _rendered(_planned(mixes, tmp_path, TABLES["auto"]))
    out = tmp_path / "out"
    text = (out / "album.toml").read_text(encoding="utf-8")
    assert call("render", out / "album.toml", "--for", "archive", "--out", out).code == 0
    assert (out / "album.toml").read_text(encoding="utf-8") == text
    again = [read(path) for path in sorted((out / "archive").glob("0*.wav"))]
    assert all(np.array_equal(was, now) for was, now in zip(first, again, strict=True))


def test_a_compressor_in_one_line_has_no_room_for_remarks(mixes: Path, tmp_path: Path) -> None:
    plan = _planned(mixes, tmp_path, "")
    line = 'compressor = {threshold_dbfs = -35.0, ratio = 4.0, makeup_db = "auto"}'
    text = plan.read_text(encoding="utf-8")
    plan.write_text(text.replace("\ngap_s = ", f"\n{line}\ngap_s = ", 1), encoding="utf-8")
    _rendered(plan)
    assert line in (tmp_path / "out" / "album.toml").read_text(encoding="utf-8")


def _loudness(samples: Floats) -> float:
    meter = LoudnessMeter(RATE_HZ, samples.shape[1])
    feed(meter, samples)
    return float(meter.result().integrated_lufs or 0.0)


def test_the_same_plan_gives_the_same_bytes(mixes: Path, tmp_path: Path) -> None:
    plan = _planned(mixes, tmp_path, TABLES["auto"] + TABLES["bands"] + TABLES["dynamic eq"] + TABLES["saturation"])
    first = _rendered(plan)
    assert all(np.array_equal(was, now) for was, now in zip(first, _rendered(plan), strict=True))


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("auto", 'attack_ms = "auto"', 'attack_ms = "fast"', "compressor.attack_ms = 'fast' must be 0.1 to 500 ms, or"),
        ("auto", 'makeup_db = "auto"', "makeup_db = 40", 'compressor.makeup_db = 40 must be -12 to 12 dB, or "auto"'),
        ("parallel", "mix = 0.5", "mix = 50", "compressor.mix = 50 must be 0 to 1"),
        ("parallel", '"peak"', '"vu"', "compressor.detector = 'vu' must be 'rms' or 'peak'"),
        ("bands", "150.0", "1e3\nhigh_crossover_hz = 500", "multiband.high_crossover_hz = 500 must be over"),
        ("dynamic eq", "330.0", "3.0", "dynamic_eq[1].freq_hz = 3.0 must be 20 to 20000 Hz"),
        ("saturation", "3.0", "13", "saturation.drive_db = 13 must be 0 to 12 dB"),
    ],
)
def test_a_fault_is_told_by_its_key(name: str, old: str, new: str, message: str, mixes: Path, tmp_path: Path) -> None:
    assert old in TABLES[name]
    plan = _planned(mixes, tmp_path, TABLES[name].replace(old, new))
    assert f"track[2].{message}" in refused("render", plan, "--out", tmp_path / "out")
