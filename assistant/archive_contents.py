"""What is in an archive, as a text that a person reads: the album, its songs, its files."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence

from mastering.delivery import DeliveredProgramme, DeliveredSingle, DeliveredTrack, Delivery
from mastering.delivery_specs import DeliverySpec
from mastering.recording_codes import hyphened_isrc
from mastering.specs import AlbumSpec

_LEFT = {1, 3, 6}  # columns of text


def contents(made: Delivery, album: AlbumSpec, spec: DeliverySpec, names: Sequence[str]) -> str:
    """The list of a delivery's files, of which `names` are all."""
    rows = [["No", "Title", "Time", "ISRC", "Loudness", "True peak", "File"]]
    for number, track in enumerate(made.tracks, 1):
        isrc = hyphened_isrc(track.isrc) if track.isrc else "-"
        rows.append(_row(str(number), track, isrc, made.rate_hz))
    wholes: list[DeliveredProgramme | DeliveredSingle] = [*made.programmes, *made.singles]
    rows += [_row("", whole, "", made.rate_hz) for whole in wholes]
    told = {row[-1] for row in rows}
    others = [name for name in names if name not in told]
    also = ["", "Also:", *(f"  {name}" for name in others)] if others else []
    lines = [*_head(made, album, spec), "", *_table(rows), *also]
    return (
        "\n".join([*lines, "", "checksums.sha256 tells whether all came over whole: sha256sum -c checksums.sha256"])
        + "\n"
    )


def _row(
    number: str, file: DeliveredTrack | DeliveredProgramme | DeliveredSingle, isrc: str, rate_hz: int
) -> list[str]:
    levels = _levels(file.loudness_lufs, file.true_peak_dbtp)
    return [number, file.title, _time(file.frames, rate_hz), isrc, *levels, file.file]


def _head(made: Delivery, album: AlbumSpec, spec: DeliverySpec) -> list[str]:
    copy = album.copy
    facts = {
        "Artist": copy.artist,
        "Label": copy.label,
        "Catalogue number": copy.catalogue_number,
        "UPC/EAN": copy.upc,
        "Year": str(copy.year or ""),
        "Genre": copy.genre,
        "Delivery": f"{spec.title} ({made.name})",
        "Format": ", ".join(
            [
                spec.container.name,
                f"{made.rate_hz / 1000:g} kHz",
                *(
                    [f"{spec.encoding.bits or 32} bit{'' if spec.encoding.bits else ' float'}"]
                    if _lossless(spec)
                    else []
                ),
            ]
        ),
        "Level": " and ".join(_levels(made.loudness_lufs, made.true_peak_dbtp)),
    }
    return [album.title, *(f"{name + ':':18}{fact}" for name, fact in facts.items() if fact)]


def _lossless(spec: DeliverySpec) -> bool:
    return spec.container.name in {"WAV", "FLAC", "AIFF", "ALAC"}


def _levels(loudness_lufs: float | None, true_peak_dbtp: float) -> list[str]:
    known = loudness_lufs is not None and math.isfinite(loudness_lufs)
    return [
        f"{loudness_lufs:.1f} LUFS" if known else "-",
        f"{true_peak_dbtp:.2f} dBTP" if math.isfinite(true_peak_dbtp) else "silent",
    ]


def _time(frames: int, rate_hz: int) -> str:
    seconds = round(frames / rate_hz)
    return f"{seconds // 60}:{seconds % 60:02}"


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns under each other, also where letters are as wide as two."""
    widths = [max(_width(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell + " " * (width - _width(cell)) if at in _LEFT else " " * (width - _width(cell)) + cell
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


def _width(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(letter) in {"W", "F"} for letter in text)
    return len(text) + wide - sum(map(bool, map(unicodedata.combining, text)))
