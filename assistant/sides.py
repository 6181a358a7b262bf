"""The sides and discs of an album's deliveries: what the artist marked in the plan, and the division of the rest."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from analysis.errors import PlanError
from analysis.track import TrackAnalysis
from assistant.album_spec import album_spec
from assistant.aspects import loud_lufs
from assistant.file_order import sides as numbered_sides
from assistant.file_order import sides_are_discs
from assistant.plan import AlbumPlan, TrackPlan
from assistant.split import Stretch, split
from mastering.breaks import Part, check_breaks, cut_over_breaks
from mastering.delivery import Delivery
from mastering.delivery_specs import DeliverySpec
from mastering.sides import clock, length_findings
from mastering.specs import AlbumSpec
from mastering.timeline import delivery_timeline, lay_out


def with_sides(tracks: Sequence[TrackPlan], sides: Sequence[int], pinned: Sequence[str]) -> list[TrackPlan]:
    """The tracks in album order, those marked that begin a side or a disc because the artist says so.

    Args:
        tracks: in album order.
        sides: how many songs each side has; empty where nothing is said.
        pinned: files that begin a side.

    Raises:
        PlanError: sides that hold more or fewer songs than there are.
    """
    if sides:
        if sum(sides) != len(tracks) or min(sides) < 1:
            raise PlanError(
                f"--sides {','.join(map(str, sides))} is for {sum(sides)} songs, and the album has {len(tracks)}: say "
                "how many songs each side has."
            )
        first = {sum(sides[:number]) for number in range(1, len(sides))}
        return [_beginning(track, Part.SIDE) if i in first else track for i, track in enumerate(tracks)]
    files = [track.file for track in tracks]
    numbers = numbered_sides(files)
    part = Part.DISC if sides_are_discs(files) else Part.SIDE
    starts = {other for one, other in pairwise(range(len(tracks))) if numbers[one] < numbers[other]}
    in_order = all(one <= other for one, other in pairwise(numbers))
    marked = [_beginning(track, part) if in_order and i in starts else track for i, track in enumerate(tracks)]
    return [_beginning(t, Part.SIDE) if i and t.file in pinned else t for i, t in enumerate(marked)]


def _beginning(track: TrackPlan, part: Part) -> TrackPlan:
    return track.model_copy(update={"starts_disc" if part is Part.DISC else "starts_side": True})


def stretches(plan: AlbumPlan, album: AlbumSpec, mixes: Mapping[str, TrackAnalysis], rate_hz: int) -> list[Stretch]:
    """What the division of an album is decided by; `mixes` by file."""
    planned = {track.file: track for track in plan.track}
    begins = _beginnings(plan.track, {track.source for track in album.tracks})
    timeline = lay_out(album, rate_hz)
    return [
        Stretch(
            start_s=placed.start / rate_hz,
            end_s=placed.end / rate_hz,
            loud_lufs=_loud_lufs(mixes.get(track.source), planned[track.source].gain_db),
            runs_on=placed.runs_on,
            crosses=placed.fade_out_crosses,
            begins=begins[track.source],
        )
        for track, placed in zip(album.tracks, timeline.placements, strict=True)
    ]


def _loud_lufs(mix: TrackAnalysis | None, gain_db: float) -> float:
    return -math.inf if mix is None else loud_lufs(mix) + gain_db


def _beginnings(tracks: Sequence[TrackPlan], there: Collection[str]) -> dict[str, Part | None]:
    """What begins with each track that is there; where one is left out, with the next one."""
    found = dict[str, Part | None]()
    passed: Part | None = None
    for track in tracks:
        own = Part.DISC if track.starts_disc else Part.SIDE if track.starts_side else None
        wanted = [part for part in (passed, own) if part is not None]
        begins = None if not wanted else Part.DISC if Part.DISC in wanted else Part.SIDE
        if track.file in there:
            found[track.file] = begins
        passed = None if track.file in there else begins
    return found


def divided_deliveries(
    plan: AlbumPlan, album: AlbumSpec, mixes: Mapping[str, TrackAnalysis], deliveries: Sequence[DeliverySpec]
) -> list[DeliverySpec]:
    """The deliveries with the breaks that this album has in them."""
    found = []
    for delivery in deliveries:
        if delivery.split is None:
            found.append(delivery)
            continue
        songs = stretches(plan, album, mixes, delivery.rate_hz or album.rate_hz)
        breaks = split(songs, delivery.split, delivery.lead_s)
        check_breaks(breaks, len(songs))
        found.append(dataclasses.replace(delivery, part=delivery.split.part, breaks=breaks))
    return found


def side_words(album: AlbumSpec, delivery: DeliverySpec) -> list[str]:
    """A line on the sides or discs of a delivery with their songs and lengths, and one on each thing that is amiss."""
    timeline = delivery_timeline(album, delivery)
    count, parts = len(timeline.programmes), []
    amiss = (*cut_over_breaks(album, delivery.breaks), *length_findings(delivery.split, timeline))
    for number, programme in enumerate(timeline.programmes):
        first, last = programme.tracks[0] + 1, programme.tracks[-1] + 1
        seconds = (programme.end - programme.start) / timeline.rate_hz
        songs = f"songs {first} to {last}" if last > first else f"song {first}"
        parts.append(f"{delivery.part.named(number, count)} {clock(seconds)} ({songs})")
    lines = [", ".join(parts)] if count > 1 else []
    return [f"{delivery.name}: {line}" for line in (*lines, *amiss)]


def programme_words(delivery: Delivery) -> list[str]:
    """A line on the sides or discs of what was made, with lengths and levels; none where it is one."""
    if len(delivery.programmes) < 2:
        return []
    parts = []
    for part in delivery.programmes:
        first, last = part.tracks[0] + 1, part.tracks[-1] + 1
        songs = f"{first} to {last}" if last > first else f"{first}"
        loudness = "" if part.loudness_lufs is None else f", {part.loudness_lufs:.1f} LUFS"
        parts.append(f"{part.title} {clock(part.frames / delivery.rate_hz)} ({songs}{loudness})")
    return [f"· {delivery.name}: {'; '.join(parts)}"]


def with_side_words(
    plan: AlbumPlan, mixes: Mapping[str, TrackAnalysis], deliveries: Sequence[DeliverySpec]
) -> AlbumPlan:
    """The plan with a word on the sides and discs of those of its deliveries that have any; `mixes` by file."""
    wanted = [delivery for delivery in deliveries if delivery.split is not None]
    if not wanted:
        return plan
    album = album_spec(plan, [(track, mixes[track.file]) for track in plan.track])
    made = divided_deliveries(plan, album, mixes, wanted)
    words = tuple(line for delivery in made for line in side_words(album, delivery))
    return plan.model_copy(update={"album": plan.album.model_copy(update={"why_sides": words})})
