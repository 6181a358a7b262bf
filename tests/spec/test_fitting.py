"""What follows from the material: the crest factor, a compressor's times by it, its make-up, and "auto" in a plan."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest

from analysis.audio import Audio
from analysis.crest import CrestMeter
from analysis.loudness import LoudnessMeter
from analysis.units import Floats, db_to_amplitude
from assistant.album_spec import chain_spec
from assistant.fitting import with_fitted
from assistant.plan import TrackPlan
from mastering.chain import build, process
from mastering.dynamics_specs import CompressorSpec, Detector, MultibandSpec
from mastering.fitting import ATTACK_MS, RELEASE_MS, Wanted, evened, times_ms, with_makeup, with_times
from mastering.multiband import Crossover, Multiband
from mastering.processor import Processor
from mastering.specs import AlbumSpec, TrackSpec
from tests.signals import feed, musical_noise, sine, stereo

RATE_HZ = 44_100
MADE_UP_LU = 0.1
SETTLED_S = 12.0
SINE_DB = 10 * math.log10(2)
CROSSOVERS_HZ = (150.0, 2_500.0)


def crest(samples: Floats) -> float | None:
    meter = CrestMeter(RATE_HZ, samples.shape[1])
    feed(meter, samples)
    return meter.result()


def loudness(samples: Floats) -> float:
    meter = LoudnessMeter(RATE_HZ, samples.shape[1])
    feed(meter, samples)
    return float(meter.result().integrated_lufs or 0.0)


def drums(seconds: float, rng: np.random.Generator) -> Floats:
    """Half a second apart, each gone in a few hundredths, over a faint carpet."""
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    hits = rng.standard_normal((len(time_s), 2)) * np.exp(-(time_s % 0.5) / 0.02)[:, None]
    return np.asarray(0.3 * hits + 0.003 * rng.standard_normal(hits.shape))


@pytest.mark.parametrize(("shape", "expected"), [("sine", 3.01), ("square", 0.0)])
@pytest.mark.parametrize("channels", [1, 2])
def test_the_crest_factor_of_a_tone_is_known(shape: str, expected: float, channels: int) -> None:
    """The peak detector falls by a thousandth between the crests of 997 Hz."""
    tone = sine(997.0, SETTLED_S, RATE_HZ)
    samples = np.repeat((tone if shape == "sine" else np.where(tone >= 0, 0.5, -0.5))[:, None], channels, axis=1)
    assert crest(samples[RATE_HZ:]) == pytest.approx(expected, abs=0.15)


def test_pauses_do_not_count(rng: np.random.Generator) -> None:
    """Their faint noise is no music."""
    tone = stereo(0.5 * sine(997.0, 10.0, RATE_HZ))
    pause = 1e-3 * rng.standard_normal((10 * RATE_HZ, 2))
    assert crest(np.concatenate([tone, pause])) == pytest.approx(crest(tone), abs=0.1)


def test_silence_has_no_crest() -> None:
    assert crest(np.zeros((RATE_HZ, 2))) is None
    assert crest(np.ones((10, 2))) is None
    meter = CrestMeter(RATE_HZ, 1)
    assert meter.result() is None


def test_times_follow_the_square_of_the_crest_factor() -> None:
    assert times_ms(SINE_DB) == (ATTACK_MS, RELEASE_MS - ATTACK_MS)
    assert times_ms(4 * SINE_DB) == (ATTACK_MS / 8, (RELEASE_MS - ATTACK_MS) / 8)
    assert times_ms(None) == (25.0, 250.0)
    assert min(times_ms(100.0)) > 1.0


def test_drums_are_given_shorter_times_than_a_carpet(rng: np.random.Generator) -> None:
    spec, both = CompressorSpec(threshold_dbfs=-20.0, ratio=2.0), Wanted(attack=True, release=True)
    hits = Audio.from_array(drums(6.0, rng), RATE_HZ)
    carpet = Audio.from_array(0.1 * rng.standard_normal((6 * RATE_HZ, 2)), RATE_HZ)
    short, long = (with_times([spec], [both], audio, None)[0] for audio in (hits, carpet))
    assert short is not None
    assert long is not None
    assert short.attack_ms < 0.6 * long.attack_ms
    assert short.release_ms < 0.6 * long.release_ms
    assert with_times([spec], [Wanted(release=True)], hits, None)[0] == replace(spec, release_ms=short.release_ms)


@pytest.mark.parametrize(
    "changes",
    [
        {"ratio": 4.0, "range_db": 12.0},
        {"ratio": 0.6, "range_db": 6.0},
        {"ratio": 8.0, "range_db": 12.0, "detector": Detector.PEAK, "attack_ms": 1.0},
        {"ratio": 6.0, "range_db": 12.0, "mix": 0.5, "sidechain_hz": 150.0},
    ],
    ids=["rms", "opening", "peak", "parallel"],
)
def test_make_up_leaves_it_as_loud_as_it_was(changes: dict[str, object], rng: np.random.Generator) -> None:
    samples = musical_noise(12.0, RATE_HZ, rng)
    spec = replace(CompressorSpec(threshold_dbfs=-32.0, ratio=2.0, makeup_db=5.0), **changes)
    (found,) = with_makeup([spec], [Wanted(makeup=True)], Audio.from_array(samples, RATE_HZ), None)
    assert found is not None
    assert abs(found.makeup_db) > 0.5
    out = process(Audio.from_array(samples, RATE_HZ), build_compressor(found)).read()
    assert loudness(out) == pytest.approx(loudness(samples), abs=MADE_UP_LU)


def build_compressor(spec: CompressorSpec) -> tuple[Processor, ...]:
    return build(replace(chain_spec(planned()), compressor=spec), RATE_HZ, 2)


def test_three_bands_made_up_leave_the_whole_as_loud_and_the_tone_between_them(rng: np.random.Generator) -> None:
    """Basses that pause while the rest plays and the other way round: gates and sums make up for what bands do not."""
    time_s = np.arange(12 * RATE_HZ) / RATE_HZ
    bass = 0.5 * sine(60.0, 12.0, RATE_HZ) * (time_s % 3.0 < 1.5)
    samples = stereo(bass) + 0.1 * rng.standard_normal((12 * RATE_HZ, 2)) * (time_s % 2.0 > 0.7)[:, None]
    hard = CompressorSpec(threshold_dbfs=-40.0, ratio=6.0, range_db=12.0)
    audio = Audio.from_array(samples, RATE_HZ)
    bands = with_makeup([hard, hard, hard], [Wanted(makeup=True)] * 3, audio, CROSSOVERS_HZ)
    by_bands = MultibandSpec(crossovers_hz=CROSSOVERS_HZ, low=bands[0], mid=bands[1], high=bands[2])
    found = evened(by_bands, audio)
    out = process(audio, [Multiband(found, RATE_HZ, 2)]).read()
    assert loudness(out) == pytest.approx(loudness(samples), abs=MADE_UP_LU)
    moves_db = [
        one.makeup_db - other.makeup_db
        for one, other in zip(found.bands, by_bands.bands, strict=True)
        if one is not None and other is not None
    ]
    assert abs(moves_db[0]) > 0.02
    assert moves_db == pytest.approx([moves_db[0]] * 3, abs=0.011)


def test_silence_is_given_no_make_up() -> None:
    spec = CompressorSpec(threshold_dbfs=-32.0, ratio=4.0, makeup_db=3.0)
    silence = Audio.from_array(np.zeros((RATE_HZ, 2)), RATE_HZ)
    assert with_makeup([spec], [Wanted(makeup=True)], silence, None) == (replace(spec, makeup_db=0.0),)


def planned(**changes: object) -> TrackPlan:
    known = {"file": "a.wav", "title": "A", "sha256": "0" * 64, "start_s": 0.0, "end_s": 12.0}
    return TrackPlan.model_validate(known | {"first_sound_s": 0.0, "felt_end_s": 12.0} | changes)


AUTO = {"threshold_dbfs": -35.0, "ratio": 3.0, "range_db": 12.0, "attack_ms": "auto", "release_ms": "auto"}


def test_auto_in_a_plan_is_found_where_it_stands(rng: np.random.Generator) -> None:
    """After gain and the bands; each figure that is a number stays."""
    samples = musical_noise(12.0, RATE_HZ, rng)
    auto = AUTO | {"makeup_db": "auto"}
    bands = {"low_crossover_hz": CROSSOVERS_HZ[0], "high_crossover_hz": CROSSOVERS_HZ[1]}
    bands |= {"low": auto, "high": auto | {"attack_ms": 3.0}}
    plan = planned(gain_db=-4.0, multiband=bands, compressor=auto)
    # The middle is left alone, so the bands are not moved together.
    track = TrackSpec(
        source="a.wav",
        title="A",
        frames=len(samples),
        rate_hz=RATE_HZ,
        channels=2,
        start_s=0.0,
        end_s=12.0,
        first_sound_s=0.0,
        felt_end_s=12.0,
        chain=chain_spec(plan),
    )
    album = AlbumSpec(title="A", rate_hz=RATE_HZ, loudness_lufs=None, seed=1, tracks=(track,))

    @contextmanager
    def through(run: Sequence[TrackSpec]) -> Iterator[Audio]:
        yield process(Audio.from_array(samples, RATE_HZ), build(run[0].chain, RATE_HZ, 2))

    with ThreadPoolExecutor(1) as pool:
        chain = with_fitted(album, [plan], through, pool).tracks[0].chain
    assert chain.multiband is not None
    low, high, whole = chain.multiband.low, chain.multiband.high, chain.compressor
    assert low is not None
    assert high is not None
    assert whole is not None
    assert chain.multiband.mid is None
    assert high.attack_ms == 3.0
    assert len({low.release_ms, high.release_ms, whole.release_ms}) == 3
    before = samples * db_to_amplitude(-4.0)
    after_bands = process(
        Audio.from_array(before, RATE_HZ), build(replace(chain, gain_db=0.0, compressor=None), RATE_HZ, 2)
    )
    crossover = Crossover(CROSSOVERS_HZ, RATE_HZ, 2)
    bass, _, _ = crossover.process(np.concatenate([before, np.zeros((RATE_HZ, 2))]))[1]
    audio = process(Audio.from_array(bass, RATE_HZ), build_compressor(low))
    assert loudness(audio.read()) == pytest.approx(loudness(bass), abs=MADE_UP_LU)
    made = after_bands.read()
    out = process(Audio.from_array(made, RATE_HZ), build_compressor(whole)).read()
    assert loudness(out) == pytest.approx(loudness(made), abs=MADE_UP_LU)
    assert np.abs(out - made).max() > 0.01


def test_a_plan_without_auto_is_left_as_it_is() -> None:
    plan = planned(compressor={"threshold_dbfs": -35.0, "ratio": 3.0})
    track = TrackSpec(
        source="a.wav",
        title="A",
        frames=1,
        rate_hz=RATE_HZ,
        channels=2,
        start_s=0.0,
        end_s=12.0,
        first_sound_s=0.0,
        felt_end_s=12.0,
        chain=chain_spec(plan),
    )
    album = AlbumSpec(title="A", rate_hz=RATE_HZ, loudness_lufs=None, seed=1, tracks=(track,))

    def through(_run: Sequence[TrackSpec]) -> object:
        raise AssertionError("nothing has to be heard")

    with ThreadPoolExecutor(1) as pool:
        assert with_fitted(album, [plan], through, pool) == album  # type: ignore[arg-type]
