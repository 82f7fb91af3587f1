"""The plan as one program for all draws, and as one program for each, given to other solvers."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from scipy import sparse

from benchmarks.plan_network import plan_case, plan_draws
from benchmarks.stated_anew import as_highs
from derbes.case.quantity import FloatArray
from derbes.case.uncertainty import Draws
from derbes.lp.program import BoolArray
from derbes.planning.optimum import ExtensiveForm, extensive_form
from derbes.planning.problem import Prices, make_problem, with_contingencies

Starts = Mapping[str, Sequence[int]]
"""Standard → starts whose contingencies stand in the program. [period]"""
HARD = 100.0
"""Price of what must not fall short, in units of its worth, in each draw."""


@dataclass(frozen=True, slots=True)
class ScenarioProgram:
    """One draw's program; the first columns are what is decided before."""

    matrix: sparse.csc_matrix
    cost: FloatArray
    row_lower: FloatArray
    row_upper: FloatArray
    col_lower: FloatArray
    col_upper: FloatArray
    is_integer: BoolArray
    n_first: int


def solve_extensive_form(
    n_draws: int, starts: Starts, *, limit: float, gap: float
) -> dict[str, Any]:
    """HiGHS with its default options, one thread, on all draws together.

    Args:
        n_draws: Draws.
        starts: Starts whose contingencies stand in the program.
        limit: Time that stating and solving may take. [s]
        gap: Gap, as part of the whole cost.
    """
    begun = time.perf_counter()
    case = plan_case()
    problem = with_contingencies(make_problem(case, plan_draws(case, n_draws)), starts)
    program = _as_arrays(extensive_form(problem), problem.first.n_columns)
    stating = time.perf_counter() - begun
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    for option, setting in (
        ("threads", 1),
        ("time_limit", limit - stating),
        ("mip_rel_gap", gap),
    ):
        solver.setOptionValue(option, setting)
    solver.passModel(_as_highs(program))
    solver.run()
    info, status = solver.getInfo(), solver.getModelStatus()
    has_plan = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    return {
        "is_done": status == highspy.HighsModelStatus.kOptimal,
        "condition": solver.modelStatusToString(status),
        "cost": float(info.objective_function_value) if has_plan else None,
        "bound": float(info.mip_dual_bound) if np.isfinite(info.mip_dual_bound) else None,
        "stated": stating,
        "columns": len(program.cost),
        "rows": len(program.row_lower),
    }


def scenario_programs(n_draws: int, starts: Starts) -> dict[str, ScenarioProgram]:
    """The program of each draw alone, as our extensive form states it."""
    case = plan_case()
    draws = plan_draws(case, n_draws)
    programs = {}
    for i in range(n_draws):
        one = Draws(draws.inputs, draws.values[i : i + 1], np.ones(1), method=draws.method)
        problem = with_contingencies(make_problem(case, one), starts)
        form = extensive_form(problem, Prices(hard=HARD * n_draws))
        programs[f"d{i}"] = _as_arrays(form, problem.first.n_columns)
    return programs


def _as_arrays(form: ExtensiveForm, n_first: int) -> ScenarioProgram:
    program = form.program
    return ScenarioProgram(
        matrix=program.matrix,
        cost=program.cost,
        row_lower=program.row_lower,
        row_upper=program.row_upper,
        col_lower=program.col_lower,
        col_upper=program.col_upper,
        is_integer=form.is_whole,
        n_first=n_first,
    )


def _as_highs(program: ScenarioProgram) -> highspy.HighsLp:
    """The program as HiGHS takes it."""
    lp = as_highs(program)
    whole, free = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
    lp.integrality_ = [whole if one else free for one in program.is_integer]
    return lp
