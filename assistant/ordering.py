"""The order of an album in its plan: decided as it was asked for, and held against others where that can be heard."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.errors import PlanError
from analysis.musical import MusicalFeatures, Passage
from assistant.album_spec import chain_spec
from assistant.aspects import loud_lufs
from assistant.corrections import Mix
from assistant.file_order import numbered, sides
from assistant.foretold import planned_song
from assistant.order import OrderProposal, OrderProposals, propose_orders
from assistant.order_cost import SURE_KEY_CONFIDENCE, OrderEdge, OrderItem
from assistant.order_plan import OrderPlan, PinPlan, order_plans
from assistant.order_words import pair_words, whole_words
from assistant.pins import Pin
from assistant.plan import TrackPlan
from assistant.wishes import Ordering


@dataclass(frozen=True, kw_only=True, slots=True)
class Ordered:
    """The order of an album.

    Attributes:
        numbers: of the mixes, in album order.
        why: this one.
        why_next: of each song, why the next one follows; "" where nothing is said.
        pins: that were kept.
        compared: other orders, with figures; empty where the songs' tempo and key were not looked at.
    """

    numbers: tuple[int, ...]
    why: str
    why_next: tuple[str, ...]
    pins: tuple[PinPlan, ...] = ()
    compared: tuple[OrderPlan, ...] = ()


def ordered(mixes: Sequence[Mix], tracks: Sequence[TrackPlan], asked: Ordering, *, keep: bool) -> Ordered:
    """Decide the order.

    Args:
        mixes: in the order of their files.
        tracks: what is planned for each: songs are judged as loud as they will be.
        asked: for what.
        keep: the order of the files, or the one that was named.

    Raises:
        PlanError: no order keeps the pins, or there is no such alternative.
    """
    files = [mix.file for mix in mixes]
    if keep:
        numbers = _named(files, asked.files)
        return Ordered(numbers=numbers, why=_why_kept(files, asked), why_next=("",) * len(files))
    pins = [pin for pin in (pin.among(files) for pin in asked.pins) if pin]
    items = order_items(mixes, tracks)
    orders = propose_orders(items, arc=asked.arc, pins=pins)
    taken = _taken(orders, asked.take, pins)
    given = "the order of the numbered files" if numbered(files) else "the order of the file names"
    return Ordered(
        numbers=taken.order,
        why=whole_words(items, orders, taken, given),
        why_next=(*pair_words([items[song] for song in taken.order], taken.arc), ""),
        pins=tuple(PinPlan(kind=pin.kind.value, songs=pin.songs) for pin in pins),
        compared=order_plans(items, orders, taken),
    )


def order_items(mixes: Sequence[Mix], tracks: Sequence[TrackPlan]) -> list[OrderItem]:
    """What the order is decided by, for each mix as loud as its track is planned to be."""
    files = [mix.file for mix in mixes]
    following = [after if mix.goes_on else None for mix, after in zip(mixes, [*files[1:], None], strict=True)]
    return [
        _item(mix, track, side, after)
        for mix, track, side, after in zip(mixes, tracks, sides(files), following, strict=True)
    ]


def _item(mix: Mix, track: TrackPlan, side: int, runs_into: str | None) -> OrderItem:
    analysis, features = mix.analysis, mix.analysis.musical or MusicalFeatures()
    before, planned = analysis.dynamics.loud_lufs, planned_song(analysis, chain_spec(track)).dynamics.loud_lufs
    louder_lu = track.gain_db if before is None or planned is None else planned - before
    edges = analysis.edges
    return OrderItem(
        name=mix.file,
        loudness_lufs=_level(analysis.loudness.integrated_lufs) + louder_lu,
        energy=loud_lufs(analysis) + louder_lu,
        opening=_edge(features, features.opening, _level(edges.opening_lufs) + louder_lu),
        closing=_edge(features, features.closing, _level(edges.closing_lufs) + louder_lu),
        side=side,
        runs_into=runs_into,
    )


def _edge(song: MusicalFeatures, end: Passage | None, lufs: float) -> OrderEdge:
    """One end of a song: its own tempo and key where they are sure there, else those of the whole."""
    tempo_bpm = song.tempo_bpm if song.tempo_steady else None
    if end is not None and end.steady:
        tempo_bpm = end.tempo_bpm
    own_key = end is not None and end.key_confidence >= SURE_KEY_CONFIDENCE
    heard = end if end is not None and own_key else song
    return OrderEdge(tempo_bpm=tempo_bpm, key=heard.key, key_confidence=heard.key_confidence, lufs=lufs)


def _level(lufs: float | None) -> float:
    return -math.inf if lufs is None else lufs


def _named(files: Sequence[str], first: Sequence[str]) -> tuple[int, ...]:
    """Those that were named in front, if they are there; the others follow as they are given."""
    named = [files.index(file) for file in first if file in files]
    return (*named, *(number for number in range(len(files)) if number not in named))


def _why_kept(files: Sequence[str], asked: Ordering) -> str:
    if asked.by == "named":
        others = len(files) - sum(file in files for file in asked.files)
        follow = "song that was not named follows" if others == 1 else f"{others} songs that were not named follow"
        return f"the order that was named{f'; the {follow} as the files do' if others else ''}"
    if asked.by == "given":
        return "the order given"
    return "the only song" if len(files) == 1 else "the order of the numbered files"


def _taken(orders: OrderProposals, number: int, pins: Sequence[Pin]) -> OrderProposal:
    if number > len(orders.proposed):
        there = len(orders.proposed)
        distinct = "one order" if there == 1 else f"{there} distinct orders"
        kept = f" with {' and '.join(map(str, pins))}" if pins else ""
        raise PlanError(
            f"--order auto:{number} asks for an order that is not there: {distinct} can be proposed{kept}; "
            f"take {'auto' if there == 1 else f'auto to auto:{there}'}."
        )
    return orders.proposed[number - 1]
