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
    Window,
    least_window,
    make_window,
    solve_branch,
)
from derbes.programs.calm import CalmSolution
from derbes.programs.highs import Basis, Session
from derbes.programs.statement import LinearProgram
from derbes.simulation import simulate_branch

Bases = dict[tuple[int, int], Basis]
"""Bases of windows by their number of rows and columns, handed from start to start."""


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
    with twice the time after the measure, as far as the arrays reach. The first solve of
    a window starts from the basis of the window of the start before, each measure from
    that of the calm plan going on.
    """

    def __init__(
        self, calm: CalmSolution, start: int, longest: int, bases: Bases | None = None
    ) -> None:
        self._calm = calm
        self._start = start
        self._longest = longest
        self._bases = {} if bases is None else bases
        self._windows: dict[int, _Open] = {}
        self._needed: dict[tuple[str, int], int] = {}

    def _clip(self, n: int) -> int:
        return min(n, self._calm.arrays.n_periods - self._start)

    def _open(self, n: int) -> "_Open":
        if n not in self._windows:
            window = make_window(self._calm, self._start, n)
            session = Session(window.program)
            shape = (window.layout.n_rows, window.layout.n_columns)
            if shape in self._bases:
                session.start_from(self._bases[shape])
            session.run()
            self._bases[shape] = session.basis()
            self._windows[n] = _Open(window, session, session.basis(), window.program)
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
            open_.session.start_from(open_.bases.get(name, open_.basis))
            open_.measure = name
        branch, open_.loaded = solve_branch(open_.window, open_.session, run, open_.loaded)
        open_.bases[name] = open_.session.basis()
        return branch

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
class _Open:
    """A window in the solver."""

    window: Window
    session: Session
    basis: Basis
    """Basis of the calm plan going on."""
    loaded: LinearProgram
    measure: str = ""
    bases: dict[str, Basis] = field(default_factory=dict)
    """Last basis of each measure."""


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
    end = np.zeros_like(window.calm_end)
    end[:, 0] = fresh[:, -1]
    np.add.at(end[:, 0], arrays.lot_goods, lots[:, -1])
    for k, good in enumerate(arrays.activities.outputs):
        lead = int(arrays.activities.lead_times[k])
        if good >= 0 and lead > 0:
            end[good, 1 : lead + 1] += orders[k, max(0, layout.n - lead) :][-lead:]
    return np.maximum(window.calm_end - end, 0.0)
