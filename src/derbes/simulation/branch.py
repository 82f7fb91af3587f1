"""One branch by the policy that follows the calm plan: what happens after a measure starts.

From events to the periods in which the measures of a future change.

What a measure makes of capacities, stocks and demand, as the policy's kernel reads it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np

from derbes.case.quantity import FloatArray
from derbes.case.uncertainty import Events
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
    Run,
)
from derbes.model.arrays import ActivityKind, BoolArray, CaseArrays, IntArray, MeasureArrays, State
from derbes.simulation.plan import CalmPath, PolicyPlan, lot_columns, plan_of


@dataclass(frozen=True, slots=True)
class Turns:
    """Changes of each future, in the order of time. (N, W)"""

    times: IntArray
    sets: IntArray
    """Set of measures that runs from then on."""
    begins: IntArray
    """Set of the one measure that begins; -1: none does."""

    @property
    def most_at_once(self) -> int:
        """Most measures that begin in one period."""
        same = self.times[:, 1:] == self.times[:, :-1]
        return 1 + int((same & (self.times[:, 1:] < NEVER)).sum(axis=1).max(initial=0))


def make_turns(
    measures: Sequence[str], sets: Sequence[tuple[int, ...]], events: Events | None, n: int
) -> Turns:
    """When which measures begin and end, in n futures.

    Args:
        measures: Measures that events may hold.
        sets: Measures that may run at once, by position.
        events: Measures that come; None: none.
        n: Futures.

    Raises:
        ValueError: The events do not fit the futures or the model, or measures run at
            once that the model does not hold together.
    """
    if events is None or not events.start.size:
        nothing = np.zeros((n, 0), dtype=np.int64)
        return Turns(nothing, nothing, nothing)
    if len(events.start) != n:
        msg = f"events of {len(events.start)} futures, draws of {n}"
        raise ValueError(msg)
    measure = _positions(measures, events)
    runs = (measure >= 0) & (events.length > 0)
    _refuse_twice(measures, measure, events, runs)
    times = np.where(runs, events.start, NEVER)
    ends = np.where(runs, events.start + events.length, NEVER)
    bits = np.where(runs, 1 << np.maximum(measure, 0), 0)
    singles = {sum(1 << m for m in members): c for c, members in enumerate(sets)}
    alone = np.array([singles[1 << m] for m in range(len(measures))], dtype=np.int64)
    begins = np.where(runs, alone[np.maximum(measure, 0)], -1)
    times, changes = np.hstack([ends, times]), np.hstack([-bits, bits])
    begins = np.hstack([np.full_like(begins, -1), begins])
    order = np.argsort(times, axis=1, kind="stable")
    running = np.cumsum(np.take_along_axis(changes, order, axis=1), axis=1)
    return Turns(
        times=np.take_along_axis(times, order, axis=1),
        sets=_sets(measures, running, singles),
        begins=np.take_along_axis(begins, order, axis=1),
    )


def _refuse_twice(
    measures: Sequence[str], measure: IntArray, events: Events, runs: BoolArray
) -> None:
    """A measure does not begin while it runs."""
    ends = events.start + events.length
    for one, other in combinations(range(runs.shape[1]), 2):
        same = runs[:, one] & runs[:, other] & (measure[:, one] == measure[:, other])
        meet = (events.start[:, one] < ends[:, other]) & (events.start[:, other] < ends[:, one])
        for future in np.flatnonzero(same & meet):
            name = measures[measure[future, one]]
            msg = f"{name} begins while it runs, in future {future}"
            raise ValueError(msg)


def _positions(measures: Sequence[str], events: Events) -> IntArray:
    unknown = sorted({events.measures[m] for m in np.unique(events.measure) if m >= 0})
    unknown = [name for name in unknown if name not in measures]
    if unknown:
        msg = f"measures that the model was not prepared for: {', '.join(unknown)}"
        raise ValueError(msg)
    known = [measures.index(m) if m in measures else -1 for m in events.measures]
    return np.array([*known, -1], dtype=np.int64)[events.measure]


def _sets(measures: Sequence[str], running: IntArray, singles: dict[int, int]) -> IntArray:
    found, where = np.unique(running, return_inverse=True)
    together = [
        " + ".join(name for m, name in enumerate(measures) if bits >> m & 1)
        for bits in found.tolist()
        if bits not in singles
    ]
    if together:
        msg = f"measures that run at once, for which the model was not prepared: {together}"
        raise ValueError(msg)
    sets = np.array([singles[bits] for bits in found.tolist()], dtype=np.int64)
    return sets[where].reshape(running.shape)


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


BY_PERIOD = (
    "capacity",
    "hours",
    "pools",
    "demand",
    "crisis",
    "cost",
    "storage_cost",
    "storage_limit",
    "plan",
    "path",
    "held",
    "left_short",
    "lost",
    "given_up",
    "lot_retention",
    "lot_path",
)
"""Parts of a course that are known by period."""


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
    reserve_shortfall: FloatArray
    """(G, n) [unit]"""


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
    return _told(plan, course, run, start=start, length=ran)


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
        lots=lots,
        fresh=fresh,
        inflow=inflow,
        served=np.zeros((n, n_uses)),
        wanted=np.zeros((n, n_uses)),
        oldest=np.zeros(n_goods, dtype=np.int64),
        rest=np.zeros(n_goods),
        good=np.zeros((N_GOOD, n_goods)),
        source=np.zeros((N_SOURCE, n_activities)),
        line=np.zeros((N_LINE, len(arrays.lines))),
        pool=np.zeros((N_POOL, course.pools.shape[1])),
    )


def _told(plan: PolicyPlan, course: Course, run: Run, *, start: int, length: int) -> BranchRun:
    arrays, n = plan.arrays, len(run.regime)
    stock = run.fresh[1:].copy()
    np.add.at(stock.T, arrays.lot_goods, run.lots[1:].T)
    arrivals = run.arriving[:n].copy()
    arrivals[:, arrays.activities.outputs < 0] = 0.0
    after = np.arange(n) - length + 1
    back = np.clip(after / arrays.refill_periods, 0.0, 1.0) if length else np.ones(n)
    target = (
        rows_from(np.ascontiguousarray(arrays.reserve.T), start, n)
        * np.where(after <= 0, 1.0, back)[:, None]
    )
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
        reserve_shortfall=np.maximum(0.0, target - stock).T.copy(),
    )
