"""What lies between songs, as it is asked for on the command line and changed in the plan."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.plan_file import PlanFile
from tests.audio_files import write
from tests.cli.calls import call, manifest, read, refused

RATE_HZ = 44_100


@pytest.fixture(scope="module")
def mixes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two songs without a beat, and what was heard in the room."""
    folder = tmp_path_factory.mktemp("album")
    (folder / "mixes").mkdir()
    rng = np.random.default_rng(2)
    for number in (1, 2):
        noise = 0.05 * rng.standard_normal((5 * RATE_HZ, 2))
        noise *= np.minimum(1.0, np.linspace(0.0, 100.0, len(noise)))[:, None]
        noise *= np.minimum(1.0, np.linspace(100.0, 0.0, len(noise)))[:, None]
        write(folder / "mixes" / f"0{number} Song.wav", noise, RATE_HZ, "WAV", "PCM_24")
    write(folder / "room.wav", 0.001 * rng.standard_normal((2 * RATE_HZ, 2)), RATE_HZ, "WAV", "PCM_24")
    return folder / "mixes"


def planned(mixes: Path, path: Path, *options: str) -> PlanFile:
    assert call("plan", mixes, "--strength", "0", *options, "-o", path).code == 0
    return PlanFile.read(path)


def test_a_pace_is_for_all_gaps(mixes: Path, tmp_path: Path) -> None:
    gaps = [
        planned(mixes, tmp_path / f"{pace}.toml", "--pace", pace).plan.track[0].gap_s
        for pace in ("tight", "natural", "spacious")
    ]
    assert gaps == [0.8, 2.0, 3.5]


def test_crossfades_are_asked_for_and_heard(mixes: Path, tmp_path: Path) -> None:
    plan = planned(mixes, tmp_path / "album.toml", "--crossfade", "1.5").plan
    assert plan.track[0].crossfade_s == 1.5
    assert "as asked" in plan.track[0].why.gap
    assert call("render", tmp_path / "album.toml", "--for", "archive", "--out", tmp_path / "out").code == 0
    (programme,) = manifest(tmp_path / "out")["deliveries"]["archive"]["programmes"]
    assert programme["frames"] == pytest.approx((5.0 + 5.0 - 1.5) * RATE_HZ, abs=0.05 * RATE_HZ)
    assert "--crossfade 40 must be 0 to 30 s" in refused("plan", mixes, "--crossfade", "40", "-o", tmp_path / "b.toml")


def test_a_room_is_heard_between_the_songs_wherever_the_plan_stands(mixes: Path, tmp_path: Path) -> None:
    room = mixes.parent / "room.wav"
    planned(mixes, tmp_path / "plans" / "album.toml", "--room-tone", str(room))
    out = tmp_path / "out"
    assert call("render", tmp_path / "plans" / "album.toml", "--for", "archive", "--out", out).code == 0
    moved = PlanFile.read(out / "album.toml").plan.album.room_tone
    assert (out / moved).resolve() == room.resolve()
    track = manifest(out)["deliveries"]["archive"]["tracks"][0]
    gap = read(out / track["file"])[-track["gap_frames"] :]
    assert len(gap) > RATE_HZ
    assert np.abs(gap).max(axis=1).reshape(-1)[100:-100].min() >= 0.0
    assert np.sqrt(np.mean(gap[100:-100] ** 2)) > 5e-4
    assert "nowhere.wav" in refused("plan", mixes, "--room-tone", "nowhere.wav", "-o", tmp_path / "c.toml")


def test_a_gap_may_be_said_in_beats_where_the_plan_has_a_tempo(mixes: Path, tmp_path: Path) -> None:
    path = tmp_path / "album.toml"
    file = planned(mixes, path)
    counted = file.track_changed(0, gap_s=None, gap_beats=4.0)
    path.write_text(counted.text(), encoding="utf-8")
    assert "track[1].gap_beats = 4 needs a tempo" in refused("render", path, "--out", tmp_path / "out")
    path.write_text(counted.track_changed(0, tempo_bpm=60.0).text(), encoding="utf-8")
    assert call("render", path, "--for", "archive", "--out", tmp_path / "out").code == 0
    track = manifest(tmp_path / "out")["deliveries"]["archive"]["tracks"][0]
    assert track["frames"] == pytest.approx((5.0 + 4.0) * RATE_HZ, abs=0.03 * RATE_HZ)
