"""Sums over the entries of a sparse matrix, from which an optimum is proven without the solver.

A matrix stands by column: the first entry of each column and the number of all (`starts`), the
row of each entry and the entries. What is not a number stays none in every result, and so proves
nothing.
"""

import numpy as np

from derbes.kernels.compiling import Floats, Ints, called, compiled
from derbes.kernels.policy import Table

SMALLEST = 1e-300


@called
def violations(
    starts: Ints,
    rows: Ints,
    entries: Floats,
    columns: Floats,
    bounds: tuple[Floats, Floats, Floats, Floats],
    sizes: tuple[Floats, Floats],
    found: tuple[Floats, Floats, Floats],
) -> None:
    """Violation of each bound and each row, relative to its own size; and the rows' sums.

    A row is as large as what it sums, as its bounds, and as what is usual of it.

    Args:
        starts: First entry of each column, and the number of entries. (columns + 1,)
        rows: Row of each entry.
        entries: The entries.
        columns: Values of the columns. (columns,)
        bounds: Lower and upper of columns, then of rows.
        sizes: What is usual of columns and of rows.
        found: Filled: of columns, of rows, and the rows' sums, which are 0 before.
    """
    col_lower, col_upper, row_lower, row_upper = bounds
    of_columns, of_rows, activity = found
    absolute = np.zeros(len(activity))
    for j in range(len(columns)):
        value = columns[j]
        beyond, short = value - col_upper[j], col_lower[j] - value
        of_columns[j] = (short if short > beyond else beyond) / max(sizes[0][j], abs(value))
        if value == 0.0:
            continue
        for e in range(starts[j], starts[j + 1]):
            term = entries[e] * value
            activity[rows[e]] += term
            absolute[rows[e]] += abs(term)
    for i in range(len(activity)):
        size = max(sizes[1][i], absolute[i])
        if np.isfinite(row_lower[i]):
            size = max(size, abs(row_lower[i]))
        if np.isfinite(row_upper[i]):
            size = max(size, abs(row_upper[i]))
        beyond, short = activity[i] - row_upper[i], row_lower[i] - activity[i]
        of_rows[i] = (short if short > beyond else beyond) / size


@called
def prices(
    starts: Ints,
    rows: Ints,
    entries: Floats,
    costs: Floats,
    duals: Floats,
    sizes: Floats,
    noise: float,
    of_columns: Floats,
    of_rows: Floats,
) -> None:
    """Prices of columns and rows of one part of an objective, beside what they are made of.

    A column's reduced cost is set against its cost and the row prices that are summed to it,
    no less than `noise` of the largest such sum of a column of its size; a row's price against
    the largest part that it has in such a sum.

    Args:
        starts: As in `violations`.
        rows: As in `violations`.
        entries: As in `violations`.
        costs: (columns,)
        duals: (rows,)
        sizes: What is usual of each column. (columns,)
        noise: 0-1.
        of_columns: Filled. (columns,)
        of_rows: Filled, 0 before. (rows,)
    """
    own = np.zeros(len(costs))
    largest = 0.0
    for j in range(len(costs)):
        summed, absolute = 0.0, 0.0
        for e in range(starts[j], starts[j + 1]):
            term = entries[e] * duals[rows[e]]
            summed += term
            absolute += abs(term)
        own[j] = (abs(costs[j]) + absolute) * sizes[j]
        of_columns[j] = costs[j] - summed
        largest = max(largest, own[j])
    for j in range(len(costs)):
        scale = max(max(own[j], noise * largest) / sizes[j], SMALLEST)
        of_columns[j] /= scale
        for e in range(starts[j], starts[j + 1]):
            i = rows[e]
            part = abs(entries[e] * duals[i]) / scale
            of_rows[i] = max(of_rows[i], part)
    for i in range(len(duals)):
        of_rows[i] *= np.sign(duals[i])


@called
def wrong_sign(
    prices: Table,
    values: Floats,
    lower: Floats,
    upper: Floats,
    sizes: Floats,
    at_bound: float,
    nothing: float,
) -> float:
    """Largest violation, over columns (or rows), of the first price that is not nothing.

    What stands above its lower bound must not have a positive price, what stands below its
    upper bound no negative one.

    Args:
        prices: Relative prices by part, most important first. (parts, columns)
        values: (columns,)
        lower: (columns,)
        upper: (columns,)
        sizes: What is usual of each. (columns,)
        at_bound: Distance from a bound that counts as none, beside the size of the value.
        nothing: Price that counts as none.
    """
    worst = 0.0
    for j in range(len(values)):
        room = at_bound * max(sizes[j], abs(values[j]))
        above_lower, below_upper = values[j] > lower[j] + room, values[j] < upper[j] - room
        for part in range(len(prices)):
            price: float = abs(prices[part, j])
            if np.isnan(price):
                return price
            if above_lower if prices[part, j] > 0.0 else below_upper:
                worst = max(worst, price)
            if price > nothing:
                break
    return worst


@compiled
def _is_drawn(
    price: float, value: float, lower: float, upper: float, usual: float, at_bound: float
) -> bool:
    """Whether a price would move what has it, within its bounds."""
    room = at_bound * max(usual, abs(value))
    return value > lower + room if price > 0.0 else value < upper - room


@called
def is_best(
    starts: Ints,
    rows: Ints,
    entries: Floats,
    costs: Floats,
    duals: Floats,
    point: tuple[Floats, Floats],
    faces: tuple[Floats, Floats, Floats, Floats],
    sizes: tuple[Floats, Floats],
    at_bound: float,
    allowed: float,
) -> bool:
    """Whether a point is the best within bounds for some costs, by the prices of its rows.

    Args:
        starts: As in `violations`.
        rows: As in `violations`.
        entries: As in `violations`.
        costs: (columns,)
        duals: (rows,)
        point: Values of the columns and sums of the rows.
        faces: Lower and upper bounds of columns, then of rows.
        sizes: What is usual of columns and of rows.
        at_bound: Distance from a bound that counts as none, beside the size of the value.
        allowed: Price of a usual amount that counts as none.
    """
    col_lower, col_upper, row_lower, row_upper = faces
    for j in range(len(costs)):
        summed = 0.0
        for e in range(starts[j], starts[j + 1]):
            summed += entries[e] * duals[rows[e]]
        reduced = costs[j] - summed
        if not abs(reduced * sizes[0][j]) <= allowed and _is_drawn(
            reduced, point[0][j], col_lower[j], col_upper[j], sizes[0][j], at_bound
        ):
            return False
    for i in range(len(duals)):
        if not abs(duals[i] * sizes[1][i]) <= allowed and _is_drawn(
            duals[i], point[1][i], row_lower[i], row_upper[i], sizes[1][i], at_bound
        ):
            return False
    return True


@called
def is_as_good(costs: Table, one: Floats, best: Floats, within: float) -> bool:
    """Whether two points come to the same in every level, beside what is summed in it.

    Args:
        costs: Levels that count. (levels, columns)
        one: (columns,)
        best: (columns,)
        within: Relative difference that counts as none.
    """
    for level in range(len(costs)):
        apart, size = 0.0, 0.0
        for j in range(len(one)):
            cost = costs[level, j]
            if cost != 0.0:
                apart += cost * (one[j] - best[j])
                size += abs(cost) * (abs(one[j]) + abs(best[j]))
        if not abs(apart) <= within * max(size, SMALLEST):
            return False
    return True


@called
def level_sizes(costs: Table, sizes: Floats) -> tuple[Floats, Floats]:
    """The largest cost of a usual amount of each level, and its least cost. (levels,) each.

    Args:
        costs: (levels, columns)
        sizes: What is usual of each column. (columns,)
    """
    largest, least = np.zeros(len(costs)), np.full(len(costs), np.inf)
    for level in range(len(costs)):
        for j in range(len(sizes)):
            largest[level] = max(largest[level], abs(costs[level, j] * sizes[j]))
            least[level] = min(least[level], costs[level, j])
    return largest, least
