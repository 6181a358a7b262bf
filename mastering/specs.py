"""What a track's chain and a delivery are, as pure data. Processors are built from these and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import pairwise

from analysis.errors import SpecificationError
from mastering.dynamics_specs import CompressorSpec, DynamicBandSpec, MultibandSpec, SaturationSpec
from mastering.label_copy import AlbumCopy, TrackCopy


class EqShape(StrEnum):
    """The forms an EQ band can take."""

    BELL = "bell"
    LOW_SHELF = "low_shelf"
    HIGH_SHELF = "high_shelf"


@dataclass(frozen=True, kw_only=True, slots=True)
class EqBand:
    """One band of EQ as an engineer reads it: shape, frequency in Hz, gain in dB, Q."""

    shape: EqShape
    freq_hz: float
    gain_db: float
    q: float


@dataclass(frozen=True, kw_only=True, slots=True)
class MatchCurve:
    """Gain of mid and of side in dB at some frequencies in Hz, which rise; at least one.

    Raises:
        SpecificationError: frequencies that do not rise, or gains that are not as many.
    """

    freqs_hz: tuple[float, ...]
    mid_db: tuple[float, ...]
    side_db: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse what is no curve."""
        rises = all(low < high for low, high in pairwise((0.0, *self.freqs_hz)))
        if not rises or not len(self.freqs_hz) == len(self.mid_db) == len(self.side_db) > 0:
            raise SpecificationError(
                f"A match curve at {len(self.freqs_hz)} frequencies with {len(self.mid_db)} gains of mid and "
                f"{len(self.side_db)} of side: give one of each for every frequency, in rising order."
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class RideSpec:
    """A slow ride of the level: a curve over short-term loudness, known 1.5 s ahead.

    Attributes:
        middle_lufs: loudness that is left where it is.
        slope: LU out for each LU in, about the middle: over 1 opens, under 1 closes.
        range_db: the level moves by no more than this.
    """

    middle_lufs: float
    slope: float
    range_db: float = 1.5

    def __post_init__(self) -> None:
        """Refuse what would not be slow and gentle.

        Raises:
            SpecificationError: a slope or a range out of bounds.
        """
        if not (0.5 <= self.slope <= 2.0 and 0.0 <= self.range_db <= 6.0 and -100.0 <= self.middle_lufs <= 50.0):
            raise SpecificationError(
                f"A ride of slope {self.slope:g} about {self.middle_lufs:g} LUFS within {self.range_db:g} dB: use a "
                "slope of 0.5 to 2, a middle of -100 to 50 LUFS and a range of 0 to 6 dB."
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class ChainSpec:
    """Everything done to one track before the album is assembled. The default is a wire.

    Attributes:
        dc_offset: what to subtract from each channel, full scale 1.0; empty for nothing.
        matchering: file that matchering matches the mix to, before all but the offset; None for nothing.
        gain_db: level against the other tracks, dB.
        eq: bands of minimum-phase EQ, applied to all channels alike.
        side_eq: bands applied after those to the side signal of stereo alone.
        match: curves on mid and side, after the bands; None for nothing.
        ride: a slow ride of the level; None for nothing.
        dynamic_eq: bands whose gain moves with the level in them.
        multiband: a compressor for each of three bands; None for nothing.
        compressor: None for nothing.
        width: gain of the side signal against mid, linear; 1.0 leaves it.
        min_correlation: of left and right, under which `width` and `side_eq` may not take it; -1 lets them.
        mono_below_hz: the side signal ends here; None leaves it.
        saturation: last of all; None for nothing.
    """

    dc_offset: tuple[float, ...] = ()
    matchering: str | None = None
    gain_db: float = 0.0
    eq: tuple[EqBand, ...] = ()
    side_eq: tuple[EqBand, ...] = ()
    match: MatchCurve | None = None
    ride: RideSpec | None = None
    dynamic_eq: tuple[DynamicBandSpec, ...] = ()
    multiband: MultibandSpec | None = None
    compressor: CompressorSpec | None = None
    width: float = 1.0
    min_correlation: float = 0.0
    mono_below_hz: float | None = None
    saturation: SaturationSpec | None = None

    @property
    def is_wire(self) -> bool:
        """Whether the chain passes audio on bit by bit."""
        tone = self.matchering or self.eq or self.side_eq or self.match
        stereo = self.width != 1.0 or self.mono_below_hz
        return not (any(self.dc_offset) or self.gain_db or tone or self.nonlinear or stereo)

    @property
    def widens(self) -> bool:
        """Whether the side may gain against mid anywhere."""
        return self.width > 0 and (self.width > 1.0 or any(band.gain_db > 0 for band in self.side_eq))

    @property
    def nonlinear(self) -> tuple[str, ...]:
        """Names of the stages there are whose effect depends on level: they can do harm that EQ and gain cannot."""
        stages = {
            "ride": self.ride is not None,
            "dynamic_eq": any(not band.does_nothing for band in self.dynamic_eq),
            "multiband": self.multiband is not None and not self.multiband.does_nothing,
            "compressor": self.compressor is not None and not self.compressor.does_nothing,
            "saturation": self.saturation is not None and not self.saturation.does_nothing,
        }
        return tuple(name for name, there in stages.items() if there)

    @property
    def linear(self) -> ChainSpec:
        """The same chain without those stages."""
        return replace(self, ride=None, dynamic_eq=(), multiband=None, compressor=None, saturation=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackSpec:
    """One track of the album: what is done to its mix, which part of it is used, and how it joins the next.

    Times are seconds of the mix, except where said.

    Attributes:
        source: the mix, relative to the folder of mixes, with forward slashes.
        title: what the song is called.
        frames, rate_hz, channels: of the mix.
        precise: the mix has more than 24 bits of precision.
        grid_bits: 16 or 24 where every sample of the mix is an integer of that many bits.
        silent_head, silent_tail: it begins, it ends with digital silence.
        chain: what is done to it.
        start_s, end_s: the part that is used.
        first_sound_s, felt_end_s: where the song is felt to begin and to end.
        fade_in_s, fade_out_s: lengths of the fades at the ends of that part.
        gap_s: from the felt end to the next song's first sound, in the album's time.
        crossfade_s: overlap with the next track, instead of a gap, where over 0.
        runs_on: the next track goes on where this mix ends, as one recording through one chain: of the same rate and
            channels. There nothing is left out, faded or put between, whatever the fields above say.
        copy: its label copy.
    """

    source: str
    title: str
    frames: int
    rate_hz: int
    channels: int
    precise: bool = False
    grid_bits: int | None = None
    silent_head: bool = False
    silent_tail: bool = False
    chain: ChainSpec = ChainSpec()
    start_s: float
    end_s: float
    first_sound_s: float
    felt_end_s: float
    fade_in_s: float = 0.0
    fade_out_s: float = 0.0
    gap_s: float = 2.0
    crossfade_s: float = 0.0
    runs_on: bool = False
    copy: TrackCopy = field(default_factory=TrackCopy)


@dataclass(frozen=True, kw_only=True, slots=True)
class AlbumSpec:
    """The album as it will be rendered.

    Attributes:
        title: its name.
        rate_hz: sample rate of deliveries that name none.
        loudness_lufs: loudness for deliveries that name none; None takes their fallback.
        as_is: levels stay as they are: no delivery gain, and the limiter only where a ceiling needs it.
        seed: of the dither.
        room_tone: file of what is heard between songs, see `room_tone`; None leaves that silent.
        tracks: in album order.
        copy: its label copy.
    """

    title: str
    rate_hz: int
    loudness_lufs: float | None
    as_is: bool = False
    seed: int
    room_tone: str | None = None
    tracks: tuple[TrackSpec, ...]
    copy: AlbumCopy = field(default_factory=AlbumCopy)
