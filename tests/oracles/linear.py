"""A linear program for a reader: blocks of columns and rows, and levels one after the other.

A level is minimized; then everything that has a price at its optimum is held where it
stands, and the next level is minimized over what is left. So no weight stands for a rank.
Columns are measured in units that their makers give, rows by their largest coefficient.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

PRICED = 1e-9
"""Reduced cost, relative to the dearest column, from which on a column has a price."""
FINEST = 1e-11
"""Prices below this are rounding."""


@dataclass(frozen=True, slots=True)
class Level:
    """One level of the objective."""

    name: str
    costs: Floats
    """[its unit/unit of the column]"""


class UnsolvedError(RuntimeError):
    """The solver found no optimum."""


class Linear:
    """A linear program while it is written, then solved."""

    def __init__(self) -> None:
        self._upper: list[Floats] = []
        self._size: list[Floats] = []
        self._least: list[Floats] = []
        self._most: list[Floats] = []
        self._entries: list[tuple[Ints, Ints, Floats]] = []
        self.n_columns = 0
        self.n_rows = 0
        self._solver: Any = None

    def columns(self, upper: npt.ArrayLike, size: npt.ArrayLike) -> Ints:
        """Columns from 0 to `upper`, in an array of the same shape."""
        most = np.array(upper, dtype=np.float64)
        found = self.n_columns + np.arange(most.size).reshape(most.shape)
        self._upper.append(most.ravel())
        self._size.append(np.broadcast_to(np.asarray(size, dtype=np.float64), most.shape).ravel())
        self.n_columns += most.size
        return found

    def rows(self, least: npt.ArrayLike, most: npt.ArrayLike) -> Ints:
        """Rows between `least` and `most`, in an array of their shape."""
        low, high = np.broadcast_arrays(
            np.asarray(least, dtype=np.float64), np.asarray(most, dtype=np.float64)
        )
        found = self.n_rows + np.arange(low.size).reshape(low.shape)
        self._least.append(low.ravel())
        self._most.append(high.ravel())
        self.n_rows += low.size
        return found

    def add(self, rows: npt.ArrayLike, columns: npt.ArrayLike, values: npt.ArrayLike) -> None:
        """Coefficients; shapes are broadcast."""
        row, column, value = np.broadcast_arrays(rows, columns, np.asarray(values, float))
        self._entries.append((row.ravel(), column.ravel(), value.ravel()))

    def nothing(self) -> Floats:
        """No cost on any column."""
        return np.zeros(self.n_columns)

    def _load(self) -> None:
        rows, columns, values = (
            np.concatenate(parts) for parts in zip(*self._entries, strict=True)
        )
        size = np.concatenate(self._size)
        matrix = sparse.coo_matrix(
            (values * size[columns], (rows, columns)), shape=(self.n_rows, self.n_columns)
        ).tocsr()
        matrix.sum_duplicates()
        largest = np.ones(self.n_rows)
        filled = np.flatnonzero(np.diff(matrix.indptr))
        largest[filled] = np.maximum.reduceat(np.abs(matrix.data), matrix.indptr[filled])
        largest[largest == 0] = 1.0
        matrix = sparse.diags(1.0 / largest) @ matrix
        matrix = sparse.csc_matrix(matrix)
        least = np.concatenate(self._least) / largest
        most = np.concatenate(self._most) / largest
        self.size, self._matrix = size, matrix
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = self.n_columns, self.n_rows
        program.col_cost_ = np.zeros(self.n_columns)
        program.col_lower_ = np.zeros(self.n_columns)
        program.col_upper_ = np.where(
            np.isinf(np.concatenate(self._upper)),
            highspy.kHighsInf,
            np.concatenate(self._upper) / size,
        )
        program.row_lower_ = np.where(np.isinf(least), -highspy.kHighsInf, least)
        program.row_upper_ = np.where(np.isinf(most), highspy.kHighsInf, most)
        program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        program.a_matrix_.start_ = matrix.indptr
        program.a_matrix_.index_ = matrix.indices
        program.a_matrix_.value_ = matrix.data
        solver = highspy.Highs()
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("primal_feasibility_tolerance", 1e-10),
            ("dual_feasibility_tolerance", 1e-10),
            ("small_matrix_value", 1e-12),
        ):
            solver.setOptionValue(option, value)
        solver.passModel(program)
        self._solver = solver
        self._low, self._high = np.array(program.col_lower_), np.array(program.col_upper_)
        self._row_low, self._row_high = np.array(program.row_lower_), np.array(program.row_upper_)

    def _run(self, costs: Floats) -> Floats:
        scaled = costs * self.size
        largest = float(np.abs(scaled).max(initial=0.0)) or 1.0
        self._costs = scaled / largest
        self._solver.changeColsCost(
            self.n_columns, np.arange(self.n_columns, dtype=np.int32), self._costs
        )
        self._solver.run()
        status = self._solver.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            self._solver.clearSolver()
            self._solver.run()
            status = self._solver.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise UnsolvedError(self._solver.modelStatusToString(status))
        return np.array(self._solver.getSolution().col_value) * self.size

    def _hold(self) -> Floats:
        """What has a price stays where it is.

        Returns:
            Prices of the columns that are still free: where the costs of a level lie far
            apart, what is left of it to be minimized. (columns,)
        """
        solution, basis = self._solver.getSolution(), self._solver.getBasis()
        for is_row in (False, True):
            prices = np.array(solution.row_dual if is_row else solution.col_dual)
            states = basis.row_status if is_row else basis.col_status
            low = self._row_low if is_row else self._low
            high = self._row_high if is_row else self._high
            priced = np.flatnonzero(np.abs(prices) > PRICED)
            changed = []
            for i in priced:
                if states[i] == highspy.HighsBasisStatus.kBasic or low[i] == high[i]:
                    continue
                is_upper = states[i] == highspy.HighsBasisStatus.kUpper
                low[i] = high[i] = high[i] if is_upper else low[i]
                changed.append(i)
            where = np.array(changed, dtype=np.int32)
            if len(where):
                change = self._solver.changeRowsBounds if is_row else self._solver.changeColsBounds
                change(len(where), where, low[where], high[where])
        prices = self._costs - self._matrix.T @ np.array(solution.row_dual)
        return np.where((self._low < self._high) & (np.abs(prices) > FINEST), prices, 0.0)

    def minimize(self, levels: Sequence[Level]) -> tuple[Floats, dict[str, float]]:
        """The point that is best level by level, and each level's value."""
        if self._solver is None:
            self._load()
        values: dict[str, float] = {}
        point = np.zeros(self.n_columns)
        for level in levels:
            if level.costs.any():
                point = self._run(level.costs)
                finer = self._hold()
                if finer.any():
                    point = self._run(finer / self.size)
                    self._hold()
            values[level.name] = float(level.costs @ point)
        return point, {level.name: float(level.costs @ point) for level in levels}

    def extent(self, costs: Floats) -> tuple[float, float]:
        """Least and most of a sum over all points that are as good, level by level."""
        if not costs.any():
            return 0.0, 0.0
        low = float(costs @ self._run(costs))
        high = float(costs @ self._run(-costs))
        return low, high

    def bound(self, columns: npt.ArrayLike, upper: npt.ArrayLike) -> None:
        """Other upper bounds, before or between solves."""
        if self._solver is None:
            self._load()
        where = np.ravel(np.asarray(columns)).astype(np.int32)
        self._high[where] = np.ravel(np.asarray(upper, dtype=float)) / self.size[where]
        self._solver.changeColsBounds(len(where), where, self._low[where], self._high[where])
