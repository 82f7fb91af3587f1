"""The calm plan as the policy follows it, and one branch by the policy.

The plan and the network that it runs on; what a measure makes of capacities, stocks and
demand, as the policy's kernel reads it; and what happens after a measure starts.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import numpy as np

from derbes.case.quantity import MONTHS_A_YEAR, FloatArray
from derbes.kernels.compiling import packed
from derbes.kernels.futures import run_branch
from derbes.kernels.policy import (
    N_GOOD,
    N_LINE,
    N_POOL,
    N_SOURCE,
    NEVER,
    Course,
    Measures,
    Network,
    Run,
    Table,
)
from derbes.model.arrays import (
    ActivityKind,
    BoolArray,
    CaseArrays,
    IntArray,
    MeasureArrays,
    State,
    deliveries,
    far,
    lasting,
)

ALIKE = 1e-9
"""Relative difference of two lots that last alike."""


class CalmPath(Protocol):
    """A calm plan, as `derbes.supply.baseline.CalmSolution` tells it."""

    def __hash__(self) -> int:
        """By identity: a plan is kept for the calm plan that it was made from."""

    @property
    def arrays(self) -> CaseArrays:
        """The case."""

    @property
    def orders(self) -> FloatArray:
        """(K, T) [unit/period]"""

    @property
    def opening(self) -> FloatArray:
        """Orders before the first period. (K, longest lead time) [unit/period]"""

    @property
    def lots(self) -> FloatArray:
        """(L, T) [unit]"""

    @property
    def fresh(self) -> FloatArray:
        """(G, T) [unit]"""

    @property
    def unmet(self) -> FloatArray:
        """(U, T) [unit/period]"""


@dataclass(frozen=True, slots=True)
class PolicyPlan:
    """A calm plan ready to be followed from any start."""

    calm: CalmPath
    arrays: CaseArrays
    network: Network
    course: Course
    """Over all periods of the arrays, without what differs from start to start."""
    reach: int
    """How far the policy looks ahead. [period]"""
    arriving: FloatArray
    """Deliveries by period of arrival. (T, K) [unit/period]"""
    unit_cost: FloatArray
    """By period of payment. (T, K) [money/unit]"""


@lru_cache(maxsize=4)
def plan_of(calm: CalmPath) -> PolicyPlan:
    """The plan that the policy follows, from a calm plan."""
    arrays = calm.arrays
    activities = arrays.activities
    network = network_of(arrays)
    by_lot = (arrays.lot_goods[:, None] == np.arange(len(arrays.goods))).astype(np.float64)
    path = np.maximum(calm.fresh + by_lot.T @ calm.lots, 0.0)
    arriving = deliveries(activities, calm.opening, calm.orders)
    lost, given_up = _losses(calm, arriving, path, by_lot)
    demand = arrays.demand
    short = np.divide(calm.unmet, demand, out=np.zeros_like(demand), where=demand > 0)
    course = Course(
        capacity=_rows(activities.capacity),
        hours=_rows(arrays.line_hours),
        pools=_rows(arrays.shared_capacity),
        least=_rows(activities.least),
        pool_least=_rows(arrays.shared_least),
        demand=_rows(demand),
        crisis=_rows(arrays.crisis_demand),
        cost=_rows(_cost_by_order(arrays)),
        storage_cost=_rows(arrays.storage_cost),
        storage_limit=_rows(arrays.storage_limit),
        plan=_rows(np.maximum(calm.orders, 0.0)),
        path=_rows(path),
        held=_rows(np.minimum(arrays.reserve, path)),
        left_short=_rows(np.clip(short, 0.0, 1.0)),
        lost=_rows(lost),
        given_up=_rows(given_up),
        amounts=activities.input_amounts,
        line_time=activities.hours,
        leads=activities.lead_times,
        retention=arrays.retention,
        shelf_life=arrays.shelf_life,
        lot_retention=_rows(arrays.lot_retention),
        lot_path=_rows(np.maximum(calm.lots, 0.0)),
        lot_order=np.zeros(len(arrays.lots), dtype=np.int64),
        lot_until=np.zeros(len(arrays.lots), dtype=np.int64),
        before_fresh=np.zeros(len(arrays.lots), dtype=np.int64),
        lot_rank=np.zeros(len(arrays.lots), dtype=np.int64),
        opening=arrays.plant_opening,
        ramp=arrays.plant_ramp,
        weight=arrays.use_weight,
        size=arrays.flow_size,
        refill=np.array([arrays.refill_periods]),
    )
    reach = max(int(activities.lead_times.max(initial=0)), network.a_year) + 1
    return PolicyPlan(
        calm, arrays, network, course, reach, _rows(arriving), _rows(activities.unit_cost)
    )


def _rows(paths: FloatArray) -> FloatArray:
    """Paths with the period first. (T, rows)"""
    return np.ascontiguousarray(paths.T)


def _losses(
    calm: CalmPath, arriving: FloatArray, path: FloatArray, by_lot: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """What the stock loses beyond the ageing of fresh stock, and what is given up. (G, T)"""
    arrays = calm.arrays
    activities = arrays.activities
    flow = np.zeros_like(path)
    np.subtract.at(flow, arrays.use_goods, arrays.demand - calm.unmet)
    for k, good in enumerate(activities.outputs):
        if good >= 0:
            flow[good] += arriving[k]
        for i in range(activities.input_starts[k], activities.input_starts[k + 1]):
            flow[activities.input_goods[i]] -= activities.input_amounts[i] * calm.orders[k]
    lots = np.concatenate([arrays.lot_stock[:, None], calm.lots[:, :-1]], axis=1)
    fresh = np.concatenate([np.zeros((len(path), 1)), calm.fresh[:, :-1]], axis=1)
    retention = arrays.retention[:, None]
    before = fresh + by_lot.T @ lots
    kept = retention * fresh + by_lot.T @ (arrays.lot_retention * lots)
    return retention * before + flow - path, np.maximum(kept + flow - path, 0.0)


def _cost_by_order(arrays: CaseArrays) -> FloatArray:
    """Unit cost at arrival (purchases) or at once (recipes, exports). (K, T) [money/unit]"""
    activities = arrays.activities
    wait = np.where(activities.kinds == ActivityKind.PURCHASE, activities.lead_times, 0)
    at = np.minimum(np.arange(arrays.n_periods) + wait[:, None], arrays.n_periods - 1)
    return np.take_along_axis(activities.unit_cost, at, axis=1)


def network_of(arrays: CaseArrays) -> Network:
    """Who makes what from what."""
    activities = arrays.activities
    order, rank = _final_to_raw(arrays)
    ranks = [priority for priority in arrays.priorities if priority != "money"]
    is_first = arrays.use_essential == (ranks.index("essential") < ranks.index("deferrable"))
    is_export = activities.kinds == ActivityKind.EXPORT
    sources = [
        np.flatnonzero((activities.outputs == g) & ~is_export) for g in range(len(arrays.goods))
    ]
    turns_back = np.zeros(len(activities.names), dtype=np.int64)
    for k, good in enumerate(activities.outputs):
        own = slice(activities.input_starts[k], activities.input_starts[k + 1])
        if good >= 0:
            turns_back[k] = bool((rank[activities.input_goods[own]] <= rank[good]).any())
    return Network(
        order=order,
        first_source=_ends([len(own) for own in sources]),
        sources=np.concatenate([*sources, np.zeros(0, dtype=np.int64)]).astype(np.int64),
        outputs=activities.outputs,
        lines=activities.lines,
        pools=activities.shared,
        is_bought=(activities.kinds == ActivityKind.PURCHASE).astype(np.int64),
        first_input=activities.input_starts,
        input_goods=activities.input_goods,
        turns_back=turns_back,
        exports=np.flatnonzero(is_export).astype(np.int64),
        use_goods=arrays.use_goods,
        use_essential=arrays.use_essential.astype(np.int64),
        needed=_needed(arrays, is_first=is_first).astype(np.int64),
        first_lot=_ends(np.bincount(arrays.lot_goods, minlength=len(arrays.goods)).tolist()),
        plants=activities.plants,
        line_plants=arrays.line_plants,
        first_tier=int(ranks.index("essential") < ranks.index("deferrable")),
        a_year=MONTHS_A_YEAR // arrays.calendar.step,
        reserve_rank=ranks.index("reserve"),
    )


def _ends(counts: list[int]) -> IntArray:
    return np.cumsum([0, *counts], dtype=np.int64)


def _makes(arrays: CaseArrays) -> BoolArray:
    """Whether a good (row) goes into another (column). (G, G)"""
    activities = arrays.activities
    makes = np.zeros((len(arrays.goods), len(arrays.goods)), dtype=np.bool_)
    for k, good in enumerate(activities.outputs):
        if good >= 0:
            own = slice(activities.input_starts[k], activities.input_starts[k + 1])
            makes[activities.input_goods[own], good] = True
    return makes


def _final_to_raw(arrays: CaseArrays) -> tuple[IntArray, IntArray]:
    """Goods from final to raw, and the layer of each.

    Where goods are made from each other (storage that is filled again), those that uses
    want are the final ones; the order of the case decides nothing.
    """
    makes = _makes(arrays)
    np.fill_diagonal(makes, val=False)
    n_goods = len(arrays.goods)
    layer = np.full(n_goods, -1, dtype=np.int64)
    used = np.isin(np.arange(n_goods), arrays.use_goods)
    at = 0
    while (layer < 0).any():
        left = layer < 0
        waiting = makes[:, left].sum(axis=1)
        ready = left & (waiting == 0)
        if not ready.any() and (left & used).any():
            ready = left & used
        if not ready.any():
            ready = left & (waiting == waiting[left].min())
        layer[ready] = at
        at += 1
    return np.argsort(layer, kind="stable").astype(np.int64), layer


def _needed(arrays: CaseArrays, *, is_first: BoolArray) -> BoolArray:
    """Goods that a use of the first tier needs, itself or in what is made of them. (G,)"""
    makes = _makes(arrays)
    needed = np.isin(np.arange(len(arrays.goods)), arrays.use_goods[is_first])
    for _round in range(len(needed)):
        needed = needed | makes[:, needed].any(axis=1)
    return needed


def lot_columns(arrays: CaseArrays, start: int) -> dict[str, IntArray]:
    """In which order lots are drawn from a start on, as `Course` names it. (1, L) or (N, L)"""
    ends = np.maximum(arrays.lot_ends, start) - start - 1
    until = np.where(arrays.lot_ends < far(arrays.calendar), ends, NEVER)
    of_lots, of_fresh = lasting(arrays, start)
    each = np.broadcast_arrays(until, of_lots, of_fresh[..., arrays.lot_goods])
    return lots_in_order(arrays.lot_goods, *(np.atleast_2d(rows) for rows in each))


def lots_in_order(
    goods: IntArray, until: IntArray, lasts: FloatArray, fresh: FloatArray
) -> dict[str, IntArray]:
    """Order of lots by good: first what expires first, then what lasts least.

    Fresh stock of a good without shelf life stands behind what expires, by how long it lasts.

    Args:
        goods: Good of each lot. (L,)
        until: Last period in which there is something of it. (N, L)
        lasts: How long a unit of it lasts. (N, L) [period]
        fresh: The same of fresh stock of its good. (N, L) [period]

    Returns:
        Columns of `Course`. (N, L)
    """
    all_goods = np.broadcast_to(goods, until.shape)
    order = np.lexsort((lasts, until, all_goods), axis=-1)
    last = np.take_along_axis(lasts, order, axis=1)
    ends = np.take_along_axis(until, order, axis=1)
    of = np.take_along_axis(all_goods, order, axis=1)
    unlike = (of[:, 1:] != of[:, :-1]) | (ends[:, 1:] != ends[:, :-1])
    unlike |= np.abs(last[:, 1:] - last[:, :-1]) > ALIKE * last[:, 1:]
    rank = np.zeros_like(order)
    places = np.zeros_like(order)
    places[:, 1:] = np.cumsum(unlike, axis=1)
    np.put_along_axis(rank, order, places, axis=1)
    return {
        name: np.ascontiguousarray(rows, dtype=np.int64)
        for name, rows in (
            ("lot_order", order),
            ("lot_until", until),
            ("before_fresh", (until < NEVER) | (lasts <= fresh * (1.0 + ALIKE))),
            ("lot_rank", rank),
        )
    }


# One branch


def effects_of(measure: MeasureArrays) -> FloatArray:
    """What a measure does, in the order of `Measures.effects`. (X,) or (N, X)"""
    parts: list[Any] = [
        measure.availability,
        measure.cost_factor,
        measure.demand_factor,
        measure.transit_kept,
        measure.transit_late,
        measure.lot_kept,
        measure.fresh_kept,
        measure.plant_delay,
    ]
    draws = np.broadcast_shapes(*(part.shape[:-1] for part in parts))
    rows = [np.broadcast_to(part, (*draws, part.shape[-1])) for part in parts]
    return np.concatenate(rows, axis=-1, dtype=np.float64)


def calm_effects(arrays: CaseArrays) -> FloatArray:
    """As `effects_of`, of no measure."""
    n, of_stocks = len(arrays.activities.names), len(arrays.lots) + len(arrays.goods)
    return np.concatenate(
        [
            arrays.activities.base_availability,
            np.ones(n + len(arrays.uses) + n),
            np.zeros(n),
            np.ones(of_stocks),
            np.zeros(len(arrays.plants)),
        ]
    )


BY_PERIOD = tuple(name for name, kind in Course.__annotations__.items() if kind == Table)
"""Parts of a course that are known by period."""
BY_FUTURE = tuple(name for name in Course._fields if name not in (*BY_PERIOD, "size"))
"""Parts that do not change over time and may differ from future to future."""


@dataclass(frozen=True, slots=True)
class BranchRun:
    """The path of a branch by the policy. Axes end with the n periods of the branch."""

    start: int
    length: int
    """Periods in which the measure runs; 0: calm."""
    demand: FloatArray
    """(U, n) [unit/period]"""
    unmet: FloatArray
    """(U, n) [unit/period]"""
    levels: FloatArray
    """By period of the order; those of the last periods arrive behind the end. (K, n)
    [unit/period]"""
    arrivals: FloatArray
    """What comes in, with what was on the way at the start. (K, n) [unit/period]"""
    lots: FloatArray
    """(L, n) [unit]"""
    fresh: FloatArray
    """(G, n) [unit]"""
    money_by_activity: FloatArray
    """Paid at arrival (purchases) or at once (recipes, exports), undiscounted. (K, n)
    [money/period]"""
    money: FloatArray
    """Of all activities and of storage; being short is not money here. (n,) [money/period]"""


def simulate_branch(
    calm: CalmPath,
    measure: MeasureArrays | None,
    state: State,
    *,
    start: int,
    length: int,
    n_periods: int,
) -> BranchRun:
    """The branch that a measure opens, by the policy (S1)-(S8).

    Args:
        calm: The calm plan that the target had.
        measure: What happens; None: nothing, and `length` is not looked at.
        state: What is there before the first period.
        start: First period of the measure and of the branch.
        length: Periods in which the measure runs.
        n_periods: Periods of the branch.
    """
    plan = plan_of(calm)
    arrays, n = plan.arrays, n_periods
    ran = min(length, n) if measure is not None else 0
    course, course_words = _course_at(calm, start, n + plan.reach)
    strikes, regime = np.full((n, 1), -1, dtype=np.int64), np.zeros(n, dtype=np.int64)
    effects, crisis = [calm_effects(arrays)], False
    if measure is not None:
        effects.append(effects_of(measure))
        crisis = measure.crisis and bool(np.any(arrays.crisis_demand != arrays.demand))
        if crisis or not np.array_equal(effects[0], effects[1]):
            strikes[:1], regime[:ran] = 1, 1
        if measure.plant_delay.any():
            moved = {
                name: getattr(course, name).copy() for name in ("capacity", "hours", "opening")
            }
            course = course._replace(**moved)
            course_words = packed(course)
    crises = np.array([0, int(crisis)])
    run = make_run(plan, state, course, turns=(regime, strikes), start=start)
    measures = Measures(np.array(effects), crises[: len(effects)])
    run_branch(packed(plan.network), course_words, packed(measures), packed(run))
    return _told(arrays, course, run, start=start, length=ran)


def rows_from(path: FloatArray, start: int, m: int) -> FloatArray:
    """Rows of a path from a period on, its last one going on behind it. (m, rows)"""
    if start + m <= len(path):
        return path[start : start + m]
    return np.ascontiguousarray(path[np.minimum(start + np.arange(m), len(path) - 1)])


@lru_cache(maxsize=8)
def _course_at(calm: CalmPath, start: int, m: int) -> tuple[Course, Any]:
    """The course of a calm plan from a start on, and the same for the kernel."""
    course = course_from(plan_of(calm), start, m)
    return course, packed(course)


def course_from(plan: PolicyPlan, start: int, m: int) -> Course:
    """The course of `m` periods from a start on, without measures."""
    paths: dict[str, Any] = {
        name: rows_from(getattr(plan.course, name), start, m) for name in BY_PERIOD
    }
    lots: dict[str, Any] = {n: rows[0] for n, rows in lot_columns(plan.arrays, start).items()}
    opening = plan.course.opening - start
    return plan.course._replace(**paths, **lots, opening=opening)


def make_run(
    plan: PolicyPlan, state: State, course: Course, *, turns: tuple[IntArray, IntArray], start: int
) -> Run:
    """Room for a run of the kernel that begins in a state.

    Args:
        plan: The plan.
        state: What is there before the first period.
        course: Numbers by period.
        turns: Set of measures that runs, and that begins, by period.
        start: First period.
    """
    arrays, n, m = plan.arrays, len(turns[0]), len(course.capacity)
    n_goods, n_activities, n_uses = (
        len(arrays.goods),
        len(arrays.activities.names),
        len(arrays.uses),
    )
    shelf = int(course.shelf_life.max(initial=0))
    arriving, bill = np.zeros((m, n_activities)), np.zeros((m, n_activities))
    width = min(m, state.transit.shape[1])
    arriving[:width] = state.transit[:, :width].T
    bought = arrays.activities.kinds == ActivityKind.PURCHASE
    usual = rows_from(plan.unit_cost, start, width)
    bill[:width] = np.where(bought, arriving[:width] * usual, 0.0)
    due = np.zeros((m, n_goods))
    for k, good in enumerate(arrays.activities.outputs):
        if good >= 0:
            due[:, good] += arriving[:, k]
    lots, fresh = np.zeros((n + 1, len(arrays.lots))), np.zeros((n + 1, n_goods))
    lots[0], fresh[0] = state.lots, state.fresh
    inflow = np.zeros((shelf + n, n_goods))
    known = min(shelf, state.past_inflow.shape[1])
    if known:
        inflow[shelf - known : shelf] = state.past_inflow[:, :known][:, ::-1].T
    return Run(
        regime=turns[0],
        strikes=turns[1],
        levels=np.zeros((n, n_activities)),
        arriving=arriving,
        bill=bill,
        due=due,
        net=np.zeros((m, n_goods)),
        second=np.zeros((m, n_goods)),
        bought=np.zeros((m, n_goods)),
        bought_own=np.zeros((m, n_goods)),
        coming=np.zeros((m, n_goods)),
        coming_bare=np.zeros((m, n_goods)),
        lots=lots,
        fresh=fresh,
        inflow=inflow,
        served=np.zeros((n, n_uses)),
        wanted=np.zeros((n, n_uses)),
        oldest=np.zeros(n_goods, dtype=np.int64),
        rest=np.zeros(n_goods),
        sources=plan.network.sources.copy(),
        first_later=np.zeros(n_goods, dtype=np.int64),
        takers=np.zeros(n_activities, dtype=np.int64),
        n_takers=np.zeros(1, dtype=np.int64),
        good=np.zeros((N_GOOD, n_goods)),
        source=np.zeros((N_SOURCE, n_activities)),
        line=np.zeros((N_LINE, len(arrays.lines))),
        pool=np.zeros((N_POOL, course.pools.shape[1])),
    )


def _told(arrays: CaseArrays, course: Course, run: Run, *, start: int, length: int) -> BranchRun:
    n = len(run.regime)
    stock = run.fresh[1:].copy()
    np.add.at(stock.T, arrays.lot_goods, run.lots[1:].T)
    arrivals = run.arriving[:n].copy()
    arrivals[:, arrays.activities.outputs < 0] = 0.0
    storage = (stock * course.storage_cost[:n]).sum(axis=1)
    return BranchRun(
        start=start,
        length=length,
        demand=run.wanted.T.copy(),
        unmet=np.maximum(run.wanted - run.served, 0.0).T,
        levels=run.levels.T.copy(),
        arrivals=arrivals.T.copy(),
        lots=run.lots[1:].T.copy(),
        fresh=run.fresh[1:].T.copy(),
        money_by_activity=run.bill[:n].T.copy(),
        money=run.bill[:n].sum(axis=1) + storage,
    )
