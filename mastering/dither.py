"""The one quantisation: TPDF dither, rounded by ourselves (audio libraries floor), drawn from (seed, track, frame).

TPDF of 2 LSB peak to peak makes the error's mean and variance independent of the signal (Lipshitz, Wannamaker and
Vanderkooy, JAES 40-5, 1992). Each value comes from a hash of where it stands, not from a sequence: a track's samples
stay the same when another track or a gap changes, and blocks may be cut anywhere.

With a shaper (`noise_shaping`) the error is fed back as well, from one sample to the next in a track. The dither is in
the loop, so the error stays white and knows nothing of the music, and the noise is that white error filtered.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.kernels import kernel
from analysis.units import Floats
from mastering.noise_shaping import LARGEST_ERROR_LSB, NoiseShaper

_GOLDEN = 0x9E3779B97F4A7C15
_MASK = 0xFFFFFFFFFFFFFFFF


@kernel
def _mixed(value: np.uint64) -> np.uint64:
    """The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): every input bit reaches every output bit."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@kernel
def _triangular(key: np.uint64, place: np.uint64) -> float:
    """TPDF dither of a place, LSB."""
    bits = _mixed(key + place * np.uint64(0x9E3779B97F4A7C15))
    first = np.float64(bits >> np.uint64(32))
    second = np.float64(bits & np.uint64(0xFFFFFFFF))
    return (first + second + 1.0) * (1.0 / 4294967296.0) - 1.0


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
                value += _triangular(key, place)
            value = np.floor(value + 0.5)
            if value < low or value > high:
                held += 1
                value = min(max(value, low), high)
            out[i, channel] = np.int32(value)
    return held


@kernel
def _shape(  # noqa: PLR0913  (a kernel takes its state apart)
    block: Floats,
    scale: float,
    key: np.uint64,
    start: int,
    keep_grid: bool,
    same: bool,
    zeros: Floats,
    poles: Floats,
    errors: Floats,
    noises: Floats,
    out: NDArray[np.int32],
) -> int:
    """As `_quantise`, dithered, each error fed back to the next samples.

    `errors` and `noises`, `(channels, taps + frames)`, begin with those of the samples before and are filled up; for
    the dot products `zeros` and `poles` have the latest sample's factor last.
    """
    frames, channels = block.shape
    low, high = -scale, scale - 1.0
    taps, memory = len(zeros), len(poles)
    held = 0
    for i in range(frames):
        for channel in range(channels):
            value = block[i, channel] * scale
            at = taps + i
            if keep_grid and value == np.floor(value):
                errors[channel, at] = noises[channel, at] = 0.0
                out[i, channel] = np.int32(min(max(value, low), high))
                continue
            fed = 0.0
            for k in range(taps):
                fed += zeros[k] * errors[channel, i + k]
            for k in range(memory):
                fed -= poles[k] * noises[channel, at - memory + k]
            wanted = value + fed
            place = np.uint64((start + i) * channels + (0 if same else channel))
            rounded = np.floor(wanted + _triangular(key, place) + 0.5)
            if rounded < low or rounded > high:
                held += 1
                rounded = min(max(rounded, low), high)
            # At a rail the error has no bound; what would be fed back of it has, so that nothing runs away.
            error = min(max(rounded - wanted, -LARGEST_ERROR_LSB), LARGEST_ERROR_LSB)
            errors[channel, at] = error
            noises[channel, at] = error + fed
            out[i, channel] = np.int32(rounded)
    return held


class Quantiser:
    """Turns one track's float blocks into integers of `bits` bits, frame by frame from the track's first.

    Args:
        bits: 16 or 24.
        seed: the album's seed.
        track: number of the track, so that tracks differ.
        dithered: False rounds only.
        keep_grid: what lies on the grid already stays as it is: for audio that was integers and was changed here and
            there at most. With a shaper, such a sample counts as an error of 0, so the noise of a changed stretch
            ends within it.
        mono: the channels are alike and stay so: they get the same dither.
        shaper: filters the error, with dither in any case; None leaves it white.
    """

    def __init__(  # noqa: PLR0913  (each is a choice of its own)
        self,
        bits: int,
        *,
        seed: int,
        track: int,
        dithered: bool = True,
        keep_grid: bool = False,
        mono: bool = False,
        shaper: NoiseShaper | None = None,
    ) -> None:
        self._scale = float(2 ** (bits - 1))
        # Mixed once more: bare, the next track's dither would be this one's, one place further on.
        self._key = np.uint64(_mixed(np.uint64(((seed * 0x100000001B3 + track + 1) * _GOLDEN) & _MASK)))
        self._dithered = dithered
        self._keep_grid = keep_grid
        self._mono = mono
        # For the kernel's dot products: the latest sample's factor last.
        self._feedback = (shaper.zeros[::-1].copy(), shaper.poles[::-1].copy()) if shaper else None
        self._past: Floats | None = None
        self._frames = 0
        self.held = 0

    def process(self, block: Floats) -> NDArray[np.int32]:
        """Quantise the next block `(frames, channels)`; integers right-aligned in int32."""
        out = np.empty(block.shape, dtype=np.int32)
        if self._feedback:
            self.held += self._shaped(*self._feedback, np.ascontiguousarray(block), out)
        else:
            self.held += _quantise(
                block, self._scale, self._key, self._frames, self._dithered, self._keep_grid, self._mono, out
            )
        self._frames += len(block)
        return out

    def skip(self, frames: int) -> None:
        """Pass over frames that are written as digital zero; a negative number goes back. A shaper begins anew."""
        self._frames += frames
        self._past = None

    def _shaped(self, zeros: Floats, poles: Floats, block: Floats, out: NDArray[np.int32]) -> int:
        taps = len(zeros)
        room = np.empty((2, block.shape[1], taps + len(block)))
        room[:, :, :taps] = 0.0 if self._past is None else self._past
        errors, noises = room[0], room[1]
        held = _shape(
            block, self._scale, self._key, self._frames, self._keep_grid, self._mono, zeros, poles, errors, noises, out
        )
        self._past = room[:, :, len(block) :].copy()
        return held
