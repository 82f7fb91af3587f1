"""A program that starts from another one's solution has the same answer as one that does not."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derbes.analysis.responses import StartSolver
from derbes.case.quantity import Quantity
from derbes.lp.highs import LOWER, Session
from derbes.lp.lexicographic import CERTIFIED
from derbes.model.arrays import MeasureRun
from derbes.model.compile import compile_case
from derbes.model.measures import compile_measure
from derbes.supply.baseline import calm_program, calm_start, solve_calm, stance_of
from derbes.supply.disruption import BranchSolution
from derbes.supply.survival import SurvivalProgram
from tests.small_cases import worked_example
from tests.supply.solved import is_met


def _other(number, capacity, demand):
    """A worked example with other numbers."""
    case = worked_example(number)
    supplier = replace(case.suppliers["from_other"], capacity=Quantity(capacity))
    use = replace(case.uses["use"], demand=Quantity(demand))
    return replace(
        case,
        suppliers={**case.suppliers, "from_other": supplier},
        uses={**case.uses, "use": use},
    )


def _assert_same(arrays, near):
    cold, warm = solve_calm(arrays), solve_calm(arrays, near)
    _layout, program = calm_program(arrays)
    assert warm.certificate <= CERTIFIED
    size = max(1.0, float(np.abs(cold.orders).max()))
    for name in ("unmet", "orders", "lots", "fresh"):
        np.testing.assert_allclose(getattr(warm, name), getattr(cold, name), atol=1e-6 * size)
    assert program.levels


@settings(max_examples=20, deadline=None)
@given(st.sampled_from([1, 2, 3]), st.floats(10, 90), st.floats(60, 140), st.integers(1, 24))
def test_a_calm_plan_is_the_same_from_another_one(number, capacity, demand, longest):
    near = calm_start(compile_case(worked_example(number), 12))
    _assert_same(compile_case(_other(number, capacity, demand), longest), near)


@pytest.mark.parametrize(("known", "asked"), [(1, 3), (3, 1), (2, 1), (1, 2)])
def test_a_start_of_a_case_with_other_elements_is_one_too(known, asked):
    near = calm_start(compile_case(worked_example(known), 12))
    _assert_same(compile_case(worked_example(asked), 12), near)


def test_a_start_of_another_length_is_taken_up():
    """One that has other periods is no basis as it stands; the solver makes one of it."""
    near = calm_start(compile_case(worked_example(3), 12))
    layout, program = calm_program(compile_case(worked_example(3), 72))
    assert layout.n > near.columns[0].n_periods
    steps = []
    for stance in (np.full(layout.n_columns + layout.n_rows, LOWER), stance_of(near, layout)):
        session = Session(program)
        session.stand(stance.astype(np.int8))
        session.run()
        steps.append(session._parts[0].solver.getInfo().simplex_iteration_count)
    assert steps[1] < steps[0] / 2


def test_branches_start_where_the_same_ones_stood():
    """Of the same case nothing is left to do; of one with other numbers less, to the same end."""
    case = worked_example(3)
    run_of: dict[str, BranchSolution] = {}
    kept = solve_calm(compile_case(case, 12), keeps=True)
    steps: dict[str, int] = {}
    for name, demand, near in (
        ("first", 100.0, None),
        ("again", 100.0, kept.start),
        ("other", 104.0, None),
        ("near", 104.0, kept.start),
    ):
        arrays = compile_case(_other(3, 40.0, demand) if demand != 100.0 else case, 12)
        calm = kept if name == "first" else solve_calm(arrays, near)
        run = MeasureRun(compile_measure(case, arrays, "cut"), 12)
        solver = StartSolver(calm, 12)
        run_of[name] = solver.solve(run)
        session = solver._windows[run_of[name].window.layout.n].session
        steps[name] = session._parts[0].solver.getInfo().simplex_iteration_count
        assert run_of[name].solution.certificate <= CERTIFIED
    assert steps["again"] == 0 < steps["first"]
    assert steps["near"] <= steps["other"]
    for one, other in (("first", "again"), ("other", "near")):
        np.testing.assert_allclose(
            run_of[one].solution.objective, run_of[other].solution.objective, rtol=1e-7, atol=1e-6
        )


def test_survival_is_the_same_in_the_solver_of_another_start():
    case = worked_example(3)
    arrays = compile_case(case, 12)
    calm, cut = solve_calm(arrays), compile_measure(case, arrays, "cut")
    run = MeasureRun(cut, 12)
    alone = [SurvivalProgram(calm, start, 24) for start in range(0, 30, 3)]
    shared = [SurvivalProgram(calm, 0, 24)]
    for start in range(3, 30, 3):
        shared.append(SurvivalProgram(calm, start, 24, shared[-1]))
    essential = arrays.use_essential
    assert all(one.of(essential) is shared[0].of(essential) for one in shared)
    assert len({id(one.of(essential)) for one in alone}) == len(alone)
    expected = [is_met(one, run, arrays.use_essential) for one in alone]
    assert {*expected} == {True, False}
    assert [is_met(one, run, arrays.use_essential) for one in shared] == expected
    # asked backward, each still answers for its own start
    assert [is_met(one, run, arrays.use_essential) for one in shared[::-1]] == expected[::-1]
