"""A program in columns, rows and costs of a size that a solver likes.

All factors are powers of two, so that nothing is rounded.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from derbes.programs.solver.statement import FloatArray, LinearProgram, power_of_two


@dataclass(frozen=True, slots=True)
class Scaled:
    """A program in scaled columns, rows and costs."""

    cost: FloatArray
    col_lower: FloatArray
    col_upper: FloatArray
    row_lower: FloatArray
    row_upper: FloatArray
    matrix: sparse.csc_matrix
    column_scale: FloatArray
    """By which columns were divided. (columns,)"""
    cost_scale: float
    """By which costs were divided."""


def scaled(program: LinearProgram, column_scale: FloatArray) -> Scaled:
    """The program with its columns divided by powers of two.

    Rows are divided by a power of two near their largest entry, costs by one near their
    median.

    Args:
        program: The program.
        column_scale: (columns,)
    """
    matrix = program.matrix.copy()
    matrix.data = matrix.data * np.repeat(column_scale, np.diff(matrix.indptr))
    largest = np.zeros(matrix.shape[0])
    np.maximum.at(largest, matrix.indices, np.abs(matrix.data))
    row_scale = 2.0 ** np.round(np.log2(np.where(largest > 0, largest, 1.0)))
    matrix.data = matrix.data / row_scale[matrix.indices]
    cost = program.cost * column_scale
    sizes = np.abs(cost[cost != 0])
    cost_scale = float(power_of_two(np.median(sizes))) if len(sizes) else 1.0
    return Scaled(
        cost=cost / cost_scale,
        col_lower=program.col_lower / column_scale,
        col_upper=program.col_upper / column_scale,
        row_lower=program.row_lower / row_scale,
        row_upper=program.row_upper / row_scale,
        matrix=matrix,
        column_scale=column_scale,
        cost_scale=cost_scale,
    )
