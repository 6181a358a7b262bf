"""Two renders of one song held side by side: what was done to the second that was not done to the first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from analysis.alignment import Offset, TransferMeter, filtered, find_offset, side_by_side
from analysis.audio import Audio
from analysis.errors import AudioContentError
from analysis.hops import HOPS_PER_SECOND
from analysis.load import open_audio
from analysis.loudness import LoudnessMeter, integrated_lufs
from analysis.spectrum import TONE_BANDS, TONE_BANDS_HZ
from analysis.track import TrackAnalysis, excerpt
from analysis.true_peak import TruePeakMeter
from analysis.units import Floats
from assistant.measuring import Progress, Silent, analyse_paths
from assistant.usable import none_left, why_unusable
from mastering.harm import Harm, HarmMeter
from mastering.resample import resample

MOST_OFFSET_S = 10.0
"""How far apart two renders may begin."""

REGIONS_HZ = (31.25, 110.0, 450.0, 1_800.0, 5_700.0, 18_000.0)
"""Edges of the regions in which tone is told."""

_STAGE = "Comparing"
_EXCERPT_S = 30.0
_SHORTEST_S = 1.0
_SAME_SONG = 0.3  # songs of one album came to 0.01, songs that were limited, equalised or coded to 0.9 and more


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """One of the two files.

    Attributes:
        path: of the file.
        analysis: what is in it.
        mono_fold_lu: how much quieter its mono sum is.
        overs: tenths of a second in which its true peak passes 0 dBTP.
        loud_s: where its loudest 30 s begin (or its loudest half, if shorter).
    """

    path: Path
    analysis: TrackAnalysis
    mono_fold_lu: float
    overs: int
    loud_s: float

    @property
    def loudness_lufs(self) -> float:
        """Integrated loudness."""
        found = self.analysis.loudness.integrated_lufs
        assert found is not None  # noqa: S101  (`why_unusable` has seen to it)
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """What was found.

    Attributes:
        a, b: the files.
        rate_hz: at which they were held side by side: the lower of their rates.
        offset: of B against A.
        shared_s: how much of the song both have.
        identical: whether all of that is the same, bit for bit.
        level_lu: loudness of B less that of A.
        tone_db: mid spectrum of B less that of A in each of `REGIONS_HZ`, without the level; None where one is empty.
        width_db: side against mid, B less A; None where one is mono.
        harm: of B against A, level and static tone matched.
    """

    a: Version
    b: Version
    rate_hz: int
    offset: Offset
    shared_s: float
    identical: bool
    level_lu: float
    tone_db: tuple[float | None, ...]
    width_db: tuple[float, ...] | None
    harm: Harm


def compare_files(a: Path, b: Path, progress: Progress | None = None) -> Comparison:
    """Measure both, find how they lie to each other, match level and static tone, and look at what is left.

    Raises:
        AudioFileError, AudioContentError: one cannot be read or measured, or they are not the same song.
    """
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(_version, (a, b), _analysed((a, b), progress))
    rate_hz = min(version.analysis.source.rate_hz for version in (one, other))
    channels = max(version.analysis.source.channels for version in (one, other))
    first, second = (_stream(version, rate_hz, channels) for version in (one, other))
    offset = _offset(one, other, first, second)
    if offset.correlation < 0:
        second = replace(second, blocks=_turned(second))
    shown = progress or Silent()
    shown.begin(_STAGE, str(b), 2 * round(rate_hz * min(one.analysis.duration_s, other.analysis.duration_s)))
    transfer, shared, identical = TransferMeter(rate_hz, channels), 0, True
    for left, right in side_by_side(first, second, offset.frames)():
        transfer.update(left, right)
        shared += len(left)
        identical = identical and np.array_equal(left, right)
        shown.advance(_STAGE, str(b), len(left))
    matched = second if identical else filtered(second, transfer.taps())
    meter = HarmMeter(rate_hz, channels)
    for left, right in side_by_side(first, matched, offset.frames)():
        meter.update(left, right)
        shown.advance(_STAGE, str(b), len(left))
    return Comparison(
        a=one,
        b=other,
        rate_hz=rate_hz,
        offset=offset,
        shared_s=shared / rate_hz,
        identical=identical and offset.correlation > 0,
        level_lu=other.loudness_lufs - one.loudness_lufs,
        tone_db=_tone_db(one, other),
        width_db=_width_db(one, other),
        harm=meter.result(),
    )


def _analysed(paths: tuple[Path, Path], progress: Progress | None) -> list[TrackAnalysis]:
    found = analyse_paths(list(dict.fromkeys(paths)), progress=progress)
    left_out = {str(path): reason for path, reason in found.left_out.items()}
    left_out |= {str(path): why for path, track in found.tracks.items() if (why := why_unusable(track))}
    if left_out:
        raise AudioContentError(none_left(dict([left_out.popitem()])))
    for track in found.tracks.values():
        if track.duration_s < _SHORTEST_S:
            raise AudioContentError(
                f"{track.name} is {track.duration_s:.2f} s long; {_SHORTEST_S:g} s at least can be compared: "
                "name longer files."
            )
    return [found.tracks[path] for path in paths]


def _version(path: Path, analysis: TrackAnalysis) -> Version:
    audio = open_audio(path).audio
    stereo, mono = LoudnessMeter(audio.rate_hz, audio.channels), LoudnessMeter(audio.rate_hz, 1)
    peaks = TruePeakMeter(audio.rate_hz, audio.channels)
    for block in audio.blocks():
        stereo.update(block)
        mono.update(block.mean(axis=1, keepdims=True))
        peaks.update(block)
    lufs, folded = (integrated_lufs(meter.hop_energies(), audio.rate_hz) for meter in (stereo, mono))
    energies = stereo.hop_energies()
    window = min(len(energies) // 2, round(_EXCERPT_S * HOPS_PER_SECOND))
    total = np.concatenate([[0.0], np.cumsum(energies)])
    return Version(
        path=path,
        analysis=analysis,
        mono_fold_lu=(lufs or 0.0) - (folded or 0.0),
        overs=int((peaks.step_peaks() > 1.0).sum()),
        loud_s=int(np.argmax(total[window:] - total[:-window])) / HOPS_PER_SECOND,
    )


def _stream(version: Version, rate_hz: int, channels: int) -> Audio:
    """A file at a rate, mono on both sides where the other is stereo."""
    audio = resample(open_audio(version.path).audio, rate_hz, version.analysis.frames)
    if audio.channels == channels:
        return audio
    plain = audio.blocks
    return Audio(
        rate_hz=rate_hz, channels=channels, blocks=lambda: (np.repeat(block, channels, axis=1) for block in plain())
    )


def _turned(audio: Audio) -> Callable[[], Iterator[Floats]]:
    return lambda: (-block for block in audio.blocks())


def _offset(one: Version, other: Version, first: Audio, second: Audio) -> Offset:
    rate_hz = first.rate_hz
    shorter_s = min(one.analysis.duration_s, other.analysis.duration_s)
    length, reach = round(min(_EXCERPT_S, shorter_s / 2) * rate_hz), round(MOST_OFFSET_S * rate_hz)
    start = round(one.loud_s * rate_hz)
    begin = max(0, start - reach)
    field = excerpt(second, begin, start + length + reach - begin)
    field = np.pad(field, ((reach - (start - begin), max(0, start + length + reach - begin - len(field))), (0, 0)))
    found = find_offset(excerpt(first, start, length), field, reach)
    if abs(found.correlation) < _SAME_SONG:
        raise AudioContentError(
            f"{one.path.name} and {other.path.name} are not the same song: at the best place within "
            f"{MOST_OFFSET_S:g} s they correlate by {abs(found.correlation):.2f}, under {_SAME_SONG:g}; "
            "name two renders of one song."
        )
    return found


def _tone_db(one: Version, other: Version) -> tuple[float | None, ...]:
    spectra = [version.analysis.spectrum for version in (one, other)]
    heard = spectra[0].heard() & spectra[1].heard()
    before, after = (np.array(spectrum.mid_db)[TONE_BANDS] for spectrum in spectra)
    region = np.digitize(TONE_BANDS_HZ, REGIONS_HZ[1:-1])
    level_lu = other.loudness_lufs - one.loudness_lufs
    told: list[float | None] = []
    for number in range(len(REGIONS_HZ) - 1):
        bands = heard & (region == number)
        told.append(float((after - before)[bands].mean()) - level_lu if bands.any() else None)
    return tuple(told)


def _width_db(one: Version, other: Version) -> tuple[float, ...] | None:
    if 1 in {one.analysis.source.channels, other.analysis.source.channels}:
        return None
    before, after = (version.analysis.spectrum.regional_width_db() for version in (one, other))
    return tuple(float(step) for step in after - before)
