"""Telling the engineer from the song: the Gaussian model under tone, width and level alike.

    y_i = mu + e_g(i) + s_i      s_i ~ N(0, S / w_i)     e ~ N(0, size^2 K)
    r_j = mu + s_j               reference songs carry no engineer

y_i is what was measured of a track (one figure, or several), g(i) who mixed it, r_j the same of a reference song. S is
how songs of one record differ, K what engineers do; w_i is 1 for a song like others, less for one that stands apart,
0 where nothing was measured. mu has a flat prior, or a weak one where many records tell what is usual.

S and K are brought to diagonal form together, so every direction is a small problem of its own. Every size of K has
its (restricted) marginal likelihood on this album, and the answers are averaged by it; so are the partitions of the
tracks into engineers, where they are not known (`grouping`). Method: linear mixed models, e.g. Searle, Casella and
McCulloch, *Variance Components*, 1992, chapters 6 and 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from analysis.kernels import kernel
from analysis.units import Floats

Integers = NDArray[np.int64]
_MEAN_SONGS = 8.0  # a usual mean is as uncertain as a mean of this many songs, besides its own spread


@dataclass(frozen=True, kw_only=True, slots=True)
class Observed:
    """What was measured of one aspect, and what is known of songs and engineers.

    Attributes:
        tracks: `(tracks, figures)`.
        weights: of each track, `(tracks,)`: 1 for a song like others, 0 for one without figures.
        references: `(songs, figures)`; may have no rows.
        reference_weights: how many songs each counts as.
        S: covariance of songs, `(figures, figures)`, positive definite.
        K: covariance of what engineers do, at size 1.
        sizes: standard deviations of engineers to weigh against each other; the first is 0.
        nobody: how likely the first is beforehand, the others sharing the rest; None makes all alike.
        usual: mean over many records, and the size of their spread about it in units of K; None for a flat prior.
    """

    tracks: Floats
    weights: Floats
    references: Floats
    reference_weights: Floats
    S: Floats
    K: Floats
    sizes: Sequence[float]
    nobody: float | None = None
    usual: tuple[Floats, float] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Separation:
    """What the model found.

    Attributes:
        effects: posterior mean of e for each track, `(tracks, figures)`: what its engineer added.
        deviations: posterior standard deviation of it, the same shape.
        engineer_size: mean size of K, in the figures' unit.
        evidence: probability that engineers differ at all, against K = 0.
    """

    effects: Floats
    deviations: Floats
    engineer_size: float
    evidence: float


class Model:
    """The model of one aspect of one album, ready to be asked about any partition of its tracks."""

    def __init__(self, observed: Observed) -> None:
        lower = np.linalg.cholesky(observed.S)
        half = scipy.linalg.solve_triangular(lower, observed.K, lower=True)
        inner = scipy.linalg.solve_triangular(lower, half.T, lower=True)
        shares, turn = np.linalg.eigh((inner + inner.T) / 2)
        into = turn.T @ scipy.linalg.solve_triangular(lower, np.eye(len(lower)), lower=True)
        self._back = lower @ turn
        self._sizes = np.array(observed.sizes, dtype=np.float64)
        others = len(self._sizes) - 1
        nobody = 1 / (others + 1) if observed.nobody is None or not others else observed.nobody
        self._log_prior = np.log([nobody, *[(1 - nobody) / max(1, others)] * others])
        self._k = np.ascontiguousarray(self._sizes[:, None] ** 2 * np.maximum(shares, 0.0))
        self._tracks = np.ascontiguousarray(observed.tracks @ into.T)
        self._weights = np.asarray(observed.weights, dtype=np.float64)
        # Everything outside the album that tells mu: its precision, and precision times mean.
        self._known = np.full(len(lower), float(observed.reference_weights.sum()))
        self._pull = observed.reference_weights @ (observed.references @ into.T)
        if observed.usual is not None:
            mean, size = observed.usual
            precision = 1.0 / (size**2 * np.maximum(shares, 0.0) + 1.0 / _MEAN_SONGS)
            self._known += precision
            self._pull = self._pull + precision * (into @ mean)

    def log_evidence(self, members: Integers) -> float:
        """Log marginal likelihood of a partition, but for what all partitions share."""
        return _log_sum(self._logs(members, self._k) + self._log_prior)

    def log_evidence_of_nobody(self) -> float:
        """The same for an album that no engineer touched, however it is parted."""
        members = np.arange(len(self._tracks))
        return float(self._logs(members, self._k[:1])[0])

    def separate(self, partitions: Sequence[Sequence[int]], probabilities: Floats) -> Separation:
        """What each track's engineer added, averaged over partitions by their probability."""
        shape = (len(self._tracks), len(self._back))
        mean, square, size, nobody = np.zeros(shape), np.zeros(shape), 0.0, 0.0
        for members, probability in zip(partitions, probabilities, strict=True):
            found, spread, weights = self._posterior(np.array(members, dtype=np.int64))
            mean += probability * found
            square += probability * (spread + found**2)
            size += probability * float(weights @ self._sizes)
            nobody += probability * float(weights[0])
        deviations = np.sqrt(np.maximum(square - mean**2, 0.0))
        return Separation(effects=mean, deviations=deviations, engineer_size=size, evidence=1.0 - nobody)

    def _logs(self, members: Integers, k: Floats) -> Floats:
        counts, means = _sum_up(self._tracks, self._weights, members)
        within = _log_within(self._tracks, self._weights, members, counts, means)
        return within + _log_among(counts, means, k, self._known, self._pull)

    def _posterior(self, members: Integers) -> tuple[Floats, Floats, Floats]:
        """Mean and variance of e of each track, `(tracks, figures)`, and the probability of each size."""
        logs = self._logs(members, self._k) + self._log_prior
        weights = np.exp(logs - logs.max())
        weights /= weights.sum()
        counts, means = _sum_up(self._tracks, self._weights, members)
        heard = counts > 0
        noise = np.where(heard, 1.0 / np.where(heard, counts, 1.0), np.inf)[:, None]
        mean = np.zeros((len(counts), len(self._back)))
        square = np.zeros_like(mean)
        for k, weight in zip(self._k, weights, strict=True):
            precision = 1.0 / (k + noise)
            total = precision.sum(axis=0) + self._known
            # Without a prior and with nothing heard, mu is anything: nothing is found.
            told = np.where(total > 0, total, 1.0)
            mu = ((precision * means).sum(axis=0) + self._pull) / told
            gain = k * precision
            effect = (gain * (means - mu)) @ self._back.T
            variance = k - gain * k + gain**2 / told
            mean += weight * effect
            square += weight * (variance @ (self._back**2).T + effect**2)
        return mean[members], (square - mean**2)[members], weights


def _log_sum(logs: Floats) -> float:
    highest = float(logs.max())
    return highest + float(np.log(np.exp(logs - highest).sum()))


@kernel
def _sum_up(tracks: Floats, weights: Floats, members: Integers) -> tuple[Floats, Floats]:
    """Weight of each group, and the weighted mean of its tracks `(groups, figures)`; 0 where the weight is 0."""
    groups = members.max() + 1
    counts = np.zeros(groups)
    means = np.zeros((groups, tracks.shape[1]))
    for i in range(len(tracks)):
        counts[members[i]] += weights[i]
        means[members[i]] += weights[i] * tracks[i]
    for g in range(groups):
        if counts[g] > 0.0:
            means[g] /= counts[g]
    return counts, means


@kernel
def _log_within(tracks: Floats, weights: Floats, members: Integers, counts: Floats, means: Floats) -> float:
    """What the tracks about their groups' means say of a partition: the same at every size."""
    log = 0.0
    for g in range(len(counts)):
        if counts[g] > 0.0:
            log -= 0.5 * tracks.shape[1] * np.log(counts[g])
    for i in range(len(tracks)):
        for d in range(tracks.shape[1]):
            log -= 0.5 * weights[i] * (tracks[i, d] - means[members[i], d]) ** 2
    return log


@kernel
def _log_among(counts: Floats, means: Floats, k: Floats, known: Floats, pull: Floats) -> Floats:
    """What the groups' means say of each size `k` `(sizes, figures)`, mu being integrated out."""
    logs = np.zeros(len(k))
    for h in range(len(k)):
        for d in range(k.shape[1]):
            total, pulled, squares = known[d], pull[d], 0.0
            for g in range(len(counts)):
                if counts[g] > 0.0:
                    precision = 1.0 / (k[h, d] + 1.0 / counts[g])
                    logs[h] += 0.5 * np.log(precision)
                    total += precision
                    pulled += precision * means[g, d]
                    squares += precision * means[g, d] ** 2
            if total > 0.0:
                logs[h] -= 0.5 * np.log(total) + 0.5 * (squares - pulled * pulled / total)
    return logs
