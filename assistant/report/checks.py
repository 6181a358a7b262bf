"""What a delivery was checked for, one by one, from its part of the manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.report.figures import CheckFigures

_ANCHORS = {"album": "the album", "loudest_track": "the loudest song", "each_track": "each song"}
_PROMISED_LU = 0.1  # as `mastering.finish` promises it
_ROUNDED = 0.0005  # figures of a manifest have three decimals


def delivery_checks(told: Mapping[str, Any]) -> tuple[CheckFigures, ...]:
    """Every check of a delivery; `passed` is None where what is found is worth knowing and no failure."""
    asked = told.get("asked", {})
    found = [*_loudness(told, asked), *_peaks(told, asked), *_codecs(told), *_files(told)]
    findings = list(told.get("findings", ()))
    tracks = [f"{track['title']}: {text}" for track in told["tracks"] for text in track.get("findings", ())]
    found += [CheckFigures(what="finding", asked="", found=text, passed=None) for text in findings]
    found += [CheckFigures(what="finding", asked="", found=text, passed=False) for text in tracks]
    return tuple(found)


def _loudness(told: Mapping[str, Any], asked: Mapping[str, Any]) -> list[CheckFigures]:
    target, anchor = asked.get("loudness_lufs"), asked.get("anchor", "album")
    levels = [track["loudness_lufs"] for track in told["tracks"] if track["loudness_lufs"] is not None]
    what = f"loudness of {_ANCHORS.get(anchor, anchor)}"
    if anchor == "each_track":
        reached, words = levels, _span(levels, "LUFS")
    else:
        level = told["loudness_lufs"] if anchor == "album" else max(levels, default=None)
        reached, words = ([] if level is None else [level]), _level(level, "LUFS")
    if target is None or not reached:
        return [CheckFigures(what=what, asked="as the album's own level has it", found=words, passed=True)]
    met = all(abs(level - target) <= _PROMISED_LU + _ROUNDED for level in reached)
    # A target that a bound kept from being met is told among the findings, with the bound.
    return [CheckFigures(what=what, asked=_level(target, "LUFS"), found=words, passed=True if met else None)]


def _peaks(told: Mapping[str, Any], asked: Mapping[str, Any]) -> list[CheckFigures]:
    ceiling = asked.get("ceiling_dbtp")
    peaks = [part["true_peak_dbtp"] for key in ("programmes", "tracks", "singles") for part in told.get(key, ())]
    known = [peak for peak in peaks if peak is not None]
    highest = max(known, default=None)
    if ceiling is None:
        return [CheckFigures(what="true peak of every file", asked="", found=_level(highest, "dBTP", 2), passed=True)]
    over = any(track.get("findings") for track in told["tracks"]) and highest is not None and highest > ceiling
    # A song cut from one that runs on is judged as it is played on end, which its findings tell.
    return [
        CheckFigures(
            what="true peak of every file",
            asked=f"at most {_level(ceiling, 'dBTP')}",
            found=_level(highest, "dBTP", 2),
            passed=not over,
        )
    ]


def _codecs(told: Mapping[str, Any]) -> list[CheckFigures]:
    trials: dict[str, list[Mapping[str, Any]]] = {}
    for track in told["tracks"]:
        for trial in track.get("codecs", ()):
            trials.setdefault(trial["label"], []).append(trial)
    found = []
    for label, tried in trials.items():
        peaks = [trial["true_peak_dbtp"] for trial in tried if trial["true_peak_dbtp"] is not None]
        overs = sum(trial["overs"] for trial in tried)
        found.append(
            CheckFigures(
                what=f"decoded from {label}",
                asked="no sample over full scale",
                found=f"highest {_level(max(peaks, default=None), 'dBTP', 2)}, {overs or 'no'} samples over",
                passed=overs == 0,
            )
        )
    return found


def _files(told: Mapping[str, Any]) -> list[CheckFigures]:
    tracks = told["tracks"]
    hashed = sum(bool(track.get("sha256")) for track in tracks)
    return [
        CheckFigures(
            what="files read back after writing",
            asked=f"{len(tracks)} songs",
            found=f"{hashed} songs, each with its checksum",
            passed=hashed == len(tracks),
        )
    ]


def _level(value: float | None, unit: str, decimals: int = 1) -> str:
    return "not measurable" if value is None else f"{value:.{decimals}f} {unit}"


def _span(values: Sequence[float], unit: str) -> str:
    if not values:
        return "not measurable"
    low, high = f"{min(values):.1f}", f"{max(values):.1f}"
    return f"{low} {unit}" if low == high else f"{low} to {high} {unit}"
