"""What a plan says of a mix because the mix is so, and not because somebody decided it."""

from __future__ import annotations

from typing import TypedDict

from analysis.findings import DC_AUDIBLE, findings
from analysis.musical import Passage
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
    tempo_bpm: float | None
    first_beat_s: float | None
    last_beat_s: float | None


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
        **_beats(analysis, as_is=as_is),
    )


class _Beats(TypedDict):
    tempo_bpm: float | None
    first_beat_s: float | None
    last_beat_s: float | None


def _beats(analysis: TrackAnalysis, *, as_is: bool) -> _Beats:
    """Tempo and last beat of a steady end, first downbeat of a steady start."""
    features = None if as_is else analysis.musical
    closing = features.closing if features and features.closing and features.closing.steady else Passage()
    opening = features.opening if features and features.opening and features.opening.steady else Passage()
    first_s = opening.beat_s if opening.downbeat_s is None else opening.downbeat_s
    known = closing.tempo_bpm is not None and closing.beat_s is not None
    return _Beats(
        tempo_bpm=_rounded(closing.tempo_bpm if known else None),
        first_beat_s=_rounded(first_s),
        last_beat_s=_rounded(closing.beat_s if known else None),
    )


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, _PLACES)


def notes_of(analysis: TrackAnalysis, *, as_is: bool) -> str:
    """What there is to know of a mix, in one line."""
    return "; ".join(finding.message for finding in findings(analysis, as_is=as_is))
