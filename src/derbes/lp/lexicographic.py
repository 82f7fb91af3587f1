"""Levels of an objective, one after the other, each optimum certified.

First all levels are solved at once with weights that usually keep them apart. Then the
certificate looks at the levels one by one, where there is something to look at: a level
that reaches zero cannot be better, so it is proven together with the next level that
does not (what beats the weighted sum while keeping the zeros would beat that level).
Where the certificate finds that levels are not apart, they are solved one after the
other: after each, the columns and rows with a price stay where they are (that is the
level's optimal face), and the next level is minimized on it.

Checks an optimum without trusting the solver.

Feasibility of the point, and for each part of the objective the signs of the reduced
costs, are computed again with numpy from the program itself. The parts are apart when
the first in which a column (or row) has a reduced cost other than zero has it with the
right sign: then the point is optimal lexicographically, however large the weights were.
"""

from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np

from derbes.errors import SolveError
from derbes.kernels.certificate import prices, row_sums
from derbes.language import _
from derbes.lp.highs import USUAL, Session, cost_size
from derbes.lp.program import (
    BoolArray,
    FloatArray,
    IntArray,
    LinearProgram,
    Parts,
    Solution,
    usual_sizes,
)

DUAL_TOLERANCE = 1e-6
"""Price that counts as none, relative to what is summed to it: HiGHS works to 1e-7."""
AT_BOUND = 1e-7
"""Distance from a bound that counts as none, relative to the size of the column or row."""
NOISE = 1e-4
"""What is summed to a price counts as no less than this part of the largest such sum."""


def violations(
    program: LinearProgram, columns: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Violation of each bound and each row, relative to its own size; and the rows' sums.

    A row is as large as what it sums, as its bounds, and as what is usual of it.

    Returns:
        (columns,), (rows,) and (rows,)
    """
    sizes, matrix = usual_sizes(program), program.matrix
    sums = np.zeros((2, matrix.shape[0]))
    row_sums(matrix.indptr, matrix.indices, matrix.data, columns, sums)
    activity, of_rows = sums[0], np.maximum(sizes.rows, sums[1])
    for bounds in (program.row_lower, program.row_upper):
        of_rows = np.maximum(of_rows, np.where(np.isfinite(bounds), np.abs(bounds), 0.0))
    violation = np.maximum(program.col_lower - columns, columns - program.col_upper)
    of_columns = np.maximum(sizes.columns, np.abs(columns))
    row_violation = np.maximum(program.row_lower - activity, activity - program.row_upper)
    return violation / of_columns, row_violation / of_rows, activity


def primal_residual(program: LinearProgram, columns: FloatArray) -> tuple[float, FloatArray]:
    """Largest violation of a row or bound, and the rows' sums."""
    of_columns, of_rows, activity = violations(program, columns)
    return float(max(of_columns.max(initial=0.0), of_rows.max(initial=0.0))), activity


def relative_prices(program: LinearProgram, parts: Parts) -> tuple[FloatArray, FloatArray]:
    """Prices of columns and rows by part, relative to what they are made of.

    Returns:
        (parts, columns) and (parts, rows)
    """
    matrix, sizes = program.matrix, usual_sizes(program).columns
    of_columns, of_rows = np.zeros_like(parts.costs), np.zeros_like(parts.duals)
    for part, (costs, duals) in enumerate(zip(parts.costs, parts.duals, strict=True)):
        prices(
            matrix.indptr,
            matrix.indices,
            matrix.data,
            costs,
            duals,
            sizes,
            NOISE,
            of_columns[part],
            of_rows[part],
        )
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
    residual, activity = primal_residual(program, columns)
    if not len(parts.costs):
        return residual
    room = AT_BOUND * np.maximum(sizes.columns, np.abs(columns))
    row_room = AT_BOUND * np.maximum(sizes.rows, np.abs(activity))
    of_columns, of_rows = relative_prices(program, parts)
    return max(
        residual,
        wrong_sign(
            of_columns, columns > program.col_lower + room, columns < program.col_upper - room
        ),
        wrong_sign(
            of_rows,
            activity > program.row_lower + row_room,
            activity < program.row_upper - row_room,
        ),
    )


CERTIFIED = 2e-6
"""Residual up to which an optimum counts as proven; twice the certificate's tolerance."""
TIE_BREAKERS = {"thrift", "stock", "late", "oldest", "source"}
"""Last levels that carry no number: they choose among optima and are not proven."""
ZERO = 1e-9
"""Value of a level that counts as zero, relative to its largest cost and what is usual."""


def solve_levels(
    program: LinearProgram,
    session: Session | None = None,
    *,
    is_apart: bool = False,
    is_primal: bool = False,
) -> Solution:
    """The certified lexicographic optimum of a program.

    Args:
        program: The program, with the bounds and costs to be solved.
        session: A session that holds the same matrix and already has the program's
            bounds and weighted costs; a new one is made when missing.
        is_apart: Whether each level is solved by itself too, so that even what weighs next
            to nothing beside the others is decided.
        is_primal: Whether little more than costs has changed since the session's basis.

    Raises:
        SolveError: No optimum, or none that passes its certificate.
    """
    session = session or Session(program)
    solution = None
    weighted = partial(_weighted, is_primal=is_primal, is_proven=not is_apart)
    for attempt in (weighted, _one_by_one, _cold, _strict):
        try:
            solution = attempt(program, session, solution)
        except SolveError:
            # Weights far apart can defeat the solver; level by level they do not meet.
            if attempt is _strict:
                raise
            continue
        if solution.certificate <= CERTIFIED:
            return solution
    residual = np.inf if solution is None else solution.certificate
    raise SolveError(
        _(
            'program "{name}": the solver\'s answer does not pass its certificate '
            "(residual {residual:.1e}). Fix: bring the case's numbers closer together in "
            "size, for example by larger units."
        ).format(name=program.name, residual=residual)
    )


def n_proven(program: LinearProgram) -> int:
    """How many levels carry a number: those that only choose among optima come last."""
    return sum(level not in TIE_BREAKERS for level in program.levels)


def _closing_levels(program: LinearProgram, values: FloatArray) -> IntArray:
    """The level that closes each part: levels at zero belong to the next that is not."""
    usual = np.abs(program.level_costs * usual_sizes(program).columns).max(axis=1, initial=0.0)
    is_zero = np.abs(values) <= ZERO * np.maximum(usual, 1e-300)
    cannot_fall = (program.level_costs >= 0.0).all(axis=1) & bool(np.all(program.col_lower >= 0))
    positive = np.flatnonzero(~(is_zero & cannot_fall))
    proven = n_proven(program)
    last = len(values) - 1
    before = [int(i) for i in positive if i < min(proven, last)]
    return np.array(before if proven <= last else [*before, last], dtype=np.int64)


def _weighted(
    program: LinearProgram,
    session: Session,
    _near: Solution | None,
    *,
    is_primal: bool,
    is_proven: bool,
) -> Solution:
    """All levels at once; where it is only to begin with, without a proof."""
    columns = session.run(primal=is_primal)
    values = np.asarray(program.level_costs @ columns, dtype=np.float64)
    parts = Parts(np.zeros((0, len(columns))), np.zeros((0, len(program.row_upper))))
    if not is_proven:
        return Solution(columns, program.row_upper, values, np.inf, parts)
    closing = _closing_levels(program, values)
    weighted = program.weights[:, None] * program.level_costs
    if len(closing):
        proven = weighted[: n_proven(program)]
        costs = np.add.reduceat(proven, np.array([0, *(closing[:-1] + 1)]), axis=0)
        is_whole = len(costs) == 1 and len(proven) == len(weighted)
        duals = session.part_duals(costs, session.row_duals() if is_whole else None)
        parts = Parts(costs, duals)
    return Solution(columns, program.row_upper, values, certify(program, parts, columns), parts)


def _cold(program: LinearProgram, session: Session, _near: Solution | None) -> Solution:
    """Level after level without the last basis, which may have been a bad start."""
    session.forget()
    return _one_by_one(program, session, None)


def _strict(program: LinearProgram, session: Session, _near: Solution | None) -> Solution:
    """Level after level, cold, with the smallest tolerances that the solver has."""
    session.be_strict(is_strict=True)
    try:
        return _cold(program, session, None)
    finally:
        session.be_strict(is_strict=False)


def _one_by_one(program: LinearProgram, session: Session, near: Solution | None) -> Solution:
    """Level after level on the optimal faces of those before.

    A level that cannot fall below zero needs no solve where each column that it counts is zero
    at the last point, beside what is usual of that column; but where that fails, none is left out.
    Nor does one whose prices at the last basis say that the last point is its optimum too.
    """
    bounds = _Faces(
        program.col_lower.copy(),
        program.col_upper.copy(),
        program.row_lower.copy(),
        program.row_upper.copy(),
    )
    columns = np.zeros(program.matrix.shape[1]) if near is None else near.columns
    duals = np.zeros((len(program.levels), program.matrix.shape[0]))
    zero = ZERO * usual_sizes(program).columns
    is_skipping = near is not None and bool(np.all(program.col_lower >= 0))
    is_known = near is not None
    try:
        for level, costs in enumerate(program.level_costs):
            if not costs.any():
                continue
            counted = costs > 0
            if is_skipping and np.all(costs >= 0) and np.all(columns[counted] <= zero[counted]):
                bounds.col_lower[counted], bounds.col_upper[counted] = 0.0, 0.0
                continue
            if is_known:
                duals[level] = session.part_duals(costs[None, :], None)[0]
            if not is_known or not _is_best(
                program, columns, costs=costs, duals=duals[level], on=bounds
            ):
                session.set_column_bounds(bounds.col_lower.copy(), bounds.col_upper.copy())
                session.set_row_bounds(bounds.row_lower.copy(), bounds.row_upper.copy())
                session.set_costs(costs, is_alone=True)
                columns = session.run(primal=near is not None or level > 0)
                duals[level], is_known = session.row_duals(), True
            parts = Parts(costs[None, :], duals[None, level])
            face_columns, face_rows = _priced(program, parts)
            activity = np.asarray(program.matrix @ columns, dtype=np.float64)
            bounds.col_lower[face_columns] = bounds.col_upper[face_columns] = columns[face_columns]
            bounds.row_lower[face_rows] = bounds.row_upper[face_rows] = activity[face_rows]
    finally:
        session.set_column_bounds(program.col_lower, program.col_upper)
        session.set_row_bounds(program.row_lower, program.row_upper)
        session.set_costs(program.cost)
    values = np.asarray(program.level_costs @ columns, dtype=np.float64)
    proven = slice(n_proven(program))
    parts = Parts(program.level_costs[proven], duals[proven])
    return Solution(columns, program.row_upper, values, certify(program, parts, columns), parts)


class _Faces(NamedTuple):
    """Bounds of columns and rows on the optimal faces of some levels."""

    col_lower: FloatArray
    col_upper: FloatArray
    row_lower: FloatArray
    row_upper: FloatArray


def _is_best(
    program: LinearProgram,
    columns: FloatArray,
    *,
    costs: FloatArray,
    duals: FloatArray,
    on: _Faces,
) -> bool:
    """Whether a point is the best of a face for some costs, by the prices of its basis.

    To the solver's own tolerance, so that it would not leave the point either.
    """
    sizes = usual_sizes(program)
    size = cost_size(replace(sizes, cost=None), costs)
    activity = np.asarray(program.matrix @ columns, dtype=np.float64)
    reduced = np.asarray(costs - program.matrix.T @ duals, dtype=np.float64)
    for price, at, usual, lower, upper in (
        (reduced * sizes.columns, columns, sizes.columns, on.col_lower, on.col_upper),
        (duals * sizes.rows, activity, sizes.rows, on.row_lower, on.row_upper),
    ):
        room = AT_BOUND * np.maximum(usual, np.abs(at))
        allowed = USUAL * size
        is_wrong = ((price > allowed) & (at > lower + room)) | (
            (price < -allowed) & (at < upper - room)
        )
        if is_wrong.any():
            return False
    return True


def _priced(program: LinearProgram, parts: Parts) -> tuple[BoolArray, BoolArray]:
    """Columns and rows that have a price: they stay where they are in every optimum."""
    columns, rows = (
        np.abs(prices).max(axis=0) > DUAL_TOLERANCE for prices in relative_prices(program, parts)
    )
    return columns, rows


def best_among_optima(
    program: LinearProgram, solution: Solution, costs: FloatArray, session: Session
) -> FloatArray:
    """Of all optima of what was proven of a program, one at which other costs are least.

    Args:
        program: What was solved.
        solution: Its optimum, with at least one proven part.
        costs: (columns,)
        session: Where it was solved; has the program's bounds and costs afterwards.

    Returns:
        (columns,)
    """
    columns, rows = _priced(program, solution.parts)
    if np.all(columns[costs != 0.0]):
        return solution.columns
    activity = np.asarray(program.matrix @ solution.columns, dtype=np.float64)
    bounds = [program.col_lower, program.col_upper, program.row_lower, program.row_upper]
    held = [np.where(columns, solution.columns, one) for one in bounds[:2]]
    held += [np.where(rows, activity, one) for one in bounds[2:]]
    try:
        session.set_column_bounds(held[0], held[1])
        session.set_row_bounds(held[2], held[3])
        session.set_costs(costs, is_alone=True)
        return session.run(primal=True)
    finally:
        session.set_column_bounds(program.col_lower, program.col_upper)
        session.set_row_bounds(program.row_lower, program.row_upper)
        session.set_costs(program.cost)
