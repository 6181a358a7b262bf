"""A share that is wanted from hop to hop, made smooth without ever falling short of it."""

from __future__ import annotations

import numpy as np

from analysis.kernels import kernel
from analysis.units import Floats


@kernel
def smooth_share(wanted: Floats, first: int, last: int, hold_hops: int, fade_hops: int) -> Floats:
    """Hops `first` to `last` of what is wanted, each no less than it.

    The greatest within `hold_hops` either way, as a mean over `fade_hops` either way weighted by a raised cosine: a
    hold no shorter than the fade keeps it from falling short.
    """
    held = np.zeros(last - first + 2 * fade_hops)  # begins at hop first - fade_hops
    for i in range(len(held)):
        hop = first - fade_hops + i
        for other in range(max(hop - hold_hops, 0), min(hop + hold_hops + 1, len(wanted))):
            held[i] = max(held[i], wanted[other])
    out = np.zeros(last - first)
    for i in range(len(out)):
        total = weights = 0.0
        for j in range(-fade_hops + 1, fade_hops):
            weight = 1.0 + np.cos(np.pi * j / fade_hops)
            total += weight * held[i + fade_hops + j]
            weights += weight
        out[i] = total / weights
    return out
