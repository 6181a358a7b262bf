"""Songs of some records, drawn by a seed, and the loudest stretch of each: where limiters have most to do."""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

SUFFIXES = {".ogg", ".opus", ".flac", ".wav", ".mp3"}
_STEP_S = 0.5

Samples = NDArray[np.float64]


def asked(about: str | None, *, songs: int, seconds: float) -> argparse.Namespace:
    """What a benchmark on drawn songs is asked for, with its own numbers where nothing is said."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--songs", type=int, default=songs)
    parser.add_argument("--seconds", type=float, default=seconds)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1)
    return parser.parse_args()


def drawn(folders: Sequence[Path], count: int, seed: int, seconds: float) -> list[Path]:
    """Songs in stereo of three times `seconds` or more, in turn of each folder; fewer where there are no more."""
    rng = random.Random(seed)  # noqa: S311  (a draw, not a secret)
    left = [rng.sample(found, len(found)) for folder in folders if (found := _long(folder, 3 * seconds))]
    songs: list[Path] = []
    while left and len(songs) < count:
        songs += [record.pop() for record in left][: count - len(songs)]
        left = [record for record in left if record]
    return songs


def _long(folder: Path, seconds: float) -> list[Path]:
    """Songs of a folder that are long enough, in order of their names."""
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    return [path for path in found if (info := soundfile.info(str(path))).duration >= seconds and info.channels == 2]


def loudest(path: Path, seconds: float) -> tuple[Samples, int]:
    """The stretch `(frames, 2)` of most energy and its sample rate."""
    samples, rate_hz = soundfile.read(str(path), always_2d=True)
    length, step = round(seconds * rate_hz), round(_STEP_S * rate_hz)
    total = np.concatenate([[0.0], np.cumsum((samples**2).sum(axis=1))])
    starts = np.arange(0, max(1, len(samples) - length), step)
    first = int(starts[np.argmax(total[np.minimum(starts + length, len(samples))] - total[starts])])
    return np.ascontiguousarray(samples[first : first + length]), int(rate_hz)
