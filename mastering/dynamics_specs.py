"""What the stages that change dynamics are, as pure data: they are built from these and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from analysis.errors import SpecificationError

if TYPE_CHECKING:
    from mastering.specs import EqShape


class Detector(StrEnum):
    """What a compressor takes for the level."""

    RMS = "rms"
    PEAK = "peak"


@dataclass(frozen=True, kw_only=True, slots=True)
class CompressorSpec:
    """A compressor on all channels together.

    Attributes:
        threshold_dbfs: level where it begins; a full-scale square wave reads 0, as RMS and as peak.
        ratio: dB in for each dB out over the threshold; under 1 opens: the loud comes up.
        knee_db: width of the bend at the threshold.
        attack_ms, release_ms: time constants, to and from its effect.
        range_db: the gain moves by no more than this.
        makeup_db: gain after it, on what is mixed.
        sidechain_hz: the level is read above this frequency; None reads all.
        detector: RMS over 10 ms, all channels together; or the highest sample of any channel.
        mix: share of what was compressed in what comes out, the rest is what went in; 1.0 is all of it.
    """

    threshold_dbfs: float
    ratio: float
    knee_db: float = 6.0
    attack_ms: float = 25.0
    release_ms: float = 250.0
    range_db: float = 3.0
    makeup_db: float = 0.0
    sidechain_hz: float | None = None
    detector: Detector = Detector.RMS
    mix: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what no compressor can be.

        Raises:
            SpecificationError: a ratio, a time, a width or a share out of bounds.
        """
        if not 0.5 <= self.ratio <= 20.0:
            raise SpecificationError(f"A compressor of ratio {self.ratio:g}: use 0.5 to 20.")
        if not (self.attack_ms > 0 and self.release_ms > 0):
            raise SpecificationError(
                f"A compressor with {self.attack_ms:g} ms of attack and {self.release_ms:g} ms of release: both must "
                "be over 0."
            )
        if not (self.knee_db >= 0 and self.range_db >= 0):
            raise SpecificationError(
                f"A compressor with a knee of {self.knee_db:g} dB and a range of {self.range_db:g} dB: use 0 or more."
            )
        if not 0.0 <= self.mix <= 1.0:
            raise SpecificationError(f"A compressor with a mix of {self.mix:g}: use 0 to 1.")

    @property
    def does_nothing(self) -> bool:
        """Whether audio passes as it is."""
        return (self.ratio == 1.0 or self.range_db == 0.0 or self.mix == 0.0) and self.makeup_db == 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class MultibandSpec:
    """Three bands with a compressor each, in phase.

    Attributes:
        crossovers_hz: where the low band meets the middle, and that the high one; each is 6 dB down there.
        low, mid, high: what is done to each; None leaves it.
    """

    crossovers_hz: tuple[float, float]
    low: CompressorSpec | None = None
    mid: CompressorSpec | None = None
    high: CompressorSpec | None = None

    def __post_init__(self) -> None:
        """Refuse bands that cannot be told apart.

        Raises:
            SpecificationError: crossovers out of order or out of bounds.
        """
        low_hz, high_hz = self.crossovers_hz
        if not 40.0 <= low_hz < high_hz <= 40_000.0:
            raise SpecificationError(
                f"Three bands that meet at {low_hz:g} and {high_hz:g} Hz: use 40 to 40,000 Hz, the lower first."
            )

    @property
    def bands(self) -> tuple[CompressorSpec | None, ...]:
        """What is done to low, middle and high."""
        return self.low, self.mid, self.high

    @property
    def does_nothing(self) -> bool:
        """Whether audio passes as it is."""
        return all(band is None or band.does_nothing for band in self.bands)


@dataclass(frozen=True, kw_only=True, slots=True)
class DynamicBandSpec:
    """A band of dynamic EQ: its gain moves with the level of what lies in the band itself.

    Attributes:
        shape: bell or shelf.
        freq_hz, q: of the band in which the level is read and which is moved; see `mastering.dynamic_eq`.
        threshold_dbfs: RMS level within the band where it begins; a full-scale square wave reads 0.
        ratio: dB in for each dB out over the threshold; under 1 opens: what is loud in the band comes up.
        knee_db: width of the bend at the threshold.
        attack_ms, release_ms: time constants, to and from its effect.
        range_db: the gain moves by no more than this.
    """

    shape: EqShape
    freq_hz: float
    q: float
    threshold_dbfs: float
    ratio: float
    knee_db: float = 6.0
    attack_ms: float = 20.0
    release_ms: float = 200.0
    range_db: float = 3.0

    def __post_init__(self) -> None:
        """Refuse what no band can be.

        Raises:
            SpecificationError: a frequency, a Q, or a figure of the compressor out of bounds.
        """
        if not (10.0 <= self.freq_hz <= 100_000.0 and 0.1 <= self.q <= 20.0 and self.range_db <= 24.0):
            raise SpecificationError(
                f"A band of dynamic EQ at {self.freq_hz:g} Hz with Q {self.q:g} and a range of {self.range_db:g} dB: "
                "use 10 Hz or more, a Q of 0.1 to 20 and a range of 0 to 24 dB."
            )
        _ = self.compressor

    @property
    def compressor(self) -> CompressorSpec:
        """How the gain follows the level."""
        return CompressorSpec(
            threshold_dbfs=self.threshold_dbfs,
            ratio=self.ratio,
            knee_db=self.knee_db,
            attack_ms=self.attack_ms,
            release_ms=self.release_ms,
            range_db=self.range_db,
        )

    @property
    def does_nothing(self) -> bool:
        """Whether audio passes as it is."""
        return self.compressor.does_nothing


@dataclass(frozen=True, kw_only=True, slots=True)
class SaturationSpec:
    """Saturation of each channel.

    Attributes:
        drive_db: how much lower a sample at full scale comes out; small ones keep their level.
    """

    drive_db: float

    def __post_init__(self) -> None:
        """Refuse what is no saturation.

        Raises:
            SpecificationError: a drive out of bounds.
        """
        if not 0.0 <= self.drive_db <= 24.0:
            raise SpecificationError(f"Saturation with {self.drive_db:g} dB of drive: use 0 to 24 dB.")

    @property
    def does_nothing(self) -> bool:
        """Whether audio passes as it is."""
        return self.drive_db == 0.0
