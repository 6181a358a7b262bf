"""What the command line shows of orders: what each costs, and the songs side by side."""

from __future__ import annotations

from rich.table import Table

from assistant.plan import AlbumPlan

_SIGNS = {"A good fit": "", "A fair fit": "·", "A clash": "×", "A side ends": "|"}
_LEGEND = "After a song: × it clashes with the next, · they fit fairly, | a side ends."
_COSTS = ("key", "tempo", "join", "energy", "calm", "arc_cost", "ends")
_LONGEST_TITLE = 22


def order_parts(plan: AlbumPlan) -> list[Table | str]:
    """The orders of a plan in figures and side by side; nothing where only one was looked at."""
    if not plan.order:
        return []
    return [_figures(plan), _songs(plan), _LEGEND, *_words(plan)]


def _figures(plan: AlbumPlan) -> Table:
    table = Table(title="Orders: what each costs, by figures alone (less is better)", title_justify="left")
    for name in ("--order", "arc", *("key", "tempo", "join", "energy", "calm", "arc", "ends"), "cost", "beats random"):
        table.add_column(name, justify="left" if name == "--order" else "right")
    table.columns[1].justify = "left"
    for order in plan.order:
        costs = [f"{getattr(order, name):.1f}" for name in _COSTS]
        share = f"{100 * order.cheaper_than:.1f} %".replace("100.0 %", "all 1000")
        table.add_row(f"{order.name}{' *' if order.taken else ''}", order.arc, *costs, f"{order.cost:.1f}", share)
    return table


def _songs(plan: AlbumPlan) -> Table:
    """A column an order; after a song stands how it goes on to the next."""
    titles = {track.file: track.title for track in plan.track}
    table = Table(title="Side by side", title_justify="left")
    table.add_column("", justify="right")
    columns = []
    for order in plan.order:
        table.add_column(f"{order.name}{' *' if order.taken else ''}")
        signs = [next((sign for said, sign in _SIGNS.items() if pair.startswith(said)), "") for pair in order.pairs]
        columns.append([f"{_short(titles[song])} {sign}" for song, sign in zip(order.songs, [*signs, ""], strict=True)])
    for number, row in enumerate(zip(*columns, strict=True), 1):
        table.add_row(str(number), *(cell.rstrip() for cell in row))
    return table


def _words(plan: AlbumPlan) -> list[str]:
    lines = [f"{order.name}: {order.good_for}" for order in plan.order]
    return lines + [
        f"{order.name} does not keep {' and '.join(order.not_kept)}." for order in plan.order if order.not_kept
    ]


def _short(title: str) -> str:
    return title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 1]}…"
