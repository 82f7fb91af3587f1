"""What would happen without the measure, from the same state and under the same demand.

Mostly that is the calm plan going on. Where a measure comes with a crisis or a surge of
demand, the baseline meets the same demand by surprise without being cut off: what the
crisis itself costs is nobody's leverage.
"""

from dataclasses import dataclass, replace

import numpy as np

from derbes.case.arrays import CALM, CaseArrays, MeasureArrays, MeasureRun, State
from derbes.programs.branch import BranchSolution, Window, calm_columns, paid_on_arrival
from derbes.programs.solver.statement import FloatArray, LinearProgram


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
    def money(self) -> float:
        """V without the measure, discounted to the window's start. [money]"""
        costs = self.window.money_costs(self.run)
        on_the_way = paid_on_arrival(self.window, self.found).sum()
        return float(costs @ self.columns + on_the_way)


def demand_alone(arrays: CaseArrays, measure: MeasureArrays) -> MeasureArrays | None:
    """The measure with nothing but its demand; None when the calm plan is the baseline.

    That is so when the measure does not touch demand, and when it touches nothing else.
    """
    in_crisis = measure.crisis and bool(np.any(arrays.crisis_demand != arrays.demand))
    if not in_crisis and np.all(measure.demand_factor == 1.0):
        return None
    alone = replace(
        measure,
        availability=arrays.activities.base_availability,
        cost_factor=np.ones_like(measure.cost_factor),
        transit_kept=np.ones_like(measure.transit_kept),
        transit_late=np.zeros_like(measure.transit_late),
        lot_kept=np.ones_like(measure.lot_kept),
        fresh_kept=np.ones_like(measure.fresh_kept),
        plant_delay=np.zeros_like(measure.plant_delay),
    )
    return alone if _differs(alone, measure) else None


def _differs(alone: MeasureArrays, measure: MeasureArrays) -> bool:
    names = ("availability", "cost_factor", "transit_kept", "transit_late", "lot_kept")
    more = ("fresh_kept", "plant_delay")
    return any(
        not np.array_equal(getattr(alone, name), getattr(measure, name)) for name in names + more
    )


def calm_baseline(window: Window) -> Baseline:
    """The calm plan going on."""
    return Baseline(window, calm_columns(window), window.state, CALM, window.program)


def crisis_baseline(branch: BranchSolution) -> Baseline:
    """The best course under the crisis alone."""
    return Baseline(
        branch.window, branch.solution.columns, branch.found, branch.run, branch.program
    )
