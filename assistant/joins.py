"""How each song begins, ends and gives way to the next: what of the mix is used, fades, gaps."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.edges import Ending
from analysis.findings import DC_AUDIBLE
from analysis.track import TrackAnalysis

_LEAD_IN_S = 0.15  # kept before the first sound: breath, the stroke of a pick
_AFTER_END_S = 3.0  # kept after the felt end: it may run on under the next song
_TRIM_FROM_S = 0.35  # shorter silences are left as they are
_CLICK_S = 0.002
_TAIL_FADE_S = 1.0
_CUT_FADE_S = 0.02
_GAPS_S = {Ending.COLD: 2.0, Ending.RING_OUT: 1.5, Ending.FADE: 1.0}
_ENDINGS = {Ending.COLD: "ends cold", Ending.RING_OUT: "rings out", Ending.FADE: "fades out"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Join:
    """The part of a mix that is used, its fades, where it is felt to begin and end (s of the mix), the gap, and why."""

    start_s: float
    end_s: float
    fade_in_s: float
    fade_out_s: float
    first_sound_s: float
    felt_end_s: float
    gap_s: float
    why: str


def plan_join(track: TrackAnalysis, *, as_is: bool) -> Join:
    """Decide for one track.

    As it is, nothing is cut or faded, so that its samples stay what they are, and files lie end to end: the silence in
    them is the album's own spacing.
    """
    edges, length_s = track.edges, track.duration_s
    if as_is:
        return Join(
            start_s=0.0,
            end_s=length_s,
            fade_in_s=0.0,
            fade_out_s=0.0,
            first_sound_s=0.0,
            felt_end_s=length_s,
            gap_s=0.0,
            why="mastered already: the next follows at the end of the file, whose own silence is the spacing",
        )
    gap_s = _GAPS_S[edges.ending]
    head_s, tail_s = track.integrity.digital_head_s, track.integrity.digital_tail_s
    start_s = edges.first_sound_s - _LEAD_IN_S if edges.first_sound_s > _TRIM_FROM_S else 0.0
    end_s = min(length_s, edges.felt_end_s + _AFTER_END_S)
    cut = end_s < length_s - _TRIM_FROM_S
    if not cut:
        end_s = length_s
    silent_head, silent_tail = head_s > 0, tail_s > 0
    if max(abs(mean) for mean in track.integrity.dc_offset) > DC_AUDIBLE:
        # Taking the offset off digital silence would put one there: the silence is left out, what remains is faded.
        start_s, end_s = max(start_s, head_s), min(end_s, length_s - tail_s)
        silent_head = silent_tail = False
    why = f"{_ENDINGS[edges.ending]} at {edges.felt_end_s:.1f} s; {gap_s:g} s from there to the next first sound"
    trimmed = [f"{start_s:.2f} s of silence before it left out"] if start_s else []
    trimmed += [f"{length_s - end_s:.2f} s after its decay left out"] if end_s < length_s else []
    return Join(
        start_s=start_s,
        end_s=end_s,
        fade_in_s=_fade_in_s(edges.first_sound_s - start_s, start_s, silent=silent_head),
        fade_out_s=_TAIL_FADE_S if cut else 0.0 if silent_tail else _CUT_FADE_S,
        first_sound_s=max(edges.first_sound_s, start_s),
        felt_end_s=min(edges.felt_end_s, end_s),
        gap_s=gap_s,
        why="; ".join([why, *trimmed]),
    )


def _fade_in_s(lead_in_s: float, start_s: float, *, silent: bool) -> float:
    """Within the breath before the song, where silence was cut off; against a click where the file just starts."""
    if start_s > 0 and lead_in_s > _LEAD_IN_S / 2:
        return _LEAD_IN_S / 2
    return 0.0 if silent else _CLICK_S
