"""Short excerpts to compare mix, master and reference by ear, as loud as each other, and the joins, as Opus files.

Loudness is matched over the excerpt (ITU-R BS.1770): what is louder is preferred, whatever else differs. All of a song
are turned down alike until the highest peak has room for what coding adds. Each song's files are also put into a
script, which a browser loads from a disk where it refuses to read other files.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path

import numpy as np
import soundfile
import soxr

from analysis.alignment import find_offset
from analysis.audio import Audio
from analysis.load import open_audio
from analysis.load_av import SUFFIXES as READ_BY_AV
from analysis.loudness import LoudnessMeter
from analysis.track import excerpt
from analysis.true_peak import TruePeakMeter
from analysis.units import Floats, db_to_amplitude
from assistant.report.figures import ExcerptFigures
from assistant.report.places import Part, Wanted
from assistant.report.wishes import AUDIO_FOLDER
from mastering.codec_specs import Codec, CodecSpec
from mastering.codecs import encode

_CODEC = CodecSpec(codec=Codec.OPUS, bit_rate_kbps=112)
_RATE_HZ = 48_000  # of Opus
_CEILING_DBTP = -2.0  # Opus lifts peaks, seldom by more than a decibel: what is heard stays under -1 dBTP
_FADE_S = 0.02
_SEEK_S = 0.05  # a disc's sector is 13 ms
_SURE = 0.3


def write_excerpts(wanted: Sequence[Wanted], folder: Path, pool: Executor) -> tuple[ExcerptFigures, ...]:
    """Write what is wanted into a folder, as far as it can be heard; in parallel.

    Raises:
        MastertapeError: a file cannot be read or written.
    """
    return tuple(made for made in pool.map(lambda one: _write(one, folder), wanted) if made)


def _write(wanted: Wanted, folder: Path) -> ExcerptFigures | None:
    sounds = _sounds(wanted)
    gains_db = matching_gains_db(sounds)
    if not gains_db or wanted.version_needed not in gains_db:
        return None
    files = {}
    for version, gain_db in gains_db.items():
        name = f"{wanted.name}.opus" if wanted.join else f"{wanted.name}-{version}.opus"
        heard = _faded(sounds[version] * db_to_amplitude(gain_db))
        encode(Audio.from_array(heard, _RATE_HZ), len(heard), _CODEC, folder / name)
        files[version] = name
    if not wanted.join:
        (folder / f"{wanted.name}.js").write_text(_script(wanted.name, files, folder), encoding="ascii")
    return ExcerptFigures(
        name=wanted.name,
        title=wanted.title,
        track=wanted.track,
        join=wanted.join,
        versions={version: f"{AUDIO_FOLDER}/{name}" for version, name in files.items()},
        start_s=round(wanted.start_s, 2),
        length_s=round(len(sounds[wanted.version_needed]) / _RATE_HZ, 2),
        gains_db={version: round(gain_db, 2) for version, gain_db in gains_db.items()},
        reference=wanted.reference if "reference" in files else "",
    )


def matching_gains_db(sounds: Mapping[str, Floats]) -> dict[str, float]:
    """What makes sounds at 48 kHz equally loud, none louder than the loudest, peaks within bounds, by version.

    Silent ones are left out.
    """
    loudness, room = {}, {}
    for version, samples in sounds.items():
        meters = LoudnessMeter(_RATE_HZ, samples.shape[1]), TruePeakMeter(_RATE_HZ, samples.shape[1])
        for meter in meters:
            meter.update(samples)
        level = meters[0].result().integrated_lufs
        if level is not None and math.isfinite(level):
            loudness[version], room[version] = level, _CEILING_DBTP - meters[1].result()
    if not loudness:
        return {}
    shared = min([max(loudness.values()), *(loudness[version] + room[version] for version in loudness)])
    return {version: shared - level for version, level in loudness.items()}


def _sounds(wanted: Wanted) -> dict[str, Floats]:
    """Each version at 48 kHz in stereo; those of one song lie on each other."""
    sounds: dict[str, Floats] = {}
    for version, parts in wanted.parts.items():
        if version == "mix" and wanted.aligns:
            sounds[version] = _aligned(sounds["master"], parts[0])
        else:
            sounds[version] = np.concatenate([_read(part) for part in parts])
    return {version: samples for version, samples in sounds.items() if len(samples)}


def _aligned(master: Floats, part: Part) -> Floats:
    """The part of a mix that lies on what is heard of its master, which may begin within a sector of a disc."""
    early = min(_SEEK_S, part.start_s)
    around = _read(Part(path=part.path, start_s=part.start_s - early, length_s=part.length_s + early + _SEEK_S))
    first = round(early * _RATE_HZ)
    if len(around) <= len(master):
        return around[first:]
    offset = find_offset(master, around, first)
    first += offset.frames if offset.correlation > _SURE else 0
    return around[first : first + len(master)]


def _read(part: Part) -> Floats:
    """A part of a file at 48 kHz in stereo, `(frames, 2)`."""
    audio = open_audio(part.path).audio
    first, frames = round(part.start_s * audio.rate_hz), round(part.length_s * audio.rate_hz)
    if part.path.suffix.lower() in READ_BY_AV:
        samples = excerpt(audio, first, frames)
    else:
        with soundfile.SoundFile(str(part.path)) as file:
            file.seek(min(max(first, 0), file.frames))
            samples = file.read(frames, dtype="float64", always_2d=True)
    if audio.rate_hz != _RATE_HZ and len(samples):
        samples = np.asarray(soxr.resample(samples, audio.rate_hz, _RATE_HZ, quality="HQ"))
    return np.ascontiguousarray(np.repeat(samples, 2, axis=1) if samples.shape[1] == 1 else samples)


def _faded(samples: Floats) -> Floats:
    """With a short fade at each end, which is cut in mid-sound."""
    places = np.arange(len(samples)) + 0.5
    near = np.minimum(places, len(samples) - places) / (_FADE_S * _RATE_HZ)
    return np.asarray(samples * np.sin(np.clip(near, 0.0, 1.0) * (np.pi / 2))[:, None] ** 2)


def _script(name: str, files: Mapping[str, str], folder: Path) -> str:
    """The files of a song as a call that the page's player waits for."""
    coded = {version: base64.b64encode((folder / file).read_bytes()).decode("ascii") for version, file in files.items()}
    return f"mastertapeExcerpt({json.dumps(name)}, {json.dumps(coded)});\n"
