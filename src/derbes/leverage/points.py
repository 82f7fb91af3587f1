"""Branches of one start: the optimum under a measure, and the course without it.

A branch is solved over its horizon, whatever else is asked. Branches with the same horizon
share a window, a solver and a basis; the window of the start before lends its own where the
matrix is the same.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from derbes.case.arrays import MeasureArrays, MeasureRun
from derbes.case.calendar import MONTHS_A_YEAR
from derbes.case.quantity import FloatArray
from derbes.leverage.accounts import Response
from derbes.leverage.baseline import Baseline, crisis_baseline, is_as_good, usual_course
from derbes.programs.bounds import demand_alone, found_state
from derbes.programs.branch import (
    BranchSolution,
    Template,
    Window,
    as_refill,
    has_rejoined,
    horizon,
    load,
    make_template,
    make_window,
    solve_branch,
)
from derbes.programs.calm import CalmSolution
from derbes.programs.solver.certificate import AT_BOUND, primal_residual
from derbes.programs.solver.highs import Basis, Session
from derbes.programs.solver.lexicographic import solve_levels
from derbes.programs.solver.statement import LinearProgram
from derbes.simulation import simulate_branch


def wanted_points(
    measures: tuple[MeasureArrays, ...], lengths: tuple[int, ...], start: int
) -> list[MeasureRun]:
    """Measures and lengths to look at for a start; the measures' own lengths when none."""
    return [
        MeasureRun(measure, length)
        for measure in measures
        if measure.start is None or measure.start == start
        for length in sorted(set(lengths or measure.lengths or (1,)))
    ]


@dataclass(slots=True)
class OpenWindow:
    """A window in the solver."""

    window: Window
    session: Session
    baseline: Baseline
    """The course of things without any measure."""
    basis: Basis
    """Basis of that course."""
    last: BranchSolution | None = None
    """The branch that the session solved last."""
    measure: str = ""
    bases: dict[str, Basis] = field(default_factory=dict)
    """Last basis of each measure."""
    templates: dict[str, Template] = field(default_factory=dict)

    @property
    def program(self) -> LinearProgram:
        """The program that the session holds."""
        return self.last.program if self.last else self.window.program


Kept = dict[int, OpenWindow]
"""Windows by their number of periods, handed from start to start."""


class StartSolver:
    """Solves the branches of one start, each from the basis of the one before."""

    def __init__(self, calm: CalmSolution, start: int, kept: Kept | None = None) -> None:
        self._calm = calm
        self._start = start
        self._kept: Kept = {} if kept is None else kept
        self._windows: dict[int, OpenWindow] = {}

    def solve(self, run: MeasureRun, *, longer_by: int = 0) -> BranchSolution:
        """The optimum of a branch over its horizon.

        Args:
            run: The measure and its length.
            longer_by: Periods behind the horizon that are looked at too. [period]
        """
        n = horizon(self._calm.arrays, run, self._start) + longer_by
        branch = self._solve_in(min(n, self._calm.arrays.n_periods - self._start), run)
        return unchanged(branch, self._open(branch.window.layout.n).baseline.columns)

    def baseline(self, branch: BranchSolution) -> Baseline:
        """The best course without the measure, from the same state and over the same periods."""
        measure, n = branch.run.measure, branch.window.layout.n
        alone = None if measure is None else demand_alone(self._calm.arrays, measure)
        if alone is None:
            return self._open(n).baseline
        run = MeasureRun(replace(alone, name=f"{alone.name} demand"), branch.run.length)
        return crisis_baseline(self._solve_in(n, run))

    def a_year_longer(self, branch: BranchSolution) -> int:
        """Periods by which a branch can be looked at longer; at most a year's. [period]"""
        arrays, layout = self._calm.arrays, branch.window.layout
        a_year = MONTHS_A_YEAR // arrays.calendar.step
        return min(a_year, arrays.n_periods - layout.start - layout.n)

    def _open(self, n: int) -> OpenWindow:
        if n not in self._windows:
            before = self._kept.get(n)
            window = make_window(self._calm, self._start, n, before.window if before else None)
            if before is None or window.program.matrix is not before.window.program.matrix:
                session = Session(window.program)
            else:
                session = before.session
                load(session, window.program, before.program)
            if before is not None:
                session.start_from(before.basis)
            solution = solve_levels(window.program, session)
            opened = OpenWindow(window, session, usual_course(window, solution), session.basis())
            self._kept[n] = self._windows[n] = opened
        return self._windows[n]

    def _solve_in(self, n: int, run: MeasureRun) -> BranchSolution:
        """The optimum in the window of `n` periods."""
        if run.measure is None:
            raise ValueError("a branch needs a measure")
        opened, name = self._open(n), run.measure.name
        if opened.measure != name:
            if opened.last is not None:
                opened.bases[opened.measure] = opened.session.basis()
            opened.session.start_from(opened.bases.get(name, opened.basis))
            opened.measure = name
        if name not in opened.templates:
            opened.templates[name] = make_template(opened.window, run.measure)
        opened.last = solve_branch(
            opened.window,
            opened.session,
            run,
            template=opened.templates[name],
            last=opened.last,
        )
        return opened.last


def unchanged(branch: BranchSolution, columns: FloatArray) -> BranchSolution:
    """The branch as the course without the measure, where that is as good as its optimum.

    So a measure that takes nothing that is used moves no shortfall from one use to another.

    Args:
        branch: The optimum.
        columns: The course without the measure. (columns,)
    """
    program, solution, layout = branch.program, branch.solution, branch.window.layout
    if layout.column("refill").size:
        columns = columns.copy()
        short, refill = layout.column("short").of(columns), layout.column("refill").of(columns)
        short[:], refill[:] = as_refill(branch.window, branch.run, short + refill)
    if not is_as_good(program, columns, solution.columns):
        return branch
    activity = np.asarray(program.matrix @ columns, dtype=np.float64)
    if primal_residual(program, columns, activity) > AT_BOUND:
        return branch
    return replace(
        branch,
        solution=replace(solution, columns=columns),
        rejoined=has_rejoined(branch.window, columns),
    )


def optimal_response(branch: BranchSolution) -> Response:
    """The optimum of a branch as a response."""
    return Response(
        orders=branch.block("order"),
        lots=branch.block("lot"),
        fresh=branch.block("fresh"),
        unmet=branch.block("unmet"),
        found=branch.found,
    )


def myopic_response(window: Window, run: MeasureRun) -> Response:
    """The policy over a window, from the calm plan's state."""
    layout = window.layout
    path = simulate_branch(
        window.calm,
        run.measure,
        window.state,
        start=layout.start,
        length=run.length,
        n_periods=layout.n,
    )
    return Response(
        orders=path.levels,
        lots=path.lots,
        fresh=path.fresh,
        unmet=path.unmet,
        found=found_state(window.state, run.measure),
    )


END = (
    ("behind", ("calm_state",)),
    ("younger", ("calm_age", "calm_age_kept")),
    ("staler", ("calm_freshness", "calm_freshness_kept")),
)
"""What the end of a window is behind the calm plan, and the rows that ask for it (L8)."""


def lacking_at_the_end(
    window: Window, program: LinearProgram, columns: FloatArray
) -> dict[str, FloatArray]:
    """What a course lacks at the window's end beside the calm plan, by kind of column (L8).

    Args:
        window: The window.
        program: Its program under the course's measure.
        columns: The course. (columns,)
    """
    layout, own = window.layout, columns.copy()
    for kind, _rows in END:
        layout.column(kind).of(own)[:] = 0.0
    activity = np.asarray(program.matrix @ own, dtype=np.float64)
    lacks = np.maximum(program.row_lower - activity, 0.0)
    return {kind: np.max([layout.row(row).of(lacks) for row in rows], axis=0) for kind, rows in END}


def missing_at_the_end(window: Window, program: LinearProgram, columns: FloatArray) -> FloatArray:
    """What a course lacks of each good at the end: amounts, or age where that is more. (G,)

    As `lacking_at_the_end`. [unit]
    """
    layout, arrays = window.layout, window.layout.arrays
    lacks = lacking_at_the_end(window, program, columns)
    missing = lacks["behind"].sum(axis=1)
    np.maximum.at(missing, arrays.lot_goods, lacks["younger"].max(axis=1, initial=0.0))
    np.maximum.at(missing, layout.perishable, lacks["staler"].max(axis=1, initial=0.0))
    return np.asarray(missing, dtype=np.float64)
