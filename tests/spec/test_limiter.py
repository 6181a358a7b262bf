"""The limiter holds its ceiling between the samples, keeps bass clean and the stereo image still, and lets go again."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.audio import Audio
from analysis.units import Floats, db_to_amplitude
from mastering.chain import process
from mastering.limiter import Limiter
from tests.albums import music, peak_dbtp
from tests.signals import sine, stereo

RATE_HZ = 44_100
CEILING_DBTP = -1.0
OVER_CEILING_DB = 0.02  # what rendering keeps in hand
WASTED_DB = 0.1  # by which a steady tone may stay under the ceiling
SAMPLE_TOLERANCE = 1e-12  # full scale 1.0
IMAGE_TOLERANCE = 1e-9
UNTOUCHED_DB = 1e-6
THD_BASS_DB = -100.0
IMD_SMPTE_DB = -60.0
RECOVERED_DB = 0.1


def white(seconds: float) -> Floats:
    return np.random.default_rng(1).standard_normal((round(seconds * RATE_HZ), 2))


def clicks() -> Floats:
    rng = np.random.default_rng(2)
    samples = 0.003 * rng.standard_normal((RATE_HZ, 2))
    samples[rng.integers(0, RATE_HZ, 30), rng.integers(0, 2, 30)] = rng.choice([-1.0, 1.0], 30)
    return samples


def at_nyquist() -> Floats:
    """Noise of which most lies over 15 kHz."""
    high_pass = scipy.signal.butter(4, 15_000, "high", fs=RATE_HZ, output="sos")
    return np.asarray(scipy.signal.sosfilt(high_pass, white(1.0), axis=0))


SIGNALS = {
    "bass": lambda: stereo(sine(41.2, 1.0, RATE_HZ)),
    "white noise": lambda: white(1.0),
    "noise near Nyquist": at_nyquist,
    "clicks": clicks,
    "square": lambda: stereo(np.sign(sine(100.3, 1.0, RATE_HZ))),
    "high square": lambda: stereo(np.sign(sine(997.0, 1.0, RATE_HZ, phase_deg=10))),
    "fs/4 at 45 degrees": lambda: stereo(sine(RATE_HZ / 4, 1.0, RATE_HZ, phase_deg=45)),
    "music": lambda: music(4.0, RATE_HZ, np.random.default_rng(3)),
}
STEADY = {"bass", "fs/4 at 45 degrees"}


@cache
def signal(name: str) -> Floats:
    """With its true peak at 0 dBTP."""
    samples = SIGNALS[name]()
    return np.asarray(samples / db_to_amplitude(peak_dbtp(samples)))


def limited(
    samples: Floats,
    ceiling_dbtp: float = CEILING_DBTP,
    rate_hz: int = RATE_HZ,
    *,
    cuts: bool = True,
    link: float = 1.0,
) -> Floats:
    limiter = Limiter(ceiling_dbtp, rate_hz, samples.shape[1], cuts=cuts, link=link)
    return process(Audio.from_array(samples, rate_hz), [limiter]).read()


def gain_db(out: Floats, samples: Floats, first: int, last: int) -> float:
    """Level of a stretch against what went in."""
    return float(10 * np.log10(np.sum(out[first:last] ** 2) / np.sum(samples[first:last] ** 2)))


@pytest.mark.parametrize("cuts", [True, False], ids=["cutting", "turning down"])
@pytest.mark.parametrize("over_db", [0.0, 1.0, 6.0, 12.0])
@pytest.mark.parametrize("name", SIGNALS)
def test_the_ceiling_holds_between_the_samples(name: str, over_db: float, cuts: bool) -> None:
    out = limited(signal(name) * db_to_amplitude(CEILING_DBTP + over_db), cuts=cuts)
    peak = peak_dbtp(out)
    assert peak <= CEILING_DBTP + OVER_CEILING_DB
    assert np.abs(out).max() <= db_to_amplitude(CEILING_DBTP) + SAMPLE_TOLERANCE
    if name in STEADY:
        assert peak >= CEILING_DBTP - WASTED_DB


@pytest.mark.parametrize("rate_hz", [8_000, 48_000, 96_000])
def test_the_ceiling_holds_at_other_rates(rate_hz: int) -> None:
    samples = music(2.0, rate_hz, np.random.default_rng(4))
    out = limited(samples * db_to_amplitude(6.0 - peak_dbtp(samples)), -3.0, rate_hz)
    assert -3.0 - WASTED_DB <= peak_dbtp(out) <= -3.0 + OVER_CEILING_DB


def test_what_stays_under_the_ceiling_comes_out_bit_by_bit() -> None:
    samples = signal("music") * db_to_amplitude(CEILING_DBTP - 0.05)
    assert np.array_equal(limited(samples), samples)


def spectrum(samples: Floats) -> tuple[Floats, float]:
    """Power, and bins in a Hz. The window's own side lobes lie under -150 dB."""
    window = scipy.signal.windows.blackmanharris(len(samples), sym=False) ** 2
    return np.abs(np.fft.rfft(samples * window)) ** 2, len(samples) / RATE_HZ


def power_at(powers: Floats, bins_in_hz: float, frequency_hz: float) -> float:
    middle = round(frequency_hz * bins_in_hz)
    return float(powers[middle - 8 : middle + 9].sum())


def test_bass_limited_by_6_db_stays_clean() -> None:
    out = limited(stereo(sine(50.0, 7.0, RATE_HZ)) * db_to_amplitude(CEILING_DBTP + 6.0))
    powers, bins_in_hz = spectrum(out[4 * RATE_HZ : 6 * RATE_HZ, 0])
    harmonics = sum(power_at(powers, bins_in_hz, 50.0 * number) for number in range(2, 41))
    assert 10 * np.log10(harmonics / power_at(powers, bins_in_hz, 50.0)) < THD_BASS_DB


def test_bass_hardly_moves_what_lies_above_it() -> None:
    """SMPTE RP120: 60 Hz and 7 kHz, 4 to 1; side bands about 7 kHz."""
    both = 0.8 * sine(60.0, 7.0, RATE_HZ) + 0.2 * sine(7_000.0, 7.0, RATE_HZ)
    out = limited(stereo(both) * db_to_amplitude(CEILING_DBTP + 6.0))
    powers, bins_in_hz = spectrum(out[4 * RATE_HZ : 6 * RATE_HZ, 0])
    sides = sum(power_at(powers, bins_in_hz, 7_000.0 + 60.0 * k) for k in (-4, -3, -2, -1, 1, 2, 3, 4))
    assert 10 * np.log10(sides / power_at(powers, bins_in_hz, 7_000.0)) < IMD_SMPTE_DB


@pytest.fixture(scope="module")
def one_peak() -> tuple[Floats, Floats]:
    """A soft tone with a burst 12 dB over the ceiling from 1 s on, before and after."""
    samples = stereo(sine(1_000.0, 4.0, RATE_HZ)) * 0.05
    samples[RATE_HZ : RATE_HZ + 441] *= db_to_amplitude(CEILING_DBTP + 12.0) / 0.05
    return samples, limited(samples)


def test_it_lets_go_after_a_peak(one_peak: tuple[Floats, Floats]) -> None:
    samples, out = one_peak
    at_once, soon, later = ((round(t * RATE_HZ), round((t + 0.05) * RATE_HZ)) for t in (1.02, 1.4, 3.0))
    assert gain_db(out, samples, *at_once) < -3.0
    assert gain_db(out, samples, *soon) > -0.5
    assert gain_db(out, samples, *later) == pytest.approx(0.0, abs=RECOVERED_DB)


def test_it_waits_for_a_peak(one_peak: tuple[Floats, Floats]) -> None:
    samples, out = one_peak
    until = RATE_HZ - round(0.02 * RATE_HZ)
    assert np.array_equal(out[:until], samples[:until])


def test_long_limiting_lets_go_slowly() -> None:
    samples = stereo(sine(1_000.0, 11.0, RATE_HZ))
    samples[: 5 * RATE_HZ] *= db_to_amplitude(CEILING_DBTP + 6.0)
    samples[5 * RATE_HZ :] *= 0.05
    out = limited(samples)
    assert gain_db(out, samples, round(5.5 * RATE_HZ), round(5.55 * RATE_HZ)) < -2.0
    assert gain_db(out, samples, 10 * RATE_HZ, 11 * RATE_HZ) == pytest.approx(0.0, abs=RECOVERED_DB)


def test_a_steady_tone_is_brought_to_the_ceiling_and_no_further() -> None:
    samples = stereo(sine(1_000.0, 3.0, RATE_HZ)) * db_to_amplitude(CEILING_DBTP + 4.0)
    out = limited(samples)
    assert gain_db(out, samples, RATE_HZ, 2 * RATE_HZ) == pytest.approx(-4.0, abs=0.01)


def test_the_stereo_image_stays_still() -> None:
    left = signal("music")[:, 0] * db_to_amplitude(9.0)
    samples = np.stack([left, -0.3 * left], axis=1)
    out = limited(samples, cuts=False)
    assert np.abs(out).max() < 0.9
    assert np.abs(out[:, 1] + 0.3 * out[:, 0]).max() < IMAGE_TOLERANCE


def test_a_peak_on_one_side_takes_down_both() -> None:
    samples = stereo(sine(1_000.0, 1.0, RATE_HZ)) * 0.1
    samples[RATE_HZ // 2, 0] = 4.0
    out = limited(samples, cuts=False)
    near = slice(RATE_HZ // 2 - 40, RATE_HZ // 2)
    assert np.abs(out[near, 1] / samples[near, 1]).max() < 0.3
    assert out[near, 0] == pytest.approx(out[near, 1], rel=0, abs=IMAGE_TOLERANCE)


def test_it_tells_how_deep_it_went() -> None:
    limiter = Limiter(-6.0, RATE_HZ, 2)
    samples = np.zeros((20_000, 2))
    samples[10_000] = 1.0
    process(Audio.from_array(samples, RATE_HZ), [limiter]).read()
    assert limiter.deepest_db == pytest.approx(6.0, abs=UNTOUCHED_DB)


burst = st.tuples(
    st.integers(0, 3_999),
    st.integers(1, 800),
    st.floats(-30.0, 30.0),
    st.sampled_from(["noise", "tone", "step", "spikes"]),
)


def bursts_of(bursts: list[tuple[int, int, float, str]], channels: int) -> Floats:
    rng = np.random.default_rng(5)
    samples = np.zeros((4_800, channels))
    for start, length, level_db, kind in bursts:
        shape = (length, channels)
        raw = {
            "noise": rng.standard_normal(shape),
            "tone": np.sin(np.outer(np.arange(length), rng.uniform(0.01, 3.1, channels))),
            "step": np.ones(shape),
            "spikes": rng.standard_normal(shape) * (rng.random(shape) < 0.02),
        }[kind]
        samples[start : start + length] += raw * db_to_amplitude(level_db)
    return samples


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    bursts=st.lists(burst, min_size=1, max_size=6), channels=st.sampled_from([1, 2]), ceiling_dbtp=st.floats(-20.0, 0.0)
)
def test_no_sample_ever_passes_the_ceiling(
    bursts: list[tuple[int, int, float, str]], channels: int, ceiling_dbtp: float
) -> None:
    samples = bursts_of(bursts, channels)
    ceiling = db_to_amplitude(ceiling_dbtp)
    assert np.abs(limited(samples, ceiling_dbtp)).max() <= ceiling + SAMPLE_TOLERANCE
    turned_down = limited(samples, ceiling_dbtp, cuts=False)
    assert np.abs(turned_down).max() <= ceiling + SAMPLE_TOLERANCE
    assert (np.abs(turned_down) <= np.abs(samples)).all(), "a gain never lifts"
