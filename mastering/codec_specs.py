"""Lossy codecs and their bit rates, as pure data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from analysis.errors import SpecificationError

RATES_HZ = (44_100, 48_000)
"""Sample rates at which music is given to lossy codecs; Opus has the second alone (RFC 6716, 2.1.3)."""


class Codec(StrEnum):
    """Codecs that throw something away."""

    MP3 = "mp3"
    AAC = "aac"
    OPUS = "opus"
    VORBIS = "vorbis"


_LABELS = {
    Codec.MP3: "MP3 {} kbps (LAME)",
    Codec.AAC: "AAC-LC {} kbps (FFmpeg)",
    Codec.OPUS: "Opus {} kbps (libopus)",
    Codec.VORBIS: "Vorbis {} kbps (libvorbis)",
}
_USUAL_KBPS = {Codec.MP3: 320, Codec.AAC: 256, Codec.OPUS: 160, Codec.VORBIS: 320}
_RANGE_KBPS = {Codec.AAC: (64, 320), Codec.OPUS: (48, 510), Codec.VORBIS: (64, 500)}
_MP3_KBPS = (64, 80, 96, 112, 128, 160, 192, 224, 256, 320)  # of ISO/IEC 11172-3, 2.4.2.3, for two channels


@dataclass(frozen=True, kw_only=True, slots=True)
class CodecSpec:
    """One lossy codec at one bit rate.

    Attributes:
        codec: which.
        bit_rate_kbps: of the whole stream: constant for MP3, a mean for the others, of Vorbis the nominal one.
    """

    codec: Codec
    bit_rate_kbps: int

    def __post_init__(self) -> None:
        """Refuse bit rates that the codec does not have.

        Raises:
            SpecificationError: it has not.
        """
        if self.codec is Codec.MP3:
            fits, choice = self.bit_rate_kbps in _MP3_KBPS, ", ".join(map(str, _MP3_KBPS))
        else:
            low, high = _RANGE_KBPS[self.codec]
            fits, choice = low <= self.bit_rate_kbps <= high, f"{low} to {high}"
        if not fits:
            raise SpecificationError(
                f"{self.codec.value} has no bit rate of {self.bit_rate_kbps} kbps here: choose {choice}."
            )

    @property
    def label(self) -> str:
        """In full, with the encoder: FFmpeg's AAC is not Apple's, nor is any encoder quite a service's own."""
        return _LABELS[self.codec].format(self.bit_rate_kbps)

    @property
    def word(self) -> str:
        """As specifications name it: "aac 256"."""
        return f"{self.codec.value} {self.bit_rate_kbps}"

    def rate_hz(self, rate_hz: int) -> int:
        """The rate at which a stream of some rate is encoded: its own where the codec has it, else what is nearest."""
        if self.codec is Codec.OPUS:
            return 48_000
        if rate_hz in RATES_HZ:
            return rate_hz
        return 44_100 if rate_hz % 11_025 == 0 else 48_000


def usual(codec: Codec) -> CodecSpec:
    """A codec at the bit rate that it has where none is asked for."""
    return CodecSpec(codec=codec, bit_rate_kbps=_USUAL_KBPS[codec])


def parse_codec(word: str) -> CodecSpec:
    """A codec as specifications name it.

    >>> parse_codec("aac 256").label
    'AAC-LC 256 kbps (FFmpeg)'

    Raises:
        SpecificationError: it is not known, or does not have that bit rate.
    """
    name, _, kbps = word.strip().partition(" ")
    if name not in set(Codec) or not kbps.strip().isdecimal():
        raise SpecificationError(
            f"{word!r} names no codec: write its name and kilobits per second, such as 'aac 256'; "
            f"known are {', '.join(Codec)}."
        )
    return CodecSpec(codec=Codec(name), bit_rate_kbps=int(kbps))
