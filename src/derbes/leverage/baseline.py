"""What would happen without the measure, from the same state and under the same demand.

It is the optimum of the branch's own window without the measure, so that a measure that
takes nothing away costs nothing; mostly that is the calm plan going on. Where a measure
comes with a crisis or a surge of demand, the baseline meets the same demand by surprise
without being cut off: what the crisis itself costs is nobody's leverage.
"""

from dataclasses import dataclass

import numpy as np

from derbes.case.arrays import CALM, MeasureRun, State
from derbes.programs.branch import (
    BranchSolution,
    Window,
    calm_columns,
    even,
    paid_on_arrival,
)
from derbes.programs.solver.lexicographic import n_proven
from derbes.programs.solver.statement import FloatArray, LinearProgram, Solution

AS_GOOD = 1e-9
"""Relative difference up to which a course is as good as an optimum."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """The course of things without the measure."""

    window: Window
    columns: FloatArray
    """(columns,)"""
    found: State
    run: MeasureRun
    program: LinearProgram
    """Bounds under which it is the best course."""

    @property
    def orders(self) -> FloatArray:
        """(K, n) [unit/period]"""
        return self.window.layout.column("order").of(self.columns)

    @property
    def unmet(self) -> FloatArray:
        """(U, n) [unit/period]"""
        return self.window.layout.column("unmet").of(self.columns)

    @property
    def money(self) -> float:
        """V without the measure, discounted to the window's start. [money]"""
        costs = self.window.money_costs(self.run)
        on_the_way = paid_on_arrival(self.window, self.found).sum()
        return float(costs @ self.columns + on_the_way)


def is_as_good(program: LinearProgram, columns: FloatArray, best: FloatArray) -> bool:
    """Whether columns reach an optimum in every level that carries a number."""
    found = np.abs(program.level_costs)
    apart = np.abs(program.level_costs @ (columns - best))
    size = found @ np.abs(best) + found @ np.abs(columns)
    is_good = apart <= AS_GOOD * np.maximum(size, 1e-300)
    return bool(np.all(is_good[: n_proven(program)]))


def usual_course(window: Window, solution: Solution) -> Baseline:
    """The course without any measure: the calm plan, where it is as good as the optimum."""
    program, calm = window.program, calm_columns(window)
    best = even(window.layout, program, solution.columns, CALM, found=window.state)
    columns = calm if is_as_good(program, calm, solution.columns) else best
    return Baseline(window, columns, window.state, CALM, program)


def crisis_baseline(branch: BranchSolution) -> Baseline:
    """The best course under the crisis alone."""
    return Baseline(
        branch.window, branch.solution.columns, branch.found, branch.run, branch.program
    )
