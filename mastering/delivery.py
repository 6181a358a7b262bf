"""One finished delivery: its files and what was measured on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.loudness import Loudness
from mastering.codec_audit import CodecTrial
from mastering.harm import Harm
from mastering.loudness_solver import Limiting
from mastering.noise_shaping import Dither
from mastering.programme_chain import ProgrammeEffect
from mastering.repair import Repair


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveredTrack:
    """One track's file. Frames are of the delivery's rate.

    Attributes:
        source: the mix, relative to the folder of mixes.
        file: relative to the output folder.
        title: of the song.
        programme: number of its programme, from 0.
        start_frame: where its file begins in that.
        frames: length of its file, gap included.
        gap_frames: digital silence at its end; at its start, where the delivery's gaps stand before songs.
        index: places in its programme as a disc has them, by number: 1 where the song begins, to the sector; 0 where
            the gap before it does, if that is in its file.
        loudness_lufs, true_peak_dbtp: measured on the file; None and -inf where silent.
        loudness: all its figures of loudness.
        sha256: of the file as it is given out, labels and all; empty as long as it is not that.
        isrc: as the file is labelled; empty where it is not.
        harm: what the limiter did to it.
        chain_harm: what ride, compressor, saturation and their like did to it before; None where there are none.
        codecs: what came back of it from each codec that it was tried with.
        repair: what was done so that none of those puts it over; None where nothing had to be.
        effect: what the delivery's own chain did to it, where it has one.
        findings: sentences; empty when all is well.
    """

    source: str
    file: str
    title: str
    programme: int
    start_frame: int
    frames: int
    gap_frames: int
    index: Mapping[int, int]
    loudness_lufs: float | None
    true_peak_dbtp: float
    loudness: Loudness
    sha256: str = ""
    isrc: str = ""
    harm: Harm
    chain_harm: Harm | None
    codecs: tuple[CodecTrial, ...] = ()
    repair: Repair | None = None
    effect: ProgrammeEffect | None = None
    findings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveredSingle:
    """A song alone, beside the tracks; as `DeliveredTrack` has them."""

    source: str
    file: str
    title: str
    frames: int
    loudness_lufs: float | None
    true_peak_dbtp: float
    loudness: Loudness
    sha256: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveredProgramme:
    """A continuous file: the album, or a disc or a side of it; as `DeliveredTrack` has them.

    Attributes:
        tracks: numbers of the tracks that laid end to end are this file.
    """

    file: str
    frames: int
    title: str
    tracks: tuple[int, ...]
    loudness_lufs: float | None
    true_peak_dbtp: float
    loudness: Loudness
    sha256: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """All of one delivery.

    Attributes:
        name: of its specification.
        rate_hz: of its files.
        target_lufs: what was aimed at; None where levels were left alone.
        ceiling_dbtp: what peaks may reach; None where there is no limiter.
        dither: of the rounding to integers; none in floating point.
        loudness_lufs, true_peak_dbtp: of the programme as written; of all of them together.
        gain_db: of the album before the limiter (of the first track where each has its own).
        limiting: how much the limiter was predicted to do.
        passed: whether every file meets the specification.
        findings: sentences on the whole.
        programmes, tracks: the files.
        singles: songs alone, where they were asked for and their track is not that already.
        limited: whether a limiter holds its peaks; else gain alone keeps them under the ceiling.
        extras: other files that go with them, relative to the delivery's folder: a disc's sheets.
    """

    name: str
    rate_hz: int
    target_lufs: float | None
    ceiling_dbtp: float | None
    dither: Dither
    loudness_lufs: float | None
    true_peak_dbtp: float
    gain_db: float
    limiting: Limiting
    passed: bool
    findings: tuple[str, ...]
    programmes: tuple[DeliveredProgramme, ...]
    tracks: tuple[DeliveredTrack, ...]
    singles: tuple[DeliveredSingle, ...] = ()
    limited: bool = True
    extras: tuple[str, ...] = ()
