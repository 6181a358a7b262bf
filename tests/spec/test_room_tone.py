"""Room tone: it fills the gaps of an album without a seam, and nothing but the gaps."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile

from analysis.errors import PlanError
from analysis.units import Floats
from mastering.delivery_specs import Encoding
from mastering.room_tone import RoomTone, load_room_tone, tone_spans
from mastering.specs import AlbumSpec
from mastering.timeline import lay_out
from tests.albums import RATE_HZ, album, deliver, delivery, music, track
from tests.audio_files import write

TONE_RMS = 0.002
SONG_S = 3.0
GAPS_S = (1.5, 0.8)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of soft noise, so that the gaps outlast it."""
    noise = TONE_RMS * np.random.default_rng(3).standard_normal((2 * RATE_HZ, 2))
    return write(tmp_path_factory.mktemp("room") / "room.wav", noise, RATE_HZ, "WAV", "FLOAT")


def songs() -> list[Floats]:
    return [0.5 * music(SONG_S, RATE_HZ, np.random.default_rng(seed)) for seed in range(3)]


def three(room: Path | None) -> AlbumSpec:
    tracks = [
        track(samples, title=f"Song {n}", source=f"{n}.wav", gap_s=gap_s, fade_in_s=0.01, fade_out_s=0.05)
        for n, (samples, gap_s) in enumerate(zip(songs(), (*GAPS_S, 2.0), strict=True))
    ]
    return album(*tracks, room_tone=str(room) if room else None)


def test_the_gaps_hold_the_room_and_nothing_else_changes(room: Path, tmp_path: Path) -> None:
    place = delivery(encoding=Encoding.FLOAT_32, ceiling_dbtp=None, loudness_lufs=-23.0)
    without, with_room = (
        deliver(three(path), songs(), place, tmp_path / name) for name, path in (("none", None), ("room", room))
    )
    plain, heard = (
        soundfile.read(tmp_path / name / made.programmes[0].file)[0]
        for name, made in (("none", without), ("room", with_room))
    )
    added = heard - plain
    gain = 10 ** (with_room.gain_db / 20)
    placed = lay_out(three(room), RATE_HZ).placements
    for one, other in pairwise(placed):
        gap = added[one.end : other.start]
        assert np.sqrt(np.mean(gap**2)) == pytest.approx(TONE_RMS * gain, rel=0.05)
        short = gap[: len(gap) // 441 * 441].reshape(-1, 441 * 2)
        assert np.sqrt((short**2).mean(axis=1)).min() > 0.7 * TONE_RMS * gain, "no hole, least of all at the seam"
        inside = added[one.start + RATE_HZ // 10 : one.end - RATE_HZ // 10]
        assert np.abs(inside).max() < 1e-6, "the songs are as they were"
    assert np.abs(added[placed[-1].start + RATE_HZ // 10 :]).max() < 1e-6, "nothing after the last song"
    assert np.abs(np.diff(added, axis=0)).max() < 12 * TONE_RMS * gain, "no step"


def test_tracks_end_to_end_are_the_album_with_a_room_too(room: Path, tmp_path: Path) -> None:
    made = deliver(three(room), songs(), delivery(encoding=Encoding.PCM_16, sector_frames=588), tmp_path / "out")
    assert made.passed
    whole = soundfile.read(tmp_path / "out" / made.programmes[0].file, dtype="int16")[0]
    parts = [soundfile.read(tmp_path / "out" / one.file, dtype="int16")[0] for one in made.tracks]
    assert np.array_equal(np.concatenate(parts), whole)
    gap = parts[0][-made.tracks[0].gap_frames :]
    assert np.abs(gap).max() > 0


def test_where_songs_overlap_there_is_no_room(room: Path) -> None:
    wanted = three(room)
    crossed = replace(wanted, tracks=(replace(wanted.tracks[0], crossfade_s=1.0), *wanted.tracks[1:]))
    assert len(tone_spans(lay_out(wanted, RATE_HZ), [0.0] * 3)) == 2
    assert len(tone_spans(lay_out(crossed, RATE_HZ), [0.0] * 3)) == 1


def test_blocks_of_any_size_hear_the_same_room(room: Path) -> None:
    tone = RoomTone(load_room_tone(room, RATE_HZ), tone_spans(lay_out(three(room), RATE_HZ), [0.0] * 3))
    silence = np.zeros((9 * RATE_HZ, 2))
    whole = tone.added(silence, 0)
    parts = [tone.added(silence[start : start + 997], start) for start in range(0, len(silence), 997)]
    assert np.array_equal(np.concatenate(parts), whole)
    assert not silence.any(), "what is given is not written to"
    for position in range(0, len(silence), 4_001):
        heard, until = tone.heard(position)
        assert np.any(whole[position : until - 1]) == heard


def test_a_loop_has_no_seam(room: Path) -> None:
    steps = load_room_tone(room, RATE_HZ)
    ends = np.concatenate([steps[-441:], steps[:441]])
    assert np.sqrt(np.mean(ends**2)) == pytest.approx(TONE_RMS, rel=0.15)


def test_a_mono_room_at_another_rate_fits(tmp_path: Path) -> None:
    noise = 0.01 * np.random.default_rng(3).standard_normal((3 * 48_000, 1))
    loop = load_room_tone(write(tmp_path / "room.wav", noise, 48_000, "WAV", "PCM_24"), RATE_HZ)
    assert loop.shape[1] == 2
    assert np.array_equal(loop[:, 0], loop[:, 1])


def test_too_short_a_room_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "room.wav", np.zeros((4_410, 2)), RATE_HZ, "WAV", "PCM_24")
    with pytest.raises(PlanError, match=r"^album\.room_tone = 'room\.wav' is 0\.10 s long .*: give 1 s"):
        load_room_tone(path, RATE_HZ)
