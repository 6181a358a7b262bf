"""Tables of tempo, key, beginnings and endings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rich.table import Table

from analysis.musical import MusicalFeatures, Passage
from analysis.track import TrackAnalysis
from assistant.tables import file_name

_SURE_OF_TEMPO = 0.5
"""Below it, half or double the tempo is told as well."""


def musical_table(tracks: Mapping[Path, TrackAnalysis]) -> Table:
    """Every file with its tempo and key, and how it begins and ends."""
    table = Table(title="Tempo, key, start and end", title_justify="left")
    table.add_column("file")
    table.add_column("BPM", justify="right")
    for name in ("key", "start", "end", "energy"):
        table.add_column(name)
    for path, track in tracks.items():
        features = track.musical or MusicalFeatures()
        table.add_row(
            file_name(path, tracks), _tempo(features), _key(features), _start(track), _end(track), _energy(track)
        )
    return table


def _tempo(features: MusicalFeatures) -> str:
    """Rough where it is not steady; with the half or the double where that may be tapped as well."""
    if features.tempo_bpm is None:
        return "–"
    other_bpm = features.tempo_other_bpm if features.tempo_sureness < _SURE_OF_TEMPO else None
    also = f" or {other_bpm:.0f}" if other_bpm is not None else ""
    return f"{'' if features.tempo_steady else '~'}{features.tempo_bpm:.1f}{also}"


def _key(features: MusicalFeatures) -> str:
    return f"{features.key} ({features.key_confidence:.2f})" if features.key else features.reason or "–"


def _start(track: TrackAnalysis) -> str:
    features, edges = track.musical or MusicalFeatures(), track.edges
    pickup = f"pickup of {features.pickup_beats:g} beats" if features.pickup_beats else ""
    words = [f"{edges.beginning.value} at {edges.first_sound_s:.2f} s", pickup, _grid(features.opening)]
    return ", ".join(word for word in words if word)


def _end(track: TrackAnalysis) -> str:
    features, edges = track.musical or MusicalFeatures(), track.edges
    fall = f" ({edges.fall_db_per_s:.0f} dB/s)" if edges.fall_db_per_s is not None else ""
    words = [f"{edges.ending.value} at {edges.felt_end_s:.2f} s{fall}", _grid(features.closing)]
    return ", ".join(word for word in words if word)


def _grid(passage: Passage | None) -> str:
    """Beat or downbeat, where beats are steady."""
    if passage is None or not passage.steady:
        return ""
    if passage.downbeat_s is not None:
        return f"downbeat {passage.downbeat_s:.2f} s (in {passage.metre})"
    return f"beat {passage.beat_s:.2f} s"


def _energy(track: TrackAnalysis) -> str:
    figures = (track.energy.opening, track.energy.mean, track.energy.closing)
    return " ".join("–" if figure is None else f"{figure:.2f}" for figure in figures)
