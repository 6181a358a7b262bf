"""What the lossy codecs of a place make of a file that is checked."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path

from assistant.check_measure import CheckedFile
from assistant.check_points import Point, Verdict, point
from assistant.measuring import Progress
from mastering.codec_audit import CodecTrial, file_suffix, try_codec
from mastering.codec_specs import CodecSpec
from mastering.delivery_specs import DeliverySpec

Trials = Mapping[tuple[Path, CodecSpec], CodecTrial]
"""What each codec made of each file."""

_STAGE = "Trying codecs"
_ROUNDING_DB = 0.005


def tried(wanted: Sequence[tuple[CheckedFile, CodecSpec]], pool: Executor, progress: Progress) -> Trials:
    """Try files with codecs, each pair once; mono and what is lossy or damaged already is passed over.

    Raises:
        OutputError: there is no room for what they make.
    """
    pairs = {
        (file.path, codec): file
        for file, codec in wanted
        if file.info and not file.fault and not file.info.lossy and file.info.channels == 2
    }
    with tempfile.TemporaryDirectory(prefix="mastertape-") as folder:

        def one(number: int, codec: CodecSpec, file: CheckedFile) -> CodecTrial:
            item = f"{file.path} {codec.word}"
            progress.begin(_STAGE, item, 1)
            target = Path(folder) / f"{number}{file_suffix(codec)}"
            trial = try_codec(file.path, file.frames, file.loudness_lufs, codec, target)
            target.unlink()
            progress.advance(_STAGE, item, 1)
            return trial

        jobs = [pool.submit(one, number, pair[1], file) for number, (pair, file) in enumerate(pairs.items())]
        return dict(zip(pairs, [job.result() for job in jobs], strict=True))


def codec_points(file: CheckedFile, spec: DeliverySpec, trials: Trials) -> Iterator[Point]:
    """A point for each codec of the place that a file was tried with."""
    for codec in spec.codecs:
        trial = trials.get((file.path, codec))
        if trial is None:
            continue
        over = trial.true_peak_dbtp - spec.codec_ceiling_dbtp
        bad = Verdict.FAIL if over > _ROUNDING_DB else None
        wanted, found = f"{spec.codec_ceiling_dbtp:g} dBTP at most", f"{trial.true_peak_dbtp:.2f} dBTP"
        remedy = f"limit it {over:.2f} dB lower where that happens; mastertape master does"
        value = round(trial.true_peak_dbtp, 3) if trial.true_peak_dbtp > -float("inf") else None
        yield point(file.name, f"true peak of {codec.label}", wanted, found, remedy, bad=bad, value=value)
