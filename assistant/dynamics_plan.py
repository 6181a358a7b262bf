"""What a plan says of a track's dynamics and saturation."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from assistant.validation import Table, between, between_or_auto
from mastering.dynamics_specs import Detector
from mastering.specs import EqShape

Auto = Literal["auto"]
_Threshold = Annotated[float, between(-80, 0, "dBFS")]
_Ratio = Annotated[float, between(0.5, 10, "to 1"), Field(description="under 1 opens: the loud comes up")]
_Knee = Annotated[float, between(0, 24, "dB")]
_Range = Annotated[float, between(0, 12, "dB"), Field(description="it moves the level no further")]


class RidePlan(Table):
    """A slow ride of a track's level."""

    middle_lufs: Annotated[float, between(-80, 0, "LUFS"), Field(description="loudness that is left where it is")]
    slope: Annotated[float, between(0.7, 1.4, "LU per LU"), Field(description="over 1 opens, under 1 closes")]
    range_db: Annotated[float, between(0, 3, "dB"), Field(description="it moves the level no further")] = 1.5


class CompressorPlan(Table):
    """A track's compressor, or that of one of its bands."""

    threshold_dbfs: Annotated[_Threshold, Field(description="level where it begins")]
    ratio: _Ratio
    knee_db: _Knee = 6.0
    attack_ms: Annotated[
        float | Auto, between_or_auto(0.1, 500, "ms"), Field(description='"auto": by how the song peaks')
    ] = 25.0
    release_ms: Annotated[
        float | Auto, between_or_auto(5, 5_000, "ms"), Field(description='"auto": by how the song peaks')
    ] = 250.0
    range_db: _Range = 3.0
    makeup_db: Annotated[
        float | Auto, between_or_auto(-12, 12, "dB"), Field(description='"auto": as loud as it was before')
    ] = 0.0
    sidechain_hz: Annotated[
        Annotated[float, between(20, 1_000, "Hz")] | None, Field(description="the level is read above this frequency")
    ] = None
    detector: Annotated[
        Detector, Field(description="what the level is: rms over 10 ms, or peak, the highest sample")
    ] = Detector.RMS
    mix: Annotated[float, between(0, 1, ""), Field(description="share that is compressed; the rest stays as it is")] = (
        1.0
    )


class MultibandPlan(Table):
    """Three bands of a track with a compressor each; one without is left alone."""

    low_crossover_hz: Annotated[
        float, between(40, 2_000, "Hz"), Field(description="where the low band meets the middle")
    ] = 120.0
    high_crossover_hz: Annotated[
        float, between(200, 16_000, "Hz"), Field(description="where the middle meets the high band")
    ] = 2_500.0
    low: CompressorPlan | None = None
    mid: CompressorPlan | None = None
    high: CompressorPlan | None = None

    @model_validator(mode="after")
    def _in_order(self) -> MultibandPlan:
        if not self.low_crossover_hz < self.high_crossover_hz:
            raise ValueError(
                f"high_crossover_hz = {self.high_crossover_hz:g} must be over low_crossover_hz = "
                f"{self.low_crossover_hz:g} Hz"
            )
        return self


class DynamicBandPlan(Table):
    """One band of dynamic EQ: it moves with the level of what lies in it."""

    shape: EqShape
    freq_hz: Annotated[float, between(20, 20_000, "Hz")]
    q: Annotated[float, between(0.3, 10, "")] = 1.0
    threshold_dbfs: _Threshold
    ratio: _Ratio
    knee_db: _Knee = 6.0
    attack_ms: Annotated[float, between(0.1, 500, "ms")] = 20.0
    release_ms: Annotated[float, between(5, 5_000, "ms")] = 200.0
    range_db: _Range = 3.0


class SaturationPlan(Table):
    """A gentle bend at the end of a track's chain."""

    drive_db: Annotated[
        float, between(0, 12, "dB"), Field(description="how much lower full scale comes out; small sounds stay")
    ]
