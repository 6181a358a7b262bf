"""Three bands: they sum to the signal itself, each is moved by its own level, and nothing is when nothing is asked."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.audio import Audio
from analysis.errors import SpecificationError
from analysis.units import Floats, amplitude_to_db, db_to_amplitude
from mastering.chain import process
from mastering.dynamics_specs import CompressorSpec, MultibandSpec
from mastering.multiband import Crossover, Multiband
from tests.signals import musical_noise, sine, stereo

RATE_HZ = 44_100
CROSSOVERS_HZ = (150.0, 2_500.0)
HARD = CompressorSpec(threshold_dbfs=-40.0, ratio=4.0, range_db=6.0, attack_ms=5.0, release_ms=50.0)
CURVE_DB = 0.02


def through(samples: Floats, spec: MultibandSpec) -> Floats:
    return process(Audio.from_array(samples, RATE_HZ), [Multiband(spec, RATE_HZ, samples.shape[1])]).read()


def bands_of(samples: Floats, freqs_hz: tuple[float, float] = CROSSOVERS_HZ) -> tuple[Floats, list[Floats], int]:
    crossover = Crossover(freqs_hz, RATE_HZ, samples.shape[1])
    first, second = crossover.process(samples), crossover.flush()
    parts = zip(first[1], second[1], strict=True)
    return np.concatenate([first[0], second[0]]), [np.concatenate(p) for p in parts], crossover.latency_frames


@pytest.mark.parametrize("freqs_hz", [CROSSOVERS_HZ, (40.0, 16_000.0), (900.0, 1_100.0)])
def test_the_bands_sum_to_the_signal(freqs_hz: tuple[float, float], rng: np.random.Generator) -> None:
    samples = musical_noise(1.0, RATE_HZ, rng)
    delayed, bands, late = bands_of(samples, freqs_hz)
    assert np.array_equal(delayed[late:], samples[: len(samples) - late])
    assert np.abs(sum(bands) - delayed).max() < 1e-14


@pytest.mark.parametrize("hz", [20.0, 75.0, 150.0, 300.0, 1_000.0, 2_500.0, 5_000.0, 12_000.0])
def test_the_bands_are_cut_as_linkwitz_and_riley_do(hz: float) -> None:
    impulse = np.zeros((RATE_HZ, 1))
    impulse[9_000] = 1.0
    _, bands, _ = bands_of(impulse)
    low, under_high = (1 / (1 + (hz / freq_hz) ** 4) for freq_hz in CROSSOVERS_HZ)
    wanted = (low, under_high - low, 1 - under_high)
    for band, share in zip(bands, wanted, strict=True):
        found = np.abs(np.exp(-2j * np.pi * hz / RATE_HZ * np.arange(len(band))) @ band[:, 0])
        assert found == pytest.approx(share, abs=2e-4)


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("hz", [40.0, 600.0, 9_000.0])
def test_a_band_moves_what_lies_in_it(number: int, hz: float) -> None:
    """A tone far over the threshold is moved by the range in its own band, and left alone by the others."""
    samples = stereo(0.5 * sine(hz, 1.0, RATE_HZ))
    spec = MultibandSpec(crossovers_hz=CROSSOVERS_HZ, **{("low", "mid", "high")[number]: HARD})
    window = slice(RATE_HZ // 2, RATE_HZ * 9 // 10)
    out = through(samples, spec)
    moved_db = 0.5 * amplitude_to_db(float(np.mean(out[window] ** 2) / np.mean(samples[window] ** 2)))
    own = (40.0, 600.0, 9_000.0).index(hz) == number
    # At 600 Hz the low and the high band still pass four and three thousandths.
    assert moved_db == pytest.approx(-HARD.range_db if own else 0.0, abs=0.1)


def test_bands_that_move_alike_leave_the_tone_alone() -> None:
    """All bands up by the same make-up: flat at every frequency."""
    even = CompressorSpec(threshold_dbfs=0.0, ratio=1.0, makeup_db=4.0)
    impulse = np.zeros((RATE_HZ, 1))
    impulse[RATE_HZ // 2] = 1.0
    out = through(impulse, MultibandSpec(crossovers_hz=CROSSOVERS_HZ, low=even, mid=even, high=even))[:, 0]
    response_db = amplitude_to_db(np.abs(np.fft.rfft(out)))
    assert response_db == pytest.approx(4.0, abs=1e-6)


def test_in_silence_it_comes_to_rest() -> None:
    burst = np.concatenate([sine(500.0, 0.5, RATE_HZ), np.zeros(20 * RATE_HZ)])[:, None]
    out = through(burst, MultibandSpec(crossovers_hz=CROSSOVERS_HZ, low=HARD, mid=HARD, high=HARD))
    assert not out[-RATE_HZ:].any()


def test_a_quiet_signal_is_passed_bit_by_bit(rng: np.random.Generator) -> None:
    samples = musical_noise(1.0, RATE_HZ, rng) * db_to_amplitude(-60.0)
    spec = MultibandSpec(crossovers_hz=CROSSOVERS_HZ, low=HARD, mid=HARD, high=HARD)
    assert np.array_equal(through(samples, spec), samples)


@pytest.mark.parametrize("crossovers_hz", [(30.0, 2_000.0), (2_000.0, 150.0), (500.0, 500.0), (100.0, 50_000.0)])
def test_crossovers_out_of_order_or_bounds_are_refused(crossovers_hz: tuple[float, float]) -> None:
    with pytest.raises(SpecificationError, match=r"40 to 40,000 Hz, the lower first"):
        MultibandSpec(crossovers_hz=crossovers_hz)
