"""A reserve in the base course of a plan: held as in calm, drawn for demand and never for money."""

from dataclasses import replace

import numpy as np
import pytest

from derbes.case.entities import Case, Tier, Use
from derbes.case.options import Option, OptionKind, Standard
from derbes.case.quantity import FloatArray, Quantity
from derbes.planning.accounts import at_most
from derbes.planning.optimum import solve_plan
from derbes.planning.problem import make_problem
from tests.oracles.calm_plan import CalmPlan
from tests.properties.random_cases import Traits, random_case
from tests.small_cases import worked_example

Q = Quantity
EVEN = Traits(
    scales=0, ageing=0, coarse=0, exports=0, habits=0, worthless=0, discount=0, steps_by_date=0.5
)  # fmt: skip


def cost(case: Case) -> float:
    return solve_plan(make_problem(case)).cost


def of_one_year(price: Quantity, shortage_cost: float) -> Case:
    """E1 with one seller, 110 t a month, and no room but for the reserve of 600 t."""
    case = worked_example(1)
    use = case.uses["use"]
    seller = replace(case.suppliers["from_sender"], price=price, capacity=Q(500.0))
    wish = Use(
        "wish", good="good", tier=Tier.DEFERRABLE, demand=Q(10.0), shortage_cost=Q(shortage_cost)
    )
    return replace(
        case,
        calendar=replace(case.calendar, n_periods=12),
        goods={"good": replace(case.goods["good"], storage_limit=Q(600.0))},
        suppliers={"from_sender": seller},
        uses={"use": use, "wish": wish},
    )


@pytest.mark.parametrize("dear", [12.0, 60.0])
@pytest.mark.parametrize("shortage_cost", [5.0, 70.0, 150.0, 1000.0])
def test_a_reserve_is_not_drawn_while_a_price_is_high(dear: float, shortage_cost: float) -> None:
    """It rises from 3 for three months; who drew the reserve would fill it again at 3."""
    price = Quantity(3.0, steps=((0, 3.0), (5, dear), (8, 3.0)))
    right = 110 * (9 * 3.0 + 3 * dear)
    assert cost(of_one_year(price, shortage_cost)) == pytest.approx(right)


@pytest.mark.parametrize("wish", [30.0, None])
@pytest.mark.parametrize("storage", [39.0, 41.0, 1000.0])
def test_a_reserve_is_held_whatever_its_room_costs(storage: float, wish: float | None) -> None:
    case = of_one_year(Q(3.0), 30.0)
    good = replace(case.goods["good"], storage_cost=Q(storage))
    uses = case.uses if wish else {"use": case.uses["use"]}
    demand = 110 if wish else 100
    right = 12 * (demand * 3.0 + 600 * storage)
    assert cost(replace(case, goods={"good": good}, uses=uses)) == pytest.approx(right)


def of_an_empty_store(shortage_cost: float, capacity: float = 120.0) -> Case:
    """E1: of what is sold 20 t a month are left, so that the reserve takes 30 months."""
    case = worked_example(1, stock=0.0)
    sellers = {"from_sender": replace(case.suppliers["from_sender"], capacity=Q(capacity))}
    use = replace(case.uses["use"], shortage_cost=Q(shortage_cost))
    return replace(case, suppliers=sellers, uses={"use": use})


@pytest.mark.parametrize("shortage_cost", [30.0, 300.0, 858.0])
def test_nothing_is_given_up_to_fill_a_reserve_sooner(shortage_cost: float) -> None:
    case = of_an_empty_store(shortage_cost)
    assert cost(case) == pytest.approx((60 * 100 + 600) * 10.0)


def test_what_calm_lacks_of_reserves_is_found_once_for_all_that_may_be_chosen() -> None:
    known: dict[str, FloatArray] = {}
    case = of_an_empty_store(30.0)
    hold = Option("hold", kind=OptionKind.RESERVE, element="goods.good", sizes=(20.0,), dates=(2,))
    more = Option("more", kind=OptionKind.RESERVE, element="goods.good", sizes=(9.0,), dates=(5, 7))
    alike = [
        replace(case, options={"hold": option}, standards=standards, limits=limits)
        for option in (hold, replace(hold, dates=(2, 4)), replace(hold, committed=True))
        for standards in ({}, {"s": Standard("s", measure="cut", length=2)})
        for limits in ({}, {"none": at_most({"hold": 1.0}, 0)})
    ]
    others = [
        of_an_empty_store(30.0, 110.0),
        replace(case, options={"hold": hold, "more": more}),
        replace(case, calendar=replace(case.calendar, n_periods=40)),
    ]
    for n, one in enumerate([alike[0], *others], start=1):
        make_problem(one, calm_short=known)
        assert len(known) == n
    for one in (*alike, *others):
        again = make_problem(one, calm_short=known).second.base.calm_short
        assert again.any()
        assert np.array_equal(again, make_problem(one).second.base.calm_short)
    assert len(known) == 1 + len(others)


def test_a_reserve_that_is_chosen_is_filled_as_far_as_demand_leaves_it() -> None:
    """200 t more from month 6 on, of 5 t a month that are left: nothing else is given up."""
    case = of_one_year(Q(3.0), 30.0)
    hold = Option("hold", kind=OptionKind.RESERVE, element="goods.good", sizes=(20.0,), dates=(2,))
    good = replace(case.goods["good"], storage_limit=None)
    seller = replace(case.suppliers["from_sender"], capacity=Q(115.0))
    case = replace(
        case,
        goods={"good": good},
        suppliers={"from_sender": seller},
        options={"hold": replace(hold, committed=True)},
    )
    assert cost(case) == pytest.approx(12 * 110 * 3.0 + 20 * 3.0)


@pytest.mark.parametrize("seed", [57, 67, 187, 232, 308, 336, 347, 352])
def test_a_plan_of_nothing_costs_what_calm_costs(seed: int) -> None:
    """Where calm serves all demand; by a program that takes the levels one by one."""
    case = replace(
        random_case(seed, EVEN), priorities=("essential", "deferrable", "reserve", "money")
    )
    calm = CalmPlan(replace(case, discount_rate=None), case.calendar.n_periods)
    assert max(calm.values.get(tier, 0.0) for tier in ("essential", "deferrable")) < 1e-6
    assert cost(case) == pytest.approx(calm.values["money"], rel=1e-6)
