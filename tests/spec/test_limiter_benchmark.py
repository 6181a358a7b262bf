"""The benchmark of limiters: its ear against the product's, and its way to a drive."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.masking import ear, noise_to_mask
from analysis.units import Floats, power_to_db
from benchmarks.heard_noise import noise_to_mask_db
from benchmarks.limiters import CEILING_DBTP, REACHED_LU, scored
from tests.albums import RATE_HZ, music, peak_dbtp


def by_the_product(plain: Floats, changed: Floats) -> float:
    """Mean over frames, bands and channels."""
    model = ear(RATE_HZ)
    views = [
        np.lib.stride_tricks.sliding_window_view(part, model.length, axis=0)[:: model.length // 2]
        for part in (plain, changed)
    ]
    channels = range(plain.shape[1])
    return power_to_db(float(np.mean([noise_to_mask(model, views[0][:, c], views[1][:, c]) for c in channels])))


def test_two_ears_that_were_written_apart_hear_the_same_noise() -> None:
    rng = np.random.default_rng(1)
    plain = music(2.0, RATE_HZ, rng)
    for level in (1e-5, 1e-4):
        changed = 0.7 * (plain + level * rng.standard_normal(plain.shape))
        assert noise_to_mask_db(plain, changed, RATE_HZ) == pytest.approx(by_the_product(plain, changed), abs=0.1)


def test_only_the_benchmarks_ear_hears_a_slow_gain() -> None:
    plain = music(4.0, RATE_HZ, np.random.default_rng(2))
    slow = plain * (1 + 0.2 * np.sin(2 * np.pi * np.arange(len(plain)) / (2 * RATE_HZ)))[:, None]
    assert noise_to_mask_db(plain, slow, RATE_HZ) > by_the_product(plain, slow) + 10.0


def test_a_limiter_is_driven_until_the_song_is_as_loud_as_asked_for() -> None:
    plain = music(4.0, RATE_HZ, np.random.default_rng(3))
    plain *= 10 ** ((CEILING_DBTP - peak_dbtp(plain)) / 20)

    def clipped(samples: Floats, ceiling_db: float, _rate_hz: int) -> Floats:
        return np.clip(samples, -(10 ** (ceiling_db / 20)), 10 ** (ceiling_db / 20))

    score = scored(clipped, plain, 2.0)
    assert score.gained_lu == pytest.approx(2.0, abs=REACHED_LU)
    assert score.peak_dbtp > CEILING_DBTP, "samples are clipped, not what lies between them"
    assert score.drive_db > 2.0
    assert score.nmr_db > -40.0
    assert score.loss_db is not None
    assert score.loss_db > 0.0
