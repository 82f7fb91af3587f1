"""The parts in which a case is written carry no meaning for a plan."""

from dataclasses import replace

import pytest

from derbes.case.entities import Case, Good, Scenario, Supplier
from derbes.case.options import OptionKind
from derbes.case.quantity import Quantity
from derbes.planning import optimum
from derbes.planning.optimum import solve_plan
from derbes.planning.problem import PlanSolution, make_problem
from tests.planning.generated import random_plan
from tests.planning.test_units import GAP, same_plans
from tests.properties.figures import times


def in_halves(case: Case, section: str, *amounts: str) -> Case:
    """The first of a section as two, each with half of its amounts."""
    found = getattr(case, section)
    first = next(iter(found.values()))
    half = replace(first, **{name: times(getattr(first, name), 0.5) for name in amounts})
    halves = {first.id: half, "rest": replace(half, id="rest")}
    return replace(case, **{section: {**found, **halves}})


def with_what_nobody_uses(case: Case) -> Case:
    """However much there is of it."""
    price, capacity = Quantity(7.0), Quantity(1e9)
    seller = Supplier("unused", actor="other", good="unused", price=price, capacity=capacity)
    goods = {"unused": Good("unused", unit="t"), **case.goods}
    return replace(case, goods=goods, suppliers={"unused": seller, **case.suppliers})


def with_what_is_too_dear(case: Case) -> Case:
    """Each option once more, as a price that nobody pays."""
    dear = {
        f"dear_{name}": replace(option, id=f"dear_{name}", capital=Quantity(1e12))
        for name, option in case.options.items()
        if option.kind in (OptionKind.RESERVE, OptionKind.CONTRACT)
    }
    return replace(case, options={**case.options, **dear})


def with_a_weaker_standard(case: Case) -> Case:
    """Asked for a shorter time as well."""
    hard = case.standards["s"]
    weak = replace(hard, id="weak", length=max(hard.length - 1, 1))
    return replace(case, standards={"weak": weak, "s": hard})


def with_alike_futures(case: Case) -> Case:
    """Two futures in which nothing is changed."""
    names = ("one", "other")
    return replace(case, scenarios={n: Scenario(n, probability=0.5, case=case) for n in names})


BESIDE = {113: "infeasible", 305: "dearer", 401: "cheaper"}
"""Random plans, and what they are beside the plan without standards."""
SAME = {
    "sellers": lambda case: in_halves(case, "suppliers", "capacity", "at_least", "on_order"),
    "uses": lambda case: in_halves(case, "uses", "demand", "crisis_demand"),
    "unused": with_what_nobody_uses,
}
SAME_WHERE_MET = (with_what_is_too_dear, with_a_weaker_standard, with_alike_futures)
"""Where nothing has to lack; else what lacks counts for each standard and draw, and no price is
too high."""


def planned(case: Case) -> PlanSolution:
    return solve_plan(make_problem(case), gap=GAP)


@pytest.mark.parametrize("is_apart", [False, True])
@pytest.mark.parametrize("seed", BESIDE)
def test_a_plan_is_the_same_in_whatever_parts_a_case_is_written(seed, is_apart, monkeypatch):
    case = random_plan(seed)
    plan = planned(case)
    more = plan.cost - plan.no_threat_cost
    is_so = {"infeasible": not plan.feasible, "dearer": more > 0.0, "cheaper": more < 0.0}
    assert is_so[BESIDE[seed]]
    if is_apart:
        monkeypatch.setattr(optimum, "MOST_TOGETHER", 0)
    for name, rewritten in SAME.items():
        assert same_plans(plan, planned(rewritten(case))), name
    for rewritten in SAME_WHERE_MET if plan.feasible else ():
        assert same_plans(plan, planned(rewritten(case))), rewritten.__name__
