r"""Time to survive of a whole network at once, without a calendar.

(L9) max t subject to, over the time t as one period: use t <= stock + capacity t
     (bought) + made, inputs used <= stock + bought + made, made <= capacity t, and the
     hours of each line <= hours t.

This is the program of Simchi-Levi et al. (Interfaces 45(5), 2015): lead times, ageing
and openings are left out, so its time to survive is an upper bound of the one with a
calendar when supply does not grow, and equal to it for one good with constant supply.

Symbols: t time to survive, x level of an activity over that time.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from derbes.case.arrays import ActivityKind, BoolArray, CaseArrays
from derbes.programs.solver.lexicographic import solve_levels
from derbes.programs.solver.statement import FloatArray, LinearProgram, stack_blocks

LONGEST = 1e5
"""Periods that count as for ever; the program would be unbounded without an end."""


@dataclass(frozen=True, slots=True)
class Network:
    """What is there in one period and at the start."""

    arrays: CaseArrays
    stock: FloatArray
    """(G,) [unit]"""
    demand: FloatArray
    """(U,) [unit/period]"""
    capacity: FloatArray
    """(K,) [unit/period]"""
    line_hours: FloatArray
    """(R,) [hour/period]"""


def aggregate_program(network: Network, uses: BoolArray) -> LinearProgram:
    """The program (L9) for uses that must be met together."""
    arrays, activities = network.arrays, network.arrays.activities
    n_goods, n_activities = len(arrays.goods), len(activities.names)
    n_lines = len(arrays.lines)
    matrix = sparse.lil_matrix((n_goods + n_activities + n_lines, n_activities + 1))
    for u in np.flatnonzero(uses):
        matrix[arrays.use_goods[u], n_activities] += network.demand[u]
    for k in range(n_activities):
        if activities.outputs[k] >= 0:
            matrix[activities.outputs[k], k] -= 1.0
        for i in range(activities.input_starts[k], activities.input_starts[k + 1]):
            matrix[activities.input_goods[i], k] += activities.input_amounts[i]
        if np.isfinite(network.capacity[k]):
            matrix[n_goods + k, k] = 1.0
            matrix[n_goods + k, n_activities] = -network.capacity[k]
        if activities.lines[k] >= 0:
            matrix[n_goods + n_activities + activities.lines[k], k] = activities.hours[k]
    for line in range(n_lines):
        matrix[n_goods + n_activities + line, n_activities] = -network.line_hours[line]
    return _statement(network, matrix.tocsc())


def _statement(network: Network, matrix: sparse.csc_matrix) -> LinearProgram:
    arrays, activities = network.arrays, network.arrays.activities
    n_rows, n_columns = matrix.shape
    costs = np.zeros((1, n_columns))
    costs[0, -1] = -1.0
    upper = np.full(n_columns, np.inf)
    upper[:-1][activities.kinds == ActivityKind.EXPORT] = 0.0
    upper[-1] = LONGEST
    row_upper = np.zeros(n_rows)
    row_upper[: len(arrays.goods)] = network.stock
    return LinearProgram(
        name="aggregate time to survive",
        levels=("time",),
        level_costs=costs,
        weights=np.ones(1),
        matrix=matrix,
        row_lower=np.full(n_rows, -np.inf),
        row_upper=row_upper,
        col_lower=np.zeros(n_columns),
        col_upper=upper,
        columns=stack_blocks([("order", activities.names, 0, 1), ("time", ("all",), 0, 1)]),
        rows=stack_blocks(
            [
                ("balance", arrays.goods, 0, 1),
                ("capacity", activities.names, 0, 1),
                ("line", arrays.lines, 0, 1),
            ]
        ),
    )


def aggregate_time_to_survive(network: Network, uses: BoolArray) -> float:
    """Upper bound of the time to survive; inf when it has no end. [period]

    Raises:
        SolveError: The program has no optimum.
    """
    solution = solve_levels(aggregate_program(network, uses))
    time = float(solution.columns[-1])
    return np.inf if time >= LONGEST else time
