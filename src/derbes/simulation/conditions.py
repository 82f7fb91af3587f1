"""What a measure makes of capacities, stocks and demand, as the policy's kernel reads it."""

import numpy as np

from derbes.case.arrays import CaseArrays, IntArray, MeasureArrays, open_share
from derbes.case.quantity import FloatArray
from derbes.kernels.policy import Measures


def takes_nothing(arrays: CaseArrays, measure: MeasureArrays) -> bool:
    """Whether a measure leaves everything as it is in calm."""
    crisis = measure.crisis and bool(np.any(arrays.crisis_demand != arrays.demand))
    ones = (
        measure.cost_factor,
        measure.demand_factor,
        measure.transit_kept,
        measure.lot_kept,
        measure.fresh_kept,
    )
    return (
        not crisis
        and np.array_equal(measure.availability, arrays.activities.base_availability)
        and all(bool(np.all(factor == 1.0)) for factor in ones)
        and not measure.transit_late.any()
        and not measure.plant_delay.any()
    )


def measures_of(arrays: CaseArrays, measures: tuple[MeasureArrays, ...]) -> Measures:
    """Measures as the rows behind that of calm."""
    n = len(arrays.activities.names)
    nothing = np.zeros(n, dtype=np.int64)

    def rows(first: FloatArray, name: str) -> FloatArray:
        return np.array([first, *(getattr(one, name) for one in measures)])

    return Measures(
        availability=rows(arrays.activities.base_availability, "availability"),
        cost_factor=rows(np.ones(n), "cost_factor"),
        demand_factor=rows(np.ones(len(arrays.uses)), "demand_factor"),
        crisis=np.array([False, *(one.crisis for one in measures)]).astype(np.int64),
        transit_kept=rows(np.ones(n), "transit_kept"),
        transit_late=np.array([nothing, *(one.transit_late for one in measures)], dtype=np.int64),
        lot_kept=rows(np.ones(len(arrays.lots)), "lot_kept"),
        fresh_kept=rows(np.ones(len(arrays.goods)), "fresh_kept"),
    )


def delayed(
    path: FloatArray, plants: IntArray, arrays: CaseArrays, measure: MeasureArrays, start: int
) -> FloatArray:
    """Capacities or hours when a measure moves openings that are still to come. (T, rows)

    Args:
        path: As they are without it, period first. (T, rows)
        plants: Plant of each row; -1: none. (rows,)
        arrays: The case.
        measure: What happens.
        start: Period in which it begins.
    """
    late = np.flatnonzero((measure.plant_delay > 0) & (arrays.plant_opening > start))
    if not len(late):
        return path
    moved = path.copy()
    for p in late:
        opening = int(arrays.plant_opening[p] + measure.plant_delay[p])
        share = open_share(opening, int(arrays.plant_ramp[p]), arrays.n_periods)
        before = arrays.plant_open_share[p]
        part = np.divide(share, before, out=np.zeros_like(share), where=before > 0)
        rows = plants == p
        kept = np.where(part > 0, part, 1.0)[:, None]
        moved[:, rows] = np.where(part[:, None] > 0, path[:, rows] * kept, 0.0)
    return moved
