"""A model for futures from arrays alone, so that random networks can be run as futures."""

import numpy as np

from derbes.case.arrays import CaseArrays, MeasureArrays, State
from derbes.simulation.futures.model import (
    FuturesModel,
    MeasureSet,
    Reach,
    effect_row,
    make_effects,
    make_frame,
)
from derbes.simulation.futures.numbers import Numbers, make_places
from derbes.simulation.network import structure_of
from derbes.simulation.setup import lot_columns
from tests.builders import build_measure

LONG_AGO = -(10**6)


def model_of(
    arrays: CaseArrays,
    measures: tuple[MeasureArrays, ...],
    state: State | None,
    *,
    first: int,
    n_periods: int,
) -> FuturesModel:
    """A model without draws; its plants are open as the arrays say."""
    structure = structure_of(arrays)
    at = make_places(arrays, structure, 0)
    order, activities = structure.goods, arrays.activities
    shapes = np.ones((at.lead, arrays.n_periods))
    central = np.ones(at.end)
    shaped = (
        (at.demand, arrays.demand),
        (at.crisis, arrays.crisis_demand),
        (at.capacity, activities.capacity),
        (at.price, activities.unit_cost),
        (at.transport, np.zeros_like(activities.unit_cost)),
        (at.reserve, arrays.reserve[order]),
        (at.storage_limit, arrays.storage_limit[order]),
        (at.storage_cost, arrays.storage_cost[order]),
        (at.line_hours, arrays.line_hours),
        (at.pool, arrays.shared_capacity),
    )
    for place, paths in shaped:
        shapes[place : place + len(paths)] = paths
    amounts = np.array([amount for inputs in structure.inputs for _g, amount in inputs])
    columns = lot_columns(structure, first)
    plain = (
        (at.lead, activities.lead_times),
        (at.hours, activities.hours),
        (at.taken, amounts),
        (at.retention, arrays.retention[order]),
        (at.shelf_life, arrays.shelf_life[order]),
        (at.last_share, (arrays.retention**arrays.shelf_life)[order]),
        (at.lot, arrays.lot_stock[columns]),
        (at.opening, np.full(len(arrays.plants), LONG_AGO)),
        (at.ramp, np.zeros(len(arrays.plants))),
        (at.weight, arrays.use_weight),
        (at.discount, np.array([1.0])),
        (at.refill, np.array([arrays.refill_periods])),
    )
    for place, values in plain:
        central[place : place + len(values)] = values
    calm = build_measure(arrays)
    sets = [calm, *measures]
    frame = make_frame(
        structure,
        Numbers(frozenset(), central, shapes, at),
        (at, make_effects(arrays)),
        sets=tuple(
            MeasureSet(
                (c - 1,) if c else (),
                effect_row(one, columns, order),
                crisis=one.crisis,
                frozen=one.frozen_plants,
                terms=(),
            )
            for c, one in enumerate(sets)
        ),
        lots=(columns, np.zeros(len(columns), dtype=np.int64), False),
        reach=Reach(first, n_periods, state is None),
    )
    return FuturesModel(
        arrays=arrays,
        inputs=(),
        measures=tuple(f"m{c}" for c in range(len(measures))),
        sets=tuple((c - 1,) if c else () for c in range(len(sets))),
        frame=frame,
        central=central,
        derived=(),
        lot_paths=(),
        lots=columns,
        goods=order,
        state=state if state is not None else empty_state(arrays),
    )


def empty_state(arrays: CaseArrays) -> State:
    """The first stocks; nothing is on the way."""
    return State(
        arrays.lot_stock,
        np.zeros(len(arrays.goods)),
        np.zeros((len(arrays.goods), 0)),
        np.zeros((len(arrays.activities.names), 0)),
    )
