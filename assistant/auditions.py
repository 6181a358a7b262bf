"""Every join of an album as a short file, to hear whether the songs follow each other well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.measuring import Progress, Silent
from assistant.outputs import publish
from assistant.plan_file import PlanFile
from assistant.session import Rendered, prepared
from mastering.audition import audition
from mastering.delivery_specs import DeliverySpec
from mastering.files import safe_name

FOLDER = "joins"
_STAGE = "Joining"


@dataclass(frozen=True, kw_only=True, slots=True)
class Audition:
    """One join: its file, the titles on either side, its length in seconds, and why it is as it is."""

    path: Path
    one: str
    other: str
    length_s: float
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Auditions:
    """All joins, in order, and the mixes that were left out, each with the reason."""

    joins: tuple[Audition, ...]
    left_out: Mapping[str, str]


def audition_joins(
    file: PlanFile, plan_folder: Path, delivery: DeliverySpec, out: Path, progress: Progress | None = None
) -> Auditions:
    """Render each join of a plan into a folder of `out`, as loud as in a delivery.

    Raises:
        MastertapeError: nothing could be rendered.
    """
    rendered, told = Rendered(), progress or Silent()
    former = [path.name for path in (out / FOLDER).glob("*.wav")]
    with prepared(file, plan_folder, [delivery], out, rendered, progress) as (renderer, work, pool):
        job = renderer.solved(delivery, work)
        folder = work / FOLDER
        folder.mkdir()
        tracks = job.album.tracks
        whys = {track.file: "; ".join(filter(None, (track.why.join, track.why.gap))) for track in file.plan.track}

        def one(number: int) -> Audition:
            name = f"{number + 1:02d}-{number + 2:02d} {tracks[number].title} to {tracks[number + 1].title}"
            path = folder / f"{safe_name(name)}.wav"
            told.begin(_STAGE, name, 1)
            length_s = audition(job, number, path)
            told.advance(_STAGE, name, 1)
            return Audition(
                path=out / FOLDER / path.name,
                one=tracks[number].title,
                other=tracks[number + 1].title,
                length_s=length_s,
                why=whys[tracks[number].source],
            )

        made = tuple(pool.map(one, range(len(tracks) - 1)))
        publish(folder, out / FOLDER, former)
    return Auditions(joins=made, left_out=rendered.left_out)
