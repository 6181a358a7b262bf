"""Gains that players apply by themselves, as files tell them: ReplayGain 2.0, R128 of Opus, Sound Check of iTunes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

REFERENCE_LUFS = -18.0
"""ReplayGain 2.0 specification (Hydrogenaudio), Reference level."""

_R128_REFERENCE_LUFS = -23.0  # RFC 7845, clause 5.2.1
_Q7_8 = 256


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """What gains are told from: integrated loudness, LUFS, and highest true peak, dBTP, of a file or of an album.

    There is no gain for silence, nor for what is too short to have a loudness.
    """

    loudness_lufs: float | None
    true_peak_dbtp: float

    @property
    def gain_db(self) -> float | None:
        """What brings it to the reference."""
        known = self.loudness_lufs is not None and math.isfinite(self.loudness_lufs)
        return REFERENCE_LUFS - self.loudness_lufs if known and self.loudness_lufs is not None else None

    @property
    def peak(self) -> float:
        """Highest true peak, full scale 1.0."""
        return 10 ** (self.true_peak_dbtp / 20)


def replay_gains(track: Heard, album: Heard | None) -> Mapping[str, str]:
    """Fields of ReplayGain 2.0 by name.

    >>> replay_gains(Heard(loudness_lufs=-13.77, true_peak_dbtp=-0.1), None)["REPLAYGAIN_TRACK_GAIN"]
    '-4.23 dB'
    """
    told = {}
    for name, heard in (("TRACK", track), ("ALBUM", album)):
        if heard and heard.gain_db is not None:
            told[f"REPLAYGAIN_{name}_GAIN"] = f"{heard.gain_db:.2f} dB"
            told[f"REPLAYGAIN_{name}_PEAK"] = f"{heard.peak:.6f}"
    return told | {"REPLAYGAIN_REFERENCE_LOUDNESS": f"{REFERENCE_LUFS:.2f} LUFS"} if told else {}


def r128_gains(track: Heard, album: Heard | None) -> Mapping[str, str]:
    """Fields of Opus by name: gains in 1/256 dB (Q7.8) to -23 LUFS, no peaks (RFC 7845, clause 5.2.1).

    >>> r128_gains(Heard(loudness_lufs=-13.77, true_peak_dbtp=-0.1), None)
    {'R128_TRACK_GAIN': '-2363'}
    """
    offset_db = _R128_REFERENCE_LUFS - REFERENCE_LUFS
    return {
        f"R128_{name}_GAIN": str(min(max(round((heard.gain_db + offset_db) * _Q7_8), -32_768), 32_767))
        for name, heard in (("TRACK", track), ("ALBUM", album))
        if heard and heard.gain_db is not None
    }


def itunes_norm(track: Heard) -> str:
    """The text of iTunNORM: ten words, for left and right by turns, as iTunes itself has them for Sound Check.

    The first two pairs are 1000 and 2500 times the power that the gain takes away, at most 65534; the fourth is the
    peak of 16 bits; the others, which tell where the peak is, are left at 0. Known from files of iTunes; Apple has
    published nothing on it.

    >>> itunes_norm(Heard(loudness_lufs=-13.77, true_peak_dbtp=-0.1))[:27]
    ' 00000A59 00000A59 000019DD'
    """
    power = 10 ** (-(track.gain_db or 0.0) / 10)
    words = [min(round(scale * power), 65_534) for scale in (1000, 2500)]
    words += [0, round(track.peak * 32_768), 0]
    return "".join(f" {word:08X}" * 2 for word in words)
