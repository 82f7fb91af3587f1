"""The rule's path keeps the programs' constraints; the check itself sees a violation."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from derbes.simulation import BranchRun, feasibility_residual, simulate_branch
from tests.builders import build_arrays, build_measure, build_state
from tests.kernels.random_networks import Problem, problems

TOLERANCE = 1e-9


@settings(max_examples=100)
@given(problems())
def test_path_of_the_rule_is_feasible(problem: Problem) -> None:
    arrays, measure, state = problem.arrays, problem.measure, problem.state
    run = simulate_branch(arrays, measure, state, **problem.arguments())
    residual = feasibility_residual(arrays, measure, state, run)
    assert max(residual.values()) <= TOLERANCE, residual


def added(run: BranchRun, name: str, amount: float) -> BranchRun:
    """The path with something added in its first period."""
    path = getattr(run, name).copy()
    path[0, 0] += amount
    return replace(run, **{name: path})


@pytest.mark.parametrize(
    ("name", "amount", "broken"),
    [
        ("lots", 30.0, {"L1", "L2"}),
        ("fresh", 80.0, {"L2", "L2b", "L2c", "L6"}),
        ("levels", 50.0, {"L3", "L4"}),
        ("unmet", 60.0, {"L5"}),
        ("unmet", -5.0, {"L2", "sign"}),
    ],
)
def test_each_constraint_is_looked_at(name: str, amount: float, broken: set[str]) -> None:
    arrays = build_arrays(
        goods={"good": {"storage_limit": 70.0, "shelf_life": 3}},
        uses={"use": {"good": "good", "demand": 40.0}},
        recipes={"make": {"output": "good", "capacity": 40.0, "line": "press", "hours": 1.0}},
        lines={"press": {"hours": 40.0}},
        lots={"stock": {"good": "good", "quantity": 20.0}},
    )
    measure = build_measure(arrays)
    state = build_state(arrays, fresh={"good": 30.0})
    run = simulate_branch(arrays, measure, state, start=0, length=2, n_periods=1)
    assert max(feasibility_residual(arrays, measure, state, run).values()) == 0.0
    residual = feasibility_residual(arrays, measure, state, added(run, name, amount))
    assert {name for name, gap in residual.items() if gap > TOLERANCE} == broken
    assert np.isfinite(list(residual.values())).all()
