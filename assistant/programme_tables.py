"""The tables of a delivery's TOML file on sides and discs, and on what is done to the assembled songs."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

from pydantic import Field, model_validator

from assistant.validation import Table, between
from mastering.breaks import Part
from mastering.programme_specs import ProgrammeChainSpec, RelativeBandSpec, SideBoundSpec
from mastering.sides import SplitSpec
from mastering.specs import EqShape

Minutes = Annotated[float, between(0.1, 1000, "min")]
Hertz = Annotated[float, between(5, 40_000, "Hz")]
Decibels = Annotated[float, between(0, 60, "dB")]
Milliseconds = Annotated[float, between(0.1, 2000, "ms")]


class SpeedTable(Table):
    """What a record holds at one speed; `levels` are pairs of a side's minutes and what it can be cut at, dB."""

    rpm: Annotated[float, between(10, 100, "rpm")]
    longest_min: Minutes
    levels: tuple[tuple[Minutes, Annotated[float, between(-40, 20, "dB")]], ...] = ()

    @model_validator(mode="after")
    def _rise(self) -> SpeedTable:
        if any(not short[0] < long[0] for short, long in pairwise(self.levels)):
            raise ValueError("levels must stand in order of their minutes")
        return self


class SplitTable(Table):
    """How a place divides an album; the words are those of `SplitSpec`, lengths in minutes."""

    part: Part
    longest_min: Minutes | None = None
    fewest: Annotated[int, between(1, 26, "")] = 1
    most: Annotated[int, between(1, 26, "")] | None = None
    even: bool = False
    first_longer: bool = False
    lead_s: Annotated[float, between(0, 60, "s")] = 0.0
    rpm: float | None = None
    speeds: tuple[SpeedTable, ...] = ()

    @model_validator(mode="after")
    def _one_length(self) -> SplitTable:
        told = self.speeds if self.rpm is None else [speed for speed in self.speeds if speed.rpm == self.rpm]
        if (self.longest_min is None) == (self.rpm is None) or (self.rpm is not None and not told):
            raise ValueError("give longest_min, or the rpm of one of the speeds")
        return self

    def spec(self) -> SplitSpec:
        """As the division takes it."""
        speed = next((speed for speed in self.speeds if speed.rpm == self.rpm), None)
        longest_min = self.longest_min if speed is None else speed.longest_min
        return SplitSpec(
            part=self.part,
            longest_s=60.0 * (longest_min or 0.0),
            fewest=self.fewest,
            most=self.most,
            even=self.even,
            first_longer=self.first_longer,
            levels=() if speed is None else speed.levels,
        )


class SideTable(Table):
    """How much side a passage may have; the words are those of `SideBoundSpec`."""

    crossovers_hz: tuple[Hertz, ...] = ()
    under_mid_db: Annotated[tuple[Decibels, ...], Field(min_length=1)]
    min_correlation: Annotated[float, between(-1, 0.99, "")] = -1.0
    range_db: Annotated[float, between(1, 60, "dB")] = 12.0


class BandTable(Table):
    """A dynamic band whose threshold is each song's own; the words are those of `RelativeBandSpec`."""

    shape: EqShape
    freq_hz: Hertz
    q: Annotated[float, between(0.1, 10, "")]
    over_usual_db: Decibels
    under_song_db: Decibels
    ratio: Annotated[float, between(1, 20, "")]
    knee_db: Decibels = 6.0
    attack_ms: Milliseconds = 1.0
    release_ms: Milliseconds = 60.0
    range_db: Annotated[float, between(0, 24, "dB")] = 6.0


class ProgrammeTable(Table):
    """What is done to the assembled songs before the delivery's gain; the words are those of `ProgrammeChainSpec`."""

    highpass_hz: Hertz | None = None
    bands: tuple[BandTable, ...] = ()
    mono_below_hz: Hertz | None = None
    side: SideTable | None = None
    lowpass_hz: Hertz | None = None

    def spec(self) -> ProgrammeChainSpec:
        """As the renderer takes it."""
        return ProgrammeChainSpec(
            highpass_hz=self.highpass_hz,
            bands=tuple(RelativeBandSpec(**band.model_dump()) for band in self.bands),
            mono_below_hz=self.mono_below_hz,
            side=None if self.side is None else SideBoundSpec(**self.side.model_dump()),
            lowpass_hz=self.lowpass_hz,
        )
