"""`--zip`: one archive a delivery, whole, the same every time, and right by programs that are not ours."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from pathlib import Path

import pytest

from analysis.errors import OutputError
from assistant import archives, preparing
from tests.cli.calls import call, files, manifest, refused
from tests.programs import run


@pytest.fixture(scope="session")
def _zipped(_mixes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("zipped")
    (folder / "t.csv").write_text("number,title,isrc\n1,Über – 夜明け,GBAYA0500001\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        words = ("--artist", "The Band", "--upc", "036000291452", "--label-copy", folder / "t.csv")
        result = call(
            "master",
            _mixes,
            "--for",
            "streaming",
            "--for",
            "cd",
            "--out",
            folder / "out",
            "--zip",
            "--no-audit",
            *words,
        )
    assert result.code == 0, result
    return folder / "out"


@pytest.fixture
def zipped(_zipped: Path, tmp_path: Path) -> Path:
    """A finished album with archives, to do as one likes with."""
    return Path(shutil.copytree(_zipped, tmp_path / "out"))


@pytest.mark.parametrize("place", ["streaming", "cd"])
def test_it_holds_the_delivery_and_its_sums(place: str, zipped: Path, tmp_path: Path) -> None:
    assert manifest(zipped)["deliveries"][place]["archive"] == f"{place}.zip"
    delivered = files(zipped / place)
    with zipfile.ZipFile(zipped / f"{place}.zip") as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == {*delivered, "contents.txt", "checksums.sha256"}
        assert all(archive.read(name) == content for name, content in delivered.items())
        sums = archive.read("checksums.sha256").decode()
        for entry in archive.infolist():
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)
            stored = entry.filename.endswith((".wav", ".DAT"))
            assert not stored or entry.compress_type == zipfile.ZIP_STORED
    assert len(sums.splitlines()) == len(delivered) + 1
    for name, content in delivered.items():
        assert f"{hashlib.sha256(content).hexdigest()}  {name}\n" in sums
    told = {one["file"]: one["sha256"] for one in manifest(zipped)["deliveries"][place]["tracks"]}
    assert all(f"{sha256}  {Path(file).name}\n" in sums for file, sha256 in told.items())


def test_other_programs_open_it(zipped: Path, tmp_path: Path) -> None:
    run("unzip", "-t", zipped / "streaming.zip")
    run("unzip", "-q", zipped / "streaming.zip", "-d", tmp_path / "sent")
    told = run("sha256sum", "--check", "--strict", "checksums.sha256", folder=tmp_path / "sent")
    assert told.count(": OK") == 5
    (tmp_path / "sent" / "02 Noon.wav").write_bytes(b"cut")
    with pytest.raises(AssertionError, match=r"02 Noon\.wav: FAILED"):
        run("sha256sum", "--check", "checksums.sha256", folder=tmp_path / "sent")


def test_the_list_is_for_people(zipped: Path) -> None:
    with zipfile.ZipFile(zipped / "cd.zip") as archive:
        text = archive.read("contents.txt").decode()
    lines = text.splitlines()
    assert lines[0] == "Long Day"
    for fact in ("The Band", "036000291452", "Compact disc", "WAV, 44.1 kHz, 16 bit"):
        assert any(line.endswith(fact) or fact in line for line in lines[1:10]), fact
    (first,) = [line for line in lines if "Über – 夜明け" in line and line.startswith(" 1")]
    track = manifest(zipped)["deliveries"]["cd"]["tracks"][0]
    for fact in (
        "GB-AYA-05-00001",
        f"{track['loudness_lufs']:.1f} LUFS",
        f"{track['true_peak_dbtp']:.2f} dBTP",
        f"0:{round(track['frames'] / 44_100):02}",
        Path(track["file"]).name,
    ):
        assert fact in first
    assert "Long Day (album).wav" in text
    for name in files(zipped / "cd"):
        assert name in text


def test_two_runs_make_the_same_archive(zipped: Path, mixes: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    assert call("render", zipped / "album.toml", "--for", "cd", "--out", again, "--zip").code == 0
    assert (again / "cd.zip").read_bytes() == (zipped / "cd.zip").read_bytes()


def test_a_render_without_takes_the_old_archive_away(zipped: Path) -> None:
    """It would hold other files than its folder; that of another delivery stays."""
    assert call("render", zipped / "album.toml", "--for", "cd", "--out", zipped).code == 0
    assert not (zipped / "cd.zip").exists()
    assert "archive" not in manifest(zipped)["deliveries"]["cd"]
    assert (zipped / "streaming.zip").exists()
    assert manifest(zipped)["deliveries"]["streaming"]["archive"] == "streaming.zip"


def test_an_archive_that_is_not_ours_stays(zipped: Path, tmp_path: Path) -> None:
    out = tmp_path / "plain"
    assert call("render", zipped / "album.toml", "--for", "streaming", "--no-audit", "--out", out).code == 0
    (out / "streaming.zip").write_bytes(b"a person's own")
    assert call("render", zipped / "album.toml", "--for", "streaming", "--no-audit", "--out", out).code == 0
    assert (out / "streaming.zip").read_bytes() == b"a person's own"


def test_a_place_that_is_taken_is_told(mixes: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "streaming.zip").mkdir(parents=True)
    told = refused("master", mixes, "--out", out, "--zip")
    assert told == (
        f"{out}/streaming.zip is a folder where a file must go: move it away, or choose another with --out."
    )
    assert not (out / "streaming").exists()


def test_nothing_read_is_written_over(mixes: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "streaming.zip").write_text("number,title\n1,Dawn\n", encoding="utf-8")
    told = refused("master", mixes, "--out", out, "--zip", "--label-copy", out / "streaming.zip")
    assert "is read, and an archive would go there" in told
    assert (out / "streaming.zip").read_text(encoding="utf-8").startswith("number,title")


def test_a_disk_that_fills_up_leaves_no_half_archive(
    zipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files(zipped)

    def fail(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archives, "_blocks", fail)
    told = refused("render", zipped / "album.toml", "--for", "cd", "--out", zipped, "--zip", "--loudness", "-20")
    assert told == (
        "The archive cd.zip cannot be written (No space left on device): free some space, or leave out --zip."
    )
    assert files(zipped) == before


def test_large_files_are_counted_in_64_bits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ZIP64 where a file passes the limit, here lowered, and none where not."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 10_000)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archives._put(archive, "small.wav", 100, [bytes(100)])
        archives._put(archive, "large.wav", 20_000, [bytes(10_000), bytes(10_000)])
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        small, large = archive.infolist()
        assert (small.extract_version, large.extract_version) == (20, 45)
    run("unzip", "-t", tmp_path / "a.zip")


def test_an_archive_counts_in_what_the_disk_must_hold(
    mixes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Songs of 10.5 s: tracks and album in 24-bit stereo are 5.6 MB, the archive as much again."""
    needed = []

    def refuse(out: Path, needed_bytes: int) -> None:
        needed.append(needed_bytes)
        raise OutputError(f"{needed_bytes} bytes are needed.")

    monkeypatch.setattr(preparing, "check_space", refuse)
    for words in ((), ("--zip",)):
        refused("master", mixes, "--out", tmp_path / "out", "--no-audit", *words)
    assert 5_000_000 < needed[1] - needed[0] < 8_000_000
