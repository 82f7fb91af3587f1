"""Which good binds when demand goes unmet: the deepest one that has run out.

From the good of a use that is short, the walk goes down the bill of materials as
long as a recipe has room to make more: then it is one of its inputs that has run
out. Where no recipe has room, the good itself binds.
"""

from dataclasses import dataclass

import numpy as np

from derbes.case.arrays import ActivityKind, CaseArrays, MeasureRun
from derbes.programs.bounds import order_limits
from derbes.programs.layout import Layout
from derbes.programs.statement import FloatArray

NOTHING = 1e-6
"""Part of the largest quantity of its kind that counts as nothing."""


@dataclass(frozen=True, slots=True)
class Shelves:
    """What a solution leaves: room to make and stock, by period of the window."""

    layout: Layout
    room: FloatArray
    """Room of each activity, lines included. (K, n) [unit/period]"""
    stock: FloatArray
    """Stock of each good at the end of the period. (G, n) [unit]"""
    limits: FloatArray
    """Most of each activity under the measure. (K, n) [unit/period]"""


def stock_by_good(arrays: CaseArrays, lots: FloatArray, fresh: FloatArray) -> FloatArray:
    """Old lots and fresh stock together. (G, n) [unit]"""
    stock = fresh.copy()
    np.add.at(stock, arrays.lot_goods, lots)
    return stock


def line_room(layout: Layout, orders: FloatArray, line_hours: FloatArray) -> FloatArray:
    """What each activity could make with the hours that its line has left. (K, n)"""
    activities = layout.arrays.activities
    room = np.full(orders.shape, np.inf)
    for line in range(len(layout.arrays.lines)):
        mine = np.flatnonzero(activities.lines == line)
        left = line_hours[line] - activities.hours[mine] @ orders[mine]
        for k in mine[activities.hours[mine] > 0]:
            room[k] = np.maximum(left, 0.0) / activities.hours[k]
    return room


def shelves(layout: Layout, columns: FloatArray, row_upper: FloatArray, run: MeasureRun) -> Shelves:
    """Room and stock of a solution."""
    arrays = layout.arrays
    orders = layout.column("order").of(columns)
    limits = order_limits(layout, run)
    by_line = line_room(layout, orders, layout.row("line").of(row_upper))
    return Shelves(
        layout=layout,
        room=np.minimum(limits - orders, by_line),
        stock=stock_by_good(
            arrays, layout.column("lot").of(columns), layout.column("fresh").of(columns)
        ),
        limits=limits,
    )


def binding_goods(shelves_left: Shelves, good: int, period: int) -> list[int]:
    """Goods that bind when a good runs out in a period of the window."""
    arrays = shelves_left.layout.arrays
    activities = arrays.activities
    found: list[int] = []
    is_recipe = activities.kinds == ActivityKind.RECIPE
    for k in np.flatnonzero((activities.outputs == good) & is_recipe):
        start = period - int(activities.lead_times[k])
        if start < 0 or not _has_room(shelves_left, int(k), start):
            continue
        inputs = slice(activities.input_starts[k], activities.input_starts[k + 1])
        for part in activities.input_goods[inputs]:
            if _is_empty(shelves_left, int(part), start):
                found += binding_goods(shelves_left, int(part), start)
    return sorted(set(found)) or [good]


def _has_room(shelves_left: Shelves, k: int, period: int) -> bool:
    room, limit = shelves_left.room[k, period], shelves_left.limits[k, period]
    return bool(limit > 0 and room > NOTHING * min(limit, 1e12))


def _is_empty(shelves_left: Shelves, good: int, period: int) -> bool:
    stock = shelves_left.stock[good]
    return bool(stock[period] <= NOTHING * max(1.0, float(stock.max(initial=0.0))))


def cut_sellers(layout: Layout, goods: list[int], run: MeasureRun) -> list[str]:
    """Actors who sell these goods and are cut off by the measure, in the case's order."""
    activities = layout.arrays.activities
    if run.measure is None:
        return []
    cut = run.measure.availability < activities.base_availability
    sells = np.isin(activities.outputs, goods) & (activities.kinds == ActivityKind.PURCHASE)
    return list(dict.fromkeys(activities.actors[k] for k in np.flatnonzero(cut & sells)))


def first_broken(unmet: FloatArray, demand: FloatArray) -> int | None:
    """First period in which more than nothing of the demand goes unmet. (uses, n)"""
    size = NOTHING * max(float(demand.max(initial=0.0)), 1e-300)
    broken = np.flatnonzero((unmet > size).any(axis=0))
    return int(broken[0]) if len(broken) else None
