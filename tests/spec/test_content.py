"""What plays in a song: no EQ, gain or width moves its figures, and they tell one kind of sound from another."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from analysis.audio import Audio
from analysis.content import BANDS, FIGURES, ContentMeter
from analysis.spectrum import TONE_BANDS_HZ
from analysis.units import Floats
from mastering.chain import build, process
from mastering.specs import ChainSpec, EqBand, EqShape
from tests.albums import music

RATE_HZ = 44_100
MOVED_DB = 0.35  # figures in dB, on average over bands; EQ is not quite flat within a third of an octave
MOVED_CORRELATION = 0.03
FIRST_TOGETHER = FIGURES.index("together -8")
EQ = ChainSpec(
    gain_db=-5.0,
    eq=(
        EqBand(shape=EqShape.LOW_SHELF, freq_hz=150.0, gain_db=6.0, q=0.7),
        EqBand(shape=EqShape.BELL, freq_hz=2_500.0, gain_db=-4.0, q=0.8),
        EqBand(shape=EqShape.HIGH_SHELF, freq_hz=8_000.0, gain_db=-6.0, q=0.7),
    ),
    width=1.3,
)


def table(samples: Floats, rate_hz: int = RATE_HZ) -> Floats:
    meter = ContentMeter(rate_hz, samples.shape[1])
    meter.update(samples)
    return meter.result().table()


@pytest.fixture(scope="module")
def song() -> Floats:
    return music(20.0, RATE_HZ, np.random.default_rng(3))


def row(figures: Floats, name: str) -> Floats:
    return figures[FIGURES.index(name)]


def test_no_eq_gain_or_width_moves_it(song: Floats) -> None:
    out = process(Audio.from_array(song, RATE_HZ), build(EQ, RATE_HZ, 2)).read()
    moved = np.abs(table(out) - table(song)).mean(axis=1)
    assert moved[:FIRST_TOGETHER].max() < MOVED_DB
    assert moved[FIRST_TOGETHER:].max() < MOVED_CORRELATION


def test_tones_are_not_flat_and_noise_is(rng: np.random.Generator) -> None:
    time = np.arange(10 * RATE_HZ) / RATE_HZ
    noise = rng.standard_normal((len(time), 1)) * 0.1
    tone = noise * 1e-3 + 0.1 * np.sin(2 * np.pi * 1_000.0 * time)[:, None]
    band = int(np.argmin(np.abs(TONE_BANDS_HZ - 1_000.0)))
    assert row(table(noise), "flatness mean")[band] == pytest.approx(-2.5, abs=0.3), "of a chi-square distribution"
    assert row(table(tone), "flatness mean")[band] < -15.0


def test_modulation_is_seen_at_its_frequency(rng: np.random.Generator) -> None:
    time = np.arange(20 * RATE_HZ) / RATE_HZ
    noise = rng.standard_normal(len(time)) * 0.1
    swung = (noise * (1 + 0.8 * np.sin(2 * np.pi * 3.0 * time)))[:, None]
    more = table(swung) - table(noise[:, None])
    names = [name for name in FIGURES if name.startswith("modulation")]
    lifted = [float(row(more, name)[10:].mean()) for name in names]
    assert names[int(np.argmax(lifted))] == "modulation to 3.9 Hz"


def test_bands_that_move_together_are_seen_to(rng: np.random.Generator) -> None:
    envelope = np.repeat(rng.uniform(0.05, 1.0, 200), RATE_HZ // 10)
    noise = rng.standard_normal(len(envelope)) * 0.1
    together, apart = (noise * envelope)[:, None], noise[:, None]
    assert row(table(together), "together with all")[8:].min() > 0.7
    assert row(table(apart), "together with all")[8:].max() < 0.3


@pytest.mark.parametrize("rate_hz", [48_000, 96_000])
def test_other_rates_say_nearly_the_same(song: Floats, rate_hz: int) -> None:
    other = signal.resample_poly(song, rate_hz // 300, RATE_HZ // 300, axis=0)
    difference = np.abs(table(other, rate_hz) - table(song))[:, :-1]
    assert np.median(difference[:FIRST_TOGETHER]) < 0.7


@pytest.mark.parametrize("seconds", [0.0, 0.05, 3.0])
def test_too_little_to_tell_is_empty(seconds: float) -> None:
    assert table(np.full((round(seconds * RATE_HZ), 2), 0.1)).shape == (0, BANDS)


def test_long_ones_are_thinned_not_kept(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    """With room for a fraction, 60 s of one sound give nearly the same figures."""
    from analysis import content

    sound = rng.standard_normal((60 * 8_000, 1)) * 0.1
    whole = table(sound, 8_000)
    monkeypatch.setattr(content, "_MOST_FRAMES", 1024)
    meter = ContentMeter(8_000, 1)
    for part in np.array_split(sound, 50):
        meter.update(part)
        assert len(meter._stretches.whole()) <= 1024 + 256
    thinned = meter.result().table()
    heard = TONE_BANDS_HZ < 3_000
    assert np.abs(thinned - whole)[:7, heard].mean() < 0.3
