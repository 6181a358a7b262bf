"""How fast the order is found, and how far from the cheapest: python -m benchmarks.order.

Albums of drawn figures, and costs without any pattern, which are harder than any album. Up to 18 songs the cheapest
order is known by dynamic programming; with more, for costs made so that it is (`tests.property.test_order_search`), and
of albums the best of ten times the search is taken for it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from unittest.mock import patch

import numpy as np

from assistant import order_local
from assistant.arcs import ARCS, FALLING
from assistant.order import propose_orders
from assistant.order_cost import pair_costs, place_costs
from assistant.order_local import Order
from assistant.order_search import OrderCosts, exact_order, order_cost, searched_order
from assistant.pins import Pin, PinKind
from tests.property.test_order_search import costs_without_pattern, with_known_order
from tests.songs_to_order import album

_SEEDS = range(10)
_PINS = (
    Pin(kind=PinKind.FIRST, songs=("3",)),
    Pin(kind=PinKind.TOGETHER, songs=("1", "4", "5")),
    Pin(kind=PinKind.APART, songs=("0", "2")),
)


def main() -> None:
    """Print both tables."""
    propose_orders(album(15, 0))  # compiles
    propose_orders(album(8, 0))
    print(
        f"machine's load {os.getloadavg()[0]:.1f}\n\nproposal, two alternatives, 1000 orders by lot: seconds of a core"
    )
    print(f"{'songs':>5}{'no pins':>10}{'three pins':>12}")
    for count in (8, 12, 14, 15, 20, 30, 40):
        free = _took_s(lambda count=count: propose_orders(album(count, 1)))
        pinned = _took_s(lambda count=count: propose_orders(album(count, 1), pins=_PINS))
        print(f"{count:5}{free:10.2f}{pinned:12.2f}")
    print("\nlocal search over the cheapest order, worst of 10, and seconds of one search")
    print(f"{'songs':>5}  {'costs':28}{'over %':>8}{'mean %':>8}{'s':>7}")
    for count in (12, 14, 16, 18):
        _gaps(count, "albums", _album_costs, exact_order)
        _gaps(count, "without pattern", costs_without_pattern, exact_order)
    for count in (20, 30, 40):
        _gaps(count, "known by construction", lambda n, seed: with_known_order(n, seed)[0], None)
    for count in (20, 30):
        _gaps(count, "albums, to ten times the search", _album_costs, _ten_times)


def _album_costs(count: int, seed: int) -> OrderCosts:
    items = album(count, seed)
    return OrderCosts(pair=pair_costs(items, ARCS[FALLING]), place=place_costs(items, ARCS[FALLING]))


def _gaps(
    count: int, name: str, make: Callable[[int, int], OrderCosts], best: Callable[[OrderCosts], Order | None] | None
) -> None:
    over, took_s = [], []
    for seed in _SEEDS:
        costs = make(count, seed)
        known = best(costs) if best else with_known_order(count, seed)[1]
        start_s = time.process_time()
        found = searched_order(costs)
        took_s.append(time.process_time() - start_s)
        if known is None or found is None:
            raise AssertionError("no order where nothing forbids one")
        over.append(100 * (order_cost(found, costs) / order_cost(known, costs) - 1))
    print(f"{count:5}  {name:28}{max(over):8.2f}{np.mean(over):8.2f}{np.mean(took_s):7.2f}")


def _ten_times(costs: OrderCosts) -> Order | None:
    kicks, budget = 10 * order_local.MOST_KICKS, 10 * order_local.KICK_BUDGET
    with patch.multiple(order_local, MOST_KICKS=kicks, KICK_BUDGET=budget, SEED=7):
        return searched_order(costs)


def _took_s(work: Callable[[], object]) -> float:
    start_s = time.process_time()
    work()
    return time.process_time() - start_s


if __name__ == "__main__":
    main()
