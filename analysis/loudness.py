"""Loudness: momentary, short-term, integrated and range (ITU-R BS.1770-5, EBU Tech 3341 and 3342)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from analysis import standards
from analysis.biquad import cascade
from analysis.hops import HOPS_PER_SECOND, HopSums
from analysis.units import Floats, power_to_db

_MOMENTARY_HOPS = round(standards.MOMENTARY_S * HOPS_PER_SECOND)
_SHORT_TERM_HOPS = round(standards.SHORT_TERM_S * HOPS_PER_SECOND)
_GATING_BLOCK_HOPS = round(standards.GATING_BLOCK_S * HOPS_PER_SECOND)
_GATING_STEP_HOPS = round(standards.GATING_STEP_S * HOPS_PER_SECOND)
_LRA_STEP_HOPS = round(standards.LRA_STEP_S * HOPS_PER_SECOND)


@dataclass(frozen=True, kw_only=True, slots=True)
class Loudness:
    """Figures of one programme. Silence is -inf; None means that the programme is too short to tell.

    Attributes:
        integrated_lufs: gated programme loudness; None under 0.4 s.
        range_lu: loudness range (LRA); None where no 3 s window passes the gates.
        momentary_max_lufs: loudest 0.4 s; None under 0.4 s.
        short_term_max_lufs: loudest 3 s; None under 3 s.
    """

    integrated_lufs: float | None
    range_lu: float | None
    momentary_max_lufs: float | None
    short_term_max_lufs: float | None


def k_weighting(rate_hz: int) -> Floats:
    """Second-order sections `(2, 6)` of the K-weighting at any rate (BS.1770-5 Annex 1, tables 1 and 2).

    At 48 kHz they are the printed coefficients; elsewhere the bilinear transform of the same analogue filter.
    """
    k = math.tan(math.pi * standards.K_SHELF_HZ / rate_hz)
    q = standards.K_SHELF_Q
    high = 10 ** (standards.K_SHELF_DB / 20)
    band = high**standards.K_SHELF_BAND_EXPONENT
    a0 = 1 + k / q + k * k
    shelf = [
        (high + band * k / q + k * k) / a0,
        2 * (k * k - high) / a0,
        (high - band * k / q + k * k) / a0,
        1.0,
        2 * (k * k - 1) / a0,
        (1 - k / q + k * k) / a0,
    ]
    k = math.tan(math.pi * standards.K_HIGH_PASS_HZ / rate_hz)
    q = standards.K_HIGH_PASS_Q
    a0 = 1 + k / q + k * k
    high_pass = [1.0, -2.0, 1.0, 1.0, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0]
    return np.array([shelf, high_pass])


def k_weighting_db(freqs_hz: Floats) -> Floats:
    """Gain of the K-weighting, dB at each of `freqs_hz` (to 40 kHz)."""
    rate_hz = 192_000  # high enough for every band of a spectrum
    turn = np.exp(-2j * np.pi / rate_hz * np.outer([0, 1, 2], freqs_hz))
    sections = k_weighting(rate_hz)
    return np.asarray(20 * np.log10(np.abs((sections[:, :3] @ turn) / (sections[:, 3:] @ turn))).sum(axis=0))


class LoudnessMeter:
    """Takes blocks `(frames, channels)` of one to five channels and keeps K-weighted energy per 10 ms.

    One channel counts as dual mono: it will be heard from two loudspeakers.
    """

    def __init__(self, rate_hz: int, channels: int) -> None:
        self.rate_hz = rate_hz
        self._weights = np.array([2.0] if channels == 1 else standards.CHANNEL_WEIGHTS[:channels])
        self._sections = k_weighting(rate_hz)
        self._state = np.zeros((len(self._sections), channels, 2))
        self._energies = HopSums(rate_hz)

    def update(self, block: Floats) -> None:
        """Take the next block."""
        weighted = cascade(self._sections, self._state, block)
        np.square(weighted, out=weighted)
        self._energies.add(weighted @ self._weights)

    def hop_energies(self) -> Floats:
        """Sum of the squared, K-weighted, channel-weighted samples of every complete 10 ms hop."""
        return self._energies.sums()

    def momentary_lufs(self) -> Floats:
        """Loudness of every 0.4 s window, one each 10 ms."""
        return window_lufs(self.hop_energies(), self.rate_hz, _MOMENTARY_HOPS)

    def short_term_lufs(self) -> Floats:
        """Loudness of every 3 s window, one each 10 ms."""
        return window_lufs(self.hop_energies(), self.rate_hz, _SHORT_TERM_HOPS)

    def result(self) -> Loudness:
        """The figures of all that was taken so far."""
        energies = self.hop_energies()
        momentary, short = self.momentary_lufs(), self.short_term_lufs()
        return Loudness(
            integrated_lufs=integrated_lufs(energies, self.rate_hz),
            range_lu=_range_lu(energies, self.rate_hz),
            momentary_max_lufs=float(momentary.max()) if len(momentary) else None,
            short_term_max_lufs=float(short.max()) if len(short) else None,
        )


def window_lufs(hop_energies: Floats, rate_hz: int, hops: int, step: int = 1) -> Floats:
    """Loudness of windows of `hops` hops, LUFS, one each `step` hops (BS.1770-5 equation (2)); only whole windows."""
    if len(hop_energies) < hops:
        return np.zeros(0)
    if step > 1 and hops % step == 0:
        # Sums over the steps first: a tenth of the figures, the same windows.
        sums = np.add.reduceat(hop_energies, np.arange(0, len(hop_energies), step))[: len(hop_energies) // step]
        return window_lufs(sums, rate_hz * step, hops // step)
    total = np.concatenate([[0.0], np.cumsum(hop_energies, dtype=np.float64)])
    starts = np.arange(0, len(hop_energies) - hops + 1, step)
    mean = (total[starts + hops] - total[starts]) / (hops * rate_hz / HOPS_PER_SECOND)
    # Running sums leave rounding dust where there was silence.
    mean[mean < 1e-15 * total[-1] / max(len(hop_energies), 1)] = 0.0
    return np.asarray(standards.LOUDNESS_OFFSET_DB + power_to_db(mean))


def integrated_lufs(hop_energies: Floats, rate_hz: int) -> float | None:
    """Gated loudness, LUFS (BS.1770-5 equations (3) to (7)); None under 0.4 s, -inf where nothing passes the gate."""
    blocks = window_lufs(hop_energies, rate_hz, _GATING_BLOCK_HOPS, _GATING_STEP_HOPS)
    if not len(blocks):
        return None
    loud = blocks[blocks > standards.ABSOLUTE_GATE_LUFS]
    if not len(loud):
        return -math.inf
    gate = _mean_lufs(loud) + standards.RELATIVE_GATE_LU
    return _mean_lufs(loud[loud > gate])


def _mean_lufs(lufs: Floats) -> float:
    return float(10.0 * np.log10(np.mean(10.0 ** (lufs / 10.0))))


def _range_lu(hop_energies: Floats, rate_hz: int) -> float | None:
    """LRA, LU (EBU Tech 3342, clause 2)."""
    windows = window_lufs(hop_energies, rate_hz, _SHORT_TERM_HOPS, _LRA_STEP_HOPS)
    loud = windows[windows >= standards.LRA_ABSOLUTE_GATE_LUFS]
    if not len(loud):
        return None
    gated = np.sort(loud[loud >= _mean_lufs(loud) + standards.LRA_RELATIVE_GATE_LU])
    last = len(gated) - 1
    low, high = (
        gated[math.floor(last * percent / 100 + 0.5)]  # halves go up
        for percent in (standards.LRA_LOW_PERCENT, standards.LRA_HIGH_PERCENT)
    )
    return float(high - low)
