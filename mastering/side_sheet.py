"""What whoever cuts a record or fills a tape is told of each side: times, levels, what was done, what to look at."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mastering.breaks import Part, side_letter
from mastering.delivery import DeliveredProgramme, DeliveredTrack
from mastering.delivery_specs import DeliverySpec
from mastering.programme_chain import ProgrammeEffect
from mastering.sides import SplitSpec, clock, levels_db
from mastering.specs import AlbumSpec

if TYPE_CHECKING:
    from mastering.render import RenderedTracks

_LOW_SIDE_DB = -15.0  # bass this near mid's in the side is worth a word
_OUT_OF_PHASE = 0.0
_TAMED_DB = 3.0
_MISSED_DB, _MISSED = 0.5, 0.02
_LOUDER_LU, _BRIGHTER_DB = 1.0, 3.0  # than the others of a side, for its last song


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetSong:
    """A song on a side.

    Attributes:
        number: on its side, as records count: "A1".
        title, artist: of the song.
        start_s: from the start of the side's file to the song.
        length_s: of the song, without the gap.
        loudness_lufs, true_peak_dbtp: as delivered.
        highs_dbfs: usual level of its highs as delivered; None where nothing looks at them.
        effect: what was done to it; None where nothing is.
    """

    number: str
    title: str
    artist: str
    start_s: float
    length_s: float
    loudness_lufs: float | None
    true_peak_dbtp: float
    highs_dbfs: float | None
    effect: ProgrammeEffect | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetSide:
    """A side: its file, its songs, its length, what it is cut lower by for that, and remarks."""

    title: str
    file: str
    length_s: float
    loudness_lufs: float | None
    true_peak_dbtp: float
    level_db: float
    songs: tuple[SheetSong, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SideSheet:
    """All sides of an album, and how they were made."""

    album: AlbumSpec
    delivery: DeliverySpec
    rate_hz: int
    sides: tuple[SheetSide, ...]

    @property
    def kind(self) -> str:
        """What the sheet is called."""
        return "Lathe sheet" if _is_record(self.delivery) else "Tape sheet"

    def made(self) -> Iterator[str]:
        """Sentences on how the files were made."""
        chain = self.delivery.programme_chain
        if not self.delivery.limiter:
            yield "No limiter: peaks are kept under the ceiling by gain alone."
        if chain is None:
            return
        if chain.highpass_hz is not None:
            yield f"High-pass at {chain.highpass_hz:g} Hz, 12 dB an octave, minimum phase."
        if chain.lowpass_hz is not None and chain.lowpass_hz < 0.45 * self.rate_hz:
            yield f"Low-pass at {chain.lowpass_hz:g} Hz, 24 dB an octave, minimum phase."
        for band in chain.bands:
            yield (
                f"Dynamic {band.shape.value.replace('_', ' ')} at {band.freq_hz:g} Hz: what stands over "
                f"{band.over_usual_db:g} dB above the song's usual level there is turned down {band.ratio:g}:1, by at "
                f"most {band.range_db:g} dB."
            )
        if chain.mono_below_hz is not None:
            yield f"Mono below {chain.mono_below_hz:g} Hz, linear phase."
        if chain.side is not None:
            bounds = " and ".join(f"{db:g}" for db in chain.side.under_mid_db)
            yield (
                f"Side held {bounds} dB under mid{_bands(chain.side.crossovers_hz)} and correlation at "
                f"{chain.side.min_correlation:g} or more, over every 0.4 s."
            )


def side_sheet(
    job: RenderedTracks, programmes: Sequence[DeliveredProgramme], tracks: Sequence[DeliveredTrack]
) -> SideSheet:
    """The sheet of a delivery that was rendered, whose programmes are sides."""
    delivery, timeline = job.delivery, job.timeline
    by_length = levels_db(delivery.split, timeline)
    sides = []
    for number, programme in enumerate(programmes):
        told = [_song(job, tracks, number, track) for track in programme.tracks]
        length_s = programme.frames / timeline.rate_hz
        sides.append(
            SheetSide(
                title=Part.SIDE.named(number, len(programmes)),
                file=programme.file,
                length_s=length_s,
                loudness_lufs=programme.loudness_lufs,
                true_peak_dbtp=programme.true_peak_dbtp,
                level_db=by_length[number],
                songs=tuple(told),
                remarks=tuple(_remarks(told, delivery, length_s, by_length[number])),
            )
        )
    return SideSheet(album=job.album, delivery=delivery, rate_hz=timeline.rate_hz, sides=tuple(sides))


def _song(job: RenderedTracks, tracks: Sequence[DeliveredTrack], side: int, track: int) -> SheetSong:
    timeline, found, levels = job.timeline, tracks[track], job.songs.get(track)
    programme, placed = timeline.programmes[side], timeline.placements[track]
    heard = levels and levels.bands_dbfs
    return SheetSong(
        number=f"{side_letter(side)}{programme.tracks.index(track) + 1}",
        title=found.title,
        artist=job.album.tracks[track].copy.artist or job.album.copy.artist,
        start_s=(placed.start - programme.start) / timeline.rate_hz,
        length_s=placed.frames / timeline.rate_hz,
        loudness_lufs=found.loudness_lufs,
        true_peak_dbtp=found.true_peak_dbtp,
        highs_dbfs=heard[-1] + job.gains.tracks_db[track] if heard else None,
        effect=found.effect,
    )


def _is_record(delivery: DeliverySpec) -> bool:
    return delivery.split is not None and bool(delivery.split.levels)


def _bands(crossovers_hz: Sequence[float]) -> str:
    if not crossovers_hz:
        return ""
    return f" (below and above {crossovers_hz[0]:g} Hz)" if len(crossovers_hz) == 1 else " (band by band)"


def _remarks(songs: Sequence[SheetSong], delivery: DeliverySpec, length_s: float, level_db: float) -> Iterator[str]:
    split = delivery.split
    if split is not None and length_s > split.longest_s:
        yield f"The side is {clock(length_s)}, longer than {clock(split.longest_s)}."
    if level_db < 0 and split is not None:
        yield f"Cut {-level_db:.1f} dB lower than a side of up to {_full_level(split)}, for its length."
    for what, told in (
        (f"Bass in the sides against the middle{_mono(delivery)}", _bass(songs)),
        ("Out of phase before, with the least correlation", _phase(songs)),
        ("Still more side than asked for in places; have a look before cutting", _missed(songs, delivery)),
        (f"{'Sibilance' if _is_record(delivery) else 'Highs'} turned down by {_TAMED_DB:g} dB or more", _tamed(songs)),
    ):
        if found := list(told):
            yield f"{what}: {', '.join(found)}."
    if _is_record(delivery):
        yield from _inner_groove(songs)


def _full_level(split: SplitSpec) -> str:
    """The longest side that loses nothing."""
    return clock(60 * max((minutes for minutes, level_db in split.levels if level_db >= 0), default=0.0))


def _mono(delivery: DeliverySpec) -> str:
    chain = delivery.programme_chain
    return ", brought to the middle" if chain is not None and chain.mono_below_hz is not None else ""


def _bass(songs: Sequence[SheetSong]) -> Iterator[str]:
    for song in songs:
        low_db = song.effect.before.low_side_db if song.effect else None
        if low_db is not None and low_db > _LOW_SIDE_DB:
            yield f"{song.number} ({low_db:+.0f} dB)"


def _phase(songs: Sequence[SheetSong]) -> Iterator[str]:
    for song in songs:
        before = song.effect.before if song.effect else None
        if before is not None and before.least_correlation is not None and before.least_correlation < _OUT_OF_PHASE:
            where = clock(song.start_s + (before.worst_s or 0.0))
            yield f"{song.number} at {where} ({before.least_correlation:+.2f})"


def _missed(songs: Sequence[SheetSong], delivery: DeliverySpec) -> Iterator[str]:
    """Songs in which the bound of the side was not reached: it is turned down only so far."""
    bound = delivery.programme_chain.side if delivery.programme_chain else None
    for song in songs:
        after = song.effect.after if song.effect else None
        if bound is None or after is None or after.most_side_db is None or after.least_correlation is None:
            continue
        over_db = after.most_side_db + min(bound.under_mid_db)
        if over_db > _MISSED_DB or after.least_correlation < bound.min_correlation - _MISSED:
            where = clock(song.start_s + (after.worst_s or 0.0))
            yield f"{song.number} at {where} ({after.most_side_db:+.1f} dB, correlation {after.least_correlation:+.2f})"


def _tamed(songs: Sequence[SheetSong]) -> Iterator[str]:
    for song in songs:
        cut_db = max(song.effect.band_cuts_db, default=0.0) if song.effect else 0.0
        if cut_db >= _TAMED_DB:
            yield f"{song.number} ({cut_db:.1f} dB)"


def _inner_groove(songs: Sequence[SheetSong]) -> Iterator[str]:
    """Whether the side ends with what its end bears: highs distort there, and loud grooves take most room."""
    if len(songs) < 2:
        return
    last, others = songs[-1], songs[:-1]
    louds = [song.loudness_lufs for song in others if song.loudness_lufs is not None]
    highs = [song.highs_dbfs for song in others if song.highs_dbfs is not None]
    reasons = []
    if louds and last.loudness_lufs is not None and last.loudness_lufs > max(louds) + _LOUDER_LU:
        reasons.append(f"the loudest of its side ({last.loudness_lufs:.1f} LUFS)")
    if highs and last.highs_dbfs is not None and last.highs_dbfs > max(highs) + _BRIGHTER_DB:
        reasons.append(f"the brightest ({last.highs_dbfs:.0f} dBFS in the highs)")
    if not reasons:
        yield f"The side ends with {last.title!r}, neither much louder nor brighter than the others: good."
        return
    calm = min(others, key=lambda song: math.inf if song.loudness_lufs is None else song.loudness_lufs)
    yield (
        f"The side ends with {last.title!r}, {' and '.join(reasons)}: its end is where highs distort first. "
        f"{calm.title!r} would bear it better, if the order is not fixed."
    )
