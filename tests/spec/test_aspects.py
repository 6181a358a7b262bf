"""Engineers and songs told apart in every shape of album: one mix or thirty, no reference or many, one odd song."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from analysis.load import open_audio
from analysis.profile import ReferenceSong, reference_song
from analysis.spectrum import TONE_BANDS, TONE_BANDS_HZ
from analysis.track import TrackAnalysis, analyse
from analysis.units import Floats
from assistant.aspects import Aspects, loud_lufs, separate_aspects, separate_level
from assistant.habits import eq_kernel
from assistant.profile_file import read_profile
from assistant.statistics import load_statistics
from references import PROFILES
from tests.albums import RATE_HZ, music

STATISTICS = load_statistics()
S = np.array(STATISTICS.tone_residual_db2)
USUAL_DB = np.array(STATISTICS.tone_usual_db)
OCTAVES = np.log2(TONE_BANDS_HZ)
HABIT_DB = 4.0
TILT_DB = 6.0 * np.cos(np.pi * (OCTAVES - OCTAVES[0]) / (OCTAVES[-1] - OCTAVES[0]))


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> TrackAnalysis:
    path = tmp_path_factory.mktemp("song") / "song.wav"
    soundfile.write(path, music(8.0, RATE_HZ, np.random.default_rng(1)), RATE_HZ, "FLOAT")
    return analyse(open_audio(path), "0" * 64)


def with_tone(song: TrackAnalysis, tone_db: Floats) -> TrackAnalysis:
    mid_db = np.array(song.spectrum.mid_db)
    mid_db[TONE_BANDS] = tone_db
    return replace(song, spectrum=replace(song.spectrum, mid_db=tuple(map(float, mid_db))))


def songs(song: TrackAnalysis, count: int, seed: int, added_db: Floats | float = 0.0) -> list[TrackAnalysis]:
    """Songs that differ as songs do about what is expected of this one."""
    rng = np.random.default_rng(seed)
    expected = STATISTICS.content.expected_tone_db(song.content.table()[None])[0]
    drawn = rng.multivariate_normal(np.zeros(28), S, count)
    return [with_tone(song, USUAL_DB + expected + one + added_db) for one in drawn]


def apart(
    tracks: Sequence[TrackAnalysis], engineers: Sequence[str | None], references: Sequence[ReferenceSong] = ()
) -> Aspects:
    return separate_aspects(tracks, engineers, references, STATISTICS)


def share(aspects: Aspects, tracks: slice, added_db: Floats = TILT_DB) -> float:
    """How much is found of what was added."""
    added_db = added_db - added_db.mean()
    return float(aspects.tone.effects[tracks].mean(axis=0) @ added_db / (added_db @ added_db))


def test_a_told_engineer_is_found(measured: TrackAnalysis) -> None:
    """In part: songs differ by themselves more than engineers do."""
    hers, his = [], []
    for seed in range(0, 18, 3):
        habit_db = np.random.default_rng(seed).multivariate_normal(np.zeros(28), HABIT_DB**2 * eq_kernel())
        tracks = songs(measured, 4, seed, habit_db) + songs(measured, 4, seed + 1)
        references = [reference_song(one) for one in songs(measured, 4, seed + 2)]
        found = apart(tracks, ["Ann"] * 4 + ["Bob"] * 4, references)
        assert found.grouping.names == ("Ann",) * 4 + ("Bob",) * 4
        hers.append(share(found, slice(0, 4), habit_db))
        his.append(share(found, slice(4, 8), habit_db))
    assert np.mean(hers) > 0.25
    assert abs(np.mean(his)) < 0.15


@pytest.mark.parametrize("names", ["abc", "bca", "cab", "xyz", "zxy"])
def test_what_engineers_are_called_changes_no_bit(measured: TrackAnalysis, names: str) -> None:
    tracks = songs(measured, 6, 1)
    plain, renamed = apart(tracks, list("uvwuvw")), apart(tracks, list(names * 2))
    assert np.array_equal(plain.tone.effects, renamed.tone.effects)
    assert np.array_equal(plain.width.effects, renamed.width.effects)


def test_an_odd_song_costs_the_others_little(measured: TrackAnalysis) -> None:
    tracks = songs(measured, 4, 1, TILT_DB) + songs(measured, 4, 2)
    references = [reference_song(one) for one in songs(measured, 4, 3)]
    engineers = ["Ann"] * 4 + ["Bob"] * 4
    spoken = with_tone(measured, 25.0 * np.cos(3 * OCTAVES))
    plain, with_odd = apart(tracks, engineers, references), apart([*tracks, spoken], [*engineers, "Ann"], references)
    assert with_odd.odd[-1] < 0.3
    assert with_odd.odd[:-1].min() > 0.5
    assert share(with_odd, slice(0, 4)) == pytest.approx(share(plain, slice(0, 4)), abs=0.15)
    assert np.isfinite(with_odd.tone.effects).all()


@pytest.mark.parametrize("count", [1, 2, 3, 30])
@pytest.mark.parametrize("references", [0, 1, 5])
def test_any_shape_of_album(measured: TrackAnalysis, count: int, references: int) -> None:
    models = [reference_song(one) for one in songs(measured, references, 3)]
    found = apart(songs(measured, count, 1), [None] * count, models)
    assert found.tone.effects.shape == (count, 28)
    assert found.width.effects.shape == (count, 4)
    assert np.isfinite(found.tone.effects).all()
    assert (found.tone.deviations >= 0).all()
    if count == 1 and not references:
        assert np.abs(found.tone.effects).max() < 1e-6, "there is nothing to hold it against"


def test_one_engineer_of_a_whole_album_needs_a_reference(measured: TrackAnalysis) -> None:
    tracks = songs(measured, 8, 1, TILT_DB)
    alone = apart(tracks, ["Ann"] * 8)
    assert np.abs(alone.tone.effects).max() < 1e-6
    found = []
    for seed in range(0, 12, 2):
        references = [reference_song(one) for one in songs(measured, 4, seed)]
        found.append(share(apart(songs(measured, 8, seed + 1, TILT_DB), ["Ann"] * 8, references), slice(0, 8)))
    assert np.mean(found) > 0.05


def test_half_a_song_pulls_less_than_a_whole_one(measured: TrackAnalysis) -> None:
    tracks = songs(measured, 4, 1, TILT_DB)
    model = songs(measured, 1, 2)[0]
    heavy, light = (apart(tracks, ["Ann"] * 4, [reference_song(model, weight)]) for weight in (4.0, 0.25))
    assert share(heavy, slice(0, 4)) > share(light, slice(0, 4))


def test_the_typical_profile_can_be_leaned_on(measured: TrackAnalysis) -> None:
    typical = read_profile(PROFILES / "typical.json")
    found = apart(songs(measured, 4, 1, 2 * TILT_DB), ["Ann"] * 4, typical.songs)
    assert share(found, slice(0, 4)) > 0.1


def test_a_song_of_which_nothing_is_known_tells_less(measured: TrackAnalysis) -> None:
    tracks = songs(measured, 6, 1, TILT_DB)
    references = [reference_song(one) for one in songs(measured, 4, 2)]
    silent = [replace(one, content=replace(one.content, figures=())) for one in tracks]
    known, unknown = apart(tracks, ["Ann"] * 6, references), apart(silent, ["Ann"] * 6, references)
    assert (unknown.tone.deviations > known.tone.deviations).mean() > 0.9


def test_a_quiet_song_is_no_witness_and_follows_its_engineer(measured: TrackAnalysis) -> None:
    loud = [-14.0, -14.5, -13.5, -20.0, -20.5, -19.5, -30.0]
    engineers = ["Ann"] * 3 + ["Bob"] * 3 + ["Bob"]
    grouping = apart(songs(measured, 7, 1), engineers).grouping
    told = separate_level(loud, engineers, grouping, STATISTICS, [True] * 6 + [False]).effects[:, 0]
    without = separate_level(
        loud[:6], engineers[:6], apart(songs(measured, 6, 1), engineers[:6]).grouping, STATISTICS, [True] * 6
    )
    assert told[:6] == pytest.approx(without.effects[:, 0], abs=1e-9)
    assert told[6] == pytest.approx(told[5], abs=1e-9)


def test_the_kernel_is_smooth_and_larger_at_the_ends() -> None:
    kernel = eq_kernel()
    assert np.linalg.eigvalsh(kernel).min() > -1e-9
    assert np.trace(kernel) == pytest.approx(28.0)
    assert kernel[0, 0] > kernel[14, 14] < kernel[-1, -1]
    assert kernel[10, 11] > 0.8 * kernel[10, 10]


@pytest.mark.parametrize("down_lu", [20.0, 30.0, 40.0])
def test_a_whispered_interlude_stays_one(measured: TrackAnalysis, down_lu: float) -> None:
    """Nobody is told, and one song far down makes no engineer of all the others."""
    levels = [-13.0, -12.0, -16.0, -11.4, -9.8, -17.6, -16.0, -10.8, -9.9]
    tracks = [at_level(one, lufs) for one, lufs in zip(songs(measured, 10, 1), [*levels, -12.4 - down_lu], strict=True)]
    found = apart(tracks, [None] * 10)
    assert found.grouping.names == (None,) * 10
    loud = [loud_lufs(one) for one in tracks]
    effects = separate_level(loud, [None] * 10, found.grouping, STATISTICS, [True] * 10).effects[:, 0]
    assert np.abs(effects).max() < 1.0


def at_level(song: TrackAnalysis, lufs: float) -> TrackAnalysis:
    return replace(song, dynamics=replace(song.dynamics, loud_lufs=lufs))
