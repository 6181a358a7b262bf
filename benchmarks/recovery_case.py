"""One case of the recovery benchmark: mixes and references made from a record, what masters them, and the scores.

folder/mixes       "01 name.wav", ... as the engineers hand them in, 24 bits, one gain for all
folder/references  untouched songs of the same record, one gain for all
folder/truth       the songs as they were; only where the case is kept
folder/WAY         what a way of mastering made of it
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile
import soxr

from benchmarks import meters
from benchmarks.engineers import KINDS
from benchmarks.meters import Measured, Samples

TRACKS, ENGINEERS, REFERENCES = 9, 3, 3
_SUFFIXES = {".ogg", ".opus", ".flac", ".wav", ".mp3"}
_EXCERPT_S = 75.0
_SHORTEST_S = 45.0
_LOWEST_RATE_HZ = 44_100
_HIGHEST = 10 ** (-1 / 20)
_WORKERS = 2

COPY, GIVEN, BLIND, PEER = "mixes", "given", "blind", "matchering"
"""Ways: untouched, ours with who mixed what, ours without, the peer."""


@dataclass(frozen=True, kw_only=True)
class Setup:
    """Which case: a record's name and folder, the seed, and what kind of engineers at what strength."""

    record: str
    folder: Path
    seed: int
    kind: str
    strength: float

    @property
    def name(self) -> str:
        """One case, one name."""
        return f"{self.record}-{self.seed:03d}-{self.kind}-{self.strength:g}"


@dataclass(frozen=True, kw_only=True)
class Case:
    """A case on disk; `truths` and `engineers` (by number) in order of the mixes' names."""

    folder: Path
    names: tuple[str, ...]
    engineers: tuple[int, ...]
    truths: tuple[Measured, ...]


@dataclass(frozen=True, kw_only=True)
class Score:
    """How far from the record; `rand` is the adjusted Rand index of the groups that a blind plan claims."""

    tone_db: float
    width_db: float
    dynamics_lu: float
    relation_lu: float
    peak_dbtp: float
    seconds: float
    rand: float | None = None
    claimed: bool | None = None


def songs(folder: Path) -> list[Path]:
    """Songs of a record that are long enough, by name."""
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES)
    infos = [(path, soundfile.info(str(path))) for path in found]
    return [path for path, info in infos if info.duration >= _SHORTEST_S and info.samplerate >= _LOWEST_RATE_HZ]


def make(setup: Setup, folder: Path, *, keep: bool) -> Case:
    """Draw songs and engineers by the seed, write mixes and references, remember the truth."""
    rng = np.random.default_rng(setup.seed)
    known = songs(setup.folder)
    if len(known) < TRACKS + REFERENCES:
        sys.exit(f"{setup.folder}: {len(known)} songs of {_SHORTEST_S:g} s or more, {TRACKS + REFERENCES} are needed")
    drawn = [known[i] for i in rng.permutation(len(known))[: TRACKS + REFERENCES]]
    rate_hz = min(soundfile.info(str(path)).samplerate for path in drawn)
    engineers = [KINDS[setup.kind].draw(rng, setup.strength) for _ in range(ENGINEERS)]
    # Whole albums are held for the sake of one gain; float32 halves them and still resolves 24 bits.
    names, originals, mixes = [], [], []
    for number, path in enumerate(drawn[:TRACKS]):
        song = _excerpt(path, rate_hz)
        names.append(f"{number + 1:02d} {path.stem}.wav")
        originals.append(song.astype(np.float32))
        mixes.append(engineers[number % ENGINEERS].mix(song, rate_hz, rng).astype(np.float32))
    references = [_excerpt(path, rate_hz).astype(np.float32) for path in drawn[TRACKS:]]
    _write(folder / "mixes", names, mixes, rate_hz)
    _write(
        folder / "references", [f"{n} {path.stem}.wav" for n, path in enumerate(drawn[TRACKS:], 1)], references, rate_hz
    )
    if keep:
        _write(folder / "truth", names, originals, rate_hz)
    with ThreadPoolExecutor(_WORKERS) as pool:
        truths = tuple(pool.map(lambda song: meters.measured(song.astype(np.float64), rate_hz), originals))
    numbers = tuple(number % ENGINEERS for number in range(TRACKS))
    return Case(folder=folder, names=tuple(names), engineers=numbers, truths=truths)


def run(case: Case, way: str, statistics: Path | None) -> Score:
    """Master a case one way, ours with these statistics of songs, and score what came of it."""
    out, start = case.folder / way, time.perf_counter()
    if way == COPY:
        files = {name: out / name for name in case.names}
    elif way == PEER:
        files = _by_peer(case, out)
    else:
        files = _by_command(case, out, statistics, told=way == GIVEN)
    seconds = time.perf_counter() - start
    score = scored(case, [files[name] for name in case.names], seconds)
    if way != BLIND:
        return score
    rand, claimed = groups(case, out / "album.toml")
    return replace(score, rand=rand, claimed=claimed)


def scored(case: Case, files: Sequence[Path], seconds: float) -> Score:
    """The score of finished songs, in order of the mixes."""
    with ThreadPoolExecutor(_WORKERS) as pool:
        found = list(pool.map(_judged, files, case.truths))
    pairs = [(song, truth) for (song, _), truth in zip(found, case.truths, strict=True)]
    return Score(
        tone_db=float(np.mean([meters.tone_error_db(*pair) for pair in pairs])),
        width_db=float(np.mean([meters.width_error_db(*pair) for pair in pairs])),
        dynamics_lu=float(np.mean([meters.dynamics_error_lu(*pair) for pair in pairs])),
        relation_lu=meters.relation_error_lu([song for song, _ in pairs], list(case.truths)),
        peak_dbtp=max(peak_dbtp for _, peak_dbtp in found),
        seconds=seconds,
    )


def groups(case: Case, plan: Path) -> tuple[float, bool]:
    """Adjusted Rand index of the groups that a plan claims, a track without one alone; whether it claims any."""
    from sklearn.metrics import adjusted_rand_score

    tracks = tomllib.loads(plan.read_text(encoding="utf-8"))["track"]
    told = {Path(track["file"]).name: track.get("group") for track in tracks}
    labels = [told.get(name) or f"alone: {name}" for name in case.names]
    return float(adjusted_rand_score(case.engineers, labels)), any(told.values())


def _by_command(case: Case, out: Path, statistics: Path | None, *, told: bool) -> dict[str, Path]:
    """The installed command, as anyone would run it; finished files by the mixes' names, through the manifest."""
    command = [str(Path(sys.executable).with_name("mastertape")), "master", str(case.folder / "mixes")]
    for reference in sorted((case.folder / "references").iterdir()):
        command += ["--reference", str(reference)]
    if told:
        for name, engineer in zip(case.names, case.engineers, strict=True):
            command += ["--engineer", f"E{engineer + 1}={name}"]
    if statistics:
        command += ["--song-statistics", str(statistics)]
    command += ["--for", "streaming", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 1}:  # 1: done, with findings
        sys.exit(f"mastertape master {case.folder / 'mixes'} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    files = {Path(track["source"]).name: out / track["file"] for track in manifest["deliveries"]["streaming"]["tracks"]}
    if missing := set(case.names) - set(files):
        sys.exit(f"{out}: {', '.join(sorted(missing))} left out")
    return files


def _by_peer(case: Case, out: Path) -> dict[str, Path]:
    """Matchering as it comes, every mix to the first reference: it takes no more."""
    import matchering

    out.mkdir(parents=True)
    reference = min((case.folder / "references").iterdir())
    for name in case.names:
        results = [matchering.pcm24(str(out / name))]
        matchering.process(target=str(case.folder / "mixes" / name), reference=str(reference), results=results)
    return {name: out / name for name in case.names}


def _judged(path: Path, truth: Measured) -> tuple[Measured, float]:
    audio, rate_hz = _read(path)
    # A gap or a decay may follow: only as much as there was.
    audio = audio[: round(truth.seconds * rate_hz)]
    return meters.measured(audio, rate_hz, truth), meters.true_peak_dbtp(audio, rate_hz)


def _excerpt(path: Path, rate_hz: int) -> Samples:
    """The middle of a song."""
    with soundfile.SoundFile(str(path)) as file:
        frames = min(file.frames, round(_EXCERPT_S * file.samplerate))
        file.seek((file.frames - frames) // 2)
        audio, own_hz = _stereo(file.read(frames, dtype="float64", always_2d=True)), file.samplerate
    return audio if own_hz == rate_hz else np.asarray(soxr.resample(audio, own_hz, rate_hz, quality="VHQ"))


def _read(path: Path) -> tuple[Samples, int]:
    audio, rate_hz = soundfile.read(str(path), dtype="float64", always_2d=True)
    return _stereo(audio), rate_hz


def _stereo(audio: Samples) -> Samples:
    return np.repeat(audio, 2, axis=1) if audio.shape[1] == 1 else audio[:, :2]


def _write(folder: Path, names: Sequence[str], audio: Sequence[np.ndarray], rate_hz: int) -> None:
    """24 bits, and one gain for all: relations stay as they were."""
    folder.mkdir(parents=True)
    gain = min(1.0, _HIGHEST / max(float(np.abs(one).max()) for one in audio))
    for name, one in zip(names, audio, strict=True):
        soundfile.write(str(folder / name), one * gain, rate_hz, subtype="PCM_24")
