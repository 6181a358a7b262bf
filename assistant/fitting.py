"""What a plan leaves to be worked out ("auto"): compressors' times and make-up, from the audio that reaches them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from dataclasses import replace

from analysis.audio import Audio
from assistant.dynamics_plan import CompressorPlan
from assistant.plan import TrackPlan
from assistant.plan_file import PlanFile
from mastering.dynamics_specs import CompressorSpec, MultibandSpec
from mastering.fitting import Crossovers, Wanted, evened, with_makeup, with_times
from mastering.specs import AlbumSpec, ChainSpec, TrackSpec

Through = Callable[[TrackSpec], AbstractContextManager[Audio]]
"""Gives a track's audio after its chain."""

_BEFORE_BANDS = ("dc_offset", "matchering", "gain_db", "eq", "side_eq", "match", "ride", "dynamic_eq")
_BEFORE_COMPRESSOR = (*_BEFORE_BANDS, "multiband")
_UNITS = {"attack_ms": "ms", "release_ms": "ms", "makeup_db": "dB"}


def with_fitted(album: AlbumSpec, plans: Sequence[TrackPlan], through: Through, pool: Executor) -> AlbumSpec:
    """The album with every figure of its chains known; `plans` are those of its tracks.

    Raises:
        AudioFileError, AudioContentError, OutputError: as reading and matchering find them.
    """

    def one(number: int) -> TrackSpec:
        return _fitted(album.tracks[number], plans[number], through)

    return replace(album, tracks=tuple(pool.map(one, range(len(album.tracks)))))


def remarked(file: PlanFile, number: int, chain: ChainSpec) -> PlanFile:
    """The plan with a remark on each "auto" of one of its tracks (counted from 0): the figure that was found."""
    plan = file.plan.track[number]
    compressors = [(("compressor",), plan.compressor, chain.compressor)]
    if plan.multiband and chain.multiband:
        bands = plan.multiband, chain.multiband
        compressors += [
            (("multiband", name), *(getattr(band, name) for band in bands)) for name in ("low", "mid", "high")
        ]
    for place, planned, found in compressors:
        for key, unit in _UNITS.items():
            if planned and getattr(planned, key) == "auto":
                file = file.remarked(number, (*place, key), f"{getattr(found, key):g} {unit}")
    return file


def _fitted(track: TrackSpec, plan: TrackPlan, through: Through) -> TrackSpec:
    """A track with every figure of its chain known: first the bands, then what comes after them."""
    chain = track.chain
    if plan.multiband and chain.multiband:
        bands, crossovers_hz = (
            (plan.multiband.low, plan.multiband.mid, plan.multiband.high),
            chain.multiband.crossovers_hz,
        )
        head = _head(track, _BEFORE_BANDS)
        low, mid, high = _found(chain.multiband.bands, bands, head, crossovers_hz, through)
        multiband = MultibandSpec(crossovers_hz=crossovers_hz, low=low, mid=mid, high=high)
        if all(band and band.makeup_db == "auto" for band in bands):
            with through(head) as audio:
                multiband = evened(multiband, audio)
        chain = replace(chain, multiband=multiband)
    if plan.compressor:
        head = _head(replace(track, chain=chain), _BEFORE_COMPRESSOR)
        (compressor,) = _found([chain.compressor], [plan.compressor], head, None, through)
        chain = replace(chain, compressor=compressor)
    return replace(track, chain=chain)


def _found(
    specs: Sequence[CompressorSpec | None],
    plans: Sequence[CompressorPlan | None],
    head: TrackSpec,
    crossovers_hz: Crossovers,
    through: Through,
) -> Sequence[CompressorSpec | None]:
    """Compressors as planned, with what is "auto" found by a pass each for times and make-up."""
    wanted = [_wanted(plan) for plan in plans]
    if any(one.attack or one.release for one in wanted):
        with through(head) as audio:
            specs = with_times(specs, wanted, audio, crossovers_hz)
    if any(one.makeup for one in wanted):
        with through(head) as audio:
            specs = with_makeup(specs, wanted, audio, crossovers_hz)
    return specs


def _wanted(plan: CompressorPlan | None) -> Wanted:
    if plan is None:
        return Wanted()
    return Wanted(attack=plan.attack_ms == "auto", release=plan.release_ms == "auto", makeup=plan.makeup_db == "auto")


def _head(track: TrackSpec, stages: Sequence[str]) -> TrackSpec:
    """The track with the first stages of its chain alone."""
    return replace(track, chain=ChainSpec(**{name: getattr(track.chain, name) for name in stages}))
