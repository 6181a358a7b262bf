"""One unit of one delivery, from the spools to its tracks' files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from analysis.audio import BLOCK_FRAMES, Audio
from analysis.true_peak import GLANCE, TruePeakMeter
from analysis.units import Floats, db_to_amplitude
from mastering.assembly import PROGRAMME_CHANNELS, assemble
from mastering.balance import BalanceRide, ridden
from mastering.chain import process
from mastering.delivery_specs import DeliverySpec
from mastering.dips import Dip, Dips
from mastering.dither import Quantiser
from mastering.files import AudioFile, encoded, raw_dtype
from mastering.harm import Harm
from mastering.harm_tracks import TrackHarms, watched
from mastering.limiter import Limiter
from mastering.noise_shaping import Dither, shaper_for
from mastering.processor import Processor
from mastering.programme_chain import through_programme
from mastering.relative_bands import SongLevels
from mastering.room_tone import RoomTone
from mastering.specs import AlbumSpec
from mastering.spool import Spool
from mastering.stages import Gain
from mastering.timeline import Placement, Timeline, Unit

Progress = Callable[[int, int], None]
"""Told the number of a track and how many of its frames were just written."""


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitOrder:
    """What is to be rendered.

    Attributes:
        album, delivery, timeline, unit: what and where.
        spools: of all the album's tracks.
        gains_db: delivery gain of each track of the album.
        ceiling_dbtp: what the limiter holds; None leaves it out.
        highest: highest peak of the unit before gain, linear, as the envelope shows it.
        rides: of the unit before the limiter, see `balance`.
        paths: file of each track of the album.
        after_chain: the unit after the delivery's own chain, where it is known already.
        songs: levels of each track that the delivery's own chain goes by, where it has one.
        lowered_db: by how much lower the limiter's ceiling is still, see `codec_repair`.
        dips: what is turned down after the limiter, counted from the unit's start.
        seams: frames at which the unit is cut while it sounds, and by how many dB the limiter goes lower there: a file
            that begins or ends in mid-wave rings.
        room_tone: what is heard in gaps; None leaves them silent.
    """

    album: AlbumSpec
    delivery: DeliverySpec
    timeline: Timeline
    unit: Unit
    spools: Sequence[Spool]
    gains_db: Sequence[float]
    ceiling_dbtp: float | None
    highest: float
    rides: Sequence[BalanceRide]
    paths: Sequence[Path]
    seams: Mapping[int, float]
    lowered_db: float = 0.0
    dips: Sequence[Dip] = ()
    after_chain: Spool | None = None
    songs: Mapping[int, SongLevels] = field(default_factory=dict)
    room_tone: RoomTone | None = None


def render_unit(order: UnitOrder, progress: Progress) -> Mapping[int, Harm]:
    """Write the files of every track of a unit, gaps included; what its limiter did to each, if there was one.

    Raises:
        OutputError: a file cannot be written.
    """
    tracks, harms = _Tracks(order, progress), TrackHarms(order.timeline, order.unit)
    lead_in = order.unit.start - order.timeline.placements[order.unit.tracks[0]].mark
    try:
        tracks.write(np.zeros((lead_in, PROGRAMME_CHANNELS)))
        for block in finished(order, harms.update).blocks():
            tracks.write(block)
        tracks.finish()
    finally:
        tracks.close()
    return harms.result()


def finished(order: UnitOrder, watch: Callable[[Floats, Floats], None]) -> Audio:
    """The unit after gain and, where a peak needs it, the limiter; `watch` is told frames before it and after."""
    gains = [db_to_amplitude(gain_db) if gain_db else 1.0 for gain_db in order.gains_db]
    chain = order.delivery.programme_chain
    if chain is None:
        audio = assemble(order.timeline, order.unit, order.spools, gains)
    else:
        audio = (
            order.after_chain.audio()
            if order.after_chain
            else through_programme(order.timeline, order.unit, order.spools, chain, order.songs)
        )
        audio = process(audio, [Gain(order.gains_db[order.unit.tracks[0]], audio.channels)])
    if order.rides:
        audio = ridden(audio, order.unit.start, order.rides)
    stages: list[Processor] = [limiter] if (limiter := _limiter(order, audio, gains)) else []
    if order.dips:
        stages.append(Dips(order.dips, audio.rate_hz))
    return watched(audio, stages, watch) if stages else audio


def _limiter(order: UnitOrder, audio: Audio, gains: Sequence[float]) -> Limiter | None:
    """The unit's limiter; None where it has nothing to do."""
    if order.ceiling_dbtp is None:
        return None
    loudest = order.highest * max(gains[track] for track in order.unit.tracks)
    ceiling_dbtp = order.ceiling_dbtp - order.lowered_db
    if loudest < GLANCE * db_to_amplitude(ceiling_dbtp):
        return None
    if not order.seams and not order.lowered_db and any(untouched(order, track) for track in order.unit.tracks):
        # A limiter that need not act must not cost a track its own samples, so here it is looked at closely.
        meter = TruePeakMeter(audio.rate_hz, audio.channels)
        for block in audio.blocks():
            meter.update(block)
        if order.delivery.ceiling_dbtp is not None and meter.result() <= order.delivery.ceiling_dbtp:
            return None
    seams = [(frame - order.unit.start, extra_db) for frame, extra_db in order.seams.items()]
    cuts, link = order.delivery.cuts, order.delivery.link
    return Limiter(ceiling_dbtp, order.timeline.rate_hz, PROGRAMME_CHANNELS, seams, cuts=cuts, link=link)


def untouched(order: UnitOrder, number: int) -> bool:
    """Whether a track's samples lie on the file's grid and only a limiter may change them."""
    track, placed = order.album.tracks[number], order.timeline.placements[number]
    bits = order.delivery.encoding.bits
    fits = bits is None or (track.grid_bits is not None and track.grid_bits <= bits)
    leveled = order.gains_db[number] == 0.0 and not order.rides and not placed.fade_in and not placed.fade_out
    wired = track.chain.is_wire and order.delivery.programme_chain is None
    return fits and leveled and wired and track.rate_hz == order.timeline.rate_hz


class _Tracks:
    """Takes a unit's stream and cuts it into the files of its tracks."""

    def __init__(self, order: UnitOrder, progress: Progress) -> None:
        self._order = order
        self._progress = progress
        self._position = order.timeline.placements[order.unit.tracks[0]].mark
        self._waiting = list(order.unit.tracks)
        self._file: AudioFile | None = None
        self._quantiser: Quantiser | None = None
        self._placed: Placement | None = None
        self._number = -1

    def write(self, block: Floats) -> None:
        """Take the next frames of the unit."""
        done = 0
        while done < len(block):
            placed = self._open_at(self._position)
            count = min(len(block) - done, placed.mark_end - self._position)
            self._write_part(block[done : done + count])
            done += count

    def finish(self) -> None:
        """Write what is after the unit's last sound, up to the end of its last track."""
        while self._waiting or (self._placed and self._position < self._placed.mark_end):
            placed = self._open_at(self._position)
            self._write_part(np.zeros((min(placed.mark_end - self._position, BLOCK_FRAMES), PROGRAMME_CHANNELS)))

    def close(self) -> None:
        """Close what is open."""
        if self._file:
            self._file.__exit__(None, None, None)
            self._file = None

    def _open_at(self, position: int) -> Placement:
        if self._placed is None or position >= self._placed.mark_end:
            self.close()
            self._start(self._waiting.pop(0))
        assert self._placed is not None  # noqa: S101  (for the type checker: `_start` has set it)
        return self._placed

    def _start(self, number: int) -> None:
        order, delivery = self._order, self._order.delivery
        self._number, self._placed = number, order.timeline.placements[number]
        track = order.album.tracks[number]
        self._file = AudioFile(
            order.paths[number],
            delivery.container,
            delivery.encoding,
            rate_hz=order.timeline.rate_hz,
            channels=PROGRAMME_CHANNELS,
            frames=self._placed.mark_end - self._placed.mark,
        )
        self._quantiser = None
        if delivery.encoding.bits:
            self._quantiser = Quantiser(
                delivery.encoding.bits,
                seed=order.album.seed,
                track=number,
                dithered=delivery.dither is not Dither.NONE,
                shaper=shaper_for(delivery.dither, order.timeline.rate_hz),
                keep_grid=all(untouched(order, heard) for heard in self._heard_in(self._placed)),
                mono=track.channels == 1,
            )
            # Dither counts from the song's first frame, wherever its file is cut.
            self._quantiser.skip(self._placed.mark - self._placed.start)

    def _write_part(self, part: Floats) -> None:
        """Write frames that lie in one track; what no song and no room reaches stays digital zero."""
        end = self._position + len(part)
        if self._order.room_tone:
            part = self._order.room_tone.added(part, self._position)
        while self._position < end:
            sounding, until = self._sounding(self._position)
            count = min(until, end) - self._position
            if sounding:
                start = len(part) - (end - self._position)
                self._put(encoded(part[start : start + count], self._order.delivery.encoding, self._quantiser))
            else:
                self._write_silence(count)

    def _heard_in(self, file: Placement) -> list[int]:
        """The songs of the unit that play in a track's file: its own, and what overlaps it."""
        spans = [(track, self._order.timeline.placements[track]) for track in self._order.unit.tracks]
        return [track for track, span in spans if span.start < file.mark_end and span.end > file.mark]

    def _sounding(self, position: int) -> tuple[bool, int]:
        """Whether a song of the unit or the room is heard at a frame, and the first frame where that may change."""
        room, until = self._order.room_tone.heard(position) if self._order.room_tone else (False, position + 2**62)
        if room:
            return True, until
        spans = [self._order.timeline.placements[track] for track in self._order.unit.tracks]
        playing = [span.end for span in spans if span.start <= position < span.end]
        if playing:
            return True, max(playing)
        return False, min([until, *(span.start for span in spans if span.start > position)])

    def _write_silence(self, frames: int) -> None:
        self._put(np.zeros((frames, PROGRAMME_CHANNELS), dtype=raw_dtype(self._order.delivery.encoding)))
        if self._quantiser:
            self._quantiser.skip(frames)

    def _put(self, raw: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> None:
        if self._file:
            self._file.write(raw)
        self._position += len(raw)
        self._progress(self._number, len(raw))
