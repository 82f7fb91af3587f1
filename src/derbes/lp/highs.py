"""HiGHS: the only module that knows the solver.

A session keeps one program in the solver, so that a change of bounds or costs is
solved from the last basis. Cold and warm solves have options of their own; the optimum
is the same, the certificate sees to it. One thread, a fixed seed.

Programs some of whose columns are whole numbers: what is asked and what is found.
"""

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

from derbes.errors import SolveError
from derbes.language import _
from derbes.lp.program import (
    BoolArray,
    FloatArray,
    IntArray,
    LinearProgram,
    Scaled,
    Sizes,
    parted,
    power_of_two,
    row_sizes,
    scaled,
    usual_sizes,
)


@dataclass(frozen=True, slots=True)
class MixedAnswer:
    """What the solver found of a program with whole-numbered columns."""

    columns: FloatArray | None
    """Best point, whole where it must be; None: none was found."""
    bound: float
    """No point is better; inf: there is none at all."""
    is_in_time: bool
    """Whether the solver ended by itself."""


@dataclass(frozen=True, slots=True)
class MixedSettings:
    """How far and how long a program with whole-numbered columns is solved."""

    absolute_gap: float = 0.0
    relative_gap: float = 0.0
    time_limit: float | None = None
    """[second]"""
    start: FloatArray | None = None
    """A point to begin with. (columns,)"""


COLD: dict[str, bool | int | float | str] = {
    "presolve": "on",
    "simplex_dual_edge_weight_strategy": -1,
    "dual_simplex_cost_perturbation_multiplier": 1.0,
    "primal_simplex_bound_perturbation_multiplier": 1.0,
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
    "primal_simplex_bound_perturbation_multiplier": 0.0,
}
"""Devex weights, no presolve or perturbation: fast when few bounds have changed. The scaling
must stay as it is: bounds that change later would be taken for scaled ones, and a wrong point
for an optimum."""
MOST_SPAN = 1e11
"""Largest ratio of two entries of a scaled matrix that is handed to the solver."""
USUAL, STRICT = 1e-7, 1e-10
"""Tolerances of the solver."""
IIS_STRATEGY = 6
"""Rows and columns from the dual ray, then made irreducible."""
PRIMAL_SIMPLEX, DUAL_SIMPLEX = 4, 1
ROWS_SHOWN = 8
_GIVEN_UP = (
    highspy.HighsModelStatus.kNotset,
    highspy.HighsModelStatus.kPresolveError,
    highspy.HighsModelStatus.kSolveError,
    highspy.HighsModelStatus.kUnknown,
)
"""The solver stopped without an answer; it is asked once more, without presolve."""
LEAST_PART = 4000
"""Columns that are worth a solver of their own."""
Basis = tuple[Any, ...]
"""A basis of each part, to start another solve from."""
_Bounds = tuple[FloatArray, FloatArray]
_COLUMNS, _ROWS = range(2)
Stance = npt.NDArray[np.int8]
"""Where columns and rows stand in a basis: at a bound, between bounds, or basic."""
LOWER, BASIC, _UPPER, _ZERO = range(4)
_STANDINGS = np.array(
    [
        highspy.HighsBasisStatus.kLower,
        highspy.HighsBasisStatus.kBasic,
        highspy.HighsBasisStatus.kUpper,
        highspy.HighsBasisStatus.kZero,
    ],
    dtype=object,
)


@contextlib.contextmanager
def without_output() -> Iterator[None]:
    """Let nothing reach the standard output, not even from compiled code.

    From 1.16 on the solver prints its name when it is first made, before any option can be
    set; that would stand amid the JSON of a command.
    """
    try:
        library = ctypes.CDLL("ucrtbase" if os.name == "nt" else None)
        shown = os.dup(1)
    except OSError:  # there is no output to spoil
        yield
        return
    if sys.stdout is not None:
        sys.stdout.flush()
    library.fflush(None)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
        library.fflush(None)
    finally:
        os.dup2(shown, 1)
        os.close(nowhere)
        os.close(shown)


@cache
def _say_name() -> None:
    """Let the solver say its name, which it does once in a process, where nobody reads it."""
    with without_output():
        highspy.Highs()  # type: ignore[no-untyped-call]


def _new_solver() -> Any:
    """A solver with our options; its compiled interface is only partly typed."""
    _say_name()
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, setting in OPTIONS.items():
        solver.setOptionValue(option, setting)
    return solver


@dataclass(slots=True)
class _Part:
    """Columns and rows that have nothing to do with the others of a program, in a solver."""

    solver: Any
    columns: IntArray
    rows: IntArray
    is_cold: bool = True
    is_solved: bool = False
    """Whether nothing of it has changed since it was solved: it need not be again."""
    values: FloatArray | None = None
    """Columns of the last solve, as the solver has them."""
    duals: FloatArray | None = None
    """Row duals of the last solve, once they are asked for."""
    basic: IntArray | None = None
    """Basic columns, and basic rows as -1 - row, once they are asked for."""
    start: Any = None
    """Basis from which it is to start once something changes; None: from the last one."""

    def forget(self) -> None:
        """Start the next solve cold."""
        self.solver.clearSolver()
        self.basic, self.start, self.is_cold, self.is_solved = None, None, True, False
        for option, setting in COLD.items():
            self.solver.setOptionValue(option, setting)

    def start_from(self, basis: Any) -> None:
        """Start the next solve from a basis, where there is one."""
        if self.is_solved:
            self.start = basis
        else:
            self.basic = None
            self.solver.setBasis(basis)
            self.warm_up()

    def change(self) -> None:
        """Get ready for a change."""
        self.is_solved = False
        if self.start is not None:
            self.start_from(self.start)
            self.start = None

    def warm_up(self) -> None:
        """Solve with the options of a solver that has a basis."""
        if self.is_cold:
            self.is_cold = False
            for option in COLD:
                self.solver.setOptionValue(option, WARM[option])

    def run(self, *, primal: bool) -> Any:
        """Solve once; the status of what comes of it."""
        self.basic = self.duals = None
        self.solver.setOptionValue("simplex_strategy", PRIMAL_SIMPLEX if primal else DUAL_SIMPLEX)
        self.solver.run()
        return self.solver.getModelStatus()

    def take(self) -> None:
        """Keep the optimum that was found."""
        self.warm_up()
        self.values, self.is_solved = _floats(self.solver.getSolution().col_value), True

    def basic_variables(self) -> IntArray:
        """Basic columns, and basic rows as -1 - row. (rows,)"""
        if self.basic is None:
            # without entries all rows are basic, and the solver breaks when it is asked
            has_some = self.solver.getNumNz() > 0
            rows = -1 - np.arange(len(self.rows))
            self.basic = self.solver.getBasicVariables()[1] if has_some else rows
        return self.basic


_Change = tuple[_Part, IntArray, npt.NDArray[np.int32]]
"""A part, and which of its columns or rows change: their places in the program and in it."""


class Session:
    """One program in the solver, in as many parts as have nothing to do with one another.

    Columns, rows and costs are divided by what is usual of them (`Sizes`), so that the
    solver's absolute tolerances are relative ones, whatever units the case is written in. A
    part of which nothing has changed since it was solved is not solved again.
    """

    def __init__(self, program: LinearProgram, *, is_whole: bool = False) -> None:
        """A program in the solver.

        Args:
            program: The program.
            is_whole: Whether it is not parted, since rows are to come that may join its parts.
        """
        self.program = program
        sizes = usual_sizes(program)
        self._sizes = sizes
        self._cost_size = cost_size(sizes, program.cost)
        self._costs = program.cost * sizes.columns / self._cost_size
        self._of = list(parted(program.matrix, program.matrix.shape[1] if is_whole else LEAST_PART))
        self._at = [_places(of) for of in self._of]
        self._parts = _passed(program, sizes, self._costs, self._of)
        self._bounds: list[_Bounds] = [
            (program.col_lower, program.col_upper),
            (program.row_lower, program.row_upper),
        ]

    def set_column_bounds(self, lower: FloatArray, upper: FloatArray) -> None:
        """Bounds of all columns, not to be written to later; what changes is passed on."""
        for part, which, places in self._unlike(_COLUMNS, (lower, upper)):
            sizes = self._sizes.columns[which]
            bounds = lower[which] / sizes, upper[which] / sizes
            part.solver.changeColsBounds(len(which), places, *bounds)

    def set_row_bounds(self, lower: FloatArray, upper: FloatArray) -> None:
        """Bounds of all rows, not to be written to later; what changes is passed on."""
        for part, which, places in self._unlike(_ROWS, (lower, upper)):
            sizes = self._sizes.rows[which]
            bounds = lower[which] / sizes, upper[which] / sizes
            part.solver.changeRowsBounds(len(which), places, *bounds)

    def _unlike(self, axis: int, bounds: _Bounds) -> Iterator[_Change]:
        """Columns or rows whose bounds change."""
        before, self._bounds[axis] = self._bounds[axis], bounds
        if bounds[0] is not before[0] or bounds[1] is not before[1]:
            is_new = (before[0] != bounds[0]) | (before[1] != bounds[1])
            yield from self._by_part(axis, np.flatnonzero(is_new))

    def _by_part(self, axis: int, which: IntArray) -> Iterator[_Change]:
        """Columns or rows that change by the part that they are in, with their places there."""
        of, at = self._of[axis], self._at[axis]
        if len(self._parts) > 1:
            which = which[np.argsort(of[which], kind="stable")]
        for one in np.split(which, np.flatnonzero(np.diff(of[which])) + 1):
            if len(one):
                part = self._parts[of[one[0]]]
                part.change()
                yield part, one, at[one].astype(np.int32)

    def set_costs(self, costs: FloatArray, *, is_alone: bool = False) -> None:
        """Costs of all columns.

        Args:
            costs: (columns,)
            is_alone: They are one level, whose own size is taken for what is usual.
        """
        sizes = replace(self._sizes, cost=None) if is_alone else self._sizes
        self._cost_size = cost_size(sizes, costs)
        scaled = costs * self._sizes.columns / self._cost_size
        for part, which, places in self._by_part(_COLUMNS, np.flatnonzero(scaled != self._costs)):
            part.solver.changeColsCost(len(which), places, scaled[which])
        self._costs = scaled

    def change_entries(self, rows: IntArray, columns: IntArray, entries: FloatArray) -> None:
        """Entries of the matrix at some of its places."""
        scaled = entries * self._sizes.columns[columns] / self._sizes.rows[rows]
        of, (of_columns, of_rows) = self._of[_ROWS], self._at
        for row, column, entry in zip(rows, columns, scaled, strict=True):
            part = self._parts[of[row]]
            part.change()
            part.solver.changeCoeff(int(of_rows[row]), int(of_columns[column]), float(entry))

    def add_rows(self, rows: sparse.csr_matrix) -> None:
        """Add rows without bounds to a whole; their bounds are set like those of the others."""
        (part,) = self._parts
        part.change()
        n = rows.shape[0]
        free = np.full(n, np.inf)
        starts, columns = rows.indptr[:-1].astype(np.int32), rows.indices.astype(np.int32)
        sizes = row_sizes(rows.tocsc(), self._sizes.columns)
        scaled = rows.data * self._sizes.columns[columns] / np.repeat(sizes, np.diff(rows.indptr))
        part.solver.addRows(n, -free, free, rows.nnz, starts, columns, scaled)
        self._sizes = replace(self._sizes, rows=np.concatenate([self._sizes.rows, sizes]))
        self._bounds[_ROWS] = (
            np.concatenate([self._bounds[_ROWS][0], -free]),
            np.concatenate([self._bounds[_ROWS][1], free]),
        )
        self._of[_ROWS] = np.zeros(len(self._sizes.rows), dtype=np.int64)
        self._at[_ROWS] = part.rows = np.arange(len(self._sizes.rows))
        part.basic = None

    def basis(self) -> Basis:
        """The last basis."""
        return tuple(part.solver.getBasis() for part in self._parts)

    def start_from(self, basis: Basis) -> None:
        """Start the next solve from a basis of a program with the same matrix."""
        for part, one in zip(self._parts, basis, strict=True):
            part.start_from(one)

    def stance(self) -> Stance:
        """The last basis as small numbers that can be kept and sent. (columns + rows,)"""
        n = len(self._costs)
        values = np.zeros(n + len(self._sizes.rows))
        basic: list[IntArray] = []
        for part in self._parts:
            solution, found = part.solver.getSolution(), part.basic_variables()
            values[part.columns] = _floats(solution.col_value)
            values[n + part.rows] = _floats(solution.row_value)
            basic += [part.columns[found[found >= 0]], n + part.rows[-found[found < 0] - 1]]
        columns = _standing(values[:n] * self._sizes.columns, self._bounds[_COLUMNS])
        rows = _standing(values[n:] * self._sizes.rows, self._bounds[_ROWS])
        stance: Stance = np.concatenate([columns, rows])
        stance[np.concatenate(basic)] = BASIC
        return stance

    def stand(self, stance: Stance, *, is_alike: bool = True) -> None:
        """Start the next solve from a stance; rows that were added since are basic.

        Args:
            stance: (columns + rows,)
            is_alike: Whether it is a basis of a program of the same shape; else, or where it
                has not one that is basic for each row, the solver makes one of it.
        """
        n = len(self._costs)
        missing = len(self._bounds[_ROWS][0]) - (len(stance) - n)
        stance = np.concatenate([stance, np.full(missing, BASIC, dtype=np.int8)])
        for part in self._parts:
            columns, rows = stance[part.columns], stance[n + part.rows]
            basis = highspy.HighsBasis()
            basis.valid = True
            n_basic = np.count_nonzero(columns == BASIC) + np.count_nonzero(rows == BASIC)
            basis.alien = not is_alike or n_basic != len(rows)
            basis.col_status = _STANDINGS[columns].tolist()
            basis.row_status = _STANDINGS[rows].tolist()
            part.start_from(basis)

    def be_strict(self, *, is_strict: bool) -> None:
        """Solve to the smallest tolerances that the solver has, or to the usual ones."""
        tolerance = STRICT if is_strict else USUAL
        for part in self._parts:
            for option in ("primal_feasibility_tolerance", "dual_feasibility_tolerance"):
                part.solver.setOptionValue(option, tolerance)

    def forget(self) -> None:
        """Start the next solve cold."""
        for part in self._parts:
            part.forget()

    def run(self, *, primal: bool = False) -> FloatArray:
        """Solve and return the columns.

        Args:
            primal: Use the primal simplex; better when only costs have changed.

        Raises:
            SolveError: There is no optimum; names the rows that clash.
        """
        for part in self._to_solve():
            status = part.run(primal=primal)
            if status != highspy.HighsModelStatus.kOptimal and not part.is_cold:
                part.forget()
                status = part.run(primal=primal)
            if status in _GIVEN_UP:
                part.forget()
                part.solver.setOptionValue("presolve", "off")
                status = part.run(primal=primal)
            if status != highspy.HighsModelStatus.kOptimal:
                raise SolveError(self._explain(part, status))
            part.take()
        return self._columns()

    def point(self) -> FloatArray | None:
        """Solve once and return the columns; None: the solver found no optimum."""
        for part in self._to_solve():
            if part.run(primal=False) != highspy.HighsModelStatus.kOptimal:
                return None
            part.take()
        return self._columns()

    def _to_solve(self) -> list[_Part]:
        """Parts of which something has changed; the others need no start."""
        for part in self._parts:
            part.start = None if part.is_solved else part.start
        return [part for part in self._parts if not part.is_solved]

    def _columns(self) -> FloatArray:
        """Columns of the last solve. (columns,)"""
        found = np.empty(len(self._costs))
        for part in self._parts:
            found[part.columns] = part.values
        return found * self._sizes.columns

    def row_duals(self) -> FloatArray:
        """Row duals of the last solve, for the costs it had. (rows,)"""
        found = np.empty(len(self._sizes.rows))
        for part in self._parts:
            if part.duals is None:
                part.duals = _floats(part.solver.getSolution().row_dual)
            found[part.rows] = part.duals
        return found * self._cost_size / self._sizes.rows

    def part_duals(self, costs: FloatArray, total: FloatArray | None) -> FloatArray:
        """Row duals of parts of the objective at the last basis. (parts, rows)

        Each is computed by itself: by difference, a small part would be lost in the
        rounding of a large one.

        Args:
            costs: Parts of the costs that were solved. (parts, columns)
            total: Row duals, where there is one part; None: to be computed. (rows,)
        """
        if total is not None:
            return total[None, :]
        duals = np.zeros((len(costs), len(self._sizes.rows)))
        for part in self._parts:
            basic = part.basic_variables()
            is_column = basic >= 0
            at = part.columns[basic[is_column]]
            for found, cost in zip(duals, costs, strict=True):
                side = np.zeros(len(basic))
                side[is_column] = cost[at] * self._sizes.columns[at]
                if side.any():
                    found[part.rows] = part.solver.getBasisTransposeSolve(side)[1]
        return duals / self._sizes.rows

    def _explain(self, part: _Part, status: highspy.HighsModelStatus) -> str:
        name = self.program.name
        if status in (
            highspy.HighsModelStatus.kInfeasible,
            highspy.HighsModelStatus.kUnboundedOrInfeasible,
        ):
            rows = self._clashing_rows(part)
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
            name=name, status=part.solver.modelStatusToString(status)
        )

    def _clashing_rows(self, part: _Part) -> str:
        part.solver.setOptionValue("iis_strategy", IIS_STRATEGY)
        _status, clash = part.solver.getIis()
        names = [self.program.row_name(int(part.rows[i])) for i in clash.row_index_]
        names += [self.program.column_name(int(part.columns[j])) for j in clash.col_index_]
        shown = ", ".join(names[:ROWS_SHOWN]) or _("unknown")
        return shown + (", …" if len(names) > ROWS_SHOWN else "")


def _floats(numbers: list[float]) -> FloatArray:
    """Numbers of the solver, which come as a list."""
    return np.fromiter(numbers, np.float64, len(numbers))


def _places(of: IntArray) -> IntArray:
    """The place of each column or row among those of its part."""
    found = np.zeros(len(of), dtype=np.int64)
    for part in range(int(of.max(initial=0)) + 1):
        mine = of == part
        found[mine] = np.arange(np.count_nonzero(mine))
    return found


def _standing(values: FloatArray, bounds: _Bounds) -> Stance:
    """The bound at which each value stands, if it is not basic."""
    lower, upper = bounds
    is_upper = np.isfinite(upper) & (np.abs(values - upper) < np.abs(values - lower))
    is_free = ~np.isfinite(lower) & ~np.isfinite(upper)
    standing: Stance = np.where(is_upper, _UPPER, LOWER).astype(np.int8)
    standing[is_free] = _ZERO
    return standing


def cost_size(sizes: Sizes, costs: FloatArray) -> float:
    """What costs are divided by: what is said, or the geometric mean of those that are not 0."""
    if sizes.cost is not None:
        return sizes.cost
    scaled = np.abs(costs * sizes.columns)
    known = scaled[scaled > 0]
    return float(power_of_two(np.exp(np.log(known).mean()))) if len(known) else 1.0


def _passed(
    program: LinearProgram, sizes: Sizes, costs: FloatArray, of: list[IntArray]
) -> list[_Part]:
    """Each part of a program in a solver, beside what is usual of its columns and rows."""
    matrix = program.matrix.copy()
    matrix.data = matrix.data * np.repeat(sizes.columns, np.diff(matrix.indptr))
    matrix.data /= sizes.rows[matrix.indices]
    _refuse_unlike(program, matrix)
    column_bounds = program.col_lower / sizes.columns, program.col_upper / sizes.columns
    row_bounds = program.row_lower / sizes.rows, program.row_upper / sizes.rows
    found: list[_Part] = []
    n_parts = 1 + int(of[0].max(initial=0))
    for one in range(n_parts):
        columns, rows = (np.flatnonzero(owner == one) for owner in of)
        part = _Part(_new_solver(), columns, rows)
        _hand_over(
            part.solver,
            matrix if n_parts == 1 else matrix[:, columns][rows],
            costs[columns],
            columns=(column_bounds[0][columns], column_bounds[1][columns]),
            rows=(row_bounds[0][rows], row_bounds[1][rows]),
            is_whole=np.zeros(len(columns), dtype=np.bool_),
        )
        found.append(part)
    return found


def _hand_over(
    solver: Any,
    matrix: sparse.csc_matrix,
    costs: FloatArray,
    *,
    columns: _Bounds,
    rows: _Bounds,
    is_whole: BoolArray,
) -> None:
    """Numbers to a solver, whose lists are taken as they lie in memory, not one by one."""
    n_rows, n_columns = matrix.shape
    solver.passModel(
        n_columns,
        n_rows,
        matrix.nnz,
        int(highspy.MatrixFormat.kColwise),
        int(highspy.ObjSense.kMinimize),
        0.0,
        costs,
        *columns,
        *rows,
        matrix.indptr.astype(np.int32),
        matrix.indices.astype(np.int32),
        matrix.data,
        is_whole.astype(np.int32),
    )


def _refuse_unlike(program: LinearProgram, matrix: sparse.csc_matrix) -> None:
    """Refuse entries that no solver can tell from rounding.

    Raises:
        SolveError: The entries of the matrix span more than `MOST_SPAN`.
    """
    entries = np.abs(matrix.data[matrix.data != 0])
    if not len(entries) or float(entries.max() / entries.min()) <= MOST_SPAN:
        return
    places = [
        int(np.argmin(np.where(matrix.data != 0, np.abs(matrix.data), np.inf))),
        int(np.argmax(np.abs(matrix.data))),
    ]
    column_of = np.repeat(np.arange(matrix.shape[1]), np.diff(matrix.indptr))
    smallest, largest = (program.column_name(int(column_of[place])) for place in places)
    raise SolveError(
        _(
            'program "{name}": the case\'s numbers are too far apart: those of {smallest} and '
            "of {largest} differ by more than {span:.0e} times even beside what is usual of "
            "each. Fix: leave out what is that small, or look for a unit that was mistaken."
        ).format(name=program.name, smallest=smallest, largest=largest, span=MOST_SPAN)
    )


def solve_mixed(
    program: LinearProgram, is_whole: BoolArray, column_scale: FloatArray, settings: MixedSettings
) -> MixedAnswer:
    """A point of a program some of whose columns are whole numbers, and its bound.

    At the end the whole columns are rounded and held, and the others are solved again, where
    the point is not whole to the last bit or not proved to be the best already.

    Args:
        program: The program.
        is_whole: Columns that must be whole numbers. (columns,)
        column_scale: Powers of two by which the columns are divided in the solver, 1 for
            whole ones; rows and costs are scaled to match. (columns,)
        settings: How far and how long to solve.

    Raises:
        SolveError: The program is unbounded, or the solver gave up.
    """
    solver = _new_solver()
    small = scaled(program, column_scale)
    columns, rows = (small.col_lower, small.col_upper), (small.row_lower, small.row_upper)
    _hand_over(solver, small.matrix, small.cost, columns=columns, rows=rows, is_whole=is_whole)
    solver.setOptionValue("mip_rel_gap", settings.relative_gap)
    solver.setOptionValue("mip_abs_gap", max(settings.absolute_gap / small.cost_scale, _LEAST_GAP))
    solver.setOptionValue("mip_feasibility_tolerance", _WHOLE_TOLERANCE)
    if settings.time_limit is not None:
        solver.setOptionValue("time_limit", max(settings.time_limit, 0.0))
    if settings.start is not None:
        begin = highspy.HighsSolution()
        begin.col_value = (settings.start / column_scale).tolist()
        solver.setSolution(begin)
    solver.run()
    return _mixed_answer(program, solver, is_whole, small)


_LEAST_GAP = 1e-9
_WHOLE_TOLERANCE = 1e-7


def _mixed_answer(
    program: LinearProgram, solver: Any, is_whole: BoolArray, small: Scaled
) -> MixedAnswer:
    status, found = solver.getModelStatus(), highspy.HighsModelStatus
    if status in (found.kInfeasible, found.kUnboundedOrInfeasible):
        return MixedAnswer(None, np.inf, is_in_time=True)
    if status not in (found.kOptimal, found.kTimeLimit, found.kInterrupt):
        raise SolveError(
            _('program "{name}" has no optimum: the solver stopped with "{status}".').format(
                name=program.name, status=solver.modelStatusToString(status)
            )
        )
    is_in_time = status == found.kOptimal
    info = solver.getInfo()
    is_mixed = bool(is_whole.any())
    bound = info.mip_dual_bound if is_mixed else info.objective_function_value
    if not is_mixed and not is_in_time:
        return MixedAnswer(None, -np.inf, is_in_time=False)
    if info.primal_solution_status != int(highspy.SolutionStatus.kSolutionStatusFeasible):
        return MixedAnswer(None, bound * small.cost_scale, is_in_time=is_in_time)
    columns = np.array(solver.getSolution().col_value)
    is_optimum = info.mip_gap == 0.0 and bool((columns == np.round(columns))[is_whole].all())
    if is_mixed and not is_optimum:
        columns = _held(solver, columns, is_whole)
    bound = bound * small.cost_scale
    return MixedAnswer(columns * small.column_scale, bound, is_in_time=is_in_time)


def _held(solver: Any, columns: FloatArray, is_whole: BoolArray) -> FloatArray:
    """The point with its whole columns rounded and the others solved again."""
    which = np.flatnonzero(is_whole).astype(np.int32)
    rounded = np.round(columns[which])
    solver.changeColsIntegrality(len(which), which, np.full(len(which), 0, dtype=np.uint8))
    solver.changeColsBounds(len(which), which, rounded, rounded)
    solver.setOptionValue("time_limit", np.inf)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        columns = columns.copy()
        columns[which] = rounded
        return columns
    return np.array(solver.getSolution().col_value)
