"""The compiled rule and its plain statement are the same rule."""

import numpy as np
from hypothesis import given, settings

from derbes.simulation import simulate_branch
from tests.kernels.random_networks import Problem, problems
from tests.kernels.slow_rule import SlowRule

TOLERANCE = 1e-9
"""Rounding: sums are taken in another order."""


@settings(max_examples=80)
@given(problems())
def test_rule_agrees_with_its_plain_statement(problem: Problem) -> None:
    arrays = problem.arrays
    run = simulate_branch(arrays, problem.measure, problem.state, **problem.arguments())
    path = SlowRule(
        arrays,
        problem.measure,
        problem.state,
        problem.start,
        problem.length,
        problem.n_periods,
    ).run()

    def told(key: str, names: tuple[str, ...]) -> np.ndarray:
        return np.array([[period[name] for period in path[key]] for name in names])

    served = (run.demand - run.unmet).T
    by_good = np.zeros((problem.n_periods, len(arrays.goods), 2))
    for u, good in enumerate(arrays.use_goods):
        by_good[:, good, int(arrays.use_essential[u])] += served[:, u]
    close = {"rtol": TOLERANCE, "atol": TOLERANCE * 100}
    np.testing.assert_allclose(by_good[:, :, 1].T, told("essential", arrays.goods), **close)
    np.testing.assert_allclose(by_good[:, :, 0].T, told("deferrable", arrays.goods), **close)
    np.testing.assert_allclose(run.fresh, told("fresh", arrays.goods), **close)
    np.testing.assert_allclose(run.levels, told("level", arrays.activities.names), **close)
    if arrays.lots:
        np.testing.assert_allclose(run.lots, told("lots", arrays.lots), **close)
