"""Purchases by route, recipes and exports as rows of the arrays."""

from dataclasses import replace

import numpy as np
import pytest

from derbes.case.quantity import Quantity, Step
from derbes.model.arrays import ActivityKind
from derbes.model.compile import compile_case
from tests.model.world import world

Q = Quantity


def test_one_purchase_a_route_then_recipes_then_exports():
    activities = compile_case(world()).activities
    assert activities.names == (
        "north_rail", "north_sea", "east", "make", "finish", "handmade", "abroad",
    )  # fmt: skip
    assert activities.elements == (
        "suppliers.north", "suppliers.north", "suppliers.east", "recipes.make",
        "recipes.finish", "recipes.handmade", "exports.abroad",
    )  # fmt: skip
    assert activities.kinds.tolist() == [
        *[ActivityKind.PURCHASE] * 3, *[ActivityKind.RECIPE] * 3, ActivityKind.EXPORT,
    ]  # fmt: skip
    assert activities.routes == ("rail", "sea", "", "", "", "", "")
    assert activities.actors == ("sender", "sender", "other", "home", "sender", "home", "other")
    assert activities.outputs.tolist() == [1, 1, 0, 1, 1, 1, -1]


def test_a_route_adds_its_time_and_its_cost_but_not_to_the_sellers_price():
    activities = compile_case(world()).activities
    assert activities.lead_times.tolist() == [2, 4, 0, 0, 1, 0, 0]
    assert activities.unit_cost[:, 0].tolist() == [12.0, 15.0, 5.0, 3.0, 0.0, 0.0, -30.0]
    assert activities.price[:, 0].tolist() == [10.0, 10.0, 5.0, 0.0, 0.0, 0.0, 0.0]


def test_a_single_route_gives_no_second_name():
    case = world()
    north = replace(case.suppliers["north"], routes=("sea",))
    activities = compile_case(replace(case, suppliers={"north": north})).activities
    assert activities.names[0] == "north"
    assert (activities.routes[0], activities.shared[0]) == ("sea", -1)


def test_routes_of_one_seller_share_its_capacity():
    arrays = compile_case(world())
    assert arrays.activities.shared.tolist() == [0, 0, -1, -1, -1, -1, -1]
    assert arrays.shared_capacity.shape == (1, arrays.n_periods)
    np.testing.assert_array_equal(arrays.shared_capacity, 100.0)
    np.testing.assert_array_equal(arrays.activities.capacity[:2], 100.0)


def test_the_sellers_own_margin_comes_before_the_actors():
    case = world()
    own = replace(case.suppliers["north"], margin_share=Q(0.0))
    margins = compile_case(replace(case, suppliers={**case.suppliers, "north": own})).activities
    assert margins.margin_share[0] == 0.0
    of_actor = compile_case(case).activities.margin_share
    assert of_actor[0] == 0.4
    assert np.isnan(of_actor[2])


def test_recipes_know_their_inputs_line_and_plant():
    activities = compile_case(world()).activities
    assert activities.input_starts.tolist() == [0, 0, 0, 0, 1, 1, 1, 2]
    assert activities.input_goods.tolist() == [0, 1]
    assert activities.input_amounts.tolist() == [2.0, 1.0]
    assert activities.lines.tolist() == [-1, -1, -1, 0, -1, -1, -1]
    assert activities.hours[3] == 0.5
    assert activities.plants.tolist() == [-1, -1, -1, 0, 1, -1, -1]


def test_a_recipe_without_capacity_is_limited_by_its_line_alone_once_open():
    """Opening in period 2 + 1, a quarter more in each of four periods."""
    arrays = compile_case(world())
    assert arrays.activities.capacity[3, :4].tolist() == [0.0, 0.0, 0.0, np.inf]
    assert arrays.line_hours[0, :8].tolist() == [0.0, 0.0, 0.0, 7.5, 15.0, 22.5, 30.0, 30.0]
    assert arrays.plant_opening.tolist() == [3, -5]


def test_a_recipe_follows_its_plants_ramp():
    case = world()
    make = replace(case.recipes["make"], capacity=Q(40.0))
    arrays = compile_case(replace(case, recipes={"make": make}))
    assert arrays.activities.capacity[3, 2:8].tolist() == [0.0, 10.0, 20.0, 30.0, 40.0, 40.0]


@pytest.mark.parametrize(("step", "leads"), [(Step.QUARTER, [1, 2]), (Step.YEAR, [1, 1])])
def test_parts_of_a_period_count_as_one(step, leads):
    """2 and 4 months."""
    assert compile_case(world(step=step)).activities.lead_times[:2].tolist() == leads


@pytest.mark.parametrize(("step", "months"), [(Step.MONTH, 1), (Step.QUARTER, 3), (Step.YEAR, 12)])
def test_flows_count_months_and_stocks_and_prices_do_not(step, months):
    case = world(step=step)
    good = replace(case.goods["good"], reserve=Q(9.0), storage_limit=Q(70.0), storage_cost=Q(0.5))
    arrays = compile_case(replace(case, goods={**case.goods, "good": good}))
    activities = arrays.activities
    assert activities.capacity[[0, 2, 4, 6], -1].tolist() == [
        100.0 * months, 50.0 * months, 20.0 * months, 10.0 * months,
    ]  # fmt: skip
    assert arrays.shared_capacity[0, 0] == 100.0 * months
    assert arrays.line_hours[0, -1] == 30.0 * months
    assert arrays.demand[:, 0].tolist() == [100.0 * months, 10.0 * months]
    assert arrays.crisis_demand[:, 0].tolist() == [130.0 * months, 10.0 * months]
    assert arrays.storage_cost[1, 0] == 0.5 * months
    assert (arrays.reserve[1, 0], arrays.storage_limit[1, 0]) == (9.0, 70.0)
    assert arrays.lot_stock.tolist() == [60.0, 40.0]
    assert activities.price[0, 0] == 10.0
