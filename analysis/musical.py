"""Tempo and key of an excerpt, and how far two tempi or two keys are from each other.

The only module that imports librosa, and only inside functions: its first use on a machine
compiles for some twenty seconds. It wants whole arrays, so it is given a bounded excerpt, never a song.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache

import numpy as np
import soxr

from analysis.errors import PlanError
from analysis.units import Floats, power_to_db

RATE_HZ = 22_050
"""The rate at which tempo and key are read; neither needs what lies above 11 kHz."""

LONGEST_S = 90.0
"""The longest excerpt taken: tempo and key settle within it, and memory peaks at some 300 MB."""

SHORTEST_S = 4.0
"""The shortest excerpt that holds the eight beats or so, and the few chords, that are needed."""

SILENT_DBFS = -70.0
"""Mean level under which an excerpt counts as silent: the absolute gate of ITU-R BS.1770, in dBFS."""

BEAT_HOP = 256
"""Frames between two onset figures. At librosa's own 512, 120 BPM reads 117.5: the lags are too coarse."""

FEWEST_BEATS = 8
"""Beats needed for a line through them to mean anything."""

WEAKEST_BEATS = 1.5
"""Onset strength at the median beat, over the mean: noise reads 1.3, music without a pulse 1.2 to 1.4, music
with one 2 to 5."""

WEAKEST_RISE_DB = 0.1
"""Onset strength of the median beat: a held tone reads 0.03, the softest music tried 0.6."""

BEAT_TOLERANCE = 0.1
"""How far off the steady grid, in beats, a beat may be: played drums stay within, guesses do not."""

STEADY_SHARE = 0.75
"""Share of beats on the grid from which a tempo counts as steady: of 38 pieces of game music, the 23 that
pass read within 0.05 of a whole number of BPM, as music made to a click does, but for two."""

LOOSE_SHARE = 0.5
"""Share of beats on the grid from which the grid, not the median beat, gives the tempo."""

CHROMA_HOP = 1024
"""Frames between two chroma figures (46 ms), shorter than any chord."""

LOWEST_NOTE_HZ = 130.81
"""C3: kick drums and their tuned tails lie below. With C1, 12 of 16 made-up songs with drums were read
right; with C2, 15; with C3, 16."""

CHROMA_OCTAVES = 5
"""From C3 to C8: above lie cymbals rather than notes."""

QUIETEST_FRAME = 0.01
"""Frames under this part of the loudest one hold no chord, only its rest."""

FLATTEST_CHROMA = 0.05
"""Standard deviation over mean of the twelve chroma figures: noise reads 0.01, music 0.2 and more."""

LOWEST_CORRELATION = 0.45
"""Correlation that the best key must reach: drums alone and clicks read 0.35, most music 0.5 to 0.9."""

# How well each of the twelve tones, from the tonic up, fits a key, as rated by listeners: C. L. Krumhansl
# and E. J. Kessler, "Tracing the dynamic changes in perceived tonal organization in a spatial representation
# of musical keys", Psychological Review 89 (1982); figures as in C. L. Krumhansl, "Cognitive Foundations of
# Musical Pitch" (1990), chapter 2.
MAJOR_PROFILE = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR_PROFILE = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)

# Of two names of one tonic, the one whose key signature has fewer accidentals.
MAJOR_TONICS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
MINOR_TONICS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")

NATURAL_SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
KEY_NAME = re.compile(r"\s*([A-Ga-g])\s*([#♯b♭]?)\s+(major|minor)\s*", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class MusicalFeatures:
    """What was heard in an excerpt: tempo, key, and why one of them is missing.

    `tempo_steady` says whether three quarters of the beats keep one tempo to a tenth of a beat; where they
    do not, `tempo_bpm` is rough. Twice or half the tempo that a listener taps is never excluded.
    `key_confidence` is the lead in correlation (0 to 2, seldom over 0.4) of the key over the next best one.
    `reason` is None where both were measured.
    """

    tempo_bpm: float | None = None
    tempo_steady: bool = False
    key: str | None = None
    key_confidence: float = 0.0
    reason: str | None = None


def musical_features(excerpt: Floats, rate_hz: int) -> MusicalFeatures:
    """Measure tempo and key of an excerpt of a song.

    Args:
        excerpt: Samples, shape (frames, channels), at most 90 s; the loud middle of a song serves best.
        rate_hz: Sampling rate of the excerpt.

    Returns:
        Tempo in BPM and key such as "E minor", each None with a reason where the excerpt shows none.

    Raises:
        ValueError: The excerpt is not two-dimensional, or longer than 90 s.
    """
    if excerpt.ndim != 2:
        raise ValueError(f"an excerpt has the shape (frames, channels), not {excerpt.shape}")
    duration_s = len(excerpt) / rate_hz
    if duration_s > LONGEST_S:
        raise ValueError(f"an excerpt is at most {LONGEST_S:.0f} s long, not {duration_s:.1f} s")
    if duration_s < SHORTEST_S:
        return MusicalFeatures(reason=f"too short: {duration_s:.1f} s of at least {SHORTEST_S:.0f} s")
    mono = _mono(excerpt)
    if power_to_db(float(np.mean(np.square(mono)))) < SILENT_DBFS:
        return MusicalFeatures(reason=f"silent: under {SILENT_DBFS:.0f} dBFS")
    mono = np.asarray(soxr.resample(mono, rate_hz, RATE_HZ), dtype=np.float64)
    tempo_bpm, tempo_steady = _tempo(mono)
    key, key_confidence = _key(mono)
    missing = [
        reason
        for value, reason in (
            (tempo_bpm, "no tempo: no beats stand out"),
            (key, "no key: no notes or no key stands out"),
        )
        if value is None
    ]
    return MusicalFeatures(
        tempo_bpm=tempo_bpm,
        tempo_steady=tempo_steady,
        key=key,
        key_confidence=key_confidence,
        reason="; ".join(missing) or None,
    )


def _mono(excerpt: Floats) -> Floats:
    """Mean of the channels; the strongest one where their mean cancels by 10 dB or more."""
    mean = excerpt.mean(axis=1)
    powers = np.mean(np.square(excerpt), axis=0)
    cancels = np.mean(np.square(mean)) < 0.1 * powers.mean()
    return np.asarray(excerpt[:, int(np.argmax(powers))] if cancels else mean)


def _tempo(mono: Floats) -> tuple[float | None, bool]:
    """Tempo in BPM, None if no beats stand out, and whether it is steady (librosa's tracker: Ellis 2007)."""
    from librosa.beat import beat_track
    from librosa.onset import onset_strength

    rises_db = onset_strength(y=mono, sr=RATE_HZ, hop_length=BEAT_HOP)
    _, frames = beat_track(onset_envelope=rises_db, sr=RATE_HZ, hop_length=BEAT_HOP)
    if len(frames) < FEWEST_BEATS:
        return None, False
    if np.median(rises_db[frames]) < max(WEAKEST_BEATS * rises_db.mean(), WEAKEST_RISE_DB):
        return None, False
    beats_s = np.asarray(frames, dtype=np.float64) * (BEAT_HOP / RATE_HZ)
    period_s, share = _steady_period_s(beats_s)
    if share < LOOSE_SHARE:
        period_s = float(np.median(np.diff(beats_s)))
    return 60.0 / period_s, share >= STEADY_SHARE


def _steady_period_s(beats_s: Floats) -> tuple[float, float]:
    """Period of the steady grid that fits most beats, and the share of beats that lie on it.

    The grid is found as the strongest line in the spectrum of the beats, seen as impulses: unlike counting
    beats from the first one, a missed beat, or a pause in time, does not lead it astray. A straight line
    through the beats on the grid then does away with the rounding of beats to hops.
    """
    median_hz = 1.0 / float(np.median(np.diff(beats_s)))
    # A line is one over the duration wide: eight steps to it, 6 % to either side of the rounded median.
    steps = math.ceil(0.06 * median_hz * 8.0 * (beats_s[-1] - beats_s[0]))
    tries_hz = median_hz * np.linspace(0.94, 1.06, 2 * steps + 1)
    lines = np.exp(2j * math.pi * np.outer(tries_hz, beats_s)).mean(axis=1)
    best = int(np.argmax(np.abs(lines)))
    in_beats = beats_s * tries_hz[best] - float(np.angle(lines[best])) / (2.0 * math.pi)
    counts = np.round(in_beats)
    on_grid = np.abs(in_beats - counts) <= BEAT_TOLERANCE
    if np.unique(counts[on_grid]).size < FEWEST_BEATS // 2:
        return 1.0 / float(tries_hz[best]), 0.0
    slope_s, _ = np.polyfit(counts[on_grid], beats_s[on_grid], 1)
    return float(slope_s), float(on_grid.mean())


def _key(mono: Floats) -> tuple[str | None, float]:
    """The key whose profile correlates best with the mean chroma, and its lead over the next best.

    Method of Krumhansl and Schmuckler (Krumhansl 1990, chapter 4), on chroma instead of note durations.
    """
    chroma = _chroma(mono)
    if chroma is None or chroma.std() < FLATTEST_CHROMA * chroma.mean():
        return None, 0.0
    correlations = _profiles() @ ((chroma - chroma.mean()) / (chroma.std() * chroma.size))
    second, best = (int(index) for index in np.argsort(correlations, kind="stable")[-2:])
    if correlations[best] < LOWEST_CORRELATION:
        return None, 0.0
    tonic = MAJOR_TONICS[best] if best < 12 else MINOR_TONICS[best - 12]
    mode = "major" if best < 12 else "minor"
    return f"{tonic} {mode}", float(correlations[best] - correlations[second])


def _chroma(mono: Floats) -> Floats | None:
    """Mean over time of the twelve pitch classes from C, each frame scaled to 1; None if nothing is pitched."""
    import librosa

    pitches_hz, strengths = librosa.piptrack(y=mono, sr=RATE_HZ)
    pitched = pitches_hz > 0
    if not pitched.any():
        return None
    # The weaker half of the peaks is leakage and noise, which would blur the tuning.
    clear = pitched & (strengths >= np.median(strengths[pitched]))
    chroma = librosa.feature.chroma_cqt(
        y=mono,
        sr=RATE_HZ,
        hop_length=CHROMA_HOP,
        fmin=LOWEST_NOTE_HZ,
        n_octaves=CHROMA_OCTAVES,
        tuning=float(librosa.pitch_tuning(pitches_hz[clear])),
        norm=None,
    )
    peaks = chroma.max(axis=0)
    heard = peaks > QUIETEST_FRAME * peaks.max()
    if not heard.any():
        return None
    # Scaled frame by frame, so that the loud chorus does not decide alone.
    return np.asarray((chroma[:, heard] / peaks[heard]).mean(axis=1), dtype=np.float64)


@cache
def _profiles() -> Floats:
    """The 24 key profiles, shape (24, 12), majors from C and then minors, each of zero mean, unit deviation."""
    rows = np.array([np.roll(mode, tonic) for mode in (MAJOR_PROFILE, MINOR_PROFILE) for tonic in range(12)])
    return np.asarray((rows - rows.mean(axis=1, keepdims=True)) / rows.std(axis=1, keepdims=True))


def parse_key(key: str) -> tuple[int, bool]:
    """Tonic in semitones above C, and whether the key is minor.

    Raises:
        PlanError: The text names no key.

    >>> parse_key("F# minor")
    (6, True)
    """
    match = KEY_NAME.fullmatch(key)
    if match is None:
        raise PlanError(f"'{key}' names no key; write it as in 'Bb major' or 'F# minor'")
    letter, accidental, mode = match.groups()
    shift = {"": 0, "#": 1, "♯": 1}.get(accidental, -1)
    return (NATURAL_SEMITONES[letter.upper()] + shift) % 12, mode.lower() == "minor"


def key_distance_steps(one: str, other: str) -> int:
    """How far apart two keys are: 0 for the same key, to 7 for those with the least in common.

    Steps on the circle of fifths between the two key signatures, plus one where one key is major and the
    other minor; parallel keys (E minor, E major) count two steps rather than four, for they share the tonic
    and listeners place them near each other (Krumhansl and Kessler 1982).

    Raises:
        PlanError: One of the texts names no key.

    >>> key_distance_steps("E minor", "G major")
    1
    """
    (one_tonic, one_minor), (other_tonic, other_minor) = parse_key(one), parse_key(other)
    if one_tonic == other_tonic:
        return 0 if one_minor == other_minor else 2
    # A minor key has the signature of the major key three semitones up; seven semitones are a fifth.
    one_signature, other_signature = (
        (tonic + 3 * minor) * 7 % 12 for tonic, minor in ((one_tonic, one_minor), (other_tonic, other_minor))
    )
    fifths = (one_signature - other_signature) % 12
    return min(fifths, 12 - fifths) + int(one_minor != other_minor)


def key_relation(one: str, other: str) -> str:
    """The relation of two keys in words, such as "relative keys" or "4 steps apart on the circle of fifths".

    Raises:
        PlanError: One of the texts names no key.
    """
    (one_tonic, one_minor), (other_tonic, other_minor) = parse_key(one), parse_key(other)
    steps = key_distance_steps(one, other)
    if steps == 0:
        return "the same key"
    if one_tonic == other_tonic:
        return "parallel keys"
    if one_minor != other_minor:
        return "relative keys" if steps == 1 else f"{steps} steps apart, counting the change of mode"
    return "a fifth apart" if steps == 1 else f"{steps} fifths apart"


def tempo_distance_octaves(one_bpm: float, other_bpm: float) -> float:
    """How far apart two tempi are, in octaves (|log2 of their ratio|), half and double time counting as equal.

    >>> tempo_distance_octaves(70.0, 140.0)
    0.0
    """
    octaves = abs(math.log2(one_bpm / other_bpm))
    return min(octaves, abs(octaves - 1.0))
