"""What it is worth that nothing falls short: weights of shortfalls beside each other.

Demand with a cost of being short has no other price. A unit counts as much as the good is
worth; payments above a ceiling count as money.
"""

from collections.abc import Mapping

import numpy as np

from derbes.case.quantity import FloatArray
from derbes.planning.program.supply.branches import supplying
from derbes.planning.program.supply.places import Places
from derbes.planning.program.supply.trunk import TrunkShape, uses_of
from derbes.programs.layout import Layout
from derbes.programs.solver.statement import power_of_two

SOFT = 20.0
"""Price of what falls short last, in units of its worth, to begin with."""
SHORT_MOST, SHORT_LEAST = 0.2, 0.1
"""Price of a reserve that is short for one period, beside the price of deferrable demand:
more than the good is worth, so that a reserve is not sold out at the end of the calendar."""
SHORT_ABOVE = 1.6
"""The same where the reserve ranks before deferrable demand."""
SHORT_FOR = 12.0
"""Periods of a short reserve that weigh less than a unit of demand with a cost of being short."""


def worth_of_uses(layout: Layout) -> FloatArray:
    """What a unit that a use lacks is worth: its good, more or less by weight. (U,) [money/unit]

    The weight counts beside those of the other uses of the good, so that the unit does not.
    """
    arrays = layout.arrays
    weight, goods = arrays.use_weight, arrays.use_goods
    n_goods = len(arrays.goods)
    uses = np.maximum(np.bincount(goods, minlength=n_goods), 1)
    mean = np.bincount(goods, weight, minlength=n_goods) / uses
    beside = np.divide(weight, mean[goods], out=np.ones_like(weight), where=mean[goods] > 0)
    return np.asarray(beside * layout.values[goods], dtype=np.float64)


def add_trunk_prices(shape: TrunkShape, places: Places, hard: FloatArray, soft: FloatArray) -> None:
    """Price of what must not fall short, and of what falls short last, by column.

    Demand with a cost of being short has no other price. A unit counts as much as the
    good is worth; payments above a ceiling count as money.
    """
    arrays, layout = shape.layout.arrays, shape.layout
    worth = worth_of_uses(layout)
    is_free = np.isnan(arrays.shortage_cost)
    essential = np.where(is_free & arrays.use_essential, worth, 0.0)
    deferrable = np.where(is_free & ~arrays.use_essential, worth, 0.0)
    places.column("unmet").of(hard)[:] = essential[:, None]
    places.column("unmet").of(soft)[:] = deferrable[:, None]
    held = layout.values[layout.reserved] * reserve_prices(shape)
    places.column("short").of(soft)[:] = held[:, None]
    places.column("excess").of(hard)[:] = 1.0
    for name, standard in shape.standards:
        places.column(f"miss_{name}").of(hard)[:] = worth[uses_of(standard, arrays)][:, None]


def reserve_prices(shape: TrunkShape) -> FloatArray:
    """Price of a reserve that is short for a period, in its worth and the price of what is last.

    Demand that ranks before the reserve is not given up to fill it sooner: where it has a
    cost of being short, the price of the reserve is held below it. (reserved goods,)
    """
    arrays, values = shape.layout.arrays, shape.layout.values
    ranks = {name: rank for rank, name in enumerate(arrays.priorities)}
    is_first = ranks.get("reserve", 9) < ranks.get("deferrable", 9)
    before = arrays.use_essential if is_first else np.ones(len(arrays.uses), dtype=np.bool_)
    costs = np.where(before, arrays.shortage_cost, np.nan)
    prices = np.full(len(shape.layout.reserved), SHORT_ABOVE if is_first else SHORT_MOST)
    for position, good in enumerate(shape.layout.reserved):
        dependent = [
            float(costs[u]) / values[good]
            for u, used in enumerate(arrays.use_goods)
            if np.isfinite(costs[u]) and supplying(arrays, np.array([used]))[good]
        ]
        if dependent:
            most = min(dependent) / SHORT_FOR / SOFT
            prices[position] = min(prices[position], max(most, SHORT_LEAST))
    return prices


def usual_sizes_of(places: Places, shape: TrunkShape) -> FloatArray:
    """What is usual of each column of a second stage, as powers of two. (columns,)

    That of the good that is bought, held or lacks; money counts as the dearest flow.
    """
    layout, arrays = shape.layout, shape.layout.arrays
    own = layout.sizes.columns
    of_orders = layout.column("order").of(own)[:, 0]
    orders = dict(zip(arrays.activities.names, of_orders, strict=True))
    goods = dict(zip(arrays.goods, arrays.flow_size, strict=True))
    lots = dict(zip(arrays.lots, arrays.flow_size[arrays.lot_goods], strict=True))
    uses = dict(zip(arrays.uses, arrays.flow_size[arrays.use_goods], strict=True))
    elements = (element.split(".", 1)[1] for element in arrays.activities.elements)
    sellers = dict(zip(elements, of_orders, strict=True))
    money = float((layout.values * arrays.flow_size).max(initial=0.0)) or 1.0
    by_kind: dict[str, Mapping[str, float]] = {
        "order": orders,
        "lot": lots,
        "fresh": goods,
        "short": goods,
        "refill": goods,
        "unmet": uses,
        "miss": uses,
        "missed": uses,
        "idle": sellers,
        "found_lot": lots,
        "found_fresh": goods,
    }
    sizes = np.full(places.n_columns, power_of_two(money))
    for block in places.columns:
        words = block.kind.split("_")
        kind = "_".join(words[:2]) if words[0] == "found" else words[0]
        if kind in by_kind:
            block.of(sizes)[:] = np.array([by_kind[kind][item] for item in block.items])[:, None]
    return sizes
