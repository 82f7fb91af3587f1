r"""How long: the longest time in which chosen uses are met after a measure strikes.

The constraints are (L1) to (L6) over a window in which the measure does not end. Time
to survive is found exactly, not by trial lengths: unmet demand is minimized with more
weight on earlier periods; the first period that goes short is then minimized alone,
with everything before it met. If it can be met the search goes on behind it. Else the
fraction of the broken period is the part of it until stocks run out: what goes short
in it, n, beside what would go short in it without any stock, m, is 1 - n / m. So a
stock that is drawn at a constant rate lasts stock / net use (Simchi-Levi, Schmidt and
Wei 2014, with a calendar in place of their aggregate).
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from derbes.case.arrays import CALM, BoolArray, MeasureArrays, MeasureRun, State
from derbes.programs.bounds import demand_path, window_bounds
from derbes.programs.calm import CalmSolution, state_at
from derbes.programs.chokepoint import NOTHING
from derbes.programs.layout import Layout, has_same_matrix, make_layout, supply_matrix
from derbes.programs.objective import order_costs
from derbes.programs.solver.highs import Session
from derbes.programs.solver.lexicographic import solve_levels
from derbes.programs.solver.statement import FloatArray, LinearProgram

THRIFT = 1e-4
"""Cost of the dearest good beside a unit of unmet demand."""
LEAST_THRIFT = 2e-6
"""Cost of a unit of anything; above the solver's dual tolerance."""
EARLY = 1e-3
"""How much more an early period weighs than a late one, where only the sum matters."""


@dataclass(frozen=True, slots=True)
class Survived:
    """How long uses are met, and what the solution looks like when they no longer are."""

    periods: float | None
    """None: they are met in the whole window."""
    broken: int | None
    columns: FloatArray
    row_upper: FloatArray
    certificate: float


class SurvivalProgram:
    """The survival program of one start, kept in the solver for many questions."""

    def __init__(
        self, calm: CalmSolution, start: int, n: int, before: "SurvivalProgram | None" = None
    ) -> None:
        """The program of a start; one before it lends its solver where the matrix is the same.

        Both can still be asked: every question sets all bounds and costs anew.
        """
        arrays = calm.arrays
        n = min(n, arrays.n_periods - start)
        self.layout: Layout = make_layout(arrays, start, n, has_reserve=False, has_opening=False)
        self.state: State = state_at(calm, start)
        self._thrift = thrift_costs(self.layout)
        if before is not None and has_same_matrix(before.layout, self.layout):
            self.program: LinearProgram = survival_program(
                self.layout, self.state, before.program.matrix
            )
            self.session: Session = before.session
        else:
            self.program = survival_program(self.layout, self.state)
            self.session = Session(self.program)

    def time_to_survive(self, measure: MeasureArrays, uses: BoolArray) -> Survived:
        """Periods in which the chosen uses are met while the measure goes on.

        Args:
            measure: It runs to the end of the window.
            uses: Uses that must be met together. (U,)
        """
        layout = self.layout
        run = MeasureRun(measure, layout.n)
        demand = demand_path(layout, run)
        program = self._bounded(run)
        upper = program.col_upper.copy()
        met = 0
        early = _unmet_costs(layout, uses, np.arange(layout.n, 0, -1) / layout.n)
        while True:
            columns, certificate = self._minimize(program, upper, early)
            broken = _first_short(layout, columns, demand, (uses, met))
            if broken is None:
                return Survived(None, None, columns, program.row_upper, certificate)
            upper = upper.copy()
            layout.column("unmet").of(upper)[uses, :broken] = 0.0
            alone = _unmet_costs(layout, uses, _only(layout, broken))
            columns, certificate = self._minimize(program, upper, alone)
            short = float(layout.column("unmet").of(columns)[uses, broken].sum())
            if short > NOTHING * demand[uses, broken].sum():
                least = self._unavoidable(program, upper, uses, broken)
                left = min(
                    self._part_met(measure, uses, broken, short),
                    self.fraction_left(measure, uses, broken, least),
                )
                periods = broken + (left if left > NOTHING else 0.0)
                return Survived(periods, broken, columns, program.row_upper, certificate)
            met = broken + 1
            upper = upper.copy()
            layout.column("unmet").of(upper)[uses, :met] = 0.0

    def fraction_left(
        self, measure: MeasureArrays, uses: BoolArray, period: int, unmet: FloatArray
    ) -> float:
        """Part of a broken period until the first of the chosen uses runs out, 0-1.

        Args:
            measure: It runs to the end of the window.
            uses: (U,)
            period: The broken period of the window.
            unmet: What goes short in it by use. (U,) [unit/period]
        """
        together = self._part_met(measure, uses, period, float(unmet[uses].sum()))
        alone = [
            self._part_met(measure, _one_of(uses, int(u)), period, float(unmet[u]))
            for u in np.flatnonzero(uses)
            if unmet[u] > 0.0 and uses.sum() > 1
        ]
        left = min([together, *alone])
        return left if left > NOTHING else 0.0

    def _part_met(
        self, measure: MeasureArrays, uses: BoolArray, period: int, short: float
    ) -> float:
        """1 - n / m: what goes short beside what would go short without any stock."""
        without = float(self._short_without_stock(measure, uses, period)[uses].sum())
        return 1.0 - short / max(without, short, 1e-300)

    def _unavoidable(
        self, program: LinearProgram, upper: FloatArray, uses: BoolArray, period: int
    ) -> FloatArray:
        """What each of the chosen uses must go short in a period, served first. (U,)"""
        least = np.zeros(len(uses))
        for u in np.flatnonzero(uses):
            costs = _unmet_costs(self.layout, _one_of(uses, int(u)), _only(self.layout, period))
            columns, _certificate = self._minimize(program, upper, costs)
            least[u] = self.layout.column("unmet").of(columns)[u, period]
        return least

    def _short_without_stock(
        self, measure: MeasureArrays, uses: BoolArray, period: int
    ) -> FloatArray:
        """What of the chosen uses goes short in a period that starts without stock. (U,)"""
        state = self.state
        if period == 0:
            state = replace(state, lots=0.0 * state.lots, fresh=0.0 * state.fresh)
        program = self._bounded(MeasureRun(measure, self.layout.n), state)
        upper = program.col_upper.copy()
        if period > 0:
            for kind in ("lot", "fresh"):
                self.layout.column(kind).of(upper)[:, period - 1] = 0.0
        alone = _unmet_costs(self.layout, uses, _only(self.layout, period))
        columns, _certificate = self._minimize(program, upper, alone)
        return self.layout.column("unmet").of(columns)[:, period]

    def least_unmet(self, run: MeasureRun, uses: BoolArray) -> Survived:
        """The least that goes short of the chosen uses under a measure of some length.

        Among responses that leave as little unmet, one that serves early: the weight of a
        period falls slightly along the window.
        """
        program = self._bounded(run)
        falling = 1.0 + EARLY * np.arange(self.layout.n, 0, -1) / self.layout.n
        weights = _unmet_costs(self.layout, uses, falling)
        columns, certificate = self._minimize(program, program.col_upper, weights)
        broken = _first_short(self.layout, columns, demand_path(self.layout, run), (uses, 0))
        return Survived(None, broken, columns, program.row_upper, certificate)

    def is_met(self, run: MeasureRun, uses: BoolArray) -> bool:
        """Whether a measure of some length leaves nothing of the chosen uses unmet."""
        return self.least_unmet(run, uses).broken is None

    def _bounded(self, run: MeasureRun, state: State | None = None) -> LinearProgram:
        bounds = window_bounds(self.layout, state or self.state, run)
        self.session.set_row_bounds(bounds.row_lower, bounds.row_upper)
        return replace(
            self.program,
            row_lower=bounds.row_lower,
            row_upper=bounds.row_upper,
            col_upper=bounds.col_upper,
        )

    def _minimize(
        self, program: LinearProgram, upper: FloatArray, costs: FloatArray
    ) -> tuple[FloatArray, float]:
        thrifty = costs + self._thrift
        asked = replace(program, col_upper=upper, level_costs=thrifty[None, :])
        self.session.set_column_bounds(asked.col_lower, upper)
        self.session.set_costs(thrifty)
        solution = solve_levels(asked, self.session)
        return solution.columns, solution.certificate


def survival_program(
    layout: Layout, state: State, matrix: sparse.csc_matrix | None = None
) -> LinearProgram:
    """(L1) to (L6) over a window, with all unmet demand as objective.

    Args:
        layout: The window.
        state: What it starts from.
        matrix: The layout's matrix, where it is already made.
    """
    bounds = window_bounds(layout, state)
    everything = np.ones(len(layout.arrays.uses), dtype=np.bool_)
    return LinearProgram(
        name="time to survive",
        levels=("unmet",),
        level_costs=_unmet_costs(layout, everything, np.ones(layout.n))[None, :],
        weights=np.ones(1),
        matrix=supply_matrix(layout) if matrix is None else matrix,
        row_lower=bounds.row_lower,
        row_upper=bounds.row_upper,
        col_lower=bounds.col_lower,
        col_upper=bounds.col_upper,
        columns=layout.columns,
        rows=layout.rows,
    )


def thrift_costs(layout: Layout) -> FloatArray:
    """Costs that keep a response from buying or making what it does not need. (columns,)

    Too small to let any demand go unmet for them, so that what is at its limit in the
    solution is what binds.
    """
    costs: FloatArray = np.zeros(layout.n_columns)
    paid = np.abs(order_costs(layout, CALM)) / float(layout.values.max(initial=1.0))
    layout.column("order").of(costs)[:] = THRIFT * np.minimum(paid, 1.0) + LEAST_THRIFT
    return costs


def _unmet_costs(layout: Layout, uses: BoolArray, by_period: FloatArray) -> FloatArray:
    costs: FloatArray = np.zeros(layout.n_columns)
    layout.column("unmet").of(costs)[:] = uses[:, None] * by_period
    return costs


def _one_of(uses: BoolArray, use: int) -> BoolArray:
    return np.asarray(np.arange(len(uses)) == use, dtype=np.bool_)


def _only(layout: Layout, period: int) -> FloatArray:
    return np.asarray(np.arange(layout.n) == period, dtype=np.float64)


def _first_short(
    layout: Layout, columns: FloatArray, demand: FloatArray, asked: tuple[BoolArray, int]
) -> int | None:
    """First period from `asked[1]` on in which the uses of `asked[0]` go short."""
    uses, met = asked
    unmet = layout.column("unmet").of(columns)[uses].sum(axis=0)
    wanted = demand[uses].sum(axis=0)
    size = NOTHING * max(float(wanted.max(initial=0.0)), 1e-300)
    short = np.flatnonzero(unmet > size)
    later = short[short >= met]
    return int(later[0]) if len(later) else None
