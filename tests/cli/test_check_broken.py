"""Files that were broken on purpose, each in one point, which a check must find."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from tests.cli.calls import call, read
from tests.cli.finished import (
    DISC_SECONDS,
    RATE_HZ,
    SECTOR_FRAMES,
    disc,
    song,
    streaming,
    tagged,
    write,
    write_mp3,
    write_sums,
)

LABEL = """
name = "label"
title = "The label"
loudness_lufs = -14
ceiling_dbtp = -1
container = "flac"
naming = "{number:02} {title}_{isrc}"
source = "a letter"
date = "2026-01"
[accepts]
required_tags = ["isrc", "upc"]
longest_s = 3
"""


@dataclass(frozen=True)
class Broken:
    """One way to break an album: what is made, for which place, how it is broken, and what must be found."""

    make: Callable[[Path], Path]
    place: str
    spoil: Callable[[Path], object]
    requirement: str
    found: str
    fails: bool = True


def _again(name: str, subtype: str = "PCM_24", **changes: Any) -> Callable[[Path], object]:
    """Write a track of the streaming album anew, another way."""

    def spoil(folder: Path) -> object:
        path = folder / name
        samples, rate_hz = song(-14.0, pitch=1.1).copy(), changes.pop("rate_hz", RATE_HZ)
        samples = changes.pop("samples", lambda x: x)(samples)
        soundfile.write(path, samples, rate_hz, subtype=subtype, **changes)
        return tagged(path) if path.suffix == ".flac" else path

    return spoil


def _samples(change: Callable[[np.ndarray[Any, Any]], Any], subtype: str = "PCM_24") -> Callable[[Path], object]:
    """Change the samples of the first song."""

    def spoil(folder: Path) -> object:
        path = next(folder.glob("01*"))
        soundfile.write(path, change(read(path).copy()), RATE_HZ, subtype=subtype)
        return tagged(path) if path.suffix == ".flac" else path

    return spoil


def _all_by(gain_db: float) -> Callable[[Path], object]:
    def spoil(folder: Path) -> object:
        for number, path in enumerate(sorted(folder.glob("*.flac")), 1):
            soundfile.write(path, read(path) * 10 ** (gain_db / 20), RATE_HZ, subtype="PCM_24")
            tagged(path, number)
        return folder

    return spoil


def _tags(**changes: Any) -> Callable[[Path], object]:
    return lambda folder: _retagged(folder / "01 Dawn.flac", changes)


def _retagged(path: Path, changes: dict[str, Any]) -> Path:
    write(path, song(-14.0, pitch=1.1))
    return tagged(path, **changes)


def _text(name: str, old: str, new: str) -> Callable[[Path], object]:
    """Change a sheet of the disc."""

    def spoil(folder: Path) -> object:
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1))
        return write_sums(folder)

    return spoil


def _cut_short(name: str, share: float) -> Callable[[Path], object]:
    def spoil(folder: Path) -> object:
        content = (folder / name).read_bytes()
        return (folder / name).write_bytes(content[: round(share * len(content))])

    return spoil


def _bit_turned(folder: Path) -> object:
    content = bytearray((folder / "01 Dawn.flac").read_bytes())
    content[len(content) // 2] ^= 1
    return (folder / "01 Dawn.flac").write_bytes(content)


def _instead(name: str, content: bytes) -> Callable[[Path], object]:
    def spoil(folder: Path) -> object:
        (folder / "01 Dawn.flac").unlink()
        return (folder / name).write_bytes(content)

    return spoil


def _with_chunk_after_audio(folder: Path) -> object:
    (folder / "01 Dawn.flac").unlink()
    path = write(folder / "01 Dawn.wav", song(-14.0, pitch=1.1))
    content = path.read_bytes() + b"junk" + struct.pack("<I", 4) + bytes(4)
    return path.write_bytes(content[:4] + struct.pack("<I", len(content) - 8) + content[8:])


def _as_mp3(folder: Path) -> object:
    (folder / "01 Dawn.flac").unlink()
    return tagged(write_mp3(folder / "01 Dawn.mp3", song(-14.0, pitch=1.1), 320))


def _podcast_of(kbps: int) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        folder.mkdir()
        tagged(write_mp3(folder / "01 Dawn.mp3", song(-16.0), kbps))
        return folder

    return make


def _hundred(folder: Path) -> Path:
    folder.mkdir()
    samples = np.tile(song(-14.0)[: 5 * SECTOR_FRAMES], (1, 1))
    for number in range(1, 101):
        write(folder / f"{number:03} Song.wav", samples, subtype="PCM_16")
    return folder


def _nothing(_: Path) -> None:
    """Broken as it was made."""


def _one_value(at: int, value: float) -> Callable[[np.ndarray[Any, Any]], Any]:
    def change(samples: np.ndarray[Any, Any]) -> Any:
        samples[at] = value
        return samples

    return change


HALF = RATE_HZ // 2
BROKEN: dict[str, Broken] = {
    # the form of the files
    "a rate too low": Broken(streaming, "streaming", _again("01 Dawn.flac", rate_hz=32_000), "sample rate", "32000 Hz"),
    "two rates": Broken(
        streaming, "streaming", _again("01 Dawn.flac", rate_hz=48_000), "one sample rate", "44100 Hz (1", False
    ),
    "8 bit": Broken(streaming, "streaming", _again("01 Dawn.wav", "PCM_U8"), "depth", "8 bit"),
    "floating point": Broken(streaming, "streaming", _again("01 Dawn.wav", "FLOAT"), "depth", "32-bit float"),
    "16 bit in 24": Broken(
        streaming,
        "streaming",
        _samples(lambda x: np.round(x * 2**15) / 2**15),
        "depth used",
        "16 bit used of 24",
        False,
    ),
    "mono": Broken(streaming, "streaming", _again("01 Dawn.flac", samples=lambda x: x[:, 0]), "channels", "mono"),
    "surround": Broken(
        streaming, "streaming", _again("01 Dawn.wav", samples=lambda x: np.tile(x, (1, 3))), "channels", "6 channels"
    ),
    "a lossy file": Broken(streaming, "streaming", _as_mp3, "format", "mp3 (lossy, 320 kbps)"),
    "FLAC called WAV": Broken(
        streaming,
        "streaming",
        lambda folder: (folder / "01 Dawn.flac").rename(folder / "01 Dawn.wav"),
        "file name ending",
        ".wav, on a flac file",
    ),
    "a chunk after the audio": Broken(
        streaming, "spotify", _with_chunk_after_audio, "WAV header", "chunks after the audio: junk"
    ),
    "an extensible header": Broken(
        streaming, "spotify", _again("01 Dawn.wav", format="WAVEX"), "WAV header", "format code 65534"
    ),
    "a low bit rate": Broken(_podcast_of(64), "podcast", _nothing, "bit rate", "64 kbps"),
    # damage
    "zero bytes": Broken(
        streaming, "streaming", _instead("01 Dawn.wav", b""), "intact", "01 Dawn.wav is not audio that"
    ),
    "text called WAV": Broken(
        streaming, "streaming", _instead("01 Dawn.wav", b"Dear label"), "intact", "01 Dawn.wav is not"
    ),
    "a FLAC cut short": Broken(streaming, "streaming", _cut_short("01 Dawn.flac", 0.5), "intact", "01 Dawn.flac is "),
    "a FLAC with one bit wrong": Broken(
        streaming, "streaming", _bit_turned, "intact", "01 Dawn.flac is damaged after "
    ),
    "a WAV cut short": Broken(disc, "cd", _cut_short("01 Dawn.wav", 0.7), "intact", "01 Dawn.wav is cut short: "),
    "not a number": Broken(
        streaming,
        "streaming",
        _again("01 Dawn.wav", "FLOAT", samples=_one_value(HALF, np.nan)),
        "intact",
        "01 Dawn.wav holds samples that are not numbers (NaN or Inf), the first at 0.500 s",
    ),
    # sound
    "peaks over the ceiling": Broken(streaming, "streaming", _samples(_one_value(HALF, 0.97)), "true peak", "-0."),
    "peaks of a loud master": Broken(streaming, "spotify", _all_by(6.5), "true peak of a loud track", "-1.", False),
    "an album too loud": Broken(streaming, "streaming", _all_by(2.0), "loudness of the album", "-12.0"),
    "an album too soft": Broken(streaming, "streaming", _all_by(-2.0), "loudness of the album", "-16.0", False),
    "a track too loud": Broken(
        lambda folder: streaming(folder, lufs=(-13.0, -17.0)),
        "tidal",
        _nothing,
        "loudness of the loudest track",
        "-13.00 LUFS",
    ),
    "a podcast too soft": Broken(
        _podcast_of(192),
        "podcast",
        lambda f: tagged(write_mp3(f / "01 Dawn.mp3", song(-18.0), 192)),
        "loudness",
        "-18.2",
    ),
    "silence": Broken(streaming, "streaming", _samples(np.zeros_like), "sound", "digital silence"),
    "clipped": Broken(streaming, "archive", _samples(lambda x: np.clip(5 * x, -1, 1 - 2**-23)), "clipped", "", False),
    "DC": Broken(streaming, "streaming", _samples(lambda x: np.where(x, x + 0.02, 0)), "DC offset", "-34 dBFS", False),
    "a late start": Broken(
        streaming,
        "streaming",
        _samples(lambda x: np.concatenate([np.zeros((2 * RATE_HZ, 2)), x])),
        "silence at the start",
        "2.00 s",
        False,
    ),
    # what the files say of themselves
    "no ISRC": Broken(streaming, "streaming", _tags(isrc=""), "ISRC", "none", False),
    "no ISRC where it must be": Broken(streaming, "label.toml", _tags(isrc=""), "ISRC", "none"),
    "no such ISRC": Broken(
        streaming, "streaming", _tags(isrc="GBAYA050000X"), "ISRC valid", "GBAYA050000X has '050000X'"
    ),
    "an ISRC twice": Broken(
        streaming,
        "streaming",
        _tags(isrc="GBAYA0500002"),
        "ISRCs differ",
        "GBAYA0500002 in 01 Dawn.flac and 02 Noon.flac",
    ),
    "a wrong check digit": Broken(
        streaming,
        "streaming",
        _tags(upc="4006381333932"),
        "UPC valid",
        "4006381333932 has the check digit 2, which would be 1",
    ),
    "two UPCs": Broken(streaming, "streaming", _tags(upc="036000291452"), "one UPC", "036000291452, 4006381333931"),
    "names of another pattern": Broken(streaming, "label.toml", _nothing, "file name", "01 Dawn.flac", False),
    "an album too long": Broken(streaming, "label.toml", _nothing, "length of all", "0:04"),
    # discs
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
    "not on a sector": Broken(disc, "cd", _samples(lambda x: x[:-100], "PCM_16"), "sectors", "488 frames over"),
    "a track too short": Broken(disc, "cd", _samples(lambda x: x[: 200 * 588], "PCM_16"), "length", "2.67 s"),
    "100 tracks": Broken(_hundred, "cd", _nothing, "tracks", "100"),
    "a cue sheet's check digit": Broken(
        disc,
        "cd",
        _text("Record.cue", "31\n", "32\n"),
        "cue sheet",
        "Record.cue, line 1 has CATALOG 4006381333932, which has",
    ),
    "a cue sheet's time": Broken(
        disc,
        "cd",
        _text("Record.cue", "00:04:60", "00:04:75"),
        "cue sheet",
        "Record.cue, line 12 has the time 00:04:75",
    ),
    "a cue sheet's index beyond the end": Broken(
        disc,
        "cd",
        _text("Record.cue", "00:05:00", "00:10:00"),
        "indices lie in the files",
        "track 2, index 1 at 00:10:00 (line 13)",
    ),
    "a cue sheet's file": Broken(disc, "cd", _text("Record.cue", "(album)", "(whole)"), "its file", "not there"),
    "a cue sheet's path": Broken(
        disc, "cd", _text("Record.cue", '"Record (', '"C:/Record ('), "its file", "a path, which"
    ),
    "a cue sheet's ISRC twice": Broken(
        disc, "cd", _text("Record.cue", "GBAYA0500002", "GBAYA0500001"), "ISRCs differ", "GBAYA0500001"
    ),
    "a cue sheet's track too short": Broken(
        disc, "cd", _text("Record.cue", "INDEX 01 00:05:00", "INDEX 01 00:06:01"), "tracks last", "track 2 lasts 3.99 s"
    ),
    "a table's ISRC": Broken(
        disc,
        "cd",
        _text("Record.toc", "GBAYA0500002", "GBAYA050002"),
        "table of contents",
        "Record.toc, line 14 has ISRC GBAYA050002",
    ),
    "a table's track beyond the end": Broken(
        disc,
        "cd",
        _text("Record.toc", "00:05:00 00:05:00", "00:05:00 00:05:01"),
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
    case = BROKEN[name]
    (tmp_path / "label.toml").write_text(LABEL)
    place = str(tmp_path / case.place) if case.place.endswith(".toml") else case.place
    folder = case.make(tmp_path / "album")
    case.spoil(folder)
    result = call("check", folder, "--for", place, "--json")
    (checked,) = json.loads(result.out)["checked"]
    bad = [
        point for point in checked["points"] if point["verdict"] != "pass" and point["requirement"] == case.requirement
    ]
    assert bad, [point for point in checked["points"] if point["verdict"] != "pass"]
    assert bad[0]["found"].startswith(case.found), bad[0]
    assert bad[0]["verdict"] == ("fail" if case.fails else "warn")
    assert bad[0]["remedy"]
    if case.fails:
        assert (result.code, checked["passed"]) == (1, False)


def test_nothing_else_is_found_by_mistake(tmp_path: Path) -> None:
    """The cases above break one point each: two of them, looked at whole."""
    folder = streaming(tmp_path / "album")
    _all_by(-2.0)(folder)
    (checked,) = json.loads(call("check", folder, "--for", "streaming", "--json").out)["checked"]
    assert [p["requirement"] for p in checked["points"] if p["verdict"] != "pass"] == ["loudness of the album"]
    _text("Record.cue", "31\n", "32\n")(disc(tmp_path / "disc"))
    (checked,) = json.loads(call("check", tmp_path / "disc", "--for", "cd", "--json").out)["checked"]
    assert [p["requirement"] for p in checked["points"] if p["verdict"] == "fail"] == ["cue sheet"]
