"""Plans that differ in what may be chosen alone share their cuts, and cost what they cost alone."""

from dataclasses import replace

import numpy as np
import pytest

from derbes.case.options import Budget, Limit
from derbes.case.quantity import Quantity
from derbes.planning import optimum
from derbes.planning.optimum import KnownPlans, solve_plan
from derbes.planning.problem import all_starts, make_problem, with_contingencies
from derbes.planning.solving import decided_so, without_set
from tests.oracles.plans import solve_draws
from tests.planning.generated import small_case
from tests.planning.test_everywhere import with_delay

GAP = 1e-5


def later(case, _plan):
    """Options can be decided from month 2 on alone."""
    options = {
        name: replace(option, dates=tuple(d for d in option.dates if d >= 2) or (2,))
        if name == "build"
        else option
        for name, option in case.options.items()
    }
    return replace(case, options=options)


def other_set(case, plan):
    """Not the options of the plan."""
    return without_set(case, {choice.option for choice in plan.decided}, 0)


def settled(case, plan):
    """All but the largest choice as the plan has it."""
    kept = {c.option: c for c in plan.decided if case.options[c.option].sizes}
    return replace(
        case,
        options={
            name: replace(option, dates=(kept[name].date,), committed=True)
            if name in kept
            else option
            for name, option in case.options.items()
        },
    )


def limited(case, plan):
    """With one option fewer than the plan has, and a budget that is no less than it pays."""
    names = [choice.option for choice in plan.decided]
    few = Limit(
        "few",
        options=dict.fromkeys(case.options, Quantity(1.0)),
        at_most=Quantity(max(len(names) - 1.0, 1.0)),
        counts=True,
    )
    budget = Budget(total=Quantity(1e5), by_year={2026: Quantity(1e5)})
    return replace(case, limits={"few": few}, budget=budget)


CHANGES = (later, other_set, settled, limited)


@pytest.fixture(autouse=True)
def _each_draw_apart(monkeypatch):
    monkeypatch.setattr(optimum, "MOST_TOGETHER", 0)


def known_and_plan(case):
    known = KnownPlans()
    return known, solve_plan(make_problem(case), gap=GAP, plans=known)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(("seed", "n_scenarios"), [(0, 1), (2, 2), (3, 3), (5, 2)])
def test_a_plan_found_with_the_cuts_of_another_costs_the_same(seed, n_scenarios, change):
    case = small_case(seed, n_scenarios=n_scenarios)
    known, plan = known_and_plan(case)
    problem = make_problem(change(case, plan))
    alone = solve_plan(problem, gap=GAP)
    begun = [one.is_of(problem) for one in known.searched[optimum._second_key(problem)]]
    again = solve_plan(problem, gap=GAP, plans=known)
    assert begun == [True]
    assert again.feasible == alone.feasible
    above = abs(alone.cost - alone.no_threat_cost) + 1e-9 * abs(alone.cost)
    assert again.cost == pytest.approx(alone.cost, abs=2 * GAP * above)
    assert again.bound <= alone.cost + GAP * above
    assert again.no_threat_cost == pytest.approx(alone.no_threat_cost, rel=2e-5)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("seed", [1, 4, 6])
def test_m13_cuts_of_another_choice_lie_below_the_cost_of_every_draw(seed, change):
    case = small_case(seed, n_scenarios=2)
    known, plan = known_and_plan(case)
    problem = make_problem(change(case, plan))
    (found,) = known.searched[optimum._second_key(problem)]
    cuts = found.cuts_of(found.plan, problem)
    assert len(cuts.at_zero) > problem.n_draws
    starts = {
        name: tuple(all_starts(problem, name))
        for name, standard in problem.case.standards.items()
        if standard.measure
    }
    whole = with_contingencies(problem, starts)
    rng = np.random.default_rng(seed)
    for part in (0.0, 0.5, 1.0):
        point = part * rng.uniform(size=problem.first.n_columns)
        outcomes = solve_draws(whole.second, whole.programs, point, prices=found.plan.prices)
        costs = np.array([outcome.figures.priced for outcome in outcomes])[cuts.draws]
        assert (cuts.values(point) <= costs + 1e-6 * np.abs(costs)).all()


def test_openings_that_a_measure_may_delay_are_part_of_the_second_stage():
    case = with_delay(small_case(3))
    known, plan = known_and_plan(case)
    problem = make_problem(later(case, plan))
    assert optimum._second_key(problem) not in known.searched


def test_what_has_another_second_stage_shares_no_cuts():
    case = small_case(3, n_scenarios=2)
    known, plan = known_and_plan(case)
    year = replace(case.standards["year"], length=3)
    stored = replace(case.goods["body"], storage_cost=Quantity(0.5))
    for other in (
        replace(case, standards={**case.standards, "year": year}),
        replace(case, goods={**case.goods, "body": stored}),
        decided_so(case, plan.decided),  # an option of one size has no column of another
    ):
        problem = make_problem(other)
        found = known.searched.get(optimum._second_key(problem), [])
        assert not any(one.is_of(problem) for one in found)
