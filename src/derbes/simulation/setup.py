"""From a case, a measure and a state to the tables that the kernel reads."""

from dataclasses import dataclass

import numpy as np

from derbes.case.arrays import CaseArrays, IntArray, MeasureArrays, State
from derbes.case.quantity import FloatArray
from derbes.kernels import layout
from derbes.kernels.ahead import expected_orders
from derbes.kernels.layout import Branch, Table
from derbes.kernels.myopic import run
from derbes.simulation.conditions import Course, over_time, threatened_goods
from derbes.simulation.network import Structure, by_good, needed_for
from derbes.simulation.ranking import Ranking, rank_sources


@dataclass(frozen=True, slots=True)
class Span:
    """The periods of a branch."""

    start: int
    length: int
    """Periods in which the measure runs; 0: calm."""
    n_periods: int
    lead: int
    """Longest lead time: how far orders reach behind the end."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A branch for the kernel, and what its tables leave out."""

    branch: Branch
    lots: IntArray
    """Lot of each column. (L,)"""
    bought_abroad: FloatArray
    """What each buyer abroad takes where it pays, 0 else. (n, K) [unit/period]"""


def prepare(
    structure: Structure,
    measure: MeasureArrays | None,
    found: State,
    *,
    courses: tuple[Course, Course],
    span: Span,
) -> Prepared:
    """The branch that the kernel runs.

    Args:
        structure: The case.
        measure: What happens; None: nothing.
        found: What is there when it starts.
        courses: The course while it runs and the course after it.
        span: Periods of the branch.
    """
    lots = lot_columns(structure, span.start)
    n, length = span.n_periods, span.length
    rankings = (rank_sources(structure, courses[0]), rank_sources(structure, courses[1]))
    during = _regime(structure, lots, course=courses[0], ranking=rankings[0], span=span)
    after = _regime(structure, lots, course=courses[1], ranking=rankings[1], span=span)
    if span.lead:
        _expect(during, (0, length), span.lead)
        _expect(after, (length, n), span.lead)
    branch = _joined(during, after, span)
    branch.goods["guarded"] = _guarded(structure, measure)[structure.goods]
    _place_state(structure, branch, found, lots)
    pays_during = np.where(rankings[0].pays, courses[0].capacity, 0.0)
    pays_after = np.where(rankings[1].pays, courses[1].capacity, 0.0)
    return Prepared(branch, lots, np.concatenate([pays_during[:length], pays_after[length:n]]))


def lot_columns(structure: Structure, start: int) -> IntArray:
    """Lots by good; of a good, those that will have lost most come first. (L,)"""
    arrays = structure.arrays
    place = np.argsort(structure.goods)
    lasting = arrays.lot_retention[:, start:].prod(axis=1)
    return np.lexsort((lasting, place[arrays.lot_goods]))


def _table(kind: np.dtype[np.void], *shape: int) -> Table:
    return np.zeros(shape, dtype=kind)


def _records(table: Table) -> Table:
    """The table with its fields as attributes."""
    return table.view(np.recarray)


def _ends(counts: list[int]) -> IntArray:
    return np.cumsum(counts, dtype=np.int64)


def _goods(structure: Structure) -> Table:
    arrays, order = structure.arrays, structure.goods
    goods = _table(layout.GOOD, len(order))
    n_sources = [len(structure.sources[g]) for g in order]
    n_lots = [int((arrays.lot_goods == g).sum()) for g in order]
    goods["end_source"] = _ends(n_sources)
    goods["first_source"] = goods["end_source"] - n_sources
    goods["end_lot"] = _ends(n_lots)
    goods["first_lot"] = goods["end_lot"] - n_lots
    goods["shelf_life"] = arrays.shelf_life[order]
    goods["retention"] = arrays.retention[order]
    goods["last_share"] = (arrays.retention**arrays.shelf_life)[order]
    return _records(goods)


def _activities(structure: Structure) -> tuple[Table, Table]:
    arrays = structure.arrays
    activities = _table(layout.ACTIVITY, len(structure.inputs))
    counts = [len(inputs) for inputs in structure.inputs]
    activities["end_input"] = _ends(counts)
    activities["first_input"] = activities["end_input"] - counts
    activities["lead"] = arrays.activities.lead_times
    activities["line"] = arrays.activities.lines
    activities["pool"] = arrays.activities.shared
    activities["hours"] = arrays.activities.hours
    place = np.argsort(structure.goods)
    flat = [(place[g], amount) for inputs in structure.inputs for g, amount in inputs]
    return _records(activities), _records(np.array(flat, dtype=layout.INPUT))


def _regime(
    structure: Structure, lots: IntArray, *, course: Course, ranking: Ranking, span: Span
) -> Branch:
    """The branch as if one course held all the time; orders ahead look at this one."""
    arrays = structure.arrays
    periods = span.start + np.arange(len(course.capacity))
    activities, inputs = _activities(structure)
    n = span.n_periods
    return Branch(
        goods=_goods(structure),
        layers=structure.layers,
        activities=activities,
        inputs=inputs,
        lines=_records(_table(layout.SHARED, course.line_hours.shape[1])),
        pools=_records(_table(layout.SHARED, course.shared_capacity.shape[1])),
        by_good=_by_good(structure, course, ranking, span),
        by_activity=_by_activity(course, ranking),
        ranked=ranking.ranked,
        line_hours=course.line_hours,
        pool_capacity=course.shared_capacity,
        lots=np.zeros((n + 1, len(lots))),
        lot_retention=over_time(arrays.lot_retention[lots], periods[:n]),
        inflow=np.zeros((n + int(arrays.shelf_life.max(initial=0)), len(structure.goods))),
        fresh=np.zeros(len(structure.goods)),
        length=span.length,
        reserve_first=reserve_ranks_first(arrays),
    )


def _by_good(structure: Structure, course: Course, ranking: Ranking, span: Span) -> Table:
    arrays, order = structure.arrays, structure.goods
    periods = span.start + np.arange(len(course.capacity))
    n_goods = len(order)
    essential = by_good(arrays.use_goods, n_goods, arrays.use_essential)
    deferrable = by_good(arrays.use_goods, n_goods, ~arrays.use_essential)
    table = _table(layout.GOOD_PERIOD, len(periods), n_goods)
    table["essential"] = (course.demand @ essential)[:, order]
    table["deferrable"] = (course.demand @ deferrable)[:, order]
    reserve = over_time(arrays.reserve, periods)
    table["reserve"] = reserve[:, order]
    table["target"] = target_path(arrays, reserve, span.length)[:, order]
    table["storage_limit"] = over_time(arrays.storage_limit, periods)[:, order]
    sought = np.where(ranking.pays, course.capacity, 0.0)
    for place, g in enumerate(order):
        if len(structure.exports[g]):
            table["sought"][:, place] = sought[:, structure.exports[g]].sum(axis=1)
    return _records(table)


def _by_activity(course: Course, ranking: Ranking) -> Table:
    table = _table(layout.ACTIVITY_PERIOD, *course.capacity.shape)
    table["capacity"] = course.capacity
    table["too_dear"] = ranking.too_dear
    return _records(table)


def _expect(branch: Branch, periods: tuple[int, int], lead: int) -> None:
    """Find what the course brings in the long run, and what orders ahead must cover."""
    first, end = periods
    if first < end:
        steady = _without_stock(branch, slice(first, end + lead))
        run(steady)
        levels = steady.by_activity["level"].copy()
        inputs, counts = branch.inputs, branch.activities["end_input"]
        owners = np.repeat(np.arange(len(counts)), np.diff(counts, prepend=0))
        taken = by_good(inputs["good"], len(branch.goods)) * inputs["amount"][:, None]
        use = steady.by_good["essential"] + steady.by_good["sold"] + levels[:, owners] @ taken
        own = slice(first, end)
        ranked, table = branch.ranked[own], branch.by_activity[own]
        expected_orders(branch._replace(ranked=ranked, by_activity=table), levels, use)


def _without_stock(branch: Branch, rows: slice) -> Branch:
    """The periods of a branch as if nothing could be stored and all came at once."""
    table = branch.by_good[rows].copy()
    table["essential"] += table["deferrable"]
    for name in ("deferrable", "reserve", "target", "storage_limit"):
        table[name] = 0.0
    goods, activities = branch.goods.copy(), branch.activities.copy()
    goods["end_lot"] = goods["first_lot"]
    goods["shelf_life"] = 0
    activities["lead"] = 0
    return branch._replace(
        goods=goods,
        activities=activities,
        by_good=table,
        by_activity=branch.by_activity[rows].copy(),
        ranked=branch.ranked[rows],
        line_hours=branch.line_hours[rows],
        pool_capacity=branch.pool_capacity[rows],
        lots=np.zeros((len(table) + 1, branch.lots.shape[1])),
        lot_retention=np.zeros((len(table), branch.lots.shape[1])),
        inflow=np.zeros(table.shape),
        length=0,
        reserve_first=False,
    )


def _joined(during: Branch, after: Branch, span: Span) -> Branch:
    """One regime while the measure runs, then the other; reserves are the same in both."""
    length, n = span.length, span.n_periods
    by_good_after = after.by_good.copy()
    by_good_after[:length] = during.by_good[:length]
    return after._replace(
        by_good=by_good_after,
        by_activity=np.concatenate([during.by_activity[:length], after.by_activity[length:n]]).view(
            np.recarray
        ),
        ranked=np.concatenate([during.ranked[:length], after.ranked[length:n]]),
        line_hours=np.concatenate([during.line_hours[:length], after.line_hours[length:n]]),
        pool_capacity=np.concatenate(
            [during.pool_capacity[:length], after.pool_capacity[length:n]]
        ),
    )


def _guarded(structure: Structure, measure: MeasureArrays | None) -> IntArray:
    """1 for goods that the measure threatens and an essential use needs. (G,)"""
    arrays = structure.arrays
    used = np.zeros(len(arrays.goods), dtype=np.bool_)
    used[arrays.use_goods[arrays.use_essential]] = True
    guarded = needed_for(structure, used) & threatened_goods(structure, measure)
    return guarded.astype(np.int64)


def _place_state(structure: Structure, branch: Branch, found: State, lots: IntArray) -> None:
    arrays, order = structure.arrays, structure.goods
    branch.lots[0] = found.lots[lots]
    branch.fresh[:] = found.fresh[order]
    longest = len(branch.inflow) - len(branch.by_activity)
    known = min(longest, found.past_inflow.shape[1])
    past = found.past_inflow[order, :known]
    branch.inflow[longest - known : longest] = past[:, ::-1].T
    due = found.transit.T @ by_good(arrays.activities.outputs, len(order))
    branch.by_good["due"] = due[:, order]
    young = np.arange(known) < arrays.shelf_life[order][:, None]
    share = arrays.retention[order][:, None] ** np.arange(known)
    branch.goods["window"] = np.where(young, past * share, 0.0).sum(axis=1)


def reserve_ranks_first(arrays: CaseArrays) -> bool:
    """Whether the reserve ranks before deferrable uses."""
    ranks = arrays.priorities
    return ranks.index("reserve") < ranks.index("deferrable")


def target_path(arrays: CaseArrays, reserve: FloatArray, length: int) -> FloatArray:
    """Stock to be held: after a measure it comes back in equal steps (L7). (m, G) [unit]"""
    if length == 0:
        return reserve
    after = np.arange(len(reserve)) - length + 1
    back = np.where(after <= 0, 1.0, np.minimum(1.0, after / arrays.refill_periods))
    return reserve * back[:, None]


def found_state(measure: MeasureArrays | None, state: State, span: Span) -> State:
    """What the measure leaves of the state, and when what is on the way comes.

    A loss of fresh stock takes the same part of each age.
    """
    transit = np.zeros((len(state.transit), span.n_periods + span.lead))
    width = min(transit.shape[1], state.transit.shape[1])
    transit[:, :width] = state.transit[:, :width]
    if measure is None:
        return State(state.lots, state.fresh, state.past_inflow, transit)
    transit *= measure.transit_kept[:, None]
    for k in np.flatnonzero(measure.transit_late > 0):
        late = min(int(measure.transit_late[k]), transit.shape[1])
        transit[k] = np.concatenate([np.zeros(late), transit[k, : transit.shape[1] - late]])
    return State(
        lots=state.lots * measure.lot_kept,
        fresh=state.fresh * measure.fresh_kept,
        past_inflow=state.past_inflow * measure.fresh_kept[:, None],
        transit=transit,
    )
