"""What listeners of each service hear of a delivery: for the manifest, from whose figures tables and plots are made."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from mastering.delivery import Delivery
from mastering.delivery_specs import DeliverySpec
from mastering.playback import Play, simulate
from mastering.replay_gain import Heard


def asked_and_heard(spec: DeliverySpec, delivery: Delivery) -> dict[str, Any]:
    """What a place asks for, with what was overridden, and what its listeners hear: keys of the manifest."""
    return {
        "asked": {
            "loudness_lufs": spec.loudness_lufs,
            "anchor": spec.anchor.value,
            "ceiling_dbtp": spec.ceiling_dbtp,
            "container": spec.container.value,
            "encoding": spec.encoding.value,
            "bit_rate_kbps": spec.lossy.bit_rate_kbps if spec.lossy else None,
            "sector_frames": spec.sector_frames,
        },
        "playback": _playback(spec, delivery),
    }


def _playback(spec: DeliverySpec, delivery: Delivery) -> list[dict[str, Any]]:
    programme = Heard(loudness_lufs=delivery.loudness_lufs, true_peak_dbtp=delivery.true_peak_dbtp)
    tracks = [Heard(loudness_lufs=one.loudness_lufs, true_peak_dbtp=one.true_peak_dbtp) for one in delivery.tracks]
    return [
        {
            "service": mode.service,
            "mode": mode.name,
            "target_lufs": mode.target_lufs,
            "per": mode.per.value,
            "tracks": [
                {"title": track.title, "album": _told(played.album), "playlist": _told(played.playlist)}
                for track, played in zip(delivery.tracks, simulate(mode, programme, tracks), strict=True)
            ],
        }
        for mode in spec.playback
    ]


def _told(play: Play) -> dict[str, float | None]:
    return {
        "gain_db": _figure(play.gain_db),
        "loudness_lufs": _figure(play.loudness_lufs),
        "true_peak_dbtp": _figure(play.true_peak_dbtp),
        "held_back_db": _figure(play.held_back_db),
        "limited_db": _figure(play.limited_db),
    }


def _figure(level: float | None) -> float | None:
    return round(level, 3) + 0.0 if level is not None and math.isfinite(level) else None


def playback_tables(told: Mapping[str, Any]) -> list[Table]:
    """What a delivery's listeners hear, a line for each mode, from its part of the manifest; nothing without modes."""
    if not told.get("playback"):
        return []
    table = Table(title="What listeners hear: gains in dB, loudness of the songs in LUFS", title_justify="left")
    names = ("service", "target", "album gain", "songs", "playlist gain", "songs", "held back", "limited")
    for name in names:
        table.add_column(name, justify="left" if name == "service" else "right")
    services = [mode["service"] for mode in told["playback"]]
    for mode in told["playback"]:
        album, playlist = ([track[where] for track in mode["tracks"]] for where in ("album", "playlist"))
        both = [*album, *playlist]
        table.add_row(
            f"{mode['service']} {mode['mode']}" if services.count(mode["service"]) > 1 else mode["service"],
            f"{mode['target_lufs']:g} LUFS",
            *(
                cell
                for plays in (album, playlist)
                for cell in (_span(plays, "gain_db", "+"), _span(plays, "loudness_lufs"))
            ),
            _most(both, "held_back_db"),
            _most(both, "limited_db"),
        )
    return [table]


def _span(plays: Sequence[Mapping[str, Any]], key: str, sign: str = "") -> str:
    """From the lowest to the highest; a dash where none can be told."""
    values = sorted({round(play[key], 1) + 0.0 for play in plays if play[key] is not None})
    return " to ".join(f"{value:{sign}.1f}" for value in dict.fromkeys([*values[:1], *values[-1:]])) or "–"


def _most(plays: Sequence[Mapping[str, Any]], key: str) -> str:
    most = max((play[key] for play in plays), default=0.0)
    return f"to {most:.1f} dB" if most >= 0.05 else "–"
