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
from derbes.kernels import certificate
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
    n_rows, n_columns = matrix.shape
    found = np.zeros(n_columns), np.zeros(n_rows), np.zeros(n_rows)
    bounds = program.col_lower, program.col_upper, program.row_lower, program.row_upper
    usual = sizes.columns, sizes.rows
    certificate.violations(
        matrix.indptr, matrix.indices, matrix.data, columns, bounds, usual, found
    )
    return found


def primal_residual(program: LinearProgram, columns: FloatArray) -> tuple[float, FloatArray]:
    """Largest violation of a row or bound, and the rows' sums."""
    of_columns, of_rows, activity = violations(program, columns)
    return float(np.maximum(of_columns.max(initial=0.0), of_rows.max(initial=0.0))), activity


def relative_prices(program: LinearProgram, parts: Parts) -> tuple[FloatArray, FloatArray]:
    """Prices of columns and rows by part, relative to what they are made of.

    Returns:
        (parts, columns) and (parts, rows)
    """
    found = np.zeros_like(parts.costs), np.zeros_like(parts.duals)
    _fill_prices(program, parts, found, slice(None))
    return found


def _fill_prices(
    program: LinearProgram, parts: Parts, found: tuple[FloatArray, FloatArray], rows: slice
) -> None:
    """Fill `relative_prices` of parts into some rows of what is found, which are 0 before."""
    matrix, sizes = program.matrix, usual_sizes(program).columns
    of_columns, of_rows = found[0][rows], found[1][rows]
    for part, (costs, duals) in enumerate(zip(parts.costs, parts.duals, strict=True)):
        certificate.prices(
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


def certify(
    program: LinearProgram,
    parts: Parts,
    columns: FloatArray,
    prices: tuple[FloatArray, FloatArray] | None = None,
) -> float:
    """Largest relative residual of feasibility and lexicographic optimality.

    Args:
        program: The program.
        parts: Parts of its objective, with the row duals that prove them.
        columns: The point. (columns,)
        prices: `relative_prices` of the parts; None: to be computed.
    """
    residual, activity = primal_residual(program, columns)
    if not len(parts.costs):
        return residual
    sizes, (of_columns, of_rows) = usual_sizes(program), prices or relative_prices(program, parts)
    of = partial(certificate.wrong_sign, at_bound=AT_BOUND, nothing=DUAL_TOLERANCE)
    prices_wrong = (
        of(of_columns, columns, program.col_lower, program.col_upper, sizes.columns),
        of(of_rows, activity, program.row_lower, program.row_upper, sizes.rows),
    )
    return float(np.max((residual, *prices_wrong)))  # what is no number stays none


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
) -> Solution:
    """The certified lexicographic optimum of a program.

    Args:
        program: The program, with the bounds and costs to be solved.
        session: A session that holds the same matrix and already has the program's
            bounds and weighted costs; a new one is made when missing.
        is_apart: Whether each level is solved by itself too, so that even what weighs next
            to nothing beside the others is decided.

    Raises:
        SolveError: No optimum, or none that passes its certificate.
    """
    session = session or Session(program)
    solution = None
    weighted = partial(_weighted, is_proven=not is_apart)
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
    usual, least = certificate.level_sizes(program.level_costs, usual_sizes(program).columns)
    is_zero = np.abs(values) <= ZERO * np.maximum(usual, 1e-300)
    cannot_fall = (least >= 0.0) & bool(np.all(program.col_lower >= 0))
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
    is_proven: bool,
) -> Solution:
    """All levels at once; where it is only to begin with, without a proof."""
    columns = session.run()
    values = np.asarray(program.level_costs @ columns, dtype=np.float64)
    parts = Parts(np.zeros((0, len(columns))), np.zeros((0, len(program.row_upper))))
    if not is_proven:
        return Solution(columns, program.row_upper, values, np.inf, parts)
    closing = _closing_levels(program, values)
    if len(closing):
        n = n_proven(program)
        proven = program.weighted_costs[:n]
        costs = np.add.reduceat(proven, np.array([0, *(closing[:-1] + 1)]), axis=0)
        is_whole = len(costs) == 1 and n == len(program.levels)
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
    faces = _Faces(
        program.col_lower.copy(),
        program.col_upper.copy(),
        program.row_lower.copy(),
        program.row_upper.copy(),
    )
    columns = np.zeros(program.matrix.shape[1]) if near is None else near.columns
    activity = np.asarray(program.matrix @ columns, dtype=np.float64)
    level_costs, duals = program.even_costs, np.zeros((len(program.levels), len(activity)))
    prices = np.zeros_like(level_costs), np.zeros_like(duals)
    zero = ZERO * usual_sizes(program).columns
    is_skipping = near is not None and bool(np.all(program.col_lower >= 0))
    is_known = near is not None
    try:
        for level, costs in enumerate(level_costs):
            if not costs.any():
                continue
            counted = costs > 0
            own = slice(level, level + 1)
            if is_skipping and np.all(costs >= 0) and np.all(columns[counted] <= zero[counted]):
                faces.col_lower[counted], faces.col_upper[counted] = 0.0, 0.0
                _fill_prices(program, Parts(costs[None, :], duals[own]), prices, own)
                continue
            if is_known:
                duals[level] = session.part_duals(costs[None, :], None)[0]
            point = columns, activity
            if not is_known or not _is_best(program, point, costs, duals[level], on=faces):
                session.set_column_bounds(faces.col_lower.copy(), faces.col_upper.copy())
                session.set_row_bounds(faces.row_lower.copy(), faces.row_upper.copy())
                session.set_costs(costs, is_alone=True)
                columns = session.run(primal=near is not None or level > 0)
                activity = np.asarray(program.matrix @ columns, dtype=np.float64)
                duals[level], is_known = session.row_duals(), True
            _fill_prices(program, Parts(costs[None, :], duals[own]), prices, own)
            held, held_rows = (np.abs(one[level]) > DUAL_TOLERANCE for one in prices)
            faces.col_lower[held] = faces.col_upper[held] = columns[held]
            faces.row_lower[held_rows] = faces.row_upper[held_rows] = activity[held_rows]
    finally:
        session.set_column_bounds(program.col_lower, program.col_upper)
        session.set_row_bounds(program.row_lower, program.row_upper)
        session.set_costs(program.cost)
    values = np.asarray(program.level_costs @ columns, dtype=np.float64)
    proven = slice(n_proven(program))
    parts = Parts(level_costs[proven], duals[proven])
    residual = certify(program, parts, columns, (prices[0][proven], prices[1][proven]))
    return Solution(columns, program.row_upper, values, residual, parts)


class _Faces(NamedTuple):
    """Bounds of columns and rows on the optimal faces of some levels."""

    col_lower: FloatArray
    col_upper: FloatArray
    row_lower: FloatArray
    row_upper: FloatArray


def _is_best(
    program: LinearProgram,
    point: tuple[FloatArray, FloatArray],
    costs: FloatArray,
    duals: FloatArray,
    *,
    on: _Faces,
) -> bool:
    """Whether a point is the best of a face for some costs, by the prices of its basis.

    To the solver's own tolerance, so that it would not leave the point either.

    Args:
        program: The program.
        point: Values of the columns and sums of the rows.
        costs: (columns,)
        duals: (rows,)
        on: The face.
    """
    sizes, matrix = usual_sizes(program), program.matrix
    return certificate.is_best(
        matrix.indptr,
        matrix.indices,
        matrix.data,
        costs,
        duals,
        point,
        (on.col_lower, on.col_upper, on.row_lower, on.row_upper),
        (sizes.columns, sizes.rows),
        AT_BOUND,
        USUAL * cost_size(replace(sizes, cost=None), costs),
    )


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
