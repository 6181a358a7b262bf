"""How fast and in how much memory an album is mastered, beside matchering on the same songs.

    python benchmarks/album_speed.py FOLDER-OF-SONGS [--songs 10] [--long-minutes 30] [--no-matchering]

Takes the first songs of a minute or more. Each run is a process of its own with an empty analysis cache: its wall
time, processor time and peak memory are the system's. The long run takes the same songs, each repeated to the length.
Compiled kernels are warmed once beforehand.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from analysis.load import SUFFIXES

_SHORTEST_S = 60.0
_MATCHERING = """
import sys, matchering
target, reference, out = sys.argv[1:]
matchering.process(target=target, reference=reference, results=[matchering.pcm24(out)])
"""


@dataclass(frozen=True)
class Run:
    """One process, or several in a row."""

    wall_s: float
    cpu_s: float
    peak_mb: float

    def __add__(self, other: Run) -> Run:
        """One after the other."""
        return Run(self.wall_s + other.wall_s, self.cpu_s + other.cpu_s, max(self.peak_mb, other.peak_mb))


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("music", type=Path)
    parser.add_argument("--songs", type=int, default=10)
    parser.add_argument("--long-minutes", type=float, default=30.0, help="0 leaves the long run out")
    parser.add_argument("--no-matchering", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mastertape-speed-") as name:
        work = Path(name)
        songs = chosen(args.music, args.songs)
        mixes = work / "mixes"
        mixes.mkdir()
        for number, song in enumerate(songs, 1):
            shutil.copy(song, mixes / f"{number:02d} {song.name}")
        mastered(mixes, work)  # warms the kernels
        seconds = sum(soundfile.info(str(song)).duration for song in songs)
        head = f"{'':44}{'audio min':>10}{'wall s':>9}{'cpu s':>9}{'x real time':>12}{'peak MB':>9}"
        print(head)
        show(f"{len(songs)} songs, streaming and CD", seconds, mastered(mixes, work))
        if args.long_minutes:
            long = work / "long"
            long.mkdir()
            lengthened(mixes, long, args.long_minutes * 60)
            show(
                f"the same, {args.long_minutes:g} minutes each",
                len(songs) * args.long_minutes * 60,
                mastered(long, work),
            )
            shutil.rmtree(long)
        if not args.no_matchering:
            runs = [matched(song, songs[0], work) for song in songs[1:]]
            total = runs[0]
            for run in runs[1:]:
                total += run
            show(
                "matchering, songs 2 on to the first, one each", seconds - soundfile.info(str(songs[0])).duration, total
            )


def chosen(folder: Path, count: int) -> list[Path]:
    """The first songs of a folder that are long enough."""
    found = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in SUFFIXES]
    long = [path for path in found if soundfile.info(str(path)).duration >= _SHORTEST_S]
    if len(long) < count:
        sys.exit(f"{folder}: {len(long)} songs of {_SHORTEST_S:g} s or more, {count} needed")
    return long[:count]


def lengthened(mixes: Path, folder: Path, seconds: float) -> None:
    """Each song repeated to a length, as 16-bit WAV."""
    for song in sorted(mixes.iterdir()):
        samples, rate_hz = soundfile.read(str(song), dtype="int16", always_2d=True)
        left = round(seconds * rate_hz)
        with soundfile.SoundFile(str(folder / f"{song.stem}.wav"), "w", rate_hz, samples.shape[1], "PCM_16") as out:
            while left > 0:
                part = np.ascontiguousarray(samples[:left])
                out.write(part)
                left -= len(part)


def mastered(mixes: Path, work: Path) -> Run:
    """The product, from mixes to two deliveries."""
    out = work / "out"
    shutil.rmtree(out, ignore_errors=True)
    command = Path(sys.executable).with_name("mastertape")
    cache = tempfile.mkdtemp(dir=work)
    run = measured([str(command), "master", str(mixes), "--for", "streaming", "--for", "cd", "--out", str(out)], cache)
    shutil.rmtree(out, ignore_errors=True)
    return run


def matched(song: Path, reference: Path, work: Path) -> Run:
    """Matchering on one song."""
    target = work / "matched.wav"
    return measured(
        [sys.executable, "-W", "ignore", "-c", _MATCHERING, str(song), str(reference), str(target)], str(work)
    )


def measured(words: list[str], cache: str) -> Run:
    """Run a command to its end and say what it took."""
    started = time.perf_counter()
    process = os.posix_spawn(
        words[0],
        words,
        {**os.environ, "XDG_CACHE_HOME": cache},
        file_actions=[(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)],
    )
    _, status, usage = os.wait4(process, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"{' '.join(words[:2])} failed")
    return Run(time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def show(what: str, seconds: float, run: Run) -> None:
    """One row."""
    print(
        f"{what:44}{seconds / 60:10.1f}{run.wall_s:9.1f}{run.cpu_s:9.1f}{seconds / run.wall_s:12.1f}{run.peak_mb:9.0f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
