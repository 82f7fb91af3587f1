"""HiGHS: the only module that knows the solver.

A session keeps one program in the solver, so that a change of bounds or costs is
solved from the last basis. Cold and warm solves have options of their own; the optimum
is the same, the certificate sees to it. One thread, a fixed seed.
"""

from typing import Any

import highspy
import numpy as np
import numpy.typing as npt

from derbes.errors import SolveError
from derbes.language import _
from derbes.programs.solver.statement import FloatArray, IntArray, LinearProgram

COLD: dict[str, bool | int | float | str] = {
    "presolve": "on",
    "simplex_dual_edge_weight_strategy": -1,
    "dual_simplex_cost_perturbation_multiplier": 1.0,
    "simplex_scale_strategy": 1,
}
"""The solver's own defaults; many times faster when there is no basis to start from."""
OPTIONS: dict[str, bool | int | float | str] = {
    "output_flag": False,
    "threads": 1,
    "random_seed": 0,
}
WARM: dict[str, bool | int | float | str] = {
    "presolve": "off",
    "simplex_dual_edge_weight_strategy": 1,
    "dual_simplex_cost_perturbation_multiplier": 0.0,
    "simplex_scale_strategy": 0,
}
"""Devex weights, no presolve, perturbation or scaling: fast when few bounds have changed."""
IIS_STRATEGY = 6
"""Rows and columns from the dual ray, then made irreducible."""
PRIMAL_SIMPLEX, DUAL_SIMPLEX = 4, 1
ROWS_SHOWN = 8
Basis = highspy.HighsBasis
"""A basis, to start another solve from."""


def _new_solver() -> Any:
    """A solver with our options; its compiled interface is only partly typed."""
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, setting in OPTIONS.items():
        solver.setOptionValue(option, setting)
    return solver


class Session:
    """One program in the solver.

    Quantities are divided by `scale`, a power of two near the program's largest
    bound, so that the solver's absolute tolerances are relative ones.
    """

    def __init__(self, program: LinearProgram) -> None:
        self.program = program
        self.scale = _scale(program)
        self._solver = _new_solver()
        self._solver.passModel(_to_highs(program, self.scale))
        self._is_cold = True
        self._column_bounds = (program.col_lower, program.col_upper)
        self._row_bounds = (program.row_lower, program.row_upper)
        self._all_columns = np.arange(program.matrix.shape[1], dtype=np.int32)

    def set_column_bounds(self, lower: FloatArray, upper: FloatArray) -> None:
        """Bounds of all columns, not to be written to later; what changes is passed on."""
        if lower is self._column_bounds[0] and upper is self._column_bounds[1]:
            return
        which = _changed(self._column_bounds, (lower, upper))
        if len(which):
            low, high = lower[which] / self.scale, upper[which] / self.scale
            self._solver.changeColsBounds(len(which), which, low, high)
        self._column_bounds = (lower, upper)

    def set_row_bounds(self, lower: FloatArray, upper: FloatArray) -> None:
        """Bounds of all rows, not to be written to later; what changes is passed on."""
        if lower is self._row_bounds[0] and upper is self._row_bounds[1]:
            return
        which = _changed(self._row_bounds, (lower, upper))
        if len(which):
            low, high = lower[which] / self.scale, upper[which] / self.scale
            self._solver.changeRowsBounds(len(which), which, low, high)
        self._row_bounds = (lower, upper)

    def set_costs(self, costs: FloatArray) -> None:
        """Costs of all columns."""
        self._solver.changeColsCost(len(self._all_columns), self._all_columns, costs)

    def basis(self) -> Basis:
        """The last basis."""
        basis: Basis = self._solver.getBasis()
        return basis

    def start_from(self, basis: Basis) -> None:
        """Start the next solve from a basis of a program of the same shape."""
        self._solver.setBasis(basis)
        self._warm_up()

    def forget(self) -> None:
        """Start the next solve cold."""
        self._solver.clearSolver()
        self._is_cold = True
        for option, setting in COLD.items():
            self._solver.setOptionValue(option, setting)

    def _warm_up(self) -> None:
        if self._is_cold:
            self._is_cold = False
            for option in COLD:
                self._solver.setOptionValue(option, WARM[option])

    def run(self, *, primal: bool = False) -> FloatArray:
        """Solve and return the columns.

        Args:
            primal: Use the primal simplex; better when only costs have changed.

        Raises:
            SolveError: There is no optimum; names the rows that clash.
        """
        self._solver.setOptionValue("simplex_strategy", PRIMAL_SIMPLEX if primal else DUAL_SIMPLEX)
        self._solver.run()
        status = self._solver.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal and not self._is_cold:
            self.forget()
            self._solver.run()
            status = self._solver.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise SolveError(self._explain(status))
        self._warm_up()
        return np.array(self._solver.getSolution().col_value) * self.scale

    def row_duals(self) -> FloatArray:
        """Row duals of the last solve, for the costs it had. (rows,)"""
        return np.array(self._solver.getSolution().row_dual)

    def reduced_costs(self) -> FloatArray:
        """Reduced costs of the last solve, for the costs it had. (columns,)"""
        return np.array(self._solver.getSolution().col_dual)

    def part_duals(self, costs: FloatArray, total: FloatArray) -> FloatArray:
        """Row duals of parts of the objective at the last basis. (parts, rows)

        Args:
            costs: Parts that sum to the costs that were solved. (parts, columns)
            total: Row duals of their sum. (rows,)
        """
        duals = np.zeros((len(costs), len(total)))
        if len(costs) > 1:
            _status, basic = self._solver.getBasicVariables()
            is_column = basic >= 0
            for part, cost in enumerate(costs[:-1]):
                side = np.zeros(len(basic))
                side[is_column] = cost[basic[is_column]]
                duals[part] = self._solver.getBasisTransposeSolve(side)[1]
        duals[-1] = total - duals[:-1].sum(axis=0)
        return duals

    def _explain(self, status: highspy.HighsModelStatus) -> str:
        name = self.program.name
        if status in (
            highspy.HighsModelStatus.kInfeasible,
            highspy.HighsModelStatus.kUnboundedOrInfeasible,
        ):
            rows = self._clashing_rows()
            return _(
                'program "{name}" is infeasible. Rows that cannot hold together: {rows}. '
                "Fix: loosen one of these limits, or let demand go unmet there."
            ).format(name=name, rows=rows)
        if status == highspy.HighsModelStatus.kUnbounded:
            return _(
                'program "{name}" is unbounded: something can be bought and sold at a '
                "profit without limit. Fix: give exports and suppliers a capacity."
            ).format(name=name)
        return _('program "{name}" has no optimum: the solver stopped with "{status}".').format(
            name=name, status=self._solver.modelStatusToString(status)
        )

    def _clashing_rows(self) -> str:
        self._solver.setOptionValue("iis_strategy", IIS_STRATEGY)
        _status, clash = self._solver.getIis()
        names = [self.program.row_name(int(i)) for i in clash.row_index_]
        names += [self.program.column_name(int(j)) for j in clash.col_index_]
        shown = ", ".join(names[:ROWS_SHOWN]) or _("unknown")
        return shown + (", …" if len(names) > ROWS_SHOWN else "")


def _changed(
    before: tuple[FloatArray, FloatArray], after: tuple[FloatArray, FloatArray]
) -> npt.NDArray[np.int32]:
    changed = (before[0] != after[0]) | (before[1] != after[1])
    return np.flatnonzero(changed).astype(np.int32)


def _scale(program: LinearProgram) -> float:
    bounds = np.concatenate(
        [program.col_upper, np.abs(program.row_lower), np.abs(program.row_upper)]
    )
    finite = bounds[np.isfinite(bounds) & (bounds > 0)]
    typical = float(np.median(finite)) if len(finite) else 1.0
    return float(2.0 ** np.round(np.log2(typical)))


def _to_highs(program: LinearProgram, scale: float) -> highspy.HighsLp:
    lp = highspy.HighsLp()
    n_rows, n_columns = program.matrix.shape
    lp.num_col_, lp.num_row_ = n_columns, n_rows
    lp.col_cost_ = program.cost
    lp.col_lower_, lp.col_upper_ = program.col_lower / scale, program.col_upper / scale
    lp.row_lower_, lp.row_upper_ = program.row_lower / scale, program.row_upper / scale
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = program.matrix.indptr.astype(np.int32)
    lp.a_matrix_.index_ = program.matrix.indices.astype(np.int32)
    lp.a_matrix_.value_ = program.matrix.data
    return lp


def nonbasic_face(
    reduced: FloatArray, duals: FloatArray, tolerance: float
) -> tuple[IntArray, IntArray]:
    """Columns and rows that every optimum of the last solve has at the same bound."""
    columns = np.flatnonzero(np.abs(reduced) > tolerance)
    rows = np.flatnonzero(np.abs(duals) > tolerance)
    return columns.astype(np.int64), rows.astype(np.int64)
