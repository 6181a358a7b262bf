"""The tone a song should have by what plays in it.

A linear model, learned by ridge regression from songs of real records (`benchmarks/learn_song_statistics.py`), each
about its record's mean: from figures that no EQ can move (`analysis.content`) to the tone that EQ does move. What it
foretells is the song's own, and no engineer is blamed for it. One rule serves all bands: the figures of a band and its
neighbours, with weights that change slowly over frequency, so that two hundred songs are enough to learn it.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from analysis.content import BANDS, FIGURES
from analysis.units import Floats

_NEIGHBOURS = 4  # bands each way whose figures count
_KNOTS = 5  # between which the weights change straight over bands
_TAPS = 2 * _NEIGHBOURS + 2  # a band, its neighbours, and the mean over all
WEIGHTS = (_KNOTS + 1) * _TAPS * len(FIGURES)
"""How many weights there are."""

_Row = Annotated[tuple[float, ...], Field(min_length=BANDS, max_length=BANDS)]
_Rows = Annotated[tuple[_Row, ...], Field(min_length=len(FIGURES), max_length=len(FIGURES))]


class ContentModel(BaseModel):
    """The weights, and how figures are counted before they are weighed.

    Attributes:
        usual: mean of each figure in each band over records.
        scales: how much each figure differs among songs.
        weights: dB for each tap, figure and knot.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    usual: _Rows
    scales: Annotated[
        tuple[Annotated[float, Field(gt=0)], ...], Field(min_length=len(FIGURES), max_length=len(FIGURES))
    ]
    weights: Annotated[tuple[float, ...], Field(min_length=WEIGHTS, max_length=WEIGHTS)]

    def expected_tone_db(self, figures: Floats) -> Floats:
        """Tone that songs of these figures have against the record's mean, dB.

        Args:
            figures: of `analysis.content`, `(songs, figures, 28)`.

        Returns:
            `(songs, 28)`, without a level.
        """
        scaled = (figures - np.array(self.usual)) / np.array(self.scales)[:, None]
        tone = (design(scaled) @ np.array(self.weights)).reshape(-1, BANDS)
        return np.asarray(tone - tone.mean(axis=1, keepdims=True))


def design(scaled: Floats) -> Floats:
    """What is weighed: a row for each song and band.

    Args:
        scaled: figures about their mean and over their scale, `(songs, figures, 28)`.

    Returns:
        `(songs * 28, WEIGHTS)`.
    """
    songs = len(scaled)
    edged = np.pad(scaled, ((0, 0), (0, 0), (_NEIGHBOURS, _NEIGHBOURS)), mode="edge")
    taps = [edged[:, :, first : first + BANDS] for first in range(2 * _NEIGHBOURS + 1)]
    taps.append(np.repeat(scaled.mean(axis=2, keepdims=True), BANDS, axis=2))
    rows = np.concatenate(taps, axis=1).transpose(0, 2, 1)
    # Hats over the bands between knots, and one weight that holds everywhere.
    at = np.linspace(0.0, _KNOTS - 1.0, BANDS)[:, None]
    hats = np.column_stack([np.maximum(0.0, 1.0 - np.abs(at - np.arange(_KNOTS))), np.ones(BANDS)])
    return np.asarray((hats[None, :, :, None] * rows[:, :, None, :]).reshape(songs * BANDS, WEIGHTS))
