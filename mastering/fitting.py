"""Figures of a compressor that follow from what it is given: its times by how that peaks, its make-up by what it takes.

Times: Giannoulis, Massberg and Reiss, "Parameter Automation in a Dynamic Range Compressor", JAES 61 (2013): attack and
release are `ATTACK_MS` and `RELEASE_MS` doubled over the square of the crest factor, the attack taken off the release.
They let them move with the music; here their mean over it is set, so that a plan can hold it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from analysis.audio import Audio
from analysis.crest import CrestMeter
from analysis.loudness import LoudnessMeter
from analysis.units import Floats
from mastering.chain import process
from mastering.compressor import Compressor
from mastering.dynamics_specs import CompressorSpec, MultibandSpec
from mastering.multiband import Crossover, Multiband

ATTACK_MS, RELEASE_MS = 80.0, 1000.0
"""What a sine is given, whose crest factor squared is 2."""

_USUAL = CompressorSpec(threshold_dbfs=0.0, ratio=1.0)
_HIGHEST_CREST_DB = 20.0  # clicks in silence have more; 1.6 and 18 ms

Crossovers = tuple[float, float] | None
"""Where three bands meet, Hz; None for one band."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which figures of a compressor are to be found."""

    attack: bool = False
    release: bool = False
    makeup: bool = False


def with_times(
    specs: Sequence[CompressorSpec | None], wanted: Sequence[Wanted], audio: Audio, crossovers_hz: Crossovers
) -> tuple[CompressorSpec | None, ...]:
    """Compressors with the times that are wanted; the usual ones where nothing can be measured.

    Args:
        specs: one, or those of three bands; None leaves a band alone.
        wanted: what is to be found for each.
        audio: what reaches them.
        crossovers_hz: where the bands meet; None for one.
    """
    meters = [CrestMeter(audio.rate_hz, audio.channels) for _ in specs]
    for parts in _parts(audio, crossovers_hz):
        for meter, part in zip(meters, parts, strict=True):
            meter.update(part)
    return tuple(_timed(spec, want, m.result()) for spec, want, m in zip(specs, wanted, meters, strict=True))


def with_makeup(
    specs: Sequence[CompressorSpec | None], wanted: Sequence[Wanted], audio: Audio, crossovers_hz: Crossovers
) -> tuple[CompressorSpec | None, ...]:
    """Compressors with the make-up that is wanted, which leaves the stream, or the band, as loud as it was.

    Loudness is that of ITU-R BS.1770; where there is none, no make-up is given. Arguments as for `with_times`.
    """
    fits = [
        _Makeup(spec, audio.rate_hz, audio.channels) if spec and w.makeup else None
        for spec, w in zip(specs, wanted, strict=True)
    ]
    for parts in _parts(audio, crossovers_hz):
        for fit, part in zip(fits, parts, strict=True):
            if fit:
                fit.update(part)
    return tuple(fit.result() if fit else spec for fit, spec in zip(fits, specs, strict=True))


def evened(spec: MultibandSpec, audio: Audio) -> MultibandSpec:
    """Three bands whose make-up leaves the whole as loud as it was too: moved alike, so that the tone stays.

    Bands that each keep their loudness may still add up to a little more or less.
    """
    before, after = (LoudnessMeter(audio.rate_hz, audio.channels) for _ in range(2))

    def heard() -> Iterator[Floats]:
        for block in audio.blocks():
            before.update(block)
            yield block

    taken = Audio(rate_hz=audio.rate_hz, channels=audio.channels, blocks=heard)
    for block in process(taken, [Multiband(spec, audio.rate_hz, audio.channels)]).blocks():
        after.update(block)
    lost_lu = _lost_lu(before, after)
    low, mid, high = (band and replace(band, makeup_db=round(band.makeup_db + lost_lu, 2)) for band in spec.bands)
    return replace(spec, low=low, mid=mid, high=high)


def times_ms(crest_db: float | None) -> tuple[float, float]:
    """Attack and release for a momentary crest factor, see `analysis.crest`; the usual ones where it is not known."""
    if crest_db is None:
        return _USUAL.attack_ms, _USUAL.release_ms
    share = 2 * 10 ** (-min(crest_db, _HIGHEST_CREST_DB) / 10)
    attack_ms = ATTACK_MS * share
    return round(attack_ms, 1), round(RELEASE_MS * share - attack_ms, 1)


def _timed(spec: CompressorSpec | None, wanted: Wanted, crest_db: float | None) -> CompressorSpec | None:
    if spec is None:
        return None
    attack_ms, release_ms = times_ms(crest_db)
    return replace(
        spec,
        attack_ms=attack_ms if wanted.attack else spec.attack_ms,
        release_ms=release_ms if wanted.release else spec.release_ms,
    )


class _Makeup:
    """Loudness before and after a compressor."""

    def __init__(self, spec: CompressorSpec, rate_hz: int, channels: int) -> None:
        self._spec = replace(spec, makeup_db=0.0)
        self._compressor = Compressor(self._spec, rate_hz, channels)
        self._before, self._after = LoudnessMeter(rate_hz, channels), LoudnessMeter(rate_hz, channels)

    def update(self, block: Floats) -> None:
        self._before.update(block)
        self._after.update(self._compressor.process(block))

    def result(self) -> CompressorSpec:
        return replace(self._spec, makeup_db=round(_lost_lu(self._before, self._after), 2))


def _lost_lu(before: LoudnessMeter, after: LoudnessMeter) -> float:
    """How much loudness was lost; 0 where there was none."""
    had, has = before.result().integrated_lufs, after.result().integrated_lufs
    return 0.0 if had is None or has is None or math.isinf(had) or math.isinf(has) else had - has


def _parts(audio: Audio, crossovers_hz: Crossovers) -> Iterator[Sequence[Floats]]:
    """What each compressor is given, block by block."""
    if crossovers_hz is None:
        yield from ([block] for block in audio.blocks())
        return
    crossover = Crossover(crossovers_hz, audio.rate_hz, audio.channels)
    for block in audio.blocks():
        yield crossover.process(block)[1]
    yield crossover.flush()[1]
