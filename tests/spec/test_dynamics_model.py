"""Engineers' compression told from how songs move, undone in proportion, and checked on the audio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from analysis.audio import Audio
from analysis.levels import STEPS_PER_SECOND, loud_ends_db
from analysis.load import open_audio
from analysis.loudness import LoudnessMeter
from analysis.profile import ReferenceSong, reference_song
from analysis.track import TrackAnalysis, analyse
from analysis.units import Floats, amplitude_to_db, db_to_amplitude
from assistant.album_spec import chain_spec
from assistant.dynamics import (
    LIMITED_PLR_LU,
    MAX_MOVE_DB,
    RATIOS,
    decide_dynamics,
    loud_end_logs,
    separate_dynamics,
    with_compressor,
)
from assistant.dynamics_plan import CompressorPlan, RidePlan
from assistant.plan import TrackPlan
from assistant.statistics import SongStatistics, load_statistics
from mastering.chain import build, process
from mastering.compressor import Compressor, envelope_gain_db
from mastering.dynamics_specs import CompressorSpec
from mastering.specs import EqBand, EqShape
from tests.albums import RATE_HZ, music
from tests.signals import feed

LOUDNESS_KEPT_LU = 0.15  # by the make-up, as simulated on levels
SPREAD_LU = 0.35  # between short-term distributions foretold and measured
THRESHOLD_DB = 0.5


@pytest.fixture(scope="module")
def statistics() -> SongStatistics:
    return load_statistics()


@pytest.fixture(scope="module")
def samples() -> Floats:
    """A song with loud and quiet passages."""
    plain = music(40.0, RATE_HZ, np.random.default_rng(5))
    shape_db = 5.0 * np.sin(2 * np.pi * np.arange(len(plain)) / RATE_HZ / 17.0)
    return np.asarray(0.5 * plain * db_to_amplitude(shape_db)[:, None])


@pytest.fixture(scope="module")
def song(samples: Floats, tmp_path_factory: pytest.TempPathFactory) -> TrackAnalysis:
    path = tmp_path_factory.mktemp("song") / "song.wav"
    soundfile.write(path, samples, RATE_HZ, "FLOAT")
    return analyse(open_audio(path), "0" * 64)


def with_ends(song: TrackAnalysis, logs: Floats) -> TrackAnalysis:
    """The song with another loud end of its level."""
    ends = tuple(float(end) for end in np.exp(logs) - 0.1)
    assert loud_end_logs(ends) == pytest.approx(logs)
    return replace(song, dynamics=replace(song.dynamics, loud_ends_db=ends))


def drawn(
    song: TrackAnalysis, statistics: SongStatistics, amounts: Sequence[float], rng: np.random.Generator
) -> list[TrackAnalysis]:
    """Songs as different as the statistics say, each compressed by so many typical compressors."""
    S = np.array(statistics.loud_ends_log2)
    own = loud_end_logs(song.dynamics.loud_ends_db) + rng.multivariate_normal(np.zeros(len(S)), S, len(amounts))
    return [
        with_ends(song, row + amount * np.array(statistics.compression_log))
        for row, amount in zip(own, amounts, strict=True)
    ]


def models(songs: Sequence[TrackAnalysis]) -> list[ReferenceSong]:
    return [reference_song(one) for one in songs]


def test_who_compressed_is_found(song: TrackAnalysis, statistics: SongStatistics, rng: np.random.Generator) -> None:
    tracks = drawn(song, statistics, [2.0] * 20 + [0.0] * 20, rng)
    found = separate_dynamics(
        tracks, ["a"] * 20 + ["b"] * 20, models(drawn(song, statistics, [0.0] * 20, rng)), statistics
    )
    assert np.ptp(found.amounts[:20]) == np.ptp(found.amounts[20:]) == 0.0
    assert found.amounts[0] > 1.2
    assert abs(found.amounts[-1]) < 0.7
    assert (found.deviations > 0).all()


def test_where_nobody_compressed_little_is_found(
    song: TrackAnalysis, statistics: SongStatistics, rng: np.random.Generator
) -> None:
    tracks = drawn(song, statistics, [0.0] * 30, rng)
    found = separate_dynamics(
        tracks, ["a", "b", "c"] * 10, models(drawn(song, statistics, [0.0] * 20, rng)), statistics
    )
    assert np.abs(found.amounts).mean() < 0.5


def test_an_album_alone_is_not_blamed_for_what_all_may_have_in_common(
    song: TrackAnalysis, statistics: SongStatistics, rng: np.random.Generator
) -> None:
    """Without references all engineers may compress alike, and nothing tells."""
    found = separate_dynamics(drawn(song, statistics, [0.0], rng), [None], [], statistics)
    assert found.amounts[0] == pytest.approx(0.0, abs=1e-9)
    hers = separate_dynamics(drawn(song, statistics, [1.0] * 6, rng), ["Ann"] * 6, [], statistics)
    assert hers.amounts == pytest.approx(0.0, abs=1e-9)


def test_what_could_not_be_measured_takes_its_engineers_amount(
    song: TrackAnalysis, statistics: SongStatistics, rng: np.random.Generator
) -> None:
    tracks = drawn(song, statistics, [1.0] * 6, rng)
    unknown = replace(song, dynamics=replace(song.dynamics, loud_ends_db=()))
    found = separate_dynamics([*tracks, unknown, unknown], ["a"] * 7 + ["b"], [], statistics)
    assert found.amounts[6] == found.amounts[0]
    assert (found.amounts[7], found.deviations[7]) == (0.0, 0.0)
    nothing = separate_dynamics([unknown], [None], [reference_song(unknown)], statistics)
    assert (nothing.amounts.tolist(), nothing.deviations.tolist()) == ([0.0], [0.0])


def test_a_reference_weighs_what_it_counts_as(
    song: TrackAnalysis, statistics: SongStatistics, rng: np.random.Generator
) -> None:
    tracks = drawn(song, statistics, [1.0] * 4, rng)
    one = drawn(song, statistics, [0.0], rng)[0]
    twice = separate_dynamics(tracks, ["a"] * 4, models([one, one]), statistics)
    weighed = separate_dynamics(tracks, ["a"] * 4, [reference_song(one, 2.0)], statistics)
    assert weighed.amounts == pytest.approx(twice.amounts)


def short_term(samples: Floats) -> tuple[Floats, float]:
    meter = LoudnessMeter(RATE_HZ, 2)
    feed(meter, samples)
    return meter.short_term_lufs()[::100], float(meter.result().integrated_lufs or 0.0)


@pytest.mark.parametrize("amount", [-1.2, 0.8, 2.0])
def test_what_is_foretold_comes_about(amount: float, song: TrackAnalysis, samples: Floats) -> None:
    """The short-term distribution about its median and the loudness, on the audio."""
    decided = decide_dynamics(song, amount, 0.5, 1.0, "in a test")
    assert decided.compressor is not None
    assert (decided.compressor.ratio < 1.0) is (amount > 0)
    out = process(Audio.from_array(samples, RATE_HZ), [Compressor(decided.compressor, RATE_HZ, 2)]).read()
    (before, loudness), (after, new_loudness) = short_term(samples), short_term(out)
    assert new_loudness == pytest.approx(loudness, abs=LOUDNESS_KEPT_LU)
    powers = 10 ** (np.array(song.levels_dbfs) / 10)
    gain_db = envelope_gain_db(decided.compressor, powers, STEPS_PER_SECOND)
    window = np.ones(30)
    moved = (
        10
        * np.log10(np.convolve(powers * 10 ** (gain_db / 10), window, "valid") / np.convolve(powers, window, "valid"))[
            ::STEPS_PER_SECOND
        ]
    )
    at = np.linspace(0.05, 0.95, 19)
    foretold, measured = np.quantile(before + moved[: len(before)], at), np.quantile(after, at)
    spread = np.quantile(before, at)
    assert measured - np.median(after) == pytest.approx(
        foretold - np.median(before + moved[: len(before)]), rel=0, abs=SPREAD_LU
    )
    assert bool(np.ptp(measured) > np.ptp(spread)) is (amount > 0)


@pytest.mark.parametrize("amount", [-30.0, 30.0])
def test_bounds_hold_whatever_is_believed(amount: float, song: TrackAnalysis, samples: Floats) -> None:
    decided = decide_dynamics(song, amount, 0.1, 1.0, "in a test")
    assert decided.compressor is not None
    assert RATIOS[0] <= decided.compressor.ratio <= RATIOS[1]
    out = process(Audio.from_array(samples, RATE_HZ), [Compressor(decided.compressor, RATE_HZ, 2)]).read()
    heard = np.abs(samples) > 1e-4
    moved_db = amplitude_to_db(np.asarray(out[heard] / samples[heard])) - decided.compressor.makeup_db
    assert np.abs(moved_db).max() <= MAX_MOVE_DB + 1e-6


@pytest.mark.parametrize(("amount", "strength"), [(0.0, 1.0), (2.0, 0.0), (0.05, 1.0)])
def test_what_is_not_worth_it_is_left_alone(amount: float, strength: float, song: TrackAnalysis) -> None:
    decided = decide_dynamics(song, amount, 1.0, strength, "in a test")
    assert (decided.compressor, decided.loud_change_lu) == (None, 0.0)
    assert decided.why.startswith("left alone")


def test_limiting_is_not_undone(song: TrackAnalysis) -> None:
    limited = replace(song, dynamics=replace(song.dynamics, plr_lu=LIMITED_PLR_LU - 0.5))
    assert decide_dynamics(limited, 2.0, 0.5, 1.0, "").why == (
        "left alone: limited in the mix already (peaks 8.0 LU over its loudness)"
    )
    assert decide_dynamics(limited, -2.0, 0.5, 1.0, "").compressor is not None


def test_a_short_piece_is_left_alone(song: TrackAnalysis) -> None:
    short = replace(song, levels_dbfs=(), short_term_lufs=())
    assert decide_dynamics(short, 2.0, 0.5, 1.0, "").why == "left alone: too short to tell"


def planned(**changes: object) -> TrackPlan:
    known = {"file": "a.wav", "title": "A", "sha256": "0" * 64, "start_s": 0.0, "end_s": 40.0}
    return TrackPlan.model_validate(known | {"first_sound_s": 0.0, "felt_end_s": 40.0} | changes)


def test_the_threshold_follows_gain_and_eq(song: TrackAnalysis, samples: Floats) -> None:
    bands = (EqBand(shape=EqShape.LOW_SHELF, freq_hz=150.0, gain_db=-5.0, q=0.7),)
    decided = decide_dynamics(song, 1.5, 0.5, 1.0, "")
    track = with_compressor(planned(gain_db=3.0), song, decided, bands)
    assert track.compressor is not None
    assert decided.compressor is not None
    eq = [{"shape": "low_shelf", "freq_hz": 150.0, "gain_db": -5.0, "q": 0.7}]
    stages = build(chain_spec(planned(gain_db=3.0, eq=eq)), RATE_HZ, 2)
    before = process(Audio.from_array(samples, RATE_HZ), stages).read()
    moved_db = 0.5 * amplitude_to_db(float(np.mean(before**2) / np.mean(samples**2)))
    assert track.compressor.threshold_dbfs - decided.compressor.threshold_dbfs == pytest.approx(
        moved_db, abs=THRESHOLD_DB
    )
    assert track.why.dynamics == decided.why


def test_ride_and_compressor_reach_the_chain() -> None:
    track = planned(
        ride=RidePlan(middle_lufs=-20.0, slope=1.2),
        compressor=CompressorPlan(threshold_dbfs=-18.0, ratio=1.5, sidechain_hz=90.0, makeup_db=0.4),
    )
    found = chain_spec(track)
    assert found.ride is not None
    assert (found.ride.middle_lufs, found.ride.slope, found.ride.range_db) == (-20.0, 1.2, 1.5)
    assert found.compressor == CompressorSpec(threshold_dbfs=-18.0, ratio=1.5, sidechain_hz=90.0, makeup_db=0.4)
    assert not found.is_wire


def test_a_compressor_shortens_the_loud_end(song: TrackAnalysis) -> None:
    powers = 10 ** (np.array(song.levels_dbfs) / 10)
    gain_db = envelope_gain_db(CompressorSpec(threshold_dbfs=-25.0, ratio=3.0, range_db=60.0), powers, STEPS_PER_SECOND)
    before, after = loud_ends_db(powers), loud_ends_db(powers * 10 ** (gain_db / 10))
    assert all(less < more for less, more in zip(after[1::2], before[1::2], strict=True))
