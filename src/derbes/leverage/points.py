"""Points of the surface that share a start: one window, measures and lengths chained."""

from dataclasses import dataclass, field, replace

import numpy as np

from derbes.case.arrays import MeasureArrays, MeasureRun
from derbes.case.calendar import MONTHS_A_YEAR
from derbes.case.quantity import FloatArray
from derbes.leverage.accounts import Response
from derbes.leverage.baseline import Baseline, calm_baseline, crisis_baseline, demand_alone
from derbes.programs.bounds import found_state
from derbes.programs.branch import (
    BranchSolution,
    Template,
    Window,
    least_window,
    load,
    make_template,
    make_window,
    solve_branch,
)
from derbes.programs.calm import CalmSolution
from derbes.programs.solver.highs import Basis, Session
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


class StartSolver:
    """Solves the branches of one start, each from the basis of the one before.

    Lengths of the same class (up to a year, two, four, ...) share one window, as long as
    the longest of them needs. Where a branch has not
    rejoined the calm plan at its end, it and those that follow are solved in a window
    with twice the time after the measure, as far as the arrays reach. A window takes over
    matrix, solver and basis from the window of the start before; each measure starts from
    the basis of the calm plan going on.
    """

    def __init__(
        self, calm: CalmSolution, start: int, longest: int, kept: "Kept | None" = None
    ) -> None:
        self._calm = calm
        self._start = start
        self._longest = longest
        self._kept: Kept = {} if kept is None else kept
        self._windows: dict[int, OpenWindow] = {}
        self._needed: dict[tuple[str, int], int] = {}

    def _clip(self, n: int) -> int:
        return min(n, self._calm.arrays.n_periods - self._start)

    def _open(self, n: int) -> "OpenWindow":
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
            session.run()
            self._kept[n] = OpenWindow(window, session, session.basis())
            self._windows[n] = self._kept[n]
        return self._windows[n]

    def baseline(self, branch: BranchSolution) -> Baseline:
        """The course without the measure, in the window of its branch."""
        measure, window = branch.run.measure, branch.window
        alone = None if measure is None else demand_alone(self._calm.arrays, measure)
        if alone is None:
            return calm_baseline(window)
        run = MeasureRun(replace(alone, name=f"{alone.name} demand"), branch.run.length)
        return crisis_baseline(self._solve_in(window.layout.n, run))

    def _solve_in(self, n: int, run: MeasureRun) -> BranchSolution:
        """The optimum in the window of `n` periods."""
        open_ = self._open(n)
        name = run.measure.name if run.measure else ""
        if open_.measure != name:
            if open_.last is not None:
                open_.bases[open_.measure] = open_.session.basis()
            open_.session.start_from(open_.bases.get(name, open_.basis))
            open_.measure = name
        if run.measure is None:
            msg = "a branch needs a measure"
            raise ValueError(msg)
        if name not in open_.templates:
            open_.templates[name] = make_template(open_.window, run.measure)
        template = open_.templates[name]
        open_.last = solve_branch(
            open_.window, open_.session, run, template=template, last=open_.last
        )
        return open_.last

    def solve(self, run: MeasureRun) -> BranchSolution:
        """The optimum of one branch."""
        most = self._class_of(run.length)
        key = (run.measure.name if run.measure else "", most)
        n = self._needed.get(key, self._clip(least_window(self._calm, most)))
        while True:
            branch = self._solve_in(n, run)
            longer = self._clip(most + 2 * (n - most))
            if branch.rejoined or longer <= n:
                return branch
            n = self._needed[key] = longer

    def _class_of(self, length: int) -> int:
        """Longest length that shares a window with this one. [period]"""
        most = MONTHS_A_YEAR // self._calm.arrays.calendar.step
        while most < length:
            most *= 2
        return max(length, min(most, self._longest))


@dataclass(slots=True)
class OpenWindow:
    """A window in the solver."""

    window: Window
    session: Session
    basis: Basis
    """Basis of the calm plan going on."""
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


def optimal_response(branch: BranchSolution) -> Response:
    """The optimum of a branch as a response."""
    return Response(
        orders=branch.block("order"),
        lots=branch.block("lot"),
        fresh=branch.block("fresh"),
        unmet=branch.block("unmet"),
        found=branch.found,
        behind=branch.block("behind"),
    )


def myopic_response(window: Window, run: MeasureRun) -> Response:
    """The myopic rule over a window, from the calm plan's state."""
    arrays, layout = window.layout.arrays, window.layout
    path = simulate_branch(
        arrays,
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
        behind=_behind(window, path.levels, path.lots, path.fresh),
    )


def _behind(window: Window, orders: FloatArray, lots: FloatArray, fresh: FloatArray) -> FloatArray:
    """What the end of a response lacks beside the calm plan. (G, 1 + longest lead time)"""
    arrays, layout = window.layout.arrays, window.layout
    end = np.zeros_like(window.end.stock)
    end[:, 0] = fresh[:, -1]
    np.add.at(end[:, 0], arrays.lot_goods, lots[:, -1])
    for k, good in enumerate(arrays.activities.outputs):
        lead = int(arrays.activities.lead_times[k])
        if good >= 0 and lead > 0:
            end[good, 1 : lead + 1] += orders[k, max(0, layout.n - lead) :][-lead:]
    return np.maximum(window.end.stock - end, 0.0)
