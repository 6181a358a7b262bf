"""The compressor against its own figures: how far, how fast, on what, and what its simulation on levels foretells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.audio import Audio
from analysis.errors import SpecificationError
from analysis.levels import STEPS_PER_SECOND, LevelMeter
from analysis.loudness import LoudnessMeter
from analysis.units import Floats, amplitude_to_db, db_to_amplitude
from mastering.chain import process
from mastering.compressor import Compressor, envelope_gain_db
from mastering.dynamics_specs import CompressorSpec, Detector
from tests.signals import feed, musical_noise, sine, stereo

RATE_HZ = 44_100
SINE_RMS_DB = -3.01
STEADY_DB = 0.05  # the level of a tone ripples within its period
BLIND_LU = 0.25  # moves within a tenth of a second
TIME_SHARE = 0.25  # the RMS level takes its own 10 ms


def compressed(samples: Floats, spec: CompressorSpec) -> Floats:
    return process(Audio.from_array(samples, RATE_HZ), [Compressor(spec, RATE_HZ, samples.shape[1])]).read()


def tone(level_dbfs: float, seconds: float = 2.0, freq_hz: float = 997.0) -> Floats:
    """With this RMS level."""
    return stereo(db_to_amplitude(level_dbfs - SINE_RMS_DB) * sine(freq_hz, seconds, RATE_HZ))


def gain_db(before: Floats, after: Floats, window: slice) -> float:
    squares = [float(np.mean(part[window] ** 2)) for part in (after, before)]
    return 0.5 * amplitude_to_db(squares[0] / squares[1])


@pytest.mark.parametrize(
    ("ratio", "over_db", "expected_db"),
    [(2.0, 4.0, -2.0), (4.0, 8.0, -6.0), (0.8, 8.0, 2.0), (2.0, -10.0, 0.0), (2.0, 0.0, -0.375), (0.8, 0.0, 0.1875)],
)
def test_a_steady_tone_is_moved_by_the_curve(ratio: float, over_db: float, expected_db: float) -> None:
    """At the threshold itself a knee of 6 dB has bent by an eighth of 6 dB."""
    spec = CompressorSpec(threshold_dbfs=-20.0, ratio=ratio, range_db=12.0)
    samples = tone(-20.0 + over_db)
    found = gain_db(samples, compressed(samples, spec), slice(RATE_HZ, None))
    assert found == pytest.approx(expected_db, rel=0, abs=STEADY_DB)


@pytest.mark.parametrize("ratio", [20.0, 0.5])
def test_nothing_is_moved_further_than_the_range(ratio: float, rng: np.random.Generator) -> None:
    spec = CompressorSpec(threshold_dbfs=-60.0, ratio=ratio, attack_ms=1.0, release_ms=10.0)
    samples = musical_noise(4.0, RATE_HZ, rng)
    heard = np.abs(samples) > 0
    moved_db = amplitude_to_db(np.asarray(compressed(samples, spec)[heard] / samples[heard]))
    assert np.abs(moved_db).max() <= spec.range_db + 1e-9
    assert np.abs(moved_db).max() > spec.range_db - 0.01


@pytest.mark.parametrize("ratio", [2.0, 0.8])
def test_it_comes_and_goes_in_its_times(ratio: float) -> None:
    spec = CompressorSpec(threshold_dbfs=-30.0, ratio=ratio, range_db=12.0, attack_ms=100.0, release_ms=400.0)
    samples = np.concatenate([tone(-50.0), tone(-22.0), tone(-50.0)])
    steps_db = amplitude_to_db(np.asarray(np.abs(compressed(samples, spec)) / np.maximum(np.abs(samples), 1e-9)))[:, 0]
    effect = np.abs(np.where(np.abs(samples[:, 0]) > 1e-4, steps_db, np.nan))
    full = 8.0 * abs(1 / ratio - 1)
    for start_s, time_s, share in ((2.0, 0.1, 1 - np.exp(-1)), (4.0, 0.4, np.exp(-1))):
        after = effect[round(start_s * RATE_HZ) : round((start_s + 1.9) * RATE_HZ)]
        passed = after > share * full if start_s == 2.0 else after < share * full
        assert np.argmax(passed) / RATE_HZ == pytest.approx(time_s, rel=TIME_SHARE)


def test_bass_under_the_side_chain_moves_nothing() -> None:
    spec = CompressorSpec(threshold_dbfs=-30.0, ratio=4.0)
    bass = tone(-20.0, freq_hz=40.0)
    assert gain_db(bass, compressed(bass, spec), slice(RATE_HZ, None)) < -2.5
    cut = CompressorSpec(threshold_dbfs=-30.0, ratio=4.0, sidechain_hz=150.0)
    assert gain_db(bass, compressed(bass, cut), slice(RATE_HZ, None)) == pytest.approx(0.0, abs=STEADY_DB)


def test_channels_move_together() -> None:
    samples = tone(-15.0) * np.array([1.0, 0.01])
    out = compressed(samples, CompressorSpec(threshold_dbfs=-30.0, ratio=3.0))
    assert out[:, 1] == pytest.approx(out[:, 0] * 0.01, abs=1e-12)


@pytest.mark.parametrize(
    ("ratio", "over_db", "expected_db"), [(2.0, 8.0, -4.0), (0.8, 8.0, 2.0), (2.0, -10.0, 0.0), (2.0, 0.0, -0.375)]
)
def test_a_peak_detector_reads_the_peaks_of_a_tone(ratio: float, over_db: float, expected_db: float) -> None:
    """On channels of which one is silent: the highest sample of any counts."""
    spec = CompressorSpec(
        threshold_dbfs=-20.0, ratio=ratio, range_db=12.0, detector=Detector.PEAK, attack_ms=1.0, release_ms=2_000.0
    )
    samples = tone(-20.0 + over_db + SINE_RMS_DB) * np.array([1.0, 0.0])
    found = gain_db(samples, compressed(samples, spec), slice(RATE_HZ, None))
    assert found == pytest.approx(expected_db, rel=0, abs=STEADY_DB)


def test_a_peak_detector_comes_in_its_attack_and_goes_in_both_times() -> None:
    """Smooth and decoupled: on a step down the peak's decay runs through the attack's smoothing."""
    spec = CompressorSpec(
        threshold_dbfs=-30.0, ratio=2.0, range_db=12.0, detector=Detector.PEAK, attack_ms=50.0, release_ms=400.0
    )
    square = np.where(np.arange(4 * RATE_HZ) < 2 * RATE_HZ, db_to_amplitude(-22.0), db_to_amplitude(-60.0))[:, None]
    effect = -amplitude_to_db(np.asarray(compressed(square, spec) / square))[:, 0]
    assert np.argmax(effect > 4.0 * (1 - np.exp(-1))) / RATE_HZ == pytest.approx(0.05, rel=0.01)
    after = effect[2 * RATE_HZ :]
    time_s = np.arange(len(after)) / RATE_HZ
    wanted = 4.0 * (0.4 * np.exp(-time_s / 0.4) - 0.05 * np.exp(-time_s / 0.05)) / (0.4 - 0.05)
    assert after == pytest.approx(wanted, rel=0, abs=0.001)


@pytest.mark.parametrize("mix", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("detector", Detector)
def test_what_went_in_is_mixed_in_phase(mix: float, detector: Detector, rng: np.random.Generator) -> None:
    samples = musical_noise(2.0, RATE_HZ, rng)
    spec = CompressorSpec(threshold_dbfs=-40.0, ratio=4.0, range_db=20.0, detector=detector)
    wet = compressed(samples, spec)
    made_up = compressed(samples, replace(spec, mix=mix, makeup_db=2.0))
    assert made_up == pytest.approx(db_to_amplitude(2.0) * ((1 - mix) * samples + mix * wet), abs=1e-12)


@pytest.mark.parametrize("detector", Detector)
def test_a_long_decay_leaves_no_subnormal_numbers(detector: Detector) -> None:
    spec = CompressorSpec(threshold_dbfs=-60.0, ratio=4.0, detector=detector, sidechain_hz=100.0)
    stage = Compressor(spec, RATE_HZ, 1)
    burst = np.concatenate([sine(500.0, 0.5, RATE_HZ), np.zeros(60 * RATE_HZ)])[:, None]
    gains = stage.gains(burst)
    assert gains[:RATE_HZ].min() < 0.9
    assert (gains[-RATE_HZ:] == 1.0).all(), "at rest, and not on its way there for ever"


@pytest.mark.parametrize("ratio", [0.75, 1.6])
def test_levels_foretell_what_the_audio_gets(ratio: float, rng: np.random.Generator) -> None:
    """Loudness of every 3 s, predicted from RMS levels of tenths of a second."""
    samples = musical_noise(20.0, RATE_HZ, rng)
    spec = CompressorSpec(threshold_dbfs=-22.0, ratio=ratio)
    levels, before, after = LevelMeter(RATE_HZ, 2), LoudnessMeter(RATE_HZ, 2), LoudnessMeter(RATE_HZ, 2)
    feed(levels, samples)
    feed(before, samples)
    feed(after, compressed(samples, spec))
    powers = levels.powers()
    moved = powers * 10 ** (envelope_gain_db(spec, powers, STEPS_PER_SECOND) / 10)
    windows = np.ones(30)
    expected = 10 * np.log10(np.convolve(moved, windows, "valid") / np.convolve(powers, windows, "valid"))
    found = (after.short_term_lufs() - before.short_term_lufs())[::10][: len(expected)]
    assert np.abs(found).max() > 0.5
    assert found == pytest.approx(expected[: len(found)], rel=0, abs=BLIND_LU)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ratio": 0.1}, "ratio 0.1: use 0.5 to 20"),
        ({"ratio": 2.0, "attack_ms": 0.0}, "0 ms of attack"),
        ({"ratio": 2.0, "range_db": -1.0}, "range of -1 dB"),
        ({"ratio": 2.0, "mix": 1.5}, "mix of 1.5: use 0 to 1"),
    ],
)
def test_what_is_no_compressor_is_refused(changes: dict[str, float], words: str) -> None:
    with pytest.raises(SpecificationError, match=words):
        CompressorSpec(threshold_dbfs=-20.0, **changes)
