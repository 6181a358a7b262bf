"""Saturation: the curve, what it leaves alone, and nothing that folds back; and the oversampler it stands on."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.audio import Audio
from analysis.errors import SpecificationError
from analysis.units import Floats, amplitude_to_db, db_to_amplitude
from mastering.chain import process
from mastering.dynamics_specs import SaturationSpec
from mastering.oversampling import FACTORS, PASSES, Oversampler
from mastering.saturation import FINER_DB, Saturation

RATE_HZ = 44_100
FRAMES = 1 << 14
ALIASES_DBFS = -90.0
FLAT_DB = 0.002
STOPPED_DB = -95.0


def periodic(cycles: int, *, amplitude: float = 1.0) -> Floats:
    """A sine of so many whole cycles in `FRAMES`, four times over, in one channel."""
    return amplitude * np.sin(2 * np.pi * cycles / FRAMES * np.arange(4 * FRAMES) + 0.3)[:, None]


def saturated(samples: Floats, drive_db: float) -> Floats:
    stage = Saturation(SaturationSpec(drive_db=drive_db), samples.shape[1])
    return process(Audio.from_array(samples, RATE_HZ), [stage]).read()


def lines(samples: Floats) -> Floats:
    """Amplitude of each frequency, of whole cycles in `FRAMES`."""
    steady = samples[2 * FRAMES : 3 * FRAMES, 0]
    return np.asarray(np.abs(np.fft.rfft(steady)) * 2 / FRAMES)


@pytest.mark.parametrize("hz", [1_237.0, 4_999.0, 7_351.0, 9_997.0, 11_027.0, 14_713.0, 17_777.0, 18_999.0, 19_999.0])
@pytest.mark.parametrize("drive_db", [0.3, 1.0, FINER_DB, 3.0, 6.0])
def test_nothing_folds_back(hz: float, drive_db: float) -> None:
    cycles = round(hz / RATE_HZ * FRAMES) | 1  # odd, so that what folds back falls between the harmonics
    found = lines(saturated(periodic(cycles), drive_db))
    third = found[3 * cycles] if 3 * cycles < len(found) else None
    found[cycles::cycles] = 0.0
    assert amplitude_to_db(float(found.max())) < ALIASES_DBFS
    assert third is None or third > 1e-3, "the harmonic itself is wanted"


@pytest.mark.parametrize("drive_db", [0.5, 1.0, 3.0, 12.0])
@pytest.mark.parametrize("level_db", [-20.0, -6.0, 0.0, 6.0])
def test_the_curve_is_the_one_that_is_documented(drive_db: float, level_db: float) -> None:
    """On a slow wave, where oversampling has nothing to smooth."""
    samples = periodic(3, amplitude=db_to_amplitude(level_db))
    wanted = samples / np.sqrt(1 + (10 ** (drive_db / 10) - 1) * samples**2)
    inside = slice(FRAMES, 3 * FRAMES)
    assert np.abs(saturated(samples, drive_db) - wanted)[inside].max() < 3e-5 * db_to_amplitude(level_db)


def test_full_scale_comes_out_lower_by_the_drive() -> None:
    flat = np.ones((4_000, 1))
    assert amplitude_to_db(float(saturated(flat, 2.5)[2_000, 0])) == pytest.approx(-2.5, abs=1e-3)


@pytest.mark.parametrize("hz", [20.0, 1_000.0, 10_000.0, 18_000.0, 20_500.0])
def test_what_is_small_is_passed_at_any_frequency(hz: float) -> None:
    cycles = max(1, round(hz / RATE_HZ * FRAMES))
    samples = periodic(cycles, amplitude=0.01)
    gain_db = amplitude_to_db(float(lines(saturated(samples, 1.0))[cycles] / lines(samples)[cycles]))
    assert gain_db == pytest.approx(0.0, abs=FLAT_DB)


def test_no_drive_passes_bit_by_bit(rng: np.random.Generator) -> None:
    samples = rng.standard_normal((3_000, 2))
    assert np.array_equal(saturated(samples, 0.0), samples)


def test_what_is_louder_than_full_scale_is_bent_and_not_clipped() -> None:
    samples = periodic(3, amplitude=4.0)
    out = saturated(samples, 1.0)
    assert np.abs(out).max() == pytest.approx(4 / np.sqrt(1 + 16 * (10**0.1 - 1)), rel=1e-3)
    rising = np.diff(out[: FRAMES // 16, 0]) * np.diff(samples[: FRAMES // 16, 0])
    assert (rising > 0).mean() > 0.99


def test_no_subnormal_numbers_are_left(rng: np.random.Generator) -> None:
    fading = rng.standard_normal((60_000, 2)) * np.geomspace(1.0, 1e-300, 60_000)[:, None]
    stage = Saturation(SaturationSpec(drive_db=3.0), 2)
    out = stage.process(fading) - np.concatenate([np.zeros((stage.latency_frames, 2)), fading])[: len(fading)]
    assert not ((out != 0) & (np.abs(out) < np.finfo(float).tiny)).any()


@pytest.mark.parametrize("drive_db", [-0.1, 25.0])
def test_a_drive_out_of_bounds_is_refused(drive_db: float) -> None:
    with pytest.raises(SpecificationError, match="0 to 24 dB"):
        SaturationSpec(drive_db=drive_db)


@pytest.mark.parametrize("factor", FACTORS)
def test_up_and_down_is_a_wire_up_to_what_is_passed(factor: int) -> None:
    oversampler = Oversampler(factor, 1)
    impulse = np.zeros((4_096, 1))
    impulse[500] = 1.0
    out = oversampler.down(oversampler.up(impulse))[:, 0]
    assert out.argmax() == 500 + oversampler.latency_frames
    response_db = amplitude_to_db(np.abs(np.fft.rfft(out)))
    over_rate = np.fft.rfftfreq(len(out))
    assert np.abs(response_db[over_rate <= PASSES - 1e-3]).max() < FLAT_DB
    about = out[oversampler.latency_frames + 500 - 400 :][:801]
    assert np.abs(about - about[::-1]).max() < 1e-12, "linear phase"


@pytest.mark.parametrize("factor", FACTORS)
def test_images_are_stopped_on_the_way_up(factor: int) -> None:
    cycles = round(0.41 * FRAMES)
    rows = Oversampler(factor, 1).up(periodic(cycles))
    found = np.abs(np.fft.rfft(rows[0, 2 * factor * FRAMES : 3 * factor * FRAMES])) * 2 / (factor * FRAMES)
    assert found[cycles] == pytest.approx(1.0, abs=1e-4)
    found[cycles] = 0.0
    assert amplitude_to_db(float(found.max())) < STOPPED_DB


@pytest.mark.parametrize("factor", FACTORS)
def test_what_lies_over_half_the_rate_is_stopped_on_the_way_down(factor: int) -> None:
    for share in np.linspace(0.501, factor / 2 - 0.05, 12):
        cycles = round(share * FRAMES)
        fine = np.sin(2 * np.pi * cycles / (factor * FRAMES) * np.arange(2 * factor * FRAMES))[None, :]
        out = Oversampler(factor, 1).down(fine)[1_000:]
        assert amplitude_to_db(float(np.abs(out).max())) < STOPPED_DB


def test_other_factors_are_refused() -> None:
    with pytest.raises(ValueError, match="2, 4 or 8"):
        Oversampler(3, 2)
