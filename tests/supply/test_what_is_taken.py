"""A measure takes nothing only where it moves no bound and no cost."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from derbes.case.quantity import Quantity
from derbes.model.arrays import CALM, MeasureRun
from derbes.model.compile import compile_case
from derbes.model.measures import brings_demand, compile_measure, takes_nothing
from derbes.supply.baseline import first_state
from derbes.supply.bounds import window_bounds
from derbes.supply.network import make_layout
from derbes.supply.objective import order_costs
from tests.properties.random_cases import cases_of_every_kind
from tests.small_cases import worked_example

PATHS = ("row_lower", "row_upper", "col_lower", "col_upper")


@settings(max_examples=60, deadline=None)
@given(cases_of_every_kind())
def test_what_takes_nothing_moves_nothing(case):
    arrays = compile_case(case)
    n = arrays.n_periods
    layout, state = make_layout(arrays, 0, n, has_reserve=False), first_state(arrays)
    calm = window_bounds(layout, state)
    for name in case.measures:
        measure = compile_measure(case, arrays, name)
        run = MeasureRun(measure, n)
        found = window_bounds(layout, state, run)
        moved = any(not np.array_equal(getattr(calm, p), getattr(found, p)) for p in PATHS)
        moved = moved or not np.array_equal(order_costs(layout, CALM), order_costs(layout, run))
        assert not (moved and takes_nothing(arrays, measure))


@pytest.mark.parametrize(("crisis_demand", "is_nothing"), [(100.0, True), (130.0, False)])
def test_a_crisis_takes_nothing_where_its_demand_is_that_of_calm(crisis_demand, is_nothing):
    case = worked_example(1)
    use = replace(case.uses["use"], demand=Quantity(100.0), crisis_demand=Quantity(crisis_demand))
    cut = replace(case.measures["cut"], crisis=True, hits=())
    case = replace(case, uses={**case.uses, "use": use}, measures={"cut": cut})
    arrays = compile_case(case)
    measure = compile_measure(case, arrays, "cut")
    assert brings_demand(arrays, measure) is not is_nothing
    assert takes_nothing(arrays, measure) is is_nothing
