"""Points of the surface that share a start: one window, measures and lengths chained."""

import numpy as np

from derbes.case.arrays import MeasureArrays, MeasureRun
from derbes.case.quantity import FloatArray
from derbes.leverage.accounts import Response
from derbes.programs.bounds import found_state
from derbes.programs.branch import (
    BranchSolution,
    Window,
    least_window,
    make_window,
    solve_branch,
)
from derbes.programs.calm import CalmSolution
from derbes.programs.highs import Session
from derbes.programs.statement import LinearProgram
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

    All share one window as long as the longest measure needs. A branch that has not
    rejoined the calm plan at its end is solved again in a window with twice the time
    after the measure, as far as the arrays reach.
    """

    def __init__(self, calm: CalmSolution, start: int, longest: int) -> None:
        self._calm = calm
        self._start = start
        self._windows: dict[int, tuple[Window, Session]] = {}
        self._loaded: dict[int, LinearProgram] = {}
        self._n = self._clip(least_window(calm, longest))

    def _clip(self, n: int) -> int:
        return min(n, self._calm.arrays.n_periods - self._start)

    def window(self, n: int) -> tuple[Window, Session]:
        """The window of `n` periods and its session."""
        if n not in self._windows:
            window = make_window(self._calm, self._start, n)
            self._windows[n] = (window, Session(window.program))
        return self._windows[n]

    def solve(self, run: MeasureRun) -> BranchSolution:
        """The optimum of one branch."""
        n = self._n
        while True:
            window, session = self.window(n)
            before = self._loaded.get(n, window.program)
            branch, self._loaded[n] = solve_branch(window, session, run, before)
            longer = self._clip(run.length + 2 * (n - run.length))
            if branch.rejoined or longer <= n:
                return branch
            n = longer


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
