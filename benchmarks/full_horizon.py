"""The same cut-off without any of the short cuts: all 120 months, stated anew, solved cold.

The months before the cut-off are fixed to the calm plan, what the cut-off takes from
the goods in transit is taken from the rows where it would have arrived, and HiGHS
solves with its default options through its own interface. Nothing is shared with how
a window finds its state, so the two also check each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np

from benchmarks.network import N_PERIODS
from benchmarks.setting import Cut, Setting
from derbes.case.arrays import CALM, MeasureArrays, MeasureRun
from derbes.programs.bounds import demand_path, order_limits, refill_limits
from derbes.programs.branch import Window, calm_columns, make_window
from derbes.programs.layout import Layout, make_layout
from derbes.programs.objective import money_costs, objective_levels
from derbes.programs.solver.statement import Block, FloatArray, IntArray, LinearProgram

FACE = 1e-7
"""Price above which a column or row is held on a level's optimal face."""
TINY = 1e-300


@dataclass(frozen=True, slots=True)
class FullProgram:
    """A cut-off over the whole horizon."""

    program: LinearProgram
    window: Window
    lost: FloatArray
    """Orders of the calm plan that the cut-off takes on their way. (columns,) [unit]"""


@dataclass(frozen=True, slots=True)
class FullAnswer:
    """What the whole horizon says of a cut-off."""

    target_loss: float
    """V(cut) - V(calm), discounted to the start. [money]"""
    unmet_essential: float
    """[unit]"""
    objective: float
    """Weighted sum of the levels."""


def state_program(setting: Setting, cut: Cut) -> FullProgram:
    """State the program of a cut-off over all 120 months."""
    window = make_window(setting.calm, 0, N_PERIODS)
    calm = calm_columns(window)
    measure = setting.measures[cut.measure]
    program = _under_measure(window, MeasureRun(measure, cut.length), cut.start)
    lost = _lost_orders(window, calm, measure, cut.start)
    return FullProgram(_with_prefix(program, calm, lost, start=cut.start), window, lost)


def _under_measure(window: Window, run: MeasureRun, start: int) -> LinearProgram:
    """The whole horizon's program with the measure's bounds and weights from its start on."""
    later = make_layout(
        window.layout.arrays, start, N_PERIODS - start, has_reserve=True, has_opening=False
    )
    upper = window.program.col_upper.copy()
    limits = {
        "order": order_limits(later, run),
        "unmet": demand_path(later, run),
        "refill": refill_limits(later, run),
    }
    for kind, limit in limits.items():
        window.layout.column(kind).of(upper)[:, start:] = limit
    names, costs, weights = objective_levels(later, run)
    return replace(
        window.program,
        levels=names,
        level_costs=np.array([_on_whole(window, later, cost) for cost in costs]),
        weights=weights,
        col_upper=upper,
    )


def _on_whole(window: Window, later: Layout, part: FloatArray) -> FloatArray:
    """Costs of the months from the start on, as costs of the whole horizon. (columns,)"""
    whole = np.zeros(window.layout.n_columns)
    for block in later.columns:
        place = window.layout.column(block.kind).of(whole)
        place[:, place.shape[1] - block.n_periods :] = block.of(part)
    return whole


def _lost_orders(
    window: Window, calm: FloatArray, measure: MeasureArrays, start: int
) -> FloatArray:
    """What the cut-off takes from orders that are on their way at its start. (columns,)"""
    orders = window.layout.column("order")
    lost = np.zeros(window.layout.n_columns)
    for k, lead in enumerate(window.layout.arrays.activities.lead_times):
        on_the_way = slice(max(0, start - int(lead)), start)
        taken = (1.0 - measure.transit_kept[k]) * orders.of(calm)[k, on_the_way]
        orders.of(lost)[k, on_the_way] = taken
    return lost


def _with_prefix(
    program: LinearProgram, calm: FloatArray, lost: FloatArray, *, start: int
) -> LinearProgram:
    """Months before the start as in the calm plan; what is lost does not arrive."""
    before = _before(program.columns, start)
    lower, upper = program.col_lower.copy(), program.col_upper.copy()
    lower[before] = upper[before] = calm[before]
    row_lower, row_upper = program.row_lower.copy(), program.row_upper.copy()
    settled = _before(program.rows, start)
    missing = program.matrix @ lost
    row_lower += missing
    row_upper += missing
    row_lower[settled], row_upper[settled] = -np.inf, np.inf
    return replace(
        program, col_lower=lower, col_upper=upper, row_lower=row_lower, row_upper=row_upper
    )


def _before(blocks: Sequence[Block], start: int) -> IntArray:
    """Columns or rows of the months before the start."""
    return np.concatenate(
        [block.indices[:, : max(0, start - block.first_period)].ravel() for block in blocks]
    )


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


def read_answer(full: FullProgram, columns: FloatArray, start: int) -> FullAnswer:
    """Money and unmet demand of a solution over the whole horizon."""
    window, arrays = full.window, full.window.layout.arrays
    money = money_costs(window.layout, CALM)
    change = money @ (columns - calm_columns(window) - full.lost)
    unmet = window.layout.column("unmet").of(columns)[:, start:]
    return FullAnswer(
        target_loss=float(change / arrays.discount[start]),
        unmet_essential=float(unmet[arrays.use_essential].sum()),
        objective=float(full.program.cost @ columns),
    )


def full_answer(setting: Setting, cut: Cut) -> FullAnswer:
    """State, solve and read one cut-off, levels by their weights."""
    full = state_program(setting, cut)
    return read_answer(full, solve_cold(full.program), cut.start)


def full_answer_in_order(setting: Setting, cut: Cut) -> FullAnswer:
    """State, solve and read one cut-off, level after level."""
    full = state_program(setting, cut)
    return read_answer(full, solve_in_order(full.program), cut.start)
