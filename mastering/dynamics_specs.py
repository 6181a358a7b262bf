"""What the stages that change dynamics are, as pure data: they are built from these and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.errors import SpecificationError


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
