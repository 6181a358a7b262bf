"""The benchmark's own meters and engineers: what judges the product must itself be right."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import signal

from benchmarks import meters, recovery, recovery_tables
from benchmarks.engineers import KINDS
from benchmarks.recovery_case import BLIND, COPY, GIVEN, Case, Score, Setup, groups
from tests.albums import RATE_HZ, music, peak_dbtp


@pytest.fixture(scope="module")
def song() -> meters.Samples:
    return music(8.0, RATE_HZ, np.random.default_rng(5))


@pytest.fixture(scope="module")
def truth(song: meters.Samples) -> meters.Measured:
    return meters.measured(song, RATE_HZ)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_engineers_of_strength_nothing_leave_a_song_alone(song: meters.Samples, kind: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    mixed = KINDS[kind].draw(rng, 0.0).mix(song, RATE_HZ, rng)
    assert np.abs(mixed - song).max() < 0.001 * np.abs(song).max()  # 0.01 dB


@pytest.mark.parametrize("kind", KINDS)
def test_engineers_are_as_their_seed_is(song: meters.Samples, kind: str) -> None:
    def mixed(seed: int) -> meters.Samples:
        rng = np.random.default_rng(seed)
        return KINDS[kind].draw(rng, 1.5).mix(song, RATE_HZ, rng)

    assert np.array_equal(mixed(1), mixed(1))
    found = meters.measured(mixed(1), RATE_HZ)
    assert meters.tone_error_db(found, meters.measured(mixed(2), RATE_HZ)) > 0.5


@pytest.mark.parametrize("kind", KINDS)
def test_engineers_stay_within_what_engineers_do(song: meters.Samples, kind: str, truth: meters.Measured) -> None:
    for seed in range(4):
        rng = np.random.default_rng(seed)
        found = meters.measured(KINDS[kind].draw(rng, 2.5).mix(song, RATE_HZ, rng), RATE_HZ)
        assert np.isfinite(found.bands_db).all()
        assert 0.5 < meters.tone_error_db(found, truth) < 15


def test_truth_against_itself_scores_nothing(song: meters.Samples, truth: meters.Measured) -> None:
    again = meters.measured(song, RATE_HZ, truth)
    assert meters.tone_error_db(again, truth) == pytest.approx(0, abs=1e-9)
    assert meters.width_error_db(again, truth) == pytest.approx(0, abs=1e-9)
    assert meters.dynamics_error_lu(again, truth) == pytest.approx(0, abs=0.005)
    assert meters.relation_error_lu([again, again], [truth, truth]) == 0


def test_level_is_no_error_of_tone_width_or_dynamics(song: meters.Samples, truth: meters.Measured) -> None:
    softer = meters.measured(song * 0.25, RATE_HZ, truth)
    assert softer.loudness_lufs == pytest.approx(truth.loudness_lufs - 12.041, abs=0.01)
    assert meters.tone_error_db(softer, truth) < 1e-6
    assert meters.width_error_db(softer, truth) < 1e-6
    assert meters.dynamics_error_lu(softer, truth) < 0.01
    # Of three songs one is 12 dB down: the median stays, and a third of them is off by that.
    assert meters.relation_error_lu([truth, softer, truth], [truth] * 3) == pytest.approx(12.041 / 3, abs=0.01)


def test_side_in_half_reads_6_db_of_width(song: meters.Samples, truth: meters.Measured) -> None:
    mid, side = song.mean(axis=1), (song[:, 0] - song[:, 1]) / 4
    narrow = meters.measured(np.stack([mid + side, mid - side], axis=1), RATE_HZ)
    assert meters.width_error_db(narrow, truth) == pytest.approx(6.02, abs=0.01)
    assert meters.tone_error_db(narrow, truth) < 1e-6


def test_eq_alone_is_an_error_of_tone_and_not_of_dynamics() -> None:
    rng = np.random.default_rng(2)
    swell_db = 6 * np.sin(2 * np.pi * np.arange(30 * RATE_HZ) / (15 * RATE_HZ))
    noise = 0.05 * rng.standard_normal((len(swell_db), 2)) * 10 ** (swell_db / 20)[:, None]
    truth = meters.measured(noise, RATE_HZ)
    tilted = signal.lfilter([1.0, -0.7], [1.0], noise, axis=0)
    found = meters.measured(tilted, RATE_HZ, truth)
    assert meters.tone_error_db(found, truth) > 2
    assert meters.dynamics_error_lu(found, truth) < 0.05
    level = meters.measured(noise / 10 ** (swell_db / 20)[:, None], RATE_HZ, truth)
    assert meters.dynamics_error_lu(level, truth) > 2


def test_retoned_audio_has_the_tone_that_was_asked_for(song: meters.Samples) -> None:
    asked_db = 4 * np.sin(np.arange(28) / 4)
    noise = np.random.default_rng(1).standard_normal((20 * RATE_HZ, 2)) * 0.05
    moved_db = meters.spectrum_db(meters.retoned(noise, RATE_HZ, asked_db), RATE_HZ) - meters.spectrum_db(
        noise, RATE_HZ
    )
    assert moved_db[0] == pytest.approx(asked_db, abs=0.35)


def test_true_peak_is_that_of_another_hand(song: meters.Samples) -> None:
    assert meters.true_peak_dbtp(song, RATE_HZ) == pytest.approx(peak_dbtp(song), abs=0.01)


def test_groups_of_a_plan_are_held_against_the_engineers(tmp_path: Path, truth: meters.Measured) -> None:
    case = Case(
        folder=tmp_path, names=("1.wav", "2.wav", "3.wav", "4.wav"), engineers=(0, 1, 0, 1), truths=(truth,) * 4
    )

    def told(*letters: str) -> tuple[float, bool]:
        tracks = [
            f'[[track]]\nfile = "{name}"\n' + (f'group = "{letter}"\n' if letter else "")
            for name, letter in zip(case.names, letters, strict=True)
        ]
        (tmp_path / "album.toml").write_text("".join(tracks), encoding="utf-8")
        return groups(case, tmp_path / "album.toml")

    assert told("A", "B", "A", "B") == (1.0, True)
    assert told("A", "A", "B", "B")[0] < 0
    assert told("", "", "", "") == (0.0, False)
    assert 0 < told("A", "", "A", "")[0] < 1


def _score(tone_db: float, **others: float) -> Score:
    known = {"width_db": 1.0, "dynamics_lu": 0.4, "relation_lu": 2.0, "peak_dbtp": -1.0, "seconds": 1.0}
    return Score(tone_db=tone_db, **(known | others))


def test_results_are_found_again_and_the_later_one_counts(tmp_path: Path) -> None:
    setup = Setup(record="A", folder=tmp_path, seed=3, kind="room", strength=1.5)
    first, later = _score(1.0), replace(_score(0.5), rand=0.25, claimed=True)
    for score in (first, later):
        recovery.store(tmp_path / "results", setup, BLIND, score)
    recovery.store(tmp_path / "results", setup, COPY, first)
    found = recovery.stored(tmp_path / "results", {"A": tmp_path})
    assert found == {(setup.name, BLIND): (setup, later), (setup.name, COPY): (setup, first)}
    assert recovery.stored(tmp_path / "results", {"B": tmp_path}) == {}
    assert recovery.stored(tmp_path / "nothing", {"A": tmp_path}) == {}


def test_strengths_and_kinds_come_in_turn(tmp_path: Path) -> None:
    options = argparse.Namespace(
        strengths=[1.0, 1.5, 2.5], kinds=["console", "room"], seeds=6, first_seed=4, identity=True
    )
    found = list(recovery.setups({"A": tmp_path, "B": tmp_path}, options))
    assert len({setup.name for setup in found}) == len(found) == 24
    coloured = [setup for setup in found if setup.record == "A" and setup.strength]
    assert [setup.seed for setup in coloured] == [4, 5, 6, 7, 8, 9]
    assert len({(setup.kind, setup.strength) for setup in coloured}) == 6
    # Two of each in turn would never meet crosswise.
    options.strengths, options.seeds, options.identity = [1.0, 2.0], 4, False
    assert len({(setup.kind, setup.strength) for setup in recovery.setups({"A": tmp_path}, options)}) == 4


def test_tables_say_what_is_left_and_what_is_met(capsys: pytest.CaptureFixture[str]) -> None:
    results = []
    for seed, left in enumerate([0.6, 0.8, 1.3]):
        setup = Setup(record="A", folder=Path(), seed=seed, kind="room", strength=1.5)
        results.append((setup, COPY, _score(2.0)))
        results.append((setup, GIVEN, _score(2.0 * left, width_db=0.7, dynamics_lu=0.3, relation_lu=1.0)))
        blind = _score(1.7, width_db=0.7, dynamics_lu=0.3, relation_lu=1.0)
        results.append((setup, BLIND, replace(blind, rand=0.5, claimed=True)))
    recovery_tables.show(results)
    out = capsys.readouterr().out
    assert "NOT  given: tone left 0.90 (0.75 at most)" in out
    assert "NOT  given: tone over 1.05 in 33% of cases (8 % at most)" in out
    assert "NOT  given: worst tone 1.30" in out
    assert "met  given: width left 0.70" in out
    assert "met  blind: tone left 0.85" in out
    assert "met  blind: relations 1.00 LU (under the mixes' 2.00)" in out
    assert "100%" in out


def test_mean_lies_within_its_interval() -> None:
    left = np.array([0.6, 0.7, 0.9, 1.1])
    low, high = recovery_tables.interval(left)
    assert 0.6 <= low < left.mean() < high <= 1.1
