"""The base course of a plan: the calm program over the calendar, once in each draw.

The equations are (L1) to (L7) and (L9) of the calm plan without a tail: stocks at the end are
free. To them come

(M6) What a contract pays for: sum of the orders from it + idle[c,t] >= taken share times
what is contracted; the idle part is paid for too.
(M7) Ceilings on payments abroad: what goods cost that arrive in a year, as paid, those that
were ordered before the calendar and the idle part of contracts too, plus what options cost
abroad, is at most the ceiling plus an excess that is not allowed.
(M8) A standard without a measure: n[u,t] - miss[u,t] <= (1 - share) demand[u,t].
(M16) One that caps sellers, the most that may come of a good from one of them, year by year:
sum over the year of [seller s delivers g] <= at most * whole[g] + over[s,year], where the whole
is what is bought abroad of g in the year, or its use: what is bought and made, less what is
exported. What was ordered before the calendar counts when it arrives. Years are counted from
the first month of the cap on; what is left at the end of the calendar, less than a year, counts
with the last of them.

Symbols: c contract, u use, t period, n unmet demand (`unmet`), g good, s seller: an actor abroad
with all its offers, or several together.

What it is worth that nothing falls short: weights of shortfalls beside each other. Demand with
a cost of being short has this price and, where a unit can be had for more, what is lacking to
the dearest of them: it may fall short for want of goods, never to save the money for them. A
unit counts as much as the good is worth; payments above a ceiling count as money.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from derbes.case.entities import Case
from derbes.case.options import USE, OptionKind, Standard
from derbes.case.quantity import MONTHS_A_YEAR, FloatArray
from derbes.lp.program import BoolArray, IntArray, power_of_two
from derbes.model.arrays import CALM, ActivityKind, CaseArrays
from derbes.planning.effects import (
    CAPACITY,
    Aftermath,
    BoundTemplate,
    DrawArrays,
    all_effects,
    contract_activities,
    first_elements,
    gather_template,
    taken_contracts,
)
from derbes.planning.first_stage import FirstStage
from derbes.supply.baseline import orders_before
from derbes.supply.bounds import window_bounds
from derbes.supply.network import BlockIndex, Entries, Layout, Parts, make_layout, supply_matrix
from derbes.supply.objective import money_costs, stock_values

SOFT = 20.0
"""Price of what falls short last, in units of its worth, to begin with."""
SHORT_MOST, SHORT_LEAST = 0.2, 0.1
"""Price of a reserve that is short for one period, beside the price of deferrable demand:
more than a unit can save, so that a reserve is not sold out at the end of the calendar."""
SHORT_ABOVE = 1.6
"""The same where the reserve ranks before deferrable demand."""
SHORT_FOR = 12.0
"""Periods of a short reserve that weigh less than a unit of demand with a cost of being short."""

LEAST_WORTH = 1e-3
"""Least that a period of a use is worth, beside one of the use of which it is worth most."""

TOGETHER = "together"
"""Stands for sellers that are capped as one."""


@dataclass(frozen=True, slots=True)
class Cap:
    """A standard that caps sellers: its rows and what it limits, the same in all draws."""

    name: str
    standard: Standard
    target: str
    sellers: tuple[str, ...]
    """Each actor abroad that sells anything, or the named ones as one. (S,)"""
    years: tuple[slice, ...]
    """Periods of each year. (Y,)"""


@dataclass(frozen=True, slots=True)
class BaseCourse:
    """What the base courses of all draws have in common."""

    layout: Layout
    contracts: tuple[str, ...]
    """Elements that are paid for whether they are taken or not."""
    ceilings: tuple[tuple[int, float], ...]
    """(year, most that may be paid abroad [money])"""
    standards: tuple[tuple[str, Standard], ...]
    """Standards without a measure that ask for uses to be met."""
    caps: tuple[Cap, ...]
    """Standards that cap sellers."""
    aftermath: Aftermath
    gains: "Gains"

    @property
    def money(self) -> float:
        """Worth of what uses ask for in a period, of the good of which it is most. [money]"""
        arrays, values = self.layout.arrays, self.layout.values
        return float((values * arrays.flow_size)[arrays.use_goods].max(initial=0.0))

    def size_of(self, cost: float) -> float:
        """What a difference of costs is small beside: the cost, or what uses ask for. [money]"""
        return max(self.money, abs(cost))

    @property
    def is_asked(self) -> bool:
        """Whether a standard holds in the base course itself."""
        return bool(self.standards or self.caps)

    habits: IntArray
    """Purchases of which something has to be taken; those by several routes have a row already."""
    firm: IntArray
    """Places among the goods with a reserve of those with `calm_short`."""
    calm_short: FloatArray
    """What calm lacks of a reserve, nothing chosen, in the draw where it lacks most: what is short
    beyond is drawn for money. Of goods whose reserve would have a lower price beside demand with
    a cost of being short. (firm, n) [unit]"""


@dataclass(frozen=True, slots=True)
class Gains:
    """What money could gain by a shortfall, the most in any draw."""

    most_saved: FloatArray
    """Most that a unit of each good may save or bring, all options open, and its storage in a
    period. (G,) [money/unit]"""
    lacking: FloatArray
    """What its cost of being short lacks to the dearest way to what a use asks for; nan: it has
    no such cost. (U,) [money/unit]"""
    shortage_cost: FloatArray
    """Least of the draws; nan: none. (U,) [money/unit]"""

    def at_most(self, other: "Gains") -> "Gains":
        """What could be gained in one draw or another."""
        return Gains(
            most_saved=np.maximum(self.most_saved, other.most_saved),
            lacking=np.fmax(self.lacking, other.lacking),
            shortage_cost=np.fmin(self.shortage_cost, other.shortage_cost),
        )


def gains_of(written: DrawArrays) -> Gains:
    """What money could gain by a shortfall in a draw."""
    arrays = written.arrays
    dearest = dearest_ways(arrays)[arrays.use_goods]
    return Gains(
        most_saved=most_saved(written.open_arrays) + arrays.storage_cost.max(axis=1),
        lacking=np.maximum(dearest - arrays.shortage_cost, 0.0),
        shortage_cost=arrays.shortage_cost,
    )


def make_base_course(
    case: Case, written: DrawArrays, gains: Gains, aftermath: Aftermath
) -> BaseCourse:
    """Blocks of the base course of a case with central values and the standards asked for."""
    budget = case.budget
    ceilings = sorted(budget.foreign_by_year.items()) if budget else []
    reserve = written.arrays.reserve.copy()
    for option in case.options.values():  # every good that one holds a reserve of has one
        if option.kind is OptionKind.RESERVE:
            reserve[written.arrays.goods.index(option.element.split(".", 1)[1])] += 1.0
    arrays = replace(
        written.arrays,
        reserve=reserve,
        refill_periods=aftermath.refill,
        sender_horizon=aftermath.sender_horizon,
    )
    has_least = {f"suppliers.{s.id}" for s in case.suppliers.values() if s.at_least is not None}
    alone = arrays.activities.shared < 0
    is_habit = alone & np.isin(arrays.activities.elements, sorted(has_least))
    in_calm = [(name, one) for name, one in case.standards.items() if not one.measure]
    course = BaseCourse(
        firm=np.zeros(0, dtype=np.int64),
        calm_short=np.zeros((1, arrays.n_calendar)),
        habits=np.flatnonzero(is_habit).astype(np.int64),
        layout=make_layout(arrays, 0, arrays.n_calendar, has_reserve=True),
        contracts=taken_contracts(case),
        ceilings=tuple((year, most.value) for year, most in ceilings),
        standards=tuple((name, one) for name, one in in_calm if not one.is_cap),
        caps=caps_of(in_calm, arrays, case.target, arrays.n_calendar),
        aftermath=aftermath,
        gains=gains,
    )
    is_held_down = reserve_prices(course, course.layout.n) < unlimited_prices(course)
    return replace(course, firm=np.flatnonzero(is_held_down).astype(np.int64))


def uses_of(standard: Standard, arrays: CaseArrays) -> IntArray:
    """Uses that a standard is about; all that are essential when it names none."""
    if not standard.uses:
        return np.flatnonzero(arrays.use_essential).astype(np.int64)
    return np.array([arrays.uses.index(use) for use in standard.uses], dtype=np.int64)


def share_of(standard: Standard) -> float:
    """Part of the demand that is to be met."""
    return 1.0 if standard.share is None else standard.share.value


def base_parts(shape: BaseCourse) -> tuple[Parts, Parts]:
    """Blocks of columns and of rows: the calm plan's, then those of (M6) to (M8) and (M16)."""
    layout, arrays = shape.layout, shape.layout.arrays
    n, (columns, rows) = layout.n, layout.parts()
    contracts = tuple(element.split(".", 1)[1] for element in shape.contracts)
    years = tuple(f"y{year}" for year, _most in shape.ceilings)
    columns += [("idle", contracts, 0, n), ("excess", years, 0, 1)]
    columns += [("drawn", [arrays.goods[g] for g in layout.reserved[shape.firm]], 0, n)]
    habits = tuple(arrays.activities.names[k] for k in shape.habits)
    rows += [("taken", contracts, 0, n), ("abroad", years, 0, 1), ("at_least", habits, 0, n)]
    for name, standard in shape.standards:
        uses = tuple(arrays.uses[u] for u in uses_of(standard, arrays))
        columns.append((f"miss_{name}", uses, 0, n))
        rows.append((f"met_{name}", uses, 0, n))
    for cap in shape.caps:
        columns.append((f"over_{cap.name}", cap.sellers, 0, len(cap.years)))
        rows.append((f"cap_{cap.name}", cap.sellers, 0, len(cap.years)))
    return columns, rows


def add_base_entries(
    shape: BaseCourse, written: DrawArrays, index: BlockIndex, entries: Entries
) -> None:
    """Entries of the base course's matrix in a draw."""
    layout = replace(shape.layout, arrays=written.arrays)
    supply = supply_matrix(layout).tocoo()
    entries.add(supply.row.astype(np.int64), supply.col.astype(np.int64), supply.data)
    orders = index.column("order").indices
    taken, idle = index.row("taken").indices, index.column("idle").indices
    entries.add(taken, idle, 1.0)
    for c, element in enumerate(shape.contracts):
        for k in contract_activities(written, element):
            entries.add(taken[c], orders[k], 1.0)
    entries.add(index.row("at_least").indices, orders[shape.habits], 1.0)
    entries.add(index.row("reserve").indices[shape.firm], index.column("drawn").indices, 1.0)
    abroad = index.row("abroad").indices[:, 0]
    entries.add(abroad, index.column("excess").indices[:, 0], -1.0)
    # purchases from abroad: money of a unit as paid, and the year of its payment (k, n)
    arrays, activities = written.arrays, written.arrays.activities
    bought, calendar_years = _bought_abroad(written), _years_of(arrays)
    when = np.arange(layout.n) + activities.lead_times[bought, None]
    when = np.minimum(when, arrays.n_periods - 1)
    money = np.take_along_axis(activities.unit_cost[bought], when, axis=1)
    for row, (year, _most) in zip(abroad, shape.ceilings, strict=True):
        in_year = calendar_years == year
        entries.add(np.full_like(orders[bought], row), orders[bought], money * in_year[when])
        for c, element in enumerate(shape.contracts):
            k = contract_activities(written, element)[0]
            if k in bought:
                paid = activities.price[k, : layout.n] * in_year[: layout.n]
                entries.add(np.full_like(idle[c], row), idle[c], paid)
    for name, standard in shape.standards:
        rows = index.row(f"met_{name}").indices
        unmet = index.column("unmet").indices[uses_of(standard, layout.arrays)]
        entries.add(rows, unmet, 1.0)
        entries.add(rows, index.column(f"miss_{name}").indices, -1.0)
    for cap in shape.caps:
        add_cap_entries(cap, arrays, index, entries)


def _bought_abroad(written: DrawArrays) -> IntArray:
    """Purchases from others than the target."""
    activities, target = written.arrays.activities, written.case.target
    is_abroad = np.array([actor != target for actor in activities.actors], dtype=np.bool_)
    found = np.flatnonzero((activities.kinds == ActivityKind.PURCHASE) & is_abroad)
    return found.astype(np.int64)


def _years_of(arrays: CaseArrays) -> IntArray:
    """Year of each period. (T,)"""
    return np.array([arrays.calendar.month_of(t)[0] for t in range(arrays.n_periods)])


def base_bounds(
    shape: BaseCourse, written: DrawArrays, index: BlockIndex
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """The base course in a draw; columns and rows of others are free and cost nothing.

    Returns:
        Lower and upper bounds of rows, upper bounds of columns, money of columns; all
        columns are at least 0, and what has to be taken has rows.
    """
    layout = replace(shape.layout, arrays=written.arrays)
    arrays, n = written.arrays, layout.n
    lower, upper = np.full(index.n_rows, -np.inf), np.full(index.n_rows, np.inf)
    closed, money = np.full(index.n_columns, np.inf), np.zeros(index.n_columns)
    bounds = window_bounds(layout, written.first)
    lower[: layout.n_rows], upper[: layout.n_rows] = bounds.row_lower, bounds.row_upper
    closed[: layout.n_columns] = bounds.col_upper
    money[: layout.n_columns] = money_costs(layout, CALM)
    index.row("taken").of(lower)[:] = 0.0
    index.row("reserve").of(lower)[shape.firm] -= shape.calm_short
    index.column("short").of(closed)[shape.firm] = 0.0
    least = layout.column("order").of(bounds.col_lower)[shape.habits]
    index.row("at_least").of(lower)[:] = np.where(least > 0, least, -np.inf)
    idle = index.column("idle").of(money)
    for c, element in enumerate(shape.contracts):
        k = contract_activities(written, element)[0]
        idle[c] = arrays.activities.price[k, :n] * arrays.discount[:n]
    # what was ordered before the calendar is paid when it arrives
    bought = _bought_abroad(written)
    came = written.first.transit[bought]
    paid = (came * arrays.activities.unit_cost[bought, : came.shape[1]]).sum(axis=0)
    years = _years_of(arrays)[: len(paid)]
    left = [most - paid[years == year].sum() for year, most in shape.ceilings]
    index.row("abroad").of(upper)[:, 0] = left
    for name, standard in shape.standards:
        demand = asked_of(standard, arrays, n)
        allowed = np.where(demand > 0, (1.0 - share_of(standard)) * demand, np.inf)
        index.row(f"met_{name}").of(upper)[:] = allowed
    for cap in shape.caps:
        index.row(f"cap_{cap.name}").of(upper)[:] = cap_bounds(cap, arrays)
    return lower, upper, closed, money


def asked_of(standard: Standard, arrays: CaseArrays, n: int) -> FloatArray:
    """Demand that a standard without a measure is about. (uses, n)"""
    last = n - 1 if standard.last < 0 else standard.last
    periods = np.arange(n)
    is_asked = (periods >= standard.first) & (periods <= last)
    return np.where(is_asked, arrays.demand[uses_of(standard, arrays), :n], 0.0)


def supplying(arrays: CaseArrays, goods: IntArray) -> BoolArray:
    """Goods from which others are made, and these. (G,)"""
    activities = arrays.activities
    is_needed = np.zeros(len(arrays.goods), dtype=np.bool_)
    is_needed[goods] = True
    for _round in range(len(arrays.goods)):
        for k in np.flatnonzero((activities.outputs >= 0) & is_needed[activities.outputs]):
            inputs = slice(activities.input_starts[k], activities.input_starts[k + 1])
            is_needed[activities.input_goods[inputs]] = True
    return is_needed


def most_inside(arrays: CaseArrays) -> FloatArray:
    """Most of each good that goes into a unit of each, through all that is made of it. (G, G)

    Of itself that is 1.
    """
    activities, found = arrays.activities, np.eye(len(arrays.goods))
    for _round in range(len(arrays.goods)):
        for k in np.flatnonzero(activities.outputs >= 0):
            inputs = slice(activities.input_starts[k], activities.input_starts[k + 1])
            goods, amounts = activities.input_goods[inputs], activities.input_amounts[inputs]
            of_inputs = amounts @ found[goods]
            found[activities.outputs[k]] = np.maximum(found[activities.outputs[k]], of_inputs)
    return found


ABOVE = 1.01
"""By how much the price of demand exceeds the dearest way to a unit."""
BELOW = 0.995
"""By how much a reserve at the end stays below it."""


def dearest_ways(arrays: CaseArrays) -> FloatArray:
    """What a unit of each good costs at most where it can be had, inputs included. (G,)"""
    activities, found = arrays.activities, np.zeros(len(arrays.goods))
    is_open = (activities.capacity > 0) & (activities.outputs[:, None] >= 0)
    costs = np.where(is_open, activities.unit_cost, 0.0).max(axis=1, initial=0.0)
    for _round in range(len(arrays.goods)):
        for k in np.flatnonzero(is_open.any(axis=1)):
            inputs = slice(activities.input_starts[k], activities.input_starts[k + 1])
            needs = activities.input_amounts[inputs] @ found[activities.input_goods[inputs]]
            output = activities.outputs[k]
            found[output] = max(found[output], costs[k] + needs)
    return ABOVE * found


def most_saved(arrays: CaseArrays) -> FloatArray:
    """Most that a unit of each good may save, in place of others, or bring abroad. (G,)

    It stands for its own dearest way, or for that of what is made of it.
    """
    activities, found = arrays.activities, dearest_ways(arrays)
    is_open = activities.capacity > 0
    least = np.where(is_open, activities.unit_cost, np.inf).min(axis=1, initial=np.inf)
    for _round in range(len(arrays.goods)):
        for k in np.flatnonzero(is_open.any(axis=1)):
            output = activities.outputs[k]
            worth = (found[output] if output >= 0 else 0.0) - least[k]
            inputs = slice(activities.input_starts[k], activities.input_starts[k + 1])
            goods, amounts = activities.input_goods[inputs], activities.input_amounts[inputs]
            for good, amount in zip(goods, amounts, strict=True):
                if amount > 0 and worth > 0:
                    found[good] = max(found[good], worth / amount)
    return found


def worth_of_uses(layout: Layout) -> FloatArray:
    """What a unit that a use lacks is worth: its good, more or less by weight. (U,) [money/unit]

    The weight counts beside the mean of what the good's uses in its tier ask for, so that the
    unit does not. Together they count a part of what the dearest do, however cheap their good.
    """
    arrays = layout.arrays
    weight, goods, asked = arrays.use_weight, arrays.use_goods, arrays.demand.max(axis=1)
    alike = 2 * goods + arrays.use_essential

    def in_all(of_uses: FloatArray) -> FloatArray:
        return np.bincount(alike, of_uses).astype(np.float64)[alike]

    whole, weighed = in_all(asked), in_all(weight * asked)
    beside = np.divide(weight * whole, weighed, out=np.ones_like(weight), where=weighed > 0)
    worth = beside * layout.values[goods]
    least = LEAST_WORTH * in_all(worth * asked).max(initial=0.0)
    least_by_unit = np.divide(least, whole, out=np.zeros_like(whole), where=whole > 0)
    return np.asarray(np.maximum(worth, least_by_unit), dtype=np.float64)


def add_base_prices(
    shape: BaseCourse, index: BlockIndex, hard: FloatArray, soft: FloatArray
) -> None:
    """Price of what must not fall short, and of what falls short last, by column.

    Demand with a cost of being short is not given up to save the money for what serves it. A
    unit counts as much as the good is worth; payments above a ceiling count as money.
    """
    arrays, layout = shape.layout.arrays, shape.layout
    worth, lacking = worth_of_uses(layout), shape.gains.lacking
    is_free = np.isnan(arrays.shortage_cost)
    essential = np.where(is_free & arrays.use_essential, worth, 0.0)
    rise = _rise_of_what_is_last(shape)
    last = worth * rise[arrays.use_goods]
    deferrable = np.where(is_free, last, lacking / SOFT) * (~is_free | ~arrays.use_essential)
    index.column("unmet").of(hard)[:] = essential[:, None]
    index.column("unmet").of(soft)[:] = deferrable[:, None]
    held = layout.values[layout.reserved] * reserve_prices(shape)
    short = index.column("short").of(soft)
    short[:] = held[:, None]
    short[:, -1] = np.maximum(held, end_prices(shape) / SOFT)
    drawn = (layout.values[layout.reserved] * unlimited_prices(shape))[:, None]
    may_be_drawn = bool(shape.caps or shape.ceilings)  # for their sake
    index.column("drawn").of(soft)[:] = (short if may_be_drawn else drawn)[shape.firm]
    index.column("excess").of(hard)[:] = 1.0
    for name, standard in shape.standards:
        index.column(f"miss_{name}").of(hard)[:] = worth[uses_of(standard, arrays)][:, None]
    for cap in shape.caps:
        worth_of_good = layout.values[arrays.goods.index(cap.standard.good)]
        index.column(f"over_{cap.name}").of(hard)[:] = worth_of_good


def _rise_of_what_is_last(shape: BaseCourse) -> FloatArray:
    """Factor on what may be short last of each good, so that none is to save money. (G,)

    A good is worth its cheapest way. Where a unit can save so much more that a reserve would
    be sold out for it, what may be short of the good counts by that instead.
    """
    least = shape.layout.values * SHORT_MOST * SOFT
    rise = np.divide(shape.gains.most_saved, least, out=np.ones_like(least), where=least > 0)
    return np.asarray(np.maximum(rise, 1.0), dtype=np.float64)


def is_before_deferrable(arrays: CaseArrays) -> bool:
    """Whether reserves rank before deferrable demand."""
    ranks = {name: rank for rank, name in enumerate(arrays.priorities)}
    return ranks.get("reserve", 9) < ranks.get("deferrable", 9)


def unlimited_prices(shape: BaseCourse) -> FloatArray:
    """Price of a reserve that is short for a period beside all that a unit can save.

    In its worth and the price of what is last. (reserved goods,)
    """
    rise = _rise_of_what_is_last(shape)[shape.layout.reserved]
    is_first = is_before_deferrable(shape.layout.arrays)
    return np.asarray(rise * (SHORT_ABOVE if is_first else SHORT_MOST), dtype=np.float64)


def reserve_prices(shape: BaseCourse, periods: float = SHORT_FOR) -> FloatArray:
    """The same where demand that ranks before is not given up to fill a reserve sooner.

    Where such demand has a cost of being short, so many periods of the reserve are held below
    it, by as much of the good as goes into a unit of what is asked for. (reserved goods,)
    """
    arrays, values = shape.layout.arrays, shape.layout.values
    is_first, prices = is_before_deferrable(arrays), unlimited_prices(shape)
    before = arrays.use_essential if is_first else np.ones(len(arrays.uses), dtype=np.bool_)
    costs = np.where(before, shape.gains.shortage_cost, np.nan)
    inside = most_inside(arrays)[arrays.use_goods]
    for position, good in enumerate(shape.layout.reserved):
        dependent = [
            float(costs[u]) / (inside[u, good] * values[good])
            for u in np.flatnonzero(np.isfinite(costs) & (inside[:, good] > 0))
        ]
        if dependent:
            most = min(dependent) / periods / SOFT
            prices[position] = min(prices[position], max(most, SHORT_LEAST))
    return prices


def end_prices(shape: BaseCourse) -> FloatArray:
    """Price of a reserve that is short when the calendar ends: what selling it out would save.

    It lies below that of demand with a cost of being short. (reserved goods,) [money/unit]
    """
    arrays, gains, inside = shape.layout.arrays, shape.gains, most_inside(shape.layout.arrays)
    found = gains.most_saved[shape.layout.reserved].copy()
    for u in np.flatnonzero(np.isfinite(gains.shortage_cost)):
        needed = inside[arrays.use_goods[u], shape.layout.reserved]
        worth = gains.shortage_cost[u] + gains.lacking[u]
        most = np.divide(worth, needed, out=np.full_like(found, np.inf), where=needed > 0)
        found = np.minimum(found, BELOW * most)
    return np.asarray(found, dtype=np.float64)


def holding_costs(layout: Layout, arrays: CaseArrays, worth: FloatArray) -> FloatArray:
    """What holding stock counts where each good is worth so much. (base course's columns,)

    Old lots are drawn first.
    """
    costs = np.zeros(layout.n_columns)
    of_lots, of_fresh = stock_values(arrays, layout.start, worth)
    layout.column("lot").of(costs)[:] = of_lots[:, None]
    layout.column("fresh").of(costs)[:] = of_fresh[:, None]
    return costs


def usual_sizes_of(index: BlockIndex, shape: BaseCourse) -> FloatArray:
    """What is usual of each column of a second stage, as powers of two. (columns,)

    That of the good that is bought, held or lacks; money counts as the dearest flow.
    """
    layout, arrays = shape.layout, shape.layout.arrays
    activities, sizes = arrays.activities, arrays.flow_size
    of_orders = layout.column("order").of(layout.sizes.columns)[:, 0]
    goods = dict(zip(arrays.goods, sizes, strict=True))
    lots = dict(zip(arrays.lots, sizes[arrays.lot_goods], strict=True))
    uses = dict(zip(arrays.uses, sizes[arrays.use_goods], strict=True))
    elements = (element.split(".", 1)[1] for element in activities.elements)
    by_kind: dict[str, Mapping[str, float]] = {
        "order": dict(zip(activities.names, of_orders, strict=True)),
        "idle": dict(zip(elements, of_orders, strict=True)),
        **dict.fromkeys(("lot", "found_lot"), lots),
        **dict.fromkeys(("fresh", "found_fresh", "short", "drawn", "refill"), goods),
        **dict.fromkeys(("unmet", "miss", "missed"), uses),
    }
    over = {f"over_{cap.name}": goods[cap.standard.good] for cap in shape.caps}
    found = np.full(index.n_columns, power_of_two(shape.money or 1.0))
    for block in index.columns:
        words = block.kind.split("_")
        kind = "_".join(words[:2]) if words[0] == "found" else words[0]
        if kind in by_kind:
            block.of(found)[:] = np.array([by_kind[kind][item] for item in block.items])[:, None]
        if block.kind in over:
            block.of(found)[:] = over[block.kind]
    return found


def base_template(shape: BaseCourse, arrays: CaseArrays, index: BlockIndex) -> BoundTemplate:
    """Bounds of the base course that options move."""
    m, first, when = index.n_rows, first_elements(arrays), np.arange(shape.layout.n)
    reserved, added = shape.layout.reserved, index.column("short").indices + 2 * m
    orders, shared = index.column("order").indices, index.row("shared_capacity").indices
    blocks = (
        ("order", np.arange(len(arrays.activities.names)), orders + 2 * m),
        ("shared", np.arange(len(arrays.shared_capacity)), shared + m),
        ("line", np.arange(len(arrays.lines)), index.row("line").indices + m),
        ("customary", reserved, index.row("reserve").indices),
        ("customary", reserved[shape.firm], added[shape.firm]),
        ("taken", np.arange(len(shape.contracts)), index.row("taken").indices),
    )
    return gather_template(
        [(first[kind] + items[:, None], when, 1, positions) for kind, items, positions in blocks]
    )


# Caps on sellers (M16)


def part_at_most(standard: Standard) -> float:
    """Part of the whole that a seller may have under a cap; 1 under any other standard."""
    return 1.0 if standard.at_most is None else standard.at_most.value


def with_part(standard: Standard, part: float) -> Standard:
    """A cap at another part."""
    asked = standard.at_most
    return standard if asked is None else replace(standard, at_most=replace(asked, value=part))


def caps_of(
    standards: Sequence[tuple[str, Standard]], arrays: CaseArrays, target: str, n: int
) -> tuple[Cap, ...]:
    """The caps among standards, over the first n periods."""
    sold = zip(arrays.activities.actors, arrays.activities.kinds, strict=True)
    is_sale = (one for one, kind in sold if kind == ActivityKind.PURCHASE and one != target)
    abroad, year = tuple(dict.fromkeys(is_sale)), MONTHS_A_YEAR // arrays.calendar.step
    return tuple(
        Cap(name, one, target, (TOGETHER,) if one.sellers else abroad, years_of(one, n, year))
        for name, one in standards
        if one.is_cap
    )


def years_of(standard: Standard, n: int, year: int) -> tuple[slice, ...]:
    """Years over which a share is taken, in periods.

    Args:
        standard: The cap.
        n: Number of periods of the calendar.
        year: Periods of a year.

    Examples:
        >>> years_of(Standard("cap", first=3), 40, 12)
        (slice(3, 15, None), slice(15, 27, None), slice(27, 40, None))
    """
    end = n if standard.last < 0 else min(standard.last + 1, n)
    first = [*range(standard.first, end - year + 1, year)] or [standard.first]
    return tuple(slice(start, stop) for start, stop in zip(first, [*first[1:], end], strict=True))


def flow_weights(cap: Cap, arrays: CaseArrays) -> FloatArray:
    """What a unit of each activity adds to what a seller has beyond its part of the whole. (S, K)

    Of the use, what is exported or goes into exports is taken off.
    """
    activities, named = arrays.activities, set(cap.standard.sellers)
    good, actors = arrays.goods.index(cap.standard.good), np.array(activities.actors)
    counts, is_abroad = activities.outputs == good, actors != cap.target
    is_bought = counts & (activities.kinds == ActivityKind.PURCHASE)
    whole = np.where(is_bought & is_abroad, 1.0, 0.0)
    if cap.standard.part_of == USE:
        whole = np.where(counts, 1.0, 0.0)
        for k in np.flatnonzero(activities.kinds == ActivityKind.EXPORT):
            inputs = slice(activities.input_starts[k], activities.input_starts[k + 1])
            is_good = activities.input_goods[inputs] == good
            whole[k] -= activities.input_amounts[inputs][is_good].sum()
    own = np.array([is_bought & (actors == one) for one in cap.sellers])
    if named:
        elements = [element.split(".", 1)[1] for element in activities.elements]
        is_named = [a in named or e in named for a, e in zip(actors, elements, strict=True)]
        own = np.array([is_bought & is_named & is_abroad])
    part = part_at_most(cap.standard)
    return np.asarray(own.astype(np.float64) - part * whole, dtype=np.float64)


def add_cap_entries(cap: Cap, arrays: CaseArrays, index: BlockIndex, entries: Entries) -> None:
    """Entries of (M16): what is ordered so that it arrives in a year, and what is over."""
    rows, orders = index.row(f"cap_{cap.name}").indices, index.column("order").indices
    weights, n = flow_weights(cap, arrays), orders.shape[1]
    for year, periods in enumerate(cap.years):
        for k in np.flatnonzero(weights.any(axis=0)):
            ordered = _ordered_for(periods, int(arrays.activities.lead_times[k]), n)
            entries.add(rows[:, year, None], orders[None, k, ordered], weights[:, k, None])
    entries.add(rows, index.column(f"over_{cap.name}").indices, -1.0)


def _ordered_for(periods: slice, lead: int, n: int) -> slice:
    """Orders within the calendar that arrive in some periods."""
    return slice(max(0, periods.start - lead), max(0, min(n, periods.stop - lead)))


def cap_bounds(cap: Cap, arrays: CaseArrays) -> FloatArray:
    """Upper bounds of the rows: what was ordered before takes from them. (S, Y) [unit]"""
    before, weights = orders_before(arrays), flow_weights(cap, arrays)
    found = np.zeros((len(cap.sellers), len(cap.years)))
    for year, periods in enumerate(cap.years):
        for k, lead in enumerate(arrays.activities.lead_times):
            came = before[k, before.shape[1] - lead :][periods].sum()
            found[:, year] -= weights[:, k] * came
    return found


def excused(
    cap: Cap, written: DrawArrays, first: FirstStage, index: BlockIndex
) -> tuple[IntArray, FloatArray]:
    """Rows of a cap, and more than a seller can have beyond its part, whatever is chosen. [unit]"""
    arrays, n = written.arrays, written.arrays.n_calendar
    most = np.where(
        np.isfinite(arrays.activities.capacity), arrays.activities.capacity, written.plenty[:, None]
    )[:, :n].copy()
    for column, effect in all_effects(first, written):
        if effect.kind == CAPACITY:
            most[effect.row] += first.upper[column] * np.maximum(effect.path[:n], 0.0)
    beyond = np.maximum(flow_weights(cap, arrays), 0.0)
    amounts = np.maximum(-cap_bounds(cap, arrays), 0.0)
    for year, periods in enumerate(cap.years):
        for k in np.flatnonzero(beyond.any(axis=0)):
            ordered = _ordered_for(periods, int(arrays.activities.lead_times[k]), n)
            amounts[:, year] += beyond[:, k] * most[k, ordered].sum()
    return index.row(f"cap_{cap.name}").indices.ravel(), amounts.ravel()
