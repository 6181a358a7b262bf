"""How many seconds of audio each limiter does in a second of processor time, kernels warm."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from analysis.audio import Audio
from benchmarks.limiter_peers import OURS, Limit, Samples, by_ours
from mastering.envelope import Envelope, measure_envelope
from mastering.loudness_solver import limited, solve, whole_programme

RATE_HZ = 44_100
CEILING_DBTP = -1.0
_STRETCH_S = 180.0  # a song
_RUNS = 5


def table(limiters: Mapping[str, Limit], songs: Sequence[Samples], gain_lu: float) -> None:
    """Print it: songs of 3 minutes made of the given ones, as much louder as ours makes them."""
    stretches = _stretches(songs)
    seconds = sum(len(one) for one in stretches) / RATE_HZ
    envelopes = [_envelope(one) for one in stretches]
    drives_db = [_drive_db(envelope, gain_lu) for envelope in envelopes]
    print(
        f"\nseconds of audio a second of processor time, {RATE_HZ / 1000:g} kHz stereo: {len(stretches)} stretches, "
        f"{seconds / 60:.0f} min, +{gain_lu:g} LU (best of {_RUNS} runs, machine's load {os.getloadavg()[0]:.1f})"
    )
    driven = [one * 10 ** (drive_db / 20) for one, drive_db in zip(stretches, drives_db, strict=True)]
    parts: dict[str, Callable[[], object]] = {
        "envelope": lambda: [_envelope(one) for one in stretches],
        "solver": lambda: [_drive_db(envelope, gain_lu) for envelope in envelopes],
        "limiter": lambda: [by_ours(one, CEILING_DBTP, RATE_HZ) for one in driven],
    }
    took = {name: _cpu_s(run) for name, run in parts.items()}
    took = {f"{OURS}, all three": sum(took.values())} | {f"{OURS}, {name}": cpu_s for name, cpu_s in took.items()}
    for name, limit in limiters.items():
        if name != OURS:
            took[name] = _cpu_s(lambda limit=limit: [limit(one, CEILING_DBTP, RATE_HZ) for one in driven])
    for name, cpu_s in took.items():
        print(f"{name:24}{seconds / cpu_s:8.0f}")


def _stretches(songs: Sequence[Samples]) -> list[Samples]:
    """The songs end to end, cut where 3 minutes are full."""
    made: list[list[Samples]] = [[]]
    for song in songs:
        made[-1].append(song)
        if sum(map(len, made[-1])) >= _STRETCH_S * RATE_HZ:
            made.append([])
    return [np.concatenate(parts) for parts in made if parts]


def _envelope(samples: Samples) -> Envelope:
    return measure_envelope(Audio.from_array(samples, RATE_HZ), 0)


def _drive_db(envelope: Envelope, gain_lu: float) -> float:
    loudness = whole_programme(RATE_HZ)
    own_lufs = loudness(limited([envelope], 0.0, None)[0])
    assert own_lufs is not None  # noqa: S101  (songs sound)
    return solve([envelope], own_lufs + gain_lu, CEILING_DBTP, loudness).gain_db


def _cpu_s(run: Callable[[], object]) -> float:
    """The least of some runs, of this process and of those that it starts."""
    run()
    taken = []
    for _ in range(_RUNS):
        start = _used_s()
        run()
        taken.append(_used_s() - start)
    return min(taken)


def _used_s() -> float:
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, whose))
