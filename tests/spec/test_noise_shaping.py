"""Published shapers: the noise has the printed transfer function and no other trace of music, and ceilings hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.signal

from analysis.errors import SpecificationError
from analysis.units import Floats, db_to_amplitude
from mastering.delivery_specs import Encoding
from mastering.dither import Quantiser
from mastering.noise_shaping import LARGEST_ERROR_LSB, SHAPERS, Dither, NoiseShaper, room_db, shaper_for
from mastering.render import RenderedTracks
from tests.albums import album, deliver, delivery, music, on_grid, peak_dbtp, track
from tests.cli.calls import read
from tests.signals import sine, stereo

FRAMES = 400_000
SIX_SIGMAS = 6.0
THIRD_OCTAVE_TOLERANCE_DB = 0.5
GERZON_CRAVEN_DB = 0.05
WHITE_BINS = 20.0  # times the mean power: of half a million bins of noise, one passes 13
IDS = [f"{shaper.dither.value} at {shaper.rate_hz}" for shaper in SHAPERS]

# How much less is heard of the noise than of white noise: F-weighted (Wannamaker 1992), and against the threshold of
# hearing in quiet (Terhardt 1979).
HEARD_DB = {
    ("lipshitz", 44_100): (-14.0, -9.4),
    ("modified-e-weighted", 44_100): (-11.2, -10.7),
    ("improved-e-weighted", 44_100): (-17.9, -12.3),
    ("f-weighted-3", 44_100): (-10.5, -9.8),
    ("f-weighted", 44_100): (-16.8, -11.4),
    ("f-weighted-24", 44_100): (-16.7, -11.7),
    ("gesemann", 44_100): (-14.2, -14.0),
    ("gesemann", 48_000): (-15.9, -15.0),
    ("low-shibata", 44_100): (-13.1, -12.6),
    ("low-shibata", 48_000): (-15.6, -15.4),
    ("shibata", 44_100): (-15.7, -15.4),
    ("shibata", 48_000): (-17.8, -17.6),
    ("high-shibata", 44_100): (-17.3, -17.1),
}

SIGNALS = {
    "silence": lambda _rate_hz: np.zeros((FRAMES, 2)),
    "a third of a step": lambda _rate_hz: np.full((FRAMES, 2), 1 / 3 / 32_768),
    "soft sine": lambda rate_hz: stereo(sine(997.0, FRAMES / rate_hz, rate_hz)) * db_to_amplitude(-80.0),
    "loud sine": lambda rate_hz: stereo(sine(997.0, FRAMES / rate_hz, rate_hz)) * 0.7,
}


@pytest.fixture(params=SHAPERS, ids=IDS)
def shaper(request: pytest.FixtureRequest) -> NoiseShaper:
    found: NoiseShaper = request.param
    return found


def quantised(samples: Floats, shaper: NoiseShaper, block_frames: int = 65_536, *, keep_grid: bool = False) -> Floats:
    quantiser = Quantiser(16, seed=1, track=0, shaper=shaper, keep_grid=keep_grid)
    parts = [quantiser.process(samples[at : at + block_frames]) for at in range(0, len(samples), block_frames)]
    return np.concatenate(parts).astype(np.float64)


def noise(samples: Floats, shaper: NoiseShaper) -> Floats:
    """What was added, LSB."""
    return np.asarray(quantised(samples, shaper) - samples * 32_768)


def unshaped(found: Floats, shaper: NoiseShaper) -> Floats:
    """The error before it was fed back, by the inverse of the transfer function as printed."""
    order = max(len(shaper.feedback), len(shaper.recursion))
    feedback, recursion = (np.pad(row, (0, order - len(row))) for row in (shaper.feedback, shaper.recursion))
    return np.asarray(
        scipy.signal.lfilter(np.append(1.0, recursion), np.append(1.0, recursion - feedback), found, axis=0)
    )


def correlation(first: Floats, second: Floats) -> float:
    return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])


def frequencies_hz(shaper: NoiseShaper) -> Floats:
    return np.asarray((np.arange(20_000) + 0.5) * shaper.rate_hz / 40_000)


def f_weighting(freqs_hz: Floats) -> Floats:
    """Power; Wannamaker 1992, eq. 9: inverse of the 15-phon curve of diffuse sound."""
    x = (freqs_hz / 1000) ** 2

    def pair(real: float, imaginary: float) -> Floats:
        return np.asarray((real**2 + imaginary**2 - x) ** 2 + 4 * real**2 * x)

    above = 2.536e-5 * x**3 * pair(0.58, 1.03) * pair(3.18, 8.75) ** 3
    below = (0.18**2 + x) ** 3 * (1.63**2 + x) ** 2 * pair(2.51, 3.85) ** 4
    return np.asarray(above / below * (1e5 / pair(6.62, 14.29)) ** 20)


def threshold_db(freqs_hz: Floats) -> Floats:
    khz = freqs_hz / 1000
    return np.asarray(3.64 * khz**-0.8 - 6.5 * np.exp(-0.6 * (khz - 3.3) ** 2) + 1e-3 * khz**4)


def test_tables_are_minimum_phase_and_keep_the_mean_of_the_logarithm(shaper: NoiseShaper) -> None:
    for row in (shaper.zeros, shaper.poles):
        assert np.abs(np.roots(np.append(1.0, row))).max(initial=0.0) < 1.0
    levels_db = 20 * np.log10(shaper.transfer(frequencies_hz(shaper)))
    assert abs(levels_db.mean()) < GERZON_CRAVEN_DB
    assert 3_000 < frequencies_hz(shaper)[levels_db.argmin()] < 4_100
    assert levels_db.min() < -18.0


def test_less_is_heard_by_what_is_written_here(shaper: NoiseShaper) -> None:
    freqs_hz = frequencies_hz(shaper)
    power = shaper.transfer(freqs_hz) ** 2
    found_db = [
        10 * np.log10((power * weight).sum() / weight.sum())
        for weight in (f_weighting(freqs_hz), 10 ** (-threshold_db(freqs_hz) / 10))
    ]
    assert found_db == pytest.approx(HEARD_DB[shaper.dither.value, shaper.rate_hz], abs=0.06)


def test_every_name_has_a_table_and_a_source() -> None:
    assert {shaper.dither for shaper in SHAPERS} == {dither for dither in Dither if dither.shapes}
    assert len({(shaper.dither, shaper.rate_hz) for shaper in SHAPERS}) == len(SHAPERS) == len(HEARD_DB)
    assert all(len(shaper.source) > 20 for shaper in SHAPERS)


def test_the_spectrum_of_the_noise_is_the_printed_one(shaper: NoiseShaper) -> None:
    found = noise(SIGNALS["soft sine"](shaper.rate_hz), shaper)
    freqs_hz, power = scipy.signal.welch(found, shaper.rate_hz, nperseg=8_192, axis=0)
    wanted = shaper.transfer(freqs_hz) ** 2 * 0.25 * 2 / shaper.rate_hz
    for centre_hz in 1000 * 2.0 ** (np.arange(-7, 14) / 3):
        band = (freqs_hz > centre_hz * 2 ** (-1 / 6)) & (freqs_hz < min(centre_hz * 2 ** (1 / 6), shaper.rate_hz / 2))
        step_db = 10 * np.log10(power.mean(axis=1)[band].sum() / wanted[band].sum())
        assert step_db == pytest.approx(0.0, abs=THIRD_OCTAVE_TOLERANCE_DB), centre_hz


@pytest.mark.parametrize("name", SIGNALS)
def test_the_error_in_the_loop_is_that_of_plain_dither(name: str, shaper: NoiseShaper) -> None:
    """Mean 0, variance 1/4, white, free of the signal: whatever the signal."""
    samples = SIGNALS[name](shaper.rate_hz)
    found = noise(samples, shaper)
    error = unshaped(found, shaper)
    assert np.abs(error).max() <= LARGEST_ERROR_LSB + 1e-6
    assert error.mean() == pytest.approx(0.0, abs=SIX_SIGMAS * 0.5 / np.sqrt(error.size))
    assert error.var() == pytest.approx(0.25, abs=SIX_SIGMAS * 0.45 / np.sqrt(error.size))
    answer = shaper.answer()
    assert found.var() == pytest.approx(0.25 * float(answer @ answer), rel=0.05)
    dc = abs(float(shaper.transfer(np.array([1e-6]))[0]))
    assert found.mean() == pytest.approx(0.0, abs=SIX_SIGMAS * 0.5 * dc / np.sqrt(found.size) + 1e-3)
    for lag in (1, 2, 3, 64):
        assert abs(correlation(error[lag:], error[:-lag])) < SIX_SIGMAS / np.sqrt(error.size)
    if samples.std() > 0:
        assert abs(correlation(error, samples)) < SIX_SIGMAS / np.sqrt(error.size)
        assert abs(correlation(error**2, samples**2)) < SIX_SIGMAS / np.sqrt(error.size), "no modulation of the noise"


@pytest.mark.parametrize("name", ["silence", "a third of a step", "soft sine"])
def test_nothing_idles_and_nothing_rings(name: str, shaper: NoiseShaper) -> None:
    """No line stands out of the noise, at no frequency: of the error in the loop, whose spectrum is flat."""
    error = unshaped(noise(SIGNALS[name](shaper.rate_hz), shaper), shaper)[:, 0]
    power = np.abs(np.fft.rfft(error * np.hanning(len(error)))) ** 2
    assert power.max() < WHITE_BINS * power.mean()


def test_the_same_each_time_and_wherever_blocks_are_cut(shaper: NoiseShaper) -> None:
    samples = music(0.2, shaper.rate_hz, np.random.default_rng(1))
    whole = quantised(samples, shaper, len(samples))
    for block_frames in (1, 7, 4_096):
        assert np.array_equal(quantised(samples, shaper, block_frames), whole)
    other = Quantiser(16, seed=2, track=0, shaper=shaper).process(samples)
    assert not np.array_equal(other, whole)


def test_channels_differ_unless_the_song_is_mono(shaper: NoiseShaper) -> None:
    samples = stereo(music(0.2, shaper.rate_hz, np.random.default_rng(1))[:, 0])
    apart = quantised(samples, shaper)
    assert not np.array_equal(apart[:, 0], apart[:, 1])
    alike = Quantiser(16, seed=1, track=0, shaper=shaper, mono=True).process(samples)
    assert np.array_equal(alike[:, 0], alike[:, 1])


def test_what_does_not_fit_is_held_and_soon_forgotten(shaper: NoiseShaper) -> None:
    samples = 0.1 * music(0.3, shaper.rate_hz, np.random.default_rng(2))
    loud = samples.copy()
    loud[2_000:3_000] = 40.0
    quantiser = Quantiser(16, seed=1, track=0, shaper=shaper)
    found = quantiser.process(loud)
    assert (found[2_000:3_000] == 32_767).all()
    assert quantiser.held == 2_000
    after = np.abs(found[3_000:] - loud[3_000:] * 32_768)
    assert after.max() <= LARGEST_ERROR_LSB * np.abs(shaper.answer()).sum()
    assert after[1_000:].max() <= shaper.peak_lsb


def test_samples_on_the_grid_stay_and_the_noise_before_them_ends(shaper: NoiseShaper) -> None:
    samples = on_grid(music(0.3, shaper.rate_hz, np.random.default_rng(3)), 16)
    assert np.array_equal(quantised(samples, shaper, keep_grid=True), samples * 32_768)
    changed = samples.copy()
    changed[4_000:5_000] *= 0.7071
    found = quantised(changed, shaper, keep_grid=True) - changed * 32_768
    assert not found[:4_000].any()
    assert not found[5_000:].any()
    kept = changed[4_000:5_000] * 32_768 == np.floor(changed[4_000:5_000] * 32_768)
    assert (found[4_000:5_000][~kept] != 0).mean() > 0.99
    assert found[4_000:5_000].std() > 0.5


def test_after_digital_silence_a_shaper_begins_anew(shaper: NoiseShaper) -> None:
    samples = music(0.1, shaper.rate_hz, np.random.default_rng(4))
    one, other = (Quantiser(16, seed=1, track=0, shaper=shaper) for _ in range(2))
    one.process(samples)
    one.skip(500)
    other.skip(len(samples) + 500)
    assert np.array_equal(one.process(samples), other.process(samples))


def test_the_peak_that_is_reckoned_with_is_seldom_passed(shaper: NoiseShaper) -> None:
    highest = np.abs(noise(np.zeros((2_000_000, 2)), shaper)).max()
    assert 0.7 * shaper.peak_lsb < highest < shaper.peak_lsb
    assert room_db(shaper, -1.0) == pytest.approx(
        -20 * np.log10(1 - shaper.peak_lsb / 32_768 / db_to_amplitude(-1.0)), abs=1e-9
    )
    assert room_db(None, -1.0) == 0.0


@pytest.mark.parametrize("ceiling_dbtp", [-0.3, -20.0])
@pytest.mark.parametrize("dither", Dither)
def test_the_ceiling_holds_after_dither_in_one_pass(
    dither: Dither, ceiling_dbtp: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passes = []
    plain = RenderedTracks.render
    monkeypatch.setattr(RenderedTracks, "render", lambda job, *rest: (passes.append(1), plain(job, *rest))[1])
    rate_hz = next((shaper.rate_hz for shaper in SHAPERS if shaper.dither is dither), 44_100)
    song = music(5.0, rate_hz, np.random.default_rng(5))
    place = delivery(
        encoding=Encoding.PCM_16, ceiling_dbtp=ceiling_dbtp, loudness_lufs=ceiling_dbtp - 11.0, dither=dither
    )
    made = deliver(album(track(song, rate_hz), rate_hz=rate_hz), [song], place, tmp_path / "out")
    assert (made.passed, made.dither) == (True, dither)
    highest_dbtp = peak_dbtp(read(tmp_path / "out" / made.tracks[0].file))
    assert ceiling_dbtp - 0.5 < highest_dbtp <= ceiling_dbtp
    assert len(passes) == 1


def test_a_shaper_has_its_rates_and_its_depth() -> None:
    assert shaper_for(Dither.TPDF, 96_000) is None
    assert shaper_for(Dither.NONE, 96_000) is None
    with pytest.raises(SpecificationError) as refused:
        shaper_for(Dither.SHIBATA, 96_000)
    assert str(refused.value) == (
        "Dither 'shibata' has coefficients for 44100 and 48000 Hz and none for 96000 Hz: "
        "choose --dither tpdf, or --rate 48000."
    )
    with pytest.raises(SpecificationError, match=r"^Delivery 'place' is 24 bit, and dither 'lipshitz' shapes "):
        delivery(dither=Dither.LIPSHITZ)
    with pytest.raises(SpecificationError, match="floating point"):
        delivery(dither=Dither.LIPSHITZ, encoding=Encoding.FLOAT_32)
    with pytest.raises(SpecificationError, match="none for 48000 Hz"):
        delivery(dither=Dither.LIPSHITZ, encoding=Encoding.PCM_16, rate_hz=48_000)
