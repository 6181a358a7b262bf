"""The match stage: its filters do what the curve says, nothing before a sound, and each of mid and side its own."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal

from analysis.errors import SpecificationError
from analysis.units import Floats
from mastering.chain import build
from mastering.match import Match, curve_db, minimum_phase
from mastering.specs import ChainSpec, MatchCurve
from tests.signals import pink_noise

RATE_HZ = 44_100
THIRDS_HZ = tuple(31.25 * 2 ** (i / 3) for i in range(28))
WITHIN_DB = 0.1
ROUNDING = 1e-12


def steep(seed: int) -> tuple[float, ...]:
    """A curve that goes up and down by up to 12 dB from one third of an octave to the next."""
    return tuple(np.random.default_rng(seed).uniform(-12, 12, len(THIRDS_HZ)))


def response_db(taps: Floats, rate_hz: int, freqs_hz: Floats) -> Floats:
    spectrum = np.fft.rfft(taps, 1 << 18)
    return np.interp(freqs_hz, np.fft.rfftfreq(1 << 18, 1 / rate_hz), 20 * np.log10(np.abs(spectrum)))


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000])
def test_the_filter_has_the_curve(rate_hz: int) -> None:
    points_db = steep(1)
    taps = minimum_phase(THIRDS_HZ, points_db, rate_hz)
    freqs_hz = np.geomspace(40, 18_000, 500)
    found = response_db(taps, rate_hz, freqs_hz)
    assert np.abs(found - curve_db(THIRDS_HZ, points_db, freqs_hz)).max() < WITHIN_DB
    assert np.abs(found[[0, -1]]).max() > 1, "the curve was to do something"


def test_its_energy_comes_at_once() -> None:
    """No filter of that response has more in its first frames; the linear-phase one has nearly all of it later."""
    taps = minimum_phase(THIRDS_HZ, steep(2), RATE_HZ)
    energy = np.cumsum(taps**2) / np.sum(taps**2)
    assert np.abs(taps).argmax() == 0
    assert energy[RATE_HZ // 1000] > 0.9
    assert 1 - energy[RATE_HZ // 10] < 1e-4


def test_curves_stay_between_their_points() -> None:
    points_db = steep(3)
    fine = curve_db(THIRDS_HZ, points_db, np.geomspace(1, 22_050, 5_000))
    assert fine.max() <= max(points_db) + ROUNDING
    assert fine.min() >= min(points_db) - ROUNDING
    assert np.allclose(curve_db(THIRDS_HZ, points_db, np.array(THIRDS_HZ)), points_db)
    assert curve_db(THIRDS_HZ, points_db, np.array([1.0, 22_000.0])) == pytest.approx([points_db[0], points_db[-1]])
    assert curve_db((1_000.0,), (3.0,), np.array([10.0, 10_000.0])) == pytest.approx([3.0, 3.0])


def test_mid_and_side_go_through_their_own_filters() -> None:
    curve = MatchCurve(freqs_hz=THIRDS_HZ, mid_db=steep(4), side_db=steep(5))
    samples = pink_noise(1.5, RATE_HZ, np.random.default_rng(1))
    stage = Match(curve, RATE_HZ, 2)
    out = np.concatenate([stage.process(samples), stage.flush()])
    for sign, points_db in ((1, curve.mid_db), (-1, curve.side_db)):
        given = samples[:, 0] + sign * samples[:, 1]
        wanted = scipy.signal.fftconvolve(given, minimum_phase(THIRDS_HZ, points_db, RATE_HZ))[: len(given)]
        assert np.abs(out[:, 0] + sign * out[:, 1] - wanted).max() < ROUNDING
    only_mid = np.repeat(samples[:, :1], 2, axis=1)
    stage = Match(curve, RATE_HZ, 2)
    out = np.concatenate([stage.process(only_mid), stage.flush()])
    assert np.abs(out[:, 0] - out[:, 1]).max() < ROUNDING


def test_mono_takes_the_curve_of_mid() -> None:
    samples = pink_noise(1.0, RATE_HZ, np.random.default_rng(2), channels=1)
    heard = []
    for side_db in (steep(6), steep(7)):
        stage = Match(MatchCurve(freqs_hz=THIRDS_HZ, mid_db=steep(8), side_db=side_db), RATE_HZ, 1)
        heard.append(np.concatenate([stage.process(samples), stage.flush()]))
    assert np.array_equal(*heard)
    assert np.abs(heard[0] - samples).max() > 1e-3
    passing = Match(MatchCurve(freqs_hz=(100.0,), mid_db=(0.0,), side_db=(6.0,)), RATE_HZ, 1)
    assert passing.process(samples) is samples


@pytest.mark.parametrize(
    ("freqs_hz", "mid_db", "side_db"),
    [
        ((), (), ()),
        ((100.0, 100.0), (0.0, 1.0), (0.0, 1.0)),
        ((200.0, 100.0), (0.0, 1.0), (0.0, 1.0)),
        ((0.0, 200.0), (0.0, 1.0), (0.0, 1.0)),
        ((100.0, 200.0), (0.0,), (0.0, 1.0)),
    ],
)
def test_what_is_no_curve_is_refused(
    freqs_hz: tuple[float, ...], mid_db: tuple[float, ...], side_db: tuple[float, ...]
) -> None:
    with pytest.raises(SpecificationError, match=r"^A match curve at .*: give one of each"):
        MatchCurve(freqs_hz=freqs_hz, mid_db=mid_db, side_db=side_db)


def test_a_chain_with_a_curve_is_no_wire() -> None:
    spec = ChainSpec(match=MatchCurve(freqs_hz=(100.0,), mid_db=(1.0,), side_db=(0.0,)))
    assert not spec.is_wire
    assert [type(stage) for stage in build(spec, RATE_HZ, 2)] == [Match]
