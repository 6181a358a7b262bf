"""Whether what is written keeps its ceiling and meets its loudness: songs x targets x sample rates, read back.

    python -m benchmarks.ceilings FOLDER... [--songs 40] [--seconds 30] [--seed 1] [--processes 1]

Each folder is a record. The loudest stretch of each song is mastered by itself, as `mastertape master` does it, for
every target and rate; 44.1 and 48 kHz are written with 16 bits, the others with 24. Each file is opened again and
judged by the benchmark's own meters: true peak is what libsoxr finds at 16 times the rate. A loudness that was not met
must have a bound of limiting that was named and reached: 4 dB for 19 of 20 peaks, 8 dB for any. A song's files take
0.5 GB while it is judged.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
import warnings
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import soundfile

from assistant.mixes import gather
from assistant.session import make_plan, render_plan
from assistant.wishes import Wishes
from benchmarks.excerpts import asked, drawn, loudest
from benchmarks.meters import integrated_lufs, true_peak_dbtp
from mastering.delivery import Delivery
from mastering.delivery_specs import Anchor, Container, DeliverySpec, Encoding

TARGETS = ((-16.0, -1.0), (-14.0, -1.0), (-11.0, -1.0), (-9.0, -1.0), (-14.0, -2.0))
RATES_HZ = (None, 44_100, 48_000, 96_000)
SHORT_RATES_HZ = {44_100, 48_000}  # written with 16 bits
PROMISED_LU, TRULY_BOUND_DB = 0.1, 0.1


@dataclass(frozen=True, kw_only=True)
class Written:
    """One file; `room_db` is how much deeper it was foretold that limiting may go, `bound` what is said of that."""

    song: str
    target: tuple[float, float]
    rate_hz: int | None
    over_db: float
    off_lu: float
    bound: str
    room_db: float
    deepest_db: float


def main() -> None:
    """Draw the songs, render, judge, print the table."""
    options = asked(__doc__, songs=40, seconds=30.0)
    songs = drawn(options.folders, options.songs, options.seed, options.seconds)
    found: list[Written] = []
    with ProcessPoolExecutor(options.processes) as pool:
        for number, files in enumerate(pool.map(partial(judged, seconds=options.seconds), songs), 1):
            found += files
            worst = max(one.over_db for one in files)
            print(f"{number}/{len(songs)} {files[0].song}: {worst:+.3f} dB", file=sys.stderr, flush=True)
    report(found)


def judged(song: Path, *, seconds: float) -> list[Written]:
    """A song through every target at every rate."""
    with tempfile.TemporaryDirectory(prefix="mastertape-ceilings-") as name:
        folder = Path(name)
        samples, rate_hz = loudest(song, seconds)
        mix = folder / "mixes" / "01 song.wav"
        mix.parent.mkdir()
        soundfile.write(mix, samples, rate_hz, subtype="FLOAT")
        places = {place(target, rate_hz).name: (target, rate_hz) for target, rate_hz in cases()}
        out = folder / "out"
        planned = make_plan(gather([mix.parent]), [], Wishes(title="Song"), out)
        made = render_plan(planned.file, out, [place(*case) for case in cases()], out).deliveries
        return [written(song.stem, *places[delivery.name], delivery, out / delivery.name) for delivery in made]


def cases() -> list[tuple[tuple[float, float], int | None]]:
    """Every target at every rate; None is the song's own."""
    return list(itertools.product(TARGETS, RATES_HZ))


def place(target: tuple[float, float], rate_hz: int | None) -> DeliverySpec:
    """What to deliver."""
    loudness_lufs, ceiling_dbtp = target
    return DeliverySpec(
        name=f"at{loudness_lufs:g}{ceiling_dbtp:g}-{rate_hz or 'own'}",
        title="A target",
        loudness_lufs=loudness_lufs,
        fallback_lufs=loudness_lufs,
        anchor=Anchor.EACH_TRACK,
        ceiling_dbtp=ceiling_dbtp,
        rate_hz=rate_hz,
        container=Container.WAV,
        encoding=Encoding.PCM_16 if rate_hz in SHORT_RATES_HZ else Encoding.PCM_24,
        sector_frames=1,
        source="benchmark",
    )


def written(song: str, target: tuple[float, float], rate_hz: int | None, delivery: Delivery, folder: Path) -> Written:
    """The track's file of a delivery, measured; the programme's, which holds no other samples, is checked to be so.

    Raises:
        ValueError: it holds others.
    """
    (track,), (programme,) = delivery.tracks, delivery.programmes
    samples, found_hz = soundfile.read(str(folder / track.file), always_2d=True)
    if not np.array_equal(samples, soundfile.read(str(folder / programme.file), always_2d=True)[0]):
        raise ValueError(f"{song}: track and programme differ")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        off_lu = integrated_lufs(samples, found_hz) - target[0]
    return Written(
        song=song,
        target=target,
        rate_hz=rate_hz,
        over_db=true_peak_dbtp(samples, found_hz) - target[1],
        off_lu=off_lu,
        bound="; ".join(delivery.findings),
        room_db=delivery.limiting.room_db,
        deepest_db=track.harm.max_gr_db,
    )


def report(found: Sequence[Written]) -> None:
    """A row for each target and rate, and every exception."""
    songs = {one.song for one in found}
    print(f"{len(songs)} songs, {len(found)} files. No bound: the furthest off target. Bound: files that a bound of")
    print("limiting stopped, the furthest from that bound as foretold, dB, the furthest from the target, LU, and the")
    print("deepest that limiting was measured there, dB.")
    head = ("files", "over", "highest dB", "no bound LU", "bound", "from it dB", "short LU", "deepest dB")
    print(f"{'LUFS dBTP rate':20}" + "".join(f"{one:>13}" for one in head))
    for target, rate_hz in cases():
        files = [one for one in found if (one.target, one.rate_hz) == (target, rate_hz)]
        print(f"{case_text(target, rate_hz):20}" + figures(files))
    print(f"{'all':20}" + figures(found))
    print("\nexceptions")
    wrong = [(one, why) for one in found for why in exceptions(one)]
    for one, why in wrong:
        print(f"{one.song}, {case_text(one.target, one.rate_hz)}: {why}")
    print(f"{len(wrong)} in {len(found)} files")


def case_text(target: tuple[float, float], rate_hz: int | None) -> str:
    """LUFS, dBTP and rate."""
    return f"{target[0]:g} {target[1]:g} {rate_hz or 'own'}"


def figures(files: Sequence[Written]) -> str:
    """The figures of some files in columns."""
    free, bound = [one for one in files if not one.bound], [one for one in files if one.bound]
    return (
        f"{len(files):13}{sum(one.over_db > 0 for one in files):13}"
        f"{max((one.over_db for one in files), default=0.0):13.4f}"
        f"{max((abs(one.off_lu) for one in free), default=0.0):13.3f}{len(bound):13}"
        f"{max((abs(one.room_db) for one in bound), default=0.0):13.3f}"
        f"{max((-one.off_lu for one in bound), default=0.0):13.2f}"
        f"{max((one.deepest_db for one in bound), default=0.0):13.2f}"
    )


def exceptions(one: Written) -> list[str]:
    """What is wrong with a file, in words."""
    wrong = []
    if one.over_db > 0:
        wrong.append(f"{one.over_db:.4f} dB over its ceiling")
    if not one.bound and abs(one.off_lu) > PROMISED_LU:
        wrong.append(f"{one.off_lu:+.3f} LU off target, and no bound is named")
    if one.bound and abs(one.room_db) > TRULY_BOUND_DB:
        wrong.append(f"{one.room_db:.2f} dB from the bound that is named ({one.bound})")
    return wrong


if __name__ == "__main__":
    main()
