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

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from derbes.kernels import certificate
from derbes.lp.lexicographic import n_proven
from derbes.lp.program import FloatArray, LinearProgram, Solution
from derbes.model.arrays import (
    CALM,
    ActivityKind,
    BoolArray,
    CaseArrays,
    IntArray,
)
from derbes.supply.bounds import running
from derbes.supply.disruption import Response, Window, calm_columns, even
from derbes.supply.network import unit_values
from derbes.supply.survival import NOTHING, stock_by_good

AS_GOOD = 1e-9
"""Relative difference up to which a course is as good as an optimum."""


@dataclass(frozen=True, eq=False)
class Baseline(Response):
    """The course of things without the measure."""

    program: LinearProgram
    """Bounds under which it is the best course."""

    @property
    def money(self) -> float:
        """V without the measure, discounted to the window's start. [money]"""
        costs = self.window.money_costs(self.run)
        return float(costs @ self.columns + self.on_the_way.sum())

    @cached_property
    def missing(self) -> FloatArray:
        """What it lacks of each good at the end. (G,) [unit]"""
        return missing_at_the_end(self.window, self.program, self.columns)


def is_as_good(program: LinearProgram, columns: FloatArray, best: FloatArray) -> bool:
    """Whether columns reach an optimum in every level that carries a number."""
    return certificate.is_as_good(program.level_costs[: n_proven(program)], columns, best, AS_GOOD)


def usual_course(window: Window, solution: Solution) -> Baseline:
    """The course without any measure: the calm plan, where it is as good as the optimum."""
    program, calm = window.program, calm_columns(window)
    best = even(window.layout, program, solution.columns, CALM, found=window.state)
    columns = calm if is_as_good(program, calm, solution.columns) else best
    return Baseline(window, CALM, window.state, columns, program)


ROUNDING = 1e-12
"""Part of both courses' money that a loss, or a margin lost, by rounding may be."""


@dataclass(frozen=True, slots=True)
class SenderAccount:
    """Margin that the sender loses. [money]"""

    returning: float | None
    lost: float | None
    missing: tuple[str, ...]


def target_loss(response: Response, baseline: Baseline) -> float:
    """V(cut) - V(baseline) over the window; what is there by rounding alone is none. [money]"""
    paid, without = response.paid, baseline.paid
    on_the_way, before = response.on_the_way, baseline.on_the_way
    width = max(on_the_way.shape[1], before.shape[1])
    late = np.zeros((2, len(on_the_way), width))
    late[0, :, : on_the_way.shape[1]], late[1, :, : before.shape[1]] = on_the_way, before
    loss = float((paid - without).sum() + (late[0] - late[1]).sum())
    size = float(np.abs(paid).sum() + np.abs(without).sum())
    return loss if abs(loss) > ROUNDING * size else 0.0


END = (
    ("behind", ("calm_state",)),
    ("younger", ("calm_age", "calm_age_kept")),
    ("staler", ("calm_freshness", "calm_freshness_kept")),
)
"""What the end of a window is behind the calm plan, and the rows that ask for it (L8)."""


def lacking_at_the_end(
    window: Window, program: LinearProgram, columns: FloatArray
) -> dict[str, FloatArray]:
    """What a course lacks at the window's end beside the calm plan, by kind of column (L8).

    Args:
        window: The window.
        program: Its program under the course's measure.
        columns: The course. (columns,)
    """
    layout, own = window.layout, columns.copy()
    for kind, _rows in END:
        layout.column(kind).of(own)[:] = 0.0
    first = layout.row("calm_state").offset
    lacks = np.zeros(layout.n_rows)
    lacks[first:] = np.maximum(program.row_lower[first:] - window.end_rows @ own, 0.0)
    return {kind: np.max([layout.row(row).of(lacks) for row in rows], axis=0) for kind, rows in END}


def missing_of(window: Window, lacks: Mapping[str, FloatArray]) -> FloatArray:
    """What is lacking at the end of each good: amounts, or age where that is more. (G,) [unit]

    Args:
        window: The window.
        lacks: As `lacking_at_the_end` has it.
    """
    missing = lacks["behind"].sum(axis=1)
    np.maximum.at(missing, window.layout.arrays.lot_goods, lacks["younger"].max(axis=1, initial=0))
    np.maximum.at(missing, window.layout.perishable, lacks["staler"].max(axis=1, initial=0.0))
    return np.asarray(missing, dtype=np.float64)


def missing_at_the_end(window: Window, program: LinearProgram, columns: FloatArray) -> FloatArray:
    """What a course lacks of each good at the end. (G,) [unit]"""
    return missing_of(window, lacking_at_the_end(window, program, columns))


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


@lru_cache(maxsize=64)
def sold_by(arrays: CaseArrays, actor: str) -> BoolArray:
    """Purchases from an actor. (K,)"""
    activities = arrays.activities
    mine = np.array([seller == actor for seller in activities.actors], dtype=np.bool_)
    return np.asarray(mine & (activities.kinds == ActivityKind.PURCHASE), dtype=np.bool_)


def _margins(response: Response, sellers: IntArray) -> tuple[FloatArray, FloatArray]:
    """Discounted margin on what arrives from sellers, by period from the start on; the prices.

    Of what was ordered before and in the window. (sellers, n + longest lead time) each.
    [money/period], [money/unit]
    """
    layout, arrays = response.window.layout, response.window.layout.arrays
    lead_times, transit = arrays.activities.lead_times[sellers], response.found.transit
    width = layout.n + max(int(lead_times.max(initial=0)), transit.shape[1])
    before, new = np.zeros((2, len(sellers), width))
    before[:, : transit.shape[1]] = transit[sellers]
    for row, (k, lead) in enumerate(zip(sellers, lead_times, strict=True)):
        new[row, lead : lead + layout.n] = response.orders[k]
    periods = np.minimum(layout.start + np.arange(width), arrays.n_periods - 1)
    factor = arrays.discount[periods] / arrays.discount[layout.start]
    prices = arrays.activities.price[sellers[:, None], periods] * factor
    shares = arrays.activities.margin_share[sellers, None]
    return shares * prices * (before + new), prices


def _profit(response: Response, sellers: IntArray) -> float:
    """Margin on what arrives from the window's orders and what was on the way. [money]

    A risen price is all margin.
    """
    layout, run = response.window.layout, response.run
    margins, prices = _margins(response, sellers)
    profit = float(margins.sum())
    if run.measure is not None:
        rise = run.measure.cost_factor[sellers] - 1.0
        for row in np.flatnonzero(rise):
            k = sellers[row]
            lead = int(layout.arrays.activities.lead_times[k])
            risen = rise[row] * running(layout, run.length) * prices[row, lead : lead + layout.n]
            profit += float(risen @ response.orders[k])
    return profit


@lru_cache(maxsize=64)
def _undisturbed(baseline: Baseline, sender: str) -> tuple[float, float]:
    """Margin on what arrives from a sender in the baseline: all, and over the horizon. [money]"""
    sellers = np.flatnonzero(sold_by(baseline.window.layout.arrays, sender))
    margins, _prices = _margins(baseline, sellers)
    return _profit(baseline, sellers), float(margins[:, : baseline.window.layout.n].sum())


def sender_account(baseline: Baseline, response: Response, sender: str) -> SenderAccount:
    """What the measure costs its sender, for a buyer who returns and one who does not."""
    arrays, measure = baseline.window.layout.arrays, response.run.measure
    sellers = sold_by(arrays, sender)
    if not sender or not sellers.any():
        lacks = (
            f"actors.{sender}" if sender else f"measures.{measure.name if measure else ''}.sender"
        )
        return SenderAccount(None, None, (lacks,))
    unknown = sellers & np.isnan(arrays.activities.margin_share)
    if unknown.any():
        elements = dict.fromkeys(arrays.activities.elements[k] for k in np.flatnonzero(unknown))
        return SenderAccount(None, None, tuple(f"{element}.margin_share" for element in elements))
    before, lost = _undisturbed(baseline, sender)
    after = _profit(response, np.flatnonzero(sellers))
    is_alike = abs(before - after) <= ROUNDING * (abs(before) + abs(after))
    return SenderAccount(0.0 if is_alike else before - after, lost, ())


def reserve_gap(response: Response) -> float:
    """Largest part of the reserve targets that is not held in one period, 0-1."""
    layout, arrays = response.window.layout, response.window.layout.arrays
    part = slice(layout.start, layout.start + layout.n)
    target = arrays.reserve[layout.reserved, part]
    held = stock_by_good(arrays, response.lots, response.fresh)[layout.reserved]
    short = np.where(target - held > NOTHING * target, target - held, 0.0)
    gaps = np.divide(short, target, out=np.zeros_like(short), where=target > 0)
    return float(gaps.max(initial=0.0))
