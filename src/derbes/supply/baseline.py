"""The calm plan: the optimum of the supply model when no measure comes.

(L1) stock: w[l,t] <= rho[l,t] w[l,t-1]; the difference is drawn
(L2) balance: sum_l (rho w[l,t-1] - w[l,t]) + arrivals + outputs
     >= inputs + demand[u,t] - n[u,t] + exports; fresh stock joins the sum and may
     grow by what comes in
(L3) x[k,t] <= capacity[k,t] availability[k,t]; several routes of one supplier share
(L4) sum_k hours[k] x[k,t] <= line_hours[r,t]
(L5) v[u,t] + n[u,t] = demand[u,t]; v is eliminated, so 0 <= n <= demand
(L6) sum of the stocks of a good <= storage limit
(L7) r[g,t] >= reserve[g,t] - sum of the stocks of the good
(L9) sum of the orders of a supplier by all its routes >= min(at_least[t], what (L3) leaves
     of them); what finds no room is paid for and given up, so that this is always possible

Lexicographic by the case's priorities. What is on the way at the first period is what
calm use asked for (`past_flows`).

Symbols: x `order`, w `lot` and `fresh`, n `unmet`, r `short`, rho retention.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from scipy import sparse

from derbes.lp.highs import BASIC, LOWER, Session, Stance
from derbes.lp.lexicographic import solve_levels
from derbes.lp.program import Block, BoolArray, FloatArray, IntArray, LinearProgram, parted
from derbes.model.arrays import ActivityKind, CaseArrays, State, deliveries, lasting
from derbes.supply.bounds import Bounds, window_bounds
from derbes.supply.network import Layout, longest_lead, make_layout, supply_matrix
from derbes.supply.objective import level_weights, objective_levels

ROUNDING = 1e-9
"""Parts that differ by less are the same."""
IDLE = 1e-7
"""Part of a usual period's need of a good up to which nothing of it is given up."""

ProgramKey = tuple[str, int, str, int]
"""A program that leaves a calm plan: its kind, its first period, and what it is asked."""


@dataclass(frozen=True, slots=True)
class CalmStart:
    """Where columns and rows stand in a calm plan: a start for others like it."""

    columns: tuple[Block, ...]
    rows: tuple[Block, ...]
    stance: Stance
    behind: "dict[tuple[int, ProgramKey], CalmStart] | None" = None
    """The same of programs of some periods that leave it, as they are solved; None: they are not
    kept."""


@dataclass(frozen=True, slots=True, eq=False)
class CalmSolution:
    """The calm plan over all periods of the arrays."""

    arrays: CaseArrays
    orders: FloatArray
    """(K, T) [unit/period]"""
    opening: FloatArray
    """Orders before the first period, fixed before anything is solved. (K, longest lead
    time) [unit/period]"""
    lots: FloatArray
    """(L, T) [unit]"""
    fresh: FloatArray
    """(G, T) [unit]"""
    unmet: FloatArray
    """(U, T) [unit/period]"""
    certificate: float
    idle_lots: FloatArray | float = 0.0
    """What of the lots nobody uses: a branch need not bring it back. (L, T) [unit]"""
    idle_fresh: FloatArray | float = 0.0
    """The same of fresh stock. (G, T) [unit]"""
    start: CalmStart | None = None
    """Where its columns and rows stand; None: not known."""
    near: CalmStart | None = None
    """The calm plan that it was started from, where that kept others; else None."""

    def near_stance(self, key: ProgramKey, layout: Layout) -> Stance | None:
        """Where the same program stood near this calm plan; None: that was not kept."""
        behind = None if self.near is None else self.near.behind
        known = behind.get((layout.n, key)) if behind else None
        return None if known is None else stance_of(known, layout)

    def keep(self, key: ProgramKey, layout: Layout, stance: Callable[[], Stance]) -> None:
        """Keep where a program stands that was just solved, if that is wanted."""
        if self.start is not None and self.start.behind is not None:
            found = CalmStart(layout.columns, layout.rows, stance())
            self.start.behind[layout.n, key] = found


def past_flows(arrays: CaseArrays) -> FloatArray:
    """What arrives of orders placed before the first period, by period of arrival. (K, J)

    Everything ran as calm use asks: each period's arrivals are those of a world without
    stocks and lead times that serves the period's demand the cheapest way, under the
    limits and at the prices of the first period, unless the case says what is on order;
    nothing is sold abroad. So stock in store does not thin what is on the way. [unit/period]
    """
    n_lead = longest_lead(arrays)
    activities = arrays.activities
    if n_lead == 0:
        return np.zeros((len(activities.names), 0))

    def first(paths: FloatArray) -> FloatArray:
        return np.repeat(paths[:, :1], n_lead, axis=1)

    still = replace(
        arrays,
        n_periods=n_lead,
        activities=replace(
            activities,
            lead_times=np.zeros_like(activities.lead_times),
            capacity=first(activities.capacity),
            least=first(activities.least),
            unit_cost=first(activities.unit_cost),
            price=first(activities.price),
        ),
        demand=arrays.demand[:, :n_lead],
        crisis_demand=arrays.crisis_demand[:, :n_lead],
        reserve=np.zeros_like(arrays.reserve[:, :n_lead]),
        storage_limit=np.zeros_like(arrays.storage_limit[:, :n_lead]),
        storage_cost=arrays.storage_cost[:, :n_lead],
        shelf_life=np.zeros_like(arrays.shelf_life),
        lots=(),
        lot_goods=arrays.lot_goods[:0],
        lot_stock=arrays.lot_stock[:0],
        lot_retention=arrays.lot_retention[:0, :n_lead],
        lot_behind=arrays.lot_behind[:0],
        lot_lasts=arrays.lot_lasts[:0],
        lot_ends=arrays.lot_ends[:0],
        line_hours=first(arrays.line_hours),
        shared_capacity=first(arrays.shared_capacity),
        shared_least=first(arrays.shared_least),
        discount=np.ones(n_lead),
    )
    state = State(
        lots=np.zeros(0),
        fresh=np.zeros(len(arrays.goods)),
        past_inflow=np.zeros((len(arrays.goods), 1)),
        transit=np.zeros((len(activities.names), 1)),
    )
    layout = make_layout(still, 0, n_lead, has_reserve=False)
    program = program_of("before the calendar", layout, window_bounds(layout, state))
    said = ~np.isnan(activities.on_order) & (np.arange(n_lead) < activities.lead_times[:, None])
    lower, upper = program.col_lower.copy(), program.col_upper.copy()
    layout.column("order").of(lower)[said] = activities.on_order[said]
    layout.column("order").of(upper)[said] = activities.on_order[said]
    layout.column("order").of(upper)[activities.kinds == ActivityKind.EXPORT] = 0.0
    row_lower, row_upper = program.row_lower.copy(), program.row_upper.copy()
    ordered = np.zeros_like(still.shared_capacity)
    sharing = activities.shared >= 0
    known = np.where(said, activities.on_order, 0.0)
    np.add.at(ordered, activities.shared[sharing], known[sharing])
    shared = layout.row("shared_capacity").of(row_upper)
    shared[:] = np.maximum(shared, ordered)
    is_said = np.zeros(shared.shape, dtype=np.bool_)
    tells = sharing & (activities.base_availability > 0)
    np.logical_or.at(is_said, activities.shared[tells], said[tells])
    layout.row("shared_capacity").of(row_lower)[is_said] = -np.inf
    program = replace(
        program, col_lower=lower, col_upper=upper, row_lower=row_lower, row_upper=row_upper
    )
    flows = layout.column("order").of(solve_levels(program, is_apart=True).columns)
    least, most = (layout.column("order").of(bounds) for bounds in (lower, upper))
    pools = shared_bounds(layout, program)
    flows = alike_in_proportion(still, flows, most, least=least, pools=pools)
    return np.where(np.arange(n_lead) < activities.lead_times[:, None], flows, 0.0)


def first_state(arrays: CaseArrays) -> State:
    """Stocks before the first period, and what is on the way then."""
    flows = past_flows(arrays)
    transit = np.zeros((len(arrays.activities.names), longest_lead(arrays) + 1))
    transit[:, : flows.shape[1]] = flows
    return State(
        lots=arrays.lot_stock,
        fresh=np.zeros(len(arrays.goods)),
        past_inflow=np.zeros((len(arrays.goods), int(arrays.shelf_life.max(initial=1)))),
        transit=transit,
    )


def orders_before(arrays: CaseArrays, state: State | None = None) -> FloatArray:
    """Orders before the first period that are still to come. (K, J) [unit/period]

    Args:
        arrays: The case.
        state: What is there before the first period; None: `first_state`.
    """
    state = state or first_state(arrays)
    orders = np.zeros((len(arrays.activities.names), longest_lead(arrays)))
    for k, lead in enumerate(arrays.activities.lead_times):
        orders[k, orders.shape[1] - lead :] = state.transit[k, :lead]
    return orders


def shared_bounds(layout: Layout, program: LinearProgram) -> tuple[FloatArray, FloatArray]:
    """Least and most of what several activities share in a program. (Q, n) each"""
    shared = layout.row("shared_capacity")
    return shared.of(program.row_lower), shared.of(program.row_upper)


def alike_in_proportion(
    arrays: CaseArrays,
    orders: FloatArray,
    most: FloatArray,
    factor: FloatArray | None = None,
    *,
    least: FloatArray,
    pools: tuple[FloatArray, FloatArray],
) -> FloatArray:
    """Orders with activities that are alike in all their numbers sharing by capacity. (K, n)

    What must be taken of each (L9) comes first.

    Args:
        arrays: The case.
        orders: An optimum's orders. (K, n)
        most: Their upper bounds. (K, n)
        least: Their lower bounds. (K, n)
        factor: What a measure multiplies their costs with; None: nothing. (K,)
        pools: Least and most of what several activities share. (Q, n) each
    """
    groups = _alike(arrays)[0]
    if factor is not None:
        groups = [g[factor[g] == one] for g in groups for one in np.unique(factor[g])]
    groups = [g for g in groups if np.isfinite(most[g]).all()]
    room = most - least
    found = least + _shared(orders - least, groups, room)
    for sellers in _alike_sellers(arrays):
        if factor is not None and any(np.ptp(factor[way]) > 0.0 for way in sellers):
            continue
        # where each has the same part of the room by every way, it has room for its part of all
        by_way = room[np.array(sellers)]
        whole = np.broadcast_to(by_way.sum(axis=1, keepdims=True), by_way.shape)
        parts = np.divide(by_way, whole, out=np.full_like(by_way, np.nan), where=whole > 0)
        apart = np.nanmax(parts, axis=0, initial=0.0) - np.nanmin(parts, axis=0, initial=1.0)
        is_even, every = (apart < ROUNDING).all(axis=0), np.concatenate(sellers)
        even = least + _shared(found - least, sellers, room)
        shared, alone = arrays.activities.shared[sellers[0]], arrays.activities.least[every]
        if alone.any() or arrays.shared_least[shared[shared >= 0]].any():
            even, is_even = _above_least(arrays, found, sellers, bounds=(least, most), pools=pools)
        found[every] = np.where(is_even, even[every], found[every])
    return found


def _above_least(
    arrays: CaseArrays,
    orders: FloatArray,
    sellers: list[IntArray],
    *,
    bounds: tuple[FloatArray, FloatArray],
    pools: tuple[FloatArray, FloatArray],
) -> tuple[FloatArray, BoolArray]:
    """Orders of sellers who share, above what must be taken of each, by what they have left.

    Each way carries as much as before. (K, n), and whether there is room for it (n,)

    Args:
        arrays: The case.
        orders: (K, n)
        sellers: Each way in which they sell, of all.
        bounds: Lower and upper bounds of orders. (K, n) each
        pools: The same of what is shared. (Q, n) each
    """
    ways, shared, found = np.array(sellers), arrays.activities.shared, orders.copy()
    least, most = np.zeros((2, ways.shape[1], orders.shape[1]))
    for j, k in enumerate(ways[0]):
        own = ways[:, j]
        least[j], most[j] = bounds[0][own].sum(axis=0), bounds[1][own].sum(axis=0)
        if shared[k] >= 0:
            others = np.setdiff1d(np.flatnonzero(shared == shared[k]), own)
            taken = orders[others].sum(axis=0)  # by ways that a measure opens
            least[j] = np.maximum(pools[0][shared[k]] - taken, 0.0)
            most[j] = np.minimum(most[j], pools[1][shared[k]] - taken)
    by_way, room = orders[ways].sum(axis=1), np.maximum(most - least, 0.0)
    total, left = by_way.sum(axis=0), room.sum(axis=0)
    parts = np.divide(room, left, out=np.zeros_like(room), where=left > 0)
    whole = least + parts * np.maximum(total - least.sum(axis=0), 0.0)
    share = np.divide(whole, total, out=np.zeros_like(whole), where=total > 0)
    found[ways] = by_way[:, None] * share
    limits = bounds[1][ways] * (1.0 + ROUNDING)
    is_all = np.abs(whole.sum(axis=0) - total) <= ROUNDING * total
    return found, is_all & (found[ways] <= limits).all(axis=(0, 1))


def lots_in_proportion(arrays: CaseArrays, lots: FloatArray, found: FloatArray) -> FloatArray:
    """Stocks with lots that age alike drawn in proportion to what is found of them. (L, n)

    Args:
        arrays: The case.
        lots: An optimum's stocks. (L, n)
        found: What each lot begins with. (L,)
    """
    groups = [group for group in _alike(arrays)[1] if found[group].sum() > 0]
    return _shared(lots, groups, found[:, None])


def unmet_in_proportion(arrays: CaseArrays, unmet: FloatArray, demand: FloatArray) -> FloatArray:
    """Unmet demand with uses that are alike in all their numbers sharing by demand. (U, n)

    Args:
        arrays: The case.
        unmet: An optimum's. (U, n)
        demand: (U, n)
    """
    return _shared(unmet, _alike(arrays)[2], demand)


def _shared(paths: FloatArray, groups: list[IntArray], weights: FloatArray) -> FloatArray:
    """Paths with the rows of each group sharing their sum by weight; as they are without any."""
    found = paths.copy() if groups else paths
    for group in groups:
        own = weights[group]
        whole = own.sum(axis=0)
        part = np.divide(own, whole, out=np.zeros_like(own), where=whole > 0)
        found[group] = np.where(whole > 0, part * paths[group].sum(axis=0), paths[group])
    return found


def _groups(n: int, key: Callable[[int], tuple[Any, ...]]) -> list[IntArray]:
    """Which of n have one key, of two or more."""
    found: dict[tuple[Any, ...], list[int]] = {}
    for i in range(n):
        found.setdefault(key(i), []).append(i)
    return [np.array(group, dtype=np.int64) for group in found.values() if len(group) > 1]


def _numbers_of(arrays: CaseArrays, k: int) -> tuple[Any, ...]:
    """All numbers of an activity but its capacity, and what it shares."""
    activities = arrays.activities
    inputs = slice(activities.input_starts[k], activities.input_starts[k + 1])
    return (
        int(activities.kinds[k]),
        int(activities.outputs[k]),
        int(activities.lead_times[k]),
        activities.unit_cost[k].tobytes(),
        activities.price[k].tobytes(),
        str(activities.margin_share[k]),
        int(activities.lines[k]),
        float(activities.hours[k]),
        float(activities.base_availability[k]),
        activities.input_goods[inputs].tobytes(),
        activities.input_amounts[inputs].tobytes(),
    )


@lru_cache(maxsize=4)
def _alike_sellers(arrays: CaseArrays) -> list[list[IntArray]]:
    """Sellers that are alike in all their numbers: each way in which they sell in calm, of all.

    Those with one capacity for several ways, late ones of a measure too, and those that are
    like them.
    """
    shared, is_open = arrays.activities.shared, arrays.activities.base_availability > 0
    pools = range(len(arrays.shared_capacity))
    sellers: list[list[int]] = [np.flatnonzero(is_open & (shared == q)).tolist() for q in pools]
    sellers += [[k] for k in np.flatnonzero(is_open & (shared < 0)).tolist()]
    ways = [sorted(one, key=lambda k: _numbers_of(arrays, k)) for one in sellers if one]
    alike = _groups(len(ways), lambda q: tuple(_numbers_of(arrays, k) for k in ways[q]))
    found = [list(np.array([ways[q] for q in group], dtype=np.int64).T) for group in alike]
    return [one for one in found if (shared[one[0]] >= 0).any()]


@lru_cache(maxsize=4)
def _alike(arrays: CaseArrays) -> tuple[list[IntArray], list[IntArray], list[IntArray]]:
    """Groups alike in all their numbers: activities, but for capacity; old lots; uses."""
    activities = arrays.activities

    def of_activity(k: int) -> tuple[Any, ...]:
        return (*_numbers_of(arrays, k), int(activities.shared[k]))

    def of_lot(lot: int) -> tuple[Any, ...]:
        return int(arrays.lot_goods[lot]), arrays.lot_retention[lot].tobytes()

    def of_use(u: int) -> tuple[Any, ...]:
        is_essential, weight = bool(arrays.use_essential[u]), float(arrays.use_weight[u])
        return int(arrays.use_goods[u]), is_essential, weight, str(arrays.shortage_cost[u])

    return (
        _groups(len(activities.names), of_activity),
        _groups(len(arrays.lots), of_lot),
        _groups(len(arrays.uses), of_use),
    )


def with_idle_stock(
    layout: Layout,
    given_up: FloatArray,
    at_first: FloatArray,
    *,
    lots: FloatArray,
    fresh: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Stocks of an optimum, with what it gave up for nothing still there. (L, n), (G, n)

    What nobody uses, costs nothing to hold and finds room stays where it is; a program
    would give it up only to hold the least stock. Every level that carries a number is as before.

    Args:
        layout: A window from the first period on.
        given_up: What the balances (L2) have too much. (G, n) [unit/period]
        at_first: What is there of each old lot in the first period. (L,) [unit]
        lots: The optimum's old lots. (L, n) [unit]
        fresh: Its fresh stock. (G, n) [unit]
    """
    arrays, n = layout.arrays, layout.n
    lots, fresh = lots.copy(), fresh.copy()
    given_up = np.where(given_up > IDLE * arrays.flow_size[:, None], given_up, 0.0)
    of_lots, _of_fresh = lasting(arrays, layout.start)
    for good in np.flatnonzero(given_up.any(axis=1) & ~arrays.storage_cost.any(axis=1)):
        mine = np.flatnonzero(arrays.lot_goods == good)
        held = lots[mine].sum(axis=0) + fresh[good]
        room = np.maximum(arrays.storage_limit[good, :n] - held, 0.0)
        left = given_up[good].copy()
        for lot in mine[np.argsort(-of_lots[mine], kind="stable")]:
            keeps = arrays.lot_retention[lot, :n]
            drawn = np.append(at_first[lot], keeps[1:] * lots[lot, :-1]) - lots[lot]
            returned = np.clip(drawn, 0.0, left)
            left -= returned
            _put_back(lots[lot], returned, keeps, room)
        if arrays.shelf_life[good] == 0:
            _put_back(fresh[good], left, np.full(n, arrays.retention[good]), room)
    return lots, fresh


def _put_back(stock: FloatArray, returned: FloatArray, keeps: FloatArray, room: FloatArray) -> None:
    """Add to a stock, in place, what is returned to it and left of that, as room allows."""
    held = 0.0
    for t in range(len(stock)):
        held = min(held * keeps[t] + returned[t], room[t])
        stock[t] += held
        room[t] -= held


def calm_program(arrays: CaseArrays, state: State | None = None) -> tuple[Layout, LinearProgram]:
    """The program of the calm plan.

    Args:
        arrays: The case.
        state: What is there before the first period; None: `first_state`.
    """
    layout = make_layout(arrays, 0, arrays.n_periods, has_reserve=True)
    bounds = window_bounds(layout, state or first_state(arrays))
    return layout, program_of("calm plan", layout, bounds)


def program_of(
    name: str, layout: Layout, bounds: Bounds, matrix: sparse.csc_matrix | None = None
) -> LinearProgram:
    """The program of a window with all levels of the objective.

    Args:
        name: Its name.
        layout: The window.
        bounds: Bounds of its columns and rows.
        matrix: The layout's matrix, where it is already made.
    """
    names, costs = objective_levels(layout)
    matrix = supply_matrix(layout) if matrix is None else matrix
    return LinearProgram(
        name=name,
        levels=names,
        level_costs=costs,
        weights=level_weights(layout, names, parted(matrix, 1)[0]),
        matrix=matrix,
        **bounds.named,
        columns=layout.columns,
        rows=layout.rows,
        sizes=layout.sizes,
    )


def calm_start(arrays: CaseArrays) -> CalmStart:
    """A start for the calm plans of cases with the same elements and other numbers.

    Each level is solved by itself, so that what weighs next to nothing is decided there too and
    not in each of them again.

    Raises:
        SolveError: The program has no optimum; names the rows that clash.
    """
    layout, program = calm_program(arrays)
    session = Session(program)
    solve_levels(program, session, is_apart=True)
    return CalmStart(layout.columns, layout.rows, session.stance())


def stance_of(near: CalmStart, layout: Layout) -> Stance:
    """A start carried over: periods that it does not have stand as its nearest ones."""
    if near.columns == layout.columns and near.rows == layout.rows:
        return near.stance
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


def solve_calm(
    arrays: CaseArrays, near: CalmStart | None = None, *, keeps: bool = False
) -> CalmSolution:
    """The calm plan.

    Args:
        arrays: The case.
        near: A solved calm plan to start from; the optimum and its proof are the same.
        keeps: Whether it keeps where programs stand that leave it, as starts for others.

    Raises:
        SolveError: The program has no optimum; names the rows that clash.
    """
    state = first_state(arrays)
    layout, program = calm_program(arrays, state)
    session = Session(program)
    if near is not None:
        session.stand(stance_of(near, layout))
    solution = solve_levels(program, session, is_apart=True)

    def block(kind: str) -> FloatArray:
        return layout.column(kind).of(solution.columns)

    orders = layout.column("order")
    least, most = orders.of(program.col_lower), orders.of(program.col_upper)
    balance = layout.row("balance")
    lots, fresh = with_idle_stock(
        layout,
        balance.of(program.matrix @ solution.columns) - balance.of(program.row_lower),
        layout.row("stock").of(program.row_upper)[:, 0],
        lots=block("lot"),
        fresh=block("fresh"),
    )
    return CalmSolution(
        arrays=arrays,
        orders=alike_in_proportion(
            arrays, block("order"), most, least=least, pools=shared_bounds(layout, program)
        ),
        opening=orders_before(arrays, state),
        lots=lots_in_proportion(arrays, lots, arrays.lot_stock),
        fresh=fresh,
        unmet=unmet_in_proportion(arrays, block("unmet"), arrays.demand),
        certificate=solution.certificate,
        idle_lots=lots_in_proportion(arrays, lots - block("lot"), arrays.lot_stock),
        idle_fresh=fresh - block("fresh"),
        start=CalmStart(
            layout.columns, layout.rows, session.stance(), behind={} if keeps else None
        ),
        near=near if near is not None and near.behind else None,
    )


@lru_cache(maxsize=4)
def arrivals_by_period(calm: CalmSolution) -> FloatArray:
    """Deliveries of each activity in calm, by period of arrival. (K, T)"""
    return deliveries(calm.arrays.activities, calm.opening, calm.orders)


@lru_cache(maxsize=16)
def state_at(calm: CalmSolution, start: int) -> State:
    """What a measure that starts in a period finds: stocks and goods in transit."""
    arrays = calm.arrays
    if start == 0:
        lots, fresh = arrays.lot_stock, np.zeros(len(arrays.goods))
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
