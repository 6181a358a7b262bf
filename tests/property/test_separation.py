"""Telling the engineer from the song: what holds for any album, and what is found where the truth is known."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.spectrum import TONE_BANDS_HZ
from analysis.units import Floats
from assistant.separation import Separation, group, separate
from assistant.statistics import DOUBT, DOUBT_WITHOUT_SCATTER, adapted, load_statistics

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


def separated(
    tracks: Floats,
    engineers: Sequence[Hashable | None],
    references: Floats | None = None,
    S: Floats = SONGS_DB2,
    sizes: Sequence[float] = SIZES_DB,
) -> Separation:
    models = np.zeros((0, tracks.shape[1])) if references is None else references
    return separate(group(tracks, engineers), models, S, KERNEL, sizes)


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


def test_groups_are_summed_up(rng: np.random.Generator) -> None:
    tracks = songs(7, rng)
    found = group(tracks, ["b", "a", None, "b", None, "a", "b"])
    assert found.members == (0, 1, 2, 0, 3, 1, 0)
    assert found.counts == (3, 2, 1, 1)
    assert found.means[0] == pytest.approx(tracks[[0, 3, 6]].mean(axis=0))
    assert found.freedom == 3
    inner = [tracks[[0, 3, 6]], tracks[[1, 5]]]
    expected = sum((len(part) - 1) * np.cov(part.T) for part in inner)
    assert found.scatter == pytest.approx(expected)


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


def test_songs_statistics_follow_the_album(rng: np.random.Generator) -> None:
    S = np.array(load_statistics().tone_db2)
    factor = np.linalg.cholesky(S)
    none = np.zeros((0, len(S)))
    trusted = adapted(S, group(rng.standard_normal((4, len(S))), [None] * 4), none, TONE_BANDS_HZ)
    assert trusted == pytest.approx(S * DOUBT * DOUBT_WITHOUT_SCATTER)
    sizes = []
    for spread in (0.5, 1.0, 2.0):
        tracks = spread * rng.standard_normal((60, len(S))) @ factor.T
        here = adapted(S, group(tracks, ["a", "b", "c"] * 20), none, TONE_BANDS_HZ)
        assert np.linalg.eigvalsh(here).min() > 0.0
        sizes.append(np.trace(here) / np.trace(S) / DOUBT)
    assert sizes == pytest.approx([0.25, 1.0, 4.0], rel=0.25)


def test_identical_songs_leave_a_usable_covariance() -> None:
    S = np.array(load_statistics().tone_db2)
    here = adapted(S, group(np.zeros((8, len(S))), ["a"] * 8), np.zeros((0, len(S))), TONE_BANDS_HZ)
    assert np.linalg.eigvalsh(here).min() > 0.0
    assert np.trace(here) < np.trace(S)
