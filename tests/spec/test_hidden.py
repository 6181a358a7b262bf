"""What hides a pulse: a threshold that falls off around a tone, a pulse that lies under it, a height that keeps it."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.masking import ear, noise_to_mask
from analysis.units import Floats, power_to_db
from mastering.hidden import HIDDEN_NMR_DB, PULSE_GRID, HidingModel, allowances, hiding_model, pulses, thresholds
from tests.albums import music
from tests.signals import pink_noise, sine

RATE_HZ = 44_100
NMR_TOLERANCE_DB = 4.0  # half-Bark bands and one level's slopes against the whole model
MODEL = hiding_model(RATE_HZ)
CENTRES_HZ = (MODEL.starts[1:] + MODEL.starts[:-1] - 1) / 2 * RATE_HZ / (2 * MODEL.hop)


def threshold_of(samples: Floats, first: int = 0, model: HidingModel = MODEL) -> Floats:
    """In each band of one look."""
    return np.asarray(thresholds(model, samples, np.array([first]))[0])


def at(threshold: Floats, hz: float) -> float:
    """Threshold in the band of a frequency, dB."""
    return float(power_to_db(threshold[np.abs(CENTRES_HZ - hz).argmin()]))


def whole(half: Floats) -> Floats:
    """A pulse at the grid of its points, both sides of its middle."""
    return np.concatenate([half[:0:-1], half])


def noise(seed: int = 1) -> Floats:
    return np.ascontiguousarray(pink_noise(1.0, RATE_HZ, np.random.default_rng(seed))[:, 0])


def test_a_tone_masks_what_is_near_it_and_not_what_is_far() -> None:
    quiet, masked = threshold_of(np.zeros(4_000)), threshold_of(0.1 * sine(1_000.0, 0.1, RATE_HZ))
    raised_db = {hz: at(masked, hz) - at(quiet, hz) for hz in (150.0, 500.0, 800.0, 1_000.0, 1_300.0, 2_000.0, 7_000.0)}
    assert raised_db[1_000.0] > 60.0
    assert raised_db[1_000.0] > raised_db[1_300.0] > raised_db[2_000.0] > 10.0
    assert raised_db[1_000.0] > raised_db[800.0] > 20.0
    for far_hz in (150.0, 500.0, 7_000.0):
        assert raised_db[far_hz] == pytest.approx(0.0, abs=1.0)


def test_masking_reaches_further_up_than_down() -> None:
    masked = threshold_of(0.1 * sine(1_000.0, 0.1, RATE_HZ))
    octave_db = [at(masked, hz) - at(threshold_of(np.zeros(4_000)), hz) for hz in (500.0, 2_000.0)]
    assert octave_db[1] > octave_db[0] + 10.0


def test_the_threshold_lies_under_what_masks() -> None:
    """3 dB under the noise up to 12 Bark, 4 to 6 dB above: BS.1387-2, Annex 2."""
    samples = np.random.default_rng(2).standard_normal(400 * MODEL.hop) * 0.1
    looks = np.arange(0, len(samples) - 2 * MODEL.hop, MODEL.hop)
    mean = thresholds(MODEL, samples, looks).mean(axis=0)
    bin_power = 0.01 * 0.375 * 2 * MODEL.hop  # of white noise through a Hann window, two hops long
    under_db = power_to_db(bin_power * np.diff(MODEL.starts) / mean)
    assert under_db[CENTRES_HZ < 1_500].mean() == pytest.approx(3.0, abs=0.5)
    assert 4.0 < under_db[CENTRES_HZ > 8_000].mean() < 7.0


def test_a_pulse_stands_at_one_in_its_middle_and_ends_at_nothing() -> None:
    half = pulses(MODEL, threshold_of(noise()))
    assert len(half) == MODEL.reach * PULSE_GRID + 1
    assert half[0] == 1.0
    assert half[-1] == 0.0
    assert np.abs(half).max() == 1.0
    assert np.abs(half[-PULSE_GRID:]).max() < 1e-4


def spectrum(half: Floats) -> Floats:
    """Of a whole pulse at the bands' centres, real as the pulse is even."""
    padded = np.zeros(1 << 16)
    padded[: len(half)] = half
    padded[-len(half) + 1 :] = half[:0:-1]
    freqs_hz = np.fft.rfftfreq(len(padded), 1 / (RATE_HZ * PULSE_GRID))
    return np.interp(CENTRES_HZ, freqs_hz, np.fft.rfft(padded).real)


def test_a_pulses_spectrum_follows_the_threshold() -> None:
    """As far as a pulse of 12 ms can."""
    for tilt in (0.0, 0.5, 1.0):
        threshold = (CENTRES_HZ / 1_000.0) ** -tilt
        found = spectrum(pulses(MODEL, threshold))
        inside = (CENTRES_HZ > 300) & (CENTRES_HZ < 14_000)
        off_db = 20 * np.log10(np.abs(found) / threshold)[inside]
        assert np.ptp(off_db) < 1.0


@pytest.mark.parametrize("other", ["3 ms", "white to 16 kHz", "another sound's"])
def test_no_other_pulse_of_that_height_is_heard_less(other: str) -> None:
    threshold = threshold_of(noise())
    own = pulses(MODEL, threshold)
    time = np.arange(len(own)) / PULSE_GRID
    others = {
        "3 ms": np.where(time < 66, 0.5 + 0.5 * np.cos(np.pi * time / 66), 0.0),
        "white to 16 kHz": pulses(MODEL, np.ones_like(threshold)),
        "another sound's": pulses(MODEL, threshold_of(0.1 * sine(3_000.0, 0.1, RATE_HZ))),
    }
    widths = np.diff(MODEL.starts)

    def heard(half: Floats) -> float:
        return float((spectrum(half) ** 2 / threshold) @ widths)

    assert heard(others[other]) > 1.2 * heard(own)


def test_twice_the_sound_hides_twice_the_pulse() -> None:
    heights = [float(allowances(MODEL, threshold_of(level * noise()))) for level in (0.1, 0.2, 0.4)]
    assert heights[1] / heights[0] == pytest.approx(2.0, rel=0.01)
    assert heights[2] / heights[1] == pytest.approx(2.0, rel=0.01)


def test_silence_hides_next_to_nothing() -> None:
    """What the ear's own noise hides: under -70 dBFS."""
    assert float(allowances(MODEL, threshold_of(np.zeros(4_000)))) < 10 ** (-70 / 20)


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000])
@pytest.mark.parametrize("sound", ["music", "noise"])
def test_an_allowed_pulse_is_as_hidden_as_it_is_said_to_be(sound: str, rate_hz: int) -> None:
    rng = np.random.default_rng(3)
    samples = (music(4.0, rate_hz, rng) if sound == "music" else pink_noise(4.0, rate_hz, rng))[:, 0].copy()
    model, judge = hiding_model(rate_hz), ear(rate_hz)
    length = 2 * model.hop
    assert judge.length == length
    ratios = []
    for first in range(0, len(samples) - length, 3_001):
        threshold = threshold_of(samples, first, model)
        pulse = float(allowances(model, threshold)) * whole(pulses(model, threshold)[::PULSE_GRID])
        plain = samples[first : first + length]
        changed = plain.copy()
        changed[model.hop - model.reach : model.hop + model.reach + 1] -= pulse
        ratios.append(noise_to_mask(judge, plain[None], changed[None]).mean())
    assert HIDDEN_NMR_DB - 2 * NMR_TOLERANCE_DB < power_to_db(float(np.mean(ratios))) < HIDDEN_NMR_DB + NMR_TOLERANCE_DB
