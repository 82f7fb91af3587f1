"""Checks an optimum without trusting the solver.

Feasibility of the point, and for each part of the objective the signs of the reduced
costs, are computed again with numpy from the program itself. The parts are apart when
the first in which a column (or row) has a reduced cost other than zero has it with the
right sign: then the point is optimal lexicographically, however large the weights were.
"""

import numpy as np

from derbes.programs.solver.statement import BoolArray, FloatArray, LinearProgram, Parts

DUAL_TOLERANCE = 1e-6
"""Relative to the largest cost of the part's level: HiGHS works to 1e-7."""
AT_BOUND = 1e-7
"""Distance from a bound that counts as none, relative to the size of the solution."""


def primal_residual(program: LinearProgram, columns: FloatArray, activity: FloatArray) -> float:
    """Largest violation of a row or bound, relative to the size of the solution."""
    scale = max(1.0, float(np.abs(columns).max(initial=0.0)))
    violations = [
        (program.col_lower - columns).max(initial=0.0),
        (columns - program.col_upper).max(initial=0.0),
        (program.row_lower - activity).max(initial=0.0),
        (activity - program.row_upper).max(initial=0.0),
    ]
    return float(max(violations)) / scale


def wrong_sign(
    prices: FloatArray, above_lower: BoolArray, below_upper: BoolArray, sizes: FloatArray
) -> float:
    """Largest violation, over columns, of the first price that is not zero.

    A column above its lower bound must not have a positive price, one below its upper
    bound no negative one.

    Args:
        prices: Reduced costs by part, most important first. (parts, columns)
        above_lower: (columns,)
        below_upper: (columns,)
        sizes: What each part's prices are compared with. (parts,)
    """
    worst = 0.0
    open_ = np.ones(prices.shape[1], dtype=np.bool_)
    for price, size in zip(prices, sizes, strict=True):
        relative = price / size
        wrong = np.where(relative > 0, above_lower, below_upper) & open_
        worst = max(worst, float(np.abs(relative[wrong]).max(initial=0.0)))
        open_ &= np.abs(relative) <= DUAL_TOLERANCE
    return worst


def largest_costs(costs: FloatArray) -> FloatArray:
    """Largest cost of each level; never zero. (levels,)"""
    largest = np.abs(costs).max(axis=1, initial=0.0)
    return np.asarray(np.maximum(largest, 1e-300), dtype=np.float64)


def certify(program: LinearProgram, parts: Parts, columns: FloatArray) -> float:
    """Largest relative residual of feasibility and lexicographic optimality."""
    activity = np.asarray(program.matrix @ columns, dtype=np.float64)
    reduced = parts.costs - (program.matrix.T @ parts.duals.T).T
    room = AT_BOUND * max(1.0, float(np.abs(columns).max(initial=0.0)))
    of_columns = wrong_sign(
        reduced, columns > program.col_lower + room, columns < program.col_upper - room, parts.sizes
    )
    above, below = activity > program.row_lower + room, activity < program.row_upper - room
    of_rows = wrong_sign(parts.duals, above, below, parts.sizes)
    return max(primal_residual(program, columns, activity), of_columns, of_rows)
