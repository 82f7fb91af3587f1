"""Levers: what is counted at once is one branch, and adds up only where nothing interacts."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from derbes import api
from derbes.analysis.leverage import OPTIMAL, leverage_surface
from derbes.analysis.levers import asked_baskets, joint_measure
from derbes.case.entities import (
    Case,
    Good,
    Hit,
    Lever,
    Measure,
    Stockpile,
    Supplier,
    Use,
    at_once,
    baskets,
)
from derbes.case.quantity import Quantity
from derbes.case.request import Request
from derbes.cli.tables import leverage_text
from derbes.results.supply import LeverageRow
from tests.small_cases import worked_example

Q = Quantity
FIGURES = ("unmet_essential", "target_loss", "sender_cost_returning")


def two_goods(
    *, demand: float = 50.0, stock: float = 200.0, price: float = 30.0, other: float = 10.0
) -> Case:
    """A first good and a second that has nothing to do with it, both from one sender."""
    case = worked_example(1)
    cut = case.measures["cut"]
    sellers = {
        "fuel_from_sender": Supplier(
            "fuel_from_sender", actor="sender", good="fuel", price=Q(price), capacity=Q(2 * demand)
        ),
        "fuel_from_other": Supplier(
            "fuel_from_other", actor="other", good="fuel", price=Q(2 * price), capacity=Q(other)
        ),
    }
    heat = Use("heat", good="fuel", demand=Q(demand), shortage_cost=Q(400.0))
    return replace(
        case,
        goods={**case.goods, "fuel": Good("fuel", unit="t", reserve=Q(stock))},
        uses={**case.uses, "heat": heat},
        suppliers={**case.suppliers, **sellers},
        stockpiles={**case.stockpiles, "tank": Stockpile("tank", good="fuel", quantity=Q(stock))},
        measures={
            "cut": replace(cut, hits=(Hit(actor="sender", good="good"),), lengths=(6, 12)),
            "fuel_cut": replace(
                cut, id="fuel_cut", hits=(Hit(actor="sender", good="fuel"),), lengths=(12,)
            ),
        },
        levers={
            "first": Lever("first", sender="sender", measures=("cut",)),
            "fuel": Lever("fuel", sender="sender", measures=("fuel_cut",)),
            "gas": Lever("gas", sender="sender", lacks={"": "All of it."}, look={"": "A table"}),
        },
    )


def best(case: Case, *, start: int = 3, length: int = 12) -> dict[str, LeverageRow]:
    request = Request(starts=(start,), lengths=(length,))
    rows, _ends = leverage_surface(case, request, has_premium=False)
    return {row.measure: row for row in rows if row.bound == OPTIMAL}


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)
@given(st.floats(20.0, 80.0), st.floats(50.0, 500.0), st.floats(5.0, 60.0), st.floats(0.0, 40.0))
def test_levers_on_goods_that_share_nothing_add_up(demand, stock, price, other):
    rows = best(two_goods(demand=demand, stock=stock, price=price, other=other))
    both = [rows[name].sender_cost_lost for name in ("cut", "cut+fuel_cut")]
    assert both[0] == pytest.approx(both[1])  # a buyer who never returns is lost once
    for name in FIGURES:
        apart = getattr(rows["cut"], name) + getattr(rows["fuel_cut"], name)
        assert getattr(rows["cut+fuel_cut"], name) == pytest.approx(apart, rel=1e-6, abs=1e-3)


def substitutes() -> Case:
    """Two ways to one good: each alone replaces the other, both at once leave nothing."""
    case = worked_example(1, stock=0.0)
    good = replace(case.goods["good"], reserve=Q(0.0))
    cut = case.measures["cut"]
    two = {
        name: replace(case.suppliers["from_sender"], id=name, capacity=Q(100.0))
        for name in ("rail", "sea")
    }
    by_way = {
        f"{name}_cut": replace(cut, id=f"{name}_cut", hits=(Hit(element=f"suppliers.{name}"),))
        for name in two
    }
    return replace(
        case,
        goods={"good": good},
        stockpiles={},
        suppliers=two,
        measures=by_way,
        levers={
            name: Lever(name, sender="sender", measures=(f"{name}_cut",))
            for name in ("rail", "sea")
        },
    )


def test_levers_on_one_good_are_run_together_and_not_added_up():
    rows = best(substitutes())
    assert rows["rail_cut"].unmet_essential == rows["sea_cut"].unmet_essential == 0.0
    assert rows["rail_cut+sea_cut"].unmet_essential == pytest.approx(12 * 100.0)


def test_a_basket_is_what_one_measure_that_hits_all_of_it_would_be():
    case = substitutes()
    every = replace(
        case.measures["rail_cut"], id="every", hits=(Hit(actor="sender"),), lengths=(12,)
    )
    rows = best(replace(case, measures={**case.measures, "every": every}))
    for name in FIGURES:
        both = [getattr(rows[one], name) for one in ("rail_cut+sea_cut", "every")]
        assert both[0] == pytest.approx(both[1])


def test_a_lever_of_several_measures_is_their_basket_and_more_never_hurts_less():
    case = substitutes()
    joined = {"ways": Lever("ways", sender="sender", measures=("rail_cut", "sea_cut"))}
    rows = best(replace(case, levers=joined))
    assert list(rows) == ["rail_cut", "sea_cut", "rail_cut+sea_cut"]
    most = max(rows[one].unmet_essential for one in ("rail_cut", "sea_cut"))
    assert rows["rail_cut+sea_cut"].unmet_essential >= most


def test_baskets_are_those_of_several_measures_by_sender():
    case = two_goods()
    assert baskets(case.levers) == {"cut+fuel_cut": ("cut", "fuel_cut")}
    assert at_once(case.levers) == {"sender": ("cut", "fuel_cut")}
    other = {**case.levers, "theirs": Lever("theirs", sender="other", measures=("fuel_cut",))}
    assert at_once(other) == {"sender": ("cut", "fuel_cut")}
    assert baskets({}) == at_once({}) == {}


def test_a_basket_takes_the_lengths_that_all_its_measures_have_else_those_of_any():
    case = two_goods()
    assert joint_measure(case, "both", ("cut", "fuel_cut")).lengths == (12,)
    apart = replace(case.measures["fuel_cut"], lengths=(24,))
    case = replace(case, measures={**case.measures, "fuel_cut": apart})
    assert joint_measure(case, "both", ("cut", "fuel_cut")).lengths == (6, 12, 24)


def test_a_basket_whose_measures_are_not_all_asked_for_is_not_computed():
    case = two_goods()
    assert asked_baskets(case, ("cut",)) == ()
    assert asked_baskets(case, ("fuel_cut", "cut")) == asked_baskets(case) == ("cut+fuel_cut",)
    found = api.leverage(case, measures=("cut",), starts=("2026-03",), lengths=(12,))
    assert [(one.lever, one.measure) for one in found.levers] == [
        ("first", "cut"),
        ("fuel", ""),
        ("gas", ""),
        ("", ""),
    ]


def test_leverage_tells_which_levers_are_counted_and_which_are_missing():
    found = api.leverage(two_goods(), starts=("2026-03",), lengths=(12,))
    told = [(one.lever, one.measures, one.measure, one.missing, one.look) for one in found.levers]
    assert told == [
        ("first", ("cut",), "cut", "", ""),
        ("fuel", ("fuel_cut",), "fuel_cut", "", ""),
        ("gas", (), "", "All of it.", "A table"),
        ("", ("cut", "fuel_cut"), "cut+fuel_cut", "", ""),
    ]
    assert {one.measure for one in found.levers} - {""} == {row.measure for row in found.rows}
    assert found.goods == ("good", "fuel")


def test_a_case_without_levers_has_its_measures_alone():
    case = replace(two_goods(), levers={})
    found = api.leverage(case, starts=("2026-03",), lengths=(12,))
    assert {row.measure for row in found.rows} == {"cut", "fuel_cut"}
    assert found.levers == ()
    assert found.goods == ("good", "fuel")


def test_a_basket_runs_with_what_its_measures_run_with():
    case = two_goods()
    flood = Measure("flood", hits=(Hit(actor="other"),), lengths=(12,))
    first = replace(case.measures["cut"], together_with=("flood",))
    case = replace(case, measures={**case.measures, "cut": first, "flood": flood})
    joint = joint_measure(case, "both", ("cut", "fuel_cut"))
    assert joint.together_with == ("flood", "fuel_cut")


def test_the_text_names_every_lever():
    case = two_goods()
    told = leverage_text(api.leverage(case, starts=("2026-03",), lengths=(12,)))
    assert (
        "Levers; what is counted at once is run together, never added up\n"
        "first of sender: counted by cut\n"
        "fuel of sender: counted by fuel_cut\n"
        "gas of sender: not counted; missing: All of it.; look in A table\n"
        "all counted levers at once of sender: counted by cut+fuel_cut\n"
    ) in told
    some = leverage_text(api.leverage(case, measures=("cut",), starts=("2026-03",), lengths=(12,)))
    assert "fuel of sender: counted by fuel_cut, not asked for" in some
    bare = api.leverage(replace(case, levers={}), starts=("2026-03",), lengths=(12,))
    assert "Counted: good, fuel alone; the case names no levers." in leverage_text(bare)


def test_a_basket_whose_measures_a_built_case_does_not_have_is_not_asked():
    case = two_goods()
    assert asked_baskets(replace(case, measures={"cut": case.measures["cut"]})) == ()
