"""Discs and their sheets that were broken on purpose, each in one point, which a check must find."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.broken import Broken, a_hundred, as_it_is, must_be_found, samples_changed, sheet_changed
from tests.cli.finished import DISC_SECONDS, disc, song, write

BROKEN: dict[str, Broken] = {
    "48 kHz on a disc": Broken(
        disc,
        "cd",
        lambda f: write(f / "01 Dawn.wav", song(-14.0, 48_000, seconds=DISC_SECONDS), 48_000, "PCM_16"),
        "sample rate",
        "48000 Hz",
    ),
    "24 bit on a disc": Broken(
        disc, "cd", lambda f: write(f / "01 Dawn.wav", song(-14.0, seconds=DISC_SECONDS)), "depth", "24 bit"
    ),
    "not on a sector": Broken(disc, "cd", samples_changed(lambda x: x[:-100], "PCM_16"), "sectors", "488 frames over"),
    "a track too short": Broken(disc, "cd", samples_changed(lambda x: x[: 200 * 588], "PCM_16"), "length", "2.67 s"),
    "100 tracks": Broken(a_hundred, "cd", as_it_is, "tracks", "100"),
    "a cue sheet's check digit": Broken(
        disc,
        "cd",
        sheet_changed("Record.cue", "31\n", "32\n"),
        "cue sheet",
        "Record.cue, line 1 has CATALOG 4006381333932, which has",
    ),
    "a cue sheet's time": Broken(
        disc,
        "cd",
        sheet_changed("Record.cue", "00:04:60", "00:04:75"),
        "cue sheet",
        "Record.cue, line 12 has the time 00:04:75",
    ),
    "a cue sheet's index beyond the end": Broken(
        disc,
        "cd",
        sheet_changed("Record.cue", "00:05:00", "00:10:00"),
        "indices lie in the files",
        "track 2, index 1 at 00:10:00 (line 13)",
    ),
    "a cue sheet's file": Broken(
        disc, "cd", sheet_changed("Record.cue", "(album)", "(whole)"), "its file", "not there"
    ),
    "a cue sheet's path": Broken(
        disc, "cd", sheet_changed("Record.cue", '"Record (', '"C:/Record ('), "its file", "a path, which"
    ),
    "a cue sheet's ISRC twice": Broken(
        disc, "cd", sheet_changed("Record.cue", "GBAYA0500002", "GBAYA0500001"), "ISRCs differ", "GBAYA0500001"
    ),
    "a cue sheet's track too short": Broken(
        disc,
        "cd",
        sheet_changed("Record.cue", "INDEX 01 00:05:00", "INDEX 01 00:06:01"),
        "tracks last",
        "track 2 lasts 3.99 s",
    ),
    "a table's ISRC": Broken(
        disc,
        "cd",
        sheet_changed("Record.toc", "GBAYA0500002", "GBAYA050002"),
        "table of contents",
        "Record.toc, line 14 has ISRC GBAYA050002",
    ),
    "a table's track beyond the end": Broken(
        disc,
        "cd",
        sheet_changed("Record.toc", "00:05:00 00:05:00", "00:05:00 00:05:01"),
        "tracks lie in the files",
        "track 2 (line 15)",
    ),
    "a changed file in a list of sums": Broken(
        disc, "cd", lambda f: write(f / "02 Noon.wav", song(-14.0), subtype="PCM_16"), "sum of 02 Noon.wav", ""
    ),
    "a file that a list of sums misses": Broken(
        disc, "cd", lambda f: (f / "02 Noon.wav").unlink(), "sum of 02 Noon.wav", "the file is not there"
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_found(name: str, tmp_path: Path) -> None:
    must_be_found(BROKEN[name], tmp_path)
