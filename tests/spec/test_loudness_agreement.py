"""ITU-R BS.1770-5 to the letter, and agreement with three other people's meters."""

from __future__ import annotations

from functools import cache

import numpy as np
import pyebur128
import pyloudnorm
import pytest
import soxr

from analysis import standards
from analysis.loudness import Loudness, LoudnessMeter, k_weighting
from analysis.true_peak import TruePeakMeter
from analysis.units import Floats, amplitude_to_db, db_to_amplitude
from tests.signals import feed, musical_noise, pink_noise, sine, stereo

COEFFICIENT_TOLERANCE = 1e-13  # the tables print 14 decimals
PUBLISHED_LU = 0.1  # BS.2217, clause 2
DEFINITION_LU = 0.005
AGREEMENT_LU = 0.001
TRUE_PEAK_AGREEMENT_DB = 0.02

RATES_HZ = (44_100, 48_000, 96_000)
PROGRAMME_S = 20.0  # a whole number of 100 ms: pyloudnorm counts an incomplete last block


@cache
def programme(rate_hz: int, channels: int) -> Floats:
    """Noise that moves like music, near full scale."""
    noise = musical_noise(PROGRAMME_S, rate_hz, np.random.default_rng(rate_hz + channels), channels=channels)
    return np.asarray(noise / np.abs(noise).max())


def measured(samples: Floats, rate_hz: int) -> Loudness:
    meter = LoudnessMeter(rate_hz, samples.shape[1])
    feed(meter, samples)
    return meter.result()


def true_peak_dbtp(samples: Floats, rate_hz: int) -> float:
    meter = TruePeakMeter(rate_hz, samples.shape[1])
    feed(meter, samples)
    return meter.result()


def libebur128(samples: Floats, rate_hz: int) -> pyebur128.R128State:
    mode = pyebur128.MeasurementMode.MODE_I | pyebur128.MeasurementMode.MODE_S | pyebur128.MeasurementMode.MODE_M
    state = pyebur128.R128State(samples.shape[1], rate_hz, mode)
    state.add_frames(np.ascontiguousarray(samples).ravel(), len(samples))
    return state


@pytest.mark.parametrize(
    ("section", "printed"), [(0, standards.K_SHELF_48K), (1, standards.K_HIGH_PASS_48K)], ids=["shelf", "high-pass"]
)
def test_k_weighting_at_48_khz_is_the_printed_table(section: int, printed: tuple[tuple[float, ...], ...]) -> None:
    expected = [*printed[0], *printed[1]]
    assert k_weighting(48_000)[section] == pytest.approx(expected, rel=0, abs=COEFFICIENT_TOLERANCE)


@pytest.mark.parametrize(
    ("rate_hz", "shelf_b", "shelf_a", "high_pass_a"),
    [
        (
            44_100,
            (1.53084123005035, -2.65097999515473, 1.16907907992159),
            (-1.66365511325602, 0.71259542807323),
            (-1.9891696736298, 0.98919903578704),
        ),
        (
            96_000,
            (1.5597142289758, -2.92674157825108, 1.37826120231582),
            (-1.84460946989011, 0.85584332293064),
            (-1.99501754472472, 0.99502375904092),
        ),
    ],
)
def test_k_weighting_at_other_rates_is_that_of_libebur128(
    rate_hz: int, shelf_b: tuple[float, ...], shelf_a: tuple[float, ...], high_pass_a: tuple[float, ...]
) -> None:
    shelf, high_pass = k_weighting(rate_hz)
    assert shelf == pytest.approx([*shelf_b, 1.0, *shelf_a], rel=0, abs=COEFFICIENT_TOLERANCE)
    assert high_pass == pytest.approx([1.0, -2.0, 1.0, 1.0, *high_pass_a], rel=0, abs=COEFFICIENT_TOLERANCE)


@pytest.mark.parametrize("channel", [0, 1, 2])
def test_a_full_scale_997_hz_sine_in_one_front_channel_reads_minus_3_01(channel: int) -> None:
    samples = np.zeros((48_000 * 2, 3))
    samples[:, channel] = sine(997, 2.0, 48_000)
    assert measured(samples, 48_000).integrated_lufs == pytest.approx(-3.01, rel=0, abs=DEFINITION_LU)


@pytest.mark.parametrize("channel", [3, 4])
def test_a_surround_channel_weighs_1_41(channel: int) -> None:
    samples = np.zeros((48_000 * 2, 5))
    samples[:, channel] = sine(997, 2.0, 48_000)
    assert measured(samples, 48_000).integrated_lufs == pytest.approx(-3.01 + 1.492, rel=0, abs=DEFINITION_LU)


# BS.2217-like tones: frequency, peak level of both channels in dBFS that reads -23 LKFS at 48 kHz.
@pytest.mark.parametrize(
    ("frequency_hz", "level_dbfs"),
    [
        (25, -11.916),
        (100, -21.176),
        (500, -22.351),
        (997, -23.000),
        (1000, -23.007),
        (2000, -25.380),
        (10_000, -26.351),
    ],
)
@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
def test_tones_all_over_the_spectrum_read_minus_23(frequency_hz: float, level_dbfs: float, rate_hz: int) -> None:
    samples = stereo(db_to_amplitude(level_dbfs) * sine(frequency_hz, 5.0, rate_hz))
    tolerance_lu = DEFINITION_LU if rate_hz == 48_000 else PUBLISHED_LU
    assert measured(samples, rate_hz).integrated_lufs == pytest.approx(-23.0, rel=0, abs=tolerance_lu)


def in_steps(levels_dbfs: list[float], edges_s: list[float]) -> Floats:
    level = np.repeat(db_to_amplitude(np.array(levels_dbfs)), np.diff(np.round(np.array(edges_s) * 48_000)).astype(int))
    return stereo(level * sine(1000, edges_s[-1], 48_000))


def test_silence_between_tones_is_not_counted() -> None:
    """The absolute gate signal of BS.2217: blocks that hold half a tone fall under -70 LUFS."""
    tone, off = -69.5, -np.inf
    samples = in_steps([off, tone, off, tone, off, tone, off], [0, 0.8, 1.3, 1.8, 2.3, 2.8, 3.3, 4.0])
    assert measured(samples, 48_000).integrated_lufs == pytest.approx(-69.5, rel=0, abs=PUBLISHED_LU)


def test_quiet_parts_are_not_counted() -> None:
    """The relative gate signal of BS.2217."""
    samples = in_steps([-np.inf, -19.9, -7.1, -19.9, -np.inf], [0, 0.5, 1.4, 2.7, 3.5, 4.0])
    assert measured(samples, 48_000).integrated_lufs == pytest.approx(-10.0, rel=0, abs=PUBLISHED_LU)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("channels", [2, 5])
def test_integrated_loudness_is_that_of_libebur128(rate_hz: int, channels: int) -> None:
    samples = programme(rate_hz, channels)
    expected = pyebur128.get_loudness_global(libebur128(samples, rate_hz))
    assert measured(samples, rate_hz).integrated_lufs == pytest.approx(expected, rel=0, abs=AGREEMENT_LU)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_momentary_and_short_term_are_those_of_libebur128(rate_hz: int) -> None:
    samples = programme(rate_hz, 2)[: round(17.5 * rate_hz)]  # ends where it is loud
    meter, state = LoudnessMeter(rate_hz, 2), libebur128(samples, rate_hz)
    feed(meter, samples)
    expected = [pyebur128.get_loudness_momentary(state), pyebur128.get_loudness_shortterm(state)]
    last = [meter.momentary_lufs()[-1], meter.short_term_lufs()[-1]]
    assert last == pytest.approx(expected, rel=0, abs=AGREEMENT_LU)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_integrated_loudness_is_that_of_pyloudnorm(rate_hz: int) -> None:
    samples = programme(rate_hz, 2)
    expected = pyloudnorm.Meter(rate_hz, filter_class="DeMan").integrated_loudness(samples)
    assert measured(samples, rate_hz).integrated_lufs == pytest.approx(expected, rel=0, abs=AGREEMENT_LU)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_the_windows_that_the_range_is_taken_from_are_those_of_pyloudnorm(rate_hz: int) -> None:
    """Its range itself cannot be compared: it appends 1.5 s of silence, and interpolates where Tech 3342 rounds."""
    samples = programme(rate_hz, 2)
    other = pyloudnorm.Meter(rate_hz, filter_class="DeMan", block_size=3.0, overlap=1 - 0.1 / 3)
    other.integrated_loudness(samples)
    meter = LoudnessMeter(rate_hz, 2)
    feed(meter, samples)
    assert meter.short_term_lufs()[::10] == pytest.approx(other.blockwise_loudness, rel=0, abs=AGREEMENT_LU)


def test_the_gates_have_something_to_do() -> None:
    """The agreement above would prove little on a programme that passes every gate."""
    meter = LoudnessMeter(48_000, 2)
    feed(meter, programme(48_000, 2))
    blocks, integrated_lufs = meter.momentary_lufs()[::10], meter.result().integrated_lufs
    assert integrated_lufs is not None
    assert blocks.min() < standards.ABSOLUTE_GATE_LUFS
    under_the_relative_gate = (blocks > standards.ABSOLUTE_GATE_LUFS) & (blocks < integrated_lufs - 12)
    assert under_the_relative_gate.any()


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_mono_counts_as_dual_mono(rate_hz: int) -> None:
    mono = programme(rate_hz, 1)
    one, two = measured(mono, rate_hz), measured(stereo(mono[:, 0]), rate_hz)
    assert one.integrated_lufs == pytest.approx(two.integrated_lufs, rel=0, abs=1e-9)
    assert one.range_lu == pytest.approx(two.range_lu, rel=0, abs=1e-9)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("kind", ["music", "clipped", "white"])
def test_true_peak_is_that_of_sixteenfold_oversampling(rate_hz: int, kind: str, rng: np.random.Generator) -> None:
    """Against soxr at very high quality; clipping puts the true peak well above every sample."""
    samples = rng.uniform(-1, 1, (5 * rate_hz, 2)) if kind == "white" else pink_noise(5.0, rate_hz, rng)
    if kind == "clipped":
        samples = np.clip(samples, -0.15, 0.15)
    padded = np.pad(samples, ((256, 256), (0, 0)))
    fine = soxr.resample(padded, rate_hz, 16 * rate_hz, quality="VHQ")
    expected = amplitude_to_db(float(np.abs(fine).max()))
    assert true_peak_dbtp(samples, rate_hz) == pytest.approx(expected, rel=0, abs=TRUE_PEAK_AGREEMENT_DB)


def test_true_peak_takes_the_highest_channel() -> None:
    tone = sine(997, 0.5, 48_000)
    samples = np.stack([0.1 * tone, 0.5 * tone], axis=1)
    assert true_peak_dbtp(samples, 48_000) == pytest.approx(amplitude_to_db(0.5), rel=0, abs=TRUE_PEAK_AGREEMENT_DB)


@pytest.mark.parametrize("frame", [0, 1, -2, -1])
def test_a_peak_at_the_very_edge_is_seen(frame: int) -> None:
    samples = np.zeros((4800, 1))
    samples[frame] = 0.5
    assert true_peak_dbtp(samples, 48_000) == pytest.approx(amplitude_to_db(0.5), rel=0, abs=TRUE_PEAK_AGREEMENT_DB)


@pytest.mark.parametrize("offset", np.arange(0.0, 1.0, 0.125))
def test_a_short_peak_between_samples_is_seen_after_a_louder_looking_one(offset: float) -> None:
    """A burst of 1.0 at a quarter of the rate; before it a slow wave of 0.95, which shows its peak on every grid."""
    time = np.arange(-2000, 200) - offset
    burst = np.cos(np.pi / 2 * time) * np.exp(-((time / 3) ** 2) / 2)
    slow = 0.95 * np.sin(2 * np.pi * time / 400) * (time < -800) * np.minimum(1.0, (time + 2001) / 400)
    assert true_peak_dbtp((burst + slow)[:, None], 48_000) == pytest.approx(0.0, rel=0, abs=TRUE_PEAK_AGREEMENT_DB)
