"""Paths for a reader: the calm plan, a branch, and from whom what is used comes."""

from dataclasses import replace

import numpy as np
import pytest

from derbes.analysis.cover import actor_shares, branch_of, calm_plan_of
from derbes.case.entities import Export, Good, Plant, Recipe, Route, Supplier
from derbes.case.quantity import Quantity
from tests.analysis.asked import study_of
from tests.properties.test_laws_units import in_unit, weighed
from tests.small_cases import one_good, worked_example
from tests.supply.solved import changed

Q = Quantity


def test_the_calm_plan_of_the_first_example():
    plan = calm_plan_of(study_of(worked_example(1)))
    assert plan.variant == "base"
    assert (plan.months[0], plan.months[-1], len(plan.months)) == ("2026-01", "2030-12", 60)
    assert plan.stock["good"] == pytest.approx([600.0] * 60)
    assert plan.reserve["good"] == pytest.approx([600.0] * 60)
    assert plan.purchases["from_sender"] == pytest.approx([100.0] * 60)
    assert plan.purchases["from_other"] == pytest.approx([0.0] * 60, abs=1e-6)
    assert plan.demand["use"] == pytest.approx([100.0] * 60)
    assert plan.unmet["use"] == pytest.approx([0.0] * 60, abs=1e-6)
    assert plan.money == pytest.approx([1000.0] * 60)
    assert (plan.output, plan.exports, plan.plant_openings) == ({}, {}, {})


def test_openings_and_output_of_plants():
    """E3 at 9 a unit: the plant takes over when it opens, another never does."""
    case = changed(worked_example(3), "recipes", "make", cost=Q(9.0))
    plants = {**case.plants, "never": Plant("never", actor="home", opening=60)}
    plan = calm_plan_of(study_of(replace(case, plants=plants)))
    assert plan.plant_openings == {"plant": "2028-01", "never": None}
    assert plan.output["make"] == pytest.approx([0.0] * 24 + [100.0] * 36, abs=1e-6)
    assert plan.purchases["from_sender"] == pytest.approx([100.0] * 24 + [0.0] * 36, abs=1e-6)
    assert plan.money == pytest.approx([1000.0] * 24 + [900.0] * 36)


def test_arrivals_count_when_they_arrive_and_routes_together():
    """Demand is 100 and from month 6 on 150: what comes by both routes follows it."""
    case = one_good(stock=0.0, capacity=150.0)
    case = replace(
        case,
        routes={"rail": Route("rail", lead_time=Q(2.0)), "sea": Route("sea", lead_time=Q(3.0))},
        exports={
            "abroad": Export("abroad", actor="other", good="good", capacity=Q(0.0), price=Q(1.0))
        },
    )
    case = changed(case, "suppliers", "seller", routes=("rail", "sea"))
    case = changed(case, "uses", "use", demand=Q(100.0, steps=((0, 100.0), (6, 150.0))))
    plan = calm_plan_of(study_of(case))
    assert plan.purchases.keys() == {"seller"}
    assert plan.purchases["seller"] == pytest.approx([100.0] * 6 + [150.0] * 18)
    assert plan.money == pytest.approx([1000.0] * 6 + [1500.0] * 18)
    assert plan.exports["abroad"] == pytest.approx([0.0] * 24, abs=1e-6)


def test_storage_is_paid():
    case = changed(worked_example(1), "goods", "good", storage_cost=Q(0.5))
    assert calm_plan_of(study_of(case)).money == pytest.approx([1000.0 + 300.0] * 60)


@pytest.mark.parametrize("bound", ["optimal", "myopic"])
def test_a_branch_in_full(bound):
    """E1 cut for a year from the first month on."""
    branch = branch_of(study_of(worked_example(1)), "cut", start=0, length=12, bound=bound)
    assert (branch.variant, branch.measure, branch.bound) == ("base", "cut", bound)
    assert (branch.start, branch.length) == ("2026-01", 12)
    assert branch.months[:2] == ("2026-01", "2026-02")
    n = len(branch.months)
    assert n >= 18
    served = [1.0] * 10 + [0.4, 0.4] + [1.0] * (n - 12)
    assert branch.served_share["use"] == pytest.approx(served)
    assert branch.unmet["use"] == pytest.approx([100 * (1 - s) for s in served], abs=1e-4)
    assert branch.demand["use"] == pytest.approx([100.0] * n)
    stock = [*range(540, -1, -60), 0, 0, *range(100, 601, 100), *[600] * (n - 18)]
    assert branch.stock["good"] == pytest.approx(stock, abs=1e-4)


def test_a_branch_shows_the_demand_of_the_crisis():
    case = changed(worked_example(1), "measures", "cut", crisis=True)
    case = changed(case, "uses", "use", crisis_demand=Q(120.0))
    branch = branch_of(study_of(case), "cut", start=6, length=3, bound="optimal")
    assert branch.demand["use"][:5] == pytest.approx([120.0, 120.0, 120.0, 100.0, 100.0])
    assert branch.months[0] == "2026-07"


def shares(case) -> dict[str, np.ndarray]:
    """Share of each actor in the first good, by period."""
    return {actor: path[0] for actor, path in actor_shares(study_of(case)).items()}


def test_dependence_through_a_component_counts_wholly():
    """E2: what is made at home of the sender's component is the sender's."""
    found = shares(worked_example(2))
    assert found["sender"] == pytest.approx([1.0] * 60)
    assert found["other"] == pytest.approx([0.0] * 60)


def assembled(*, of_sender: float, price: float = 50.0):
    """A good made of two parts: one from the sender alone or partly, one from the other."""
    case = one_good(stock=0.0, capacity=0.0)
    suppliers = {
        "a_sender": Supplier(
            "a_sender", actor="sender", good="a", price=Q(1.0), capacity=Q(of_sender)
        ),
        "a_other": Supplier("a_other", actor="other", good="a", price=Q(2.0), capacity=Q(300.0)),
        "b_other": Supplier("b_other", actor="other", good="b", price=Q(1.0), capacity=Q(300.0)),
        "b_sender": Supplier("b_sender", actor="sender", good="b", price=Q(2.0), capacity=Q(9.0)),
        "good_other": Supplier(
            "good_other", actor="other", good="good", price=Q(price), capacity=Q(100.0)
        ),
    }
    make = Recipe(
        "make", output="good", inputs={"a": Q(2.0), "b": Q(1.0)}, capacity=Q(60.0), cost=Q(1.0)
    )
    goods = {**case.goods, "a": Good("a", unit="t"), "b": Good("b", unit="t")}
    return replace(case, goods=goods, suppliers=suppliers, recipes={"make": make})


@pytest.mark.parametrize(("of_sender", "sender"), [(120.0, 0.6), (30.0, 0.6 * 0.25), (0.0, 0.0)])
def test_the_largest_share_among_the_inputs_counts_for_what_is_made(of_sender, sender):
    """60 of 100 are made, of 120 of part a; the other sells 40 of the good and part b."""
    found = shares(assembled(of_sender=of_sender))
    assert found["sender"] == pytest.approx([sender] * 24)
    assert found["other"] == pytest.approx([1.0] * 24)


def test_shares_are_those_of_the_year_before():
    """The sender stops in month 12: his share of a year falls month by month. There is
    no room to store what he sells before."""
    case = changed(worked_example(1), "suppliers", "from_other", capacity=Q(200.0))
    case = changed(case, "goods", "good", storage_limit=Q(600.0))
    capacity = Q(200.0, steps=((0, 200.0), (12, 0.0)))
    found = shares(changed(case, "suppliers", "from_sender", capacity=capacity))
    expected = [1.0] * 12 + [1 - month / 12 for month in range(1, 13)] + [0.0] * 36
    assert found["sender"] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("unit", [1e-15, 1e9])
def test_shares_are_the_same_in_any_unit(unit):
    found = shares(in_unit(weighed(worked_example(2)), "component", unit))
    assert found["sender"] == pytest.approx([1.0] * 60)


def test_where_nothing_comes_in_there_is_no_share():
    case = one_good(stock=5000.0)
    study = study_of(case)
    assert np.isnan(actor_shares(study)["sender"]).all()
    assert calm_plan_of(study).sender_share == {"use": {"sender": (None,) * 24}}


def test_shares_of_a_use_are_those_of_its_good():
    plan = calm_plan_of(study_of(worked_example(2)))
    assert plan.sender_share.keys() == {"use"}
    assert plan.sender_share["use"]["sender"] == pytest.approx([1.0] * 60)
