"""`--for cd`: a disc's files beside its sound, what becomes of them when asked otherwise, what fails."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.calls import Result, call, files, manifest, read, refused
from tests.programs import run

SHEETS = {f"cd/Long Day (album){end}" for end in (".cue", ".toc", " PQ.html", " PQ.txt")}
FILESET = {
    f"cd/ddp/{name}" for name in ("DDPID", "DDPMS", "CDTEXT.BIN", "SD", "IMAGE.DAT", "CHECKSUM.MD5", "README.TXT")
}


def test_the_disc_has_its_sheets_and_they_are_told(mastered: tuple[Path, Result]) -> None:
    out, _ = mastered
    told = manifest(out)["deliveries"]
    assert set(told["cd"]["extras"]) == SHEETS | FILESET
    assert told["streaming"]["extras"] == []
    assert all((out / name).is_file() for name in told["cd"]["extras"])
    run("md5sum", "-c", "--strict", "CHECKSUM.MD5", folder=out / "cd" / "ddp")
    image = (out / "cd" / "ddp" / "IMAGE.DAT").stat().st_size
    assert image == 4 * (2 * 44_100 + told["cd"]["programmes"][0]["frames"])


@pytest.mark.parametrize("sheet", ["Long Day (album).cue", "Long Day (album).toc"])
def test_cdrdao_takes_the_disc(sheet: str, mastered: tuple[Path, Result]) -> None:
    out, _ = mastered
    blocks = manifest(out)["deliveries"]["cd"]["programmes"][0]["frames"] // 588
    assert f"Read {blocks} blocks." in run("cdrdao", "read-test", sheet, folder=out / "cd")


@pytest.mark.parametrize("options", [["--depth", "24"], ["--rate", "48000"]])
def test_what_is_no_disc_any_more_has_no_sheets(
    options: list[str], mastered: tuple[Path, Result], mixes: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    shutil.copytree(mastered[0], out)
    (out / "cd" / "ddp" / "label.pdf").write_text("art")
    assert call("master", mixes, "--for", "cd", *options, "--out", out).code == 0
    assert manifest(out)["deliveries"]["cd"]["extras"] == []
    left = {name for name in files(out) if name.startswith("cd/") and not name.endswith(".wav")}
    assert left == {"cd/ddp/label.pdf"}


def test_a_manifest_changed_by_hand_takes_nothing_away_elsewhere(
    mastered: tuple[Path, Result], mixes: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    shutil.copytree(mastered[0], out)
    mine = tmp_path / "mine.txt"
    for extra in ("cd/../../mine.txt", str(mine), "cd/ddp/../../../mine.txt", "../mine.txt", 7):
        mine.write_text("precious")
        whole = manifest(out)
        whole["deliveries"]["cd"]["extras"] = [extra]
        (out / "manifest.json").write_text(json.dumps(whole))
        assert call("master", mixes, "--for", "cd", "--out", out).code == 0
        assert mine.read_text() == "precious"


def test_a_song_under_four_seconds_fails_the_disc_but_is_delivered(song: Path, tmp_path: Path) -> None:
    result = call("master", song, "--for", "cd", "--out", tmp_path)
    assert result.code == 1
    (finding,) = manifest(tmp_path)["deliveries"]["cd"]["findings"]
    assert finding.startswith("track 1, 'Dawn', lasts ")
    assert finding.endswith(
        " s, and a disc's tracks last 4 s at least (IEC 60908): join it to its neighbour, or lengthen its gap"
    )
    assert len(read(tmp_path / "cd" / "01 Dawn.wav")) > 2 * 44_100


PLACE = """
name = "mine"
title = "A disc of mine"
ceiling_dbtp = -1
source = "me"
date = "2026-11"
"""
DISC = 'rate_hz = 44100\nencoding = "pcm_16"\nsector_frames = 588\n'


def test_places_of_ones_own_have_the_sheets_they_name(mixes: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(PLACE + DISC + 'sheets = ["cue"]\n')
    assert call("master", mixes, "--for", tmp_path / "mine.toml", "--out", tmp_path / "out").code == 0
    assert manifest(tmp_path / "out")["deliveries"]["mine"]["extras"] == ["mine/Long Day (album).cue"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            PLACE + 'sheets = ["cue", "ddp"]\n',
            (
                "Delivery 'mine' asks for cue, ddp, which are of compact discs: give it rate_hz = 44100, encoding = "
                '"pcm_16", sector_frames = 588 and a container of wav, flac or aiff.'
            ),
        ),
        (PLACE + DISC + 'sheets = ["vinyl"]\n', "sheets"),
    ],
)
def test_sheets_that_cannot_be_are_refused(text: str, sentence: str, song: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(text)
    assert sentence in refused("master", song, "--for", tmp_path / "mine.toml", "--out", tmp_path / "out")
