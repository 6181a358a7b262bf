"""Telling the engineer from the song: the Gaussian model under tone, width and level alike.

    y_i = mu + f_g(i) + s_i      s ~ N(0, S)     f_g = a + e_g     e ~ N(0, K)   a ~ N(0, A)    mu: flat prior
    r_j = mu + s_j               reference songs carry no engineer

y_i is what was measured of a track (one figure, or one a band), g(i) who mixed it, r_j the same of a reference song.
S is how songs of one record differ, K what engineers do, A what the whole album may be off its references by. The
sizes of K and A are found for each album by (restricted) marginal likelihood, so an album without engineers' traces
is left alone. Method: linear mixed models, e.g. Searle, Casella and McCulloch, *Variance Components*, 1992, ch. 6.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import scipy.linalg

from analysis.units import Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class Separation:
    """What the model found.

    Attributes:
        effects: posterior mean of f for each track, `(tracks, figures)`: what its engineer added.
        deviations: posterior standard deviation of it, the same shape.
        engineer_size, album_size: square root of K's and A's scale, in the figures' unit.
    """

    effects: Floats
    deviations: Floats
    engineer_size: float
    album_size: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Groups:
    """Means of what was measured, by engineer, and which group each track is in."""

    means: Floats
    counts: tuple[int, ...]
    members: tuple[int, ...]
    scatter: Floats
    freedom: int


def group(tracks: Floats, engineers: Sequence[Hashable | None]) -> Groups:
    """Sum up `(tracks, figures)` by engineer; a track without one (None) stands alone."""
    keys: dict[Hashable, int] = {}
    members = tuple(keys.setdefault((i,) if who is None else who, len(keys)) for i, who in enumerate(engineers))
    rows = np.array(members)
    counts = tuple(int((rows == g).sum()) for g in range(len(keys)))
    means = np.array([tracks[rows == g].mean(axis=0) for g in range(len(keys))])
    inner = tracks - means[rows]
    return Groups(means=means, counts=counts, members=members, scatter=inner.T @ inner, freedom=len(tracks) - len(keys))


def separate(
    groups: Groups, references: Floats, S: Floats, kernel: Floats, engineer_sizes: Floats, album_sizes: Floats
) -> Separation:
    """Find each track's f.

    Args:
        groups: the album's tracks.
        references: `(songs, figures)`; may be empty.
        S: covariance of songs, `(figures, figures)`, positive definite.
        kernel: shape of K and of A, the same shape, of unit size.
        engineer_sizes: sizes of K to choose among.
        album_sizes: sizes of A to choose among.
    """
    sizes = list(product(engineer_sizes, album_sizes if len(references) else [0.0]))
    fits = [_Fit(groups, references, S, kernel, engineer, album) for engineer, album in sizes]
    best = max(range(len(sizes)), key=lambda i: fits[i].log_likelihood)
    effects, deviations = fits[best].effects()
    members = list(groups.members)
    return Separation(
        effects=effects[members],
        deviations=deviations[members],
        engineer_size=float(sizes[best][0]),
        album_size=float(sizes[best][1]),
    )


class _Fit:
    """The model at one size of K and A: its likelihood, and the posterior."""

    def __init__(
        self, groups: Groups, references: Floats, S: Floats, kernel: Floats, engineer: float, album: float
    ) -> None:
        count, figures = groups.means.shape
        rows = [*groups.means, references.mean(axis=0)] if len(references) else list(groups.means)
        self._shape = (count, figures)
        prior = np.kron(np.eye(count), engineer**2 * kernel) + np.kron(np.ones((count, count)), album**2 * kernel)
        self._prior = np.zeros((count * figures, len(rows) * figures))
        self._prior[:, : count * figures] = prior
        noise = [S / n for n in groups.counts] + ([S / len(references)] if len(references) else [])
        covariance = scipy.linalg.block_diag(*noise)
        covariance[: count * figures, : count * figures] += prior
        design = np.tile(np.eye(figures), (len(rows), 1))
        data = np.concatenate(rows)
        factor = scipy.linalg.cho_factor(covariance, lower=True)
        self._within = scipy.linalg.cho_solve(factor, design)
        self._information = scipy.linalg.cho_factor(design.T @ self._within, lower=True)
        mean = scipy.linalg.cho_solve(self._information, self._within.T @ data)
        self._weighted = scipy.linalg.cho_solve(factor, data - design @ mean)
        self._factor = factor
        self.log_likelihood = -(
            np.log(np.diag(factor[0])).sum()
            + np.log(np.diag(self._information[0])).sum()
            + 0.5 * float((data - design @ mean) @ self._weighted)
        )

    def effects(self) -> tuple[Floats, Floats]:
        """Posterior mean and standard deviation of f for each group."""
        mean = self._prior @ self._weighted
        solved = scipy.linalg.cho_solve(self._factor, self._prior.T)
        leftover = self._within.T @ self._prior.T
        explained = (self._prior * solved.T).sum(axis=1)
        explained -= (leftover * scipy.linalg.cho_solve(self._information, leftover)).sum(axis=0)
        own = self._prior[:, : len(mean)]
        variance = np.maximum(np.diag(own) - explained, 0.0)
        return mean.reshape(self._shape), np.sqrt(variance).reshape(self._shape)
