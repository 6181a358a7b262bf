"""What plays in a song, in figures that no EQ can move: how each band moves, how tonal it is, what it moves with.

Static EQ adds a constant to each band's level in dB. So everything here is counted about a band's own mean: its
distribution over time, its modulation, its rises, how noise-like it is within the band, and how the bands move
together. Such figures tell how a song's spectrum should look before anybody touched it: a band that moves as cymbals
do belongs higher than one that holds nothing but their ring.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from analysis.hops import Growing
from analysis.kernels import kernel
from analysis.spectrum import TONE_BANDS_HZ
from analysis.units import Floats

BANDS = len(TONE_BANDS_HZ)
_LEVEL_PERCENTILES = (5, 25, 50, 75, 90, 95, 99)
_MODULATION_EDGES_HZ = (0.1, 0.4, 0.9, 1.9, 3.9, 8.0, 16.0, 21.0)
_NEIGHBOURS = (-8, -5, -3, -2, -1, 1, 2, 3, 5, 8)

FIGURES: tuple[str, ...] = (
    *(f"level p{percentile}" for percentile in _LEVEL_PERCENTILES),
    *(f"modulation to {edge:g} Hz" for edge in _MODULATION_EDGES_HZ[1:]),
    *("flatness mean", "flatness p10", "flatness p90"),
    *("rise mean", "rise p95", "rise p99", "rise p5"),
    *(f"together {offset:+d}" for offset in _NEIGHBOURS),
    "together with all",
)
"""What is counted in each of the 28 tone bands."""

_FRAME_S = 0.093  # at most; 4096 frames at 44.1 kHz
_HOPS_PER_FRAME = 4
_GATE_DB = 40.0
_DEEPEST_DB = -50.0  # under a band's own mean: what is deeper is silence between notes, or a codec's
_DEEPEST_RISE_DB = -40.0
_FEWEST_FRAMES = 256  # 6 s: less is no song
_MOST_FRAMES = 1 << 16  # 25 min at 44.1 kHz; of longer ones every second stretch is kept, or fourth ...
_STRETCH = 256  # frames that stay together
_WINDOW, _WINDOW_HOP = 256, 64  # of the modulation spectrum, in frames
_WINDOWS_AT_ONCE = 64
_FEWEST_BINS = 4  # in a band, to tell noise from tone
_SILENT = 1e-16
_NEAR_UNDERFLOW = 1e-200

Matrix16 = NDArray[np.float16]


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """Figures of what plays.

    Attributes:
        figures: one row for each of `FIGURES`, one figure for each of the 28 tone bands; levels in dB about the
            band's mean, correlations -1 to 1. Empty where less than 6 s are loud enough to tell.
    """

    figures: tuple[tuple[float, ...], ...]

    def table(self) -> Floats:
        """As an array, `(figures, 28)`."""
        return np.array(self.figures, dtype=np.float64).reshape(-1, BANDS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """How a song goes on, a figure a frame.

    Attributes:
        hop_s: seconds from frame to frame.
        brightness: mean of the bands in octaves over 31.25 Hz, weighed by amplitude; 0 in silence.
        amplitude: sum of the amplitudes of the bands.
        rise: by how much they rise from the frame before, where they do.
    """

    hop_s: float
    brightness: Floats
    amplitude: Floats
    rise: Floats


class ContentMeter:
    """Takes blocks `(frames, channels)` of one or two channels; looks at mid only."""

    def __init__(self, rate_hz: int, channels: int) -> None:  # noqa: ARG002  (every meter is built alike)
        self._length = int(2 ** math.floor(math.log2(rate_hz * _FRAME_S)))
        self._hop = self._length // _HOPS_PER_FRAME
        self._frames_per_s = rate_hz / self._hop
        window = np.hanning(self._length + 1)[:-1]
        # Single precision is twice as fast, and what it loses is 100 dB under what is counted.
        self._window = (window / math.sqrt(float((window**2).sum()) * self._length)).astype(np.float32)
        self._bins = _band_bins(rate_hz, self._length)
        self._buffer = np.zeros(0, dtype=np.float32)
        self._stretches = _Stretches()
        self._before = np.zeros((1, BANDS))
        self._brightness, self._amplitude, self._rise = (Growing(np.float32) for _ in range(3))

    def update(self, block: Floats) -> None:
        """Take the next block."""
        mid = (block[:, 0] + block[:, 1]) * 0.5 if block.shape[1] > 1 else block[:, 0]
        buffer = np.concatenate([self._buffer, mid.astype(np.float32)])
        count = max(0, (len(buffer) - self._length) // self._hop + 1)
        if count:
            frames = np.lib.stride_tricks.sliding_window_view(buffer, self._length)[:: self._hop][:count]
            spectra = scipy.fft.rfft(frames * self._window, axis=1)
            levels = _band_levels(spectra, self._bins)
            self._stretches.add(levels)
            self._go_on(10 ** (levels[:, 0] / 20) - _SILENT**0.5)
        self._buffer = buffer[count * self._hop :].copy()

    def _go_on(self, amplitudes: Floats) -> None:
        """Take the amplitudes of the bands in the next frames."""
        total = np.maximum(amplitudes.sum(axis=1), 1e-6)
        up = np.maximum(np.diff(amplitudes, axis=0, prepend=self._before), 0.0).sum(axis=1)
        self._brightness.extend(amplitudes @ (np.arange(BANDS) / 3.0) / total)
        self._amplitude.extend(total)
        self._rise.extend(up)
        self._before = amplitudes[-1:].copy()

    def course(self) -> Course:
        """How what was taken goes on."""
        return Course(
            hop_s=1.0 / self._frames_per_s,
            brightness=self._brightness.values().astype(np.float64),
            amplitude=self._amplitude.values().astype(np.float64),
            rise=self._rise.values().astype(np.float64),
        )

    def result(self) -> Content:
        """The figures of all that was taken."""
        levels = self._stretches.whole().astype(np.float32)
        return Content(figures=_figures(levels[:, 0], levels[:, 1], self._frames_per_s))


class _Stretches:
    """Frames in stretches of 256; where they become too many, every second stretch is let go."""

    def __init__(self) -> None:
        self._kept: list[Matrix16] = []
        self._open: Matrix16 = np.zeros((0, 2, BANDS), dtype=np.float16)
        self._count = 0  # stretches so far
        self._every = 1

    def add(self, frames: Floats) -> None:
        self._open = np.concatenate([self._open, frames.astype(np.float16)])
        while len(self._open) >= _STRETCH:
            if self._count % self._every == 0:
                self._kept.append(self._open[:_STRETCH].copy())
            self._count += 1
            self._open = self._open[_STRETCH:]
            if len(self._kept) * _STRETCH > _MOST_FRAMES:
                self._kept = self._kept[::2]
                self._every *= 2
        self._open = self._open.copy()

    def whole(self) -> Matrix16:
        return np.concatenate([*self._kept, self._open])


def _band_bins(rate_hz: int, length: int) -> NDArray[np.int64]:
    """First bin, and first bin past it, of each band; a band narrower than a bin has the nearest one."""
    bin_hz = rate_hz / length
    first = np.ceil(TONE_BANDS_HZ * 2 ** (-1 / 6) / bin_hz)
    last = np.ceil(TONE_BANDS_HZ * 2 ** (1 / 6) / bin_hz)
    nearest = np.round(TONE_BANDS_HZ / bin_hz)
    none = last <= first
    edges = np.stack([np.where(none, nearest, first), np.where(none, nearest + 1, last)], axis=1)
    found: NDArray[np.int64] = np.clip(edges, 0, length // 2 + 1).astype(np.int64)
    return found


@kernel
def _band_levels(spectra: NDArray[np.complex64], bins: NDArray[np.int64]) -> Floats:
    """Of each frame and band: level in dB, and flatness (geometric over arithmetic mean of the bins), dB."""
    levels = np.zeros((len(spectra), 2, len(bins)))
    for frame in range(len(spectra)):
        for band in range(len(bins)):
            count = bins[band, 1] - bins[band, 0]
            total, product, logs = 0.0, 1.0, 0.0
            for k in range(bins[band, 0], bins[band, 1]):
                real, imaginary = float(spectra[frame, k].real), float(spectra[frame, k].imag)
                power = real * real + imaginary * imaginary + _SILENT
                total += power
                product *= power
                if product < _NEAR_UNDERFLOW:  # one logarithm for many bins
                    logs += np.log10(product)
                    product = 1.0
            logs += np.log10(product)
            levels[frame, 0, band] = 10.0 * np.log10(total + _SILENT)
            if count >= _FEWEST_BINS:
                levels[frame, 1, band] = 10.0 * (logs / count - np.log10(total / count))
    return levels


def _figures(
    level_db: NDArray[np.float32], flatness_db: NDArray[np.float32], frames_per_s: float
) -> tuple[tuple[float, ...], ...]:
    """The table of figures from levels and flatness `(frames, 28)`."""
    power = 10 ** (level_db / 10)
    total = power.sum(axis=1)
    loud = total > total.max(initial=0.0) * 10 ** (-_GATE_DB / 10)
    if loud.sum() < _FEWEST_FRAMES or total.max() < BANDS * _SILENT * 10:
        return ()
    # From here on all is about each band's own mean power: EQ is gone.
    about = np.maximum(level_db - 10 * np.log10(power[loud].mean(axis=0)), _DEEPEST_DB)
    heard = about[loud]
    change = np.diff(np.maximum(about, _DEEPEST_RISE_DB), axis=0)[loud[1:]]
    rows = [
        *np.percentile(heard, _LEVEL_PERCENTILES, axis=0),
        *_modulation_db(about - heard.mean(axis=0), frames_per_s),
        flatness_db[loud].mean(axis=0),
        *np.percentile(flatness_db[loud], (10, 90), axis=0),
        np.maximum(change, 0).mean(axis=0),
        *np.percentile(change, (95, 99, 5), axis=0),
        *_together(heard),
    ]
    return tuple(tuple(round(float(figure), 3) for figure in row) for row in rows)


def _modulation_db(about: NDArray[np.float32], frames_per_s: float) -> list[Floats]:
    """Power of each band's movement, dB, in bands of modulation frequency."""
    windows = np.lib.stride_tricks.sliding_window_view(about, _WINDOW, axis=0)[::_WINDOW_HOP]
    taper = np.hanning(_WINDOW).astype(np.float32)
    power = np.zeros((BANDS, _WINDOW // 2 + 1))
    for first in range(0, len(windows), _WINDOWS_AT_ONCE):
        part = np.asarray(scipy.fft.rfft(windows[first : first + _WINDOWS_AT_ONCE] * taper, axis=2))
        power += (part.real**2 + part.imag**2).sum(axis=0)
    power /= len(windows)
    freqs_hz = np.arange(_WINDOW // 2 + 1) * frames_per_s / _WINDOW
    inside = [(freqs_hz >= low) & (freqs_hz < high) for low, high in itertools.pairwise(_MODULATION_EDGES_HZ)]
    return [10 * np.log10(power[:, chosen].mean(axis=1) + 1e-9) for chosen in inside]


def _together(heard: NDArray[np.float32]) -> list[Floats]:
    """Correlation of each band's level with its neighbours', and its mean with all; 0 where a band stands still."""
    centred = heard.astype(np.float64) - heard.mean(axis=0)
    spread = np.sqrt((centred**2).mean(axis=0))
    moving = spread > 1e-6
    scaled = np.where(moving, centred / np.where(moving, spread, 1.0), 0.0)
    matrix = scaled.T @ scaled / len(heard)
    np.fill_diagonal(matrix, 1.0)
    bands = np.arange(BANDS)
    rows = [matrix[bands, np.clip(bands + offset, 0, BANDS - 1)] for offset in _NEIGHBOURS]
    return [*rows, matrix.mean(axis=1)]
