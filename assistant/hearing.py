"""What listeners of each service hear of a delivery: keys of the manifest, whose figures tables and plots show."""

from __future__ import annotations

import math
from typing import Any

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
