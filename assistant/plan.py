"""The album plan: the whole decision, as it stands in a TOML file that people read and change.

One declaration serves the file, its validation and its documentation: each field has its range, unit and meaning.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from assistant.deliveries import LoudnessTarget, Rate
from assistant.dynamics_plan import CompressorPlan, DynamicBandPlan, MultibandPlan, RidePlan, SaturationPlan
from assistant.label_copy_plan import CatalogueNumber, Isrc, Name, Upc, Year
from assistant.order_plan import OrderPlan, PinPlan
from assistant.validation import Table, between
from mastering.mono_bass import HIGHEST_HZ, LOWEST_HZ
from mastering.specs import EqShape

Seconds = Annotated[float, between(0, 36_000, "s")]
Engine = Literal["mastertape", "matchering"]
EqFrequency = Annotated[float, between(10, 40_000, "Hz")]

MOST_EQ_DB = 24.0
"""What a band or a curve may be told to do at most; `--max-eq` goes no further."""
EqGain = Annotated[float, between(-MOST_EQ_DB, MOST_EQ_DB, "dB")]


class MatchPoint(Table):
    """A point of a track's match curves, which run smoothly through all of them."""

    freq_hz: EqFrequency
    mid_db: EqGain
    side_db: EqGain


class EqPlan(Table):
    """One band of a track's EQ."""

    shape: EqShape
    freq_hz: EqFrequency
    gain_db: EqGain
    q: Annotated[float, between(0.1, 10, "")]


class WhyPlan(Table):
    """Why each decision about a track was taken. For people; only `level` is looked at again.

    By it `plan --update` knows the songs whose level was decided before they were told to be quiet.
    """

    tone: str = ""
    mix: str = ""
    dynamics: str = ""
    width: str = ""
    level: str = ""
    join: str = ""
    gap: str = ""
    next: str = ""
    notes: str = ""


class TrackPlan(Table):
    """One track, in album order."""

    file: Annotated[str, Field(min_length=1, description="the mix, relative to album.mixes")]
    title: Annotated[str, Field(min_length=1)]
    artist: Annotated[Name, Field(description="where it is not the album's")] = ""
    writers: Annotated[Name, Field(description="who wrote the song")] = ""
    isrc: Annotated[Isrc, Field(description="International Standard Recording Code")] = ""
    explicit: Annotated[bool | None, Field(description="whether it is marked so")] = None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="of the mix when it was planned")]
    engineer: Annotated[str | None, Field(description="who mixed it")] = None
    group: Annotated[
        str | None, Field(description="songs of one letter were mixed by one hand, as far as can be heard")
    ] = None
    intent: Annotated[Literal["quiet"] | None, Field(description="quiet: meant to stand as quiet as it does")] = None
    dc_offset: Annotated[
        tuple[Annotated[float, between(-1, 1, "of full scale")], ...],
        Field(max_length=2, description="taken off each channel"),
    ] = ()
    gain_db: Annotated[float, between(-40, 40, "dB"), Field(description="level against the other tracks")] = 0.0
    width: Annotated[float, between(0, 2, "times"), Field(description="of the side signal; 1 leaves it")] = 1.0
    min_correlation: Annotated[
        float,
        between(-1, 1, ""),
        Field(description="where widening takes left and right lower, it is taken back; -1: nowhere"),
    ] = 0.0
    mono_below_hz: Annotated[
        Annotated[float, between(LOWEST_HZ, HIGHEST_HZ, "Hz")] | None, Field(description="the side signal ends here")
    ] = None
    start_s: Annotated[Seconds, Field(description="first of the mix that is used")]
    end_s: Annotated[Seconds, Field(description="end of what is used")]
    first_sound_s: Annotated[Seconds, Field(description="where the song is felt to begin")]
    felt_end_s: Annotated[Seconds, Field(description="where it is felt to end; the gap counts from here")]
    fade_in_s: Annotated[float, between(0, 60, "s"), Field(description="from the start of what is used")] = 0.0
    fade_out_s: Annotated[float, between(0, 60, "s"), Field(description="to its end")] = 0.0
    tempo_bpm: Annotated[
        Annotated[float, between(10, 400, "BPM")] | None, Field(description="at its end; gap_beats count in it")
    ] = None
    first_beat_s: Annotated[
        Annotated[float, between(-60, 36_000, "s")] | None, Field(description="its first downbeat, where it is steady")
    ] = None
    last_beat_s: Annotated[Seconds | None, Field(description="its last beat, from which gap_beats count")] = None
    gap_s: Annotated[
        Annotated[float, between(0, 6, "s")] | None,
        Field(description="from the felt end to the next first sound; gap_beats may stand instead"),
    ] = None
    gap_beats: Annotated[
        Annotated[float, between(0, 128, "beats")] | None,
        Field(description="from its last beat to the next song's downbeat; gap_s may stand instead"),
    ] = None
    crossfade_s: Annotated[float, between(0, 30, "s"), Field(description="overlap with the next instead of a gap")] = (
        0.0
    )
    runs_on: Annotated[
        bool, Field(description="the next goes on where this mix ends: one recording, one chain, no gap, no fade")
    ] = False
    starts_side: Annotated[bool, Field(description="a side of a record or a tape begins with it")] = False
    starts_disc: Annotated[bool, Field(description="a disc begins with it")] = False
    eq: Annotated[tuple[EqPlan, ...], Field(max_length=8)] = ()
    side_eq: Annotated[tuple[EqPlan, ...], Field(max_length=8)] = ()
    eq_fit_error_db: Annotated[float | None, Field(description="how far the bands are from the wanted curve, RMS")] = (
        None
    )
    reference: Annotated[
        Annotated[int, between(1, 100_000, "")] | None,
        Field(description="which of album.references matchering takes, counted from 1"),
    ] = None
    match: Annotated[tuple[MatchPoint, ...], Field(max_length=200)] = ()
    ride: RidePlan | None = None
    dynamic_eq: Annotated[tuple[DynamicBandPlan, ...], Field(max_length=8)] = ()
    multiband: MultibandPlan | None = None
    compressor: CompressorPlan | None = None
    saturation: SaturationPlan | None = None
    why: WhyPlan = WhyPlan()

    @model_validator(mode="after")
    def _in_order(self) -> TrackPlan:
        if not self.start_s < self.end_s:
            raise ValueError(f"end_s = {self.end_s:g} must be over start_s = {self.start_s:g} s")
        if self.gap_s is not None and self.gap_beats is not None:
            raise ValueError(f"gap_s = {self.gap_s:g} and gap_beats = {self.gap_beats:g} both say the gap: give one")
        if self.runs_on and self.crossfade_s > 0:
            raise ValueError(f"crossfade_s = {self.crossfade_s:g} and runs_on do not go together: take one out")
        for number, (point, higher) in enumerate(pairwise(self.match), 2):
            if not point.freq_hz < higher.freq_hz:
                raise ValueError(
                    f"match[{number}].freq_hz = {higher.freq_hz:g} must be over the one before it, {point.freq_hz:g} Hz"
                )
        return self


class AlbumTable(Table):
    """The album as a whole."""

    title: Annotated[str, Field(min_length=1)]
    artist: Annotated[Name, Field(description="of the whole album")] = ""
    label: Annotated[Name, Field(description="who puts it out")] = ""
    catalogue_number: Annotated[CatalogueNumber, Field(description="the label's own number")] = ""
    upc: Annotated[Upc, Field(description="UPC (12 digits) or EAN (13), with its check digit")] = ""
    year: Annotated[Year | None, Field(description="of this edition")] = None
    genre: Name = ""
    cover: Annotated[str, Field(description="artwork, JPEG or PNG, relative to this file")] = ""
    mixes: Annotated[str, Field(description="folder of the mixes, relative to this file")]
    references: Annotated[
        tuple[str, ...], Field(description="what it was planned against; only matchering needs it to render")
    ] = ()
    rate_hz: Annotated[Rate, Field(description="of deliveries that name none")]
    loudness_lufs: Annotated[LoudnessTarget | None, Field(description="for deliveries that name none")] = None
    as_is: Annotated[
        bool, Field(description="mastered already: no gain, and a limiter only where a ceiling needs it")
    ] = False
    room_tone: Annotated[
        str, Field(description="file of what is heard between songs instead of silence, relative to this one")
    ] = ""
    engine: Annotated[
        Engine, Field(description="matchering: it matches each mix to the track's reference, before the rest")
    ] = "mastertape"
    seed: Annotated[int, between(0, 2**31 - 1, ""), Field(description="of the dither")] = 1
    deliveries: Annotated[tuple[str, ...], Field(min_length=1)] = ("streaming",)
    why_order: str = ""
    why_groups: str = ""
    why_loudness: str = ""
    why_sides: Annotated[tuple[str, ...], Field(description="sides and discs, as the album stood when planned")] = ()


class SpreadPlan(Table):
    """How alike the songs are: the spread of each figure over them, and their distance from the record."""

    tone_db: Annotated[float, Field(description="spread over the songs, RMS over thirds of an octave")]
    width_db: Annotated[float | None, Field(description="of side against mid")] = None
    loud_lu: Annotated[float | None, Field(description="of how loud the loud sections are")] = None
    plr_lu: Annotated[float | None, Field(description="of peak to loudness")] = None
    from_record_db: Annotated[float, Field(description="distance of the songs from the record in tone, RMS")]
    wider_db: Annotated[float | None, Field(description="how much more side the album has than the record")] = None
    stands_out: Annotated[
        tuple[str, ...], Field(description="songs further from the others than songs of a record are")
    ] = ()


class CohesionPlan(Table):
    """How much the album sounds like one record, as the mixes are and as planned. For people; nothing reads it."""

    record: Annotated[str, Field(description="what songs are held against in tone and width")]
    before: SpreadPlan
    after: SpreadPlan | None = None


class AlbumPlan(Table):
    """The whole plan."""

    schema_: Annotated[Literal[1], Field(alias="schema")] = 1
    album: AlbumTable
    cohesion: CohesionPlan | None = None
    pin: tuple[PinPlan, ...] = ()
    track: Annotated[tuple[TrackPlan, ...], Field(min_length=1)]
    order: tuple[OrderPlan, ...] = ()

    @model_validator(mode="after")
    def _codes_of_their_own(self) -> AlbumPlan:
        first: dict[str, int] = {}
        for number, track in enumerate(self.track, 1):
            if track.isrc and first.setdefault(track.isrc, number) != number:
                raise ValueError(
                    f"track[{number}].isrc = {track.isrc!r} is that of track[{first[track.isrc]}] too: each recording "
                    "has its own"
                )
        return self
