"""Checks an optimum without trusting the solver.

Feasibility of the point, and for each level of the objective the signs of the
reduced costs, are computed again with numpy from the program itself. The levels
are apart when the first level in which a column (or row) has a reduced cost other
than zero has it with the right sign: then the point is optimal lexicographically,
however large the weights of the levels were.
"""

import numpy as np
from scipy import sparse

from derbes.programs.statement import FloatArray, LinearProgram

PRIMAL_TOLERANCE = 1e-6
"""Relative to the largest bound in use: HiGHS works to 1e-7, scaled."""
DUAL_TOLERANCE = 1e-6
"""Relative to the level's largest cost: HiGHS works to 1e-7."""


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


def _wrong_sign(
    prices: FloatArray, at_lower: np.ndarray, at_upper: np.ndarray, tolerance: FloatArray
) -> float:
    """Largest violation, over columns, of the first price that is not zero.

    prices: reduced costs by level, in units of the tolerance. (levels, columns)
    """
    scaled = prices / tolerance[:, None]
    significant = np.abs(scaled) > 1.0
    first = np.argmax(significant, axis=0)
    decisive = np.where(
        significant.any(axis=0), np.take_along_axis(prices, first[None, :], axis=0)[0], 0.0
    )
    size = tolerance[first] / DUAL_TOLERANCE
    negative = np.where(at_lower, 0.0, np.maximum(decisive, 0.0))
    positive = np.where(at_upper, 0.0, np.maximum(-decisive, 0.0))
    return float(np.max(np.maximum(negative, positive) / size, initial=0.0))


def dual_residual(
    program: LinearProgram, columns: FloatArray, activity: FloatArray, duals: FloatArray
) -> float:
    """Largest reduced cost of the wrong sign, relative to its level's largest cost.

    A column above its lower bound must not have a positive price, one below its
    upper bound no negative one; likewise rows.

    `duals` are the row duals by level. (levels, rows)
    """
    reduced = program.level_costs - np.asarray((program.matrix.T @ duals.T).T)
    largest = np.maximum(np.abs(program.level_costs).max(axis=1, initial=0.0), 1e-300)
    tolerance = DUAL_TOLERANCE * largest
    room = 1e-7 * max(1.0, float(np.abs(columns).max(initial=0.0)))
    of_columns = _wrong_sign(
        reduced,
        columns <= program.col_lower + room,
        columns >= program.col_upper - room,
        tolerance,
    )
    of_rows = _wrong_sign(
        duals,
        activity <= program.row_lower + room,
        activity >= program.row_upper - room,
        tolerance,
    )
    return max(of_columns, of_rows)


def certify(program: LinearProgram, columns: FloatArray, duals: FloatArray) -> float:
    """Largest relative residual of feasibility and lexicographic optimality."""
    activity = row_activity(program.matrix, columns)
    return max(
        primal_residual(program, columns, activity),
        dual_residual(program, columns, activity, duals),
    )


def row_activity(matrix: sparse.csc_matrix, columns: FloatArray) -> FloatArray:
    """A x. (rows,)"""
    return np.asarray(matrix @ columns, dtype=np.float64)
