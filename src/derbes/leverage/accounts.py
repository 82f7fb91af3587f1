"""What a branch costs the target, and what the measure costs its sender.

target_loss = V(cut) - V(baseline) over the same window from the same state: purchases,
running, storage, transport, and the cost of being short where the case gives one,
discounted to the measure's start. sender_cost is margin on sales: what is sold less
when the buyer comes back and refills, and all sales of the horizon when the buyer
never comes back.
"""

from dataclasses import dataclass

import numpy as np

from derbes.case.arrays import ActivityKind, BoolArray, CaseArrays, IntArray, MeasureRun, State
from derbes.case.quantity import FloatArray
from derbes.leverage.baseline import Baseline
from derbes.programs.bounds import running
from derbes.programs.branch import Window, paid_on_arrival
from derbes.programs.chokepoint import NOTHING, stock_by_good
from derbes.programs.values import unit_values

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
