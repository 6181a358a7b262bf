"""Singles: songs alone where their file is not, with clean ends, as loud and as limited as in the album."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from analysis.units import Floats
from mastering.delivery import Delivery
from mastering.delivery_specs import Encoding
from mastering.singles import HEAD_FADE_S, TAIL_FADE_S, needed_singles
from mastering.specs import AlbumSpec
from mastering.timeline import lay_out
from tests.albums import album, deliver, delivery, music, peak_dbtp, track

RATE_HZ = 44_100
LOUDNESS_LU = 0.1
CEILING_DBTP = -1.0
METERS_DB = 0.01


def songs(seconds: float = 12.0) -> tuple[AlbumSpec, list[Floats]]:
    """Alone, crossing into a second, whose decay lies under a third, which runs on into a fourth; a last one alone."""
    rng = np.random.default_rng(9)
    parts = [0.8 * music(seconds, RATE_HZ, rng, tempo_bpm=120 - 5 * number) for number in range(6)]
    decay = round(0.6 * RATE_HZ)
    parts[2][-decay:] *= 10 ** (-2.0 * np.arange(decay)[:, None] / decay)  # to -40 dB
    ends: dict[str, Any] = {"fade_in_s": 0.005, "fade_out_s": 0.05}
    specs = [
        track(parts[0], title="Alone", gap_s=0.5, **ends),
        track(parts[1], title="Crosses", crossfade_s=0.4, **ends),
        track(parts[2], title="Decays", felt_end_s=seconds - 0.5, gap_s=0.1, **ends),
        track(parts[3], title="Runs", runs_on=True, **ends),
        track(parts[4], title="On", gap_s=1.0, **ends),
        track(parts[5], title="Last", **ends),
    ]
    return album(*specs), parts


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Delivery, Path]:
    wanted, parts = songs()
    folder = tmp_path_factory.mktemp("made") / "out"
    place = delivery(encoding=Encoding.FLOAT_32, loudness_lufs=-13.5, ceiling_dbtp=CEILING_DBTP, singles=True)
    return deliver(wanted, parts, place, folder), folder


def test_songs_whose_file_is_not_theirs_alone_are_given_out_as_singles(made: tuple[Delivery, Path]) -> None:
    found, folder = made
    wanted, _ = songs()
    assert needed_singles(lay_out(wanted, RATE_HZ)) == (1, 2, 3, 4)
    assert [one.title for one in found.singles] == ["Crosses", "Decays", "Runs", "On"]
    assert [one.file for one in found.singles] == [f"singles/0{n} {t}.wav" for n, t in enumerate(wanted_titles(), 2)]
    assert sorted(path.name for path in (folder / "singles").iterdir()) == [
        Path(one.file).name for one in found.singles
    ]


def wanted_titles() -> list[str]:
    return ["Crosses", "Decays", "Runs", "On"]


def test_singles_are_whole_songs_with_clean_ends(made: tuple[Delivery, Path]) -> None:
    found, folder = made
    _, parts = songs()
    for one, mix in zip(found.singles, parts[1:5], strict=True):
        samples = soundfile.read(folder / one.file)[0]
        assert len(samples) == one.frames == len(mix)
        assert np.abs(samples[[0, -1]]).max() < 1e-3, "no click"
        middle = slice(3 * RATE_HZ, 9 * RATE_HZ)
        likeness = np.corrcoef(samples[middle].ravel(), mix[middle].ravel())[0, 1]
        assert likeness > 0.99, "no other song in it"


def test_singles_are_as_loud_as_in_the_album(made: tuple[Delivery, Path]) -> None:
    found, folder = made
    assert found.limiting.max_db > 1.0
    tracks = {one.title: one for one in found.tracks}
    for one in found.singles:
        assert one.loudness_lufs == pytest.approx(tracks[one.title].loudness_lufs, abs=LOUDNESS_LU)
        assert one.true_peak_dbtp <= CEILING_DBTP
        assert peak_dbtp(soundfile.read(folder / one.file)[0]) <= CEILING_DBTP + METERS_DB


def test_a_song_cut_from_a_recording_is_faded_there_and_nowhere_else(tmp_path: Path) -> None:
    level = np.full((2 * RATE_HZ, 2), 0.25)
    wanted = album(track(level, runs_on=True), track(level, runs_on=True), track(level), as_is=True)
    place = delivery(encoding=Encoding.FLOAT_32, ceiling_dbtp=None, singles=True)
    found = deliver(wanted, [level] * 3, place, tmp_path / "out")
    first, second, third = (soundfile.read(tmp_path / "out" / one.file)[0][:, 0] for one in found.singles)
    head, tail = round(HEAD_FADE_S * RATE_HZ), round(TAIL_FADE_S * RATE_HZ)
    assert (first[:-tail] == 0.25).all()
    assert (second[head:-tail] == 0.25).all()
    assert (third[head:] == 0.25).all()
    for fade in (first[-tail:][::-1], second[:head], second[-tail:][::-1], third[:head]):
        assert fade[0] < 1e-3
        assert (np.diff(fade) > 0).all()


def test_an_album_of_gaps_needs_none(tmp_path: Path) -> None:
    part = 0.5 * music(1.5, RATE_HZ, np.random.default_rng(1))
    found = deliver(album(track(part), track(part)), [part, part], delivery(singles=True), tmp_path / "out")
    assert found.singles == ()
    assert not (tmp_path / "out" / "singles").exists()
