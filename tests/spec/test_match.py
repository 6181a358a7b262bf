"""A record matched in full: the clone measures like its model by other meters, and every bound holds."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import scipy.signal
import soundfile

from analysis.errors import AudioContentError
from analysis.load import open_audio
from analysis.loudness import k_weighting, k_weighting_db
from analysis.profile import ReferenceSong, reference_song
from analysis.track import TrackAnalysis, analyse
from analysis.units import Floats, power_to_db
from assistant.match import (
    MAX_MATCH_EQ_DB,
    NARROWEST,
    POINTS_HZ,
    WIDEST,
    MatchDecision,
    decide_match,
    match_loudness_change_lu,
    match_target,
)
from assistant.matchering_references import closest_reference
from assistant.mono_fold import fold_loss_db
from mastering.match import Match, curve_db
from mastering.stages import Width
from tests.albums import loudness_lufs
from tests.signals import pink_noise

RATE_HZ = 44_100
SECONDS = 8.0
THIRDS_HZ = 1000.0 * 2.0 ** (np.arange(-15, 13) / 3)
INSIDE = slice(1, None)  # at 31 Hz a Fourier transform of a fifth of a second cannot tell a third from the next
FINE_HZ = np.geomspace(1.0, 22_000.0, 2_000)
ROUNDED_DB = 0.006
CLONE_DB = 0.5
WIDTH_DB = 0.3
LOUDNESS_LU = 0.3


def noise(seed: int, *, side: float = 0.3) -> Floats:
    """Pink noise of two channels with so much side against mid."""
    mid, other = pink_noise(SECONDS, RATE_HZ, np.random.default_rng(seed)).T
    return np.stack([mid + side * other, mid - side * other], axis=1)


def coloured(samples: Floats, mid_db: Floats, side_db: Floats) -> Floats:
    """With so much more or less in each third of an octave, by a filter in the frequency domain."""
    mid, side = samples.sum(axis=1) / 2, (samples[:, 0] - samples[:, 1]) / 2
    freqs_hz = np.maximum(np.fft.rfftfreq(len(samples), 1 / RATE_HZ), 1.0)
    parts = []
    for signal, gains_db in ((mid, mid_db), (side, side_db)):
        gain_db = np.interp(np.log(freqs_hz), np.log(THIRDS_HZ), gains_db)
        parts.append(np.fft.irfft(np.fft.rfft(signal) * 10 ** (gain_db / 20), len(signal)))
    return np.stack([parts[0] + parts[1], parts[0] - parts[1]], axis=1)


def low_passed(samples: Floats, corner_hz: float) -> Floats:
    taps = scipy.signal.firwin(4_001, corner_hz, fs=RATE_HZ, window=("kaiser", 12.0))
    return np.asarray(scipy.signal.fftconvolve(samples, taps[:, None], axes=0)[: len(samples)])


def measured(folder: Path, name: str, samples: Floats) -> TrackAnalysis:
    path = folder / f"{name}.wav"
    soundfile.write(path, samples, RATE_HZ, subtype="DOUBLE")
    return analyse(open_audio(path), "0" * 64)


def smooth(seed: int, most_db: float) -> Floats:
    """A curve over the thirds that turns every octave or two and has no level of its own."""
    rng = np.random.default_rng(seed)
    knots = rng.uniform(-1, 1, 8)
    curve = np.interp(np.arange(28), np.linspace(0, 27, 8), knots)
    curve -= curve.mean()
    return np.asarray(most_db * curve / np.abs(curve).max())


def decided(
    mix: TrackAnalysis, *models: TrackAnalysis, strength: float = 1.0, max_eq_db: float = MAX_MATCH_EQ_DB
) -> MatchDecision:
    target = match_target([reference_song(model) for model in models])
    return decide_match(mix, target, tone=strength, width=strength, max_eq_db=max_eq_db)


def applied(samples: Floats, decision: MatchDecision) -> Floats:
    if decision.curve:
        stage = Match(decision.curve, RATE_HZ, samples.shape[1])
        samples = np.concatenate([stage.process(samples), stage.flush()])
    return Width(decision.width, samples.shape[1]).process(samples)


def thirds_db(samples: Floats) -> Floats:
    """Power in thirds of an octave of mid and side by another hand, dB, `(2, 28)`."""
    mid_side = np.stack([samples.sum(axis=1), samples[:, 0] - samples[:, 1]]) / 2
    freqs_hz, density = scipy.signal.welch(mid_side, RATE_HZ, nperseg=16_384)
    edges = np.searchsorted(freqs_hz, np.append(THIRDS_HZ * 2 ** (-1 / 6), THIRDS_HZ[-1] * 2 ** (1 / 6)))
    return np.array([[power_to_db(float(one[a:b].sum())) for a, b in pairwise(edges)] for one in density])


@pytest.mark.parametrize("seed", [1, 2])
def test_a_clone_has_the_spectrum_and_the_width_of_its_model(seed: int, tmp_path: Path) -> None:
    song = noise(seed)
    model = coloured(noise(seed + 10, side=0.5), smooth(seed + 20, 8.0), smooth(seed + 30, 8.0))
    decision = decided(measured(tmp_path, "mix", song), measured(tmp_path, "model", 0.5 * model))
    before, after = thirds_db(song) - thirds_db(model), thirds_db(applied(song, decision)) - thirds_db(model)
    for signal in (0, 1):
        assert np.std(before[signal, INSIDE]) > 3.0
        assert np.std(after[signal, INSIDE]) < CLONE_DB
    width_off_db = (after[1] - after[0])[INSIDE].mean()
    assert abs((before[1] - before[0])[INSIDE].mean()) > 3.0
    assert abs(width_off_db) < WIDTH_DB


@pytest.mark.parametrize("max_eq_db", [0.0, 1.5, 12.0, 24.0])
@pytest.mark.parametrize("seed", range(3))
def test_no_curve_passes_the_bound(seed: int, max_eq_db: float, tmp_path: Path) -> None:
    mix = measured(tmp_path, "mix", noise(1))
    model = measured(tmp_path, "model", coloured(noise(2, side=3.0), smooth(seed, 30.0), smooth(seed + 9, 40.0)))
    decision = decided(mix, model, max_eq_db=max_eq_db)
    assert NARROWEST <= decision.width <= WIDEST
    assert "return to mix" in decision.why_tone
    assert (decision.curve is None) is (max_eq_db == 0.0)
    if decision.curve:
        for points_db in (decision.curve.mid_db, decision.curve.side_db):
            found = np.abs(curve_db(POINTS_HZ, points_db, FINE_HZ)).max()
            assert max_eq_db - 1.0 < found <= max_eq_db + ROUNDED_DB


def test_what_a_mix_does_not_hold_is_not_lifted(tmp_path: Path) -> None:
    mix = measured(tmp_path, "mix", low_passed(noise(1), 5_000.0))
    decision = decided(
        mix, measured(tmp_path, "model", coloured(noise(2), np.linspace(-6, 6, 28), np.linspace(-6, 6, 28)))
    )
    assert decision.curve is not None
    above = [gain_db for hz, gain_db in zip(POINTS_HZ, decision.curve.mid_db, strict=True) if hz > 7_000]
    assert max(above) <= 0.0
    assert "mid at 6350 to 16000 Hz, where the mix has nothing" in decision.why_tone


def test_faint_bands_are_lifted_less(tmp_path: Path) -> None:
    tilt_db = np.where(THIRDS_HZ > 8_000, -50.0, 0.0)
    mix = measured(tmp_path, "mix", coloured(noise(1), tilt_db, tilt_db))
    decision = decided(mix, measured(tmp_path, "model", noise(2)))
    assert decision.curve is not None
    assert 3.0 < decision.curve.mid_db[-2] < 9.0
    assert "the mix has next to nothing there" in decision.why_tone


def test_a_model_cut_off_by_its_codec_darkens_nothing(tmp_path: Path) -> None:
    decision = decided(measured(tmp_path, "mix", noise(1)), measured(tmp_path, "model", low_passed(noise(2), 11_000.0)))
    assert decision.curve is not None
    assert np.abs(np.array(decision.curve.mid_db)[-3:]).max() < 1.5


@pytest.mark.parametrize("gain", [0.1, 3.0])
def test_how_loud_a_mix_or_a_model_is_changes_no_curve(gain: float, tmp_path: Path) -> None:
    song, model = noise(1), coloured(noise(2), smooth(3, 6.0), smooth(4, 6.0))
    plain = decided(measured(tmp_path, "a", song), measured(tmp_path, "b", model))
    for one in (
        decided(measured(tmp_path, "c", gain * song), measured(tmp_path, "b", model)),
        decided(measured(tmp_path, "a", song), measured(tmp_path, "d", gain * model)),
    ):
        assert one.curve is not None
        assert plain.curve is not None
        assert one.curve.mid_db == pytest.approx(plain.curve.mid_db, abs=0.02)
        assert one.curve.side_db == pytest.approx(plain.curve.side_db, abs=0.02)
        assert one.width == pytest.approx(plain.width, abs=0.002)


def test_strength_is_how_much_of_it(tmp_path: Path) -> None:
    mix = measured(tmp_path, "mix", noise(1))
    model = measured(tmp_path, "model", coloured(noise(2, side=0.5), smooth(3, 8.0), smooth(4, 8.0)))
    whole, half, none = (decided(mix, model, strength=strength) for strength in (1.0, 0.5, 0.0))
    assert none.curve is None
    assert none.width == 1.0
    assert none.why_tone == "left alone"
    assert whole.curve is not None
    assert half.curve is not None
    assert np.array(half.curve.mid_db) == pytest.approx(0.5 * np.array(whole.curve.mid_db), abs=0.3)
    assert half.width == pytest.approx(whole.width**0.5, abs=0.01)


def test_a_clone_costs_mono_no_more_than_a_decibel(tmp_path: Path) -> None:
    samples = noise(1, side=0.5)
    mix, model = measured(tmp_path, "mix", samples), measured(tmp_path, "model", noise(2, side=0.9))
    decision = decided(mix, model)
    after = measured(tmp_path, "after", applied(samples, decision))
    assert fold_loss_db(after.spectrum) - fold_loss_db(mix.spectrum) == pytest.approx(1.0, abs=0.05)
    assert decision.why_width.endswith(f"; held back to {decision.width:.2f}, or mono would lose over 1 dB more")
    assert 1.2 < decision.width < 1.7
    assert "held back" not in decided(mix, measured(tmp_path, "near", noise(3, side=0.6))).why_width
    assert "held back" not in decided(model, mix).why_width


def test_tone_and_width_are_cloned_apart(tmp_path: Path) -> None:
    mix = measured(tmp_path, "mix", noise(1))
    target = match_target(
        [reference_song(measured(tmp_path, "b", coloured(noise(2, side=0.5), smooth(3, 8.0), smooth(4, 8.0))))]
    )
    both, tone, width = (
        decide_match(mix, target, tone=tone, width=width, max_eq_db=12.0) for tone, width in ((1, 1), (1, 0), (0, 1))
    )
    assert (tone.curve, tone.width) == (both.curve, 1.0)
    assert (width.curve, width.width) == (None, both.width)


def test_songs_of_a_record_count_by_weight_and_not_by_loudness(tmp_path: Path) -> None:
    mix = measured(tmp_path, "mix", noise(1))
    one, other = (measured(tmp_path, f"{i}", coloured(noise(2), smooth(i, 8.0), smooth(i, 8.0))) for i in (3, 4))
    quiet = measured(tmp_path, "quiet", 0.05 * coloured(noise(2), smooth(4, 8.0), smooth(4, 8.0)))
    together, with_quiet = decided(mix, one, other), decided(mix, one, quiet)
    assert together.curve is not None
    assert with_quiet.curve is not None
    assert with_quiet.curve.mid_db == pytest.approx(together.curve.mid_db, abs=0.02)
    heavy = dataclasses.replace(reference_song(one), weight=2.0)
    twice = match_target([reference_song(one), reference_song(one), reference_song(other)])
    assert match_target([heavy, reference_song(other)]).mid_db == pytest.approx(twice.mid_db)
    assert not np.allclose(twice.mid_db, match_target([reference_song(one), reference_song(other)]).mid_db, atol=0.1)


def test_mono_stays_mono_and_stereo_stereo(tmp_path: Path) -> None:
    stereo, mono = measured(tmp_path, "stereo", noise(1)), measured(tmp_path, "mono", noise(2)[:, :1])
    both = measured(tmp_path, "both", np.repeat(coloured(noise(2), smooth(3, 6.0), smooth(3, 6.0))[:, :1], 2, axis=1))
    for mix in (mono, both):
        decision = decided(mix, stereo)
        assert decision.width == 1.0
        assert decision.why_width == "mono: left alone"
    decision = decided(stereo, both)
    assert decision.curve is not None
    assert decision.curve.side_db == decision.curve.mid_db, "the stereo picture stays as it is"
    assert decision.width == 1.0
    assert decision.why_width == "left alone: the record is mono"


def test_the_sentence_tells_what_was_done_and_what_is_left(tmp_path: Path) -> None:
    bump = np.where(np.arange(28) == 12, 18.0, 0.0)
    decision = decided(
        measured(tmp_path, "mix", noise(1)), measured(tmp_path, "model", coloured(noise(2), bump, bump * 0))
    )
    assert decision.why_tone.startswith("mid +12.0 dB at 500 Hz")
    left = decision.why_tone.split("return to mix: ")[1]
    assert left.startswith("mid +")
    assert "dB more at 500 Hz (over the bound of 12 dB)" in left


def test_the_change_of_loudness_is_foreseen(tmp_path: Path) -> None:
    song = noise(1)
    mix = measured(tmp_path, "mix", song)
    decision = decided(mix, measured(tmp_path, "model", coloured(noise(2, side=0.8), smooth(5, 10.0), smooth(6, 10.0))))
    found = loudness_lufs(applied(song, decision), RATE_HZ) - loudness_lufs(song, RATE_HZ)
    assert abs(found) > 2 * LOUDNESS_LU
    assert match_loudness_change_lu(mix, decision) == pytest.approx(found, abs=LOUDNESS_LU)
    nothing = MatchDecision(curve=None, width=1.0, why_tone="", why_width="")
    assert match_loudness_change_lu(mix, nothing) == 0.0


def test_k_weighting_of_bands_is_that_of_the_filter() -> None:
    _, response = scipy.signal.sosfreqz(k_weighting(192_000), THIRDS_HZ, fs=192_000)
    assert k_weighting_db(THIRDS_HZ) == pytest.approx(20 * np.log10(np.abs(response)), abs=1e-6)


def _models(folder: Path) -> list[ReferenceSong]:
    dark, bright = np.linspace(6, -6, 28), np.linspace(-6, 6, 28)
    songs = [
        measured(folder, name, coloured(noise(2), tilt, tilt)) for name, tilt in (("dark", dark), ("bright", bright))
    ]
    return [reference_song(song) for song in songs]


def test_matchering_gets_the_closest_reference(tmp_path: Path) -> None:
    models = _models(tmp_path)
    mix = measured(tmp_path, "mix", coloured(noise(1), np.linspace(-4, 4, 28), np.linspace(-4, 4, 28)))
    number, why = closest_reference(mix, models, ["dark.wav", "bright.wav@0.5", "library:typical"])
    assert number == 2
    assert why.startswith("matchering, against bright.wav, the closest of 2 (")
    assert closest_reference(mix, models[:1], ["dark.wav"])[0] == 1


def test_matchering_takes_no_profile_no_mono_and_nothing_long(tmp_path: Path) -> None:
    models, mix = _models(tmp_path), measured(tmp_path, "mix", noise(1))
    with pytest.raises(AudioContentError, match="a profile holds figures and no sound; name another"):
        closest_reference(mix, models, ["library:typical", "mine.JSON@2"])
    long = dataclasses.replace(models[0], duration_s=1_000.0)
    with pytest.raises(AudioContentError, match=r"dark\.wav is 17 min long, and it takes 15 min at most"):
        closest_reference(mix, [long], ["dark.wav"])
    assert closest_reference(mix, [long, models[1]], ["dark.wav", "bright.wav"])[0] == 2
    mono = reference_song(measured(tmp_path, "mono", noise(2)[:, :1]))
    with pytest.raises(AudioContentError, match=r"mono\.wav is mono, and every mix would become so too"):
        closest_reference(mix, [mono], ["mono.wav"])
