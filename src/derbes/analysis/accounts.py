"""What a branch costs the target, and what the measure costs its sender.

target_loss = V(cut) - V(baseline) over the same window from the same state: purchases,
running, storage, transport, and the cost of being short where the case gives one,
discounted to the measure's start. sender_cost is margin on sales: what is sold less
when the buyer comes back and refills, and all sales of the horizon when the buyer
never comes back.

What would happen without the measure, from the same state and under the same demand.

It is the optimum of the branch's own window without the measure, so that a measure that
takes nothing away costs nothing; mostly that is the calm plan going on. Where a measure
comes with a crisis or a surge of demand, the baseline meets the same demand by surprise
without being cut off: what the crisis itself costs is nobody's leverage.
"""

from dataclasses import dataclass

import numpy as np

from derbes.lp.lexicographic import n_proven
from derbes.lp.program import FloatArray, LinearProgram, Solution
from derbes.model.arrays import (
    CALM,
    ActivityKind,
    BoolArray,
    CaseArrays,
    IntArray,
    MeasureRun,
    State,
)
from derbes.supply.bounds import running
from derbes.supply.disruption import BranchSolution, Window, calm_columns, even, paid_on_arrival
from derbes.supply.network import unit_values
from derbes.supply.survival import NOTHING, stock_by_good

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


ROUNDING = 1e-12
"""Part of both courses' money that a loss by rounding may be."""


@dataclass(frozen=True, slots=True)
class Response:
    """What the target does after a measure has struck, by whichever rule."""

    orders: FloatArray
    """(K, n)"""
    lots: FloatArray
    fresh: FloatArray
    unmet: FloatArray
    found: State


@dataclass(frozen=True, slots=True)
class SenderAccount:
    """Margin that the sender loses. [money]"""

    returning: float | None
    lost: float | None
    missing: tuple[str, ...]


def as_columns(window: Window, response: Response) -> FloatArray:
    """A response as columns of the window's program. (columns,)"""
    columns = np.zeros(window.layout.n_columns)
    window.layout.column("order").of(columns)[:] = response.orders
    window.layout.column("lot").of(columns)[:] = response.lots
    window.layout.column("fresh").of(columns)[:] = response.fresh
    window.layout.column("unmet").of(columns)[:] = response.unmet
    return columns


def target_loss(response: Response, run: MeasureRun, baseline: Baseline) -> float:
    """V(cut) - V(baseline) over the window; what is there by rounding alone is none. [money]"""
    window = baseline.window
    paid = window.money_costs(run) * as_columns(window, response)
    without = window.money_costs(baseline.run) * baseline.columns
    on_the_way = paid_on_arrival(window, response.found)
    before = paid_on_arrival(window, baseline.found)
    width = max(on_the_way.shape[1], before.shape[1])
    late = np.zeros((2, len(on_the_way), width))
    late[0, :, : on_the_way.shape[1]], late[1, :, : before.shape[1]] = on_the_way, before
    loss = float((paid - without).sum() + (late[0] - late[1]).sum())
    size = float(np.abs(paid).sum() + np.abs(without).sum())
    return loss if abs(loss) > ROUNDING * size else 0.0


def unrestored(window: Window, missing: FloatArray) -> float:
    """What the end still lacks at the cheapest replacement, discounted to the start. [money]

    Args:
        window: The window.
        missing: Stock and arrivals that are missing. (G,) [unit]
    """
    arrays, layout = window.layout.arrays, window.layout
    last = layout.start + layout.n - 1
    missing = np.where(missing > NOTHING * arrays.flow_size, missing, 0.0)
    factor = arrays.discount[last] / arrays.discount[layout.start]
    return float(unit_values(arrays, last) @ missing * factor)


def unpriced_uses(arrays: CaseArrays, unmet: FloatArray) -> tuple[str, ...]:
    """Paths of shortage costs that are missing though demand goes unmet."""
    size = NOTHING * arrays.flow_size[arrays.use_goods]
    short = (unmet.sum(axis=1) > size) & np.isnan(arrays.shortage_cost)
    return tuple(f"uses.{arrays.uses[u]}.shortage_cost" for u in np.flatnonzero(short))


def sold_by(arrays: CaseArrays, actor: str) -> BoolArray:
    """Purchases from an actor. (K,)"""
    activities = arrays.activities
    mine = np.array([seller == actor for seller in activities.actors], dtype=np.bool_)
    return np.asarray(mine & (activities.kinds == ActivityKind.PURCHASE), dtype=np.bool_)


def _sales(
    baseline: Baseline, orders: FloatArray, found: State, sellers: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Arrivals from sellers by period from the start: ordered before it, and in it.

    (sellers, n + longest lead time) each. [unit/period]
    """
    layout = baseline.window.layout
    lead_times = layout.arrays.activities.lead_times[sellers]
    width = layout.n + max(int(lead_times.max(initial=0)), found.transit.shape[1])
    before, new = np.zeros((2, len(sellers), width))
    before[:, : found.transit.shape[1]] = found.transit[sellers]
    for row, (k, lead) in enumerate(zip(sellers, lead_times, strict=True)):
        new[row, lead : lead + layout.n] = orders[k]
    return before, new


def _prices(baseline: Baseline, sellers: IntArray, width: int) -> FloatArray:
    """Discounted price of a unit by period of arrival. (sellers, width) [money/unit]"""
    layout, arrays = baseline.window.layout, baseline.window.layout.arrays
    periods = np.minimum(layout.start + np.arange(width), arrays.n_periods - 1)
    factor = arrays.discount[periods] / arrays.discount[layout.start]
    return np.asarray(arrays.activities.price[np.ix_(sellers, periods)] * factor, dtype=np.float64)


def _profit(
    baseline: Baseline, response: Response | Baseline, run: MeasureRun, sellers: IntArray
) -> float:
    """Margin on what arrives from the window's orders and what was on the way. [money]

    A risen price is all margin.
    """
    layout, activities = baseline.window.layout, baseline.window.layout.arrays.activities
    before, new = _sales(baseline, response.orders, response.found, sellers)
    prices = _prices(baseline, sellers, before.shape[1])
    shares = activities.margin_share[sellers, None]
    profit = float((shares * prices * (before + new)).sum())
    if run.measure is not None:
        rise = run.measure.cost_factor[sellers] - 1.0
        for row in np.flatnonzero(rise):
            lead = int(activities.lead_times[sellers[row]])
            part = slice(lead, lead + layout.n)
            risen = rise[row] * running(layout, run.length) * prices[row, part]
            profit += float(risen @ new[row, part])
    return profit


def lost_margin(baseline: Baseline, sellers: IntArray) -> float:
    """Margin on all that the baseline buys over the horizon. [money]"""
    layout, arrays = baseline.window.layout, baseline.window.layout.arrays
    before, new = _sales(baseline, baseline.orders, baseline.found, sellers)
    shares = arrays.activities.margin_share[sellers, None]
    sales = (before + new)[:, : layout.n]
    return float((shares * _prices(baseline, sellers, layout.n) * sales).sum())


def sender_account(
    baseline: Baseline, response: Response, run: MeasureRun, sender: str
) -> SenderAccount:
    """What the measure costs its sender, for a buyer who returns and one who does not."""
    arrays = baseline.window.layout.arrays
    sellers = sold_by(arrays, sender)
    if not sender or not sellers.any():
        name = run.measure.name if run.measure else ""
        return SenderAccount(None, None, (f"measures.{name}.sender",))
    unknown = sellers & np.isnan(arrays.activities.margin_share)
    if unknown.any():
        elements = dict.fromkeys(arrays.activities.elements[k] for k in np.flatnonzero(unknown))
        return SenderAccount(None, None, tuple(f"{element}.margin_share" for element in elements))
    which = np.flatnonzero(sellers)
    before = _profit(baseline, baseline, baseline.run, which)
    after = _profit(baseline, response, run, which)
    return SenderAccount(before - after, lost_margin(baseline, which), ())


def reserve_gap(window: Window, response: Response) -> float:
    """Largest part of the reserve targets that is not held in one period, 0-1."""
    layout, arrays = window.layout, window.layout.arrays
    part = slice(layout.start, layout.start + layout.n)
    target = arrays.reserve[layout.reserved, part]
    held = stock_by_good(arrays, response.lots, response.fresh)[layout.reserved]
    short = np.maximum(target - held, 0.0)
    gaps = np.divide(short, target, out=np.zeros_like(short), where=target > 0)
    return float(gaps.max(initial=0.0))
