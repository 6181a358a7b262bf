"""A delivery: as loud as asked, under its ceiling, tracks that are the album, and nothing changed without need."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from analysis.units import Floats, db_to_amplitude
from mastering.delivery import Delivery
from mastering.delivery_specs import Container, DeliverySpec, Encoding
from mastering.specs import AlbumSpec, ChainSpec
from tests.albums import album, deliver, delivery, loudness_lufs, music, on_grid, peak_dbtp, track

RATE_HZ = 44_100
TARGET_LU = 0.1
METERS_DB = 0.01  # by which two true-peak meters may differ
REPORTED_DB = 0.02
LSB16 = 2.0**-15
DITHERED_LSB2 = 0.01  # of the variance of TPDF dither
SECTOR_FRAMES = 588

PLACES = {
    "wav 16": delivery(loudness_lufs=-15.0, encoding=Encoding.PCM_16),
    "wav 24 at 48 kHz": delivery(loudness_lufs=-15.0, rate_hz=48_000),
    "wav float": delivery(loudness_lufs=-15.0, encoding=Encoding.FLOAT_32),
    "flac 16 at 48 kHz": delivery(
        loudness_lufs=-15.0, container=Container.FLAC, encoding=Encoding.PCM_16, rate_hz=48_000
    ),
    "flac 24": delivery(container=Container.FLAC, ceiling_dbtp=-2.0, loudness_lufs=-16.0),
    "cd": delivery(encoding=Encoding.PCM_16, sector_frames=SECTOR_FRAMES, ceiling_dbtp=-0.3, loudness_lufs=-15.0),
}


def songs() -> list[tuple[Floats, int]]:
    """The third has another rate, the fourth is mono."""
    rng = np.random.default_rng(7)
    return [
        (0.8 * music(5.0, RATE_HZ, rng), RATE_HZ),
        (0.5 * music(6.0, RATE_HZ, rng, tempo_bpm=90), RATE_HZ),
        (music(4.0, 48_000, rng, tempo_bpm=140), 48_000),
        (0.6 * music(5.0, RATE_HZ, rng, tempo_bpm=70)[:, :1], RATE_HZ),
    ]


def four_songs(second_gap_s: float = 1.25, **changes: Any) -> AlbumSpec:
    gaps = (0.9, second_gap_s, 0.2, 1.0)  # the third's decay runs on under the fourth
    ends = (0.4, 0.5, 0.5, 0.5)
    return album(
        *(
            track(
                samples,
                rate_hz,
                title=f"Song {number}",
                source=f"{number}.wav",
                felt_end_s=len(samples) / rate_hz - end_s,
                fade_out_s=0.02,
                gap_s=gap_s,
            )
            for number, ((samples, rate_hz), gap_s, end_s) in enumerate(zip(songs(), gaps, ends, strict=True), 1)
        ),
        **changes,
    )


def made_of(wanted: AlbumSpec, place: DeliverySpec, folder: Path) -> Delivery:
    return deliver(wanted, [samples for samples, _ in songs()], place, folder)


def raw(path: Path) -> np.ndarray[Any, Any]:
    """Samples as they are stored: integers in the upper bits of 32, or floats."""
    dtype = "float32" if soundfile.info(path).subtype == "FLOAT" else "int32"
    return np.asarray(soundfile.read(path, dtype=dtype, always_2d=True)[0])


def tracks_of(made: Delivery, folder: Path) -> list[np.ndarray[Any, Any]]:
    return [raw(folder / found.file) for found in made.tracks]


@pytest.fixture(scope="module")
def all_made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Delivery, Path]]:
    """Every place, from the same album."""
    folder = tmp_path_factory.mktemp("made")
    return {name: (made_of(four_songs(), place, folder / name), folder / name) for name, place in PLACES.items()}


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_the_album_is_as_loud_as_asked(place: str, all_made: dict[str, tuple[Delivery, Path]]) -> None:
    made, folder = all_made[place]
    programme, rate_hz = soundfile.read(folder / made.programmes[0].file)
    assert loudness_lufs(programme, rate_hz) == pytest.approx(PLACES[place].loudness_lufs, abs=TARGET_LU)
    assert loudness_lufs(programme, rate_hz) == pytest.approx(made.loudness_lufs, abs=TARGET_LU)
    assert made.limiting.max_db > 1.0, "the limiter had work to do"
    assert (made.passed, made.findings) == (True, ())


def test_peaks_stay_under_the_ceiling(place: str, all_made: dict[str, tuple[Delivery, Path]]) -> None:
    made, folder = all_made[place]
    ceiling = PLACES[place].ceiling_dbtp
    assert ceiling is not None
    for found in made.tracks:
        samples = soundfile.read(folder / found.file)[0]
        assert peak_dbtp(samples) <= ceiling + METERS_DB
        assert peak_dbtp(samples) == pytest.approx(found.true_peak_dbtp, abs=REPORTED_DB)
    assert ceiling - 0.1 <= made.true_peak_dbtp <= ceiling


def test_tracks_laid_end_to_end_are_the_album(place: str, all_made: dict[str, tuple[Delivery, Path]]) -> None:
    made, folder = all_made[place]
    parts = tracks_of(made, folder)
    programme = raw(folder / made.programmes[0].file)
    assert np.array_equal(np.concatenate(parts), programme)
    assert [len(part) for part in parts] == [found.frames for found in made.tracks]
    assert np.cumsum([0, *map(len, parts[:-1])]).tolist() == [found.start_frame for found in made.tracks]
    assert made.programmes[0].frames == len(programme)


def test_gaps_are_digital_zero_and_the_rest_is_not(place: str, all_made: dict[str, tuple[Delivery, Path]]) -> None:
    made, folder = all_made[place]
    for found, samples in zip(made.tracks, tracks_of(made, folder), strict=True):
        if found.gap_frames:
            assert not samples[-found.gap_frames :].any()
        assert samples[: found.frames - found.gap_frames][-500:].any()
    gaps = [found.gap_frames for found in made.tracks]
    assert gaps[0] == pytest.approx(0.5 * made.rate_hz, abs=SECTOR_FRAMES)
    assert gaps[2] == 0, "its decay runs on under the next song"


def test_files_are_what_was_asked_for(place: str, all_made: dict[str, tuple[Delivery, Path]]) -> None:
    made, folder = all_made[place]
    wanted = PLACES[place]
    files = [found.file for found in (*made.tracks, *made.programmes)]
    assert sorted(path.name for path in folder.iterdir()) == sorted(files)
    assert files[0] == f"01 Song 1.{wanted.container.value}"
    for found in (*made.tracks, *made.programmes):
        info = soundfile.info(folder / found.file)
        kind = "FLOAT" if wanted.encoding is Encoding.FLOAT_32 else wanted.encoding.value.upper()
        assert (info.format, info.subtype, info.channels) == (wanted.container.value.upper(), kind, 2)
        assert info.samplerate == made.rate_hz == (wanted.rate_hz or RATE_HZ)
        assert found.sha256 == hashlib.sha256((folder / found.file).read_bytes()).hexdigest()
    if wanted.sector_frames > 1:
        assert all(found.frames % wanted.sector_frames == 0 for found in made.tracks)


def test_a_mono_mix_stays_mono(place: str, all_made: dict[str, tuple[Delivery, Path]]) -> None:
    made, folder = all_made[place]
    alone = tracks_of(made, folder)[3][round(0.6 * made.rate_hz) :]  # after the third song's decay
    assert alone.any()
    assert np.array_equal(alone[:, 0], alone[:, 1])


@pytest.mark.parametrize("name", ["wav float", "wav 16", "flac 24"])
def test_the_same_bytes_each_time(name: str, all_made: dict[str, tuple[Delivery, Path]], tmp_path: Path) -> None:
    first, folder = all_made[name]
    second = made_of(four_songs(), PLACES[name], tmp_path / "again")
    assert first == second, "hashes included"
    for found in (*first.tracks, *first.programmes):
        assert (folder / found.file).read_bytes() == (tmp_path / "again" / found.file).read_bytes()


@pytest.mark.parametrize(("name", "gap_s"), [("wav 16", 2.013), ("cd", 3.333), ("wav 24 at 48 kHz", 5.0)])
def test_a_changed_gap_leaves_the_songs_samples_alone(
    name: str, gap_s: float, all_made: dict[str, tuple[Delivery, Path]], tmp_path: Path
) -> None:
    made, folder = all_made[name]
    other = made_of(four_songs(gap_s), PLACES[name], tmp_path / "other")
    before, after = tracks_of(made, folder), tracks_of(other, tmp_path / "other")
    assert len(after[1]) > len(before[1]) + 0.5 * made.rate_hz
    # On a disc the sound may lie elsewhere in its sector, and what runs on past the cut is dithered by the next song.
    cut = len(before[2]) - 2 * SECTOR_FRAMES if name == "cd" else None
    assert np.array_equal(sounding(before[:1]), sounding(after[:1]))
    assert np.array_equal(sounding(before[1:2]), sounding(after[1:2]))
    assert np.array_equal(sounding(before[2:])[:cut], sounding(after[2:])[:cut])


def sounding(parts: Sequence[np.ndarray[Any, Any]]) -> np.ndarray[Any, Any]:
    """Without the silence around it."""
    samples = np.concatenate(parts)
    heard = np.flatnonzero(samples.any(axis=1))
    return samples[heard[0] : heard[-1] + 1]


def as_they_are(*peaks_dbfs: float) -> tuple[AlbumSpec, list[Floats]]:
    """Mastered songs of 16 bits with their highest samples at these levels."""
    rng = np.random.default_rng(8)
    levels = [2 * db_to_amplitude(peak) for peak in peaks_dbfs]
    mastered = [on_grid(level * music(3.0, RATE_HZ, rng), 16) for level in levels]
    return album(*(track(samples, grid_bits=16) for samples in mastered), as_is=True), mastered


@pytest.mark.parametrize(
    "place",
    [
        delivery(encoding=Encoding.PCM_16, ceiling_dbtp=-0.3),
        delivery(encoding=Encoding.PCM_16, ceiling_dbtp=0.0),
        delivery(encoding=Encoding.PCM_24, ceiling_dbtp=-0.3),
        delivery(encoding=Encoding.FLOAT_32, ceiling_dbtp=-0.3),
        delivery(encoding=Encoding.PCM_16, ceiling_dbtp=-0.3, container=Container.FLAC, sector_frames=SECTOR_FRAMES),
    ],
    ids=["cd", "no ceiling", "24 bits", "float", "flac in sectors"],
)
def test_a_mastered_album_comes_out_bit_by_bit(place: DeliverySpec, tmp_path: Path) -> None:
    """Near the ceiling too, where the limiter must be asked before it can be left out."""
    wanted, mastered = as_they_are(-0.9, -6.0, -20.0)
    made = deliver(wanted, mastered, place, tmp_path / "out")
    for found, samples in zip(made.tracks, mastered, strict=True):
        written = soundfile.read(tmp_path / "out" / found.file)[0]
        start = int(np.flatnonzero(written.any(axis=1))[0]) - int(np.flatnonzero(samples.any(axis=1))[0])
        assert 0 <= start < place.sector_frames
        assert np.array_equal(written[start : start + len(samples)], samples)
        assert not written[start + len(samples) :].any()
    assert made.gain_db == 0.0
    assert made.target_lufs is None


def test_a_mastered_album_over_the_ceiling_is_limited_and_nothing_else(tmp_path: Path) -> None:
    wanted, mastered = as_they_are(-3.0, -0.1, -6.0)
    made = deliver(
        wanted, mastered, delivery(encoding=Encoding.PCM_16, ceiling_dbtp=-1.0, sector_frames=1), tmp_path / "out"
    )
    written = [soundfile.read(tmp_path / "out" / found.file)[0] for found in made.tracks]
    assert peak_dbtp(mastered[1]) > -0.5
    assert peak_dbtp(written[1]) <= -1.0 + METERS_DB
    assert np.abs(written[1][: len(mastered[1])] - mastered[1]).max() < 0.15
    for untouched in (0, 2):
        assert np.array_equal(written[untouched][: len(mastered[untouched])], mastered[untouched])
    assert made.passed
    assert made.findings == (f"the album is {made.loudness_lufs:.1f} LUFS as it is, where place asks for -14 LUFS",)


def test_what_is_changed_is_dithered(tmp_path: Path) -> None:
    """A crossfade changes both songs: the file of the second, which has no fade of its own, is dithered too."""
    wanted, mastered = as_they_are(-6.0, -6.0)
    wanted = replace(wanted, tracks=(replace(wanted.tracks[0], crossfade_s=1.0), wanted.tracks[1]))
    made = deliver(wanted, mastered, delivery(encoding=Encoding.PCM_16, ceiling_dbtp=0.0), tmp_path / "out")
    second = soundfile.read(tmp_path / "out" / made.tracks[1].file)[0]
    error = (second[RATE_HZ:] - mastered[1][RATE_HZ:]) / LSB16
    assert error.var() == pytest.approx(0.25, abs=DITHERED_LSB2)


def test_chains_are_heard_in_the_files(tmp_path: Path) -> None:
    samples = 0.5 * music(3.0, RATE_HZ, np.random.default_rng(9))
    chain = ChainSpec(gain_db=-6.0, width=0.0)
    wanted = album(track(samples, chain=chain), as_is=True)
    made = deliver(wanted, [samples], delivery(encoding=Encoding.FLOAT_32), tmp_path / "out")
    written = soundfile.read(tmp_path / "out" / made.tracks[0].file)[0]
    middle = samples.mean(axis=1, keepdims=True) * db_to_amplitude(-6.0)
    assert np.abs(written - middle).max() < 1e-7
