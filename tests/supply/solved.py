"""Solved cases, and rows of programs by name."""

from dataclasses import replace

import numpy as np

from derbes.analysis.accounts import Baseline, usual_course
from derbes.analysis.responses import StartSolver
from derbes.case.entities import Case
from derbes.lp.highs import Session
from derbes.lp.lexicographic import solve_levels
from derbes.lp.program import LinearProgram
from derbes.model.arrays import BoolArray, MeasureArrays, MeasureRun
from derbes.model.compile import compile_case
from derbes.model.measures import compile_measure
from derbes.supply.baseline import CalmSolution, solve_calm
from derbes.supply.disruption import BranchSolution, Window, make_template, solve_branch
from derbes.supply.survival import SurvivalProgram
from tests.small_cases import worked_example


def calm_of(case: Case, length: int = 0) -> CalmSolution:
    """The calm plan."""
    return solve_calm(compile_case(case, length))


def branch_of(case: Case, start: int, length: int, measure: str = "cut") -> BranchSolution:
    """The optimum after a measure."""
    arrays = compile_case(case, length)
    run = MeasureRun(compile_measure(case, arrays, measure), length)
    return StartSolver(solve_calm(arrays), start).solve(run)


def solved_alone(window: Window, measure: MeasureArrays, length: int) -> BranchSolution:
    """The optimum in a window of any length, from nothing known."""
    return solve_branch(
        window,
        Session(window.program),
        MeasureRun(measure, length),
        template=make_template(window, measure),
        last=None,
    )


def baseline_of(window: Window) -> Baseline:
    """The course of a window without any measure."""
    return usual_course(window, solve_levels(window.program))


def is_met(program: SurvivalProgram, run: MeasureRun, uses: BoolArray) -> bool:
    """Whether nothing goes short of the uses in the program's window."""
    return program.least_unmet(run, uses).broken is None


def stock(branch: BranchSolution) -> np.ndarray:
    """All stock of the first good by period. (n,)"""
    lots = branch.window.layout.arrays.lot_goods == 0
    return branch.fresh[0] + branch.lots[lots].sum(axis=0)


def row(program: LinearProgram, name: str) -> tuple[dict[str, float], float, float]:
    """Factors by column name, and both bounds, of a row."""
    n_rows = program.matrix.shape[0]
    position = next(i for i in range(n_rows) if program.row_name(i) == name)
    line = program.matrix.tocsr()[position]
    factors = {
        program.column_name(int(j)): float(v) for j, v in zip(line.indices, line.data, strict=True)
    }
    return factors, float(program.row_lower[position]), float(program.row_upper[position])


def changed(case: Case, section: str, element: str, **changes: object) -> Case:
    """A case with some keys of one element changed."""
    elements = dict(getattr(case, section))
    elements[element] = replace(elements[element], **changes)
    return replace(case, **{section: elements})


def example(number: int = 1, **of_cut: object) -> Case:
    """E1 to E3 with another measure."""
    case = worked_example(number)
    return changed(case, "measures", "cut", **of_cut) if of_cut else case
