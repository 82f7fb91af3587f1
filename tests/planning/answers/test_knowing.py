"""What knowing the future is worth; the mean of futures."""

from dataclasses import replace
from pathlib import Path

import pytest

from derbes import api
from derbes.case.entities import Case, Plant, Supplier
from derbes.case.options import Risk, Standard
from derbes.case.quantity import Calendar, Quantity
from derbes.planning.answers import evpi_of, known_future, vss_of
from derbes.planning.problem import PlanSolution
from derbes.planning.recourse import futures
from derbes.planning.solving import mean_case

CASES = Path(__file__).parent / "cases"


@pytest.fixture(scope="module")
def farmer() -> Case:
    return api.read_case(CASES / "farmer.yaml")


def _world(price: Quantity, opening: int = 0) -> Case:
    return Case(
        name="Town",
        calendar=Calendar(2026, 1, 24),
        currency="USD",
        target="town",
        suppliers={"north": Supplier("north", price=price)},
        plants={"works": Plant("works", opening=opening)},
    )


def test_the_mean_of_numbers_of_series_and_of_openings():
    one = _world(Quantity(10.0, steps=((0, 10.0), (6, 20.0))), opening=4)
    two = _world(Quantity(30.0, steps=((0, 30.0), (12, 40.0))), opening=9)
    mean = mean_case([one, two], [0.25, 0.75])
    price = mean.suppliers["north"].price
    assert price is not None
    assert price.value == pytest.approx(25.0)
    assert price.steps == ((0, 25.0), (6, 27.5), (12, 35.0))
    assert mean.plants["works"].opening == 8


def test_what_one_future_lacks_is_as_in_the_first():
    one = _world(Quantity(10.0))
    two = replace(one, suppliers={"north": replace(one.suppliers["north"], price=None)}, plants={})
    mean = mean_case([one, two], [0.5, 0.5])
    assert mean == one


def test_the_mean_year_of_the_farmer(farmer):
    cases = [farmer.scenarios[name].case for name in farmer.scenarios]
    mean = mean_case(cases, [1 / 3] * 3)
    yields = {name: recipe.capacity.value * 12 for name, recipe in mean.recipes.items()}
    assert yields == pytest.approx({"wheat_grown": 2.5, "corn_grown": 3.0, "beets_grown": 20.0})
    assert mean.scenarios == {}


def test_costs_of_known_futures_are_weighed_as_the_plan_weighs_them(farmer):
    """Known futures cost 10, 20, 30; the worst third alone counts where the tail does."""
    costs = iter([10.0, 20.0, 30.0, 10.0, 20.0, 30.0])

    def alone(case, *, is_rough=False):
        return PlanSolution(feasible=True, cost=next(costs))

    best = PlanSolution(feasible=True, cost=50.0)
    assert evpi_of(best, futures(farmer, None), alone) == pytest.approx(30.0)
    cautious = replace(farmer, risk=Risk(weight=1.0, level=2 / 3))
    assert evpi_of(best, futures(cautious, None), alone) == pytest.approx(20.0)


@pytest.mark.parametrize(("part", "worth"), [(1.0, 30.0), (0.9, None)])
def test_a_standard_that_may_fail_leaves_no_worth_of_knowing(farmer, part, worth):
    def alone(case, *, is_rough=False):
        return PlanSolution(feasible=True, cost=20.0)

    met = Standard("met", in_draws=Quantity(part))
    asked = futures(replace(farmer, standards={"met": met}), None)
    assert evpi_of(PlanSolution(feasible=True, cost=50.0), asked, alone) == worth


def test_a_future_without_a_plan_has_no_worth_of_knowing(farmer):
    def impossible(case, *, is_rough=False):
        return PlanSolution(feasible=False)

    best = PlanSolution(feasible=True, cost=50.0)
    assert evpi_of(best, futures(farmer, None), impossible) is None
    assert vss_of(best, futures(farmer, None), impossible, impossible) is None


def test_a_plan_for_means_that_fails_somewhere_is_worth_any_sum(farmer):
    def mean(case, *, is_rough=False):
        return PlanSolution(feasible=True, cost=40.0)

    def everywhere(case, *, is_rough=False):
        return PlanSolution(feasible=False)

    best = PlanSolution(feasible=True, cost=50.0)
    assert vss_of(best, futures(farmer, None), everywhere, mean) is None


def test_a_known_future_keeps_the_wishes_of_the_request(farmer):
    asked = replace(farmer, budget=None, limits={})
    known = known_future(futures(asked, None), 0)
    assert (known.limits, known.budget, known.scenarios) == ({}, None, {})
    assert known.recipes["wheat_grown"].capacity.value == pytest.approx(3.0 / 12)
