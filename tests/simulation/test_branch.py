"""What the rule does, one idea a test, on networks small enough to follow by hand."""

import numpy as np
import pytest

from derbes.simulation import BranchRun, simulate, simulate_branch, structure_of
from tests.builders import (
    RESERVE_FIRST,
    build_arrays,
    build_measure,
    build_state,
    sender_cut,
    worked_arrays,
)

SHORTAGE_COST = 1000.0


def spent(run: BranchRun) -> float:
    """Money of a branch with the cost of being short. [money]"""
    return float(run.money.sum() + SHORTAGE_COST * run.unmet.sum())


def cut_off(number: int, start: int) -> tuple[BranchRun, BranchRun]:
    """A worked example: the cut-off and the calm course, until the reserve is back."""
    arrays = worked_arrays(number)
    state = build_state(arrays)
    cut = simulate_branch(arrays, sender_cut(arrays), state, start=start, length=12, n_periods=18)
    calm = simulate_branch(arrays, None, state, start=start, length=12, n_periods=18)
    return cut, calm


@pytest.mark.parametrize("number", [1, 2, 3])
def test_worked_examples_survive_ten_months_and_then_miss_sixty(number: int) -> None:
    cut, _calm = cut_off(number, 0)
    expected = np.zeros(18)
    expected[10:12] = 60.0
    np.testing.assert_allclose(cut.unmet[0], expected)
    np.testing.assert_allclose(
        cut.fresh[0] + cut.lots[0], [*range(540, -1, -60), 0, 0, *range(100, 601, 100)]
    )


@pytest.mark.parametrize(("number", "loss"), [(1, 126_000.0), (2, 127_200.0), (3, 2_400.0)])
def test_worked_examples_cost_the_target_what_the_table_says(number: int, loss: float) -> None:
    cut, calm = cut_off(number, 24)
    assert spent(cut) - spent(calm) == pytest.approx(loss)


def test_reserve_stays_where_a_plant_covers_the_use() -> None:
    cut, _calm = cut_off(3, 24)
    np.testing.assert_allclose(cut.lots[0] + cut.fresh[0], 600.0)
    np.testing.assert_allclose(cut.reserve_shortfall, 0.0)
    bought = cut.levels[: len(cut.levels) - 1]
    np.testing.assert_allclose(bought[:, :12], 0.0)


def test_sender_gets_nothing_during_the_cut_and_its_part_after() -> None:
    cut, calm = cut_off(1, 24)
    np.testing.assert_allclose(cut.money_by_activity[0], [0.0] * 12 + [2_000.0] * 6)
    np.testing.assert_allclose(calm.money_by_activity[0], 1_000.0)


def one_supplier(**more: object) -> object:
    """100 a month from one supplier, four months away."""
    return build_arrays(
        goods={"good": {"reserve": 50.0}},
        uses={"use": {"good": "good", "demand": 100.0}},
        suppliers={"far": {"good": "good", "price": 2.0, "capacity": 300.0, "lead": 4}},
        **more,
    )


def test_orders_keep_what_is_on_the_way_at_the_use_of_the_lead_time() -> None:
    arrays = one_supplier()
    state = build_state(arrays, fresh={"good": 50.0}, transit={"far": [100.0] * 4})
    run = simulate_branch(arrays, None, state, start=0, length=0, n_periods=10)
    np.testing.assert_allclose(run.levels, 100.0)
    np.testing.assert_allclose(run.arrivals, 100.0)
    np.testing.assert_allclose(run.fresh, 50.0)
    np.testing.assert_allclose(run.money, 200.0)


def test_empty_pipeline_is_filled_without_the_demand_that_is_lost_and_paid_at_arrival() -> None:
    arrays = one_supplier()
    run = simulate_branch(arrays, None, build_state(arrays), start=0, length=0, n_periods=8)
    np.testing.assert_allclose(run.levels[0], [150.0] + [100.0] * 7)
    np.testing.assert_allclose(run.arrivals[0], [0, 0, 0, 0, 150, 100, 100, 100])
    np.testing.assert_allclose(run.unmet[0], [100, 100, 100, 100, 0, 0, 0, 0])
    np.testing.assert_allclose(run.money, 2.0 * run.arrivals[0])


def test_goods_on_the_way_are_lost_late_or_delivered() -> None:
    arrays = one_supplier()
    state = build_state(arrays, transit={"far": [80.0, 60.0, 40.0, 20.0]})
    paths = {}
    for name, more in {
        "delivered": {},
        "half": {"transit_kept": {"far": 0.5}},
        "late": {"transit_late": {"far": 2}},
    }.items():
        measure = build_measure(arrays, availability={"far": 0.0}, **more)
        run = simulate_branch(arrays, measure, state, start=0, length=6, n_periods=6)
        paths[name] = run.arrivals[0].tolist()
    assert paths == {
        "delivered": [80.0, 60.0, 40.0, 20.0, 0.0, 0.0],
        "half": [40.0, 30.0, 20.0, 10.0, 0.0, 0.0],
        "late": [0.0, 0.0, 80.0, 60.0, 40.0, 20.0],
    }


def test_dear_far_source_only_fills_what_the_cheap_near_one_leaves() -> None:
    arrays = build_arrays(
        goods={"good": {"reserve": 100.0}},
        uses={"use": {"good": "good", "demand": 80.0}},
        suppliers={
            "near": {"good": "good", "price": 1.0, "capacity": 50.0},
            "far": {"good": "good", "price": 2.0, "capacity": 100.0, "lead": 3},
        },
    )
    state = build_state(arrays, fresh={"good": 100.0}, transit={"far": [30.0, 30.0, 30.0]})
    run = simulate_branch(arrays, None, state, start=0, length=0, n_periods=12)
    np.testing.assert_allclose(run.levels[0], 50.0)
    np.testing.assert_allclose(run.levels[1], 30.0)
    np.testing.assert_allclose(run.fresh, 100.0)


def test_price_of_a_measure_is_paid_for_orders_placed_while_it_runs() -> None:
    arrays = one_supplier()
    state = build_state(arrays, fresh={"good": 50.0}, transit={"far": [100.0] * 4})
    measure = build_measure(arrays, cost_factor={"far": 3.0})
    run = simulate_branch(arrays, measure, state, start=0, length=2, n_periods=8)
    np.testing.assert_allclose(run.money_by_activity[0], [200, 200, 200, 200, 600, 600, 200, 200])


def two_tiers(priorities: tuple[str, ...]) -> object:
    """60 essential and 30 deferrable from 50 a month and a stock of 200."""
    return build_arrays(
        goods={"good": {"reserve": 120.0}},
        uses={
            "must": {"good": "good", "demand": 60.0},
            "may": {"good": "good", "demand": 30.0, "tier": "deferrable"},
        },
        suppliers={"seller": {"good": "good", "price": 1.0, "capacity": 50.0}},
        lots={"stock": {"good": "good", "quantity": 200.0}},
        priorities=priorities,
    )


def test_reserve_that_ranks_last_serves_deferrable_uses_too() -> None:
    arrays = two_tiers(("essential", "deferrable", "reserve", "money"))
    run = simulate_branch(arrays, None, build_state(arrays), start=0, length=0, n_periods=6)
    np.testing.assert_allclose(run.unmet, [[0, 0, 0, 0, 10, 10], [0, 0, 0, 0, 30, 30]])


def test_reserve_that_ranks_first_is_kept_from_deferrable_uses() -> None:
    arrays = two_tiers(RESERVE_FIRST)
    run = simulate_branch(arrays, None, build_state(arrays), start=0, length=0, n_periods=6)
    np.testing.assert_allclose(run.unmet[0], 0.0)
    np.testing.assert_allclose(run.unmet[1], [0, 30, 30, 30, 30, 30])


def test_guarded_stock_is_kept_for_essential_uses_while_a_measure_runs() -> None:
    arrays = two_tiers(("essential", "deferrable", "reserve", "money"))
    measure = build_measure(arrays, availability={"seller": 0.5})
    run = simulate_branch(arrays, measure, build_state(arrays), start=0, length=5, n_periods=6)
    np.testing.assert_allclose(run.unmet[0], 0.0)
    np.testing.assert_allclose(run.unmet[1], [30, 30, 30, 30, 30, 15])


def test_oldest_lot_goes_first_and_fresh_stock_last() -> None:
    arrays = build_arrays(
        goods={"good": {}},
        uses={"use": {"good": "good", "demand": 30.0}},
        lots={
            "good_for_long": {"good": "good", "quantity": 40.0},
            "dies_early": {"good": "good", "quantity": 40.0, "retention": [1, 1, 1, 0]},
        },
    )
    state = build_state(arrays, fresh={"good": 20.0})
    run = simulate_branch(arrays, None, state, start=0, length=0, n_periods=4)
    np.testing.assert_allclose(run.lots, [[40, 20, 0, 0], [10, 0, 0, 0]])
    np.testing.assert_allclose(run.fresh, [[20, 20, 10, 0]])
    np.testing.assert_allclose(run.unmet, [[0, 0, 0, 20]])


def test_fresh_stock_is_given_up_at_the_end_of_its_shelf_life() -> None:
    arrays = build_arrays(
        goods={"good": {"shelf_life": 2}},
        uses={"use": {"good": "good", "demand": 10.0}},
    )
    state = build_state(arrays, fresh={"good": 90.0}, past_inflow={"good": (60.0, 40.0)})
    run = simulate_branch(arrays, None, state, start=0, length=0, n_periods=3)
    np.testing.assert_allclose(run.fresh, [[60, 0, 0]])
    np.testing.assert_allclose(run.unmet, [[0, 0, 10]])


def test_spoiling_stock_is_replaced_to_hold_the_reserve() -> None:
    arrays = build_arrays(
        goods={"good": {"reserve": 30.0, "shelf_life": 3}},
        uses={"use": {"good": "good", "demand": 4.0}},
        suppliers={"seller": {"good": "good", "capacity": 100.0}},
    )
    state = build_state(arrays, fresh={"good": 30.0}, past_inflow={"good": (10.0, 10.0, 10.0)})
    run = simulate_branch(arrays, None, state, start=0, length=0, n_periods=12)
    np.testing.assert_allclose(run.reserve_shortfall, 0.0)
    np.testing.assert_allclose(run.levels.sum(), 12 * 10.0)


def test_storage_limit_caps_what_is_held_and_kept() -> None:
    arrays = build_arrays(
        goods={"good": {"reserve": 100.0, "storage_limit": 60.0, "storage_cost": 2.0}},
        uses={"use": {"good": "good", "demand": 10.0}},
        suppliers={"seller": {"good": "good", "price": 1.0, "capacity": 500.0}},
    )
    state = build_state(arrays, fresh={"good": 90.0})
    run = simulate_branch(arrays, None, state, start=0, length=0, n_periods=3)
    np.testing.assert_allclose(run.fresh, 60.0)
    np.testing.assert_allclose(run.reserve_shortfall, 40.0)
    np.testing.assert_allclose(run.money, [120.0, 130.0, 130.0])


def shared_line(essential: float = 60.0) -> object:
    """Two rounds from one line of 80 hours; only the second can also be bought."""
    return build_arrays(
        goods={"first": {}, "second": {}, "metal": {}},
        uses={
            "a": {"good": "first", "demand": 60.0},
            "b": {"good": "second", "demand": essential},
            "c": {"good": "second", "demand": 10.0, "tier": "deferrable"},
        },
        suppliers={
            "mine": {"good": "metal", "price": 1.0, "capacity": 1000.0},
            "abroad": {"good": "second", "price": 90.0, "capacity": 15.0},
        },
        recipes={
            "make_first": {
                "output": "first",
                "inputs": {"metal": 2.0},
                "line": "press",
                "hours": 1.0,
            },
            "make_second": {
                "output": "second",
                "inputs": {"metal": 3.0},
                "line": "press",
                "hours": 1.0,
            },
        },
        lines={"press": {"hours": 80.0}},
    )


def test_line_is_shared_in_proportion_and_dearer_sources_fill_in() -> None:
    arrays = shared_line()
    run = simulate_branch(arrays, None, build_state(arrays), start=0, length=0, n_periods=1)
    levels = dict(zip(arrays.activities.names, run.levels[:, 0], strict=True))
    assert levels["make_first"] + levels["make_second"] == pytest.approx(80.0)
    assert levels["abroad"] == pytest.approx(15.0)
    assert levels["mine"] == pytest.approx(2 * levels["make_first"] + 3 * levels["make_second"])
    np.testing.assert_allclose(run.unmet.sum(), 60 + 60 + 10 - 80 - 15)
    assert run.unmet[2, 0] == pytest.approx(10.0)


def test_shared_input_goes_to_essential_uses_before_deferrable_ones() -> None:
    arrays = build_arrays(
        goods={"luxury": {}, "need": {}, "metal": {}},
        uses={
            "luxury": {"good": "luxury", "demand": 50.0, "tier": "deferrable"},
            "need": {"good": "need", "demand": 50.0},
        },
        suppliers={"mine": {"good": "metal", "price": 1.0, "capacity": 70.0}},
        recipes={
            "make_luxury": {"output": "luxury", "inputs": {"metal": 1.0}},
            "make_need": {"output": "need", "inputs": {"metal": 1.0}},
        },
    )
    run = simulate_branch(arrays, None, build_state(arrays), start=0, length=0, n_periods=1)
    np.testing.assert_allclose(run.unmet, [[30.0], [0.0]])


def test_recipe_with_a_lead_time_uses_its_inputs_when_it_starts() -> None:
    arrays = build_arrays(
        goods={"good": {}, "raw": {}},
        uses={"use": {"good": "good", "demand": 10.0}},
        suppliers={"mine": {"good": "raw", "price": 3.0, "capacity": 1000.0}},
        recipes={"make": {"output": "good", "inputs": {"raw": 2.0}, "cost": 1.0, "lead": 2}},
    )
    run = simulate_branch(arrays, None, build_state(arrays), start=0, length=0, n_periods=5)
    np.testing.assert_allclose(run.levels, [[20] * 5, [10] * 5])
    np.testing.assert_allclose(run.unmet, [[10, 10, 0, 0, 0]])
    np.testing.assert_allclose(run.money, 20 * 3.0 + 10 * 1.0)


def test_stock_of_inputs_is_made_into_the_good_while_the_line_has_hours() -> None:
    """600 of stock, half of it as inputs, and a line for 50: 12 months, not 9."""
    arrays = build_arrays(
        goods={"good": {"reserve": 300.0}, "raw": {"reserve": 300.0}},
        uses={"use": {"good": "good", "demand": 50.0}},
        suppliers={"seller": {"good": "raw", "price": 1.0, "capacity": 100.0}},
        recipes={"make": {"output": "good", "inputs": {"raw": 1.0}, "capacity": 25.0}},
    )
    measure = build_measure(arrays, availability={"seller": 0.0})
    state = build_state(arrays, fresh={"good": 300.0, "raw": 300.0})
    run = simulate_branch(arrays, measure, state, start=0, length=14, n_periods=14)
    np.testing.assert_allclose(run.unmet[0], [0] * 12 + [50, 50])


def test_shared_capacity_of_two_routes_is_used_cheapest_first() -> None:
    arrays = build_arrays(
        goods={"good": {}},
        uses={"use": {"good": "good", "demand": 70.0}},
        suppliers={
            "by_sea": {"good": "good", "price": 4.0, "capacity": 60.0, "pool": "seller"},
            "by_rail": {"good": "good", "price": 3.0, "capacity": 30.0, "pool": "seller"},
        },
        pools={"seller": 60.0},
    )
    run = simulate_branch(arrays, None, build_state(arrays), start=0, length=0, n_periods=2)
    np.testing.assert_allclose(run.levels, [[30, 30], [30, 30]])
    np.testing.assert_allclose(run.unmet, 10.0)


def exporter(price: float) -> object:
    """A plant for 100 at 5, use 60, a dear second source at 9, and a buyer for 70."""
    return build_arrays(
        goods={"good": {"reserve": 20.0}},
        uses={"use": {"good": "good", "demand": 60.0}},
        suppliers={
            "plant": {"good": "good", "price": 5.0, "capacity": 100.0},
            "dear": {"good": "good", "price": 9.0, "capacity": 100.0},
        },
        exports={"buyer": {"good": "good", "price": price, "capacity": 70.0}},
    )


@pytest.mark.parametrize(
    ("price", "levels"), [(4.0, [60, 0, 0]), (8.0, [100, 0, 40]), (10.0, [100, 30, 70])]
)
def test_exports_pay_more_than_the_source_they_come_from(price: float, levels: list[float]) -> None:
    arrays = exporter(price)
    state = build_state(arrays, fresh={"good": 20.0})
    run = simulate_branch(arrays, None, state, start=0, length=0, n_periods=3)
    np.testing.assert_allclose(run.levels, np.repeat([levels], 3, axis=0).T)
    money = levels[0] * 5 + levels[1] * 9 - levels[2] * price
    np.testing.assert_allclose(run.money, money)
    np.testing.assert_allclose(run.fresh, 20.0)


def test_heavier_uses_of_a_tier_are_served_first_and_equal_ones_alike() -> None:
    arrays = build_arrays(
        goods={"good": {}},
        uses={
            "light": {"good": "good", "demand": 20.0},
            "same": {"good": "good", "demand": 60.0},
            "heavy": {"good": "good", "demand": 30.0, "weight": 2.0},
        },
        suppliers={"seller": {"good": "good", "capacity": 50.0}},
    )
    run = simulate_branch(arrays, None, build_state(arrays), start=0, length=0, n_periods=1)
    np.testing.assert_allclose(run.unmet[:, 0], [15.0, 45.0, 0.0])


@pytest.mark.parametrize(("start", "output"), [(4, [10] * 8), (2, [0] * 6 + [10] * 2)])
def test_plant_that_stands_still_opens_later(start: int, output: list[float]) -> None:
    """Opening in period 4; a stop of four periods from 2 moves it to period 8."""
    arrays = build_arrays(
        goods={"good": {}},
        uses={"use": {"good": "good", "demand": 10.0}},
        recipes={"make": {"output": "good", "plant": "plant", "line": "press", "hours": 2.0}},
        plants={"plant": {"opening": 4}},
        lines={"press": {"hours": 20.0, "plant": "plant"}},
    )
    measure = build_measure(arrays, frozen_plants=("plant",))
    run = simulate_branch(arrays, measure, build_state(arrays), start=start, length=4, n_periods=8)
    expected = [0.0] * 4 + [10.0] * 4 if start == 4 else output
    np.testing.assert_allclose(run.levels[0], expected)


def test_late_twin_of_a_supplier_opens_only_while_a_delay_runs() -> None:
    arrays = build_arrays(
        goods={"good": {}},
        uses={"use": {"good": "good", "demand": 10.0}},
        suppliers={
            "usual": {"good": "good", "capacity": 50.0, "lead": 1},
            "late": {"good": "good", "capacity": 50.0, "lead": 3, "available": 0.0},
        },
    )
    measure = build_measure(
        arrays, availability={"usual": 0.0, "late": 1.0}, transit_late={"usual": 2}
    )
    state = build_state(arrays, transit={"usual": [10.0]})
    run = simulate_branch(arrays, measure, state, start=0, length=3, n_periods=8)
    assert run.levels[0, :3].sum() == 0.0
    assert run.levels[1, 3:].sum() == 0.0
    np.testing.assert_allclose(run.arrivals[:, 2].sum(), 10.0)
    np.testing.assert_allclose(run.unmet[0], [10, 10, 0, 0, 0, 0, 0, 0])


def test_surge_raises_demand_only_while_it_runs() -> None:
    arrays = build_arrays(
        goods={"good": {}},
        uses={"use": {"good": "good", "demand": 10.0, "crisis_demand": 30.0}},
        suppliers={"seller": {"good": "good", "capacity": 25.0}},
    )
    measure = build_measure(arrays, crisis=True, demand_factor={"use": 1.5})
    run = simulate_branch(arrays, measure, build_state(arrays), start=0, length=2, n_periods=3)
    np.testing.assert_allclose(run.demand, [[45, 45, 10]])
    np.testing.assert_allclose(run.unmet, [[20, 20, 0]])


def test_lost_depot_and_lost_fresh_stock() -> None:
    arrays = build_arrays(
        goods={"good": {}},
        uses={"use": {"good": "good", "demand": 10.0}},
        lots={"north": {"good": "good", "quantity": 40.0}},
    )
    measure = build_measure(arrays, lot_kept={"north": 0.25}, fresh_kept={"good": 0.5})
    state = build_state(arrays, fresh={"good": 30.0})
    run = simulate_branch(arrays, measure, state, start=0, length=1, n_periods=4)
    np.testing.assert_allclose(run.lots + run.fresh, [[15, 5, 0, 0]])
    np.testing.assert_allclose(run.unmet, [[0, 0, 5, 10]])


def test_measure_that_outlasts_the_branch_runs_to_its_end() -> None:
    arrays = worked_arrays(1)
    run = simulate_branch(
        arrays, sender_cut(arrays), build_state(arrays), start=0, length=24, n_periods=14
    )
    assert run.length == 14
    np.testing.assert_allclose(run.unmet[0], [0] * 10 + [60] * 4)


def test_structure_found_once_gives_the_same_branch() -> None:
    arrays = worked_arrays(2)
    measure, state = sender_cut(arrays), build_state(arrays)
    span = {"start": 3, "length": 12, "n_periods": 20}
    once = simulate(structure_of(arrays), measure, state, **span)
    np.testing.assert_array_equal(once.money, simulate_branch(arrays, measure, state, **span).money)


def test_recipes_in_a_circle_are_refused() -> None:
    arrays = build_arrays(
        goods={"egg": {}, "hen": {}},
        uses={"use": {"good": "egg", "demand": 1.0}},
        recipes={
            "lay": {"output": "egg", "inputs": {"hen": 1.0}},
            "hatch": {"output": "hen", "inputs": {"egg": 1.0}},
        },
    )
    with pytest.raises(
        ValueError, match=r"^a good is needed to make itself: its recipes form a circle$"
    ):
        structure_of(arrays)
