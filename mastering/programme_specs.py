"""What a delivery does to the assembled songs before its gain, as pure data: for carriers that cannot take everything.

A lacquer disc takes little side in the lows and little of anything in the highest highs; a tape saturates in the highs.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from analysis.errors import SpecificationError
from mastering.mono_bass import HIGHEST_HZ, LOWEST_HZ
from mastering.specs import EqShape


@dataclass(frozen=True, kw_only=True, slots=True)
class SideBoundSpec:
    """How much side a passage may have.

    Attributes:
        crossovers_hz: where its bands meet, rising.
        under_mid_db: how far the side stays under mid in each band, one more than there are crossovers.
        min_correlation: of left and right over all bands.
        range_db: the side is turned down by no more than this; what would need more is told.
    """

    crossovers_hz: tuple[float, ...]
    under_mid_db: tuple[float, ...]
    min_correlation: float
    range_db: float

    def __post_init__(self) -> None:
        """Refuse what bounds nothing.

        Raises:
            SpecificationError: bands and bounds that do not go together, or out of range.
        """
        rises = all(20.0 <= low < high for low, high in pairwise((*self.crossovers_hz, 1e5)))
        if not (rises and len(self.under_mid_db) == len(self.crossovers_hz) + 1):
            raise SpecificationError(
                f"A bound of the side with {len(self.under_mid_db)} figures for bands that meet at "
                f"{', '.join(f'{hz:g}' for hz in self.crossovers_hz) or 'no'} Hz: give rising frequencies from 20 Hz, "
                "and one figure more than there are."
            )
        if not (all(-40 <= db <= 40 for db in self.under_mid_db) and -1 <= self.min_correlation < 1 <= self.range_db):
            raise SpecificationError(
                "A bound of the side out of range: use -40 to 40 dB under mid, a correlation of -1 to under 1, and a "
                "range of 1 dB or more."
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class RelativeBandSpec:
    """A band of dynamic EQ whose threshold is each song's own: what stands out of the song in it is turned down.

    Attributes:
        shape, freq_hz, q: as `DynamicBandSpec` has them.
        over_usual_db: how far over the band's usual level in the song it begins.
        under_song_db: it never begins further under the level of the whole song: a song with few highs keeps them.
        ratio, knee_db, attack_ms, release_ms, range_db: likewise.
    """

    shape: EqShape
    freq_hz: float
    q: float
    over_usual_db: float
    under_song_db: float
    ratio: float
    knee_db: float = 6.0
    attack_ms: float = 1.0
    release_ms: float = 60.0
    range_db: float = 6.0


@dataclass(frozen=True, kw_only=True, slots=True)
class ProgrammeChainSpec:
    """All of it, in this order.

    Attributes:
        highpass_hz: -3 dB there, 12 dB an octave below; None leaves the lows.
        lowpass_hz: -3 dB there, 24 dB an octave above; None leaves the highs.
        bands: dynamic bands.
        mono_below_hz: the side ends here; None leaves it.
        side: how much of it there may be above; None for any.
    """

    highpass_hz: float | None = None
    lowpass_hz: float | None = None
    bands: tuple[RelativeBandSpec, ...] = ()
    mono_below_hz: float | None = None
    side: SideBoundSpec | None = None

    def __post_init__(self) -> None:
        """Refuse corners that cut into the music.

        Raises:
            SpecificationError: a corner out of range.
        """
        for what, corner_hz, low, high in (
            ("high-pass", self.highpass_hz, 5.0, 80.0),
            ("low-pass", self.lowpass_hz, 8_000.0, 40_000.0),
            ("corner of mono", self.mono_below_hz, LOWEST_HZ, HIGHEST_HZ),
        ):
            if corner_hz is not None and not low <= corner_hz <= high:
                raise SpecificationError(f"A {what} at {corner_hz:g} Hz: use {low:g} to {high:g} Hz.")
