"""The rule is never better than the program, and as good where there is no choice."""

import numpy as np
from hypothesis import given, settings

from derbes.case.arrays import MeasureRun
from derbes.programs.bounds import window_bounds
from derbes.programs.layout import make_layout, supply_matrix
from derbes.programs.solver.lexicographic import solve_levels
from derbes.programs.solver.statement import LinearProgram
from derbes.simulation import simulate_branch
from tests.kernels.random_networks import Problem, problems

TOLERANCE = 1e-6
"""The solver's feasibility tolerance, relative to the largest flow."""


def least_unmet(problem: Problem) -> float:
    """Least essential demand that any path leaves unmet, by the program. [unit]"""
    arrays = problem.arrays
    layout = make_layout(
        arrays, problem.start, problem.n_periods, has_reserve=False, has_opening=False
    )
    length = problem.length if problem.measure is not None else 0
    bounds = window_bounds(layout, problem.state, MeasureRun(problem.measure, length))
    costs = np.zeros(layout.n_columns)
    layout.column("unmet").of(costs)[arrays.use_essential] = 1.0
    program = LinearProgram(
        name="least unmet",
        levels=("essential",),
        level_costs=costs[None, :],
        weights=np.ones(1),
        matrix=supply_matrix(layout),
        row_lower=bounds.row_lower,
        row_upper=bounds.row_upper,
        col_lower=bounds.col_lower,
        col_upper=bounds.col_upper,
        columns=layout.columns,
        rows=layout.rows,
    )
    return float(costs @ solve_levels(program).columns)


def rule_unmet(problem: Problem) -> float:
    """Essential demand that the rule leaves unmet. [unit]"""
    run = simulate_branch(
        problem.arrays, problem.measure, problem.state, **problem.arguments()
    )
    return float(run.unmet[problem.arrays.use_essential].sum())


@settings(max_examples=60)
@given(problems())
def test_rule_never_leaves_less_unmet_than_the_program(problem: Problem) -> None:
    demand = float(problem.arrays.demand.max() + problem.arrays.crisis_demand.max())
    assert rule_unmet(problem) >= least_unmet(problem) - TOLERANCE * max(1.0, demand)
