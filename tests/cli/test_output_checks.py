"""Where results go: what cannot be written is found before the work, what is read is never written to."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assistant import measuring, runs, spooling
from tests.cli.calls import fingerprint, refused


@pytest.fixture(autouse=True)
def unworked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails where a mix is opened."""

    def opened(path: Path) -> None:
        raise AssertionError(f"{path} was opened")

    for module in (measuring, runs, spooling):
        monkeypatch.setattr(module, "open_audio", opened)


def test_a_file_in_the_way(mixes: Path, tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    assert refused("master", mixes, "--out", tmp_path / "out") == (
        f"{tmp_path / 'out'} is a file, and the album needs a folder: choose another with --out."
    )
    assert refused("master", mixes, "--out", tmp_path / "out" / "deep").endswith(
        "cannot be written to (Not a directory): choose another folder with --out."
    )


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="no folder here that nobody can write to")
def test_a_folder_that_cannot_be_written(mixes: Path) -> None:
    assert refused("master", mixes, "--out", "/proc/mastered") == (
        "/proc/mastered cannot be written to (No such file or directory): choose another folder with --out."
    )
    assert refused("master", mixes, "--out", "/proc/self").startswith("/proc/self cannot be written to (")
    assert refused("plan", mixes, "--out", "/proc/album.toml") == (
        "/proc/album.toml cannot be written (No such file or directory): name another with --out."
    )


def test_the_output_may_not_lie_inside_the_mixes(mixes: Path) -> None:
    for inside in (mixes / "out", mixes / "deep" / "out", mixes, mixes.parent / "other" / ".." / mixes.name):
        assert refused("master", mixes, "--out", inside) == (
            f"The output folder {inside} lies inside the folder of mixes {mixes}, "
            "where its files would count as mixes: choose another with --out."
        )
    assert not (mixes / "out").exists()


def test_nor_be_reached_through_a_link(mixes: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(mixes)
    assert "lies inside the folder of mixes" in refused("master", mixes, "--out", tmp_path / "link" / "out")


def test_the_output_may_not_lie_over_the_mixes_or_the_references(song: Path, tmp_path: Path) -> None:
    place = tmp_path / "cd"
    place.mkdir()
    shutil.copy(song, place / "01 Dawn.wav")
    before = fingerprint(tmp_path)
    sentence = (
        f"{place / '01 Dawn.wav'} lies where the files of 'cd' will go, and inputs are never written to: "
        "choose another folder with --out."
    )
    assert refused("master", place, "--for", "cd", "--out", tmp_path) == sentence
    assert refused("master", song, "-r", place, "--for", "cd", "--out", tmp_path) == sentence
    assert fingerprint(tmp_path) == before


def test_nor_be_the_folder_of_a_mix(song: Path, tmp_path: Path) -> None:
    shutil.copy(song, tmp_path / "song.wav")
    assert refused("master", tmp_path / "song.wav", "--out", tmp_path) == (
        f"The output folder {tmp_path} is the folder of mixes, which are never written to: choose another with --out."
    )


def test_files_and_folders_in_each_others_places(mixes: Path, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").mkdir()
    assert refused("master", mixes, "--out", tmp_path) == (
        f"{tmp_path / 'manifest.json'} is a folder where a file must go: move it away, or choose another with --out."
    )
    (tmp_path / "manifest.json").rmdir()
    (tmp_path / "streaming").touch()
    assert refused("master", mixes, "--out", tmp_path) == (
        f"{tmp_path / 'streaming'} is a file where a folder must go: move it away, or choose another with --out."
    )


def test_a_plan_does_not_go_over_something_else(mixes: Path, tmp_path: Path) -> None:
    (tmp_path / "album.toml").write_text("mine")
    assert refused("plan", mixes, "--out", tmp_path / "album.toml") == (
        f"{tmp_path / 'album.toml'} is there already: name another with --out, or write over it with --force."
    )
    (tmp_path / "folder.toml").mkdir()
    assert refused("plan", mixes, "--force", "--out", tmp_path / "folder.toml") == (
        f"{tmp_path / 'folder.toml'} is a folder: name a file in it with --out."
    )
    assert refused("plan", mixes, "--force", "--out", mixes / "01 Dawn.wav") == (
        f"{mixes / '01 Dawn.wav'} is no name for a plan: name a file that ends in .toml with --out."
    )
    assert (tmp_path / "album.toml").read_text() == "mine"
