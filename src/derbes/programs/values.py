"""What a unit of each good is worth: the cheapest way to get one."""

import numpy as np

from derbes.case.arrays import ActivityKind, CaseArrays
from derbes.case.quantity import FloatArray


def unit_values(arrays: CaseArrays, period: int = 0) -> FloatArray:
    """Cheapest cost of one unit, inputs included. (G,) [money/unit]

    A good that can be neither bought nor made is worth as much as the dearest one.
    Recipes have no cycles, so the values settle after as many rounds as there are goods.
    """
    activities = arrays.activities
    values = np.full(len(arrays.goods), np.inf)
    makes = [k for k, kind in enumerate(activities.kinds) if kind != ActivityKind.EXPORT]
    for _round in range(len(arrays.goods)):
        before = values.copy()
        for k in makes:
            inputs = slice(activities.input_starts[k], activities.input_starts[k + 1])
            goods, amounts = activities.input_goods[inputs], activities.input_amounts[inputs]
            cost = activities.unit_cost[k, period] + float(amounts @ values[goods])
            values[activities.outputs[k]] = min(values[activities.outputs[k]], cost)
        if np.array_equal(before, values):
            break
    known = values[np.isfinite(values)]
    dearest = float(known.max(initial=0.0)) or 1.0
    return np.where(np.isfinite(values) & (values > 0), values, dearest)
