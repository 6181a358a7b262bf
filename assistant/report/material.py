"""What a report is made of, gathered from an output folder: plan, manifest, analyses, delivered files."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analysis.cache import known_analysis
from analysis.errors import MastertapeError, PlanError
from analysis.profile import ReferenceSong, reference_song
from analysis.track import TrackAnalysis
from assistant import manifest
from assistant.measuring import analyse_paths
from assistant.plan import AlbumPlan
from assistant.plan_file import PlanFile
from assistant.reference_words import find_references
from assistant.report.measuring import MeasuredFile, measure_file
from assistant.report.wishes import JSON_NAME

_LOSSLESS = ("wav", "flac", "aiff", "alac", "rf64", "w64", "caf")


@dataclass(frozen=True, kw_only=True, slots=True)
class Material:
    """What a report is made of.

    Attributes:
        out: the output folder.
        plan: that lies there.
        mixes: the folder of mixes; it may be gone.
        told: the manifest.
        delivery: name of the delivery that songs are shown as.
        analyses: what is known of each mix, by its file.
        masters: what was measured of that delivery's files, by the mix's file.
        references: songs of the record to match.
        reference_files: those of them that are files, with what is known of each.
        reductions_db: gain reduction in tenths of a second by the SHA-256 of the file that came of it.
        not_there: what could not be looked at, in sentences.
    """

    out: Path
    plan: AlbumPlan
    mixes: Path
    told: Mapping[str, Any]
    delivery: str
    analyses: Mapping[str, TrackAnalysis]
    masters: Mapping[str, MeasuredFile]
    references: Sequence[ReferenceSong]
    reference_files: Mapping[Path, TrackAnalysis]
    reductions_db: Mapping[str, Sequence[float]]
    not_there: tuple[str, ...]

    @property
    def shown(self) -> Mapping[str, Any]:
        """The manifest's part on the delivery that songs are shown as."""
        found: Mapping[str, Any] = self.told["deliveries"][self.delivery]
        return found


def gather(out: Path, measured: Mapping[str, Sequence[float]], pool: Executor) -> Material:
    """Look at everything that a report tells of.

    Args:
        out: the output folder of a render.
        measured: gain reduction in tenths of a second that is known from rendering, by SHA-256 of the file.
        pool: where files are measured in parallel.

    Raises:
        PlanError: there is no album in the folder.
    """
    told = manifest.read(out)
    if not told.get("deliveries") or not (out / "album.toml").is_file():
        raise PlanError(
            f"{out} holds no finished album (album.toml and manifest.json): name the folder that a render wrote to."
        )
    plan = PlanFile.read(out / "album.toml").plan
    delivery = _shown_delivery(plan, told["deliveries"])
    tracks = told["deliveries"][delivery]["tracks"]
    not_there: list[str] = []
    masters = _masters(out, tracks, pool, not_there)
    mixes = out / plan.album.mixes
    analyses = _analyses(plan, mixes, [track["source"] for track in tracks], not_there)
    references, files = _references(plan, out, not_there)
    return Material(
        out=out,
        plan=plan,
        mixes=mixes,
        told=told,
        delivery=delivery,
        analyses=analyses,
        masters=masters,
        references=references,
        reference_files=files,
        reductions_db={**_kept_reductions(out), **measured},
        not_there=tuple(not_there),
    )


def _shown_delivery(plan: AlbumPlan, deliveries: Mapping[str, Any]) -> str:
    """The first of the plan's deliveries that is there, one without loss before one with, limited before as it is."""
    planned = [name for name in plan.album.deliveries if name in deliveries]
    names = [*planned, *(name for name in deliveries if name not in planned)]

    def rank(name: str) -> tuple[bool, bool]:
        asked = deliveries[name].get("asked", {})
        return asked.get("container", "wav") not in _LOSSLESS, asked.get("ceiling_dbtp") is None

    return min(names, key=rank)  # the first of equals


def _masters(out: Path, tracks: Sequence[Any], pool: Executor, not_there: list[str]) -> dict[str, MeasuredFile]:
    def one(track: Mapping[str, Any]) -> MeasuredFile | str:
        try:
            return measure_file(out / track["file"])
        except MastertapeError as error:
            return str(error)

    found = dict(zip((track["source"] for track in tracks), pool.map(one, tracks), strict=True))
    not_there += [reason for reason in found.values() if isinstance(reason, str)]
    return {source: master for source, master in found.items() if isinstance(master, MeasuredFile)}


def _analyses(plan: AlbumPlan, mixes: Path, sources: Sequence[str], not_there: list[str]) -> dict[str, TrackAnalysis]:
    """What is known of the mixes that were planned: from the cache, or measured anew where they still are the same.

    Tempo and key are told where the plan knows tempi, and not by what happens to lie in the cache.
    """
    planned = {track.file: track.sha256 for track in plan.track if track.file in sources}
    musical = any(track.tempo_bpm is not None for track in plan.track)
    known = {file: one for file, sha256 in planned.items() if (one := known_analysis(sha256))}
    missing = [file for file in planned if file not in known or (musical and known[file].musical is None)]
    paths = {mixes / file: file for file in missing if (mixes / file).is_file()}
    measured = analyse_paths(list(paths), musical=musical)
    known |= {paths[path]: one for path, one in measured.tracks.items() if one.sha256 == planned[paths[path]]}
    found = {file: one if musical else replace(one, musical=None) for file, one in known.items()}
    lost = [file for file in planned if file not in found]
    if lost:
        not_there.append(f"{', '.join(lost)}: the mix is gone or has changed, so nothing is shown of it.")
    return {file: found[file] for file in planned if file in found}


def _references(
    plan: AlbumPlan, out: Path, not_there: list[str]
) -> tuple[list[ReferenceSong], dict[Path, TrackAnalysis]]:
    songs: list[ReferenceSong] = []
    files: dict[Path, TrackAnalysis] = {}
    for word in plan.album.references:
        try:
            asked = find_references([word], out)
            measured = analyse_paths(list(asked.files))
            if measured.left_out:
                raise PlanError(next(iter(measured.left_out.values())))
            songs += [reference_song(track, asked.files[path]) for path, track in measured.tracks.items()]
            files |= {path: track for path, track in measured.tracks.items() if not track.is_silent}
            songs += [song for profile in asked.profiles for song in profile.songs()]
        except MastertapeError as error:
            not_there.append(f"A reference could not be looked at: {error}")
    return songs, files


def _kept_reductions(out: Path) -> dict[str, list[float]]:
    """What an earlier report kept of gain reduction over time; it is known only while rendering."""
    try:
        kept = json.loads((out / JSON_NAME).read_text(encoding="utf-8"))
        return dict(_reductions(kept))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # not there, or changed by hand
        return {}


def _reductions(kept: Any) -> Iterator[tuple[str, list[float]]]:
    for track in kept["tracks"]:
        series = [float(value) for value in track["gain_reduction_db"]]
        if series and all(math.isfinite(value) for value in series):
            yield str(track["sha256"]), series
