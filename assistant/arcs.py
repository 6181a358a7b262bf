"""Shapes that an album's energy may take from its first song to its last."""

from __future__ import annotations

from dataclasses import dataclass

FALLING = "falling"
"""The arc where none is asked for: what 51,010 published albums show on average."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arc:
    """One shape.

    Attributes:
        name: what it is asked for by.
        is_: what it is, after "the album".
        good_for: what it serves.
        source: the study it comes from, or that there is none.
        points: (place from 0 to 1, energy) pairs that straight lines join; none where the places are all alike.
            Only the shape counts: it is made as wide as the songs' own energies are.
        calm_close: whether the last song should be calm.
        strong_open: whether the first should be strong.
        other: the arc that is shown beside it as an alternative.
    """

    name: str
    is_: str
    good_for: str
    source: str
    points: tuple[tuple[float, float], ...]
    calm_close: bool
    strong_open: bool
    other: str


_NO_STUDY = "a usual shape of concerts and stories; no study of albums shows it"

ARCS = {
    arc.name: arc
    for arc in (
        Arc(
            name=FALLING,
            is_="begins strong and falls",
            good_for="listeners who start at the top and may not reach the end",
            source="what 51,010 published albums do on average (Neto et al. 2024)",
            points=((0.0, 1.0), (1.0, -1.0)),
            calm_close=True,
            strong_open=True,
            other="valley",
        ),
        Arc(
            name="valley",
            is_="begins strong, calms down and comes back at the end",
            good_for="an album heard as a whole, with a finish that is remembered",
            source="how 130 professionals laid out loudness and arousal (Neto et al. 2025)",
            points=((0.0, 1.0), (0.5, -1.0), (1.0, 1.0)),
            calm_close=False,
            strong_open=True,
            other=FALLING,
        ),
        Arc(
            name="hill",
            is_="grows to a summit at two thirds and dies away",
            good_for="an album that tells a story and takes its leave",
            source=_NO_STUDY,
            points=((0.0, -0.5), (0.65, 1.0), (1.0, -1.0)),
            calm_close=True,
            strong_open=False,
            other=FALLING,
        ),
        Arc(
            name="rising",
            is_="begins calm and grows to the end",
            good_for="a slow build to one great last song",
            source=_NO_STUDY,
            points=((0.0, -1.0), (1.0, 1.0)),
            calm_close=False,
            strong_open=False,
            other=FALLING,
        ),
        Arc(
            name="halves",
            is_="falls twice, as two sides of a record",
            good_for="vinyl and cassette, where the middle is a beginning again",
            source="the fall of published albums (Neto et al. 2024), once for each half",
            points=((0.0, 1.0), (0.499, -1.0), (0.501, 1.0), (1.0, -1.0)),
            calm_close=True,
            strong_open=True,
            other=FALLING,
        ),
        Arc(
            name="none",
            is_="has no shape: only neighbours and the two ends count",
            good_for="songs of one energy, or where keys and joins matter most",
            source="no arc is claimed",
            points=(),
            calm_close=True,
            strong_open=True,
            other=FALLING,
        ),
    )
}
"""By name. P. Neto, M. Hartmann, G. Luck, P. Toiviainen, "The algorithmic nature of song-sequencing", arXiv 2408.04383
(2024); the same, "An album is a story", PLOS One 20(7) e0316963 (2025)."""
