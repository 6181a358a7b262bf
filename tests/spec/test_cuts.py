"""Files cut from the album: laid end to end they are it, whatever they are made for and wherever the gaps belong."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile

from analysis.units import Floats
from mastering.delivery import Delivery
from mastering.delivery_specs import Container, DeliverySpec, Encoding, GapPlace
from mastering.finish import finish
from mastering.render import AlbumRenderer
from mastering.specs import AlbumSpec
from mastering.timeline import lay_out
from tests.albums import album, deliver, delivery, music, spooled, track

RATE_HZ = 44_100
SECTOR_FRAMES = 588
FORMATS = [
    (Container.WAV, Encoding.PCM_16),
    (Container.WAV, Encoding.PCM_24),
    (Container.WAV, Encoding.FLOAT_32),
    (Container.FLAC, Encoding.PCM_16),
    (Container.FLAC, Encoding.PCM_24),
]


def five_songs() -> tuple[AlbumSpec, list[Floats]]:
    """A gap, a crossfade, a song that runs on, a decay under the next, another rate: every way to follow."""
    rng = np.random.default_rng(3)
    songs = [0.5 * music(1.7, RATE_HZ, rng) for _ in range(3)] + [0.5 * music(1.6, RATE_HZ, rng)[:, :1]]
    songs.append(0.5 * music(1.3, 48_000, rng))
    specs = (
        track(songs[0], gap_s=0.4321),
        track(songs[1], crossfade_s=0.5),
        track(songs[2], felt_end_s=1.4, gap_s=0.1, fade_out_s=0.3),
        track(songs[3], gap_s=0.25),
        track(songs[4], 48_000, fade_out_s=0.02),
    )
    whole = 0.5 * music(2.5, RATE_HZ, rng)
    run = (track(whole[:50_001], runs_on=True), track(whole[50_001:], gap_s=0.7))
    return album(*run, *specs), [whole[:50_001], whole[50_001:], *songs]


@pytest.fixture(scope="module")
def renderer(tmp_path_factory: pytest.TempPathFactory) -> AlbumRenderer:
    wanted, songs = five_songs()
    return AlbumRenderer(wanted, spooled(wanted, songs, tmp_path_factory.mktemp("spools")), ThreadPoolExecutor(2))


def made(renderer: AlbumRenderer, place: DeliverySpec, folder: Path) -> Delivery:
    folder.mkdir()
    with ThreadPoolExecutor(2) as pool:
        return finish(renderer.render(place, folder, lambda _number, _frames: None), pool)


def raw(path: Path) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Samples as they are stored: float64 holds 32 bits of either kind."""
    return np.asarray(soundfile.read(path, dtype="float64", always_2d=True)[0])


@pytest.mark.parametrize("gap", list(GapPlace))
@pytest.mark.parametrize(("rate_hz", "sector_frames"), [(None, 1), (44_100, SECTOR_FRAMES), (48_000, 1), (96_000, 1)])
def test_tracks_laid_end_to_end_are_the_programme(
    rate_hz: int | None, sector_frames: int, gap: GapPlace, renderer: AlbumRenderer, tmp_path: Path
) -> None:
    for number, (container, encoding) in enumerate(FORMATS):
        place = delivery(rate_hz=rate_hz, gap=gap, sector_frames=sector_frames, container=container, encoding=encoding)
        folder = tmp_path / str(number)
        found = made(renderer, place, folder)
        programme, parts = raw(folder / found.programmes[0].file), [raw(folder / one.file) for one in found.tracks]
        assert np.array_equal(np.concatenate(parts), programme)
        assert np.cumsum([0, *map(len, parts)]).tolist() == [*(t.start_frame for t in found.tracks), len(programme)]
        assert all(len(part) % sector_frames == 0 for part in parts)
        assert found.passed
        if gap is GapPlace.AFTER_SONG:
            silent = [part[len(part) - one.gap_frames :] for one, part in zip(found.tracks, parts, strict=True)]
        else:
            silent = [part[: one.gap_frames] for one, part in zip(found.tracks, parts, strict=True)]
        assert not any(part.any() for part in silent)
        assert [one.gap_frames > found.rate_hz // 5 for one in found.tracks].count(True) == 3, "as many as were asked"


def test_where_gaps_belong_moves_cuts_and_no_sound(renderer: AlbumRenderer, tmp_path: Path) -> None:
    folders = {gap: tmp_path / gap for gap in GapPlace}
    place = delivery(encoding=Encoding.FLOAT_32)
    found = {gap: made(renderer, replace(place, gap=gap), folder) for gap, folder in folders.items()}
    after, before = (raw(folders[gap] / one.programmes[0].file) for gap, one in found.items())
    assert np.abs(after - before).max() < 1e-3, "but for the gain, which is corrected by what each file measures"
    gaps = {gap: [one.gap_frames for one in made.tracks] for gap, made in found.items()}
    assert gaps[GapPlace.AFTER_SONG][:-1] == gaps[GapPlace.BEFORE_SONG][1:]
    for one, other in zip(found[GapPlace.AFTER_SONG].tracks[1:], found[GapPlace.BEFORE_SONG].tracks[1:], strict=True):
        assert other.start_frame == one.start_frame - other.gap_frames
        assert one.index == {1: one.start_frame}
        assert other.index.get(0, other.start_frame) == other.start_frame
        assert other.index[1] == one.start_frame
        assert (0 in other.index) == (other.gap_frames > 0)


@pytest.mark.parametrize("gap", list(GapPlace))
def test_sectors_move_cuts_and_no_sound(gap: GapPlace, tmp_path: Path) -> None:
    wanted, songs = five_songs()
    place = delivery(encoding=Encoding.FLOAT_32, gap=gap, anchor="album")
    plain = deliver(replace(wanted, as_is=True), songs, place, tmp_path / "plain")
    disc = deliver(replace(wanted, as_is=True), songs, replace(place, sector_frames=SECTOR_FRAMES), tmp_path / "disc")
    without, within = (
        raw(tmp_path / "plain" / plain.programmes[0].file),
        raw(tmp_path / "disc" / disc.programmes[0].file),
    )
    assert np.array_equal(within[: len(without)], without)
    assert not within[len(without) :].any()
    assert len(within) - len(without) < SECTOR_FRAMES
    for one, other in zip(plain.tracks, disc.tracks, strict=True):
        assert other.start_frame % SECTOR_FRAMES == 0
        assert abs(one.start_frame - other.start_frame) < SECTOR_FRAMES
        assert other.index[1] % SECTOR_FRAMES == 0
        assert 0 <= one.index[1] - other.index[1] < SECTOR_FRAMES, "never after the sound"


def test_a_gap_before_a_song_begins_where_the_song_before_it_ends() -> None:
    wanted, _ = five_songs()
    after, before = (lay_out(wanted, RATE_HZ, 1, gap) for gap in GapPlace)
    assert [placed.start for placed in before.placements] == [placed.start for placed in after.placements]
    assert before.units == after.units
    for one, other in pairwise(before.placements):
        assert other.mark == min(other.start, one.end)
