"""Codec audit: what comes back too high is found and repaired on that track alone, by no more than it takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from analysis.audio import Audio
from analysis.load import open_audio
from analysis.units import Floats, db_to_amplitude
from mastering.codec_audit import file_suffix, try_codec
from mastering.codec_specs import parse_codec
from mastering.codecs import decoded, encode
from mastering.delivery import Delivery
from mastering.delivery_specs import Anchor, Container, Encoding
from mastering.repair import Repair
from mastering.specs import AlbumSpec
from mastering.verify import read_back
from tests import albums
from tests.signals import pink_noise, sine, stereo

RATE_HZ = albums.RATE_HZ


def squared_noise(seconds: float, level_dbfs: float, rng: np.random.Generator) -> Floats:
    """Noise clipped so hard that it is nearly square: what codecs round off comes back far over it."""
    clipped = np.clip(20 * pink_noise(seconds, RATE_HZ, rng), -1.0, 1.0)
    return np.asarray(clipped * db_to_amplitude(level_dbfs))


def written(samples: Floats, path: Path) -> Path:
    soundfile.write(path, samples, RATE_HZ, subtype="PCM_24")
    return path


@pytest.mark.parametrize("word", ["mp3 128", "aac 128", "opus 96", "vorbis 160"])
def test_an_over_made_on_purpose_is_found(word: str, tmp_path: Path, rng: np.random.Generator) -> None:
    samples = squared_noise(1.0, -0.1, rng)
    codec, target = parse_codec(word), tmp_path / f"out{file_suffix(parse_codec(word))}"
    path = written(samples, tmp_path / "in.wav")
    trial = try_codec(path, len(samples), read_back(path, len(samples)).loudness_lufs, codec, target)
    back = decoded(target, codec.rate_hz(RATE_HZ) * len(samples) // RATE_HZ).read()
    assert trial.true_peak_dbtp > 0
    assert trial.true_peak_dbtp == pytest.approx(albums.peak_dbtp(back), abs=0.03)
    assert trial.overs == np.count_nonzero(np.abs(back) > 1.0) > 0
    lufs = albums.loudness_lufs(back, codec.rate_hz(RATE_HZ))
    assert trial.loudness_change_lu == pytest.approx(lufs - albums.loudness_lufs(samples, RATE_HZ), abs=0.05)


def test_a_soft_tone_passes_and_its_level_is_told_unchanged(tmp_path: Path) -> None:
    tone = 0.25 * stereo(sine(440.0, 2.0, RATE_HZ))
    path = written(tone, tmp_path / "in.wav")
    trial = try_codec(
        path, len(tone), read_back(path, len(tone)).loudness_lufs, parse_codec("mp3 320"), tmp_path / "out.mp3"
    )
    assert trial.overs == 0
    assert trial.true_peak_dbtp == pytest.approx(-12.04, abs=0.1)
    assert trial.loudness_change_lu == pytest.approx(0.0, abs=0.02)


def test_silence_has_no_change_of_loudness(tmp_path: Path) -> None:
    silence = np.zeros((RATE_HZ, 2))
    path = written(silence, tmp_path / "in.wav")
    trial = try_codec(path, RATE_HZ, -np.inf, parse_codec("aac 256"), tmp_path / "out.m4a")
    assert trial.loudness_change_lu is None
    assert trial.overs == 0


def record(rng: np.random.Generator, **joins: Any) -> tuple[AlbumSpec, list[Floats]]:
    """A soft tone, a loud dense song, another soft tone."""
    songs = [
        0.1 * stereo(sine(330.0, 1.0, RATE_HZ)),
        0.5 * squared_noise(1.5, 0.0, rng),
        0.1 * stereo(sine(220.0, 1.0, RATE_HZ)),
    ]
    titles = ("Before", "Loud", "After")
    tracks = [albums.track(song, title=title, **joins) for song, title in zip(songs, titles, strict=True)]
    return albums.album(*tracks), songs


def delivered(
    wanted: AlbumSpec, songs: list[Floats], folder: Path, **changes: Any
) -> tuple[Delivery, dict[str, Floats]]:
    """A delivery of it at -3 dBTP, and the samples of its tracks by title."""
    known: dict[str, Any] = {"ceiling_dbtp": -3.0, "codec_ceiling_dbtp": -2.9, "loudness_lufs": -5.5}
    made = albums.deliver(wanted, songs, albums.delivery(**(known | changes)), folder)
    return made, {track.title: open_audio(folder / track.file).audio.read() for track in made.tracks}


CODECS = tuple(map(parse_codec, ("mp3 128", "opus 96")))


@pytest.mark.parametrize("anchor", [Anchor.ALBUM, Anchor.EACH_TRACK])
def test_only_the_track_that_came_back_over_is_changed_and_then_it_passes(
    anchor: Anchor, tmp_path: Path, rng: np.random.Generator
) -> None:
    wanted, songs = record(rng)
    plain, before = delivered(wanted, songs, tmp_path / "plain", anchor=anchor)
    tried, after = delivered(wanted, songs, tmp_path / "tried", anchor=anchor, codecs=CODECS)
    assert [track.title for track in tried.tracks if track.repair] == ["Loud"]
    for title in ("Before", "After"):
        assert np.array_equal(before[title], after[title])
    assert not np.array_equal(before["Loud"], after["Loud"])
    assert [track.codecs for track in plain.tracks] == [(), (), ()]
    for track in tried.tracks:
        assert [trial.codec for trial in track.codecs] == list(CODECS)
        assert max(trial.true_peak_dbtp for trial in track.codecs) <= -2.9
        assert not track.findings
        for codec in CODECS:  # as anyone who encodes it finds
            path = tmp_path / f"again{file_suffix(codec)}"
            samples = after[track.title]
            length = encode(Audio.from_array(samples, RATE_HZ), len(samples), codec, path)
            assert albums.peak_dbtp(decoded(path, length).read()) <= -2.9 + 0.02


def test_the_repair_is_no_deeper_than_it_must_be(tmp_path: Path, rng: np.random.Generator) -> None:
    wanted, songs = record(rng)
    made, _ = delivered(wanted, songs, tmp_path / "tried", codecs=CODECS)
    loud = made.tracks[1]
    assert loud.repair is not None
    worst = max(trial.true_peak_dbtp for trial in loud.codecs)
    assert -2.9 - 0.2 < worst <= -2.9


def test_what_a_repair_costs_is_told_where_it_breaks_a_promise(tmp_path: Path, rng: np.random.Generator) -> None:
    wanted, songs = record(rng)
    anchor = Anchor.LOUDEST_TRACK
    made, _ = delivered(wanted, songs, tmp_path / "tried", codecs=CODECS, anchor=anchor, loudness_lufs=-7.0)
    assert made.tracks[1].loudness_lufs is not None
    assert made.tracks[1].loudness_lufs < -7.1
    (finding,) = made.findings
    assert "1 track had to come down by up to" in finding
    assert "no lossy copy passes -2.9 dBTP" in finding
    assert made.passed


def test_without_audit_nothing_is_tried(tmp_path: Path, rng: np.random.Generator) -> None:
    wanted, songs = record(rng)
    made, _ = delivered(wanted, songs, tmp_path / "out", codecs=CODECS, audit=False)
    assert all(track.codecs == () and track.repair is None for track in made.tracks)


@pytest.mark.parametrize("joins", [{"crossfade_s": 0.5}, {"runs_on": True}])
def test_neighbours_that_a_song_runs_into_keep_their_samples(
    joins: dict[str, Any], tmp_path: Path, rng: np.random.Generator
) -> None:
    wanted, songs = record(rng, **joins)
    _, before = delivered(wanted, songs, tmp_path / "plain")
    tried, after = delivered(wanted, songs, tmp_path / "tried", codecs=CODECS)
    loud = tried.tracks[1]
    assert loud.repair is not None
    assert loud.repair.lowered_db == 0.0
    assert loud.repair.dips_db
    for track in tried.tracks:
        assert max(trial.true_peak_dbtp for trial in track.codecs) <= -2.9
        if not track.repair:
            assert np.array_equal(before[track.title], after[track.title])


@pytest.mark.parametrize("container", [Container.MP3, Container.AAC, Container.OPUS, Container.VORBIS])
def test_lossy_files_keep_the_ceiling_themselves(
    container: Container, tmp_path: Path, rng: np.random.Generator
) -> None:
    wanted, songs = record(rng)
    made, tracks = delivered(wanted, songs, tmp_path / "out", container=container, bit_rate_kbps=128)
    assert made.passed, made.findings
    assert made.rate_hz == (48_000 if container is Container.OPUS else RATE_HZ)
    (programme,) = made.programmes
    whole = open_audio(tmp_path / "out" / programme.file).audio.read()
    assert len(whole) == programme.frames == sum(map(len, tracks.values())) == sum(t.frames for t in made.tracks)
    files = {path.name for path in (tmp_path / "out").iterdir()}
    assert files == {programme.file, *(track.file for track in made.tracks)}
    for file, samples in [(programme, whole), *((track, tracks[track.title]) for track in made.tracks)]:
        assert file.true_peak_dbtp <= -3.0
        assert albums.peak_dbtp(samples) == pytest.approx(file.true_peak_dbtp, abs=0.03)
        assert file.loudness_lufs == pytest.approx(albums.loudness_lufs(samples, made.rate_hz), abs=0.05)
        assert file.sha256


@pytest.mark.parametrize("encoding", [Encoding.PCM_16, Encoding.PCM_24])
def test_alac_holds_what_wav_would(encoding: Encoding, tmp_path: Path, rng: np.random.Generator) -> None:
    wanted, songs = record(rng)
    _, plain = delivered(wanted, songs, tmp_path / "wav", encoding=encoding)
    made, tracks = delivered(wanted, songs, tmp_path / "alac", encoding=encoding, container=Container.ALAC)
    (programme,) = made.programmes
    assert programme.file.endswith(".m4a")
    assert all(np.array_equal(plain[title], tracks[title]) for title in plain)
    whole = open_audio(tmp_path / "alac" / programme.file)
    assert whole.info.bits == encoding.bits
    assert np.array_equal(whole.audio.read(), np.concatenate(list(tracks.values())))
    assert made.passed


def test_lossy_sides_each_keep_the_ceiling(tmp_path: Path, rng: np.random.Generator) -> None:
    wanted, songs = record(rng)
    made, tracks = delivered(wanted, songs, tmp_path / "out", container=Container.AAC, bit_rate_kbps=128, breaks=(1,))
    assert made.passed, made.findings
    assert [programme.tracks for programme in made.programmes] == [(0,), (1, 2)]
    for programme in made.programmes:
        whole = open_audio(tmp_path / "out" / programme.file).audio.read()
        assert len(whole) == programme.frames == sum(made.tracks[track].frames for track in programme.tracks)
        assert albums.peak_dbtp(whole) == pytest.approx(programme.true_peak_dbtp, abs=0.03)
        assert programme.true_peak_dbtp <= -3.0
    assert sum(map(len, tracks.values())) == sum(programme.frames for programme in made.programmes)


def test_lossy_singles_keep_the_ceiling_too(tmp_path: Path, rng: np.random.Generator) -> None:
    wanted, songs = record(rng, crossfade_s=0.2)
    made, _ = delivered(wanted, songs, tmp_path / "out", container=Container.AAC, singles=True)
    assert made.passed, made.findings
    assert {Path(single.file).suffix for single in made.singles} == {".m4a"}
    assert all((tmp_path / "out" / single.file).exists() for single in made.singles)
    assert not list((tmp_path / "out").rglob("*.wav"))


def test_the_same_delivery_has_the_same_bytes(tmp_path: Path, rng: np.random.Generator) -> None:
    wanted, songs = record(rng)
    once, again = (delivered(wanted, songs, tmp_path / name, container=Container.AAC)[0] for name in ("once", "again"))
    assert [track.sha256 for track in once.tracks] == [track.sha256 for track in again.tracks]


def test_many_stretches_over_lower_the_limiter_and_the_few_that_are_left_dip() -> None:
    over = dict.fromkeys(range(100), 0.2) | {700: 1.0}
    done = Repair()
    done.deepen(over, 1000, alone=True)
    assert done.lowered_db == pytest.approx(0.21)
    assert done.dips_db == pytest.approx({700: 0.3})
    done.deepen({700: 0.1}, 1000, alone=True)
    assert done.lowered_db == pytest.approx(0.21)
    assert done.dips_db == pytest.approx({700: 0.41})


def test_a_track_that_shares_its_limiter_only_dips() -> None:
    done = Repair()
    done.deepen(dict.fromkeys(range(100), 0.2), 1000, alone=False)
    assert done.lowered_db == 0.0
    assert done.dips_db == pytest.approx(dict.fromkeys(range(100), 0.21))


def test_a_finished_master_keeps_every_sample_but_those_that_must_come_down(
    tmp_path: Path, rng: np.random.Generator
) -> None:
    """One loud moment in an album that is delivered as it is."""
    song = 0.1 * stereo(sine(330.0, 3.0, RATE_HZ))
    loud = np.clip(pink_noise(0.2, RATE_HZ, rng), -0.15, 0.15)
    song[RATE_HZ : RATE_HZ + len(loud)] = loud * db_to_amplitude(-3.1 - albums.peak_dbtp(loud))
    song = albums.on_grid(song, 24)
    wanted = albums.album(albums.track(song, grid_bits=24), as_is=True)
    made, tracks = delivered(wanted, [song], tmp_path / "out", codecs=CODECS)
    (track,) = made.tracks
    assert track.repair is not None
    assert track.repair.lowered_db == 0.0
    assert max(trial.true_peak_dbtp for trial in track.codecs) <= -2.9
    changed = np.flatnonzero((tracks["Song"] != song).any(axis=1))
    assert RATE_HZ - 0.15 * RATE_HZ < changed.min() < changed.max() < RATE_HZ + 0.35 * RATE_HZ
