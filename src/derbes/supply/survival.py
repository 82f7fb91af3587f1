"""How long: the longest time in which chosen uses are met after a measure strikes.

The constraints are (L1) to (L6) over a window in which the measure does not end. Time
to survive is found exactly, not by trial lengths: unmet demand is minimized with more
weight on earlier periods; the first period that goes short is then minimized alone,
with everything before it met. If it can be met the search goes on behind it. Else the
part of the broken period that counts is the largest share f for which the stock at its
beginning and f of its flows serve f of its demands, of each use: divided by f, the
period keeps its flows and demands and begins with 1 / f of the stock. So a stock that is
drawn at a constant rate lasts stock / net use (Simchi-Levi, Schmidt and Wei 2014, with a
calendar in place of their aggregate), and where the flows alone fall short and nothing
is in store, f is 0.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

import numpy as np
from scipy import sparse

from derbes.errors import SolveError
from derbes.lp.highs import BASIC, LEAST_PART, LOWER, Basis, Session, Stance
from derbes.lp.lexicographic import (
    AT_BOUND,
    best_among_optima,
    primal_residual,
    solve_levels,
    violations,
)
from derbes.lp.program import (
    FloatArray,
    IntArray,
    LinearProgram,
    Parts,
    Solution,
    parted,
)
from derbes.model.arrays import CALM, BoolArray, CaseArrays, MeasureArrays, MeasureRun, State
from derbes.supply.baseline import CalmSolution, stance_of, state_at
from derbes.supply.bounds import (
    Bounds,
    Lengths,
    demand_alone,
    demand_path,
    tightest,
    window_bounds,
)
from derbes.supply.network import Layout, has_same_matrix, make_layout, supply_matrix
from derbes.supply.objective import order_costs

SURVIVAL = "survival"
"""Kind of program, among those that leave a calm plan."""
NOTHING = 1e-6
"""Part of the largest quantity of its kind that counts as nothing."""


def stock_by_good(arrays: CaseArrays, lots: FloatArray, fresh: FloatArray) -> FloatArray:
    """Old lots and fresh stock together. (G, n) [unit]"""
    stock = fresh.copy()
    np.add.at(stock, arrays.lot_goods, lots)
    return stock


THRIFT_WEIGHT = 1e-6
"""Weight of what is paid for, beside unmet demand, both beside what is usual."""
UNMET_SIZE = 1e3
"""Cost in the solver of a usual period's need that goes unmet."""
LEAST_THRIFT = 1e-2
"""What a unit of anything costs at least beside the dearest flow."""
EARLY = 1e-3
"""How much more an early period weighs than a late one, where only the sum matters."""
ROUNDS = 60
"""Shares of a broken period to be tried at most."""
EXACT = 1e-7
"""Relative width of the interval in which a share is found."""
MOST_STOCK = 1e4
"""Where the broken period is not met with this many times its stock, nothing is in store."""


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
        arrays, self._calm = calm.arrays, calm
        n = min(n, arrays.n_periods - start)
        self.layout: Layout = make_layout(arrays, start, n, has_reserve=False)
        self.state: State = state_at(calm, start)
        self._thrift = thrift_costs(self.layout)
        self._lengths: dict[int, Lengths] = {}
        """Bounds of each measure, by the identity of it, which they keep."""
        self._least: dict[tuple[bytes, ...], Survived] = {}
        """What goes short least, by the bounds and uses it was found for."""
        if before is not None and has_same_matrix(before.layout, self.layout):
            self.program: LinearProgram = replace(
                before.program, columns=self.layout.columns, rows=self.layout.rows
            )
            self.asked: dict[bytes, _Asked] = before.asked
        else:
            self.program = survival_program(self.layout, self.state)
            self.asked = {}

    def of(self, uses: BoolArray) -> "_Asked":
        """What has to do with some uses, kept for many questions."""
        key = uses.tobytes()
        if key not in self.asked:
            matrix, unmet = self.program.matrix, self.layout.column("unmet")
            apart = parted(matrix, 1)
            own = np.unique(apart[0][unmet.indices[uses]])
            columns, rows = (np.flatnonzero(np.isin(one, own)) for one in apart)
            if not len(own) or matrix.shape[1] - len(columns) < LEAST_PART:
                columns, rows = (np.arange(n) for n in matrix.shape[::-1])
            place = b"columns" + columns.tobytes()
            if place not in self.asked:
                self.asked[place] = _Asked(
                    self._calm, self.layout, self.program, columns=columns, rows=rows
                )
            self.asked[key] = self.asked[place]
        return self.asked[key]

    def time_to_survive(self, measure: MeasureArrays | None, uses: BoolArray) -> Survived:
        """Periods in which the chosen uses are met while the measure goes on.

        Args:
            measure: It runs to the end of the window; None: calm.
            uses: Uses that must be met together. (U,)
        """
        layout = self.layout
        run = MeasureRun(measure, layout.n)
        demand = demand_path(layout, run)
        program = self._bounded(run)
        met = 0
        early = _unmet_costs(layout, uses, np.arange(layout.n, 0, -1) / layout.n)
        while True:
            solution = self.minimize(program, early, uses, (f"early {uses.tobytes()!r}", met))
            broken = _first_short(layout, solution.columns, demand, uses, met=met)
            if broken is None:
                return Survived(
                    None, None, solution.columns, program.row_upper, solution.certificate
                )
            program = self._with_met(program, uses, broken, solution.columns)
            costs = _unmet_costs(layout, uses, _only(layout, broken))
            solution = self.minimize(program, costs, uses)
            if _first_short(layout, solution.columns, demand, uses, met=broken) == broken:
                share = self._share(_Stocks(self, program, run, period=broken, uses=uses), run)
                return Survived(
                    broken + share,
                    broken,
                    solution.columns,
                    program.row_upper,
                    solution.certificate,
                )
            met = broken + 1
            program = self._with_met(program, uses, met, solution.columns)

    def met_throughout(self, measure: MeasureArrays | None, uses: BoolArray) -> Survived | None:
        """A response that meets uses in the whole window; None: none was found."""
        program = self._bounded(MeasureRun(measure, self.layout.n))
        columns, residual = self._meeting(program, uses, "throughout")
        if columns is None:
            return None
        return Survived(None, None, columns, program.row_upper, residual)

    def _meeting(
        self, program: LinearProgram, uses: BoolArray, key: str
    ) -> tuple[FloatArray | None, float]:
        """A response within a program's bounds that meets uses, and how far it is from that.

        Any will do, so the solver has little to do, and the point proves itself. None: none was
        found, which says nothing.
        """
        part = self.of(uses)
        nothing = np.zeros(self.layout.n_columns)
        asked = part.of(self._with_met(program, uses, self.layout.n, nothing))
        session = part.loaded(asked, np.zeros(asked.matrix.shape[1]))
        if (key, 0) in part.bases:
            session.start_from(part.bases[key, 0])
        columns = session.point()
        if columns is None:
            return None, np.inf
        part.bases[key, 0] = session.basis()
        residual, _activity = primal_residual(asked, columns)
        return (part.wide(columns) if residual <= AT_BOUND else None), residual

    def kept_by(self, measure: MeasureArrays, response: FloatArray) -> tuple[FloatArray, BoolArray]:
        """How far a response is from proof, by period; and which uses go short in it.

        What is done in a period is bound by what was done before it alone, so a response
        proves each period up to the first in which it breaks a bound or a row.

        Args:
            measure: It runs to the end of the window.
            response: Orders, stocks and unmet demand as columns of the window. (columns,)

        Returns:
            Largest violation, relative (n,), and whether a use goes short (U, n).
        """
        layout = self.layout
        run = MeasureRun(measure, layout.n)
        of_columns, of_rows, _activity = violations(self._bounded(run), response)
        worst = np.zeros(layout.n)
        for blocks, broken in ((layout.columns, of_columns), (layout.rows, of_rows)):
            for block in blocks:
                if block.size:
                    np.maximum(worst, block.of(broken).max(axis=0), out=worst)
        return worst, layout.column("unmet").of(response) > NOTHING * demand_path(layout, run)

    def share_after(
        self, measure: MeasureArrays, uses: BoolArray, period: int, response: FloatArray
    ) -> float:
        """Part of a period in which uses can be met after what a response did before it, 0-1.

        Args:
            measure: It runs to the end of the window.
            uses: (U,)
            period: The period of the window that is broken.
            response: Orders and stocks as columns of the window. (columns,)
        """
        run = MeasureRun(measure, self.layout.n)
        program = self._bounded(run)
        alone = _PeriodAlone(self, program, run, period=period, uses=uses, response=response)
        return self._share(alone, run)

    def _with_met(
        self, program: LinearProgram, uses: BoolArray, until: int, response: FloatArray
    ) -> LinearProgram:
        """The program with chosen uses met before a period, but for what a response leaves unmet.

        There that counts as nothing; but none of it may be more than there is.
        """
        upper, unmet = program.col_upper.copy(), self.layout.column("unmet")
        unmet.of(upper)[uses, :until] = np.maximum(unmet.of(response)[uses, :until], 0.0)
        return replace(program, col_upper=upper)

    def _share(self, stocks: "_Stocks", run: MeasureRun) -> float:
        """The largest share of a broken period in which its uses can be met, 0-1."""
        layout, period, uses = self.layout, stocks.period, stocks.uses
        demand = demand_path(layout, run)[uses, period]
        costs = _unmet_costs(layout, uses, _only(layout, period))
        met, missed = 0.0, 1.0
        unmet, slope = self._unmet_with(stocks, 1.0, costs, demand)
        if unmet == 0.0:
            return 1.0
        try:
            for _round in range(ROUNDS):
                if missed <= met * (1.0 + EXACT):
                    break
                share = 0.5 * (met + missed)
                if slope < 0.0:
                    reached = 1.0 / (1.0 / missed - unmet / slope)
                    share = reached if met < reached < missed else share
                if met == 0.0 and (slope >= 0.0 or share * MOST_STOCK < 1.0):
                    # What lies there may be had otherwise too: only trying says what it is for.
                    share = 1.0 / MOST_STOCK
                short, steep = self._unmet_with(stocks, 1.0 / share, costs, demand)
                if short > 0.0:
                    if share * MOST_STOCK <= 1.0:
                        return 0.0
                    missed, unmet, slope = share, short, steep
                    continue
                met = share
                beyond = min(share * (1.0 + EXACT), missed)
                short, steep = self._unmet_with(stocks, 1.0 / beyond, costs, demand)
                if short > 0.0:
                    break
                met, slope = beyond, 0.0
        finally:
            stocks.restore()
        return met if met > NOTHING else 0.0

    def _unmet_with(
        self, stocks: "_Stocks", factor: float, costs: FloatArray, demand: FloatArray
    ) -> tuple[float, float]:
        """What goes short in a period that begins with some times its stock, and its slope."""
        solution, uses = stocks.solve(factor, costs), stocks.uses
        unmet = stocks.unmet(solution.columns)[uses]
        if np.all(unmet <= NOTHING * 1e-2 * demand):
            return 0.0, 0.0
        short = float(self.layout.column("unmet").of(costs)[uses, stocks.period] @ unmet)
        is_proven = bool(len(solution.parts.duals))
        return short, stocks.slope(solution) if is_proven else 0.0

    def least_unmet(self, run: MeasureRun, uses: BoolArray) -> Survived:
        """The least that goes short of the chosen uses under a measure of some length.

        By weight, and among responses that leave as little unmet, one that serves early.
        """
        layout, program = self.layout, self._bounded(run)
        bounds = (program.col_upper, program.row_lower, program.row_upper, uses)
        asked = tuple(one.tobytes() for one in bounds)
        if asked in self._least:
            return self._least[asked]
        program, solution = self._least_optimum(run, uses)
        columns = solution.columns
        broken = _first_short(layout, columns, demand_path(layout, run), uses, met=0)
        if broken is not None:
            columns = self._spread(program, solution, uses)
        self._least[asked] = Survived(
            None, broken, columns, program.row_upper, solution.certificate
        )
        return self._least[asked]

    def _least_optimum(self, run: MeasureRun, uses: BoolArray) -> tuple[LinearProgram, Solution]:
        """What `least_unmet` asks, and an optimum of it."""
        falling = 1.0 + EARLY * np.arange(self.layout.n, 0, -1) / self.layout.n
        costs = _unmet_costs(self.layout, uses, falling, is_weighted=True)
        key = (run.measure.name if run.measure else "", run.length)
        program = replace(self._bounded(run), level_costs=self.levels(costs))
        return program, self.minimize(program, costs, uses, key)

    def most_added(self, run: MeasureRun, uses: BoolArray, use: int) -> FloatArray:
        """Most that a measure can add to what goes short of one of the uses. (n,)"""
        unmet, added = self.layout.column("unmet"), np.zeros(self.layout.n)
        for asked, sign in ((run, -1.0), (self._without(run), 1.0)):
            program, solution = self._least_optimum(asked, uses)
            columns, wish = solution.columns, np.zeros(self.layout.n_columns)
            unmet.of(wish)[use] = sign
            if len(solution.parts.duals):
                columns = self.of(uses).best(program, solution, wish)
            added -= sign * unmet.of(columns)[use]
        return added

    def served(self, runs: Sequence[MeasureRun], uses: BoolArray) -> list[MeasureRun]:
        """Measures of some length under which a course leaves the chosen uses nowhere short.

        A course within the tightest bounds of all of them proves each of them at once; where
        there is none, each half of them is asked. What is left out may be served all the same.
        """
        return self._served([(run, self._bounds(run)) for run in runs], uses)

    def _served(
        self, runs: Sequence[tuple[MeasureRun, Bounds]], uses: BoolArray
    ) -> list[MeasureRun]:
        if not runs:
            return []
        closest = tightest(self.layout, [bounds for _run, bounds in runs])
        program = replace(self.program, **closest.named)
        columns, _residual = self._meeting(program, uses, f"served {len(runs)}")
        if columns is not None:
            return [run for run, _bounds in runs]
        half = len(runs) // 2
        parts = (runs[:half], runs[half:]) if half else ()
        return [run for part in parts for run in self._served(part, uses)]

    def _spread(self, program: LinearProgram, solution: Solution, uses: BoolArray) -> FloatArray:
        """A mean of optima in which every use goes short that does in any of them. (columns,)

        So which use goes short does not hang on how a solver breaks ties.
        """
        arrays, unmet = self.layout.arrays, self.layout.column("unmet")
        usual = NOTHING * arrays.flow_size[arrays.use_goods]
        columns = solution.columns
        while len(solution.parts.duals):
            spared = uses & (unmet.of(columns).sum(axis=1) <= usual)
            wish = np.zeros(len(columns))
            unmet.of(wish)[spared] = -1.0 / arrays.flow_size[arrays.use_goods[spared], None]
            other = self.of(uses).best(program, solution, wish)
            if np.all((unmet.of(other).sum(axis=1) <= usual)[spared]):
                break
            columns = 0.5 * (columns + other)
        return columns

    def least_unmet_alone(self, run: MeasureRun, uses: BoolArray) -> FloatArray:
        """The least that goes short under a measure's demand with nothing taken away. (U, n)

        In calm that is what the calm plan leaves unmet, where that is nothing.
        """
        layout, alone = self.layout, self._without(run)
        if alone.measure is None:
            calm = self._calm.unmet[:, layout.start : layout.start + layout.n]
            if not calm[uses].any():
                return calm
        return layout.column("unmet").of(self.least_unmet(alone, uses).columns)

    def _without(self, run: MeasureRun) -> MeasureRun:
        """The same with nothing of a measure but its demand."""
        alone = run.measure and demand_alone(self.layout.arrays, run.measure)
        return CALM if alone is None else MeasureRun(alone, run.length)

    def _bounds(self, run: MeasureRun) -> Bounds:
        bounds_of = partial(window_bounds, self.layout, self.state)
        if run.measure is None:
            return bounds_of(run)
        if id(run.measure) not in self._lengths:
            self._lengths[id(run.measure)] = Lengths(self.layout, run.measure, bounds_of)
        return self._lengths[id(run.measure)].of(run.length)

    def _bounded(self, run: MeasureRun) -> LinearProgram:
        return replace(self.program, **self._bounds(run).named)

    def levels(self, costs: FloatArray) -> FloatArray:
        """Costs and thrift. (2, columns)"""
        return np.stack([costs, self._thrift])

    def minimize(
        self,
        program: LinearProgram,
        costs: FloatArray,
        uses: BoolArray,
        key: tuple[str, int] | None = None,
    ) -> Solution:
        """The optimum of some costs and thrift, from the basis of the last with the same key.

        Of what has to do with the uses; all else is 0.
        """
        part = self.of(uses)
        asked = part.of(replace(program, level_costs=self.levels(costs)))
        session = part.loaded(asked, asked.cost)
        if key is None:
            return part.widened(solve_levels(asked, session), program)
        place = (f"{SURVIVAL} {part.name}", self.layout.start, *key)
        near = self._calm.near_stance(place, self.layout)
        if near is not None:
            session.stand(near[part.standing])
        elif key in part.bases:
            session.start_from(part.bases[key])
        solution = solve_levels(asked, session)
        part.bases[key] = session.basis()
        self._calm.keep(place, self.layout, part.stance)
        return part.widened(solution, program)


class _Asked:
    """What of a survival program has to do with some uses, in a solver of its own."""

    def __init__(
        self,
        calm: CalmSolution,
        layout: Layout,
        program: LinearProgram,
        *,
        columns: IntArray,
        rows: IntArray,
    ) -> None:
        """Some columns and rows of the program of a layout, started from the calm plan."""
        self.columns, self.rows = columns, rows
        self.standing = np.concatenate([columns, layout.n_columns + rows])
        self._shape, self._whole = program.matrix.shape, program.matrix
        is_whole = len(columns) == layout.n_columns
        self.name = "" if is_whole else f"{zlib.crc32(columns.tobytes()):x}"
        self._matrix = program.matrix if is_whole else program.matrix[:, columns][rows]
        self.session = Session(self.of(program))
        self.bases: dict[tuple[str, int], Basis] = {}
        """The last basis of each question."""
        self.alone: dict[int, tuple[IntArray, IntArray, Session]] = {}
        """Columns and rows of periods that stand alone in a solver."""
        if calm.start is not None:
            self.session.stand(stance_of(calm.start, layout)[self.standing], is_alike=False)

    def of(self, program: LinearProgram) -> LinearProgram:
        """This part of a program."""
        if not self.name:
            return program
        matrix = self._matrix if program.matrix is self._whole else None
        return program.part(self.columns, self.rows, matrix)

    def loaded(self, asked: LinearProgram, costs: FloatArray) -> Session:
        """The solver, with the bounds of a part and some costs."""
        self.session.set_row_bounds(asked.row_lower, asked.row_upper)
        self.session.set_column_bounds(asked.col_lower, asked.col_upper)
        self.session.set_costs(costs)
        return self.session

    def wide(self, columns: FloatArray) -> FloatArray:
        """Columns of the whole program, with 0 in all others. (..., columns)"""
        return self._wide(columns, self.columns, self._shape[1])

    def _wide(self, part: FloatArray, places: IntArray, n: int) -> FloatArray:
        if not self.name:
            return part
        found = np.zeros((*part.shape[:-1], n))
        found[..., places] = part
        return found

    def widened(self, solution: Solution, program: LinearProgram) -> Solution:
        """The solution of this part as one of the whole program."""
        costs, duals = solution.parts.costs, solution.parts.duals
        return replace(
            solution,
            columns=self.wide(solution.columns),
            row_upper=program.row_upper,
            parts=Parts(self.wide(costs), self._wide(duals, self.rows, self._shape[0])),
        )

    def stance(self) -> Stance:
        """The last basis as one of the whole program. (columns + rows,)"""
        found = np.full(sum(self._shape), LOWER, dtype=np.int8)
        found[self._shape[1] :] = BASIC
        found[self.standing] = self.session.stance()
        return found

    def best(self, program: LinearProgram, solution: Solution, costs: FloatArray) -> FloatArray:
        """Of all optima of what was proven, one at which other costs are least. (columns,)"""
        costs_of, duals = solution.parts.costs[:, self.columns], solution.parts.duals[:, self.rows]
        mine = replace(
            solution, columns=solution.columns[self.columns], parts=Parts(costs_of, duals)
        )
        found = best_among_optima(self.of(program), mine, costs[self.columns], self.session)
        return self.wide(found)


@dataclass
class _Stocks:
    """The stock at the beginning of a period, multiplied while a share is looked for."""

    survival: SurvivalProgram
    program: LinearProgram
    run: MeasureRun
    period: int
    uses: BoolArray
    _is_changed: bool = field(default=False, init=False)

    @cached_property
    def part(self) -> _Asked:
        """What the uses meet of the program."""
        return self.survival.of(self.uses)

    def solve(self, factor: float, costs: FloatArray) -> Solution:
        """The optimum of some costs with the stock times a factor."""
        program = self._times(factor)
        try:
            return self.survival.minimize(program, costs, self.uses)
        except SolveError:
            # A basis of other entries can defeat the solver: it begins anew.
            asked = replace(program, level_costs=self.survival.levels(costs))
            asked = self.part.of(asked)
            return self.part.widened(solve_levels(asked, Session(asked)), program)

    def unmet(self, columns: FloatArray) -> FloatArray:
        """What goes unmet in the period, by use. (U,)"""
        return self.survival.layout.column("unmet").of(columns)[:, self.period]

    @cached_property
    def _places(self) -> IntArray:
        """Where the matrix takes stock over into the period."""
        layout, matrix = self.survival.layout, self.program.matrix
        before = [layout.column(kind).indices[:, self.period - 1] for kind in ("lot", "fresh")]
        rows = [
            layout.row(kind).indices[:, self.period]
            for kind in ("stock", "fresh_stock", "balance")
            if layout.row(kind).size
        ]
        now = np.concatenate(rows)
        places = np.concatenate(
            [
                np.arange(matrix.indptr[j], matrix.indptr[j + 1])
                for j in np.intersect1d(np.concatenate(before), self.part.columns)
            ]
        ).astype(np.int64)
        return places[np.isin(matrix.indices[places], now)]

    def _times(self, factor: float) -> LinearProgram:
        """The program with the stock times a factor."""
        if self.period == 0:
            return self._with_first_stock(factor)
        matrix = self.program.matrix.copy()
        matrix.data[self._places] *= factor
        program = replace(self.program, matrix=matrix)
        self._change_entries(matrix)
        self._is_changed = True
        return program

    def _with_first_stock(self, factor: float) -> LinearProgram:
        state = self.survival.state
        more = replace(
            state,
            lots=factor * state.lots,
            fresh=factor * state.fresh,
            past_inflow=factor * state.past_inflow,
        )
        bounds = window_bounds(self.survival.layout, more, self.run)
        return replace(self.program, row_lower=bounds.row_lower, row_upper=bounds.row_upper)

    def slope(self, solution: Solution) -> float:
        """By how much less goes short for each time the stock more."""
        duals = solution.parts.duals[0]
        if self.period == 0:
            return self._first_slope(duals)
        matrix = self.program.matrix
        columns = np.searchsorted(matrix.indptr, self._places, side="right") - 1
        rows = matrix.indices[self._places]
        return float(-np.sum(duals[rows] * matrix.data[self._places] * solution.columns[columns]))

    def _first_slope(self, duals: FloatArray) -> float:
        """The same of the stock that the window begins with."""
        one, two = self._with_first_stock(1.0), self._with_first_stock(2.0)
        lower = _change(one.row_lower, two.row_lower)
        upper = _change(one.row_upper, two.row_upper)
        return float(np.where(duals > 0, lower, upper) @ duals)

    def restore(self) -> None:
        """Give the solver its own matrix back."""
        if self._is_changed:
            self._change_entries(self.program.matrix)

    def _change_entries(self, matrix: sparse.csc_matrix) -> None:
        columns = np.searchsorted(matrix.indptr, self._places, side="right") - 1
        columns = np.searchsorted(self.part.columns, columns)
        rows = np.searchsorted(self.part.rows, matrix.indices[self._places])
        self.part.session.change_entries(rows, columns, matrix.data[self._places])


@dataclass
class _PeriodAlone(_Stocks):
    """The same where all that is done before the period is known: the period stands alone.

    What comes behind it asks nothing of it, so it is left out too.
    """

    response: FloatArray

    def __post_init__(self) -> None:
        layout, part, period = self.survival.layout, self.part, self.period
        if period not in part.alone:
            part.alone[period] = _of_period(self.survival.program, part, period)
        self._columns, self._rows, self._alone = part.alone[period]
        done = np.zeros((2, len(self.response)))
        if period > 0:
            for kind in ("order", "lot", "fresh"):
                block = layout.column(kind)
                block.of(done[0])[:, :period] = block.of(self.response)[:, :period]
            for kind in ("lot", "fresh"):
                of = layout.column(kind).of
                of(done[1])[:, period - 1] = of(done[0])[:, period - 1]
                of(done[0])[:, period - 1] = 0.0
        self._fixed, self._stock = (
            np.asarray(self.program.matrix @ one)[self._rows] for one in done
        )

    def solve(self, factor: float, costs: FloatArray) -> Solution:
        """The optimum of some costs with the stock times a factor."""
        columns, rows = self._columns, self._rows
        program = self._with_first_stock(factor) if self.period == 0 else self.program
        known = self._fixed + factor * self._stock
        asked = replace(
            self._alone.program,
            level_costs=self.survival.levels(costs)[:, columns],
            col_lower=program.col_lower[columns],
            col_upper=program.col_upper[columns],
            row_lower=program.row_lower[rows] - known,
            row_upper=program.row_upper[rows] - known,
        )
        session = self._alone
        session.set_row_bounds(asked.row_lower, asked.row_upper)
        session.set_column_bounds(asked.col_lower, asked.col_upper)
        session.set_costs(asked.cost)
        return solve_levels(asked, session)

    def unmet(self, columns: FloatArray) -> FloatArray:
        """What goes unmet in the period, by use. (U,)"""
        whole = np.zeros(self.survival.layout.n_columns)
        whole[self._columns] = columns
        return super().unmet(whole)

    def slope(self, solution: Solution) -> float:
        """By how much less goes short for each time the stock more."""
        if self.period > 0:
            return float(-solution.parts.duals[0] @ self._stock)
        whole = np.zeros(self.survival.layout.n_rows)
        whole[self._rows] = solution.parts.duals[0]
        return self._first_slope(whole)

    def restore(self) -> None:
        """The solver keeps its matrix."""


def _of_period(
    program: LinearProgram, part: _Asked, period: int
) -> tuple[IntArray, IntArray, Session]:
    """Columns and rows of a part in one period of the window, and they in a solver."""
    columns, rows = (
        np.intersect1d(mine, np.concatenate([b.indices[:, period] for b in blocks if b.size]))
        for mine, blocks in ((part.columns, program.columns), (part.rows, program.rows))
    )
    return columns, rows, Session(program.part(columns, rows))


def _change(one: FloatArray, other: FloatArray) -> FloatArray:
    """By how much bounds differ; those that are none do not."""
    known = np.isfinite(one) & np.isfinite(other)
    return np.subtract(other, one, out=np.zeros_like(one), where=known)


def survival_program(layout: Layout, state: State) -> LinearProgram:
    """(L1) to (L6) over a window, with all unmet demand as objective.

    Args:
        layout: The window.
        state: What it starts from.
    """
    bounds = window_bounds(layout, state)
    everything = np.ones(len(layout.arrays.uses), dtype=np.bool_)
    costs = _unmet_costs(layout, everything, np.ones(layout.n))
    return LinearProgram(
        name="time to survive",
        levels=("unmet", "thrift"),
        level_costs=np.stack([costs, thrift_costs(layout)]),
        weights=np.array([1.0, THRIFT_WEIGHT]),
        matrix=supply_matrix(layout),
        **bounds.named,
        columns=layout.columns,
        rows=layout.rows,
        sizes=replace(layout.sizes, cost=1.0 / UNMET_SIZE),
    )


def thrift_costs(layout: Layout) -> FloatArray:
    """Costs that keep a response from buying or making what it does not need. (columns,)

    Beside the dearest flow, so that what is at its limit in the solution is what binds.
    """
    costs: FloatArray = np.zeros(layout.n_columns)
    size = layout.column("order").of(layout.sizes.columns)
    dearest = float((layout.values * layout.arrays.flow_size).max(initial=0.0)) or 1.0
    paid = np.abs(order_costs(layout, CALM)) * size / dearest
    layout.column("order").of(costs)[:] = (np.minimum(paid, 1.0) + LEAST_THRIFT) / size
    return costs


def _unmet_costs(
    layout: Layout, uses: BoolArray, by_period: FloatArray, *, is_weighted: bool = False
) -> FloatArray:
    """Costs of unmet demand: beside what is usual of each good, or by weight. (columns,)"""
    arrays = layout.arrays
    usual = arrays.flow_size[arrays.use_goods]
    weight = 1.0 / usual
    if is_weighted:
        largest = float((arrays.use_weight * usual)[uses].max(initial=0.0)) or 1.0
        weight = arrays.use_weight / largest
    costs: FloatArray = np.zeros(layout.n_columns)
    layout.column("unmet").of(costs)[:] = (uses * weight)[:, None] * by_period
    return costs


def _only(layout: Layout, period: int) -> FloatArray:
    return np.asarray(np.arange(layout.n) == period, dtype=np.float64)


def _first_short(
    layout: Layout, columns: FloatArray, demand: FloatArray, uses: BoolArray, *, met: int
) -> int | None:
    """First period from `met` on in which one of the uses goes short."""
    unmet = layout.column("unmet").of(columns)[uses]
    is_short = unmet > NOTHING * demand[uses]
    later = np.flatnonzero(is_short.any(axis=0))
    later = later[later >= met]
    return int(later[0]) if len(later) else None


@dataclass(frozen=True, slots=True)
class NetUnmet:
    """What a measure adds to what goes short."""

    unmet: FloatArray
    """In the response that goes short least. (U, n) [unit/period]"""
    added: FloatArray
    """What is more than in the course without the measure. (U, n) [unit/period]"""
    short: BoolArray
    """Uses that lose by it over the horizon. (U,)"""
    solved: Survived


def net_unmet(program: SurvivalProgram, run: MeasureRun, uses: BoolArray) -> NetUnmet:
    """What a measure adds to the least that goes short of some uses over its horizon.

    The course without the measure has its demand (a crisis, where it brings one).
    """
    layout, arrays = program.layout, program.layout.arrays
    block = layout.column("unmet")
    solved = program.least_unmet(run, uses)
    unmet = block.of(solved.columns)
    usual = NOTHING * arrays.flow_size[arrays.use_goods]
    without = np.zeros_like(unmet)
    if (unmet[uses].sum(axis=1) > usual[uses]).any():
        without = program.least_unmet_alone(run, uses)
    added = unmet - without
    total = float((arrays.use_weight[:, None] * added)[uses].sum())
    weighted = (arrays.use_weight * usual)[uses].max(initial=0.0)
    if total > weighted and uses.sum() > 1:  # how optima share a shortage says nothing of a use
        for u in np.flatnonzero(uses & (without.sum(axis=1) > usual)):
            added[u] = program.most_added(run, uses, int(u))
    by_use = added.sum(axis=1) > usual
    short = uses & by_use & (total > weighted)
    return NetUnmet(unmet, added, np.asarray(short, dtype=np.bool_), solved)
