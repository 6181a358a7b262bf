"""A delivery of several programmes: a file each, tracks that are it to the bit, songs cut apart where one begins."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from analysis.errors import SpecificationError
from mastering.breaks import HEAD_FADE_S, TAIL_FADE_S, Part, divided
from mastering.delivery_specs import DeliverySpec, Encoding
from tests.albums import RATE_HZ, album, deliver, delivery, loudness_lufs, music, track

SECTOR_FRAMES = 588
DISCS = delivery(
    encoding=Encoding.PCM_16, sector_frames=SECTOR_FRAMES, ceiling_dbtp=-0.3, loudness_lufs=-15.0, breaks=(2,)
)
SIDES = delivery(loudness_lufs=-16.0, part=Part.SIDE, breaks=(1, 2), lead_s=0.5)


def four_songs() -> list[np.ndarray[tuple[int, int], np.dtype[np.float64]]]:
    rng = np.random.default_rng(5)
    return [
        music(seconds, RATE_HZ, rng, tempo_bpm=tempo) for seconds, tempo in ((3, 90), (2.5, 120), (3.3, 70), (2, 99))
    ]


@pytest.mark.parametrize(
    ("place", "names"),
    [
        (DISCS, ["Record (disc 1).wav", "Record (disc 2).wav"]),
        (SIDES, ["Record (side A).wav", "Record (side B).wav", "Record (side C).wav"]),
    ],
)
def test_tracks_laid_end_to_end_are_their_programme(tmp_path: Path, place: DeliverySpec, names: list[str]) -> None:
    songs = four_songs()
    wanted = album(*(track(samples, title=str(i), gap_s=0.7, fade_out_s=0.02) for i, samples in enumerate(songs)))
    made = deliver(wanted, songs, place, tmp_path / "out")
    assert [programme.file for programme in made.programmes] == names
    assert made.passed
    whole = []
    for number, programme in enumerate(made.programmes):
        own = [made.tracks[i] for i in programme.tracks]
        assert {one.programme for one in own} == {number}
        files = [soundfile.read(tmp_path / "out" / one.file, dtype="int32")[0] for one in own]
        joined, _ = soundfile.read(tmp_path / "out" / programme.file, dtype="int32")
        assert np.array_equal(np.concatenate(files), joined)
        assert len(joined) == programme.frames
        assert [one.start_frame for one in own] == [0, *np.cumsum([len(file) for file in files[:-1]])]
        assert programme.frames % place.sector_frames == 0
        whole.append(joined / 2.0**31)
        assert programme.loudness_lufs == pytest.approx(loudness_lufs(whole[-1], RATE_HZ), abs=0.05)
    assert made.loudness_lufs == pytest.approx(loudness_lufs(np.concatenate(whole), RATE_HZ), abs=0.05)
    assert made.true_peak_dbtp == max(programme.true_peak_dbtp for programme in made.programmes)


def test_each_side_begins_with_as_much_silence_as_is_asked_for(tmp_path: Path) -> None:
    songs = four_songs()
    wanted = album(*(track(samples, title=str(i), gap_s=0.7) for i, samples in enumerate(songs)))
    made = deliver(wanted, songs, SIDES, tmp_path / "out")
    for programme in made.programmes:
        samples, _ = soundfile.read(tmp_path / "out" / programme.file, dtype="int32")
        lead = round(0.5 * RATE_HZ)
        assert not samples[:lead].any()
        assert samples[lead : lead + 500].any()
    assert made.tracks[1].index == {0: 0, 1: lead}


@pytest.mark.parametrize("join", [{"runs_on": True}, {"crossfade_s": 0.4}])
def test_songs_that_play_into_each_other_are_faded_apart_at_a_break(tmp_path: Path, join: dict[str, float]) -> None:
    samples = music(4.0, RATE_HZ, np.random.default_rng(2))
    songs = [samples[: 2 * RATE_HZ], samples[2 * RATE_HZ :]]
    wanted = album(*(replace(track(song, title=name), **join) for name, song in zip("AB", songs, strict=True)))  # type: ignore[arg-type]
    made = deliver(wanted, songs, delivery(breaks=(1,), encoding=Encoding.FLOAT_32, ceiling_dbtp=None), tmp_path / "o")
    first, second = (soundfile.read(tmp_path / "o" / one.file)[0] for one in made.programmes)
    assert len(first) == len(second) == 2 * RATE_HZ
    gain = 10 ** (made.gain_db / 20)
    middle = slice(round(0.2 * RATE_HZ), round(1.8 * RATE_HZ))
    assert np.allclose(first[middle], gain * songs[0][middle], atol=1e-6)
    assert np.allclose(second[middle], gain * songs[1][middle], atol=1e-6)
    tail, head = round(TAIL_FADE_S * RATE_HZ), round(HEAD_FADE_S * RATE_HZ)
    assert np.abs(first[-10:]).max() < 1e-3 < np.abs(first[-2 * tail : -tail]).max()
    assert np.abs(second[:5]).max() < 1e-3 < np.abs(second[head : 2 * head]).max()
    assert any("'A'" in text and "new programme begins there" in text for text in made.findings)
    assert made.passed, "advice, no failure"


def test_without_breaks_nothing_changes() -> None:
    songs = album(*(track(np.zeros((RATE_HZ, 2)), runs_on=True) for _ in range(3)))
    assert divided(songs, ()) is songs


@pytest.mark.parametrize("breaks", [(0,), (3,), (2, 1), (1, 1)])
def test_breaks_must_be_tracks_in_order(breaks: tuple[int, ...]) -> None:
    songs = album(*(track(np.zeros((RATE_HZ, 2))) for _ in range(3)))
    with pytest.raises(SpecificationError, match="name tracks from 2 to 3"):
        divided(songs, breaks)
