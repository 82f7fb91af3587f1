"""One branch by the myopic rule: what happens after a measure starts."""

from dataclasses import dataclass

import numpy as np

from derbes.case.arrays import ActivityKind, CaseArrays, IntArray, MeasureArrays, State
from derbes.case.quantity import FloatArray
from derbes.kernels.myopic import run
from derbes.simulation.conditions import Course, calm_course, joined, measure_courses, over_time
from derbes.simulation.network import Structure, by_good, structure_of
from derbes.simulation.setup import Prepared, Span, found_state, prepare, target_path


@dataclass(frozen=True, slots=True)
class BranchRun:
    """The path of a branch by the myopic rule. Axes end with the n periods of the branch."""

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
    arrays: CaseArrays,
    measure: MeasureArrays | None,
    state: State,
    *,
    start: int,
    length: int,
    n_periods: int,
) -> BranchRun:
    """The branch that a measure opens, by the myopic rule (S1)-(S10).

    Args:
        arrays: Compiled case.
        measure: What happens; None: nothing, and `length` is not looked at.
        state: What is there before the first period.
        start: First period of the measure and of the branch.
        length: Periods in which the measure runs.
        n_periods: Periods of the branch.
    """
    structure = structure_of(arrays)
    return simulate(structure, measure, state, start=start, length=length, n_periods=n_periods)


def simulate(
    structure: Structure,
    measure: MeasureArrays | None,
    state: State,
    *,
    start: int,
    length: int,
    n_periods: int,
) -> BranchRun:
    """As `simulate_branch`, for many branches of a case whose structure is found once."""
    arrays = structure.arrays
    ran = min(length, n_periods) if measure is not None else 0
    span = Span(start=start, length=ran, n_periods=n_periods, lead=structure.longest_lead)
    courses = _courses(arrays, measure, span, length)
    found = found_state(measure, state, span)
    prepared = prepare(structure, measure, found, courses=courses, span=span)
    run(prepared.branch)
    path = _path(structure, prepared)
    return _told(structure, joined(*courses, ran), path, found=found, span=span)


def _courses(
    arrays: CaseArrays, measure: MeasureArrays | None, span: Span, length: int
) -> tuple[Course, Course]:
    n_periods = span.n_periods + span.lead
    if measure is None:
        calm = calm_course(arrays, start=span.start, n_periods=n_periods)
        return calm, calm
    return measure_courses(arrays, measure, start=span.start, length=length, n_periods=n_periods)


@dataclass(frozen=True, slots=True)
class Path:
    """What the kernel found, in the order of the case. Period first."""

    levels: FloatArray
    """(n, K) [unit/period]"""
    lots: FloatArray
    """(n, L) [unit]"""
    fresh: FloatArray
    """(n, G) [unit]"""
    essential: FloatArray
    """Served. (n, G) [unit/period]"""
    deferrable: FloatArray
    """Served. (n, G) [unit/period]"""


def _path(structure: Structure, prepared: Prepared) -> Path:
    branch = prepared.branch
    n = len(branch.by_activity)
    place = np.argsort(structure.goods)
    of_goods = branch.by_good[:n, place]
    levels = branch.by_activity["level"].copy()
    for g, exports in enumerate(structure.exports):
        if len(exports):
            wanted = prepared.bought_abroad[:, exports]
            sought = wanted.sum(axis=1)
            part = np.divide(of_goods["sold"][:, g], sought, out=np.zeros(n), where=sought > 0)
            levels[:, exports] = wanted * part[:, None]
    return Path(
        levels=levels,
        lots=branch.lots[1:, np.argsort(prepared.lots)],
        fresh=of_goods["fresh"],
        essential=of_goods["essential_served"],
        deferrable=of_goods["deferrable_served"],
    )


def _told(
    structure: Structure, course: Course, path: Path, *, found: State, span: Span
) -> BranchRun:
    arrays, n = structure.arrays, span.n_periods
    demand = course.demand[:n]
    arrivals = _arrivals(arrays, path.levels, found.transit)
    paid = _paid(arrays, course, path.levels, found=found, span=span)
    stock = path.fresh + path.lots @ by_good(arrays.lot_goods, len(arrays.goods))
    periods = span.start + np.arange(n)
    reserve = over_time(arrays.reserve, periods)
    target = target_path(arrays, reserve, span.length)
    storage = (stock * over_time(arrays.storage_cost, periods)).sum(axis=1)
    return BranchRun(
        start=span.start,
        length=span.length,
        demand=demand.T.copy(),
        unmet=(demand - _served(arrays, demand, path)).T.copy(),
        levels=path.levels.T.copy(),
        arrivals=arrivals.T.copy(),
        lots=path.lots.T.copy(),
        fresh=path.fresh.T.copy(),
        money_by_activity=paid.T.copy(),
        money=paid.sum(axis=1) + storage,
        reserve_shortfall=np.maximum(0.0, target - stock).T.copy(),
    )


def _arrivals(arrays: CaseArrays, levels: FloatArray, transit: FloatArray) -> FloatArray:
    """Arrivals by activity; exports arrive nowhere. (n, K) [unit/period]"""
    n = len(levels)
    arrivals: FloatArray = transit[:, :n].T + _later(levels, arrays.activities.lead_times)
    arrivals[:, arrays.activities.outputs < 0] = 0.0
    return arrivals


def _later(paths: FloatArray, waits: IntArray) -> FloatArray:
    """Each path moved by its own number of periods. (n, K)"""
    moved = np.zeros_like(paths)
    for k, wait in enumerate(waits):
        if wait < len(paths):
            moved[int(wait) :, k] = paths[: len(paths) - int(wait), k]
    return moved


def _paid(
    arrays: CaseArrays, course: Course, levels: FloatArray, *, found: State, span: Span
) -> FloatArray:
    """Money by activity and period of payment. (n, K) [money/period]"""
    n = span.n_periods
    activities = arrays.activities
    bought = activities.kinds == ActivityKind.PURCHASE
    ordered = levels * course.order_cost[:n]
    paid = _later(ordered, np.where(bought, activities.lead_times, 0))
    usual = over_time(activities.unit_cost, span.start + np.arange(n))
    on_the_way: FloatArray = np.where(bought, found.transit[:, :n].T * usual, 0.0)
    return paid + on_the_way


def _served(arrays: CaseArrays, demand: FloatArray, path: Path) -> FloatArray:
    """Served demand of each use: of a tier, heavier uses first, equal ones alike. (n, U)"""
    served = np.zeros_like(demand)
    for tier, of_goods in ((True, path.essential), (False, path.deferrable)):
        left = of_goods.copy()
        mine = arrays.use_essential == tier
        for weight in np.unique(arrays.use_weight[mine])[::-1]:
            alike = np.flatnonzero(mine & (arrays.use_weight == weight))
            goods = arrays.use_goods[alike]
            wanted = demand[:, alike] @ by_good(goods, len(arrays.goods))
            given = np.minimum(left, wanted)
            part = np.divide(given, wanted, out=np.zeros_like(left), where=wanted > 0)
            served[:, alike] = demand[:, alike] * part[:, goods]
            left -= given
    return served
