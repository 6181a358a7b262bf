"""Matchering as the first stage of a track's chain: its tone and dynamics, without its limiter and its level.

It takes whole files and knows no streams, so this stage stands before the others and works through temporary files.
What is lost on it is put right around it: rates other than 44.1 kHz (it runs at the mix's own, its Fourier transform
made longer in proportion, and the reference is converted to that), mono (it stays mono), levels (what comes out is as
loud as what went in, so that songs keep their relations), its messages, its tracebacks.
"""

from __future__ import annotations

import dataclasses
import math
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile

from analysis.audio import BLOCK_FRAMES, Audio
from analysis.errors import AudioContentError, OutputError
from analysis.load import open_audio
from analysis.loudness import LoudnessMeter
from analysis.units import Floats, db_to_amplitude
from mastering.chain import build, process
from mastering.resample import resample
from mastering.specs import ChainSpec, TrackSpec

LONGEST_S = 15 * 60
"""What matchering takes, of mixes and of references. It holds all of them in memory: 285 MB a minute."""

_FFT_AT_44_100 = 4096
_ONE_AT_A_TIME = threading.Lock()  # because of that memory
_FAULTS = (ArithmeticError, ValueError, TypeError, IndexError, RuntimeError, MemoryError)


@contextmanager
def through_chain(audio: Audio, track: TrackSpec, work: Path) -> Iterator[Audio]:
    """A track's audio after the whole of its chain, matchering included where that is asked for.

    Raises:
        AudioFileError, AudioContentError: the reference cannot be read, or matchering cannot do it.
        OutputError: the disk is full.
    """
    chain = track.chain
    if chain.matchering is None:
        yield process(audio, build(chain, track.rate_hz, track.channels))
        return
    first, rest = ChainSpec(dc_offset=chain.dc_offset), dataclasses.replace(chain, dc_offset=(), matchering=None)
    mix = process(audio, build(first, track.rate_hz, track.channels))
    reference = open_audio(Path(chain.matchering)).audio
    with matched(mix, reference, work, track.source) as found:
        yield process(found, build(rest, track.rate_hz, track.channels))


def matchering_bytes(track: TrackSpec) -> int:
    """Room that matching a track takes on disk for a while, at most."""
    frames = 2 * track.frames + round(LONGEST_S * track.rate_hz)
    return 0 if track.chain.matchering is None else 8 * frames


@contextmanager
def matched(mix: Audio, reference: Audio, work: Path, name: str) -> Iterator[Audio]:
    """A mix as matchering brings it to a reference, as loud as it was; a stream of as many channels at its rate.

    Args:
        mix: of one or two channels, not silent.
        reference: likewise, of any rate.
        work: folder for temporary files, which are gone when the context is left.
        name: of the mix, for sentences.

    Raises:
        AudioContentError: matchering cannot do it.
        OutputError: the disk is full.
    """
    with tempfile.TemporaryDirectory(dir=work) as folder:
        target, model, result = (Path(folder) / f"{word}.wav" for word in ("target", "reference", "result"))
        before_lufs = _write(mix, target)
        reference_frames = sum(map(len, reference.blocks()))  # not every file knows how long it is
        _write(resample(reference, mix.rate_hz, reference_frames), model)
        with _ONE_AT_A_TIME:
            _run(target, model, result, mix.rate_hz, name)
        found = Audio(rate_hz=mix.rate_hz, channels=mix.channels, blocks=lambda: _read(result, mix.channels, 1.0))
        after_lufs = _loudness_lufs(found)
        if not (math.isfinite(before_lufs) and math.isfinite(after_lufs)):
            raise AudioContentError(
                f"What matchering makes of {name} has no loudness that can be measured: use --engine mastertape."
            )
        factor = db_to_amplitude(before_lufs - after_lufs)
        yield Audio(rate_hz=mix.rate_hz, channels=mix.channels, blocks=lambda: _read(result, mix.channels, factor))


def _run(target: Path, reference: Path, result: Path, rate_hz: int, name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what SciPy will do away with
        import matchering
        from matchering.log.exceptions import ModuleError

        config = matchering.Config(
            internal_sample_rate=rate_hz,
            fft_size=2 ** round(math.log2(_FFT_AT_44_100 * rate_hz / 44_100)),
            max_length=LONGEST_S + 1,  # conversion may have made a reference longer by a frame
            allow_equality=True,
            temp_folder=str(result.parent),
        )
        wanted = matchering.Result(str(result), "FLOAT", use_limiter=False, normalize=False)
        try:
            matchering.process(target=str(target), reference=str(reference), results=[wanted], config=config)
        except soundfile.LibsndfileError as error:
            raise _full(result, error) from error
        except (ModuleError, *_FAULTS) as error:
            reason = str(error).rstrip(".") or type(error).__name__
            raise AudioContentError(
                f"matchering cannot work on {name} ({reason}): leave it out, or use --engine mastertape."
            ) from error


def _write(audio: Audio, path: Path) -> float:
    """Write a stream as 32-bit float; gives its loudness, LUFS."""
    meter = LoudnessMeter(audio.rate_hz, audio.channels)
    try:
        with soundfile.SoundFile(str(path), "w", audio.rate_hz, audio.channels, "FLOAT", format="WAV") as file:
            for block in audio.blocks():
                meter.update(block)
                file.write(block)
    except soundfile.LibsndfileError as error:
        raise _full(path, error) from error
    return _integrated(meter)


def _full(path: Path, error: Exception) -> OutputError:
    return OutputError(f"{path.parent.parent} cannot be written to ({error}): free some space.")


def _read(path: Path, channels: int, factor: float) -> Iterator[Floats]:
    with soundfile.SoundFile(str(path)) as file:
        while len(block := file.read(BLOCK_FRAMES, dtype="float64", always_2d=True)):
            yield np.ascontiguousarray(block[:, :channels]) * factor


def _loudness_lufs(audio: Audio) -> float:
    meter = LoudnessMeter(audio.rate_hz, audio.channels)
    for block in audio.blocks():
        meter.update(block)
    return _integrated(meter)


def _integrated(meter: LoudnessMeter) -> float:
    lufs = meter.result().integrated_lufs
    return -math.inf if lufs is None else lufs
