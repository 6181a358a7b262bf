"""What a plan leaves to be worked out ("auto"): compressors' times and make-up, from the audio that reaches them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace

from assistant.dynamics_plan import CompressorPlan
from assistant.plan import TrackPlan
from assistant.plan_file import PlanFile
from assistant.spooling import Through, album_recordings
from mastering.dynamics_specs import CompressorSpec, MultibandSpec
from mastering.fitting import Crossovers, Wanted, evened, with_makeup, with_times
from mastering.specs import AlbumSpec, ChainSpec, TrackSpec

_BEFORE_BANDS = ("dc_offset", "matchering", "gain_db", "eq", "side_eq", "match", "ride", "dynamic_eq")
_BEFORE_COMPRESSOR = (*_BEFORE_BANDS, "multiband")
_UNITS = {"attack_ms": "ms", "release_ms": "ms", "makeup_db": "dB"}


def with_fitted(album: AlbumSpec, plans: Sequence[TrackPlan], through: Through, pool: Executor) -> AlbumSpec:
    """The album with every figure of its chains known; `plans` are those of its tracks.

    Songs that run on into each other share what is found on their one recording.

    Raises:
        AudioFileError, AudioContentError, OutputError: as reading and matchering find them.
    """

    def one(numbers: tuple[int, ...]) -> list[TrackSpec]:
        run = [album.tracks[number] for number in numbers]
        chain = _fitted(run, plans[numbers[0]], through)
        return [replace(track, chain=chain) for track in run]

    return replace(album, tracks=tuple(track for run in pool.map(one, album_recordings(album)) for track in run))


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


def _fitted(run: Sequence[TrackSpec], plan: TrackPlan, through: Through) -> ChainSpec:
    """The chain of a recording with every figure known: first the bands, then what comes after them."""
    chain = run[0].chain
    if plan.multiband and chain.multiband:
        bands, crossovers_hz = (
            (plan.multiband.low, plan.multiband.mid, plan.multiband.high),
            chain.multiband.crossovers_hz,
        )
        head = _head(run, chain, _BEFORE_BANDS)
        low, mid, high = _found(chain.multiband.bands, bands, head, crossovers_hz, through)
        multiband = MultibandSpec(crossovers_hz=crossovers_hz, low=low, mid=mid, high=high)
        if all(band and band.makeup_db == "auto" for band in bands):
            with through(head) as audio:
                multiband = evened(multiband, audio)
        chain = replace(chain, multiband=multiband)
    if plan.compressor:
        head = _head(run, chain, _BEFORE_COMPRESSOR)
        (compressor,) = _found([chain.compressor], [plan.compressor], head, None, through)
        chain = replace(chain, compressor=compressor)
    return chain


def _found(
    specs: Sequence[CompressorSpec | None],
    plans: Sequence[CompressorPlan | None],
    head: Sequence[TrackSpec],
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


def _head(run: Sequence[TrackSpec], chain: ChainSpec, stages: Sequence[str]) -> Sequence[TrackSpec]:
    """The recording with the first stages of a chain alone."""
    return [replace(run[0], chain=ChainSpec(**{name: getattr(chain, name) for name in stages})), *run[1:]]
