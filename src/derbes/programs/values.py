"""What a unit of each good is worth: the cheapest way to get one."""

import numpy as np

from derbes.case.arrays import ActivityKind, CaseArrays
from derbes.case.quantity import FloatArray


def unit_values(arrays: CaseArrays, period: int = 0) -> FloatArray:
    """Cheapest cost of one unit, inputs included. (G,) [money/unit]

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
    return _otherwise(arrays, values)


def _otherwise(arrays: CaseArrays, values: FloatArray) -> FloatArray:
    """Values with those that no source gives: from what is made of it, or who needs it. (G,)

    What a good is worth that can be neither bought nor made is what its products are worth
    for a unit of it, else the cost of being short of it, else as much as the dearest flow.
    """
    activities = arrays.activities
    known = np.isfinite(values) & (values > 0)
    found = np.where(known, values, 0.0)
    for u, good in enumerate(arrays.use_goods):
        if not known[good] and np.isfinite(arrays.shortage_cost[u]):
            found[good] = max(found[good], float(arrays.shortage_cost[u]))
    for _round in range(len(arrays.goods)):
        for k, output in enumerate(activities.outputs):
            inputs = slice(activities.input_starts[k], activities.input_starts[k + 1])
            goods, amounts = activities.input_goods[inputs], activities.input_amounts[inputs]
            if output >= 0 and found[output] > 0:
                for good in goods[~known[goods] & (amounts > 0)]:
                    amount = float(amounts[goods == good].sum())
                    found[good] = max(found[good], found[output] / amount)
    flows = found * arrays.flow_size
    dearest = float(flows.max(initial=0.0)) or 1.0
    return np.where(found > 0, found, dearest / arrays.flow_size)
