"""Levels of an objective, one after the other, each optimum certified.

First all levels are solved at once with weights that usually keep them apart. Then the
certificate looks at the levels one by one, where there is something to look at: a level
that reaches zero cannot be better, so it is proven together with the next level that
does not (what beats the weighted sum while keeping the zeros would beat that level).
Where the certificate finds that levels are not apart, they are solved one after the
other: after each, the columns and rows with a price stay where they are (that is the
level's optimal face), and the next level is minimized on it.
"""

import numpy as np

from derbes.errors import SolveError
from derbes.language import _
from derbes.programs.solver.certificate import DUAL_TOLERANCE, certify, relative_prices
from derbes.programs.solver.highs import Session
from derbes.programs.solver.statement import (
    FloatArray,
    IntArray,
    LinearProgram,
    Parts,
    Solution,
    usual_sizes,
)

CERTIFIED = 2e-6
"""Residual up to which an optimum counts as proven; twice the certificate's tolerance."""
TIE_BREAKERS = {"thrift", "stock", "late", "oldest", "source"}
"""Last levels that carry no number: they choose among optima and are not proven."""
ZERO = 1e-9
"""Value of a level that counts as zero, relative to its largest cost and what is usual."""


def solve_levels(
    program: LinearProgram, session: Session | None = None, *, is_apart: bool = False
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
    for attempt in (_weighted, _one_by_one, _cold, _strict):
        try:
            solution = attempt(program, session)
        except SolveError:
            # Weights far apart can defeat the solver; level by level they do not meet.
            if attempt is _strict:
                raise
            continue
        is_open = is_apart and attempt is _weighted
        if solution.certificate <= CERTIFIED and not is_open:
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


def _weighted(program: LinearProgram, session: Session) -> Solution:
    columns = session.run()
    values = np.asarray(program.level_costs @ columns, dtype=np.float64)
    closing = _closing_levels(program, values)
    weighted = program.weights[:, None] * program.level_costs
    parts = Parts(np.zeros((0, len(columns))), np.zeros((0, len(program.row_upper))))
    if len(closing):
        proven = weighted[: n_proven(program)]
        costs = np.add.reduceat(proven, np.array([0, *(closing[:-1] + 1)]), axis=0)
        is_whole = len(costs) == 1 and len(proven) == len(weighted)
        duals = session.part_duals(costs, session.row_duals() if is_whole else None)
        parts = Parts(costs, duals)
    return Solution(columns, program.row_upper, values, certify(program, parts, columns), parts)


def _cold(program: LinearProgram, session: Session) -> Solution:
    """Level after level without the last basis, which may have been a bad start."""
    session.forget()
    return _one_by_one(program, session)


def _strict(program: LinearProgram, session: Session) -> Solution:
    """Level after level, cold, with the smallest tolerances that the solver has."""
    session.be_strict(is_strict=True)
    try:
        return _cold(program, session)
    finally:
        session.be_strict(is_strict=False)


def _one_by_one(program: LinearProgram, session: Session) -> Solution:
    """Level after level on the optimal faces of those before."""
    col_lower, col_upper = program.col_lower.copy(), program.col_upper.copy()
    row_lower, row_upper = program.row_lower.copy(), program.row_upper.copy()
    columns = np.zeros(program.matrix.shape[1])
    duals = np.zeros((len(program.levels), program.matrix.shape[0]))
    try:
        for level, costs in enumerate(program.level_costs):
            if not costs.any():
                continue
            session.set_costs(costs, is_alone=True)
            columns = session.run(primal=level > 0)
            duals[level] = session.row_duals()
            of_columns, of_rows = relative_prices(
                program, Parts(costs[None, :], duals[None, level])
            )
            face_columns = np.abs(of_columns[0]) > DUAL_TOLERANCE
            face_rows = np.abs(of_rows[0]) > DUAL_TOLERANCE
            activity = np.asarray(program.matrix @ columns, dtype=np.float64)
            col_lower[face_columns] = col_upper[face_columns] = columns[face_columns]
            row_lower[face_rows] = row_upper[face_rows] = activity[face_rows]
            session.set_column_bounds(col_lower.copy(), col_upper.copy())
            session.set_row_bounds(row_lower.copy(), row_upper.copy())
    finally:
        session.set_column_bounds(program.col_lower, program.col_upper)
        session.set_row_bounds(program.row_lower, program.row_upper)
        session.set_costs(program.cost)
    values = np.asarray(program.level_costs @ columns, dtype=np.float64)
    proven = slice(n_proven(program))
    parts = Parts(program.level_costs[proven], duals[proven])
    return Solution(columns, program.row_upper, values, certify(program, parts, columns), parts)
