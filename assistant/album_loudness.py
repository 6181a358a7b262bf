"""How loud an album stands that was given references and a delivery without a loudness of its own."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from analysis.profile import ReferenceSong

LOUDEST_LUFS, QUIETEST_LUFS = -7.0, -24.0
"""An album follows its references no further."""


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


def album_lufs(references: Sequence[ReferenceSong], *, decimals: int = 1) -> tuple[float | None, str]:
    """What the album is brought to, bounded and rounded, and why; None where the references say nothing."""
    mean = references_lufs(references)
    if mean is None:
        return None, ""
    bounded = round(min(max(mean, QUIETEST_LUFS), LOUDEST_LUFS), decimals)
    return bounded, f"the references stand at {mean:.1f} LUFS together"
