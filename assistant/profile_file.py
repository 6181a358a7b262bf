"""Profiles of reference songs as JSON: small, readable, and without audio or paths, so that they can be passed on."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from analysis.content import FIGURES, Content
from analysis.dynamics import QUANTILES, Dynamics
from analysis.errors import PlanError
from analysis.loudness import Loudness
from analysis.profile import ReferenceProfile, ReferenceSong
from analysis.spectrum import THIRD_OCTAVES_HZ, TONE_BANDS_HZ, TWELFTH_OCTAVES_HZ, Spectrum
from assistant.validation import between, sentences

SCHEMA = 1
_DECIMALS = 2  # a hundredth of a dB: nothing is decided by less
_MOST_FAULTS = 3
_LARGEST_BYTES = 20_000_000  # thousands of songs


def _level(value: float) -> float:
    if not (value == -math.inf or -400 <= value <= 100):
        raise ValueError('must be -400 to 100 dB, or "-inf" for silence')
    return value


_Level = Annotated[float, AfterValidator(_level)]
_Ratio = Annotated[float, between(-100, 200, "LU")]
_Spread = Annotated[float, between(0, 100, "dB")]
_Correlation = Annotated[float, between(-1, 1, "")]
_Row = Annotated[tuple[_Ratio, ...], Field(min_length=len(TONE_BANDS_HZ), max_length=len(TONE_BANDS_HZ))]
_THIRDS, _FINE, _TONES = len(THIRD_OCTAVES_HZ), len(TWELFTH_OCTAVES_HZ), len(TONE_BANDS_HZ)


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class _Loudness(_Table):
    integrated_lufs: _Level | None
    range_lu: _Ratio | None
    momentary_max_lufs: _Level | None
    short_term_max_lufs: _Level | None


class _Dynamics(_Table):
    plr_lu: _Ratio | None
    psr_min_lu: _Ratio | None
    psr_median_lu: _Ratio | None
    crest_db: _Ratio | None
    loud_lufs: _Level | None
    short_term_quantiles_lufs: tuple[_Level, ...]
    loud_ends_db: tuple[_Ratio, ...] = ()


class _Spectrum(_Table):
    mid_db: Annotated[tuple[_Level, ...], Field(min_length=_THIRDS, max_length=_THIRDS)]
    side_db: Annotated[tuple[_Level, ...], Field(min_length=_THIRDS, max_length=_THIRDS)]
    fine_mid_db: Annotated[tuple[_Level, ...], Field(min_length=_FINE, max_length=_FINE)]
    fine_side_db: Annotated[tuple[_Level, ...], Field(min_length=_FINE, max_length=_FINE)]
    correlation: Annotated[tuple[_Correlation | None, ...], Field(min_length=_THIRDS, max_length=_THIRDS)]
    gated_share: Annotated[float, between(0, 1, "")]


class _Content(_Table):
    figures: Annotated[tuple[_Row, ...], Field(max_length=len(FIGURES))] = ()


class _Song(_Table):
    name: Annotated[str, Field(min_length=1)]
    duration_s: Annotated[float, between(0, 360_000, "s")]
    weight: Annotated[float, between(0.001, 1000, "songs")] = 1.0
    loudness: _Loudness
    dynamics: _Dynamics
    spectrum: _Spectrum
    content: _Content = _Content()
    tone_spread_db: Annotated[tuple[_Spread, ...], Field(max_length=_TONES)] = ()
    width_spread_db: Annotated[tuple[_Spread, ...], Field(max_length=_TONES)] = ()

    def song(self) -> ReferenceSong:
        """As planning takes it.

        Raises:
            ValueError: a row of figures has a length of its own.
        """
        quantiles = self.dynamics.short_term_quantiles_lufs
        if len(quantiles) not in {0, len(QUANTILES)}:
            raise ValueError(f"{self.name} has {len(quantiles)} quantiles of loudness, not {len(QUANTILES)} or none")
        if len(self.content.figures) not in {0, len(FIGURES)}:
            raise ValueError(f"{self.name} has {len(self.content.figures)} rows of content, not {len(FIGURES)} or none")
        if {len(self.tone_spread_db), len(self.width_spread_db)} - {0, _TONES}:
            raise ValueError(f"{self.name} has spreads for other than {_TONES} bands")
        return ReferenceSong(
            name=self.name,
            spectrum=Spectrum(**self.spectrum.model_dump()),
            loudness=Loudness(**self.loudness.model_dump()),
            dynamics=Dynamics(**self.dynamics.model_dump()),
            content=Content(figures=self.content.figures),
            duration_s=self.duration_s,
            weight=self.weight,
            tone_spread_db=self.tone_spread_db,
            width_spread_db=self.width_spread_db,
        )


class _Profile(_Table):
    schema_: Annotated[Literal[1], Field(alias="schema")]
    name: Annotated[str, Field(min_length=1)]
    source: str = ""
    songs: Annotated[tuple[_Song, ...], Field(min_length=1)]


def profile_text(profile: ReferenceProfile) -> str:
    """A profile as JSON; levels to a hundredth of a dB, and minus infinity as the text "-inf".

    Raises:
        PlanError: it holds a figure that no profile may hold.
    """
    songs = [dataclasses.asdict(song) for song in profile.songs]
    whole = {"schema": SCHEMA, "name": profile.name, "source": profile.source, "songs": songs}
    try:
        _Profile.model_validate(whole)  # what we write we can read
    except ValidationError as error:
        raise PlanError(f"{profile.name}: {sentences(error)[0]}.") from error
    return _json(_plain(whole)) + "\n"


def read_profile(path: Path) -> ReferenceProfile:
    """Read a profile.

    Raises:
        PlanError: missing, or not such a file; what is wrong is named.
    """
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise PlanError(
                f"{path} has {path.stat().st_size / 1e6:.0f} MB, too many for a reference profile: check the name."
            )
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise PlanError(f"{path}: the reference profile cannot be read ({reason}).") from error
    return parse_profile(text, str(path))


def parse_profile(text: str, name: str) -> ReferenceProfile:
    """Check a profile's text; `name` is for messages.

    Raises:
        PlanError: as for `read_profile`.
    """
    try:
        found = _Profile.model_validate(_table_of(json.loads(text)))
        songs = tuple(song.song() for song in found.songs)
    except ValidationError as error:
        faults = sentences(error)
        more = f"; and {len(faults) - _MOST_FAULTS} more" if len(faults) > _MOST_FAULTS else ""
        raise PlanError(f"{name} is not a reference profile: {'; '.join(faults[:_MOST_FAULTS])}{more}.") from error
    except (ValueError, RecursionError) as error:
        raise PlanError(f"{name} is not a reference profile: {error}.") from error
    return ReferenceProfile(name=found.name, songs=songs, source=found.source)


def _table_of(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("it must hold a table of schema, name, source and songs")
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if item != () or key == "short_term_quantiles_lufs"}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return "-inf" if value == -math.inf else round(value, _DECIMALS if abs(value) >= 1 else 4)
    return value


def _json(value: Any, indent: str = "") -> str:
    """Rows of figures on one line each, everything else on lines of its own."""
    inner = indent + " "
    if isinstance(value, dict):
        lines = [f"{inner}{json.dumps(key)}: {_json(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(inner + _json(item, inner) for item in value) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
