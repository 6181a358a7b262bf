"""How loud an album stands that was given references and a delivery without a loudness of its own."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from analysis.profile import ReferenceSong

LOUDEST_LUFS, QUIETEST_LUFS = -7.0, -24.0
"""An album follows its references no further."""

PLANNED_LUFS = (-40.0, -4.0)
"""What a plan may say."""


def references_lufs(references: Sequence[ReferenceSong]) -> float | None:
    """The references' loudness together, LUFS: the power mean over their time, as if one record; None without any."""
    heard = [
        (song.loudness.integrated_lufs, song.duration_s * song.weight)
        for song in references
        if song.loudness.integrated_lufs is not None and math.isfinite(song.loudness.integrated_lufs)
    ]
    levels, seconds = np.array([level for level, _ in heard]), np.array([time for _, time in heard])
    if not seconds.sum() > 0:
        return None
    return 10 * math.log10(float((10 ** (levels / 10) * seconds).sum() / seconds.sum()))


def album_lufs(references: Sequence[ReferenceSong], *, clone: bool = False) -> tuple[float | None, str]:
    """What the album is brought to, bounded and rounded, and why; None where the references say nothing.

    A clone follows its model as far as a plan can say, and to a hundredth, to be within a tenth after all rounding.
    """
    mean = references_lufs(references)
    if mean is None:
        return None, ""
    quietest, loudest = PLANNED_LUFS if clone else (QUIETEST_LUFS, LOUDEST_LUFS)
    bounded = round(min(max(mean, quietest), loudest), 2 if clone else 1)
    return bounded, f"the references stand at {mean:.1f} LUFS together"
