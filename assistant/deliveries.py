"""Delivery specifications from their data files, and what the command line overrides in them."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

from analysis.errors import SpecificationError
from assistant.delivery_library import delivery_file, known_names, own_folder
from assistant.delivery_tables import AcceptsTable, PlaybackTable, SourceTable
from assistant.programme_tables import ProgrammeTable, SplitTable
from assistant.validation import between, sentences
from mastering.codec_specs import parse_codec
from mastering.delivery_specs import Anchor, Container, DeliverySpec, Encoding, GapPlace, Sheet
from mastering.naming import DEFAULT_NAMING, parse_naming
from mastering.noise_shaping import Dither
from mastering.playback import PlaybackMode

LoudnessTarget = Annotated[float, between(-40, -4, "LUFS")]
Ceiling = Annotated[float, between(-20, 0, "dBTP")]
Rate = Annotated[int, between(8_000, 384_000, "Hz")]
_KEPT_PLAN = re.compile(r"album\.previous(-[0-9]+)?\.toml$")
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}


class DeliveryFile(BaseModel):
    """What a delivery's TOML file may hold; the words are those of `DeliverySpec`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
    title: str
    loudness_lufs: LoudnessTarget | None = None
    fallback_lufs: LoudnessTarget = -14.0
    anchor: Anchor = Anchor.ALBUM
    ceiling_dbtp: Ceiling | None = None
    rate_hz: Rate | None = None
    container: Container = Container.WAV
    encoding: Encoding = Encoding.PCM_24
    sector_frames: Annotated[int, between(1, 100_000, "frames")] = 1
    dither: Dither = Dither.TPDF
    cuts: bool = True
    link: Annotated[float, between(0, 1, "")] = 1.0
    gap: GapPlace = GapPlace.AFTER_SONG
    singles: bool = False
    limiter: bool = True
    split: SplitTable | None = None
    programme: ProgrammeTable | None = None
    tags: bool = True
    replay_gain: bool | None = None
    naming: str = DEFAULT_NAMING
    playback: tuple[PlaybackTable, ...] = ()
    playback_of: tuple[str, ...] = ()
    accepts: AcceptsTable = AcceptsTable()
    bit_rate_kbps: int | None = None
    codecs: tuple[str, ...] = ()
    codec_ceiling_dbtp: Ceiling = 0.0
    sheets: tuple[Sheet, ...] = ()
    source: str
    date: str
    sources: dict[str, SourceTable] = {}

    @field_validator("naming")
    @classmethod
    def _is_a_pattern(cls, naming: str) -> str:
        parse_naming(naming)
        return naming

    @field_validator("sources")
    @classmethod
    def _are_of_keys(cls, sources: dict[str, SourceTable]) -> dict[str, SourceTable]:
        for path in sources:
            if path.partition(".")[0] not in cls.model_fields:
                raise ValueError(f"{path} names no key that is known here")
        return sources

    @field_validator("playback")
    @classmethod
    def _have_names_of_their_own(cls, playback: tuple[PlaybackTable, ...]) -> tuple[PlaybackTable, ...]:
        names = [mode.name for mode in playback]
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"has two modes called {twice[0]!r}: change the name of one")
        return playback

    @field_validator("codecs")
    @classmethod
    def _are_known(cls, codecs: tuple[str, ...]) -> tuple[str, ...]:
        try:
            return tuple(parse_codec(word).word for word in codecs)
        except SpecificationError as error:
            raise ValueError(str(error).rstrip(".")) from error

    @field_validator("name")
    @classmethod
    def _names_a_folder(cls, name: str) -> str:
        if name in {"album.toml", "manifest.json"} or _KEPT_PLAN.match(name):
            raise ValueError("must be another: a file of that name goes beside the delivery's folder")
        if name.endswith(".") or name.partition(".")[0] in _RESERVED:
            raise ValueError("must be another: Windows allows no folder of that name")
        return name

    def spec(self) -> DeliverySpec:
        """As the renderer takes it.

        Raises:
            SpecificationError: a combination that no file can hold.
        """
        return DeliverySpec(
            name=self.name,
            title=self.title,
            loudness_lufs=self.loudness_lufs,
            fallback_lufs=self.fallback_lufs,
            anchor=self.anchor,
            ceiling_dbtp=self.ceiling_dbtp,
            rate_hz=self.rate_hz,
            container=self.container,
            encoding=self.encoding,
            sector_frames=self.sector_frames,
            dither=self.dither,
            cuts=self.cuts,
            link=self.link,
            gap=self.gap,
            singles=self.singles,
            limiter=self.limiter,
            lead_s=self.split.lead_s if self.split else 0.0,
            split=self.split.spec() if self.split else None,
            programme_chain=self.programme.spec() if self.programme else None,
            tags=self.tags,
            replay_gain=self.replay_gain,
            naming=self.naming,
            playback=self._modes(),
            accepts=self.accepts.acceptance(),
            bit_rate_kbps=self.bit_rate_kbps,
            codecs=tuple(map(parse_codec, self.codecs)),
            codec_ceiling_dbtp=self.codec_ceiling_dbtp,
            sheets=self.sheets,
            source=f"{self.source} ({self.date})",
        )

    def _modes(self) -> tuple[PlaybackMode, ...]:
        """Its own, and those of the places that it is for."""
        places = [self, *map(read_delivery, self.playback_of)]
        return tuple(mode.mode(place.title) for place in places for mode in place.playback)


@dataclass(frozen=True, kw_only=True, slots=True)
class Overrides:
    """What a person asks for instead of a delivery's own figures; None leaves one alone."""

    loudness_lufs: float | None = None
    ceiling_dbtp: float | None = None
    rate_hz: int | None = None
    depth: int | None = None
    container: Container | None = None
    dither: str | None = None
    cuts: bool | None = None
    singles: bool | None = None
    replay_gain: bool | None = None
    bit_rate_kbps: int | None = None
    audit: bool | None = None


def load_delivery(name: str) -> DeliverySpec:
    """A delivery by its name, or by the path of a TOML file.

    Raises:
        SpecificationError: there is none, or its file says something impossible.
    """
    return read_delivery(name).spec()


def read_delivery(name: str) -> DeliveryFile:
    """What a delivery's file says, found as `load_delivery` does.

    Raises:
        SpecificationError: there is none, or its file says something impossible.
    """
    path = delivery_file(name)
    if not name.endswith(".toml") and name not in known_names():
        raise SpecificationError(
            f"There is no delivery called {name!r}: choose {', '.join(known_names())}, or name a .toml file."
        )
    try:
        found = DeliveryFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise SpecificationError(
            f"{path}: the delivery's file cannot be read ({error.strerror}); check the name."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SpecificationError(f"{path} is not TOML: {error}.") from error
    except ValidationError as error:
        raise SpecificationError(f"{path}: {'; '.join(sentences(error))}.") from error
    if path.parent == own_folder() and found.name != path.stem:
        raise SpecificationError(f"{path}: name = {found.name!r} must be {path.stem!r}, as the file is called.")
    return found


def overridden(spec: DeliverySpec, overrides: Overrides) -> DeliverySpec:
    """The delivery with what was asked for instead.

    Raises:
        SpecificationError: out of range, or a combination that no file can hold.
    """
    changes: dict[str, object] = {}
    for option, key, kind, value in (
        ("--loudness", "loudness_lufs", LoudnessTarget, overrides.loudness_lufs),
        ("--ceiling", "ceiling_dbtp", Ceiling, overrides.ceiling_dbtp),
        ("--rate", "rate_hz", Rate, overrides.rate_hz),
    ):
        if value is not None:
            changes[key] = checked(option, kind, value)
    if overrides.rate_hz is not None and overrides.rate_hz != spec.rate_hz:
        changes["sector_frames"] = 1  # sectors belong to the disc's own rate
    if overrides.depth is not None:
        depths = {16: Encoding.PCM_16, 24: Encoding.PCM_24, 32: Encoding.FLOAT_32}
        if overrides.depth not in depths:
            raise SpecificationError(
                f"--depth {overrides.depth} is not possible: choose 16, 24, or 32 (floating point)."
            )
        changes["encoding"] = depths[overrides.depth]
    if overrides.dither is not None:
        if overrides.dither not in set(Dither):
            raise SpecificationError(f"--dither {overrides.dither} is not known: choose {', '.join(Dither)}.")
        changes["dither"] = Dither(overrides.dither)
    for key in ("container", "cuts", "singles", "replay_gain", "bit_rate_kbps", "audit"):
        if (wanted := getattr(overrides, key)) is not None:
            changes[key] = wanted
    changed = dataclasses.replace(spec, sheets=(), **changes)  # type: ignore[arg-type]
    return dataclasses.replace(changed, sheets=spec.sheets if changed.is_disc else ())


def checked(option: str, kind: Any, value: float) -> object:
    """A number that was given on the command line, of a type with a range.

    Raises:
        SpecificationError: it lies outside.
    """
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        raise SpecificationError(f"{option} {value:g} {error.errors()[0]['ctx']['error']}.") from error
