"""Branches of one start: the optimum under a measure, and the course without it.

A branch is solved over its horizon, whatever else is asked. Branches with the same horizon
share a window, a solver and a basis; the window of the start before lends its own where the
matrix is the same.

The premium: by how much a price could rise before being cut off would be better.

V(p), the target's cost when the price of what the measure would cut is raised by the
share p for the measure's length, is the least of linear functions of p: concave and
rising. The premium is the smallest p with V(p) = V(cut). Newton's steps from p = 0
never overshoot it and end after finitely many kinks. The rise is physical for nobody:
unmet demand and reserves stay as in the baseline, only the sources change.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from derbes.analysis.accounts import Baseline, is_as_good, usual_course
from derbes.case.quantity import MONTHS_A_YEAR, FloatArray
from derbes.lp.highs import Basis, Session
from derbes.lp.lexicographic import AT_BOUND, primal_residual, solve_levels
from derbes.lp.program import LinearProgram, usual_sizes
from derbes.model.arrays import ActivityKind, MeasureArrays, MeasureRun
from derbes.simulation import simulate_branch
from derbes.supply.baseline import CalmSolution, stance_of
from derbes.supply.bounds import demand_alone, found_state, running
from derbes.supply.disruption import (
    BranchSolution,
    Response,
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
from derbes.supply.objective import order_costs


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


BRANCH = "branch"
"""Kind of program, among those that leave a calm plan."""
Kept = dict[int, OpenWindow]
"""Windows by their number of periods, handed from start to start."""


class StartSolver:
    """Solves the branches of one start, each from the basis of the one before."""

    def __init__(self, calm: CalmSolution, start: int, kept: Kept | None = None) -> None:
        self._calm = calm
        self._start = start
        self._kept: Kept = {} if kept is None else kept
        self._windows: dict[int, OpenWindow] = {}
        self._solved: BranchSolution | None = None
        """The last branch over its own horizon."""
        self._crises: dict[tuple[int, int, bool, bytes], Baseline] = {}
        """Courses with a measure's demand alone: measures that bring the same one share it."""

    def solve(self, run: MeasureRun, *, longer_by: int = 0) -> BranchSolution:
        """The optimum of a branch over its horizon.

        Args:
            run: The measure and its length.
            longer_by: Periods behind the horizon that are looked at too. [period]
        """
        known = None if longer_by else self._solved
        if known and known.run.measure is run.measure and known.run.length == run.length:
            return known
        n = horizon(self._calm.arrays, run, self._start) + longer_by
        branch = self._solve_in(min(n, self._calm.arrays.n_periods - self._start), run)
        branch = unchanged(branch, self._open(branch.window.layout.n).baseline.columns)
        if not longer_by:
            self._solved = branch
        return branch

    def baseline(self, branch: BranchSolution) -> Baseline:
        """The best course without the measure, from the same state and over the same periods."""
        measure, n = branch.run.measure, branch.window.layout.n
        alone = None if measure is None else demand_alone(self._calm.arrays, measure)
        if alone is None:
            return self._open(n).baseline
        key = (n, branch.run.length, alone.crisis, alone.demand_factor.tobytes())
        if key not in self._crises:
            run = MeasureRun(replace(alone, name=f"{alone.name} demand"), branch.run.length)
            best = self._solve_in(n, run)
            found = Baseline(best.window, run, best.found, best.columns, best.program)
            self._crises[key] = found
        return self._crises[key]

    def basis(self, baseline: Baseline) -> Basis | None:
        """The basis of a course without the measure; None: it is not known."""
        opened, run = self._open(baseline.window.layout.n), baseline.run
        if run.measure is None:
            return opened.basis
        return opened.session.basis() if opened.last and opened.last.run is run else None

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
            key = (BRANCH, self._start, "", 0)
            near = self._calm.near_stance(key, window.layout)
            if near is not None:
                session.stand(near)
            elif self._calm.start is not None:
                session.stand(stance_of(self._calm.start, window.layout), is_alike=False)
            solution = solve_levels(window.program, session)
            self._calm.keep(key, window.layout, session.stance)
            opened = OpenWindow(window, session, usual_course(window, solution), session.basis())
            self._kept[n] = self._windows[n] = opened
        return self._windows[n]

    def _solve_in(self, n: int, run: MeasureRun) -> BranchSolution:
        """The optimum in the window of `n` periods."""
        if run.measure is None:
            raise ValueError("a branch needs a measure")
        opened, name = self._open(n), run.measure.name
        layout, key = opened.window.layout, (BRANCH, self._start, name, run.length)
        if opened.measure != name:
            if opened.last is not None:
                opened.bases[opened.measure] = opened.session.basis()
            near = None if name in opened.bases else self._calm.near_stance(key, layout)
            if near is None:
                opened.session.start_from(opened.bases.get(name, opened.basis))
            else:
                opened.session.stand(near)
            opened.measure = name
        if name not in opened.templates:
            opened.templates[name] = make_template(opened.window, run.measure)
        before = opened.last
        opened.last = solve_branch(
            opened.window, opened.session, run, template=opened.templates[name], last=before
        )
        if before is None or opened.last.solution.columns is not before.solution.columns:
            self._calm.keep(key, layout, opened.session.stance)
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
    if primal_residual(program, columns)[0] > AT_BOUND:
        return branch
    return replace(
        branch,
        columns=columns,
        solution=replace(solution, columns=columns),
        rejoined=has_rejoined(branch.window, columns),
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
    columns = layout.filled(order=path.levels, lot=path.lots, fresh=path.fresh, unmet=path.unmet)
    return Response(window, run, found_state(window.state, run.measure), columns)


ROUNDS = 60
"""Kinks to pass at most; a case has about as many as sources."""
REACHED = 1e-9
"""Relative difference of V(p) and V(cut) that counts as none."""
EDGE = 1e-8
"""The same where nothing more is bought at any higher price: what is left is rounding."""
LARGEST = 100.0
"""A premium above this share of the price says only that next to nothing is bought."""
ROOM = 1e-9
"""Room above the baseline's unmet demand and shortfall, beside what is usual, for rounding."""


@dataclass(frozen=True, slots=True)
class Premium:
    """A premium, or the finding that no price rise up to `LARGEST` is as bad as the cut."""

    share: float | None
    is_unbounded: bool


class PriceRise:
    """A window with the sender's prices raised."""

    def __init__(self, baseline: Baseline) -> None:
        self.window = baseline.window
        self._session = Session(money_program(baseline))

    def premium(
        self, run: MeasureRun, target_loss: float, baseline: Baseline, basis: Basis | None = None
    ) -> Premium:
        """The premium of a measure whose loss beside a baseline is known.

        Args:
            run: The measure that cuts the sender's sales, and its length.
            target_loss: [money]
            baseline: The course without the measure, in this window.
            basis: Its basis, from which the solver starts; None: from where it is.
        """
        program = money_program(baseline)
        self._session.set_column_bounds(program.col_lower, program.col_upper)
        self._session.set_row_bounds(program.row_lower, program.row_upper)
        if basis is not None:
            self._session.start_from(basis)
        exposed = self._exposed_costs(run, baseline)
        base = program.level_costs[0]
        rise, columns = 0.0, self._cheapest(program, base)
        before = float(base @ columns)
        size = abs(target_loss) + float(np.abs(base) @ np.abs(columns))
        for _round in range(ROUNDS):
            loss = float((base + rise * exposed) @ columns) - before
            if loss >= target_loss - REACHED * size:
                return Premium(rise, is_unbounded=False)
            slope = float(exposed @ columns)
            if loss + slope * (LARGEST - rise) < target_loss:
                is_edge = loss >= target_loss - EDGE * size
                return Premium(rise if is_edge else None, is_unbounded=not is_edge)
            rise += (target_loss - loss) / slope
            columns = self._cheapest(program, base + rise * exposed)
        return Premium(rise, is_unbounded=False)

    def _exposed_costs(self, run: MeasureRun, baseline: Baseline) -> FloatArray:
        """What the target pays the sender for what is cut, at base prices. (columns,)"""
        layout = self.window.layout
        costs = np.zeros(layout.n_columns)
        if run.measure is not None:
            activities = layout.arrays.activities
            is_sender = np.array(
                [actor == run.measure.sender for actor in activities.actors], dtype=np.bool_
            )
            bought = is_sender & (activities.kinds == ActivityKind.PURCHASE)
            cut = bought & (run.measure.availability < activities.base_availability)
            prices = order_costs(layout, baseline.run)
            paid = prices * running(layout, run.length) * cut[:, None]
            layout.column("order").of(costs)[:] = paid
        return costs

    def _cheapest(self, program: LinearProgram, costs: FloatArray) -> FloatArray:
        weights = np.array([1.0 / max(float(np.abs(costs).max(initial=0.0)), 1e-300)])
        asked = replace(program, level_costs=costs[None, :], weights=weights)
        self._session.set_costs(asked.cost)
        return solve_levels(asked, self._session).columns


def money_program(baseline: Baseline) -> LinearProgram:
    """The baseline's program with money alone as objective.

    Nothing goes short that does not go short in the baseline.
    """
    layout, program = baseline.window.layout, baseline.program
    upper = program.col_upper.copy()
    usual = usual_sizes(program)
    for kind in ("unmet", "short", "behind", "younger", "staler"):
        level = layout.column(kind).of(baseline.columns)
        room = ROOM * layout.column(kind).of(usual.columns)
        layout.column(kind).of(upper)[:] = np.maximum(level, 0.0) + room
    money = program.level_costs[program.levels.index("money")]
    return replace(
        program,
        name="price rise",
        levels=("money",),
        level_costs=money[None, :],
        weights=np.array([1.0]),
        col_upper=upper,
        sizes=replace(usual, cost=None),
    )
