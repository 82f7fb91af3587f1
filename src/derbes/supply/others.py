"""What can be had of a good without some sellers: the most that all others and own plants give.

Maximize Σ x[k] over what gives the good, up to the need, subject to capacities, shared
capacities and hours of lines over the same time, and, for every good that is made into others,
Σ inputs <= Σ what gives it. Flows count over the time as a whole: no stock, no lead time.

Symbols: x flow of an activity k over the time. [unit]
"""

import numpy as np

from derbes.lp.lexicographic import solve_levels
from derbes.lp.program import BoolArray, LinearProgram, stack_blocks
from derbes.model.arrays import ActivityKind, CaseArrays
from derbes.supply.network import Entries


def supply_of_others(
    arrays: CaseArrays, good: int, within: slice, *, without: BoolArray, need: float
) -> float:
    """The most of a good that can be had, up to the need. [unit]

    Args:
        arrays: The case.
        good: The good.
        within: Periods whose capacities count.
        without: Activities that give nothing. (K,)
        need: More than this is not looked for. [unit]

    Raises:
        SolveError: The program has no usable answer.
    """
    activities = arrays.activities
    n, n_goods = len(activities.names), len(arrays.goods)
    made = activities.kinds != ActivityKind.EXPORT
    open_ = made & ~without & (activities.base_availability > 0)
    capacity = np.where(open_, activities.capacity[:, within].sum(axis=1), 0.0)
    entries, every = Entries(), np.arange(n)
    balance, shared, lines = 0, n_goods, n_goods + len(arrays.shared_capacity)
    n_rows = lines + len(arrays.lines)
    entries.add(balance + activities.outputs[made], every[made], 1.0)
    of_inputs = np.repeat(every, np.diff(activities.input_starts))
    kept = made[of_inputs]
    entries.add(
        balance + activities.input_goods[kept], of_inputs[kept], -activities.input_amounts[kept]
    )
    for row, belongs, amount in (
        (shared, activities.shared, np.ones(n)),
        (lines, activities.lines, activities.hours),
    ):
        own = np.flatnonzero(belongs >= 0)
        entries.add(row + belongs[own], own, amount[own])
    lower, upper = np.full(n_rows, -np.inf), np.full(n_rows, np.inf)
    lower[:shared] = 0.0
    upper[good] = need
    upper[shared:lines] = arrays.shared_capacity[:, within].sum(axis=1)
    upper[lines:] = arrays.line_hours[:, within].sum(axis=1)
    gives = (activities.outputs == good) & made
    program = LinearProgram(
        name="supply of others",
        levels=("supply",),
        level_costs=np.where(gives, -1.0, 0.0)[None, :],
        weights=np.ones(1),
        matrix=entries.matrix(n_rows, n),
        row_lower=lower,
        row_upper=upper,
        col_lower=np.zeros(n),
        col_upper=capacity,
        columns=stack_blocks([("flow", activities.names, 0, 1)]),
        rows=stack_blocks(
            [
                ("balance", arrays.goods, 0, 1),
                ("shared", tuple(map(str, range(len(arrays.shared_capacity)))), 0, 1),
                ("line", arrays.lines, 0, 1),
            ]
        ),
    )
    return float(-solve_levels(program).objective[0])
