"""Quantiles by date: months of cover, time to survive, leverage.

What hazards do: how often essential demand goes short, and what it costs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from derbes.case.entities import Case
from derbes.case.quantity import FloatArray
from derbes.case.request import BASE
from derbes.case.uncertainty import Draws
from derbes.draws.events import make_events
from derbes.draws.inputs import drawn_path
from derbes.model.arrays import IntArray
from derbes.results.stress import Answer, Convergence, Fan, HazardRisk
from derbes.stress.columns import (
    MONEY,
    STOCK,
    Rule,
    aftermath,
    by_scenario,
    essential_uses,
    rows_of,
    run,
)
from derbes.stress.request import HAZARDS, LEVERAGE_RATIO, MYOPIC, OPTIMAL, TIME_TO_SURVIVE, Target
from derbes.stress.summary import (
    PERCENTS,
    Told,
    cap_of,
    draws_to_halve,
    probability,
    settling,
    share_from,
    spread,
    suffix_of,
    tail_mean,
    unmet_unit,
)

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


NOISE = 1e-9
"""Part of two numbers up to which their difference is rounding noise."""
N_STEPS = 50
"""Points of a curve of exceedance."""


@dataclass(frozen=True, slots=True)
class Struck:
    """Futures in which hazards strike, beside the same futures in calm."""

    loss: FloatArray
    """Extra cost, shortage included, discounted; nan: a shortage has no price. (N,) [money]"""
    unmet: FloatArray
    """Unmet essential demand beyond that of calm. (N,) [unit]"""
    first_short: IntArray
    """First period in which essential demand goes short; -1: none. (N,) [period]"""
    short_uses: FloatArray
    """1 where an essential use goes short. (N, E)"""
    uses: tuple[str, ...]
    """Essential uses. (E,)"""
    p_short: FloatArray
    """Futures short in each period: a number, by weight, not a share. (T,)"""
    weights: FloatArray
    """(N,)"""


def strike(rule: Rule, draws: Draws, *, seed: int) -> Struck:
    """The futures of some draws, with their hazards and without.

    Measures start within the calendar; the futures go on behind it until what they left is
    refilled, so that a reserve that was drawn is not taken for money saved.

    Args:
        rule: The case, with the measures of its hazards.
        draws: Futures.
        seed: Seed of the events.
    """
    case = rule.case
    n_calendar = case.calendar.n_periods
    n_periods = n_calendar + aftermath(case)
    events = make_events(case, draws, seed=seed)
    calm = run(rule, draws, n_periods=n_periods, keep=(MONEY,))
    found = run(rule, draws, events, n_periods=n_periods, keep=(MONEY,))
    essential = essential_uses(case)
    unmet = found.unmet[:, essential].sum(axis=1), calm.unmet[:, essential].sum(axis=1)
    return Struck(
        loss=_more(found.money + found.shortage, calm.money + calm.shortage),
        unmet=_more(*unmet),
        first_short=np.where(found.first_short < n_calendar, found.first_short, -1),
        short_uses=(found.unmet[:, essential] > 0.0).astype(np.float64),
        uses=essential_names(case),
        p_short=found.p_short[:n_calendar] * len(draws.weights),
        weights=draws.weights,
    )


def _more(found: FloatArray, calm: FloatArray) -> FloatArray:
    """By how much numbers are above those in calm, rounding noise left out. (N,)"""
    more = found - calm
    return np.where(np.abs(more) <= NOISE * (np.abs(found) + np.abs(calm)), 0.0, more)


def hazard_risk(case: Case, found: Struck, variant: str) -> HazardRisk:
    """What hazards do over the calendar, in one table."""
    weights = found.weights / found.weights.sum()
    uses = found.uses
    tail = round(1.0 - case.risk.level, 9)
    has_price = not np.isnan(found.loss).any()
    seen = found.loss if has_price else found.unmet
    return HazardRisk(
        variant=variant,
        hazards=tuple(case.hazards),
        dates=case.calendar.labels,
        p_short=tuple(float(p) for p in found.p_short / len(found.weights)),
        p_short_by=tuple(float(p) for p in _short_by(found.first_short, weights, case)),
        use=dict(zip(uses, (float(p) for p in weights @ found.short_uses), strict=True)),
        expected_loss=float(weights @ found.loss) if has_price else None,
        cvar_loss=tail_mean(found.loss, weights, tail) if has_price else None,
        expected_unmet=float(weights @ found.unmet),
        cvar_unmet=tail_mean(found.unmet, weights, tail),
        tail_share=tail,
        exceedance=_exceedance(seen, weights),
        exceedance_unit=case.currency if has_price else unmet_unit(case),
        missing=() if has_price else _unpriced(case, uses),
    )


def _short_by(first_short: IntArray, weights: FloatArray, case: Case) -> FloatArray:
    """Share of the futures that have gone short by the end of each period. (T,)"""
    is_short = first_short >= 0
    at = np.bincount(first_short[is_short], weights[is_short], case.calendar.n_periods)
    return np.asarray(np.cumsum(at), dtype=np.float64)


def _exceedance(losses: FloatArray, weights: FloatArray) -> tuple[tuple[float, float], ...]:
    """Points (x, share of the futures with more than x), over the range of what happens."""
    order = np.argsort(losses, kind="stable")
    values, reached = losses[order], np.cumsum(weights[order])
    points = np.linspace(values[0], values[-1], N_STEPS)
    at = np.searchsorted(values, points, side="right") - 1
    more = np.maximum(0.0, 1.0 - reached[at])
    return tuple((float(x), float(p)) for x, p in zip(points, more, strict=True))


def essential_names(case: Case) -> tuple[str, ...]:
    """Essential uses, in the order of the case."""
    return tuple(u for u, is_one in zip(case.uses, essential_uses(case), strict=True) if is_one)


def _unpriced(case: Case, uses: Sequence[str]) -> tuple[str, ...]:
    return tuple(
        f"uses.{use}.shortage_cost" for use in uses if case.uses[use].shortage_cost is None
    )


def hazard_answers(case: Case, found: Struck, variant: str, *, exact: bool) -> tuple[Answer, ...]:
    """Probability of going short, unmet demand and loss, each over all futures."""
    tail = f"(hazards, bound={MYOPIC}{suffix_of(variant)})"
    p, error = probability((found.first_short >= 0).astype(np.float64), found.weights, exact=exact)
    n = len(found.weights)
    told = [
        Answer(
            name="goes_short" + tail,
            unit="share",
            mean=p,
            standard_error=error,
            quantiles={},
            question=HAZARDS,
            variant=variant,
            bound=MYOPIC,
            n_draws=n,
            draws_to_halve=draws_to_halve(n, error),
        )
    ]
    numbers = (
        ("unmet_essential", unmet_unit(case), found.unmet),
        ("target_loss", case.currency, found.loss),
    )
    for name, unit, values in numbers:
        seen = spread(values, found.weights, exact=exact)
        told.append(
            Answer(
                name=name + tail,
                unit=unit,
                mean=seen.mean,
                standard_error=seen.standard_error,
                quantiles=seen.quantiles,
                question=HAZARDS,
                variant=variant,
                bound=MYOPIC,
                n_draws=seen.n,
                n_without=seen.n_without,
                draws_to_halve=draws_to_halve(n, seen.standard_error),
            )
        )
    return tuple(told)


def hazard_convergence(found: Struck, variant: str, *, exact: bool) -> tuple[Convergence, ...]:
    """How the answers about hazards settle as draws come in."""
    tail = f"(hazards, bound={MYOPIC}{suffix_of(variant)})"
    columns = (
        ("goes_short", (found.first_short >= 0).astype(np.float64)),
        ("unmet_essential", found.unmet),
        ("target_loss", found.loss),
    )
    told = (settling(name + tail, values, found.weights, exact=exact) for name, values in columns)
    return tuple(one for one in told if one is not None)
