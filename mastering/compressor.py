"""The compressor: one gain for all channels, from their level, by a curve with a soft knee and its own times.

Feed-forward, in decibels, as in Giannoulis, Massberg and Reiss, "Digital Dynamic Range Compressor Design: A Tutorial
and Analysis", JAES 60 (2012): RMS level (one pole), static curve with a quadratic knee (their equation (4)), then
attack and release on the gain (branching, their equation (16)). A ratio below 1 opens instead: what is over the
threshold comes up, which undoes a compressor of like times.
"""

from __future__ import annotations

import math

import numpy as np

from analysis.biquad import cascade
from analysis.kernels import kernel
from analysis.units import Floats, db_to_amplitude
from mastering.specs import CompressorSpec

RMS_S = 0.010
"""Time constant of the level: long enough that a bass note is a level and not a wave."""

_LEVEL, _GAIN = 0, 1


@kernel
def _effects_db(  # noqa: PLR0913  (a kernel takes its state apart)
    power: Floats, threshold_db: float, slope: float, knee_db: float, range_db: float, rates: Floats, state: Floats
) -> Floats:
    """How far the gain moves, dB and never negative, for each frame; `state` is carried on in place."""
    out = np.empty(len(power))
    level, now = state[_LEVEL], state[_GAIN]
    start = 10.0 ** ((threshold_db - knee_db / 2.0) / 10.0)
    for i in range(len(power)):
        level += (power[i] - level) * rates[0]
        wanted = 0.0
        if level > start:
            over = 10.0 * np.log10(level) - threshold_db
            bent = over if over > knee_db / 2.0 else (over + knee_db / 2.0) ** 2 / (2.0 * knee_db)
            wanted = min(slope * bent, range_db)
        elif level < 1e-30:
            level = 0.0  # long silence: subnormal numbers would only cost time
        now += (wanted - now) * (rates[1] if wanted > now else rates[2])
        if now < 1e-9:
            now = 0.0
        out[i] = now
    state[_LEVEL], state[_GAIN] = level, now
    return out


def envelope_gain_db(spec: CompressorSpec, powers: Floats, rate_hz: float) -> Floats:
    """Gain without make-up, dB, that mean squares at `rate_hz` would be given: what the audio is given, nearly.

    Blind to moves within a step; with steps of 0.1 s the mean over a second is met within 0.2 dB.
    """
    rates = np.array([-math.expm1(-1 / (time_s * rate_hz)) for time_s in _times_s(spec)])
    return np.asarray(_sign(spec) * _effects(spec, np.ascontiguousarray(powers), rates, np.zeros(2)))


class Compressor:
    """A processor; channels are linked, nothing is late.

    Args:
        spec: what it does.
        rate_hz, channels: of the stream.
    """

    latency_frames = 0

    def __init__(self, spec: CompressorSpec, rate_hz: int, channels: int) -> None:
        self._spec = spec
        self._channels = channels
        self._rates = np.array([-math.expm1(-1 / (time_s * rate_hz)) for time_s in _times_s(spec)])
        self._state = np.zeros(2)
        self._low_cut = _low_cut(spec.sidechain_hz, rate_hz)
        self._cut_state = np.zeros((len(self._low_cut), channels, 2))

    def process(self, block: Floats) -> Floats:
        """Change the next block, `(frames, channels)`; the given block is not changed."""
        spec = self._spec
        if spec.does_nothing:
            return block
        heard = cascade(self._low_cut, self._cut_state, block) if len(self._low_cut) else block
        power = np.ascontiguousarray(np.einsum("fc,fc->f", heard, heard) / self._channels)
        gain_db = _sign(spec) * _effects(spec, power, self._rates, self._state) + spec.makeup_db
        return np.asarray(block * db_to_amplitude(gain_db)[:, None])

    def flush(self) -> Floats:
        """Nothing is held back: an empty array, `(0, channels)`."""
        return np.zeros((0, self._channels))


def _times_s(spec: CompressorSpec) -> tuple[float, float, float]:
    return RMS_S, spec.attack_ms / 1000, spec.release_ms / 1000


def _sign(spec: CompressorSpec) -> float:
    return -1.0 if spec.ratio > 1 else 1.0


def _effects(spec: CompressorSpec, powers: Floats, rates: Floats, state: Floats) -> Floats:
    slope, knee_db = abs(1 / spec.ratio - 1), max(spec.knee_db, 1e-9)
    return _effects_db(powers, spec.threshold_dbfs, slope, knee_db, spec.range_db, rates, state)


def _low_cut(freq_hz: float | None, rate_hz: int) -> Floats:
    """A second-order Butterworth high-pass for the side-chain (bilinear transform), `(sections, 6)`."""
    if freq_hz is None or freq_hz >= 0.49 * rate_hz:
        return np.zeros((0, 6))
    k = math.tan(math.pi * freq_hz / rate_hz)
    scale = 1 / (1 + math.sqrt(2) * k + k * k)
    return np.array([[scale, -2 * scale, scale, 1.0, 2 * (k * k - 1) * scale, (1 - math.sqrt(2) * k + k * k) * scale]])
