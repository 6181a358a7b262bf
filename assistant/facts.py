"""What a plan says of a mix because the mix is so, and not because somebody decided it."""

from __future__ import annotations

from typing import TypedDict

from analysis.findings import DC_AUDIBLE, findings
from analysis.track import TrackAnalysis
from assistant.joins import plan_join

_PLACES = 6  # of seconds: finer than any sample, so that songs that run into each other still meet


class Facts(TypedDict):
    """Keys of a plan's track that follow from its mix."""

    dc_offset: tuple[float, ...]
    start_s: float
    end_s: float
    first_sound_s: float
    felt_end_s: float
    fade_in_s: float
    fade_out_s: float


def facts_of(analysis: TrackAnalysis, *, as_is: bool) -> Facts:
    """The offset that is taken off a mix, the part of it that is used, where the song is felt to begin and end."""
    join = plan_join(analysis, as_is=as_is)
    offset = analysis.integrity.dc_offset
    removed = offset if not as_is and max(abs(mean) for mean in offset) > DC_AUDIBLE else ()
    return Facts(
        dc_offset=tuple(round(mean, 6) for mean in removed),
        start_s=round(join.start_s, _PLACES),
        end_s=round(join.end_s, _PLACES),
        first_sound_s=round(join.first_sound_s, _PLACES),
        felt_end_s=round(join.felt_end_s, _PLACES),
        fade_in_s=round(join.fade_in_s, _PLACES),
        fade_out_s=round(join.fade_out_s, _PLACES),
    )


def notes_of(analysis: TrackAnalysis, *, as_is: bool) -> str:
    """What there is to know of a mix, in one line."""
    return "; ".join(finding.message for finding in findings(analysis, as_is=as_is))
