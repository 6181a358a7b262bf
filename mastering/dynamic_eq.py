"""Dynamic EQ: bells and shelves whose gain moves with the level of what lies in the band itself.

Each band is a state-variable filter with fixed poles (bilinear, in Zavalishin's form: *The Art of VA Filter Design*,
2018, section 4.1), and only gains outside it move, as in Regalia and Mitra, "Tunable Digital Frequency Response
Equalization Filters" (IEEE Trans. ASSP 35, 1987). So it is stable, and free of clicks, however fast they move. With B,
L and H the band-, low- and high-pass of the poles at the band's frequency and Q, and gain g:

    bell 1 + (g - 1) B       low shelf 1 + (g - 1) L + (sqrt(g) - 1) B       high shelf 1 + (g - 1) H + (sqrt(g) - 1) B

What B (or L, or H) passes is also where the level is read. Q is that of the poles: where a bell reaches half its dB, a
boost of 3 dB spans 1.19 times freq / Q, a cut 0.84 times; a shelf reaches half its dB where gain ** 0.25 moves it.
"""

from __future__ import annotations

import math

import numpy as np

from analysis.kernels import kernel
from analysis.units import Floats, db_to_amplitude
from mastering.compressor import Follower, squares
from mastering.dynamics_specs import Detector, DynamicBandSpec
from mastering.specs import EqShape

_HIGHEST = 0.49  # of the rate: the bilinear transform has no frequency at half of it
_SILENCE = 1e-30  # 600 dB under full scale: less is set to zero, before subnormal numbers cost time

_PARTS = {EqShape.BELL: (0.0, 1.0, 0.0), EqShape.LOW_SHELF: (0.0, 0.0, 1.0), EqShape.HIGH_SHELF: (1.0, -1.0, -1.0)}
"""Signal, band-pass and low-pass in what a shape hears and moves."""


class DynamicEq:
    """Bands in series on a stream: a `Processor`; channels are linked, nothing is late.

    Args:
        bands: what they do; those that do nothing are left out. With none, blocks pass untouched.
        rate_hz, channels: of the stream. A band over 0.49 of the rate acts there.
    """

    latency_frames = 0

    def __init__(self, bands: tuple[DynamicBandSpec, ...], rate_hz: int, channels: int) -> None:
        self._channels = channels
        self._bands = [Band(band, rate_hz, channels) for band in bands if not band.does_nothing]

    def process(self, block: Floats) -> Floats:
        """Change the next block, `(frames, channels)`; the given block is not changed."""
        for band in self._bands:
            block, _ = band.process(block)
        return block

    def flush(self) -> Floats:
        """Nothing is held back: an empty array, `(0, channels)`."""
        return np.zeros((0, self._channels))


class Band:
    """One band; the power that it hears may be weighted, which moves its threshold.

    Args:
        spec: what it does.
        rate_hz, channels: of the stream.
    """

    def __init__(self, spec: DynamicBandSpec, rate_hz: int, channels: int) -> None:
        self._is_shelf = spec.shape is not EqShape.BELL
        self._parts = np.array(_PARTS[spec.shape])
        self._warped = math.tan(math.pi * min(spec.freq_hz / rate_hz, _HIGHEST))
        self._damping = 1.0 / spec.q
        self._state = np.zeros((channels, 2))
        self._follower = Follower(spec.compressor, rate_hz)

    def hear(self, block: Floats) -> tuple[Floats, Floats]:
        """What the band passes of the next block, and what it hears of it."""
        # A copy of every layout is one type to numba, which compiles each type anew for seconds.
        passed, heard = np.array(block, dtype=np.float64, order="C"), np.empty(block.shape)
        _filter(passed, heard, self._parts, self._warped, self._damping, self._state)
        return passed, heard

    def process(self, block: Floats, weight: float = 1.0) -> tuple[Floats, float]:
        """The block with what the band adds, and how far it turned anything down in it, dB."""
        passed, heard = self.hear(block)
        powers = squares(heard, Detector.RMS)
        gain_db = self._follower.gain_db(powers if weight == 1.0 else powers * weight)
        gain = db_to_amplitude(gain_db)
        out = block + heard * (gain - 1.0)[:, None]
        if self._is_shelf:
            out += passed * (np.sqrt(gain) - 1.0)[:, None]
        return np.asarray(out), -float(gain_db.min(initial=0.0))


@kernel
def _filter(audio: Floats, heard: Floats, parts: Floats, warped: float, damping: float, state: Floats) -> None:
    """Put into `heard` the parts of signal, band- and low-pass, and into `audio`, in its place, the band-pass."""
    scale = 1.0 / (1.0 + warped * (warped + damping))
    for channel in range(audio.shape[1]):
        s1, s2 = state[channel, 0], state[channel, 1]
        for n in range(len(audio)):
            x = audio[n, channel]
            v3 = x - s2
            v1 = scale * (s1 + warped * v3)
            v2 = s2 + warped * v1
            s1, s2 = 2.0 * v1 - s1, 2.0 * v2 - s2
            band = damping * v1
            heard[n, channel] = parts[0] * x + parts[1] * band + parts[2] * v2
            audio[n, channel] = band
            if abs(s1) < _SILENCE and abs(s2) < _SILENCE:
                s1, s2 = 0.0, 0.0
        state[channel, 0], state[channel, 1] = s1, s2
