"""Telling the engineer from the song: the Gaussian model under tone, width and level alike.

    y_i = mu + e_g(i) + s_i      s ~ N(0, S)     e ~ N(0, K)     mu: flat prior
    r_j = mu + s_j               reference songs carry no engineer

y_i is what was measured of a track (one figure, or one a band), g(i) who mixed it, r_j the same of a reference song.
S is how songs of one record differ, K what engineers do. Every size of K has its (restricted) marginal likelihood on
this album, and the answers are averaged by it, so an album without engineers' traces is left nearly alone. Method:
linear mixed models, e.g. Searle, Casella and McCulloch, *Variance Components*, 1992, chapters 6 and 7.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.linalg

from analysis.units import Floats

_NEGLIGIBLE = 1e-3  # share of the likelihood below which a size of K is left out of the average


@dataclass(frozen=True, kw_only=True, slots=True)
class Separation:
    """What the model found.

    Attributes:
        effects: posterior mean of e for each track, `(tracks, figures)`: what its engineer added.
        deviations: posterior standard deviation of it, the same shape.
        engineer_size: mean size of K, in the figures' unit.
        evidence: probability that engineers differ at all, against K = 0, where every size was as likely before.
    """

    effects: Floats
    deviations: Floats
    engineer_size: float
    evidence: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Groups:
    """What was measured of the tracks, summed up by engineer.

    Attributes:
        means: of each group, `(groups, figures)`.
        counts: tracks in each.
        members: group of each track.
        scatter: sum of squares of the tracks about their group's mean, `(figures, figures)`: no engineer is in it.
        freedom: degrees of freedom of that.
    """

    means: Floats
    counts: tuple[int, ...]
    members: tuple[int, ...]
    scatter: Floats
    freedom: int


def group(tracks: Floats, engineers: Sequence[Hashable | None]) -> Groups:
    """Sum up `(tracks, figures)` by engineer; a track without one (None) stands alone."""
    keys: dict[Hashable, int] = {}
    members = tuple(keys.setdefault(("alone", i) if who is None else who, len(keys)) for i, who in enumerate(engineers))
    rows = np.array(members)
    means = np.array([tracks[rows == g].mean(axis=0) for g in range(len(keys))])
    inner = tracks - means[rows]
    return Groups(
        means=means,
        counts=tuple(int((rows == g).sum()) for g in range(len(keys))),
        members=members,
        scatter=inner.T @ inner,
        freedom=len(tracks) - len(keys),
    )


def separate(groups: Groups, references: Floats, S: Floats, kernel: Floats, sizes: Sequence[float]) -> Separation:
    """Find what each track's engineer added.

    Args:
        groups: the album's tracks.
        references: `(songs, figures)`; may have no rows.
        S: covariance of songs, `(figures, figures)`, positive definite.
        kernel: shape of K at size 1.
        sizes: standard deviations of engineers to weigh against each other; the first is 0.
    """
    fits = [_Fit(groups, references, S, size**2 * kernel) for size in sizes]
    logs = np.array([fit.log_likelihood for fit in fits])
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    mean = np.zeros(groups.means.shape)
    square = np.zeros(groups.means.shape)
    for fit, weight in zip(fits, weights, strict=True):
        if weight > _NEGLIGIBLE:
            effects, variances = fit.effects()
            mean += weight * effects
            square += weight * (variances + effects**2)
    members = list(groups.members)
    return Separation(
        effects=mean[members],
        deviations=np.sqrt(np.maximum(square - mean**2, 0.0))[members],
        engineer_size=float(weights @ np.array(sizes)),
        evidence=float(1.0 - weights[0]),
    )


class _Fit:
    """The model at one K: its likelihood and its posterior."""

    def __init__(self, groups: Groups, references: Floats, S: Floats, K: Floats) -> None:
        count, figures = groups.means.shape
        own = count * figures
        rows = [*groups.means, references.mean(axis=0)] if len(references) else list(groups.means)
        noise = [S / n for n in groups.counts] + ([S / len(references)] if len(references) else [])
        self._shape = (count, figures)
        self._prior = np.zeros((own, len(rows) * figures))
        self._prior[:, :own] = np.kron(np.eye(count), K)
        covariance = scipy.linalg.block_diag(*noise)
        covariance[:own, :own] += self._prior[:, :own]
        design = np.tile(np.eye(figures), (len(rows), 1))
        data = np.concatenate(rows)
        self._factor = scipy.linalg.cho_factor(covariance, lower=True)
        self._within = scipy.linalg.cho_solve(self._factor, design)
        self._information = scipy.linalg.cho_factor(design.T @ self._within, lower=True)
        residual = data - design @ scipy.linalg.cho_solve(self._information, self._within.T @ data)
        self._weighted = scipy.linalg.cho_solve(self._factor, residual)
        self.log_likelihood = -float(
            np.log(np.diag(self._factor[0])).sum()
            + np.log(np.diag(self._information[0])).sum()
            + 0.5 * residual @ self._weighted
        )

    def effects(self) -> tuple[Floats, Floats]:
        """Posterior mean and variance of e for each group."""
        mean = self._prior @ self._weighted
        solved = scipy.linalg.cho_solve(self._factor, self._prior.T)
        leftover = self._within.T @ self._prior.T
        explained = (self._prior * solved.T).sum(axis=1)
        explained -= (leftover * scipy.linalg.cho_solve(self._information, leftover)).sum(axis=0)
        variance = np.maximum(np.diag(self._prior[:, : len(mean)]) - explained, 0.0)
        return mean.reshape(self._shape), variance.reshape(self._shape)
