"""The rule's path keeps the programs' constraints; the check itself sees a violation."""


from hypothesis import given, settings

from derbes.simulation import feasibility_residual, simulate_branch
from tests.kernels.random_networks import Problem, problems

TOLERANCE = 1e-9


@settings(max_examples=200)
@given(problems())
def test_path_of_the_rule_is_feasible(problem: Problem) -> None:
    arrays, measure, state = problem.arrays, problem.measure, problem.state
    run = simulate_branch(arrays, measure, state, **problem.arguments())
    residual = feasibility_residual(arrays, measure, state, run)
    assert max(residual.values()) <= TOLERANCE, residual
