"""How near `--match full` and matchering bring a song to another one: tone of mid and side, loudness, peaks, time.

    python -m benchmarks.match_full FOLDER FOLDER... [--pairs 20] [--seed 1] [--seconds 70]

Each folder is a record. Pairs are drawn by the seed, in turn of one record and of two: a mix and the reference that
it is to sound like, an excerpt of each. Matchering runs as it comes, with its own limiter, to 16 bits; ours as
`mastertape master MIX --reference REFERENCE --match full --for cd`. The meters here are the benchmark's own, not the
product's. A residual is the difference to the reference in the 28 thirds of an octave from 31.25 Hz to 16 kHz, its
mean taken out, RMS; `reach` counts only the bands that 12 dB of EQ can bring there.
"""

from __future__ import annotations

import argparse
import itertools
import random
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import matchering
import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from assistant.deliveries import load_delivery
from assistant.mixes import gather
from assistant.session import make_plan, render_plan
from assistant.wishes import Wishes
from benchmarks.meters import integrated_lufs, spectrum_db, true_peak_dbtp

RATE_HZ = 44_100
REACH_DB = 12.0
CEILING_DBTP = -0.3
SUFFIXES = {".ogg", ".opus", ".flac", ".wav", ".mp3"}
MOST_MID_DB, MOST_SIDE_DB, MOST_LU, LEAST_WINS = 2.0, 2.4, 0.1, 0.9

Samples = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Score:
    """What came of one pair: residuals of (mid, side), dB; `bound` is what stopped the loudness."""

    all_db: tuple[float, float]
    reach_db: tuple[float, float]
    loudness_off_lu: float
    true_peak_dbtp: float
    boost_db: tuple[float, float]
    seconds: float
    bound: str = ""


def main() -> None:
    """Draw the pairs, run both, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=70.0)
    options = parser.parse_args()
    records = [found for folder in options.folders if len(found := songs(folder, options.seconds)) > 1]
    pairs = draw(records, options.pairs, random.Random(options.seed))  # noqa: S311  (a draw, not a secret)
    ours, theirs = [], []
    print(f"{'':46}{'mid all reach':>16}{'side all reach':>16}{'loudness':>10}{'peak':>8}{'boost':>12}{'time':>7}")
    for number, (mix, reference) in enumerate(pairs, 1):
        with tempfile.TemporaryDirectory() as folder:
            paths = excerpts(Path(folder), mix, reference, options.seconds)
            samples = [read(path) for path in paths]
            theirs.append(judged(samples, *by_matchering(paths, Path(folder))))
            ours.append(judged(samples, *by_match_full(paths, Path(folder))))
        print(f"{number:2} {mix.name[:20]:20} to {reference.name[:20]:20}")
        print(row("matchering", theirs[-1]))
        print(row("match full", ours[-1]))
    summary(ours, theirs)


def songs(folder: Path, seconds: float) -> list[Path]:
    """Songs of a record that are long enough, in order of their names."""
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    return [path for path in found if (info := soundfile.info(str(path))).duration > seconds and info.channels == 2]


def draw(records: list[list[Path]], count: int, rng: random.Random) -> list[tuple[Path, Path]]:
    """Pairs of songs, in turn of two records (where there are two) and of one."""
    pairs: list[tuple[Path, Path]] = []
    for number in itertools.count():
        if len(pairs) == count:
            return pairs
        record = rng.choice(records)
        other = record if number % 2 or len(records) == 1 else rng.choice([one for one in records if one is not record])
        mix, reference = rng.choice(record), rng.choice(other)
        if mix != reference and (mix, reference) not in pairs:
            pairs.append((mix, reference))
    raise AssertionError  # count() has no end


def excerpts(folder: Path, mix: Path, reference: Path, seconds: float) -> tuple[Path, Path]:
    """An excerpt of each, from a third into what is left over, at 44.1 kHz."""
    written = []
    for name, path in (("mix", mix), ("reference", reference)):
        samples, rate_hz = soundfile.read(str(path), always_2d=True)
        start = int((len(samples) - seconds * rate_hz) / 3)
        part = samples[start : start + int(seconds * rate_hz)]
        part = part if rate_hz == RATE_HZ else soxr.resample(part, rate_hz, RATE_HZ, quality="VHQ")
        (folder / name).mkdir()
        written.append(folder / name / f"{name}.wav")
        soundfile.write(written[-1], part, RATE_HZ, subtype="FLOAT")
    return written[0], written[1]


def by_matchering(paths: tuple[Path, Path], folder: Path) -> tuple[Path, float, str]:
    """Matchering as it comes: what it wrote, how long it took."""
    out, start = folder / "matchering.wav", time.process_time()
    matchering.process(target=str(paths[0]), reference=str(paths[1]), results=[matchering.pcm16(str(out))])
    return out, time.process_time() - start, ""


def by_match_full(paths: tuple[Path, Path], folder: Path) -> tuple[Path, float, str]:
    """`--match full`: what it wrote, how long it took, what stopped its loudness."""
    out, start = folder / "ours", time.process_time()
    wishes = Wishes(title="pair", match_full=True, deliveries=("cd",))
    planned = make_plan(gather([paths[0]], []), [paths[1]], wishes, out)
    rendered = render_plan(planned.file, out, [load_delivery("cd")], out)
    seconds = time.process_time() - start
    (delivery,) = rendered.deliveries
    return out / "cd" / delivery.tracks[0].file, seconds, "; ".join(delivery.findings)


def judged(samples: list[Samples], written: Path, seconds: float, bound: str) -> Score:
    """The score of a file against the mix and the reference that it was made of."""
    out = read(written)
    mix, reference, found = (spectrum_db(one, RATE_HZ) for one in (*samples, out))
    needed, left, moved = level_out(reference - mix), found - reference, level_out(found - mix)
    residuals = [
        [rms(left[signal, inside] - left[signal, inside].mean()) for signal in (0, 1) for inside in [bands[signal]]]
        for bands in (np.ones_like(needed, dtype=bool), np.abs(needed) <= REACH_DB)
    ]
    return Score(
        all_db=(residuals[0][0], residuals[0][1]),
        reach_db=(residuals[1][0], residuals[1][1]),
        loudness_off_lu=integrated_lufs(out, RATE_HZ) - integrated_lufs(samples[1], RATE_HZ),
        true_peak_dbtp=true_peak_dbtp(out, RATE_HZ),
        boost_db=(float(moved[0].max()), float(moved[1].max())),
        seconds=seconds,
        bound=bound,
    )


def read(path: Path) -> Samples:
    """All of a file."""
    samples, _ = soundfile.read(str(path), dtype="float64", always_2d=True)
    return np.asarray(samples)


def level_out(spectra: Samples) -> Samples:
    """Each spectrum without its mean."""
    return np.asarray(spectra - spectra.mean(axis=1, keepdims=True))


def rms(values: Samples) -> float:
    """Root of the mean square."""
    return float(np.sqrt(np.mean(values**2)))


def row(name: str, score: Score) -> str:
    """A line of the table."""
    mid, side = (f"{score.all_db[i]:.2f} {score.reach_db[i]:.2f}" for i in (0, 1))
    boost = " ".join(f"{value:.1f}" for value in score.boost_db)
    line = f"{'':3}{name:43}{mid:>16}{side:>16}{score.loudness_off_lu:>+10.2f}{score.true_peak_dbtp:>+8.2f}{boost:>12}"
    return f"{line}{score.seconds:>6.1f}s{' *' if score.bound else ''}"


def summary(ours: list[Score], theirs: list[Score]) -> None:
    """Medians and worst of both, and whether the targets are met."""
    print("\nmedian (worst)")
    for name, scores in (("matchering", theirs), ("match full", ours)):
        figures = [
            *(([score.all_db[i] for score in scores], f"{what} all") for i, what in enumerate(("mid", "side"))),
            *(([score.reach_db[i] for score in scores], f"{what} reach") for i, what in enumerate(("mid", "side"))),
            ([abs(score.loudness_off_lu) for score in scores], "LU off"),
            ([score.true_peak_dbtp for score in scores], "dBTP"),
            ([max(score.boost_db) for score in scores], "boost"),
            ([score.seconds for score in scores], "CPU s"),
        ]
        print(f"{name}: " + ", ".join(f"{what} {statistics.median(v):.2f} ({max(v):.2f})" for v, what in figures))
    free = [score for score in ours if not score.bound]
    print(f"* {len(ours) - len(free)} of {len(ours)}: a bound of limiting keeps the loudness under the reference's")
    for what, met in targets(ours, theirs, free):
        print(f"{'met ' if met else 'NOT '} {what}")


def targets(ours: list[Score], theirs: list[Score], free: list[Score]) -> list[tuple[str, bool]]:
    """What this is to show, and whether it does."""
    mid, side = (statistics.median(score.reach_db[i] for score in ours) for i in (0, 1))
    least = LEAST_WINS * len(ours)
    wins = [sum(our.reach_db[i] < their.reach_db[i] for our, their in zip(ours, theirs, strict=True)) for i in (0, 1)]
    off = max((abs(score.loudness_off_lu) for score in free), default=0.0)
    peak = max(score.true_peak_dbtp for score in ours)
    return [
        (f"median residual of mid within reach {mid:.2f} dB ({MOST_MID_DB:g} at most)", mid <= MOST_MID_DB),
        (f"median residual of side within reach {side:.2f} dB ({MOST_SIDE_DB:g} at most)", side <= MOST_SIDE_DB),
        (f"lower than matchering's in mid on {wins[0]} of {len(ours)} pairs ({least:.0f} at least)", wins[0] >= least),
        (f"lower than matchering's in side on {wins[1]} of {len(ours)} pairs ({least:.0f} at least)", wins[1] >= least),
        (f"loudness off by {off:.2f} LU at most where no bound stops it ({MOST_LU:g} at most)", off <= MOST_LU),
        (f"highest peak {peak:.2f} dBTP (ceiling {CEILING_DBTP:g})", peak <= CEILING_DBTP),
    ]


if __name__ == "__main__":
    main()
