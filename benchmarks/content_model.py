"""Learning the tone that a song should have by what plays in it: songs measured in stretches, and a ridge regression.

Songs are measured whole and in stretches of 20 s: a song's parts play different things, and tell of the same rule.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import platformdirs

from analysis.cache import file_sha256
from analysis.content import BANDS, FIGURES, ContentMeter
from analysis.load import open_audio
from analysis.spectrum import SpectrumMeter
from analysis.track import SCHEMA, TrackAnalysis
from analysis.units import Floats
from assistant.expected import WEIGHTS, design

_STRETCH_S = 20.0
_SHORTEST_SHARE = 0.8  # of a stretch
_RIDGE = 1600.0
"""Tried on six records in turn: 600 to 5000 do alike."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A song or a stretch of one: figures `(figures, 28)` of what plays, tone `(28,)` in dB."""

    figures: Floats
    tone_db: Floats


@dataclass(frozen=True, kw_only=True)
class Song:
    """A song's analysis, and what was measured of its stretches."""

    analysis: TrackAnalysis
    stretches: tuple[Piece, ...]

    def whole(self) -> Piece:
        """All of it."""
        return Piece(figures=self.analysis.content.table(), tone_db=self.analysis.spectrum.tone_db())


def stretches_of(path: Path) -> tuple[Piece, ...]:
    """Stretches of a file, measured once and kept in the user's cache folder."""
    name = f"{file_sha256(path)}-{SCHEMA}-{_STRETCH_S:g}.json"
    kept = Path(platformdirs.user_cache_dir("mastertape")) / "stretches" / name
    if kept.exists():
        rows = json.loads(kept.read_text())
    else:
        rows = [[piece.figures.tolist(), piece.tone_db.tolist()] for piece in _measured(path)]
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(rows))
    return tuple(Piece(figures=np.array(figures), tone_db=np.array(tone)) for figures, tone in rows)


def _measured(path: Path) -> list[Piece]:
    audio = open_audio(path).audio
    length = round(_STRETCH_S * audio.rate_hz)
    pieces: list[Piece] = []
    spectrum, content = _meters(audio.rate_hz, audio.channels)
    filled = 0
    for block in audio.blocks():
        start = 0
        while start < len(block):
            part = block[start : start + length - filled]
            spectrum.update(part)
            content.update(part)
            start, filled = start + len(part), filled + len(part)
            if filled == length:
                pieces += _piece(spectrum, content)
                spectrum, content = _meters(audio.rate_hz, audio.channels)
                filled = 0
    if filled > _SHORTEST_SHARE * length:
        pieces += _piece(spectrum, content)
    return pieces


def _meters(rate_hz: int, channels: int) -> tuple[SpectrumMeter, ContentMeter]:
    return SpectrumMeter(rate_hz, channels), ContentMeter(rate_hz, channels)


def _piece(spectrum: SpectrumMeter, content: ContentMeter) -> list[Piece]:
    figures = content.result()
    return [Piece(figures=figures.table(), tone_db=spectrum.result().tone_db())] if figures.figures else []


@dataclass(frozen=True, kw_only=True)
class Learned:
    """The model and what is left of the songs it was not learned from.

    Attributes:
        usual, scales, weights: of `assistant.expected.ContentModel`.
        residuals: tone without what is expected, about its record's mean, of every song by a model learned without its
            record, `(songs, 28)`.
        left_usual_db: mean of what is left over records, `(28,)`.
    """

    usual: Floats
    scales: Floats
    weights: Floats
    residuals: Floats
    left_usual_db: Floats


def learn_content(records: Sequence[Sequence[Song]]) -> Learned:
    """Learn from records."""
    wholes = [[song.whole() for song in songs if song.analysis.content.figures] for songs in records]
    centres = [np.mean([piece.figures for piece in pieces], axis=0) for pieces in wholes]
    tones = [np.mean([piece.tone_db for piece in pieces], axis=0) for pieces in wholes]
    pieces = [
        [*whole, *(piece for song in songs for piece in song.stretches)]
        for whole, songs in zip(wholes, records, strict=True)
    ]
    figures = [
        np.array([piece.figures for piece in part]) - centre for part, centre in zip(pieces, centres, strict=True)
    ]
    scales = np.sqrt(np.mean(np.concatenate(figures) ** 2, axis=(0, 2)))
    sums = []
    for found, part, tone in zip(figures, pieces, tones, strict=True):
        X = design(found / scales[:, None])
        y = (np.array([piece.tone_db for piece in part]) - tone).ravel()
        sums.append((X.T @ X, X.T @ y))
    weights = _ridge(sums)
    usual = np.mean(centres, axis=0)
    residuals, left = [], []
    for number, whole in enumerate(wholes):
        others = _ridge(sums[:number] + sums[number + 1 :]) if len(sums) > 1 else weights
        own = np.array([piece.tone_db for piece in whole])
        about = own - _expected(whole, usual, scales, others)
        residuals.append((about - about.mean(axis=0)) * np.sqrt(len(about) / max(1, len(about) - 1)))
        left.append((own - _expected(whole, usual, scales, weights)).mean(axis=0))
    return Learned(
        usual=usual,
        scales=scales,
        weights=weights,
        residuals=np.concatenate(residuals),
        left_usual_db=np.mean(left, axis=0),
    )


def _ridge(sums: Sequence[tuple[Floats, Floats]]) -> Floats:
    inner = np.sum([xx for xx, _ in sums], axis=0) + _RIDGE * np.eye(WEIGHTS)
    return np.asarray(np.linalg.solve(inner, np.sum([xy for _, xy in sums], axis=0)))


def _expected(pieces: Sequence[Piece], usual: Floats, scales: Floats, weights: Floats) -> Floats:
    figures = (np.array([piece.figures for piece in pieces]).reshape(-1, len(FIGURES), BANDS) - usual) / scales[:, None]
    tone = (design(figures) @ weights).reshape(-1, BANDS)
    return np.asarray(tone - tone.mean(axis=1, keepdims=True))
