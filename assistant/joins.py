"""How each song begins and ends in the album: what of its mix is used, and its fades. Gaps: see `assistant.gaps`."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.edges import Edges, Ending
from analysis.findings import DC_AUDIBLE
from analysis.track import TrackAnalysis

_LEAD_IN_S = 0.15  # kept before the first sound: breath, the stroke of a pick
_AFTER_END_S = 3.0  # kept after the felt end, faded to nothing: it may run on under the next song
_TRIM_FROM_S = 0.35  # shorter silences are left as they are
_WORTH_TELLING_S = 0.05
_HEAD_FADE_S = (0.005, 0.02)
_TAIL_FADE_S = 0.02
_RINGING_FADE_S = 1.0
_CUT_LU = 6.0  # what stops this far over hearing was not heard out
_REPAIR_FADE_S = (0.3, 8.0)
_ENDINGS = {Ending.COLD: "ends cold", Ending.RING_OUT: "rings out", Ending.FADE: "fades out"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Join:
    """The part of a mix that is used, its fades, where it is felt to begin and end (s of the mix), and why."""

    start_s: float
    end_s: float
    fade_in_s: float
    fade_out_s: float
    first_sound_s: float
    felt_end_s: float
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
            why="mastered already: left as it is",
        )
    head_s, tail_s = track.integrity.digital_head_s, track.integrity.digital_tail_s
    if max(abs(mean) for mean in track.integrity.dc_offset) > DC_AUDIBLE:
        # Taking the offset off digital silence would put one there: the silence is left out, what remains is faded.
        first_s, last_s, silent_s = head_s, length_s - tail_s, (0.0, length_s)
    else:
        first_s, last_s, silent_s = 0.0, length_s, (head_s, length_s - tail_s)
    start_s = max(first_s, edges.first_sound_s - _LEAD_IN_S if edges.first_sound_s > _TRIM_FROM_S else 0.0)
    end_s = min(last_s, edges.felt_end_s + _AFTER_END_S)
    if end_s > last_s - _TRIM_FROM_S:
        end_s = last_s
    repaired_s = _repair_s(edges)
    if repaired_s:
        end_s = min(edges.felt_end_s, last_s)
    fade_out_s = repaired_s or (0.0 if end_s > silent_s[1] else _fade_out_s(edges, end_s))
    why = [f"{_ENDINGS[edges.ending]} at {edges.felt_end_s:.1f} s"]
    why += [_why_repaired(edges, repaired_s)] if repaired_s else []
    why += [f"{start_s:.2f} s of silence before it left out"] if start_s > _WORTH_TELLING_S else []
    after_s = 0.0 if repaired_s else length_s - end_s
    why += [f"{after_s:.2f} s after its decay left out"] if after_s > _WORTH_TELLING_S else []
    return Join(
        start_s=start_s,
        end_s=end_s,
        fade_in_s=0.0 if silent_s[0] > start_s else _fade_in_s(edges.first_sound_s - start_s),
        fade_out_s=fade_out_s,
        first_sound_s=max(edges.first_sound_s, start_s),
        felt_end_s=min(edges.felt_end_s, end_s),
        why="; ".join(why),
    )


def _fade_in_s(lead_in_s: float) -> float:
    """Over what there is before the first sound, against a click."""
    shortest_s, longest_s = _HEAD_FADE_S
    return min(max(lead_in_s, shortest_s), longest_s)


def _fade_out_s(edges: Edges, end_s: float) -> float:
    """From the felt end on; what rings or fades is given a second even where the file ends before."""
    shortest_s = _TAIL_FADE_S if edges.ending is Ending.COLD else min(_RINGING_FADE_S, edges.fall_s or 0.0)
    return max(shortest_s, end_s - edges.felt_end_s)


def _repair_s(edges: Edges) -> float:
    """Length of the fade for a song that stops while it still rings or fades: as long as the rest would have taken."""
    if edges.ending is Ending.COLD or not edges.fall_s or (edges.cut_lu or 0.0) < _CUT_LU:
        return 0.0
    shortest_s, longest_s = _REPAIR_FADE_S
    rest_s = (edges.cut_lu or 0.0) / max(edges.fall_db_per_s or 0.0, 1e-3)
    return min(max(rest_s, shortest_s), longest_s, max(edges.fall_s, shortest_s))


def _why_repaired(edges: Edges, repaired_s: float) -> str:
    return (
        f"cut off there while still {edges.cut_lu:.0f} LU over hearing: faded to nothing over its last "
        f"{repaired_s:.1f} s; export the mix longer to have the rest"
    )
