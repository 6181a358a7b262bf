"""Taking a changed mix into a plan: what is a fact of the file is renewed, what was decided about the song stays."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from analysis.errors import AudioContentError
from analysis.findings import DC_AUDIBLE
from analysis.track import TrackAnalysis
from assistant.joins import plan_join
from assistant.plan_file import PlanFile
from assistant.session import Progress, analyse_paths


def updated(file: PlanFile, plan_folder: Path, progress: Progress | None = None) -> tuple[PlanFile, tuple[str, ...]]:
    """The plan with every changed mix taken in, and the files that had changed; comments and hand edits stay.

    Renewed are the hash, the part of the mix that is used, where the song is felt to begin and end, and the offset
    that is taken off. Level, EQ, width, gaps and the order are decisions: they are kept.

    Raises:
        AudioContentError: a mix of the plan cannot be used.
    """
    mixes = plan_folder / file.plan.album.mixes
    found = analyse_paths([mixes / track.file for track in file.plan.track], progress=progress)
    for reason in found.left_out.values():
        raise AudioContentError(f"The plan cannot be brought up to date: {reason}")
    changed = []
    for number, track in enumerate(file.plan.track):
        analysis = found.tracks[mixes / track.file]
        if analysis.sha256 != track.sha256:
            file = file.track_changed(number, **_facts(analysis, as_is=file.plan.album.as_is))
            changed.append(track.file)
    return file, tuple(changed)


def _facts(analysis: TrackAnalysis, *, as_is: bool) -> Mapping[str, object]:
    join = plan_join(analysis, as_is=as_is)
    offset = analysis.integrity.dc_offset
    removed = [] if as_is or max(abs(mean) for mean in offset) <= DC_AUDIBLE else [round(mean, 6) for mean in offset]
    return {
        "sha256": analysis.sha256,
        "start_s": round(join.start_s, 6),
        "end_s": round(join.end_s, 6),
        "first_sound_s": round(analysis.edges.first_sound_s, 3),
        "felt_end_s": round(analysis.edges.felt_end_s, 3),
        "fade_in_s": join.fade_in_s,
        "fade_out_s": join.fade_out_s,
        "dc_offset": removed,
    }
