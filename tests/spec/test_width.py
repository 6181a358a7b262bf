"""What is done about an engineer's width: bounded, by regions where they differ, and told in words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from analysis.audio import Audio
from analysis.load import open_audio
from analysis.spectrum import TONE_BANDS_HZ, WIDTH_REGIONS_HZ
from analysis.track import TrackAnalysis, analyse
from analysis.units import Floats
from assistant.width import NARROWEST, WIDEST, WidthDecision, decide_width
from mastering.chain import process
from mastering.eq import response_db
from mastering.mid_side import SideEq
from mastering.stages import Width
from tests.albums import RATE_HZ, loudness_lufs, music
from tests.signals import pink_noise

SURE = np.full(4, 0.5)


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> TrackAnalysis:
    path = tmp_path_factory.mktemp("song") / "song.wav"
    soundfile.write(path, music(8.0, RATE_HZ, np.random.default_rng(1)), RATE_HZ, "FLOAT")
    return analyse(open_audio(path), "0" * 64)


def test_what_was_added_is_taken_off(song: TrackAnalysis) -> None:
    decided = decide_width(song, np.full(4, 2.0), SURE, 1.0)
    assert 20 * np.log10(decided.factor) == pytest.approx(-2.0, abs=0.05)
    assert decided.side_bands == ()
    assert decided.why == "2.0 dB wider than the record (give or take 0.5): side times 0.79"
    half = decide_width(song, np.full(4, 2.0), SURE, 0.5)
    assert 20 * np.log10(half.factor) == pytest.approx(-1.0, abs=0.05)


def test_regions_that_differ_have_bands_of_their_own(song: TrackAnalysis) -> None:
    effect_db = np.array([-1.5, -1.5, 1.5, 2.5])
    decided = decide_width(song, effect_db, SURE, 1.0)
    total_db = 20 * np.log10(decided.factor) + response_db(decided.side_bands, TONE_BANDS_HZ, RATE_HZ)
    regions = np.digitize(TONE_BANDS_HZ, WIDTH_REGIONS_HZ)
    moved_db = np.array([total_db[regions == number].mean() for number in range(1, 5)])
    assert moved_db == pytest.approx(-effect_db, abs=0.6)
    assert "highs" in decided.why


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_no_region_is_moved_by_more_than_the_bound(song: TrackAnalysis, sign: float) -> None:
    for effect_db in (np.full(4, 20.0), np.array([20.0, 0.0, -20.0, 20.0])):
        decided = decide_width(song, sign * effect_db, SURE, 1.0)
        total_db = 20 * np.log10(decided.factor) + response_db(decided.side_bands, TONE_BANDS_HZ[6:], RATE_HZ)
        assert total_db.min() > 20 * np.log10(NARROWEST) - 0.8
        assert total_db.max() < 20 * np.log10(WIDEST) + 0.8


@pytest.fixture(scope="module")
def wide_song(tmp_path_factory: pytest.TempPathFactory) -> TrackAnalysis:
    """As much side as mid: mono loses 3 dB already."""
    path = tmp_path_factory.mktemp("song") / "wide.wav"
    soundfile.write(path, 0.3 * music(8.0, RATE_HZ, np.random.default_rng(1)) + wide_noise(), RATE_HZ, "FLOAT")
    return analyse(open_audio(path), "0" * 64)


def wide_noise() -> Floats:
    return pink_noise(8.0, RATE_HZ, np.random.default_rng(2))


def added_loss_db(samples: Floats, decided: WidthDecision) -> float:
    """How much more the mono sum loses after the decision, by the loudness meter."""
    stages = [SideEq(decided.side_bands, RATE_HZ, 2), Width(decided.factor, 2)]
    done = process(Audio.from_array(samples, RATE_HZ), stages).read()
    losses = [
        loudness_lufs(one, RATE_HZ) - loudness_lufs(np.repeat(one.mean(axis=1, keepdims=True), 2, axis=1), RATE_HZ)
        for one in (samples, done)
    ]
    return losses[1] - losses[0]


@pytest.mark.parametrize("effect_db", [np.full(4, -3.0), np.array([-1.0, -1.0, -2.5, -3.0])], ids=["flat", "bands"])
def test_mono_loses_no_more_than_a_decibel(song: TrackAnalysis, wide_song: TrackAnalysis, effect_db: Floats) -> None:
    decided = decide_width(wide_song, effect_db, SURE, 1.0)
    assert decided.why.endswith("; held back, or mono would lose over 1 dB more")
    samples = 0.3 * music(8.0, RATE_HZ, np.random.default_rng(1)) + wide_noise()
    assert added_loss_db(samples, decided) == pytest.approx(1.0, abs=0.1)
    free = decide_width(song, effect_db, SURE, 1.0)
    assert free.factor > decided.factor > 1.0
    assert "held back" not in free.why
    assert added_loss_db(music(8.0, RATE_HZ, np.random.default_rng(1)), free) < 1.0
    narrower = decide_width(wide_song, -effect_db, SURE, 1.0)
    assert "held back" not in narrower.why


def test_little_is_left_alone(song: TrackAnalysis) -> None:
    decided = decide_width(song, np.array([0.3, -0.2, 0.1, 0.3]), SURE, 1.0)
    assert (decided.factor, decided.side_bands) == (1.0, ())
    assert decided.why == "left alone: +0.1 dB of side against the record, give or take 0.5"
    assert decide_width(song, np.full(4, 5.0), SURE, 0.0).factor == 1.0


def test_mono_has_no_width(tmp_path: Path) -> None:
    mono = music(8.0, RATE_HZ, np.random.default_rng(2)).mean(axis=1, keepdims=True)
    for name, samples in (("one", mono), ("both", np.repeat(mono, 2, axis=1))):
        soundfile.write(tmp_path / f"{name}.wav", samples, RATE_HZ, "FLOAT")
        song = analyse(open_audio(tmp_path / f"{name}.wav"), "0" * 64)
        assert decide_width(song, np.full(4, 5.0), SURE, 1.0).why == "mono: left alone"
