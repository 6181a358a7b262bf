"""Room tone between songs, instead of digital silence: the room goes on where nobody plays, as on live records.

What the artist gives is looped and laid into the gaps after the limiter, where nothing else sounds but the ends of the
songs' fades. It is as loud against the songs as it is against their mixes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis.audio import Audio
from analysis.errors import PlanError
from analysis.load import open_audio
from analysis.track import excerpt
from analysis.units import Floats, db_to_amplitude
from mastering.assembly import PROGRAMME_CHANNELS
from mastering.resample import resample
from mastering.timeline import Timeline

LONGEST_S = 60.0
"""What is used of a file at most."""

SHORTEST_S = 1.0
_SEAM_S = 0.4  # in which the end of the loop goes over into its start
_OWN_FADE_S = 0.05  # where a song has no fade to meet


@dataclass(frozen=True, kw_only=True, slots=True)
class ToneSpan:
    """Where the room is heard, in frames of the album; it fades in and out within, and has a linear gain."""

    start: int
    end: int
    fade_in: int
    fade_out: int
    gain: float


@dataclass(frozen=True, slots=True)
class RoomTone:
    """A loop `(frames, 2)` and where it is heard. It runs on through the album: no two gaps are alike."""

    loop: Floats
    spans: tuple[ToneSpan, ...]

    def added(self, block: Floats, position: int) -> Floats:
        """A block of the album that begins at a frame, with the room where it is heard; else the block itself."""
        for span in self.spans:
            first, last = max(span.start, position), min(span.end, position + len(block))
            if first >= last:
                continue
            frames = np.arange(first, last)
            rising = np.clip((frames - span.start + 0.5) / max(span.fade_in, 1), 0.0, 1.0)
            falling = np.clip((span.end - frames - 0.5) / max(span.fade_out, 1), 0.0, 1.0)
            fades = np.sin(np.minimum(rising, falling) * (np.pi / 2)) ** 2
            block = block.copy()
            block[first - position : last - position] += (
                self.loop[frames % len(self.loop)] * (span.gain * fades)[:, None]
            )
        return block

    def heard(self, position: int) -> tuple[bool, int]:
        """Whether it is heard at a frame, and the first frame at which that changes."""
        for span in self.spans:
            if position < span.end:
                return (True, span.end) if position >= span.start else (False, span.start)
        return False, position + 2**62


def load_room_tone(path: Path, rate_hz: int) -> Floats:
    """The loop of a file at a rate, `(frames, 2)`: its first 60 s at most, end and start laid over each other.

    Raises:
        AudioFileError, AudioContentError: it cannot be read.
        PlanError: it is under a second long, or has more channels than a record.
    """
    audio = open_audio(path).audio
    cut = excerpt(audio, 0, round(LONGEST_S * audio.rate_hz))
    if len(cut) < SHORTEST_S * audio.rate_hz or audio.channels > PROGRAMME_CHANNELS:
        raise PlanError(
            f"album.room_tone = {path.name!r} is {len(cut) / audio.rate_hz:.2f} s long and has {audio.channels} "
            f"channel{'s'[: audio.channels - 1]}: give {SHORTEST_S:.0f} s at least, better 10 s or more, in mono or "
            "stereo."
        )
    samples = resample(Audio.from_array(cut, audio.rate_hz), rate_hz, len(cut)).read()
    if samples.shape[1] == 1:
        samples = np.repeat(samples, PROGRAMME_CHANNELS, axis=1)
    seam = round(_SEAM_S * rate_hz)
    angle = ((np.arange(seam) + 0.5) / seam * (np.pi / 2))[:, None]
    loop = samples[: len(samples) - seam].copy()
    loop[:seam] = loop[:seam] * np.sin(angle) + samples[len(samples) - seam :] * np.cos(angle)
    return loop


def tone_spans(timeline: Timeline, gains_db: Sequence[float]) -> tuple[ToneSpan, ...]:
    """The gaps of an album, with the fades of the songs around them; as loud as the song before each."""
    own = round(_OWN_FADE_S * timeline.rate_hz)
    spans = []
    for programme in timeline.programmes:
        for number, other in zip(programme.tracks, programme.tracks[1:], strict=False):
            heard = [timeline.placements[track] for track in programme.tracks if track <= number]
            last, following = max(heard, key=lambda placed: placed.end), timeline.placements[other]
            if following.start <= last.end:
                continue
            fade_in = 0 if last.fade_out_crosses else last.fade_out
            fade_out = 0 if following.fade_in_crosses else following.fade_in
            spans.append(
                ToneSpan(
                    start=last.end - fade_in,
                    end=following.start + fade_out,
                    fade_in=fade_in or own,
                    fade_out=fade_out or own,
                    gain=db_to_amplitude(gains_db[number]),
                )
            )
    return tuple(spans)
