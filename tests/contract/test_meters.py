"""What every meter keeps to, whatever it measures: a new one in `METERS` is tested as soon as it is listed."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from analysis.dynamics import Dynamics, measure_dynamics
from analysis.edges import Ending, find_edges
from analysis.integrity import IntegrityMeter
from analysis.levels import LevelMeter
from analysis.loudness import LoudnessMeter
from analysis.track import METERS, Meter
from analysis.true_peak import TruePeakMeter
from analysis.units import Floats
from tests.signals import faded, feed, musical_noise, sine, stereo

BLOCK_SIZE_TOLERANCE = 1e-9  # in whatever unit the figure has
LOUDNESS_TOLERANCE_LU = 0.25  # at 8 kHz the bilinear transform bends the shelf
PEAK_TOLERANCE_DB = 0.05
RMS_TOLERANCE_DB = 0.02  # the fades
ROUNDED_TOLERANCE_DB = 1.01e-4  # spectra are rounded to 4 decimals, and 1e-9 may tip the rounding
RATE_HZ = 44_100
ODD_RATES_HZ = (8_000, 11_025, 22_050, 37_800, 192_000, 384_000)


@pytest.fixture(params=METERS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def figures(value: object) -> list[float | None]:
    """All the numbers of a result, in order."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return figures(dataclasses.astuple(value))
    if isinstance(value, list | tuple):
        return [figure for item in value for figure in figures(item)]
    return [None if value is None else float(value)]  # type: ignore[arg-type]


def assert_no_nan(result: object) -> None:
    assert not [figure for figure in figures(result) if figure is not None and math.isnan(figure)]


def assert_same(name: str, result: object, expected: object) -> None:
    tolerance = ROUNDED_TOLERANCE_DB if name == "spectrum" else BLOCK_SIZE_TOLERANCE
    for found, wanted in zip(figures(result), figures(expected), strict=True):
        assert found == (None if wanted is None else pytest.approx(wanted, rel=0, abs=tolerance))


def measured(name: str, samples: Floats, *, rate_hz: int = RATE_HZ, block_frames: int = 65_536) -> object:
    meter = METERS[name](rate_hz, samples.shape[1])
    feed(meter, samples, block_frames)
    return meter.result()


@pytest.fixture(scope="module")
def music() -> Floats:
    """6.5 s, so that there is a pause in it and a short-term loudness."""
    return musical_noise(6.5, RATE_HZ, np.random.default_rng(1))


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("seconds", [0.2, 4.0])
def test_silence_is_measured_without_a_nan(name: str, channels: int, seconds: float) -> None:
    assert_no_nan(measured(name, np.zeros((round(seconds * RATE_HZ), channels))))


@pytest.mark.parametrize(
    ("name", "field", "expected"),
    [
        ("loudness", "integrated_lufs", -math.inf),
        ("loudness", "momentary_max_lufs", -math.inf),
        ("loudness", "short_term_max_lufs", -math.inf),
        ("loudness", "range_lu", None),
        ("spectrum", "mid_db", (-math.inf,) * 31),
        ("spectrum", "correlation", (None,) * 31),
        ("integrity", "sample_peak_dbfs", -math.inf),
        ("integrity", "rms_dbfs", -math.inf),
        ("integrity", "noise_floor_dbfs", None),
    ],
)
def test_silence_reads_minus_infinity_or_none(name: str, field: str, expected: Any) -> None:
    assert getattr(measured(name, np.zeros((4 * RATE_HZ, 2))), field) == expected


def test_silence_has_a_true_peak_of_minus_infinity() -> None:
    assert measured("true_peak", np.zeros((4 * RATE_HZ, 2))) == -math.inf


def test_nothing_at_all_can_be_measured(name: str) -> None:
    assert_no_nan(METERS[name](RATE_HZ, 2).result())


def test_zero_frames_change_nothing(name: str, music: Floats) -> None:
    meter, nothing = METERS[name](RATE_HZ, 2), np.zeros((0, 2))
    meter.update(nothing)
    feed(meter, music)
    meter.update(nothing)
    assert figures(meter.result()) == figures(measured(name, music))


@pytest.mark.parametrize("channels", [1, 2])
def test_one_frame_can_be_measured(name: str, channels: int) -> None:
    assert_no_nan(measured(name, np.full((1, channels), 0.5)))


def test_mono_is_not_silence(name: str, music: Floats) -> None:
    mono, silence = music[:, :1], np.zeros((len(music), 1))
    result = measured(name, mono)
    assert_no_nan(result)
    assert figures(result) != figures(measured(name, silence))


@pytest.mark.parametrize("layout", ["every other frame", "reversed channels", "fortran", "read-only"])
def test_the_layout_in_memory_does_not_matter(name: str, layout: str, music: Floats) -> None:
    if layout == "every other frame":
        block = np.repeat(music, 2, axis=0)[::2]
    elif layout == "reversed channels":
        block = np.ascontiguousarray(music[:, ::-1])[:, ::-1]
    elif layout == "fortran":
        block = np.asfortranarray(music)
    else:
        block = music.copy()
        block.setflags(write=False)
    meter = METERS[name](RATE_HZ, 2)
    meter.update(block)
    assert figures(meter.result()) == figures(measured(name, music, block_frames=len(music)))


@pytest.mark.parametrize("block_frames", [7, 4096, 65_536])
def test_block_size_does_not_matter(name: str, block_frames: int, music: Floats) -> None:
    short = music[: round(3.5 * RATE_HZ)] if block_frames == 7 else music
    whole = measured(name, short, block_frames=len(short))
    assert_same(name, measured(name, short, block_frames=block_frames), whole)


def test_blocks_of_one_frame_do(name: str, music: Floats) -> None:
    short = music[:20_000]
    assert_same(name, measured(name, short, block_frames=1), measured(name, short, block_frames=len(short)))


def test_blocks_of_changing_size_do(name: str, music: Floats, rng: np.random.Generator) -> None:
    meter: Meter = METERS[name](RATE_HZ, 2)
    start = 0
    while start < len(music):
        frames = int(rng.integers(0, 9000))
        meter.update(music[start : start + frames])
        start += frames
    assert_same(name, meter.result(), measured(name, music, block_frames=len(music)))


def test_blocks_are_not_changed(name: str, music: Floats) -> None:
    block = music.copy()
    measured(name, block)
    assert np.array_equal(block, music)


def test_blocks_are_not_kept(name: str, music: Floats) -> None:
    """A caller may fill the same array again and again."""
    meter, room = METERS[name](RATE_HZ, 2), np.empty((1000, 2))
    short = music[: len(music) // 1000 * 1000]
    for start in range(0, len(short), 1000):
        room[:] = short[start : start + 1000]
        meter.update(room)
    room[:] = 1.0
    assert figures(meter.result()) == figures(measured(name, short, block_frames=1000))


def test_asking_twice_gives_the_same(name: str, music: Floats) -> None:
    meter = METERS[name](RATE_HZ, 2)
    feed(meter, music)
    assert figures(meter.result()) == figures(meter.result())


@pytest.mark.parametrize("asked_at_s", [0.0, 0.001, 0.05, 1.0])
def test_asking_on_the_way_changes_nothing(name: str, asked_at_s: float, music: Floats) -> None:
    split = round(asked_at_s * RATE_HZ)
    asked, silent = METERS[name](RATE_HZ, 2), METERS[name](RATE_HZ, 2)
    asked.update(music[:split])
    asked.result()
    asked.update(music[split:])
    silent.update(music[:split])
    silent.update(music[split:])
    assert figures(asked.result()) == figures(silent.result())


@pytest.mark.parametrize("rate_hz", ODD_RATES_HZ)
def test_odd_rates_are_measured(name: str, rate_hz: int) -> None:
    samples = musical_noise(4.0, rate_hz, np.random.default_rng(rate_hz))
    result = measured(name, samples, rate_hz=rate_hz)
    assert_no_nan(result)
    assert_same(name, measured(name, samples, rate_hz=rate_hz, block_frames=4099), result)


@pytest.mark.parametrize("rate_hz", [*ODD_RATES_HZ, RATE_HZ])
def test_a_tone_reads_the_same_at_every_rate(rate_hz: int) -> None:
    """1 kHz at -20 dBFS on both channels: -20 LUFS, -20 dBTP, -23 dBFS RMS."""
    samples = stereo(faded(0.1 * sine(1000, 4.0, rate_hz), 0.01, rate_hz))
    loudness, raw = LoudnessMeter(rate_hz, 2), IntegrityMeter(rate_hz, 2)
    for meter in (loudness, raw):
        feed(meter, samples)
    assert loudness.result().integrated_lufs == pytest.approx(-20.0, rel=0, abs=LOUDNESS_TOLERANCE_LU)
    assert measured("true_peak", samples, rate_hz=rate_hz) == pytest.approx(-20.0, rel=0, abs=PEAK_TOLERANCE_DB)
    assert raw.result().rms_dbfs == pytest.approx(-23.01, rel=0, abs=RMS_TOLERANCE_DB)


def dynamics_of(samples: Floats) -> Dynamics:
    loudness, peaks = LoudnessMeter(RATE_HZ, samples.shape[1]), TruePeakMeter(RATE_HZ, samples.shape[1])
    levels, raw = LevelMeter(RATE_HZ, samples.shape[1]), IntegrityMeter(RATE_HZ, samples.shape[1])
    for meter in (loudness, peaks, levels, raw):
        meter.update(samples)
    return measure_dynamics(loudness, peaks, levels, loudness.result(), raw.result())


@pytest.mark.parametrize("seconds", [0.0, 0.1, 5.0])
def test_silence_has_no_dynamics(seconds: float) -> None:
    empty = Dynamics(
        plr_lu=None,
        psr_min_lu=None,
        psr_median_lu=None,
        crest_db=None,
        loud_lufs=None,
        short_term_quantiles_lufs=(),
    )
    assert dynamics_of(np.zeros((round(seconds * RATE_HZ), 2))) == empty


@pytest.mark.parametrize("seconds", [1 / RATE_HZ, 0.1, 0.39, 0.41, 1.0, 2.99, 3.01])
def test_dynamics_of_a_short_piece(seconds: float, music: Floats) -> None:
    found = dynamics_of(music[: round(seconds * RATE_HZ)])
    assert_no_nan(found)
    assert (found.plr_lu is None) == (seconds < 0.4)
    assert (found.loud_lufs is None) == (seconds < 0.4)
    assert (found.psr_median_lu is None) == (seconds < 3.0)


@pytest.mark.parametrize("seconds", [0.0, 0.001, 0.04, 0.3, 5.0])
def test_silence_has_its_edges_at_both_ends_of_the_file(seconds: float) -> None:
    meter = LoudnessMeter(RATE_HZ, 2)
    meter.update(np.zeros((round(seconds * RATE_HZ), 2)))
    edges = find_edges(meter.hop_energies(), RATE_HZ, None, seconds)
    assert (edges.first_sound_s, edges.felt_end_s, edges.ending) == (0.0, seconds, Ending.COLD)
    assert (edges.opening_lufs, edges.closing_lufs) == (None, None)


@pytest.mark.parametrize("seconds", [0.01, 0.06, 0.21, 0.5, 1.0])
def test_edges_of_a_short_piece_lie_within_it(seconds: float, music: Floats) -> None:
    meter = LoudnessMeter(RATE_HZ, 2)
    meter.update(music[: round(seconds * RATE_HZ)])
    edges = find_edges(meter.hop_energies(), RATE_HZ, -20.0, seconds)
    assert 0.0 <= edges.first_sound_s <= edges.felt_end_s <= seconds
    assert edges.ending is Ending.COLD
