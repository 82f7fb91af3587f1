"""What must be taken of a seller (L9): by hand, by laws, and under a measure."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derbes.analysis.leverage import leverage_surface
from derbes.case.entities import Case, Hit, Measure, MeasureKind, Route, Supplier
from derbes.case.quantity import FloatArray, Quantity
from derbes.case.request import Request
from derbes.model.arrays import CALM, MeasureRun
from derbes.model.compile import compile_case, compile_draws
from derbes.model.measures import compile_measure
from derbes.simulation import simulate_branch
from derbes.supply.baseline import arrivals_by_period, calm_program, solve_calm, state_at
from derbes.supply.bounds import order_least, order_limits, shared_least
from derbes.supply.network import make_layout
from tests.properties.random_cases import random_case
from tests.small_cases import one_good, worked_example
from tests.supply.solved import branch_of, calm_of, changed, row

Q = Quantity
FLOW = "t/month"


def taken(case: Case, name: str = "from_sender", **keys: object) -> Case:
    """A case in which something must be taken of a supplier."""
    return changed(case, "suppliers", name, **keys)


def bought(case: Case, name: str) -> FloatArray:
    """What comes of a supplier in calm, by all its routes, in the calendar. (n,)"""
    calm = calm_of(case)
    mine = [k for k, e in enumerate(calm.arrays.activities.elements) if e == f"suppliers.{name}"]
    return arrivals_by_period(calm)[mine].sum(axis=0)[: case.calendar.n_periods]


def test_l9_the_calm_plan_buys_by_habit_what_it_would_draw_from_store():
    """600 in store and no reserve: without habit nothing is bought for six months."""
    case = one_good(stock=600.0)
    np.testing.assert_allclose(bought(case, "seller")[:8], [0, 0, 0, 0, 0, 0, 100, 100], atol=1e-6)
    habit = taken(case, "seller", at_least=Q(60.0, unit=FLOW))
    calm = calm_of(habit)
    # 40 a month are drawn: 600 last 15 months, then all is bought
    np.testing.assert_allclose(calm.orders[0, :15], 60.0, atol=1e-6)
    stock = calm.lots[0] + calm.fresh[0]
    np.testing.assert_allclose(stock[:15], 600.0 - 40.0 * np.arange(1, 16), atol=1e-6)
    np.testing.assert_allclose(calm.orders[0, 15:24], 100.0, atol=1e-6)


def test_l9_stands_as_a_bound_of_one_route_and_as_a_row_of_several():
    case = taken(one_good(), "seller", at_least=Q(60.0, unit=FLOW))
    _layout, program = calm_program(compile_case(case))
    names = [program.column_name(j) for j in range(program.matrix.shape[1])]
    assert program.col_lower[names.index("order(seller,3)")] == 60.0
    ways = {name: Route(name) for name in ("rail", "sea")}
    case = replace(taken(case, "seller", routes=tuple(ways)), routes=ways)
    _layout, program = calm_program(compile_case(case))
    factors, low, most = row(program, "shared_capacity(q0,3)")
    assert factors == {"order(seller_rail,3)": 1.0, "order(seller_sea,3)": 1.0}
    assert (low, most) == (60.0, 200.0)
    assert program.col_lower.max() == 0.0


def test_a_share_is_of_the_demand_of_all_uses_of_the_good():
    case = one_good(demand=80.0)
    uses = {**case.uses, "more": replace(case.uses["use"], id="more", demand=Q(20.0))}
    case = taken(replace(case, uses=uses), "seller", at_least=Q(0.75))
    np.testing.assert_allclose(compile_case(case).activities.least[0], 75.0)
    half = taken(case, "seller", at_least_until=5)
    np.testing.assert_allclose(compile_case(half).activities.least[0, :7], [75.0] * 5 + [0, 0])


def test_it_is_no_more_than_there_is_in_draws_too():
    least = Q(60.0, low=40.0, high=150.0, unit=FLOW, path="suppliers.seller.at_least")
    capacity = Q(200.0, low=50.0, high=300.0, unit=FLOW, path="suppliers.seller.capacity")
    case = taken(one_good(), "seller", at_least=least, capacity=capacity)
    arrays = compile_case(case)
    values = {least.path: np.array([60.0, 150.0]), capacity.path: np.array([200.0, 90.0])}
    many = compile_draws(case, arrays, values, arrays.n_periods)
    np.testing.assert_allclose(many.activities.least[:, 0, 3], [60.0, 90.0])
    for i in range(2):
        one = compile_case(case, values={path: float(v[i]) for path, v in values.items()})
        np.testing.assert_array_equal(one.activities.least[0, 3], many.activities.least[i, 0, 3])


def test_before_the_calendar_habit_goes_on_as_well():
    """Two months on the way: all that calm use asks for of the cheap one, 30 of the dear one."""
    dear = Supplier("dear", actor="other", good="good", price=Q(30.0), capacity=Q(50.0))
    case = one_good(stock=600.0)
    sellers = {**case.suppliers, "dear": replace(dear, lead_time=Q(2.0))}
    case = taken(replace(case, suppliers=sellers), "seller", lead_time=Q(2.0))
    np.testing.assert_allclose(calm_of(case).opening, [[100, 100], [0, 0]], atol=1e-6)
    case = taken(case, "dear", at_least=Q(30.0, unit=FLOW))
    np.testing.assert_allclose(calm_of(case).opening, [[70, 70], [30, 30]], atol=1e-6)
    said = taken(case, "dear", on_order=Quantity(5.0, steps=((0, 5.0), (2, 0.0))))
    np.testing.assert_allclose(calm_of(said).opening, [[95, 95], [5, 5]], atol=1e-6)


def test_what_finds_no_room_is_paid_for_and_given_up():
    """100 are used, 150 must be taken, 40 find room: 50 a month are thrown away."""
    case = changed(one_good(), "goods", "good", storage_limit=Q(40.0))
    calm = calm_of(taken(case, "seller", at_least=Q(150.0, unit=FLOW)))
    np.testing.assert_allclose(calm.orders[0], 150.0, atol=1e-6)
    assert calm.unmet.max() == pytest.approx(0.0, abs=1e-6)
    assert calm.fresh.max() <= 40.0 + 1e-6


def test_a_measure_lowers_it_with_what_is_left_and_spares_who_is_not_hit():
    case = taken(worked_example(1), at_least=Q(80.0, unit=FLOW))
    case = taken(case, "from_other", at_least=Q(30.0, unit=FLOW))
    branch = branch_of(case, 0, 12)
    orders = branch.orders
    np.testing.assert_allclose(orders[0, :12], 0.0, atol=1e-6)
    assert np.all(orders[1, :12] >= 30.0 - 1e-6)
    assert np.all(orders[0, 12:] >= 80.0 - 1e-6)
    assert np.all(orders[1, 12:] >= 30.0 - 1e-6)
    half = changed(case, "measures", "cut", kind=MeasureKind.QUOTA, share=Q(0.7))
    np.testing.assert_array_less(60.0 - 1e-6, branch_of(half, 0, 12).orders[0, :12])


def test_a_closed_route_leaves_what_the_others_carry():
    ways = {
        "rail": Route("rail", carried_share=Q(0.25)),
        "sea": Route("sea"),
    }
    case = taken(one_good(), "seller", at_least=Q(60.0, unit=FLOW), routes=tuple(ways))
    closed = Measure("cut", kind=MeasureKind.ROUTE_CLOSURE, hits=(Hit(route="sea"),), lengths=(6,))
    case = replace(case, routes=ways, measures={"cut": closed})
    arrays = compile_case(case)
    layout = make_layout(arrays, 0, 12, has_reserve=False)
    run = MeasureRun(compile_measure(case, arrays, "cut"), 6)
    least = shared_least(layout, run, order_limits(layout, run))
    np.testing.assert_allclose(least[0], [50.0] * 6 + [60.0] * 6)
    assert order_least(layout, order_limits(layout, CALM)).max() == 0.0


def test_the_sender_loses_by_habit_what_would_have_been_sold():
    """Three months at 60 a month and a margin of 4 are lost; the stock serves the rest."""
    case = one_good(stock=6000.0, n_periods=48)
    habit = taken(case, "seller", at_least=Q(60.0, unit=FLOW))
    request = Request(measures=("cut",), lengths=(3,), starts=(0,))
    without, with_it = (leverage_surface(one, request)[0][0] for one in (case, habit))
    assert without.sender_cost_returning == pytest.approx(0.0, abs=1e-6)
    assert with_it.sender_cost_returning == pytest.approx(3 * 60.0 * 10.0 * 0.4)
    assert with_it.unmet_essential == pytest.approx(0.0, abs=1e-6)


# Laws


def test_at_least_nothing_is_as_without_it_bit_for_bit():
    case = worked_example(1)
    one, other = calm_of(case), calm_of(taken(case, at_least=Q(0.0, unit=FLOW)))
    for name in ("orders", "lots", "fresh", "unmet", "opening"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes()


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 400), part=st.floats(0.0, 1.0))
def test_raising_it_never_lowers_what_is_bought_and_serves_all_the_same(seed: int, part: float):
    case = random_case(seed)
    name, seller = next(iter(case.suppliers.items()))
    steps = tuple((t, part * v) for t, v in seller.capacity.steps)
    least = replace(seller.capacity, value=part * seller.capacity.value, steps=steps, unit=FLOW)
    low = taken(case, name, at_least=None, at_least_until=None)
    high = taken(case, name, at_least=least, at_least_until=None)
    before, after = calm_of(low), calm_of(high)
    must = [k for k, e in enumerate(after.arrays.activities.elements) if e == f"suppliers.{name}"]
    taken_by_period = after.arrays.activities.least[must].sum(axis=0)
    size = before.arrays.flow_size[before.arrays.goods.index(seller.good)]
    orders = after.orders[must].sum(axis=0)
    assert np.all(orders >= taken_by_period - 1e-6 * size)
    assert orders.sum() >= before.orders[must].sum() * (1.0 - 1e-6) - 1e-6 * size
    weight = before.arrays.use_weight[:, None]
    essential = before.arrays.use_essential
    unmet = [(weight * calm.unmet)[essential].sum() for calm in (before, after)]
    assert unmet[1] <= unmet[0] + 1e-6 * max(1.0, unmet[0])


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_the_unit_of_the_good_changes_nothing(factor: float):
    case = taken(worked_example(1), at_least=Q(80.0, unit=FLOW))
    plain = calm_of(case)
    scaled = replace(
        case,
        goods={"good": replace(case.goods["good"], reserve=Q(600.0 * factor))},
        uses={"use": replace(case.uses["use"], demand=Q(100.0 * factor),
                             shortage_cost=Q(1000.0 / factor))},
        stockpiles={"stock": replace(case.stockpiles["stock"], quantity=Q(600.0 * factor))},
        suppliers={
            name: replace(
                one,
                price=Q(one.price.value / factor),
                capacity=Q(one.capacity.value * factor),
                at_least=one.at_least and Q(one.at_least.value * factor, unit=FLOW),
            )
            for name, one in case.suppliers.items()
        },
    )  # fmt: skip
    np.testing.assert_allclose(calm_of(scaled).orders / factor, plain.orders, rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("start", [0, 7])
def test_the_policy_takes_it_in_calm_and_while_others_are_cut(start: int):
    case = taken(worked_example(1), "from_other", at_least=Q(30.0, unit=FLOW))
    arrays = compile_case(case)
    calm = solve_calm(arrays)
    state = state_at(calm, start)
    calm_run = simulate_branch(calm, None, state, start=start, length=0, n_periods=12)
    np.testing.assert_allclose(calm_run.levels, calm.orders[:, start : start + 12], atol=1e-6)
    cut = compile_measure(case, arrays, "cut")
    run = simulate_branch(calm, cut, state, start=start, length=6, n_periods=12)
    assert np.all(run.levels[1] >= 30.0 - 1e-9)
    assert np.all(run.levels[0, :6] == 0.0)
