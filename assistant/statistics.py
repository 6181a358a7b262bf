"""How the songs of one record differ: learned from real records, adapted to the album at hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analysis.errors import PlanError
from analysis.spectrum import TONE_BANDS_HZ
from analysis.units import Floats
from assistant.expected import ContentModel
from references import SONG_STATISTICS

SHAPE_FREEDOM = 24.0
"""What the learned S weighs against the album's own scatter, in songs, in its shape: 8 songs harm twice as often."""

SIZE_FREEDOM, BAND_FREEDOM = 4.0, 6.0
"""The same in its size as a whole, and band by band. Few songs mislead: at 0.5 and 2 songs three times as many albums
are harmed whose engineers are not told."""

TOLD_SIZE_FREEDOM, TOLD_BAND_FREEDOM = 0.5, 2.0
"""The same where engineers are told, whose songs' scatter can be relied on: as good on real records, and better where
songs differ less than they do there."""

_BAND_OCTAVES = 1.0  # how far the band-by-band rescaling is smoothed


class RecordSource(BaseModel):
    """One record that was learned from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    songs: Annotated[int, Field(ge=2)]
    licence: str


class SongStatistics(BaseModel):
    """Covariances of songs within a record, and where they come from.

    Attributes:
        bands_hz: centres of the tone bands.
        tone_db2: covariance of the shape of the mid spectrum, dB squared.
        content: the tone that a song should have by what plays in it.
        tone_residual_db2: covariance of what is left of the shape when that is taken off, on records that it was not
            learned from.
        tone_usual_db: mean of what is left, over records.
        width_db2: variance of a song's width (side against mid over the bands), dB squared.
        width_regions_db2: covariance of width in the four `analysis.spectrum.WIDTH_REGIONS_HZ`, dB squared.
        level_lu2: variance of the loudness of loud sections, LU squared.
        loud_ends_log2: covariance of the logarithms of how far the loud end of level reaches (`analysis.levels`).
        compression_log: what a typical compressor changes in these logarithms.
        sources: the records.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_: Annotated[Literal[2], Field(alias="schema")]
    about: str
    learned: str
    bands_hz: tuple[float, ...]
    tone_db2: tuple[tuple[float, ...], ...]
    content: ContentModel
    tone_residual_db2: tuple[tuple[float, ...], ...]
    tone_usual_db: tuple[float, ...]
    width_db2: Annotated[float, Field(gt=0)]
    width_regions_db2: tuple[tuple[float, ...], ...]
    level_lu2: Annotated[float, Field(gt=0)]
    loud_ends_log2: tuple[tuple[float, ...], ...]
    compression_log: tuple[float, ...]
    sources: tuple[RecordSource, ...]


def load_statistics(path: Path | None = None) -> SongStatistics:
    """Read song statistics, by default those that ship.

    Raises:
        PlanError: missing, or not such a file.
    """
    path = path or SONG_STATISTICS
    try:
        found = SongStatistics.model_validate_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PlanError(f"{path}: song statistics cannot be read ({error.strerror}).") from error
    except ValidationError as error:
        raise PlanError(f"{path} is not a file of song statistics ({error.errors()[0]['msg'].lower()}).") from error
    if not np.allclose(found.bands_hz, TONE_BANDS_HZ, rtol=1e-3):
        raise PlanError(f"{path}: its bands are not those of this version: learn the statistics anew.")
    return found


def adapted(S: Floats, scatter: Floats, freedom: int, bands_hz: Floats | None = None, *, told: bool = False) -> Floats:
    """S for this album: the learned one as a prior, moved by the scatter that no engineer can touch.

    A few songs tell how large S is here, more how large in each band (at `bands_hz`), many what shape it has: so it is
    rescaled as a whole, then smoothly over frequency, then averaged with the scatter (inverse Wishart prior).

    Args:
        S: learned, `(figures, figures)`.
        scatter: sum of squares within each engineer's songs and among the references.
        freedom: degrees of freedom of that; 0 leaves S as it is.
        bands_hz: what the figures are of, where they are bands.
        told: whether engineers are told, so that the scatter is mostly that of their songs.
    """
    if freedom == 0:
        return S
    size = TOLD_SIZE_FREEDOM if told else SIZE_FREEDOM
    band = TOLD_BAND_FREEDOM if told else BAND_FREEDOM
    S = S * ((size + np.trace(scatter) / np.trace(S)) / (size + freedom))
    if bands_hz is not None:
        octaves = np.log2(bands_hz)
        near = np.exp(-0.5 * ((octaves[:, None] - octaves) / _BAND_OCTAVES) ** 2)
        ratio = (band + (near @ np.diag(scatter)) / (near @ np.diag(S))) / (band + freedom)
        S = S * np.sqrt(ratio[:, None] * ratio)
    return np.asarray((SHAPE_FREEDOM * S + scatter) / (SHAPE_FREEDOM + freedom))


def scatter_about_mean(values: Floats, weights: Floats) -> tuple[Floats, int]:
    """Weighted sum of squares about the mean, `(figures, figures)`, and its degrees of freedom."""
    told = weights > 0
    if told.sum() < 2:
        return np.zeros((values.shape[1], values.shape[1])), 0
    values, weights = values[told], weights[told]
    about = values - weights @ values / weights.sum()
    return np.asarray((about * weights[:, None]).T @ about), len(values) - 1
