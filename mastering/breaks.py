"""Where an album is divided into programmes, a side or a disc each: songs on both sides of a break are cut apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from analysis.errors import SpecificationError
from mastering.specs import AlbumSpec, TrackSpec

HEAD_FADE_S, TAIL_FADE_S = 0.01, 0.02
"""Fades of a song that is cut from a recording that runs on: short enough to be no fade to the ear, long enough for no
click."""


class Part(StrEnum):
    """What a programme is where there are several."""

    SIDE = "side"
    DISC = "disc"

    def named(self, number: int, count: int) -> str:
        """What people call programme `number` (from 0) of so many.

        >>> Part.SIDE.named(2, 4), Part.DISC.named(0, 2)
        ('Side C', 'Disc 1 of 2')
        """
        return f"Side {side_letter(number)}" if self is Part.SIDE else f"Disc {number + 1} of {count}"

    def suffix(self, number: int) -> str:
        """What its file is called after the album's title.

        >>> Part.SIDE.suffix(0), Part.DISC.suffix(1)
        ('side A', 'disc 2')
        """
        return f"side {side_letter(number)}" if self is Part.SIDE else f"disc {number + 1}"


def side_letter(number: int) -> str:
    """What side `number`, from 0, is called: letters, doubled after Z.

    >>> side_letter(1), side_letter(26)
    ('B', 'AA')
    """
    return chr(ord("A") + number % 26) * (number // 26 + 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Programme:
    """A stretch of the album with a continuous file of its own: `start` to `end`, frames of the album; its tracks."""

    start: int
    end: int
    tracks: tuple[int, ...]


def check_breaks(breaks: Sequence[int], tracks: int) -> None:
    """See that breaks are numbers of tracks (from 0) that rise, the first track not among them.

    Raises:
        SpecificationError: they are not.
    """
    if list(breaks) != sorted(set(breaks)) or any(not 0 < number < tracks for number in breaks):
        raise SpecificationError(
            f"Programmes that begin at tracks {', '.join(str(number + 1) for number in breaks)} of {tracks}: name "
            f"tracks from 2 to {tracks}, each once and in order."
        )


def divided(album: AlbumSpec, breaks: Sequence[int]) -> AlbumSpec:
    """The album with nothing running on or crossfading over a break: a song cut there is faded against the click.

    `breaks` are the numbers of the tracks, from 0, that begin a new programme.
    """
    if not breaks:
        return album
    check_breaks(breaks, len(album.tracks))
    tracks = list(album.tracks)
    for number in breaks:
        tracks[number - 1], tracks[number] = _apart(tracks[number - 1], tracks[number])
    return replace(album, tracks=tuple(tracks))


def _apart(one: TrackSpec, other: TrackSpec) -> tuple[TrackSpec, TrackSpec]:
    if not (one.runs_on or one.crossfade_s > 0):
        return one, other
    end_s, start_s = one.end_s, other.start_s
    if one.runs_on:  # nothing of a recording that runs on is left out
        end_s, start_s = one.frames / one.rate_hz, 0.0
    return (
        replace(
            one,
            runs_on=False,
            crossfade_s=0.0,
            end_s=end_s,
            felt_end_s=end_s if one.runs_on else one.felt_end_s,
            fade_out_s=max(one.fade_out_s, TAIL_FADE_S),
        ),
        replace(
            other,
            start_s=start_s,
            first_sound_s=0.0 if one.runs_on else other.first_sound_s,
            fade_in_s=max(other.fade_in_s, HEAD_FADE_S),
        ),
    )


def cut_over_breaks(album: AlbumSpec, breaks: Sequence[int]) -> tuple[str, ...]:
    """A sentence for each pair of songs of the undivided album that a break keeps from playing into each other."""
    found = []
    for one, other in ((album.tracks[number - 1], album.tracks[number]) for number in breaks):
        if one.runs_on or one.crossfade_s > 0:
            how = "runs on" if one.runs_on else f"crossfades over {one.crossfade_s:g} s"
            found.append(
                f"{one.title!r} {how} into {other.title!r}, and a new programme begins there: it is faded out in "
                f"{max(one.fade_out_s, TAIL_FADE_S):g} s and {other.title!r} in; move the break to keep them together"
            )
    return tuple(found)
