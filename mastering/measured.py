"""An album measured for a delivery before its gain: after the delivery's own chain, if it has one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import partial

from mastering.assembly import assemble
from mastering.delivery_specs import DeliverySpec
from mastering.envelope import Envelope, measure_envelope
from mastering.harm_tracks import watched
from mastering.programme_chain import EffectMeter, ProgrammeEffect, programme_stages, song_levels
from mastering.relative_bands import SongLevels
from mastering.specs import AlbumSpec
from mastering.spool import Spool
from mastering.timeline import Timeline, Unit, lay_out
from mastering.unlimited import measure_unlimited


@dataclass(frozen=True, kw_only=True, slots=True)
class MeasuredUnit:
    """What the solver keeps of a unit; of its chain the levels it goes by, what it does to each track, its output."""

    envelope: Envelope
    songs: Mapping[int, SongLevels] = field(default_factory=dict)
    effects: Mapping[int, ProgrammeEffect] = field(default_factory=dict)
    after_chain: Spool | None = None

    @property
    def span(self) -> tuple[int, int]:
        """Its first frame in the album and the one after its last."""
        return self.envelope.start, self.envelope.start + self.envelope.frames


def measure_unit(
    timeline: Timeline, unit: Unit, spools: Sequence[Spool], delivery: DeliverySpec, name: str
) -> MeasuredUnit:
    """Measure one unit; what comes out of the delivery's own chain is set aside beside the spools, under a name."""
    audio, spec = assemble(timeline, unit, spools, [1.0] * len(timeline.placements)), delivery.programme_chain
    songs, meter, after = {}, None, None
    if spec is not None:
        songs = song_levels(timeline, unit, spools, spec)
        stages = programme_stages(timeline, unit, spec, songs)
        meter = EffectMeter(timeline, unit, stages)
        changed = watched(audio, stages, meter.update)
        own = [spools[track] for track in unit.tracks]
        path = own[0].folder / f"{name}-{unit.start}.raw"
        after = Spool(path, timeline.rate_hz, audio.channels, double=any(spool.double for spool in own))
        audio = replace(audio, blocks=partial(after.fill, changed))
    if delivery.limiter:
        envelope = measure_envelope(audio, unit.start, cuts=delivery.cuts)
    else:
        envelope = measure_unlimited(audio, unit.start)
    return MeasuredUnit(envelope=envelope, songs=songs, effects=meter.result() if meter else {}, after_chain=after)


class Measuring:
    """Measures an album for deliveries; what is measured for one serves every other for which it is the same.

    Args:
        album: the album.
        spools: every track after its chain.
        pool: where units are worked on in parallel.
    """

    def __init__(self, album: AlbumSpec, spools: Sequence[Spool], pool: Executor) -> None:
        self._album, self._spools, self._pool = album, spools, pool
        self._known: dict[tuple[object, ...], tuple[MeasuredUnit, ...]] = {}

    def units(self, delivery: DeliverySpec) -> tuple[MeasuredUnit, ...]:
        """The album at one rate before any gain, unit by unit; where files of one programme are cut does not matter."""
        rate_hz = delivery.rate_hz or self._album.rate_hz
        sector_frames = delivery.sector_frames if delivery.breaks else 1
        timeline = lay_out(self._album, rate_hz, sector_frames, breaks=delivery.breaks, lead_s=delivery.lead_s)
        key = timeline, delivery.cuts, delivery.limiter, delivery.programme_chain
        if key not in self._known:

            def one(unit: Unit) -> MeasuredUnit:
                return measure_unit(timeline, unit, self._spools, delivery, f"chain-{len(self._known)}")

            self._known[key] = tuple(self._pool.map(one, timeline.units))
        return self._known[key]
