"""What is said of an order of songs: of each pair of neighbours, of the whole, of what an alternative is good for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from analysis.keys import key_relation
from assistant.arcs import Arc
from assistant.order import OrderProposal, OrderProposals
from assistant.order_cost import (
    FARTHEST_TEMPO_OCTAVES,
    FREE_JUMP_LU,
    FREE_LEAP_LU,
    TERMS,
    OrderItem,
    Term,
    Yardstick,
    energy,
    jump_lu,
    key_certainty,
    pair_terms,
    side_turns,
    yardstick,
)

GOOD_FIT = 0.25
CLASH = 0.5
"""Parts of the worst cost that a pair could have, up to which it is called good, and from which a clash."""

BAD_TERM = 0.75
"""Part of its worst from which a single term keeps a pair from being called good."""

TERM_WORDS = {
    "key": "keys",
    "tempo": "tempi",
    "join": "levels at the joins",
    "energy": "leaps of energy",
    "calm": "calm songs in a row",
    "arc": "the arc",
    "ends": "openers and closers",
}
TELLING = 0.25
"""Difference of cost in one term from which an alternative is said to be better or worse by it."""


def verdict(terms: dict[str, Term]) -> str:
    """How two neighbours fit: "A good fit", "A fair fit", "A clash"; empty where nothing is known."""
    # Energy and calm count only where they speak against a pair: nobody praises a join for want of a leap.
    heard = [term for name, term in terms.items() if term.cost > 0 or name not in {"energy", "calm"}]
    worst = sum(term.worst for term in heard)
    if worst <= 0:
        return ""
    share = sum(term.cost for term in heard) / worst
    if share >= CLASH:
        return "A clash"
    bad = any(term.worst > 0 and term.cost >= BAD_TERM * term.worst for term in heard)
    return "A fair fit" if bad or share > GOOD_FIT else "A good fit"


def pair_words(ordered: Sequence[OrderItem], arc: Arc) -> list[str]:
    """One sentence for each pair of neighbours: whether they fit, and by what; what speaks against them comes first."""
    by = yardstick(ordered)
    return [_pair(one, other, by, arc) for one, other in pairwise(ordered)]


def _pair(one: OrderItem, other: OrderItem, by: Yardstick, arc: Arc) -> str:
    if one.runs_into == other.name:
        return f"One recording: '{one.name}' runs on into '{other.name}'."
    if side_turns(one, other):
        closes, opens = (f"'{item.name}'{_against(item, by)}" for item in (one, other))
        return f"A side ends with {closes}, and {opens} opens the next."
    terms = pair_terms(one, other, by, arc)
    facts = {
        "key": _key_words(one, other),
        "tempo": _tempo_words(one, other),
        "join": _join_words(one, other, by),
        "energy": _energy_words(one, other),
        "calm": "two of the calm songs in a row" if terms.get("calm", Term(cost=0, worst=0)).cost > 0 else "",
    }
    told = [name for name in sorted(terms, key=lambda name: -terms[name].cost) if facts[name]]
    if not told:
        return "Nothing is known for or against this pair: no key, no tempo, no loudness at the join."
    return f"{verdict(terms) or 'Not counted'}: {'; '.join(facts[name] for name in told)}."


def _key_words(one: OrderItem, other: OrderItem) -> str:
    before, after = one.closing.key, other.opening.key
    if before is None or after is None:
        return ""
    doubt = ", but not surely" if key_certainty(one, other) < 0.5 else ""
    return f"{before} to {after} ({key_relation(before, after)}{doubt})"


def _tempo_words(one: OrderItem, other: OrderItem) -> str:
    before, after = one.closing.tempo_bpm, other.opening.tempo_bpm
    if before is None or after is None:
        return ""
    octaves = abs(math.log2(after / before))
    folded = " (counted as half or double time)" if octaves > FARTHEST_TEMPO_OCTAVES else ""
    return f"{before:.0f} to {after:.0f} BPM{folded}"


def _join_words(one: OrderItem, other: OrderItem, by: Yardstick) -> str:
    jump = jump_lu(one, other)
    if jump is None:
        return ""
    way = "louder" if jump >= 0 else "softer"
    if abs(jump - by.usual_jump_lu) <= FREE_JUMP_LU:
        return f"{abs(jump):.1f} LU {way} at the join"
    usual = f"{abs(by.usual_jump_lu):.1f} LU {'louder' if by.usual_jump_lu >= 0 else 'softer'}"
    return f"the next begins {abs(jump):.1f} LU {way} ({usual} is usual here)"


def _energy_words(one: OrderItem, other: OrderItem) -> str:
    levels = energy(one), energy(other)
    if levels[0] is None or levels[1] is None or abs(levels[1] - levels[0]) <= FREE_LEAP_LU:
        return ""
    change = levels[1] - levels[0]
    return f"its loud parts lie {abs(change):.1f} LU {'higher' if change > 0 else 'lower'}"


def _against(item: OrderItem, by: Yardstick) -> str:
    level = energy(item)
    if level is None:
        return " (energy not known)"
    middle = 0.0 if by.mean_lufs is None else by.mean_lufs
    return f" ({abs(level - middle):.1f} LU {'above' if level >= middle else 'below'} the album's mean energy)"


def whole_words(items: Sequence[OrderItem], orders: OrderProposals, taken: OrderProposal, given: str) -> str:
    """Why an order was taken: who opens and closes, the arc, what it costs against the order given and chance.

    `given` says which order that is.
    """
    ordered = [items[song] for song in taken.order]
    if len(ordered) < 2:
        return f"'{ordered[0].name}' is the only song: nothing to order." if ordered else "There are no songs."
    by = yardstick(ordered)
    opens, closes = (f"'{item.name}'{_against(item, by)}" for item in (ordered[0], ordered[-1]))
    told = [f"{opens} opens and {closes} closes", f"the album {taken.arc.is_}, {taken.arc.source}"]
    told.append(f"it costs {taken.cost:.1f}, {chance_words(taken)}")
    if taken.order == orders.given.order:
        told.append(f"that is {given}")
    else:
        told.append(f"{given} costs {orders.given.cost:.1f}, {chance_words(orders.given)}")
    told += _thin(ordered, by, taken.arc)
    return f"{'; '.join(told)}. By figures alone: it knows no words, no meaning and no taste."


def _thin(ordered: Sequence[OrderItem], by: Yardstick, arc: Arc) -> list[str]:
    """What could not be compared, of how many neighbours."""
    pairs = [pair_terms(one, other, by, arc) for one, other in pairwise(ordered) if not side_turns(one, other)]
    known = {name: sum(name in terms for terms in pairs) for name in ("key", "tempo", "join")}
    thin = [f"{TERM_WORDS[name]} of {count or 'none'}" for name, count in known.items() if count < len(pairs)]
    return [f"of {len(pairs)} pairs of neighbours, {' and '.join(thin)} could be compared"] if thin else []


def chance_words(order: OrderProposal) -> str:
    """How a cost stands against orders drawn by lot."""
    if order.cheaper_than >= 1.0:
        return f"less than all of 1000 orders drawn by lot ({order.random_cost:.1f} on average)"
    return (
        f"less than {100 * order.cheaper_than:.0f} % of 1000 orders drawn by lot ({order.random_cost:.1f} on average)"
    )


def good_for(items: Sequence[OrderItem], orders: OrderProposals, number: int) -> str:
    """What one of the proposed orders, counted from 0, is good for."""
    one, first = orders.proposed[number], orders.proposed[0]
    ends = f"'{items[one.order[0]].name}' opens, '{items[one.order[-1]].name}' closes" if one.order else "no songs"
    purpose = f"For {one.arc.good_for}: it {one.arc.is_}; {ends}"
    if number == 0:
        return f"{purpose}."
    if one.arc.name == first.arc.name:
        purpose = f"Another way along the same arc: {ends}"
    return f"{purpose}; {one.new_neighbours} of {len(one.order) - 1} neighbours are new{_traded(one, first)}."


def _traded(one: OrderProposal, first: OrderProposal) -> str:
    """What an alternative does better, and worse, than the first; the arc only where it is the same."""
    compared = [name for name in TERMS if one.arc.name == first.arc.name or name not in {"arc", "ends"}]
    gains = {name: first.terms[name] - one.terms[name] for name in compared}
    better = [TERM_WORDS[name] for name, gain in gains.items() if gain >= TELLING]
    worse = [TERM_WORDS[name] for name, gain in gains.items() if gain <= -TELLING]
    parts = [f"{word} in {_listed(names)}" for word, names in (("better", better), ("worse", worse)) if names]
    return "".join(f"; {part}" for part in parts)


def _listed(words: Sequence[str]) -> str:
    return " and ".join([*([", ".join(words[:-1])] if len(words) > 1 else []), words[-1]])
