"""A branch: what the target does best once a measure has struck by surprise.

The equations are those of the calm plan, over a window that starts in the calm
plan's state with what the measure leaves of it, and

(L8) the stock of each good at the end, and each later arrival, is no lower than in
the calm plan, nor is what of the stock lasts longest, lot by lot and by the age of what
spoils; what is missing (`behind`, `younger`, `staler`) comes just before money in the
objective and is told beside the loss.

A branch is counted over one horizon (`horizon`), whatever else is asked. And the reserve
comes back after the measure in equal steps over the refill time:

(L7) r[g,t] + a[g,t] >= reserve[g,t] - sum of the stocks; a (`refill`) is 0 while the
measure runs, then at most reserve (1 - k / refill time) k periods after its end, and
a[g,t] <= a[g,t-1] + r[g,t-1], so that a reserve that was left is never drawn for money.

The measure's length is known to the target, so the harm is a lower bound.
"""

from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
from scipy import sparse

from derbes.lp.highs import Session
from derbes.lp.lexicographic import solve_levels
from derbes.lp.program import FloatArray, LinearProgram, Solution, usual_sizes
from derbes.model.arrays import CALM, ActivityKind, CaseArrays, MeasureArrays, MeasureRun, State
from derbes.supply.baseline import (
    CalmSolution,
    alike_in_proportion,
    arrivals_by_period,
    lots_in_proportion,
    program_of,
    shared_bounds,
    state_at,
    unmet_in_proportion,
)
from derbes.supply.bounds import (
    Bounds,
    Lengths,
    found_state,
    refill_limits,
    reserve_target,
    state_arrivals,
    window_bounds,
)
from derbes.supply.network import (
    Layout,
    has_same_matrix,
    longer_lasting,
    longest_lead,
    lots_beside,
    make_layout,
)
from derbes.supply.objective import money_costs, objective_levels
from derbes.supply.survival import stock_by_good

SETTLED = 1e-6
"""Part of a usual period's need that may be missing at the end of a branch that has rejoined."""


@dataclass(frozen=True, slots=True)
class CalmEnd:
    """What the calm plan has at the end of a window."""

    stock: FloatArray
    """Stock, then later arrivals. (G, 1 + longest lead time) [unit]"""
    ages: FloatArray
    """Stock that lasts longest, for each old lot as in `longer_lasting`. (L,) [unit]"""
    freshness: FloatArray
    """Fresh stock that can be used for more than i + 1 periods. (perishable, ages) [unit]"""


@dataclass(frozen=True, slots=True)
class Window:
    """A window of the calm plan from which branches leave."""

    calm: CalmSolution
    layout: Layout
    state: State
    program: LinearProgram
    """Bounds and costs of the calm plan going on."""
    end: CalmEnd
    target: FloatArray
    """Stock to be held: the reserves, or what calm itself holds where that is less.
    (reserved goods, n) [unit]"""
    end_rows: sparse.csr_matrix
    """The rows of the way back (L8), which are the last ones."""

    def money_costs(self, run: MeasureRun) -> FloatArray:
        """Discounted money of every column under a measure. (columns,) [money/unit]"""
        if run.measure is None or np.all(run.measure.cost_factor == 1.0):
            program = self.program
            costs: FloatArray = program.level_costs[program.levels.index("money")]
            return costs
        return money_costs(self.layout, run)


@dataclass(frozen=True, eq=False)
class Response:
    """What the target does in a window, by whichever rule."""

    window: Window
    run: MeasureRun
    found: State
    """What the measure has left at the start."""
    columns: FloatArray
    """(columns,)"""

    @property
    def orders(self) -> FloatArray:
        """(K, n) [unit/period]"""
        return self.window.layout.column("order").of(self.columns)

    @property
    def lots(self) -> FloatArray:
        """(L, n) [unit]"""
        return self.window.layout.column("lot").of(self.columns)

    @property
    def fresh(self) -> FloatArray:
        """(G, n) [unit]"""
        return self.window.layout.column("fresh").of(self.columns)

    @property
    def unmet(self) -> FloatArray:
        """(U, n) [unit/period]"""
        return self.window.layout.column("unmet").of(self.columns)

    @cached_property
    def paid(self) -> FloatArray:
        """Money of each column, discounted to the window's start. (columns,) [money]"""
        return np.asarray(self.window.money_costs(self.run) * self.columns, dtype=np.float64)

    @cached_property
    def on_the_way(self) -> FloatArray:
        """Discounted price of what was ordered before, by period of arrival. (K, J) [money]"""
        return paid_on_arrival(self.window, self.found)


@dataclass(frozen=True, eq=False)
class BranchSolution(Response):
    """The optimum of one branch."""

    program: LinearProgram
    solution: Solution
    rejoined: bool
    """Whether the end of the window is no lower than the calm plan, by amount and by age."""


def longest_open_lead(arrays: CaseArrays, measure: MeasureArrays | None) -> int:
    """Longest time from order to arrival of what is open with or without a measure. [period]"""
    activities = arrays.activities
    is_open = activities.base_availability > 0
    if measure is not None:
        is_open = is_open | (measure.availability > 0)
    return int(activities.lead_times[is_open].max(initial=0))


def horizon(arrays: CaseArrays, run: MeasureRun, start: int) -> int:
    """Periods over which a measure's harm and its sender's cost are counted. [period]

    The sender's horizon, and never less than the measure, the refill and the longest lead
    time behind it; where an opening that is still to come is delayed, counted from there,
    with the delay and the ramp.
    """
    aftermath = arrays.refill_periods + longest_open_lead(arrays, run.measure)
    least = run.length + aftermath
    if run.measure is not None:
        for p in np.flatnonzero(run.measure.plant_delay > 0):
            to_come = int(arrays.plant_opening[p]) - start
            if to_come > 0:
                delay = int(run.measure.plant_delay[p] + arrays.plant_ramp[p])
                least = max(least, to_come + delay + aftermath)
    return min(max(arrays.sender_horizon, least), arrays.n_periods - start)


def _calm_end(calm: CalmSolution, last: int) -> CalmEnd:
    """What a branch is to come back to: the calm plan's stocks, but for what lies idle in it."""
    arrays = calm.arrays
    lots_needed, fresh_needed = calm.lots - calm.idle_lots, calm.fresh - calm.idle_fresh
    lead = longest_lead(arrays)
    end = np.zeros((len(arrays.goods), lead + 1))
    end[:, 0] = fresh_needed[:, last]
    np.add.at(end[:, 0], arrays.lot_goods, lots_needed[:, last])
    arriving = arrivals_by_period(calm)
    for k, good in enumerate(arrays.activities.outputs):
        stop = min(last + int(arrays.activities.lead_times[k]) + 1, arrays.n_periods)
        if good >= 0:
            end[good, 1 : stop - last] += arriving[k, last + 1 : stop]
    freshness = fresh_at(arrays, arriving, fresh_needed, last)
    for row, good in enumerate(np.flatnonzero(arrays.shelf_life > 0)):
        for i in range(1, int(arrays.shelf_life[good])):
            beside = list(lots_beside(arrays, int(good), i, last))
            freshness[row, i - 1] += lots_needed[beside, last].sum()
    ages = np.zeros(len(arrays.lots))
    for row, longer in enumerate(longer_lasting(arrays, last)):
        good = int(arrays.lot_goods[row])
        fresh = float(fresh_needed[good, last])
        if longer.ages == 0:
            fresh = 0.0
        elif longer.ages > 0:
            inflow = arriving[arrays.activities.outputs == good, : last + 1].sum(axis=0)[::-1]
            young = inflow[: longer.ages]
            fresh = min(fresh, float(young @ arrays.retention[good] ** np.arange(len(young))))
        ages[row] = fresh + lots_needed[list(longer.lots), last].sum()
    return CalmEnd(end, ages, freshness)


def fresh_at(arrays: CaseArrays, arriving: FloatArray, fresh: FloatArray, last: int) -> FloatArray:
    """Fresh stock at the end of a period that can be used for more than i + 1 more. (P, A)

    Of what came in, the oldest is used first. nan: no stock can be that old. [unit]

    Args:
        arrays: The case.
        arriving: Deliveries by activity and period. (K, T)
        fresh: (G, T)
        last: The period.
    """
    perishable = np.flatnonzero(arrays.shelf_life > 0)
    width = max(int(arrays.shelf_life.max(initial=0)) - 1, 0)
    found = np.full((len(perishable), width), np.nan)
    for row, good in enumerate(perishable):
        life = int(arrays.shelf_life[good])
        inflow = arriving[arrays.activities.outputs == good, : last + 1].sum(axis=0)[::-1]
        kept = np.cumsum(inflow * arrays.retention[good] ** np.arange(last + 1))
        for i in range(max(1, life - last), life):
            found[row, i - 1] = min(fresh[good, last], kept[min(life - i, last + 1) - 1])
    return found


def make_window(calm: CalmSolution, start: int, n: int, before: Window | None = None) -> Window:
    """A window of `n` periods of the calm plan, with its program.

    Args:
        calm: The calm plan.
        start: First period.
        n: Periods; as many as the arrays have when they have fewer.
        before: Another window, whose matrix is taken over when it is the same.
    """
    n = min(n, calm.arrays.n_periods - start)
    layout = make_layout(calm.arrays, start, n, has_reserve=True, has_end=True)
    state = state_at(calm, start)
    end = _calm_end(calm, start + n - 1)
    part = slice(start, start + n)
    stock = stock_by_good(calm.arrays, calm.lots[:, part], calm.fresh[:, part])
    target = reserve_target(layout, stock)
    bounds = branch_bounds(layout, state, end, target)
    is_same = before is not None and has_same_matrix(before.layout, layout)
    matrix = before.program.matrix if before and is_same else None
    program = program_of("branch", layout, bounds, matrix)
    if before and is_same:
        end_rows = before.end_rows
    else:
        end_rows = program.matrix.tocsr()[layout.row("calm_state").offset :]
    return Window(calm, layout, state, program, end, target, end_rows)


def branch_bounds(
    layout: Layout, state: State, end: CalmEnd, target: FloatArray, *, run: MeasureRun = CALM
) -> Bounds:
    """Bounds of a branch: those of the window, and the way back to the calm plan (L8)."""
    bounds = window_bounds(layout, state, run, target)
    found = found_state(state, run.measure)
    arriving = state_arrivals(layout, found)
    needed = end.stock.copy()
    known = arriving[:, layout.n : layout.n + needed.shape[1] - 1]
    needed[:, 1 : 1 + known.shape[1]] -= known
    layout.row("calm_state").of(bounds.row_lower)[:] = needed
    longer = longer_lasting(layout.arrays, layout.start + layout.n - 1)
    known = np.array(
        [
            _known_inflow(layout, found, arriving, int(good), ages=one.ages)
            for good, one in zip(layout.arrays.lot_goods, longer, strict=True)
        ]
    )
    layout.row("calm_age").of(bounds.row_lower)[:, 0] = end.ages - known.reshape(-1)
    spoils = np.array([one.ages > 0 for one in longer], dtype=np.bool_)
    kept = np.where(spoils, end.ages, -np.inf)
    layout.row("calm_age_kept").of(bounds.row_lower)[:, 0] = kept
    block = layout.row("calm_freshness")
    if block.size:
        known = _known_freshness(layout, found, arriving)
        needed = np.where(np.isnan(end.freshness), -np.inf, end.freshness - known)
        block.of(bounds.row_lower)[:] = needed
        kept = np.where(np.isnan(end.freshness), -np.inf, end.freshness)
        layout.row("calm_freshness_kept").of(bounds.row_lower)[:] = kept
    return bounds


def _known_freshness(layout: Layout, found: State, arriving: FloatArray) -> FloatArray:
    """What came in before the window, or was on the way, of `fresh_at` at its end. (P, A)"""
    arrays = layout.arrays
    known = np.zeros((len(layout.perishable), layout.row("calm_freshness").n_periods))
    for row, good in enumerate(layout.perishable):
        life = int(arrays.shelf_life[good])
        for i in range(1, life):
            known[row, i - 1] = _known_inflow(layout, found, arriving, int(good), ages=life - i)
    return known


def _known_inflow(
    layout: Layout, found: State, arriving: FloatArray, good: int, *, ages: int
) -> float:
    """What is left at the end of what came in the last periods, ordered before. [unit]

    Args:
        layout: The window.
        found: What it starts from.
        arriving: Arrivals of what was ordered before. (G, n + J)
        good: The good.
        ages: How many periods, the last of the window first; below 1: none.
    """
    if ages <= 0:
        return 0.0
    arrays = layout.arrays
    past = found.past_inflow[good, : max(int(arrays.shelf_life[good]) - 1, 0)][::-1]
    young = np.concatenate([past, arriving[good, : layout.n]])[::-1][:ages]
    return float(young @ arrays.retention[good] ** np.arange(len(young)))


@dataclass(frozen=True, slots=True)
class Template:
    """What the branches of a measure have in common, whatever its length."""

    measure: MeasureArrays
    found: State
    lengths: Lengths


def make_template(window: Window, measure: MeasureArrays) -> Template:
    """What the branches of a measure have in common."""
    bounds_of = partial(_bounds_in, window)
    lengths = Lengths(window.layout, measure, bounds_of, window.target)
    return Template(measure, found_state(window.state, measure), lengths)


def _bounds_in(window: Window, run: MeasureRun) -> Bounds:
    return branch_bounds(window.layout, window.state, window.end, window.target, run=run)


def branch_program(
    window: Window, run: MeasureRun, template: Template | None = None
) -> LinearProgram:
    """The window's program under a measure: other bounds and costs, the same matrix."""
    bounds = template.lengths.of(run.length) if template else _bounds_in(window, run)
    costs = window.program.level_costs
    if run.measure is not None and np.any(run.measure.cost_factor != 1.0):
        _names, costs = objective_levels(window.layout, run)
    return replace(window.program, level_costs=costs, **bounds.named)


def load(session: Session, program: LinearProgram, before: LinearProgram) -> None:
    """Bring a session from one program to another that has the same matrix."""
    session.set_column_bounds(program.col_lower, program.col_upper)
    session.set_row_bounds(program.row_lower, program.row_upper)
    if program.level_costs is not before.level_costs:
        session.set_costs(program.cost)


def has_rejoined(window: Window, columns: FloatArray) -> bool:
    """Whether nothing is behind the calm plan at the window's end, by amount and by age."""
    layout, size = window.layout, window.layout.arrays.flow_size
    lots, perishable = layout.arrays.lot_goods, layout.perishable
    sizes = {"behind": size, "younger": size[lots], "staler": size[perishable]}
    return all(
        bool(np.all(layout.column(kind).of(columns) <= SETTLED * usual[:, None]))
        for kind, usual in sizes.items()
    )


def solve_branch(
    window: Window,
    session: Session,
    run: MeasureRun,
    *,
    template: Template,
    last: BranchSolution | None,
) -> BranchSolution:
    """The optimum of a branch, from the session's last basis.

    Args:
        window: The window.
        session: The window's program in the solver.
        run: The measure and its length.
        template: What the measure's branches have in common.
        last: The branch that the session solved last; None: the calm plan.
    """
    program = branch_program(window, run, template)
    if last is not None and still_best(last, program, template):
        solution = replace(last.solution, row_upper=program.row_upper)
    else:
        load(session, program, last.program if last else window.program)
        solution = solve_levels(program, session)
        columns = even(window.layout, program, solution.columns, run, found=template.found)
        solution = replace(solution, columns=columns)
    return BranchSolution(
        window=window,
        run=run,
        found=template.found,
        columns=solution.columns,
        program=program,
        solution=solution,
        rejoined=has_rejoined(window, solution.columns),
    )


def still_best(last: BranchSolution, program: LinearProgram, template: Template) -> bool:
    """Whether the last optimum is the optimum of a longer run of the same measure too.

    It is when all that changes are columns that are closed further and at which it does
    not stand: what was best among more is best among fewer, by the same proof. What must be
    taken of a column (L9) falls only where it is closed below that. Columns that are opened
    (`refill`) must be of no use: nothing was missing of the reserve.
    """
    if not template.lengths.has_same_rows or last.run.measure is not template.measure:
        return False
    if program.row_lower is not last.program.row_lower:
        return False
    columns = last.solution.columns
    layout = last.window.layout
    orders = layout.column("order")
    usual = SETTLED * 1e-3 * usual_sizes(last.program).columns
    room = orders.of(usual)
    fits = bool(np.all(orders.of(columns) <= orders.of(program.col_upper) + room))
    closes = bool(np.all(orders.of(program.col_upper) <= orders.of(last.program.col_upper)))
    short = layout.column("short")
    return fits and closes and bool(np.all(short.of(columns) <= short.of(usual)))


def even(
    layout: Layout, program: LinearProgram, columns: FloatArray, run: MeasureRun, *, found: State
) -> FloatArray:
    """An optimum in which what is alike in all its numbers is used alike. (columns,)"""
    arrays, shared = layout.arrays, columns.copy()
    orders, lots = layout.column("order"), layout.column("lot")
    factor = None if run.measure is None else run.measure.cost_factor
    least, most = orders.of(program.col_lower), orders.of(program.col_upper)
    orders.of(shared)[:] = alike_in_proportion(
        arrays, orders.of(columns), most, factor, least=least, pools=shared_bounds(layout, program)
    )
    lots.of(shared)[:] = lots_in_proportion(arrays, lots.of(columns), found.lots)
    unmet = layout.column("unmet")
    demand = unmet.of(program.col_upper)
    unmet.of(shared)[:] = unmet_in_proportion(arrays, unmet.of(columns), demand)
    return shared


def as_refill(window: Window, run: MeasureRun, lacks: FloatArray) -> tuple[FloatArray, FloatArray]:
    """What is missing of reserves as shortfall and as what may still be missing (L7).

    Args:
        window: The window.
        run: The measure.
        lacks: Reserve targets less stock, where that is more than nothing. (reserved, n)
    """
    allowed = refill_limits(window.layout, run, window.target)
    refill = np.zeros_like(lacks)
    refill[:, 1:] = np.minimum(np.minimum(allowed[:, 1:], lacks[:, :-1]), lacks[:, 1:])
    return lacks - refill, refill


def calm_columns(window: Window) -> FloatArray:
    """The calm plan's columns in the window. (columns,)"""
    calm, layout = window.calm, window.layout
    part = slice(layout.start, layout.start + layout.n)
    stock = stock_by_good(calm.arrays, calm.lots[:, part], calm.fresh[:, part])
    return layout.filled(
        order=calm.orders[:, part],
        lot=calm.lots[:, part],
        fresh=calm.fresh[:, part],
        unmet=calm.unmet[:, part],
        short=np.maximum(window.target - stock[layout.reserved], 0.0),
    )


def paid_on_arrival(window: Window, found: State) -> FloatArray:
    """Discounted price of what was on the way, by period of arrival. (K, J) [money]"""
    arrays = window.layout.arrays
    start = window.layout.start
    periods = np.minimum(start + np.arange(found.transit.shape[1]), arrays.n_periods - 1)
    factor = arrays.discount[periods] / arrays.discount[start]
    bought = (arrays.activities.kinds == ActivityKind.PURCHASE)[:, None]
    return np.where(bought, arrays.activities.unit_cost[:, periods] * factor, 0.0) * found.transit
