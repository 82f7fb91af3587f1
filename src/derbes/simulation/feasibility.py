"""Whether a path keeps the programs' constraints, found without the kernel."""

from collections.abc import Mapping

import numpy as np

from derbes.case.arrays import CaseArrays, MeasureArrays, State
from derbes.case.quantity import FloatArray
from derbes.simulation.branch import BranchRun
from derbes.simulation.conditions import Course, calm_course, joined, measure_courses, over_time
from derbes.simulation.setup import Span, found_state


def feasibility_residual(
    arrays: CaseArrays, measure: MeasureArrays | None, state: State, run: BranchRun
) -> Mapping[str, float]:
    """Largest violation of each constraint, beside the largest flow or stock of the path.

    Returns:
        Violation by constraint, `L1` to `L6`, `sign`, `L2b` (fresh stock grows
        only by inflow) and `L2c` (shelf life); 0 when kept.
    """
    n = run.unmet.shape[1]
    span = Span(start=run.start, length=run.length, n_periods=n, lead=0)
    found = found_state(measure, state, span)
    course = _course(arrays, measure, run)
    inflow = _by_output(arrays, _arrived(arrays, run, found))
    paths = (run.unmet, run.levels, run.lots, run.fresh)
    gaps = {
        "L1": run.lots - _aged_lots(arrays, run, found),
        "L2": -_balance(arrays, run, found, inflow),
        "L2b": _beyond_inflow(arrays, run, found, inflow),
        "L2c": _too_old(arrays, run, found, inflow),
        "L3": _over_capacity(arrays, course, run),
        "L4": _over_hours(arrays, course, run),
        "L5": run.unmet - course.demand.T,
        "L6": _stock(arrays, run) - over_time(arrays.storage_limit, _periods(run)).T,
        "sign": -np.concatenate([path.ravel() for path in paths]),
    }
    size = max([1.0, *(float(np.abs(path).max(initial=0.0)) for path in paths)])
    return {name: max(0.0, float(gap.max(initial=0.0))) / size for name, gap in gaps.items()}


def _periods(run: BranchRun) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return run.start + np.arange(run.unmet.shape[1])


def _course(arrays: CaseArrays, measure: MeasureArrays | None, run: BranchRun) -> Course:
    n = run.unmet.shape[1]
    if measure is None:
        return calm_course(arrays, start=run.start, n_periods=n)
    courses = measure_courses(arrays, measure, start=run.start, length=run.length, n_periods=n)
    return joined(*courses, run.length)


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
    left: FloatArray = over_time(arrays.lot_retention, _periods(run)).T * before
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


def _over_capacity(arrays: CaseArrays, course: Course, run: BranchRun) -> FloatArray:
    """Levels beyond their own or their shared capacity."""
    shared = arrays.activities.shared
    pooled = [
        run.levels[shared == q].sum(axis=0) - course.shared_capacity[:, q]
        for q in range(course.shared_capacity.shape[1])
    ]
    return np.concatenate([(run.levels - course.capacity.T).ravel(), *pooled])


def _over_hours(arrays: CaseArrays, course: Course, run: BranchRun) -> FloatArray:
    """Hours beyond those of each line. (R, n)"""
    lines, hours = arrays.activities.lines, arrays.activities.hours
    over = -course.line_hours.T
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
