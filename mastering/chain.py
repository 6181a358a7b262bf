"""A track's chain: processors built from a `ChainSpec`, run in order, their latency taken off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from analysis.audio import Audio
from analysis.units import Floats
from mastering.compressor import Compressor
from mastering.correlation_guard import CorrelationGuard
from mastering.dynamic_eq import DynamicEq
from mastering.eq import Eq
from mastering.match import Match
from mastering.mid_side import SideEq
from mastering.mono_bass import MonoBass
from mastering.multiband import Multiband
from mastering.processor import Processor
from mastering.ride import Ride
from mastering.saturation import Saturation
from mastering.specs import ChainSpec
from mastering.stages import Gain, Offset, Width


def build(spec: ChainSpec, rate_hz: int, channels: int) -> tuple[Processor, ...]:
    """The processors that a spec asks for, in order; a stage that would change nothing is left out.

    Matchering is none of them: it takes whole files, see `matchering_stage`.
    """
    stages: list[Processor] = []
    if any(spec.dc_offset):
        stages.append(Offset(spec.dc_offset, channels))
    if spec.gain_db:
        stages.append(Gain(spec.gain_db, channels))
    if spec.eq:
        stages.append(Eq(spec.eq, rate_hz, channels))
    if spec.side_eq and channels == 2:
        stages.append(SideEq(spec.side_eq, rate_hz, channels))
    if spec.match:
        stages.append(Match(spec.match, rate_hz, channels))
    stages += _dynamics(spec, rate_hz, channels)
    if spec.width != 1.0 and channels == 2:
        stages.append(Width(spec.width, channels))
    if spec.widens and spec.min_correlation > -1.0 and channels == 2:
        stages.append(CorrelationGuard(spec.width, spec.side_eq, spec.min_correlation, rate_hz, channels))
    if spec.mono_below_hz and channels == 2:
        stages.append(MonoBass(spec.mono_below_hz, rate_hz, channels))
    if spec.saturation and not spec.saturation.does_nothing:
        stages.append(Saturation(spec.saturation, channels))
    return tuple(stages)


def _dynamics(spec: ChainSpec, rate_hz: int, channels: int) -> list[Processor]:
    """Ride, dynamic EQ, the three bands and the compressor over all."""
    stages: list[Processor] = []
    if spec.ride:
        stages.append(Ride(spec.ride, rate_hz, channels))
    if "dynamic_eq" in spec.nonlinear:
        stages.append(DynamicEq(spec.dynamic_eq, rate_hz, channels))
    if spec.multiband and not spec.multiband.does_nothing:
        stages.append(Multiband(spec.multiband, rate_hz, channels))
    if spec.compressor and not spec.compressor.does_nothing:
        stages.append(Compressor(spec.compressor, rate_hz, channels))
    return stages


def process(audio: Audio, stages: Sequence[Processor]) -> Audio:
    """The stream after all stages: as many frames as went in, in time with them.

    The stages are used up by the first pass; build new ones for another.
    """

    def blocks() -> Iterator[Floats]:
        late = sum(stage.latency_frames for stage in stages)
        for part in _run(audio.blocks(), stages, audio.channels):
            if late >= len(part):
                late -= len(part)
                continue
            yield part[late:] if late else part
            late = 0

    return Audio(rate_hz=audio.rate_hz, channels=audio.channels, blocks=blocks)


def _run(blocks: Iterator[Floats], stages: Sequence[Processor], channels: int) -> Iterator[Floats]:
    for block in blocks:
        yield _through(block, stages)
    for done, stage in enumerate(stages):
        rest = stage.flush()
        yield _through(rest, stages[done + 1 :]) if len(rest) else np.zeros((0, channels))


def _through(block: Floats, stages: Sequence[Processor]) -> Floats:
    for stage in stages:
        block = stage.process(block)
    return block
