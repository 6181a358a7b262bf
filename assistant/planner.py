"""The plan of an album from what was measured. Pure: no file is read or written here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from analysis.profile import ReferenceSong
from analysis.track import TrackAnalysis
from assistant.album_loudness import album_lufs
from assistant.cohesion_plan import plan_cohesion
from assistant.corrections import Corrected, Mix, as_they_are, by_matchering, corrected, matched
from assistant.file_order import numbered
from assistant.gaps import with_gaps
from assistant.ordering import ordered
from assistant.pins import PinKind
from assistant.plan import AlbumPlan, AlbumTable, TrackPlan
from assistant.runs import with_runs
from assistant.sides import with_sides
from assistant.statistics import SongStatistics
from assistant.wishes import Wishes

LOWEST_ALBUM_RATE_HZ = 44_100


def keeps_given_order(files: Sequence[str], wishes: Wishes) -> bool:
    """Whether the order of the files is the album's; else tempo and key are needed to propose one."""
    by = wishes.ordering.by
    return by in {"given", "named"} or (by is None and numbered(files)) or len(files) == 1


def plan_album(
    mixes: Sequence[Mix],
    references: Sequence[ReferenceSong],
    reference_paths: Sequence[str],
    folder: str,
    statistics: SongStatistics,
    wishes: Wishes,
) -> AlbumPlan:
    """Decide everything.

    Args:
        mixes: in the order of their files; at least one.
        references: figures of the reference songs; may be empty.
        reference_paths: what the plan calls them.
        folder: what the plan calls the folder of mixes.
        statistics: how songs differ.
        wishes: what was asked for.
    """
    done = _done(mixes, references, reference_paths, statistics, wishes)
    order = ordered(mixes, done.tracks, wishes.ordering, keep=keeps_given_order([mix.file for mix in mixes], wishes))
    tracks = with_runs(done.tracks, mixes, order.numbers)
    spaced = _spaced([tracks[i] for i in order.numbers], [mixes[i].analysis for i in order.numbers], wishes)
    spaced = with_sides(
        spaced, wishes.sides, [pin.songs[0] for pin in wishes.ordering.pins if pin.kind is PinKind.SIDE]
    )
    loudness_lufs, why_loudness = album_lufs(
        [] if wishes.as_is else references, clone=wishes.match_full or wishes.by_matchering
    )
    return AlbumPlan(
        album=AlbumTable(
            title=wishes.title,
            mixes=folder,
            references=tuple(reference_paths),
            rate_hz=album_rate_hz([mix.analysis for mix in mixes]),
            loudness_lufs=loudness_lufs,
            as_is=wishes.as_is,
            seed=wishes.seed,
            room_tone="" if wishes.spacing.room_tone is None else wishes.spacing.room_tone.as_posix(),
            engine="matchering" if wishes.by_matchering else "mastertape",
            deliveries=wishes.deliveries,
            why_order=order.why,
            why_groups=done.why_groups,
            why_loudness=why_loudness,
        ),
        cohesion=plan_cohesion(tracks, [mix.analysis for mix in mixes], references, statistics),
        track=tuple(_followed(track, why) for track, why in zip(spaced, order.why_next, strict=True)),
        pin=order.pins,
        order=order.compared,
    )


def album_rate_hz(tracks: Sequence[TrackAnalysis]) -> int:
    """The most common rate by duration, ties to the higher, at least 44.1 kHz."""
    seconds: Counter[int] = Counter()
    for track in tracks:
        seconds[track.source.rate_hz] += round(track.duration_s * 1000)
    return max(LOWEST_ALBUM_RATE_HZ, max(seconds, key=lambda rate: (seconds[rate], rate)))


def _done(
    mixes: Sequence[Mix],
    references: Sequence[ReferenceSong],
    reference_paths: Sequence[str],
    statistics: SongStatistics,
    wishes: Wishes,
) -> Corrected:
    """What is done to each track, in the way that was asked for."""
    if wishes.as_is:
        return as_they_are(mixes)
    if wishes.by_matchering:
        return by_matchering(mixes, references, reference_paths, statistics, wishes)
    if wishes.match_full:
        return matched(mixes, references, statistics, wishes)
    return corrected(mixes, references, statistics, wishes)


def _spaced(tracks: Sequence[TrackPlan], mixes: Sequence[TrackAnalysis], wishes: Wishes) -> list[TrackPlan]:
    """The tracks in album order with what lies between them; a mastered album has its spacing in its files."""
    if wishes.as_is:
        return [track.model_copy(update={"gap_s": 0.0}) for track in tracks]
    return with_gaps(tracks, mixes, wishes.spacing)


def _followed(track: TrackPlan, why_next: str) -> TrackPlan:
    return track.model_copy(update={"why": track.why.model_copy(update={"next": why_next})})
