"""The equations of the policy (S1) to (S11), each on a case small enough to follow by hand."""

from dataclasses import replace

import numpy as np
import pytest

from derbes.case.uncertainty import Draws
from derbes.draws.sampling import make_draws
from derbes.draws.study import prepare_futures
from derbes.model.arrays import CaseArrays, MeasureArrays, State
from derbes.simulation import BranchRun, simulate_branch
from derbes.simulation.futures import simulate_futures
from derbes.supply.baseline import solve_calm, state_at
from tests.builders import RESERVE_FIRST, build_arrays, build_measure
from tests.draws.uncertain import uncertain_example

CLOSE = 1e-6


def run(
    arrays: CaseArrays,
    measure: MeasureArrays | None,
    *,
    length: int,
    n_periods: int = 12,
    start: int = 0,
    state: State | None = None,
) -> BranchRun:
    calm = solve_calm(arrays)
    found = state_at(calm, start) if state is None else state
    return simulate_branch(calm, measure, found, start=start, length=length, n_periods=n_periods)


def cut(arrays: CaseArrays, *names: str, left: float = 0.0) -> MeasureArrays:
    return build_measure(arrays, availability=dict.fromkeys(names, left))


def test_s1_what_is_on_the_way_joins_the_stock_when_it_comes() -> None:
    arrays = build_arrays(
        goods={"good": {}},
        uses={"use": {"good": "good", "demand": 10.0}},
        suppliers={"seller": {"good": "good", "price": 1.0, "capacity": 20.0, "lead": 2}},
        lots={"stock": {"good": "good", "quantity": 40.0, "retention": [1.0, 0.5]}},
    )
    found = run(arrays, cut(arrays, "seller"), length=12, n_periods=6)
    np.testing.assert_allclose(found.arrivals[0], [10, 10, 0, 0, 0, 0], atol=CLOSE)
    # 40, of which half is left after each period; use is 10
    np.testing.assert_allclose(found.lots[0, :3], [30.0, 5.0, 0.0], atol=CLOSE)
    np.testing.assert_allclose(found.fresh[0, :3], [10.0, 20.0, 12.5], atol=CLOSE)


def test_s2_a_reserve_comes_back_in_equal_steps() -> None:
    arrays = build_arrays(
        goods={"good": {"reserve": 600.0}},
        uses={"use": {"good": "good", "demand": 100.0}},
        suppliers={
            "sender": {"good": "good", "price": 10.0, "capacity": 200.0},
            "other": {"good": "good", "price": 25.0, "capacity": 40.0},
        },
        lots={"stock": {"good": "good", "quantity": 600.0}},
    )
    found = run(arrays, cut(arrays, "sender"), length=4)
    stock = found.lots[0] + found.fresh[0]
    np.testing.assert_allclose(stock[:4], [540, 480, 420, 360], atol=CLOSE)
    np.testing.assert_allclose(stock[4:10], [360, 360, 360, 400, 500, 600], atol=CLOSE)


def test_s3_while_a_measure_runs_stock_is_for_the_first_tier() -> None:
    arrays = build_arrays(
        goods={"good": {"reserve": 300.0}},
        uses={
            "first": {"good": "good", "demand": 50.0},
            "second": {"good": "good", "demand": 30.0, "tier": "deferrable"},
        },
        suppliers={"seller": {"good": "good", "price": 1.0, "capacity": 200.0}},
        lots={"stock": {"good": "good", "quantity": 300.0}},
    )
    found = run(arrays, cut(arrays, "seller"), length=12)
    np.testing.assert_allclose(found.unmet[0, :6], 0.0, atol=CLOSE)
    np.testing.assert_allclose(found.unmet[1], 30.0, atol=CLOSE)


def test_s3_a_reserve_that_ranks_first_is_kept_from_the_second_tier() -> None:
    arrays = build_arrays(
        goods={"good": {"reserve": 100.0}},
        uses={"use": {"good": "good", "demand": 30.0, "tier": "deferrable"}},
        suppliers={"seller": {"good": "good", "price": 1.0, "capacity": 200.0}},
        lots={"stock": {"good": "good", "quantity": 100.0}},
        priorities=RESERVE_FIRST,
    )
    found = run(arrays, cut(arrays, "seller"), length=3, n_periods=6)
    np.testing.assert_allclose(found.unmet[0], [30, 30, 30, 0, 0, 0], atol=CLOSE)


@pytest.mark.parametrize(
    ("capacity", "hours", "parts", "made"),
    [(30.0, 100.0, 200.0, 30.0), (90.0, 20.0, 200.0, 40.0), (90.0, 100.0, 25.0, 25.0)],
)
def test_s4_a_recipe_makes_what_capacity_hours_and_inputs_allow(
    capacity: float, hours: float, parts: float, made: float
) -> None:
    arrays = build_arrays(
        goods={"good": {}, "part": {"reserve": 200.0}},
        uses={"use": {"good": "good", "demand": 60.0}},
        suppliers={"seller": {"good": "good", "price": 1.0, "capacity": 60.0}},
        recipes={
            "make": {
                "output": "good",
                "inputs": {"part": 1.0},
                "cost": 9.0,
                "capacity": capacity,
                "line": "line",
                "hours": 0.5,
            }
        },
        lines={"line": {"hours": hours}},
        lots={"store": {"good": "part", "quantity": parts}},
    )
    found = run(arrays, cut(arrays, "seller"), length=1, n_periods=2)
    assert found.levels[1, 0] == pytest.approx(made)


def test_s5_the_plan_first_then_the_cheapest_source_and_equal_ones_in_proportion() -> None:
    arrays = build_arrays(
        goods={"good": {}},
        uses={"use": {"good": "good", "demand": 100.0}},
        suppliers={
            "sender": {"good": "good", "price": 10.0, "capacity": 100.0},
            "dear": {"good": "good", "price": 30.0, "capacity": 90.0},
            "small": {"good": "good", "price": 20.0, "capacity": 10.0},
            "large": {"good": "good", "price": 20.0, "capacity": 30.0},
        },
    )
    found = run(arrays, cut(arrays, "sender", left=0.7), length=1, n_periods=2)
    np.testing.assert_allclose(found.levels[:, 0], [70.0, 0.0, 7.5, 22.5], atol=CLOSE)


def test_s6_recipes_that_claim_too_much_of_an_input_are_cut_in_proportion() -> None:
    recipe = {"inputs": {"part": 1.0}, "cost": 1.0, "capacity": 100.0}
    arrays = build_arrays(
        goods={"one": {}, "two": {}, "part": {}},
        uses={"a": {"good": "one", "demand": 60.0}, "b": {"good": "two", "demand": 20.0}},
        suppliers={"seller": {"good": "part", "price": 1.0, "capacity": 80.0}},
        recipes={"make_one": {"output": "one"} | recipe, "make_two": {"output": "two"} | recipe},
    )
    found = run(arrays, cut(arrays, "seller", left=0.5), length=1, n_periods=2)
    # no more than 40 can be made of one: 40 and 20 are claimed of 40
    np.testing.assert_allclose(found.unmet[:, 0], [60.0 - 80.0 / 3.0, 20.0 / 3.0], atol=CLOSE)


def test_s6_heavier_uses_of_a_good_come_first_and_equal_ones_share() -> None:
    arrays = build_arrays(
        goods={"good": {}},
        uses={
            "light": {"good": "good", "demand": 40.0},
            "heavy": {"good": "good", "demand": 30.0, "weight": 2.0},
            "alike": {"good": "good", "demand": 20.0},
        },
        suppliers={"seller": {"good": "good", "price": 1.0, "capacity": 90.0}},
    )
    found = run(arrays, cut(arrays, "seller", left=2.0 / 3.0), length=1, n_periods=2)
    np.testing.assert_allclose(found.unmet[:, 0], [20.0, 0.0, 10.0], atol=CLOSE)


def test_s7_orders_bring_the_stock_back_to_the_plan_when_they_come() -> None:
    arrays = build_arrays(
        goods={"good": {"reserve": 50.0}},
        uses={"use": {"good": "good", "demand": 10.0}},
        suppliers={"seller": {"good": "good", "price": 1.0, "capacity": 100.0, "lead": 2}},
        lots={"stock": {"good": "good", "quantity": 50.0}},
        refill_periods=1,
    )
    lost = build_measure(arrays, lot_kept={"stock": 0.6})
    found = run(arrays, lost, length=1, n_periods=6)
    # 20 are lost: the first orders bring 10 for use and 20 more, two periods later
    np.testing.assert_allclose(found.levels[0, :3], [30.0, 10.0, 10.0], atol=CLOSE)
    np.testing.assert_allclose((found.lots + found.fresh)[0, 2:], 50.0, atol=CLOSE)


def test_s7_a_dear_source_far_away_leaves_to_a_cheap_near_one_what_that_can_bring() -> None:
    arrays = build_arrays(
        goods={"good": {}},
        uses={"use": {"good": "good", "demand": 100.0}},
        suppliers={
            "sender": {"good": "good", "price": 1.0, "capacity": 200.0, "lead": 3},
            "near": {"good": "good", "price": 5.0, "capacity": 60.0},
            "far": {"good": "good", "price": 9.0, "capacity": 80.0, "lead": 3},
        },
    )
    found = run(arrays, cut(arrays, "sender"), length=8, n_periods=8)
    assert found.unmet.sum() == pytest.approx(0.0, abs=CLOSE)
    assert found.levels[2, 0] == pytest.approx(0.0, abs=CLOSE)
    assert found.levels[1].sum() > found.levels[2].sum() > 0.0


def test_s8_what_expires_first_is_drawn_first_and_a_lot_that_does_not_age_last() -> None:
    lots = {
        name: {"good": "good", "quantity": 30.0, "retention": [1.0] * end + [0.0]}
        for name, end in (("late", 8), ("early", 3))
    }
    arrays = build_arrays(
        goods={"good": {}},
        uses={"use": {"good": "good", "demand": 10.0}},
        suppliers={"seller": {"good": "good", "price": 1.0, "capacity": 20.0}},
        lots={"lasting": {"good": "good", "quantity": 30.0}, **lots},
    )
    found = run(arrays, cut(arrays, "seller"), length=9, n_periods=9)
    np.testing.assert_allclose(found.unmet, 0.0, atol=CLOSE)
    np.testing.assert_allclose(found.lots[2], [20, 10, 0, 0, 0, 0, 0, 0, 0], atol=CLOSE)
    np.testing.assert_allclose(found.lots[0, :7], [30, 30, 30, 30, 30, 30, 20], atol=CLOSE)


@pytest.mark.parametrize("tier", ["essential", "deferrable"])
def test_s5_what_a_measure_leaves_over_serves_what_the_plan_leaves_short(tier: str) -> None:
    """What was on the way for 60 is not all used while 12 is wanted, and is when 60 is again."""
    arrays = build_arrays(
        goods={"good": {}},
        uses={"use": {"good": "good", "tier": tier, "demand": 60.0}},
        suppliers={"seller": {"good": "good", "price": 1.0, "capacity": 50.0, "lead": 2}},
    )
    less = build_measure(arrays, demand_factor={"use": 0.2})
    np.testing.assert_allclose(run(arrays, None, length=0).unmet, 10.0, atol=CLOSE)
    np.testing.assert_allclose(run(arrays, less, length=1).unmet[0, :2], 0.0, atol=CLOSE)


def test_s8_fresh_stock_is_given_up_at_the_end_of_its_shelf_life_and_above_the_limit() -> None:
    arrays = build_arrays(
        goods={"good": {"shelf_life": 2, "storage_limit": 25.0}},
        uses={"use": {"good": "good", "demand": [10.0, 0.0]}},
        suppliers={"seller": {"good": "good", "price": 1.0, "capacity": 20.0}},
    )
    state = State(np.zeros(0), np.array([40.0]), np.array([[40.0, 0.0]]), np.zeros((1, 1)))
    found = run(arrays, cut(arrays, "seller"), length=6, n_periods=6, state=state)
    np.testing.assert_allclose(found.fresh[0], [25.0, 0.0, 0.0, 0.0, 0.0, 0.0], atol=CLOSE)


@pytest.mark.parametrize("retention", [1.0, 0.5])
@pytest.mark.parametrize("came", [(16.0, 40.0, 16.0), (20.0, 0.0, 40.0), (0.0, 8.0, 8.0)])
def test_s8_batches_lose_what_the_stock_loses_until_each_expires(
    came: tuple[float, ...], retention: float
) -> None:
    """What came in, youngest first, and is not used: all within the shelf life, each batch
    with what is left of it."""
    life, n = 4, 6
    arrays = build_arrays(
        goods={"good": {"shelf_life": life, "retention": retention}},
        uses={"use": {"good": "good", "demand": 0.0}},
        suppliers={"seller": {"good": "good", "price": 1.0, "capacity": 20.0}},
    )
    left = [amount * retention**age for age, amount in enumerate(came)]
    past = np.array([[*came, 0.0]])
    state = State(np.zeros(0), np.array([sum(left)]), past, np.zeros((1, 1)))
    found = run(arrays, cut(arrays, "seller"), length=n, n_periods=n, state=state)
    expected = [sum(left[: max(life - 1 - t, 0)]) * retention ** (t + 1) for t in range(n)]
    np.testing.assert_allclose(found.fresh[0], expected, atol=CLOSE)


def test_s9_a_draw_has_the_central_plan_in_proportion_to_what_it_needs() -> None:
    """Less demand, less bought of each seller; the reserve stays what it is."""
    case = uncertain_example(1)
    inputs = make_draws(case, 4).inputs
    at = next(i for i, path in enumerate(inputs) if path.endswith("demand"))
    values = np.full((2, len(inputs)), np.nan)
    values[1, at] = 60.0
    draws = Draws(inputs, values, np.full(2, 0.5))
    model = replace(prepare_futures(case, inputs=inputs), n_periods=6)
    found = simulate_futures(model, draws, keep=("money", "stock"), n_paths=2)
    money, stock = found.paths["money"][:, :, 0], found.paths["stock"][:, :, 0]
    np.testing.assert_allclose(money[1], 0.6 * money[0], rtol=CLOSE)
    np.testing.assert_allclose(stock[1], stock[0], rtol=CLOSE)


def test_s10_a_harvest_that_a_measure_takes_away_is_seen_coming() -> None:
    """While a measure on the fields runs, the small seller is asked before stock is short."""
    fields = [600.0 if t % 12 in {0, 1} else 0.0 for t in range(60)]
    arrays = build_arrays(
        goods={"grain": {}},
        uses={"bread": {"good": "grain", "demand": 100.0}},
        suppliers={
            "fields": {"good": "grain", "price": 1.0, "capacity": fields},
            "seller": {"good": "grain", "price": 9.0, "capacity": 20.0},
        },
    )
    found = run(arrays, cut(arrays, "fields"), length=14, n_periods=14, start=6)
    assert found.levels[1, 0] == pytest.approx(20.0)
    assert found.unmet[0].sum() == pytest.approx(1400.0 - 600.0 - 14 * 20.0)


def test_s11_what_must_be_taken_is_ordered_first_by_the_routes_that_are_left() -> None:
    """60 of one seller by two routes, the plan by the cheap one; it is closed for three months."""
    arrays = build_arrays(
        goods={"good": {}},
        uses={"use": {"good": "good", "demand": 100.0}},
        suppliers={
            "rail": {"good": "good", "price": 5.0, "capacity": 80.0, "pool": "seller"},
            "sea": {"good": "good", "price": 9.0, "capacity": 50.0, "pool": "seller"},
            "near": {"good": "good", "price": 1.0, "capacity": 70.0},
            "dear": {"good": "good", "price": 30.0, "capacity": 30.0, "at_least": 10.0},
        },
        pools={"seller": 90.0},
        pool_least={"seller": 60.0},
        lots={"stock": {"good": "good", "quantity": 500.0}},
    )
    found = run(arrays, cut(arrays, "rail"), length=3, n_periods=8)
    np.testing.assert_allclose(found.levels[0, :3], 0.0, atol=CLOSE)
    np.testing.assert_allclose(found.levels[1, :3], 50.0, atol=CLOSE)
    assert np.all(found.levels[3] >= 10.0 - CLOSE)
    assert np.all(found.levels[:2].sum(axis=0)[3:] >= 60.0 - CLOSE)
    np.testing.assert_allclose(found.unmet, 0.0, atol=CLOSE)
