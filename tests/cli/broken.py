"""Ways to break a finished album in one point, and what a check must find of each."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from tests.cli.calls import call, read
from tests.cli.finished import RATE_HZ, SECTOR_FRAMES, song, tagged, write, write_mp3, write_sums

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


def anew(name: str, subtype: str = "PCM_24", **changes: Any) -> Callable[[Path], object]:
    """Write a track of the streaming album anew, another way."""

    def spoil(folder: Path) -> object:
        path = folder / name
        samples, rate_hz = song(-14.0, pitch=1.1).copy(), changes.pop("rate_hz", RATE_HZ)
        samples = changes.pop("samples", lambda x: x)(samples)
        soundfile.write(path, samples, rate_hz, subtype=subtype, **changes)
        return tagged(path) if path.suffix == ".flac" else path

    return spoil


def samples_changed(change: Callable[[np.ndarray[Any, Any]], Any], subtype: str = "PCM_24") -> Callable[[Path], object]:
    """Change the samples of the first song."""

    def spoil(folder: Path) -> object:
        path = next(folder.glob("01*"))
        soundfile.write(path, change(read(path).copy()), RATE_HZ, subtype=subtype)
        return tagged(path) if path.suffix == ".flac" else path

    return spoil


def all_by(gain_db: float) -> Callable[[Path], object]:
    def spoil(folder: Path) -> object:
        for number, path in enumerate(sorted(folder.glob("*.flac")), 1):
            soundfile.write(path, read(path) * 10 ** (gain_db / 20), RATE_HZ, subtype="PCM_24")
            tagged(path, number)
        return folder

    return spoil


def with_tags(**changes: Any) -> Callable[[Path], object]:
    return lambda folder: _retagged(folder / "01 Dawn.flac", changes)


def _retagged(path: Path, changes: dict[str, Any]) -> Path:
    write(path, song(-14.0, pitch=1.1))
    return tagged(path, **changes)


def sheet_changed(name: str, old: str, new: str) -> Callable[[Path], object]:
    """Change a sheet of the disc."""

    def spoil(folder: Path) -> object:
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1))
        return write_sums(folder)

    return spoil


def cut_short(name: str, share: float) -> Callable[[Path], object]:
    def spoil(folder: Path) -> object:
        content = (folder / name).read_bytes()
        return (folder / name).write_bytes(content[: round(share * len(content))])

    return spoil


def bit_turned(folder: Path) -> object:
    content = bytearray((folder / "01 Dawn.flac").read_bytes())
    content[len(content) // 2] ^= 1
    return (folder / "01 Dawn.flac").write_bytes(content)


def instead(name: str, content: bytes) -> Callable[[Path], object]:
    def spoil(folder: Path) -> object:
        (folder / "01 Dawn.flac").unlink()
        return (folder / name).write_bytes(content)

    return spoil


def with_chunk_after_audio(folder: Path) -> object:
    (folder / "01 Dawn.flac").unlink()
    path = write(folder / "01 Dawn.wav", song(-14.0, pitch=1.1))
    content = path.read_bytes() + b"junk" + struct.pack("<I", 4) + bytes(4)
    return path.write_bytes(content[:4] + struct.pack("<I", len(content) - 8) + content[8:])


def as_mp3(folder: Path) -> object:
    (folder / "01 Dawn.flac").unlink()
    return tagged(write_mp3(folder / "01 Dawn.mp3", song(-14.0, pitch=1.1), 320))


def podcast_of(kbps: int) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        folder.mkdir()
        tagged(write_mp3(folder / "01 Dawn.mp3", song(-16.0), kbps))
        return folder

    return make


def a_hundred(folder: Path) -> Path:
    folder.mkdir()
    samples = np.tile(song(-14.0)[: 5 * SECTOR_FRAMES], (1, 1))
    for number in range(1, 101):
        write(folder / f"{number:03} Song.wav", samples, subtype="PCM_16")
    return folder


def as_it_is(_: Path) -> None:
    """Broken as it was made."""


def one_value(at: int, value: float) -> Callable[[np.ndarray[Any, Any]], Any]:
    def change(samples: np.ndarray[Any, Any]) -> Any:
        samples[at] = value
        return samples

    return change


def must_be_found(case: Broken, folder: Path) -> None:
    """Break an album in `folder` and see that a check finds just that."""
    (folder / "label.toml").write_text(LABEL)
    place = str(folder / case.place) if case.place.endswith(".toml") else case.place
    album = case.make(folder / "album")
    case.spoil(album)
    result = call("check", album, "--for", place, "--json")
    (checked,) = json.loads(result.out)["checked"]
    wrong = [point for point in checked["points"] if point["verdict"] != "pass"]
    bad = [point for point in wrong if point["requirement"] == case.requirement]
    assert bad, wrong
    assert bad[0]["found"].startswith(case.found), bad[0]
    assert bad[0]["verdict"] == ("fail" if case.fails else "warn")
    assert bad[0]["remedy"]
    if case.fails:
        assert (result.code, checked["passed"]) == (1, False)
