"""A delivery from the spools to checked tracks: measure, solve the gain, render, read back, mend what is off."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.loudness import integrated_lufs
from analysis.units import Floats
from mastering.balance import BalanceRide, ridden_envelope, solve_balanced
from mastering.breaks import cut_over_breaks, divided
from mastering.codec_audit import CodecTrial
from mastering.codec_repair import audit, dips
from mastering.delivery_specs import Anchor, DeliverySpec
from mastering.envelope import Envelope
from mastering.gains import DeliveryGains, anchor_loudness, guarded_dbtp, solve_gains, track_hops
from mastering.harm import UNTOUCHED, Harm
from mastering.measured import Measuring
from mastering.naming import track_names
from mastering.programme_chain import ProgrammeEffect
from mastering.relative_bands import SongLevels
from mastering.repair import Repair
from mastering.room_tone import RoomTone, load_room_tone, tone_spans
from mastering.specs import AlbumSpec
from mastering.spool import Spool
from mastering.timeline import Timeline, Unit, delivery_timeline
from mastering.unit_render import Progress, UnitOrder, render_unit
from mastering.verify import Written, joint_peak_dbtp, read_back

_RERENDER_LU = 0.05
LOWER_STILL_DB = 0.005
"""By how much more than it is passed the ceiling is lowered."""

PASSES = 4
"""How often a file is rendered at most."""


class AlbumRenderer:
    """Renders an album's deliveries from its spools; what is measured at one rate serves every delivery at that rate.

    Args:
        album: what to render.
        spools: every track after its chain.
        pool: where units are worked on in parallel.
        chain_harms: what each track's chain did, see `RenderedTracks`.
    """

    def __init__(
        self, album: AlbumSpec, spools: Sequence[Spool], pool: Executor, chain_harms: Sequence[Harm | None] = ()
    ) -> None:
        self.album = album
        self._chain_harms = chain_harms or [None] * len(album.tracks)
        self._spools = spools
        self._pool = pool
        self._rooms: dict[int, Floats] = {}
        self._measured = Measuring(album, spools, pool)

    def timeline(self, delivery: DeliverySpec) -> Timeline:
        """Where everything lies in a delivery."""
        return delivery_timeline(self.album, delivery)

    def render(self, delivery: DeliverySpec, folder: Path, progress: Progress) -> RenderedTracks:
        """Write and check a delivery's tracks in `folder`, which exists and is empty; `finish.finish` does the rest.

        Raises:
            OutputError: a file cannot be written or read back.
        """
        job = self.solved(delivery, folder)
        dirty: Sequence[int] = range(len(job.timeline.units))
        bias_lu = np.zeros(len(self.album.tracks))
        for _ in range(PASSES):
            job.render(dirty, self._pool, progress)
            again = set(job.too_high())
            missing_lu = job.off_target_lu()
            if np.abs(missing_lu).max() > _RERENDER_LU:
                bias_lu += missing_lu
                job.solve_again(bias_lu.tolist())
                again |= job.units_of(np.flatnonzero(np.abs(missing_lu) > _RERENDER_LU))
            dirty = sorted(again)
            if not dirty:
                break
        audit(job, self._pool, progress)
        return job

    def solved(self, delivery: DeliverySpec, folder: Path) -> RenderedTracks:
        """A delivery whose gains are known and of which nothing is rendered yet."""
        asked, delivery = delivery, delivery.rendered(self.album.rate_hz)
        album, timeline = divided(self.album, delivery.breaks), self.timeline(delivery)
        measured = self._measured.units(delivery)
        envelopes = [unit.envelope for unit in measured]
        guarded = guarded_dbtp(delivery, timeline.rate_hz)
        gains, rides = solve_balanced(album, delivery, timeline, envelopes, guarded)
        return RenderedTracks(
            album=album,
            cut_apart=cut_over_breaks(self.album, delivery.breaks),
            delivery=delivery,
            asked=asked,
            timeline=timeline,
            envelopes=tuple(ridden_envelope(one, ride) for one, ride in zip(envelopes, rides, strict=True)),
            spools=self._spools,
            chain_harms=self._chain_harms,
            gains=gains,
            rides=tuple(ride for ride in rides if ride),
            guarded_dbtp=guarded,
            room=self._room(timeline.rate_hz),
            ceilings_dbtp=[guarded if delivery.limiter else None] * len(timeline.units),
            after_chain={unit.span: unit.after_chain for unit in measured if unit.after_chain},
            songs={track: levels for unit in measured for track, levels in unit.songs.items()},
            effects={track: effect for unit in measured for track, effect in unit.effects.items()},
            paths=_track_paths(self.album, delivery, folder),
        )

    def _room(self, rate_hz: int) -> Floats | None:
        if self.album.room_tone is None:
            return None
        if rate_hz not in self._rooms:
            self._rooms[rate_hz] = load_room_tone(Path(self.album.room_tone), rate_hz)
        return self._rooms[rate_hz]


@dataclass(kw_only=True)
class RenderedTracks:
    """A delivery's tracks, as they are being made.

    Attributes:
        album, delivery, timeline: what is made, and where everything lies.
        asked: the delivery as it was asked for; its files may have to be encoded from what is made.
        cut_apart: sentences on songs that would play into each other if no new programme began between them.
        envelopes: the album before gain, after the rides.
        rides: before the limiter, see `balance`.
        spools: every track after its chain.
        chain_harms: what the stages of each track's chain that are not linear did to it; None where there are none.
        gains: what each track is turned up by.
        guarded_dbtp: what the limiter holds at first; None without a ceiling.
        ceilings_dbtp: what the limiter of each unit holds.
        paths: file of each track.
        room: a loop of room tone at the delivery's rate; None where gaps are silent.
        after_chain: units after the delivery's own chain, where it has one, by their first frame and the one after.
        songs: levels that it goes by.
        effects: what that did to each track.
        written: what was read back of each.
        harm: what the limiter did to each.
        seams: where a cut in mid-sound rings, and how much lower the limiter goes there, dB.
        codecs: what came of each track through each codec, where it was tried.
        repairs: what was done to a track for that, where something had to be.
    """

    album: AlbumSpec
    delivery: DeliverySpec
    asked: DeliverySpec
    timeline: Timeline
    cut_apart: tuple[str, ...]
    envelopes: tuple[Envelope, ...]
    spools: Sequence[Spool]
    chain_harms: Sequence[Harm | None]
    gains: DeliveryGains
    rides: tuple[BalanceRide, ...]
    guarded_dbtp: float | None
    ceilings_dbtp: list[float | None]
    paths: list[Path]
    room: Floats | None = None
    after_chain: Mapping[tuple[int, int], Spool] = field(default_factory=dict)
    songs: Mapping[int, SongLevels] = field(default_factory=dict)
    effects: Mapping[int, ProgrammeEffect] = field(default_factory=dict)
    written: dict[int, Written] = field(default_factory=dict)
    harm: dict[int, Harm] = field(default_factory=dict)
    seams: dict[int, float] = field(default_factory=dict)
    codecs: dict[int, tuple[CodecTrial, ...]] = field(default_factory=dict)
    repairs: dict[int, Repair] = field(default_factory=dict)

    def render(self, units: Sequence[int], pool: Executor, progress: Progress) -> None:
        """Render some units and read their tracks back."""

        def one(number: int) -> list[tuple[int, Written, Harm]]:
            unit = self.timeline.units[number]
            order = UnitOrder(
                album=self.album,
                delivery=self.delivery,
                timeline=self.timeline,
                unit=unit,
                spools=self.spools,
                gains_db=self.gains.tracks_db,
                ceiling_dbtp=self.ceilings_dbtp[number],
                highest=self.highest(unit),
                rides=[r for r in self.rides if r.start < unit.end and r.start + r.frames > unit.start],
                paths=self.paths,
                seams={frame: extra for frame, extra in self.seams.items() if unit.start < frame < unit.end},
                after_chain=self.after_chain.get((unit.start, unit.end)),
                songs=self.songs,
                room_tone=self.room_tone(),
                lowered_db=sum(self.repairs[track].lowered_db for track in unit.tracks if track in self.repairs),
                dips=[dip for track in unit.tracks for dip in dips(self, track, unit.start)],
            )
            harms = render_unit(order, progress)
            placed = self.timeline.placements
            return [
                (
                    track,
                    read_back(self.paths[track], placed[track].mark_end - placed[track].mark),
                    harms.get(track, UNTOUCHED),
                )
                for track in unit.tracks
            ]

        for results in list(pool.map(one, units)):
            for track, written, harm in results:
                self.written[track], self.harm[track] = written, harm

    def room_tone(self) -> RoomTone | None:
        """What is heard in gaps, as loud as the songs before them were turned up."""
        return None if self.room is None else RoomTone(self.room, tone_spans(self.timeline, self.gains.tracks_db))

    def solve_again(self, bias_lu: Sequence[float]) -> None:
        """Find the gains anew, each track's target moved by as much as the last rendering was off."""
        self.gains = solve_gains(
            self.album, self.delivery, self.timeline, self.envelopes, self.guarded_dbtp, bias_lu=bias_lu
        )

    def highest(self, unit: Unit) -> float:
        """Highest peak of a unit before gain, linear, as the envelope shows it."""
        inside = [e.highest for e in self.envelopes if e.start < unit.end and e.start + e.frames > unit.start]
        return max(inside, default=0.0)

    def too_high(self) -> list[int]:
        """Units with a peak over the delivery's; their own ceiling is lowered by as much, for a seam only there."""
        ceiling = self.delivery.ceiling_dbtp
        if ceiling is None:
            return []
        found = []
        for number, unit in enumerate(self.timeline.units):
            own = self.ceilings_dbtp[number]
            excess = max(self._over(track, unit, ceiling) for track in unit.tracks)
            if own is not None and excess > 0:
                self.ceilings_dbtp[number] = own - excess - LOWER_STILL_DB
            peaks = [self.judged_peak_dbtp(track) for track in unit.tracks]
            if own is not None and max(peaks) > ceiling:
                found.append(number)
        return found

    def _over(self, track: int, unit: Unit, ceiling_dbtp: float) -> float:
        """By how many dB a track passes the ceiling other than where it is cut off in mid-sound; that is noted.

        Where songs run on into each other nothing is lowered for the cut: there they are what one recording is.
        """
        peaks = [self.written[track].inner_peak_dbtp]
        for edge, runs, peak_dbtp in self._edges(track):
            if runs or not unit.start < edge < unit.end:
                peaks.append(peak_dbtp)
            elif peak_dbtp > ceiling_dbtp:
                self.seams[edge] = self.seams.get(edge, 0.0) + peak_dbtp - ceiling_dbtp + LOWER_STILL_DB
        return max(peaks) - ceiling_dbtp

    def judged_peak_dbtp(self, track: int) -> float:
        """Highest true peak of a track's file; where it is cut from a recording that runs on, as it is played on end.

        There the file alone may ring higher: as a single, see `singles`, the song is faded.
        """
        return max(self.written[track].inner_peak_dbtp, *(peak_dbtp for _, _, peak_dbtp in self._edges(track)))

    def _edges(self, track: int) -> list[tuple[int, bool, float]]:
        """Where a track's file begins and ends, whether it is cut from a recording there, and its peak there, dBTP."""
        placed, written = self.timeline.placements, self.written[track]
        edges = [(placed[track].mark, False, written.first_peak_dbtp)]
        edges += [(placed[track].mark_end, False, written.last_peak_dbtp)]
        if track and placed[track - 1].runs_on:
            edges[0] = (placed[track].mark, True, joint_peak_dbtp(self.paths[track - 1], self.paths[track]))
        if placed[track].runs_on:
            edges[1] = (placed[track].mark_end, True, joint_peak_dbtp(self.paths[track], self.paths[track + 1]))
        return edges

    def units_of(self, tracks: Sequence[int] | NDArray[np.intp]) -> set[int]:
        """Numbers of the units that some tracks lie in."""
        return {number for number, unit in enumerate(self.timeline.units) for track in tracks if track in unit.tracks}

    def off_target_lu(self) -> Floats:
        """How much louder each track should be; 0 where there is no target or a bound stops it."""
        missing_lu = np.zeros(len(self.album.tracks))
        if self.gains.target_lufs is None or not self.delivery.limiter:
            return missing_lu  # gain alone is foretold to the letter
        if self.delivery.anchor is Anchor.EACH_TRACK:
            runs = self.timeline.recordings
            reached = [level for run in runs for level in [self.recording_lufs(run)] * len(run)]
        else:
            reached = [anchor_loudness(self.delivery, self.timeline)(self._energies())] * len(missing_lu)
        for number, (found, bound) in enumerate(zip(reached, self.gains.bounds, strict=True)):
            if found is not None and math.isfinite(found) and bound is None:
                missing_lu[number] = self.gains.target_lufs - found
        return missing_lu

    def recording_lufs(self, run: Sequence[int]) -> float | None:
        """Integrated loudness of a track as written, or of several that run on into each other."""
        if len(run) == 1:
            return self.written[run[0]].loudness_lufs
        spans = track_hops(self.timeline)
        return integrated_lufs(self._energies()[spans[run[0]][0] : spans[run[-1]][1]], self.timeline.rate_hz)

    def _energies(self) -> Floats:
        """K-weighted energy of each 10 ms of the programme, as written."""
        spans = track_hops(self.timeline)
        energies = np.zeros(spans[-1][1])
        for track, written in self.written.items():
            start = spans[track][0]
            count = min(len(written.hop_energies), len(energies) - start)
            energies[start : start + count] += written.hop_energies[:count]
        return energies


def _track_paths(album: AlbumSpec, delivery: DeliverySpec, folder: Path) -> list[Path]:
    """File of every track, called as the delivery's pattern says."""
    return [folder / f"{name}{delivery.container.suffix}" for name in track_names(album, delivery)]
