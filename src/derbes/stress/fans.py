"""Quantiles by date: months of cover, time to survive, leverage."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from derbes.case.entities import Case
from derbes.case.quantity import FloatArray
from derbes.case.request import BASE
from derbes.case.uncertainty import Draws
from derbes.draws import drawn_path
from derbes.results.stress import Fan
from derbes.stress.asked import (
    LEVERAGE_RATIO,
    MYOPIC,
    OPTIMAL,
    TIME_TO_SURVIVE,
    Target,
)
from derbes.stress.columns.rule import STOCK, Rule, by_scenario, essential_uses, rows_of, run
from derbes.stress.summary import PERCENTS, spread
from derbes.stress.told import Told, cap_of, share_from

BEYOND = 120
"""Periods behind the calendar over which cover is looked at; what lasts longer has no end."""
ROUNDING = 1e-12
"""Part of what is used up to a period by which stock may fall short by rounding alone."""
N_PATHS = 1000
"""Futures from which the fan of cover is drawn: the first of all."""


def cover_fan(rule: Rule, draws: Draws, central: Draws, variant: str = BASE) -> Fan:
    """Months of cover before each date, in calm, by the rule.

    Cover of a good is how long its stock before a period meets all calm demand for it from
    then on, without any delivery; of the case, that of the essential use with the least. What
    expires or spoils on the way is not known by age here, and is counted.

    Args:
        rule: The case.
        draws: Futures; the first thousand count.
        central: One row: the central values.
        variant: Its name.
    """
    few = rows_of(draws, np.arange(min(len(draws.weights), N_PATHS)))
    months = months_of_cover(rule, few)
    middle = months_of_cover(rule, central)[0]
    seen = [spread(months[:, t], few.weights) for t in range(months.shape[1])]
    return Fan(
        name="cover",
        variant=variant,
        unit="month",
        dates=rule.case.calendar.labels,
        quantiles={
            str(percent): tuple(one.quantiles.get(str(percent)) for one in seen)
            for percent in PERCENTS
        },
        mean=tuple(one.mean for one in seen),
        central=tuple(float(month) if np.isfinite(month) else None for month in middle),
        n_draws=len(few.weights),
        bound=MYOPIC,
    )


def months_of_cover(rule: Rule, draws: Draws) -> FloatArray:
    """Months of cover before each period of the calendar; inf: nothing is used. (N, T)"""
    case, n = rule.case, len(draws.weights)
    n_periods, step = case.calendar.n_periods, float(case.calendar.step)
    months = np.empty((n, n_periods))
    goods = {good: g for g, good in enumerate(case.goods)}
    for name, rows in by_scenario(draws):
        world = rule.world(name)
        own = rows_of(draws, rows)
        after = run(rule, own, n_periods=n_periods, keep=(STOCK,)).stock
        stock = np.concatenate([_first_stock(world, own, goods)[:, None], after[:, :-1]], axis=1)
        used = np.zeros((len(rows), n_periods + BEYOND, len(goods)))
        for use in world.uses.values():
            if use.demand is not None:
                demand = drawn_path(use.demand, own, n_periods + BEYOND, world.calendar)
                used[:, :, goods[use.good]] += demand
        good_of = [goods[use.good] for use in world.uses.values()]
        needed = sorted(
            {g for g, is_one in zip(good_of, essential_uses(world), strict=True) if is_one}
        )
        least = np.full((len(rows), n_periods), np.inf)
        for g in needed:
            for row in range(len(rows)):
                lasts = lasting(stock[row, :, g], step * used[row, :, g])
                least[row] = np.minimum(least[row], lasts)
        months[rows] = step * least
    return months


def lasting(held: FloatArray, demand: FloatArray) -> FloatArray:
    """How long what is held before each period meets the demand to come. (T,) [period]

    The broken period counts by the part of it that is met; inf: it never ends.

    Args:
        held: (T,) [unit]
        demand: Of the periods and of some behind them. (T + more,) [unit/period]

    Examples:
        >>> lasting(np.array([300.0, 0.0]), np.array([100.0, 150.0, 100.0, 0.0])).tolist()
        [2.5, 0.0]
        >>> lasting(np.array([351.0]), np.array([100.0, 150.0, 100.0, 0.0])).tolist()
        [inf]
    """
    used = np.concatenate([[0.0], np.cumsum(demand)])
    start = np.arange(len(held))
    reached = used[start] + held
    last = np.searchsorted(used, reached * (1.0 + ROUNDING), side="right")
    inside = last < len(used)
    broken = np.maximum(np.where(inside, last, 1) - 1, 0)
    part = np.divide(
        reached - used[broken],
        demand[broken],
        out=np.zeros_like(held),
        where=demand[broken] > 0,
    )
    return np.where(inside, broken + part - start, np.inf)


def _first_stock(case: Case, draws: Draws, goods: dict[str, int]) -> FloatArray:
    """Stock before the first period. (N, G) [unit]"""
    stock = np.zeros((len(draws.weights), len(goods)))
    for pile in case.stockpiles.values():
        if pile.quantity is not None:
            stock[:, goods[pile.good]] += drawn_path(pile.quantity, draws, 1, case.calendar)[:, 0]
    return stock


def column_fans(told: Told, target: Target) -> tuple[Fan, ...]:
    """Fans of what stands in columns by date: time to survive and the leverage ratio."""
    fans = []
    for kind, bound, unit in (
        (TIME_TO_SURVIVE, MYOPIC, "month"),
        (TIME_TO_SURVIVE, OPTIMAL, "month"),
        (LEVERAGE_RATIO, OPTIMAL, ""),
        (LEVERAGE_RATIO, MYOPIC, ""),
    ):
        wanted = (target.measure, kind, bound)
        places = [
            position
            for position, column in enumerate(told.columns)
            if (column.measure, column.kind, column.bound) == wanted
        ]
        if places:
            one = _column_fan(told, places, unit)
            has_length = kind == LEVERAGE_RATIO
            months = target.length * told.case.calendar.step if has_length else None
            fans.append(replace(one, length=months))
    return tuple(fans)


def _column_fan(told: Told, places: Sequence[int], unit: str) -> Fan:
    column = told.columns[places[0]]
    seen = [spread(told.numbers[:, place], told.weights) for place in places]
    middle = [float(told.central[place]) for place in places]
    cap = cap_of(told.case, column)
    reached = () if cap is None else tuple(
        share_from(cap, told.numbers[:, place], told.weights) for place in places
    )  # fmt: skip
    return Fan(
        name=column.kind,
        variant=told.variant,
        unit=unit,
        dates=tuple(told.case.calendar.label(told.columns[place].start) for place in places),
        quantiles={str(p): tuple(one.quantiles.get(str(p)) for one in seen) for p in PERCENTS},
        mean=tuple(one.mean for one in seen),
        central=tuple(number if np.isfinite(number) else None for number in middle),
        n_draws=len(told.weights),
        bound=column.bound,
        measure=column.measure,
        capped_at=cap,
        capped_share=reached,
    )
