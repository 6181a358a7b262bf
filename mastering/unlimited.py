"""Deliveries without a limiter: peaks are kept under the ceiling by gain alone, each side as loud as its length lets.

Songs keep their relations within a side and, but for what a longer side has to be cut lower, over all of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from analysis.audio import Audio
from analysis.loudness import LoudnessMeter
from analysis.true_peak import TruePeakMeter
from analysis.units import amplitude_to_db
from mastering.delivery_specs import DeliverySpec
from mastering.envelope import STEPS_PER_DB, Envelope
from mastering.gains import DeliveryGains, anchor_loudness, target_lufs
from mastering.loudness_solver import Limiting, limited
from mastering.sides import levels_db
from mastering.specs import AlbumSpec
from mastering.timeline import Timeline

_TOLERATED_LU = 0.1
_LOWEST_STEP = -128 * STEPS_PER_DB


def measure_unlimited(audio: Audio, start: int) -> Envelope:
    """One pass over a stream that begins at frame `start` of the programme: its loudness, and its true peaks in full.

    In the form that a limiter's solver takes; there are no onsets, for nothing will be done to them.
    """
    loudness, peak = LoudnessMeter(audio.rate_hz, audio.channels), TruePeakMeter(audio.rate_hz, audio.channels)
    frames = 0
    for block in audio.blocks():
        loudness.update(block)
        peak.update(block)
        frames += len(block)
    steps_db = amplitude_to_db(peak.step_peaks())
    peaks = np.maximum(np.ceil(np.maximum(steps_db, -127.0) * STEPS_PER_DB), _LOWEST_STEP).astype(np.int16)
    return Envelope(
        start=start,
        frames=frames,
        rate_hz=audio.rate_hz,
        cell_frames=max(1, math.ceil(frames / max(1, len(peaks)))),
        demand=peaks,
        peaks=peaks,
        hop_energies=loudness.hop_energies().astype(np.float32),
        onsets=np.zeros(0, dtype=np.int64),
    )


def unlimited_gains(
    album: AlbumSpec,
    delivery: DeliverySpec,
    timeline: Timeline,
    envelopes: Sequence[Envelope],
    ceiling_dbtp: float | None,
) -> DeliveryGains:
    """One gain for the album, and less of it for each side by its length; no peak passes the ceiling.

    It meets the target where peaks let it, and is none where the album is mastered already.
    """
    by_side_db = levels_db(delivery.split, timeline)
    found = anchor_loudness(delivery, timeline)(limited(envelopes, 0.0, None)[0])
    target = None if album.as_is else target_lufs(album, delivery)
    gain_db = 0.0 if target is None or found is None or math.isinf(found) else target - found
    if ceiling_dbtp is not None:
        for level_db, peak_dbtp in zip(by_side_db, side_peaks_dbtp(timeline, envelopes), strict=True):
            gain_db = min(gain_db, ceiling_dbtp - peak_dbtp - level_db)
    count = len(timeline.placements)
    return DeliveryGains(
        tracks_db=tuple(gain_db + by_side_db[timeline.programme_of(track)] for track in range(count)),
        target_lufs=target,
        limiting=Limiting(),
        bounds=(None,) * count,
    )


def unlimited_findings(delivery: DeliverySpec, loudness_lufs: float | None) -> tuple[str, ...]:
    """A sentence where a loudness of the delivery's own is not reached; what an album asks for is told in no place."""
    wanted = delivery.loudness_lufs
    if wanted is None or loudness_lufs is None or loudness_lufs > wanted - _TOLERATED_LU:
        return ()
    missed = f"the album is {loudness_lufs:.1f} LUFS, short of {wanted:g} LUFS"
    why = "its peaks stop it, which nothing limits here"
    return (f"{missed}: {why}; ask for a lower --loudness, or for mixes of lower peaks",)


def side_peaks_dbtp(timeline: Timeline, envelopes: Sequence[Envelope]) -> list[float]:
    """Highest true peak of each programme before gain, dBTP; -inf for silence."""
    return [
        max(
            (amplitude_to_db(one.highest) for one in envelopes if programme.start <= one.start < programme.end),
            default=-math.inf,
        )
        for programme in timeline.programmes
    ]
