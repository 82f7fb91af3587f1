"""Published planning problems, written as case files and answered by the verb."""

from pathlib import Path

import pytest

from derbes import api
from derbes.case.entities import Case
from derbes.results.plan import Plan

CASES = Path(__file__).parent / "cases"


@pytest.fixture(scope="module")
def farmer() -> Plan:
    """The farmer of Birge and Louveaux, Introduction to Stochastic Programming, 1.1."""
    return api.plan(api.read_case(CASES / "farmer.yaml"))


@pytest.fixture(scope="module")
def lands_case() -> Case:
    return api.read_case(CASES / "lands.yaml")


@pytest.fixture(scope="module")
def lands(lands_case: Case) -> Plan:
    """Capacity planning of Louveaux and Smeers 1988 with three demands (LandS3)."""
    return api.plan(lands_case)


def test_the_farmer(farmer):
    assert farmer.cost == pytest.approx(-108390.0)
    sizes = {choice.option: choice.size for choice in farmer.plan}
    assert sizes == pytest.approx({"wheat": 170.0, "corn": 80.0, "beets": 250.0})
    assert (farmer.draws, farmer.seed, farmer.status) == (3, None, "optimal")


def test_what_the_farmer_would_pay_to_know_the_weather(farmer):
    """Wait-and-see -115,405.56; the plan for mean yields earns 107,240."""
    assert farmer.evpi == pytest.approx(115405.555556 - 108390.0)
    assert farmer.vss == pytest.approx(108390.0 - 107240.0)


def test_a_farm_without_standards_has_no_frontier(farmer):
    assert (farmer.standards, farmer.frontier, farmer.clash) == ((), (), ())
    assert farmer.no_threat_cost == pytest.approx(farmer.cost)


def test_lands3(lands):
    assert lands.cost == pytest.approx(381.853333, abs=1e-6)
    assert sum(choice.size for choice in lands.plan) == pytest.approx(12.0)
    assert lands.evpi is not None
    assert lands.evpi > 0
    assert lands.vss is not None
    assert lands.vss > 0


def test_a_budget_that_is_too_small_for_the_least_capacity(lands_case):
    """The loads of the high demand take 12 MWh; the cheapest costs 6 each."""
    plan = api.plan(lands_case, budget="60 USD")
    (wish,) = plan.clash
    assert (plan.feasible, plan.cost, plan.plan) == (False, None, ())
    assert wish.wish == "budget.total"
    assert wish.least_relaxation == pytest.approx(12.0)
    assert wish.what == (
        "the budget in all: 60 USD. Least relaxation: the budget in all must rise from 60 USD to "
        "72 USD."
    )


def test_more_budget_never_costs_more(lands_case):
    costs = [api.plan(lands_case, budget=budget, has_more=False).cost for budget in (80, 100, 120)]
    assert all(cost is not None for cost in costs)
    assert costs == sorted(costs, reverse=True)  # type: ignore[type-var]
    assert costs[0] > costs[-1]  # type: ignore[operator]
