"""How loud each track stands against the others: what its engineer did is taken off, and the words for it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.track import TrackAnalysis
from analysis.units import Floats
from assistant.aspects import loud_lufs, separate_level
from assistant.grouping import Grouping
from assistant.separation import Separation
from assistant.statistics import SongStatistics

MEANT = "meant to stand as it does"
"""How the words on a quiet song's level begin."""

MOST_DB = 40.0
"""The largest gain that a plan may hold."""

_WORTH_LU = 0.1


def decide_levels(  # noqa: PLR0913  (each is a thing of its own)
    tracks: Sequence[TrackAnalysis],
    engineers: Sequence[str | None],
    grouping: Grouping,
    statistics: SongStatistics,
    strength: float,
    *,
    quiet: Sequence[bool],
    changes_lu: Sequence[float] = (),
    undone_lu: Sequence[float] = (),
) -> list[tuple[float, str]]:
    """Gain of each track, dB, and why; the mean over the album is zero.

    Args:
        tracks: what was measured.
        engineers: who mixed each, where that is told.
        grouping: who is thought to have mixed what.
        statistics: how songs differ.
        strength: 0 to 1.
        quiet: which are meant to stand as they do: they are moved only as their engineer's other songs are.
        changes_lu: how much louder the rest of its chain makes each; that counts as its level.
        undone_lu: the same where it is nobody's correction but a clone's spectrum: the gain takes it off.
    """
    nothing = np.zeros(len(tracks))
    changes, undone = (np.array(given) if len(given) else nothing for given in (changes_lu, undone_lu))
    loud = np.array([loud_lufs(track) for track in tracks]) + changes
    levels = separate_level(loud.tolist(), engineers, grouping, statistics, [not still for still in quiet])
    wanted = -strength * levels.effects[:, 0] - undone
    wanted -= wanted.mean()
    gains = [round(float(gain), 2) if abs(gain) >= _WORTH_LU else 0.0 for gain in np.clip(wanted, -MOST_DB, MOST_DB)]
    return [
        (gain, _words(grouping.names[i], levels, i, (changes, undone), gain, meant=quiet[i]))
        for i, gain in enumerate(gains)
    ]


def signed(value: float) -> str:
    """A figure with its sign, to a tenth."""
    return f"{round(value, 1) + 0.0:+.1f}"  # + 0.0: no minus before a zero


def _words(
    hand: str | None,
    levels: Separation,
    number: int,
    changes_lu: tuple[Floats, Floats],
    gain_db: float,
    *,
    meant: bool,
) -> str:
    effect, spread = float(levels.effects[number, 0]), float(levels.deviations[number, 0])
    kept_lu, undone_lu = (float(changes[number]) for changes in changes_lu)
    if meant and hand is None:
        return f"{MEANT} (EQ and width change it by {signed(kept_lu + undone_lu)} LU)"
    whose = "this mix stands" if hand is None else f"the mixes of {hand} stand"
    whose = f"{MEANT}, as {whose}" if meant else whose
    taken_off = ", which is taken off" if undone_lu else ""
    return (
        f"{whose} {signed(effect)} LU against the album (give or take {spread:.1f}, by loud sections; "
        f"EQ and width change it by {signed(kept_lu + undone_lu)} LU{taken_off}): {signed(gain_db)} dB"
    )
