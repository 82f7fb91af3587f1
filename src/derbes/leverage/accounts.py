"""What a branch costs the target, and what the measure costs its sender.

target_loss = V(cut) - V(baseline) over the same window from the same state: purchases,
running, storage, transport, and the cost of being short where the case gives one,
discounted to the measure's start. sender_cost is margin on sales: what is sold less
when the buyer comes back and refills, and all sales of the horizon when the buyer
never comes back.
"""

from dataclasses import dataclass

import numpy as np

from derbes.case.arrays import ActivityKind, BoolArray, CaseArrays, MeasureRun
from derbes.case.quantity import FloatArray
from derbes.case.state import State
from derbes.leverage.baseline import Baseline
from derbes.programs.bounds import running
from derbes.programs.branch import Window, paid_on_arrival
from derbes.programs.calm import CalmSolution, arrivals_by_period
from derbes.programs.chokepoint import NOTHING, stock_by_good
from derbes.programs.objective import money_costs
from derbes.programs.values import unit_values


@dataclass(frozen=True, slots=True)
class Response:
    """What the target does after a measure has struck, by whichever rule."""

    orders: FloatArray
    """(K, n)"""
    lots: FloatArray
    fresh: FloatArray
    unmet: FloatArray
    found: State
    behind: FloatArray
    """Stock and arrivals that are missing at the window's end beside the calm plan.
    (G, 1 + longest lead time) [unit]"""


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


def response_money(window: Window, response: Response, run: MeasureRun) -> float:
    """V(cut) over the window; what is behind at the end at its cheapest price. [money]"""
    arrays, layout = window.layout.arrays, window.layout
    costs = money_costs(layout, run)
    on_the_way = paid_on_arrival(window, response.found).sum()
    last = layout.start + layout.n - 1
    behind = unit_values(arrays, last) @ response.behind.sum(axis=1)
    factor = arrays.discount[last] / arrays.discount[layout.start]
    return float(costs @ as_columns(window, response) + on_the_way + behind * factor)


def unpriced_uses(arrays: CaseArrays, unmet: FloatArray) -> tuple[str, ...]:
    """Paths of shortage costs that are missing though demand goes unmet."""
    size = NOTHING * max(1.0, float(arrays.demand.max(initial=0.0)))
    short = (unmet.sum(axis=1) > size) & np.isnan(arrays.shortage_cost)
    return tuple(f"uses.{arrays.uses[u]}.shortage_cost" for u in np.flatnonzero(short))


def sold_by(arrays: CaseArrays, actor: str) -> BoolArray:
    """Purchases from an actor. (K,)"""
    activities = arrays.activities
    mine = np.array([seller == actor for seller in activities.actors], dtype=np.bool_)
    return np.asarray(mine & (activities.kinds == ActivityKind.PURCHASE), dtype=np.bool_)


def _profit(window: Window, orders: FloatArray, found: State, run: MeasureRun) -> FloatArray:
    """Margin on the window's orders and on what was on the way. (K,) [money]

    A risen price is all margin.
    """
    arrays, layout = window.layout.arrays, window.layout
    activities = arrays.activities
    profit = np.zeros(len(activities.names))
    runs = running(layout, run.length) > 0
    last = arrays.n_periods - 1
    for k, lead in enumerate(activities.lead_times):
        paid = np.minimum(layout.start + np.arange(layout.n) + lead, last)
        price = activities.price[k, paid]
        rise = 1.0 if run.measure is None else run.measure.cost_factor[k]
        factor = np.where(runs, rise, 1.0)
        margin = price * (activities.margin_share[k] + factor - 1.0)
        profit[k] = (margin * arrays.discount[paid]) @ orders[k]
        later = np.minimum(layout.start + np.arange(found.transit.shape[1]), last)
        value = activities.price[k, later] * arrays.discount[later]
        profit[k] += activities.margin_share[k] * (value @ found.transit[k])
    return np.asarray(profit / arrays.discount[layout.start], dtype=np.float64)


def lost_margin(calm: CalmSolution, sellers: BoolArray, start: int) -> float:
    """Margin on all calm sales over the sender's horizon. [money]"""
    arrays = calm.arrays
    part = slice(start, start + arrays.sender_horizon)
    sales = arrivals_by_period(calm)[sellers, part] * arrays.activities.price[sellers, part]
    margin = (sales @ arrays.discount[part]) * arrays.activities.margin_share[sellers]
    return float(margin.sum() / arrays.discount[start])


def sender_account(
    baseline: Baseline, response: Response, run: MeasureRun, sender: str
) -> SenderAccount:
    """What the measure costs its sender, for a buyer who returns and one who does not."""
    window = baseline.window
    arrays = window.layout.arrays
    sellers = sold_by(arrays, sender)
    if not sender or not sellers.any():
        name = run.measure.name if run.measure else ""
        return SenderAccount(None, None, (f"measures.{name}.sender",))
    unknown = sellers & np.isnan(arrays.activities.margin_share)
    if unknown.any():
        elements = dict.fromkeys(arrays.activities.elements[k] for k in np.flatnonzero(unknown))
        return SenderAccount(None, None, tuple(f"{element}.margin_share" for element in elements))
    before = _profit(window, baseline.orders, baseline.found, baseline.run)[sellers].sum()
    after = _profit(window, response.orders, response.found, run)[sellers].sum()
    lost = lost_margin(window.calm, sellers, window.layout.start)
    return SenderAccount(float(before - after), lost, ())


def reserve_gap(window: Window, response: Response) -> float:
    """Largest part of the reserve targets that is not held in one period, 0-1."""
    layout, arrays = window.layout, window.layout.arrays
    part = slice(layout.start, layout.start + layout.n)
    target = arrays.reserve[layout.reserved, part]
    held = stock_by_good(arrays, response.lots, response.fresh)[layout.reserved]
    short = np.maximum(target - held, 0.0)
    gaps = np.divide(short, target, out=np.zeros_like(short), where=target > 0)
    return float(gaps.max(initial=0.0))
