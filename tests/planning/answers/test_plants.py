"""Standing cost, life and use of plants; every number by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derbes import api
from derbes.case.entities import CapitalPayment
from derbes.case.options import Choice, Option, OptionKind, Standard
from derbes.case.quantity import Calendar, Quantity
from derbes.model.compile import compile_case, plant_share
from derbes.planning.accounts import choices_in_words, paid_for
from derbes.planning.first_stage import (
    STEP,
    FirstColumn,
    choice_cost,
    costs_in_draws,
    left_of,
    residual_value,
)
from derbes.results.plan import FOREIGN
from derbes.supply.baseline import solve_calm
from tests.small_cases import worked_example

RATE = 0.1


def with_plant(**plant):
    """E2 over two years: a plant opens after a year, and makes 60 t a month of a component."""
    case = replace(worked_example(2, n_periods=24), discount_rate=Quantity(RATE))
    capital = (CapitalPayment(0, Quantity(2400.0), Quantity(0.25)),)
    works = replace(
        case.plants["plant"],
        **{
            "opening": 12,
            "capital": capital,
            "lines": {"line": Quantity(200.0)},
            "standing_cost": Quantity(7.0),
            "life": Quantity(48.0),
            **plant,
        },
    )
    make = replace(case.recipes["make"], line="line", hours=Quantity(1.0), capacity=None)
    idle = Option("idle", kind=OptionKind.RESERVE, element="goods.good", sizes=(1.0,))
    return replace(case, plants={"plant": works}, recipes={"make": make}, options={"idle": idle})


@pytest.fixture(scope="module")
def told():
    return api.plan(with_plant(), has_frontier=False, has_more=False)


def test_standing_cost_is_paid_at_home_from_the_opening_on_with_the_project_and_without(told):
    bare = api.plan(with_plant(standing_cost=None), has_frontier=False, has_more=False)
    for row, before in zip(told.outlay, bare.outlay, strict=True):
        more = 12 * 7.0 if (row.year, row.currency) == (2027, "USD") else 0.0
        assert row.amount - before.amount == pytest.approx(more)
        assert row.without_project - before.without_project == pytest.approx(more)
        assert row.currency != FOREIGN or row.amount == before.amount


def test_a_plant_is_told_with_what_is_left_of_it(told):
    """A quarter of 48 months is used when the calendar ends, two years after the first period."""
    (plant,) = told.plants
    assert (plant.plant, plant.capital, plant.standing) == ("plant", 2400.0, 84.0)
    assert plant.left == pytest.approx(2400.0 * 0.75 / (1 + RATE) ** 2)
    rows = {row.item: row for row in told.account}
    standing = sum(7.0 / (1 + RATE) ** (t / 12) for t in range(12, 24))
    assert rows["plants"].with_plan == pytest.approx(2400.0 + standing)
    assert rows["left"].with_plan == -plant.left
    assert not rows["plants"].counts
    assert not rows["left"].counts


def test_the_part_of_the_hours_that_calm_uses_is_output_times_hours_over_what_is_open(told):
    """What comes from the plant in calm is 100 t a month at most, an hour each, of 200 hours."""
    (plant,) = told.plants
    assert list(plant.used) == [2027]
    case = with_plant()
    arrays = compile_case(case)
    orders = solve_calm(arrays).orders[[*arrays.activities.names].index("make"), 12:24]
    assert plant.used[2027] == pytest.approx(orders.sum() / (12 * 200.0), abs=1e-6)
    assert plant.used_in_all == plant.used[2027]


OPTIONS = {
    "build": Option(
        "build", kind=OptionKind.BUILD, element="plants.plant", dates=(0, 3),
        lead_time=Quantity(6.0), capital=Quantity(1200.0), foreign_share=Quantity(0.5),
    ),
    "earlier": Option(
        "earlier", kind=OptionKind.BRING_FORWARD, element="plants.plant", sizes=(4.0,), dates=(0,),
        capital=Quantity(100.0),
    ),
    "larger": Option(
        "larger", kind=OptionKind.ENLARGE, element="plants.plant", sizes=(0.5,), dates=(0,),
        lead_time=Quantity(6.0), capital_by_size=Quantity(1000.0), life=Quantity(36.0),
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "size", "standing", "left"),
    [
        ("build", 1.0, range(6, 24), 1200.0 * (1 - 18 / 48)),
        ("earlier", 4.0, range(8, 12), 0.0),
        ("larger", 0.5, range(0), 500.0 * (1 - 18 / 36)),
    ],
)
def test_a_choice_costs_its_payments_and_standing_cost_less_what_is_left(
    name, size, standing, left
):
    option = OPTIONS[name]
    case = replace(with_plant(), options={name: option})
    choice = Choice(name, 0, size)
    idle = replace(case.plants["plant"], standing_cost=None, life=None)
    bare = replace(case, plants={"plant": idle}, options={name: replace(option, life=None)})
    more = paid_for(case, choice) - paid_for(bare, choice)
    expected = np.zeros(len(more))
    expected[list(standing)] = 7.0
    np.testing.assert_allclose(more, expected)
    discount = (1 + RATE) ** -(np.arange(len(more)) / 12)
    (row,) = choices_in_words(case, (choice,))
    known = paid_for(case, choice) @ discount - left / (1 + RATE) ** 2
    assert row.cost == pytest.approx(known)
    assert choice_cost(case, option, 0, fixed=1.0, size=size) == row.cost


@pytest.mark.parametrize("delay", [-5.0, 0.0, 4.0])
@pytest.mark.parametrize(("name", "date", "size"), [("build", 3, 1.0), ("earlier", 2, 20.0)])
def test_standing_cost_is_paid_while_a_plant_is_open_by_a_choice_and_not_before_it_is(
    name, date, size, delay
):
    option = replace(OPTIONS[name], dates=(date,), sizes=(size,), lead_time=Quantity(2.0))
    case = replace(with_plant(delay=Quantity(delay)), options={name: option})
    choice = Choice(name, date, size)
    bare = replace(case, plants={"plant": replace(case.plants["plant"], standing_cost=None)})
    more = paid_for(case, choice) - paid_for(bare, choice)
    np.testing.assert_allclose(more, 7.0 * plant_share(case, option, choice, len(more)))
    (row,) = choices_in_words(case, (choice,))
    opens = max(date, date + 2 + int(delay))
    assert np.flatnonzero(more)[0] == opens
    assert row.effect == case.calendar.label(opens)


def test_capital_is_paid_at_the_exchange_rate_of_each_period():
    """1,200 over six months from month 9 on; its money is worth a half from month 12 on."""
    build = replace(OPTIONS["build"], dates=(9,), capital=Quantity(1200.0, steps=((12, 600.0),)))
    case = replace(with_plant(standing_cost=None), options={"build": build})
    paid = paid_for(case, Choice("build", 9, 1.0))
    assert paid[9:16].tolist() == [200.0] * 3 + [100.0] * 3 + [0.0]
    left = residual_value(case, build, 9, fixed=1.0, size=1.0)
    assert left == pytest.approx(900.0 * (1 - 9 / 48) / (1 + RATE) ** 2)


def test_what_an_option_costs_in_a_draw_is_by_the_plant_of_that_draw():
    cases = [
        replace(with_plant(delay=Quantity(delay)), options={"build": OPTIONS["build"]})
        for delay in (0.0, 6.0, 0.0)
    ]
    column = FirstColumn(STEP, "build", 0, 1.0)
    costs = costs_in_draws([replace(one, options=cases[0].options) for one in cases], [column])
    alone = [choice_cost(one, OPTIONS["build"], 0, fixed=1.0, size=1.0) for one in cases]
    assert costs[:, 0].tolist() == alone
    assert alone[1] != alone[0]


def test_a_plan_weighs_what_is_left():
    """Of two stores that serve alike the one that lasts is chosen, though more is paid for it."""
    case = replace(worked_example(1, n_periods=36), discount_rate=Quantity(RATE))
    stores = {
        name: Option(
            name, kind=OptionKind.RESERVE, element="goods.good", sizes=(120.0,), dates=(0,),
            capital=Quantity(cost), life=life,
        )
        for name, cost, life in (("short", 1000.0, None), ("long", 1100.0, Quantity(240.0)))
    }  # fmt: skip
    year = Standard("year", uses=("use",), measure="cut", length=12, first=18, last=20)
    case = replace(case, options=stores, standards={"year": year})
    asked = {"has_frontier": False, "has_more": False}
    alone = {n: api.plan(replace(case, options={n: o}), **asked).cost for n, o in stores.items()}
    both = api.plan(case, **asked)
    assert [choice.option for choice in both.plan] == ["long"]
    assert both.cost == pytest.approx(min(alone.values()))
    left = 1100.0 * (1 - 36 / 240) / (1 + RATE) ** 3
    assert alone["short"] - alone["long"] == pytest.approx(left - 100.0)


@given(life=st.floats(1.0, 600.0), opening=st.integers(0, 60), n=st.integers(1, 48))
def test_what_is_left_lies_between_nothing_and_all_and_falls_with_time(life, opening, n):
    calendar = Calendar(2026, 1, n)
    later = Calendar(2026, 1, n + 1)
    part = left_of(Quantity(life), opening, calendar)
    assert 0.0 <= part <= 1.0
    assert left_of(Quantity(life), opening, later) <= part
    assert left_of(Quantity(2 * life), opening, calendar) >= part
    assert left_of(None, opening, calendar) == 0.0


def test_a_plant_without_a_life_leaves_nothing():
    case = with_plant(life=None)
    plan = api.plan(case, has_frontier=False, has_more=False)
    assert plan.plants[0].left == 0.0
