"""The references that matchering takes: chosen for a plan, found again and given to the chains that are rendered."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from analysis.errors import AudioContentError, AudioFileError, PlanError
from analysis.profile import Measured, ReferenceSong
from analysis.track import TrackAnalysis
from assistant.measuring import Progress, analyse_paths
from assistant.plan import AlbumPlan, TrackPlan
from assistant.reference_words import find_references, is_file
from assistant.usable import why_unusable
from mastering.matchering_stage import LONGEST_S
from mastering.specs import AlbumSpec, TrackSpec


def closest_reference(track: Measured, references: Sequence[ReferenceSong], words: Sequence[str]) -> tuple[int, str]:
    """Which reference, counted from 1, is most like a track in tone, and how like: matchering takes only one.

    Args:
        track: what was measured.
        references: those that are files in front, in the order of `words`.
        words: what the plan calls the references.

    Raises:
        AudioContentError: none of them can be used.
    """
    found: list[tuple[float, int]] = []
    reason = "a profile holds figures and no sound"
    for number, (song, word) in enumerate(zip(references, words, strict=False), 1):
        if not is_file(word):
            break
        if song.duration_s > LONGEST_S:
            reason = (
                f"{song.name} is {song.duration_s / 60:.0f} min long, and it takes {LONGEST_S / 60:.0f} min at most"
            )
        elif not np.isfinite(song.spectrum.side_db).any():
            reason = f"{song.name} is mono, and every mix would become so too"
        else:
            apart_db = song.spectrum.tone_db() - track.spectrum.tone_db()
            found.append((float(np.sqrt(np.mean(apart_db**2))), number))
    if not found:
        raise AudioContentError(
            f"Matchering has no reference that it can use: {reason}; name another with --reference."
        )
    least_db, best = min(found)
    others = f", the closest of {len(found)}" if len(found) > 1 else ""
    return best, f"matchering, against {references[best - 1].name}{others} ({least_db:.1f} dB apart in tone)"


def too_long_for_matchering(analysis: TrackAnalysis) -> str | None:
    """Why a mix cannot be matched by matchering, or None where it can."""
    if analysis.duration_s <= LONGEST_S:
        return None
    return (
        f"{analysis.name} is {analysis.duration_s / 60:.1f} min long, and matchering takes {LONGEST_S / 60:.0f} min at "
        "most: cut it into songs, or use --engine mastertape."
    )


def with_references(
    album: AlbumSpec,
    plan: AlbumPlan,
    sources: Sequence[tuple[TrackPlan, TrackAnalysis]],
    plan_folder: Path,
    progress: Progress | None,
) -> AlbumSpec:
    """The album with the file in each track's chain that matchering is to match it to.

    Raises:
        PlanError: a reference is gone, is no file, cannot be used; or a mix is too long.
    """
    words = plan.album.references
    if not words:
        raise PlanError('album.engine = "matchering" needs album.references: name one, or take the engine out.')
    paths = {number: _path(words, number, plan_folder) for number in sorted({_number(track) for track, _ in sources})}
    _listen(paths, progress)
    tracks = []
    for spec, (track, analysis) in zip(album.tracks, sources, strict=True):
        if reason := too_long_for_matchering(analysis):
            raise PlanError(reason)
        tracks.append(_matched_to(spec, paths[_number(track)]))
    return dataclasses.replace(album, tracks=tuple(tracks))


def _number(track: TrackPlan) -> int:
    return track.reference or 1


def _path(words: Sequence[str], number: int, plan_folder: Path) -> Path:
    if number > len(words):
        raise PlanError(f"reference = {number} of a track, and album.references has {len(words)}: correct the plan.")
    word = words[number - 1]
    if not is_file(word):
        raise PlanError(
            f"album.references[{number}] = {word!r} is a profile, which holds figures and no sound, and matchering "
            "needs the song itself: name a song's file."
        )
    try:
        (path,) = find_references((word,), plan_folder).files
    except (AudioFileError, PlanError, ValueError) as error:
        raise PlanError(
            f"album.references[{number}] = {word!r} is not there, and matchering needs the reference itself: put it "
            "back, or correct the plan."
        ) from error
    return path


def _listen(paths: Mapping[int, Path], progress: Progress | None) -> None:
    """See that the references can be used, before anything is rendered."""
    found = analyse_paths(list(dict.fromkeys(paths.values())), progress=progress)
    for number, path in paths.items():
        reason = (
            found.left_out.get(path) or why_unusable(found.tracks[path]) or too_long_for_matchering(found.tracks[path])
        )
        if reason:
            raise PlanError(f"album.references[{number}] cannot be used: {reason}")


def _matched_to(spec: TrackSpec, path: Path) -> TrackSpec:
    return dataclasses.replace(spec, chain=dataclasses.replace(spec.chain, matchering=str(path)))
