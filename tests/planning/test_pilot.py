"""A pilot in some of the draws only says where to begin: the plan is that of all draws."""

import numpy as np
import pytest

from derbes.planning import optimum as apart
from derbes.planning import optimum as solve
from derbes.planning.optimum import solve_plan
from derbes.planning.problem import START, make_problem, part_of, stated
from tests.planning.generated import small_case


@pytest.mark.parametrize("seed", [0, 3, 4])
def test_with_a_pilot_the_plan_costs_the_same(seed, monkeypatch):
    monkeypatch.setattr(solve, "MOST_TOGETHER", 0)
    problem = make_problem(small_case(seed, n_scenarios=5))
    without = solve_plan(problem, gap=1e-6)
    monkeypatch.setattr(apart, "LEAST_DRAWS", 2)
    monkeypatch.setattr(apart, "N_PILOT", 2)
    with_pilot = solve_plan(problem, gap=1e-6)
    assert with_pilot.feasible == without.feasible
    assert with_pilot.cost == pytest.approx(without.cost, rel=1e-5)
    assert with_pilot.no_threat_cost == pytest.approx(without.no_threat_cost, rel=1e-9)


def test_a_part_of_a_problem_has_its_draws_and_weights_that_add_to_one():
    problem = make_problem(small_case(2, n_scenarios=4))
    part = stated(part_of(problem, [1, 3]))
    kept = sorted({1, 3, problem.widest})
    assert part.weights.sum() == pytest.approx(1.0)
    assert part.weights == pytest.approx(problem.weights[kept] / problem.weights[kept].sum())
    assert [draw.draw for draw in part.programs] == list(range(len(kept)))
    for mine, i in zip(part.programs, kept, strict=True):
        assert np.array_equal(mine.col_upper, problem.programs[i].col_upper)


@pytest.mark.parametrize("seed", [0, 3, 4])
def test_a_pilot_whose_gap_lets_pass_what_lacks_raises_no_prices(seed, monkeypatch):
    monkeypatch.setattr(solve, "MOST_TOGETHER", 0)
    monkeypatch.setattr(solve, "LEAST_DRAWS", 2)
    monkeypatch.setattr(solve, "N_PILOT", 2)
    monkeypatch.setattr(solve, "PILOT_GAP", 1e7)
    begun, found = [], solve._point_at_right_prices

    def told(run):
        begun.append((run.problem.n_draws, run.record.prices))
        return found(run)

    monkeypatch.setattr(solve, "_point_at_right_prices", told)
    plan = solve_plan(make_problem(small_case(seed, n_scenarios=5)), gap=1e-3)
    assert plan.feasible
    assert [prices for n_draws, prices in begun if n_draws == 5] == [START, START]
