"""What a plan does to a track: as an engineer reads it, and as a curve."""

from __future__ import annotations

import numpy as np

from analysis.spectrum import TONE_BANDS_HZ
from assistant.album_spec import chain_spec
from assistant.dynamics_plan import CompressorPlan
from assistant.plan import TrackPlan
from mastering.eq import response_db
from mastering.match import gain_db

_SHAPES = {"bell": "bell", "low_shelf": "low shelf", "high_shelf": "high shelf"}


def actions(track: TrackPlan, engine: str) -> tuple[str, ...]:
    """Each stage of a track's chain in words, in the order in which it runs; nothing for one that is left alone."""
    told = [f"level {track.gain_db:+.1f} dB"] if track.gain_db else []
    told += ["tone, width and level matched by matchering"] if engine == "matchering" else []
    told += [f"{_SHAPES[band.shape.value]} {band.gain_db:+.1f} dB at {band.freq_hz:.0f} Hz" for band in track.eq]
    told += [f"on the side: {_SHAPES[band.shape.value]} {band.gain_db:+.1f} dB at {band.freq_hz:.0f} Hz"
             for band in track.side_eq]  # fmt: skip
    if track.match:
        gains_db = [point.mid_db for point in track.match]
        told.append(f"match curve, {min(gains_db):+.1f} to {max(gains_db):+.1f} dB on the middle")
    if track.ride:
        told.append(f"slow ride of level, {track.ride.slope:.2f} LU per LU, at most {track.ride.range_db:g} dB")
    told += [f"dynamic EQ at {band.freq_hz:.0f} Hz, {band.ratio:.2f}:1" for band in track.dynamic_eq]
    if track.multiband:
        bands = {"low": track.multiband.low, "mid": track.multiband.mid, "high": track.multiband.high}
        told += [f"{name} band: {_compressor(band)}" for name, band in bands.items() if band]
    if track.compressor:
        told.append(_compressor(track.compressor))
    if track.width != 1.0:
        told.append(f"side times {track.width:.2f}")
    if track.mono_below_hz:
        told.append(f"mono below {track.mono_below_hz:.0f} Hz")
    if track.saturation:
        told.append(f"saturation, {track.saturation.drive_db:g} dB")
    return tuple(told)


def _compressor(band: CompressorPlan) -> str:
    what = "compressor" if band.ratio >= 1 else "expander upwards"
    times = (f"{time:g} ms" if isinstance(time, float | int) else time for time in (band.attack_ms, band.release_ms))
    return f"{what}, {band.ratio:.2f}:1 over {band.threshold_dbfs:.1f} dBFS, attack and release {' and '.join(times)}"


def eq_curve_db(track: TrackPlan, rate_hz: int) -> tuple[float, ...]:
    """What EQ and match curve of a track do to its mid in the 28 tone bands, dB; level is not among it."""
    chain = chain_spec(track)
    inside = rate_hz / 2 > TONE_BANDS_HZ
    curve = np.zeros(len(TONE_BANDS_HZ))
    curve[inside] = response_db(chain.eq, TONE_BANDS_HZ[inside], rate_hz)
    if chain.match is not None:
        curve[inside] += gain_db(chain.match, TONE_BANDS_HZ[inside])[0]
    return tuple(round(float(db), 2) + 0.0 for db in curve)
