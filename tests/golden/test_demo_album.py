"""The demo album sounds like a record on every meter, and its engineers do what they say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyloudnorm
import pytest
import soundfile
from scipy import signal

from analysis.errors import OutputError
from assistant.demo import (
    ALBUM,
    ENGINEERS,
    RATE_HZ,
    REFERENCES,
    DemoAlbum,
    Engineer,
    file_name,
    mixed_by,
    render_song,
    write_demo,
)
from assistant.demo.score import notes_of
from mastering.eq import design

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.units import Floats

COLD, BALLAD, FADE = 3, 4, 6


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoAlbum:
    return write_demo(tmp_path_factory.mktemp("demo"))


def composed(demo: DemoAlbum, number: int) -> Floats:
    return read(demo.truth / file_name(number, ALBUM[number - 1]))


def read(path: Path) -> Floats:
    sound, rate_hz = soundfile.read(path, dtype="float64")
    assert rate_hz == RATE_HZ
    return np.asarray(sound)


def truths_and_references(demo: DemoAlbum) -> list[Path]:
    return [*sorted(demo.truth.iterdir()), *demo.references]


def band_powers(sound: Floats) -> tuple[Floats, Floats]:
    """Third-octave centres in Hz from 31.25 Hz to 16 kHz, and the mean power density in each."""
    centres_hz = 31.25 * 2.0 ** (np.arange(28) / 3.0)
    freqs_hz, density = signal.welch(sound, RATE_HZ, nperseg=16_384)
    edge = 2.0 ** (1.0 / 6.0)
    inside = [(freqs_hz >= centre / edge) & (freqs_hz < centre * edge) for centre in centres_hz]
    return centres_hz, np.array([density[band].mean() for band in inside])


def mid_of(sound: Floats) -> Floats:
    return 0.5 * (sound[:, 0] + sound[:, 1])


def side_of(sound: Floats) -> Floats:
    return 0.5 * (sound[:, 0] - sound[:, 1])


def level_db(sound: Floats) -> float:
    return float(10.0 * np.log10(np.mean(np.square(sound)) + 1e-30))


def loudness_lufs(sound: Floats) -> float:
    return float(pyloudnorm.Meter(RATE_HZ, filter_class="DeMan").integrated_loudness(sound))


def test_every_song_is_where_it_says_and_of_a_songs_length(demo: DemoAlbum) -> None:
    mixes = [demo.mixes / name / file for name, files in demo.engineers.items() for file in files]
    assert sorted(path.name for path in mixes) == sorted(path.name for path in demo.truth.iterdir())
    assert len(mixes) == 6
    assert {path for path in demo.mixes.rglob("*") if path.is_file()} == set(mixes)
    assert [path.name for path in demo.references] == [file_name(n, song) for n, song in enumerate(REFERENCES, 1)]
    for path in [*mixes, *truths_and_references(demo)]:
        info = soundfile.info(path)
        assert (info.samplerate, info.channels, info.subtype) == (RATE_HZ, 2, "PCM_24")
        assert 30.0 <= info.duration <= 45.0
        assert np.abs(read(path)).max() < 10.0 ** (-0.5 / 20.0)


def test_the_same_samples_come_out_each_time(demo: DemoAlbum) -> None:
    for engineer in ENGINEERS[:2]:
        number = engineer.songs[0]
        song = ALBUM[number - 1]
        again = mixed_by(engineer, number, render_song(song))
        written, _ = soundfile.read(demo.mixes / engineer.name / file_name(number, song), dtype="int32")
        assert np.array_equal(np.rint(again * 2.0**23).astype(np.int32) << 8, written)


def test_spectra_fall_as_those_of_records_do(demo: DemoAlbum) -> None:
    for path in truths_and_references(demo):
        centres_hz, powers = band_powers(mid_of(read(path)))
        densities_db = 10.0 * np.log10(powers)
        middle = (centres_hz >= 100.0) & (centres_hz <= 10_000.0)
        slope_db = np.polyfit(np.log2(centres_hz[middle]), densities_db[middle], 1)[0]
        assert -6.0 < slope_db < -3.5, path.name
        bands_db = densities_db + 10.0 * np.log10(centres_hz)
        bands_db -= 10.0 * np.log10(np.sum(10.0 ** (bands_db / 10.0)))
        lows = (centres_hz >= 40.0) & (centres_hz <= 120.0)
        assert bands_db[lows].max() > -13.0, path.name
        assert -40.0 < bands_db[-1] < -22.0, path.name


def test_songs_are_stereo_with_their_lows_in_the_middle(demo: DemoAlbum) -> None:
    for path in truths_and_references(demo):
        sound = read(path)
        assert -16.0 < level_db(side_of(sound)) - level_db(mid_of(sound)) < -6.0, path.name
        centres_hz, mid = band_powers(mid_of(sound))
        side = band_powers(side_of(sound))[1]
        assert np.all(side[centres_hz < 110.0] < 0.01 * mid[centres_hz < 110.0]), path.name
        assert abs(level_db(sound[:, 0]) - level_db(sound[:, 1])) < 1.0, path.name


def test_loudness_differs_as_on_a_record(demo: DemoAlbum) -> None:
    album_lufs = []
    for path in truths_and_references(demo):
        sound = read(path)
        song_lufs = loudness_lufs(sound)
        album_lufs.append(song_lufs)
        assert 9.0 < 20.0 * np.log10(np.abs(sound).max()) - song_lufs < 16.0, path.name
    references_lufs = album_lufs[len(ALBUM) :]
    del album_lufs[len(ALBUM) :]
    assert int(np.argmax(album_lufs)) == COLD - 1
    assert int(np.argmin(album_lufs)) == BALLAD - 1
    assert 4.0 < np.median(album_lufs) - album_lufs[BALLAD - 1] < 6.0
    assert min(references_lufs) > max(album_lufs)


def test_the_fade_fades_all_the_way(demo: DemoAlbum) -> None:
    song = ALBUM[FADE - 1]
    sound = composed(demo, FADE)
    end = round(song.played_s * RATE_HZ)
    seconds = [level_db(part) for part in np.array_split(sound[end - round(song.fade_s * RATE_HZ) : end], 6)]
    assert np.all(np.diff(seconds) < 0.0)
    assert seconds[0] - seconds[-1] > 25.0
    assert not np.any(sound[end + 1 :])


def test_the_cold_end_is_cold(demo: DemoAlbum) -> None:
    sound = composed(demo, COLD)
    end = int(np.flatnonzero(np.abs(sound).max(axis=1))[-1])
    assert level_db(sound[end - RATE_HZ // 10 : end - RATE_HZ // 40]) > -30.0
    assert 0.2 < (len(sound) - end) / RATE_HZ < 0.6


def test_the_ballad_waits_and_rings_out(demo: DemoAlbum) -> None:
    sound = composed(demo, BALLAD)
    assert not np.any(sound[: round(0.45 * RATE_HZ)])
    last_s = [level_db(part) for part in np.array_split(sound[-6 * RATE_HZ :], 6)]
    assert last_s[0] > -50.0
    assert last_s[-1] < last_s[0] - 20.0


@pytest.mark.parametrize("engineer", ENGINEERS, ids=lambda engineer: engineer.name)
def test_a_mix_is_the_song_and_its_engineer(demo: DemoAlbum, engineer: Engineer) -> None:
    for number in engineer.songs:
        truth = composed(demo, number)
        mix = read(demo.mixes / engineer.name / file_name(number, ALBUM[number - 1]))
        centres_hz, before = band_powers(mid_of(truth))
        after = band_powers(mid_of(mix))[1]
        sections = np.array([design(band, RATE_HZ) for band in engineer.eq])
        response = signal.sosfreqz(sections, centres_hz, fs=RATE_HZ)[1]
        wanted_db = 20.0 * np.log10(np.abs(response)) + engineer.level_db
        moved_db = 10.0 * np.log10(after / before)
        assert moved_db == pytest.approx(wanted_db, abs=0.6)
        assert np.ptp(wanted_db) > 3.0
        heard = centres_hz > 250.0
        side = band_powers(side_of(mix))[1] / band_powers(side_of(truth))[1]
        widened_db = 10.0 * np.log10(side) - moved_db
        assert widened_db[heard] == pytest.approx(20.0 * np.log10(engineer.width), abs=0.2)
        assert mix.mean(axis=0) == pytest.approx(engineer.dc_offset.get(number, 0.0), abs=1e-3)


def test_lines_follow_key_and_chord() -> None:
    song = ALBUM[0]
    bass_hz = {round(note.freq_hz, 1) for note in notes_of(song, "bass") if note.start_s < song.moment_s(3 * 16)}
    assert bass_hz == {73.4, 110.0, 146.8}  # root, fifth and octave of the first chord under the voice, D major


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    short = replace(ALBUM[0], sections=ALBUM[0].sections[:1], tail_s=0.1)
    monkeypatch.setattr("assistant.demo.album.ALBUM", (short,))
    monkeypatch.setattr("assistant.demo.album.REFERENCES", ())
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, not a folder")
    with pytest.raises(OutputError, match="cannot be written"):
        write_demo(blocked)
