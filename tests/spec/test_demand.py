"""What cells ask for: no peak over the ceiling is missed, what lasts is no peak, and level scales all of it."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.true_peak import BEFORE_FRAMES, TAPS, glance_taps, glances, interpolators
from analysis.units import Floats, amplitude_to_db
from mastering.demand import Demand, Hops, cell_peaks
from mastering.hidden import HIDDEN_DEEPEST_DB, hiding_model
from tests.albums import music
from tests.signals import sine, stereo

RATE_HZ = 44_100
HOP = hiding_model(RATE_HZ).hop
CELL = 16
MISSED_SHARE = 1e-4
FINE = interpolators(16)


@pytest.mark.parametrize("ceiling", [0.5, 2.0, 2.5, 3.0])
def test_peaks_over_the_ceiling_are_read_as_every_point_shows_them(ceiling: float) -> None:
    """White noise is the worst: over 20 kHz a sample may hold less than what is played there."""
    samples = np.random.default_rng(1).standard_normal(600_000)
    glanced = glances(samples.astype(np.float32), glance_taps(FINE[8]).astype(np.float32))
    found = cell_peaks(samples, glanced, FINE, ceiling, CELL)
    points = np.abs(np.lib.stride_tricks.sliding_window_view(samples, TAPS) @ FINE.T).max(axis=1)
    shown = np.maximum(points, np.abs(samples[BEFORE_FRAMES : BEFORE_FRAMES + len(points)]))
    every = np.array([shown[k * CELL : (k + 1) * CELL + 1].max() for k in range(len(found))])
    over = every > ceiling
    assert over.sum() > 3_000
    missed = found[over] < every[over] * (1 - 1e-6)
    assert missed.mean() <= MISSED_SHARE


def asked(samples: Floats, *, hides: bool = True, linked: bool = True) -> Hops:
    """Of a whole stream, its silence at the end included."""
    demand = Demand(RATE_HZ, samples.shape[1], ceiling=np.inf, hides=hides, linked=linked)
    padding = -len(samples) % HOP + demand.latency_hops * HOP
    return demand.process(np.ascontiguousarray(np.pad(samples, ((0, padding), (0, 0))).T))


def test_without_cuts_the_peak_is_what_is_asked_for() -> None:
    hops = asked(music(2.0, RATE_HZ, np.random.default_rng(1)), hides=False)
    assert np.array_equal(hops.demand[0], hops.peaks.max(axis=0))


def test_nothing_more_than_the_peak_is_asked_and_never_much_less() -> None:
    hops = asked(music(2.0, RATE_HZ, np.random.default_rng(1)), linked=False)
    heard = hops.peaks > 0
    less_db = amplitude_to_db(hops.peaks[heard] / hops.demand[heard])
    assert less_db.min() >= 0.0
    assert less_db.max() <= HIDDEN_DEEPEST_DB + 1e-9
    assert less_db.max() > 0.3, "something was to be hidden"


def test_a_lasting_tone_asks_for_all_of_its_peak() -> None:
    hops = asked(0.5 * stereo(sine(440.0, 2.0, RATE_HZ)))
    inside = slice(hops.peaks.shape[1] // 4, hops.peaks.shape[1] // 2)
    assert amplitude_to_db(hops.peaks[0, inside] / hops.demand[0, inside]).max() < 0.01


def test_twice_the_level_asks_for_twice_as_much() -> None:
    samples = music(2.0, RATE_HZ, np.random.default_rng(1))
    soft, loud = asked(samples).demand, asked(2 * samples).demand
    asks = soft > 0.25
    assert loud[asks] / soft[asks] == pytest.approx(2.0, rel=0.002)


def test_linked_channels_ask_for_the_highest_of_them() -> None:
    samples = music(2.0, RATE_HZ, np.random.default_rng(1)) * np.array([1.0, 0.3])
    apart, together = asked(samples, linked=False).demand, asked(samples).demand
    assert apart.shape[0] == 2
    assert np.array_equal(together[0], apart.max(axis=0))
