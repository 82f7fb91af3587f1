"""The same branch without any of the short cuts: its program stated anew, solved cold.

Its window is as long as its horizon, from the state that the calm plan has reached and what
the measure leaves of it. The matrix is built again, and HiGHS solves with its default options
through its own interface, once under the measure and once without it for the baseline. So the
chain of bases, what is taken over from shorter runs and the scaling are checked on the way;
what the program should be is checked by `agreement`.
"""

from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np

from benchmarks.setting import Cut, Setting
from derbes.lp.program import FloatArray, LinearProgram
from derbes.model.arrays import CALM, MeasureRun, State
from derbes.supply.bounds import found_state
from derbes.supply.disruption import Window, branch_program, horizon, make_window, paid_on_arrival

FACE = 1e-7
"""Price above which a column or row is held on a level's optimal face."""
TINY = 1e-300


@dataclass(frozen=True, slots=True)
class StatedBranch:
    """The program of a cut-off."""

    window: Window
    run: MeasureRun
    found: State
    """Stocks and goods in transit that the measure leaves."""
    program: LinearProgram


@dataclass(frozen=True, slots=True)
class ColdAnswer:
    """What the programs solved cold say of a cut-off, beyond the course without it."""

    target_loss: float
    """V(cut) - V(baseline), discounted to the start. [money]"""
    unmet_essential: float
    """[weighted unit]"""


def state_branch(setting: Setting, cut: Cut) -> StatedBranch:
    """State the program of a cut-off."""
    run = MeasureRun(setting.measures[cut.measure], cut.length)
    window = make_window(setting.calm, cut.start, horizon(setting.arrays, run, cut.start))
    found = found_state(window.state, run.measure)
    return StatedBranch(window, run, found, branch_program(window, run))


def as_highs(program: Any) -> highspy.HighsLp:
    """A program as HiGHS takes it: anything with a matrix, costs and bounds."""
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = program.matrix.shape
    lp.col_cost_ = program.cost
    lp.col_lower_, lp.col_upper_ = program.col_lower, program.col_upper
    lp.row_lower_, lp.row_upper_ = program.row_lower, program.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = program.matrix.indptr.astype(np.int32)
    lp.a_matrix_.index_ = program.matrix.indices.astype(np.int32)
    lp.a_matrix_.value_ = program.matrix.data
    return lp


def solve_cold(program: LinearProgram) -> FloatArray:
    """Columns of the optimum of the weighted levels, by a new HiGHS with its default options.

    Raises:
        ArithmeticError: HiGHS found no optimum.
    """
    solver = _new_solver()
    solver.passModel(as_highs(program))
    return _optimum(solver)


def solve_in_order(program: LinearProgram) -> FloatArray:
    """Columns of the optimum level after level, each solved cold.

    After each level what has a price stays where it is: that is the level's optimal face.
    The last level, which breaks ties, is solved together with money.

    Raises:
        ArithmeticError: HiGHS found no optimum.
    """
    lp = as_highs(program)
    *ranks, money, ties = range(len(program.levels))
    last = program.weights[[money, ties]] @ program.level_costs[[money, ties]]
    for cost in (*program.level_costs[ranks], last):
        lp.col_cost_ = cost / max(float(np.abs(cost).max(initial=0.0)), TINY)
        solver = _new_solver()
        solver.passModel(lp)
        columns = _optimum(solver)
        _stay_on_face(lp, solver)
    return columns


def _stay_on_face(lp: highspy.HighsLp, solver: Any) -> None:
    """Hold columns and rows that have a price where the optimum has them."""
    solution = solver.getSolution()
    for lower, upper, values, prices in (
        ("col_lower_", "col_upper_", solution.col_value, solution.col_dual),
        ("row_lower_", "row_upper_", solution.row_value, solution.row_dual),
    ):
        is_held = np.abs(np.array(prices)) > FACE
        setattr(lp, lower, np.where(is_held, values, getattr(lp, lower)))
        setattr(lp, upper, np.where(is_held, values, getattr(lp, upper)))


def _new_solver() -> Any:
    """HiGHS with its default options, silent; its interface is only partly typed."""
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    return solver


def _optimum(solver: Any) -> FloatArray:
    solver.run()
    status = solver.getModelStatus()
    if status != highspy.HighsModelStatus.kOptimal:
        raise ArithmeticError(f"no optimum: {solver.modelStatusToString(status)}")
    return np.array(solver.getSolution().col_value)


def cold_answer(setting: Setting, cut: Cut, *, in_order: bool = False) -> ColdAnswer:
    """State and solve one cut-off and its baseline, and take their difference.

    Args:
        setting: The network.
        cut: The cut-off.
        in_order: Whether the levels are solved one after the other, not by their weights.
    """
    branch = state_branch(setting, cut)
    window, solve = branch.window, solve_in_order if in_order else solve_cold
    hit, base = solve(branch.program), solve(window.program)
    before = paid_on_arrival(window, window.state).sum()
    on_the_way = paid_on_arrival(window, branch.found).sum() - before
    paid = window.money_costs(branch.run) @ hit - window.money_costs(CALM) @ base
    essential = window.program.level_costs[window.program.levels.index("essential")]
    return ColdAnswer(float(paid + on_the_way), float(essential @ (hit - base)))
