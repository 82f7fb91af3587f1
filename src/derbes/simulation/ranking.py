"""Which source of a good is the cheapest, and which exports pay."""

from dataclasses import dataclass

import numpy as np

from derbes.case.arrays import BoolArray, IntArray
from derbes.case.quantity import FloatArray
from derbes.simulation.conditions import Course
from derbes.simulation.network import Structure


@dataclass(frozen=True, slots=True)
class Ranking:
    """Sources by cost, period by period."""

    ranked: IntArray
    """Sources of the rawest good, cheapest first, then of the next, to the last. (m, S)"""
    too_dear: BoolArray
    """Sources that cost more than the best buyer abroad of their good pays. (m, K)"""
    pays: BoolArray
    """Exports that pay more than the cheapest source costs. (m, K)"""


def rank_sources(structure: Structure, course: Course) -> Ranking:
    """Sources by unit cost (S10).

    The unit cost of a purchase is that of an order of the period; that of a
    recipe is its own cost and the cheapest cost of its inputs. A good whose
    sources are all closed costs without limit, so that what needs it comes
    last; a good that has no source at all is only taken from stock and costs
    nothing. Equal costs keep the order of the case.
    """
    cost = course.order_cost.copy()
    price = np.zeros((len(cost), len(structure.goods)))
    too_dear = np.zeros(cost.shape, dtype=np.bool_)
    pays = np.zeros(cost.shape, dtype=np.bool_)
    ranked: list[IntArray] = [np.zeros((len(cost), 0), dtype=np.int64)] * len(structure.goods)
    for g in structure.goods:
        sources, exports = structure.sources[g], structure.exports[g]
        for k in sources:
            for i, amount in structure.inputs[k]:
                cost[:, k] += amount * price[:, i]
        if len(sources):
            own = cost[:, sources]
            ranked[g] = sources[_by_cost(own)]
            price[:, g] = np.where(course.capacity[:, sources] > 0, own, np.inf).min(axis=1)
        if len(exports):
            revenue = -course.order_cost[:, exports]
            pays[:, exports] = revenue > price[:, g][:, None]
            best = np.where(pays[:, exports], revenue, -np.inf).max(axis=1)
            too_dear[:, sources] = cost[:, sources] >= best[:, None]
    by_place = [ranked[g] for g in structure.goods]
    return Ranking(np.ascontiguousarray(np.concatenate(by_place, axis=1)), too_dear, pays)


def _by_cost(cost: FloatArray) -> IntArray:
    """Places in the order of cost, for each period."""
    if (cost == cost[0]).all():
        return np.broadcast_to(np.argsort(cost[0], kind="stable"), cost.shape)
    return np.argsort(cost, axis=1, kind="stable")
