"""Which good binds when demand goes unmet: the deepest one that cannot be had.

From the good of a use that is short, the walk goes down the bill of materials: where a
recipe has room to make more, it is one of its inputs that is missing, unless that can
be had itself. Where neither a recipe nor a seller has room, the good itself binds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from derbes.lp.program import FloatArray
from derbes.model.arrays import ActivityKind, BoolArray, CaseArrays, MeasureArrays, MeasureRun
from derbes.supply.bounds import order_limits
from derbes.supply.network import Layout
from derbes.supply.survival import NOTHING, stock_by_good


@dataclass(frozen=True, slots=True)
class Shelves:
    """What a solution leaves: room to buy and make, and stock, by period of the window."""

    layout: Layout
    has_room: BoolArray
    """Whether an activity could do more, shared capacities and lines included. (K, n)"""
    stock: FloatArray
    """Stock of each good at the end of the period. (G, n) [unit]"""


def shelves(layout: Layout, columns: FloatArray, row_upper: FloatArray, run: MeasureRun) -> Shelves:
    """Room and stock of a solution."""
    arrays = layout.arrays
    orders = layout.column("order").of(columns)
    most = _most(layout, row_upper, run)
    used = _used(layout, orders)
    size = np.where(np.isfinite(most), most, 0.0).max(axis=2, initial=0.0)[:, :, None]
    free = (most > 0) & (np.where(np.isfinite(most), most - used, np.inf) > NOTHING * size)
    return Shelves(
        layout=layout,
        has_room=np.asarray(free.all(axis=0), dtype=np.bool_),
        stock=stock_by_good(
            arrays, layout.column("lot").of(columns), layout.column("fresh").of(columns)
        ),
    )


def _most(layout: Layout, row_upper: FloatArray, run: MeasureRun) -> FloatArray:
    """Own limit, line hours and shared capacity of each activity; inf: none. (3, K, n)"""
    activities = layout.arrays.activities
    most = np.full((3, len(activities.names), layout.n), np.inf)
    most[0] = order_limits(layout, run)
    runs_on_line = (activities.lines >= 0) & (activities.hours > 0)
    most[1, runs_on_line] = layout.row("line").of(row_upper)[activities.lines[runs_on_line]]
    shares = activities.shared >= 0
    most[2, shares] = layout.row("shared_capacity").of(row_upper)[activities.shared[shares]]
    return most


def _used(layout: Layout, orders: FloatArray) -> FloatArray:
    """What is used of each of them. (3, K, n)"""
    activities = layout.arrays.activities
    used = np.zeros((3, *orders.shape))
    used[0] = orders
    for line in range(len(layout.arrays.lines)):
        mine = activities.lines == line
        used[1, mine] = activities.hours[mine] @ orders[mine]
    for shared in range(len(layout.arrays.shared_capacity)):
        mine = activities.shared == shared
        used[2, mine] = orders[mine].sum(axis=0)
    return used


def binding_goods(left: Shelves, good: int, period: int) -> list[int]:
    """Goods that bind when a good runs out in a period of the window."""
    return sorted(_missing(left, good, period) or {good})


def _missing(left: Shelves, good: int, period: int) -> set[int] | None:
    """Goods that are missing to get more of a good; None: more can be had."""
    activities = left.layout.arrays.activities
    found: set[int] = set()
    for k in np.flatnonzero(activities.outputs == good):
        start = period - int(activities.lead_times[k])
        if start < 0 or not left.has_room[k, start]:
            continue
        inputs = slice(activities.input_starts[k], activities.input_starts[k + 1])
        empty = [g for g in activities.input_goods[inputs] if _is_empty(left, int(g), start)]
        below = [missing for g in empty if (missing := _missing(left, int(g), start)) is not None]
        if not below:
            return None
        found = found.union(*below)
    return found or {good}


def _is_empty(left: Shelves, good: int, period: int) -> bool:
    stock = left.stock[good]
    usual = max(float(left.layout.arrays.flow_size[good]), float(stock.max(initial=0.0)))
    return bool(stock[period] <= NOTHING * usual)


def cut_sellers(
    arrays: CaseArrays, goods: Sequence[int], measure: MeasureArrays | None
) -> list[str]:
    """Actors who sell these goods and are cut off by the measure, in the case's order."""
    activities = arrays.activities
    if measure is None:
        return []
    cut = measure.availability < activities.base_availability
    sells = np.isin(activities.outputs, goods) & (activities.kinds == ActivityKind.PURCHASE)
    return list(dict.fromkeys(activities.actors[k] for k in np.flatnonzero(cut & sells)))
