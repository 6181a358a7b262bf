"""What a chain will make of a song, foretold from what was measured: no audio is read."""

from __future__ import annotations

import dataclasses

import numpy as np

from analysis.dynamics import Dynamics
from analysis.levels import STEPS_PER_SECOND
from analysis.loudness import k_weighting_db
from analysis.profile import ReferenceSong, reference_song
from analysis.spectrum import TWELFTH_OCTAVES_HZ, TWELFTHS_PER_THIRD, Spectrum
from analysis.track import TrackAnalysis
from analysis.units import Floats, amplitude_to_db, power_to_db
from assistant.dynamics import level_change_db, short_term_after
from mastering.compressor import envelope_gain_db
from mastering.dynamics_specs import CompressorSpec
from mastering.eq import response_db
from mastering.match import gain_db
from mastering.ride import curve_db
from mastering.specs import ChainSpec


def planned_song(track: TrackAnalysis, chain: ChainSpec) -> ReferenceSong:
    """A song as its chain will leave it: EQ, width, gain and dynamics.

    Its PLR is that of the mix, which EQ and width move little, and None where there is a stage whose effect depends on
    level: how far transients slip through cannot be told. Of those stages, what ride and compressor do to loud sections
    is foretold. What a limiter does is known once a delivery is made.
    """
    before, rate_hz = track.spectrum, track.source.rate_hz
    mid_db, side_db = _chain_db(chain, rate_hz)
    mid, side = np.array(before.fine_mid_db) + mid_db, np.array(before.fine_side_db) + side_db
    spectrum = dataclasses.replace(
        before,
        mid_db=_thirds_db(mid),
        side_db=_thirds_db(side),
        fine_mid_db=tuple(map(float, mid)),
        fine_side_db=tuple(map(float, side)),
    )
    louder_lu = _loudness_lufs(spectrum, rate_hz) - _loudness_lufs(before, rate_hz) if np.isfinite(mid).any() else 0.0
    return dataclasses.replace(reference_song(track), spectrum=spectrum, dynamics=_dynamics(track, chain, louder_lu))


def _dynamics(track: TrackAnalysis, chain: ChainSpec, louder_lu: float) -> Dynamics:
    """Loud sections and PLR; `louder_lu` is what EQ, width and gain add."""
    loud, plr = track.dynamics.loud_lufs, track.dynamics.plr_lu
    if chain.nonlinear:
        plr = None
    if loud is not None:
        loud += louder_lu
        if chain.ride is not None:
            loud += float(curve_db(chain.ride, np.array([loud]))[0])
        if chain.compressor is not None:
            loud += _compressed_lu(track, chain, chain.compressor)
    return dataclasses.replace(track.dynamics, loud_lufs=loud, plr_lu=plr)


def _compressed_lu(track: TrackAnalysis, chain: ChainSpec, compressor: CompressorSpec) -> float:
    """What a compressor does to the loudness of loud sections."""
    powers = 10 ** ((np.array(track.levels_dbfs) + chain.gain_db + level_change_db(track, chain.eq)) / 10)
    if not len(powers):
        return compressor.makeup_db
    had, has = short_term_after(track, powers, envelope_gain_db(compressor, powers, STEPS_PER_SECOND))
    moved = float(np.quantile(has, 0.95) - np.quantile(had, 0.95)) if len(had) else 0.0
    return moved + compressor.makeup_db


def _chain_db(chain: ChainSpec, rate_hz: int) -> tuple[Floats, Floats]:
    """What a chain adds to mid and to side in each twelfth of an octave; nothing beyond what the rate can hold."""
    inside = TWELFTH_OCTAVES_HZ < rate_hz / 2
    freqs_hz = TWELFTH_OCTAVES_HZ[inside]
    both, side = response_db(chain.eq, freqs_hz, rate_hz), response_db(chain.side_eq, freqs_hz, rate_hz)
    mid = both + chain.gain_db
    side = side + both + chain.gain_db + amplitude_to_db(chain.width)
    if chain.match is not None:
        match_mid, match_side = gain_db(chain.match, freqs_hz)
        mid, side = mid + match_mid, side + match_side
    filled = np.zeros((2, len(inside)))
    filled[0, inside], filled[1, inside] = mid, side
    return filled[0], filled[1]


def _thirds_db(fine_db: Floats) -> tuple[float, ...]:
    power = (10 ** (fine_db / 10)).reshape(-1, TWELFTHS_PER_THIRD).sum(axis=1)
    return tuple(map(float, power_to_db(power)))


def _loudness_lufs(spectrum: Spectrum, rate_hz: int) -> float:
    """K-weighted level of a spectrum that holds something, up to a constant."""
    inside = TWELFTH_OCTAVES_HZ < rate_hz / 2
    power = 10 ** (np.array([spectrum.fine_mid_db, spectrum.fine_side_db])[:, inside] / 10)
    return power_to_db(float((power * 10 ** (k_weighting_db(TWELFTH_OCTAVES_HZ[inside]) / 10)).sum()))
