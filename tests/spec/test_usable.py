"""What a plan says of its songs must be possible; what is shown of it; what is taken away; how progress is told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from analysis.errors import PlanError
from analysis.track import TrackAnalysis
from assistant import tables
from assistant.outputs import publish
from assistant.plan import AlbumPlan, AlbumTable, TrackPlan
from assistant.session import _item
from assistant.usable import check_fit
from mastering.specs import TrackSpec


def song(number: int, **changes: Any) -> TrackPlan:
    known: dict[str, Any] = {"file": f"{number}.wav", "title": "Song", "sha256": "0" * 64}
    known |= {"start_s": 0.0, "end_s": 10.0, "first_sound_s": 0.0, "felt_end_s": 10.0}
    return TrackPlan(**(known | changes))


def album(songs: Sequence[TrackPlan]) -> AlbumPlan:
    return AlbumPlan(album=AlbumTable(title="Record", mixes="mixes", rate_hz=44_100), track=tuple(songs))


def fault(*songs: TrackPlan) -> str:
    """Why mixes of 10 s do not fit."""
    mix = cast("TrackAnalysis", SimpleNamespace(duration_s=10.0, source=SimpleNamespace(channels=2)))
    with pytest.raises(PlanError) as caught:
        check_fit(album(songs), [(one, mix) for one in songs])
    return str(caught.value)


def test_a_crossfade_is_measured_against_what_is_used_of_the_next_song() -> None:
    assert fault(song(1, crossfade_s=3.0), song(2, start_s=4.0, end_s=6.0)) == (
        "track[1].crossfade_s = 3 s is longer than what is used of the next song, 2.wav, 2.000 s: correct the plan."
    )


def test_two_crossfades_do_not_meet() -> None:
    assert fault(song(1, crossfade_s=6.0), song(2, crossfade_s=5.0), song(3)) == (
        "track[2].crossfade_s = 5 s and the crossfade of 6 s before it are longer than what is used of 2.wav, "
        "10.000 s: correct the plan."
    )


def test_enough_of_a_song_is_used_to_measure_it() -> None:
    assert fault(song(1, start_s=2.0, end_s=2.25)) == (
        "track[1] uses 0.250 s of 1.wav, under the 0.4 s that loudness is measured on: correct its start_s or end_s."
    )


def test_the_table_of_a_plan_tells_crossfades() -> None:
    cells = tables.plan_table(album([song(1, crossfade_s=2.5), song(2, gap_s=1.5), song(3)])).columns[-1].cells
    assert list(cells) == ["x 2.5 s", "1.5 s", "–"]


def test_another_spelling_of_a_new_file_is_not_taken_away(tmp_path: Path) -> None:
    finished, target = tmp_path / "finished", tmp_path / "target"
    finished.mkdir()
    target.mkdir()
    (finished / "01 Dawn.wav").write_text("new")
    (target / "02 Gone.wav").write_text("old")
    (target / "01 dawn.wav").symlink_to(target / "01 Dawn.wav")  # as a disk without case has it: one file, two names
    publish(finished, target, ["01 dawn.wav", "02 Gone.wav", "03 Never.wav"])
    assert sorted(path.name for path in target.iterdir()) == ["01 Dawn.wav", "01 dawn.wav"]


def test_songs_of_one_title_are_told_apart() -> None:
    track = cast("TrackSpec", SimpleNamespace(title="Song"))
    assert [_item(number, track) for number in range(2)] == ["1 Song", "2 Song"]
