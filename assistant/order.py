"""Propose the order of an album's songs, and say why.

What published albums show is weak evidence, so this is a suggestion: of 51,010 albums most put loud and
energetic songs first and fall from there (Neto 2024), yet even a model learned from them foretells only one
neighbour in six. Not weighed: their habit of going up and down in turn, and what the songs are about.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePath

import numpy as np

from analysis.keys import key_distance_steps, key_relation
from analysis.tempo import tempo_distance_octaves
from analysis.units import Floats
from assistant.order_search import cheapest_order, order_cost

# Each term of a pair runs from 0 to 1 before its weight. No data say how they should weigh against each
# other, so a pair's three terms weigh alike.
KEY_WEIGHT = 1.0
TEMPO_WEIGHT = 1.0
JOIN_WEIGHT = 1.0

ARC_WEIGHT = 0.5
"""Weight of the squared distance from the falling line, in standard deviations: exchanging two songs that are
one deviation apart, one deviation of the line apart, then costs as much as one pair of the farthest keys."""

OPENER_WEIGHT = 1.0
"""Weight of the opener's shortfall, in deviations: a weak first song loses the listener, and no other place
is as sure in the studies; the line's own pull comes on top."""

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

SMALLEST_SPREAD_LU = 2.0
"""Least standard deviation that energies are judged by: on an album of even loudness, tenths decide nothing."""

STRONG_QUANTILE = 0.75
CALM_QUANTILE = 0.25
"""The opener should be among the album's strongest quarter, the closer among its calmest."""

GOOD_FIT = 0.25
CLASH = 0.5
"""Parts of the worst cost that a pair could have, up to which it is called good, and from which a clash."""

DISC_FOLDER = re.compile(r"(?:cd|dis[ck]|side)[ _-]*([0-9]+)", re.IGNORECASE)
DISC_AND_TRACK = re.compile(r"([0-9]{1,2})[-._]([0-9]{1,3})(?![0-9])")
SIDE_AND_TRACK = re.compile(r"([A-Za-z])([0-9]{1,2})(?![0-9A-Za-z])")
TRACK = re.compile(r"([0-9]{1,3})(?![0-9])")


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderItem:
    """What the order is decided by, for one song; what is None or not finite costs nothing.

    `energy` is a level in LU or LUFS by which songs are ranked, such as that of the loud sections; where it is
    not finite, `loudness_lufs` (integrated) takes its place. `opening_lufs` and `closing_lufs` are the
    loudness of the first and the last 15 s.
    """

    name: str
    tempo_bpm: float | None
    key: str | None
    key_confidence: float
    loudness_lufs: float
    energy: float
    opening_lufs: float
    closing_lufs: float


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderProposal:
    """An order as numbers of the songs given, what it costs, and the reasons in words, one a neighbour pair."""

    order: tuple[int, ...]
    cost: float
    pair_reasons: tuple[str, ...]
    reason: str


def propose_order(items: Sequence[OrderItem]) -> OrderProposal:
    """Propose the order in which an album's songs should be heard.

    The order found does not depend on the order given: songs of equal claim stand in order of their names.

    Raises:
        PlanError: A key is written in a way that names no key.
    """
    by_name = sorted(range(len(items)), key=lambda song: (_natural(items[song].name), repr(items[song])))
    if len(items) < 2:
        text = f"'{items[0].name}' is the only song" if items else "There are no songs"
        return OrderProposal(order=tuple(by_name), cost=0.0, pair_reasons=(), reason=f"{text}: nothing to order.")
    songs = [items[song] for song in by_name]
    pair, place = pair_costs(songs), place_costs(songs)
    found = cheapest_order(pair, place)
    ordered = [songs[song] for song in found]
    cost = order_cost(found, pair, place)
    by_lot = float(pair.sum() / len(songs) + place.mean() * len(songs))  # its diagonal is zero
    usual_lu = _usual_jump_lu(songs)
    return OrderProposal(
        order=tuple(by_name[song] for song in found),
        cost=cost,
        pair_reasons=tuple(_pair_reason(one, other, usual_lu) for one, other in pairwise(ordered)),
        reason=_whole_reason(ordered, cost, by_lot),
    )


def pair_costs(items: Sequence[OrderItem]) -> Floats:
    """Cost of each song going straight to each other one, shape (songs, songs), with a zero diagonal.

    Raises:
        PlanError: A key is written in a way that names no key.
    """
    usual_lu = _usual_jump_lu(items)
    costs = np.zeros((len(items), len(items)))
    for row, one in enumerate(items):
        for column, other in enumerate(items):
            if row != column:
                costs[row, column] = sum(cost for cost, _ in _pair_terms(one, other, usual_lu).values())
    return costs


def place_costs(items: Sequence[OrderItem]) -> Floats:
    """Cost of each song at each position, shape (songs, songs): a falling arc, strong opener, calm closer."""
    costs = np.zeros((len(items), len(items)))
    energies = [_energy(item) for item in items]
    known = np.array([energy for energy in energies if energy is not None])
    if known.size < 2:
        return costs
    spread_lu = float(known.std())
    scale_lu = max(spread_lu, SMALLEST_SPREAD_LU)
    line = np.linspace(1.0, -1.0, len(items))
    line *= spread_lu / scale_lu / line.std()  # as wide as the album's own energies are
    strong, calm = (float(np.quantile(known, part)) for part in (STRONG_QUANTILE, CALM_QUANTILE))
    for row, energy in enumerate(energies):
        if energy is None:
            continue
        costs[row] = ARC_WEIGHT * np.square((energy - known.mean()) / scale_lu - line)
        costs[row, 0] += OPENER_WEIGHT * max(0.0, strong - energy) / scale_lu
        costs[row, -1] += CLOSER_WEIGHT * max(0.0, energy - calm) / scale_lu
    return costs


def _energy(item: OrderItem) -> float | None:
    return next((level for level in (item.energy, item.loudness_lufs) if math.isfinite(level)), None)


def _jump_lu(one: OrderItem, other: OrderItem) -> float | None:
    """How much louder the second song begins than the first one ends; None if either is silent there."""
    jump_lu = other.opening_lufs - one.closing_lufs
    return jump_lu if math.isfinite(jump_lu) else None


def _usual_jump_lu(items: Sequence[OrderItem]) -> float:
    """The median jump between any two songs: endings die away, so that most songs begin louder."""
    jumps_lu = [_jump_lu(one, other) for one in items for other in items if one is not other]
    known = [jump_lu for jump_lu in jumps_lu if jump_lu is not None]
    return float(np.median(known)) if known else 0.0


def _pair_terms(one: OrderItem, other: OrderItem, usual_lu: float) -> dict[str, tuple[float, float]]:
    """Cost and weight of each thing known of a pair, by its name: key, tempo, join."""
    terms: dict[str, tuple[float, float]] = {}
    if one.key is not None and other.key is not None:
        far = min(1.0, key_distance_steps(one.key, other.key) / FARTHEST_KEY_STEPS)
        weight = KEY_WEIGHT * _key_certainty(one, other)
        terms["key"] = (weight * far, weight)
    if one.tempo_bpm is not None and other.tempo_bpm is not None:
        far = tempo_distance_octaves(one.tempo_bpm, other.tempo_bpm) / FARTHEST_TEMPO_OCTAVES
        terms["tempo"] = (TEMPO_WEIGHT * min(1.0, far), TEMPO_WEIGHT)
    jump_lu = _jump_lu(one, other)
    if jump_lu is not None:
        far = (abs(jump_lu - usual_lu) - FREE_JUMP_LU) / (WORST_JUMP_LU - FREE_JUMP_LU)
        terms["join"] = (JOIN_WEIGHT * min(1.0, max(0.0, far)), JOIN_WEIGHT)
    return terms


def _key_certainty(one: OrderItem, other: OrderItem) -> float:
    """From 0 to 1, how sure both keys are."""
    return math.prod(min(1.0, max(0.0, item.key_confidence) / SURE_KEY_CONFIDENCE) for item in (one, other))


def _pair_reason(one: OrderItem, other: OrderItem, usual_lu: float) -> str:
    """One sentence: whether two neighbours fit, and by what."""
    terms = _pair_terms(one, other, usual_lu)
    facts = []
    if one.key is not None and other.key is not None:
        doubt = ", but not surely" if _key_certainty(one, other) < 0.5 else ""
        facts.append(f"{one.key} to {other.key} ({key_relation(one.key, other.key)}{doubt})")
    if one.tempo_bpm is not None and other.tempo_bpm is not None:
        octaves = abs(math.log2(other.tempo_bpm / one.tempo_bpm))
        folded = " (counted as half or double time)" if octaves > FARTHEST_TEMPO_OCTAVES else ""
        facts.append(f"{one.tempo_bpm:.0f} to {other.tempo_bpm:.0f} BPM{folded}")
    jump_lu = _jump_lu(one, other)
    if jump_lu is not None:
        off = abs(jump_lu - usual_lu) > FREE_JUMP_LU
        usual = f" (usual on this album: {usual_lu:+.1f})" if off else ""
        facts.append(f"{abs(jump_lu):.1f} LU {'louder' if jump_lu >= 0 else 'softer'} at the join{usual}")
    unknown = [name for name in ("key", "tempo", "join") if name not in terms]
    if not facts:
        return "Nothing is known for or against this pair: no key, no tempo, no loudness at the join."
    left_out = f"; not known and not counted: {', '.join(unknown)}" if unknown else ""
    cost, worst = (sum(term[part] for term in terms.values()) for part in (0, 1))
    share = cost / worst if worst > 0 else 0.0
    verdict = "A good fit" if share <= GOOD_FIT else "A clash" if share >= CLASH else "A fair fit"
    return f"{verdict}: {'; '.join(facts)}{left_out}."


def _whole_reason(ordered: Sequence[OrderItem], cost: float, by_lot: float) -> str:
    """One sentence on the album: who opens, who closes, and how much better than chance the order is."""
    known = [energy for energy in map(_energy, ordered) if energy is not None]
    mean_lu = float(np.mean(known)) if known else 0.0

    def described(item: OrderItem) -> str:
        energy = _energy(item)
        if energy is None:
            return f"'{item.name}' (energy not known)"
        side = "above" if energy >= mean_lu else "below"
        return f"'{item.name}' ({abs(energy - mean_lu):.1f} LU {side} the album's mean energy)"

    return (
        f"{described(ordered[0])} opens and {described(ordered[-1])} closes; the whole costs {cost:.1f}, where "
        f"an order drawn by lot costs {by_lot:.1f} on average."
    )


def numbered(names: Sequence[str]) -> bool:
    """Whether all file names begin with a number of one kind, none twice: then their order is the artist's.

    Kinds: "01 Song", "1. Song", "01-Song"; disc and track, "1-02 Song"; side and track of a vinyl, "A1 Song".
    A folder in front counts only where it names a disc or a side ("CD1/01 Song.wav").
    """
    paths = [PurePath(name) for name in names]
    for kind in (DISC_AND_TRACK, SIDE_AND_TRACK, TRACK):
        found = [kind.match(path.name.strip()) for path in paths]
        numbers = {
            (_disc(path), *(part.upper().lstrip("0") for part in match.groups()))
            for path, match in zip(paths, found, strict=True)
            if match is not None
        }
        if names and len(numbers) == len(names):
            return True
    return False


def natural_sorted(names: Sequence[str]) -> list[str]:
    """File names by disc, then as a person would sort them: "2 Song" before "10 Song"; case does not count."""
    return sorted(names, key=_natural)


def _natural(name: str) -> tuple[int, list[tuple[int, int, str]], str]:
    """The key to sort a file name by; folders that name no disc count last, for they name engineers."""
    path = PurePath(name)
    text = unicodedata.normalize("NFC", path.name.strip()).casefold()
    parts = re.findall(r"[0-9]+|[^0-9]+", text)
    return (
        _disc(path),
        [(0, int(part), "") if part[0] in "0123456789" else (1, 0, part) for part in parts],
        name,
    )


def _disc(path: PurePath) -> int:
    """The number of the disc or side that a folder of the path names; 0 if none does."""
    matches = [DISC_FOLDER.fullmatch(part.strip()) for part in path.parts[:-1]]
    return next((int(match.group(1)) for match in matches if match is not None), 0)
