"""The objective's levels, in the case's order, and weights that keep them apart.

Within a tier, unmet demand ties go to serving earlier periods first. After money
come four levels that carry no number: the smallest stock, one source before another that
costs the same, purchases as late as can be, and first expired first out, so that no plan
depends on how a solver breaks ties. Just above money stands the way back to the calm plan
(L8), which must not cost anybody's demand or reserve.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from derbes.lp.program import BoolArray, FloatArray, IntArray
from derbes.model.arrays import CALM, ActivityKind, CaseArrays, MeasureRun, lasting
from derbes.supply.bounds import running
from derbes.supply.network import Layout

APART = 6.0
"""By how much a weight exceeds what one unit of its level can cost below it."""
WAY_BACK_WEIGHT = 6.0
"""Weight of one money unit behind the calm plan, beside money: no source is dearer."""
STOCK_WEIGHT = 1e-5
"""Weight of holding one money unit of stock for one period, beside money: above the
solver's dual tolerance, below any difference in price that a case would state."""
TIES = {"stock": 1.0, "source": 0.1, "late": 0.01, "oldest": 0.001}
"""The levels behind money, and their weights beside holding stock."""
OLD_FIRST = 1e-4
"""Of stocks that last alike the old lot is drawn first."""
MONEY_SIZE = 64.0
"""Cost in the solver of what a usual period needs of the good whose flow is worth most."""
TIERS = ("essential", "deferrable")


def order_costs(layout: Layout, run: MeasureRun) -> FloatArray:
    """Discounted cost of a unit by period of the order, paid at arrival. (K, n) [money/unit]"""
    activities, arrays = layout.arrays.activities, layout.arrays
    is_bought = activities.kinds == ActivityKind.PURCHASE
    delays = np.where(is_bought, activities.lead_times, 0)[:, None]
    paid = np.minimum(layout.start + np.arange(layout.n) + delays, arrays.n_periods - 1)
    factor = arrays.discount[paid] / arrays.discount[layout.start]
    costs: FloatArray = np.take_along_axis(activities.unit_cost, paid, axis=1) * factor
    if run.measure is not None:
        runs = running(layout, run.length) > 0
        costs = np.where(runs, costs * run.measure.cost_factor[:, None], costs)
    return costs


def storage_costs(layout: Layout) -> FloatArray:
    """Discounted cost of holding a unit at the end of each period. (G, n) [money/unit]"""
    arrays = layout.arrays
    window = slice(layout.start, layout.start + layout.n)
    factor = arrays.discount[window] / arrays.discount[layout.start]
    return np.asarray(arrays.storage_cost[:, window] * factor, dtype=np.float64)


def shortage_costs(layout: Layout) -> FloatArray:
    """Discounted cost of a unit of unmet demand; 0 where the case gives none. (U, n)"""
    arrays = layout.arrays
    window = slice(layout.start, layout.start + layout.n)
    factor = arrays.discount[window] / arrays.discount[layout.start]
    costs = np.nan_to_num(arrays.shortage_cost)[:, None] * factor
    return np.asarray(costs, dtype=np.float64)


def money_costs(layout: Layout, run: MeasureRun) -> FloatArray:
    """Discounted money of every column, at the window's start. (columns,) [money/unit]"""
    costs = np.zeros(layout.n_columns)
    layout.column("order").of(costs)[:] = order_costs(layout, run)
    storage = storage_costs(layout)
    layout.column("lot").of(costs)[:] = storage[layout.arrays.lot_goods]
    layout.column("fresh").of(costs)[:] = storage
    layout.column("unmet").of(costs)[:] = shortage_costs(layout)
    return costs


def _tier_levels(layout: Layout, tier: str) -> tuple[FloatArray, FloatArray]:
    wanted = layout.arrays.use_essential == (tier == "essential")
    weight = np.where(wanted, layout.arrays.use_weight, 0.0)[:, None]
    total, early = np.zeros(layout.n_columns), np.zeros(layout.n_columns)
    layout.column("unmet").of(total)[:] = weight
    layout.column("unmet").of(early)[:] = weight * np.arange(layout.n, 0, -1) / layout.n
    return total, early


def _reserve_level(layout: Layout, values: FloatArray) -> FloatArray:
    """Value of the missing reserve, period by period."""
    level = np.zeros(layout.n_columns)
    if layout.has_reserve:
        layout.column("short").of(level)[:] = values[layout.reserved][:, None]
    return level


def _way_back_level(layout: Layout, values: FloatArray) -> FloatArray:
    """Value of what the end of the window is behind the calm plan."""
    level = np.zeros(layout.n_columns)
    behind = layout.column("behind")
    if behind.size:
        behind.of(level)[:] = values[:, None]
        younger = values[layout.arrays.lot_goods][:, None]
        layout.column("younger").of(level)[:] = younger
        layout.column("staler").of(level)[:] = values[layout.perishable][:, None]
    return level


def first_expired(arrays: CaseArrays, start: int) -> FloatArray:
    """Weight of each old lot beside fresh stock of its good: what lasts least weighs most. (L,)

    So among courses that hold as much, the one that uses first what expires first is taken.
    """
    of_lots, of_fresh = lasting(arrays, start)
    found = 1.0 / (1.0 + of_lots) - (1.0 / (1.0 + of_fresh))[arrays.lot_goods]
    return np.asarray(found + OLD_FIRST, dtype=np.float64)


def stock_values(
    arrays: CaseArrays, start: int, values: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Unit values of old lots and of fresh stock, what expires first a little dearer. (L,), (G,)

    For programs with one level of cost; elsewhere `stock` and `oldest` are levels.
    """
    dearer = 1.0 + TIES["oldest"] * first_expired(arrays, start)
    return values[arrays.lot_goods] * dearer, values


@lru_cache(maxsize=4)
def _ranks(arrays: CaseArrays) -> FloatArray:
    """Rank of each activity by its own numbers, 0-1; alike in all of them: the same. (K,)

    Where two sources cost the same, the one with the shorter lead time is used first, then
    the one whose seller earns less by it, then the larger, then the one whose price is lower.
    """
    activities = arrays.activities
    margins = np.where(np.isnan(activities.margin_share), 2.0, activities.margin_share)
    price = np.nan_to_num(activities.price).mean(axis=1)
    capacity = np.where(np.isfinite(activities.capacity), activities.capacity, 1e100).mean(axis=1)
    usual = arrays.flow_size[np.maximum(activities.outputs, 0)]
    sizes = np.maximum([margins * price, capacity / usual, price], 1e-300)
    earned, larger, dearer = np.round(np.log2(sizes), 6)
    numbers = [activities.lead_times, earned, -larger, dearer]
    _unique, rank = np.unique(np.stack(numbers), axis=1, return_inverse=True)
    # no sum of whole numbers, so that two ways of several steps hardly come to the same
    return np.asarray((rank / max(len(activities.names), 1)) ** 0.9, dtype=np.float64)


def _tie_levels(layout: Layout, values: FloatArray) -> dict[str, FloatArray]:
    """What chooses among courses that cost the same, most important first."""
    arrays, found = layout.arrays, {name: np.zeros(layout.n_columns) for name in TIES}
    of_lots = values[arrays.lot_goods]
    layout.column("lot").of(found["stock"])[:] = of_lots[:, None]
    layout.column("fresh").of(found["stock"])[:] = values[:, None]
    if layout.column("refill").size:
        layout.column("refill").of(found["stock"])[:] = values[layout.reserved][:, None]
    outputs = arrays.activities.outputs
    worth = np.where(outputs >= 0, values[np.maximum(outputs, 0)], 0.0)[:, None]
    sooner = np.arange(layout.n, 0, -1) / layout.n
    layout.column("order").of(found["late"])[:] = worth * sooner
    oldest = first_expired(arrays, layout.start) * of_lots
    layout.column("lot").of(found["oldest"])[:] = oldest[:, None]
    layout.column("order").of(found["source"])[:] = worth * _ranks(arrays)[:, None]
    return found


def objective_levels(layout: Layout, run: MeasureRun = CALM) -> tuple[tuple[str, ...], FloatArray]:
    """Names and costs of the levels, most important first. (levels, columns)"""
    arrays, values = layout.arrays, layout.values
    ties = _tie_levels(layout, values)
    found: list[tuple[str, FloatArray]] = []
    for priority in arrays.priorities:
        if priority in TIERS:
            total, early = _tier_levels(layout, priority)
            found += [(priority, total), (f"{priority}_early", early)]
        elif priority == "reserve" and layout.has_reserve:
            found.append(("reserve", _reserve_level(layout, values)))
    found += [
        ("way_back", _way_back_level(layout, values)),
        ("money", money_costs(layout, run)),
        *((name, ties[name]) for name in TIES),
    ]
    names, costs = zip(*found, strict=True)
    return tuple(names), np.array(costs)


def level_weights(layout: Layout, names: Sequence[str], parts: IntArray) -> FloatArray:
    """Weights of the levels, where there are several parts of the columns of each.

    What has nothing to do with one another is weighed apart, so that what is worth little is
    not lost beside what is worth much.

    Args:
        layout: The window.
        names: Names of the levels, most important first.
        parts: Which part of the program each column is in. (columns,)

    Returns:
        (levels,) or (levels, columns)
    """
    of_goods = parts[layout.column("fresh").indices[:, 0]]
    known, place = np.unique(of_goods, return_inverse=True)
    found = np.array([_weights(layout, names, place == one) for one in range(len(known))])
    if len(known) == 1:
        return np.asarray(found[0], dtype=np.float64)
    return np.asarray(found[place[layout.column_goods]].T, dtype=np.float64)


def _weights(layout: Layout, names: Sequence[str], goods: BoolArray) -> list[float]:
    """Weights of the levels for some goods that have nothing to do with the others. (levels,)

    What one unit of a level can cost below it: serving a unit one period earlier costs
    a unit of reserve for one period, serving it at all may cost it for the whole window.
    Tiers count weighted units and the reserve counts values, so each is turned into the
    other by the dearest way to what a weighted unit needs, and the cheapest of the reserve.
    """
    arrays, values = layout.arrays, layout.values
    of_uses = values[arrays.use_goods]
    largest = float((values * arrays.flow_size)[goods].max(initial=0.0)) or 1.0
    found = {name: STOCK_WEIGHT * weight for name, weight in TIES.items()}
    found |= {"money": 1.0, "way_back": WAY_BACK_WEIGHT}
    a_period = whole = WAY_BACK_WEIGHT
    spread = 1.0
    for priority in reversed([p for p in arrays.priorities if p != "money"]):
        weight = APART * a_period
        if priority in TIERS:
            mine = (arrays.use_essential == (priority == "essential")) & (arrays.use_weight > 0)
            mine &= goods[arrays.use_goods]
            months = arrays.use_weight * arrays.flow_size[arrays.use_goods]
            dear = float((largest / months[mine]).min(initial=np.inf))
            dear = max(dear, float((of_uses / arrays.use_weight)[mine].max(initial=0.0)))
            dear = dear if np.isfinite(dear) else 1.0
            spread = max(1.0, float((dear * arrays.use_weight / of_uses)[mine].max(initial=1.0)))
            found[f"{priority}_early"] = weight * layout.n * dear
            a_period = whole = APART * max(weight * layout.n, whole)
            found[priority] = whole * dear
        elif layout.has_reserve:
            found["reserve"] = weight = weight * spread
            a_period, whole = weight, weight * layout.n
    return [MONEY_SIZE / largest * found[name] for name in names]
