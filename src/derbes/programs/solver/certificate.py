"""Checks an optimum without trusting the solver.

Feasibility of the point, and for each part of the objective the signs of the reduced
costs, are computed again with numpy from the program itself. The parts are apart when
the first in which a column (or row) has a reduced cost other than zero has it with the
right sign: then the point is optimal lexicographically, however large the weights were.
"""

import numpy as np

from derbes.programs.solver.statement import (
    BoolArray,
    FloatArray,
    LinearProgram,
    Parts,
    usual_sizes,
)

DUAL_TOLERANCE = 1e-6
"""Price that counts as none, relative to what is summed to it: HiGHS works to 1e-7."""
AT_BOUND = 1e-7
"""Distance from a bound that counts as none, relative to the size of the column or row."""
NOISE = 1e-4
"""What is summed to a price counts as no less than this part of the largest such sum."""


def primal_residual(program: LinearProgram, columns: FloatArray, activity: FloatArray) -> float:
    """Largest violation of a row or bound, each relative to its own size.

    A row is as large as what it sums, as its bounds, and as what is usual of it.
    """
    sizes = usual_sizes(program)
    of_columns = np.maximum(sizes.columns, np.abs(columns))
    summed = abs(program.matrix) @ np.abs(columns)
    of_rows = np.maximum(sizes.rows, summed)
    for bounds in (program.row_lower, program.row_upper):
        of_rows = np.maximum(of_rows, np.where(np.isfinite(bounds), np.abs(bounds), 0.0))
    violations = [
        ((program.col_lower - columns) / of_columns).max(initial=0.0),
        ((columns - program.col_upper) / of_columns).max(initial=0.0),
        ((program.row_lower - activity) / of_rows).max(initial=0.0),
        ((activity - program.row_upper) / of_rows).max(initial=0.0),
    ]
    return float(max(violations))


def relative_prices(program: LinearProgram, parts: Parts) -> tuple[FloatArray, FloatArray]:
    """Prices of columns and rows by part, relative to what they are made of.

    A column's reduced cost is set against its cost and the row prices that are summed to
    it; a row's price against the largest part that it has in such a sum.

    Returns:
        (parts, columns) and (parts, rows)
    """
    matrix, sizes = program.matrix, usual_sizes(program)
    of_columns = np.zeros_like(parts.costs)
    of_rows = np.zeros_like(parts.duals)
    counts = np.diff(matrix.indptr)
    column_of = np.repeat(np.arange(matrix.shape[1]), counts)
    for part, (costs, duals) in enumerate(zip(parts.costs, parts.duals, strict=True)):
        terms = matrix.data * duals[matrix.indices]
        summed = np.bincount(column_of, terms, minlength=matrix.shape[1])
        own = np.abs(costs) + np.bincount(column_of, np.abs(terms), minlength=matrix.shape[1])
        scaled = own * sizes.columns
        own = np.maximum(scaled, NOISE * scaled.max(initial=0.0)) / sizes.columns
        own = np.maximum(own, 1e-300)
        of_columns[part] = (costs - summed) / own
        np.maximum.at(of_rows[part], matrix.indices, np.abs(terms) / own[column_of])
        of_rows[part] *= np.sign(duals)
    return of_columns, of_rows


def wrong_sign(prices: FloatArray, above_lower: BoolArray, below_upper: BoolArray) -> float:
    """Largest violation, over columns, of the first price that is not zero.

    A column above its lower bound must not have a positive price, one below its upper
    bound no negative one.

    Args:
        prices: Relative prices by part, most important first. (parts, columns)
        above_lower: (columns,)
        below_upper: (columns,)
    """
    worst = 0.0
    open_ = np.ones(prices.shape[1], dtype=np.bool_)
    for price in prices:
        wrong = np.where(price > 0, above_lower, below_upper) & open_
        worst = max(worst, float(np.abs(price[wrong]).max(initial=0.0)))
        open_ &= np.abs(price) <= DUAL_TOLERANCE
    return worst


def certify(program: LinearProgram, parts: Parts, columns: FloatArray) -> float:
    """Largest relative residual of feasibility and lexicographic optimality."""
    sizes = usual_sizes(program)
    activity = np.asarray(program.matrix @ columns, dtype=np.float64)
    room = AT_BOUND * np.maximum(sizes.columns, np.abs(columns))
    row_room = AT_BOUND * np.maximum(sizes.rows, np.abs(activity))
    of_columns, of_rows = relative_prices(program, parts)
    return max(
        primal_residual(program, columns, activity),
        wrong_sign(
            of_columns, columns > program.col_lower + room, columns < program.col_upper - room
        ),
        wrong_sign(
            of_rows,
            activity > program.row_lower + row_room,
            activity < program.row_upper - row_room,
        ),
    )
