"""Everything that a report tells, as plain figures: the page and `report.json` are two views of these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assistant.cohesion import Spread

SCHEMA = 1
"""Raised whenever the meaning of a figure in `report.json` changes."""

REDUCTION_STEP_S = 0.1
"""Gain reduction over time is told in steps of so long: the largest of each."""


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionFigures:
    """A song as it was mixed, or as it was delivered. None where it is silent or too short.

    Attributes:
        loudness_lufs, range_lu: integrated loudness, and its range.
        loud_lufs: loudness of its loud sections, the 95th percentile of short-term loudness.
        true_peak_dbtp: highest true peak.
        plr_lu: that over the loudness.
        short_term_lufs: loudness of 3 s, a figure each second; None in silence.
        tone_db: shape of the mid spectrum in the 28 tone bands, its mean taken out.
        width_db: side against mid in the same bands, no lower than -30 dB; empty where it is mono.
        broad_width_db: the same in one figure.
    """

    loudness_lufs: float | None
    range_lu: float | None
    loud_lufs: float | None
    true_peak_dbtp: float | None
    plr_lu: float | None
    short_term_lufs: tuple[float | None, ...]
    tone_db: tuple[float, ...]
    width_db: tuple[float, ...]
    broad_width_db: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class FindingFigures:
    """What was found in a mix; `code` is its word for machines, `warning` says that somebody should look at it."""

    code: str
    warning: bool
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackFigures:
    """One song.

    Attributes:
        number: in the album, from 1.
        title, source, engineer, group: as the plan has them; source is the mix's file.
        isrc: of the recording; empty where there is none.
        album_s: where its file begins in the album, seconds.
        song_s: where the song itself begins in its file.
        length_s: of its file, gap included.
        gap_s: silence at the end of that (or at its start, where the delivery has gaps there).
        mix_start_s: first of the mix that is used.
        gain_db: of the plan, against the other songs.
        width: of the plan, times the side.
        eq_db: of the plan in the 28 tone bands: EQ of mid and match curve, without the gain.
        actions: what was done, in an engineer's words.
        why: the plan's reasons by what they are of: tone, dynamics, width, level, mix, join, gap, next, notes.
        findings: in the mix.
        delivered_findings: in the file.
        mix, master: as mixed and as delivered; None where that could not be measured.
        gain_reduction_db: what the limiter took off, the largest of each tenth of a second; empty where not known.
        harm, chain_harm: as the manifest has them: of limiter, and of dynamics before it.
        codecs, repair: as the manifest has them.
        energy, opening_energy, closing_energy: 0 to 1, see `analysis.energy`.
        tempo_bpm, key: as heard; None where not.
        distance_db: from the record in tone, as mixed and as delivered.
        stands_out: in what it is further from the others than songs of a record are, as delivered.
        sha256: of its file.
    """

    number: int
    title: str
    source: str
    engineer: str | None
    group: str | None
    isrc: str
    album_s: float
    song_s: float
    length_s: float
    gap_s: float
    mix_start_s: float
    gain_db: float
    width: float
    eq_db: tuple[float, ...]
    actions: tuple[str, ...]
    why: Mapping[str, str]
    findings: tuple[FindingFigures, ...]
    delivered_findings: tuple[str, ...]
    mix: VersionFigures | None
    master: VersionFigures | None
    gain_reduction_db: tuple[float, ...]
    harm: Mapping[str, float | None]
    chain_harm: Mapping[str, float | None] | None
    codecs: tuple[Mapping[str, Any], ...]
    repair: Mapping[str, Any] | None
    energy: float | None
    opening_energy: float | None
    closing_energy: float | None
    tempo_bpm: float | None
    key: str | None
    distance_db: tuple[float | None, float | None]
    stands_out: tuple[str, ...]
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class JoinFigures:
    """One song and the next: how they follow each other, and why so.

    Attributes:
        before, after: numbers of the songs.
        kind: "gap", "crossfade", "runs on", or "new programme" where a side or a disc begins.
        seconds: of the gap from the felt end to the next first sound, or of the crossfade; None where there is neither.
        beats: the gap in beats, where the plan counts it so.
        why: the plan's reasons.
    """

    before: int
    after: int
    kind: str
    seconds: float | None
    beats: float | None
    why: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordFigures:
    """What songs are held against in tone and width.

    Attributes:
        name: "the references" or "the album itself".
        songs: how many there are of it.
        tone_db, width_db: means in the 28 tone bands; width is empty where all are mono.
        tone_sd_db, width_sd_db: how songs differ about them: standard deviation.
        spread_of: what that was found in.
    """

    name: str
    songs: int
    tone_db: tuple[float, ...]
    tone_sd_db: tuple[float, ...]
    width_db: tuple[float, ...]
    width_sd_db: tuple[float, ...]
    spread_of: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CohesionFigures:
    """How alike the songs are: spreads over them as mixed, as delivered, and as they are on a record."""

    before: Spread
    after: Spread
    usual: Spread


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckFigures:
    """One thing that a delivery was checked for: what was asked, what was found, and whether that is well.

    `passed` is None for advice: worth knowing, no failure.
    """

    what: str
    asked: str
    found: str
    passed: bool | None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryFigures:
    """One delivery: its part of the manifest, and its checks."""

    name: str
    told: Mapping[str, Any]
    checks: tuple[CheckFigures, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderFigures:
    """One order of the songs that was weighed, by their titles; `taken` where the album stands in it."""

    name: str
    taken: bool
    cost: float
    cheaper_than: float
    good_for: str
    songs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ExcerptFigures:
    """What there is to listen to of one song or join.

    Attributes:
        name: of its files, before what tells them apart.
        title: of the song or the join.
        track: number of the song, or of the one before the join.
        join: whether it is a join.
        versions: files by version ("mix", "master", "reference", "join"), relative to the report.
        start_s: where it begins in the song's file.
        length_s: of each.
        gains_db: what each version was turned up by to be as loud as the others.
        reference: file name of the reference; empty without one.
    """

    name: str
    title: str
    track: int
    join: bool
    versions: Mapping[str, str]
    start_s: float
    length_s: float
    gains_db: Mapping[str, float]
    reference: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportFigures:
    """All of a report.

    Attributes:
        title, artist: of the album.
        delivery: the one that songs are shown as.
        rate_hz: of that.
        length_s: of the album in it.
        bands_hz: centres of the 28 tone bands.
        tracks, joins, deliveries, orders: in their order.
        record: what songs are held against; None where nothing could be measured.
        cohesion: None for a single song.
        why_order, why_loudness, why_sides, why_groups: the plan's reasons.
        programmes: sides or discs, as the manifest has them, of the delivery shown.
        left_out: mixes that were left out, and why.
        not_there: what the report could not look at, in sentences.
        excerpts: to listen to.
    """

    title: str
    artist: str
    delivery: str
    rate_hz: int
    length_s: float
    bands_hz: tuple[float, ...]
    tracks: tuple[TrackFigures, ...]
    joins: tuple[JoinFigures, ...]
    record: RecordFigures | None
    cohesion: CohesionFigures | None
    deliveries: tuple[DeliveryFigures, ...]
    orders: tuple[OrderFigures, ...]
    why_order: str
    why_loudness: str
    why_groups: str
    why_sides: tuple[str, ...]
    left_out: Mapping[str, str]
    not_there: tuple[str, ...]
    excerpts: tuple[ExcerptFigures, ...] = ()
