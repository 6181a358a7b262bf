"""What there is to listen to in a report: which part of which file, for each song and each join."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.report.figures import JoinFigures, TrackFigures
from assistant.report.material import Material

EXCERPT_S = 12.0
_JOIN_SIDE_S = 5.0  # heard on each side of a join
_WINDOW_S = 3.0  # of short-term loudness
_SHORTEST_S = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A part of a file, in seconds from its start."""

    path: Path
    start_s: float
    length_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What is to be heard of one song or join.

    Attributes:
        name: what files are called by.
        title, track, join: as `ExcerptFigures` has them.
        start_s: in the song's file.
        parts: of each version, laid end to end; the master before the mix.
        version_needed: without this there is nothing to hear.
        aligns: whether the mix is to be moved until it lies on the master.
        reference: file name of the reference.
    """

    name: str
    title: str
    track: int
    join: bool
    start_s: float
    parts: Mapping[str, tuple[Part, ...]]
    version_needed: str
    aligns: bool = False
    reference: str = ""


def wanted_excerpts(material: Material, tracks: Sequence[TrackFigures], joins: Sequence[JoinFigures]) -> list[Wanted]:
    """The loudest section of each song, and each join within a programme."""
    files = {one["source"]: material.out / one["file"] for one in material.shown["tracks"]}
    by_number = {track.number: track for track in tracks}
    songs = [_song(material, track, files[track.source]) for track in tracks]
    found = [song for song in songs if song]
    for join in joins:
        one, other = by_number[join.before], by_number[join.after]
        if join.kind != "new programme" and one.master and other.master:
            found.append(_join(material, (one, other), (files[one.source], files[other.source])))
    return found


def _song(material: Material, track: TrackFigures, path: Path) -> Wanted | None:
    if track.master is None:
        return None
    ends_s = track.length_s - (track.gap_s if track.gap_s > track.song_s else 0.0)
    start_s, length_s = loudest_part(track.master.short_term_lufs, track.song_s, ends_s)
    if length_s < _SHORTEST_S:
        return None
    parts = {"master": (Part(path=path, start_s=start_s, length_s=length_s),)}
    mix = material.mixes / track.source
    if track.mix and mix.is_file():
        parts["mix"] = (Part(path=mix, start_s=track.mix_start_s + start_s - track.song_s, length_s=length_s),)
    reference = _closest(material, track)
    if reference:
        series = material.reference_files[reference].short_term_lufs
        first_s, lasts_s = loudest_part(series, 0.0, material.reference_files[reference].duration_s)
        parts["reference"] = (Part(path=reference, start_s=first_s, length_s=lasts_s),)
    return Wanted(
        name=f"{track.number:02d}",
        title=track.title,
        track=track.number,
        join=False,
        start_s=start_s,
        parts=parts,
        version_needed="master",
        aligns=material.shown.get("asked", {}).get("sector_frames", 1) > 1,
        reference=reference.name if reference else "",
    )


def loudest_part(levels_lufs: Sequence[float | None], first_s: float, last_s: float) -> tuple[float, float]:
    """Start and length of the loudest 12 s, seconds; all there is where there is less.

    Args:
        levels_lufs: short-term loudness each second, each of the 3 s from there on.
        first_s: where the song begins.
        last_s: where it ends.
    """
    length_s = min(EXCERPT_S, last_s - first_s)
    if length_s < EXCERPT_S:
        return first_s, length_s
    windows = max(1, round(EXCERPT_S - _WINDOW_S) + 1)
    powers = np.array([0.0 if level is None or np.isneginf(level) else 10 ** (level / 10) for level in levels_lufs])
    if len(powers) < windows:
        return first_s, length_s
    sums = np.convolve(powers, np.ones(windows), "valid")
    inside = np.arange(len(sums))[(np.arange(len(sums)) >= first_s) & (np.arange(len(sums)) + EXCERPT_S <= last_s)]
    return (float(inside[np.argmax(sums[inside])]) if len(inside) else first_s), length_s


def _closest(material: Material, track: TrackFigures) -> Path | None:
    """The reference whose tone is nearest to the master's; None without one."""
    if track.master is None or not material.reference_files:
        return None
    tone = np.array(track.master.tone_db)
    distances = {
        path: float(np.mean((analysis.spectrum.tone_db() - tone) ** 2))
        for path, analysis in material.reference_files.items()
    }
    return min(distances, key=lambda path: distances[path])


def _join(material: Material, songs: tuple[TrackFigures, TrackFigures], paths: tuple[Path, Path]) -> Wanted:
    """The end of one song, what is between, and the start of the next, as the files have them."""
    one, other = songs
    planned = {track.file: track for track in material.plan.track}
    felt_end_s = one.song_s + planned[one.source].felt_end_s - one.mix_start_s
    start_s = max(0.0, min(felt_end_s, one.length_s) - _JOIN_SIDE_S)
    first_sound_s = other.song_s + planned[other.source].first_sound_s - other.mix_start_s
    after_s = min(other.length_s, max(0.0, first_sound_s) + _JOIN_SIDE_S)
    return Wanted(
        name=f"join-{one.number:02d}-{other.number:02d}",
        title=f"{one.title} → {other.title}",
        track=one.number,
        join=True,
        start_s=start_s,
        parts={
            "join": (
                Part(path=paths[0], start_s=start_s, length_s=one.length_s - start_s),
                Part(path=paths[1], start_s=0.0, length_s=after_s),
            )
        },
        version_needed="join",
    )
