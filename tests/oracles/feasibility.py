"""Whether a path keeps the programs' constraints (L1) to (L6), found without the kernel."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from derbes.case.quantity import FloatArray
from derbes.model.arrays import CaseArrays, MeasureArrays, MeasureRun, State
from derbes.simulation import BranchRun
from derbes.supply.bounds import demand_path, found_state, line_limits, order_limits, shared_limits
from derbes.supply.network import make_layout


def feasibility_residual(
    arrays: CaseArrays, measure: MeasureArrays | None, state: State, run: BranchRun
) -> Mapping[str, float]:
    """Largest violation of each constraint, beside the largest flow or stock of the path.

    Returns:
        Violation by constraint, `L1` to `L6`, `sign`, `L2b` (fresh stock grows
        only by inflow) and `L2c` (shelf life); 0 when kept.
    """
    n = run.unmet.shape[1]
    found = _found(measure, state, n)
    layout = make_layout(arrays, run.start, n, has_reserve=False)
    ran = MeasureRun(measure, run.length)
    window = slice(run.start, run.start + n)
    inflow = _by_output(arrays, _arrived(arrays, run, found))
    paths = (run.unmet, run.levels, run.lots, run.fresh)
    gaps = {
        "L1": run.lots - _aged_lots(arrays, run, found),
        "L2": -_balance(arrays, run, found, inflow),
        "L2b": _beyond_inflow(arrays, run, found, inflow),
        "L2c": _too_old(arrays, run, found, inflow),
        "L3": _over_capacity(arrays, order_limits(layout, ran), shared_limits(layout, ran), run),
        "L4": _over_hours(arrays, line_limits(layout, ran), run),
        "L5": run.unmet - demand_path(layout, ran),
        "L6": _stock(arrays, run) - arrays.storage_limit[:, window],
        "sign": -np.concatenate([path.ravel() for path in paths]),
    }
    size = {name: _size_of(arrays, name) for name in gaps}
    return {
        name: max(0.0, float((gap / size[name]).max(initial=0.0))) for name, gap in gaps.items()
    }


def _size_of(arrays: CaseArrays, name: str) -> FloatArray | float:
    """A usual flow beside each row of a constraint."""
    of_goods, activities = arrays.flow_size[:, None], arrays.activities
    starts = activities.input_starts
    moved = [
        good if good >= 0 else activities.input_goods[starts[k]]
        for k, good in enumerate(activities.outputs)
    ]
    of_activities = of_goods[np.array(moved, dtype=np.int64)]
    shared = [
        of_activities[activities.shared == q].max() for q in range(len(arrays.shared_capacity))
    ]
    sizes = {
        "L1": of_goods[arrays.lot_goods],
        "L3": np.concatenate([of_activities, np.array(shared).reshape(-1, 1)]),
        "L4": arrays.line_hours.max(axis=1, initial=1e-300)[:, None],
        "L5": of_goods[arrays.use_goods],
        "sign": float(arrays.flow_size.min()),
    }
    return sizes.get(name, of_goods)


def _found(measure: MeasureArrays | None, state: State, n: int) -> State:
    """What the measure leaves of the state; what is on the way over exactly n periods."""
    found = found_state(state, measure)
    transit = np.zeros((len(found.transit), n))
    width = min(n, found.transit.shape[1])
    transit[:, :width] = found.transit[:, :width]
    return replace(found, transit=transit)


def _arrived(arrays: CaseArrays, run: BranchRun, found: State) -> FloatArray:
    """Arrivals by activity: on the way at the start, and ordered since. (K, n)"""
    arrived = found.transit.copy()
    n = arrived.shape[1]
    for k, lead in enumerate(arrays.activities.lead_times):
        arrived[k, lead:] += run.levels[k, : max(0, n - lead)]
    return arrived


def _by_output(arrays: CaseArrays, arrived: FloatArray) -> FloatArray:
    total = np.zeros((len(arrays.goods), arrived.shape[1]))
    for k, good in enumerate(arrays.activities.outputs):
        if good >= 0:
            total[good] += arrived[k]
    return total


def _aged_lots(arrays: CaseArrays, run: BranchRun, found: State) -> FloatArray:
    """What is left of each lot before anything is drawn. (L, n)"""
    before = np.concatenate([found.lots[:, None], run.lots[:, :-1]], axis=1)
    left: FloatArray = arrays.lot_retention[:, run.start : run.start + run.lots.shape[1]] * before
    return left


def _balance(arrays: CaseArrays, run: BranchRun, found: State, inflow: FloatArray) -> FloatArray:
    """What comes from stock and sources, less what is used. (G, n)"""
    left = inflow - run.fresh
    left += arrays.retention[:, None] * np.concatenate(
        [found.fresh[:, None], run.fresh[:, :-1]], axis=1
    )
    drawn = _aged_lots(arrays, run, found) - run.lots
    for lot, good in enumerate(arrays.lot_goods):
        left[good] += drawn[lot]
    for use, good in enumerate(arrays.use_goods):
        left[good] -= run.demand[use] - run.unmet[use]
    activities = arrays.activities
    for k in range(len(activities.names)):
        for i in range(activities.input_starts[k], activities.input_starts[k + 1]):
            left[activities.input_goods[i]] -= activities.input_amounts[i] * run.levels[k]
    return left


def _beyond_inflow(
    arrays: CaseArrays, run: BranchRun, found: State, inflow: FloatArray
) -> FloatArray:
    """Fresh stock beyond what is left of it and what comes in. (G, n)"""
    before = np.concatenate([found.fresh[:, None], run.fresh[:, :-1]], axis=1)
    over: FloatArray = run.fresh - arrays.retention[:, None] * before - inflow
    return over


def _too_old(arrays: CaseArrays, run: BranchRun, found: State, inflow: FloatArray) -> FloatArray:
    """Fresh stock beyond what came in within the shelf life. (G, n)"""
    known = np.concatenate([found.past_inflow[:, ::-1], inflow], axis=1)
    past = found.past_inflow.shape[1]
    over = np.zeros_like(run.fresh)
    for good in np.flatnonzero(arrays.shelf_life):
        for t in range(run.fresh.shape[1]):
            ages = np.arange(min(int(arrays.shelf_life[good]), t + past + 1))
            young = known[good, t + past - ages] @ arrays.retention[good] ** ages
            over[good, t] = run.fresh[good, t] - young
    return over


def _over_capacity(
    arrays: CaseArrays, most: FloatArray, shares: FloatArray, run: BranchRun
) -> FloatArray:
    """Levels beyond their own or their shared capacity."""
    shared = arrays.activities.shared
    pooled = [run.levels[shared == q].sum(axis=0) - shares[q] for q in range(len(shares))]
    return np.vstack([run.levels - most, *pooled])


def _over_hours(arrays: CaseArrays, most: FloatArray, run: BranchRun) -> FloatArray:
    """Hours beyond those of each line. (R, n)"""
    lines, hours = arrays.activities.lines, arrays.activities.hours
    over = -most
    for k, line in enumerate(lines):
        if line >= 0:
            over[line] += hours[k] * run.levels[k]
    return over


def _stock(arrays: CaseArrays, run: BranchRun) -> FloatArray:
    """Stock of each good, old and fresh. (G, n) [unit]"""
    stock = run.fresh.copy()
    for lot, good in enumerate(arrays.lot_goods):
        stock[good] += run.lots[lot]
    return stock
