"""Keeping a song's loud and quiet passages apart where the limiter would bring them together.

A limiter that works for seconds at a time takes loudness off the loud passages and none off the quiet ones: a song
loses the way it moves. So before it the level is ridden by what the limiter is predicted to take off, passage by
passage, against the mean of the stretch: the quiet ones a little down, the loud ones a very little up. The loudness of
the whole stays, for its gain is solved with the ride in place; where a bound would then stop it, there is no ride.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.audio import Audio
from analysis.hops import HOPS_PER_SECOND, hop_edges
from analysis.standards import SHORT_TERM_S
from analysis.units import Floats, db_to_amplitude
from mastering.delivery_specs import DeliverySpec
from mastering.envelope import Envelope, moved, reduced
from mastering.gains import DeliveryGains, solve_gains
from mastering.specs import AlbumSpec
from mastering.timeline import Timeline
from mastering.unlimited import unlimited_gains

RANGE_DB = 1.5
"""Never harm: a ride moves the level by no more."""

STEPS_PER_SECOND = 10
_HOPS_IN_STEP = HOPS_PER_SECOND // STEPS_PER_SECOND
_WINDOW_STEPS = round(SHORT_TERM_S * STEPS_PER_SECOND)
_WORTH_DB = 0.1
_SHARES = (0.75, 0.5, 0.25)
_ROUNDS = 2  # the ride adds to what is limited, by about a third of itself


@dataclass(frozen=True, kw_only=True, slots=True)
class BalanceRide:
    """A ride of the programme from frame `start` on, for `frames`: dB in the middle of each tenth of a second."""

    start: int
    frames: int
    steps_db: Floats


def solve_balanced(
    album: AlbumSpec,
    delivery: DeliverySpec,
    timeline: Timeline,
    envelopes: Sequence[Envelope],
    ceiling_dbtp: float | None,
) -> tuple[DeliveryGains, tuple[BalanceRide | None, ...]]:
    """The delivery's gains, and the ride of each stretch before its limiter; None for none."""
    if not delivery.limiter:
        return unlimited_gains(album, delivery, timeline, envelopes, ceiling_dbtp), (None,) * len(envelopes)
    gains = plain = solve_gains(album, delivery, timeline, envelopes, ceiling_dbtp)
    rides: tuple[BalanceRide | None, ...] = (None,) * len(envelopes)
    if album.as_is or ceiling_dbtp is None:
        return gains, rides
    for _ in range(_ROUNDS):
        stretches = list(zip(envelopes, rides, strict=True))
        rides = tuple(
            _ride(ridden_envelope(envelope, ride), _gain_db(envelope, gains, timeline), ceiling_dbtp)
            for envelope, ride in stretches
        )
        if not any(rides):
            break
        gains = _gains_after(rides, album, delivery, timeline, envelopes, ceiling_dbtp)
    if plain.bound or not gains.bound:
        return gains, rides
    # The target was asked for, the ride was not: as much of it as leaves the target in reach.
    for share in _SHARES:
        less = tuple(ride and dataclasses.replace(ride, steps_db=share * ride.steps_db) for ride in rides)
        gains = _gains_after(less, album, delivery, timeline, envelopes, ceiling_dbtp)
        if not gains.bound:
            return gains, less
    return plain, (None,) * len(envelopes)


def _gains_after(
    rides: Sequence[BalanceRide | None],
    album: AlbumSpec,
    delivery: DeliverySpec,
    timeline: Timeline,
    envelopes: Sequence[Envelope],
    ceiling_dbtp: float,
) -> DeliveryGains:
    ridden = [ridden_envelope(envelope, ride) for envelope, ride in zip(envelopes, rides, strict=True)]
    return solve_gains(album, delivery, timeline, ridden, ceiling_dbtp)


def _gain_db(envelope: Envelope, gains: DeliveryGains, timeline: Timeline) -> float | None:
    """The gain of all songs in a stretch; None where songs that run into each other have gains of their own."""
    end = envelope.start + envelope.frames
    placed = zip(timeline.placements, gains.tracks_db, strict=True)
    levels = {gain_db for song, gain_db in placed if song.start < end and song.end > envelope.start}
    return levels.pop() if len(levels) == 1 else None


def _ride(envelope: Envelope, gain_db: float | None, ceiling_dbtp: float) -> BalanceRide | None:
    """What the limiter takes off the 3 s around each tenth of a second, less what it takes off the whole."""
    steps = len(envelope.hop_energies) // _HOPS_IN_STEP
    if steps == 0 or gain_db is None:
        return None
    before = envelope.hop_energies.astype(np.float64)
    after = before * reduced(envelope, gain_db, ceiling_dbtp)[0]
    rows = [part[: steps * _HOPS_IN_STEP].reshape(steps, _HOPS_IN_STEP).sum(axis=1) for part in (before, after)]
    around = [_sums_around(row) for row in rows]
    heard = around[1] > 0
    taken_db = np.zeros(steps)
    taken_db[heard] = 10 * np.log10(around[0][heard] / around[1][heard])
    if not heard.any():
        return None
    mean_db = float(taken_db[heard] @ around[0][heard] / around[0][heard].sum())
    ride_db = np.clip(taken_db - mean_db, -RANGE_DB, RANGE_DB)
    if float(np.ptp(ride_db)) < _WORTH_DB:
        return None
    return BalanceRide(start=envelope.start, frames=envelope.frames, steps_db=ride_db)


def _sums_around(row: Floats) -> Floats:
    """Sums over the 3 s around each step, as far as the row goes."""
    total = np.concatenate([[0.0], np.cumsum(row)])
    at, half = np.arange(len(row)), _WINDOW_STEPS // 2
    return np.asarray(total[np.minimum(at + half + 1, len(row))] - total[np.maximum(at - half, 0)])


def ridden_envelope(envelope: Envelope, ride: BalanceRide | None) -> Envelope:
    """The envelope of a stretch after its ride."""
    if ride is None:
        return envelope
    cells = (np.arange(len(envelope.peaks)) + 0.5) * envelope.cell_frames
    edges = hop_edges(0, len(envelope.hop_energies), envelope.rate_hz)
    at_cells_db = _at_db(ride, np.asarray(cells), envelope.rate_hz)
    at_hops_db = _at_db(ride, np.asarray((edges[:-1] + edges[1:]) / 2), envelope.rate_hz)
    return dataclasses.replace(
        envelope,
        demand=moved(envelope.demand, at_cells_db),
        peaks=moved(envelope.peaks, at_cells_db),
        hop_energies=(envelope.hop_energies * 10 ** (at_hops_db / 10)).astype(np.float32),
    )


def _at_db(ride: BalanceRide, frames: Floats, rate_hz: int) -> Floats:
    """A ride at frames counted from its start: a straight line from the middle of each step to that of the next."""
    return np.asarray(
        np.interp(frames * (STEPS_PER_SECOND / rate_hz), np.arange(len(ride.steps_db)) + 0.5, ride.steps_db)
    )


def ridden(audio: Audio, start: int, rides: Sequence[BalanceRide]) -> Audio:
    """The stream of a unit that begins at frame `start` of the programme, with the rides that lie in it."""

    def blocks() -> Iterator[Floats]:
        first = start
        for block in audio.blocks():
            out, last = block, first + len(block)
            for ride in rides:
                begin, end = max(first, ride.start), min(last, ride.start + ride.frames)
                if begin < end:
                    out = out.copy() if out is block else out
                    gain_db = _at_db(ride, np.arange(begin, end, dtype=np.float64) - ride.start + 0.5, audio.rate_hz)
                    out[begin - first : end - first] *= db_to_amplitude(gain_db)[:, None]
            yield out
            first = last

    return Audio(rate_hz=audio.rate_hz, channels=audio.channels, blocks=blocks)
