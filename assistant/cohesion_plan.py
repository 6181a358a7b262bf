"""The figures of cohesion that a plan carries: the album as its mixes are, and as the plan will leave it."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.profile import ReferenceSong, reference_song
from analysis.track import TrackAnalysis
from assistant.album_spec import chain_spec
from assistant.cohesion import Cohesion, cohesion, song_figures
from assistant.foretold import planned_song
from assistant.plan import CohesionPlan, SpreadPlan, TrackPlan
from assistant.statistics import SongStatistics

REFERENCES, ITSELF = "the references", "the album itself"
"""What songs are held against."""


def plan_cohesion(
    tracks: Sequence[TrackPlan],
    mixes: Sequence[TrackAnalysis],
    references: Sequence[ReferenceSong],
    statistics: SongStatistics,
) -> CohesionPlan | None:
    """How alike an album's songs are before and after; None for a single song.

    Args:
        tracks: as they are planned.
        mixes: what was measured of each.
        references: the record to match; the album itself where there is none.
        statistics: how songs differ.
    """
    as_mixed = [reference_song(mix) for mix in mixes]
    as_planned = [planned_song(mix, chain_spec(track)) for track, mix in zip(tracks, mixes, strict=True)]
    titles = [track.title for track in tracks]
    before, after = (_table(titles, songs, references, statistics) for songs in (as_mixed, as_planned))
    if before is None:
        return None
    if after and any(song.dynamics.plr_lu is None for song in as_planned):
        after = after.model_copy(update={"plr_lu": None})  # of some songs only, it would be another figure
    foretold = all(track.reference is None for track in tracks)  # what matchering does cannot be told beforehand
    return CohesionPlan(record=REFERENCES if references else ITSELF, before=before, after=after if foretold else None)


def _table(
    titles: Sequence[str],
    songs: Sequence[ReferenceSong],
    references: Sequence[ReferenceSong],
    statistics: SongStatistics,
) -> SpreadPlan | None:
    found = cohesion([song_figures(song) for song in songs], references, statistics)
    if found is None:
        return None
    return SpreadPlan(
        tone_db=round(found.spread.tone_db, 2),
        width_db=_rounded(found.spread.width_db),
        loud_lu=_rounded(found.spread.loud_lu),
        plr_lu=_rounded(found.spread.plr_lu),
        from_record_db=round(found.tone_distance_db(), 2),
        wider_db=_rounded(found.width_distance_db()) if references else None,
        stands_out=_standing_out(titles, found),
    )


def _standing_out(titles: Sequence[str], found: Cohesion) -> tuple[str, ...]:
    pairs = zip(titles, found.songs, strict=True)
    return tuple(f"{title}: {', '.join(song.stands_out)}" for title, song in pairs if song.stands_out)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
