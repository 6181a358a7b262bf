"""The key of a song, and how far two keys are from each other.

The only module that imports librosa, and only inside functions: it is slow to load, and wants whole arrays, so
that it is given bounded excerpts, never a song.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np

from analysis.errors import PlanError
from analysis.onsets import RATE_HZ
from analysis.units import Floats

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


def tuning_of(mono: Floats) -> float:
    """How far an excerpt at 22.05 kHz is tuned from A = 440 Hz, semitones, -0.5 to 0.5; 0 where nothing is pitched."""
    import librosa

    pitches_hz, strengths = librosa.piptrack(y=mono, sr=RATE_HZ)
    pitched = pitches_hz > 0
    if not pitched.any():
        return 0.0
    # The weaker half of the peaks is leakage and noise, which would blur the tuning.
    clear = pitched & (strengths >= np.median(strengths[pitched]))
    return float(librosa.pitch_tuning(pitches_hz[clear]))


def chroma_of(mono: Floats, tuning: float) -> Floats | None:
    """Mean over time of the twelve pitch classes from C, each frame scaled to 1; None for silence.

    Args:
        mono: excerpt at 22.05 kHz.
        tuning: in semitones, from `tuning_of`.
    """
    import librosa

    chroma = librosa.feature.chroma_cqt(
        y=mono,
        sr=RATE_HZ,
        hop_length=CHROMA_HOP,
        fmin=LOWEST_NOTE_HZ,
        n_octaves=CHROMA_OCTAVES,
        tuning=tuning,
        norm=None,
    )
    peaks = chroma.max(axis=0)
    heard = peaks > QUIETEST_FRAME * peaks.max()
    if not heard.any():
        return None
    # Scaled frame by frame, so that the loud chorus does not decide alone.
    return np.asarray((chroma[:, heard] / peaks[heard]).mean(axis=1), dtype=np.float64)


def key_of(chroma: Floats) -> tuple[str | None, float]:
    """The key whose profile correlates best with the mean chroma, and its lead over the next best.

    Method of Krumhansl and Schmuckler (Krumhansl 1990, chapter 4), on chroma instead of note durations.

    Args:
        chroma: the twelve pitch classes from C.

    Returns:
        A key such as "E minor" and the lead in correlation, 0 to 2, seldom over 0.4; None and 0 where none stands out.
    """
    if chroma.std() < FLATTEST_CHROMA * chroma.mean():
        return None, 0.0
    correlations = _profiles() @ ((chroma - chroma.mean()) / (chroma.std() * chroma.size))
    second, best = (int(index) for index in np.argsort(correlations, kind="stable")[-2:])
    if correlations[best] < LOWEST_CORRELATION:
        return None, 0.0
    tonic = MAJOR_TONICS[best] if best < 12 else MINOR_TONICS[best - 12]
    mode = "major" if best < 12 else "minor"
    return f"{tonic} {mode}", float(correlations[best] - correlations[second])


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
