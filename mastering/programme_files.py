"""The continuous files of a delivery: the album, or each side or disc of it, joined from its tracks and read back."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile

from analysis.audio import BLOCK_FRAMES
from analysis.loudness import integrated_lufs
from mastering.assembly import PROGRAMME_CHANNELS
from mastering.delivery import DeliveredProgramme
from mastering.delivery_specs import DeliverySpec
from mastering.files import AudioFile, raw_dtype, safe_name
from mastering.verify import read_back

if TYPE_CHECKING:
    from mastering.render import RenderedTracks


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenProgrammes:
    """The programmes, and their loudness and true peak all together, as read back."""

    files: tuple[DeliveredProgramme, ...]
    loudness_lufs: float | None
    true_peak_dbtp: float


def write_programmes(job: RenderedTracks, pool: Executor) -> WrittenProgrammes:
    """Join the tracks of each programme, one programme after the other, and read them back.

    Raises:
        OutputError: a programme cannot be written or read back.
    """
    delivery, timeline = job.delivery, job.timeline
    files, energies = [], []
    for number, programme in enumerate(timeline.programmes):
        path, frames = programme_path(job, number), programme.end - programme.start
        _join([job.paths[track] for track in programme.tracks], path, delivery, timeline.rate_hz, frames)
        found = read_back(path, frames, pool)
        energies.append(found.hop_energies)
        files.append(
            DeliveredProgramme(
                file=path.name,
                frames=found.frames,
                title=programme_title(job, number),
                tracks=programme.tracks,
                loudness_lufs=found.loudness_lufs,
                true_peak_dbtp=found.true_peak_dbtp,
                loudness=found.loudness,
            )
        )
    one = files[0].loudness_lufs if len(files) == 1 else integrated_lufs(np.concatenate(energies), timeline.rate_hz)
    return WrittenProgrammes(
        files=tuple(files), loudness_lufs=one, true_peak_dbtp=max(file.true_peak_dbtp for file in files)
    )


def programme_title(job: RenderedTracks, number: int) -> str:
    """What a programme is called: as the album if it is all of it."""
    count = len(job.timeline.programmes)
    return job.delivery.part.named(number, count) if count > 1 else job.album.title


def programme_path(job: RenderedTracks, number: int) -> Path:
    """File of a programme."""
    suffix = job.delivery.part.suffix(number) if len(job.timeline.programmes) > 1 else "album"
    return job.paths[0].with_name(f"{safe_name(job.album.title)} ({suffix}){job.delivery.container.suffix}")


def _join(paths: Sequence[Path], path: Path, delivery: DeliverySpec, rate_hz: int, frames: int) -> None:
    raw = raw_dtype(delivery.encoding)
    with AudioFile(
        path, delivery.container, delivery.encoding, rate_hz=rate_hz, channels=PROGRAMME_CHANNELS, frames=frames
    ) as out:
        for part in paths:
            with soundfile.SoundFile(str(part)) as file:
                while len(block := file.read(BLOCK_FRAMES, dtype=raw.name, always_2d=True)):
                    out.write(block)
