"""From a wanted curve to the few bands of EQ that an engineer would set for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.interpolate import PchipInterpolator

from analysis.errors import SpecificationError
from mastering.eq import PROTOTYPES, least_squares, response_db
from mastering.specs import EqBand, EqShape

if TYPE_CHECKING:
    from analysis.units import Floats

TOLERANCE_DB = 0.15
"""Bands are added until the RMS error over the curve is no more than this."""
SMALLEST_GAIN_DB = 0.1
"""Bands of less are left out: nobody hears them."""
LARGEST_GAIN_DB = 9.0
"""Of a fitted band, unless asked for otherwise."""

# Q of a bell and of a shelf. Wider bells are shelves, narrower ones are heard as resonances; shelves of more
# than 1 overshoot.
_Q_LIMITS = {EqShape.BELL: (0.4, 2.0), EqShape.LOW_SHELF: (0.5, 1.0), EqShape.HIGH_SHELF: (0.5, 1.0)}
_LOWEST_HZ, _HIGHEST_HZ = 20.0, 20_000.0
_CURVE_POINTS = 100

# What holds the search back where the curve does not tell bands apart, in dB of error at one point of the
# curve: per dB of gain, so that two bands do not fight each other, and per neper that frequency or Q moves.
_GAIN_TIE = 0.1
_PLACE_TIE = 0.03
_STEPS_ROUGH, _STEPS_FINE = 8, 40
_MOST_SPARE = 3
# The search sees analogue bands on a grid; where rounding, or Nyquist, or the curve's own points then exceed the
# tolerance, it is made to aim closer.
_TOLERANCE_SHARES = np.array([1.0, 0.8, 0.6])

_LOG_A_PER_DB = np.log(10.0) / 40.0
_DB_PER_LOG_POWER = 10.0 / np.log(10.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class EqFit:
    """Bands for a wanted curve, by frequency, and what they leave of it at the curve's points."""

    bands: tuple[EqBand, ...]
    rms_error_db: float
    max_error_db: float


@dataclass(frozen=True, slots=True)
class _Curve:
    """What is wanted, on a logarithmic grid, and within what the bands must stay."""

    log_freqs: Floats
    wanted_db: Floats
    log_limits: tuple[float, float]
    max_gain_db: float


@dataclass(frozen=True, slots=True)
class _Guess:
    """Bands during the search: their shapes, and `(bands, 3)` of log frequency, log Q and gain in dB."""

    shapes: tuple[EqShape, ...]
    values: Floats

    def plus(self, shape: EqShape, value: tuple[float, float, float]) -> _Guess:
        return _Guess((*self.shapes, shape), np.vstack([self.values, value]))

    def without(self, i: int) -> _Guess:
        return _Guess(self.shapes[:i] + self.shapes[i + 1 :], np.delete(self.values, i, axis=0))


def fit(
    wanted_db: Floats,
    freqs_hz: Floats,
    *,
    rate_hz: int,
    max_bands: int = 8,
    max_gain_db: float = LARGEST_GAIN_DB,
) -> EqFit:
    """As few bands as follow a smooth curve within `TOLERANCE_DB` RMS, or the best `max_bands` of them.

    At most one low shelf and one high shelf; the rest are bells. Bands are added one by one where what is
    left is largest in height times width (the start of AutoEq's parametric fit, Pasanen), all are refined
    together after each, and at the end those that can be spared are taken out again. Frequencies are rounded
    to three digits, gain to 0.01 dB, Q to 0.01.

    Args:
        wanted_db: `(points,)`, dB; its level is not touched, so take the mean out first.
        freqs_hz: `(points,)`, ascending, Hz; points at or above Nyquist are ignored.
        rate_hz: at which the bands will run and the errors are measured.
        max_bands: most bands.
        max_gain_db: largest boost and cut of one band.

    Raises:
        SpecificationError: fewer than two points below Nyquist, frequencies that do not ascend, or a curve
            that is not finite.
    """
    below = freqs_hz < rate_hz / 2.0
    wanted_db, freqs_hz = wanted_db[below], freqs_hz[below]
    curve = _curve(wanted_db, freqs_hz, rate_hz, max_gain_db)
    fits: list[EqFit] = []
    for tolerance_db in TOLERANCE_DB * _TOLERANCE_SHARES:
        bands = _rounded(_pruned(_grown(curve, max_bands, tolerance_db), curve, tolerance_db))
        left_db = wanted_db - response_db(bands, freqs_hz, rate_hz)
        max_error_db = float(np.abs(left_db).max())
        fits.append(EqFit(bands=bands, rms_error_db=_rms(left_db), max_error_db=max_error_db))
        if fits[-1].rms_error_db <= TOLERANCE_DB or len(bands) == max_bands:
            break
    return min(fits, key=lambda one: one.rms_error_db)


def _curve(wanted_db: Floats, freqs_hz: Floats, rate_hz: int, max_gain_db: float) -> _Curve:
    if len(freqs_hz) < 2 or freqs_hz[0] <= 0.0 or not np.all(np.diff(freqs_hz) > 0.0):
        raise SpecificationError(
            f"An EQ curve of {len(freqs_hz)} points below {rate_hz / 2:g} Hz cannot be fitted: "
            "give two or more, their frequencies above 0 Hz and ascending."
        )
    if not np.all(np.isfinite(wanted_db)):
        raise SpecificationError("An EQ curve holds a value that is not finite: give every point in dB.")
    log_freqs = np.linspace(np.log(freqs_hz[0]), np.log(freqs_hz[-1]), _CURVE_POINTS)
    smooth_db = PchipInterpolator(np.log(freqs_hz), wanted_db)(np.clip(log_freqs, *np.log(freqs_hz[[0, -1]])))
    limits = np.log(_LOWEST_HZ), np.log(min(_HIGHEST_HZ, 0.45 * rate_hz))
    return _Curve(log_freqs, smooth_db, limits, max_gain_db)


def _grown(curve: _Curve, max_bands: int, tolerance_db: float) -> _Guess:
    """Add the band that helps most until the curve is met."""
    guess = _Guess((), np.empty((0, 3)))
    left_db = curve.wanted_db
    while len(guess.shapes) < max_bands and _rms(left_db) > tolerance_db:
        trials = [_refined(trial, curve, _STEPS_ROUGH) for trial in _candidates(guess, left_db, curve)]
        guess = min(trials, key=lambda trial: _rms(_left_db(trial, curve)))
        left_db = _left_db(guess, curve)
        if _rms(left_db) > tolerance_db:
            guess = _refined(guess, curve, _STEPS_FINE)
            left_db = _left_db(guess, curve)
    return guess


def _pruned(guess: _Guess, curve: _Curve, tolerance_db: float) -> _Guess:
    """Take out bands that nobody hears or that the others can stand in for."""
    for _ in range(len(guess.shapes)):
        allowed_db = max(tolerance_db, _rms(_left_db(guess, curve)))
        for i in _spare_first(guess, curve)[:_MOST_SPARE]:
            trial = _refined(guess.without(i), curve, _STEPS_FINE)
            if abs(guess.values[i, 2]) < SMALLEST_GAIN_DB or _rms(_left_db(trial, curve)) <= allowed_db:
                guess = trial
                break
        else:
            break
    return guess


def _candidates(guess: _Guess, left_db: Floats, curve: _Curve) -> list[_Guess]:
    """Guesses with one band more, for the two runs of one sign that are largest in height times width."""
    octaves = curve.log_freqs / np.log(2.0)
    edges = np.flatnonzero(np.diff(np.sign(left_db)) != 0.0) + 1
    runs = []
    for run in np.split(np.arange(len(left_db)), edges):
        height = np.abs(left_db[run])
        high = run[height >= height.max() / 2.0]
        width = max(octaves[high[-1]] - octaves[high[0]], octaves[1] - octaves[0])
        runs.append((height.max() * width, width, run[np.argmax(height)], high[0], high[-1], run))
    runs.sort(key=lambda run: -run[0])
    grown = []
    for _, width, peak, first, last, run in runs[:2]:
        gain_db = float(np.clip(left_db[peak], -curve.max_gain_db, curve.max_gain_db))
        # Q of a bandwidth in octaves: Bristow-Johnson, *Audio EQ Cookbook*, analogue form.
        log_q = -np.log(2.0 * np.sinh(np.log(2.0) / 2.0 * width))
        grown.append(guess.plus(EqShape.BELL, (curve.log_freqs[peak], log_q, gain_db)))
        if run[0] == 0 and EqShape.LOW_SHELF not in guess.shapes:
            grown.append(guess.plus(EqShape.LOW_SHELF, (curve.log_freqs[last], np.log(0.7), gain_db)))
        if run[-1] == len(left_db) - 1 and EqShape.HIGH_SHELF not in guess.shapes:
            grown.append(guess.plus(EqShape.HIGH_SHELF, (curve.log_freqs[first], np.log(0.7), gain_db)))
    return grown


def _refined(guess: _Guess, curve: _Curve, most_steps: int) -> _Guess:
    """Move all bands together to the least squares of what they leave of the curve."""
    if not guess.shapes:
        return guess
    powers = np.array([PROTOTYPES[shape] for shape in guess.shapes])
    log_q = np.log([_Q_LIMITS[shape] for shape in guess.shapes])
    low, high = (
        np.array([(curve.log_limits[i], limits[i], (-1, 1)[i] * curve.max_gain_db) for limits in log_q]) for i in (0, 1)
    )
    start = np.clip(guess.values, low, high).ravel()
    tie = np.tile([_PLACE_TIE, _PLACE_TIE, _GAIN_TIE], len(guess.shapes))
    home = start * np.tile([1.0, 1.0, 0.0], len(guess.shapes))

    def model(unknowns: Floats) -> tuple[Floats, Floats]:
        response_db, slopes = _responses_db(unknowns.reshape(-1, 3), powers, curve.log_freqs)
        left_db = response_db.sum(axis=0) - curve.wanted_db
        slopes = np.vstack([slopes.reshape(len(unknowns), -1).T, np.diag(tie)])
        return np.concatenate([left_db, tie * (unknowns - home)]), slopes

    found = least_squares(model, start, (low.ravel(), high.ravel()), most_steps)
    return _Guess(guess.shapes, found.reshape(-1, 3))


def _responses_db(values: Floats, powers: Floats, log_freqs: Floats) -> tuple[Floats, Floats]:
    """Analogue response of each band, `(bands, points)`, and its slopes, `(bands, 3, points)`.

    With P = (dc - top s)^2 + mid^2 s at s = (f / band's f)^2, of numerator and denominator alike
    (`mastering.eq`); the slopes are those of log P by log frequency, log Q and gain.
    """
    square = np.exp(2.0 * (log_freqs - values[:, :1]))
    responses = np.zeros((len(values), len(log_freqs)))
    slopes = np.zeros((len(values), 3, len(log_freqs)))
    for sign, power in ((1.0, powers[:, 0]), (-1.0, powers[:, 1])):
        dc, mid, top = np.exp(power * _LOG_A_PER_DB * values[:, 2:]).T[:, :, None]
        mid_square = (mid * np.exp(-values[:, 1:2])) ** 2
        real = dc - top * square
        level = real**2 + mid_square * square
        responses += sign * _DB_PER_LOG_POWER * np.log(level)
        scale = sign * _DB_PER_LOG_POWER * 2.0 / level
        by_dc, by_mid, by_top = power.T[:, :, None]
        slopes[:, 0] += scale * (2.0 * real * top - mid_square) * square
        slopes[:, 1] -= scale * mid_square * square
        slopes[:, 2] += (
            scale * _LOG_A_PER_DB * (real * (by_dc * dc - by_top * top * square) + by_mid * mid_square * square)
        )
    return responses, slopes


def _left_db(guess: _Guess, curve: _Curve) -> Floats:
    """What the bands leave of the curve."""
    if not guess.shapes:
        return curve.wanted_db
    powers = np.array([PROTOTYPES[shape] for shape in guess.shapes])
    return np.asarray(curve.wanted_db - _responses_db(guess.values, powers, curve.log_freqs)[0].sum(axis=0))


def _spare_first(guess: _Guess, curve: _Curve) -> list[int]:
    """Bands in the order in which they can be missed: those nobody hears, then by what they add up to."""
    powers = np.array([PROTOTYPES[shape] for shape in guess.shapes])
    sums = np.abs(_responses_db(guess.values, powers, curve.log_freqs)[0]).sum(axis=1)
    heard = np.abs(guess.values[:, 2]) >= SMALLEST_GAIN_DB
    return sorted(range(len(sums)), key=lambda i: (heard[i], sums[i]))


def _rounded(guess: _Guess) -> tuple[EqBand, ...]:
    """The bands as an engineer would type them, by frequency, without those that nobody hears."""
    bands = []
    for shape, (log_freq, log_q, gain_db) in zip(guess.shapes, guess.values, strict=True):
        freq_hz = float(f"{np.exp(log_freq):.3g}")
        band = EqBand(shape=shape, freq_hz=freq_hz, gain_db=round(float(gain_db), 2), q=round(float(np.exp(log_q)), 2))
        if abs(band.gain_db) >= SMALLEST_GAIN_DB:
            bands.append(band)
    return tuple(sorted(bands, key=lambda band: band.freq_hz))


def _rms(values: Floats) -> float:
    return float(np.sqrt(np.mean(values * values)))
