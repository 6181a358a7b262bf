"""Write the built-in reference profile `typical` from published figures.

    python benchmarks/make_typical_profile.py

Tone of the mid signal: A. Elowsson and A. Friberg, "Long-term average spectrum in popular music and its relation to the
level of the percussion", AES Convention 142, paper 9762, 2017 (12,345 songs): the quadratic fit of the mean spectrum,
per hertz, y = -0.000183 x^2 + 0.0213 x - 16.735 dB at x = 1 + 60 log2(f / 30 Hz). Power in bands of equal width in
octaves rises by 10 log10(f) over that. The fit is of the range above the spectrum's peak, which they find at 94 Hz, and
runs on flat below it. The peak is put back as a bell of half an octave there, as high as the share of the bass in the
other source asks for (what lies under 148 Hz holds 0.3 dB more than 148 to 392 Hz, K-weighted): with it the spectrum
peaks at 91 Hz.

Side against mid, and how songs differ in both: medians and standard deviations over the analyses of commercial songs
in the repository ai-mastering/phaselimiter (MIT licence, commit 3c951f40, resource/analysis_data): of 568 songs the
226 louder than -12 LUFS, in nine bands, at whose centres the figures are taken; between them they are drawn straight
over octaves. Nine bands differ less than thirds of an octave do, so the spread is told small rather than large; in the
deepest bass it is the 10 dB that Elowsson and Friberg find.
"""

from __future__ import annotations

import numpy as np

from analysis.content import Content
from analysis.dynamics import Dynamics
from analysis.loudness import Loudness
from analysis.profile import ReferenceProfile, ReferenceSong
from analysis.spectrum import THIRD_OCTAVES_HZ, TONE_BANDS_HZ, TWELFTH_OCTAVES_HZ, TWELFTHS_PER_THIRD, Spectrum
from analysis.units import Floats
from assistant.profile_file import profile_text
from references import PROFILES

_CENTRES_HZ = np.array([105.0, 241.0, 558.0, 1076.0, 1928.0, 3330.0, 5640.0, 9446.0, 15_600.0])
_SIDE_DB = np.array([-18.45, -9.36, -7.82, -7.73, -7.59, -7.92, -8.73, -8.83, -8.38])
_SIDE_SPREAD_DB = np.array([5.5, 3.6, 3.3, 3.0, 3.1, 3.3, 3.5, 4.2, 4.7])
_TONE_SPREAD_DB = np.array([2.9, 3.2, 2.8, 2.2, 2.1, 2.2, 2.3, 3.3, 4.7])
_DEEPEST_SPREAD_DB = 10.0

_PEAK_HZ, _PEAK_DB, _PEAK_OCTAVES = 94.0, 3.97, 0.5

WEIGHT = 1.0
"""What the curve counts as, in songs of the record. On five records (fifty songs of games' soundtracks) a song stands
5.5 dB RMS from its record's mean, and that mean 3.6 dB from the curve: by this alone the curve would tell as much as
three songs do. Five records are few, they differ more within than a band's album does, and where a record means to be
unlike others the curve is wrong altogether: so one."""


def typical() -> ReferenceProfile:
    """The profile."""
    mid, side = _mid_db(TWELFTH_OCTAVES_HZ), _mid_db(TWELFTH_OCTAVES_HZ) + _between(TWELFTH_OCTAVES_HZ, _SIDE_DB)
    spectrum = Spectrum(
        mid_db=_rounded(_thirds_db(mid)),
        side_db=_rounded(_thirds_db(side)),
        fine_mid_db=_rounded(mid),
        fine_side_db=_rounded(side),
        correlation=(None,) * len(THIRD_OCTAVES_HZ),
        gated_share=1.0,
    )
    song = ReferenceSong(
        name="typical popular music",
        spectrum=spectrum,
        loudness=Loudness(integrated_lufs=None, range_lu=None, momentary_max_lufs=None, short_term_max_lufs=None),
        dynamics=Dynamics(
            plr_lu=None,
            psr_min_lu=None,
            psr_median_lu=None,
            crest_db=None,
            loud_lufs=None,
            short_term_quantiles_lufs=(),
        ),
        content=Content(figures=()),
        duration_s=0.0,
        weight=WEIGHT,
        tone_spread_db=_rounded(_tone_spread_db()),
        width_spread_db=_rounded(_between(TONE_BANDS_HZ, _SIDE_SPREAD_DB)),
    )
    source = (
        "tone: Elowsson and Friberg 2017 (AES paper 9762), 12,345 songs; width and spread: 226 songs analysed in "
        "ai-mastering/phaselimiter (MIT licence); no loudness or dynamics"
    )
    return ReferenceProfile(name="typical", songs=(song,), source=source)


def _mid_db(freqs_hz: Floats) -> Floats:
    x = 1 + 60 * np.log2(freqs_hz / 30)
    per_hertz = -0.000183 * x**2 + 0.0213 * x - 16.735
    peak = _PEAK_DB * np.exp(-0.5 * (np.log2(freqs_hz / _PEAK_HZ) / _PEAK_OCTAVES) ** 2)
    return np.asarray(per_hertz + peak + 10 * np.log10(freqs_hz / 1000) - 20)  # the level is made up, and not used


def _tone_spread_db() -> Floats:
    freqs_hz = np.concatenate([TONE_BANDS_HZ[:1], _CENTRES_HZ])
    spread = np.concatenate([[_DEEPEST_SPREAD_DB], _TONE_SPREAD_DB])
    return np.interp(np.log2(TONE_BANDS_HZ), np.log2(freqs_hz), spread)


def _between(freqs_hz: Floats, figures: Floats) -> Floats:
    return np.interp(np.log2(freqs_hz), np.log2(_CENTRES_HZ), figures)


def _thirds_db(fine_db: Floats) -> Floats:
    return np.asarray(10 * np.log10((10 ** (fine_db / 10)).reshape(-1, TWELFTHS_PER_THIRD).sum(axis=1)))


def _rounded(levels: Floats) -> tuple[float, ...]:
    return tuple(round(float(level), 2) for level in levels)


if __name__ == "__main__":
    (PROFILES / "typical.json").write_text(profile_text(typical()), encoding="utf-8")
