"""What lossy codecs do to finished songs: the time an audit takes, and what its repair changes.

    python -m benchmarks.codecs FOLDER... [--songs 20] [--seconds 30] [--seed 1] [--processes 2]

Each folder is a record. The loudest stretch of each song is delivered with peaks to -1 dBTP, each song at -9 and at
-14 LUFS, tried with every codec, and repaired until nothing comes back over 0 dBTP. Then what is there is encoded again
and judged by the benchmark's own meter, at 16 times the rate through libsoxr, and every song that was not repaired is
compared with its file before, byte by byte.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from analysis.audio import Audio
from analysis.load import open_audio
from benchmarks.excerpts import Samples, asked, drawn, loudest
from benchmarks.meters import true_peak_dbtp
from mastering.codec_audit import file_suffix, hear
from mastering.codec_repair import repair, try_tracks
from mastering.codec_specs import CodecSpec, parse_codec
from mastering.codecs import decoded, encode
from mastering.delivery_specs import Anchor, Container, DeliverySpec, Encoding
from mastering.render import AlbumRenderer, RenderedTracks
from mastering.specs import AlbumSpec, TrackSpec
from mastering.spool import Spool

TARGETS_LUFS = (-9.0, -14.0)
CODECS = tuple(map(parse_codec, ("aac 256", "aac 128", "vorbis 160", "opus 128", "mp3 128")))


def main() -> None:
    """Draw the songs, time the codecs, deliver, audit, repair, print the tables."""
    options = asked(__doc__, songs=20, seconds=30.0)
    songs = drawn(options.folders, options.songs, options.seed, options.seconds)
    cut = [loudest(song, options.seconds) for song in songs]
    report_speed(*cut[0])
    with (
        tempfile.TemporaryDirectory(prefix="mastertape-codecs-") as name,
        ThreadPoolExecutor(options.processes) as pool,
    ):
        spools = [spooled(Path(name) / f"{number}.raw", *one) for number, one in enumerate(cut)]
        for number, target_lufs in enumerate(TARGETS_LUFS):
            folder = Path(name) / str(number)
            folder.mkdir()
            report(target_lufs, [song.stem for song in songs], judged(spools, target_lufs, folder, pool))


def report_speed(samples: Samples, rate_hz: int) -> None:
    """Seconds that a minute of one song takes on one thread: to encode, and to decode and measure."""
    audio, minutes = Audio.from_array(samples, rate_hz), len(samples) / rate_hz / 60
    print(f"{'seconds a minute':28}{'encode':>10}{'decode, measure':>18}")
    with tempfile.TemporaryDirectory(prefix="mastertape-codecs-") as name:
        for codec in CODECS:
            path = Path(name) / f"song{file_suffix(codec)}"
            start = time.perf_counter()
            length = encode(audio, len(samples), codec, path)
            middle = time.perf_counter()
            hear(decoded(path, length))
            end = time.perf_counter()
            print(f"{codec.label:28}{(middle - start) / minutes:10.2f}{(end - middle) / minutes:18.2f}", flush=True)


def spooled(path: Path, samples: Samples, rate_hz: int) -> Spool:
    """A stretch of a song as the renderer takes it."""
    spool = Spool(path, rate_hz, samples.shape[1])
    for _ in spool.fill(Audio.from_array(samples, rate_hz)):
        pass
    return spool


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What came of one song, dB: how far over it came back before and after, and what was done.

    It was limited lower by so much, and some tenths of a second were turned down.
    """

    before_db: float
    after_db: float
    lowered_db: float
    dips: tuple[float, ...]
    changed: bool
    change_lu: float


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """All songs, and the seconds that it took to render, to try, to repair."""

    songs: list[Judged]
    seconds: tuple[float, float, float]


def judged(spools: Sequence[Spool], target_lufs: float, folder: Path, pool: ThreadPoolExecutor) -> Outcome:
    """Deliver, try, repair, and encode what is there once more."""
    tracks = tuple(
        TrackSpec(
            source=f"{number}.wav",
            title=f"Song {number}",
            frames=spool.frames,
            rate_hz=spool.rate_hz,
            channels=2,
            start_s=0.0,
            end_s=spool.frames / spool.rate_hz,
            first_sound_s=0.0,
            felt_end_s=spool.frames / spool.rate_hz,
        )
        for number, spool in enumerate(spools)
    )
    album = AlbumSpec(title="Songs", rate_hz=44_100, loudness_lufs=None, seed=1, tracks=tracks)
    clock = [time.perf_counter()]
    job = AlbumRenderer(album, spools, pool).render(replace(place(target_lufs), audit=False), folder, told)
    clock.append(time.perf_counter())
    plain = [digest(path) for path in job.paths]
    loudness = [job.written[track].loudness_lufs or 0.0 for track in range(len(tracks))]
    try_tracks(job, range(len(tracks)), pool, told)
    clock.append(time.perf_counter())
    before = [max(trial.true_peak_dbtp for trial in job.codecs[track]) for track in range(len(tracks))]
    repair(job, pool, told)
    clock.append(time.perf_counter())
    after = list(pool.map(lambda track: over_again_db(job, track), range(len(tracks))))
    return Outcome(
        songs=[
            Judged(
                before_db=before[track],
                after_db=after[track],
                lowered_db=job.repairs[track].lowered_db if track in job.repairs else 0.0,
                dips=tuple(job.repairs[track].dips_db.values()) if track in job.repairs else (),
                changed=digest(job.paths[track]) != plain[track],
                change_lu=(job.written[track].loudness_lufs or 0.0) - loudness[track],
            )
            for track in range(len(tracks))
        ],
        seconds=(clock[1] - clock[0], clock[2] - clock[1], clock[3] - clock[2]),
    )


def place(target_lufs: float) -> DeliverySpec:
    """What to deliver."""
    return DeliverySpec(
        name=f"at{target_lufs:g}",
        title="A target",
        loudness_lufs=target_lufs,
        fallback_lufs=target_lufs,
        anchor=Anchor.EACH_TRACK,
        ceiling_dbtp=-1.0,
        rate_hz=None,
        container=Container.WAV,
        encoding=Encoding.PCM_24,
        sector_frames=1,
        codecs=CODECS,
        source="benchmark",
    )


def told(_track: int, _frames: int) -> None:
    """Nobody is told how far it has come."""


def digest(path: Path) -> str:
    """Of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def over_again_db(job: RenderedTracks, track: int) -> float:
    """By how much a track's file comes back over 0 dBTP from the worst codec, encoded anew, by another meter."""
    return max(peak_dbtp(job.paths[track], job.written[track].frames, codec) for codec in CODECS)


def peak_dbtp(path: Path, frames: int, codec: CodecSpec) -> float:
    """Of what a file decodes to."""
    target = path.with_name(f"{path.stem}-{codec.word}{file_suffix(codec)}")
    found = decoded(target, encode(open_audio(path).audio, frames, codec, target))
    peak = true_peak_dbtp(found.read(), found.rate_hz)
    target.unlink()
    return peak


def report(target_lufs: float, names: Sequence[str], outcome: Outcome) -> None:
    """A row for each song that came back over, and the sums."""
    head = "".join(f"{word:>9}" for word in ("before", "after", "limited", "dips", "deepest", "LU"))
    print(f"\n{f'over, {target_lufs:g} LUFS, -1 dBTP':38}{head}  changed")
    for name, one in zip(names, outcome.songs, strict=True):
        if one.before_db > 0 or one.changed:
            dips = f"{len(one.dips):9}{max(one.dips, default=0.0):9.2f}"
            figures = f"{one.before_db:9.2f}{one.after_db:9.2f}{one.lowered_db:9.2f}{dips}{one.change_lu:9.2f}"
            print(f"{name[:38]:38}{figures}  {'yes' if one.changed else 'NO'}")
    over, left = (
        sum(db > 0 for db in found) for found in zip(*((s.before_db, s.after_db) for s in outcome.songs), strict=True)
    )
    wrongly = sum(one.changed and one.before_db <= 0 for one in outcome.songs)
    seconds = "rendered in {:.0f} s, tried in {:.0f} s, repaired in {:.0f} s".format(*outcome.seconds)
    print(f"{len(names)} songs: {over} over before, {left} after; {wrongly} changed that were not over; {seconds}")


if __name__ == "__main__":
    main()
