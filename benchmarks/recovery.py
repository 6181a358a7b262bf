"""How much of what several engineers did to a record is undone, on real records: one command, all tables.

    python -m benchmarks.recovery WORK NAME=FOLDER NAME=FOLDER ... [--judge NAME ...] [--seeds 12]
        [--strengths 1 1.5 2.5] [--kinds console room] [--ways given blind] [--identity] [--peers] [--again] [--keep]

Each FOLDER holds the songs of one record. A case takes twelve songs of a record by its seed: nine are mixed by three
imaginary engineers (benchmarks/engineers.py) in turn, three stay as they were and are the references. The installed
`mastertape master` sees mixes and references, once with `--engineer` for each mix ("given") and once without
("blind"), with song statistics learned from the other records named here. Strengths and kinds of engineers come in
turn; --judge names the records that are judged (all, if none is named), the others are only learned from.

tone_db        shape of the mid spectrum in thirds of an octave against the record, RMS
width_db       side against mid in each of them, mean
dynamics_lu    distribution of short-term loudness about its median, after the tone was made the record's
relation_lu    how far songs stand from where they stood against each other in loudness
left           the same as a share of what the untouched mixes show: 1 is no help, over 1 is harm (rooms hardly move
               dynamics, 0.1 LU, so that their share there says little)
rand, groups   adjusted Rand index of the groups that a blind plan claims, and the share of cases where it claims any

--identity adds cases of strength 0, which should be left alone; --peers adds matchering. WORK keeps the statistics
and every result (results.jsonl): an interrupted run goes on where it stopped; --again measures our ways anew after a
change. A case (0.4 GB) is deleted when it is scored, unless --keep. A case takes about two minutes on two cores.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import math
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks import recovery_tables
from benchmarks.engineers import KINDS
from benchmarks.recovery_case import BLIND, COPY, GIVEN, PEER, Case, Score, Setup, make, run

_ROOT = Path(__file__).parents[1]
_LEARNING = ("analysis/*.py", "benchmarks/learn_song_statistics.py", "benchmarks/content_model.py")
"""Code that decides what statistics are learned."""

Results = dict[tuple[str, str], tuple[Setup, Score]]
"""By the names of the case and the way."""


def main(words: Sequence[str] | None = None) -> None:
    """Run what is missing, print the tables."""
    options = parsed(words)
    options.work.mkdir(parents=True, exist_ok=True)
    records: dict[str, Path] = dict(options.records)
    judged = options.judge or list(records)
    if unknown := set(judged) - set(records):
        sys.exit(f"--judge {', '.join(sorted(unknown))}: no record of that name is given")
    ways = [COPY, *options.ways, *([PEER] if options.peers else [])]
    cases = list(setups({name: records[name] for name in judged}, options))
    results = stored(options.work / "results.jsonl", records)
    if options.again:
        results = {key: value for key, value in results.items() if key[1] in {COPY, PEER}}
    for number, setup in enumerate(cases, 1):
        missing = [way for way in ways if (setup.name, way) not in results]
        if missing:
            print(f"{number} of {len(cases)}: {setup.name}", file=sys.stderr)
            others = {name: folder for name, folder in records.items() if name != setup.record}
            results |= measured(setup, missing, options, others)
    known = {setup.name for setup in cases}
    recovery_tables.show([(setup, way, score) for (name, way), (setup, score) in results.items() if name in known])


def parsed(words: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line, or these words of one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path, metavar="WORK")
    parser.add_argument("records", nargs="+", type=_record, metavar="NAME=FOLDER")
    parser.add_argument("--judge", nargs="+", metavar="NAME")
    parser.add_argument("--seeds", type=int, default=12)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--strengths", type=float, nargs="+", default=[1.0, 1.5, 2.5])
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS))
    parser.add_argument("--ways", nargs="*", choices=[GIVEN, BLIND], default=[GIVEN, BLIND])
    for flag in ("--identity", "--peers", "--again", "--keep"):
        parser.add_argument(flag, action="store_true")
    return parser.parse_args(words)


def _record(word: str) -> tuple[str, Path]:
    name, _, folder = word.partition("=")
    if not name or not Path(folder).is_dir():
        raise argparse.ArgumentTypeError(f"{word} is not NAME=FOLDER")
    return name, Path(folder)


def setups(records: dict[str, Path], options: argparse.Namespace) -> Iterator[Setup]:
    """Every case: for each record the seeds, strengths and kinds in turn so that all pairs of the two come up."""
    for strengths in [options.strengths, *([[0.0]] if options.identity else [])]:
        before_repeat = math.lcm(len(strengths), len(options.kinds))
        for (name, folder), turn in itertools.product(records.items(), range(options.seeds)):
            yield Setup(
                record=name,
                folder=folder,
                seed=options.first_seed + turn,
                kind=options.kinds[(turn + turn // before_repeat) % len(options.kinds)],
                strength=strengths[turn % len(strengths)],
            )


def learned(work: Path, records: dict[str, Path]) -> Path:
    """Statistics of these records, learned once for each state of what learns them."""
    from benchmarks import learn_song_statistics

    if not records:
        sys.exit("one record alone: name others to learn from")
    code = b"".join(path.read_bytes() for name in _LEARNING for path in sorted(_ROOT.glob(name)))
    state = hashlib.sha256(code + repr(sorted(records.items())).encode()).hexdigest()[:12]
    file = work / f"statistics-{state}.json"
    if not file.exists():
        songs = [learn_song_statistics.measure(folder) for folder in records.values()]
        sources: list[dict[str, object]] = [
            {"name": name, "songs": len(found), "licence": "its own"}
            for name, found in zip(records, songs, strict=True)
        ]
        file.write_text(json.dumps(learn_song_statistics.learn(songs, sources)), encoding="utf-8")
    return file


def measured(setup: Setup, ways: list[str], options: argparse.Namespace, others: dict[str, Path]) -> Results:
    """Make a case, run and score the ways, store each, delete the case."""
    statistics = learned(options.work, others) if {GIVEN, BLIND} & set(ways) else None
    folder = options.work / setup.name
    shutil.rmtree(folder, ignore_errors=True)  # of a run that was interrupted
    case: Case = make(setup, folder, keep=options.keep)
    found: Results = {}
    for way in ways:
        score = run(case, way, statistics)
        found[setup.name, way] = setup, score
        store(options.work / "results.jsonl", setup, way, score)
        if not options.keep and way != COPY:
            shutil.rmtree(folder / way)
    if not options.keep:
        shutil.rmtree(folder)
    return found


def store(file: Path, setup: Setup, way: str, score: Score) -> None:
    """One line more."""
    told = {"record": setup.record, "seed": setup.seed, "kind": setup.kind, "strength": setup.strength, "way": way}
    with file.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(told | asdict(score)) + "\n")


def stored(file: Path, records: dict[str, Path]) -> Results:
    """What was measured before of the records in hand; of two results for the same the later."""
    found: Results = {}
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else []:
        told = json.loads(line)
        about = {key: told.pop(key) for key in ("record", "seed", "kind", "strength")}
        way = told.pop("way")
        if about["record"] in records:
            setup = Setup(folder=records[about["record"]], **about)
            found[setup.name, way] = setup, Score(**told)
    return found


if __name__ == "__main__":
    main()
