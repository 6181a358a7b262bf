"""What a delivery requires of all its files together: loudness, lengths, codes, and what our manifest says of them."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from analysis.loudness import integrated_lufs
from assistant.check_measure import CheckedFile
from assistant.check_points import Point, Verdict, point
from mastering.delivery_specs import Anchor, DeliverySpec

WARN, FAIL = Verdict.WARN, Verdict.FAIL

LOUDER_LU = 0.5
"""How far music may be from a place's target without a word, where the place gives no tolerance."""

_ROUNDING_LU = 0.005
_PROGRAMME = re.compile(r".*\((album|side [A-Z]|disc [0-9]+)\)")


def programmes(files: Sequence[CheckedFile], known: Sequence[str]) -> list[CheckedFile]:
    """Which files are a whole album, or a side or a disc of it, beside its tracks.

    Our manifest says so (`known`), or their names as we give them, or one is as long as all the others together.
    """
    named = [file for file in files if file.name in known or _PROGRAMME.fullmatch(file.path.stem)]
    if named and (known or len(named) < len(files)):
        return named
    total = sum(file.frames for file in files)
    whole = [file for file in files if file.frames and file.frames * 2 == total] if len(files) > 2 else []
    return whole[:1]


def album_points(
    files: Sequence[CheckedFile], whole: Sequence[CheckedFile], spec: DeliverySpec, *, complete: bool
) -> Iterator[Point]:
    """All points of an album.

    Args:
        files: its tracks, in order.
        whole: its programmes, if there are any.
        spec: what is required.
        complete: whether all of its tracks are here.
    """
    usable = [file for file in files if not file.fault and file.true_peak_dbtp is not None]
    sound = [file for file in whole if not file.fault and file.true_peak_dbtp is not None] or usable
    if spec.loudness_lufs is not None and sound:
        yield from _loudness(usable, sound, spec, spec.loudness_lufs, complete=complete)
    yield from _rates(usable)
    yield from _codes(usable)


def _loudness(
    tracks: Sequence[CheckedFile], sound: Sequence[CheckedFile], spec: DeliverySpec, target: float, *, complete: bool
) -> Iterator[Point]:
    if spec.anchor is Anchor.EACH_TRACK:
        yield from (_level(file.name, "loudness", file.loudness_lufs, spec, target) for file in tracks or sound)
    elif not complete:
        what = "all tracks together" if spec.anchor is Anchor.ALBUM else "the loudest track"
        found, remedy = "not judged: other tracks are not here", "give the folder with all of them"
        yield point("", "loudness", f"{target:g} LUFS of {what}", found, remedy, bad=WARN)
    elif spec.anchor is Anchor.LOUDEST_TRACK:
        loudest = max(tracks or sound, key=lambda file: -math.inf if file.loudness_lufs is None else file.loudness_lufs)
        yield _level(loudest.name, "loudness of the loudest track", loudest.loudness_lufs, spec, target)
    else:
        yield _level("", "loudness of the album", album_lufs(sound), spec, target)


def album_lufs(files: Sequence[CheckedFile]) -> float | None:
    """Integrated loudness of files as if they were one; energies of other rates are scaled to the first's."""
    rate_hz = next(file.info.rate_hz for file in files if file.info)
    scaled = [file.energies * rate_hz / file.info.rate_hz for file in files if file.info]
    return integrated_lufs(np.concatenate(scaled), rate_hz)


def _level(name: str, what: str, found: float | None, spec: DeliverySpec, target: float) -> Point:
    if found is None or math.isinf(found):
        return point(name, what, f"{target:g} LUFS", "not measurable", "there is too little sound in it", bad=FAIL)
    off, given = found - target, spec.accepts.loudness_tolerance_lu
    if given is not None:
        bad, wanted = (FAIL if abs(off) > given + _ROUNDING_LU else None), f"{target:g} LUFS ± {given:g} LU"
    else:
        bad = FAIL if off > LOUDER_LU + _ROUNDING_LU else WARN if off < -LOUDER_LU - _ROUNDING_LU else None
        wanted = f"{target:g} LUFS"
    remedy = f"turn it {'down' if off > 0 else 'up'} by {abs(off):.1f} dB"
    return point(name, what, wanted, f"{found:.2f} LUFS", remedy, bad=bad, value=round(found, 3))


def _rates(files: Sequence[CheckedFile]) -> Iterator[Point]:
    rates = Counter(file.info.rate_hz for file in files if file.info)
    if len(files) > 1:
        found = ", ".join(f"{rate} Hz ({count} files)" for rate, count in sorted(rates.items()))
        bad = WARN if len(rates) > 1 else None
        yield point("", "one sample rate", "the same for all", found, "convert all to one of them", bad=bad)


def _codes(files: Sequence[CheckedFile]) -> Iterator[Point]:
    """No two recordings share an ISRC; an album has one UPC."""
    by_isrc: dict[str, list[str]] = {}
    for file in files:
        if file.tags.isrc:
            by_isrc.setdefault(file.tags.isrc, []).append(file.name)
    if by_isrc:
        twice = [f"{isrc} in {' and '.join(names)}" for isrc, names in by_isrc.items() if len(names) > 1]
        remedy = "every recording has an ISRC of its own"
        yield point("", "ISRCs differ", "one each", "; ".join(twice) or "they do", remedy, bad=FAIL if twice else None)
    upcs = sorted({file.tags.upc for file in files if file.tags.upc})
    if upcs:
        bad = FAIL if len(upcs) > 1 else None
        yield point("", "one UPC", "the same for all", ", ".join(upcs), "an album has one", bad=bad)


def manifest_points(folder: Path, told: Mapping[str, Any], prefix: str, present: Sequence[str]) -> Iterator[Point]:
    """Whether the files are the ones that our manifest lists for a delivery, byte by byte.

    Args:
        folder: of the delivery.
        told: the manifest's part on it.
        prefix: what the manifest puts before its files' names.
        present: names of the audio files that are there.
    """
    listed: dict[str, str] = {}
    for key in ("programmes", "tracks", "singles"):
        for one in told.get(key, []):
            listed[str(one["file"]).removeprefix(prefix)] = str(one["sha256"])
    for name, sha256 in listed.items():
        path = folder / name
        wanted = "as it was delivered"
        if not path.is_file():
            yield point(name, "in the manifest", wanted, "missing", "render it again", bad=FAIL)
            continue
        with path.open("rb") as file:
            same = hashlib.file_digest(file, "sha256").hexdigest() == sha256
        found = wanted if same else "changed since"
        yield point(name, "in the manifest", wanted, found, "render it again", bad=None if same else FAIL)
    for name in sorted(set(present) - set(listed)):
        yield point(name, "in the manifest", "listed", "not listed", "see where it comes from", bad=WARN)
