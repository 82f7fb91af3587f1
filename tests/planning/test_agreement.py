"""Two ways to a plan: all draws in one program, and each apart."""

from contextlib import suppress
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from derbes.planning import optimum as solve
from derbes.planning.optimum import solve_plan
from derbes.planning.problem import (
    LEAST,
    START,
    Clock,
    TimeIsOver,
    all_starts,
    make_problem,
    with_contingencies,
)
from tests.oracles.plans import evaluate, solve_draws
from tests.planning.generated import small_case

GAP = 1e-5
CLOSE = 2e-5


def together(problem, monkeypatch, **asked):
    monkeypatch.setattr(solve, "MOST_TOGETHER", 10**9)
    return solve_plan(problem, gap=GAP, **asked)


def apart(problem, monkeypatch, **asked):
    monkeypatch.setattr(solve, "MOST_TOGETHER", 0)
    return solve_plan(problem, gap=GAP, **asked)


@pytest.mark.parametrize(("seed", "n_scenarios"), [(0, 1), (0, 3), (2, 1), (3, 3), (5, 3), (7, 1)])
def test_decomposition_agrees_with_the_extensive_form(seed, n_scenarios, monkeypatch):
    problem = make_problem(small_case(seed, n_scenarios=n_scenarios))
    one, other = together(problem, monkeypatch), apart(problem, monkeypatch)
    above = one.cost - one.no_threat_cost
    assert above > 0.0
    assert other.no_threat_cost == pytest.approx(one.no_threat_cost, rel=1e-6)
    assert other.cost == pytest.approx(one.cost, abs=CLOSE * above)
    assert other.bound <= one.cost + CLOSE * above
    assert one.feasible
    assert other.feasible
    assert one.gap <= GAP
    assert other.gap <= GAP


@pytest.mark.parametrize("seed", [1, 6])
def test_m13_a_cut_lies_below_the_cost_everywhere_and_meets_it_at_its_point(seed):
    problem = make_problem(small_case(seed, n_scenarios=2))
    rng = np.random.default_rng(seed)
    points = [rng.uniform(size=problem.first.n_columns) for _point in range(4)]
    found = [solve_draws(problem.second, problem.programs, p, prices=START) for p in points]
    for i, outcomes in enumerate(found):
        for draw, outcome in enumerate(outcomes):
            at = [outcome.at_zero + outcome.slope @ point for point in points]
            costs = [outcomes_there[draw].figures.priced for outcomes_there in found]
            assert at[i] == pytest.approx(costs[i], rel=1e-7)
            assert all(a <= c * (1 + 1e-7) for a, c in zip(at, costs, strict=True))


def test_m12_figures_of_a_plan_come_out_again_when_its_choices_are_fixed(monkeypatch):
    problem = make_problem(small_case(3, n_scenarios=3))
    plan = together(problem, monkeypatch)
    again = evaluate(with_contingencies(problem, plan.starts), plan.choices)
    assert again.is_feasible
    assert again.cost == pytest.approx(plan.cost, rel=1e-7)
    assert again.draw_costs == pytest.approx(plan.evaluation.draw_costs, rel=1e-6)
    share = problem.case.risk.weight
    weighed = (1 - share) * again.expected_cost + share * again.tail_cost
    assert again.cost == pytest.approx(again.option_cost + weighed)


def test_m14_the_bound_of_a_plan_is_a_bound_of_every_point(monkeypatch):
    problem = make_problem(small_case(5, n_scenarios=3))
    plan = apart(problem, monkeypatch)
    starts = {
        n: tuple(all_starts(problem, n)) for n, s in problem.case.standards.items() if s.measure
    }
    everywhere = with_contingencies(problem, starts)
    for other in ((), tuple(c for c in plan.choices if c.option != "hold_bodies")):
        figures = evaluate(everywhere, other)
        assert figures.penalized >= plan.bound


def test_draws_without_weight_change_nothing(monkeypatch):
    case = small_case(4, n_scenarios=2)
    name, one = next(iter(case.scenarios.items()))
    never = replace(one, id="never", probability=0.0, case=small_case(9))
    wider = replace(case, scenarios=case.scenarios | {"never": never})
    assert name != "never"
    plans = [together(make_problem(each), monkeypatch) for each in (case, wider)]
    assert plans[0].cost == plans[1].cost
    assert plans[0].choices == plans[1].choices


def test_progress_tells_cost_bound_and_gap(monkeypatch):
    told = []
    plan = apart(
        make_problem(small_case(0)), monkeypatch, progress=lambda *figures: told.append(figures)
    )
    bounds = [bound for _cost, bound, _gap, _iteration in told]
    iterations = [iteration for *_figures, iteration in told]
    assert bounds == sorted(bounds)
    assert iterations == sorted(set(iterations))
    assert told[-1][0] == pytest.approx(plan.cost)


def test_a_time_limit_gives_what_was_found_with_its_gap(monkeypatch):
    problem = make_problem(small_case(3, n_scenarios=3))
    plan = apart(problem, monkeypatch, time_limit=0.0)
    assert plan.status == "time limit"
    assert not plan.feasible or plan.gap > GAP


@pytest.mark.parametrize("way", [together, apart])
def test_the_plan_without_standards_is_kept_for_the_next_plan_unless_time_was_over(
    way, monkeypatch
):
    problem = make_problem(small_case(3, n_scenarios=2))
    known, late = solve.KnownPlans(), solve.KnownPlans()
    one = way(problem, monkeypatch, plans=known)
    assert len(known.together) + len(known.apart) == 1
    for search in ("no_threat", "_calm"):
        monkeypatch.setattr(solve, search, None)
    other = way(problem, monkeypatch, plans=known)
    assert other.cost == pytest.approx(one.cost, rel=1e-12)  # from another basis
    assert other.no_threat_cost == one.no_threat_cost
    monkeypatch.undo()
    for search in ("no_threat", "_calm"):
        until_late = partial(_until_late, getattr(solve, search), monkeypatch)
        monkeypatch.setattr(solve, search, until_late)
    with suppress(TimeIsOver):
        way(problem, monkeypatch, plans=late, time_limit=1e6)
    assert not late.together
    assert not late.apart


def _until_late(search, monkeypatch, *given):
    """What is found when time is over meanwhile."""
    found = search(*given)
    monkeypatch.setattr(Clock, "is_over", property(lambda _clock: True))
    assert found is not None
    return found


def test_what_lacks_least_is_told_with_what_the_prices_proved_of_cost():
    """A solver whose plans always lack next to nothing: the one that lacks nothing costs more."""
    problem = make_problem(small_case(0))
    plan = solve_plan(problem)
    met = plan.evaluation
    assert met is not None
    short = {"year": np.array([1e-9])}
    noise = replace(met, shortfalls=short, lacking=1e-9, cost=100.0, penalized=100.0)
    dear = replace(met, cost=500.0, penalized=0.0)

    def find(prices, _before):
        figures, bound = (dear, 0.0) if prices is LEAST else (noise, 99.0)
        return solve.Point(plan.columns, figures, bound, prices)

    found = solve.at_right_prices(find, START, Clock.of(None))
    told = solve.plan_solution(problem, found, Clock.of(None), reference=50.0)
    assert (told.cost, told.bound) == (500.0, pytest.approx(99.0))
    assert told.gap == pytest.approx(401.0 / 450.0)
    assert told.status == "feasible"
    within = solve.plan_solution(problem, found, Clock.of(None), reference=50.0, gap=0.9)
    assert within.status == "optimal"
