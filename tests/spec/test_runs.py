"""Songs that run on into each other are one recording: what is rendered of them is what their joined file would be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from analysis.units import Floats
from mastering.delivery import Delivery
from mastering.delivery_specs import Anchor, DeliverySpec, Encoding
from mastering.dynamics_specs import CompressorSpec
from mastering.specs import AlbumSpec, ChainSpec, EqBand, EqShape
from mastering.timeline import lay_out, recordings
from tests.albums import album, deliver, delivery, loudness_lufs, music, on_grid, track

NULL_DB = -120.0
CHAIN = ChainSpec(
    gain_db=1.5,
    eq=(EqBand(shape=EqShape.BELL, freq_hz=120.0, gain_db=3.0, q=0.9),),
    compressor=CompressorSpec(threshold_dbfs=-24.0, ratio=2.5, attack_ms=10.0, release_ms=200.0, range_db=6.0),
    width=1.2,
)
FLOAT = delivery(encoding=Encoding.FLOAT_32, loudness_lufs=-12.0)


def concert(rate_hz: int = 44_100) -> tuple[Floats, list[Floats]]:
    """A recording on the grid of float32, and the three files it was cut into, at loud places."""
    whole = music(9.0, rate_hz, np.random.default_rng(4)).astype(np.float32).astype(np.float64)
    cuts = [start + int(np.argmax(np.abs(whole[start : start + rate_hz, 0]))) for start in (3 * rate_hz, 6 * rate_hz)]
    return whole, np.split(whole, cuts)


def around() -> tuple[Floats, Floats]:
    """A song before and one after."""
    rng = np.random.default_rng(5)
    return 0.4 * music(3.0, 44_100, rng, tempo_bpm=90), 0.6 * music(3.0, 44_100, rng, tempo_bpm=75)


def albums(rate_hz: int, **changes: Any) -> tuple[AlbumSpec, list[Floats], AlbumSpec, list[Floats]]:
    """The same album with the recording in three files and in one."""
    whole, parts = concert(rate_hz)
    before, after = around()
    chain = {"chain": CHAIN} | changes
    ends: dict[str, Any] = {"fade_out_s": 0.4, "gap_s": 0.3}
    inner = [track(part, rate_hz, runs_on=True, fade_out_s=0.2, gap_s=4.0, **chain) for part in parts[:-1]]
    last_s, whole_s = len(parts[-1]) / rate_hz, len(whole) / rate_hz
    last = track(parts[-1], rate_hz, felt_end_s=last_s - 0.7, fade_in_s=0.5, start_s=0.1, **ends, **chain)
    one = track(whole, rate_hz, felt_end_s=whole_s - 0.7, fade_in_s=0.01, **ends, **chain)
    inner[0] = replace(inner[0], fade_in_s=0.01)
    cut = album(track(before), *inner, last, track(after))
    uncut = album(track(before), one, track(after))
    return cut, [before, *parts, after], uncut, [before, whole, after]


def programme(made: Delivery, folder: Path) -> Floats:
    return np.asarray(soundfile.read(folder / made.programmes[0].file)[0])


def null_db(one: Floats, other: Floats) -> float:
    """The greatest difference, dB re full scale."""
    assert one.shape == other.shape
    return float(20 * np.log10(np.abs(one - other).max() + 1e-15))


@pytest.mark.parametrize(("from_hz", "to_hz"), [(44_100, 44_100), (44_100, 48_000), (48_000, 44_100), (48_000, 48_000)])
def test_a_run_is_rendered_as_its_joined_file_would_be(from_hz: int, to_hz: int, tmp_path: Path) -> None:
    cut, parts, uncut, whole = albums(from_hz)
    place = replace(FLOAT, rate_hz=to_hz)
    three = deliver(cut, parts, place, tmp_path / "three")
    one = deliver(uncut, whole, place, tmp_path / "one")
    assert one.limiting.max_db > 1.0, "the limiter had work to do"
    assert null_db(programme(three, tmp_path / "three"), programme(one, tmp_path / "one")) < NULL_DB
    assert (three.passed, one.passed) == (True, True)


def test_files_of_a_run_are_cut_where_the_mixes_were(tmp_path: Path) -> None:
    cut, parts, _, _ = albums(44_100)
    made = deliver(cut, parts, FLOAT, tmp_path / "out")
    files = [soundfile.read(tmp_path / "out" / found.file)[0] for found in made.tracks]
    assert [len(file) for file in files[1:3]] == [len(part) for part in parts[1:3]]
    assert [found.gap_frames for found in made.tracks[1:3]] == [0, 0]
    assert np.array_equal(np.concatenate(files), programme(made, tmp_path / "out"))


def test_a_mastered_run_comes_out_bit_by_bit(tmp_path: Path) -> None:
    """Near the ceiling, where files that are cut in mid-wave ring over it."""
    whole, parts = concert()
    whole, parts = (on_grid(1.75 * whole, 16), [on_grid(1.75 * part, 16) for part in parts])
    specs = [track(part, grid_bits=16, gap_s=0.0, runs_on=True) for part in parts]
    place = delivery(encoding=Encoding.PCM_16, ceiling_dbtp=-0.5)
    made = deliver(album(*specs, as_is=True), parts, place, tmp_path / "out")
    assert max(found.true_peak_dbtp for found in made.tracks) > -0.5, "alone, a file rings"
    assert np.array_equal(programme(made, tmp_path / "out"), whole)
    assert made.passed


def test_one_gain_for_a_run_where_each_track_has_its_own(tmp_path: Path) -> None:
    cut, parts, uncut, whole = albums(44_100, chain=ChainSpec())
    parts[1], whole[1][: len(parts[1])] = 0.3 * parts[1], 0.3 * parts[1]  # a quiet start
    place = replace(FLOAT, anchor=Anchor.EACH_TRACK, loudness_lufs=-16.0)
    three = deliver(cut, parts, place, tmp_path / "three")
    one = deliver(uncut, whole, place, tmp_path / "one")
    assert null_db(programme(three, tmp_path / "three"), programme(one, tmp_path / "one")) < -60.0  # gains found anew
    run = np.concatenate([soundfile.read(tmp_path / "three" / found.file)[0] for found in three.tracks[1:4]])
    assert loudness_lufs(run, 44_100) == pytest.approx(-16.0, abs=0.1)
    assert three.passed


def test_a_run_lies_as_one_song_and_in_one_unit() -> None:
    cut, _, uncut, _ = albums(48_000)
    timeline, joined = lay_out(cut, 44_100), lay_out(uncut, 44_100)
    assert timeline.recordings == ((0,), (1, 2, 3), (4,))
    assert [unit.tracks for unit in timeline.units][1][:3] == (1, 2, 3)
    assert timeline.placements[1].start == joined.placements[1].start
    assert timeline.placements[3].end == joined.placements[1].end
    assert timeline.placements[4].start == joined.placements[2].start
    for one, other in ((1, 2), (2, 3)):
        assert timeline.placements[one].end == timeline.placements[other].start
        assert (timeline.placements[one].fade_out, timeline.placements[other].fade_in) == (0, 0)


@pytest.mark.parametrize(
    ("runs_on", "expected"),
    [
        ([], ()),
        ([True], ((0,),)),
        ([False, False], ((0,), (1,))),
        ([True, True, False, True], ((0, 1, 2), (3,))),
    ],
)
def test_recordings(runs_on: Sequence[bool], expected: tuple[tuple[int, ...], ...]) -> None:
    assert recordings(runs_on) == expected


@pytest.mark.parametrize("place", [FLOAT, replace(FLOAT, sector_frames=588, rate_hz=44_100)], ids=["float", "sectors"])
def test_the_last_of_an_album_may_say_that_it_runs_on(place: DeliverySpec, tmp_path: Path) -> None:
    whole, parts = concert()
    made = deliver(album(*(track(part, runs_on=True) for part in parts)), parts, place, tmp_path / "three")
    one = deliver(album(track(whole)), [whole], place, tmp_path / "one")
    assert null_db(programme(made, tmp_path / "three"), programme(one, tmp_path / "one")) < NULL_DB
