"""What a song is to a musician: tempo, key, where beats and bars fall at its start and its end.

Heard in at most three bounded excerpts: the first and the last 30 s that sound, and a minute in the middle.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from analysis.audio import Audio
from analysis.beats import Beat, Rhythm
from analysis.edges import Edges
from analysis.keys import chroma_of, key_of, tuning_of
from analysis.metre import find_bars
from analysis.onsets import RATE_HZ
from analysis.tempo import Tempo, find_beat, song_tempo
from analysis.units import Floats, power_to_db

PASSAGE_S = 30.0
"""Length of the first and the last excerpt: 30 beats at 60 BPM, enough for bars to show."""

MIDDLE_S = 60.0
"""Length of the excerpt in the middle."""

SHORTEST_S = 4.0
"""The shortest song that holds the eight beats or so, and the few chords, that are needed."""

SILENT_DBFS = -70.0
"""Mean level under which an excerpt counts as silent: the absolute gate of ITU-R BS.1770, in dBFS."""

PICKUP_BEATS = 0.25
"""A song that begins by more than this before its first downbeat begins with a pickup."""

_BEFORE_S = 0.3  # heard before the first sound, so that it is heard to rise
_ON_THE_BEAT = 0.15  # of a beat: how far before the first sound its own beat may lie

Singles = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """The first or the last 30 s of a song. Times are seconds from the start of the file; None is not found.

    Attributes:
        tempo_bpm: tempo there, of the half and the double the one that is nearer to the song's.
        steady: whether its beats keep a grid, see `analysis.beats.Beat`.
        residual_ms: how far off the grid they lie, root mean square.
        beat_s: a beat of the grid: at the start the first one of the song, which may lie a little before its first
            sound and so before the file, at the end the last one that is heard.
        metre: beats in a bar, 3 or 4.
        metre_confidence: 0.9 to 1 where there is a metre, else 0.
        downbeat_s: the first beat of a bar: at the start of the first whole bar, at the end of the last bar heard.
        key, key_confidence: as of the song.
    """

    tempo_bpm: float | None = None
    steady: bool = False
    residual_ms: float | None = None
    beat_s: float | None = None
    metre: int | None = None
    metre_confidence: float = 0.0
    downbeat_s: float | None = None
    key: str | None = None
    key_confidence: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class MusicalFeatures:
    """What was heard of a song: tempo, key, its start and end, and why something is missing.

    Attributes:
        tempo_bpm: beats in a minute; rough where they are not steady.
        tempo_steady: whether three quarters of the beats keep one tempo to a tenth of a beat, within 25 ms.
        tempo_other_bpm: half or double of it, whichever a listener may tap instead.
        tempo_sureness: 0 to 1, how much better `tempo_bpm` fits than that.
        residual_ms: how far off a grid the beats lie, root mean square.
        key: such as "E minor".
        key_confidence: lead in correlation (0 to 2, seldom over 0.4) of the key over the next best one.
        opening, closing: the first and the last 30 s.
        pickup_beats: how long before its first whole bar the song begins; 0 for on the downbeat; None where no bars
            are found.
        reason: why tempo or key is missing; None where both were found.
    """

    tempo_bpm: float | None = None
    tempo_steady: bool = False
    tempo_other_bpm: float | None = None
    tempo_sureness: float = 0.0
    residual_ms: float | None = None
    key: str | None = None
    key_confidence: float = 0.0
    opening: Passage | None = None
    closing: Passage | None = None
    pickup_beats: float | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Excerpt:
    """Mono at 22.05 kHz, and where in the song it begins."""

    mono: Floats
    start_s: float
    rhythm: Rhythm


def musical_features(audio: Audio, frames: int, edges: Edges) -> MusicalFeatures:
    """Measure a song of `frames` frames; its stream is read once, its excerpts kept."""
    duration_s = frames / audio.rate_hz
    sounding_s = edges.felt_end_s - edges.first_sound_s
    if sounding_s < SHORTEST_S:
        return MusicalFeatures(reason=f"too short: {sounding_s:.1f} s of at least {SHORTEST_S:.0f} s")
    first_s = max(0.0, edges.first_sound_s - _BEFORE_S)
    middle_s = (edges.first_sound_s + edges.felt_end_s - MIDDLE_S) / 2
    spans_s = [
        (first_s, min(edges.first_sound_s + PASSAGE_S, duration_s)),
        (max(0.0, middle_s), min(middle_s + MIDDLE_S, duration_s)),
        (max(0.0, edges.felt_end_s - PASSAGE_S), edges.felt_end_s),
    ]
    opening, middle, closing = _excerpts(audio, spans_s)
    heard = [one for one in (opening, middle, closing) if not _silent(one.mono)]
    if not heard:
        return MusicalFeatures(reason=f"silent: under {SILENT_DBFS:.0f} dBFS")
    tempo = song_tempo([one.rhythm for one in heard])
    tuning = tuning_of(middle.mono)
    chromas = [chroma_of(one.mono, tuning) for one in (opening, middle, closing)]
    key, key_confidence = _common_key(chromas)
    first = _passage(opening, tempo, chromas[0], at_s=edges.first_sound_s, closing=False)
    missing = [
        reason
        for value, reason in (
            (tempo, "no tempo: no beats stand out"),
            (key, "no key: no notes or no key stands out"),
        )
        if value is None
    ]
    return MusicalFeatures(
        tempo_bpm=tempo.tempo_bpm if tempo else None,
        tempo_steady=tempo.steady if tempo else False,
        tempo_other_bpm=tempo.other_bpm if tempo else None,
        tempo_sureness=tempo.sureness if tempo else 0.0,
        residual_ms=tempo.residual_ms if tempo else None,
        key=key,
        key_confidence=key_confidence,
        opening=first,
        closing=_passage(closing, tempo, chromas[2], at_s=edges.felt_end_s, closing=True),
        pickup_beats=_pickup_beats(first, edges.first_sound_s),
        reason="; ".join(missing) or None,
    )


def _excerpts(audio: Audio, spans_s: Sequence[tuple[float, float]]) -> list[_Excerpt]:
    """Excerpts of one stream, each from and to a time in seconds, read in one pass."""
    spans = [(round(start_s * audio.rate_hz), round(end_s * audio.rate_hz)) for start_s, end_s in spans_s]
    parts: list[list[Singles]] = [[] for _ in spans]
    position = 0
    for block in audio.blocks():
        for (start, end), part in zip(spans, parts, strict=True):
            if position < end and position + len(block) > start:
                part.append(block[max(0, start - position) : end - position].astype(np.float32))
        position += len(block)
        if position >= max(end for _, end in spans):
            break
    found = []
    for (start, _), part in zip(spans, parts, strict=True):
        samples = np.concatenate(part) if part else np.zeros((0, audio.channels), dtype=np.float32)
        mono = np.asarray(soxr.resample(_mono(samples), audio.rate_hz, RATE_HZ), dtype=np.float64)
        found.append(_Excerpt(mono=mono, start_s=start / audio.rate_hz, rhythm=Rhythm.of(mono)))
    return found


def _mono(samples: Singles) -> Singles:
    """Mean of the channels; the strongest one where their mean cancels by 10 dB or more."""
    mean = samples @ np.full(samples.shape[1], 1 / samples.shape[1], dtype=np.float32)  # ten times faster than `mean`
    powers = np.einsum("ij,ij->j", samples, samples) / max(len(samples), 1)
    cancels = np.mean(np.square(mean)) < 0.1 * powers.mean()
    return np.ascontiguousarray(samples[:, int(np.argmax(powers))] if cancels else mean)


def _silent(mono: Floats) -> bool:
    return not len(mono) or power_to_db(float(np.mean(np.square(mono)))) < SILENT_DBFS


def _common_key(chromas: Sequence[Floats | None]) -> tuple[str | None, float]:
    """Key of the whole: the middle is twice as long as the start and the end."""
    weighted = [weight * chroma for weight, chroma in zip((1.0, 2.0, 1.0), chromas, strict=True) if chroma is not None]
    return key_of(np.sum(weighted, axis=0)) if weighted else (None, 0.0)


def _passage(excerpt: _Excerpt, tempo: Tempo | None, chroma: Floats | None, *, at_s: float, closing: bool) -> Passage:
    """What is known of one end of a song; `at_s` is where it begins or ends."""
    key, key_confidence = key_of(chroma) if chroma is not None else (None, 0.0)
    beat = None if _silent(excerpt.mono) else find_beat(excerpt.rhythm, tempo.tempo_bpm if tempo else None)
    if beat is None:
        return Passage(key=key, key_confidence=key_confidence)
    bars = find_bars(excerpt.mono, excerpt.rhythm, beat)

    def outermost_s(one_s: float, period_s: float) -> float:
        return _outermost_s(beat, one_s, period_s, excerpt.start_s, at_s, closing=closing)

    return Passage(
        tempo_bpm=beat.tempo_bpm,
        steady=beat.steady,
        residual_ms=beat.residual_ms,
        beat_s=outermost_s(beat.beat_s, beat.period_s) if beat.residual_ms is not None else None,
        metre=bars.metre if bars else None,
        metre_confidence=bars.confidence if bars else 0.0,
        downbeat_s=outermost_s(bars.downbeat_s, bars.metre * beat.period_s) if bars else None,
        key=key,
        key_confidence=key_confidence,
    )


def _outermost_s(beat: Beat, one_s: float, period_s: float, start_s: float, at_s: float, *, closing: bool) -> float:
    """The first point of a grid of beats or bars that a song has, or the last one at which something sounds."""
    slack_s = _ON_THE_BEAT * beat.period_s
    if not closing:
        return start_s + one_s + period_s * math.ceil((at_s - slack_s - start_s - one_s) / period_s)
    last_s = min(at_s - start_s, float(beat.times_s[-1]) + slack_s)
    return start_s + one_s + period_s * math.floor((last_s - one_s) / period_s)


def _pickup_beats(opening: Passage, first_sound_s: float) -> float | None:
    if opening.downbeat_s is None or opening.tempo_bpm is None:
        return None
    beats = (opening.downbeat_s - first_sound_s) * opening.tempo_bpm / 60.0
    return round(beats, 2) if beats > PICKUP_BEATS else 0.0
