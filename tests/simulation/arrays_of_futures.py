"""A model for futures from arrays alone; its plants are open as the arrays say."""

import numpy as np

from derbes.model.arrays import CaseArrays, MeasureArrays
from derbes.simulation import plan_of
from derbes.simulation.branch import effects_of
from derbes.simulation.futures import FuturesModel, MeasureSet, calm_set
from derbes.simulation.numbers import make_places
from derbes.supply.baseline import solve_calm

LONG_AGO = -(10**6)


def model_of(
    arrays: CaseArrays, measures: tuple[MeasureArrays, ...], *, first: int, n_periods: int
) -> FuturesModel:
    """A model without draws."""
    at, activities = make_places(arrays, 0), arrays.activities
    shapes, central = np.ones((at.lead, arrays.n_periods)), np.ones(at.end)
    for place, paths in (
        (at.demand, arrays.demand),
        (at.crisis, arrays.crisis_demand),
        (at.capacity, activities.capacity),
        (at.price, activities.unit_cost),
        (at.transport, np.zeros_like(activities.unit_cost)),
        (at.reserve, arrays.reserve),
        (at.storage_limit, arrays.storage_limit),
        (at.storage_cost, arrays.storage_cost),
        (at.line_hours, arrays.line_hours),
        (at.pool, arrays.shared_capacity),
    ):
        shapes[place : place + len(paths)] = paths
    for place, values in (
        (at.lead, activities.lead_times),
        (at.hours, activities.hours),
        (at.taken, activities.input_amounts),
        (at.retention, arrays.retention),
        (at.shelf_life, arrays.shelf_life),
        (at.lot, arrays.lot_stock),
        (at.opening, np.full(len(arrays.plants), LONG_AGO)),
        (at.ramp, np.zeros(len(arrays.plants))),
        (at.weight, arrays.use_weight),
        (at.discount, np.array([1.0])),
        (at.refill, np.array([arrays.refill_periods])),
    ):
        central[place : place + len(values)] = values
    return FuturesModel(
        plan=plan_of(solve_calm(arrays)),
        at=at,
        central=central,
        shapes=shapes,
        derived=(),
        lot_kinds=np.zeros(len(arrays.lots), dtype=np.int64),
        lot_paths=(),
        measures=tuple(f"m{c}" for c in range(len(measures))),
        sets=(
            calm_set(arrays),
            *(
                MeasureSet((c,), effects_of(one), crisis=one.crisis, terms=())
                for c, one in enumerate(measures)
            ),
        ),
        state=None,
        first=first,
        n_periods=n_periods,
    )
