"""Each equation of the linear programs by its number: its rows, and what they do."""

from dataclasses import replace

import numpy as np
import pytest

from derbes.case.entities import (
    Hit,
    Measure,
    MeasureKind,
    Plant,
    Recipe,
    Route,
    Stockpile,
    Supplier,
    Survival,
    Tier,
    Use,
)
from derbes.case.quantity import Quantity
from derbes.model.arrays import CALM, ActivityKind, MeasureRun
from derbes.model.compile import compile_case
from derbes.model.measures import compile_measure
from derbes.supply.baseline import calm_program, first_state, solve_calm
from derbes.supply.bounds import demand_path, order_limits, window_bounds
from derbes.supply.disruption import branch_program, make_window
from derbes.supply.network import make_layout
from derbes.supply.objective import order_costs
from derbes.supply.survival import SurvivalProgram
from tests.analysis.asked import row_of
from tests.small_cases import one_good, smallest_complete, worked_example
from tests.supply.solved import branch_of, calm_of, changed, example, row, solved_alone, stock

Q = Quantity
KEPT = 0.5 ** (1 / 6)


# Old lots


def test_l1_an_old_lot_stands_beside_what_was_left_of_it():
    case = one_good(stock=1000.0, capacity=0.0, survival={"half_life": Q(6.0)})
    _layout, program = calm_program(compile_case(case))
    first, _low, most = row(program, "stock(stock,0)")
    assert (first, most) == ({"lot(stock,0)": 1.0}, 1000.0)
    later, low, most = row(program, "stock(stock,3)")
    assert later == {"lot(stock,3)": 1.0, "lot(stock,2)": pytest.approx(-KEPT)}
    assert (low, most) == (-np.inf, 0.0)


def test_l1_an_old_lot_ages_by_its_curve_and_is_never_drawn_twice():
    """1,000 that halve in six months, drawn by 100 a month from the start."""
    calm = calm_of(one_good(stock=1000.0, capacity=0.0, survival={"half_life": Q(6.0)}))
    left, expected = 1000.0, []
    for month in range(calm.unmet.shape[1]):
        left *= KEPT if month else 1.0
        served = min(left, 100.0)
        left -= served
        expected.append(100.0 - served)
    np.testing.assert_allclose(calm.unmet[0], expected, atol=1e-6)
    kept = np.concatenate([[1000.0], KEPT * calm.lots[0, :-1]])
    assert np.all(calm.lots[0] <= kept + 1e-6)


# The balance


def chain(*, n_periods: int = 12) -> object:
    """2 parts, bought with two months of lead time, make a good within one month."""
    case = one_good(stock=0.0, capacity=0.0, n_periods=n_periods)
    part = replace(case.goods["good"], id="part")
    seller = Supplier(
        "part_seller", actor="sender", good="part", price=Q(3.0), capacity=Q(300.0),
        lead_time=Q(2.0),
    )  # fmt: skip
    make = Recipe(
        "make", output="good", inputs={"part": Q(2.0)}, capacity=Q(500.0), cost=Q(1.0),
        lead_time=Q(1.0),
    )  # fmt: skip
    return replace(
        case,
        goods={**case.goods, "part": part},
        suppliers={"part_seller": seller},
        recipes={"make": make},
        stockpiles={"heap": Stockpile("heap", good="part", quantity=Q(700.0))},
    )


def test_l2_recipes_take_inputs_at_their_start_and_give_output_after_their_lead_time():
    _layout, program = calm_program(compile_case(chain()))
    parts, low, _most = row(program, "balance(part,3)")
    assert parts == {
        "order(part_seller,1)": 1.0, "order(make,3)": -2.0, "lot(heap,2)": 1.0,
        "lot(heap,3)": -1.0, "fresh(part,2)": 1.0, "fresh(part,3)": -1.0,
    }  # fmt: skip
    assert low == 0.0
    goods, low, _most = row(program, "balance(good,3)")
    assert goods == {
        "order(make,2)": 1.0, "fresh(good,2)": 1.0, "fresh(good,3)": -1.0, "unmet(use,3)": 1.0,
    }  # fmt: skip
    assert low == 100.0
    first, low, _most = row(program, "balance(part,0)")
    assert first == {"order(make,0)": -2.0, "lot(heap,0)": -1.0, "fresh(part,0)": -1.0}
    assert low == -700.0 - 200.0, "what is in store, and what 100 goods of the month take"


def test_l2_nothing_comes_from_nothing():
    """700 parts make 350 goods; what is on the way is lost: no part comes for two months,
    and the recipe takes another month."""
    branch = branch_of(chain(), 0, 6)
    made, unmet = branch.orders[1], branch.unmet[0]
    bought = branch.orders[0]
    parts_in = 700.0 + np.concatenate([[0.0, 0.0], bought]).cumsum()[: len(made)]
    assert np.all(2.0 * made.cumsum() <= parts_in + 1e-6)
    on_the_way = float(branch.found.transit[1].sum())
    served = (100.0 - unmet).cumsum()
    made_before = on_the_way + np.concatenate([[0.0], made[:-1]]).cumsum()
    assert np.all(served <= made_before + 1e-6)
    assert unmet.sum() > 0.0


def perishable(life: float | None) -> object:
    case = replace(one_good(stock=0.0, n_periods=24), stockpiles={})
    survival = Survival(shelf_life=None if life is None else Q(life))
    return changed(case, "goods", "good", reserve=Q(500.0), survival=survival)


@pytest.mark.parametrize(("life", "months"), [(None, 5.0), (4.0, 4.0), (2.0, 2.0), (1.0, 1.0)])
def test_l2_fresh_stock_is_no_more_than_came_in_within_its_shelf_life(life, months):
    """A reserve of 500 lasts five months; with a shelf life of two months, what came in
    within the last two is all that is left to use."""
    calm = calm_of(perishable(life))
    arrays = calm.arrays
    measure = compile_measure(perishable(life), arrays, "cut")
    found = SurvivalProgram(calm, 12, 12).time_to_survive(measure, arrays.use_essential)
    assert found.periods == pytest.approx(months)


# Capacities


def test_l3_a_plant_opens_and_ramps_and_makes_no_more():
    """Opening in month 2, full four months later: 0, 0, 20, 40, 60, 80, 80 of 100."""
    case = one_good(stock=0.0, capacity=0.0, n_periods=10)
    case = replace(
        case,
        plants={"plant": Plant("plant", actor="home", opening=2, ramp=Q(3.0))},
        recipes={
            "make": Recipe("make", output="good", plant="plant", capacity=Q(80.0), cost=Q(1.0))
        },
    )
    calm = calm_of(case)
    expected = [100.0, 100.0, 80.0, 60.0, 40.0, 20.0, 20.0]
    np.testing.assert_allclose(calm.unmet[0, :7], expected, atol=1e-6)


def two_routes() -> object:
    """120 a month by rail and sea together."""
    case = one_good(stock=0.0, demand=150.0)
    routes = {"rail": Route("rail"), "sea": Route("sea", cost_share=Q(0.5))}
    case = replace(case, routes=routes)
    return changed(case, "suppliers", "seller", capacity=Q(120.0), routes=("rail", "sea"))


def test_l3_routes_share_the_capacity_of_their_seller():
    _layout, program = calm_program(compile_case(two_routes()))
    factors, low, most = row(program, "shared_capacity(q0,4)")
    assert factors == {"order(seller_rail,4)": 1.0, "order(seller_sea,4)": 1.0}
    assert (low, most) == (-np.inf, 120.0)
    np.testing.assert_allclose(calm_of(two_routes()).unmet, 30.0, atol=1e-6)


def test_l3_a_quota_limits_orders_while_it_runs():
    case = changed(worked_example(1), "measures", "cut", share=Q(0.75))
    arrays = compile_case(case)
    layout = make_layout(arrays, 5, 6, has_reserve=True)
    run = MeasureRun(compile_measure(case, arrays, "cut"), 4)
    assert order_limits(layout, run).tolist() == [
        [50.0, 50.0, 50.0, 50.0, 200.0, 200.0], [40.0] * 6,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("opening", "start", "path"),
    [
        (3, 1, [0, 0, 0, 0, 0, 0, 25, 50, 75, 100]),
        (4, 3, [0, 0, 0, 0, 0, 0, 0, 25, 50, 75]),
        (3, 3, [0, 0, 0, 25, 50, 75, 100, 100, 100, 100]),
        (3, 4, [0, 0, 0, 25, 50, 75, 100, 100, 100, 100]),
        (-1, 0, [50, 75, 100, 100, 100, 100, 100, 100, 100, 100]),
        (3, 8, [0, 0, 0, 25, 50, 75, 100, 100, 100, 100]),
    ],
)
@pytest.mark.parametrize("length", [1, 3, 12])
def test_l3_a_delay_of_three_months_moves_what_is_still_to_open(opening, start, path, length):
    """An opening behind the first month of the measure comes three months later, with its
    ramp, whatever the length; what opens in that month or is open goes on as planned."""
    case = one_good(capacity=0.0, n_periods=10)
    plant = Plant("plant", actor="home", opening=opening, ramp=Q(3.0))
    make = Recipe("make", output="good", plant="plant", capacity=Q(100.0), cost=Q(1.0))
    late = Measure(
        "cut", kind=MeasureKind.DELAY, hits=(Hit(element="plants.plant"),), lengths=(3,), by=Q(3.0)
    )
    case = replace(case, plants={"plant": plant}, recipes={"make": make}, measures={"cut": late})
    arrays = compile_case(case)
    layout = make_layout(arrays, start, 10 - start, has_reserve=True)
    limits = order_limits(layout, MeasureRun(compile_measure(case, arrays, "cut"), length))
    assert limits[1].tolist() == path[start:]


def one_line(weight: float = 1.0) -> object:
    """120 hours for two goods: 1 hour a unit of the first, 3 of the second."""
    case = one_good(stock=0.0, capacity=0.0)
    second = replace(case.goods["good"], id="second")
    recipe = Recipe("make", output="good", plant="plant", line="press", hours=Q(1.0), cost=Q(1.0))
    more = replace(recipe, id="make_second", output="second", hours=Q(3.0))
    return replace(
        case,
        goods={**case.goods, "second": second},
        uses={**case.uses, "other_use": Use(
            "other_use", good="second", demand=Q(50.0), weight=Q(weight),
        )},
        plants={"plant": Plant("plant", actor="home", lines={"press": Q(120.0)})},
        recipes={"make": recipe, "make_second": more},
    )  # fmt: skip


def test_l4_recipes_share_the_hours_of_their_line():
    _layout, program = calm_program(compile_case(one_line()))
    factors, low, most = row(program, "line(plant_press,4)")
    assert factors == {"order(make,4)": 1.0, "order(make_second,4)": 3.0}
    assert (low, most) == (-np.inf, 120.0)


@pytest.mark.parametrize(("weight", "unmet"), [(1.0, [0.0, 50 - 20 / 3]), (4.0, [100.0, 10.0])])
def test_l4_a_flexible_line_goes_where_it_serves_most(weight, unmet):
    """100 hours for the first use and the rest for the second, unless a unit of the
    second weighs more than the three of the first that it costs."""
    calm = calm_of(one_line(weight))
    np.testing.assert_allclose(calm.unmet[:, 5], unmet, atol=1e-6)


@pytest.mark.parametrize("bound", ["optimal", "myopic"])
@pytest.mark.parametrize("share", [0.0, 0.5, 0.9, 1.0])
def test_l4_a_quota_on_a_plant_takes_its_part_of_the_hours_of_a_line(share, bound):
    """120 hours a month for 100 and 50 units of one hour: of what they can make, `share` is cut."""
    case = one_line()
    second = replace(case.recipes["make_second"], hours=Q(1.0))
    quota = Measure(
        "cut", kind=MeasureKind.QUOTA, hits=(Hit(actor="home"),), share=Q(share), lengths=(6,)
    )
    case = replace(case, recipes={**case.recipes, "make_second": second}, measures={"cut": quota})
    found = row_of(case, 12, 6, bound=bound)
    assert found.unmet_essential == pytest.approx(6 * 120.0 * share)


@pytest.mark.parametrize(("share", "made"), [(0.0, 100.0), (0.5, 60.0), (0.9, 12.0), (1.0, 0.0)])
def test_l4_a_quota_on_one_recipe_is_a_part_of_what_its_line_can_make(share, made):
    """120 hours, 1 for a unit of the first and 3 for one of the second, which has what is left."""
    case = one_line()
    hits = (Hit(element="recipes.make"),)
    quota = Measure("cut", kind=MeasureKind.QUOTA, hits=hits, share=Q(share), lengths=(6,))
    found = row_of(replace(case, measures={"cut": quota}), 12, 6)
    unmet = 100.0 - made + 50.0 - (120.0 - made) / 3
    assert found.unmet_essential_gross == pytest.approx(6 * unmet + 30 * (50 - 20 / 3))


# Demand


def test_l5_what_is_not_served_is_unmet_and_never_more_than_demand():
    empty = calm_of(one_good(stock=0.0, capacity=0.0))
    np.testing.assert_allclose(empty.unmet, 100.0)
    np.testing.assert_allclose(calm_of(one_good(stock=0.0, capacity=500.0)).unmet, 0.0, atol=1e-6)
    np.testing.assert_allclose(calm_of(one_good(stock=0.0, capacity=60.0)).unmet, 40.0)


def test_l5_demand_is_that_of_the_crisis_while_the_measure_runs():
    case = example(crisis=True, together_with=("surge",))
    surge = Measure("surge", kind=MeasureKind.DEMAND_SURGE, hits=(Hit(good="good"),), by=Q(0.5))
    case = replace(case, measures={**case.measures, "surge": surge})
    case = changed(case, "uses", "use", crisis_demand=Q(120.0))
    arrays = compile_case(case)
    layout = make_layout(arrays, 7, 4, has_reserve=True)
    run = MeasureRun(compile_measure(case, arrays, "cut"), 2)
    assert demand_path(layout, run).tolist() == [[180.0, 180.0, 100.0, 100.0]]
    bounds = window_bounds(layout, first_state(arrays), run)
    assert layout.column("unmet").of(bounds.col_upper).tolist() == [[180.0, 180.0, 100.0, 100.0]]
    balance = layout.row("balance").of(bounds.row_lower)[0]
    assert balance.tolist() == [180.0 - 600.0, 180.0, 100.0, 100.0]


# Stocks


def test_l6_no_more_is_stored_than_fits():
    """600, of which 100 are used and 250 fit: a month and two and a half."""
    case = changed(one_good(stock=600.0, capacity=0.0), "goods", "good", storage_limit=Q(250.0))
    arrays = compile_case(case)
    _layout, program = calm_program(arrays)
    factors, low, most = row(program, "storage(good,3)")
    assert factors == {"lot(stock,3)": 1.0, "fresh(good,3)": 1.0}
    assert (low, most) == (-np.inf, 250.0)
    calm = solve_calm(arrays)
    assert float((calm.lots + calm.fresh).max()) <= 250.0 + 1e-6
    measure = compile_measure(case, arrays, "cut")
    found = SurvivalProgram(calm, 0, 12).time_to_survive(measure, arrays.use_essential)
    assert found.periods == pytest.approx(3.5)


def test_l7_the_reserve_is_not_drawn_for_money():
    """Tenfold prices for a year: the stock of 600 stays whole."""
    dear = Measure(
        "cut", kind=MeasureKind.PRICE_RISE, hits=(Hit(actor="sender"),), by=Q(9.0), lengths=(12,)
    )
    branch = branch_of(replace(worked_example(1), measures={"cut": dear}), 24, 12)
    np.testing.assert_allclose(stock(branch), 600.0, rtol=1e-6)
    assert branch.orders[1, :12] == pytest.approx(40.0)


def test_l7_the_reserve_comes_back_in_equal_steps():
    """Used up after ten months; 100 a month from the end of the twelve on."""
    branch = branch_of(worked_example(1), 24, 12)
    expected = [*range(540, -1, -60), 0, 0, *range(100, 601, 100)]
    np.testing.assert_allclose(stock(branch)[:18], expected, atol=1e-4)
    np.testing.assert_allclose(stock(branch)[18:], 600.0, rtol=1e-6)


def test_l7_the_steps_of_the_refill_are_rows():
    case = worked_example(1)
    arrays = compile_case(case)
    window = make_window(solve_calm(arrays), 24, 12)
    run = MeasureRun(compile_measure(case, arrays, "cut"), 3)
    program = branch_program(window, run)
    assert row(program, "reserve(good,30)") == (
        {
            "lot(stock,30)": 1.0,
            "fresh(good,30)": 1.0,
            "short(good,30)": 1.0,
            "refill(good,30)": 1.0,
        },
        600.0,
        np.inf,
    )
    assert row(program, "refill(good,30)") == (
        {"refill(good,30)": 1.0, "refill(good,29)": -1.0, "short(good,29)": -1.0},
        -np.inf,
        0.0,
    )
    refill = window.layout.column("refill").of(program.col_upper)[0]
    np.testing.assert_allclose(refill[:10], [0, 0, 0, 500, 400, 300, 200, 100, 0, 0], atol=1e-9)


def test_l7_a_reserve_that_was_left_is_not_lowered_after_the_measure():
    """A sender who sells a tenth less is not missed; the stock, dear to hold, stays."""
    case = changed(example(share=Q(0.1)), "goods", "good", storage_cost=Q(5.0))
    np.testing.assert_allclose(stock(branch_of(case, 24, 3)), 600.0, rtol=1e-6)


def test_l7_a_reserve_above_a_tier_is_kept_from_it():
    """With the reserve before deferrable uses a cut leaves those unmet first."""
    case = changed(worked_example(1), "uses", "use", tier=Tier.DEFERRABLE)
    reserve_first = replace(case, priorities=("essential", "reserve", "deferrable", "money"))
    np.testing.assert_allclose(stock(branch_of(reserve_first, 24, 12)), 600.0, rtol=1e-6)
    np.testing.assert_allclose(branch_of(reserve_first, 24, 12).unmet[0, :12], 60.0)
    assert branch_of(case, 24, 12).unmet.sum() == pytest.approx(120.0)


# The end of a branch


def slow_sender() -> object:
    """E1 with two months from order to arrival, and a sender with room to catch up."""
    return changed(
        worked_example(1), "suppliers", "from_sender", lead_time=Q(2.0), capacity=Q(400.0)
    )


def test_l8_the_end_has_the_stock_and_the_goods_on_the_way_of_the_calm_plan():
    branch = branch_of(slow_sender(), 10, 4)
    calm, layout = branch.window.calm, branch.window.layout
    last = layout.start + layout.n - 1
    assert branch.rejoined
    assert stock(branch)[-1] == pytest.approx(calm.fresh[0, last] + calm.lots[0, last])
    ordered = branch.orders[0, -2:]
    np.testing.assert_allclose(ordered, calm.orders[0, last - 1 : last + 1], atol=1e-6)
    assert ordered.sum() == pytest.approx(200.0)


def test_l8_rows_ask_for_the_calm_stock_and_each_later_arrival():
    case = slow_sender()
    window = make_window(calm_of(case), 10, 8)
    factors, low, most = row(window.program, "calm_state(good,17)")
    assert factors == {"lot(stock,17)": 1.0, "fresh(good,17)": 1.0, "behind(good,17)": 1.0}
    assert (low, most) == (pytest.approx(600.0), np.inf)
    factors, low, _most = row(window.program, "calm_state(good,19)")
    assert factors == {"order(from_sender,17)": 1.0, "behind(good,19)": 1.0}
    assert low == pytest.approx(100.0)


def test_l8_an_end_that_comes_too_soon_is_seen():
    """A window that stops with the measure cannot have the stock back."""
    case = worked_example(1)
    arrays = compile_case(case)
    measure = compile_measure(case, arrays, "cut")
    short = solved_alone(make_window(solve_calm(arrays), 24, 12), measure, 12)
    assert not short.rejoined
    assert short.window.layout.column("behind").of(short.columns)[0, 0] == pytest.approx(600.0)
    enough = solved_alone(make_window(solve_calm(arrays), 24, 18), measure, 12)
    assert enough.rejoined


def test_l8_old_stock_does_not_stand_for_new():
    """The old lot halves in six months, new stock lasts: a branch that ends with as much
    stock as the calm plan, but older, is not back."""
    case = changed(worked_example(1), "stockpiles", "stock", survival=Survival(half_life=Q(6.0)))
    case = changed(case, "stockpiles", "stock", quantity=Q(900.0))
    branch = branch_of(case, 3, 3)
    calm, last = branch.window.calm, branch.window.layout.start + branch.window.layout.n - 1
    assert branch.fresh[0, -1] >= calm.fresh[0, last] - 1e-4
    factors, low, _most = row(branch.program, f"calm_age(stock,{last})")
    assert factors == {f"fresh(good,{last})": 1.0, f"younger(stock,{last})": 1.0}
    assert low == pytest.approx(calm.fresh[0, last])


# Money


def test_purchases_are_paid_on_arrival_and_recipes_at_their_start():
    """Two months after the order, at the price and the discount of that month; a risen
    price is that of orders placed while the measure runs."""
    case = chain()
    prices = Q(3.0, steps=((0, 3.0), (4, 5.0)))
    case = replace(changed(case, "suppliers", "part_seller", price=prices), discount_rate=Q(0.1))
    case = changed(case, "measures", "cut", kind=MeasureKind.PRICE_RISE, by=Q(1.0))
    arrays = compile_case(case)
    layout = make_layout(arrays, 1, 4, has_reserve=True)
    month = 1.1 ** (-1 / 12)
    paid = np.array([[3, 5, 5, 5] * month ** np.arange(2, 6), month ** np.arange(4)])
    np.testing.assert_allclose(order_costs(layout, CALM), paid)
    risen = order_costs(layout, MeasureRun(compile_measure(case, arrays, "cut"), 2))
    np.testing.assert_allclose(risen, paid * [[2, 2, 1, 1], [1, 1, 1, 1]])


# No profit without end


def test_exports_at_a_profit_end_at_what_the_buyer_takes():
    """With parts enough for the 5.33 that the line makes: 4 are used and 1 is sold."""
    case = changed(smallest_complete(), "suppliers", "seller", capacity=Q(99.0))
    case = changed(case, "exports", "buyer", price=Q(1e4))
    arrays = compile_case(case)
    layout, program = calm_program(arrays)
    money = program.level_costs[program.levels.index("money")]
    earns = money < 0.0
    assert earns.any()
    assert np.all(np.isfinite(program.col_upper[earns]))
    calm = solve_calm(arrays)
    exports = arrays.activities.kinds == ActivityKind.EXPORT
    assert calm.orders[exports].max() == pytest.approx(1.0)
    assert layout.n == arrays.n_periods
