"""What is written and what is not: other people's files, leftovers, broken manifests, full disks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from tests.cli.calls import call, files, manifest, refused


def test_a_song_can_be_mastered_into_a_folder_beside_it(
    song: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(song, tmp_path / "song.wav")
    monkeypatch.chdir(tmp_path)
    assert call("master", "song.wav", "--out", "mastered").code == 0
    first = files(tmp_path / "mastered")
    assert "streaming/song (album).wav" in first
    assert call("render", "mastered/album.toml", "--out", "mastered").code == 0
    assert files(tmp_path / "mastered") == first
    # What was delivered is no mix, should the whole folder be named later.
    result = call("plan", ".", "--json", "--out", "other.toml")
    assert result.code == 0
    assert result.out.count('"file": ') == 1


def test_a_disk_that_is_too_small_is_found_before_rendering(
    song: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(10**9, 10**9 - 10**7, 10**7))
    sentence = refused("master", song, "--out", tmp_path / "out")
    assert sentence == (
        f"{tmp_path / 'out'} has 0.0 GB free and 0.1 GB are needed while rendering: free some space, "
        "or choose another folder with --out."
    )
    assert files(tmp_path / "out") == {}


def test_a_disk_that_fills_up_while_rendering_leaves_nothing_behind(song: Path, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")

    def no_large_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))

    words = [sys.executable, "-m", "assistant.cli", "master", str(song), "--out", str(tmp_path / "out")]
    done = subprocess.run(  # noqa: S603
        words, preexec_fn=no_large_files, capture_output=True, text=True, check=False, env=os.environ
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.endswith(": free some space.\n")
    assert len(done.stderr.splitlines()) == 1
    assert files(tmp_path / "out") == {}


def test_files_of_other_people_stay_and_those_no_longer_made_go(mixes: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert call("master", mixes, "--out", out).code == 0
    (out / "streaming" / "cover.jpg").write_text("art")
    (out / "streaming" / "02 Noon.cue").write_text("mine")
    assert call("master", mixes / "02 Noon.wav", "--title", "Single", "--out", out).code == 0
    assert sorted(path.name for path in (out / "streaming").iterdir()) == [
        "01 Noon.wav",
        "02 Noon.cue",
        "Single (album).wav",
        "cover.jpg",
    ]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": 1, "deliveries": []}', '{"schema": 2, "deliveries": {}}'])
def test_a_broken_manifest_is_replaced(text: str, song: Path, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(text)
    assert call("master", song, "--out", tmp_path).code == 0
    assert list(manifest(tmp_path)["deliveries"]) == ["streaming"]


def test_leftovers_of_a_killed_run_are_cleared_and_those_of_a_living_one_are_not(song: Path, tmp_path: Path) -> None:
    fcntl = pytest.importorskip("fcntl")
    for name in ("dead", "alive"):
        (tmp_path / f".mastertape-work-{name}").mkdir()
        (tmp_path / f".mastertape-work-{name}" / "0.raw").write_bytes(b"half")
    (tmp_path / ".mastertape-abc123").write_text('{"sche')
    with (tmp_path / ".mastertape-work-alive" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert call("master", song, "--out", tmp_path).code == 0
    hidden = sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("."))
    assert hidden == [".mastertape-work-alive"]
    assert (tmp_path / ".mastertape-work-alive" / "0.raw").read_bytes() == b"half"
