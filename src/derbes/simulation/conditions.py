"""What a measure makes of capacities, costs and demand, period by period."""

from dataclasses import dataclass

import numpy as np

from derbes.case.arrays import ActivityKind, BoolArray, CaseArrays, IntArray, MeasureArrays
from derbes.case.quantity import FloatArray
from derbes.simulation.network import Structure, made_with, needed_for


@dataclass(frozen=True, slots=True)
class Course:
    """Capacities, costs and demand by period from the start, period first."""

    capacity: FloatArray
    """(m, K) [unit/period]"""
    line_hours: FloatArray
    """(m, R) [hour/period]"""
    shared_capacity: FloatArray
    """(m, Q) [unit/period]"""
    order_cost: FloatArray
    """Cost of a unit ordered in the period, whenever it is paid. (m, K) [money/unit]"""
    demand: FloatArray
    """(m, U) [unit/period]"""


def calm_course(arrays: CaseArrays, *, start: int, n_periods: int) -> Course:
    """The course of a case without measure."""
    periods = start + np.arange(n_periods)
    n_plants = len(arrays.plants)
    built = _built(arrays, periods, np.repeat(periods[:, None], n_plants, axis=1))
    return Course(
        capacity=_part_of(built[0], arrays.activities.base_availability),
        line_hours=built[1],
        shared_capacity=over_time(arrays.shared_capacity, periods),
        order_cost=_cost_by_order(arrays, periods),
        demand=over_time(arrays.demand, periods),
    )


def measure_courses(
    arrays: CaseArrays, measure: MeasureArrays, *, start: int, length: int, n_periods: int
) -> tuple[Course, Course]:
    """The course while the measure runs, as if it went on for ever, and the course after it."""
    periods = start + np.arange(n_periods)
    frozen = measure.frozen_plants
    stopped = np.where(frozen, start - 1, periods[:, None])
    late = np.where(frozen, np.maximum(start - 1, periods - length)[:, None], periods[:, None])
    capacity, hours = _built(arrays, periods, stopped)
    demand = arrays.crisis_demand if measure.crisis else arrays.demand
    calm = calm_course(arrays, start=start, n_periods=n_periods)
    during = Course(
        capacity=_part_of(capacity, measure.availability),
        line_hours=hours,
        shared_capacity=calm.shared_capacity,
        order_cost=calm.order_cost * measure.cost_factor,
        demand=over_time(demand, periods) * measure.demand_factor,
    )
    capacity, hours = _built(arrays, periods, late)
    after = Course(
        capacity=_part_of(capacity, arrays.activities.base_availability),
        line_hours=hours,
        shared_capacity=calm.shared_capacity,
        order_cost=calm.order_cost,
        demand=calm.demand,
    )
    return during, after


def joined(during: Course, after: Course, length: int) -> Course:
    """The first `length` periods of one course, then those of the other."""
    return Course(
        _joined(during.capacity, after.capacity, length),
        _joined(during.line_hours, after.line_hours, length),
        _joined(during.shared_capacity, after.shared_capacity, length),
        _joined(during.order_cost, after.order_cost, length),
        _joined(during.demand, after.demand, length),
    )


def _joined(during: FloatArray, after: FloatArray, length: int) -> FloatArray:
    return np.concatenate([during[:length], after[length:]])


def over_time(path: FloatArray, periods: IntArray) -> FloatArray:
    """A path by element at the periods, its last value going on behind it. (m, elements)"""
    return np.ascontiguousarray(path[:, np.minimum(periods, path.shape[1] - 1)].T)


def _built(
    arrays: CaseArrays, periods: IntArray, plants_at: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Capacities (m, K) and line hours (m, R), of each plant as in another period (m, P)."""
    own = np.concatenate([plants_at, periods[:, None]], axis=1)
    return (
        _as_in(arrays.activities.capacity, own[:, arrays.activities.plants]),
        _as_in(arrays.line_hours, own[:, arrays.line_plants]),
    )


def _as_in(path: FloatArray, at: IntArray) -> FloatArray:
    """A path by element, each as in its own period; 0 before the first. (m, elements)"""
    known = np.clip(at, 0, path.shape[1] - 1)
    return np.where(at >= 0, path[np.arange(path.shape[0]), known], 0.0)


def _part_of(capacity: FloatArray, availability: FloatArray) -> FloatArray:
    """The available part; none of an unlimited capacity is none."""
    return np.where(availability > 0, capacity * np.where(availability > 0, availability, 1.0), 0.0)


def _cost_by_order(arrays: CaseArrays, periods: IntArray) -> FloatArray:
    """Unit cost at arrival (purchases) or at once (recipes, exports). (m, K) [money/unit]"""
    activities = arrays.activities
    wait = np.where(activities.kinds == ActivityKind.PURCHASE, activities.lead_times, 0)
    at = np.minimum(periods[:, None] + wait, activities.unit_cost.shape[1] - 1)
    cost: FloatArray = activities.unit_cost[np.arange(len(wait)), at]
    return cost


def threatened_goods(structure: Structure, measure: MeasureArrays | None) -> BoolArray:
    """Goods of which the measure leaves less, or more is used, up and down the chain. (G,)"""
    arrays = structure.arrays
    hit = np.zeros(len(arrays.goods), dtype=np.bool_)
    if measure is None:
        return hit
    activities = arrays.activities
    less = measure.availability < activities.base_availability
    less |= (measure.transit_kept < 1) | (measure.transit_late > 0)
    less |= (activities.plants >= 0) & np.append(measure.frozen_plants, False)[activities.plants]
    hit[activities.outputs[less & (activities.outputs >= 0)]] = True
    hit[arrays.lot_goods[measure.lot_kept < 1]] = True
    hit |= measure.fresh_kept < 1
    usual = arrays.demand
    crisis = arrays.crisis_demand if measure.crisis else usual
    more = (crisis * measure.demand_factor[:, None] > usual).any(axis=1)
    hit[arrays.use_goods[more]] = True
    return needed_for(structure, made_with(structure, hit))
