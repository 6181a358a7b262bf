"""Reference profiles: what they keep of songs, their mean and scatter, and the file they travel in."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import pytest
import soundfile

from analysis.cache import analyse_file
from analysis.errors import PlanError
from analysis.profile import ReferenceProfile, ReferenceSong, reference_song
from analysis.spectrum import THIRD_OCTAVES_HZ, TONE_BANDS_HZ
from analysis.track import TrackAnalysis
from assistant.album_loudness import album_lufs, references_lufs
from assistant.aspects import broad_width_db
from assistant.profile_file import parse_profile, profile_text, read_profile
from references import PROFILES
from tests.albums import RATE_HZ, music

ROUNDED_DB = 0.006


@pytest.fixture(scope="module")
def tracks(tmp_path_factory: pytest.TempPathFactory) -> list[TrackAnalysis]:
    folder = tmp_path_factory.mktemp("record")
    found = []
    for number in range(4):
        samples = music(4.0, RATE_HZ, np.random.default_rng(number), tempo_bpm=80.0 + 20 * number)
        samples[:, 1] *= 1.0 - 0.2 * number
        soundfile.write(folder / f"{number}.wav", samples, RATE_HZ, subtype="PCM_24")
        found.append(analyse_file(folder / f"{number}.wav"))
    return found


@pytest.fixture
def profile(tracks: list[TrackAnalysis]) -> ReferenceProfile:
    return ReferenceProfile(name="Record", songs=tuple(map(reference_song, tracks)), source="a test")


def test_a_song_keeps_the_figures_of_its_track(tracks: list[TrackAnalysis]) -> None:
    for track in tracks:
        song = reference_song(track, 0.5)
        assert (song.name, song.duration_s, song.weight) == (track.name, track.duration_s, 0.5)
        assert np.array_equal(song.spectrum.tone_db(), track.spectrum.tone_db())
        assert broad_width_db(song) == broad_width_db(track)
        assert (song.loudness, song.dynamics) == (track.loudness, track.dynamics)


def test_mean_and_covariance_of_songs(profile: ReferenceProfile) -> None:
    tones = np.array([song.spectrum.tone_db() for song in profile.songs])
    assert np.allclose(profile.tone_mean_db(), tones.mean(axis=0))
    assert np.allclose(profile.tone_covariance_db2(), np.cov(tones.T))
    assert float(np.trace(profile.tone_covariance_db2())) > 1.0, "the songs differ"


def test_a_weight_counts_as_that_many_songs(profile: ReferenceProfile) -> None:
    first, *others = profile.songs
    heavy = dataclasses.replace(profile, songs=(dataclasses.replace(first, weight=3.0), *others))
    thrice = dataclasses.replace(profile, songs=(first, first, first, *others))
    assert np.allclose(heavy.tone_mean_db(), thrice.tone_mean_db())
    assert np.allclose(heavy.weighted(0.25).tone_mean_db(), thrice.tone_mean_db()), "only ratios tell in a mean"
    assert heavy.weighted(0.25).weights() == pytest.approx([0.75, 0.25, 0.25, 0.25])


def test_weighted_scatter_is_that_of_the_model(profile: ReferenceProfile) -> None:
    """Songs drawn with covariance S / weight: the weighted scatter over its freedom is S on average."""
    rng = np.random.default_rng(3)
    weights = [0.25, 1.0, 1.0, 4.0]
    found = []
    for _ in range(400):
        songs = [_toned(profile.songs[0], rng.standard_normal(28) * 2 / math.sqrt(w), w) for w in weights]
        found.append(np.trace(ReferenceProfile(name="r", songs=tuple(songs)).tone_covariance_db2()))
    assert np.mean(found) == pytest.approx(27 * 4.0, rel=0.05)  # 28 bands less the level, variance 4 each


def _toned(song: ReferenceSong, tone_db: np.ndarray, weight: float) -> ReferenceSong:
    mid = (0.0, 0.0, *(float(level) for level in tone_db), 0.0)
    return dataclasses.replace(song, spectrum=dataclasses.replace(song.spectrum, mid_db=mid), weight=weight)


def test_one_song_tells_nothing_of_how_songs_differ(profile: ReferenceProfile) -> None:
    alone = dataclasses.replace(profile, songs=profile.songs[:1])
    assert not alone.tone_covariance_db2().any()
    spread = dataclasses.replace(profile.songs[0], tone_spread_db=(2.0,) * 28)
    published = dataclasses.replace(profile, songs=(spread,))
    assert np.allclose(published.tone_covariance_db2(), 4.0 * np.eye(28))


def test_a_file_gives_back_what_it_was_given(profile: ReferenceProfile, tmp_path: Path) -> None:
    text = profile_text(profile)
    (tmp_path / "Record.json").write_text(text, encoding="utf-8")
    found = read_profile(tmp_path / "Record.json")
    assert (found.name, found.source) == ("Record", "a test")
    for one, other in zip(found.songs, profile.songs, strict=True):
        assert np.abs(one.spectrum.tone_db() - other.spectrum.tone_db()).max() < 2 * ROUNDED_DB
        assert broad_width_db(one) == pytest.approx(broad_width_db(other), abs=2 * ROUNDED_DB)
        assert one.dynamics.short_term_quantiles_lufs == pytest.approx(
            other.dynamics.short_term_quantiles_lufs, abs=ROUNDED_DB
        )
        assert (one.name, one.weight) == (other.name, other.weight)
    assert profile_text(found) == text, "written again, nothing moves"
    assert len(text) < 5000 * len(profile.songs), "small enough to send"
    assert "/" not in text, "no path"


def test_silence_is_told_in_words(profile: ReferenceProfile) -> None:
    song = profile.songs[0]
    mono = dataclasses.replace(song.spectrum, side_db=(-math.inf,) * 31)
    text = profile_text(dataclasses.replace(profile, songs=(dataclasses.replace(song, spectrum=mono),)))
    assert "Infinity" not in text
    assert parse_profile(text, "it").songs[0].spectrum.side_db == (-math.inf,) * 31


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda whole: whole.update(schema=2), "schema = 2 must be 1"),
        (lambda whole: whole.update(songs=[]), "songs has 0 entries and must have 1 or more"),
        (lambda whole: whole.update(path="/home/me"), "path is not a key that is known here"),
        (lambda whole: whole["songs"][1].update(file="/x"), "songs[2].file is not a key that is known here"),
        (lambda whole: whole["songs"][0].update(weight=0), "songs[1].weight = 0 must be 0.001 to 1000 songs"),
        (lambda whole: whole["songs"][0]["spectrum"]["mid_db"].pop(), "songs[1].spectrum.mid_db has 30 entries"),
        (lambda whole: whole["songs"][0]["spectrum"].update(gated_share=3), "gated_share = 3 must be 0 to 1"),
        (lambda whole: whole["songs"][0]["loudness"].update(integrated_lufs="nan"), "must be -400 to 100 dB"),
        (lambda whole: whole["songs"][0]["dynamics"].pop("plr_lu"), "songs[1].dynamics.plr_lu is missing"),
        (
            lambda whole: whole["songs"][0]["dynamics"]["short_term_quantiles_lufs"].pop(),
            "18 quantiles of loudness, not 19 or none",
        ),
        (lambda whole: whole["songs"][0].update(tone_spread_db=[1.0]), "spreads for other than 28 bands"),
    ],
)
def test_what_no_profile_may_hold(change: object, fault: str, profile: ReferenceProfile) -> None:
    whole = json.loads(profile_text(profile))
    assert callable(change)
    change(whole)
    with pytest.raises(PlanError) as refused:
        parse_profile(json.dumps(whole), "her.json")
    assert str(refused.value).startswith("her.json is not a reference profile: ")
    assert fault in str(refused.value)


@pytest.mark.parametrize("text", ["", "[1", "[]", '"x"', "NaN", "[" * 100_000])
def test_what_is_no_profile_at_all(text: str) -> None:
    with pytest.raises(PlanError, match=r"her\.json is not a reference profile: "):
        parse_profile(text, "her.json")


def test_the_typical_profile_is_what_was_published() -> None:
    """Slopes of the mean spectrum per hertz as Elowsson and Friberg 2017 give them."""
    typical = read_profile(PROFILES / "typical.json")
    (song,) = typical.songs
    assert "Elowsson" in typical.source
    mid = np.array(song.spectrum.mid_db)
    for hz, slope_db in [(400, -3.67), (800, -4.99), (1600, -6.30), (3200, -7.62), (6400, -8.94)]:
        at = int(np.argmin(np.abs(np.log2(THIRD_OCTAVES_HZ / hz))))
        per_octave = (mid[at + 1] - mid[at - 1]) * 1.5 - 10 * math.log10(2)
        octaves_off = math.log2(THIRD_OCTAVES_HZ[at] / hz)
        assert per_octave == pytest.approx(slope_db - 1.318 * octaves_off, abs=0.06), hz
    per_hertz = mid - 10 * np.log10(THIRD_OCTAVES_HZ)
    assert THIRD_OCTAVES_HZ[int(np.argmax(per_hertz))] == pytest.approx(94.0, rel=0.13), "a third either side"
    width = dict(zip(np.round(TONE_BANDS_HZ), song.spectrum.width_db(), strict=True))
    assert width[1000.0] == pytest.approx(-7.7, abs=0.1)
    assert width[62.0] == pytest.approx(-18.45, abs=0.1)
    assert song.loudness.integrated_lufs is None, "how loud a record is, is no matter of what is typical"
    assert np.sqrt(np.diag(typical.tone_covariance_db2())) == pytest.approx(song.tone_spread_db)


def test_the_typical_profile_is_what_its_script_writes() -> None:
    from benchmarks.make_typical_profile import typical

    assert (PROFILES / "typical.json").read_text(encoding="utf-8") == profile_text(typical())


def test_the_references_stand_as_loud_as_one_record_of_them(profile: ReferenceProfile) -> None:
    def song(lufs: float | None, seconds: float, weight: float = 1.0) -> ReferenceSong:
        loudness = dataclasses.replace(profile.songs[0].loudness, integrated_lufs=lufs)
        return dataclasses.replace(profile.songs[0], loudness=loudness, duration_s=seconds, weight=weight)

    assert references_lufs([]) is None
    assert references_lufs([song(None, 60.0), song(-math.inf, 60.0), song(-9.0, 0.0)]) is None
    assert references_lufs([song(-10.0, 60.0), song(-10.0, 6.0)]) == pytest.approx(-10.0)
    power = (10**-1.0 * 60 + 10**-2.0 * 120) / 180
    assert references_lufs([song(-10.0, 60.0), song(-20.0, 120.0)]) == pytest.approx(10 * math.log10(power))
    assert references_lufs([song(-10.0, 60.0), song(-20.0, 60.0, 2.0)]) == pytest.approx(10 * math.log10(power))
    assert album_lufs([song(-3.0, 60.0)]) == (-7.0, "the references stand at -3.0 LUFS together")
    assert album_lufs([song(-10.126, 60.0)], clone=True)[0] == -10.13
    assert album_lufs([song(-31.0, 60.0)], clone=True)[0] == -31.0
    assert album_lufs([song(-31.0, 60.0)])[0] == -24.0
