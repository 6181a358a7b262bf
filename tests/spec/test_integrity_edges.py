"""Defects of the samples, and where a song is felt to begin and to end, on signals made to have them."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.edges import Edges, Ending, find_edges
from analysis.integrity import Integrity, IntegrityMeter
from analysis.loudness import LoudnessMeter
from analysis.units import Floats, db_to_amplitude
from tests.signals import faded, feed, pink_noise, sine, stereo

RATE_HZ = 44_100

OFFSET_TOLERANCE = 1e-6  # full scale 1.0
LEVEL_TOLERANCE_DB = 0.01
NOISE_FLOOR_TOLERANCE_DB = 0.3  # the quietest of many windows lies a little under the mean
TIME_TOLERANCE_S = 1e-9
ONSET_TOLERANCE_S = 0.02
END_TOLERANCE_S = 0.1
LOUDNESS_TOLERANCE_LU = 0.2

FELT_LU = 50.0  # a decay that far under the loud sections is no longer heard


def integrity(samples: Floats, rate_hz: int = RATE_HZ) -> Integrity:
    meter = IntegrityMeter(rate_hz, samples.shape[1])
    feed(meter, samples, 10_000)
    return meter.result()


# --- Integrity ----------------------------------------------------------------------------------------------------


def test_an_offset_is_measured_channel_by_channel() -> None:
    samples = stereo(0.3 * sine(100, 1.0, RATE_HZ)) + np.array([0.02, -0.005])
    assert integrity(samples).dc_offset == pytest.approx((0.02, -0.005), rel=0, abs=OFFSET_TOLERANCE)


def test_peak_and_rms() -> None:
    samples = np.stack([0.5 * sine(997, 1.0, RATE_HZ), np.zeros(RATE_HZ)], axis=1)
    found = integrity(samples)
    assert found.sample_peak_dbfs == pytest.approx(-6.02, rel=0, abs=LEVEL_TOLERANCE_DB)
    assert found.rms_dbfs == pytest.approx(-6.02 - 3.01 - 3.01, rel=0, abs=LEVEL_TOLERANCE_DB)


def test_a_full_scale_square_wave_has_an_rms_of_0_db() -> None:
    assert integrity(np.sign(stereo(sine(100, 1.0, 48_000, phase_deg=1.0)))).rms_dbfs == pytest.approx(
        0.0, rel=0, abs=LEVEL_TOLERANCE_DB
    )


@pytest.mark.parametrize("scale", [1.0, 32767 / 32768, 1.3])
def test_clipped_runs_are_counted_where_they_are(scale: float) -> None:
    """A 441 Hz tone has 100 frames a period; clipped from 1 s on, both half waves, in one channel, for 0.1 s."""
    left = 0.5 * sine(441, 2.0, RATE_HZ)
    hot = slice(RATE_HZ, RATE_HZ + RATE_HZ // 10)
    left[hot] = scale * np.clip(left[hot] * 4, -1, 1)
    found = integrity(np.stack([left, 0.1 * left], axis=1))
    first = RATE_HZ + int(np.argmax(np.abs(left[RATE_HZ:]) >= scale))
    assert found.clipped_runs == 2 * 44  # periods in 0.1 s
    assert found.clipped_first_s == pytest.approx(first / RATE_HZ, rel=0, abs=TIME_TOLERANCE_S)


def test_a_clipped_run_across_blocks_is_one() -> None:
    samples = np.zeros((30_000, 1))
    samples[9_995:10_005] = 1.0
    found = integrity(samples)
    assert found.clipped_runs == 1
    assert found.clipped_first_s == pytest.approx(9_995 / RATE_HZ, rel=0, abs=TIME_TOLERANCE_S)


def test_flat_tops_with_the_dust_of_a_decoder_are_clipped(rng: np.random.Generator) -> None:
    samples = np.clip(2 * sine(441, 0.1, RATE_HZ), -1, 1) + rng.uniform(-2e-5, 2e-5, RATE_HZ // 10)
    assert integrity(samples[:, None]).clipped_runs == 2 * 44


@pytest.mark.parametrize("frequency_hz", [20, 50, 100, 997, 5000])
@pytest.mark.parametrize("amplitude", [1.0, 1.5])
def test_a_round_wave_at_or_over_full_scale_is_not_clipped(frequency_hz: float, amplitude: float) -> None:
    """A bass note has tops that are almost flat, and still nothing was cut off."""
    found = integrity(stereo(amplitude * sine(frequency_hz, 1.0, RATE_HZ)))
    assert (found.clipped_runs, found.clipped_first_s) == (0, None)


def test_two_equal_samples_at_full_scale_are_not_clipped() -> None:
    samples = np.zeros((1000, 1))
    samples[500:502] = 1.0
    assert integrity(samples).clipped_runs == 0


def test_the_noise_floor_is_that_of_the_quietest_part(rng: np.random.Generator) -> None:
    noise = db_to_amplitude(-80.0) * rng.standard_normal((5 * RATE_HZ, 2))
    noise[2 * RATE_HZ :] += stereo(0.2 * sine(440, 3.0, RATE_HZ))
    assert integrity(noise).noise_floor_dbfs == pytest.approx(-80.0, rel=0, abs=NOISE_FLOOR_TOLERANCE_DB)


def test_digital_silence_is_no_noise_floor(rng: np.random.Generator) -> None:
    """Nor is a window that is half digital silence."""
    noise = db_to_amplitude(-80.0) * rng.standard_normal((2 * RATE_HZ, 2))
    padded = np.pad(noise, ((RATE_HZ, RATE_HZ), (0, 0)))
    assert integrity(padded).noise_floor_dbfs == pytest.approx(-80.0, rel=0, abs=NOISE_FLOOR_TOLERANCE_DB)


@pytest.mark.parametrize("seconds", [0.0, 0.3, 1.0])
def test_a_noise_floor_needs_sound_and_0_4_s(seconds: float, rng: np.random.Generator) -> None:
    noise = 0.1 * rng.standard_normal((round(seconds * RATE_HZ), 1))
    assert (integrity(noise).noise_floor_dbfs is None) == (seconds < 0.4)


def test_digital_silence_at_both_ends() -> None:
    samples = np.zeros((3 * RATE_HZ, 2))
    samples[1000:100_000, 0] = 1e-9
    samples[990:2000, 1] = -1e-9
    found = integrity(samples)
    assert found.digital_head_s == pytest.approx(990 / RATE_HZ, rel=0, abs=TIME_TOLERANCE_S)
    assert found.digital_tail_s == pytest.approx((3 * RATE_HZ - 100_000) / RATE_HZ, rel=0, abs=TIME_TOLERANCE_S)


def test_a_silent_file_is_head_and_tail_from_end_to_end() -> None:
    found = integrity(np.zeros((RATE_HZ, 2)))
    assert (found.digital_head_s, found.digital_tail_s) == (1.0, 1.0)


@pytest.mark.parametrize(("bits", "expected"), [(8, 16), (16, 16), (20, 24), (24, 24), (25, None), (32, None)])
def test_the_grid_that_samples_lie_on(bits: int, expected: int | None, rng: np.random.Generator) -> None:
    codes = rng.integers(-(2 ** (bits - 1)), 2 ** (bits - 1), (5000, 2))
    assert integrity(codes / 2.0 ** (bits - 1)).grid_bits == expected


def test_one_sample_off_the_grid_is_enough(rng: np.random.Generator) -> None:
    samples = rng.integers(-(2**15), 2**15, (5000, 2)) / 2.0**15
    samples[4999, 1] += 0.25 / 2**15
    assert integrity(samples).grid_bits == 24
    samples[0, 0] += 1e-9
    assert integrity(samples).grid_bits is None


# --- Edges --------------------------------------------------------------------------------------------------------


def edges(channel: Floats, *, loud_lufs: float | None = None) -> Edges:
    """Edges of a mono signal; how loud its loud sections are is taken from its loudest 3 s."""
    meter = LoudnessMeter(RATE_HZ, 1)
    feed(meter, channel[:, None])
    loud_lufs = loud_lufs if loud_lufs is not None else float(meter.short_term_lufs().max())
    return find_edges(meter.hop_energies(), RATE_HZ, loud_lufs, len(channel) / RATE_HZ)


def body(kind: str, seconds: float, rng: np.random.Generator) -> Floats:
    """At one level all through, so that every decay can be reckoned from it."""
    return 0.1 * sine(1000, seconds, RATE_HZ) if kind == "tone" else pink_noise(seconds, RATE_HZ, rng, channels=1)[:, 0]


def falling(channel: Floats, start_s: float, db_per_s: float) -> Floats:
    time_s = np.arange(len(channel)) / RATE_HZ
    return np.asarray(channel * db_to_amplitude(-db_per_s * np.maximum(0.0, time_s - start_s)))


@pytest.mark.parametrize("kind", ["tone", "noise"])
def test_a_cold_end(kind: str, rng: np.random.Generator) -> None:
    found = edges(np.pad(body(kind, 8.0, rng), (0, 3 * RATE_HZ)))
    assert found.felt_end_s == pytest.approx(8.0, rel=0, abs=END_TOLERANCE_S)
    assert found.ending is Ending.COLD


def test_a_cold_end_at_the_end_of_the_file_is_the_end_of_the_file(rng: np.random.Generator) -> None:
    channel = body("noise", 8.0, rng)[:-123]
    found = edges(channel)
    assert found.felt_end_s == len(channel) / RATE_HZ
    assert found.ending is Ending.COLD


@pytest.mark.parametrize("kind", ["tone", "noise"])
@pytest.mark.parametrize("db_per_s", [17.0, 30.0, 50.0])
def test_a_ring_out_ends_where_it_is_50_lu_down(kind: str, db_per_s: float, rng: np.random.Generator) -> None:
    found = edges(falling(body(kind, 15.0, rng), 8.0, db_per_s))
    assert found.felt_end_s == pytest.approx(8.0 + FELT_LU / db_per_s, rel=0, abs=END_TOLERANCE_S)
    assert found.ending is Ending.RING_OUT


@pytest.mark.parametrize("db_per_s", [5.0, 9.0])
def test_a_fade_in_decibels_ends_where_it_is_50_lu_down(db_per_s: float) -> None:
    found = edges(falling(body("tone", 25.0, np.random.default_rng()), 8.0, db_per_s))
    assert found.felt_end_s == pytest.approx(8.0 + FELT_LU / db_per_s, rel=0, abs=END_TOLERANCE_S)
    assert found.ending is Ending.FADE


@pytest.mark.parametrize("kind", ["tone", "noise"])
def test_a_straight_fade_ends_with_the_file(kind: str, rng: np.random.Generator) -> None:
    channel = body(kind, 20.0, rng)
    channel[10 * RATE_HZ :] *= np.linspace(1, 0, 10 * RATE_HZ)
    found = edges(channel)
    assert found.felt_end_s == pytest.approx(20.0 - 10.0 * db_to_amplitude(-FELT_LU), rel=0, abs=END_TOLERANCE_S)
    assert found.ending is Ending.FADE


def test_noise_under_the_end_is_not_part_of_the_song(rng: np.random.Generator) -> None:
    """A decay into noise 45 dB down is felt to end where it is 6 LU over the noise."""
    channel = falling(body("tone", 15.0, rng), 8.0, 30.0)
    noise = body("noise", 15.0, rng)
    level = LoudnessMeter(RATE_HZ, 1)
    feed(level, noise[:, None])
    tone = LoudnessMeter(RATE_HZ, 1)
    feed(tone, channel[:, None])
    apart_lu = float(tone.short_term_lufs().max() - np.median(level.short_term_lufs()))
    found = edges(channel + db_to_amplitude(apart_lu - 45.0) * noise)
    assert found.felt_end_s == pytest.approx(8.0 + (45.0 - 6.0) / 30.0, rel=0, abs=END_TOLERANCE_S)


@pytest.mark.parametrize("start_s", [0.0, 0.5, 1.234])
@pytest.mark.parametrize("kind", ["tone", "noise"])
def test_the_first_onset(kind: str, start_s: float, rng: np.random.Generator) -> None:
    found = edges(np.pad(body(kind, 6.0, rng), (round(start_s * RATE_HZ), 0)))
    assert found.first_sound_s == pytest.approx(start_s, rel=0, abs=ONSET_TOLERANCE_S)


def test_a_click_free_start_is_found_under_hiss(rng: np.random.Generator) -> None:
    hiss = db_to_amplitude(-45.0) * body("noise", 8.0, rng)
    song = np.pad(faded(0.1 * sine(1000, 6.0, RATE_HZ), 0.01, RATE_HZ), (2 * RATE_HZ, 0))
    assert edges(song + hiss).first_sound_s == pytest.approx(2.0, rel=0, abs=ONSET_TOLERANCE_S)


def test_loudness_at_both_ends() -> None:
    """Quiet for 20 s, loud for 20 s, half as loud for 20 s; silence around it is not counted."""
    level = np.repeat([0.01, 0.1, 0.05], 20 * RATE_HZ)
    found = edges(np.pad(level * sine(1000, 60.0, RATE_HZ), 2 * RATE_HZ))
    assert found.opening_lufs == pytest.approx(-40.0, rel=0, abs=LOUDNESS_TOLERANCE_LU)
    assert found.closing_lufs == pytest.approx(-26.0, rel=0, abs=LOUDNESS_TOLERANCE_LU)


def test_what_only_loud_music_shows_is_no_offset() -> None:
    """A lopsided song with a soft start: its mean is not zero, and nothing lies under the soft part."""
    time_s = np.arange(20 * RATE_HZ) / RATE_HZ
    loud = 0.3 * np.sin(2 * np.pi * 110 * time_s) + 0.01 * (time_s > 4)
    song = np.where(time_s > 4, loud, 0.002 * np.sin(2 * np.pi * 440 * time_s))
    assert abs(song.mean()) > 0.005
    assert abs(integrity(song[:, None]).dc_offset[0]) < 0.001
    assert integrity(song[:, None] + 0.01).dc_offset[0] == pytest.approx(0.01, rel=0, abs=0.001), "it lies under both"
