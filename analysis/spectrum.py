"""Long-term spectrum of mid and side in twelfths and thirds of an octave, gated by loudness, and stereo per band.

A frame of about 0.19 s gives power in 120 bands, 1/12 octave each, of mid, of side, and of their product. Frames are
summed up by their level in steps of 1 dB, so that the gate (frames more than 40 dB below the loudest carry no tone
worth matching) is applied at the end without keeping any frame: memory does not grow.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from analysis.kernels import kernel
from analysis.standards import THIRD_OCTAVE_REFERENCE_HZ
from analysis.units import Floats, power_to_db

TWELFTHS_PER_THIRD = 4
THIRD_OCTAVES_HZ: Floats = THIRD_OCTAVE_REFERENCE_HZ * 2.0 ** (np.arange(-17, 14) / 3)
"""Centres of the third-octave bands, 19.7 Hz to 20.2 kHz."""

TONE_BANDS = slice(2, 30)
"""The bands that tone is judged in: 31.25 Hz to 16 kHz."""

TONE_BANDS_HZ: Floats = THIRD_OCTAVES_HZ[TONE_BANDS]

WIDTH_REGIONS_HZ = (110.0, 450.0, 1_800.0, 5_700.0, 18_000.0)
"""Edges of the regions that width is judged in. Deeper, it is nobody's choice."""

TWELFTH_OCTAVES_HZ: Floats = (THIRD_OCTAVES_HZ[:, None] * 2.0 ** ((np.arange(4) - 1.5) / 12)).ravel()
"""Centres of the fine bands: four to each third of an octave."""

_FRAME_S = 0.186  # 8192 frames at 44.1 kHz
_GATE_DB = 40
_LEVELS = 200  # steps of 1 dB from -180 dB up; float audio may exceed full scale by 20 dB
_LOWEST_DB = -180
_NO_SIDE = np.zeros((0, 0), dtype=np.complex128)

Complexes = NDArray[np.complex128]
NARROWEST_DB = -30.0
"""A band with less side against mid than this is mono to the ear."""

MASKED_DB = 40.0
"""A band this far below the strongest third is taken for empty: codecs cut there, and no tone can be read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Spectrum:
    """Mean power of the gated frames, dB re full scale, and stereo; -inf where a band has nothing.

    Attributes:
        mid_db, side_db: thirds of an octave, 31 bands at `THIRD_OCTAVES_HZ`.
        fine_mid_db, fine_side_db: twelfths of an octave, 124 bands at `TWELFTH_OCTAVES_HZ`.
        correlation: of left and right in each third, -1 to 1; None where a band is silent.
        gated_share: share of the frames that count, 0 to 1.
    """

    mid_db: tuple[float, ...]
    side_db: tuple[float, ...]
    fine_mid_db: tuple[float, ...]
    fine_side_db: tuple[float, ...]
    correlation: tuple[float | None, ...]
    gated_share: float

    def tone_db(self) -> Floats:
        """Shape of the mid spectrum in the 28 tone bands, dB, its mean taken out; empty bands are held at a floor."""
        mid = np.array(self.mid_db)[TONE_BANDS]
        if not np.isfinite(mid).any():
            return np.zeros(len(mid))
        mid = np.maximum(mid, mid.max() - MASKED_DB)
        return np.asarray(mid - mid.mean())

    def heard(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which of the 28 tone bands hold anything: those within 40 dB of the strongest."""
        mid = np.array(self.mid_db)[TONE_BANDS]
        return np.asarray(mid > mid.max() - MASKED_DB)

    def regional_width_db(self) -> Floats:
        """Side against mid in the four `WIDTH_REGIONS_HZ`, dB: means over their bands, each held at `NARROWEST_DB`."""
        width = np.maximum(self.width_db(), NARROWEST_DB)
        region = np.digitize(TONE_BANDS_HZ, WIDTH_REGIONS_HZ)
        return np.array([width[region == number].mean() for number in range(1, len(WIDTH_REGIONS_HZ))])

    def width_db(self) -> Floats:
        """Side against mid in the 28 tone bands, dB; -inf where a band is mono."""
        mid, side = np.array(self.mid_db)[TONE_BANDS], np.array(self.side_db)[TONE_BANDS]
        return np.where(np.isfinite(mid), side - np.where(np.isfinite(mid), mid, 0.0), -math.inf)


def frame_length(rate_hz: int) -> int:
    """Frames of one Fourier transform: the power of two nearest 0.19 s."""
    return int(2 ** round(math.log2(rate_hz * _FRAME_S)))


def _mid_side(block: Floats) -> Floats:
    """Mid and side of a block as rows; mono is all mid."""
    if block.shape[1] == 1:
        return block.T
    left, right = block[:, 0], block[:, 1]
    return np.stack([(left + right) * 0.5, (left - right) * 0.5])


@kernel
def _sum_up(
    mid: Complexes, side: Complexes, edges: Floats, sums: Floats, counts: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> float:
    """Add the band powers of some frames `(frames, bins)` to those of their level; gives the loudest level, dB.

    Bin k gathers what lies between k and k + 1 on the scale of `edges`; where a band's edge cuts it, it is shared out.
    """
    loudest = -np.inf
    bands = np.zeros((3, len(edges) - 1))
    for frame in range(len(mid)):
        total = 0.0
        bands[:] = 0.0
        for k in range(mid.shape[1]):
            total += mid[frame, k].real ** 2 + mid[frame, k].imag ** 2
        for k in range(side.shape[1]):
            total += side[frame, k].real ** 2 + side[frame, k].imag ** 2
        if total <= 0.0:
            continue
        for band in range(len(edges) - 1):
            low, high = edges[band], edges[band + 1]
            for k in range(int(low), min(int(np.ceil(high)), mid.shape[1])):
                share = min(high, k + 1.0) - max(low, float(k))
                m = mid[frame, k]
                bands[0, band] += share * (m.real**2 + m.imag**2)
                if side.shape[1]:
                    s = side[frame, k]
                    bands[1, band] += share * (s.real**2 + s.imag**2)
                    bands[2, band] += share * (m.real * s.real + m.imag * s.imag)
        level = 10.0 * np.log10(total)
        loudest = max(loudest, level)
        step = min(max(int(np.floor(level)) - _LOWEST_DB, 0), _LEVELS - 1)
        sums[step] += bands
        counts[step] += 1
    return loudest


class SpectrumMeter:
    """Takes blocks `(frames, channels)` of one or two channels; a mono signal has no side."""

    def __init__(self, rate_hz: int, channels: int) -> None:
        self.rate_hz = rate_hz
        self._length = frame_length(rate_hz)
        self._hop = self._length // 2
        window = np.hanning(self._length + 1)[:-1]
        # A sine of amplitude 1 reads -3.01 dB in its band, as its power does.
        self._window = window * math.sqrt(2.0 / (self._length * float((window**2).sum())))
        edges_hz = np.append(TWELFTH_OCTAVES_HZ * 2 ** (-1 / 24), TWELFTH_OCTAVES_HZ[-1] * 2 ** (1 / 24))
        # Bin k gathers what lies within half a bin of k.
        self._edges = np.clip(edges_hz * self._length / rate_hz + 0.5, 0.0, self._length // 2 + 1)
        self._buffer = np.zeros((2 if channels > 1 else 1, 0))
        self._sums = np.zeros((_LEVELS, 3, len(TWELFTH_OCTAVES_HZ)))
        self._counts = np.zeros(_LEVELS, dtype=np.int64)
        self._loudest_db = -math.inf
        self._any = False

    def update(self, block: Floats) -> None:
        """Take the next block."""
        buffer = np.concatenate([self._buffer, _mid_side(block)], axis=1)
        count = (buffer.shape[1] - self._length) // self._hop + 1
        if count > 0:
            self._take(buffer, count)
        self._buffer = buffer[:, max(count, 0) * self._hop :].copy()

    def _take(self, buffer: Floats, count: int) -> None:
        views = np.lib.stride_tricks.sliding_window_view(buffer, self._length, axis=1)[:, :: self._hop][:, :count]
        spectra = scipy.fft.rfft(views * self._window, axis=2)
        side = spectra[1] if len(spectra) > 1 else _NO_SIDE
        loudest_db = _sum_up(spectra[0], side, self._edges, self._sums, self._counts)
        self._loudest_db = max(self._loudest_db, loudest_db)
        self._any = True

    def result(self) -> Spectrum:
        """The gated spectrum of all that was taken; a programme shorter than one frame is padded with silence."""
        if not self._any and self._buffer.shape[1]:
            alone = copy.deepcopy(self)  # this meter may be asked again, and take more
            missing = self._length - self._buffer.shape[1]
            alone._take(np.pad(self._buffer, ((0, 0), (0, missing))), 1)
            return alone.result()
        counted = self._counts.sum()
        gate = max(0, math.floor(self._loudest_db) - _GATE_DB - _LOWEST_DB) if counted else 0
        frames = int(self._counts[gate:].sum())
        fine = self._sums[gate:].sum(axis=0) / max(frames, 1)
        thirds = fine.reshape(3, -1, TWELFTHS_PER_THIRD).sum(axis=2)
        return Spectrum(
            mid_db=_levels_db(thirds[0]),
            side_db=_levels_db(thirds[1]),
            fine_mid_db=_levels_db(fine[0]),
            fine_side_db=_levels_db(fine[1]),
            correlation=_correlation(thirds),
            gated_share=frames / int(counted) if counted else 0.0,
        )


def _levels_db(power: Floats) -> tuple[float, ...]:
    # What is 220 dB under the whole is rounding.
    floor = max(float(power.sum()), 0.0) * 1e-22
    levels = power_to_db(np.where(power > floor, power, 0.0))
    return tuple(round(float(level), 4) for level in levels)


def _correlation(thirds: Floats) -> tuple[float | None, ...]:
    mid, side, product = thirds
    left, right = mid + side + 2 * product, mid + side - 2 * product
    scale = np.sqrt(np.maximum(left, 0) * np.maximum(right, 0))
    floor = float((mid + side).sum()) * 1e-15
    values = (mid - side) / np.where(scale > floor, scale, 1.0)
    return tuple(round(float(np.clip(v, -1, 1)), 4) if s > floor else None for v, s in zip(values, scale, strict=True))
