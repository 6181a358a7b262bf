"""Learn how songs of one record differ, from folders of music, one a record.

    python -m benchmarks.learn_song_statistics OUT.json --record NAME=FOLDER=LICENCE [--record ...] [--without NAME]

Each record's songs are measured whole (45 s or longer, 44.1 kHz or more, stereo); what is kept are their deviations
from the record's mean. The covariance over all records is shrunk towards a multiple of the identity by the rule of
Ledoit and Wolf, "A well-conditioned estimator for large-dimensional covariance matrices", 2004. What a typical
compressor does to the loud end of level is simulated on every song's level, with compressors drawn at random.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from sklearn.covariance import LedoitWolf

from analysis.cache import analyse_file
from analysis.errors import MastertapeError
from analysis.levels import STEPS_PER_SECOND, gated_power, loud_ends_db
from analysis.load import SUFFIXES, open_audio
from analysis.spectrum import TONE_BANDS_HZ
from analysis.track import TrackAnalysis
from analysis.units import power_to_db
from assistant.aspects import broad_width_db, loud_lufs
from assistant.dynamics import loud_end_logs
from benchmarks.content_model import Song, learn_content, stretches_of
from mastering.compressor import envelope_gain_db
from mastering.dynamics_specs import CompressorSpec

_SHORTEST_S = 45.0
_LOWEST_RATE_HZ = 44_100
_COMPRESSORS = 8  # for each song
_SEED = 1


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


def measure(folder: Path) -> list[Song]:
    """The songs of one record that are long enough."""
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in SUFFIXES]
    with ThreadPoolExecutor() as pool:
        return [song for song in pool.map(_measured, paths) if song is not None]


def _measured(path: Path) -> Song | None:
    try:
        info = open_audio(path).info
        if info.rate_hz < _LOWEST_RATE_HZ or info.channels != 2 or (info.frames or 0) < _SHORTEST_S * info.rate_hz:
            return None
        found = analyse_file(path)
    except MastertapeError as error:
        print(f"left out: {error}", file=sys.stderr)
        return None
    return None if found.is_silent else Song(analysis=found, stretches=stretches_of(path))


def learn(measured: list[list[Song]], sources: list[dict[str, object]]) -> dict[str, object]:
    """The statistics of several records, as they are stored."""
    content = learn_content(measured)
    records = [[song.analysis for song in songs] for songs in measured]
    tone = np.concatenate([_deviations([song.spectrum.tone_db() for song in songs]) for songs in records])
    width = np.concatenate([_deviations([[broad_width_db(song)] for song in songs]) for songs in records])
    level = np.concatenate([_deviations([[loud_lufs(song)] for song in songs]) for songs in records])
    ends = np.concatenate(
        [_deviations([loud_end_logs(song.dynamics.loud_ends_db) for song in songs]) for songs in records]
    )
    regions = np.concatenate([_deviations([song.spectrum.regional_width_db() for song in songs]) for songs in records])
    return {
        "schema": 2,
        "about": "How songs of one record differ: covariances of deviations from the record's mean.",
        "learned": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "bands_hz": [round(float(band), 2) for band in TONE_BANDS_HZ],
        "tone_db2": _covariance(tone),
        "content": {
            "usual": _rounded(content.usual),
            "scales": _rounded([content.scales])[0],
            "weights": _rounded([content.weights], 5)[0],
        },
        "tone_residual_db2": _covariance(content.residuals),
        "tone_usual_db": _rounded([content.left_usual_db])[0],
        "width_db2": round(float(np.mean(width**2)), 4),
        "width_regions_db2": _covariance(regions),
        "level_lu2": round(float(np.mean(level**2)), 4),
        "loud_ends_log2": _covariance(ends),
        "compression_log": _rounded([_compressed([song for songs in records for song in songs])])[0],
        "sources": sources,
    }


def _compressed(songs: list[TrackAnalysis]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Mean change of the figures of the loud end by compressors as engineers use them on a mix."""
    rng = np.random.default_rng(_SEED)
    changes = []
    for song in songs:
        powers = 10 ** (np.array(song.levels_dbfs) / 10)
        level_dbfs = float(power_to_db(gated_power(powers)))
        for _ in range(_COMPRESSORS):
            drawn = CompressorSpec(
                threshold_dbfs=level_dbfs + rng.uniform(-4.0, 7.0),
                ratio=float(np.exp(rng.uniform(0.0, np.log(3.0)))),
                knee_db=rng.uniform(0.0, 10.0),
                attack_ms=float(np.exp(rng.uniform(np.log(5.0), np.log(50.0)))),
                release_ms=float(np.exp(rng.uniform(np.log(80.0), np.log(600.0)))),
                range_db=60.0,
            )
            gain_db = envelope_gain_db(drawn, powers, STEPS_PER_SECOND)
            after = loud_ends_db(powers * 10 ** (gain_db / 10))
            changes.append(loud_end_logs(after) - loud_end_logs(song.dynamics.loud_ends_db))
    return np.asarray(np.mean(changes, axis=0))


def _covariance(deviations: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> list[list[float]]:
    return _rounded(LedoitWolf(assume_centered=True).fit(deviations).covariance_)


def _rounded(rows: object, decimals: int = 4) -> list[list[float]]:
    return [[round(float(value), decimals) for value in row] for row in np.array(rows)]


def _text(statistics: dict[str, object]) -> str:
    """JSON, a line for each row of figures."""
    text = json.dumps(statistics, indent=1)
    return re.sub(r"\[\s+(-?[0-9][^\[\]{}\"]*?)\s+\]", lambda row: "[" + " ".join(row[1].split()) + "]", text) + "\n"


def _deviations(rows: list[object]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    table = np.array(rows, dtype=np.float64)
    # The record's mean is estimated from the same songs: n / (n - 1).
    return (table - table.mean(axis=0)) * np.sqrt(len(table) / (len(table) - 1))


if __name__ == "__main__":
    main()
