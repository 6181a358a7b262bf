"""EQ bands become filters that are stable, undo each other, and follow the analogue ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from analysis.biquad import cascade
from analysis.errors import SpecificationError
from mastering.eq import Eq, analogue_response_db, design, response_db
from mastering.specs import EqBand, EqShape

if TYPE_CHECKING:
    from analysis.units import Floats

RATES_HZ = (8_000, 22_050, 44_100, 48_000, 96_000, 192_000, 384_000)

# Coefficients of a cut against those of the boost turned upside down.
RECIPROCAL_TOLERANCE = 1e-14
# A boost and its cut in series, dB: what rounding leaves at 20 Hz and 384 kHz.
UNDONE_TOLERANCE_DB = 1e-6
# Digital against analogue up to 0.726 and 0.907 of Nyquist (16 and 20 kHz at 44.1 kHz) at 12 dB; less in
# proportion. Bells, and shelves that do not overshoot much.
LOW_TOLERANCE_DB, HIGH_TOLERANCE_DB = 0.12, 0.33
# Shelves of Q up to 3.
PEAKED_LOW_TOLERANCE_DB, PEAKED_HIGH_TOLERANCE_DB = 0.35, 0.95
LOW_SHARE, HIGH_SHARE = 16_000 / 22_050, 20_000 / 22_050
# Bands above Nyquist are nearly flat below it.
ABOVE_NYQUIST_TOLERANCE_DB = 0.05
BLOCK_TOLERANCE = 1e-9
SOSFILT_TOLERANCE = 1e-12

any_band = st.builds(
    EqBand,
    shape=st.sampled_from(EqShape),
    freq_hz=st.floats(math.log(1.0), math.log(1e6)).map(lambda x: max(1.0, math.exp(x))),
    gain_db=st.floats(-40.0, 40.0),
    q=st.floats(math.log(0.05), math.log(50.0)).map(lambda x: min(max(0.05, math.exp(x)), 50.0)),
)
usual_band = st.builds(
    EqBand,
    shape=st.sampled_from(EqShape),
    freq_hz=st.floats(math.log(20.0), math.log(18_000.0)).map(math.exp),
    gain_db=st.floats(-12.0, 12.0),
    q=st.floats(math.log(0.3), math.log(3.0)).map(math.exp),
)
rates_hz = st.sampled_from(RATES_HZ)


def inside_circle(c0: float, c1: float, c2: float) -> bool:
    """The stability triangle, which loses nothing to the rounding of roots that lie together."""
    a1, a2 = c1 / c0, c2 / c0
    return 1.0 + a1 + a2 > 0.0 and 1.0 - a1 + a2 > 0.0 and a2 < 1.0


def negated(band: EqBand) -> EqBand:
    return EqBand(shape=band.shape, freq_hz=band.freq_hz, gain_db=-band.gain_db, q=band.q)


def errors_db(band: EqBand, rate_hz: int) -> tuple[float, float]:
    """Largest error of the digital response to LOW_SHARE and to HIGH_SHARE of Nyquist."""
    freqs_hz = np.concatenate(
        [np.geomspace(5.0, LOW_SHARE * rate_hz / 2, 150), np.linspace(0.01, HIGH_SHARE, 150) * rate_hz / 2]
    )
    error_db = np.abs(response_db((band,), freqs_hz, rate_hz) - analogue_response_db(band, freqs_hz))
    return float(error_db[freqs_hz <= LOW_SHARE * rate_hz / 2].max()), float(error_db.max())


@given(band=any_band, rate_hz=rates_hz)
@settings(max_examples=300, deadline=None)
def test_every_band_at_every_rate_is_stable_and_minimum_phase(band: EqBand, rate_hz: int) -> None:
    section = design(band, rate_hz)
    assert np.all(np.isfinite(section))
    assert section[3] == 1.0
    assert inside_circle(*section[:3])
    assert inside_circle(*section[3:])


@given(band=any_band, rate_hz=rates_hz)
@settings(max_examples=100, deadline=None)
def test_a_cut_is_the_reciprocal_of_the_boost(band: EqBand, rate_hz: int) -> None:
    section, inverse = design(band, rate_hz), design(negated(band), rate_hz)
    assert np.allclose(inverse[3:], section[:3] / section[0], rtol=0.0, atol=RECIPROCAL_TOLERANCE)
    assert np.allclose(section[3:], inverse[:3] / inverse[0], rtol=0.0, atol=RECIPROCAL_TOLERANCE)


@given(band=usual_band, rate_hz=rates_hz)
@settings(max_examples=100, deadline=None)
def test_a_cut_undoes_the_boost(band: EqBand, rate_hz: int) -> None:
    freqs_hz = np.geomspace(5.0, rate_hz / 2, 100)
    both_db = response_db((band, negated(band)), freqs_hz, rate_hz)
    assert np.abs(both_db).max() < UNDONE_TOLERANCE_DB


@given(band=any_band, rate_hz=rates_hz)
@settings(max_examples=50, deadline=None)
def test_the_same_band_gives_the_same_bits(band: EqBand, rate_hz: int) -> None:
    assert design(band, rate_hz).tobytes() == design(band, rate_hz).tobytes()


@given(band=usual_band, rate_hz=st.sampled_from([rate for rate in RATES_HZ if rate >= 44_100]))
@settings(max_examples=200, deadline=None)
def test_the_response_follows_the_analogue_filter_nearly_to_nyquist(band: EqBand, rate_hz: int) -> None:
    low_db, high_db = errors_db(band, rate_hz)
    peaked = band.shape is not EqShape.BELL and band.q > 1.5
    assert low_db < (PEAKED_LOW_TOLERANCE_DB if peaked else LOW_TOLERANCE_DB)
    assert high_db < (PEAKED_HIGH_TOLERANCE_DB if peaked else HIGH_TOLERANCE_DB)


@pytest.mark.parametrize("shape", EqShape)
@pytest.mark.parametrize("freq_hz", [12_000.0, 14_000.0, 16_000.0, 18_000.0])
@pytest.mark.parametrize("q", [0.3, 0.7, 1.0, 1.5])
def test_bands_high_up_at_44100_hz_do_not_cramp(shape: EqShape, freq_hz: float, q: float) -> None:
    low_db, high_db = errors_db(EqBand(shape=shape, freq_hz=freq_hz, gain_db=-12.0, q=q), 44_100)
    assert low_db < LOW_TOLERANCE_DB
    assert high_db < HIGH_TOLERANCE_DB


@given(band=usual_band, octaves=st.floats(0.2, 3.0), rate_hz=rates_hz)
@settings(max_examples=50, deadline=None)
def test_a_band_above_nyquist_leaves_what_reaches_below_it(band: EqBand, octaves: float, rate_hz: int) -> None:
    q = min(band.q, 1.5)
    above = EqBand(shape=band.shape, freq_hz=rate_hz / 2 * 2**octaves, gain_db=band.gain_db, q=q)
    assert errors_db(above, rate_hz)[0] < ABOVE_NYQUIST_TOLERANCE_DB


@given(band=any_band, rate_hz=rates_hz)
@settings(max_examples=50, deadline=None)
def test_zero_gain_is_flat(band: EqBand, rate_hz: int) -> None:
    flat = EqBand(shape=band.shape, freq_hz=band.freq_hz, gain_db=0.0, q=band.q)
    assert design(flat, rate_hz).tolist() == [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]
    block = np.random.default_rng(1).standard_normal((50, 2))
    assert Eq((flat,), rate_hz=rate_hz, channels=2).process(block) is block


@pytest.mark.parametrize(
    ("freq_hz", "gain_db", "q"),
    [
        (0.5, 3.0, 1.0),
        (math.nan, 3.0, 1.0),
        (math.inf, 3.0, 1.0),
        (100.0, 41.0, 1.0),
        (100.0, math.nan, 1.0),
        (100.0, 3.0, 0.0),
        (100.0, 3.0, math.nan),
    ],
)
def test_impossible_bands_are_refused(freq_hz: float, gain_db: float, q: float) -> None:
    with pytest.raises(SpecificationError, match="use "):
        design(EqBand(shape=EqShape.BELL, freq_hz=freq_hz, gain_db=gain_db, q=q), 44_100)


BANDS = (
    EqBand(shape=EqShape.LOW_SHELF, freq_hz=80.0, gain_db=4.0, q=0.7),
    EqBand(shape=EqShape.BELL, freq_hz=400.0, gain_db=-3.0, q=1.1),
    EqBand(shape=EqShape.BELL, freq_hz=3000.0, gain_db=2.0, q=2.0),
    EqBand(shape=EqShape.HIGH_SHELF, freq_hz=15_000.0, gain_db=5.0, q=0.6),
)


def in_blocks(bands: tuple[EqBand, ...], audio: Floats, block_frames: int) -> Floats:
    eq = Eq(bands, rate_hz=44_100, channels=audio.shape[1])
    assert eq.latency_frames == 0
    parts = [eq.process(audio[i : i + block_frames]) for i in range(0, len(audio), block_frames)]
    last = eq.flush()
    assert last.shape == (0, audio.shape[1])
    return np.concatenate([*parts, last])


@pytest.mark.parametrize("channels", [1, 2, 5])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_block_size_changes_nothing(channels: int, count: int) -> None:
    audio = np.random.default_rng(2).uniform(-1.0, 1.0, (9_001, channels))
    audio[4_000:8_000] = 0.0
    given_audio = audio.copy()
    whole = in_blocks(BANDS[:count], audio, len(audio))
    for block_frames in (1, 7, 4096):
        assert np.abs(in_blocks(BANDS[:count], audio, block_frames) - whole).max() < BLOCK_TOLERANCE
    sections = np.array([design(band, 44_100) for band in BANDS[:count]])
    assert np.abs(signal.sosfilt(sections, audio, axis=0) - whole).max() < SOSFILT_TOLERANCE
    assert np.array_equal(audio, given_audio)


def test_without_bands_blocks_pass_untouched() -> None:
    block = np.random.default_rng(3).standard_normal((100, 2))
    assert Eq((), rate_hz=44_100, channels=2).process(block) is block
    passed = cascade(np.zeros((0, 6)), np.zeros((0, 2, 2)), block)
    assert passed is not block
    assert np.array_equal(passed, block)


def test_the_state_settles_to_exact_silence() -> None:
    sections = np.array([design(band, 44_100) for band in BANDS])
    state = np.zeros((len(BANDS), 2, 2))
    cascade(sections, state, np.ones((1, 2)))
    for _ in range(20):
        cascade(sections, state, np.zeros((4096, 2)))
    assert not state.any()


def test_views_and_read_only_blocks_are_taken() -> None:
    wide = np.random.default_rng(4).standard_normal((300, 4))
    wide.flags.writeable = False
    view = wide[::2, 1:3]
    plain = np.ascontiguousarray(view)
    both = [Eq(BANDS, rate_hz=44_100, channels=2).process(block) for block in (view, plain)]
    assert np.array_equal(*both)


def test_the_filter_has_the_response_that_is_told() -> None:
    impulse = np.zeros((1 << 16, 1))
    impulse[0] = 1.0
    out = Eq(BANDS, rate_hz=44_100, channels=1).process(impulse)[:, 0]
    freqs_hz = np.fft.rfftfreq(len(out), 1 / 44_100)[10:]
    measured_db = 20.0 * np.log10(np.abs(np.fft.rfft(out)[10:]))
    assert np.abs(measured_db - response_db(BANDS, freqs_hz, 44_100)).max() < 1e-6
