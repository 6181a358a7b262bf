"""Telling the engineer from the song: what holds for any album, and what is found where the truth is known."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.spectrum import TONE_BANDS_HZ
from analysis.units import Floats
from assistant.grouping import given_grouping
from assistant.separation import Model, Observed, Separation
from assistant.statistics import adapted, load_statistics, scatter_about_mean

BANDS = 8
SIZES_DB = (0.0, 1.0, 2.0, 3.0, 4.5, 6.5)
SAME_DB = 1e-8
NEAR_ZERO_DB = 1.0  # against songs that differ by 4 dB
INNOCENT_DB = 1.5  # about what the means of 12 songs differ by of themselves
SAW_SHARE = 0.25  # of what no engineer does; a tilt is found by more than three times that
LEFT_SHARE = 0.35  # of an offset of 6 dB that 12 songs share

OCTAVES = np.arange(BANDS, dtype=np.float64)
KERNEL = np.exp(-0.5 * ((OCTAVES[:, None] - OCTAVES) / 1.4) ** 2)
SONGS_DB2 = 16.0 * np.exp(-np.abs(OCTAVES[:, None] - OCTAVES) / 0.7)
"""Songs differ by 4 dB a band, roughly: neighbours have little to do with each other."""


def songs(count: int, rng: np.random.Generator) -> Floats:
    return rng.multivariate_normal(np.zeros(BANDS), SONGS_DB2, count)


def model_of(
    tracks: Floats,
    references: Floats | None = None,
    S: Floats = SONGS_DB2,
    sizes: Sequence[float] = SIZES_DB,
    weights: Floats | None = None,
    usual: tuple[Floats, float] | None = None,
) -> Model:
    models = np.zeros((0, tracks.shape[1])) if references is None else references
    return Model(
        Observed(
            tracks=tracks,
            weights=np.ones(len(tracks)) if weights is None else weights,
            references=models,
            reference_weights=np.ones(len(models)),
            S=S,
            K=KERNEL,
            sizes=sizes,
            usual=usual,
        )
    )


def separated(
    tracks: Floats,
    engineers: Sequence[Hashable | None],
    references: Floats | None = None,
    S: Floats = SONGS_DB2,
    sizes: Sequence[float] = SIZES_DB,
) -> Separation:
    groups = given_grouping([None if who is None else str(who) for who in engineers])
    return model_of(tracks, references, S, sizes).separate(groups.partitions, groups.probabilities)


def rms(values: Floats) -> float:
    return float(np.sqrt(np.mean(values**2)))


@pytest.fixture
def tilt() -> Floats:
    """Smooth, with no mean: what an engineer might do."""
    return np.asarray(6.0 * np.cos(np.pi * OCTAVES / (BANDS - 1)))


def test_without_engineers_traces_nearly_nothing_is_found(rng: np.random.Generator) -> None:
    tracks, references = songs(36, rng), songs(12, rng)
    found = separated(tracks, ["a", "b", "c"] * 12, references)
    assert rms(found.effects) < NEAR_ZERO_DB
    assert found.evidence < 0.8
    assert found.engineer_size < 1.0


def test_what_many_songs_share_is_found(rng: np.random.Generator, tilt: Floats) -> None:
    tracks = songs(36, rng)
    tracks[:12] += tilt
    found = separated(tracks, ["a"] * 12 + ["b"] * 12 + ["c"] * 12, songs(12, rng))
    assert rms(found.effects[0] - tilt) < LEFT_SHARE * rms(tilt)
    assert rms(found.effects[12:]) < INNOCENT_DB
    assert found.evidence > 0.95


def test_one_song_tells_less_than_many(rng: np.random.Generator, tilt: Floats) -> None:
    tracks = songs(12, rng)
    tracks[:6] += tilt
    known = separated(tracks, ["a"] * 6 + ["b"] * 6, songs(12, rng), sizes=(0.0, 4.0))
    alone = separated(tracks, [None] * 12, songs(12, rng), sizes=(0.0, 4.0))
    assert (known.deviations < alone.deviations).all()


def test_the_same_of_both_engineers_is_seen_only_against_references(rng: np.random.Generator, tilt: Floats) -> None:
    tracks = songs(24, rng) + tilt
    engineers = ["a"] * 12 + ["b"] * 12
    against = separated(tracks, engineers, songs(24, rng))
    among = separated(tracks, engineers)
    assert float(against.effects.mean(axis=0) @ tilt) > 0.5 * float(tilt @ tilt)
    assert np.abs(among.effects.mean(axis=0)).max() < SAME_DB


def test_the_more_songs_differ_the_less_is_laid_on_engineers(rng: np.random.Generator, tilt: Floats) -> None:
    tracks, references = songs(12, rng), songs(6, rng)
    tracks[:6] += tilt
    sizes = [
        rms(separated(tracks, ["a"] * 6 + ["b"] * 6, references, S=factor * SONGS_DB2).effects)
        for factor in (0.25, 1.0, 4.0, 16.0, 64.0)
    ]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < 0.2 * sizes[0]


def test_effects_are_as_smooth_as_engineers(rng: np.random.Generator) -> None:
    """A saw between neighbouring bands is nobody's EQ, however many songs have it."""
    tracks = songs(24, rng)
    saw = 6.0 * (-1.0) ** np.arange(BANDS)
    tracks[:12] += saw
    found = separated(tracks, ["a"] * 12 + ["b"] * 12, songs(12, rng), sizes=(0.0, 4.5))
    assert abs(float(found.effects[0] @ saw)) < SAW_SHARE * float(saw @ saw)


@pytest.mark.parametrize("references", [0, 1])
def test_one_track_without_company_says_nothing(references: int, rng: np.random.Generator) -> None:
    found = separated(songs(1, rng), [None], songs(references, rng).reshape(-1, BANDS))
    assert found.effects.shape == (1, BANDS)
    assert np.isfinite(found.effects).all()
    if not references:
        assert np.abs(found.effects).max() < SAME_DB
        assert found.evidence == pytest.approx(1 - 1 / len(SIZES_DB)), "every size stays as likely as before"


def test_one_engineer_without_references_is_left_alone(rng: np.random.Generator) -> None:
    found = separated(songs(10, rng), ["a"] * 10)
    assert np.abs(found.effects).max() < SAME_DB


def test_size_nought_alone_finds_nothing(rng: np.random.Generator) -> None:
    found = separated(songs(10, rng), ["a", "b"] * 5, songs(3, rng), sizes=(0.0,))
    assert not found.effects.any()
    assert not found.deviations.any()
    assert (found.evidence, found.engineer_size) == (0.0, 0.0)


def test_posterior_is_that_of_the_whole_covariance(rng: np.random.Generator) -> None:
    """Against the textbook: every track and reference stacked into one Gaussian."""
    tracks, references, size = songs(5, rng), songs(2, rng), 3.0
    members, weights = np.array([0, 1, 0, 2, 1]), np.array([1.0, 1.0, 0.5, 1.0, 2.0])
    model = model_of(tracks, references, sizes=(size,), weights=weights)
    found = model.separate([tuple(members)], np.ones(1))
    hands = (np.arange(3)[:, None] == members[None, :]).astype(np.float64)
    prior = np.kron(np.eye(3), size**2 * KERNEL)
    to_data = np.kron(np.hstack([hands, np.zeros((3, 2))]).T, np.eye(BANDS))
    noise = np.kron(np.diag([*(1 / weights), 1.0, 1.0]), SONGS_DB2)
    covariance = to_data @ prior @ to_data.T + noise + 1e8 * np.kron(np.ones((7, 7)), np.eye(BANDS))
    stacked = np.concatenate([*tracks, *references])
    gain = prior @ to_data.T @ np.linalg.inv(covariance)
    expected = (gain @ stacked).reshape(3, BANDS)
    spread = np.sqrt(np.diag(prior - gain @ to_data @ prior)).reshape(3, BANDS)
    assert found.effects == pytest.approx(expected[members], abs=1e-4)
    assert found.deviations == pytest.approx(spread[members], abs=1e-4)


def test_evidence_is_that_of_the_whole_covariance(rng: np.random.Generator) -> None:
    """Two partitions differ in log evidence as the densities of the stacked Gaussian do."""
    tracks, references, size = songs(4, rng), songs(2, rng), 3.0
    model = model_of(tracks, references, sizes=(size,))

    def density(members: Sequence[int]) -> float:
        same = (np.array(members)[:, None] == np.array(members)[None, :]).astype(np.float64)
        hands = np.zeros((6, 6))
        hands[:4, :4] = same
        covariance = np.kron(hands, size**2 * KERNEL) + np.kron(np.eye(6), SONGS_DB2)
        covariance += 1e7 * np.kron(np.ones((6, 6)), np.eye(BANDS))
        stacked = np.concatenate([*tracks, *references])
        sign, determinant = np.linalg.slogdet(covariance)
        assert sign > 0
        return float(-0.5 * (determinant + stacked @ np.linalg.solve(covariance, stacked)))

    one, other = (0, 1, 0, 2), (0, 0, 0, 0)
    ours = model.log_evidence(np.array(one)) - model.log_evidence(np.array(other))
    assert ours == pytest.approx(density(one) - density(other), abs=1e-3)


def test_a_track_without_figures_has_its_engineers_answer(rng: np.random.Generator, tilt: Floats) -> None:
    tracks = songs(13, rng)
    tracks[:6] += tilt
    tracks[12] = 1e3  # nothing was measured there
    weights = np.array([1.0] * 12 + [0.0])
    groups = given_grouping(["a"] * 6 + ["b"] * 6 + ["a"])
    found = model_of(tracks, weights=weights).separate(groups.partitions, groups.probabilities)
    without = separated(tracks[:12], ["a"] * 6 + ["b"] * 6)
    assert found.effects[:12] == pytest.approx(without.effects, abs=SAME_DB)
    assert found.effects[12] == pytest.approx(found.effects[0], abs=SAME_DB)


def test_what_is_usual_pulls_weakly(rng: np.random.Generator, tilt: Floats) -> None:
    """Engineers alike on a whole album are seen against many records, less than against its own references."""
    tracks, groups = songs(12, rng) + tilt, given_grouping(["a"] * 12)
    leaning = model_of(tracks, usual=(np.zeros(BANDS), 3.0)).separate(groups.partitions, groups.probabilities)
    against = separated(tracks, ["a"] * 12, songs(24, rng))
    assert 0.1 * tilt @ tilt < leaning.effects[0] @ tilt < against.effects[0] @ tilt


engineers = st.lists(st.sampled_from([None, "a", "b", "c"]), min_size=1, max_size=10)


@st.composite
def albums(draw: st.DrawFn) -> tuple[Floats, list[str | None], Floats]:
    """Tracks, who mixed them, references."""
    who = draw(engineers)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scale = draw(st.sampled_from([0.01, 1.0, 10.0]))
    return scale * songs(len(who), rng), who, songs(draw(st.integers(0, 4)), rng).reshape(-1, BANDS)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(album=albums())
def test_whatever_the_album_the_answer_is_a_number(album: tuple[Floats, list[str | None], Floats]) -> None:
    tracks, who, references = album
    found = separated(tracks, who, references)
    assert 0.0 <= found.evidence <= 1.0
    assert 0.0 <= found.engineer_size <= max(SIZES_DB)
    assert found.effects.shape == found.deviations.shape == tracks.shape
    assert np.isfinite(found.effects).all()
    assert (found.deviations >= 0.0).all()
    for one in range(len(who)):
        for other in range(one):
            if who[one] is not None and who[one] == who[other]:
                assert np.array_equal(found.effects[one], found.effects[other])


@settings(max_examples=25, deadline=None, derandomize=True)
@given(album=albums(), constant=st.floats(-50.0, 50.0))
def test_a_constant_on_everything_changes_nothing(
    album: tuple[Floats, list[str | None], Floats], constant: float
) -> None:
    tracks, who, references = album
    shape = constant * np.linspace(-1.0, 2.0, BANDS)
    plain, moved = separated(tracks, who, references), separated(tracks + shape, who, references + shape)
    assert moved.effects == pytest.approx(plain.effects, rel=0, abs=SAME_DB * 100)
    assert moved.evidence == pytest.approx(plain.evidence, abs=1e-6)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(album=albums(), data=st.data())
def test_another_order_of_tracks_is_the_same_album(
    album: tuple[Floats, list[str | None], Floats], data: st.DataObject
) -> None:
    tracks, who, references = album
    order = data.draw(st.permutations(range(len(who))))
    plain = separated(tracks, who, references)
    mixed = separated(tracks[order], [who[i] for i in order], references[::-1])
    assert mixed.effects == pytest.approx(plain.effects[order], rel=0, abs=SAME_DB)
    assert mixed.deviations == pytest.approx(plain.deviations[order], rel=0, abs=1e-5)  # a root of rounding near zero
    assert mixed.evidence == pytest.approx(plain.evidence, abs=1e-9)


def test_names_do_not_matter(rng: np.random.Generator) -> None:
    tracks, references = songs(6, rng), songs(2, rng)
    alone = separated(tracks, [None] * 6, references)
    named = separated(tracks, list("uvwxyz"), references)
    assert np.array_equal(alone.effects, named.effects)


def scatter_by(tracks: Floats, engineers: int) -> tuple[Floats, int]:
    parts = [scatter_about_mean(tracks[i::engineers], np.ones(len(tracks[i::engineers]))) for i in range(engineers)]
    return np.sum([scatter for scatter, _ in parts], axis=0), sum(freedom for _, freedom in parts)


def test_songs_statistics_follow_the_album(rng: np.random.Generator) -> None:
    S = np.array(load_statistics().tone_residual_db2)
    factor = np.linalg.cholesky(S)
    assert adapted(S, np.zeros_like(S), 0, TONE_BANDS_HZ) == pytest.approx(S), "nothing to go by"
    sizes = []
    for spread in (0.5, 1.0, 2.0):
        tracks = spread * rng.standard_normal((60, len(S))) @ factor.T
        here = adapted(S, *scatter_by(tracks, 3), TONE_BANDS_HZ)
        assert np.linalg.eigvalsh(here).min() > 0.0
        sizes.append(np.trace(here) / np.trace(S))
    assert sizes == pytest.approx([0.25, 1.0, 4.0], rel=0.25)


def test_identical_songs_leave_a_usable_covariance() -> None:
    S = np.array(load_statistics().tone_residual_db2)
    here = adapted(S, *scatter_by(np.zeros((8, len(S))), 1), TONE_BANDS_HZ)
    assert np.linalg.eigvalsh(here).min() > 0.0
    assert np.trace(here) < np.trace(S)


def test_scatter_counts_weights(rng: np.random.Generator) -> None:
    values = songs(6, rng)
    scatter, freedom = scatter_about_mean(values, np.ones(6))
    assert (scatter, freedom) == (pytest.approx(5 * np.cov(values.T)), 5)
    without, fewer = scatter_about_mean(values, np.array([1.0] * 5 + [0.0]))
    assert (without, fewer) == (pytest.approx(4 * np.cov(values[:5].T)), 4)
    assert scatter_about_mean(values[:1], np.ones(1))[1] == 0
