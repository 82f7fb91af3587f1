"""The premium: by how much a price could rise before being cut off would be better.

V(p), the target's cost when the price of what the measure would cut is raised by the
share p for the measure's length, is the least of linear functions of p: concave and
rising. The premium is the smallest p with V(p) = V(cut). Newton's steps from p = 0
never overshoot it and end after finitely many kinks. The rise is physical for nobody:
unmet demand and reserves stay as in the calm plan, only the sources change.
"""

from dataclasses import dataclass, replace

import numpy as np

from derbes.case.arrays import CALM, MeasureArrays
from derbes.case.quantity import FloatArray
from derbes.programs.bounds import reserve_path, running
from derbes.programs.branch import Window, calm_columns
from derbes.programs.chokepoint import stock_by_good
from derbes.programs.highs import Session
from derbes.programs.lexicographic import solve_levels
from derbes.programs.objective import order_costs
from derbes.programs.statement import LinearProgram

ROUNDS = 60
"""Kinks to pass at most; a case has about as many as sources."""
REACHED = 1e-9
"""Relative difference of V(p) and V(cut) that counts as none."""
ROOM = 1e-9
"""Room above the calm plan's unmet demand and shortfall, relative, against rounding."""


@dataclass(frozen=True, slots=True)
class Premium:
    """A premium, or the finding that no price rise is as bad as being cut off."""

    share: float | None
    is_unbounded: bool


class PriceRise:
    """The calm plan's window with the sender's prices raised; one per start."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self._program = _money_program(window)
        self._session = Session(self._program)
        self._calm = calm_columns(window)

    def premium(self, measure: MeasureArrays, length: int, target_loss: float) -> Premium:
        """The premium of a measure of some length whose loss is known. [money]"""
        exposed = self._exposed_costs(measure, length)
        base = self._program.level_costs[0]
        calm = float(base @ self._calm)
        rise, columns = 0.0, self._calm
        for _round in range(ROUNDS):
            loss = float((base + rise * exposed) @ columns) - calm
            if loss >= target_loss - REACHED * max(1.0, abs(target_loss)):
                return Premium(rise, is_unbounded=False)
            slope = float(exposed @ columns)
            if slope <= REACHED * max(1.0, abs(calm)):
                return Premium(None, is_unbounded=True)
            rise += (target_loss - loss) / slope
            columns = self._cheapest(base + rise * exposed)
        return Premium(rise, is_unbounded=False)

    def _exposed_costs(self, measure: MeasureArrays, length: int) -> FloatArray:
        """What the target pays the sender at base prices, by column. (columns,)"""
        layout = self.window.layout
        activities = layout.arrays.activities
        cut = measure.availability < activities.base_availability
        costs = np.zeros(layout.n_columns)
        paid = order_costs(layout, CALM) * running(layout, length) * cut[:, None]
        layout.column("order").of(costs)[:] = paid
        return costs

    def _cheapest(self, costs: FloatArray) -> FloatArray:
        weights = np.array([1.0 / max(float(np.abs(costs).max(initial=0.0)), 1e-300)])
        program = replace(self._program, level_costs=costs[None, :], weights=weights)
        self._session.set_costs(program.cost)
        return solve_levels(program, self._session).columns


def _money_program(window: Window) -> LinearProgram:
    """The window's program with money alone as objective.

    Nothing goes short that does not go short in the calm plan.
    """
    layout, program = window.layout, window.program
    calm = calm_columns(window)
    money = program.level_costs[program.levels.index("money")]
    upper = program.col_upper.copy()
    stock = stock_by_good(
        layout.arrays, layout.column("lot").of(calm), layout.column("fresh").of(calm)
    )
    short = np.maximum(reserve_path(layout, CALM) - stock[layout.reserved], 0.0)
    for kind, level in (("unmet", layout.column("unmet").of(calm)), ("short", short)):
        size = max(1.0, float(np.abs(stock).max(initial=0.0)))
        layout.column(kind).of(upper)[:] = level + ROOM * size
    layout.column("behind").of(upper)[:] = ROOM * max(1.0, float(window.calm_end.max(initial=0.0)))
    return replace(
        program,
        name="price rise",
        levels=("money",),
        level_costs=money[None, :],
        weights=np.array([1.0]),
        col_upper=upper,
    )
