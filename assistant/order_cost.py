"""What an order of songs costs: each pair of neighbours, and each song in each place.

Where this comes from. That energy and loudness fall over an album, and that tempo has no arc, is what 51,010 published
albums show (Neto et al. 2024, see `assistant.arcs`): the means of the albums' thirds lie +0.10, -0.03 and -0.08
deviations from their middle in energy, +0.10, -0.01 and -0.09 in loudness, and within 0.01 in tempo (the study's
notebooks, github.com/pasoneto/doc_suomi). So the fall is sure and small. The same albums go up and down in turn: 69 %
of rises in energy are followed by a fall. It is not weighed, for orders drawn by lot do so in 67 %. That neighbours
should differ little in key, tempo and loudness is what DJs' sets show (T. Kell, G. Tzanetakis, "Empirical analysis of
track selection and ordering in electronic dance music", ISMIR 2013) and what engineers say; no study of albums measures
it, nor how the terms weigh against each other. So each term runs from 0 to 1, and pairs' terms weigh alike unless a
line below says why not. Even a model learned from the albums foretells one neighbour in six: no claim of taste.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from analysis.keys import key_distance_steps
from analysis.tempo import tempo_distance_octaves
from analysis.units import Floats
from assistant.arcs import Arc

KEY_WEIGHT = 1.0
TEMPO_WEIGHT = 1.0
JOIN_WEIGHT = 1.0

ENERGY_WEIGHT = 0.5
"""Half, because most of a leap in energy is heard at the join, which is counted already."""

CALM_WEIGHT = 1.0
"""Of two calm songs in a row: what engineers warn of first; no study measures it."""

ARC_WEIGHT = 0.5
"""Weight of the squared distance from the arc, in standard deviations: exchanging two songs that are one deviation
apart, one deviation of the arc apart, then costs as much as one pair of the farthest keys. Published albums follow
their arc a tenth as closely; who asks for an order wants to hear one."""

OPENER_WEIGHT = 1.0
"""Weight of the opener's shortfall, in deviations: a weak first song loses the listener, and no other place
is as sure in the studies; the arc's own pull comes on top."""

CLOSER_WEIGHT = 0.5
"""Weight of the closer's excess, in deviations: calm endings are common, but grand ones are too."""

FARTHEST_KEY_STEPS = 6
"""Half of the circle of fifths; the change of mode that can come on top makes nothing worse."""

SURE_KEY_CONFIDENCE = 0.1
"""Lead in correlation from which a key counts in full. Of game music, a good third of the pieces reach it; the others
waver between neighbours such as relative or parallel keys."""

FARTHEST_TEMPO_OCTAVES = 0.5
"""Two tempi cannot be farther apart, once half and double time count as equal."""

FREE_JUMP_LU = 3.0
"""A jump at a join by this much more or less than is usual on the album costs nothing: the 15 s on either
side vary as much with where a phrase falls."""

WORST_JUMP_LU = 12.0
"""A jump so far from the usual is as bad as it gets: by then the hand is at the volume."""

FREE_LEAP_LU = 4.0
"""Loud sections of neighbours may differ by this much: songs of real records spread by 2 to 3 LU (one deviation)."""

WORST_LEAP_LU = 12.0

CALM_FROM, CALM_TO = 0.5, 1.25
"""Deviations under the mean energy at which a song begins to be calm, and is so in full."""

SMALLEST_SPREAD_LU = 2.0
"""Least standard deviation that energies are judged by: on an album of even loudness, tenths decide nothing."""

STRONG_QUANTILE = 0.75
CALM_QUANTILE = 0.25
"""The opener should be among the album's strongest quarter, the closer among its calmest."""

TERMS = ("key", "tempo", "join", "energy", "calm", "arc", "ends")
"""What the cost of an order consists of: the first five are of pairs, "ends" of the openers and closers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderEdge:
    """One end of a song as it meets another: its tempo, its key with the lead over the next best, its loudness."""

    tempo_bpm: float | None
    key: str | None
    key_confidence: float
    lufs: float


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderItem:
    """What the order is decided by, for one song; what is None or not finite costs nothing.

    `energy` is a level in LU or LUFS by which songs are ranked, such as that of the loud sections; where it is
    not finite, `loudness_lufs` (integrated) takes its place. `side` counts discs or sides, where the songs are bound
    to one; `opens_side` says that a side begins with this song wherever it stands. `runs_into` names the song that
    goes on where this one ends, as on a live album: it stays next.
    """

    name: str
    loudness_lufs: float
    energy: float
    opening: OrderEdge
    closing: OrderEdge
    side: int = 0
    opens_side: bool = False
    runs_into: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """What one thing costs, and what it could cost at worst."""

    cost: float
    worst: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Yardstick:
    """What the songs of one album are measured by.

    Attributes:
        usual_jump_lu: median of how much louder any song begins than any other ends: endings die away.
        mean_lufs: mean energy; None where fewer than two energies are known.
        spread_lu: their standard deviation.
        strong_lufs, calm_lufs: energy from which a song is among the strongest quarter; and the calmest.
    """

    usual_jump_lu: float
    mean_lufs: float | None
    spread_lu: float
    strong_lufs: float
    calm_lufs: float

    @property
    def scale_lu(self) -> float:
        """What counts as one deviation."""
        return max(self.spread_lu, SMALLEST_SPREAD_LU)


def yardstick(items: Sequence[OrderItem]) -> Yardstick:
    """The yardstick of an album."""
    jumps_lu = [jump_lu(one, other) for one in items for other in items if one is not other]
    known_jumps = [jump for jump in jumps_lu if jump is not None]
    known = np.array([level for level in map(energy, items) if level is not None])
    few = known.size < 2
    return Yardstick(
        usual_jump_lu=float(np.median(known_jumps)) if known_jumps else 0.0,
        mean_lufs=None if few else float(known.mean()),
        spread_lu=0.0 if few else float(known.std()),
        strong_lufs=0.0 if few else float(np.quantile(known, STRONG_QUANTILE)),
        calm_lufs=0.0 if few else float(np.quantile(known, CALM_QUANTILE)),
    )


def energy(item: OrderItem) -> float | None:
    """The level that a song is ranked by; None where it is not known."""
    return next((level for level in (item.energy, item.loudness_lufs) if math.isfinite(level)), None)


def jump_lu(one: OrderItem, other: OrderItem) -> float | None:
    """How much louder the second song begins than the first one ends; None if either is silent there."""
    jump = other.opening.lufs - one.closing.lufs
    return jump if math.isfinite(jump) else None


def key_certainty(one: OrderItem, other: OrderItem) -> float:
    """From 0 to 1, how sure both keys are at a join."""
    leads = (one.closing.key_confidence, other.opening.key_confidence)
    return math.prod(min(1.0, max(0.0, lead) / SURE_KEY_CONFIDENCE) for lead in leads)


def side_turns(one: OrderItem, other: OrderItem) -> bool:
    """Whether a side or disc ends with one song and the next begins with the other."""
    return other.opens_side or one.side != other.side


def pair_terms(one: OrderItem, other: OrderItem, by: Yardstick, arc: Arc) -> dict[str, Term]:
    """What is known for and against one song going straight to another, by name.

    Where a side ends between them, nobody hears them as neighbours: they count as its closer and the next one's opener.
    Where one runs on into the other, nothing is to be said.

    Raises:
        PlanError: A key is written in a way that names no key.
    """
    if one.runs_into == other.name:
        return {}
    if side_turns(one, other):
        cost = closer_cost(one, by, arc) + opener_cost(other, by, arc)
        return {"ends": Term(cost=cost, worst=OPENER_WEIGHT + CLOSER_WEIGHT)} if by.mean_lufs is not None else {}
    terms: dict[str, Term] = {}
    before, after = one.closing, other.opening
    if before.key is not None and after.key is not None:
        weight = KEY_WEIGHT * key_certainty(one, other)
        terms["key"] = _term(key_distance_steps(before.key, after.key) / FARTHEST_KEY_STEPS, weight)
    if before.tempo_bpm is not None and after.tempo_bpm is not None:
        octaves = tempo_distance_octaves(before.tempo_bpm, after.tempo_bpm)
        terms["tempo"] = _term(octaves / FARTHEST_TEMPO_OCTAVES, TEMPO_WEIGHT)
    jump = jump_lu(one, other)
    if jump is not None:
        terms["join"] = _term(_beyond(jump - by.usual_jump_lu, FREE_JUMP_LU, WORST_JUMP_LU), JOIN_WEIGHT)
    levels = energy(one), energy(other)
    if levels[0] is not None and levels[1] is not None:
        terms["energy"] = _term(_beyond(levels[1] - levels[0], FREE_LEAP_LU, WORST_LEAP_LU), ENERGY_WEIGHT)
        terms["calm"] = _term(math.prod(calmness(item, by) for item in (one, other)), CALM_WEIGHT)
    return terms


def calmness(item: OrderItem, by: Yardstick) -> float:
    """From 0 to 1, how much a song is one of the album's calm ones."""
    level = energy(item)
    if level is None or by.mean_lufs is None:
        return 0.0
    below = (by.mean_lufs - level) / by.scale_lu
    return min(1.0, max(0.0, (below - CALM_FROM) / (CALM_TO - CALM_FROM)))


def opener_cost(item: OrderItem, by: Yardstick, arc: Arc) -> float:
    """What it costs that an album or a side opens with a song."""
    level = energy(item)
    if level is None or by.mean_lufs is None or not arc.strong_open:
        return 0.0
    return OPENER_WEIGHT * max(0.0, by.strong_lufs - level) / by.scale_lu


def closer_cost(item: OrderItem, by: Yardstick, arc: Arc) -> float:
    """What it costs that an album or a side closes with a song."""
    level = energy(item)
    if level is None or by.mean_lufs is None or not arc.calm_close:
        return 0.0
    return CLOSER_WEIGHT * max(0.0, level - by.calm_lufs) / by.scale_lu


def arc_line(arc: Arc, places: int) -> Floats:
    """The wished energy at each of so many places, zero mean and unit deviation; zeros where all are alike."""
    if not arc.points or places < 2:
        return np.zeros(places)
    where, level = (np.array(axis) for axis in zip(*arc.points, strict=True))
    line = np.interp(np.linspace(0.0, 1.0, places), where, level)
    line -= line.mean()
    spread = float(line.std())
    return np.asarray(line / spread) if spread > 0 else np.zeros(places)


def arc_costs(items: Sequence[OrderItem], arc: Arc) -> Floats:
    """What each song costs by its distance from the arc at each place, shape (songs, places)."""
    by, costs = yardstick(items), np.zeros((len(items), len(items)))
    if by.mean_lufs is None or not arc.points:
        return costs
    line = arc_line(arc, len(items)) * by.spread_lu / by.scale_lu  # as wide as the album's own energies are
    for row, item in enumerate(items):
        level = energy(item)
        if level is not None:
            costs[row] = ARC_WEIGHT * np.square((level - by.mean_lufs) / by.scale_lu - line)
    return costs


def pair_costs(items: Sequence[OrderItem], arc: Arc) -> Floats:
    """Cost of each song going straight to each other one, shape (songs, songs), with a zero diagonal.

    Raises:
        PlanError: A key is written in a way that names no key.
    """
    by = yardstick(items)
    costs = np.zeros((len(items), len(items)))
    for row, one in enumerate(items):
        for column, other in enumerate(items):
            if row != column:
                costs[row, column] = sum(term.cost for term in pair_terms(one, other, by, arc).values())
    return costs


def place_costs(items: Sequence[OrderItem], arc: Arc) -> Floats:
    """Cost of each song at each place, shape (songs, places): the arc, and the album's opener and closer."""
    by, costs = yardstick(items), arc_costs(items, arc)
    for row, item in enumerate(items):
        costs[row, 0] += opener_cost(item, by, arc)
        costs[row, -1] += closer_cost(item, by, arc)
    return costs


def order_terms(ordered: Sequence[OrderItem], arc: Arc) -> Mapping[str, float]:
    """What songs in this order cost by each of `TERMS`; together, the cost of the order."""
    by, sums = yardstick(ordered), dict.fromkeys(TERMS, 0.0)
    for one, other in pairwise(ordered):
        for name, term in pair_terms(one, other, by, arc).items():
            sums[name] += term.cost
    if ordered:
        sums["arc"] += float(arc_costs(ordered, arc).trace())
        sums["ends"] += opener_cost(ordered[0], by, arc) + closer_cost(ordered[-1], by, arc)
    return sums


def _term(share: float, weight: float) -> Term:
    return Term(cost=weight * min(1.0, share), worst=weight)


def _beyond(change_lu: float, free_lu: float, worst_lu: float) -> float:
    return max(0.0, (abs(change_lu) - free_lu) / (worst_lu - free_lu))
