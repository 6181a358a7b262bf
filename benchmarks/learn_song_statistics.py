"""Learn how songs of one record differ, from folders of music, one a record.

    python benchmarks/learn_song_statistics.py OUT.json --record NAME=FOLDER=LICENCE [--record ...] [--without NAME]

Each record's songs are measured whole (45 s or longer, 44.1 kHz or more, stereo); what is kept are their deviations
from the record's mean. The covariance over all records is shrunk towards a multiple of the identity by the rule of
Ledoit and Wolf, "A well-conditioned estimator for large-dimensional covariance matrices", 2004.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from sklearn.covariance import LedoitWolf

from analysis.cache import analyse_file
from analysis.errors import MastertapeError
from analysis.load import SUFFIXES, open_audio
from analysis.spectrum import TONE_BANDS_HZ
from analysis.track import TrackAnalysis
from assistant.aspects import broad_width_db, loud_lufs

_SHORTEST_S = 45.0
_LOWEST_RATE_HZ = 44_100


def main() -> None:
    """Read the records, write the statistics."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--record", action="append", required=True, metavar="NAME=FOLDER=LICENCE")
    parser.add_argument("--without", action="append", default=[], metavar="NAME", help="leave a record out")
    args = parser.parse_args()
    records = {}
    sources = []
    for word in args.record:
        name, folder, licence = word.split("=")
        if name in args.without:
            continue
        songs = measure(Path(folder))
        print(f"{name}: {len(songs)} songs", file=sys.stderr)
        records[name] = songs
        sources.append({"name": name, "songs": len(songs), "licence": licence})
    args.out.write_text(_text(learn(list(records.values()), sources)), encoding="utf-8")


def measure(folder: Path) -> list[TrackAnalysis]:
    """Analyses of the songs of one record that are long enough."""
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in SUFFIXES]
    with ThreadPoolExecutor() as pool:
        return [song for song in pool.map(_measured, paths) if song is not None]


def _measured(path: Path) -> TrackAnalysis | None:
    try:
        info = open_audio(path).info
        if info.rate_hz < _LOWEST_RATE_HZ or info.channels != 2 or (info.frames or 0) < _SHORTEST_S * info.rate_hz:
            return None
        found = analyse_file(path)
    except MastertapeError as error:
        print(f"left out: {error}", file=sys.stderr)
        return None
    return None if found.is_silent else found


def learn(records: list[list[TrackAnalysis]], sources: list[dict[str, object]]) -> dict[str, object]:
    """The statistics of several records, as they are stored."""
    tone = np.concatenate([_deviations([song.spectrum.tone_db() for song in songs]) for songs in records])
    width = np.concatenate([_deviations([[broad_width_db(song)] for song in songs]) for songs in records])
    level = np.concatenate([_deviations([[loud_lufs(song)] for song in songs]) for songs in records])
    covariance = LedoitWolf(assume_centered=True).fit(tone).covariance_
    return {
        "schema": 1,
        "about": "How songs of one record differ: covariances of deviations from the record's mean.",
        "learned": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "bands_hz": [round(float(band), 2) for band in TONE_BANDS_HZ],
        "tone_db2": [[round(float(value), 4) for value in row] for row in covariance],
        "width_db2": round(float(np.mean(width**2)), 4),
        "level_lu2": round(float(np.mean(level**2)), 4),
        "sources": sources,
    }


def _text(statistics: dict[str, object]) -> str:
    """JSON with a line for each row of the covariance."""
    rows = statistics.pop("tone_db2")
    head = json.dumps(statistics, indent=1).rstrip("}").rstrip()
    body = ",\n  ".join(json.dumps(row) for row in rows)  # type: ignore[attr-defined]
    return f'{head},\n "tone_db2": [\n  {body}\n ]\n}}\n'


def _deviations(rows: list[object]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    table = np.array(rows, dtype=np.float64)
    # The record's mean is estimated from the same songs: n / (n - 1).
    return (table - table.mean(axis=0)) * np.sqrt(len(table) / (len(table) - 1))


if __name__ == "__main__":
    main()
