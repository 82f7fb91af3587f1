"""Sums over the entries of a sparse matrix, from which an optimum is proven without the solver."""

import numpy as np

from derbes.kernels.compiling import Floats, Ints, called
from derbes.kernels.policy import Table

SMALLEST = 1e-300


@called
def row_sums(starts: Ints, rows: Ints, entries: Floats, columns: Floats, found: Table) -> None:
    """What each row sums, and the sum of its absolute terms; the matrix stands by column.

    Args:
        starts: First entry of each column, and the number of entries. (columns + 1,)
        rows: Row of each entry.
        entries: The entries.
        columns: Values of the columns. (columns,)
        found: Filled with both, 0 before. (2, rows)
    """
    for j in range(len(columns)):
        value = columns[j]
        if value == 0.0:
            continue
        for e in range(starts[j], starts[j + 1]):
            term = entries[e] * value
            found[0, rows[e]] += term
            found[1, rows[e]] += abs(term)


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
        starts: As in `row_sums`.
        rows: As in `row_sums`.
        entries: As in `row_sums`.
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
