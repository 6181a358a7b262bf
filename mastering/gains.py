"""The delivery's gain for each track: one for the album, or one each, by what the delivery anchors its loudness on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from analysis.hops import HOPS_PER_SECOND, complete_hops
from analysis.loudness import integrated_lufs
from analysis.units import Floats
from mastering.delivery_specs import Anchor, DeliverySpec
from mastering.envelope import Envelope
from mastering.loudness_solver import (
    Bound,
    Limiting,
    Loudness,
    Solution,
    first_hop,
    limited,
    solve,
    whole_programme,
)
from mastering.noise_shaping import room_db, shaper_for
from mastering.specs import AlbumSpec
from mastering.timeline import Placement, Timeline

_CEILING_GUARD_DB = 0.02  # a gain that moves puts a little between the samples


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryGains:
    """What each track is turned up by.

    Attributes:
        tracks_db: gain of each track, dB.
        target_lufs: what is aimed at; None where levels are left alone.
        limiting: the limiting this is predicted to take.
        bounds: what stopped each track's gain short of the target; None where nothing did.
    """

    tracks_db: tuple[float, ...]
    target_lufs: float | None
    limiting: Limiting
    bounds: tuple[Bound | None, ...]

    @property
    def bound(self) -> Bound | None:
        """What stopped any of them."""
        return next((bound for bound in self.bounds if bound), None)


def solve_gains(
    album: AlbumSpec,
    delivery: DeliverySpec,
    timeline: Timeline,
    envelopes: Sequence[Envelope],
    ceiling_dbtp: float | None,
    *,
    bias_lu: Sequence[float] = (),
) -> DeliveryGains:
    """Find the gains. `bias_lu` is how much more each track should have had in the last rendering."""
    count = len(album.tracks)
    if album.as_is:
        _, limiting = limited(envelopes, 0.0, ceiling_dbtp)
        return DeliveryGains(tracks_db=(0.0,) * count, target_lufs=None, limiting=limiting, bounds=(None,) * count)
    target = target_lufs(album, delivery)
    more_lu = list(bias_lu) or [0.0] * count
    if delivery.anchor is Anchor.EACH_TRACK:
        solutions = []
        for run in timeline.recordings:  # songs that run on into each other have one gain, as if they were one file
            file = _recording(timeline, run)
            loudness = _whole_file(file, timeline.rate_hz)
            one = solve(_slice(envelopes, file), target + more_lu[run[0]], ceiling_dbtp, loudness)
            solutions += [one] * len(run)
    else:
        firsts = [run[0] for run in timeline.recordings]
        songs = [(file.mark, file.mark_end) for file in map(partial(_recording, timeline), timeline.recordings)]
        one = solve(envelopes, target + more_lu[0], ceiling_dbtp, anchor_loudness(delivery, timeline), songs)
        solutions = [_by_track(one, firsts)] * count
    return _gathered(solutions, target)


def _recording(timeline: Timeline, run: Sequence[int]) -> Placement:
    """The files of songs that run on into each other as one, for its marks."""
    return replace(timeline.placements[run[0]], mark_end=timeline.placements[run[-1]].mark_end)


def _by_track(solution: Solution, firsts: Sequence[int]) -> Solution:
    """The solution with recordings named by the number of their first track."""

    def named(limiting: Limiting) -> Limiting:
        return replace(limiting, max_song=firsts[limiting.max_song], p95_song=firsts[limiting.p95_song])

    bound = solution.bound and replace(solution.bound, asked=named(solution.bound.asked))
    return replace(solution, limiting=named(solution.limiting), bound=bound)


def target_lufs(album: AlbumSpec, delivery: DeliverySpec) -> float:
    """The delivery's own loudness, else the album's, else the delivery's fallback."""
    if delivery.loudness_lufs is not None:
        return delivery.loudness_lufs
    return delivery.fallback_lufs if album.loudness_lufs is None else album.loudness_lufs


def anchor_loudness(delivery: DeliverySpec, timeline: Timeline) -> Loudness:
    """What of a programme must meet the target: the whole, or its loudest track."""
    if delivery.anchor is not Anchor.LOUDEST_TRACK:
        return whole_programme(timeline.rate_hz)

    spans = track_hops(timeline)

    def loudest(energies: Floats) -> float | None:
        found = [integrated_lufs(energies[first:last], timeline.rate_hz) for first, last in spans]
        return max((level for level in found if level is not None), default=None)

    return loudest


def track_hops(timeline: Timeline) -> list[tuple[int, int]]:
    """Where each track's own file lies among the hop energies of a programme, as `limited` lays them."""
    firsts = []
    for unit in timeline.units:
        for track in unit.tracks:
            into = timeline.placements[track].mark - unit.start
            firsts.append(first_hop(unit.start, timeline.rate_hz) + round(into * HOPS_PER_SECOND / timeline.rate_hz))
    end = firsts[-1] + complete_hops(timeline.frames - timeline.placements[-1].mark, timeline.rate_hz)
    return list(zip(firsts, [*firsts[1:], end], strict=True))


def _whole_file(placed: Placement, rate_hz: int) -> Loudness:
    """Integrated loudness of a track's own file, its gap included: that is what is measured in the end."""
    hops = complete_hops(placed.mark_end - placed.mark, rate_hz)

    def whole(energies: Floats) -> float | None:
        return integrated_lufs(np.pad(energies, (0, max(0, hops - len(energies))))[:hops], rate_hz)

    return whole


def _gathered(solutions: Sequence[Solution], target: float) -> DeliveryGains:
    every = [solution.limiting for solution in solutions]
    deepest, usual = max(every, key=lambda one: one.max_db), max(every, key=lambda one: one.p95_db)
    return DeliveryGains(
        tracks_db=tuple(solution.gain_db for solution in solutions),
        target_lufs=target,
        limiting=replace(deepest, p95_db=usual.p95_db, p95_song=usual.p95_song),
        bounds=tuple(solution.bound for solution in solutions),
    )


def guarded_dbtp(delivery: DeliverySpec, rate_hz: int) -> float | None:
    """What the limiter holds at first, so that the written file's peaks, noise and all, are under the ceiling."""
    ceiling = delivery.ceiling_dbtp
    if ceiling is None:
        return None
    return ceiling - _CEILING_GUARD_DB - room_db(shaper_for(delivery.dither, rate_hz), ceiling)


def _slice(envelopes: Sequence[Envelope], placed: Placement) -> list[Envelope]:
    """What of the envelopes lies in one track's own file, moved to its start."""
    parts = []
    for envelope in envelopes:
        first, last = max(placed.mark, envelope.start), min(placed.mark_end, envelope.start + envelope.frames)
        if first >= last:
            continue
        begin, end = first - envelope.start, last - envelope.start
        cells = slice(begin // envelope.cell_frames, math.ceil(end / envelope.cell_frames))
        hops = [round(frame * HOPS_PER_SECOND / envelope.rate_hz) for frame in (begin, end)]
        parts.append(
            Envelope(
                start=first - placed.mark,
                frames=last - first,
                rate_hz=envelope.rate_hz,
                cell_frames=envelope.cell_frames,
                demand=envelope.demand[cells],
                peaks=envelope.peaks[cells],
                hop_energies=envelope.hop_energies[hops[0] : hops[1]],
                onsets=envelope.onsets[(envelope.onsets >= begin) & (envelope.onsets < end)] - begin,
            )
        )
    return parts
