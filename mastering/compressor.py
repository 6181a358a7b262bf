"""The compressor: one gain for all channels, from their level, by a curve with a soft knee and its own times.

Feed-forward, in decibels, as in Giannoulis, Massberg and Reiss, "Digital Dynamic Range Compressor Design: A Tutorial
and Analysis", JAES 60 (2012): RMS level (one pole), static curve with a quadratic knee (their equation (4)), then
attack and release on the gain (branching, their equation (16)). With the peak detector the curve takes each sample as
it is, and their smooth decoupled peak detector (equation (17)) gives the gain its times; it releases in both times
together. A ratio below 1 opens instead: what is over the threshold comes up, which undoes a compressor of like times.

What was compressed can be mixed with what went in: they are in phase, so the gain of both together is
1 - mix + mix * gain, and the more the compressor holds down, the more of what comes out is what went in.
"""

from __future__ import annotations

import math

import numpy as np

from analysis.biquad import cascade
from analysis.kernels import kernel
from analysis.units import Floats, amplitude_to_db, db_to_amplitude
from mastering.dynamics_specs import CompressorSpec, Detector

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


@kernel
def _peak_effects_db(  # noqa: PLR0913  (a kernel takes its state apart)
    peak: Floats, threshold_db: float, slope: float, knee_db: float, range_db: float, rates: Floats, state: Floats
) -> Floats:
    """The same from the square of the highest sample, by a peak detector on the effect (smooth and decoupled)."""
    out = np.empty(len(peak))
    held, now = state[_LEVEL], state[_GAIN]
    start = 10.0 ** ((threshold_db - knee_db / 2.0) / 10.0)
    for i in range(len(peak)):
        wanted = 0.0
        if peak[i] > start:
            over = 10.0 * np.log10(peak[i]) - threshold_db
            bent = over if over > knee_db / 2.0 else (over + knee_db / 2.0) ** 2 / (2.0 * knee_db)
            wanted = min(slope * bent, range_db)
        held = max(wanted, held + (wanted - held) * rates[2])
        now += (held - now) * rates[1]
        if held < 1e-9:
            held = 0.0
            if now < 1e-9:
                now = 0.0
        out[i] = now
    state[_LEVEL], state[_GAIN] = held, now
    return out


def envelope_gain_db(spec: CompressorSpec, powers: Floats, rate_hz: float) -> Floats:
    """Gain without make-up, dB, that mean squares at `rate_hz` would be given: what the audio is given, nearly.

    Blind to moves within a step; with steps of 0.1 s the mean over a second is met within 0.2 dB. A peak detector is
    foretold as if each step held one tone.
    """
    follower = Follower(spec, rate_hz)
    return mixed_db(spec, follower.gain_db(powers if spec.detector is Detector.RMS else 2.0 * powers))


def mixed_db(spec: CompressorSpec, gain_db: Floats) -> Floats:
    """Gain of what is mixed, dB, where the compressed share has this one."""
    if spec.mix == 1.0:
        return gain_db
    return amplitude_to_db(np.asarray(1.0 - spec.mix + spec.mix * db_to_amplitude(gain_db)))


class Follower:
    """The gain that follows a level: static curve and times, with its state.

    Args:
        spec: threshold, ratio, knee, range, times and detector.
        rate_hz: of the levels.
    """

    def __init__(self, spec: CompressorSpec, rate_hz: float) -> None:
        times_s = RMS_S, spec.attack_ms / 1000, spec.release_ms / 1000
        self._spec = spec
        self._rates = np.array([-math.expm1(-1 / (time_s * rate_hz)) for time_s in times_s])
        self._state = np.zeros(2)

    def gain_db(self, squares: Floats) -> Floats:
        """Gain without make-up, dB, for the next mean squares, or squared peaks, full scale 1.0."""
        spec = self._spec
        effects_db = _effects_db if spec.detector is Detector.RMS else _peak_effects_db
        slope, knee_db = abs(1 / spec.ratio - 1), max(spec.knee_db, 1e-9)
        squares = np.ascontiguousarray(squares)
        moved = effects_db(squares, spec.threshold_dbfs, slope, knee_db, spec.range_db, self._rates, self._state)
        return np.asarray((-1.0 if spec.ratio > 1 else 1.0) * moved)


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
        self._follower = Follower(spec, rate_hz)
        self._low_cut = _low_cut(spec.sidechain_hz, rate_hz)
        self._cut_state = np.zeros((len(self._low_cut), channels, 2))

    def process(self, block: Floats) -> Floats:
        """Change the next block, `(frames, channels)`; the given block is not changed."""
        if self._spec.does_nothing:
            return block
        return np.asarray(block * self.gains(block)[:, None])

    def gains(self, block: Floats) -> Floats:
        """What each frame of the next block is multiplied by, make-up and mix included: `(frames,)`."""
        spec = self._spec
        heard = cascade(self._low_cut, self._cut_state, block) if len(self._low_cut) else block
        gain_db = self._follower.gain_db(squares(heard, spec.detector))
        return db_to_amplitude(mixed_db(spec, gain_db) + spec.makeup_db)

    def flush(self) -> Floats:
        """Nothing is held back: an empty array, `(0, channels)`."""
        return np.zeros((0, self._channels))


def squares(block: Floats, detector: Detector) -> Floats:
    """What a detector reads of each frame: the mean square over channels, or the highest square."""
    if detector is Detector.PEAK:
        return np.asarray(np.square(block).max(axis=1))
    return np.asarray(np.einsum("fc,fc->f", block, block) / block.shape[1])


def _low_cut(freq_hz: float | None, rate_hz: int) -> Floats:
    """A second-order Butterworth high-pass for the side-chain (bilinear transform), `(sections, 6)`."""
    if freq_hz is None or freq_hz >= 0.49 * rate_hz:
        return np.zeros((0, 6))
    k = math.tan(math.pi * freq_hz / rate_hz)
    scale = 1 / (1 + math.sqrt(2) * k + k * k)
    return np.array([[scale, -2 * scale, scale, 1.0, 2 * (k * k - 1) * scale, (1 - math.sqrt(2) * k + k * k) * scale]])
