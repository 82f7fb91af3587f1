"""Levels of an objective, one after the other, each optimum certified.

First all levels are solved at once with weights that usually keep them apart. The
certificate looks at the levels one by one; where it finds that they are not apart,
the levels are solved one after the other: after each, the columns and rows with a
price stay where they are (that is the level's optimal face), and the next level is
minimized on it.
"""

import numpy as np

from derbes.errors import SolveError
from derbes.language import _
from derbes.programs.certificate import certify, row_activity
from derbes.programs.highs import Session, nonbasic_face
from derbes.programs.statement import FloatArray, LinearProgram, Solution

CERTIFIED = 2e-6
"""Residual up to which an optimum counts as proven; twice the solver's own tolerances."""
FACE_TOLERANCE = 1e-9
"""Price above which a column is held on a level's optimal face, relative to the
level's largest cost."""
UNCHECKED = ("tidy",)
"""Levels that only break ties and carry no number."""


def _checked(program: LinearProgram) -> LinearProgram:
    keep = [i for i, level in enumerate(program.levels) if level not in UNCHECKED]
    return LinearProgram(
        name=program.name,
        levels=tuple(program.levels[i] for i in keep),
        level_costs=program.level_costs[keep],
        weights=program.weights[keep],
        matrix=program.matrix,
        row_lower=program.row_lower,
        row_upper=program.row_upper,
        col_lower=program.col_lower,
        col_upper=program.col_upper,
        columns=program.columns,
        rows=program.rows,
    )


def solve_levels(program: LinearProgram, session: Session | None = None) -> Solution:
    """The certified lexicographic optimum of a program.

    Args:
        program: The program, with the bounds and costs to be solved.
        session: A session that holds the same matrix and already has the program's
            bounds and weighted costs; a new one is made when missing.

    Raises:
        SolveError: No optimum, or none that passes its certificate.
    """
    session = session or Session(program)
    checked = _checked(program)
    solution = _weighted(checked, session)
    if solution.certificate <= CERTIFIED:
        return solution
    session.forget()
    session.set_costs(program.cost)
    solution = _one_by_one(program, checked, session)
    if solution.certificate <= CERTIFIED:
        return solution
    raise SolveError(
        _(
            'program "{name}": the solver\'s answer does not pass its certificate '
            "(residual {residual:.1e}). Fix: bring the case's numbers closer together in "
            "size, for example by larger units."
        ).format(name=program.name, residual=solution.certificate)
    )


def _solution(program: LinearProgram, columns: FloatArray, duals: FloatArray) -> Solution:
    return Solution(
        columns=columns,
        row_upper=program.row_upper,
        level_duals=duals,
        objective=np.asarray(program.level_costs @ columns, dtype=np.float64),
        certificate=certify(program, columns, duals),
    )


def _weighted(checked: LinearProgram, session: Session) -> Solution:
    columns = session.run()
    return _solution(checked, columns, session.level_duals(checked.level_costs))


def _one_by_one(program: LinearProgram, checked: LinearProgram, session: Session) -> Solution:
    """Level after level on the optimal faces of those before."""
    col_lower, col_upper = program.col_lower.copy(), program.col_upper.copy()
    row_lower, row_upper = program.row_lower.copy(), program.row_upper.copy()
    columns = np.zeros(program.matrix.shape[1])
    duals = np.zeros((len(program.levels), program.matrix.shape[0]))
    for level, costs in enumerate(program.level_costs):
        largest = float(np.abs(costs).max(initial=0.0))
        if largest == 0.0:
            continue
        session.set_costs(costs / largest)
        columns = session.run(primal=level > 0)
        row_dual, reduced = session.duals()
        duals[level] = row_dual * largest
        face_columns, face_rows = nonbasic_face(reduced, row_dual, FACE_TOLERANCE)
        activity = row_activity(program.matrix, columns)
        col_lower[face_columns] = col_upper[face_columns] = columns[face_columns]
        row_lower[face_rows] = row_upper[face_rows] = activity[face_rows]
        session.set_column_bounds(col_lower, col_upper)
        session.set_row_bounds(row_lower, row_upper)
    session.set_column_bounds(program.col_lower, program.col_upper)
    session.set_row_bounds(program.row_lower, program.row_upper)
    session.set_costs(program.cost)
    return _solution(checked, columns, duals[: len(checked.levels)])
