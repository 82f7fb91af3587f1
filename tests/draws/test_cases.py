from dataclasses import replace

import numpy as np
import pytest

from derbes.case.entities import Variant
from derbes.case.quantity import Quantity
from derbes.draws.inputs import drawn_case, inputs_by_path, uncertain_inputs, with_values
from derbes.draws.sampling import make_draws
from derbes.model.compile import compile_case
from tests.draws.uncertain import (
    DEMAND,
    OTHER,
    STOCK,
    in_scenarios,
    named,
    uncertain_example,
    with_numbers,
)
from tests.small_cases import worked_example


def test_a_draw_changes_numbers_and_nothing_else():
    case = replace(
        uncertain_example(), variants={"same": Variant("same", case=uncertain_example())}
    )
    draws = make_draws(case, 8)
    drawn = drawn_case(case, draws, 3)
    found = {path: q.value for path, q in inputs_by_path(drawn).items() if path in draws.inputs}
    assert found == dict(zip(draws.inputs, draws.values[3], strict=True))
    assert uncertain_inputs(drawn) == ()
    assert drawn.variants is case.variants
    assert drawn.suppliers["from_sender"] is case.suppliers["from_sender"]
    before, after = compile_case(case), compile_case(drawn)
    assert after.activities.names == before.activities.names
    assert after.lot_stock[0] == draws.values[3, 1]
    assert (after.demand == draws.values[3, 0]).all()


def test_a_series_is_scaled_in_proportion():
    steps = ((0, 100.0), (12, 50.0), (24, 200.0))
    series = Quantity(100.0, low=50.0, high=150.0, steps=steps, path=DEMAND)
    case = with_numbers(named(worked_example(1)), {DEMAND: series})
    demand = with_values(case, {DEMAND: 80.0}).uses["use"].demand
    assert demand.value == 80.0
    np.testing.assert_allclose([value for _at, value in demand.steps], [80.0, 40.0, 160.0])


def test_a_series_that_starts_at_0_cannot_be_scaled():
    series = Quantity(0.0, low=0.0, high=1.0, steps=((0, 0.0), (5, 10.0)))
    case = with_numbers(named(worked_example(1)), {DEMAND: series})
    assert with_values(case, {DEMAND: 0.0}).uses["use"].demand.steps == series.steps
    with pytest.raises(ValueError, match=r"uses\.use\.demand: a series that starts at 0"):
        with_values(case, {DEMAND: 5.0})


def test_the_scenario_comes_first_and_the_values_after_it():
    base = uncertain_example()
    dry = replace(with_numbers(base, {OTHER: Quantity(5.0)}), refill_time=Quantity(9.0))
    case = in_scenarios(base, wet=(0.5, base), dry=(0.5, dry))
    draws = make_draws(case, 8)
    row = draws.scenarios.index("dry")
    drawn = drawn_case(case, draws, row)
    assert drawn.refill_time.value == 9.0
    assert drawn.suppliers["from_other"].capacity.value == 5.0
    assert drawn.stockpiles["stock"].quantity.value == draws.values[row, 1]


def test_what_a_case_does_not_have_is_left_out():
    case = uncertain_example()
    draws = make_draws(case, 4, inputs=(STOCK, "plants.far.delay"))
    assert drawn_case(case, draws, 0).stockpiles["stock"].quantity.value == draws.values[0, 0]


def test_no_values_leave_the_case_as_it_is():
    case = uncertain_example()
    assert with_values(case, {}) is case
