"""Discs for tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from mastering.cd_layout import Disc, DiscTrack
from mastering.delivery import DeliveredTrack
from mastering.harm import UNTOUCHED

PATTERN_RATE_HZ = 44_100


def pattern(path: Path, frames: int) -> Path:
    """A file whose samples count its frames: their lower 16 bits on the left, the upper ones on the right."""
    count = np.arange(frames, dtype=np.uint32)
    samples = np.stack([count & 0xFFFF, count >> 16], axis=1).astype(np.uint16).view(np.int16)
    soundfile.write(path, samples, PATTERN_RATE_HZ, subtype="PCM_16")
    return path


def three_songs() -> Disc:
    """30 s of music: a song with every field, one after a pause with letters of its own, one right after that."""
    return Disc(
        title='Long "Day"',
        performer="Motörhead",
        label="Nightjar",
        catalogue_number="NJR 042",
        ean="0036000291452",
        tracks=(
            DiscTrack(
                title="Dawn",
                performer="Ann",
                songwriter="Bo",
                isrc="GBAYA0500001",
                pause=0,
                starts=(150,),
                copy_permitted=True,
            ),
            DiscTrack(title="Полдень", performer="Ann", isrc="GBAYA0500002", pause=750, starts=(825,)),
            DiscTrack(title="Dusk \\ <b>&amp;", performer="Ann", starts=(1650,), pre_emphasis=True),
        ),
        lead_out=2400,
    )


def delivered_track(start: int, sectors: int, gap_frames: int = 0, **changes: object) -> DeliveredTrack:
    """A delivered track that begins at a sector of its programme, which is the first."""
    known: dict[str, object] = {"source": "song.wav", "file": "01 Song.wav", "title": "Song", "programme": 0}
    known |= {"start_frame": 588 * start, "frames": 588 * sectors, "gap_frames": gap_frames}
    known |= {"index": {1: 588 * start}, "loudness_lufs": -14.0, "true_peak_dbtp": -1.0, "harm": UNTOUCHED}
    known |= {"loudness": None, "chain_harm": None, "findings": ()}
    return DeliveredTrack(**(known | changes))  # type: ignore[arg-type]
