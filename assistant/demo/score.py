"""How a song is written down, and how its lines become notes.

A line is a string with one character a step; bars are divided by spaces, and a line shorter than its section
starts over. A bar of fewer characters than it has steps moves in longer ones (eight characters in a bar of sixteen:
eighths). `-` holds the note before, `.` is a rest. What else a character means is the `Reading` of the strip:

    HITS    x a stroke, X an accent, o a ghost
    CHORD   x strikes the whole chord of the moment
    TONES   1 3 5 7 8 are tones of the chord of the moment
    TUNE    1 to 9 are degrees of the song's scale; a to g are the seven degrees below
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from assistant.demo.synth import Voice

_PITCH_CLASSES = {"C": 0, "C#": 1, "D": 2, "Eb": 3, "E": 4, "F": 5, "F#": 6, "G": 7, "Ab": 8, "A": 9, "Bb": 10, "B": 11}
_MODES = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
}
_STROKES = {"X": 1.0, "x": 0.75, "o": 0.35}


class Ending(StrEnum):
    """How a song stops."""

    RING_OUT = "ring out"
    FADE_OUT = "fade out"
    COLD = "cold"


class Reading(StrEnum):
    """What the characters of a line mean."""

    HITS = "hits"
    CHORD = "chord"
    TONES = "tones"
    TUNE = "tune"


@dataclass(frozen=True, kw_only=True, slots=True)
class Strip:
    """One instrument and its place on the desk.

    Attributes:
        voice: what sounds.
        reading: how its lines are read.
        register: the lowest MIDI note of its roots; they lie in the octave from there.
        stack: degrees struck together, counted from the chord's root.
        level_db: RMS level of its loud moments against the other strips, dB.
        pan: -1 left to 1 right.
        takes: 1, or 2 for a part played twice and spread over left and right.
        spread: how far two takes are spread, 0 to 1.
        room_db: level sent to the room, dB.
        echo_db: level of the first echo, dB; None for no echo.
        drive_db: gain into an overdriven amplifier, dB; None for no amplifier.
        variants: how many different renderings of the same note take turns.
    """

    voice: Voice
    reading: Reading = Reading.HITS
    register: int = 48
    stack: tuple[int, ...] = (1, 3, 5)
    level_db: float = -12.0
    pan: float = 0.0
    takes: int = 1
    spread: float = 1.0
    room_db: float = -18.0
    echo_db: float | None = None
    drive_db: float | None = None
    variants: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A stretch of a song: degrees of its chords, a bar each (`4/5`: half a bar each), and who plays what."""

    chords: str
    lines: Mapping[str, str]
    level_db: float = 0.0

    @property
    def bars(self) -> int:
        """Length in bars."""
        return len(self.chords.split())


@dataclass(frozen=True, kw_only=True, slots=True)
class Song:
    """A song of the demo, as pure data.

    Attributes:
        title: its name; also its file's.
        style: what a record shop would say.
        tempo_bpm: beats a minute.
        tonic: name of the key note.
        mode: name of the scale.
        sections: the form.
        strips: instruments by the names that lines use.
        ending: how it stops.
        loudness_db: level of its loud moments before peaks are rounded, RMS above 90 Hz, dBFS.
        ceiling_db: what peaks are rounded towards, dBFS.
        seed: of all that is left to chance in it.
        beats: beats in a bar.
        steps_per_beat: 4 for sixteenths, 3 for triplets.
        swing: how late every other step is, in steps.
        head_s: silence ahead of it.
        tail_s: time to ring or silence after its last bar.
        fade_s: length of a fade-out.
        room_s: reverberation time.
    """

    title: str
    style: str
    tempo_bpm: float
    tonic: str
    mode: str
    sections: tuple[Section, ...]
    strips: Mapping[str, Strip] = field(repr=False)
    ending: Ending
    loudness_db: float
    seed: int
    beats: int = 4
    steps_per_beat: int = 4
    swing: float = 0.0
    head_s: float = 0.0
    tail_s: float = 0.0
    fade_s: float = 0.0
    room_s: float = 1.6
    ceiling_db: float = -4.5

    @property
    def steps_per_bar(self) -> int:
        """The finest division of a bar."""
        return self.beats * self.steps_per_beat

    @property
    def bar_s(self) -> float:
        """Length of a bar, s."""
        return 60.0 / self.tempo_bpm * self.beats

    @property
    def played_s(self) -> float:
        """From the start of the file to the end of the last bar, s."""
        return self.head_s + self.bar_s * sum(section.bars for section in self.sections)

    @property
    def length_s(self) -> float:
        """Length of the whole file, s."""
        return self.played_s + self.tail_s

    def moment_s(self, step: int) -> float:
        """When a step of the song falls, swing and head included, s."""
        late = self.swing if step % 2 else 0.0
        return self.head_s + (step + late) * self.bar_s / self.steps_per_bar


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """One note: when and how long in s, its pitch, and a linear gain."""

    start_s: float
    held_s: float
    freq_hz: float
    gain: float


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sign:
    """A written character: the step it stands at within its section, how many steps it holds."""

    character: str
    step: int
    steps: int


def _signs(line: str, bars: int, steps_per_bar: int) -> Iterator[_Sign]:
    """Read one line for so many bars."""
    written = line.split()
    begun: _Sign | None = None
    for bar in range(bars):
        characters = written[bar % len(written)]
        width, odd = divmod(steps_per_bar, len(characters))
        if odd:
            raise ValueError(f"{characters!r} does not divide a bar of {steps_per_bar} steps")
        for place, character in enumerate(characters):
            step = bar * steps_per_bar + place * width
            if character == "-" and begun is not None:
                begun = _Sign(character=begun.character, step=begun.step, steps=begun.steps + width)
                continue
            if begun is not None:
                yield begun
            begun = None if character in ".-" else _Sign(character=character, step=step, steps=width)
    if begun is not None:
        yield begun


def _semitones(song: Song, degree: int) -> int:
    """A degree of the song's scale (0 is the tonic, any octave) in semitones above the tonic."""
    octave, place = divmod(degree, 7)
    return 12 * octave + _MODES[song.mode][place]


def _pitch_hz(song: Song, strip: Strip, root: int, above: int) -> float:
    """The pitch `above` degrees over scale degree `root`, the root folded into the strip's octave."""
    tonic = _PITCH_CLASSES[song.tonic]
    root_class = (tonic + _semitones(song, root)) % 12
    folded = strip.register + (root_class - strip.register) % 12
    midi = folded + _semitones(song, root + above) - _semitones(song, root)
    return float(440.0 * 2.0 ** ((midi - 69) / 12.0))


def _voiced_hz(song: Song, strip: Strip, root: int) -> list[float]:
    """The chord on `root`, each tone folded into the octave and a half above the register: chords move little."""
    pitches_hz = []
    for place in strip.stack:
        midi = _PITCH_CLASSES[song.tonic] + _semitones(song, root + place - 1)
        folded = strip.register + (midi - strip.register) % 12
        pitches_hz.append(float(440.0 * 2.0 ** ((folded - 69) / 12.0)))
    return pitches_hz


def _pitches_hz(song: Song, strip: Strip, sign: _Sign, root: int) -> list[float]:
    """What one character asks of a strip over the chord on `root`; one figure for strokes, which have no pitch."""
    if strip.reading is Reading.HITS:
        return [0.0]
    if strip.reading is Reading.CHORD:
        return _voiced_hz(song, strip, root)
    if strip.reading is Reading.TONES:
        return [_pitch_hz(song, strip, root, int(sign.character) - 1)]
    below = "abcdefg".find(sign.character)
    return [_pitch_hz(song, strip, 0, below - 7 if below >= 0 else int(sign.character) - 1)]


def _root_at(section: Section, step: int, steps_per_bar: int) -> int:
    """Root of the chord that sounds at a step of a section, counted from 0."""
    bar, place = divmod(step, steps_per_bar)
    halves = section.chords.split()[bar].split("/")
    return int(halves[place * len(halves) // steps_per_bar]) - 1


def notes_of(song: Song, name: str) -> list[Note]:
    """All notes that the strip called `name` plays in a song, in order, as written."""
    strip = song.strips[name]
    notes: list[Note] = []
    first = 0
    for section in song.sections:
        line = section.lines.get(name)
        for sign in _signs(line, section.bars, song.steps_per_bar) if line else ():
            start_s = song.moment_s(first + sign.step)
            stress = 1.0 if sign.step % song.steps_per_beat == 0 else 0.85
            gain = _STROKES[sign.character] if strip.reading is Reading.HITS else stress
            held_s = song.moment_s(first + sign.step + sign.steps) - start_s
            gain *= 10.0 ** (section.level_db / 20.0)
            root = _root_at(section, sign.step, song.steps_per_bar)
            notes.extend(
                Note(start_s=start_s, held_s=held_s, freq_hz=freq_hz, gain=gain)
                for freq_hz in _pitches_hz(song, strip, sign, root)
            )
        first += section.bars * song.steps_per_bar
    return notes
