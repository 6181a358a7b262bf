"""What a delivery is, as pure data: what one place wants to be given."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from analysis.errors import SpecificationError
from mastering.acceptance import Acceptance
from mastering.breaks import Part
from mastering.cd_time import CD_RATE_HZ, SECTOR_FRAMES
from mastering.codec_specs import RATES_HZ, Codec, CodecSpec, usual
from mastering.naming import DEFAULT_NAMING
from mastering.noise_shaping import Dither, check_dither
from mastering.playback import PlaybackMode
from mastering.programme_specs import ProgrammeChainSpec
from mastering.sides import SplitSpec


class Anchor(StrEnum):
    """What meets a delivery's loudness target."""

    ALBUM = "album"
    LOUDEST_TRACK = "loudest_track"
    EACH_TRACK = "each_track"


class Container(StrEnum):
    """File formats that are written."""

    WAV = "wav"
    FLAC = "flac"
    AIFF = "aiff"
    ALAC = "alac"
    MP3 = "mp3"
    AAC = "aac"
    OPUS = "opus"
    VORBIS = "vorbis"

    @property
    def suffix(self) -> str:
        """Ending of the files' names, with its dot."""
        return {"alac": ".m4a", "aac": ".m4a", "vorbis": ".ogg"}.get(self.value, f".{self.value}")

    @property
    def codec(self) -> Codec | None:
        """The lossy codec of such a file; None where nothing is lost."""
        return Codec(self.value) if self.value in set(Codec) else None


class GapPlace(StrEnum):
    """Whose file the gap between two songs belongs to."""

    AFTER_SONG = "after"
    BEFORE_SONG = "before"


class Sheet(StrEnum):
    """What tells a disc program or a plant where the tracks lie, see `cd_delivery`."""

    CUE = "cue"
    TOC = "toc"
    PQ = "pq"
    DDP = "ddp"


class Encoding(StrEnum):
    """How a sample is stored."""

    PCM_16 = "pcm_16"
    PCM_24 = "pcm_24"
    FLOAT_32 = "float_32"

    @property
    def bits(self) -> int | None:
        """Bits of an integer sample; None for floating point."""
        return {"pcm_16": 16, "pcm_24": 24}.get(self.value)


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliverySpec:
    """What one place wants to be given.

    Attributes:
        name: the word that `--for` takes.
        title: what people call the place.
        loudness_lufs: target of the anchor, LUFS; None takes the album's own loudness.
        fallback_lufs: target where the album has no loudness of its own either (no references), LUFS.
        anchor: what meets the target.
        ceiling_dbtp: highest true peak, dBTP; None leaves out the limiter.
        rate_hz: sample rate; None keeps the album's.
        container: file format.
        encoding: sample format.
        sector_frames: track boundaries fall on multiples of this many frames.
        dither: of the rounding to integers; floating point has none.
        cuts: whether the limiter may cut off peaks what the ear hides there, up to 3 dB.
        link: 1 limits both channels by one gain, 0 each by its own, in between by shares.
        gap: after: a gap is at the end of the file of the song before it; before: at the start of the next song's.
        singles: songs whose file is cut while it sounds, or holds another song too, are given out alone as well.
        part: what its programmes are where there are several.
        breaks: numbers of the tracks, from 0, that begin a new programme; of the album that is rendered.
        lead_s: silence that each programme begins with.
        split: how an album is divided into such programmes; None where it never is.
        limiter: whether peaks are limited; else they are kept under the ceiling by gain alone.
        programme_chain: what is done to the assembled songs before the delivery's gain; None for nothing.
        tags: whether its files say what they are: titles, names, codes, in WAV the `bext` chunk too.
        replay_gain: whether they tell players how to level them; None: where their container is one that people keep
            music in, which WAV and AIFF are not.
        naming: of the tracks' files, see `naming`.
        playback: how the place plays what it is given, or the places that it is for; see `playback`.
        accepts: what the place takes besides, see `acceptance`.
        bit_rate_kbps: of a lossy container; None: what is usual, see `codec_specs`.
        codecs: what the place makes of the files: each track is tried with each, see `codec_audit`.
        codec_ceiling_dbtp: highest true peak of what comes back from those.
        audit: whether tracks are tried with codecs at all, and repaired where one puts them over.
        sheets: what is written of a compact disc beside its sound.
        source: where the figures come from, with the date.
    """

    name: str
    title: str
    loudness_lufs: float | None
    fallback_lufs: float
    anchor: Anchor
    ceiling_dbtp: float | None
    rate_hz: int | None
    container: Container
    encoding: Encoding
    sector_frames: int
    dither: Dither = Dither.TPDF
    cuts: bool = True
    link: float = 1.0
    gap: GapPlace = GapPlace.AFTER_SONG
    singles: bool = False
    part: Part = Part.DISC
    breaks: tuple[int, ...] = ()
    lead_s: float = 0.0
    split: SplitSpec | None = None
    limiter: bool = True
    programme_chain: ProgrammeChainSpec | None = None
    tags: bool = True
    replay_gain: bool | None = None
    naming: str = DEFAULT_NAMING
    playback: tuple[PlaybackMode, ...] = ()
    accepts: Acceptance = field(default_factory=Acceptance)
    bit_rate_kbps: int | None = None
    codecs: tuple[CodecSpec, ...] = ()
    codec_ceiling_dbtp: float = 0.0
    audit: bool = True
    sheets: tuple[Sheet, ...] = ()
    source: str

    def __post_init__(self) -> None:
        """Refuse combinations that no file can hold.

        Raises:
            SpecificationError: floating point in FLAC or AIFF, integers without a ceiling, or shaped noise where none
                can be.
        """
        check_dither(self.name, self.dither, self.encoding.bits, self.rate_hz)
        if self.anchor is Anchor.EACH_TRACK and (self.programme_chain or not self.limiter):
            raise SpecificationError(
                f"Delivery {self.name!r} gives each track a gain of its own, and has a programme chain or no limiter, "
                "which need one gain for songs that play into each other: anchor it on the album or its loudest track."
            )
        if self.encoding.bits and self.ceiling_dbtp is None:
            raise SpecificationError(
                f"Delivery {self.name!r} has no ceiling, and {self.encoding.bits}-bit samples cannot pass full scale: "
                "give one with --ceiling (0 dBTP at most), or choose --depth 32."
            )
        self._check_lossy()
        if self.sheets and not self.is_disc:
            raise SpecificationError(
                f"Delivery {self.name!r} asks for {', '.join(self.sheets)}, which are of compact discs: give it "
                f'rate_hz = {CD_RATE_HZ}, encoding = "pcm_16", sector_frames = {SECTOR_FRAMES} and a container of '
                "wav, flac or aiff."
            )
        integers_only = {Container.FLAC, Container.AIFF, Container.ALAC}
        if self.container in integers_only and self.encoding is Encoding.FLOAT_32:
            raise SpecificationError(
                f"Delivery {self.name!r} asks for 32-bit float in {self.container.name}, which holds integers only: "
                "choose --depth 16 or 24, or --format wav."
            )

    @property
    def is_disc(self) -> bool:
        """Whether its files can go onto a compact disc as they are (IEC 60908)."""
        whole = self.container in {Container.WAV, Container.FLAC, Container.AIFF} and self.encoding is Encoding.PCM_16
        return whole and self.rate_hz == CD_RATE_HZ and self.sector_frames % SECTOR_FRAMES == 0

    @property
    def lossy(self) -> CodecSpec | None:
        """The codec and bit rate of its own files; None where they lose nothing."""
        if self.container.codec is None:
            return None
        if self.bit_rate_kbps is None:
            return usual(self.container.codec)
        return CodecSpec(codec=self.container.codec, bit_rate_kbps=self.bit_rate_kbps)

    def rendered(self, album_rate_hz: int) -> DeliverySpec:
        """What is rendered: itself, or, where its files are encoded from others, those.

        They are WAV, for a lossy codec of 24 bits and at a rate that it has; what comes back from that codec must keep
        the delivery's own ceiling.
        """
        if self.container is Container.ALAC:
            return replace(self, container=Container.WAV)
        if self.lossy is None or self.ceiling_dbtp is None:
            return self
        return replace(
            self,
            container=Container.WAV,
            encoding=Encoding.PCM_24,
            dither=Dither.TPDF,
            rate_hz=self.lossy.rate_hz(self.rate_hz or album_rate_hz),
            bit_rate_kbps=None,
            codecs=(self.lossy,),
            codec_ceiling_dbtp=self.ceiling_dbtp,
        )

    def _check_lossy(self) -> None:
        own = self.lossy
        if own is None and self.bit_rate_kbps is not None:
            raise SpecificationError(
                f"Delivery {self.name!r} asks for {self.bit_rate_kbps} kbps in {self.container.name}, which has no bit "
                "rate to choose: leave out --bit-rate, or choose --format mp3, aac, opus or vorbis."
            )
        if (own or self.codecs) and self.ceiling_dbtp is None:
            raise SpecificationError(
                f"Delivery {self.name!r} goes through lossy codecs and has no ceiling: give one with --ceiling, "
                "such as -1 dBTP."
            )
        if own and self.rate_hz not in {None, own.rate_hz(self.rate_hz or 0)}:
            rates = "48000 Hz" if own.codec is Codec.OPUS else " or ".join(f"{rate} Hz" for rate in RATES_HZ)
            raise SpecificationError(
                f"Delivery {self.name!r} asks for {self.rate_hz} Hz in {self.container.name}, which is made at "
                f"{rates}: choose --rate {own.rate_hz(self.rate_hz or 0)}, or another --format."
            )
