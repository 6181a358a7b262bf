"""Encoders: a stream of float blocks to an MP3, AAC, Opus, Vorbis or ALAC file that plays back to the sample.

What comes back from `decoded` lies on the original frame by frame and is as long: each file tells its encoder's delay
and padding (LAME header, MP4 edit list, Opus pre-skip, granule positions), and the readers heed it. The bytes are the
same each time: no times, no random numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from analysis.audio import BLOCK_FRAMES, Audio
from analysis.errors import MastertapeError, OutputError
from analysis.load import open_audio
from analysis.units import Floats
from mastering.codec_specs import Codec, CodecSpec
from mastering.lame_tag import tell_length
from mastering.resample import resample, resampled_frames

Samples = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Format:
    """How FFmpeg calls a codec, its file, and the samples that it takes."""

    encoder: str
    container: str
    samples: str
    options: Mapping[str, str] = field(default_factory=dict)


_FORMATS = {
    Codec.MP3: _Format(encoder="libmp3lame", container="mp3", samples="fltp"),
    # From 64 kbit/s up this way of coding is better than the default (FFmpeg's manual, "aac_coder"), and it does not
    # slip: where sound sets in at full level that one comes back 2 to 4 dB higher, this one 0.0 to 0.6 dB.
    Codec.AAC: _Format(encoder="aac", container="ipod", samples="fltp", options={"aac_coder": "fast"}),
    Codec.OPUS: _Format(encoder="libopus", container="ogg", samples="flt"),
}
_ALAC = {
    16: _Format(encoder="alac", container="ipod", samples="s16p"),
    24: _Format(encoder="alac", container="ipod", samples="s32p"),
}
_LAME_SCALES = {192: 0.97, 224: 0.98, 256: 1.0, 320: 1.0}
_LAME_LOW_SCALE = 0.95
"""LAME turns its input down by these at a constant bit rate (3.100, libmp3lame/presets.c, `abr_switch_map`; measured:
-0.27, -0.18, 0, 0 and -0.45 dB). It is turned up by as much first, so that a file is as loud as what it was made of."""

_VORBIS_KBPS = (64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 500)
"""Nominal bit rates of qualities 0 to 10 in stereo (libvorbis, lib/modes/setup_44.h, `rate_mapping_44_stereo`)."""

_SERIAL = 1
"""Number of the one stream in an Ogg file; 0 is known to trouble some readers."""


def encode(audio: Audio, frames: int, spec: CodecSpec, path: Path) -> int:
    """Write a stream of so many frames as a lossy file, at `spec.rate_hz`; how many frames it has there.

    Raises:
        OutputError: the file cannot be written.
    """
    rate_hz = spec.rate_hz(audio.rate_hz)
    stream, length = resample(audio, rate_hz, frames), resampled_frames(frames, audio.rate_hz, rate_hz)
    try:
        if spec.codec is Codec.VORBIS:
            _write_vorbis(stream, spec.bit_rate_kbps, path)
        else:
            scale = _LAME_SCALES.get(spec.bit_rate_kbps, _LAME_LOW_SCALE) if spec.codec is Codec.MP3 else 1.0
            singles = ((block / scale).astype(np.float32) for block in stream.blocks())
            _write_av(stream, singles, _FORMATS[spec.codec], path, spec.bit_rate_kbps)
        if spec.codec is Codec.MP3:
            tell_length(path, length, stream.channels)
    except (OSError, RuntimeError) as error:
        raise _unwritable(path, error) from error
    return length


def encode_alac(audio: Audio, bits: int, path: Path) -> None:
    """Write a stream whose samples are integers of 16 or 24 bits without loss.

    Raises:
        OutputError: the file cannot be written.
    """
    # 24 bits lie in the upper ones of 32
    kind, scale = (np.int16, 2.0**15) if bits == 16 else (np.int32, 2.0**31)
    integers = (np.rint(block * scale).astype(kind) for block in audio.blocks())
    try:
        _write_av(audio, integers, _ALAC[bits], path, None)
    except OSError as error:
        raise _unwritable(path, error) from error


def decoded(path: Path, frames: int) -> Audio:
    """A file of ours as it plays, in blocks `(frames, channels)`; it must have so many frames.

    Raises:
        OutputError: it cannot be read; while reading, that it is shorter or longer.
    """
    try:
        found = open_audio(path).audio
    except MastertapeError as error:
        raise OutputError(f"{path.name} was written but cannot be read back ({error}): is the disk full?") from error

    def blocks() -> Iterator[Floats]:
        count = 0
        for block in found.blocks():
            count += len(block)
            yield block
        if count != frames:
            raise OutputError(
                f"{path.name} was written with {frames} frames and reads back with {count}: is the disk full?"
            )

    return Audio(rate_hz=found.rate_hz, channels=found.channels, blocks=blocks)


def _write_av(audio: Audio, blocks: Iterable[Samples], form: _Format, path: Path, kbps: int | None) -> None:
    """Write through FFmpeg."""
    import av

    options = {"fflags": "+bitexact"}
    if form.container == "ipod":
        # The edit list counts in this: in thousandths, its default, a file would end up to half a one off.
        options["movie_timescale"] = str(audio.rate_hz)
    elif form.container == "ogg":
        options["serial_offset"] = str(_SERIAL)
    layout = "mono" if audio.channels == 1 else "stereo"
    with av.open(str(path), "w", format=form.container, container_options=options) as file:
        stream = file.add_stream(form.encoder, rate=audio.rate_hz, options=dict(form.options))
        context = stream.codec_context
        context.format, context.layout = form.samples, layout
        if kbps is not None:
            context.bit_rate = kbps * 1000
        context.open()
        start = 0
        for part in _pieces(blocks, context.frame_size):
            planes = part.T if form.samples.endswith("p") else part.reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(planes), format=form.samples, layout=layout)
            frame.sample_rate, frame.pts, frame.time_base = audio.rate_hz, start, Fraction(1, audio.rate_hz)
            file.mux(stream.encode(frame))
            start += len(part)
        file.mux(stream.encode(None))


def _pieces(blocks: Iterable[Samples], frames: int) -> Iterator[Samples]:
    """The stream in pieces of so many frames, the last one shorter."""
    rest: Samples | None = None
    for block in blocks:
        whole = block if rest is None else np.concatenate([rest, block])
        end = len(whole) // frames * frames
        yield from (whole[start : start + frames] for start in range(0, end, frames))
        rest = whole[end:]
    if rest is not None and len(rest):
        yield rest


def _write_vorbis(audio: Audio, kbps: int, path: Path) -> None:
    """Write through libsndfile, as FFmpeg's own encoder is far worse than libvorbis."""
    quality = float(np.interp(kbps, _VORBIS_KBPS, range(len(_VORBIS_KBPS)))) / 10
    numbered = path.with_name(f"{path.name}.part")
    try:
        with soundfile.SoundFile(
            str(numbered),
            "w",
            samplerate=audio.rate_hz,
            channels=audio.channels,
            format="OGG",
            subtype="VORBIS",
            compression_level=1.0 - quality,
        ) as file:
            # More at once may crash libvorbis, and what it writes hangs on how much it is given.
            for block in _pieces(audio.blocks(), BLOCK_FRAMES):
                file.write(block)
        _renumber(numbered, path)
    finally:
        numbered.unlink(missing_ok=True)


def _renumber(source: Path, target: Path) -> None:
    """Copy an Ogg file page by page, with a serial number that is not random."""
    from mutagen.ogg import OggPage

    with source.open("rb") as file, target.open("wb") as out:
        while True:
            try:
                page = OggPage(file)
            except EOFError:
                break
            page.serial = _SERIAL
            out.write(page.write())


def _unwritable(path: Path, error: Exception) -> OutputError:
    reason = str(getattr(error, "strerror", None) or error).rstrip(".").lower()
    return OutputError(f"{path.name} cannot be written ({reason}): free some space and run again.")
