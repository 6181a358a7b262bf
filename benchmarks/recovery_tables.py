"""The tables of the recovery benchmark: each record, all of them, each strength, and what is to be shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.recovery_case import BLIND, COPY, GIVEN, Score, Setup

Result = tuple[Setup, str, Score]

_HARM = 1.05
_LEAST_DB = 0.05  # under this an aspect was not touched and has no share that is left
_DRAWS = 4000
_TONE_MOST = {GIVEN: 0.75, BLIND: 0.92}
_IDENTITY_MOST = {"tone_db": 0.3, "width_db": 0.3, "dynamics_lu": 0.15, "relation_lu": 0.2}
_HEAD = (
    f"{'':24}{'cases':>6}{'tone_db':>9}{'left (95 % between)':>21}{'worst':>7}{'worse':>7}{'width':>7}{'left':>6}"
    f"{'dyn_lu':>8}{'left':>6}{'worst':>7}{'relation':>9}{'left':>6}{'peak':>7}{'rand':>6}{'groups':>7}"
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One way over some cases, with the untouched mixes of the same cases."""

    scores: tuple[Score, ...]
    copies: tuple[Score, ...]

    def mean(self, aspect: str) -> float:
        """Mean of an aspect."""
        return float(np.mean([getattr(score, aspect) for score in self.scores]))

    def left(self, aspect: str) -> np.ndarray:
        """What is left of it in each case, as a share of the untouched mixes'."""
        pairs = [
            (getattr(score, aspect), getattr(copy, aspect))
            for score, copy in zip(self.scores, self.copies, strict=True)
        ]
        return np.array([ours / theirs for ours, theirs in pairs if theirs >= _LEAST_DB])


def show(results: Sequence[Result]) -> None:
    """Print all tables."""
    coloured = [result for result in results if result[0].strength > 0]
    alone = [result for result in results if result[0].strength == 0]
    if coloured:
        print(_HEAD)
        for title, part in _parts(coloured):
            print(title)
            for way in _ways(part):
                print(_line(way, row(part, way)))
    if alone:
        print("\nidentity: engineers who leave the record alone")
        print(f"{'':24}{'cases':>6}" + "".join(f"{name:>13}" for name in _IDENTITY_MOST) + f"{'groups':>8}")
        for way in _ways(alone):
            found = row(alone, way)
            figures = "".join(f"{found.mean(name):>13.2f}" for name in _IDENTITY_MOST)
            print(f"  {way:22}{len(found.scores):>6}{figures}{_share(found):>8}")
    print()
    for what, met in [*_coloured_targets(coloured), *_identity_targets(alone)]:
        print(f"{'met ' if met else 'NOT '} {what}")


def row(results: Sequence[Result], way: str) -> Row:
    """Scores of one way, with those of the untouched mixes."""
    copies = {setup.name: score for setup, named, score in results if named == COPY}
    scores = {setup.name: score for setup, named, score in results if named == way and setup.name in copies}
    return Row(scores=tuple(scores.values()), copies=tuple(copies[name] for name in scores))


def _parts(results: Sequence[Result]) -> list[tuple[str, list[Result]]]:
    """All of them, and each record, kind and strength where there are several."""
    parts = [("all", list(results))]
    keys: list[Callable[[Setup], str]] = [
        lambda setup: setup.record,
        lambda setup: setup.kind,
        lambda setup: f"strength {setup.strength:g}",
    ]
    for key in keys:
        names = dict.fromkeys(key(setup) for setup, _, _ in results)
        if len(names) > 1:
            parts += [(name, [result for result in results if key(result[0]) == name]) for name in names]
    return parts


def _ways(results: Sequence[Result]) -> list[str]:
    return list(dict.fromkeys(way for _, way, _ in results))


def _line(way: str, found: Row) -> str:
    tone, width, dynamics, relation = (
        found.left(name) for name in ("tone_db", "width_db", "dynamics_lu", "relation_lu")
    )
    low, high = interval(tone)
    rand = [score.rand for score in found.scores if score.rand is not None]
    return (
        f"  {way:22}{len(found.scores):>6}{found.mean('tone_db'):>9.2f}"
        f"{f'{tone.mean():.2f} ({low:.2f}, {high:.2f})':>21}{tone.max():>7.2f}{np.mean(tone > _HARM):>7.0%}"
        f"{found.mean('width_db'):>7.2f}{width.mean():>6.2f}"
        f"{found.mean('dynamics_lu'):>8.2f}{dynamics.mean():>6.2f}{dynamics.max():>7.2f}"
        f"{found.mean('relation_lu'):>9.2f}{relation.mean():>6.2f}"
        f"{max(score.peak_dbtp for score in found.scores):>7.2f}"
        f"{f'{np.mean(rand):.2f}' if rand else '':>6}{_share(found):>7}"
    )


def _share(found: Row) -> str:
    claims = [score.claimed for score in found.scores if score.claimed is not None]
    return f"{np.mean(claims):.0%}" if claims else ""


def interval(left: np.ndarray) -> tuple[float, float]:
    """Where the mean lies, 95 %: cases drawn again with replacement (the percentile bootstrap, Efron 1979)."""
    rng = np.random.default_rng(0)
    means = left[rng.integers(0, len(left), (_DRAWS, len(left)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def _coloured_targets(results: Sequence[Result]) -> list[tuple[str, bool]]:
    """What is to be shown on cases with engineers, and whether it is."""
    targets: list[tuple[str, bool]] = []
    for way in [way for way in _ways(results) if way in _TONE_MOST]:
        found = row(results, way)
        tone, width, dynamics = (found.left(name) for name in ("tone_db", "width_db", "dynamics_lu"))
        worse, moved = float(np.mean(tone > _HARM)), found.mean("relation_lu")
        mixes = float(np.mean([copy.relation_lu for copy in found.copies]))
        targets += [
            (f"{way}: tone left {tone.mean():.2f} ({_TONE_MOST[way]:g} at most)", tone.mean() <= _TONE_MOST[way]),
            (f"{way}: tone over {_HARM:g} in {worse:.0%} of cases (8 % at most)", worse <= 1 / 12),
            (f"{way}: worst tone {tone.max():.2f} (1.25 at most)", tone.max() <= 1.25),
            (f"{way}: width left {width.mean():.2f} (0.75 at most)", width.mean() <= 0.75),
            (f"{way}: dynamics left {dynamics.mean():.2f} (0.9 at most)", dynamics.mean() <= 0.9),
            (f"{way}: worst dynamics {dynamics.max():.2f} (1.1 at most)", dynamics.max() <= 1.1),
            (f"{way}: relations {moved:.2f} LU (under the mixes' {mixes:.2f})", moved < mixes),
        ]
    return targets


def _identity_targets(results: Sequence[Result]) -> list[tuple[str, bool]]:
    targets: list[tuple[str, bool]] = []
    for way in [way for way in _ways(results) if way in _TONE_MOST]:
        found = row(results, way)
        for name, most in _IDENTITY_MOST.items():
            targets.append(
                (f"identity, {way}: {name} {found.mean(name):.2f} (under {most:g})", found.mean(name) < most)
            )
        claims = [score.claimed for score in found.scores if score.claimed is not None]
        if claims:
            what = f"identity, {way}: groups claimed in {sum(claims)} of {len(claims)} cases (1 of 20 at most)"
            targets.append((what, sum(claims) * 20 <= len(claims)))
    return targets
