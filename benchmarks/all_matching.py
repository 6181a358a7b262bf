"""All that matching is held to, in one command: recovery (with its identity control), then matching in full.

    python -m benchmarks.all_matching WORK NAME=FOLDER NAME=FOLDER ... [--pairs 20] [options of benchmarks.recovery]

What the tables of each mean is told by benchmarks/recovery.py and benchmarks/match_full.py. The pairs for matching in
full are drawn from the judged records. Allow an hour for each record of twelve seeds on two cores.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from benchmarks import recovery


def main() -> None:
    """Both, one after the other."""
    own = argparse.ArgumentParser(add_help=False)
    own.add_argument("--pairs", type=int, default=20)
    options, words = own.parse_known_args()
    if "-h" in words or "--help" in words:
        print(__doc__)
        return
    words = [*words, "--identity"]
    told = recovery.parsed(words)
    records = dict(told.records)
    recovery.main(words)
    print("\nmatching in full")
    sys.stdout.flush()
    folders = [str(records[name]) for name in told.judge or records]
    command = [sys.executable, "-m", "benchmarks.match_full", *folders, "--pairs", str(options.pairs)]
    sys.exit(subprocess.run(command, check=False).returncode)


if __name__ == "__main__":
    main()
