"""Imaginary mix engineers for the recovery benchmark: habits drawn from a seed, alike in every song they mix.

Two kinds, so that nothing is tuned to one of them: at a `Console` an engineer has shelves and bells, a gentle
compressor, width and level; in a `Room` that lies to them they tilt the whole, leave resonances, colour mid and side
apart, add the room's noise and now and then drive a limiter too hard. The product never imports this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy import ndimage, signal

from analysis.units import Floats

_MOST_DB = 7.0
_MOST_TILT = 1.5  # dB an octave: 7 dB at the ends, as far as anything else goes
_TILT_CENTRE_HZ = 700.0
_LIMITER_LOOK_S = 0.001


class Engineer(Protocol):
    """Colours songs `(frames, 2)`; the caller sees to full scale, for all songs at once."""

    def mix(self, song: Floats, rate_hz: int, rng: np.random.Generator) -> Floats:
        """The song as this engineer would hand it in."""
        ...


@dataclass(frozen=True, kw_only=True)
class Band:
    """A band of EQ: "low", "high" or "bell", its frequency in Hz, gain in dB and Q."""

    shape: str
    freq_hz: float
    gain_db: float
    q: float = 0.71

    def sections(self, rate_hz: int, jitter_db: float) -> Floats:
        """Second-order sections (R. Bristow-Johnson, Audio EQ Cookbook), the gain off by `jitter_db`."""
        a, w = 10 ** ((self.gain_db + jitter_db) / 40), 2 * np.pi * min(self.freq_hz / rate_hz, 0.49)
        cos, alpha = np.cos(w), np.sin(w) / (2 * self.q)
        if self.shape == "bell":
            b = [1 + alpha * a, -2 * cos, 1 - alpha * a]
            c = [1 + alpha / a, -2 * cos, 1 - alpha / a]
        else:
            s, root = (1 if self.shape == "high" else -1), 2 * np.sqrt(a) * alpha
            up, down = a + 1, a - 1
            b = [a * (up + s * down * cos + root), -2 * s * a * (down + s * up * cos), a * (up + s * down * cos - root)]
            c = [up - s * down * cos + root, 2 * s * (down - s * up * cos), up - s * down * cos - root]
        return np.asarray(np.array([[*b, *c]]) / c[0])


@dataclass(frozen=True, kw_only=True)
class Console:
    """Shelves, bells, a compressor, width and level."""

    bands: tuple[Band, ...]
    ratio: float
    threshold_over_rms_db: float
    width: float
    level_db: float
    jitter_db: float

    @classmethod
    def draw(cls, rng: np.random.Generator, strength: float) -> Console:
        """Habits from a seed; strength 0 leaves songs alone."""

        def gain(spread_db: float) -> float:
            return float(np.clip(rng.normal(0, spread_db * strength), -_MOST_DB, _MOST_DB))

        return cls(
            bands=(
                Band(shape="low", freq_hz=_log_uniform(rng, 60, 250), gain_db=gain(3.0)),
                Band(shape="bell", freq_hz=_log_uniform(rng, 150, 900), gain_db=gain(3.0), q=rng.uniform(0.4, 1.2)),
                Band(shape="bell", freq_hz=_log_uniform(rng, 1000, 6000), gain_db=gain(3.0), q=rng.uniform(0.4, 1.2)),
                Band(shape="high", freq_hz=_log_uniform(rng, 5000, 12000), gain_db=gain(3.0)),
            ),
            ratio=1 + rng.uniform(0, 1.5) * min(strength, 1),
            threshold_over_rms_db=rng.uniform(-4, 6),
            width=float(np.clip(10 ** (rng.normal(0, 1.8 * strength) / 20), 0.5, 1.6)),
            level_db=rng.uniform(-8, 0) * min(strength, 1),
            jitter_db=0.4 * min(strength, 1),
        )

    def mix(self, song: Floats, rate_hz: int, rng: np.random.Generator) -> Floats:
        """Equalised, compressed, widened, at this engineer's level."""
        out = _equalised(song, self.bands, rate_hz, self.jitter_db, rng)
        out = _compressed(out, rate_hz, self.ratio, self.threshold_over_rms_db)
        return _widened(out, self.width) * 10 ** (self.level_db / 20)


@dataclass(frozen=True, kw_only=True)
class Room:
    """Tilt, resonances, mid and side apart, noise, now and then a limiter."""

    tilt_db_per_octave: float
    mid: tuple[Band, ...]
    side: tuple[Band, ...]
    side_db: float
    noise_dbfs: float | None
    limiting_db: float
    level_db: float
    jitter_db: float

    @classmethod
    def draw(cls, rng: np.random.Generator, strength: float) -> Room:
        """Habits from a seed; strength 0 leaves songs alone."""

        def bells(count: int, spread_db: float, narrow: float, wide: float) -> tuple[Band, ...]:
            return tuple(
                Band(
                    shape="bell",
                    freq_hz=_log_uniform(rng, 60, 10_000),
                    gain_db=float(np.clip(rng.normal(0, spread_db * strength), -_MOST_DB, _MOST_DB)),
                    q=rng.uniform(wide, narrow),
                )
                for _ in range(count)
            )

        return cls(
            tilt_db_per_octave=float(np.clip(rng.normal(0, 0.5 * strength), -_MOST_TILT, _MOST_TILT)),
            mid=bells(3, 2.0, 1.2, 0.4) + bells(2, 2.5, 5.0, 2.0),
            side=bells(2, 2.0, 1.2, 0.4),
            side_db=float(np.clip(rng.normal(0, 1.8 * strength), -6, 4)),
            noise_dbfs=rng.uniform(-80, -65) if strength and rng.random() < 0.5 else None,
            limiting_db=rng.uniform(2, 5) if strength and rng.random() < 0.4 else 0.0,
            level_db=rng.uniform(-6, 0) * min(strength, 1),
            jitter_db=0.4 * min(strength, 1),
        )

    def mix(self, song: Floats, rate_hz: int, rng: np.random.Generator) -> Floats:
        """Through the room."""
        out = _tilted(song, self.tilt_db_per_octave, rate_hz)
        out = _equalised(out, self.mid, rate_hz, self.jitter_db, rng)
        mid, side = out.mean(axis=1, keepdims=True), (out[:, :1] - out[:, 1:]) / 2
        side = _equalised(side, self.side, rate_hz, self.jitter_db, rng) * 10 ** (self.side_db / 20)
        out = np.concatenate([mid + side, mid - side], axis=1)
        if self.limiting_db:
            out = _limited(out, rate_hz, self.limiting_db)
        if self.noise_dbfs is not None:
            out = out + rng.normal(0, 10 ** (self.noise_dbfs / 20), out.shape)
        return out * 10 ** (self.level_db / 20)


KINDS: dict[str, type[Console] | type[Room]] = {"console": Console, "room": Room}


def _log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _equalised(
    audio: Floats, bands: tuple[Band, ...], rate_hz: int, jitter_db: float, rng: np.random.Generator
) -> Floats:
    sections = np.concatenate([band.sections(rate_hz, rng.normal(0, jitter_db)) for band in bands])
    return np.asarray(signal.sosfilt(sections, audio, axis=0))


def _tilted(song: Floats, db_per_octave: float, rate_hz: int) -> Floats:
    freqs = np.fft.rfftfreq(4096, 1 / rate_hz)
    gain_db = db_per_octave * np.log2(np.clip(freqs, 20, 20_000) / _TILT_CENTRE_HZ)
    # An odd number of taps: the middle one is where "same" puts it, and a tilt of nothing delays nothing.
    impulse = np.roll(np.fft.irfft(10 ** (gain_db / 20)), 2047)[:4095] * np.hanning(4095)
    return np.asarray(signal.oaconvolve(song, impulse[:, None], mode="same", axes=0))


def _widened(song: Floats, width: float) -> Floats:
    mid, side = song.mean(axis=1), (song[:, 0] - song[:, 1]) / 2 * width
    return np.stack([mid + side, mid - side], axis=1)


def _compressed(song: Floats, rate_hz: int, ratio: float, over_rms_db: float) -> Floats:
    """Feed-forward on a 5 ms grid: 25 ms attack, 180 ms release."""
    hop = rate_hz // 200
    count = -(-len(song) // hop)
    power = np.pad((song**2).mean(axis=1), (0, count * hop - len(song))).reshape(count, hop).mean(axis=1)
    threshold_db = 10 * np.log10((song**2).mean() + 1e-12) + over_rms_db
    wanted_db = -np.maximum(10 * np.log10(power + 1e-12) - threshold_db, 0) * (1 - 1 / ratio)
    gain_db, now = np.empty(count), 0.0
    for i, target in enumerate(wanted_db):
        keep = np.exp(-5 / 25) if target < now else np.exp(-5 / 180)
        now = keep * now + (1 - keep) * target
        gain_db[i] = now
    curve = np.interp(np.arange(len(song)), np.arange(count) * hop + hop / 2, gain_db)
    return song * (10 ** (curve / 20))[:, None]


def _limited(song: Floats, rate_hz: int, limiting_db: float) -> Floats:
    """A crude limiter: sliding maximum and a boxcar of a millisecond each way, no care for anything."""
    look = max(1, round(_LIMITER_LOOK_S * rate_hz))
    ceiling = np.abs(song).max(initial=1e-12) * 10 ** (-limiting_db / 20)
    over = np.maximum(np.abs(song).max(axis=1) / ceiling, 1.0)
    held = ndimage.maximum_filter1d(over, 2 * look + 1)
    return np.asarray(song / ndimage.uniform_filter1d(held, 2 * look + 1)[:, None])
