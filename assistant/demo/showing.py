"""What mastering did to the demo: unlike with any real album, here the songs as composed are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from rich.table import Table

from analysis.track import TrackAnalysis
from assistant.demo.album import DemoAlbum
from assistant.measuring import analyse_paths
from assistant.session import Rendered


def demo_table(made: DemoAlbum, rendered: Rendered, album: Path) -> Table:
    """How far each song is from how it was composed, before and after, for the first delivery."""
    delivery = rendered.deliveries[0]
    files = [(track.source, track.title, album / delivery.name / track.file) for track in delivery.tracks]
    truths = [made.truth / Path(source).name for source, _, _ in files]
    found = analyse_paths([*truths, *(path for _, _, path in files)]).tracks
    truth = [found[path] for path in truths]
    before = [rendered.mixes[source] for source, _, _ in files]
    after = [found[path] for _, _, path in files]
    table = Table(title="How far from the songs as composed (only a demo can know that)", title_justify="left")
    for name in ("song", "mixed by", "tone before", "after", "level before", "after"):
        table.add_column(name, justify="left" if name in {"song", "mixed by"} else "right")
    tones = [[_tone_db(one, other) for one, other in zip(side, truth, strict=True)] for side in (before, after)]
    levels = [_levels_lu(side, truth) for side in (before, after)]
    for i, (source, title, _) in enumerate(files):
        table.add_row(
            title,
            Path(source).parts[0],
            *(f"{tones[side][i]:.1f} dB" for side in (0, 1)),
            *(f"{levels[side][i]:+.1f} LU" for side in (0, 1)),
        )
    table.add_section()
    table.add_row(
        "mean",
        "",
        *(f"{np.mean(tone):.1f} dB" for tone in tones),
        *(f"{np.mean(np.abs(level)):.1f} LU" for level in levels),
    )
    return table


def _tone_db(one: TrackAnalysis, other: TrackAnalysis) -> float:
    """How differently two spectra are shaped, RMS over the bands."""
    return float(np.sqrt(np.mean((one.spectrum.tone_db() - other.spectrum.tone_db()) ** 2)))


def _levels_lu(side: list[TrackAnalysis], truth: list[TrackAnalysis]) -> list[float]:
    """How far each song stands from its place among the others."""
    offsets = np.array(
        [
            (one.loudness.integrated_lufs or 0.0) - (other.loudness.integrated_lufs or 0.0)
            for one, other in zip(side, truth, strict=True)
        ]
    )
    return [float(offset) for offset in offsets - np.median(offsets)]
