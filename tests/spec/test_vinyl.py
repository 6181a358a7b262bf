"""Vinyl and cassette: bass in the middle, side and correlation bounded, no limiter, levels by length, sheets, marks."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.signal
import soundfile

from analysis.units import Floats
from assistant.deliveries import load_delivery
from mastering.breaks import Part
from mastering.delivery import Delivery
from mastering.delivery_specs import DeliverySpec
from mastering.label_copy import AlbumCopy
from mastering.side_bound import WINDOW_HOPS
from mastering.sides import SplitSpec
from mastering.specs import AlbumSpec
from tests.albums import RATE_HZ, album, deliver, loudness_lufs, music, peak_dbtp, track

VINYL = load_delivery("vinyl")
CASSETTE = load_delivery("cassette")
MONO_BELOW_HZ = 200.0
LOSS_DB = 40.0
BOUND_DB, WITHIN_DB = 6.0, 0.3
CEILING_DBTP = -1.0


def wide_music(seconds: float, seed: int) -> Floats:
    """Bass hard to one side, something out of phase for a while, hisses that stand out."""
    rng = np.random.default_rng(seed)
    out = music(seconds, RATE_HZ, rng, tempo_bpm=80 + 10 * seed)
    time = np.arange(len(out)) / RATE_HZ
    out[:, 0] += 0.2 * np.sin(2 * np.pi * 70 * time)
    third = slice(len(out) // 3, len(out) // 2)
    bright = scipy.signal.sosfilt(
        scipy.signal.butter(2, [400, 4000], "band", fs=RATE_HZ, output="sos"), rng.standard_normal(len(out))
    )
    out[third, 0] += 0.3 * bright[third]
    out[third, 1] -= 0.3 * bright[third]
    hiss = scipy.signal.sosfilt(
        scipy.signal.butter(4, [5500, 9000], "band", fs=RATE_HZ, output="sos"), rng.standard_normal(len(out))
    )
    out += (0.5 * hiss * ((time % 2.0) < 0.1))[:, None]
    return np.asarray(out * 0.5)


SONGS = [wide_music(seconds, seed) for seed, seconds in enumerate((5.0, 4.0, 6.0, 3.0))]


def four_songs() -> AlbumSpec:
    copy = AlbumCopy(artist="The Cutters", catalogue_number="CUT 1")
    return album(
        *(track(samples, title=f"Song {i}", source=f"{i}.wav", fade_out_s=0.02) for i, samples in enumerate(SONGS, 1)),
        copy=copy,
        loudness_lufs=-9.0,
    )


def made(folder: Path, place: DeliverySpec, **changes: Any) -> Delivery:
    return deliver(four_songs(), SONGS, replace(place, part=Part.SIDE, breaks=(2,), **changes), folder)


@pytest.fixture(scope="module")
def vinyl(tmp_path_factory: pytest.TempPathFactory) -> tuple[Delivery, Path]:
    out = tmp_path_factory.mktemp("vinyl") / "out"
    return made(out, VINYL), out


def sides_of(found: tuple[Delivery, Path]) -> list[Floats]:
    delivery, out = found
    return [soundfile.read(out / part.file)[0] for part in delivery.programmes]


def mid_side(samples: Floats) -> tuple[Floats, Floats]:
    return (samples[:, 0] + samples[:, 1]) / 2, (samples[:, 0] - samples[:, 1]) / 2


def windows(samples: Floats) -> tuple[Floats, Floats]:
    """Side against mid in dB and correlation over every 0.41 s, counted out afresh; windows with sound only."""
    hop, width = RATE_HZ // 100, 2 * WINDOW_HOPS + 1
    ratios, correlations = [], []
    for start in range(0, len(samples) - hop * width, hop):
        left, right = samples[start : start + hop * width].T
        if np.mean(left**2 + right**2) < 1e-6:
            continue
        mid, side = (left + right) / 2, (left - right) / 2
        ratios.append(10 * np.log10(np.mean(side**2) / np.mean(mid**2)))
        correlations.append(np.dot(left, right) / np.sqrt(np.dot(left, left) * np.dot(right, right)))
    return np.array(ratios), np.array(correlations)


def test_the_songs_need_it() -> None:
    ratios, correlations = windows(np.concatenate(SONGS))
    assert ratios.max() > 0
    assert correlations.min() < 0


def test_bass_is_in_the_middle(vinyl: tuple[Delivery, Path]) -> None:
    for samples in sides_of(vinyl):
        mid, side = mid_side(samples)
        frequencies, powers = scipy.signal.welch(np.stack([mid, side]), RATE_HZ, nperseg=16_384)
        low = (frequencies > 35) & (frequencies < MONO_BELOW_HZ / 2)
        assert powers[1, low].sum() < 10 ** (-LOSS_DB / 10) * powers[0, low].sum()


def test_side_and_correlation_hold_in_every_window(vinyl: tuple[Delivery, Path]) -> None:
    for samples in sides_of(vinyl):
        ratios, correlations = windows(samples)
        assert ratios.max() < -BOUND_DB + WITHIN_DB
        assert correlations.min() > 0.5


def test_nothing_is_limited_and_the_loudest_side_comes_up_to_the_ceiling(vinyl: tuple[Delivery, Path]) -> None:
    delivery, _ = vinyl
    peaks = [peak_dbtp(samples) for samples in sides_of(vinyl)]
    assert all(peak < CEILING_DBTP + 0.005 for peak in peaks)
    assert max(peaks) > CEILING_DBTP - 0.1
    assert all(one.harm.max_gr_db == 0 for one in delivery.tracks)
    assert delivery.limiting.max_db == 0
    assert delivery.passed


def test_what_a_louder_album_asks_for_changes_gain_alone(tmp_path: Path) -> None:
    quiet, loud = (made(tmp_path / name, VINYL, loudness_lufs=target) for name, target in (("a", -30.0), ("b", -24.0)))
    one, other = (
        [soundfile.read(tmp_path / name / part.file)[0] for part in found.programmes]
        for name, found in (("a", quiet), ("b", loud))
    )
    assert quiet.loudness_lufs == pytest.approx(-30.0, abs=0.05)
    for before, after in zip(one, other, strict=True):
        assert np.abs(after - before * 10 ** (6.0 / 20)).max() < 4 * 2.0**-23, "but for rounding"


def test_songs_keep_their_relations(vinyl: tuple[Delivery, Path], tmp_path: Path) -> None:
    delivery, _ = vinyl
    soft = made(tmp_path / "soft", VINYL, loudness_lufs=-30.0)
    moved = [
        (one.loudness_lufs or 0) - (other.loudness_lufs or 0)
        for one, other in zip(delivery.tracks, soft.tracks, strict=True)
    ]
    assert np.ptp(moved) < 0.02


def test_a_longer_side_is_cut_lower_by_the_table(tmp_path: Path) -> None:
    table = ((5.0 / 60, 0.0), (10.0 / 60, -3.0), (12.0 / 60, -6.0))
    split = SplitSpec(part=Part.SIDE, longest_s=9.0, fewest=2, even=True, levels=table)
    plain = made(tmp_path / "plain", VINYL, split=replace(split, levels=()), loudness_lufs=-30.0)
    tabled = made(tmp_path / "tabled", VINYL, split=split, loudness_lufs=-30.0)
    for one, other in zip(plain.programmes, tabled.programmes, strict=True):
        seconds = one.frames / RATE_HZ
        expected_db = np.interp(seconds, [5, 10, 12], [0, -3, -6])
        assert (other.loudness_lufs or 0) - (one.loudness_lufs or 0) == pytest.approx(expected_db, abs=0.02)
        assert expected_db < -1
    told = [text for text in tabled.findings if "Side" in text]
    assert any("longer than the 0:09 of a side" in text for text in told)
    assert any("lower for its length" in text for text in told)
    assert tabled.passed, "advice"


def test_the_ends_of_the_spectrum_are_off(vinyl: tuple[Delivery, Path]) -> None:
    samples = np.concatenate(sides_of(vinyl))
    before = np.concatenate(SONGS)
    frequencies, powers = scipy.signal.welch(samples[:, 0], RATE_HZ, nperseg=16_384)
    _, plain = scipy.signal.welch(before[:, 0], RATE_HZ, nperseg=16_384)
    change_db = 10 * np.log10(powers / plain)
    level_db = np.median(change_db[(frequencies > 1_000) & (frequencies < 5_000)])
    assert np.mean(change_db[frequencies > 19_000]) < level_db - 20


def test_hisses_that_stand_out_are_tamed_and_told(vinyl: tuple[Delivery, Path]) -> None:
    delivery, _ = vinyl
    cuts = [one.effect.band_cuts_db[0] for one in delivery.tracks if one.effect]
    assert len(cuts) == 4
    assert all(1 < cut <= 6 for cut in cuts)
    for one in delivery.tracks:
        assert one.effect is not None
        assert (one.effect.before.least_correlation or 0) < 0 < (one.effect.after.least_correlation or 0)
        assert (one.effect.mono_fold_change_db or 0) < -0.1, "less is lost in mono"


def test_the_sheet_tells_each_song_and_what_to_look_at(vinyl: tuple[Delivery, Path]) -> None:
    delivery, out = vinyl
    assert delivery.extras == ("Record lathe sheet.txt", "Record lathe sheet.html")
    for name in delivery.extras:
        text = (out / name).read_text(encoding="utf-8")
        for told in ("The Cutters", "CUT 1", "A1", "A2", "B1", "B2", "Song 4", "Out of phase", "Bass in the sides"):
            assert told in text, told
        assert "Mono below 200 Hz" in text
        assert "No limiter" in text
        assert "The side ends with" in text


@pytest.mark.skipif(shutil.which("sndfile-info") is None, reason="sndfile-info (of libsndfile's programs) is not here")
def test_songs_are_marked_in_the_sides_files(vinyl: tuple[Delivery, Path]) -> None:
    delivery, out = vinyl
    for programme in delivery.programmes:
        own = [delivery.tracks[number] for number in programme.tracks]
        raw = (out / programme.file).read_bytes()
        assert raw.count(b"cue ") == 1
        told = subprocess.run(  # noqa: S603
            [str(shutil.which("sndfile-info")), str(out / programme.file)], capture_output=True, text=True, check=True
        )
        for one in own:
            assert one.title in told.stdout
            assert str(one.index[1]) in told.stdout


def test_a_cassette_has_a_lead_and_its_limiter(tmp_path: Path) -> None:
    delivery = made(tmp_path / "out", CASSETTE, loudness_lufs=-20.0)
    assert all(one.effect and one.effect.band_cuts_db[0] > 1 for one in delivery.tracks), "highs that stand out"
    assert delivery.loudness_lufs == pytest.approx(-20.0, abs=0.1)
    assert delivery.extras == ("Record tape sheet.txt", "Record tape sheet.html")
    for part in delivery.programmes:
        samples = soundfile.read(tmp_path / "out" / part.file)[0]
        assert not samples[:RATE_HZ].any()
        assert peak_dbtp(samples) <= CEILING_DBTP + 0.005
    whole = np.concatenate([soundfile.read(tmp_path / "out" / part.file)[0] for part in delivery.programmes])
    assert loudness_lufs(whole, RATE_HZ) == pytest.approx(-20.0, abs=0.15)
