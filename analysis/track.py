"""Everything measured about one track: one decode feeds every meter, the result is small and travels as JSON."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

import numpy as np

from analysis.audio import Audio, SourceInfo
from analysis.content import Content, ContentMeter
from analysis.crest import CrestMeter
from analysis.dynamics import Dynamics, measure_dynamics
from analysis.edges import Edges, find_edges
from analysis.energy import Energy, measure_energy
from analysis.hops import HOPS_PER_SECOND
from analysis.integrity import Integrity, IntegrityMeter
from analysis.levels import LevelMeter
from analysis.load import LoadedAudio
from analysis.loudness import Loudness, LoudnessMeter
from analysis.musical import MusicalFeatures, musical_features
from analysis.spectrum import Spectrum, SpectrumMeter
from analysis.true_peak import TruePeakMeter
from analysis.units import Floats

SCHEMA = 7
"""Raised whenever a figure's meaning changes, so that older cached analyses are not believed."""


class Meter(Protocol):
    """Takes blocks of one stream; `result` gives its figures at any time."""

    def update(self, block: Floats) -> None:
        """Take the next block `(frames, channels)`."""
        ...

    def result(self) -> object:
        """The figures of all that was taken so far."""
        ...


METERS: dict[str, Callable[[int, int], Meter]] = {
    "loudness": LoudnessMeter,
    "true_peak": TruePeakMeter,
    "levels": LevelMeter,
    "crest": CrestMeter,
    "spectrum": SpectrumMeter,
    "content": ContentMeter,
    "integrity": IntegrityMeter,
}
"""Every meter by name, built from rate in Hz and channel count; the contract tests go through this list."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackAnalysis:
    """What is known about one track. Silence is -inf; None means not measurable.

    Attributes:
        schema: version of these figures.
        name: the file's name.
        sha256: of the file's bytes.
        source: what the file says of itself.
        frames: frames that were decoded.
        loudness, true_peak_dbtp, dynamics, spectrum, content, integrity, edges: the meters' figures.
        short_term_lufs: short-term loudness each second, for plots.
        levels_dbfs: RMS of every tenth of a second, all channels together.
        crest_db: how far peaks stand over RMS from moment to moment, see `analysis.crest`.
        energy: how much goes on, second by second.
        musical: tempo, key, beats and bars at both ends; None until asked for.
    """

    schema: int
    name: str
    sha256: str
    source: SourceInfo
    frames: int
    loudness: Loudness
    true_peak_dbtp: float
    dynamics: Dynamics
    spectrum: Spectrum
    content: Content
    integrity: Integrity
    edges: Edges
    short_term_lufs: tuple[float, ...]
    levels_dbfs: tuple[float, ...]
    crest_db: float | None = None
    energy: Energy = field(default_factory=Energy)
    musical: MusicalFeatures | None = None

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.frames / self.source.rate_hz

    @property
    def is_silent(self) -> bool:
        """Whether nothing in it is loud enough to be measured."""
        return self.loudness.integrated_lufs is None or math.isinf(self.loudness.integrated_lufs)

    def to_json(self) -> str:
        """As JSON; minus infinity is the text "-inf"."""
        return json.dumps(_plain(dataclasses.asdict(self)), allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> TrackAnalysis:
        """Read back what `to_json` gave.

        Raises:
            ValueError: not such JSON, or of another schema.
        """
        analysis: TrackAnalysis = _adapter().validate_python(json.loads(text))
        if analysis.schema != SCHEMA:
            raise ValueError(f"analysis of schema {analysis.schema}, {SCHEMA} expected")
        return analysis


def analyse(loaded: LoadedAudio, sha256: str, *, progress: Callable[[int], None] | None = None) -> TrackAnalysis:
    """Measure an opened file in one pass; `progress` is told the frames of each block.

    Raises:
        AudioFileError, AudioContentError: as decoding finds them.
    """
    audio = loaded.audio
    loudness, peaks = (
        LoudnessMeter(audio.rate_hz, audio.channels),
        TruePeakMeter(audio.rate_hz, audio.channels),
    )
    levels, crest, spectrum, content, integrity = (
        LevelMeter(audio.rate_hz, audio.channels),
        CrestMeter(audio.rate_hz, audio.channels),
        SpectrumMeter(audio.rate_hz, audio.channels),
        ContentMeter(audio.rate_hz, audio.channels),
        IntegrityMeter(audio.rate_hz, audio.channels),
    )
    frames = 0
    for block in audio.blocks():
        for meter in (loudness, peaks, levels, crest, spectrum, content, integrity):
            meter.update(block)
        frames += len(block)
        if progress:
            progress(len(block))
    figures, raw = loudness.result(), integrity.result()
    dynamics = measure_dynamics(loudness, peaks, levels, figures, raw)
    series = loudness.short_term_lufs()[::HOPS_PER_SECOND]
    hops, loud_lufs = loudness.hop_energies(), dynamics.loud_lufs
    edges = find_edges(hops, audio.rate_hz, loud_lufs, frames / audio.rate_hz)
    return TrackAnalysis(
        schema=SCHEMA,
        name=loaded.path.name,
        sha256=sha256,
        source=loaded.info,
        frames=frames,
        loudness=figures,
        true_peak_dbtp=peaks.result(),
        dynamics=dynamics,
        spectrum=spectrum.result(),
        content=content.result(),
        integrity=raw,
        edges=edges,
        short_term_lufs=tuple(round(float(level), 2) for level in series),
        levels_dbfs=tuple(round(level, 1) for level in levels.result()),
        crest_db=crest.result(),
        energy=measure_energy(
            hops, audio.rate_hz, content.course(), loud_lufs, (edges.first_sound_s, edges.felt_end_s)
        ),
    )


def with_musical(analysis: TrackAnalysis, audio: Audio) -> TrackAnalysis:
    """The analysis with tempo, key, beats and bars added, from at most two minutes of the song."""
    if analysis.musical is not None:
        return analysis
    return dataclasses.replace(analysis, musical=musical_features(audio, analysis.frames, analysis.edges))


def excerpt(audio: Audio, start: int, length: int) -> Floats:
    """Frames `start` to `start + length` of a stream, as far as it goes, `(frames, channels)`."""
    parts: list[Floats] = []
    position = 0
    for block in audio.blocks():
        if position + len(block) > start:
            parts.append(block[max(0, start - position) : start + length - position])
        position += len(block)
        if position >= start + length:
            break
    return np.concatenate(parts) if parts else np.zeros((0, audio.channels))


@lru_cache(maxsize=1)
def _adapter() -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(TrackAnalysis)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and math.isinf(value):
        return "-inf" if value < 0 else "inf"
    return value
