"""A compact disc as pure data: what its subcode and its sheets say, and the limits that the Red Book sets it.

Sectors count from the start of the program area, which is time 00:00:00: the first track's pause, and after it the
first song at 00:02:00 or later.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from analysis.errors import SpecificationError
from mastering.cd_time import LAST_TIME, SECTOR_FRAMES, SECTORS_PER_SECOND, disc_time, sectors_of_frames
from mastering.delivery import DeliveredTrack
from mastering.delivery_specs import GapPlace
from mastering.label_copy import AlbumCopy, TrackCopy
from mastering.plain_text import one_line
from mastering.recording_codes import ean_13, is_isrc, parse_upc

FIRST_PAUSE = 2 * SECTORS_PER_SECOND
"""Sectors before the first song at least (IEC 60908)."""

SHORTEST_TRACK = 4 * SECTORS_PER_SECOND
MOST_TRACKS = MOST_INDICES = 99
LONGEST_DISC = (79 * 60 + 57) * SECTORS_PER_SECOND
"""Playing time that plants press at most, without the first pause: a lead-out at 79:59, where discs of 80 minutes end.
The standard's own measures give 74 minutes."""

USUAL_DISC = 77 * 60 * SECTORS_PER_SECOND
"""Beyond, pits lie closer than the standard has them, and some players fail at the end (B. Katz, digido.com, "CD
Running Time": over about 76 to 77 minutes)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DiscTrack:
    """One track.

    Attributes:
        title, performer, songwriter: as people write them; empty where nothing is known.
        isrc: 12 characters; empty for none.
        pause: sector of index 0, where the pause before the track begins; None where there is none.
        starts: sectors of index 1, where the song begins, and of any further indices.
        copy_permitted: digital copies are allowed.
        pre_emphasis: the audio has pre-emphasis.
    """

    title: str = ""
    performer: str = ""
    songwriter: str = ""
    isrc: str = ""
    pause: int | None = None
    starts: tuple[int, ...]
    copy_permitted: bool = False
    pre_emphasis: bool = False

    @property
    def begins(self) -> int:
        """First sector: of its pause, or of the song."""
        return self.starts[0] if self.pause is None else self.pause

    @property
    def indices(self) -> tuple[tuple[int, int], ...]:
        """Number and sector of every index, in order."""
        pause = () if self.pause is None else ((0, self.pause),)
        return (*pause, *enumerate(self.starts, 1))


@dataclass(frozen=True, kw_only=True, slots=True)
class Disc:
    """One disc.

    Attributes:
        title, performer, songwriter: as people write them; empty where nothing is known, or it is not one for all.
        label, catalogue_number: who puts it out, and the number they give it.
        ean: 13 digits; empty for none.
        silence: sectors of silence on the disc before the programme's file begins.
        tracks: in order.
        lead_out: the sector after the last.
    """

    title: str = ""
    performer: str = ""
    songwriter: str = ""
    label: str = ""
    catalogue_number: str = ""
    ean: str = ""
    silence: int = FIRST_PAUSE
    tracks: tuple[DiscTrack, ...]
    lead_out: int

    def __post_init__(self) -> None:
        """Refuse what is no disc.

        Raises:
            SpecificationError: indices out of order or too many, a first song too early, a code that is none.
        """
        sectors = [sector for track in self.tracks for _, sector in track.indices]
        if not self.tracks or any(low >= high for low, high in pairwise([-1, *sectors, self.lead_out])):
            raise SpecificationError(f"A disc with indices at {sectors}, ending at {self.lead_out}: they must rise.")
        if self.tracks[0].pause != 0 or self.tracks[0].starts[0] < FIRST_PAUSE:
            raise SpecificationError(
                f"The first song of {self.title!r} begins {self.tracks[0].starts[0]} sectors into the disc: leave a "
                f"pause of {FIRST_PAUSE} (2 s) before it."
            )
        for number, track in enumerate(self.tracks, 1):
            if len(track.starts) > MOST_INDICES:
                raise SpecificationError(
                    f"Track {number} has {len(track.starts)} indices, and {MOST_INDICES} is the most: leave some out."
                )
            if track.isrc and not is_isrc(track.isrc):
                raise SpecificationError(f"Track {number} has the ISRC {track.isrc!r}: an ISRC has 12 characters.")
        _check_ean(self.ean)

    def song_sectors(self, number: int) -> int:
        """Length of a track (counted from 0) without pauses."""
        return self._ends(number) - self.tracks[number].starts[0]

    def _ends(self, number: int) -> int:
        return self.tracks[number + 1].begins if number + 1 < len(self.tracks) else self.lead_out


@dataclass(frozen=True, kw_only=True, slots=True)
class DiscRemark:
    """A sentence on a disc, and whether the disc fails for it."""

    text: str
    failed: bool


def _check_ean(ean: str) -> None:
    if not ean:
        return
    try:
        right = len(ean) == len(parse_upc(ean)) == 13
    except ValueError as error:
        raise SpecificationError(f"The disc's catalogue number {ean!r} {error}.") from error
    if not right:
        raise SpecificationError(f"The disc's catalogue number {ean!r} must have 13 digits: put a 0 before a UPC.")


def disc_of(
    title: str,
    album: AlbumCopy,
    songs: Sequence[tuple[DeliveredTrack, TrackCopy]],
    frames: int,
    gap: GapPlace,
) -> Disc:
    """The disc of a programme at 44.1 kHz.

    A song's index 1 is where its file says. The pause before it, index 0, is the digital silence there: at its own
    file's start, or at the end of the file before, to whole sectors. Where that would leave the song before under 4 s,
    which is the least of a track, the pause is part of it.

    Args:
        title: of the disc.
        album: label copy of the whole.
        songs: its tracks, and label copy of each.
        frames: length of the programme.
        gap: on which side the files have their gaps.

    Raises:
        SpecificationError: an index lies within a sector, or what `Disc` refuses.
    """
    found: list[DiscTrack] = []
    for number, (track, copy) in enumerate(songs):
        pause = _pause(track, songs[number - 1][0], gap) if number else 0
        if pause and pause - found[-1].starts[0] < SHORTEST_TRACK:
            pause = None
        found.append(
            DiscTrack(
                title=one_line(track.title),
                performer=one_line(copy.artist or album.artist),
                songwriter=one_line(copy.writers),
                isrc=copy.isrc,
                pause=pause,
                starts=tuple(_sector(track, frame) for index, frame in sorted(track.index.items()) if index),
            )
        )
    return Disc(
        title=one_line(title),
        performer=one_line(album.artist),
        songwriter=found[0].songwriter if len({track.songwriter for track in found}) == 1 else "",
        label=one_line(album.label),
        catalogue_number=one_line(album.catalogue_number),
        ean=ean_13(album.upc) if album.upc else "",
        tracks=tuple(found),
        lead_out=FIRST_PAUSE + sectors_of_frames(frames),
    )


def _pause(track: DeliveredTrack, before: DeliveredTrack, gap: GapPlace) -> int | None:
    """Sector where the pause before a track begins; None where there is not a whole sector of it."""
    if 0 in track.index:
        return _sector(track, track.index[0])
    if gap is GapPlace.BEFORE_SONG:
        return None
    sounds_until = before.start_frame + before.frames - before.gap_frames
    pause = FIRST_PAUSE + sectors_of_frames(sounds_until)
    return pause if pause < _sector(track, track.index[1]) else None


def _sector(track: DeliveredTrack, frame: int) -> int:
    """Sector of a frame of the programme.

    Raises:
        SpecificationError: it lies within one.
    """
    if frame % SECTOR_FRAMES:
        raise SpecificationError(
            f"{track.title!r} has an index at frame {frame}, {frame % SECTOR_FRAMES} frames into a sector: a disc's "
            f"lie on multiples of {SECTOR_FRAMES}; give the delivery sector_frames = {SECTOR_FRAMES}."
        )
    return FIRST_PAUSE + frame // SECTOR_FRAMES


def disc_limits(disc: Disc) -> tuple[DiscRemark, ...]:
    """What of a disc the Red Book does not allow, or plants may refuse."""
    return tuple(_limits(disc))


def fits_subcode(disc: Disc) -> bool:
    """Whether two digits can tell all its tracks and times: else there is nothing to be written."""
    return len(disc.tracks) <= MOST_TRACKS and disc.lead_out <= LAST_TIME


def _limits(disc: Disc) -> Iterator[DiscRemark]:
    if len(disc.tracks) > MOST_TRACKS:
        yield DiscRemark(
            text=f"{disc.title} has {len(disc.tracks)} tracks, and a disc holds {MOST_TRACKS}: join some, or make two "
            "discs of it",
            failed=True,
        )
    for number, track in enumerate(disc.tracks):
        ends = disc.tracks[number + 1].starts[0] if number + 1 < len(disc.tracks) else disc.lead_out
        if ends - track.starts[0] < SHORTEST_TRACK:
            yield DiscRemark(
                text=f"track {number + 1}, {track.title!r}, lasts {(ends - track.starts[0]) / SECTORS_PER_SECOND:.2f} "
                "s, and a disc's tracks last 4 s at least (IEC 60908): join it to its neighbour, or lengthen its gap",
                failed=True,
            )
    yield from _length(disc)


def _length(disc: Disc) -> Iterator[DiscRemark]:
    plays = disc.lead_out - FIRST_PAUSE
    told = disc_time(plays) if plays <= LAST_TIME else f"{plays / (60 * SECTORS_PER_SECOND):.1f} minutes"
    if plays > LONGEST_DISC:
        yield DiscRemark(
            text=f"{disc.title} plays {told}, and a disc {disc_time(LONGEST_DISC)}: leave songs out, shorten gaps, or "
            "make two discs of it",
            failed=True,
        )
    elif plays > USUAL_DISC:
        yield DiscRemark(
            text=f"{disc.title} plays {told}: beyond 77 minutes ask the plant first, and try the disc's end on "
            "several players",
            failed=False,
        )
