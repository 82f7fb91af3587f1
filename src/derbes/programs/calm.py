r"""The calm plan: the optimum of the supply model when no measure comes.

(L1) stock: w[l,t] <= rho[l,t] w[l,t-1]; the difference is drawn
(L2) balance: sum_l (rho w[l,t-1] - w[l,t]) + arrivals + outputs
     >= inputs + demand[u,t] - n[u,t] + exports; fresh stock joins the sum and may
     grow by what comes in
(L3) x[k,t] <= capacity[k,t] availability[k,t]; several routes of one supplier share
(L4) sum_k hours[k] x[k,t] <= line_hours[r,t]
(L5) v[u,t] + n[u,t] = demand[u,t]; v is eliminated, so 0 <= n <= demand
(L6) sum of the stocks of a good <= storage limit
(L7) r[g,t] >= reserve[g,t] - sum of the stocks of the good

Lexicographic by the case's priorities. What is on the way at the first period was
ordered in a calm past (`opening`), within the first period's capacities.

Symbols: x `order`, w `lot` and `fresh`, n `unmet`, r `short`, rho retention.
"""

from dataclasses import dataclass

import numpy as np

from derbes.case.arrays import CaseArrays, State
from derbes.programs.bounds import window_bounds
from derbes.programs.layout import Layout, longest_lead, make_layout, supply_matrix
from derbes.programs.objective import objective_levels
from derbes.programs.solver.highs import BASIC, LOWER, Session, Stance
from derbes.programs.solver.lexicographic import solve_levels
from derbes.programs.solver.statement import Block, FloatArray, LinearProgram, Solution


@dataclass(frozen=True, slots=True)
class CalmSolution:
    """The calm plan over all periods of the arrays."""

    arrays: CaseArrays
    orders: FloatArray
    """(K, T) [unit/period]"""
    opening: FloatArray
    """Orders before the first period. (K, longest lead time) [unit/period]"""
    lots: FloatArray
    """(L, T) [unit]"""
    fresh: FloatArray
    """(G, T) [unit]"""
    unmet: FloatArray
    """(U, T) [unit/period]"""
    certificate: float


def first_state(arrays: CaseArrays) -> State:
    """Stocks before the first period; nothing is on the way yet."""
    return State(
        lots=arrays.lot_stock,
        fresh=np.zeros(len(arrays.goods)),
        past_inflow=np.zeros((len(arrays.goods), int(arrays.shelf_life.max(initial=1)))),
        transit=np.zeros((len(arrays.activities.names), longest_lead(arrays) + 1)),
    )


def calm_program(arrays: CaseArrays) -> tuple[Layout, LinearProgram]:
    """The program of the calm plan."""
    layout = make_layout(arrays, 0, arrays.n_periods, has_reserve=True, has_opening=True)
    bounds = window_bounds(layout, first_state(arrays))
    names, costs, weights = objective_levels(layout)
    program = LinearProgram(
        name="calm plan",
        levels=names,
        level_costs=costs,
        weights=weights,
        matrix=supply_matrix(layout),
        row_lower=bounds.row_lower,
        row_upper=bounds.row_upper,
        col_lower=bounds.col_lower,
        col_upper=bounds.col_upper,
        columns=layout.columns,
        rows=layout.rows,
    )
    return layout, program


@dataclass(frozen=True, slots=True)
class CalmStart:
    """Where columns and rows stand in a calm plan: a start for others like it."""

    columns: tuple[Block, ...]
    rows: tuple[Block, ...]
    stance: Stance


def calm_start(arrays: CaseArrays) -> CalmStart:
    """A start for the calm plans of cases with the same elements and other numbers.

    Raises:
        SolveError: The program has no optimum; names the rows that clash.
    """
    layout, program = calm_program(arrays)
    session = Session(program)
    solve_levels(program, session)
    return CalmStart(layout.columns, layout.rows, session.stance())


def _stance_of(near: CalmStart, layout: Layout) -> Stance:
    """A start carried over: periods that it does not have stand as its nearest ones."""
    behind = sum(block.size for block in near.columns)
    columns = [
        _carried(old, new, near.stance[:behind], LOWER)
        for old, new in zip(near.columns, layout.columns, strict=True)
    ]
    rows = [
        _carried(old, new, near.stance[behind:], BASIC)
        for old, new in zip(near.rows, layout.rows, strict=True)
    ]
    return np.concatenate([*columns, *rows])


def _carried(old: Block, new: Block, stance: Stance, otherwise: int) -> Stance:
    """Where the columns or rows of a block stand; those of new items as said. (size,)"""
    known = stance[old.offset : old.offset + old.size].reshape(len(old.items), old.n_periods)
    found = np.full((len(new.items), new.n_periods), otherwise, dtype=np.int8)
    if known.size:
        periods = new.first_period - old.first_period + np.arange(new.n_periods)
        nearest = np.clip(periods, 0, old.n_periods - 1)
        places = {item: place for place, item in enumerate(old.items)}
        for row, item in enumerate(new.items):
            if item in places:
                found[row] = known[places[item], nearest]
    return found.ravel()


def solve_calm(arrays: CaseArrays, near: CalmStart | None = None) -> CalmSolution:
    """The calm plan.

    Args:
        arrays: The case.
        near: A solved calm plan to start from; the optimum and its proof are the same.

    Raises:
        SolveError: The program has no optimum; names the rows that clash.
    """
    layout, program = calm_program(arrays)
    session = Session(program)
    if near is not None:
        session.stand(_stance_of(near, layout))
    return _calm_of(arrays, layout, solve_levels(program, session))


def _calm_of(arrays: CaseArrays, layout: Layout, solution: Solution) -> CalmSolution:
    """Blocks of a solution as a plan."""

    def block(kind: str) -> FloatArray:
        return layout.column(kind).of(solution.columns)

    return CalmSolution(
        arrays=arrays,
        orders=block("order"),
        opening=block("opening"),
        lots=block("lot"),
        fresh=block("fresh"),
        unmet=block("unmet"),
        certificate=solution.certificate,
    )


def arrivals_by_period(calm: CalmSolution) -> FloatArray:
    """Deliveries of each activity in calm, by period of arrival. (K, T)"""
    activities = calm.arrays.activities
    arriving = np.zeros_like(calm.orders)
    n = arriving.shape[1]
    for k, lead in enumerate(activities.lead_times):
        all_orders = np.concatenate(
            [calm.opening[k, calm.opening.shape[1] - lead :], calm.orders[k]]
        )
        arriving[k] = all_orders[:n]
    return arriving


def state_at(calm: CalmSolution, start: int) -> State:
    """What a measure that starts in a period finds: stocks and goods in transit."""
    arrays = calm.arrays
    if start == 0:
        before = first_state(arrays)
        lots, fresh = before.lots, before.fresh
    else:
        lots, fresh = calm.lots[:, start - 1], calm.fresh[:, start - 1]
    arriving = arrivals_by_period(calm)
    width = longest_lead(arrays) + 1
    transit = np.zeros((len(arrays.activities.names), width))
    for k, lead in enumerate(arrays.activities.lead_times):
        stop = min(start + int(lead), arrays.n_periods)
        transit[k, : stop - start] = arriving[k, start:stop]
    life = int(arrays.shelf_life.max(initial=1))
    past = np.zeros((len(arrays.goods), life))
    for k, good in enumerate(arrays.activities.outputs):
        ages = np.arange(1, min(life, start) + 1)
        if good >= 0:
            past[good, ages - 1] += arriving[k, start - ages]
    return State(lots=lots, fresh=fresh, past_inflow=past, transit=transit)
