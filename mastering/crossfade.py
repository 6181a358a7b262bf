"""The gains of a crossfade that keeps the power whatever the two songs have in common.

Of two sounds of equal power whose correlation is r, the sum with gains g and h has the power g^2 + h^2 + 2 r g h. Sine
and cosine keep that at 1 where r = 0 (equal power) and swell by 3 dB in the middle where r = 1; there g + h = 1 is
right (equal gain). So sine and cosine are divided by the root of what they would come to:

    g(x) = sin(a) / sqrt(1 + r sin(2a)),  h(x) = g(1 - x),  a = x pi / 2

The condition is that of M. Fink, M. Holters and U. Zoelzer, "Signal-matched power-complementary cross-fading and
dry-wet mixing", DAFx-16, Brno 2016; r comes from the audio of the overlap itself, as they do.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from analysis.audio import Audio
from analysis.units import Floats


def crossfade_gain(share: Floats, correlation: float) -> Floats:
    """Gain of the song that comes in, linear, where `share` (0 to 1) of the crossfade is over; any shape.

    The song that goes out has the gain at 1 - `share`. `correlation` is 0 to 1.
    """
    angle = share * (np.pi / 2)
    return np.asarray(np.sin(angle) / np.sqrt(1.0 + correlation * np.sin(2 * angle)))


def correlation(one: Audio, other: Audio) -> float:
    """Correlation of two streams of one rate as far as both go, all channels together, 0 to 1; 0 where one is silent.

    Under 0 it is taken as 0: to make good for songs that cancel each other would swell them as soon as they do not.
    A mono stream counts as two channels alike.
    """
    power_one = power_other = product = 0.0
    for a, b in _side_by_side(one, other):
        power_one += float(np.sum(a * a))
        power_other += float(np.sum(b * b))
        product += float(np.sum(a * b))
    if power_one <= 0.0 or power_other <= 0.0:
        return 0.0
    return min(max(product / math.sqrt(power_one * power_other), 0.0), 1.0)


def _side_by_side(one: Audio, other: Audio) -> Iterator[tuple[Floats, Floats]]:
    """Blocks of both streams of the same frames, with as many channels each."""
    streams, channels = (one.blocks(), other.blocks()), max(one.channels, other.channels)
    waiting: list[Floats] = [np.zeros((0, one.channels)), np.zeros((0, other.channels))]
    while True:
        for side, stream in enumerate(streams):
            while not len(waiting[side]):
                part = next(stream, None)
                if part is None:
                    return
                waiting[side] = part
        count = min(map(len, waiting))
        a, b = (np.broadcast_to(part[:count], (count, channels)) for part in waiting)
        yield a, b
        waiting = [part[count:] for part in waiting]
