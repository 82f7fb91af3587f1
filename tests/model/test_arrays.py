"""Goods, uses, stocks and money over time."""

from dataclasses import replace

import numpy as np
import pytest

from derbes.case.quantity import Quantity, Step
from derbes.model.compile import compile_case
from tests.model.world import world

Q = Quantity


def rising(first: float, later: float, period: int) -> Q:
    return Q(first, steps=((0, first), (period, later)))


def test_series_hold_from_their_date_on_into_the_tail():
    case = world()
    need = replace(case.uses["need"], demand=rising(100.0, 150.0, 5), crisis_demand=None)
    good = replace(case.goods["good"], reserve=rising(10.0, 40.0, 3))
    north = replace(
        case.suppliers["north"], price=rising(10.0, 12.0, 2), capacity=rising(90.0, 60.0, 7)
    )
    rail = replace(case.routes["rail"], cost_share=rising(0.2, 0.5, 4))
    arrays = compile_case(
        replace(
            case,
            uses={"need": need},
            goods={**case.goods, "good": good},
            suppliers={"north": north},
            routes={**case.routes, "rail": rail},
        )
    )
    assert arrays.demand[0, [0, 4, 5, -1]].tolist() == [100.0, 100.0, 150.0, 150.0]
    np.testing.assert_array_equal(arrays.crisis_demand, arrays.demand)
    assert arrays.reserve[1, [2, 3, -1]].tolist() == [10.0, 40.0, 40.0]
    assert arrays.activities.capacity[0, [6, 7, -1]].tolist() == [90.0, 60.0, 60.0]
    assert arrays.shared_capacity[0, [6, 7]].tolist() == [90.0, 60.0]
    costs = arrays.activities.unit_cost[0, [0, 2, 4]]
    np.testing.assert_allclose(costs, [12.0, 14.4, 18.0])
    assert arrays.activities.price[0, [0, 2, 4]].tolist() == [10.0, 12.0, 12.0]


def test_a_step_before_the_calendar_holds_from_its_start():
    case = world()
    need = replace(case.uses["need"], demand=Q(80.0, steps=((-6, 80.0), (-2, 90.0), (1, 70.0))))
    arrays = compile_case(replace(case, uses={"need": need}))
    assert arrays.demand[0, :3].tolist() == [90.0, 70.0, 70.0]


def test_what_is_not_given():
    arrays = compile_case(world())
    assert np.all(arrays.reserve == 0.0)
    assert np.all(np.isinf(arrays.storage_limit))
    assert np.all(arrays.storage_cost == 0.0)
    assert np.all(arrays.discount == 1.0)
    assert np.isnan(arrays.shortage_cost).all()
    assert arrays.use_weight.tolist() == [1.0, 1.0]
    assert arrays.use_essential.tolist() == [True, False]
    assert arrays.retention.tolist() == [1.0, 1.0]
    assert arrays.shelf_life.tolist() == [0, 0]
    assert arrays.refill_periods == 6
    assert arrays.sender_horizon == 36


@pytest.mark.parametrize(
    ("step", "year"), [(Step.MONTH, 12), (Step.QUARTER, 4), (Step.YEAR, 1)], ids=str
)
def test_a_year_costs_one_discount_rate(step, year):
    arrays = compile_case(replace(world(step=step), discount_rate=Q(0.05)))
    assert arrays.discount[0] == 1.0
    assert arrays.discount[year] == pytest.approx(1 / 1.05)
    assert arrays.discount[2 * year] == pytest.approx(1 / 1.05**2)


def test_positions_of_goods_uses_and_lots():
    arrays = compile_case(world())
    assert arrays.goods == ("part", "good")
    assert arrays.units == ("kg", "t")
    assert arrays.use_goods.tolist() == [1, 0]
    assert arrays.lot_goods.tolist() == [1, 0]
    assert arrays.lines == ("mill_press",)
    assert arrays.line_plants.tolist() == [0]
