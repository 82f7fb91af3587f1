"""The premium: by how much a price could rise before being cut off would be better.

V(p), the target's cost when the price of what the measure would cut is raised by the
share p for the measure's length, is the least of linear functions of p: concave and
rising. The premium is the smallest p with V(p) = V(cut). Newton's steps from p = 0
never overshoot it and end after finitely many kinks. The rise is physical for nobody:
unmet demand and reserves stay as in the baseline, only the sources change.
"""

from dataclasses import dataclass, replace

import numpy as np

from derbes.case.arrays import ActivityKind, MeasureRun
from derbes.case.quantity import FloatArray
from derbes.leverage.baseline import Baseline
from derbes.programs.bounds import running
from derbes.programs.objective import order_costs
from derbes.programs.solver.highs import Session
from derbes.programs.solver.lexicographic import solve_levels
from derbes.programs.solver.statement import LinearProgram, usual_sizes

ROUNDS = 60
"""Kinks to pass at most; a case has about as many as sources."""
REACHED = 1e-9
"""Relative difference of V(p) and V(cut) that counts as none."""
EDGE = 1e-8
"""The same where nothing more is bought at any higher price: what is left is rounding."""
LARGEST = 100.0
"""A premium above this share of the price says only that next to nothing is bought."""
ROOM = 1e-9
"""Room above the baseline's unmet demand and shortfall, beside what is usual, for rounding."""


@dataclass(frozen=True, slots=True)
class Premium:
    """A premium, or the finding that no price rise up to `LARGEST` is as bad as the cut."""

    share: float | None
    is_unbounded: bool


class PriceRise:
    """A window with the sender's prices raised."""

    def __init__(self, baseline: Baseline) -> None:
        self.window = baseline.window
        self._session = Session(money_program(baseline))

    def premium(self, run: MeasureRun, target_loss: float, baseline: Baseline) -> Premium:
        """The premium of a measure whose loss beside a baseline is known.

        Args:
            run: The measure that cuts the sender's sales, and its length.
            target_loss: [money]
            baseline: The course without the measure, in this window.
        """
        program = money_program(baseline)
        self._session.set_column_bounds(program.col_lower, program.col_upper)
        self._session.set_row_bounds(program.row_lower, program.row_upper)
        exposed = self._exposed_costs(run, baseline)
        base = program.level_costs[0]
        rise, columns = 0.0, self._cheapest(program, base)
        before = float(base @ columns)
        size = abs(target_loss) + float(np.abs(base) @ np.abs(columns))
        for _round in range(ROUNDS):
            loss = float((base + rise * exposed) @ columns) - before
            if loss >= target_loss - REACHED * size:
                return Premium(rise, is_unbounded=False)
            slope = float(exposed @ columns)
            if loss + slope * (LARGEST - rise) < target_loss:
                is_edge = loss >= target_loss - EDGE * size
                return Premium(rise if is_edge else None, is_unbounded=not is_edge)
            rise += (target_loss - loss) / slope
            columns = self._cheapest(program, base + rise * exposed)
        return Premium(rise, is_unbounded=False)

    def _exposed_costs(self, run: MeasureRun, baseline: Baseline) -> FloatArray:
        """What the target pays the sender for what is cut, at base prices. (columns,)"""
        layout = self.window.layout
        costs = np.zeros(layout.n_columns)
        if run.measure is not None:
            activities = layout.arrays.activities
            is_sender = np.array([actor == run.measure.sender for actor in activities.actors])
            bought = is_sender & (activities.kinds == ActivityKind.PURCHASE)
            cut = bought & (run.measure.availability < activities.base_availability)
            prices = order_costs(layout, baseline.run)
            paid = prices * running(layout, run.length) * cut[:, None]
            layout.column("order").of(costs)[:] = paid
        return costs

    def _cheapest(self, program: LinearProgram, costs: FloatArray) -> FloatArray:
        weights = np.array([1.0 / max(float(np.abs(costs).max(initial=0.0)), 1e-300)])
        asked = replace(program, level_costs=costs[None, :], weights=weights)
        self._session.set_costs(asked.cost)
        return solve_levels(asked, self._session).columns


def money_program(baseline: Baseline) -> LinearProgram:
    """The baseline's program with money alone as objective.

    Nothing goes short that does not go short in the baseline.
    """
    layout, program = baseline.window.layout, baseline.program
    upper = program.col_upper.copy()
    usual = usual_sizes(program)
    for kind in ("unmet", "short", "behind", "younger", "staler"):
        level = layout.column(kind).of(baseline.columns)
        room = ROOM * layout.column(kind).of(usual.columns)
        layout.column(kind).of(upper)[:] = np.maximum(level, 0.0) + room
    money = program.level_costs[program.levels.index("money")]
    return replace(
        program,
        name="price rise",
        levels=("money",),
        level_costs=money[None, :],
        weights=np.array([1.0]),
        col_upper=upper,
        sizes=replace(usual, cost=None),
    )
