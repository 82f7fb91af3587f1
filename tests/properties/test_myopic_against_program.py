"""The rule is never better than the program, and as good where there is no choice."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derbes.case.arrays import MeasureRun
from derbes.programs.bounds import window_bounds
from derbes.programs.layout import make_layout, supply_matrix
from derbes.programs.solver.lexicographic import solve_levels
from derbes.programs.solver.statement import LinearProgram
from derbes.simulation import simulate_branch
from tests.builders import build_arrays, build_measure, build_state, sender_cut, worked_arrays
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
    run = simulate_branch(problem.arrays, problem.measure, problem.state, **problem.arguments())
    return float(run.unmet[problem.arrays.use_essential].sum())


@settings(max_examples=60)
@given(problems())
def test_rule_never_leaves_less_unmet_than_the_program(problem: Problem) -> None:
    demand = float(problem.arrays.demand.max() + problem.arrays.crisis_demand.max())
    assert rule_unmet(problem) >= least_unmet(problem) - TOLERANCE * max(1.0, demand)


@settings(max_examples=60)
@given(
    demand=st.sampled_from([20.0, 50.0, 100.0]),
    capacity=st.sampled_from([30.0, 100.0, 150.0]),
    stock=st.sampled_from([0.0, 70.0, 400.0]),
    left=st.sampled_from([0.0, 0.3, 1.0]),
    lead=st.integers(0, 3),
    kept=st.sampled_from([0.0, 1.0]),
)
def test_rule_is_as_good_as_the_program_where_there_is_no_choice(
    demand: float, capacity: float, stock: float, left: float, lead: int, kept: float
) -> None:
    """One good, one supplier, and in calm no more demand than it can meet."""
    arrays = build_arrays(
        goods={"good": {"reserve": stock}},
        uses={"use": {"good": "good", "demand": min(demand, capacity)}},
        suppliers={"seller": {"good": "good", "price": 1.0, "capacity": capacity, "lead": lead}},
    )
    on_the_way = {"seller": [min(demand, capacity)] * lead}
    problem = Problem(
        arrays=arrays,
        measure=build_measure(arrays, availability={"seller": left}, transit_kept={"seller": kept}),
        state=build_state(arrays, fresh={"good": stock}, transit=on_the_way),
        start=2,
        length=7,
        n_periods=20,
    )
    assert rule_unmet(problem) == pytest.approx(least_unmet(problem), rel=TOLERANCE, abs=1e-6)


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("start", [0, 13, 24])
def test_worked_examples_are_alike(number: int, start: int) -> None:
    arrays = worked_arrays(number)
    problem = Problem(
        arrays=arrays,
        measure=sender_cut(arrays),
        state=build_state(arrays),
        start=start,
        length=12,
        n_periods=18,
    )
    assert rule_unmet(problem) == pytest.approx(least_unmet(problem), abs=1e-6)
