"""Published noise shapers for 16 bit: what the quantiser's error is filtered with, so that less of it is heard.

An error e that is fed back makes noise e * h with a transfer function NTF = (1 - sum c_k z^-k) / (1 + sum a_k z^-k).
Each table holds c (and a, where there are any) as its author printed them, for the rate it was made for and no other:
a curve drawn after the ear stands at frequencies, not at shares of the rate. All are minimum phase, so the mean of
log |NTF| over frequency is 0 dB (Gerzon and Craven, *Optimal Noise Shaping and Dither of Digital Signals*, 87th AES
Convention, 1989, preprint 2822): what is taken out where the ear is keen comes back, and more, where it is dull.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from analysis.errors import SpecificationError
from analysis.units import Floats, amplitude_to_db, db_to_amplitude

SHAPED_BITS = 16
"""Shaping is for this depth; at 24 bits the plain noise is under every converter's own."""

LARGEST_ERROR_LSB = 1.5
"""Of rounding (half a step) and TPDF dither (one step)."""

_ERROR_DEVIATION_LSB = 0.5  # of the same: 1/12 + 1/6 = 1/4 LSB^2
_PEAK_DEVIATIONS = 5.5  # of Gaussian noise, passed once in 26 million samples: five minutes of stereo
_ANSWER_FRAMES = 512  # the slowest pole here falls by 0.82 a frame


class Dither(StrEnum):
    """What makes the error of the last rounding noise: plain dither, none, or a published shaper."""

    TPDF = "tpdf"
    NONE = "none"
    LIPSHITZ = "lipshitz"
    MODIFIED_E_WEIGHTED = "modified-e-weighted"
    IMPROVED_E_WEIGHTED = "improved-e-weighted"
    F_WEIGHTED_3 = "f-weighted-3"
    F_WEIGHTED = "f-weighted"
    F_WEIGHTED_24 = "f-weighted-24"
    GESEMANN = "gesemann"
    LOW_SHIBATA = "low-shibata"
    SHIBATA = "shibata"
    HIGH_SHIBATA = "high-shibata"

    @property
    def shapes(self) -> bool:
        """Whether it is a shaper."""
        return self not in {Dither.TPDF, Dither.NONE}


@dataclass(frozen=True, kw_only=True, slots=True)
class NoiseShaper:
    """One table.

    Attributes:
        dither: its name.
        rate_hz: sample rate it was made for.
        feedback: c_1, c_2 and so on.
        recursion: a_1, a_2 and so on; empty for a filter without poles.
        source: who printed it where.
    """

    dither: Dither
    rate_hz: int
    feedback: tuple[float, ...]
    recursion: tuple[float, ...] = ()
    source: str

    @property
    def zeros(self) -> Floats:
        """What the last errors count for in the next sample's noise, the latest first."""
        order = max(len(self.feedback), len(self.recursion))
        poles, feedback = (np.pad(row, (0, order - len(row))) for row in (self.recursion, self.feedback))
        return np.asarray(poles - feedback, dtype=np.float64)

    @property
    def poles(self) -> Floats:
        """What the last samples of noise count for, with the sign turned."""
        return np.array(self.recursion, dtype=np.float64)

    def transfer(self, freqs_hz: Floats) -> Floats:
        """Magnitude of NTF at some frequencies, linear."""
        z = np.exp(-2j * np.pi * np.asarray(freqs_hz)[:, None] / self.rate_hz)
        above, below = (1 + z ** np.arange(1, len(row) + 1) @ row for row in (self.zeros, self.poles))
        return np.asarray(np.abs(above / below))

    def answer(self) -> Floats:
        """NTF in time: what one error of 1 LSB leaves in this sample and the next ones."""
        zeros, poles = self.zeros, self.poles
        out = np.zeros(_ANSWER_FRAMES)
        out[0] = 1.0
        out[1 : len(zeros) + 1] = zeros
        for n in range(1, _ANSWER_FRAMES):
            past = out[max(0, n - len(poles)) : n][::-1]
            out[n] -= float(past @ poles[: len(past)])
        return out

    @property
    def peak_lsb(self) -> float:
        """How high the noise goes in a song, LSB: 5.5 deviations, and no more than errors can add up to."""
        answer = self.answer()
        likely = _PEAK_DEVIATIONS * _ERROR_DEVIATION_LSB * math.sqrt(float(answer @ answer))
        return min(likely, LARGEST_ERROR_LSB * float(np.abs(answer).sum()))


_MINIMALLY = (
    "S. P. Lipshitz, J. Vanderkooy and R. A. Wannamaker, Minimally Audible Noise Shaping, J. Audio Eng. Soc. 39(11), "
    "1991, appendix"
)
_OPTIMAL = "R. A. Wannamaker, Psychoacoustically Optimal Noise Shaping, J. Audio Eng. Soc. 40(7/8), 1992"
_GESEMANN = "S. Gesemann, after the hearing threshold of LAME, hydrogenaud.io topic 47980, 2008"
_SHIBATA = "N. Shibata, after the hearing threshold, SSRC 1.30 (shibatch.sourceforge.net)"

# fmt: off
SHAPERS: tuple[NoiseShaper, ...] = (
    NoiseShaper(
        dither=Dither.LIPSHITZ,
        rate_hz=44_100,
        feedback=(2.033, -2.165, 1.959, -1.590, 0.6149),
        source=f"{_MINIMALLY}, no. 5 (improved E-weighted, 5 coefficients)",
    ),
    NoiseShaper(
        dither=Dither.MODIFIED_E_WEIGHTED,
        rate_hz=44_100,
        feedback=(1.662, -1.263, 0.4827, -0.2913, 0.1268, -0.1124, 0.03252, -0.01265, -0.03524),
        source=f"{_MINIMALLY}, no. 2 (modified E-weighted, 9 coefficients)",
    ),
    NoiseShaper(
        dither=Dither.IMPROVED_E_WEIGHTED,
        rate_hz=44_100,
        feedback=(2.847, -4.685, 6.214, -7.184, 6.639, -5.032, 3.263, -1.632, 0.4191),
        source=f"{_MINIMALLY}, no. 6 (improved E-weighted, 9 coefficients)",
    ),
    NoiseShaper(
        dither=Dither.F_WEIGHTED_3,
        rate_hz=44_100,
        feedback=(1.623, -0.982, 0.109),
        source=f"{_OPTIMAL}, table 3 (F-weighted, 3 coefficients)",
    ),
    NoiseShaper(
        dither=Dither.F_WEIGHTED,
        rate_hz=44_100,
        feedback=(2.412, -3.370, 3.937, -4.174, 3.353, -2.205, 1.281, -0.569, 0.0847),
        source=f"{_OPTIMAL}, table 3 (F-weighted, 9 coefficients)",
    ),
    NoiseShaper(
        dither=Dither.F_WEIGHTED_24,
        rate_hz=44_100,
        feedback=(
            2.391510, -3.284444, 3.679506, -3.635044, 2.524185, -1.146701, 0.115354, 0.513745, -0.749277, 0.512386,
            -0.188997, -0.043705, 0.149843, -0.151186, 0.076302, -0.012070, -0.021127, 0.025232, -0.016121, 0.004453,
            0.000876, -0.001799, 0.000774, -0.000128,
        ),
        source=f"{_OPTIMAL}, table 4 (F-weighted, 24 coefficients)",
    ),
    NoiseShaper(
        dither=Dither.GESEMANN,
        rate_hz=44_100,
        feedback=(2.2061, -0.4706, -0.2534, -0.6214),
        recursion=(1.0587, 0.0676, -0.6054, -0.2738),
        source=f"{_GESEMANN}; last digits as in SoX 14.4, dither effect",
    ),
    NoiseShaper(
        dither=Dither.GESEMANN,
        rate_hz=48_000,
        feedback=(2.2374, -0.7339, -0.1251, -0.6033),
        recursion=(0.903, 0.0116, -0.5853, -0.2571),
        source="S. Gesemann, in SoX 14.4, dither effect",
    ),
    NoiseShaper(
        dither=Dither.LOW_SHIBATA,
        rate_hz=44_100,
        feedback=(
            2.08339167, -3.04184508, 3.20478988, -2.75719261, 1.49786305, -0.34275946, -0.717337489, 1.07370579,
            -1.02258158, 0.566499949, -0.209686920, -0.0653785318, 0.103224382, -0.0674420223, -0.00495197345,
        ),
        source=f"{_SHIBATA}, 15 coefficients, the milder of two",
    ),
    NoiseShaper(
        dither=Dither.LOW_SHIBATA,
        rate_hz=48_000,
        feedback=(
            2.39257741, -3.43502975, 3.18537092, -1.81172717, -0.201247707, 1.47599077, -1.72109044, 0.977467000,
            -0.137901381, -0.381859034, 0.274212420, 0.0665842146, -0.352233022, 0.376723439, -0.239642769,
            0.0686748251,
        ),
        source=f"{_SHIBATA}, 16 coefficients, the milder of two",
    ),
    NoiseShaper(
        dither=Dither.SHIBATA,
        rate_hz=44_100,
        feedback=(
            2.67731977, -4.83089256, 6.57011032, -7.45720148, 6.72632742, -4.84816504, 2.04120898, 0.700635910,
            -2.95375657, 4.08003855, -4.18452168, 3.33118129, -2.11799264, 0.879302979, -0.0317591466, -0.423827887,
            0.478821039, -0.354908139, 0.174968392, -0.0609081686,
        ),
        source=f"{_SHIBATA}, 20 coefficients",
    ),
    NoiseShaper(
        dither=Dither.SHIBATA,
        rate_hz=48_000,
        feedback=(
            2.87207294, -5.04132318, 6.24429941, -5.84839869, 3.70675421, -1.04951191, -1.18302369, 2.11267924,
            -1.90945315, 0.999130845, -0.170908064, -0.326156020, 0.391276449, -0.268764615, 0.0976761058,
            -0.0234738458,
        ),
        source=f"{_SHIBATA}, 16 coefficients",
    ),
    NoiseShaper(
        dither=Dither.HIGH_SHIBATA,
        rate_hz=44_100,
        feedback=(
            3.02591896, -6.02687168, 9.19500351, -11.8249292, 12.7671423, -11.9179468, 9.17391682, -5.37123203,
            1.13936245, 2.44847798, -4.97198391, 6.03920031, -5.93595219, 4.90327835, -3.55274439, 2.19096971,
            -1.16723895, 0.490391433, -0.165197909, 0.0232178587,
        ),
        source="N. Shibata, in SoX 14.4, dither effect (high-shibata)",
    ),
)
# fmt: on


def shaper_for(dither: Dither, rate_hz: int) -> NoiseShaper | None:
    """The table of a shaper at a rate; None for dither that shapes nothing.

    Raises:
        SpecificationError: it was never made for that rate.
    """
    if not dither.shapes:
        return None
    found = {shaper.rate_hz: shaper for shaper in SHAPERS if shaper.dither is dither}
    if rate_hz not in found:
        rates = " and ".join(str(rate) for rate in sorted(found))
        raise SpecificationError(
            f"Dither {dither.value!r} has coefficients for {rates} Hz and none for {rate_hz} Hz: "
            f"choose --dither tpdf, or --rate {min(found, key=lambda rate: abs(rate - rate_hz))}."
        )
    return found[rate_hz]


def check_dither(name: str, dither: Dither, bits: int | None, rate_hz: int | None) -> None:
    """See that a delivery of some depth (None: floating point) and rate (None: the album's) can have its dither.

    Raises:
        SpecificationError: a shaper, and the depth is not 16 bit or the rate not one that it was made for.
    """
    if dither.shapes and bits != SHAPED_BITS:
        depth = "floating point" if bits is None else f"{bits} bit"
        raise SpecificationError(
            f"Delivery {name!r} is {depth}, and dither {dither.value!r} shapes the noise of {SHAPED_BITS} bit: "
            f"choose --depth {SHAPED_BITS}, or --dither tpdf."
        )
    if rate_hz is not None:
        shaper_for(dither, rate_hz)


def room_db(shaper: NoiseShaper | None, ceiling_dbtp: float) -> float:
    """How much lower than a ceiling peaks must be before 16-bit noise is added, dB; 0 for plain dither.

    A ceiling that the noise itself passes gets no lower than half: what is written then is measured, as ever.
    """
    if shaper is None:
        return 0.0
    noise = shaper.peak_lsb / 2 ** (SHAPED_BITS - 1) / db_to_amplitude(ceiling_dbtp)
    return -amplitude_to_db(max(1.0 - noise, 0.5))
