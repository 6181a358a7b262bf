"""Every recording of an album through its chain: songs that run on into each other are one stream of one chain."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

import numpy as np

from analysis.audio import BLOCK_FRAMES, Audio
from analysis.load import open_audio
from analysis.units import Floats
from assistant.measuring import Progress
from mastering.harm import Harm
from mastering.harm_tracks import Beside
from mastering.matchering_stage import through_chain
from mastering.specs import AlbumSpec, TrackSpec
from mastering.spool import Spool
from mastering.timeline import recordings

Through = Callable[[Sequence[TrackSpec]], AbstractContextManager[Audio]]
"""Gives the audio of a recording, the tracks of which it is told, after the chain of the first: all have the same."""


def through_chains(mixes: Path, work: Path) -> Through:
    """What gives a recording's audio after its chain, from a folder of mixes."""

    def through(run: Sequence[TrackSpec]) -> AbstractContextManager[Audio]:
        return through_chain(joined([open_audio(mixes / track.source).audio for track in run]), run[0], work)

    return through


def joined(parts: Sequence[Audio]) -> Audio:
    """Streams of one rate and channel count, at least one, as one; in the blocks in which their joined file comes."""
    if len(parts) == 1:
        return parts[0]

    def blocks() -> Iterator[Floats]:
        waiting: list[Floats] = []
        count = 0
        for part in parts:
            for block in part.blocks():
                waiting.append(block)
                count += len(block)
                while count >= BLOCK_FRAMES:
                    whole = np.concatenate(waiting)
                    yield whole[:BLOCK_FRAMES]
                    waiting, count = [whole[BLOCK_FRAMES:]], count - BLOCK_FRAMES
        if count:
            yield np.concatenate(waiting)

    return Audio(rate_hz=parts[0].rate_hz, channels=parts[0].channels, blocks=blocks)


def album_recordings(album: AlbumSpec) -> tuple[tuple[int, ...], ...]:
    """Numbers of the tracks of each recording."""
    return recordings([track.runs_on for track in album.tracks])


def spool_bytes(album: AlbumSpec) -> int:
    """What all of them will take on disk."""
    runs = [[album.tracks[number] for number in run] for run in album_recordings(album)]
    return sum(Spool.size_bytes(sum(t.frames for t in run), run[0].channels, double=_double(run)) for run in runs)


def _double(run: Sequence[TrackSpec]) -> bool:
    """Whether the spool of a recording must be of float64."""
    return any(track.precise for track in run)


def spool_all(
    album: AlbumSpec, through: Through, work: Path, pool: Executor, progress: Progress
) -> tuple[list[Spool], list[Harm | None]]:
    """Run every recording's chain, in parallel, into temporary files; what its stages that are not linear did, if any.

    Gives a spool and a figure of harm for each track. Where tracks run on, the spool of each begins at its first frame
    and goes on through those after it, and the harm is that of their recording.
    """

    def one(numbers: tuple[int, ...]) -> list[tuple[Spool, Harm | None]]:
        run = [album.tracks[number] for number in numbers]
        first, item = run[0], _item(numbers, run)
        progress.begin("Mastering", item, sum(track.frames for track in run))
        spool = Spool(work / f"{numbers[0]}.raw", first.rate_hz, first.channels, double=_double(run))
        with ExitStack() as stack:
            audio, beside = stack.enter_context(through(run)), None
            if first.chain.nonlinear:
                linear = replace(first, chain=first.chain.linear)
                beside = Beside(stack.enter_context(through([linear, *run[1:]])))
            for block in spool.fill(audio):
                if beside:
                    beside.update(block)
                progress.advance("Mastering", item, len(block))
        harm = beside.result() if beside else None
        edges = accumulate((track.frames for track in run[:-1]), initial=0)
        return [(spool.since(edge), harm) for edge in edges]

    made = [both for run in pool.map(one, album_recordings(album)) for both in run]
    return [spool for spool, _ in made], [harm for _, harm in made]


def _item(numbers: Sequence[int], run: Sequence[TrackSpec]) -> str:
    """What the progress of a recording is told by: songs may share a title."""
    until = f" to {run[-1].title}" if len(run) > 1 else ""
    return f"{numbers[0] + 1} {run[0].title}{until}"
