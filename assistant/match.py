"""Matching a record in full: the reference's own curve of mid and of side, and its width, in whole, bounded.

The other end of the dial from the model in `separation`: nothing is asked about whose doing a difference is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from analysis.loudness import k_weighting_db
from analysis.profile import Measured, ReferenceSong
from analysis.spectrum import TONE_BANDS, TONE_BANDS_HZ, TWELFTH_OCTAVES_HZ, TWELFTHS_PER_THIRD
from analysis.units import Floats
from assistant.mono_fold import FOLD_WORDS, bearable_side_db
from assistant.plan import MatchPoint
from mastering.match import curve_db
from mastering.specs import MatchCurve

MAX_MATCH_EQ_DB = 12.0
"""How far a curve may go where nothing else is asked for."""

NARROWEST, WIDEST = 0.5, 2.0
"""Bounds of the width factor when a record is matched in full."""

POINTS_HZ: tuple[float, ...] = (
    round(float(TONE_BANDS_HZ[0]) / 2, 2),
    *(round(float(hz), 2) for hz in TONE_BANDS_HZ),
    round(float(TONE_BANDS_HZ[-1]) * 2 ** (1 / 3), 2),
)
"""Where a curve has its points: the tone bands, and one beyond each end, to which boosts have faded out."""

# A band so far below the strongest is lifted less and less, and no more at the second figure: what lies there is
# noise or a codec's edge. Music leaves 40 dB between its strongest third and 16 kHz as often as not.
_FAINT_DB, _EMPTY_DB = 40.0, 60.0
_ROUNDS, _STEP = 8, 0.8
_LEFT_WORTH_DB, _WIDTH_WORTH_DB = 1.0, 0.1
_MOST_LEFT = 3
_LACKING = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class MatchTarget:
    """The record to match, dB in the 28 tone bands, at a level of its own; NaN where it has nothing.

    Attributes:
        mid_db: its mid.
        side_db: its side; None where the record is mono.
    """

    mid_db: Floats
    side_db: Floats | None


@dataclass(frozen=True, kw_only=True, slots=True)
class MatchDecision:
    """What brings a track to the record: curves (None for none), a width, and why."""

    curve: MatchCurve | None
    width: float
    why_tone: str
    why_width: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Signal:
    """Mid or side of a mix: what it holds, and what is wanted of it.

    Attributes:
        name: for sentences.
        power: in the 124 fine bands.
        wanted_db: gain in the 28 tone bands that would make it the record's.
        lift_db: how far each of those may be lifted.
        lacks: where the record has something and the mix nothing; what is wanted there is a neighbour's gain.
    """

    name: str
    power: Floats
    wanted_db: Floats
    lift_db: Floats
    lacks: NDArray[np.bool_]


def match_target(references: Sequence[ReferenceSong]) -> MatchTarget:
    """The songs as one record: the mean of their power, each brought to one loudness, by weight."""
    share = np.array([song.weight * 10 ** (-_level(song) / 10) for song in references])
    mid = share @ np.array([_power(song.spectrum.mid_db)[TONE_BANDS] for song in references])
    side = share @ np.array([_power(song.spectrum.side_db)[TONE_BANDS] for song in references])
    mono = side.sum() <= mid.sum() * 10 ** (-_EMPTY_DB / 10)
    return MatchTarget(mid_db=_told_db(mid), side_db=None if mono else _told_db(side))


def decide_match(track: Measured, target: MatchTarget, *, tone: float, width: float, max_eq_db: float) -> MatchDecision:
    """The curves and the width that give a track the record's spectrum; mono stays mono, on either hand.

    Args:
        track: what was measured of the mix.
        target: the record.
        tone: how much of the curves, 0 to 1.
        width: how much of the width, 0 to 1.
        max_eq_db: bound of both curves. The width is bounded by itself.
    """
    mid, side = _thirds(track.spectrum.fine_mid_db), _thirds(track.spectrum.fine_side_db)
    wanted_db = target.mid_db - _told_db(mid)
    level_db = _mean(wanted_db)
    both = [
        _Signal(
            name="mid",
            power=_power(track.spectrum.fine_mid_db),
            wanted_db=tone * _filled(wanted_db - level_db),
            lift_db=max_eq_db * _heard(mid, mid.max()),
            lacks=np.isfinite(target.mid_db) & np.isnan(wanted_db),
        )
    ]
    side_gain, why_width = 1.0, "mono: left alone" if not side.any() else "left alone: the record is mono"
    if side.any() and target.side_db is not None:
        wanted_db = target.side_db - _told_db(side)
        width_db = _mean(wanted_db) - level_db
        side_gain, why_width = _width(width * width_db)
        both.append(
            _Signal(
                name="side",
                power=_power(track.spectrum.fine_side_db),
                wanted_db=tone * _filled(wanted_db - level_db - width_db),
                lift_db=max_eq_db * np.minimum(_heard(side, side.max()), _heard(side, mid)),
                lacks=np.isfinite(target.side_db) & np.isnan(wanted_db),
            )
        )
    gains_db = [_points_db(signal, max_eq_db) for signal in both]
    curve = MatchCurve(freqs_hz=POINTS_HZ, mid_db=gains_db[0], side_db=gains_db[-1])
    moved = any(any(points_db) for points_db in gains_db)
    side_gain, why_width = _foldable(track, curve if moved else None, side_gain, why_width)
    return MatchDecision(
        curve=curve if moved else None,
        width=side_gain,
        why_tone=_tone_words(both, gains_db, max_eq_db),
        why_width=why_width,
    )


def match_loudness_change_lu(track: Measured, decision: MatchDecision) -> float:
    """How much louder the curves and the width make a track, LU, from its gated spectrum with K-weighting."""
    weight = 10 ** (k_weighting_db(TWELFTH_OCTAVES_HZ) / 10)
    mid, side = weight * _power(track.spectrum.fine_mid_db), weight * _power(track.spectrum.fine_side_db)
    before = float((mid + side).sum())
    if before <= 0 or (decision.curve is None and decision.width == 1.0):
        return 0.0
    if decision.curve:
        mid = mid * _curve_power(decision.curve.mid_db)
        side = side * _curve_power(decision.curve.side_db)
    return 10 * math.log10(float((mid + decision.width**2 * side).sum()) / before)


def match_points(curve: MatchCurve | None) -> tuple[MatchPoint, ...]:
    """A curve as a plan holds it."""
    if curve is None:
        return ()
    points = zip(curve.freqs_hz, curve.mid_db, curve.side_db, strict=True)
    return tuple(MatchPoint(freq_hz=hz, mid_db=mid_db, side_db=side_db) for hz, mid_db, side_db in points)


def _points_db(signal: _Signal, max_eq_db: float) -> tuple[float, ...]:
    """Gains at `POINTS_HZ` with which each third, as the mix fills it, is moved as far as is wanted and allowed.

    A band's power moves as the curve does where in the band its power lies: a few rounds bring the two together.
    """
    aim_db = np.clip(signal.wanted_db, -max_eq_db, signal.lift_db)
    before = signal.power.reshape(-1, TWELFTHS_PER_THIRD).sum(axis=1)[TONE_BANDS]
    gains_db = aim_db
    for _ in range(_ROUNDS):
        after = (signal.power * _curve_power(_with_ends(gains_db).tolist())).reshape(-1, TWELFTHS_PER_THIRD).sum(axis=1)
        moved_db = np.where(before > 0, _db(after[TONE_BANDS]) - _db(before), aim_db)
        gains_db = np.clip(gains_db + _STEP * (aim_db - moved_db), -max_eq_db, signal.lift_db)
    return tuple(round(float(gain_db), 2) + 0.0 for gain_db in _with_ends(gains_db))


def _with_ends(gains_db: Floats) -> Floats:
    """With a point beyond each end: what is cut stays cut, what is lifted fades out before rumble and ultrasound."""
    return np.pad(gains_db, 1, constant_values=(min(gains_db[0], 0.0), min(gains_db[-1], 0.0)))


def _tone_words(both: Sequence[_Signal], gains_db: Sequence[tuple[float, ...]], max_eq_db: float) -> str:
    """What the curves do most, and what they leave."""
    done = [_most(signal.name, points_db) for signal, points_db in zip(both, gains_db, strict=True)]
    left = [words for signal in both for words in _left(signal, max_eq_db)]
    said = "; ".join(done) if any(map(any, gains_db)) else "left alone"
    more = [f"{len(left) - _MOST_LEFT} more"] if len(left) > _MOST_LEFT else []
    told = [words for _, words in sorted(left, reverse=True)[:_MOST_LEFT]]
    return f"{said}; return to mix: {', '.join([*told, *more])}" if left else said


def _most(name: str, points_db: tuple[float, ...]) -> str:
    """The largest lift and cut of a curve."""
    found = list(zip(points_db, POINTS_HZ, strict=True))[1:-1]
    most = [f"{gain_db:+.1f} dB at {hz:.0f} Hz" for gain_db, hz in (max(found), min(found)) if gain_db]
    return f"{name} {' and '.join(dict.fromkeys(most))}" if most else f"{name} left alone"


def _left(signal: _Signal, max_eq_db: float) -> list[tuple[float, str]]:
    """Where, by how much and why the bounds keep a signal from the record; neighbours together, with their most."""
    left_db = signal.wanted_db - np.clip(signal.wanted_db, -max_eq_db, signal.lift_db)
    faint = (left_db > 0) & (signal.lift_db < max_eq_db)
    kinds = np.where(np.abs(left_db) > _LEFT_WORTH_DB, np.sign(left_db) * (1 + faint), 0).astype(int)
    kinds[signal.lacks] = _LACKING
    edges = [0, *(np.flatnonzero(np.diff(kinds)) + 1), len(kinds)]
    words = []
    for first, end in pairwise(edges):
        if not kinds[first]:
            continue
        most_db = left_db[first:end][np.abs(left_db[first:end]).argmax()]
        low_hz, high_hz = TONE_BANDS_HZ[first], TONE_BANDS_HZ[end - 1]
        where = f"{low_hz:.0f} Hz" if end - first == 1 else f"{low_hz:.0f} to {high_hz:.0f} Hz"
        if kinds[first] == _LACKING:
            words.append((_EMPTY_DB, f"{signal.name} at {where}, where the mix has nothing"))
            continue
        why = "the mix has next to nothing there" if faint[first] else f"over the bound of {max_eq_db:g} dB"
        words.append((abs(most_db), f"{signal.name} {most_db:+.1f} dB more at {where} ({why})"))
    return words


def _width(wanted_db: float) -> tuple[float, str]:
    if abs(wanted_db) < _WIDTH_WORTH_DB:
        return 1.0, "left alone: as wide as the record"
    width = round(min(max(10 ** (wanted_db / 20), NARROWEST), WIDEST), 3)
    word = "narrower" if wanted_db > 0 else "wider"
    left_db = wanted_db - 20 * math.log10(width)
    left = f"; return to mix: {abs(left_db):.1f} dB {word} still" if abs(left_db) > _LEFT_WORTH_DB else ""
    return width, f"{abs(wanted_db):.1f} dB {word} than the record: side times {width:.2f}{left}"


def _foldable(track: Measured, curve: MatchCurve | None, width: float, why: str) -> tuple[float, str]:
    """As much of a width as mono bears with the curves, and why."""
    if width <= 0 or not any(10 ** (level_db / 10) for level_db in track.spectrum.fine_side_db):
        return width, why
    mid_db, side_db = (
        [curve_db(POINTS_HZ, points_db, TWELFTH_OCTAVES_HZ) for points_db in (curve.mid_db, curve.side_db)]
        if curve
        else (np.zeros(len(TWELFTH_OCTAVES_HZ)), np.zeros(len(TWELFTH_OCTAVES_HZ)))
    )
    less_db = bearable_side_db(track.spectrum, mid_db=mid_db, side_db=side_db + 20 * math.log10(width))
    if less_db == 0:
        return width, why
    width = round(width * 10 ** (less_db / 20), 3)
    return width, f"{why}; held back to {width:.2f}, {FOLD_WORDS}"


def _curve_power(points_db: Sequence[float]) -> Floats:
    return np.asarray(10 ** (curve_db(POINTS_HZ, points_db, TWELFTH_OCTAVES_HZ) / 10))


def _heard(power: Floats, against: Floats | float) -> Floats:
    """How much of the bound a band may be lifted by, 0 to 1: all where it is heard, nothing where nothing is there."""
    below_db = _db(np.asarray(against)) - _db(power)
    return np.clip((_EMPTY_DB - below_db) / (_EMPTY_DB - _FAINT_DB), 0.0, 1.0)


def _told_db(power: Floats) -> Floats:
    """Level of each band; NaN where it is so far below the strongest that it tells nothing."""
    return np.where(power > power.max() * 10 ** (-_EMPTY_DB / 10), _db(power), math.nan)


def _mean(levels_db: Floats) -> float:
    """Mean of what is known; 0 where nothing is."""
    return float(np.nanmean(levels_db)) if np.isfinite(levels_db).any() else 0.0


def _filled(levels_db: Floats) -> Floats:
    """What is not known, as the nearest band that is; all zero where nothing is."""
    known = np.flatnonzero(np.isfinite(levels_db))
    if not len(known):
        return np.zeros(len(levels_db))
    nearest = np.abs(np.arange(len(levels_db))[:, None] - known).argmin(axis=1)
    return np.asarray(levels_db[known[nearest]])


def _thirds(fine_db: Sequence[float]) -> Floats:
    """Power in the 28 tone bands."""
    return np.asarray(_power(fine_db).reshape(-1, TWELFTHS_PER_THIRD).sum(axis=1)[TONE_BANDS])


def _power(levels_db: Sequence[float]) -> Floats:
    return np.asarray(10 ** (np.array(levels_db) / 10))


def _db(power: Floats) -> Floats:
    return 10 * np.log10(np.maximum(power, 1e-30))


def _level(song: ReferenceSong) -> float:
    return song.loudness.integrated_lufs or 0.0
