"""The one quantisation: TPDF dither, rounded by ourselves (audio libraries floor), drawn from (seed, track, frame).

TPDF of 2 LSB peak to peak makes the error's mean and variance independent of the signal (Lipshitz, Wannamaker and
Vanderkooy, JAES 40-5, 1992). Each value comes from a hash of where it stands, not from a sequence: a track's samples
stay the same when another track or a gap changes, and blocks may be cut anywhere.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.kernels import kernel
from analysis.units import Floats

_GOLDEN = 0x9E3779B97F4A7C15
_MASK = 0xFFFFFFFFFFFFFFFF


@kernel
def _mixed(value: np.uint64) -> np.uint64:
    """The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): every input bit reaches every output bit."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@kernel
def _quantise(  # noqa: PLR0913  (a kernel takes its state apart)
    block: Floats,
    scale: float,
    key: np.uint64,
    start: int,
    dithered: bool,
    keep_grid: bool,
    same: bool,
    out: NDArray[np.int32],
) -> int:
    """Round each sample to an integer of full scale `scale`; gives how many did not fit and were held at the rails."""
    channels = block.shape[1]
    low, high = -scale, scale - 1.0
    held = 0
    for i in range(block.shape[0]):
        for channel in range(channels):
            value = block[i, channel] * scale
            if dithered and not (keep_grid and value == np.floor(value)):
                place = np.uint64((start + i) * channels + (0 if same else channel))
                bits = _mixed(key + place * np.uint64(0x9E3779B97F4A7C15))
                first = np.float64(bits >> np.uint64(32))
                second = np.float64(bits & np.uint64(0xFFFFFFFF))
                value += (first + second + 1.0) * (1.0 / 4294967296.0) - 1.0
            value = np.floor(value + 0.5)
            if value < low or value > high:
                held += 1
                value = min(max(value, low), high)
            out[i, channel] = np.int32(value)
    return held


class Quantiser:
    """Turns one track's float blocks into integers of `bits` bits, frame by frame from the track's first.

    Args:
        bits: 16 or 24.
        seed: the album's seed.
        track: number of the track, so that tracks differ.
        dithered: False rounds only.
        keep_grid: what lies on the grid already stays as it is: for audio that was integers and was changed here and
            there at most.
        mono: the channels are alike and stay so: they get the same dither.
    """

    def __init__(
        self, bits: int, *, seed: int, track: int, dithered: bool = True, keep_grid: bool = False, mono: bool = False
    ) -> None:
        self._scale = float(2 ** (bits - 1))
        # Mixed once more: bare, the next track's dither would be this one's, one place further on.
        self._key = np.uint64(_mixed(np.uint64(((seed * 0x100000001B3 + track + 1) * _GOLDEN) & _MASK)))
        self._dithered = dithered
        self._keep_grid = keep_grid
        self._mono = mono
        self._frames = 0
        self.held = 0

    def process(self, block: Floats) -> NDArray[np.int32]:
        """Quantise the next block `(frames, channels)`; integers right-aligned in int32."""
        out = np.empty(block.shape, dtype=np.int32)
        self.held += _quantise(
            block, self._scale, self._key, self._frames, self._dithered, self._keep_grid, self._mono, out
        )
        self._frames += len(block)
        return out

    def skip(self, frames: int) -> None:
        """Pass over frames that are written as digital zero; a negative number goes back."""
        self._frames += frames
