"""A delivery whose own files are encoded: each is made from the rendered one, decoded again, and that is judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from analysis.audio import BLOCK_FRAMES, Audio
from analysis.errors import OutputError
from analysis.load import open_audio
from analysis.loudness import integrated_lufs
from analysis.units import Floats
from mastering.codec_audit import Heard, change_lu, hear
from mastering.codecs import decoded, encode, encode_alac
from mastering.delivery import DeliveredProgramme, DeliveredSingle, DeliveredTrack, Delivery

if TYPE_CHECKING:
    from mastering.render import RenderedTracks

_Any = DeliveredTrack | DeliveredSingle | DeliveredProgramme
_File = TypeVar("_File", DeliveredTrack, DeliveredSingle, DeliveredProgramme)
PROMISED_LU = 0.1
"""How near a programme comes to its loudness target."""


def as_asked(job: RenderedTracks, made: Delivery, pool: Executor) -> Delivery:
    """The delivery with its files in the container that was asked for; those that were rendered for it are gone.

    Raises:
        OutputError: a file cannot be written or read back.
    """
    if job.asked.container is job.delivery.container:
        return made
    files: list[_Any] = [*made.programmes, *made.tracks, *made.singles]  # the longest first
    found = pool.map(lambda file: _encoded(job, file), files)
    heard = {file.file: one for file, one in zip(files, found, strict=True)}
    programmes = tuple(_measured(job, file, heard[file.file]) for file in made.programmes)
    tracks = tuple(_measured(job, file, heard[file.file]) for file in made.tracks)
    singles = tuple(_measured(job, file, heard[file.file]) for file in made.singles)
    energies = np.concatenate([heard[file.file].hop_energies for file in made.programmes])
    one = programmes[0].loudness_lufs if len(programmes) == 1 else integrated_lufs(energies, made.rate_hz)
    over = [*(_over(job, file) for file in programmes), *(_over(job, file) for file in singles)]
    too_high = [text for texts in over for text in texts]
    tracks = tuple(replace(file, findings=(*file.findings, *_over(job, file))) for file in tracks)
    return replace(
        made,
        loudness_lufs=one,
        true_peak_dbtp=max(file.true_peak_dbtp for file in programmes),
        passed=made.passed and not too_high and not any(track.findings for track in tracks),
        findings=(*made.findings, *_changes(job, made.programmes, programmes), *too_high),
        programmes=programmes,
        tracks=tracks,
        singles=singles,
    )


def _encoded(job: RenderedTracks, file: _Any) -> Heard:
    """Encode one file, measure what it plays, and take away what it was made of."""
    source = job.paths[0].parent / file.file
    target, spec = source.with_suffix(job.asked.container.suffix), job.asked.lossy
    audio = open_audio(source).audio
    if spec is None:
        encode_alac(audio, job.asked.encoding.bits or 24, target)
        _see_same(audio, decoded(target, file.frames), target)
    elif not target.exists():  # the audit has left some
        encode(audio, file.frames, spec, target)
    heard = hear(decoded(target, file.frames))
    source.unlink()
    return heard


def _see_same(audio: Audio, found: Audio, path: Path) -> None:
    """See that a file without loss has lost nothing.

    Raises:
        OutputError: it has.
    """
    for one, other in zip(_even(audio), _even(found), strict=True):
        if not np.array_equal(one, other):
            raise OutputError(f"{path.name} does not read back as it was written: run again, and see to the disk.")


def _even(audio: Audio) -> Iterator[Floats]:
    """The stream in blocks of one length, whatever its own."""
    rest = np.zeros((0, audio.channels))
    for block in audio.blocks():
        rest = np.concatenate([rest, block])
        while len(rest) >= BLOCK_FRAMES:
            yield rest[:BLOCK_FRAMES]
            rest = rest[BLOCK_FRAMES:]
    yield rest


def _measured(job: RenderedTracks, file: _File, heard: Heard) -> _File:
    return replace(
        file,
        file=str(PurePosixPath(file.file).with_suffix(job.asked.container.suffix)),
        loudness_lufs=heard.loudness.integrated_lufs,
        true_peak_dbtp=heard.true_peak_dbtp,
        loudness=heard.loudness,
    )


def _over(job: RenderedTracks, file: _Any) -> list[str]:
    """A sentence where what a file plays passes the ceiling."""
    ceiling_dbtp = job.asked.ceiling_dbtp
    if ceiling_dbtp is None or file.true_peak_dbtp <= ceiling_dbtp:
        return []
    return [f"{file.file} plays back at {file.true_peak_dbtp:.2f} dBTP, over the ceiling of {ceiling_dbtp:g} dBTP"]


def _changes(
    job: RenderedTracks, before: Sequence[DeliveredProgramme], after: Sequence[DeliveredProgramme]
) -> list[str]:
    """A sentence where a codec makes a programme louder or softer than was promised."""
    found = []
    for one, other in zip(before, after, strict=True):
        by_lu = change_lu(one.loudness_lufs, other.loudness_lufs)
        if job.asked.lossy and by_lu is not None and abs(by_lu) > PROMISED_LU:
            found.append(f"{job.asked.lossy.label} changes the loudness of {other.file} by {by_lu:+.1f} LU")
    return found
