"""A plan does not depend on the unit in which a good, or money, is counted."""

from dataclasses import replace

import pytest

from derbes.case.entities import Actor, Case, Good, Hit, Measure, Scenario, Supplier, Use
from derbes.case.options import Option, OptionKind, Risk, Standard
from derbes.case.quantity import Calendar, Quantity
from derbes.planning import optimum
from derbes.planning.optimum import solve_plan
from derbes.planning.problem import PlanSolution, make_problem
from tests.planning.generated import random_plan, small_case
from tests.properties.figures import times
from tests.properties.test_laws_units import in_unit, paid_in, weighed
from tests.small_cases import worked_example
from tests.supply.solved import changed

GAP = 1e-4


def counted(case, good, factor):
    """The case with a good in other units, and what options hold of it."""
    options = {
        name: replace(
            option,
            largest=option.largest * factor,
            capital_by_size=times(option.capital_by_size, 1 / factor),
        )
        if option.element == f"goods.{good}"
        else option
        for name, option in case.options.items()
    }
    return replace(in_unit(case, good, factor), options=options)


@pytest.mark.parametrize("good", ["shell", "body"])
@pytest.mark.parametrize("factor", [1e-12, 1e-9, 1e4, 1e9])
def test_the_unit_of_a_good_changes_no_plan(good, factor):
    case = weighed(small_case(0))
    plan = solve_plan(make_problem(case))
    other = solve_plan(make_problem(counted(case, good, factor)))
    assert other.feasible
    assert [(c.option, c.date) for c in other.choices] == [(c.option, c.date) for c in plan.choices]
    assert other.cost == pytest.approx(plan.cost, rel=1e-3)


def paid(case: Case, factor: float) -> Case:
    """The case, and what its options cost, with all money times a factor."""
    names = ("capital", "capital_by_size", "running", "running_by_size")
    options = {
        name: replace(option, **{one: times(getattr(option, one), factor) for one in names})
        for name, option in case.options.items()
    }
    return replace(paid_in(case, factor), options=options)


def same_plans(plan: PlanSolution, other: PlanSolution, money: float = 1.0) -> bool:
    """Whether plans cost the same, or those that fall short least lack as much."""
    mine, others = plan.evaluation, other.evaluation
    assert mine is not None
    assert others is not None
    if not plan.feasible:
        return not other.feasible and others.lacking / money == pytest.approx(mine.lacking, rel=GAP)
    above = max(plan.cost - plan.no_threat_cost, 1e-6 * abs(plan.cost))
    return other.feasible and abs(other.cost / money - plan.cost) <= 2 * GAP * above


@pytest.mark.parametrize("is_apart", [False, True])
@pytest.mark.parametrize("seed", [13, 29, 30, 67, 131, 164, 180, 401])
def test_no_unit_changes_a_plan_whichever_way_it_is_found(seed, is_apart, monkeypatch):
    """All draws in one program, or each apart, beside the same in other units."""
    case = random_plan(seed)
    plan = solve_plan(make_problem(case), gap=GAP)
    if is_apart:
        monkeypatch.setattr(optimum, "MOST_TOGETHER", 0)
    assert same_plans(plan, solve_plan(make_problem(case), gap=GAP))
    assert same_plans(plan, solve_plan(make_problem(paid(case, 1e-9)), gap=GAP), 1e-9)
    for good in case.goods:
        assert same_plans(plan, solve_plan(make_problem(counted(case, good, 1e9)), gap=GAP))


@pytest.mark.parametrize("factor", [1e-6, 1e-3, 1e3, 1e6])
def test_the_unit_of_a_good_changes_no_plan_that_weighs_bad_futures(factor):
    """In kilograms, too, what is needed can be bought in either future."""
    hold = Option("hold", kind=OptionKind.RESERVE, element="goods.good", capital=Quantity(430.0))
    dear = changed(worked_example(1), "suppliers", "from_sender", price=Quantity(30.0))

    def planned(unit):
        options, risk = {"hold": replace(hold, sizes=(50.0 * unit,))}, Risk(weight=0.9, level=0.4)
        mean, bad = (
            replace(in_unit(one, "good", unit), options=options, risk=risk)
            for one in (worked_example(1), dear)
        )
        both = {"mean": mean, "bad": bad}
        scenarios = {name: Scenario(name, probability=0.5, case=one) for name, one in both.items()}
        return solve_plan(make_problem(replace(mean, scenarios=scenarios)))

    plan = planned(factor)
    assert plan.feasible
    assert plan.cost == pytest.approx(planned(1.0).cost, rel=1e-9)


def oil_and_wheels(oil_unit: float, *, wheels: float, actor: str, length: int = 3) -> Case:
    """Oil from a sender, of which a reserve can be held, and wheels of which none can."""
    demand = {"burn": Quantity(100.0 * oil_unit), "roll": Quantity(5.0)}
    goods = {"burn": "oil", "roll": "wheel"}
    hold = Option("hold", kind=OptionKind.RESERVE, element="goods.oil", sizes=(900.0 * oil_unit,))
    return Case(
        name="two units",
        calendar=Calendar(2026, 1, 12),
        currency="USD",
        target="home",
        actors={name: Actor(name) for name in ("home", "sender", "other")},
        goods={name: Good(name, unit="unit") for name in goods.values()},
        uses={name: Use(name, good=goods[name], demand=demand[name]) for name in goods},
        suppliers={
            "oil": Supplier(
                "oil",
                actor="sender",
                good="oil",
                price=Quantity(10.0 / oil_unit),
                capacity=Quantity(400.0 * oil_unit),
            ),
            "wheel": Supplier(
                "wheel",
                actor=actor,
                good="wheel",
                price=Quantity(100.0),
                capacity=Quantity(wheels),
            ),
        },
        measures={
            "cut": Measure("cut", sender="sender", hits=(Hit(actor="sender"),), lengths=(length,))
        },
        options={"hold": replace(hold, dates=(0,))},
        standards={"both": Standard("both", measure="cut", length=length, first=6, last=6)},
    )


@pytest.mark.parametrize("oil_unit", [1.0, 1e6, 1e-6])
def test_what_one_use_lacks_counts_whatever_the_unit_of_another(oil_unit):
    """No wheel comes for three months, and none lies in store."""
    plan = solve_plan(make_problem(oil_and_wheels(oil_unit, wheels=5.0, actor="sender")))
    assert not plan.feasible
    assert plan.shortfalls == {"both": pytest.approx(3.0)}


@pytest.mark.parametrize("oil_unit", [1.0, 1e6])
def test_what_lacks_in_calm_counts_whatever_the_unit_of_another(oil_unit):
    """Four wheels of five come in each month of the year."""
    plan = solve_plan(make_problem(oil_and_wheels(oil_unit, wheels=4.0, actor="other")))
    assert not plan.feasible
    assert plan.shortfalls["supply in calm"] == pytest.approx(12 * 0.2)
    met = solve_plan(make_problem(oil_and_wheels(oil_unit, wheels=5.0, actor="other")))
    assert met.feasible


def test_a_standard_may_have_any_name():
    """Four wheels of five come in calm; a standard about the oil alone does not hide it."""
    case = oil_and_wheels(1.0, wheels=4.0, actor="other")
    for name in ("calm", "any_other"):
        oil = Standard(name, uses=("burn",))
        plan = solve_plan(make_problem(replace(case, standards={name: oil})))
        assert not plan.feasible
        assert plan.shortfalls == {"supply in calm": pytest.approx(12 * 0.2)}
