"""Orders and pins as they stand in a plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, model_validator

from assistant.order import OrderProposal, OrderProposals
from assistant.order_cost import OrderItem
from assistant.order_words import chance_words, good_for, pair_words
from assistant.pins import Pin, PinKind
from assistant.validation import Table

GIVEN = "given"
_ONE = (PinKind.FIRST, PinKind.LAST, PinKind.SIDE)


class PinPlan(Table):
    """What the artist pinned down of the order. For people, and for `plan --update`, which says what is not kept."""

    kind: Annotated[
        Literal["first", "last", "after", "together", "apart", "side"],
        Field(description="after: the second straight after the first; side: a side begins with it"),
    ]
    songs: Annotated[tuple[str, ...], Field(min_length=1, description="by file")]

    @model_validator(mode="after")
    def _as_many_as_it_takes(self) -> PinPlan:
        wanted = 1 if self.kind in _ONE else 2
        exact = self.kind in {*_ONE, PinKind.AFTER}
        if len(set(self.songs)) != len(self.songs) or len(self.songs) < wanted or (exact and len(self.songs) > wanted):
            number = {1: "one song", 2: "two songs"}[wanted]
            raise ValueError(f"songs must be {number}{'' if exact else ' or more'} for {self.kind!r}, none twice")
        return self

    @property
    def pin(self) -> Pin:
        """The pin itself."""
        return Pin(kind=PinKind(self.kind), songs=self.songs)


class OrderPlan(Table):
    """One order of the songs, with what it costs. For people; nothing reads it."""

    name: Annotated[str, Field(description="as --order takes it")]
    taken: Annotated[bool, Field(description="whether the tracks of this plan stand in it")] = False
    arc: Annotated[str, Field(description="shape of the album's energy that it is judged by")]
    cost: Annotated[float, Field(description="less is better; of pairs, arc and ends together")]
    key: float = 0.0
    tempo: float = 0.0
    join: Annotated[float, Field(description="jumps of loudness from one song's end to the next one's start")] = 0.0
    energy: Annotated[float, Field(description="leaps between loud sections")] = 0.0
    calm: Annotated[float, Field(description="two calm songs in a row")] = 0.0
    arc_cost: Annotated[float, Field(description="distance from the arc")] = 0.0
    ends: Annotated[float, Field(description="openers and closers of album and sides")] = 0.0
    cheaper_than: Annotated[float, Field(description="share of 1000 orders drawn by lot that cost more")]
    good_for: str = ""
    not_kept: Annotated[tuple[str, ...], Field(description="pins that it breaks")] = ()
    songs: tuple[str, ...]
    pairs: Annotated[tuple[str, ...], Field(description="of each song and the next")] = ()


def order_plans(items: Sequence[OrderItem], orders: OrderProposals, taken: OrderProposal) -> tuple[OrderPlan, ...]:
    """Every proposal, `auto` first, and the order given: told apart even where they are the same."""
    names = [order_word(number) for number in range(len(orders.proposed))]
    told = [
        _order_plan(items, order, name, order is taken, good_for(items, orders, number))
        for number, (name, order) in enumerate(zip(names, orders.proposed, strict=True))
    ]
    same = [plan.name for plan, order in zip(told, orders.proposed, strict=True) if order.order == orders.given.order]
    also = f", which is also {same[0]}" if same else ""
    kept = f"The order of the files{also}: it costs {chance_words(orders.given)}."
    return (*told, _order_plan(items, orders.given, GIVEN, orders.given is taken, kept))


def order_word(number: int) -> str:
    """What `--order` takes for a proposal, counted from 0."""
    return f"auto:{number + 1}" if number else "auto"


def _order_plan(items: Sequence[OrderItem], order: OrderProposal, name: str, taken: bool, words: str) -> OrderPlan:
    songs = [items[song] for song in order.order]
    terms = {("arc_cost" if term == "arc" else term): round(cost, 3) for term, cost in order.terms.items()}
    return OrderPlan(
        name=name,
        taken=taken,
        arc=order.arc.name,
        cost=round(order.cost, 3),
        cheaper_than=round(order.cheaper_than, 4),
        good_for=words,
        not_kept=tuple(map(str, order.broken)),
        songs=tuple(song.name for song in songs),
        pairs=tuple(pair_words(songs, order.arc)),
        **terms,
    )
