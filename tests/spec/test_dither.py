"""The one quantisation: its error is noise that knows nothing of the music, and is the same each time.

With TPDF dither of 2 LSB peak to peak (variance 1/6 LSB^2) the whole error, rounding's 1/12 included, has a mean of
0 and a variance of 1/4 LSB^2 whatever the signal (Lipshitz, Wannamaker and Vanderkooy, JAES 40-5, 1992).
"""

from __future__ import annotations

import numpy as np
import pytest

from analysis.units import Floats, db_to_amplitude
from mastering.dither import Quantiser
from tests.albums import music, on_grid
from tests.signals import sine, stereo

FRAMES = 500_000
SIX_SIGMAS = 6.0
MEAN_TOLERANCE_LSB = SIX_SIGMAS * 0.5 / np.sqrt(2 * FRAMES)
VARIANCE_TOLERANCE_LSB2 = SIX_SIGMAS * 0.45 / np.sqrt(2 * FRAMES)  # 0.42: deviation of the squared error at most
CORRELATION_TOLERANCE = SIX_SIGMAS / np.sqrt(FRAMES)
HARMONICS_DBFS = -110.0
LARGEST_ERROR_LSB = 1.5
RATE_HZ = 48_000

SIGNALS = {
    "silence": lambda: np.zeros((FRAMES, 2)),
    "half a step": lambda: np.full((FRAMES, 2), 0.5 / 32_768),
    "a quarter of a step": lambda: np.full((FRAMES, 2), 0.25 / 32_768),
    "soft sine": lambda: stereo(sine(997.0, FRAMES / RATE_HZ, RATE_HZ)) * db_to_amplitude(-80.0),
    "loud sine": lambda: stereo(sine(997.0, FRAMES / RATE_HZ, RATE_HZ)) * 0.7,
}


def errors(samples: Floats, bits: int = 16, **changes: int | bool) -> Floats:
    """In LSB."""
    settings: dict[str, int] = {"seed": 1, "track": 0, **changes}
    found = Quantiser(bits, **settings).process(samples)  # type: ignore[arg-type]
    return found - samples * 2.0 ** (bits - 1)


def dither(frames: int = FRAMES, channels: int = 2, **changes: int | bool) -> Floats:
    """What silence becomes, in LSB."""
    return errors(np.zeros((frames, channels)), **changes)


def correlation(first: Floats, second: Floats) -> float:
    return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])


@pytest.mark.parametrize("bits", [16, 24])
@pytest.mark.parametrize("name", SIGNALS)
def test_the_error_has_no_mean_and_a_quarter_of_a_step_squared(name: str, bits: int) -> None:
    samples = SIGNALS[name]() / 2.0 ** (bits - 16)
    error = errors(samples, bits)
    assert error.mean() == pytest.approx(0.0, abs=MEAN_TOLERANCE_LSB)
    assert error.var() == pytest.approx(0.25, abs=VARIANCE_TOLERANCE_LSB2)
    assert np.abs(error).max() <= LARGEST_ERROR_LSB


@pytest.mark.parametrize("lag", [1, 2, 3, 64, 65_536])
def test_the_error_is_white(lag: int) -> None:
    error = errors(SIGNALS["soft sine"]())
    for channel in (0, 1):
        assert abs(correlation(error[lag:, channel], error[:-lag, channel])) < CORRELATION_TOLERANCE
    assert abs(correlation(error[lag:, 0], error[:-lag, 1])) < CORRELATION_TOLERANCE


def test_channels_get_their_own() -> None:
    error = errors(SIGNALS["soft sine"]())
    assert abs(correlation(error[:, 0], error[:, 1])) < CORRELATION_TOLERANCE


def test_the_error_knows_nothing_of_the_signal() -> None:
    samples = SIGNALS["soft sine"]()
    error = errors(samples)
    assert abs(correlation(error, samples)) < CORRELATION_TOLERANCE
    assert abs(correlation(error**2, samples**2)) < CORRELATION_TOLERANCE, "no modulation of the noise"


@pytest.mark.parametrize("dithered", [True, False])
def test_harmonics_of_a_soft_tone_drown(dithered: bool) -> None:
    """-80 dBFS is 3 steps of 16 bits: without dither its harmonics stand out, so the test can tell."""
    frames, turns = 2**19, 10_889  # whole turns of 997 Hz, a prime number of them: harmonics fall on bins
    samples = np.sin(2 * np.pi * turns / frames * np.arange(frames))[:, None] * db_to_amplitude(-80.0)
    found = Quantiser(16, seed=1, track=0, dithered=dithered).process(samples) / 32_768
    levels = np.abs(np.fft.rfft(found[:, 0])) * 2 / frames
    assert levels[turns] == pytest.approx(db_to_amplitude(-80.0), rel=0.03)
    highest_dbfs = 20 * np.log10(max(levels[number * turns] for number in range(2, 20)))
    assert bool(highest_dbfs < HARMONICS_DBFS) is dithered


def test_the_same_each_time_and_wherever_blocks_are_cut() -> None:
    samples = music(0.3, RATE_HZ, np.random.default_rng(1))
    whole = Quantiser(16, seed=3, track=2).process(samples)
    for block_frames in (1, 7, 4_096):
        quantiser = Quantiser(16, seed=3, track=2)
        parts = [quantiser.process(samples[at : at + block_frames]) for at in range(0, len(samples), block_frames)]
        assert np.array_equal(np.concatenate(parts), whole)


def test_skipped_frames_count() -> None:
    whole = dither(1_000)
    quantiser = Quantiser(16, seed=1, track=0)
    quantiser.process(np.zeros((300, 2)))
    quantiser.skip(400)
    assert np.array_equal(quantiser.process(np.zeros((300, 2))), whole[700:])


@pytest.mark.parametrize("other", [{"seed": 2}, {"track": 1}, {"track": 2}, {"seed": 0}, {"seed": 2**31 - 1}])
def test_tracks_and_seeds_differ_at_every_distance(other: dict[str, int]) -> None:
    """Not even the same noise moved a little."""
    one, two = dither(100_000).ravel(), dither(100_000, **other).ravel()
    for lag in range(-6, 7):
        pair = (one[6 + lag : len(one) - 6 + lag], two[6:-6])
        assert abs(correlation(*pair)) < SIX_SIGMAS / np.sqrt(len(pair[1])), lag


@pytest.mark.parametrize("bits", [16, 24])
def test_samples_on_the_grid_stay_without_dither(bits: int) -> None:
    rng = np.random.default_rng(1)
    codes = rng.integers(-(2 ** (bits - 1)), 2 ** (bits - 1), (10_000, 2))
    codes[:2] = [[-(2 ** (bits - 1))] * 2, [2 ** (bits - 1) - 1] * 2]
    quantiser = Quantiser(bits, seed=1, track=0, dithered=False)
    assert np.array_equal(quantiser.process(codes / 2.0 ** (bits - 1)), codes)
    assert quantiser.held == 0


def test_without_dither_it_rounds_to_the_nearest() -> None:
    samples = music(0.2, RATE_HZ, np.random.default_rng(1))
    found = Quantiser(16, seed=1, track=0, dithered=False).process(samples)
    assert np.array_equal(found / 32_768, on_grid(samples, 16))


def test_mono_stays_mono() -> None:
    samples = stereo(music(0.2, RATE_HZ, np.random.default_rng(1))[:, 0])
    found = Quantiser(16, seed=1, track=0, mono=True).process(samples)
    assert np.array_equal(found[:, 0], found[:, 1])
    apart = Quantiser(16, seed=1, track=0).process(samples)
    assert not np.array_equal(apart[:, 0], apart[:, 1])


def test_what_does_not_fit_is_held_at_the_rails_and_counted() -> None:
    samples = np.array([[1.5, -1.5], [0.0, 0.25], [1.0, -1.0], [-3.0, 0.999]])
    quantiser = Quantiser(16, seed=1, track=0, dithered=False)
    found = quantiser.process(samples)
    assert found.tolist() == [[32_767, -32_768], [0, 8_192], [32_767, -32_768], [-32_768, 32_735]]
    assert quantiser.held == 4  # 1.5, -1.5, 1.0 and -3.0; -1.0 is a code of its own
    quantiser.process(samples[:1])
    assert quantiser.held == 6
