"""EQ: bands as an engineer reads them become minimum-phase second-order sections, and those run on audio.

A polynomial of a section, c0 + c1/z + c2/z^2, is handled here not by its coefficients but by three figures:
`dc` = c0 + c1 + c2 and `top` = c0 - c1 + c2, its values at 0 Hz and at Nyquist, and `mid` = c0 - c2.
Its roots lie inside the unit circle exactly when all three have one sign (the stability triangle: Jury,
*Theory and Application of the z-Transform Method*, 1964), and with x = sin^2(w/2)

    |P(w)|^2 = (dc (1 - x) - top x)^2 + 4 mid^2 x (1 - x),

which loses no digits at low frequencies. Of an analogue polynomial the same three figures are the constant,
the s^2 and the s term, and |P(w)|^2 = (dc - top w^2)^2 + mid^2 w^2.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from analysis.biquad import cascade
from analysis.errors import SpecificationError
from analysis.units import power_to_db
from mastering.specs import EqShape

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.units import Floats
    from mastering.specs import EqBand

LOWEST_FREQ_HZ = 1.0
"""Bands below this are refused: at 384 kHz their coefficients would keep only half of float64's digits."""
Q_RANGE = (0.05, 50.0)
"""Bands outside this are refused."""
LARGEST_GAIN_DB = 40.0
"""Bands that boost or cut by more are refused."""

PROTOTYPES = {
    EqShape.BELL: np.array([[0.0, 1.0, 0.0], [0.0, -1.0, 0.0]]),
    EqShape.LOW_SHELF: np.array([[2.0, 1.5, 1.0], [0.0, 0.5, 1.0]]),
    EqShape.HIGH_SHELF: np.array([[1.0, 1.5, 2.0], [1.0, 0.5, 0.0]]),
}
"""Of the analogue filters' numerator and denominator the (dc, mid, top), as powers of A = 10^(gain / 40);
`mid` also goes with 1/Q. Bristow-Johnson, *Audio EQ Cookbook* (W3C Note, 2021): H(s) of peakingEQ, lowShelf,
highShelf."""

# Which error matters how much, against frequency over Nyquist. At 44.1 kHz: all of it to 16 kHz, half of it
# at 20 kHz, next to none at Nyquist, where a digital response must be level and an analogue one is not.
_WEIGHT_AT = (0.0, 0.73, 0.91, 1.0)
_WEIGHT = (1.0, 1.0, 0.5, 0.05)

_MATCH_POINTS = 48
_MATCH_REACH = 30.0
_DB_PER_LOG_POWER = 10.0 / math.log(10.0)
# Each unknown is held to its start by this share of the band's largest gain per neper, and within a reach of
# as many nepers: nothing where the match decides, but a hold for the unknowns of a band far above Nyquist, of
# which next to nothing is left to match.
_TIE = 3e-3
_REACH = 20.0
_SMALLEST_STEP = 1e-7


def _analogue(band: EqBand, gain_db: float) -> tuple[Floats, Floats]:
    """Numerator and denominator (dc, mid, top) of a band's prototype, in s over the band's frequency."""
    a = 10.0 ** (gain_db / 40.0)
    up, down = (a**power * np.array([1.0, 1.0 / band.q, 1.0]) for power in PROTOTYPES[band.shape])
    return up, down


def _analogue_db(band: EqBand, gain_db: float, ratio: Floats) -> Floats:
    """Magnitude of a band's prototype at `ratio` times the band's frequency."""
    square = ratio * ratio
    up, down = ((dc - top * square) ** 2 + mid**2 * square for dc, mid, top in _analogue(band, gain_db))
    return power_to_db(np.asarray(up / down))


def analogue_response_db(band: EqBand, freqs_hz: Floats) -> Floats:
    """Magnitude of the analogue filter that a band stands for, in dB at each of `freqs_hz`.

    Cookbook bell and shelves; see `design` for the digital ones.
    """
    return _analogue_db(band, band.gain_db, freqs_hz / band.freq_hz)


def response_db(bands: tuple[EqBand, ...], freqs_hz: Floats, rate_hz: int) -> Floats:
    """Magnitude of all bands in series as they run at `rate_hz`, in dB at each of `freqs_hz` (to Nyquist).

    Raises:
        SpecificationError: as `design`.
    """
    x = np.sin(np.pi / rate_hz * freqs_hz) ** 2
    total_db = np.zeros(np.shape(x))
    for band in bands:
        section = design(band, rate_hz)
        up, down = (np.array([c0 + c1 + c2, c0 - c2, c0 - c1 + c2]) for c0, c1, c2 in (section[:3], section[3:]))
        total_db += power_to_db(np.asarray(_power(up, x) / _power(down, x)))
    return total_db


def design(band: EqBand, rate_hz: int) -> Floats:
    """The second-order section of a band: b0, b1, b2, a0 = 1, a1, a2, stable and minimum phase.

    Its magnitude follows the analogue prototype up to Nyquist instead of cramping as the bilinear transform
    does. As in Vicanek, *Matched Second Order Digital Filters* (2016), poles start where impulse invariance
    puts them; here zeros start the same way, and then both move, inside the unit circle, to the weighted
    least squares of the error in dB. At 44.1 kHz, for 20 Hz to 18 kHz and up to 12 dB, bells (Q 0.3 to 3)
    and shelves (Q to 1.5) err by at most 0.11 dB below 16 kHz and 0.32 dB to 20 kHz; shelves that overshoot
    (Q 3) by 0.31 and 0.85 dB. The error goes with the gain.
    A cut is the exact reciprocal of the same boost. Bands above Nyquist leave what reaches below it.

    Raises:
        SpecificationError: a frequency, Q or gain that no band can have.
    """
    _check(band)
    if band.gain_db == 0.0:
        return np.array([1.0, 0.0, 0.0, 1.0, 0.0, 0.0])
    boost_db = abs(band.gain_db)
    freq = 2.0 * band.freq_hz / rate_hz
    up, down = (_matched(polynomial, math.pi * freq) for polynomial in _analogue(band, boost_db))
    up, down = _refined(up, down, *_wanted(band, boost_db, freq))
    if band.gain_db < 0.0:
        up, down = down, up
    section = np.concatenate([_coefficients(up), _coefficients(down)])
    return np.asarray(section / section[3])


def _check(band: EqBand) -> None:
    if not LOWEST_FREQ_HZ <= band.freq_hz < math.inf:
        raise SpecificationError(f"An EQ band at {band.freq_hz:g} Hz: use {LOWEST_FREQ_HZ:g} Hz or more.")
    if not Q_RANGE[0] <= band.q <= Q_RANGE[1]:
        raise SpecificationError(
            f"The EQ band at {band.freq_hz:g} Hz has Q {band.q:g}: use {Q_RANGE[0]:g} to {Q_RANGE[1]:g}."
        )
    if not abs(band.gain_db) <= LARGEST_GAIN_DB:
        raise SpecificationError(
            f"The EQ band at {band.freq_hz:g} Hz has a gain of {band.gain_db:g} dB: "
            f"use {-LARGEST_GAIN_DB:g} to {LARGEST_GAIN_DB:g} dB."
        )


def _wanted(band: EqBand, boost_db: float, freq: float) -> tuple[Floats, Floats, Floats]:
    """Where to match (x), what (dB) and how closely (weight). `freq` is the band's, over Nyquist.

    Half the points lie around the band on a logarithmic scale, half evenly below Nyquist.
    """
    near = np.geomspace(min(freq, 1.0) / _MATCH_REACH, min(freq * _MATCH_REACH, 1.0), _MATCH_POINTS)
    points = np.concatenate([near, np.arange(1, _MATCH_POINTS + 1) / _MATCH_POINTS])
    wanted_db = _analogue_db(band, boost_db, points / freq)
    return np.sin(np.pi / 2.0 * points) ** 2, wanted_db, np.interp(points, _WEIGHT_AT, _WEIGHT)


def _matched(polynomial: Floats, angle: float) -> Floats:
    """The polynomial in z whose roots are exp of the analogue ones, with the same `dc`.

    `angle` is the band's frequency in radians per sample. expm1 keeps the digits of roots close to z = 1.
    """
    dc, mid, top = (float(value) for value in polynomial)
    centre = mid / (2.0 * top)
    spread = centre * centre - dc / top
    if spread >= 0.0:
        far = centre + math.sqrt(spread)
        e1, e2 = math.expm1(-angle * far), math.expm1(-angle * dc / (top * far))
        z_dc, z_mid, z_top = e1 * e2, -(e1 + e2 + e1 * e2), (2.0 + e1) * (2.0 + e2)
    else:
        # Roots above Nyquist stay at it: their alias would start the match at a wrong peak.
        turn = min(angle * math.sqrt(-spread), math.pi)
        shrink = math.expm1(-angle * centre)
        z_dc = shrink**2 + 4.0 * (1.0 + shrink) * math.sin(turn / 2.0) ** 2
        z_top = shrink**2 + 4.0 * (1.0 + shrink) * math.cos(turn / 2.0) ** 2
        z_mid = -math.expm1(-2.0 * angle * centre)
    return dc / z_dc * np.array([z_dc, z_mid, z_top])


def _power(polynomial: Floats, x: Floats) -> Floats:
    """|P(w)|^2 at x = sin^2(w/2)."""
    dc, mid, top = polynomial
    return np.asarray((dc * (1.0 - x) - top * x) ** 2 + 4.0 * mid**2 * x * (1.0 - x))


def _refined(up: Floats, down: Floats, x: Floats, wanted_db: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Move `mid` and `top` of both polynomials to the weighted least squares of the error in dB.

    The unknowns are their logarithms, so that they stay positive: stable and minimum phase. `dc` stays as it
    is, which keeps the gain at 0 Hz exact.
    """
    start = np.log(np.concatenate([up[1:], down[1:]]))
    tie = _TIE * float(np.abs(wanted_db).max())

    def polynomials(logs: Floats) -> Floats:
        return np.column_stack([(up[0], down[0]), np.exp(logs).reshape(2, 2)])

    def model(logs: Floats) -> tuple[Floats, Floats]:
        levels, columns = [], []
        for sign, polynomial in zip((1.0, -1.0), polynomials(logs), strict=True):
            dc, mid, top = polynomial
            level = _power(polynomial, x)
            levels.append(level)
            scale = sign * _DB_PER_LOG_POWER * weight / level
            columns.append(scale * 8.0 * mid**2 * x * (1.0 - x))
            columns.append(scale * 2.0 * (top * x - dc * (1.0 - x)) * top * x)
        error = weight * (power_to_db(levels[0] / levels[1]) - wanted_db)
        slopes = np.vstack([np.column_stack(columns), tie * np.eye(4)])
        return np.concatenate([error, tie * (logs - start)]), slopes

    above, below = polynomials(least_squares(model, start, (start - _REACH, start + _REACH)))
    return above, below


def least_squares(
    model: Callable[[Floats], tuple[Floats, Floats]],
    start: Floats,
    limits: tuple[Floats, Floats],
    most_steps: int = 60,
) -> Floats:
    """Unknowns within `limits` at which the sum of squared errors is least; the same bits on every call.

    The steps are those of Levenberg and Marquardt (Madsen, Nielsen and Tingleff, *Methods for Non-Linear
    Least Squares Problems*, 2004, section 3.2), on the unknowns that are not held by a limit. Written out as
    MINPACK's last digits vary from call to call, and the same input must give the same bytes.

    Args:
        model: from unknowns to errors, `(errors,)`, and their slopes, `(errors, unknowns)`.
        start: `(unknowns,)`, of the order of one; no step changes any by more than one.
        limits: lowest and highest, `(unknowns,)` each.
        most_steps: after which the best so far is given.
    """
    damping = 1e-3
    at, (error, slopes) = start, model(start)
    for _ in range(most_steps):
        # einsum and not a matrix product, which may add in another order on another day.
        normal = np.einsum("ei,ej->ij", slopes, slopes)
        downhill = -np.einsum("ei,e->i", slopes, error)
        free = ~(((at <= limits[0]) & (downhill < 0.0)) | ((at >= limits[1]) & (downhill > 0.0)))
        normal[np.diag_indices_from(normal)] *= 1.0 + damping
        step = np.zeros_like(at)
        step[free] = np.linalg.solve(normal[free][:, free], downhill[free])
        trial_at = np.clip(at + np.clip(step, -1.0, 1.0), *limits)
        moved = np.abs(trial_at - at).max()
        trial, trial_slopes = model(trial_at)
        if (trial * trial).sum() < (error * error).sum():
            at, error, slopes, damping = trial_at, trial, trial_slopes, damping / 10.0
        else:
            damping = damping * 10.0
        if moved < _SMALLEST_STEP:
            break
    return at


def _coefficients(polynomial: Floats) -> Floats:
    """c0, c1, c2 of (dc, mid, top)."""
    dc, mid, top = polynomial
    even = (dc + top) / 2.0
    return np.array([(even + mid) / 2.0, (dc - top) / 2.0, (even - mid) / 2.0])


class Eq:
    """Bands in series on a stream of audio: a `Processor`.

    Args:
        bands: applied to all channels alike; those of 0 dB are left out. With none, blocks pass untouched.
        rate_hz: sample rate.
        channels: of every block.

    Raises:
        SpecificationError: as `design`.
    """

    latency_frames = 0

    def __init__(self, bands: tuple[EqBand, ...], rate_hz: int, channels: int) -> None:
        sections = [design(band, rate_hz) for band in bands if band.gain_db != 0.0]
        self._sections = np.array(sections).reshape(-1, 6)
        self._state = np.zeros((len(sections), channels, 2))
        self._channels = channels

    def process(self, block: Floats) -> Floats:
        """Filter the next block, `(frames, channels)`; the given block is not changed."""
        return cascade(self._sections, self._state, block) if len(self._sections) else block

    def flush(self) -> Floats:
        """Nothing is held back: an empty array, `(0, channels)`."""
        return np.empty((0, self._channels))
