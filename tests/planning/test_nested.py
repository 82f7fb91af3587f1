"""A draw without its branches in it: the trunk with cuts for them gives the same."""

import numpy as np
import pytest

from derbes.planning.decomposition.nested import Known, NestedSecond
from derbes.planning.decomposition.subproblem import solve_draws
from derbes.planning.program import make_problem
from derbes.planning.program.prices import START
from tests.planning.generated import small_case


def points(problem, seed):
    rng = np.random.default_rng(seed)
    return [rng.uniform(size=problem.first.n_columns) * part for part in (0.0, 0.5, 1.0)]


@pytest.mark.parametrize("seed", [0, 1, 3])
def test_m15_the_trunk_with_cuts_costs_what_the_whole_does(seed):
    problem = make_problem(small_case(seed, n_scenarios=3))
    known = Known(problem.second, problem.programs)
    nested = NestedSecond(known, START)
    for values in points(problem, seed):
        whole = solve_draws(problem.second, problem.programs, values, prices=START)
        for position, outcome in enumerate(whole):
            answer = nested.solve(position, values, look=range(nested.n_branches))
            assert answer.is_exact
            assert answer.value == pytest.approx(outcome.figures.priced, rel=1e-6)


@pytest.mark.parametrize("seed", [2, 5])
def test_m15_cuts_of_one_draw_are_bounds_in_all(seed):
    problem = make_problem(small_case(seed, n_scenarios=3))
    known = Known(problem.second, problem.programs)
    first = NestedSecond(known, START)
    places = points(problem, seed)
    for values in places:
        first.solve(0, values, look=range(first.n_branches))
    assert first.new
    others = NestedSecond(known, START, cuts=first.new)
    for values in places:
        whole = solve_draws(problem.second, problem.programs, values, prices=START)
        for position, outcome in enumerate(whole):
            bound = others.solve(position, values)
            assert bound.value <= outcome.figures.priced * (1 + 1e-7)
            at_other = [bound.value + bound.slope @ (other - values) for other in places]
            for other, value in zip(places, at_other, strict=True):
                exact = solve_draws(
                    problem.second, [problem.programs[position]], other, prices=START
                )
                assert value <= exact[0].figures.priced * (1 + 1e-7)
