"""What a measure makes of capacities, stocks and demand, as the policy's kernel reads it."""

import numpy as np

from derbes.case.arrays import CaseArrays, MeasureArrays
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


def effects_of(measure: MeasureArrays) -> FloatArray:
    """What a measure does, in the order of `Measures.effects`."""
    return np.concatenate(
        [
            measure.availability,
            measure.cost_factor,
            measure.demand_factor,
            measure.transit_kept,
            measure.transit_late,
            measure.lot_kept,
            measure.fresh_kept,
            measure.plant_delay,
        ]
    )


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


def measures_of(arrays: CaseArrays, measures: tuple[MeasureArrays, ...]) -> Measures:
    """Measures as the rows behind that of calm."""
    effects = [calm_effects(arrays), *(effects_of(one) for one in measures)]
    return Measures(np.array(effects), np.array([0, *(int(one.crisis) for one in measures)]))
