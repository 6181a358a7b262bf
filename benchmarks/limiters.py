"""Limiters side by side at equal loudness and equal true peak: ours, matchering's, pedalboard's, ffmpeg's.

    python -m benchmarks.limiters FOLDER... [--songs 20] [--seconds 20] [--seed 1] [--processes 1]

Each folder is a record. The loudest stretch of each song is brought to the ceiling (-1 dBTP) and driven into each
limiter until it comes out louder by as much as is asked for, once its true peak has been brought to the ceiling again:
what passes that costs loudness. A case counts where all of them get there within 0.05 LU. Then, against the song as
loud without any limiter:

NMR       noise over what the song masks (mastering.harm), each frame's gain evened out: worst is the worst song
strict    the same at one gain for the whole (benchmarks.heard_noise), so that slow gain is noise as well
loss      mean loss of peak against RMS at onsets, dB; P90: of the worst tenth of them at least
residual  what is left of the song at the gain that leaves least, dB
drive     dB into the limiter; peak: what came out of it between the samples, dBTP, before it was brought to the ceiling

Loudness and true peak are the benchmark's own meters. Test tones and speed follow.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import soxr
from scipy import stats

from benchmarks import limiter_speed, limiter_tones
from benchmarks.excerpts import asked, drawn, loudest
from benchmarks.heard_noise import noise_to_mask_db
from benchmarks.limiter_peers import OURS, Limit, Samples, found
from benchmarks.meters import integrated_lufs, true_peak_dbtp
from mastering.harm import HarmMeter

RATE_HZ = 44_100
CEILING_DBTP = -1.0
GAINS_LU = (2.0, 3.5)
REACHED_LU = 0.05
WORST_DB = 0.5
_CLOSE_LU = 0.01
_LEAST_DRIVE_DB, _MOST_DRIVE_DB = -12.0, 18.0
_TRIALS = 14


@dataclass(frozen=True, kw_only=True)
class Score:
    """What one limiter made of one case; losses are None where a song has no onset."""

    gained_lu: float
    drive_db: float
    peak_dbtp: float
    nmr_db: float
    strict_db: float
    loss_db: float | None
    loss_p90_db: float | None
    residual_db: float


@dataclass(frozen=True, kw_only=True)
class Case:
    """A song and a gain, and the score of each limiter."""

    song: Path
    gain_lu: float
    scores: dict[str, Score]

    @property
    def short(self) -> list[str]:
        """The limiters that did not reach the gain."""
        return [name for name, score in self.scores.items() if abs(score.gained_lu - self.gain_lu) > REACHED_LU]


FIGURES = ("nmr_db", "strict_db", "loss_db", "loss_p90_db", "residual_db", "drive_db", "peak_dbtp")
TITLES = ("NMR", "strict", "loss", "P90", "residual", "drive", "peak")
COMPARED = {"nmr_db": "NMR dB", "strict_db": "strict NMR dB", "loss_db": "loss dB", "loss_p90_db": "loss P90 dB"}


def main() -> None:
    """Draw the songs, run all limiters, print the tables."""
    options = asked(__doc__, songs=20, seconds=20.0)
    limiters, missing = found()
    print("\n".join(missing))
    songs = drawn(options.folders, options.songs, options.seed, options.seconds)
    print(f"{len(songs)} songs, {options.seconds:g} s each; NMR, strict NMR, mean loss, drive of each limiter")
    cases = []
    with ProcessPoolExecutor(options.processes) as pool:
        for both in pool.map(partial(cases_of, seconds=options.seconds), songs):
            for case in both:
                print(row(case), flush=True)
                cases.append(case)
    for gain_lu in GAINS_LU:
        summary(gain_lu, [case for case in cases if case.gain_lu == gain_lu], list(limiters))
    limiter_tones.tables(limiters)
    limiter_speed.table(limiters, [at_ceiling(song, options.seconds) for song in songs], GAINS_LU[-1])


def cases_of(song: Path, *, seconds: float) -> list[Case]:
    """Both gains of a song through every limiter."""
    plain = at_ceiling(song, seconds)
    limiters, _ = found()
    return [
        Case(
            song=song, gain_lu=gain_lu, scores={name: scored(limit, plain, gain_lu) for name, limit in limiters.items()}
        )
        for gain_lu in GAINS_LU
    ]


def at_ceiling(song: Path, seconds: float) -> Samples:
    """The loudest stretch of a song at 44.1 kHz, its true peak at the ceiling."""
    samples, rate_hz = loudest(song, seconds)
    if rate_hz != RATE_HZ:
        samples = soxr.resample(samples, rate_hz, RATE_HZ, quality="VHQ")
    return np.asarray(samples * 10 ** ((CEILING_DBTP - true_peak_dbtp(samples, RATE_HZ)) / 20))


def scored(limit: Limit, plain: Samples, gain_lu: float) -> Score:
    """A limiter at the drive that makes a song louder by so much, judged."""
    own_lufs = loudness(plain)

    def trial(drive_db: float) -> tuple[float, float, Samples]:
        """Loudness gained and true peak before it is brought to the ceiling, and what comes out after that."""
        out = limit(plain * 10 ** (drive_db / 20), CEILING_DBTP, RATE_HZ)
        peak = true_peak_dbtp(out, RATE_HZ)
        out = out * 10 ** ((CEILING_DBTP - peak) / 20)
        return loudness(out) - own_lufs, peak, out

    low, high, drive_db = _LEAST_DRIVE_DB, _MOST_DRIVE_DB, gain_lu
    gained, peak, out = trial(drive_db)
    known = [(drive_db, gained)]
    for _ in range(_TRIALS):
        if abs(gained - gain_lu) < _CLOSE_LU or high - low < _CLOSE_LU:
            break
        low, high = (max(low, drive_db), high) if gained < gain_lu else (low, min(high, drive_db))
        drive_db = next_drive_db(known, gain_lu, low, high)
        gained, peak, out = trial(drive_db)
        known.append((drive_db, gained))
    as_loud = plain * 10 ** (gain_lu / 20)
    meter = HarmMeter(RATE_HZ, 2)
    meter.update(as_loud, out)
    harm = meter.result()
    return Score(
        gained_lu=gained,
        drive_db=drive_db,
        peak_dbtp=peak,
        nmr_db=harm.nmr_db if harm.nmr_db is not None else -math.inf,
        strict_db=noise_to_mask_db(as_loud, out, RATE_HZ),
        loss_db=harm.transient_loss_db,
        loss_p90_db=harm.transient_loss_p90_db,
        residual_db=harm.residual_db,
    )


def next_drive_db(known: list[tuple[float, float]], gain_lu: float, low: float, high: float) -> float:
    """By the secant of the last two trials where that stays within what is known, else the middle of it."""
    (before, gained_before), (last, gained) = known[-2:] if len(known) > 1 else (known[0], known[0])
    slope = (gained - gained_before) / (last - before) if last != before else 0.8
    tried = last + (gain_lu - gained) / slope if slope > 0.02 else math.inf
    return tried if low < tried < high else (low + high) / 2 if len(known) > 2 else min(max(tried, low), high)


def loudness(samples: Samples) -> float:
    """Integrated loudness, LUFS; no gated block is a reason to worry here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return integrated_lufs(samples, RATE_HZ)


def row(case: Case) -> str:
    """One case on a line; what a limiter did not reach is in brackets."""
    parts = []
    for name, score in case.scores.items():
        loss = math.nan if score.loss_db is None else score.loss_db
        text = f"{name} {score.nmr_db:.1f} {score.strict_db:.1f} {loss:.2f} {score.drive_db:.1f}"
        parts.append(f"({text}: {score.gained_lu:+.2f} LU)" if name in case.short else text)
    return f"{case.song.stem[:28]:28} {case.gain_lu:+.1f} LU | " + " | ".join(parts)


def summary(gain_lu: float, cases: Sequence[Case], names: Sequence[str]) -> None:
    """What the limiters did at one gain, and how ours stands against each."""
    counted = [case for case in cases if not case.short]
    print(f"\n+{gain_lu:g} LU: {len(counted)} of {len(cases)} songs count")
    for name in names:
        if missed := [case.song.stem for case in cases if name in case.short]:
            print(f"not reached by {name}: {len(missed)} ({', '.join(missed)})")
    if len(counted) < 2:
        return
    print(f"mean (worst){'':4}" + "".join(f"{title:>17}" for title in TITLES))
    for name in names:
        texts = []
        for figure in FIGURES:
            values = column(counted, name, figure)
            texts.append(f"{np.mean(values):.2f} ({np.max(values):.2f})" if len(values) else "-")
        print(f"{name:16}" + "".join(f"{text:>17}" for text in texts))
    print(
        "ours less theirs: mean of the songs' differences, 95 % interval (Student's t; a star where all of it is ours)"
    )
    for name in names[1:]:
        texts = [f"{title} {interval(counted, name, figure)}" for figure, title in COMPARED.items()]
        print(f"{name:16}" + ", ".join(texts))
    verdicts(counted, names)


def column(cases: Sequence[Case], name: str, figure: str) -> Samples:
    """One figure of one limiter over the cases that have it."""
    values = [getattr(case.scores[name], figure) for case in cases]
    return np.array([value for value in values if value is not None], dtype=np.float64)


def interval(cases: Sequence[Case], name: str, figure: str) -> str:
    """Mean paired difference of ours to another, with its interval; a star where all of it is in our favour."""
    differences = column(cases, OURS, figure) - column(cases, name, figure)
    if len(differences) < 2:
        return "-"
    mean = float(differences.mean())
    half = float(stats.t.ppf(0.975, len(differences) - 1) * differences.std(ddof=1) / math.sqrt(len(differences)))
    star = "*" if mean + half < 0 else ""
    return f"{mean:+.2f} [{mean - half:+.2f}, {mean + half:+.2f}]{star} ({len(differences)} songs)"


def verdicts(cases: Sequence[Case], names: Sequence[str]) -> None:
    """Worst songs against the best of the others, and the songs in which another did better."""
    for figure, title in COMPARED.items():
        ours = float(column(cases, OURS, figure).max(initial=-math.inf))
        best, whose = min((float(column(cases, name, figure).max(initial=-math.inf)), name) for name in names[1:])
        met = "met " if ours <= best + WORST_DB else "NOT "
        print(f"{met} worst {title}: {ours:.2f}, best of the others {best:.2f} ({whose}), {WORST_DB:g} more is allowed")
    for figure, title in COMPARED.items():
        worse = []
        for case in cases:
            values = {name: value for name in names if (value := getattr(case.scores[name], figure)) is not None}
            best = min((name for name in values if name != OURS), key=values.__getitem__, default=OURS)
            if values and values[OURS] > values[best] + WORST_DB:
                worse.append(f"{case.song.stem} {values[OURS]:.2f} ({best} {values[best]:.2f})")
        print(f"over {WORST_DB:g} dB worse than the best of the others in {title}: {len(worse)}: {', '.join(worse)}")


if __name__ == "__main__":
    main()
