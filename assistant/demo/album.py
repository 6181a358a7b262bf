"""The demo album as it arrives for mastering: six songs, mixed by three engineers who hear differently."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import soundfile
from scipy import signal

from analysis.errors import OutputError
from analysis.units import Floats, db_to_amplitude
from assistant.demo.mixdown import render_song
from assistant.demo.score import Song
from assistant.demo.songs import ALBUM, REFERENCES
from assistant.demo.synth import RATE_HZ
from mastering.eq import design
from mastering.specs import EqBand, EqShape


@dataclass(frozen=True, kw_only=True, slots=True)
class Engineer:
    """What one mix engineer's room and habits do to every song.

    Attributes:
        name: also the folder of the mixes.
        songs: the numbers of the album's songs mixed here, from 1.
        eq: the colour, as bands that were added to the songs.
        width: gain of the side signal, linear.
        level_db: level of the mixes, dB.
        dc_offset: what a faulty converter added, full scale 1.0, by song number.
    """

    name: str
    songs: tuple[int, ...]
    eq: tuple[EqBand, ...]
    width: float
    level_db: float
    dc_offset: Mapping[int, float] = field(default_factory=dict)


ENGINEERS = (
    Engineer(  # a bright room and small speakers far from the wall: thick and dull on any others
        name="Avery",
        songs=(1, 4),
        eq=(
            EqBand(shape=EqShape.LOW_SHELF, freq_hz=160.0, gain_db=4.0, q=0.6),
            EqBand(shape=EqShape.HIGH_SHELF, freq_hz=3_500.0, gain_db=-4.5, q=0.6),
        ),
        width=0.8,
        level_db=-4.0,
    ),
    Engineer(  # a boomy room and tired ears: thin, forward and wide
        name="Brook",
        songs=(2, 5),
        eq=(
            EqBand(shape=EqShape.LOW_SHELF, freq_hz=200.0, gain_db=-4.0, q=0.6),
            EqBand(shape=EqShape.BELL, freq_hz=3_200.0, gain_db=3.5, q=0.6),
            EqBand(shape=EqShape.HIGH_SHELF, freq_hz=9_000.0, gain_db=3.0, q=0.7),
        ),
        width=1.25,
        level_db=-7.0,
        dc_offset={5: 0.01},
    ),
    Engineer(  # mixed on full-range headphones that lack mids: boxy, and hot
        name="Casey",
        songs=(3, 6),
        eq=(
            EqBand(shape=EqShape.LOW_SHELF, freq_hz=75.0, gain_db=-3.5, q=0.7),
            EqBand(shape=EqShape.BELL, freq_hz=500.0, gain_db=4.5, q=0.5),
            EqBand(shape=EqShape.HIGH_SHELF, freq_hz=9_000.0, gain_db=-3.0, q=0.6),
        ),
        width=1.1,
        level_db=0.0,
    ),
)
"""The three engineers of the demo album; each song has one."""


@dataclass(frozen=True, kw_only=True)
class DemoAlbum:
    """Where a demo album was written.

    Attributes:
        mixes: folder of the mixes, a subfolder for each engineer.
        references: the songs of the reference record.
        truth: folder of the same songs before any engineer touched them, under the mixes' names.
        engineers: file names of the mixes by engineer.
    """

    mixes: Path
    references: tuple[Path, ...]
    truth: Path
    engineers: Mapping[str, tuple[str, ...]]


def file_name(number: int, song: Song) -> str:
    """The name of a song's file, its number on the record first."""
    return f"{number:02d} {song.title}.wav"


def mixed_by(engineer: Engineer, number: int, song: Floats) -> Floats:
    """A song as it leaves one engineer.

    Args:
        engineer: who mixes.
        number: the song's number on the album.
        song: the song as composed, `(frames, 2)` at `RATE_HZ`.

    Returns:
        `(frames, 2)`, full scale 1.0.
    """
    sections = np.array([design(band, RATE_HZ) for band in engineer.eq])
    level = db_to_amplitude(engineer.level_db)
    mid = signal.sosfilt(sections, 0.5 * level * (song[:, 0] + song[:, 1]))
    side = signal.sosfilt(sections, 0.5 * level * engineer.width * (song[:, 0] - song[:, 1]))
    return np.stack([mid + side, mid - side], axis=1) + engineer.dc_offset.get(number, 0.0)


def _write(path: Path, sound: Floats) -> None:
    """Write a 24-bit file beside its name and rename it."""
    beside = path.with_name(path.name + ".part")
    steps = sound * 2.0**23
    np.clip(np.rint(steps, out=steps), -(2.0**23), 2.0**23 - 1.0, out=steps)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(beside, steps.astype(np.int32) << 8, RATE_HZ, format="WAV", subtype="PCM_24")
        beside.replace(path)
    except (OSError, soundfile.LibsndfileError) as error:
        raise OutputError(
            f"The demo song {path} cannot be written ({error}): choose a folder with 250 MB of room."
        ) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def _write_reference(folder: Path, number: int) -> Path:
    song = REFERENCES[number - 1]
    path = folder / file_name(number, song)
    _write(path, render_song(song))
    return path


def _write_mix(truth: Path, mixes: Path, number: int) -> None:
    song = ALBUM[number - 1]
    composed = render_song(song)
    _write(truth / file_name(number, song), composed)
    engineer = next(engineer for engineer in ENGINEERS if number in engineer.songs)
    _write(mixes / engineer.name / file_name(number, song), mixed_by(engineer, number, composed))


def write_demo(folder: Path) -> DemoAlbum:
    """Play, mix and write the demo album; the same bytes each time.

    Args:
        folder: where `mixes`, `references` and `truth` are made.

    Returns:
        What lies where.

    Raises:
        OutputError: a file cannot be written.
    """
    mixes, truth = folder / "mixes", folder / "truth"
    with ThreadPoolExecutor(max_workers=min(3, os.cpu_count() or 1)) as pool:
        mixing = pool.map(partial(_write_mix, truth, mixes), range(1, len(ALBUM) + 1))
        playing = pool.map(partial(_write_reference, folder / "references"), range(1, len(REFERENCES) + 1))
        list(mixing)
        references = tuple(playing)
    engineers = {
        engineer.name: tuple(file_name(number, ALBUM[number - 1]) for number in engineer.songs)
        for engineer in ENGINEERS
    }
    return DemoAlbum(mixes=mixes, references=references, truth=truth, engineers=engineers)
